"""One task outside a table → :class:`syncd.core.model.ActionItem`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from syncd.core.blocks import Paragraph
from syncd.core.dates import DateReader
from syncd.core.fields import split_owners
from syncd.core.model import ActionItem, Bullet, Markup, Problem, Span, State, Table
from syncd.core.prose import Passage, Prose
from syncd.core.references import find_references, named_first
from syncd.core.sections import Meaning, Place, meaning_of
from syncd.core.sentence import Sentence, attributes_of, read_sentence
from syncd.core.states import whole_state
from syncd.core.verbs import starts_as_task
from syncd.core.words import BOXES, GROUP_WORDS, TYPES, phrases, plain_words


@dataclass
class Findings:
    """What was found so far, in the order of the document."""

    items: list[ActionItem]
    tables: list[Table]
    placeholders: list[int]
    problems: list[Problem]

    @classmethod
    def nothing(cls) -> Findings:
        """To begin with."""
        return cls([], [], [], [])


@dataclass(frozen=True, slots=True)
class Reading:
    """What is needed to understand an item beside its own words. ``people`` are names in lower case."""

    dates: DateReader
    markup: Markup = Markup.MARKDOWN
    projects: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Task:
    """A task where it stands.

    ``details`` are lines under it that may add owner, date, state or ticket; ``told`` what else is known to add them;
    ``more`` its other paragraphs and ``explained`` entries under it, which may mention tickets; ``group`` what the
    list above it is called.
    """

    line: int
    passage: Passage
    place: Place
    checked: str | None = None
    box: Span | None = None
    mark: Span | None = None
    details: Sequence[Prose] = ()
    told: Sequence[Sentence] = ()
    more: Sequence[Paragraph] = ()
    explained: Sequence[Prose] = ()
    group: str | None = None


def read_task(task: Task, reading: Reading, findings: Findings) -> ActionItem:
    """Add a task to the findings as an action item; what is wrong in it as a problem."""
    sentence = read_sentence(task.passage.prose, reading.projects, people=reading.people)
    extra = [*task.told, *(attributes_of(prose, reading.projects) for prose in task.details)]
    status, state = _state(sentence, extra, task)
    owner = sentence.owner or _first(e.owner for e in extra) or _group_owner(task.place, reading.people)
    due = sentence.due or _first(e.due for e in extra)
    due_date, problem = reading.dates.due(due) if due else (None, None)
    if problem:
        findings.problems.append(Problem(task.line, problem))
    references = [*sentence.references, *(r for e in extra for r in e.references)]
    beside = [*(paragraph.prose for paragraph in task.more), *task.explained]
    references += [f.reference for prose in beside for f in find_references(prose, reading.projects)]
    item = ActionItem(
        line=task.line,
        action=sentence.action,
        row_id=sentence.row_id,
        type=sentence.type or _first(e.type for e in extra),
        owner=owner,
        owners=split_owners(owner) if owner else (),
        due=due,
        due_date=due_date,
        status=status,
        state=state,
        references=named_first(references),
        group=task.group or task.place.group,
        code=sentence.code,
        bullet=Bullet(reading.markup, task.passage.end, task.box or sentence.box, sentence.mark or task.mark),
    )
    findings.items.append(item)
    return item


def _first(values: Iterable[str | None]) -> str | None:
    return next((value for value in values if value), None)


# --- states ---------------------------------------------------------------------------------------------------------

_IN_BRACKETS = re.compile(r"[\[(（]([^\[\]()（）]{2,40})[\])）]")
_OF_ITEMS = re.compile(r"(.+?) (?:action items?|actions?|items?|tasks?|work|follow-?ups?|tickets?|fixes)")
_DURING = re.compile(
    r"(?:completed|done|implemented|fixed|resolved|deployed|applied|taken) (?:already|so far|during|within|while"
    r"|immediately|as part of)\b"
)
"""A heading of what is done: ``Completed during the incident``."""
_NO_STATES = phrases("review, testing, monitoring, qa, next, future, later, new, planned")
"""Words that tell a state in a cell, but not in a heading."""


def _state(sentence: Sentence, extra: Sequence[Sentence], task: Task) -> tuple[str | None, State | None]:
    """The first that tells: a ticked box, a word or sign at either end, a detail, an empty box, the sub-heading."""
    boxed = BOXES.get(task.checked, State.DONE) if task.checked else None
    if boxed not in (None, State.OPEN) and sentence.state is not State.CANCELLED:
        return _box(task.checked), boxed
    if sentence.state:
        return sentence.status or _box(task.checked), sentence.state
    for detail in extra:
        if detail.state:
            return detail.status, detail.state
    if boxed:
        return _box(task.checked), boxed
    for heading in (task.group, task.place.group, task.place.heading):
        if heading and (told := state_of_heading(heading)):
            return told
    return None, None


def _box(checked: str | None) -> str | None:
    if checked is None:
        return None
    return "[x]" if BOXES.get(checked) is State.DONE else f"[{checked}]"


def state_of_heading(heading: str) -> tuple[str, State] | None:
    """The state of the items under a sub-heading: ``Immediate actions (Completed)``, ``In progress:``, ``To do``."""
    for words in _IN_BRACKETS.findall(heading):
        if state := whole_state(words):
            return words, state
    plain = plain_words(heading)
    if _DURING.match(plain):
        return heading, State.DONE
    counted = _OF_ITEMS.fullmatch(plain)
    for words in (plain, counted[1] if counted else ""):
        if words and words not in TYPES and words not in _NO_STATES and (state := whole_state(words)):
            return heading, state
    return None


# --- owners ---------------------------------------------------------------------------------------------------------

_INITIALS = re.compile(r"[A-Z]{2,3}(?:\s*[/,&+]\s*[A-Z]{2,3})*")
_NOT_INITIALS = phrases("""
    QA, CI, CD, API, UI, UX, DB, AWS, GCP, DNS, HR, IT, ML, AI, SDK, CDN, PR, CLI, VPC, TLS, SSL, HTTP, SQL, RCA
    SLA, SLO, NFS, OPS, WIP, FAQ, SLI, K8S, MVP, ETA, CDC, JVM, RAM, CPU, SSO, VPN, CRM, ERP, LLM, GPU, SRE
