"""What stands before a task: a sign, ``DONE:``, ``[P1]``, ``Action item:``, an id, a ticket, an owner."""

from __future__ import annotations

import re

from syncd.core.dates import find_dates
from syncd.core.model import State
from syncd.core.peel import HANDLES, NAME, NAMES, PRIORITY, Peel
from syncd.core.prose import Emphasis
from syncd.core.references import is_commit
from syncd.core.states import leading_mark, state_of, whole_state
from syncd.core.verbs import VERBS, first_word
from syncd.core.words import BOXES, GROUP_WORDS, TASK_WORDS, one_of, phrases

_STATES = one_of(
    phrases("""
    done, todo, to do, to-do, wip, in progress, in-progress, open, completed, complete, closed, fixed, resolved
    pending, cancelled, canceled, rejected, deferred, postponed, won't do, won't fix, wontfix, blocked, not started
    ongoing, doing, superseded, obsolete, not needed, merged, shipped, implemented, not done, backlog, 完了, 済
    対応済み, 未着手, 未対応, 対応中, 進行中, 已完成, 完成, 进行中, 待处理, 未开始, 待办, 在途, erledigt, offen
    in arbeit, hecho, pendiente, en curso, fait, à faire, en cours, feito, a fazer, fatto, da fare, 완료, 진행중
    готово, сделано, в работе
""")
)
_DELIMITED = re.compile(
    rf"(?P<state>{_STATES})(?P<more>[^\n:—–]{{0,40}}?)\s*(?:[:：]\s+|\s[—–-]+\s+|[—–]\s*)", re.IGNORECASE
)
_SHOUTED = re.compile(r"(?P<state>TODO|DONE|WIP|FIXED|DOING|OPEN|CLOSED|CANCELLED|BLOCKED)(?P<more>)\s+(?=\S)")
_BRACKETED = re.compile(r"[\[(（【](?P<state>[^\[\]()（）【】]{1,40})[\])）】](?P<more>)\s*[:—–-]?\s*")
_REMARK = re.compile(r"\s*(?:p[0-5]|\(.*\)|due .*|by .*)\s*", re.IGNORECASE)
_DUE = re.compile(r"\s*(?:due|by|until)\b:?\s*", re.IGNORECASE)

_BLANKS = " \t\n:—–-·•◦▪▫‣●○"
_PRIORITY = re.compile(
    rf"[\[(【]{PRIORITY}[\])】]\s*[:—–-]?\s*|p[0-5]\s*[:—–-]\s+|\[\d+\s?(?:m|min|h|d|w)\]\s+", re.IGNORECASE
)
_PREFIX = re.compile(
    rf"(?:(?:{TASK_WORDS}|follow[- ]?up)\s*(?:#?\d{{1,2}})?|[\[(](?:{TASK_WORDS})\s*#?\d{{1,2}}[\])])\s*[:：]\s*(?=\S)",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?P<id>\d{1,2})[.)]\s+(?=\S)")
_ID = re.compile(r"[\[(]?(?P<id>[A-Z]{1,5}-?\d{1,4}|#\d{1,2})[\])]?\s*(?:[:：.)—–]\s*|-\s+)(?=\S)")
_HANDLE = re.compile(rf"[\[(]?(?P<owner>{HANDLES})[\])]?\s*(?:[:：—–-]\s*|\bto\s+|(?=\s))(?=\S)")
_PATTERNS = ((_PRIORITY, ""), (_PREFIX, ""), (_NUMBER, "id"), (_ID, "id"), (_HANDLE, "owner"))
_AFTER_BRACKET = re.compile(r"[\])]\s*[:—–-]?\s*")
_AFTER_REFERENCE = re.compile(r"\s*[:—–-]\s+")
_NOTED = re.compile(r"[\w#./-]+\s*[(（](?P<state>[^()（）]+)[)）]")
"""The words of a link that tell a state beside the ticket: ``OPS-12 (done)``."""

_NAMES_ONLY = re.compile(NAMES)
_INITIALS = re.compile(r"[A-Z]{2,3}(?:\s*[/,&+]\s*[A-Z]{2,3})*$")
_BRACKETED_OWNER = re.compile(rf"[\[(](?P<owner>{NAMES})[\])]\s*[:—–-]?\s+(?=\S)")
_NAMED_OWNER = re.compile(rf"(?P<owner>{NAMES}|{HANDLES})\s*(?:[:：]|\s[—–-])\s+(?=\S)")
_BEHIND_OWNER = re.compile(r"[\s:—–-]*(?:to\s+)?")
_SUBJECT = re.compile(
    rf"(?P<owner>(?:The\s+)?(?:{HANDLES}|{NAME}(?:\s(?:{NAME}|team|and|&|\+)){{0,5}})|[Tt]he\s(?:[\w-]+\s){{1,3}}team)"
    r"\s+(?:to|will|agreed to)\s+(?P<verb>[a-z][\w-]*)"
)
_NO_NAMES = phrases("""
    need, needs, want, plan, continue, we, try, remember, ability, way, ways, how, process, have, access, changes
    updates, improvements, something, this, that, it, they, there, i, you, someone, everyone, who, what, when, if
    in, for, as, due, prior, able, consideration, option, options, next, going, use, decide, proposal, approach
    strategy, time, effort, work, steps, tool, tools, script, test, tests, alert, alerts, monitoring, action, look
    looking, considering, request, automation, documentation, tooling, support, code, data, users, customers
    engineers, nothing, anything, mechanism, assigned, asked, scheduled, tasked, told, reminded, invited, instructed
""")


