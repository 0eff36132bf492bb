"""Checkboxes under headings that say nothing to us: tasks, when a document has no others."""

from __future__ import annotations

from collections.abc import Sequence

from syncd.core.blocks import Block, ListItem, Paragraph
from syncd.core.item import Findings, Reading
from syncd.core.lists import entries, read_list
from syncd.core.sections import Outline


def read_loose_boxes(blocks: Sequence[Block], places: Outline, reading: Reading, findings: Findings) -> None:
    """Add the checkboxes of a document without any other items, under headings that say nothing to us."""
    under: dict[str, list[int]] = {}
    for index, place in enumerate(places.places):
        if place.section is None and not place.denied and isinstance(blocks[index], ListItem | Paragraph):
            under.setdefault(place.heading, []).append(index)
    for members in under.values():
        roots = entries(blocks, places, members)
        if roots and all(root.boxed for root in roots):
            read_list(roots, frozenset(), reading, findings)
