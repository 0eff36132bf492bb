"""How a block of HTML begins between Markdown, and where it ends: https://spec.commonmark.org/0.31.2/#html-blocks."""

from __future__ import annotations

import re

from syncd.core.words import one_of, phrases

_BLOCKS = one_of(
    phrases("""
    address, article, aside, base, basefont, blockquote, body, caption, center, col, colgroup, dd, details, dialog
    dir, div, dl, dt, fieldset, figcaption, figure, footer, form, frame, frameset, h1, h2, h3, h4, h5, h6, head, header
    hr, html, iframe, legend, li, link, main, menu, menuitem, nav, noframes, ol, optgroup, option, p, param, search
    section, summary, table, tbody, td, tfoot, th, thead, title, tr, track, ul
""")
)
_STARTS: tuple[tuple[re.Pattern[str], str | None, bool], ...] = (
    (re.compile(r"<(?:script|pre|style|textarea)(?=\s|>|$)", re.IGNORECASE), "</", True),
    (re.compile(r"<!--"), "-->", True),
    (re.compile(r"<\?"), "?>", True),
    (re.compile(r"<![A-Za-z]"), ">", True),
    (re.compile(r"<!\[CDATA\["), "]]>", True),
    (re.compile(rf"</?(?:{_BLOCKS})(?=\s|/?>|$)", re.IGNORECASE), None, True),
    (re.compile(r"<(?:/[A-Za-z][\w-]*\s*|[A-Za-z][\w-]*(?:\s[^<>]*)?)/?>\s*$"), None, False),
)
"""How an HTML block begins, what ends it (None: an empty line), whether it may interrupt a paragraph."""


def html_block(text: str, start: int, end: int, *, interrupts: bool) -> tuple[str | None] | None:
    """What ends the HTML block that begins at ``start``, in a tuple; None when none does.

    ``interrupts``: a paragraph is open, which not all of them may end.
    """
    for pattern, ending, may_interrupt in _STARTS:
        if (may_interrupt or not interrupts) and pattern.match(text, start, end):
            return (ending,)
    return None
