"""A ticket's description as Jira's wiki markup, in which everything that came from a document is plain words.

No macro, mention, link, table, list, image, emoticon or reference can arise from such a string; only we make
structure. A backslash makes just the characters ``- # * _ + ? ^ ~ | % { } [ ] ( ) ! @`` plain, and only when no other
backslash stands before it: so says the renderer of Data Center, and Cloud's converter was ported from it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote

from syncd.core.desired import ticket_title
from syncd.core.model import Block
from syncd.core.plain import one_line

LONGEST = 32_000
"""Of a description, in the UTF-16 units that Jira counts; it takes 32,767."""
LONGEST_TITLE = 255
LONGEST_TEXT = 20_000
"""Code points of one text that are kept."""

_JOINER = "\u2060"  # word joiner: shows nothing, and stands between two characters that must not meet
_BACKSLASH = "\uff3c"  # no escape exists for a backslash itself, so it gets its wide twin
_CUT = "… (cut: the text was longer than Jira takes)"
_PREFIX = "Postmortem document: "
_ESCAPED = re.compile(
    r"(?P<joining>[-_+])"
    r"|[{}\[\]|!*^~@#]"
    r"|\?(?=\?)|(?<=\?)\?"
    r"|\((?=[^()\s]{1,8}\))|(?<=[:;])[()]"
)
_BEFORE = re.compile(r"\w*$")
_LONGEST_KEY = 30
"""Characters of a project's key, and more."""
_JOINED = re.compile(r"(?<=:)(?!(?<=\d:)\d)(?=[^\s\\])|(?<=&)(?=#?\w{1,32};)|(?i:(?<=\bwww)(?=\.))")
_LINE_START = re.compile(r"^(h[1-6]|bq)(?=\.)")
_URL = re.compile(r"(?is)https?://.+")
_NOT_IN_URL = re.compile(r"[\s\[\]|{}^\\\"<>!`\x00-\x20\x7f]")
_BRACKETS = str.maketrans("[]{}|", "()()/")
_LINK_LINE = re.compile(
    rf"^{re.escape(_PREFIX)}(?:\[(?:[^\[\]|\r\n]*\|)?(?P<url>[^\[\]|\s]+)(?:\|[\w-]+)?\]|\{{\{{(?P<path>.+)\}}\}})\s*$",
    re.MULTILINE,
)


def description(blocks: Iterable[Block], *, document: str) -> str:
    """The blocks as wiki markup; the line that links to ``document`` is always there and survives every cut."""
    blocks = tuple(blocks)
    link = _document_link(blocks, document)
    parts = [part for block in blocks for part in _parts(block, link=link, document=document)]
    if link not in parts:
        parts.append(link)
    text = "\n\n".join(parts)
    if _length(text) <= LONGEST:
        return text
    rest = "\n\n".join(part for part in parts if part != link)
    return "\n\n".join((_shortened(rest, LONGEST - _length(link) - 100), _CUT, link))


def document_of(text: str | None) -> str | None:
    """What the line of :func:`description` links to; None when there is no such line (any more)."""
    line = _LINK_LINE.search(text or "")
    if line is None:
        return None
    return line["url"] or _plain(line["path"])


def title(words: str) -> str:
    """Words as a summary: one line that Jira does not refuse for its length."""
    line = ticket_title(words)
    while _length(line) > LONGEST_TITLE:
        line = line[:-2].rstrip() + "…"
    return line


def inert(text: str) -> str:
    """Untrusted text as words inside one line of wiki markup."""
    cut = text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT] + "…"
    line = one_line(cut).replace("\\", _BACKSLASH)
    escaped = _ESCAPED.sub(_escape, line)
    return _LINE_START.sub(rf"\1{_JOINER}", _JOINED.sub(_JOINER, escaped))


def _escape(found: re.Match[str]) -> str:
    return found[0] if found["joining"] and _joins(found) else "\\" + found[0]


def _joins(found: re.Match[str]) -> bool:
    """Whether it stands inside a word, where no markup begins or ends, and is not the hyphen in the key of a ticket."""
    line, at = found.string, found.start()
    after = line[at + 1 : at + 2]
    if not (_is_letter_or_digit(line[at - 1 : at]) and _is_letter_or_digit(after)):
        return False
    before = _BEFORE.search(line, max(0, at - _LONGEST_KEY), at)
    return found[0] != "-" or not after.isdecimal() or (before is not None and before[0].isdecimal())


def _is_letter_or_digit(character: str) -> bool:
    return character.isalpha() or character.isdecimal()


def _parts(block: Block, *, link: str, document: str) -> Iterable[str]:
    if block.heading:
        yield f"h3. {inert(block.heading)}"
    if block.text and (text := "\n".join(map(inert, block.text.splitlines())).strip("\n")):
        yield text
    if block.facts:
        yield "\n".join(f"* *{inert(label)}:* {inert(value)}" for label, value in block.facts)
    if block.link:
        yield link if block.link[0] == document else _other_link(*block.link)


def _document_link(blocks: Iterable[Block], document: str) -> str:
    """The line that :func:`document_of` reads; its brackets are ours, since words have none that count."""
    words = next((block.link[1] for block in blocks if block.link and block.link[0] == document), document)
    if _URL.fullmatch(document):
        return f"{_PREFIX}[{_words(words)}|{_target(document)}]"
    return f"{_PREFIX}{{{{{inert(document)}}}}}"


def _other_link(target: str, words: str) -> str:
    return f"[{_words(words)}|{_target(target)}]" if _URL.fullmatch(target) else inert(words)


def _words(words: str) -> str:
    """Words inside a link, where some renderers look for its end before they look for escapes."""
    return inert(ticket_title(words).translate(_BRACKETS)) or "link"


def _target(url: str) -> str:
    return _NOT_IN_URL.sub(lambda m: quote(m[0], safe=""), url)


def _plain(text: str) -> str:
    return re.sub(r"\\(?=[-#*_+?^~|{}\[\]()!@])", "", text).replace(_JOINER, "").replace(_BACKSLASH, "\\")


def _shortened(text: str, units: int) -> str:
    kept = text.encode("utf-16-le")[: 2 * units].decode("utf-16-le", "ignore")
    whole = kept.rpartition("\n")[0] if "\n" in kept[-2_000:] else kept.rpartition(" ")[0]
    return (whole or kept).rstrip("\\ \n")


def _length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
