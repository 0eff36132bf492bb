"""A task written as a sentence → its words, and what stands before and after them.

Before: checkbox signs, ``DONE:``, ``[P1]``, ``Action item:``, an id, an owner. After: tickets, ``(done)``,
``@owner``, ``Owner: X``, a type, a priority, a date. Both ends are peeled until nothing more comes off, in any
order, so an action reads the same before and after a link and a mark were written behind it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from syncd.core.dates import find_dates
from syncd.core.fields import is_blank
from syncd.core.model import Reference, Span, State
from syncd.core.prose import Emphasis, Prose, squeeze
from syncd.core.references import Found, find_references, is_commit, tail, whole
from syncd.core.states import leading_mark, state_of, whole_state
from syncd.core.verbs import VERBS, first_word
from syncd.core.words import GROUP_WORDS, TYPES, one_of, phrases


@dataclass(frozen=True, slots=True)
class Sentence:
    """What a task says. ``end`` is where its last peeled mark begins in the prose."""

    action: str
    row_id: str | None = None
    owner: str | None = None
    due: str | None = None
    type: str | None = None
    status: str | None = None
    state: State | None = None
    mark: Span | None = None
    references: tuple[Reference, ...] = ()
    code: tuple[str, ...] = ()


_LEADING_STATES = one_of(phrases("""
    done, todo, to do, to-do, wip, in progress, in-progress, open, completed, complete, closed, fixed, resolved, pending, cancelled
    canceled, rejected, deferred, postponed, won't do, won't fix, wontfix, blocked, not started, ongoing, doing, superseded, obsolete
    not needed, merged, shipped, implemented, not done, backlog, 完了, 済, 対応済み, 未着手, 未対応, 対応中, 進行中, 已完成, 完成, 进行中, 待处理
    未开始, 待办, 在途, erledigt, offen, in arbeit, hecho, pendiente, en curso, fait, à faire, en cours, feito, a fazer, fatto, da fare, 완료, 진행중
    готово, сделано, в работе
"""))
_STATE_DELIMITED = re.compile(
    rf"(?P<state>{_LEADING_STATES})(?P<more>[^\n:—–]{{0,40}}?)\s*(?:[:：]\s+|\s[—–-]+\s+|[—–]\s*)", re.IGNORECASE
)
_STATE_SHOUTED = re.compile(r"(?P<state>TODO|DONE|WIP|FIXED|DOING|OPEN|CLOSED|CANCELLED|BLOCKED)\s+(?=\S)")
_STATE_BRACKETED = re.compile(r"[\[(（【](?P<state>[^\[\]()（）【】]{1,40})[\])）】]\s*[:—–-]?\s*")
_PRIORITY = r"(?:p[0-5]|(?:priority|prio)\s*[:=]?\s*\w+|high|medium|low|critical|urgent|must|should|nice to have|高|中|低)"
_LEADING_PRIORITY = re.compile(rf"[\[(【]{_PRIORITY}[\])】]\s*[:—–-]?\s*|p[0-5]\s*[:—–-]\s+|\[\d+\s?(?:m|min|h|d|w)\]\s+", re.IGNORECASE)
_PREFIX = re.compile(r"(?:action(?:\s+items?)?|ai|task|action point|アクション|行动项|follow[- ]?up)\s*(?:#?\d{1,2})?\s*[:：]\s*(?=\S)", re.IGNORECASE)
_NUMBER = re.compile(r"(?P<id>\d{1,2})[.)]\s+(?=\S)")
_ID = re.compile(r"[\[(]?(?P<id>[A-Z]{1,5}-?\d{1,4}|#\d{1,2})[\])]?\s*(?:[:：.)—–]\s*|-\s+)(?=\S)")
_HANDLE = r"@[A-Za-z0-9](?:[\w.-]*\w)?(?:/[\w.-]+\w)?"
_HANDLES = rf"{_HANDLE}(?:\s*(?:,|&|\+|/|and)\s*{_HANDLE})*"
_LEADING_HANDLE = re.compile(rf"[\[(]?(?P<owner>{_HANDLES})[\])]?\s*(?:[:：—–-]\s*|\bto\s+|(?=\s))(?=\S)")
_NAME = r"[A-ZÀ-ÖØ-ÞА-Я][\w.'’-]*"
_NAMES = rf"{_NAME}(?:\s{_NAME}){{0,2}}(?:\s*(?:,|/|&|\+|\band\b)\s*{_NAME}(?:\s{_NAME}){{0,2}})*"
_NAMES_ONLY = re.compile(_NAMES)
_INITIALS = re.compile(r"[A-Z]{2,3}(?:\s*[/,&+]\s*[A-Z]{2,3})*$")
_BRACKETED_OWNER = re.compile(rf"[\[(](?P<owner>{_NAMES})[\])]\s*[:—–-]?\s+(?=\S)")
_NAMED_OWNER = re.compile(rf"(?P<owner>{_NAMES}|{_HANDLES})\s*(?:[:：]|\s[—–-])\s+(?=\S)")
_SUBJECT = re.compile(
    rf"(?P<owner>(?:The\s+)?(?:{_HANDLES}|{_NAME}(?:\s(?:{_NAME}|team|and|&|\+)){{0,5}}))\s+(?:to|will|agreed to)\s+(?P<verb>[a-z][\w-]*)"
)
_NO_SUBJECT = phrases("""
    need, needs, want, plan, continue, we, try, remember, ability, way, ways, how, process, have, access, changes, updates, improvements, something
    this, that, it, they, there, i, you, someone, everyone, who, what, when, if, in, for, as, due, prior, able, consideration, option, options, next
    going, use, decide, proposal, approach, strategy, time, effort, work, steps, tool, tools, script, test, tests, alert, alerts, monitoring, action
    look, looking, considering, request, automation, documentation, tooling, support, code, data, users, customers, engineers, nothing, anything, mechanism
