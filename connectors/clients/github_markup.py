"""A ticket's description as GitHub's Markdown, in which everything that came from a document is plain words.

No HTML, heading, list, link, image, mention, reference, closing keyword, mathematics or table can arise from such a
string; only we make structure. The rules of escaping are CommonMark 0.31 §2.4 and those of GitHub's extensions.
GitHub finds mentions and references after the Markdown is rendered, where a backslash is gone: a zero-width space
stands inside them. Web addresses become code, so that they can still be copied.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from syncd.core.model import Block
from syncd.core.plain import one_line, tamed

LONGEST_TEXT = 70_000
"""Code points of one text that are looked at: more than a body holds."""

_GAP = "\u200b"
_ADDRESS = re.compile(r"(?i)(?:[a-z][a-z0-9+.-]{0,15}://|www\.|mailto:|xmpp:)[^\s`<>]*[^\s`<>.,;:!?)\]}'\"*_~]")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_HTML = re.compile(r"[&<>]")
_INLINE = re.compile(r"[\\`*\[\]~|$]|(?<![^\W_])_|_(?![^\W_])|(?<!\S)#")
_REFERENCE = re.compile(r"(?i)@|#(?=\d)|GH-(?=\d)")
_LINE_START = re.compile(r"[+=:-]")
_NUMBERED = re.compile(r"\d{1,9}(?=[.)])")


def parts(blocks: Iterable[Block]) -> Iterator[str]:
    """The blocks as paragraphs of Markdown."""
    for block in blocks:
        if heading := inert(block.heading or ""):
            yield f"### {heading}"
        if text := _paragraph(block.text or ""):
            yield text
        if facts := [_fact(label, value) for label, value in block.facts]:
            yield "\n".join(facts)
        if block.link:
            yield link(*block.link)


def inert(text: str) -> str:
    """Untrusted text as words inside one line of Markdown."""
    line = one_line(text[:LONGEST_TEXT])
    pieces, end = [], 0
    for address in _ADDRESS.finditer(line):
        pieces += [_words(line[end : address.start()]), f"`{address[0]}`"]
        end = address.end()
    return "".join((*pieces, _words(line[end:])))


def link(target: str, words: str) -> str:
    """A link to a web page; any other target, which no browser opens from there, is shown as code."""
    if not is_web(target):
        return code(target)
    return f"[{inert(words) or 'document'}](<{_ESCAPED.sub(_backslash, target)}>)"


def is_web(target: str) -> bool:
    """Whether a browser may be sent there."""
    return target.isprintable() and _WEB.fullmatch(target) is not None


def code(text: str) -> str:
    """Exactly this text, but for what cannot be seen, set as code."""
    shown = "".join(map(tamed, text))
    longest = max((len(run) for run in re.findall("`+", shown)), default=0)
    fence = "`" * (longest + 1)
    return f"{fence} {shown} {fence}"


def target_of(written: str) -> str | None:
    """What :func:`link` was given as target; None when it is not as we write it."""
    if match := _LINK.fullmatch(written):
        target = _UNESCAPED.sub(r"\1", match[1])
        return target if is_web(target) else None
    match = _CODE.fullmatch(written)
    return match[2] if match else None


_WEB = re.compile(r"(?i)https?://\S+")
_ESCAPED = re.compile(r"[\\<>&`]")
_UNESCAPED = re.compile(r"\\([\\<>&`])")
_LINK = re.compile(r"\[.+\]\(<((?:[^\\<>&`]|\\[\\<>&`])+)>\)")
_CODE = re.compile(r"(`+) (.+) \1")


def _fact(label: str, value: str) -> str:
    name = inert(label)
    return f"- **{name}:** {inert(value)}" if name else f"- {inert(value)}"


def _paragraph(text: str) -> str:
    return "\n".join(filter(None, (_line(line) for line in text[:LONGEST_TEXT].splitlines())))


def _line(text: str) -> str:
    line = inert(text)
    if numbered := _NUMBERED.match(line):
        return f"{numbered[0]}\\{line[numbered.end() :]}"
    return "\\" + line if _LINE_START.match(line) else line


def _words(text: str) -> str:
    broken = _REFERENCE.sub(lambda found: found[0] + _GAP, text)
    escaped = _INLINE.sub(_backslash, broken)
    return _HTML.sub(lambda found: _ENTITIES[found[0]], escaped)


def _backslash(found: re.Match[str]) -> str:
    return "\\" + found[0]
