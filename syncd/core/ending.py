"""What stands behind a task: tickets, ``(done)``, ``Owner: X``, ``@owner``, a priority, a type, a date.

Each rule first looks for a character that it cannot do without: most sentences end in nothing but a full stop.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from syncd.core.attributes import peel_closing_attributes
from syncd.core.beginning import is_name
from syncd.core.dates import find_dates
from syncd.core.model import State
from syncd.core.peel import HANDLES, NAMES, PRIORITY, SEPARATORS, Peel
from syncd.core.references import tail
from syncd.core.states import leading_mark, state_of, whole_state
from syncd.core.words import TYPES

_WINDOW = 160
_BRACKET = re.compile(r"[)\]】）][.!]?$")
_STATE_BRACKETED = re.compile(r"\s*(?P<place>[\[(（【](?P<state>[^\[\]()（）【】]{1,60})[\])）】])[.!]?$")
_STATE_DASHED = re.compile(r"\s+[—–-]+\s*(?P<state>[\w'’ ]{2,30})[.!]?$")
_STATE_IN_BRACKETS = re.compile(
    r"(?:done|completed|fixed|in progress|wip|ongoing|shipped|merged|deployed|todo|cancelled|rejected|won't do"
    r"|not done|concluíd[oa]|feit[oa]|hech[oa]|completad[oa]|terminad[oa]|faite?|terminée?|erledigt|abgeschlossen"
    r"|umgesetzt|fatt[oa]|completat[oa]|готово|сделано|выполнено|зроблено|zrobione|ukończone|klaar|klart|ferdig|færdig|valmis"
    r"|tamamlandı|selesai|đã xong|hoàn thành|en curso|em andamento|en cours|in arbeit|in corso|в работе|pågår)\b"
    r"|完了|対応済み?|已完成|完成|완료|進行中|対応中|进行中|진행 ?중",
    re.IGNORECASE,
)
_SHOUTS = (
    "TODO",
    "DONE",
    "WIP",
    "FIXED",
    "COMPLETED",
    "CLOSED",
    "RESOLVED",
    "MERGED",
    "CANCELLED",
    "REJECTED",
    "ONGOING",
)
_SHOUTED = re.compile(
    rf"(?:^|[\s.;:,])(?P<state>{'|'.join(_SHOUTS)})(?P<more>(?:\s+(?:in|by|via|on|with)\b[^.]{{0,60}})?)[.!]?$"
)
_SAYINGS = (
    "pr ",
    "needed",
    "required",
    "already done",
    "work in progress",
    "implemented ",
    "fixed ",
    "completed ",
)
_SAID = re.compile(
    r"[.;,:?!]\s+(?P<state>(?:draft )?pr (?:exists|open|opened|up|raised|created|merged|in review)|not needed\b.{0,80}"
    r"|no longer (?:needed|required)|already done|work in progress"
    r"|(?:already )?(?:implemented|fixed|completed) (?:in|by|via|with|on|as)\b(?:[^.!?]|\.(?=\S)){0,80})[.!]?$",
    re.IGNORECASE,
)
_STATE_OF_REFERENCE = re.compile(
    r"[\s(\[—–-]*((?:done|fixed|completed|implemented|resolved|merged|closed|wip|in progress|pr open)\b)", re.IGNORECASE
)

_SIGN_DATED = re.compile(r"([^\w\s]\ufe0f?)\s*\d{4}-\d\d-\d\d$")

_HANDLES = re.compile(rf"[\s(\[（,—–-]*(?<![\w.])(?P<owner>{HANDLES})[)\]）]?\.?$")
_PRIORITY = re.compile(rf"\s*[\[(【]{PRIORITY}[\])】]\.?$", re.IGNORECASE)
_TYPE = re.compile(r"\s*[\[(【](?P<type>[^\[\]()【】]{3,24})[\])】]\.?$")
_DUE = re.compile(
    r"[\s,;—–-]*[\[(（]?(?:\b(?:due by|due|by|before|until|eta|deadline|target|bis|para el|avant le|entro il"
    r"|até)\b:?\s+(?:on |by |the )?"
    r"|📅\s*|[\[(（](?=\d{4}-))(?P<due>[^\[\]()（）]{3,30})[\])）]?\.?$",
    re.IGNORECASE,
)
_WEEKDAY = re.compile(
    r"\b(?:mon|tue|tues|wed|thu|thur|thurs|fri|sat|sun)(?:day|nesday|rsday|urday|sday)?\b|\b(?:end of day|eod|on)\b",
    re.IGNORECASE,
)
_PERSON = re.compile(rf"\s*[\[(（](?P<owner>{NAMES}|[A-Z]{{2,3}})[\])）]\.?$|\s+[—–-]\s*(?P<dashed>{NAMES})\.?$")
_PERSON_WINDOW = 60
_SEVERAL = re.compile(r"\s*[\[(（]([^\[\]()（）]*[,;|·、，；/][^\[\]()（）]*)[\])）]\.?$")
_PRIORITY_WORD = re.compile(PRIORITY, re.IGNORECASE)
_LEADING_DUE = re.compile(r"^(?:due by|due|by|before|until|eta|deadline|期限)\b:?\s*(?:on )?", re.IGNORECASE)


def peel_ending(peel: Peel) -> None:
    """Take off what stands behind the task, in whatever order."""
    for _ in range(12):
        before = peel.end
        while peel.end > peel.start and peel.plain[peel.end - 1] in SEPARATORS:
            peel.end -= 1
        if not any(rule(peel) for rule in _RULES) and peel.end == before:
            return


def closing_name(plain: str) -> str | None:
    """The name in brackets or behind a dash at the end of a text."""
    match = _PERSON.search(plain, max(0, len(plain) - _PERSON_WINDOW)) if _may_close_with_name(plain) else None
    words = (match["owner"] or match["dashed"]) if match else None
    return words if words and is_name(words) and whole_state(words) is None else None


def _may_close_with_name(plain: str) -> bool:
    end = plain[-_PERSON_WINDOW:]
    return _BRACKET.search(end) is not None or any(dash in end for dash in ("—", "–", " -"))


def _references(peel: Peel) -> bool:
    if not peel.found:
        return False
    start, named = tail(peel.prose, [f for f in peel.found if f.start >= peel.start], peel.end)
    if not named:
        return False
    peel.end = start
    if told := _STATE_OF_REFERENCE.match(peel.plain[start : named[-1].end]):
        place = (start + told.start(1), start + told.end(1))
        peel.tell(state_of(told[1]), told[1], place)
    peel.named.extend(named)
    return True


# --- states ---------------------------------------------------------------------------------------------------------


def _state(peel: Peel) -> bool:
    low = max(peel.start, peel.end - _WINDOW)
    words = peel.plain[low : peel.end]
    if _BRACKET.search(words):
        return _take_state(peel, _STATE_BRACKETED.search(peel.plain, low, peel.end), _state_in_brackets, "place")
    if any(dash in words for dash in ("—", "–", " -")) and _take_state(
        peel, _STATE_DASHED.search(peel.plain, low, peel.end), whole_state, "state"
    ):
        return True
    if any(shout in words for shout in _SHOUTS) and _take_state(
        peel, _SHOUTED.search(peel.plain, low, peel.end), state_of, "state"
    ):
        return True
    lower = words.lower()
    if any(saying in lower for saying in _SAYINGS) and _take_state(
        peel, _SAID.search(peel.plain, low, peel.end), state_of, "state"
    ):
        return True
    return _sign(peel)


def _take_state(peel: Peel, match: re.Match[str] | None, told: Callable[[str], State | None], place: str) -> bool:
    state = told(match["state"]) if match else None
    if match is None or state is None or not peel.retreat(match.start(place)):
        return False
    peel.tell(state, match["state"], match.span(place))
    return True


def _state_in_brackets(words: str) -> State | None:
    """Only the state, or a state word with a remark behind it."""
    if state := whole_state(words):
        return state
    return state_of(words) if _STATE_IN_BRACKETS.match(words) else None


def _sign(peel: Peel) -> bool:
    """A sign at the end, the day it was set behind it or not: ``… ✅ 2024-01-02``."""
    if dated := _SIGN_DATED.search(peel.plain, max(peel.start, peel.end - 16), peel.end):
        mark = leading_mark(dated[1])
        if mark and peel.retreat(dated.start()):
            peel.tell(state_of(mark[0]), dated[0], dated.span(1))
            return True
    text = peel.plain[max(peel.start, peel.end - 2) : peel.end]
    for cut in range(len(text)):
        match = leading_mark(text[cut:])
        if match and cut + match.end() == len(text):
            start = peel.end - len(text) + cut
            if not peel.retreat(start):
                return False
            peel.tell(state_of(match[0]), match[0], (start, start + len(match[0])))
            return True
    return False


# --- owners, priorities, types, dates -------------------------------------------------------------------------------


def _handles(peel: Peel) -> bool:
    low = max(peel.start, peel.end - _WINDOW)
    if "@" not in peel.plain[low : peel.end]:
        return False
    match = _HANDLES.search(peel.plain, low, peel.end)
    if not match or not peel.retreat(match.start()):
        return False
    peel.set("owner", match["owner"])
    return True


def _bracketed(peel: Peel) -> bool:
    """A priority, a type, a person in brackets at the end."""
    low = max(peel.start, peel.end - _PERSON_WINDOW)
    if _BRACKET.search(peel.plain[low : peel.end]):
        if (match := _PRIORITY.search(peel.plain, low, peel.end)) and peel.retreat(match.start()):
            return True
        match = _TYPE.search(peel.plain, low, peel.end)
        if match and match["type"].lower() in TYPES and peel.retreat(match.start()):
            peel.set("type", match["type"])
            return True
    return _person(peel, low)


_DIGIT = re.compile(r"\d")
_OWNER_KEY = re.compile(
    r"^(?:owners?|assignees?|assigned to|responsible|dri|lead|who|担当|负责人)\s*[:：=]\s*", re.IGNORECASE
)


def _parts(peel: Peel) -> bool:
    """Several things in one bracket: ``(Alice, Dec 1)``, ``(@bob, P1, due Friday 1 December)``."""
    match = _SEVERAL.search(peel.plain, max(peel.start, peel.end - _WINDOW), peel.end)
    if not match:
        return False
    parts = [_OWNER_KEY.sub("", part.strip()) for part in re.split(r"\s*[,;|·、，；]\s*|\s+/\s+", match[1])]
    dates = [p for p in parts if _is_date(p)]
    states = [p for p in parts if whole_state(p) is not None]
    handles = [p for p in parts if _HANDLES.fullmatch(p)]
    rest = [p for p in parts if p not in (*dates, *states, *handles) and not _PRIORITY_WORD.fullmatch(p)]
    sure = bool(dates or states or handles)
    if not sure or not all(is_name(p) or p.lower().endswith(" team") for p in rest) or not peel.retreat(match.start()):
        return False
    if owners := [*handles, *rest]:
        peel.set("owner", ", ".join(owners))
    for words in dates:
        peel.set("due", _LEADING_DUE.sub("", words))
    for words in states:
        at = peel.plain.index(words, match.start())
        peel.tell(whole_state(words), words, (at, at + len(words)))
    return True


def _is_date(words: str) -> bool:
    words = _LEADING_DUE.sub("", words)
    dates = find_dates(words)
    return bool(dates) and not _WEEKDAY.sub("", words[: dates[0].start] + words[dates[-1].end :]).strip(" ,.")


def _person(peel: Peel, low: int) -> bool:
    if not _may_close_with_name(peel.plain[low : peel.end]):
        return False
    match = _PERSON.search(peel.plain, low, peel.end)
    words = (match["owner"] or match["dashed"]).lower() if match else ""
    known = words in peel.people or words.endswith((" team", " squad", " guild"))
    if match is None or not known or not peel.retreat(match.start()):
        return False
    peel.set("owner", match["owner"] or match["dashed"])
    return True


def _due(peel: Peel) -> bool:
    low = max(peel.start, peel.end - _PERSON_WINDOW)
    if not _DIGIT.search(peel.plain, low, peel.end):
        return False
    match = _DUE.search(peel.plain, low, peel.end)
    dates = find_dates(match["due"]) if match else []
    if match is None or not dates:
        return False
    around = match["due"][: dates[0].start] + match["due"][dates[-1].end :]
    torn = match[0].strip(" .")[-1:] in tuple(")]）") and not match[0].strip(" ,;—–-").startswith(("(", "[", "（"))
    if torn or _WEEKDAY.sub("", around).strip(" ,.)") or not peel.retreat(match.start()):
        return False
    peel.set("due", match["due"])
    return True


_RULES = (_references, _parts, _due, _state, peel_closing_attributes, _handles, _bracketed)