""")
_KEYS = (
    r"(?P<key>owners?|assignee|assigned to|responsible|dri|due(?:\s*(?:date|by|on))?|deadline|eta|target(?: date)?|status|priority|prio|type|effort|ticket|jira"
    r"|issue|tracked in|tracking|担当|期限|状態|负责人|截止|状态|verantwortlich|frist|responsable|fecha límite|estado|échéance|responsável|prazo)"
)
_ATTRIBUTE = re.compile(rf"(?:^|(?<=[\s(\[|,;·•—–*（【]))\**{_KEYS}\**\s*[:：=]\**\s*", re.IGNORECASE)
_KEY_FIELDS = {
    "owner": "owner", "owners": "owner", "assignee": "owner", "assigned to": "owner", "responsible": "owner", "dri": "owner",
    "担当": "owner", "负责人": "owner", "verantwortlich": "owner", "responsable": "owner", "responsável": "owner",
    "status": "status", "状態": "status", "状态": "status", "estado": "status",
    "type": "type", "priority": "", "prio": "", "effort": "",
    "ticket": "ticket", "jira": "ticket", "issue": "ticket", "tracked in": "ticket", "tracking": "ticket",
}  # fmt: skip
_TRAILING_STATE = re.compile(
    r"(?:\s*[\[(（【](?P<bracketed>[^\[\]()（）【】]{1,60})[\])）】]|\s+[—–-]+\s*(?P<dashed>[\w'’ ]{2,30}))[.!]?$"
)
_TRAILING_SHOUT = re.compile(r"(?:^|[\s.;:,])(?P<state>TODO|DONE|WIP|FIXED|COMPLETED|CLOSED|RESOLVED|MERGED|CANCELLED|REJECTED|ONGOING)(?P<more>(?:\s+(?:in|by|via|on|with)\b[^.]{0,60})?)[.!]?$")
_TRAILING_WORDS = re.compile(r"[.;,:?!]\s+(?P<state>(?:draft )?pr (?:exists|open|opened|up|raised|created|merged|in review)|not needed\b.{0,80}|no longer (?:needed|required)|already done|work in progress)[.!]?$", re.IGNORECASE)
_TRAILING_HANDLES = re.compile(rf"[\s(\[（,—–-]*(?<![\w.])(?P<owner>{_HANDLES})[)\]）]?\.?$")
_TRAILING_PRIORITY = re.compile(rf"\s*[\[(【]{_PRIORITY}[\])】]\.?$", re.IGNORECASE)
_TRAILING_TYPE = re.compile(r"\s*[\[(【](?P<type>[^\[\]()【】]{3,24})[\])】]\.?$")
_TRAILING_DUE = re.compile(
    r"[\s,;—–-]*[\[(（]?(?:\b(?:due|by|before|until|eta|deadline|target|bis|para el|avant le|entro il|até)\b:?\s+(?:on |by |the )?|📅\s*|[\[(（](?=\d{4}-))(?P<due>[^\[\]()（）]{3,30})[\])）]?\.?$",
    re.IGNORECASE,
)
_SEPARATORS = " \t\n-–—:,;|·•→/"


@dataclass
class _Peel:
    prose: Prose
    projects: frozenset[str]
    people: frozenset[str]
    start: int = 0
    end: int = 0
    values: dict[str, str] = field(default_factory=dict)
    state: State | None = None
    mark: Span | None = None
    named: list[Found] = field(default_factory=list)
    found: list[Found] = field(default_factory=list)

    @property
    def plain(self) -> str:
        return self.prose.plain

    def set(self, name: str, value: str) -> None:
        value = squeeze(value).strip(" .,;")
        if value and not is_blank(value):
            self.values.setdefault(name, value)

    def tell(self, state: State | None, words: str, place: tuple[int, int] | None) -> None:
        """Take the state that a mark tells, unless an earlier one did."""
        if self.state is None and state is not None:
            self.state = state
            self.set("status", words)
            self.mark = self.prose.span(*place) if place else None


def read_sentence(prose: Prose, projects: frozenset[str] = frozenset(), *, people: frozenset[str] = frozenset()) -> Sentence:
    """What a task says. ``people`` are names known from elsewhere in the document."""
    found = find_references(prose, projects)
    if whole(prose, found):
        return Sentence(squeeze(prose.plain), references=_references(found, found), code=prose.code(0, len(prose.plain)))
    peel = _Peel(prose, projects, people, end=len(prose.plain), found=found)
    _peel_start(peel)
    _peel_end(peel)
    action = squeeze(prose.plain[peel.start : peel.end])
    if peel.state is None and prose.styled(Emphasis.STRIKE, peel.start, peel.end):
        peel.state = State.CANCELLED
    if "owner" not in peel.values and (subject := subject_owner(action)):
        peel.set("owner", subject)
    return Sentence(
        action,
        peel.values.get("id"),
        peel.values.get("owner"),
        peel.values.get("due"),
        peel.values.get("type"),
        peel.values.get("status"),
        peel.state,
        peel.mark,
        _references(found, peel.named),
        prose.code(peel.start, peel.end),
    )


def _references(found: list[Found], named: list[Found]) -> tuple[Reference, ...]:
    return tuple(_with_name(f.reference, named=f in named and not is_commit(f.reference)) for f in found)


def _with_name(reference: Reference, *, named: bool) -> Reference:
    r = reference
    return Reference(r.text, named, r.url, r.key, r.repository, r.number, r.pull, r.span)


def subject_owner(action: str) -> str | None:
    """The owner of ``Ed to write the docs``; None when the sentence begins otherwise."""
    match = _SUBJECT.match(action)
    if not match or match["verb"] not in VERBS:
        return None
    owner = match["owner"].strip()
    first = first_word(owner)
    if " will " in match[0] and not (owner.startswith("@") or owner.lower().endswith(" team")):
        return None
    return None if first in _NO_SUBJECT or (first in VERBS and not owner.startswith("@")) else owner.removeprefix("The ")


# --- the start ------------------------------------------------------------------------------------------------------


def _peel_start(peel: _Peel) -> None:
    for _ in range(8):
        before = peel.start
        while peel.start < peel.end and peel.plain[peel.start] in " \t\n:—–-·":
            peel.start += 1
        if not any(rule(peel) for rule in _START_RULES) and peel.start == before:
            return


def _advance(peel: _Peel, end: int) -> bool:
    """Go on behind a mark, unless nothing but marks would be left."""
    if not peel.plain[end : peel.end].strip(_SEPARATORS):
        return False
    peel.start = end
    return True


def _lead_sign(peel: _Peel) -> bool:
    match = leading_mark(peel.plain[peel.start : peel.start + 2])
    if not match or not _advance(peel, peel.start + match.end()):
        return False
    peel.tell(state_of(match[0]), match[0], (peel.start - match.end(), peel.start))
    return True


def _lead_state(peel: _Peel) -> bool:
    for pattern in (_STATE_BRACKETED, _STATE_DELIMITED, _STATE_SHOUTED):
        match = pattern.match(peel.plain, peel.start, peel.end)
        if not match or (pattern is _STATE_BRACKETED and whole_state(match["state"]) is None):
            continue
        more = match.groupdict().get("more") or ""
        if more.strip() and not _is_remark(more):
            continue
        if not _advance(peel, match.end()):
            return False
        peel.tell(whole_state(match["state"]), match["state"] + more, match.span("state"))
        if find_dates(more) and re.match(r"\s*(?:due|by|until)\b", more, re.IGNORECASE):
            peel.set("due", re.sub(r"^\s*(?:due|by|until)\b:?\s*", "", more, flags=re.IGNORECASE))
        return True
    return False


def _is_remark(words: str) -> bool:
    """Whether words between a state and its colon are a date, a priority or a bracket."""
    return bool(find_dates(words)) or re.fullmatch(r"\s*(?:p[0-5]|\(.*\)|due .*|by .*)\s*", words, re.IGNORECASE) is not None


def _lead_pattern(peel: _Peel) -> bool:
    for pattern, name in ((_LEADING_PRIORITY, ""), (_PREFIX, ""), (_NUMBER, "id"), (_ID, "id"), (_LEADING_HANDLE, "owner")):
        match = pattern.match(peel.plain, peel.start, peel.end)
        if not match or (name == "id" and match["id"].split("-")[0] in peel.projects):
            continue
        if _advance(peel, match.end()):
            if name:
                peel.set(name, match[name])
            return True
    return False


def _lead_reference(peel: _Peel) -> bool:
    first = next((f for f in peel.found if f.start >= peel.start and f.end <= peel.end), None)
    if first is None or first in peel.named or peel.plain[peel.start : first.start].strip("[(") or is_commit(first.reference):
        return False
    words = peel.plain[first.start : first.end]
    bracketed = first.start > peel.start
    after = re.compile(r"[\])]\s*[:—–-]?\s*" if bracketed else r"\s*[:—–-]\s+").match(peel.plain, first.end, peel.end)
    if not after or (first.linked and words != first.reference.text) or not _advance(peel, after.end()):
        return False
    peel.named.append(first)
    return True


def _lead_owner(peel: _Peel) -> bool:
    bold = next((s for s in peel.prose.styles if s.kind is Emphasis.BOLD and s.start <= peel.start < s.end), None)
    if bold and _lead_bold_owner(peel, bold.end):
        return True
    for pattern in (_BRACKETED_OWNER, _NAMED_OWNER):
        match = pattern.match(peel.plain, peel.start, peel.end)
        if not match or not _is_owner(match["owner"], peel.people, sure=pattern is _BRACKETED_OWNER):
            continue
        if _advance(peel, match.end()):
            peel.set("owner", match["owner"])
            return True
    return False


def _lead_bold_owner(peel: _Peel, end: int) -> bool:
    words = peel.plain[peel.start : end].strip(" :")
    rest = peel.plain[end : peel.end]
    if ":" in peel.plain[end - 1 : end + 1] or rest.lstrip()[:1] in tuple("—–-"):
        if not _is_owner(words, peel.people, sure=False):
            return False
    elif not (_is_name(words) and (first_word(rest) in VERBS or first_word(rest) == "to")):
        return False
    skipped = re.match(r"[\s:—–-]*(?:to\s+)?", rest)
    if not _advance(peel, end + (skipped.end() if skipped else 0)):
        return False
    peel.set("owner", words)
    return True


def _is_name(words: str) -> bool:
    plain = words.lower()
    return (
        _NAMES_ONLY.fullmatch(words) is not None
        and len(words) <= 40
        and plain not in GROUP_WORDS
        and first_word(words) not in VERBS
        and first_word(words) not in _NO_SUBJECT
    )


def _is_owner(words: str, people: frozenset[str], *, sure: bool) -> bool:
    """Whether a name before a task is its owner's; not ``sure``: it must be known, initials or a team."""
    if not _is_name(words) or whole_state(words) is not None:
        return False
    known = words.lower() in people or words.lower().endswith((" team", " guild", " squad"))
    return known or (sure and (_INITIALS.match(words) is not None or words.lower() in people))


