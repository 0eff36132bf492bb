"""Lists among action items that hold none: what was done so far, remarks on the tasks above them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from syncd.core.blocks import Block, Paragraph
from syncd.core.lists import Entry
from syncd.core.prose import squeeze
from syncd.core.sentence import read_sentence
from syncd.core.verbs import starts_as_task

_DONE_SO_FAR = re.compile(
    r"\b(?:consisted (?:of|in)|(?:was|were|has been|have been) (?:\w+ )?(?:taken|performed|applied|done|fixed|resolved"
    r"|carried out|executed|deployed|implemented)|we (?:did|took|performed|applied|executed|have (?:already )?\w+ed)"
    r"|a consisté|ont été|se (?:aplicaron|realizaron|tomaron|implementaron)|foram|wurden?|sono stat[ei]"
    r"|werden uitgevoerd)\b"
    r"|были (?:выполнены|приняты)|実施しました|已(?:采取|实施|完成)",
    re.IGNORECASE,
)


def led_by_past(blocks: Sequence[Block], root: Entry) -> bool:
    """Whether a list that only may hold tasks follows a sentence that says what was done: ``We did the following:``."""
    before = blocks[root.index - 1] if root.index else None
    if root.place.sure or root.boxed or not isinstance(before, Paragraph):
        return False
    text = squeeze(before.passage.last.prose.plain)
    return text.endswith((":", "：")) and _DONE_SO_FAR.search(text) is not None


def without_remarks(blocks: Sequence[Block], roots: Sequence[Entry]) -> list[Entry]:
    """The entries but those of a list that only remarks on the tasks above it: ``Until then it holds that:``."""
    runs: list[list[Entry]] = []
    for root in roots:
        led = root.index and isinstance(before := blocks[root.index - 1], Paragraph) and before.item is None
        if led or not runs:
            runs.append([])
        runs[-1].append(root)
    kept: list[Entry] = runs[0] if runs else []
    for run in runs[1:]:
        if not (all(map(_begins_as_task, kept)) and _is_remark(blocks[run[0].index - 1], run)):
            kept = [*kept, *run]
    return kept


def _begins_as_task(entry: Entry) -> bool:
    return entry.is_explicit or starts_as_task(entry.text)


def _is_remark(before: Block, run: Sequence[Entry]) -> bool:
    text = squeeze(before.passage.rough) if isinstance(before, Paragraph) else ""
    sentence = text.endswith((":", "：")) and len(text.split()) > 5
    return sentence and not any(_begins_as_task(entry) or read_sentence(entry.item.prose).owner for entry in run)
