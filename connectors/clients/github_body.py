"""What we write into an issue's body for ourselves, and reading it again: the marker and the link to the document.

::

    **Document:** <!-- syncd:link -->[docs/a.md](<https://…>)<!-- /syncd:link -->

    <!-- syncd:0123456789ab document=1f2e3d4c -->

Comments are invisible on GitHub. Each counts only as a line of its own and exactly as we write it, and no text of a
document can hold one, since its ``<`` is written ``&lt;``. Whoever edits the rest of the body disturbs neither.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote

from connectors.clients.github_markup import link, parts, target_of
from syncd.core.model import Block

LIMIT = 65_536
"""Characters of a body, which GitHub counts as UTF-16 does at worst."""

_LINK = re.compile(r"(?m)^(\*\*Document:\*\* <!-- syncd:link -->)(.+)(<!-- /syncd:link -->)(?=\r?$)")
_MARKER = re.compile(r"(?m)^<!-- syncd:([0-9a-f]{12})(?: document=[0-9a-f]{8})? -->(?=\r?$)")
_CUT = "… (The rest did not fit; it is in the document.)"
_HALF = re.compile(r"(?:&[a-z]*|\\)$")


@dataclass(frozen=True, slots=True)
class Body:
    """A description, and whether something had to be left out of it."""

    text: str
    cut: bool = False


def compose(blocks: Iterable[Block], *, document: str, marker: str) -> Body:
    """The description of a new ticket, at most :data:`LIMIT` long; link and marker are always whole."""
    described = tuple(blocks)
    words = next((b.link[1] for b in described if b.link and b.link[0] == document), document)
    end = "\n\n".join((_link_line(document, words), _marker_line(marker, document)))
    kept = [b if b.link is None or b.link[0] != document else _without_link(b) for b in described]
    text, cut = _fitting(parts(kept), room=LIMIT - _size(end) - _size(_CUT) - 4)
    return Body("\n\n".join((*text, end)), cut)


def marker_of(body: str) -> str | None:
    """The marker, the last one if somebody pasted others in front of it."""
    found = _MARKER.findall(body)
    return found[-1] if found else None


def document_of(body: str) -> str | None:
    """What it links back to, as :func:`compose` or :func:`with_document` was told."""
    found = _LINK.findall(body)
    return target_of(found[0][1]) if len(found) == 1 else None


def with_document(body: str, document: str) -> str | None:
    """The body with another link in our line, and no other byte changed; None when that line is not as we wrote it."""
    if document_of(body) is None:
        return None
    if document_of(body) == document:
        return body
    written = link(document, _name(document))
    return _LINK.sub(lambda found: found[1] + written + found[3], body)


def with_marker(body: str, marker: str) -> str:
    """A person's body with our marker below it."""
    if marker_of(body) == marker:
        return body
    end = f"<!-- syncd:{marker} -->"
    return f"{body.rstrip()}\n\n{end}" if body.strip() else end


def _link_line(document: str, words: str) -> str:
    return f"**Document:** <!-- syncd:link -->{link(document, words)}<!-- /syncd:link -->"


def _marker_line(marker: str, document: str) -> str:
    name = hashlib.sha256(document.encode("utf-8", "replace")).hexdigest()[:8]
    return f"<!-- syncd:{marker} document={name} -->"


def _without_link(block: Block) -> Block:
    return Block(heading=block.heading, text=block.text, facts=block.facts)


def _name(document: str) -> str:
    path = re.split(r"[?#]", document)[0]
    return unquote(path.rstrip("/").rpartition("/")[2]) or document


def _fitting(paragraphs: Iterable[str], *, room: int) -> tuple[list[str], bool]:
    kept: list[str] = []
    for paragraph in paragraphs:
        room -= _size(paragraph) + 2
        if room < 0:
            return [*kept, _shortened(paragraph, -room)], True
        kept.append(paragraph)
    return kept, False


def _shortened(paragraph: str, excess: int) -> str:
    """Cut between two words and before anything set as code, so that nothing comes to life."""
    start = paragraph[: max(0, len(paragraph) - excess)]
    return _HALF.sub("", (start.rpartition(" ")[0] or start).partition("`")[0]) + _CUT


def _size(text: str) -> int:
    return len(text.encode("utf-16-le", "replace")) // 2