_START_RULES = (_lead_sign, _lead_state, _lead_reference, _lead_pattern, _lead_owner)

# --- the end --------------------------------------------------------------------------------------------------------


def _peel_end(peel: _Peel) -> None:
    for _ in range(12):
        before = peel.end
        while peel.end > peel.start and peel.plain[peel.end - 1] in _SEPARATORS:
            peel.end -= 1
        if not any(rule(peel) for rule in _END_RULES) and peel.end == before:
            return


def _retreat(peel: _Peel, start: int) -> bool:
    """Go back before a mark, unless nothing but marks would be left."""
    if start >= peel.end or not peel.plain[peel.start : start].strip(_SEPARATORS + "([（【"):
        return False
    peel.end = start
    return True


def _tail_references(peel: _Peel) -> bool:
    start, named = tail(peel.prose, [f for f in peel.found if f.start >= peel.start], peel.end)
    if not named or not _retreat(peel, start):
        return False
    between = peel.plain[start : named[-1].end]
    peel.tell(_pointer_state(between), "", None)
    peel.named.extend(named)
    return True


def _pointer_state(words: str) -> State | None:
    """``Done in #12`` and ``fixed by …`` tell a state beside the reference."""
    match = re.match(r"[\s(\[—–-]*((?:done|fixed|completed|implemented|resolved|merged|closed|wip|in progress|pr open)\b)", words, re.IGNORECASE)
    return state_of(match[1]) if match else None


