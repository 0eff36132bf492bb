"""Which parts of a document hold action items, told from its headings: real ones, bold lines, labels of lists."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import Enum
from functools import lru_cache

from syncd.core.blocks import Block, Grid, Heading, ListItem, Paragraph
from syncd.core.prose import Emphasis, Prose, squeeze
from syncd.core.verbs import starts_as_task
from syncd.core.words import (
    ACTION_HEADING,
    ACTION_HEADINGS,
    ATTRIBUTE_LABELS,
    BARE_ACTIONS,
    ELSEWHERE_HEADING,
    GROUP_WORDS,
    OTHER_HEADING,
    RESPONSE_HEADING,
    TAKEN_HEADING,
    WEAK_HEADING,
    fold,
    phrases,
    plain_words,
)

_CERTAIN = re.compile(r"\baction[- ](?:items?|points?)\b|アクションアイテム|行动项")
_ADVICE = re.compile(r"\b(?:must|should) (?:contain|include|be)\b")
"""How a guide speaks of the sections of a postmortem."""
_REVIEW = re.compile(r"\b(?:review|schedule|status)$")
_INTRODUCES = re.compile(
    r"(?:we|these|the|this|here|in|to|as|after|our|below|following|it|they|there|for|a|an)\b", re.IGNORECASE
)
"""How a sentence begins that only leads to the list under it."""
_MINUTES = re.compile(r"\(\s*\d+\s*[-–]\s*\d+\s*(?:min|m\b|h\b|hours?)")
"""How long after the alarm: the heading tells of the response."""
_COUNTED = re.compile(r"\b\d+(?:/| of | out of )\d+ (?:of )?(?:the )?(?:\w+ )?action\b")
"""A line that only counts them: ``2/5 action items done``."""
_TOPICS = re.compile(r"(?:retro(?:spective)?|review) items")
"""What was spoken of, not what is to be done."""
_STRETCH = re.compile(r"(?:day|week|month|quarter|phase|stage|sprint|wave) \d{1,2}(?: ?[-–] ?\d{1,2})?")
"""A stretch of time that tasks are grouped by: ``Week 2``."""
_ENDINGS = phrases("conclusion, conclusions, acknowledgements, acknowledgments, references, appendix")
_PLAIN = 60
"""Characters that a heading without markup may have."""
_BOLD_LEVEL, _LABEL_LEVEL = 7, 8
_LAST = (":", "：", "*", "_", ">")
"""How a bold line or a label ends."""


def is_certain(heading: str) -> bool:
    """Whether a heading uses the very words ``action items``, in one of the languages that have borrowed them."""
    return _CERTAIN.search(heading.lower()) is not None


class Meaning(Enum):
    """What a heading says about the text under it."""

    ACTIONS = "actions"
    PERHAPS = "perhaps"
    """Tasks may stand here, if the document has no better place for them."""
    ELSEWHERE = "elsewhere"
    """About the incident itself; in a section with action items only a group."""
    OTHER = "other"
    """Never action items."""
    NEUTRAL = "neutral"


@lru_cache(maxsize=4096)
def meaning_of(heading: str) -> Meaning:
    """What a heading says, in any of the languages we know."""
    words = fold(plain_words(heading))
    if words in ACTION_HEADINGS:
        return Meaning.ACTIONS
    if len(words.split()) > 14 or words in ("", "action") or _COUNTED.search(words) or _TOPICS.fullmatch(words):
        return Meaning.NEUTRAL
    if _CERTAIN.search(heading.lower()) and not _REVIEW.search(words):
        return Meaning.ACTIONS
    if OTHER_HEADING.search(words) or _ADVICE.search(words):
        return Meaning.OTHER
    if RESPONSE_HEADING.search(words) or _MINUTES.search(heading):
        return Meaning.ELSEWHERE
    if ACTION_HEADING.search(words) and len(words.split()) <= 9:
        return Meaning.ELSEWHERE if TAKEN_HEADING.search(words) else Meaning.ACTIONS
    if WEAK_HEADING.search(words) and " did " not in f" {words} ":
        return Meaning.ELSEWHERE if TAKEN_HEADING.search(words) else Meaning.PERHAPS
    return Meaning.ELSEWHERE if ELSEWHERE_HEADING.search(words) else Meaning.NEUTRAL


@dataclass(frozen=True, slots=True)
class Place:
    """Where a block stands. ``section`` is the index of the heading that opens its action section, None outside.

    ``sure``: the heading means action items, not only perhaps. ``denied``: a heading says that it is something else.
    """

    section: int | None = None
    heading: str = ""
    sure: bool = False
    denied: bool = False
    group: str | None = None
    group_index: int | None = None
    """The index of the sub-heading."""
    group_in_bold: bool = False
    """Whether the sub-heading is a bold line, not a heading or a label."""


@dataclass(frozen=True, slots=True)
class Outline:
    """The place of each block; ``labels`` are the blocks that are headings themselves."""

    places: tuple[Place, ...]
    labels: frozenset[int]


@dataclass(frozen=True, slots=True)
class _Open:
    index: int
    level: int
    meaning: Meaning
    text: str
    bold: bool = False
    kept: bool = False
    """It is a group that has the rank of its section."""


def outline(blocks: tuple[Block, ...]) -> Outline:
    """Where each block of a document stands."""
    return _Outliner(blocks).outline()


class _Outliner:
    def __init__(self, blocks: tuple[Block, ...]) -> None:
        self.blocks = blocks
        self._stack: list[_Open] = []
        self._scopes: dict[int, Place] = {}
        """List items that are headings of the items under them."""
        self._titled = False
        self._lessons: set[int] = set()
        """Sections with an unsure heading inside one about lessons and the like."""

    def outline(self) -> Outline:
        places: list[Place] = []
        labels: set[int] = set()
        here = Place()
        for index, block in enumerate(self.blocks):
            opened = self._heading(index, block)
            if opened is None and self._stack and isinstance(block, Grid) and self._ends_label(index):
                self._stack.pop()
                here = self._place()
            if opened:
                labels.add(index)
                self._push(opened)
                here = self._place()
            place = self._scope(block) or here
            if isinstance(block, ListItem) and (label := self._label(index, block, place)):
                labels.add(index)
                self._scopes[index] = label
            places.append(place)
        if any(place.section is not None and place.section not in self._lessons for place in places):
            places = [Place(denied=True, heading=p.heading) if p.section in self._lessons else p for p in places]
        return Outline(tuple(places), frozenset(labels))

    # --- headings -----------------------------------------------------------------------------------------------

    def _heading(self, index: int, block: Block) -> _Open | None:
        if isinstance(block, Heading):
            text = squeeze(block.prose.plain)
            meaning = meaning_of(text)
            title = not self._titled
            self._titled = True
            if (
                title
                and block.level <= 2
                and plain_words(text) not in ACTION_HEADINGS
                and self._has_headings_after(index)
            ):
                meaning = Meaning.NEUTRAL
            return _Open(index, block.level, meaning, text)
        if isinstance(block, Paragraph) and block.item is None:
            return self._line(index, block)
        return None

    def _has_headings_after(self, index: int) -> bool:
        return any(isinstance(block, Heading) for block in self.blocks[index + 1 : index + 60])

    def _line(self, index: int, block: Paragraph) -> _Open | None:
        """A paragraph whose last line is all bold, or is a known heading, or introduces a list."""
        if self._leads(index) and is_plain_heading(block.passage.rough):
            return _Open(index, _BOLD_LEVEL, Meaning.ACTIONS, block.passage.rough.strip(" *_:："))
        if block.passage.rough[-1:] not in _LAST and not self._follows(index):
            return None
        last = block.passage.last
        if len(last.rough) > 160:
            return None
        alone = last is block.passage
        if not alone and self._follows(index) and (first := _first_line(block)):
            return _Open(index, _BOLD_LEVEL, Meaning.ACTIONS, first)
        prose = last.prose
        text = squeeze(prose.plain)
        words = text.rstrip(":： ")
        bold = prose.styled(Emphasis.BOLD, 0, len(words)) or prose.styled(Emphasis.BOLD, 0, len(text))
        follows = self._follows(index)
        if follows and plain_words(words) in ATTRIBUTE_LABELS:
            return _Open(index, _BOLD_LEVEL, Meaning.OTHER, words)
        if bold and (follows or alone) and len(words) <= 100:
            bare = plain_words(words) in BARE_ACTIONS and self._is_told()
            return _Open(index, _BOLD_LEVEL, Meaning.NEUTRAL if bare else meaning_of(words), words, bold=True)
        if alone and text != words and self._is_told_in_lines(index) and plain_words(words) in ACTION_HEADINGS:
            return _Open(index, _BOLD_LEVEL, Meaning.ACTIONS, words)
        if not follows or len(words.split()) > 10:
            return None
        meaning = meaning_of(words)
        if plain_words(words) in BARE_ACTIONS and self._is_told():
            return _Open(index, _BOLD_LEVEL, Meaning.NEUTRAL, words)
        other = meaning is Meaning.OTHER and (text != words or (alone and _is_title(words)))
        if plain_words(words) in ACTION_HEADINGS or other:
            return _Open(index, _BOLD_LEVEL, meaning, words)
        return (
            _Open(index, _LABEL_LEVEL, Meaning.NEUTRAL, words)
            if text != words and not _INTRODUCES.match(words)
            else None
        )

    def _is_told(self) -> bool:
        """Whether a heading above says that the text tells of the incident."""
        return any(o.level < _BOLD_LEVEL and o.meaning in (Meaning.OTHER, Meaning.ELSEWHERE) for o in self._stack)

    def _follows(self, index: int) -> bool:
        """Whether a list or table comes next."""
        following = self.blocks[index + 1] if index + 1 < len(self.blocks) else None
        return isinstance(following, Grid | ListItem)

    def _is_told_in_lines(self, index: int) -> bool:
        """Whether a paragraph comes next of which each line is a task."""
        following = self.blocks[index + 1] if index + 1 < len(self.blocks) else None
        return isinstance(following, Paragraph) and following.item is None and are_tasks(following.passage.rough)

    def _leads(self, index: int) -> bool:
        """Whether a sentence comes next that leads to a list or table."""
        following = self.blocks[index + 1] if index + 1 < len(self.blocks) else None
        if not isinstance(following, Paragraph) or following.item is not None:
            return False
        return following.passage.rough.endswith((":", "：")) and self._follows(index + 1)

    def _push(self, opened: _Open) -> None:
        beside = False
        while self._stack and self._stack[-1].level >= opened.level:
            if self._keeps(self._stack[-1], opened, beside=beside):
                opened = replace(opened, level=self._stack[-1].level + 1, kept=True)
                break
            beside = self._stack.pop().kept
        self._stack.append(opened)

    def _keeps(self, before: _Open, opened: _Open, *, beside: bool) -> bool:
        """A group under a heading of the same rank: ``**Action items**``, then ``**Short term**``.

        ``beside``: the group before it is kept like that.
        """
        at_once = beside or before.index == opened.index - 1
        if before.level != opened.level:
            return False
        if before.meaning is Meaning.ACTIONS and opened.meaning is Meaning.PERHAPS and at_once:
            return True
        return (
            before.meaning in (Meaning.ACTIONS, Meaning.PERHAPS)
            and opened.meaning in (Meaning.NEUTRAL, Meaning.PERHAPS)
            and _is_group(opened.text)
            and (before.level == _BOLD_LEVEL or at_once)
        )

    def _place(self) -> Place:
        """Where a block under the open headings stands."""
        first = max((i for i, o in enumerate(self._stack) if o.meaning is Meaning.OTHER), default=-1)
        inner = self._stack[first + 1 :]
        section = next((o for o in inner if o.meaning in (Meaning.ACTIONS, Meaning.PERHAPS)), None)
        if section is None:
            told = any(o.meaning in (Meaning.OTHER, Meaning.ELSEWHERE) for o in self._stack)
            return Place(denied=told, heading=self._stack[-1].text if self._stack else "")
        if section.meaning is Meaning.PERHAPS and first >= 0:
            self._lessons.add(section.index)
        sure = any(o.meaning is Meaning.ACTIONS and (o is section or not _is_group(o.text)) for o in inner)
        deepest = inner[-1]
        if deepest is section:
            return Place(section.index, section.text, sure)
        return Place(section.index, section.text, sure, False, deepest.text, deepest.index, deepest.bold)

    def _ends_label(self, index: int) -> bool:
        """Whether a table comes behind the list that a label at the end of a paragraph led to: ``**Impact**:``."""
        last = self._stack[-1] if self._stack else None
        return (
            last is not None
            and last.level >= _BOLD_LEVEL
            and last.meaning is Meaning.OTHER
            and last.index < index - 1
            and isinstance(label := self.blocks[last.index], Paragraph)
            and label.passage.last is not label.passage
        )

    # --- labels of lists ----------------------------------------------------------------------------------------

    def _scope(self, block: Block) -> Place | None:
        """The place that a list item gives to what stands in it."""
        if not self._scopes:
            return None
        parent = block.parent if isinstance(block, ListItem) else block.item if isinstance(block, Paragraph) else None
        while parent is not None:
            if parent in self._scopes:
                return self._scopes[parent]
            item = self.blocks[parent]
            parent = item.parent if isinstance(item, ListItem) else None
        return None

    def _label(self, index: int, block: ListItem, place: Place) -> Place | None:
        following = self.blocks[index + 1] if index + 1 < len(self.blocks) else None
        if block.checked is not None or not isinstance(following, ListItem) or following.parent != index:
            return None
        prose = block.prose
        text = squeeze(prose.plain)
        words = text.rstrip(":： ")
        if len(words) > 80 or not (text != words or _is_bold(prose, words)):
            return None
        if place.section is not None and starts_as_task(words):
            return None
        meaning = meaning_of(words)
        if meaning in (Meaning.ACTIONS, Meaning.PERHAPS) and place.section is None:
            sure = meaning is Meaning.ACTIONS
            return Place(index, words, sure) if sure or (_is_bold(prose, words) and not place.denied) else None
        if meaning in (Meaning.OTHER, Meaning.ELSEWHERE) and (place.section is None or meaning is Meaning.OTHER):
            return Place(denied=True, heading=words)
        return None


def _first_line(block: Paragraph) -> str | None:
    """The heading of action items without any markup that several lines begin with, or that leads to the last one."""
    lines = block.passage.rough.split("\n")
    words = lines[0].strip(" *_:：")
    if len(words) < _PLAIN and plain_words(words) in ACTION_HEADINGS:
        return words
    leads = lines[-1].endswith((":", "：")) and is_plain_heading(lines[-2])
    return lines[-2].strip(" *_:：") if leads else None


def is_plain_heading(line: str) -> bool:
    """Whether a line without markup can only be a heading, of action items or of the end."""
    words = line.strip(" *_:：")
    if not _is_title(words):
        return False
    plain = plain_words(words)
    return plain in ACTION_HEADINGS or plain in _ENDINGS or meaning_of(words) is Meaning.ACTIONS


def headed_lines(rough: str) -> int | None:
    """The number of the line, not the first, that is a heading without markup of the tasks on the lines below it."""
    lines = rough.split("\n")
    for number, line in enumerate(lines[1:-2], start=1):
        named = line.endswith((":", "：")) and plain_words(line.strip(" *_:：")) in ACTION_HEADINGS
        if named and are_tasks("\n".join(lines[number + 1 :])):
            return number
    return None


def are_tasks(rough: str) -> bool:
    """Whether each of several lines is a task, a sentence of its own."""
    lines = rough.split("\n")
    return len(lines) > 1 and all(line[:1].isupper() and line[-1:] in ".;!" and starts_as_task(line) for line in lines)


def _is_title(words: str) -> bool:
    """Whether words without markup look like a title and not like a sentence."""
    return "\n" not in words and 0 < len(words) < _PLAIN and words[-1].isalnum() and not words[0].islower()


def _is_bold(prose: Prose, words: str) -> bool:
    return prose.styled(Emphasis.BOLD, 0, len(words))


def _is_group(text: str) -> bool:
    words = plain_words(text)
    if _STRETCH.fullmatch(words):
        return True
    return words in GROUP_WORDS or any(w in GROUP_WORDS for w in re.split(r"[/&]| and | or ", words) if w)
