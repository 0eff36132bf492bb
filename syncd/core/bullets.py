"""List items, paragraphs and headings of an action section → action items."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from syncd.core.blocks import Block, Grid, Heading, ListItem, Paragraph
from syncd.core.ending import closing_name
from syncd.core.fields import is_blank, is_nothing, is_placeholder, split_owners
from syncd.core.model import ActionItem, Bullet, Markup, Problem, Span, State
from syncd.core.prose import Emphasis, Passage, Prose, squeeze
from syncd.core.references import find_references, whole
from syncd.core.rows import Findings, Reading, named_first
from syncd.core.sections import Outline, Place
from syncd.core.sentence import NOTHING, Sentence, attributes_of, read_sentence
from syncd.core.states import whole_state
from syncd.core.verbs import starts_as_task, starts_with_clock, tells_the_past
from syncd.core.words import BOXES, GROUP_WORDS, TYPES, plain_words

_REPORT = re.compile(
    r"\b(?:incident|post-?mortem|report|sections?|title|document|timeline|summary|impact|action items?|follow-?ups?|stakeholders|customers|status page|retro(?:spective)?)\b"
    r".*\b(?:has been|have been|is|are|was|were|been)\b.*\b(?:dealt with|over|filled(?: (?:out|in))?|cleaned(?: up)?|published|reviewed|closed|complete[d]?|resolved|updated"
    r"|shared|created|assigned|scheduled|notified|tracked|written|sent|documented|informed|held|approved|announced)\b",
    re.IGNORECASE,
)
"""An entry of a checklist about the report itself, told in the passive."""
_PASSIVE = frozenset(("is", "are", "was", "were", "been"))
_SCHEDULE = re.compile(
    r"^(?:action items? review|review of action items|action review|follow-?up review|retro(?:spective)? check-? ?in|next retro(?:spective)?|review(?: date| meeting)?|follow-?up meeting|next review|check-? ?in)\s*(?:date)?\s*[:：]",
    re.IGNORECASE,
)
_PREFIXED = re.compile(r"^(?:action(?:\s+items?)?|ai|todo|to-do|アクション|行动项)\s*(?:#?\d{1,2})?\s*[:：]\s*\S", re.IGNORECASE)
_NUMBERED = re.compile(r"^(?:\d{1,2}[.):]|(?:action|ai|item|task|action item)[\s#-]*\d{1,2}\s*[.):—–-]|[A-Z]{1,3}-?\d{1,3}\s*[.):—–-]|(?:todo|done|wip)\b)\s*\S", re.IGNORECASE)
_UNFINISHED = re.compile(
    r"\b(?:to|will|should|can|could|must|that|which|with|including|includes?|such as|e\.?g\.?|like|by|when|where|if|are|is|following|because|since|as|either|of|from)\s*:\s*$",
    re.IGNORECASE,
)
"""A sentence that the items under it only complete."""
_SIGN_BULLET = re.compile(r"^(?:[•◦▪▫‣●○–—]|[-*+](?=\s)|✅|☑|✔|⬜|☐|🔲|🔄|❌|🚧|⏳|\[[ xX]\])\ufe0f?\s*\S")


@dataclass
class _Node:
    """A list item with what stands in it."""

    index: int
    item: ListItem
    place: Place
    children: list[_Node] = field(default_factory=list)
    paragraphs: list[Paragraph] = field(default_factory=list)
    parent: _Node | None = None

    @cached_property
    def text(self) -> str:
        return squeeze(self.item.prose.plain)


def read_bullets(
    blocks: Sequence[Block], places: Outline, markup: Markup, reading: Reading, *, sure: bool, explicit: bool = False
) -> Findings:
    """The items that lists, paragraphs and headings of action sections hold.

    ``sure``: of the sections that certainly hold some, else of those that only may. ``explicit``: take only items
    that say themselves that they are tasks.
    """
    return _Reader(blocks, places, markup, reading).read(sure=sure, explicit=explicit)


class _Reader:
    def __init__(self, blocks: Sequence[Block], places: Outline, markup: Markup, reading: Reading) -> None:
        self.blocks, self.places, self.labels = blocks, places.places, places.labels
        self.markup, self.reading = markup, reading
        self.findings = Findings()

    def read(self, *, sure: bool, explicit: bool) -> Findings:
        sections: dict[int, list[int]] = {}
        for index, place in enumerate(self.places):
            if place.section is not None and place.sure is sure:
                sections.setdefault(place.section, []).append(index)
        for members in sections.values():
            self._section(members, explicit=explicit)
        return self.findings

    def _section(self, members: list[int], *, explicit: bool) -> None:
        roots = self._trees(members)
        heading_tasks = self._heading_tasks(members, roots)
        taken = {i for task in heading_tasks for i in task.members}
        roots = [root for root in roots if root.index not in taken]
        for group in _lists(roots):
            if not explicit or any(_is_explicit(node) for root in group for node in _walk(root)):
                self._list(group)
        for task in () if explicit else heading_tasks:
            self._heading_task(task)
        self._paragraphs([i for i in members if i not in taken], alone=not explicit and not roots and not heading_tasks)

    # --- lists --------------------------------------------------------------------------------------------------

    def _trees(self, members: list[int]) -> list[_Node]:
        nodes: dict[int, _Node] = {}
        roots: list[_Node] = []
        for index in members:
            block, place = self.blocks[index], self.places[index]
            if isinstance(block, Paragraph) and block.item in nodes:
                nodes[block.item].paragraphs.append(block)
            if not isinstance(block, ListItem) or index in self.labels or place.denied:
                continue
            node = nodes[index] = _Node(index, block, place)
            if block.parent in nodes:
                node.parent = nodes[block.parent]
                node.parent.children.append(node)
            else:
                roots.append(node)
        return roots

    def _list(self, roots: list[_Node]) -> None:
        """The items of one list."""
        if self._is_checklist(roots) or self._is_past(roots):
            return
        people = self.reading.people | _closing_names([n.text for r in roots for n in _walk(r)])
        for root in roots:
            self._node(root, people, under=None)

    def _is_checklist(self, roots: list[_Node]) -> bool:
        return sum(_tells_of_report(root.text) for root in roots) * 2 >= len(roots) > 0

    def _is_past(self, roots: list[_Node]) -> bool:
        """Whether a list tells what responders did: hours, or only the past and nothing that a task has."""
        texts = [root.text for root in roots]
        if sum(starts_with_clock(t) for t in texts) * 2 > len(texts):
            return True
        plain = plain_words(roots[0].place.heading) in ("actions", "action", "immediate actions", "acciones", "ações", "azioni")
        if not plain or roots[0].place.group or any(root.item.checked is not None for root in roots):
            return False
        return len(texts) > 1 and all(tells_the_past(t) for t in texts)

    def _node(self, node: _Node, people: frozenset[str], under: ActionItem | None, group: str | None = None) -> None:
        text = node.text
        if not text and node.item.checked is None and node.children:
            pass
        elif self._is_group(node):
            group = text.rstrip(":： ")
        elif self._is_task(node, under):
            under = self._task(node, people, group) or under
        for child in node.children:
            self._node(child, people, under, group)

    def _is_group(self, node: _Node) -> bool:
        """Whether an item only names the items under it: ``Testing``, ``**Short term**``."""
        if not any(child.text for child in node.children) or node.item.checked is not None or all(_is_detail(c) for c in node.children):
            return False
        text = node.text
        words = plain_words(text)
        if words in GROUP_WORDS or words.rstrip("s") in GROUP_WORDS:
            return True
        return not starts_as_task(text) and len(words.split()) <= 4 and not find_references(node.item.prose, frozenset())

    def _is_task(self, node: _Node, under: ActionItem | None) -> bool:
        text = node.text
        if is_nothing(text) or _SCHEDULE.match(text):
            return False
        if node.item.checked is not None or under is None:
            return True
        if _is_detail(node):
            return False
        parent = node.parent
        if parent and (parent.item.checked is not None or _UNFINISHED.search(parent.text)):
            return _PREFIXED.match(text) is not None
        return starts_as_task(text) or _PREFIXED.match(text) is not None

    def _task(self, node: _Node, people: frozenset[str], group: str | None) -> ActionItem | None:
        if is_placeholder(node.text):
            self.findings.placeholders.append(node.item.line)
            return None
        item = self._item(
            node.item.line,
            node.item.passage,
            node.place,
            people=people,
            checked=node.item.checked,
            box=node.item.box,
            mark=node.item.mark,
            details=[*_details(node)],
            more=node.paragraphs,
            group=group,
        )
        self.findings.items.append(item)
        return item

    # --- one item -----------------------------------------------------------------------------------------------

    def _item(
        self,
        line: int,
        passage: Passage,
        place: Place,
        *,
        people: frozenset[str],
        checked: str | None = None,
        box: Span | None = None,
        mark: Span | None = None,
        details: Sequence[Prose] = (),
        more: Sequence[Paragraph] = (),
        group: str | None = None,
    ) -> ActionItem:
        prose = passage.prose
        sentence = read_sentence(prose, self.reading.projects, people=people)
        extra = [attributes_of(d, self.reading.projects) for d in details]
        status, state = self._state(sentence, extra, checked, place, group)
        owner = sentence.owner or _first(e.owner for e in extra) or _group_owner(place, self.blocks, self.reading.people)
        due = sentence.due or _first(e.due for e in extra)
        due_date, problem = self.reading.calendar.due(due) if due else (None, None)
        if problem:
            self.findings.problems.append(Problem(line, problem))
        references = [*sentence.references, *(r for e in extra for r in e.references)]
        references += [f.reference for p in more for f in find_references(p.prose, self.reading.projects)]
        return ActionItem(
            line=line,
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
            group=group or place.group,
            code=sentence.code,
            bullet=Bullet(self.markup, passage.end, box, sentence.mark or mark),
        )

    def _state(
        self, sentence: Sentence, extra: list[Sentence], checked: str | None, place: Place, group: str | None
    ) -> tuple[str | None, State | None]:
        """A ticked box, a word or sign at either end, a detail, an empty box, the sub-heading: the first that tells."""
        boxed = BOXES.get(checked, State.DONE) if checked else None
        if boxed is not None and boxed is not State.OPEN and sentence.state is not State.CANCELLED:
            return f"[{'x' if boxed is State.DONE else checked}]", boxed
        if sentence.state:
            return sentence.status or _box(checked), sentence.state
        for detail in extra:
            if detail.state:
                return detail.status, detail.state
        if boxed is not None:
            return _box(checked), boxed
        for heading in (group, place.group, place.heading):
            if heading and (told := state_of_heading(heading)):
                return told
        return None, None

    # --- paragraphs ---------------------------------------------------------------------------------------------

    def _paragraphs(self, members: list[int], *, alone: bool) -> None:
        """Paragraphs that are tasks: ``Action item: …``, lines with a sign for a bullet, owners in bold."""
        groups: dict[int | None, list[int]] = {}
        for index in members:
            groups.setdefault(self.places[index].group_index, []).append(index)
        for group, inside in groups.items():
            blocks = [self.blocks[i] for i in inside if i not in self.labels]
            only = all(isinstance(block, Paragraph) for block in blocks)
            self._texts([i for i in inside if self._is_text(i)], alone=only and (alone or group is not None))

    def _texts(self, texts: list[int], *, alone: bool) -> None:
        """The tasks among paragraphs under one sub-heading; ``alone``: nothing else stands there."""
        tasks = [i for i in texts if self._is_task_paragraph(i)]
        sure = bool(texts) and self.places[texts[0]].sure
        all_tasks = alone and (_owned(self.blocks, texts) >= 2 or (sure and len(tasks) == len(texts)))
        for index in texts:
            block, place = self.blocks[index], self.places[index]
            assert isinstance(block, Paragraph)
            lines = block.passage.lines()
            if all(_SIGN_BULLET.match(p.prose.plain) for p in lines) and (len(lines) > 1 or alone):
                for line, passage in enumerate(lines):
                    self._line_task(block.line + line, passage, place)
            elif _PREFIXED.match(squeeze(block.prose.plain)) or all_tasks:
                self._line_task(block.line, block.passage, place)

    def _is_text(self, index: int) -> bool:
        block = self.blocks[index]
        return (
            isinstance(block, Paragraph)
            and index not in self.labels
            and not self.places[index].denied
            and (block.item is None or block.item in self.labels)
            and not is_nothing(block.prose.plain)
        )

    def _is_task_paragraph(self, index: int) -> bool:
        block = self.blocks[index]
        text = squeeze(block.prose.plain) if isinstance(block, Paragraph) else ""
        return starts_as_task(text) and not text.endswith(":") and len(text) < 400 and not text.lower().startswith(("see ", "list ", "use "))

    def _line_task(self, line: int, passage: Passage, place: Place) -> None:
        words = re.sub(r"^[•◦▪▫‣●○–—*+-]\s+", "", squeeze(passage.prose.plain))
        if is_placeholder(words):
            self.findings.placeholders.append(line)
        elif not is_blank(words):
            self.findings.items.append(self._item(line, passage, place, people=self.reading.people))

    # --- headings -----------------------------------------------------------------------------------------------

    def _heading_tasks(self, members: list[int], roots: list[_Node]) -> list[_HeadingTask]:
        """Sub-headings that are the tasks themselves, with explanations under them."""
        found: list[_HeadingTask] = []
        for index in members:
            block = self.blocks[index]
            if index not in self.labels or not isinstance(block, Heading) or self.places[index].group_index != index:
                continue
            under = [i for i in members if self.places[i].group_index == index and i != index]
            found.append(_HeadingTask(index, under))
        tasks = [t for t in found if self._is_heading_task(t, roots)]
        if len(tasks) * 2 > len(found):
            return tasks
        return []

    def _is_heading_task(self, task: _HeadingTask, roots: list[_Node]) -> bool:
        heading = self.blocks[task.index]
        assert isinstance(heading, Heading)
        text = squeeze(heading.prose.plain)
        numbered = _NUMBERED.match(text) is not None
        words = plain_words(text)
        if any(isinstance(self.blocks[i], Grid) for i in task.members) or words in GROUP_WORDS:
            return False
        nodes = [node for node in roots if node.index in task.members]
        if any(node.item.checked is not None for node in nodes):
            return False
        if nodes and not all(_is_detail(node) for node in nodes):
            return numbered and self._has_attributes(task)
        return numbered or (starts_as_task(text) and len(words.split()) > 2) or self._has_attributes(task)

    def _has_attributes(self, task: _HeadingTask) -> bool:
        return any(attributes_of(prose, frozenset()) != NOTHING for prose in self._details_under(task))

    def _details_under(self, task: _HeadingTask) -> list[Prose]:
        found: list[Prose] = []
        for index in task.members:
            block = self.blocks[index]
            if isinstance(block, Paragraph):
                found.extend(p.prose for p in block.passage.lines())
            elif isinstance(block, ListItem):
                found.append(block.prose)
        return found

    def _heading_task(self, task: _HeadingTask) -> None:
        block = self.blocks[task.index]
        assert isinstance(block, Heading)
        if is_placeholder(re.sub(r"^\d{1,2}[.)]\s*", "", squeeze(block.prose.plain))):
            self.findings.placeholders.append(block.line)
            return
        details = self._details_under(task)
        place = Place(self.places[task.index].section, self.places[task.index].heading, True)
        item = self._item(block.line, block.passage, place, people=self.reading.people, details=details)
        if item.owner is None and details and (handle := _leading_handles(details[0])):
            item = _with_owner(item, handle)
        self.findings.items.append(item)


@dataclass(frozen=True, slots=True)
class _HeadingTask:
    index: int
    members: list[int]


def _tells_of_report(text: str) -> bool:
    return not _PASSIVE.isdisjoint(text.lower().split()) and _REPORT.search(text) is not None


def _walk(node: _Node) -> Iterator[_Node]:
    stack = [node]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(node.children))


def _lists(roots: list[_Node]) -> list[list[_Node]]:
    """Roots that stand under the same sub-heading."""
    groups: dict[int | None, list[_Node]] = {}
    for root in roots:
        groups.setdefault(root.place.group_index, []).append(root)
    return list(groups.values())


def _is_explicit(node: _Node) -> bool:
    """Whether an item says itself that it is a task."""
    return node.item.checked is not None or _PREFIXED.match(node.text) is not None


def _is_detail(node: _Node) -> bool:
    """Whether an item only adds something to the one above it: an attribute, a link, a state."""
    prose = node.item.prose
    if node.item.checked is not None:
        return False
    if attributes_of(prose, frozenset()) != NOTHING:
        return True
    found = find_references(prose, frozenset())
    links = prose.anchors and not squeeze("".join(_outside(prose)))
    return whole(prose, found) or bool(links) or whole_state(re.split(r"[:：.–—-]", node.text)[0]) is not None


def _outside(prose: Prose) -> Iterator[str]:
    at = 0
    for anchor in prose.anchors:
        yield prose.plain[at : anchor.start]
        at = anchor.end
    yield prose.plain[at:]


def _details(node: _Node) -> Iterator[Prose]:
    """Continuation paragraphs and children that add to an item."""
    for paragraph in node.paragraphs:
        for passage in paragraph.passage.lines():
            yield passage.prose
    for child in node.children:
        if _is_detail(child):
            yield child.item.prose


def _closing_names(texts: list[str]) -> frozenset[str]:
    """Names that close most items of a list, in brackets or behind a dash: its owners."""
    names = [name for text in texts if (name := closing_name(text))]
    return frozenset(n.lower() for n in names) if len(names) >= 2 and len(names) * 5 >= len(texts) * 3 else frozenset()


def _owned(blocks: Sequence[Block], indices: list[int]) -> int:
    """How many paragraphs begin with an owner in bold."""
    found = 0
    for index in indices:
        block = blocks[index]
        if isinstance(block, Paragraph):
            prose = block.prose
            bold = prose.styles and prose.styles[0].kind is Emphasis.BOLD and prose.styles[0].start == 0
            found += bool(bold and read_sentence(prose).owner)
    return found


def _first(values: Iterator[str | None]) -> str | None:
    return next((value for value in values if value), None)


def _box(checked: str | None) -> str | None:
    if checked is None:
        return None
    return "[x]" if BOXES.get(checked) is State.DONE else f"[{checked}]"


_INITIALS = re.compile(r"[A-Z]{2,3}(?:\s*[/,&+]\s*[A-Z]{2,3})*")
_HANDLES = re.compile(r"@[\w.-]+(?:\s*(?:,|&|\+|/|and)\s*@[\w.-]+)*")
_ONE_NAME = re.compile(r"[A-ZÀ-ÞА-Я][a-zà-ÿа-я'’-]+(?:\s[A-ZÀ-ÞА-Я][\w'’.-]*)?(?:\s*(?:,|/|&|\+|and)\s*[A-ZÀ-ÞА-Я][a-zà-ÿа-я'’-]+)*")
_COMMON = re.compile(r"(?:ing|tion|sion|ment|ments|ity|ance|ence|ness|ware|work|works|ation|ations|ions|ics|ure|ures|age|ures|als|ives|ements|ables|ests|ools|erts|ocs|ings)$")
_NOT_INITIALS = frozenset("QA CI CD API UI UX DB AWS GCP DNS HR IT ML AI SDK CDN PR CLI VPC K8S TLS SSL HTTP SQL P0 P1 P2 P3 RCA SLA SLO NFS TODO OPS WIP FAQ SLI".split())


def _group_owner(place: Place, blocks: Sequence[Block], people: frozenset[str]) -> str | None:
    """The owner that a sub-heading names: ``**AC**``, ``**Robert**``, ``@dana``, ``Platform Team``."""
    if not place.group or place.group_index is None:
        return None
    words = place.group.strip(" :*")
    if _HANDLES.fullmatch(words) or words.lower() in people or re.fullmatch(r"(?:[A-Z][\w-]*\s){1,3}[Tt]eam", words):
        return words
    if words in _NOT_INITIALS or plain_words(words) in GROUP_WORDS or isinstance(blocks[place.group_index], Heading):
        return None
    if _INITIALS.fullmatch(words):
        return words
    named = _ONE_NAME.fullmatch(words) and not _COMMON.search(words) and not starts_as_task(words)
    return words if named and " team" not in words.lower() and len(words.split()) <= 3 else None


_STATE_IN_BRACKETS = re.compile(r"[\[(（]([^\[\]()（）]{2,40})[\])）]")


def state_of_heading(heading: str) -> tuple[str, State] | None:
    """The state that a sub-heading gives to the items under it: ``Immediate actions (Completed)``, ``In progress:``."""
    for words in _STATE_IN_BRACKETS.findall(heading):
        if state := whole_state(words):
            return words, state
    plain = plain_words(heading)
    if plain in TYPES or plain in ("review", "testing", "monitoring", "qa", "next", "future", "later", "new", "todo", "to do", "planned actions"):
        return ("TODO", State.OPEN) if plain in ("todo", "to do", "planned actions") else None
    if state := whole_state(plain):
        return heading, state
    match = re.fullmatch(r"(.+?) (?:action items?|actions?|items?|tasks?|work|follow-?ups?|tickets?|fixes)", plain)
    if match and (state := whole_state(match[1])) and match[1] not in ("next", "future", "review", "testing", "planned", "later", "new"):
        return heading, state
    return None


def _leading_handles(prose: Prose) -> str | None:
    match = _HANDLES.match(prose.plain.strip())
    return match[0] if match else None


def _with_owner(item: ActionItem, owner: str) -> ActionItem:
    return replace(item, owner=owner, owners=split_owners(owner))

