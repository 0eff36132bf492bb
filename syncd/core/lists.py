"""Which entries of a list are tasks, which only name or explain others."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from syncd.core.blocks import Block, ListItem, Paragraph
from syncd.core.ending import closing_name
from syncd.core.fields import is_nothing, is_placeholder
from syncd.core.item import Findings, Reading, Task, read_task
from syncd.core.prose import Passage, Prose, squeeze
from syncd.core.references import find_references, whole
from syncd.core.sections import Outline, Place, is_plain_heading
from syncd.core.sentence import NOTHING, attributes_of, is_attribute
from syncd.core.states import whole_state
from syncd.core.verbs import starts_as_task, starts_with_clock, tells_the_past
from syncd.core.words import GROUP_WORDS, TASK_WORDS, phrases, plain_words

PREFIXED = re.compile(
    r"(?:action(?:\s+items?)?|ai|todo|to-do|アクション|行动项)\s*(?:#?\d{1,2})?\s*[:：]\s*\S"
    rf"|[\[(]?(?:{TASK_WORDS})\s*#?\d{{1,2}}[\])]?\s*[:：]\s*\S",
    re.IGNORECASE,
)
"""An entry that says itself that it is an action item."""
_REPORT = re.compile(
    r"\b(?:incident|post-?mortem|report|sections?|title|document|timeline|summary|impact|action items?|follow-?ups?"
    r"|stakeholders"
    r"|customers|status page|retro(?:spective)?)\b.*\b(?:has been|have been|is|are|was|were|been)\b.*\b(?:dealt with"
    r"|over"
    r"|filled(?: (?:out|in))?|cleaned(?: up)?|published|reviewed|closed|completed?|resolved|updated|shared|created"
    r"|assigned"
    r"|scheduled|notified|tracked|written|sent|documented|informed|held|approved|announced)\b",
    re.IGNORECASE,
)
"""An entry of a checklist about the report itself, told in the passive."""
_PASSIVE = frozenset(("is", "are", "was", "were", "been"))
_SCHEDULE = re.compile(
    r"(?:action items? review|review of action items|action review|follow-?up review|retro(?:spective)? check-? ?in"
    r"|next retro(?:spective)?|review(?: date| meeting)?|follow-?up meeting|next review"
    r"|check-? ?in)\s*(?:date)?\s*[:：]",
    re.IGNORECASE,
)
_UNFINISHED = re.compile(
    r"\b(?:to|will|should|can|could|must|that|which|with|including|includes?|such as|e\.?g\.?|like|by|when|where|if"
    r"|are|is|following"
    r"|because|since|as|either|of|from)\s*:\s*$",
    re.IGNORECASE,
)
"""A sentence that the entries under it only complete."""
_PROMISES = re.compile(
    r"\b(?:we|i|they|(?:the )?team)(?:'ll|’ll| will| shall| should| plan to| need to| want to"
    r"| are going to)(?: also| now)?\s*[:：]\s*$",
    re.IGNORECASE,
)
"""A sentence that only leads to the tasks under it: ``Moving forward, we will:``."""
_LEADS = re.compile(r"\bthe following\b[^.]*[:：]\s*$", re.IGNORECASE)
"""An entry that only leads to the tasks under it: ``Add the following alerts:``."""
_LABELLED = re.compile(r"\w+\s?[:：]\s")
"""What looks like a verb and is a label: ``File: train.py``."""
_EXPLANATION = re.compile(
    r"(?:description|details?|why|rationale|reason|goal|background|context|impact|benefit|outcome|problem|notes?"
    r"|success (?:criteria|metric)|说明|描述|詳細|説明|descripción|descrição|beschreibung|описание)\s*[:：]\s*\S",
    re.IGNORECASE,
)
"""An entry that says more about the one above it."""
_RESPONDERS = phrases("""
    actions, action, immediate actions, acciones, ações, azioni, acciones inmediatas, mitigation, mitigations
    mitigation steps, mitigation actions