def peel_beginning(peel: Peel) -> None:
    """Take off what stands before the task, in whatever order."""
    for _ in range(8):
        before = peel.start
        while peel.start < peel.end and peel.plain[peel.start] in _BLANKS:
            peel.start += 1
        if not any(rule(peel) for rule in _RULES) and peel.start == before:
            return


def _has_colon(text: str, start: int) -> bool:
    """Whether a colon stands where a label before a task would end."""
    return any(mark in text[start : start + 24] for mark in ":：=")


def begins_with_state(text: str) -> bool:
    """Whether a text begins with a state and a colon, ``Done: …``, and goes on."""
    match = _DELIMITED.match(text) if _has_colon(text, 0) else None
    return match is not None and not match["more"] and match[0].rstrip().endswith((":", "："))


def is_name(words: str) -> bool:
    """Whether words look like the name of a person or team, and not like a task or group."""
    return (
        len(words) <= 40
        and _NAMES_ONLY.fullmatch(words) is not None
        and words.lower() not in GROUP_WORDS
        and first_word(words) not in VERBS
        and first_word(words) not in _NO_NAMES
    )


def subject_owner(action: str) -> str | None:
    """The owner of ``Ed to write the docs``; None when the sentence begins otherwise."""
    match = _SUBJECT.match(action)
    if not match or match["verb"] not in VERBS:
        return None
    owner = match["owner"].strip()
    handle = owner.startswith("@")
    if " will " in match[0] and not (handle or owner.lower().endswith(" team")):
        return None
    first = first_word(owner)
    known = handle or owner.startswith("the ")
    return None if first in _NO_NAMES or (first in VERBS and not known) else re.sub(r"^[Tt]he\s", "", owner)


_STILL_OPEN = re.compile(r"\b(?:BLOCKED|PENDING|TODO|OPEN|NOT (?:DONE|STARTED))\b")
"""What says beside a cross that a task waits and was not given up."""


_DECORATION = re.compile(r"[\u2190-\u2bff\U0001f300-\U0001faff]\ufe0f?\s+(?=\d{1,2}[.)]\s)")


def _decoration(peel: Peel) -> bool:
    """A sign before the number of a task, that tells no more than a tool does: ``🔧 1. …``."""
    match = _DECORATION.match(peel.plain, peel.start, peel.end)
    return bool(match and state_of(match[0]) in (None, State.IN_PROGRESS) and peel.advance(match.end()))


def _sign(peel: Peel) -> bool:
    match = leading_mark(peel.plain[peel.start : peel.start + 2])
    if not match or not peel.advance(peel.start + match.end()):
        return False
    state = state_of(match[0])
    waits = _STILL_OPEN.search(peel.plain, peel.start, peel.end) if state is State.CANCELLED else None
    peel.tell(State.OPEN if waits else state, match[0], (peel.start - match.end(), peel.start))
    return True


def _state(peel: Peel) -> bool:
    for pattern in (_BRACKETED, _DELIMITED, _SHOUTED):
        match = pattern.match(peel.plain, peel.start, peel.end)
        if not match or (pattern is _BRACKETED and whole_state(match["state"]) is None):
            continue
        more = match["more"].strip()
        if more and not (_is_date(more) or _REMARK.fullmatch(more)):
            continue
        if not peel.advance(match.end()):
            return False
        peel.tell(whole_state(match["state"]), f"{match['state']} {more}", match.span("state"))
        if (due := _DUE.match(more)) and find_dates(more):
            peel.set("due", more[due.end() :])
        return True
    return False


_BOX = re.compile(r"\[([ xX])\]\s+(?=\S)")


def _box(peel: Peel) -> bool:
    """A checkbox where none is one: in a table, in a paragraph, in a list of an HTML page."""
    boxed = peel.plain.startswith("[", peel.start)
    match = _BOX.match(peel.plain, peel.start, peel.end) if boxed else None
    if not match or not peel.advance(match.end()):
        return False
    if peel.state is None:
        peel.tell(BOXES[match[1]], match[0].strip(), None)
        peel.box = peel.prose.span(*match.span(1))
    return True


_NOT_APPLICABLE = re.compile(r"\[n/?a\]\s*", re.IGNORECASE)


