"""The file of one ticket: front matter with its fields, and a description. Pure text and bytes: no I/O.

::

    ---
    key: T-1
    title: Add an alert on connection-pool use above 75%
    status: open
    owner: Platform Team
    due: 2026-12-01
    labels: [postmortem, syncd]
    postmortem: ../docs/checkout.md
    marker: abcdef123456
    ---

    The description.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from connectors.clients.front_matter import FrontMatter, flow, read, scalar, with_list_item, with_value
from syncd.core.desired import ticket_title
from syncd.core.model import State
from syncd.core.states import whole_state

LABEL = "syncd"
"""On every ticket that syncd made or adopted."""

_FIELDS = ("key", "title", "status", "owner", "due", "labels", "postmortem", "marker")
_NOTHING = frozenset({"", "~", "null"})
_MARKER = re.compile(r"[0-9a-f]{12}")
_DAY = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?")


@dataclass(frozen=True, slots=True)
class Content:
    """What a ticket's file says. What could not be read is missing, and a problem says so."""

    key: str | None
    title: str
    state: State | None
    due: date | None
    postmortem: str | None
    """As written: relative to the file, or a URL."""
    marker: str | None
    problems: tuple[str, ...]
    """What a person should mend: the ends of sentences that begin with the file's name."""


def decode(data: bytes) -> str:
    """The text of any bytes; :func:`encode` gives exactly these bytes again."""
    return data.decode("utf-8", "surrogateescape")


def encode(text: str) -> bytes:
    """The bytes of a text that :func:`decode` made."""
    return text.encode("utf-8", "surrogateescape")


def content(data: bytes) -> Content:
    """What the file says, read leniently; never raises."""
    front = read(decode(data))
    if front.problem:
        return Content(None, "", None, None, None, None, (front.problem,))
    status, due, marker = (_given(front, name) for name in ("status", "due", "marker"))
    state = whole_state((status or "").replace("_", " "))
    day = _day(due or "")
    problems = (
        *_mistakes(front),
        "" if state else _about_status(status),
        "" if day or not due else f"the due date “{ticket_title(due)}” is no date; write it as 2026-12-31",
    )
    return Content(
        key=_given(front, "key"),
        title=ticket_title(front.value("title") or ""),
        state=state,
        due=day,
        postmortem=_given(front, "postmortem"),
        marker=marker if marker and _MARKER.fullmatch(marker) else None,
        problems=tuple(filter(None, problems)),
    )


def compose(fields: Mapping[str, str], *, labels: Sequence[str], description: str) -> bytes:
    """A new file. ``fields`` are untrusted text by their names; those left out stand there without a value."""
    values = {**{name: scalar(value) for name, value in fields.items()}, "labels": flow(labels)}
    lines = (f"{name}: {values.get(name, '')}".rstrip() for name in _FIELDS)
    return "\n".join(("---", *lines, "---", "", description)).encode("utf-8", "replace")


def updated(
    data: bytes,
    *,
    title: str | None = None,
    state: State | None = None,
    due: date | None = None,
    postmortem: str | None = None,
) -> bytes:
    """The file with what is given changed, and every other byte kept; what already says so is left as it is.

    Raises ValueError, with the end of a sentence about the file, when a person has to mend it first.
    """
    before, front = content(data), read(decode(data))
    wanted: dict[str, str] = {}
    if title and before.title != (line := ticket_title(title)):
        wanted["title"] = line
    if state is not None and before.state is not state:
        wanted["status"] = _unless_unknown(front, "status", state.value, understood=before.state)
    if due is not None and before.due != due:
        wanted["due"] = _unless_unknown(front, "due", due.isoformat(), understood=before.due)
    if postmortem and before.postmortem != postmortem:
        wanted["postmortem"] = postmortem
    text = front.text
    for name, value in wanted.items():
        text = with_value(read(text), name, scalar(value))
    return _checked(encode(text), wanted)


def _unless_unknown(front: FrontMatter, name: str, value: str, *, understood: object) -> str:
    if understood is None and (word := _given(front, name)):
        raise ValueError(f"nobody knows what its `{name}` “{ticket_title(word)}” means; change it by hand")
    return value


def adopted(data: bytes, marker: str) -> bytes:
    """The file with our label and this marker added, and nothing else changed. Raises ValueError likewise."""
    front, before = read(decode(data)), content(data).marker
    if before not in (None, marker):
        raise ValueError(f"it already carries the marker {before} of another action item")
    text = front.text
    if LABEL not in _labels(front):
        text = with_list_item(front, "labels", LABEL)
    if before is None:
        text = with_value(read(text), "marker", scalar(marker))
    if LABEL not in _labels(read(text)):
        raise ValueError("its labels cannot be read; write them as a list")
    return _checked(encode(text), {"marker": marker})


def _checked(data: bytes, wanted: Mapping[str, str]) -> bytes:
    # The last word has the reader: what a person wrote around the place may give our value another meaning.
    front = read(decode(data))
    for name, value in wanted.items():
        if front.value(name) != value:
            raise ValueError(
                f"`{name}` cannot be changed without harm to what stands around it; change it to “{value}”"
            )
    return data


def _labels(front: FrontMatter) -> list[str]:
    return [part.strip() for part in (front.value("labels") or "").split(",")]


def _given(front: FrontMatter, name: str) -> str | None:
    value = (front.value(name) or "").strip()
    return None if value.casefold() in _NOTHING else value


def _mistakes(front: FrontMatter) -> list[str]:
    entries = [front.named(name) for name in _FIELDS]
    doubled = [found[-1] for found in entries if len(found) > 1]
    unread = [entry for found in entries for entry in found if entry.values is None]
    return [
        *(f"line {entry.line} gives `{entry.name}` a second time; keep one of them" for entry in doubled),
        *(f"`{entry.name}` in line {entry.line} cannot be read; write it in one line" for entry in unread),
    ]


def _about_status(word: str | None) -> str:
    said = f"the status “{ticket_title(word)}” is unknown" if word else "it has no status"
    return f"{said}; write open, in_progress, done or cancelled"


def _day(text: str) -> date | None:
    found = _DAY.fullmatch(text.strip())
    try:
        return date(*(int(part) for part in found.groups())) if found else None
    except ValueError:
        return None