""") - {"SRE"}
_HANDLES = re.compile(r"@[\w.-]+(?:\s*(?:,|&|\+|/|and)\s*@[\w.-]+)*")
_TEAM = re.compile(r"(?:[A-Z][\w-]*\s){1,3}[Tt]eam")
_NAME = r"[A-ZÀ-ÞА-Я][a-zà-ÿа-я'’-]+"
_NAMES = re.compile(rf"{_NAME}(?:\s{_NAME})?(?:\s*(?:,|/|&|\+|and)\s*{_NAME})*")
_COMMON = re.compile(
    r"(?:ing|tion|sion|ments?|ity|[ae]nce|ness|ware|works?|ions|ics|ures?|age|als|ives|ables|ests|ools|erts|ocs|ings)$"
)
"""How words end that are no names."""


def _group_owner(place: Place, people: frozenset[str]) -> str | None:
    """The owner that a sub-heading names: ``**AC**``, ``**Robert**``, ``@dana``, ``Platform Team``."""
    words = (place.group or "").strip(" :*")
    if not words:
        return None
    if _HANDLES.fullmatch(words) or words.lower() in people or _TEAM.fullmatch(words):
        return words
    if not place.group_in_bold or words in _NOT_INITIALS or plain_words(words) in GROUP_WORDS:
        return None
    if meaning_of(words) is not Meaning.NEUTRAL:
        return None
    named = _NAMES.fullmatch(words) and not _COMMON.search(words) and not starts_as_task(words)
    return words if _INITIALS.fullmatch(words) or (named and len(words.split()) <= 3) else None