def _tail_state(peel: _Peel) -> bool:
    for pattern in (_TRAILING_STATE, _TRAILING_SHOUT, _TRAILING_WORDS):
        match = pattern.search(peel.plain, max(peel.start, peel.end - 160), peel.end)
        if not match:
            continue
        name = next(n for n in ("bracketed", "dashed", "state") if match.groupdict().get(n))
        words = match[name]
        state = _mark_state(words) if name == "bracketed" else whole_state(words) if name == "dashed" else state_of(words)
        if state is None or not _retreat(peel, match.start() if name != "state" else match.start(name)):
            continue
        place = match.span(name)
        if name == "bracketed":
            place = (place[0] - 1, place[1] + 1)
        peel.tell(state, words, place)
        return True
    return _tail_sign(peel)


def _mark_state(words: str) -> State | None:
    """The state in brackets at the end: only the state, or a state word with a remark behind it."""
    if state := whole_state(words):
        return state
    if re.match(r"(?:done|completed|fixed|in progress|wip|ongoing|shipped|merged|deployed|todo|cancelled|rejected|won't do|not done)\b(?! by the)", words, re.IGNORECASE):
        return state_of(words)
    return None


def _tail_sign(peel: _Peel) -> bool:
    text = peel.plain[max(peel.start, peel.end - 2) : peel.end]
    for cut in range(len(text)):
        match = leading_mark(text[cut:])
        if match and cut + match.end() == len(text):
            start = peel.end - len(text) + cut
            if not _retreat(peel, start):
                return False
            peel.tell(state_of(match[0]), match[0], (start, start + len(match[0])))
            return True
    return False


