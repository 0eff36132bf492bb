"""Keys and values behind a task, or on a line of their own: ``Owner: X, due: Dec 1``."""

from __future__ import annotations

import re

from syncd.core.dates import find_dates
from syncd.core.peel import SEPARATORS, Peel
from syncd.core.states import state_of

_KEYS = (
    r"(?P<key>owners?|assignee|assigned to|responsible|dri|due(?:\s*(?:date|by|on))?|deadline|eta|target(?: date)?"
    r"|status|priority"
    r"|prio|type|effort|ticket|jira|issue|tracked in|tracking|担当|期限|状態|负责人|截止|状态|verantwortlich|frist"
    r"|responsable"
    r"|fecha límite|estado|échéance|responsável|prazo)"
)
_ATTRIBUTE = re.compile(rf"(?:^|(?<=[\s(\[|,;·•—–*（【])){_KEYS}\s*[:：=]\s*", re.IGNORECASE)
_KEY_FIELDS = {
    **dict.fromkeys(("owner", "owners", "assignee", "assigned to", "responsible", "dri", "担当", "负责人"), "owner"),
    **dict.fromkeys(("verantwortlich", "responsable", "responsável"), "owner"),
    **dict.fromkeys(("status", "状態", "状态", "estado"), "status"),
    **dict.fromkeys(("priority", "prio", "effort"), ""),
    **dict.fromkeys(("ticket", "jira", "issue", "tracked in", "tracking"), "ticket"),
    "type": "type",
}
"""What the words before a colon mean; the others are due dates."""

_DUE_BEHIND = re.compile(r"[\s,;—–-]+(?:due by|due|by|before|until|eta)\b:?\s+(?:on )?(?P<due>.{3,30})$", re.IGNORECASE)
_WINDOW = 640
"""So far from the end a first key may stand."""


def peel_line_of_attributes(peel: Peel) -> bool:
    """Take a line that holds nothing but ``Owner: X, due: Y``."""
    keys = list(_ATTRIBUTE.finditer(peel.plain))
    if not keys or peel.plain[: keys[0].start()].strip(SEPARATORS + "*[(") or not _are_attributes(peel, keys):
        return False
    _take_attributes(peel, keys, peel.end)
    return True


def peel_closing_attributes(peel: Peel) -> bool:
    """Take keys and values from the end of a sentence."""
    if not any(mark in peel.plain for mark in ":：="):
        return False
    keys = list(_ATTRIBUTE.finditer(peel.plain, max(peel.start, peel.end - _WINDOW), peel.end))
    while keys and not _are_attributes(peel, keys):
        keys.pop(0)
    end = peel.end
    if not keys or not peel.retreat(keys[0].start()):
        return False
    _take_attributes(peel, keys, end)
    while peel.plain[peel.end - 1 : peel.end] in tuple("([|（【*"):
        peel.end -= 1
    return True


def _values(peel: Peel, keys: list[re.Match[str]], end: int) -> list[str]:
    ends = [m.start() for m in keys[1:]] + [end]
    return [_value(peel.plain[m.end() : e]) for m, e in zip(keys, ends, strict=True)]


def _value(words: str) -> str:
    """A value without what belongs to the next one: ``Dec 1] [P1]``."""
    words = words.strip(SEPARATORS + "*.")
    for opening, closing in ("[]", "()", "（）", "【】"):
        if words.find(closing) >= 0 and (words.find(opening) < 0 or words.find(closing) < words.find(opening)):
            words = words[: words.find(closing)]
    return words.strip(SEPARATORS + "[(（【*.")


def _are_attributes(peel: Peel, keys: list[re.Match[str]]) -> bool:
    """Whether from the first key on there are only keys with short values of their kind."""
    last = peel.found[-1].start if peel.found else -1
    for match, value in zip(keys, _values(peel, keys, peel.end), strict=True):
        field = _KEY_FIELDS.get(match["key"].lower())
        wrong = (field == "ticket" and last < match.end()) or (field == "status" and state_of(value) is None)
        if wrong or not 0 < len(value) <= 60:
            return False
    return True


def _take_attributes(peel: Peel, keys: list[re.Match[str]], end: int) -> None:
    for match, value in zip(keys, _values(peel, keys, end), strict=True):
        field = _KEY_FIELDS.get(match["key"].lower(), "due")
        if field == "status":
            peel.tell(state_of(value), value, None)
        elif field == "ticket":
            peel.named.extend(f for f in peel.found if f.start >= match.end())
        elif field:
            _set(peel, field, value)


def _set(peel: Peel, field: str, value: str) -> None:
    """Keep a value; an owner may have a date behind it: ``Identity Team, due 2026-11-27``."""
    due = _DUE_BEHIND.search(value) if field == "owner" else None
    if due and find_dates(due["due"]) and due.start():
        peel.set("due", due["due"])
        value = value[: due.start()]
    peel.set(field, value)
