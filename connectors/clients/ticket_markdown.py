"""A ticket's description as Markdown in which everything that came from a document is plain words.

No HTML, heading, list, link, mention, mathematics or table can arise from such a string; only we make structure.
The rules of escaping are CommonMark 0.31 §2.4 and GitHub's extensions (autolinks, tables, strikethrough).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from urllib.parse import quote

from syncd.core.model import Block
from syncd.core.plain import one_line

LONGEST_TEXT = 20_000
"""Code points of one text that are kept."""

_INLINE = re.compile(r"[\\`*_\[\]<>&~|@$]|(?<!\S)#")
_AUTOLINK = re.compile(r"(?i)(?<=www)\.|:(?=//)|(?<=mailto):|(?<=xmpp):")
_LINE_START = re.compile(r"[+=:-]")
_NUMBERED = re.compile(r"\d{1,9}(?=[.)])")
_URL = re.compile(r"(?i)https?://[^\s]+")
_SAFE_IN_URL = "/:?#=&%+,@~!$'*"


def markdown(blocks: Iterable[Block], *, folder: str) -> str:
    """The blocks as Markdown, ending in a line end. Links to files are written relative to ``folder``."""
    return "\n".join(part for block in blocks for part in _parts(block, folder=folder))


def relative(location: str, *, folder: str) -> str:
    """An absolute path as seen from ``folder``, with forward slashes; anything else (a URL) as it is."""
    return os.path.relpath(location, folder).replace(os.sep, "/") if os.path.isabs(location) else location


def _parts(block: Block, *, folder: str) -> Iterable[str]:
    if block.heading:
        yield f"## {inert(block.heading)}\n"
    if block.text:
        yield "\n".join(_inert_line(line) for line in _cut(block.text).splitlines()).strip("\n") + "\n"
    if block.facts:
        yield "".join(f"- **{inert(label)}:** {inert(value)}\n" for label, value in block.facts)
    if block.link:
        yield _link(*block.link, folder=folder) + "\n"


def inert(text: str) -> str:
    """Untrusted text as words inside one line of Markdown."""
    line = one_line(_cut(text))
    return _AUTOLINK.sub(lambda m: "\\" + m[0], _INLINE.sub(lambda m: "\\" + m[0], line))


def _inert_line(text: str) -> str:
    line = inert(text)
    if numbered := _NUMBERED.match(line):
        return f"{numbered[0]}\\{line[numbered.end() :]}"
    return "\\" + line if _LINE_START.match(line) else line


def _link(target: str, words: str, *, folder: str) -> str:
    place = relative(target, folder=folder)
    if place == target and not _URL.fullmatch(target):
        return inert(words)
    return f"[{inert(words)}]({quote(place, safe=_SAFE_IN_URL if place == target else '/', errors='replace')})"


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT] + "…"