def _tail_attributes(peel: _Peel) -> bool:
    found = list(_ATTRIBUTE.finditer(peel.plain, peel.start, peel.end))
    while found and not _are_attributes(peel, found):
        found.pop(0)
    if not found or not _retreat(peel, found[0].start()):
        return False
    take_attributes(peel, found)
    while peel.plain[peel.end - 1 : peel.end] in tuple("([|（【*"):
        peel.end -= 1
    return True


def _values(peel: _Peel, found: list[re.Match[str]], end: int) -> list[str]:
    ends = [m.start() for m in found[1:]] + [end]
    return [peel.plain[m.end() : e].strip(_SEPARATORS + "()[]（）【】*.") for m, e in zip(found, ends, strict=True)]


def _are_attributes(peel: _Peel, found: list[re.Match[str]]) -> bool:
    """Whether from the first key on there are only keys with short values."""
    values = _values(peel, found, peel.end)
    return all(
        0 < len(value) <= 60
        and (_KEY_FIELDS.get(m["key"].lower()) != "ticket" or any(f.start >= m.end() for f in peel.found))
        and (_KEY_FIELDS.get(m["key"].lower()) != "status" or state_of(value) is not None)
        for m, value in zip(found, values, strict=True)
    )


def take_attributes(peel: _Peel, found: list[re.Match[str]]) -> None:
    """Take the values of ``Key: value`` pairs."""
    end = peel.end if found[-1].end() < peel.end else len(peel.plain)
    for match, value in zip(found, _values(peel, found, end), strict=True):
        name = _KEY_FIELDS.get(match["key"].lower(), "due")
        if name == "status":
            peel.tell(state_of(value), value, None)
        elif name == "ticket":
            peel.named.extend(f for f in peel.found if f.start >= match.end() and f not in peel.named)
        elif name:
            peel.set(name, value)