def _unticked(peel: Peel) -> bool:
    """What stands in the place of a checkbox and says that the task is none: ``[N/A]``."""
    boxed = peel.plain.startswith("[", peel.start)
    match = _NOT_APPLICABLE.match(peel.plain, peel.start, peel.end) if boxed else None
    if not match or not peel.advance(match.end()):
        return False
    peel.tell(State.CANCELLED, match[0].strip(), match.span())
    return True


def _is_date(words: str) -> bool:
    dates = find_dates(_DUE.sub("", words, count=1))
    return len(dates) == 1 and dates[0].end - dates[0].start >= len(_DUE.sub("", words, count=1).strip(" ()"))


def _reference(peel: Peel) -> bool:
    """A ticket before the task: ``[OPS-12](…): …``, ``[#12] …``."""
    first = next((f for f in peel.found if f.start >= peel.start and f.end <= peel.end), None)
    if first is None or peel.plain[peel.start : first.start].strip("[(") or is_commit(first.reference):
        return False
    words = peel.plain[first.start : first.end]
    pattern = _AFTER_BRACKET if first.start > peel.start else _AFTER_REFERENCE
    after = pattern.match(peel.plain, first.end, peel.end)
    noted = _NOTED.fullmatch(words) if first.linked else None
    state = whole_state(noted["state"]) if noted else None
    unnamed = first.linked and state is None and words != first.reference.text
    if not after or unnamed or not peel.advance(after.end()):
        return False
    peel.named.append(first)
    if noted:
        peel.tell(state, noted["state"], None)
    return True


def _pattern(peel: Peel) -> bool:
    for pattern, name in _PATTERNS:
        if pattern is _PREFIX and not _has_colon(peel.plain, peel.start):
            continue
        match = pattern.match(peel.plain, peel.start, peel.end)
        if not match or (name == "id" and match["id"].split("-")[0] in peel.projects):
            continue
        if peel.advance(match.end()):
            if name:
                peel.set(name, match[name])
            return True
    return False


def _owner(peel: Peel) -> bool:
    bold = next((s for s in peel.prose.styles if s.kind is Emphasis.BOLD and s.start <= peel.start < s.end), None)
    if bold and _bold_owner(peel, bold.end):
        return True
    for pattern in (_BRACKETED_OWNER, _NAMED_OWNER):
        match = pattern.match(peel.plain, peel.start, peel.end)
        if not match or not _is_owner(match["owner"], peel.people, initials=pattern is _BRACKETED_OWNER):
            continue
        if peel.advance(match.end()):
            peel.set("owner", match["owner"])
            return True
    return False


def _bold_owner(peel: Peel, end: int) -> bool:
    """``**Robert** Turn on …``, ``**Natalie** to …``; before a colon only a name that is known."""
    words = peel.plain[peel.start : end].strip(" :")
    rest = peel.plain[end : peel.end]
    if ":" in peel.plain[end - 1 : end + 1] or rest.lstrip()[:1] in tuple("—–-"):
        if not _is_owner(words, peel.people, initials=False):
            return False
    elif not (is_name(words) and first_word(rest) in VERBS | {"to"}):
        return False
    behind = _BEHIND_OWNER.match(rest)
    if not peel.advance(end + (behind.end() if behind else 0)):
        return False
    peel.set("owner", words)
    return True


def _is_owner(words: str, people: frozenset[str], *, initials: bool) -> bool:
    """Whether a name before a task is its owner's: a known one, a team, or ``initials``."""
    if not is_name(words) or whole_state(words) is not None:
        return False
    known = words.lower() in people or words.lower().endswith((" team", " guild", " squad"))
    return known or (initials and _INITIALS.match(words) is not None)


_LEADING_OWNER = re.compile(
    r"(?:owner|assignee|responsible|dri)\s*[:=]\s*(?P<owner>[^/|;:—–]{2,40}?)\s*(?:\s/|[|;—–])\s+"
    r"(?:(?:(?:due|by|deadline)\b:?\s*)?(?P<due>no (?:due )?date|tbd|\d[^/|;—–]{2,20}?)\s*(?:\s/|[|;—–])\s+)?(?=\S)",
    re.IGNORECASE,
)


def _leading_owner(peel: Peel) -> bool:
    """``Owner: SRE / 2024-12-01 / the task``."""
    match = _LEADING_OWNER.match(peel.plain, peel.start, peel.end) if _has_colon(peel.plain, peel.start) else None
    if not match or (match["due"] and not match["due"][0].isalpha() and not _is_date(match["due"])):
        return False
    if not peel.advance(match.end()):
        return False
    peel.set("owner", match["owner"])
    if match["due"] and find_dates(match["due"]):
        peel.set("due", match["due"])
    return True


_RULES = (_decoration, _sign, _state, _box, _unticked, _reference, _leading_owner, _pattern, _owner)