""")
"""Headings that as often tell what was done during the incident."""
_LABEL_LINE = re.compile(r"[^\W\d_][\w /&-]{1,28}[:：]\s*\S")
"""A line under a task that says more about it: ``Owner: Ana``, ``Success criteria: …``."""
_CLAUSE_END = re.compile(r"[:：.–—-]")
_LONGEST_GROUP = 80
_VALUED = re.compile(r"[^:：]{2,40}[:：]\s+\S")
"""More than the name of a group: ``Alarm: HighWriteCost``."""


@dataclass
class Entry:
    """A list item with what stands in it."""

    index: int
    item: ListItem
    place: Place
    parent: Entry | None = None
    children: list[Entry] = field(default_factory=list)
    paragraphs: list[Paragraph] = field(default_factory=list)

    @cached_property
    def passage(self) -> Passage:
        """Its words, without a heading that has no markup and stands too close under the list."""
        lines = self.item.passage.lines()
        end = next((n for n, line in enumerate(lines) if n and is_plain_heading(line.rough)), len(lines))
        return self.item.passage.upto(end)

    @cached_property
    def text(self) -> str:
        """Its words on one line."""
        return squeeze(self.passage.prose.plain)

    @property
    def boxed(self) -> bool:
        """Whether it has a checkbox."""
        return self.item.checked is not None

    @property
    def is_explicit(self) -> bool:
        """Whether it says itself that it is a task."""
        return self.boxed or PREFIXED.match(self.text) is not None

    @cached_property
    def is_detail(self) -> bool:
        """Whether it only adds something to the entry above it: an attribute, a link, a state."""
        if self.boxed:
            return False
        prose = self.item.prose
        return (
            attributes_of(prose, frozenset()) != NOTHING
            or whole(prose, find_references(prose, frozenset()))
            or (bool(prose.anchors) and not squeeze("".join(_outside_links(prose))))
            or whole_state(_CLAUSE_END.split(self.text)[0]) is not None
        )

    def walk(self) -> Iterator[Entry]:
        """This entry and all below it."""
        stack = [self]
        while stack:
            entry = stack.pop()
            yield entry
            stack.extend(reversed(entry.children))

    def details(self) -> Iterator[Prose]:
        """Lines of further paragraphs, and children that are details."""
        for paragraph in self.paragraphs:
            for passage in paragraph.passage.lines():
                yield passage.prose
        for child in self.children:
            if child.is_detail:
                yield child.item.prose


def _outside_links(prose: Prose) -> Iterator[str]:
    at = 0
    for anchor in prose.anchors:
        yield prose.plain[at : anchor.start]
        at = anchor.end
    yield prose.plain[at:]


def entries(blocks: Sequence[Block], places: Outline, members: Sequence[int]) -> list[Entry]:
    """The outermost entries among some blocks, each with those below it; labels and denied ones are left out."""
    known: dict[int | None, Entry] = {}
    roots: list[Entry] = []
    for index in members:
        block, place = blocks[index], places.places[index]
        if isinstance(block, Paragraph) and block.item in known:
            known[block.item].paragraphs.append(block)
        if not isinstance(block, ListItem) or index in places.labels or place.denied:
            continue
        parent = known.get(block.parent) if block.parent is not None else None
        entry = known[index] = Entry(index, block, place, parent)
        (parent.children if parent else roots).append(entry)
    return roots


def read_list(roots: Sequence[Entry], tabled: frozenset[int], reading: Reading, findings: Findings) -> None:
    """Add the tasks of one list; none of a report's checklist, or of what responders did.

    ``tabled`` are the list items that hold a table.
    """
    if not _is_checklist(roots) and not _is_past(roots):
        texts = [entry.text for root in roots for entry in root.walk()]
        reading = replace(reading, people=reading.people | _closing_names(texts))
        lister = _Lister(tabled, reading, findings)
        remarks = sum(root.boxed for root in roots) * 2 > len(roots)
        for root in roots:
            if root.boxed or not remarks or root.text.startswith("[") or starts_as_task(root.text):
                lister.read(root, under_task=False)


def _is_checklist(roots: Sequence[Entry]) -> bool:
    def tells(text: str) -> bool:
        return not _PASSIVE.isdisjoint(text.lower().split()) and _REPORT.search(text) is not None

    return sum(tells(root.text) for root in roots) * 2 >= len(roots) > 0


def _is_past(roots: Sequence[Entry]) -> bool:
    """Whether a list tells what responders did: hours, or mostly the past and nothing that a task has."""
    texts = [root.text for root in roots]
    if sum(starts_with_clock(text) for text in texts) * 2 > len(texts):
        return True
    place = roots[0].place
    if plain_words(place.heading) not in _RESPONDERS or place.group or any(root.boxed for root in roots):
        return False
    return len(texts) > 1 and sum(tells_the_past(text) for text in texts) * 4 >= len(texts) * 3


def _closing_names(texts: Sequence[str]) -> frozenset[str]:
    """Names that close most entries, in brackets or behind a dash: the owners."""
    names = [name.lower() for text in texts if (name := closing_name(text))]
    return frozenset(names) if len(names) >= 2 and len(names) * 5 >= len(texts) * 3 else frozenset()


class _Lister:
    def __init__(self, tabled: frozenset[int], reading: Reading, findings: Findings) -> None:
        self.tabled, self.reading, self.findings = tabled, reading, findings

    def read(self, entry: Entry, *, under_task: bool, group: str | None = None) -> None:
        """Add an entry and those below it. ``group``: what an entry above calls them."""
        if self._is_group(entry):
            group = (entry.text.rstrip(":： ") if len(entry.text) <= _LONGEST_GROUP else "") or group
        elif self._is_task(entry, under_task=under_task):
            under_task = self._add(entry, group) or under_task
        told = _action_of(entry) if under_task else None
        for child in entry.children:
            if child is not told:
                self.read(child, under_task=under_task, group=group)

    def _is_group(self, entry: Entry) -> bool:
        """Whether an entry only names those under it: ``Testing``, ``**Short term**``, or nothing at all."""
        if entry.index in self.tabled:
            return True
        told = any(child.text for child in entry.children)
        if not told or entry.boxed or _action_of(entry) or all(child.is_detail for child in entry.children):
            return False
        if any(_EXPLANATION.match(child.text) for child in entry.children):
            return False
        words = plain_words(entry.text)
        if not entry.text or words in GROUP_WORDS or words.rstrip("s") in GROUP_WORDS:
            return True
        if _PROMISES.search(entry.text) or (_LEADS.search(entry.text) and _names_tasks(entry)):
            return True
        if _VALUED.match(entry.text):
            return False
        short = len(words.split()) <= 4 and (not starts_as_task(entry.text) or _names_tasks(entry))
        return short and not find_references(entry.item.prose, frozenset())

    def _is_task(self, entry: Entry, *, under_task: bool) -> bool:
        text = entry.text
        if (
            is_nothing(text)
            or _names_nothing(text)
            or _SCHEDULE.match(text)
            or _is_field(entry)
            or not any(map(str.isalnum, text))
        ):
            return False
        if entry.boxed or not under_task:
            return True
        if entry.is_detail or _EXPLANATION.match(text) or _is_among_labels(entry):
            return False
        completes = entry.parent and (entry.parent.boxed or _UNFINISHED.search(entry.parent.text))
        if PREFIXED.match(text):
            return True
        return starts_as_task(text) and not completes and not _LABELLED.match(text)

    def _add(self, entry: Entry, group: str | None) -> bool:
        """Add a task; False when nobody filled it in."""
        item = entry.item
        if is_placeholder(entry.text):
            self.findings.placeholders.append(item.line)
            return False
        passage, below = _parted(entry.passage)
        task = Task(
            item.line,
            passage,
            entry.place,
            item.checked,
            item.box,
            item.mark,
            details=(*below, *entry.details()),
            more=entry.paragraphs,
            explained=[c.item.prose for c in entry.children if not (c.is_detail or self._is_task(c, under_task=True))],
            group=group,
        )
        read_task(task, self.reading, self.findings)
        return True


def _parted(passage: Passage) -> tuple[Passage, list[Prose]]:
    """The lines that put a task into words, and those under it that only say more: ``Owner: …``, ``Why: …``."""
    lines = passage.lines()
    first = next((n for n, line in enumerate(lines) if n and _LABEL_LINE.match(line.prose.plain)), len(lines))
    below = [line.prose for line in lines[first:]]
    return (passage.upto(first), below) if any(map(is_attribute, below)) else (passage, [])


def _action_of(entry: Entry) -> Entry | None:
    """The one that puts a task into words, beside others that give its owner or day: ``Action: …``, ``Owner: …``."""
    told = [child for child in entry.children if PREFIXED.match(child.text) and not child.boxed]
    return told[0] if len(told) == 1 and any(child.is_detail for child in entry.children) else None


def _names_tasks(entry: Entry) -> bool:
    """Whether an entry ends in a colon and all below it are tasks of their own: ``Patch rules:``."""
    children = [child for child in entry.children if child.text and not child.is_detail]
    return entry.text.endswith((":", "：")) and all(starts_as_task(child.text) for child in children)


def _names_nothing(text: str) -> bool:
    """Whether an entry is a label behind which nothing stands: ``Permanent fix: none needed``."""
    match = _VALUED.match(text)
    return match is not None and is_nothing(text[match.end() - 1 :]) and not starts_as_task(text)


def _is_among_labels(entry: Entry) -> bool:
    """Whether all others under the same task are labelled, so that this one describes it, too: ``Service: …``."""
    beside = [] if entry.parent is None else [child for child in entry.parent.children if child is not entry]
    return len(beside) >= 2 and all(_LABEL_LINE.match(child.text) and not child.boxed for child in beside)


def _is_field(entry: Entry) -> bool:
    """Whether an entry is a question of a form that nobody answered: ``Tests to add:``."""
    if not entry.text.endswith((":", "：")) or entry.children or entry.paragraphs or entry.boxed:
        return False
    return len(entry.text.split()) <= 4 or not starts_as_task(entry.text)