def _tail_patterns(peel: _Peel) -> bool:
    low = max(peel.start, peel.end - 120)
    if (match := _TRAILING_HANDLES.search(peel.plain, low, peel.end)) and _retreat(peel, match.start()):
        peel.set("owner", match["owner"])
        return True
    if (match := _TRAILING_PRIORITY.search(peel.plain, low, peel.end)) and _retreat(peel, match.start()):
        return True
    match = _TRAILING_TYPE.search(peel.plain, low, peel.end)
    if match and match["type"].lower() in TYPES and _retreat(peel, match.start()):
        peel.set("type", match["type"])
        return True
    match = _TRAILING_DUE.search(peel.plain, low, peel.end)
    if match and (dates := find_dates(match["due"])) and not match["due"][dates[-1].end :].strip(" .)") and not match["due"][: dates[0].start].strip(" ,") and _retreat(peel, match.start()):
        peel.set("due", match["due"])
        return True
    return _tail_person(peel)


def attributes_of(prose: Prose, projects: frozenset[str]) -> Sentence:
    """What a line of ``Owner: X, due: Y`` adds to the task it belongs to; an empty sentence when it adds nothing."""
    found = find_references(prose, projects)
    peel = _Peel(prose, projects, frozenset(), end=len(prose.plain), found=found)
    keys = list(_ATTRIBUTE.finditer(prose.plain))
    if keys and not prose.plain[: keys[0].start()].strip(_SEPARATORS + "*[(") and _are_attributes(peel, keys):
        take_attributes(peel, keys)
    elif whole(prose, found):
        peel.named.extend(found)
    elif state := whole_state(re.split(r"[:：.–—-]", prose.plain)[0]):
        peel.tell(state, prose.plain, None)
    else:
        return Sentence("")
    values = peel.values
    named = tuple(_with_name(f.reference, named=not is_commit(f.reference)) for f in peel.named)
    return Sentence(
        "", None, values.get("owner"), values.get("due"), values.get("type"), values.get("status"), peel.state, None, named
    )


_TRAILING_PERSON = re.compile(rf"\s*[\[(（](?P<owner>{_NAMES}|[A-Z]{{2,3}})[\])）]\.?$|\s+[—–-]\s*(?P<dashed>{_NAMES})\.?$")


def closing_name(plain: str) -> str | None:
    """The name in brackets or behind a dash at the end of a text."""
    match = _TRAILING_PERSON.search(plain, max(0, len(plain) - 60))
    words = (match["owner"] or match["dashed"]) if match else None
    return words if words and _is_name(words) and whole_state(words) is None else None


def _tail_person(peel: _Peel) -> bool:
    match = _TRAILING_PERSON.search(peel.plain, max(peel.start, peel.end - 60), peel.end)
    if not match:
        return False
    words = match["owner"] or match["dashed"]
    known = words.lower() in peel.people or words.lower().endswith((" team", " squad", " guild"))
    if not known or not _retreat(peel, match.start()):
        return False
    peel.set("owner", words)
    return True


_END_RULES = (_tail_references, _tail_state, _tail_attributes, _tail_patterns)
