"""Keys and values behind a task, or on a line of their own: ``Owner: X, due: Dec 1``."""

from __future__ import annotations

import re

from syncd.core.dates import find_dates
from syncd.core.peel import SEPARATORS, Peel
from syncd.core.states import state_of
from syncd.core.words import phrases

_KEYS = (
    r"(?P<key>owners?|assignee|assigned to|responsible|dri|due(?:\s*(?:date|by|on))?|deadline|eta|target(?: date)?"
    r"|status|priority"
    r"|prio|type|effort|ticket|jira|issue|tracked in|tracking|担当者?|期限|期日|状態"
    r"|ステータス|優先度|负责人|責任者|截止日期|截止|状态|优先级"
    r"|verantwortlich(?:e[rn]?)?|zuständig|frist|fällig|priorität|responsables?|fecha límite|fecha|plazo|estado"
    r"|prioridad|échéance|statut|priorité|responsável|prazo|prioridade|responsabile|scadenza|stato|priorità"
    r"|담당자?|기한|마감일|상태|우선순위"
    r"|ответственный|срок|статус|приоритет|відповідальний|термін|пріоритет|ansvarlig|ansvarig|forfall|prioritet|eigenaar"
    r"|prioriteit|odpowiedzialny|termin|priorytet|sorumlu|durum|öncelik|phụ trách|trạng thái|penanggung jawab|tenggat"
    r"|prioritas)"
)
_ATTRIBUTE = re.compile(rf"(?:^|(?<=[\s(\[|,;·•—–*（【])){_KEYS}\s*[:：=]\s*", re.IGNORECASE)
_KEY_FIELDS = {
    **dict.fromkeys(("owner", "owners", "assignee", "assigned to", "responsible", "dri", "担当", "负责人"), "owner"),
    **dict.fromkeys(
        phrases("""
        担当者, 責任者, verantwortlich, verantwortliche, verantwortlicher, verantwortlichen, zuständig, responsable
        responsables, responsável, responsabile, 담당, 담당자, ответственный, відповідальний, ansvarlig, ansvarig
        eigenaar, odpowiedzialny, sorumlu, phụ trách, penanggung jawab
        """),
        "owner",
    ),
    **dict.fromkeys(
        phrases("status, 状態, 状态, ステータス, estado, statut, stato, 상태, статус, durum, trạng thái"), "status"
    ),
    **dict.fromkeys(
        phrases("""
        priority, prio, effort, 優先度, 优先级, priorität, prioridad, priorité, prioridade, priorità, 우선순위
        приоритет, пріоритет, prioritet, prioriteit, priorytet, öncelik, prioritas
        """),
        "",
    ),
    **dict.fromkeys(("ticket", "jira", "issue", "tracked in", "tracking"), "ticket"),
    "type": "type",
}
"""What the words before a colon mean; the others are due dates."""

_DUE_BEHIND = re.compile(r"[\s,;—–-]+(?:due by|due|by|before|until|eta)\b:?\s+(?:on )?(?P<due>.{3,30})$", re.IGNORECASE)
_LONGEST_OWNER = 90
"""Several teams, and how they share it: ``Search, in coordination with Platform and Support``."""
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
        if wrong or not 0 < len(value) <= (_LONGEST_OWNER if field == "owner" else 60):
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
