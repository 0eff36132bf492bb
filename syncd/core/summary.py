"""What happened, in the document's own words: the first paragraph under the heading that promises them."""

from __future__ import annotations

from collections.abc import Sequence

from syncd.core.blocks import Block, Heading, Paragraph
from syncd.core.prose import squeeze
from syncd.core.words import phrases, plain_words

MOST = 600
"""Code points that are kept."""

_HEADINGS = phrases("""
    summary, executive summary, incident summary, overview, incident overview, what happened, tl;dr, tldr, abstract
    zusammenfassung, was ist passiert, überblick, résumé, resumen, qué pasó, resumo, o que aconteceu, riassunto
    samenvatting, sammanfattning, sammendrag, podsumowanie, краткое описание, что произошло, 概要, 概述, サマリー, 요약
""")


def summary_of(blocks: Sequence[Block]) -> str:
    """One line of plain text, cut where it gets long; "" where the document has no such paragraph."""
    under = False
    for block in blocks:
        if isinstance(block, Heading):
            under = plain_words(block.prose.plain) in _HEADINGS
        elif under and isinstance(block, Paragraph) and (text := squeeze(block.prose.plain)):
            return text if len(text) <= MOST else f"{text[: MOST - 1].rstrip()}…"
    return ""
