"""Action sections without a table → action items: lists, paragraphs, headings that are the tasks themselves."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from syncd.core.beginning import begins_with_state
from syncd.core.blocks import Block, Grid, Heading, ListItem, Paragraph
from syncd.core.fields import is_blank, is_nothing, is_placeholder, split_owners
from syncd.core.forms import is_form, sentence_of
from syncd.core.item import Findings, Reading, Task, read_task
from syncd.core.lists import PREFIXED, Entry, entries, read_list
from syncd.core.prose import Emphasis, Passage, Prose, squeeze
from syncd.core.remarks import led_by_past, without_remarks
from syncd.core.sections import Outline, Place, are_tasks
from syncd.core.sentence import is_attribute, read_sentence
from syncd.core.verbs import starts_as_task
from syncd.core.words import GROUP_WORDS, TASK_WORDS, plain_words

_NUMBERED = re.compile(
    rf"(?:\d{{1,2}}[.):]|(?:item|fix|improvement|recommendation|{TASK_WORDS})[\s#-]*\d{{1,2}}\s*[.):：—–-]|"
    r"[A-Z]{1,3}-?\d{1,3}\s*[.):—–-]"
    r"|(?:todo|done|wip)\b)\s*\S",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d{1,2}[.)]\s*")
_SIGN_FOR_BULLET = re.compile(r"(?:[•◦▪▫‣●○–—]|[-*+](?=\s)|✅|☑|✔|⬜|☐|🔲|🔄|❌|🚧|⏳|\[[ xX]\])\ufe0f?\s*\S")
_BULLET = re.compile(r"[•◦▪▫‣●○–—*+-]\s+")
_ADVICE = ("see ", "list ", "use ")
_HANDLES = re.compile(r"@[\w.-]+(?:\s*(?:,|&|\+|/|and)\s*@[\w.-]+)*")
_LONGEST_PARAGRAPH = 400


def read_bullets(blocks: Sequence[Block], places: Outline, reading: Reading, findings: Findings, *, sure: bool) -> None:
    """Add the items of action sections that stand in no table.

    ``sure``: those of sections that certainly hold some. Otherwise those of sections that only may; of these only
    items that say themselves that they are tasks, once anything else was found.
    """
    explicit = not sure and bool(findings.items)
    sections: dict[int, list[int]] = {}
    for index, place in enumerate(places.places):
        if place.section is not None and place.sure is sure:
            sections.setdefault(place.section, []).append(index)
    tables = _tables_of(blocks, findings)
    for members in sections.values():
        _Section(blocks, places, members, tables, reading, findings).read(explicit=explicit)


@dataclass(frozen=True, slots=True)
class _Tables:
    """What tables say about the lists around them: the list items that hold one; the blocks above those with items."""

    holders: frozenset[int]
    above: frozenset[int]


def _tables_of(blocks: Sequence[Block], findings: Findings) -> _Tables:
    read = {item.table.header.line for item in findings.items if item.table}
    holders: set[int] = set()
    above: set[int] = set()
    start = 0
    for index, block in enumerate(blocks):
        if isinstance(block, Heading):
            start = index
        elif isinstance(block, Grid):
            if block.item is not None:
                holders.add(block.item)
            if block.header.line in read:
                above.update(range(start, index))
                start = index
    return _Tables(frozenset(holders), frozenset(above))


@dataclass(frozen=True, slots=True)
class _Subheading:
    index: int
    members: list[int]


class _Section:
    def __init__(
        self,
        blocks: Sequence[Block],
        places: Outline,
        members: list[int],
        tables: _Tables,
        reading: Reading,
        findings: Findings,
    ) -> None:
        self.blocks, self.outline, self.places, self.members = blocks, places, places.places, members
        self.tables, self.reading, self.findings = tables, reading, findings
        self.roots = entries(blocks, places, members)

    def read(self, *, explicit: bool) -> None:
        tasks = [] if explicit else self._heading_tasks()
        taken = {index for task in tasks for index in task.members}
        told = self._told_by_table()
        roots = [
            root
            for root in without_remarks(self.blocks, self.roots)
            if root.index not in taken and root.place.group_index not in told and not self._is_legend(root)
        ]
        for group in _by_group(roots):
            if led_by_past(self.blocks, group[0]):
                continue
            if not explicit or any(entry.is_explicit for root in group for entry in root.walk()):
                read_list(group, self.tables.holders, self.reading, self.findings)
        for task in tasks:
            self._add_heading(task)
        self._paragraphs([i for i in self.members if i not in taken], explicit=explicit, alone=not roots and not tasks)

    def _is_legend(self, root: Entry) -> bool:
        """Whether an entry only explains the table that comes next: its types, its priorities."""
        named = plain_words(root.place.group or "") in GROUP_WORDS
        return root.index in self.tables.above and not named and not any(entry.is_explicit for entry in root.walk())

    def _told_by_table(self) -> frozenset[int | None]:
        """The sub-headings whose tasks a table of the section lists again, when it lists most of them."""
        if not self.findings.tables:
            return frozenset()
        headers = {block.header.line for i in self.members if isinstance(block := self.blocks[i], Grid)}
        rows = [_words(i.action) for i in self.findings.items if i.table and i.table.header.line in headers]
        groups = {place.group_index: _words(place.group) for root in self.roots if (place := root.place).group}
        told = [index for index, words in groups.items() if any(_is_about(row, words) for row in rows)]
        return frozenset(groups) if len(told) * 2 > len(groups) > 1 else frozenset()

    # --- paragraphs ---------------------------------------------------------------------------------------------

    def _paragraphs(self, members: list[int], *, explicit: bool, alone: bool) -> None:
        """Paragraphs that are tasks: ``Action item: …``, lines with a sign for a bullet, owners in bold, lone tasks."""
        groups: dict[int | None, list[int]] = {}
        for index in members:
            groups.setdefault(self.places[index].group_index, []).append(index)
        for group, inside in groups.items():
            only = all(isinstance(self.blocks[i], Paragraph) for i in inside if i not in self.outline.labels)
            paragraphs = [(block, self.places[i]) for i in inside if (block := self._paragraph(i))]
            self._texts(paragraphs, alone=only and not explicit and (alone or group is not None))

    def _paragraph(self, index: int) -> Paragraph | None:
        """The paragraph at an index, if it may be a task: no label, no part of a list, not empty."""
        block = self.blocks[index]
        if not isinstance(block, Paragraph) or index in self.outline.labels or self.places[index].denied:
            return None
        in_list = block.item is not None and block.item not in self.outline.labels
        return None if in_list or is_nothing(block.prose.plain) else block

    def _texts(self, paragraphs: list[tuple[Paragraph, Place]], *, alone: bool) -> None:
        titled = [(block, place) for block, place in paragraphs if _has_title(block)]
        if alone and len(titled) >= 2:
            for block, place in titled:
                self._add_titled(block, place)
            return
        owned = sum(_begins_with_owner(block.prose) for block, _ in paragraphs) >= 2
        tasks = all(place.sure and _is_task(block) for block, place in paragraphs)
        for block, place in paragraphs:
            lines = block.passage.lines()
            if (all(_SIGN_FOR_BULLET.match(line.prose.plain) for line in lines) and (len(lines) > 1 or alone)) or (
                place.sure and are_tasks(block.passage.rough)
            ):
                for number, line in enumerate(lines):
                    self._add(block.line + number, line, place)
            elif _says_it_is_a_task(block, place) or (alone and (owned or tasks)):
                self._add(block.line, block.passage, place)

    def _add_titled(self, block: Paragraph, place: Place) -> None:
        """Add a paragraph that begins in bold; lines under a bold one are its details."""
        first, *others = block.passage.lines()
        if others and first.prose.styled(Emphasis.BOLD):
            task = Task(block.line, first, place, details=[line.prose for line in others])
            read_task(task, self.reading, self.findings)
        else:
            self._add(block.line, block.passage, place)

    def _add(self, line: int, passage: Passage, place: Place) -> None:
        words = _BULLET.sub("", squeeze(passage.prose.plain), count=1)
        if is_placeholder(words):
            self.findings.placeholders.append(line)
        elif not is_blank(words):
            read_task(Task(line, passage, place), self.reading, self.findings)

    # --- headings -----------------------------------------------------------------------------------------------

    def _heading_tasks(self) -> list[_Subheading]:
        """Sub-headings that are the tasks themselves, with explanations under them."""
        under: dict[int, list[int]] = {}
        for index in self.members:
            group = self.places[index].group_index
            if group is not None and self._may_be_task(group):
                under.setdefault(group, []).append(index)
        found = [_Subheading(index, members) for index, members in under.items() if index in self.outline.labels]
        roots = {root.index: root for root in self.roots}
        tasks = [task for task in found if self._is_task(task, roots)]
        if len(tasks) * 2 <= len(found):
            return []
        return [task for task in found if task in tasks or (len(tasks) >= 3 and self._is_numbered_task(task))]

    def _is_numbered_task(self, task: _Subheading) -> bool:
        """Whether it is numbered as those around it that are tasks, and has an owner or the like as they have."""
        return _NUMBERED.match(_title(self._heading(task).prose)) is not None and self._has_attributes(task)

    def _may_be_task(self, group: int) -> bool:
        """Whether it is a heading, or a paragraph of one bold line."""
        block = self.blocks[group]
        return isinstance(block, Heading) or (isinstance(block, Paragraph) and block.passage.last is block.passage)

    def _is_task(self, task: _Subheading, roots: dict[int, Entry]) -> bool:
        text = _title(self._heading(task).prose)
        if plain_words(text) in GROUP_WORDS or not all(is_form(grid) for grid in self._forms(task)):
            return False
        nodes = [roots[i] for i in task.members if i in roots]
        if any(node.boxed for node in nodes):
            return False
        numbered = _NUMBERED.match(text) is not None
        if not all(node.is_detail for node in nodes):
            return self._is_numbered_task(task)
        return numbered or (starts_as_task(text) and len(text.split()) > 2) or self._has_attributes(task)

    def _heading(self, task: _Subheading) -> Heading | Paragraph:
        block = self.blocks[task.index]
        assert isinstance(block, Heading | Paragraph)
        return block

    def _has_attributes(self, task: _Subheading) -> bool:
        return bool(self._forms(task)) or any(map(is_attribute, self._details(task)))

    def _forms(self, task: _Subheading) -> list[Grid]:
        return [block for i in task.members if isinstance(block := self.blocks[i], Grid)]

    def _details(self, task: _Subheading) -> list[Prose]:
        found: list[Prose] = []
        for block in (self.blocks[i] for i in task.members if i != task.index):
            if isinstance(block, Paragraph):
                found.extend(line.prose for line in block.passage.lines())
            elif isinstance(block, ListItem):
                found.append(block.prose)
        return found

    def _add_heading(self, task: _Subheading) -> None:
        heading, place = self._heading(task), self.places[task.index]
        if is_placeholder(_NUMBER.sub("", squeeze(heading.prose.plain), count=1)):
            self.findings.placeholders.append(heading.line)
            return
        details = self._details(task)
        alone = Place(place.section, place.heading, place.sure)
        told = [sentence_of(grid, self.reading.projects) for grid in self._forms(task)]
        task_ = Task(heading.line, heading.passage, alone, details=details, told=told)
        item = read_task(task_, self.reading, self.findings)
        handles = _HANDLES.match(details[0].plain.strip()) if details else None
        if item.owner is None and handles:
            self.findings.items[-1] = replace(item, owner=handles[0], owners=split_owners(handles[0]))


_SIGNS = re.compile(r"[^\w#@(（\[]*")


def _title(prose: Prose) -> str:
    """The words of a heading, without a sign before them: ``🔧 1. Add an alert``."""
    return _SIGNS.sub("", squeeze(prose.plain), count=1)


def _words(text: str | None) -> frozenset[str]:
    return frozenset(word for word in plain_words(text or "").split() if len(word) > 1)


def _is_about(row: frozenset[str], heading: frozenset[str]) -> bool:
    """Whether most words of a row stand in a heading."""
    both = len(row & heading)
    return both >= 2 and both * 2 > len(row)


def _by_group(roots: Sequence[Entry]) -> list[list[Entry]]:
    """Entries that stand under the same sub-heading."""
    groups: dict[int | None, list[Entry]] = {}
    for root in roots:
        groups.setdefault(root.place.group_index, []).append(root)
    return list(groups.values())


def _says_it_is_a_task(block: Paragraph, place: Place) -> bool:
    """``Action item: …`` anywhere, ``**Done:** …`` where action items stand."""
    text = squeeze(block.prose.plain)
    return PREFIXED.match(text) is not None or (place.sure and begins_with_state(text))


def _begins_with_owner(prose: Prose) -> bool:
    first = prose.styles[0] if prose.styles else None
    return bool(first and first.kind is Emphasis.BOLD and first.start == 0 and read_sentence(prose).owner)


def _has_title(paragraph: Paragraph) -> bool:
    """Whether a paragraph begins with a task in bold: ``**Cap the retries.** They …``, ``**2. Cap the retries**``."""
    prose = paragraph.prose
    first = prose.styles[0] if prose.styles else None
    if first is None or first.kind is not Emphasis.BOLD or first.start:
        return False
    title = prose.plain[: first.end].strip()
    return _NUMBERED.match(title) is not None or (starts_as_task(title) and len(title.split()) > 2)


def _is_task(paragraph: Paragraph) -> bool:
    text = squeeze(paragraph.prose.plain)
    advice = text.lower().startswith(_ADVICE) or text.endswith((":", "："))
    return starts_as_task(text) and not advice and len(text) < _LONGEST_PARAGRAPH
