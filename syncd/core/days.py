"""The days of a postmortem: when it happened, when it was written, when it is looked at again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cached_property
from itertools import islice

from syncd.core.blocks import Grid, Heading, ListItem, Page, Paragraph
from syncd.core.dates import DateReader, Order
from syncd.core.facts import LABELS, Fact, of_kind
from syncd.core.model import Document
from syncd.core.sections import Outline
from syncd.core.words import plain_words

_TIMELINE = re.compile(
    r"time ?line|chronolog|タイムライン|時系列|经过|时间线|时间轴|cronolog|zeitleiste|summary|経緯|타임라인|хронолог"
    r"|key events|lead ?up|what happened|^resum|^résumé|zusammenfassung|samenvatting|podsumowanie|概要|概述|요약"
    r"|riepilogo|sammanfattning|sammendrag|tóm tắt|ringkasan|^özet|linha do tempo|tidslinje|tijdlijn|oś czasu|kronologi"
)
_REST_OF_LINE = re.compile(r"[*_]*[ \t]*[:：|][*_]*[ \t]*(\S.*)")
_STRICT_TIMELINE = re.compile("time ?line|chronolog")
_BEGINNING = 4
"""So many blocks are the beginning of a text."""
_SHORTLY = 45
_LABELLED = re.compile(r"\W*[\w /-]{1,40}[:：]")
_PATH_DATE = re.compile(r"(?<!\d)(20\d\d)[-_.]?(\d\d)[-_.]?(\d\d)(?!\d)")
_SCHEDULED = {kind: [k for k, v in LABELS.items() if v == kind] for kind in ("review_date", "retro_date")}
_SCHEDULE_WORDS = {"review_date": ("review", "check-in"), "retro_date": ("retro",)}
"""Words of which each of these labels has one."""


class Days:
    """Looks for the days in head, title, timeline and file name, in that order."""

    def __init__(
        self, document: Document, page: Page, outline: Outline, known: Sequence[Fact], title: str, order: Order
    ) -> None:
        self.document, self.page, self.outline, self.known, self.title = document, page, outline, known, title
        self.order = order

    def dates(self) -> tuple[date | None, date | None]:
        """The incident's date and the postmortem's."""
        postmortem = self._labelled("postmortem_date", None)
        incident = self._labelled("incident_date", postmortem)
        plain = self._labelled("date", postmortem or incident)
        if postmortem is None and incident is not None:
            postmortem = self._labelled("postmortem_date", incident)
        if incident is None and plain is not None and postmortem is None and (earlier := self._all_earlier(plain)):
            return earlier, plain
        if incident is None and plain is not None and postmortem is None and (earlier := self._before(plain)):
            return earlier, plain
        if incident is None and plain is None:
            plain = self._in_text(self.title) or self._labelled("duration", None) or self._told() or self._in_path()
        return incident or plain, postmortem

    def of_project(self) -> tuple[date | None, date | None]:
        """What is labelled as the day it began, and the day of the document: its ``Date``, or one in the title."""
        began = self._labelled("incident_date", None)
        postmortem = self._labelled("postmortem_date", began)
        plain = (d for f in of_kind(self.known, "date") for d in reversed(DateReader(began, self.order).all(f.value)))
        own = postmortem or next(plain, None) or self._in_text(self.title)
        return (began, own) if own else self.dates()

    def labelled(self) -> bool:
        """Whether head or title name a date: somebody wrote about a certain day."""
        kinds = ("incident_date", "postmortem_date", "date")
        return any(self._labelled(kind, None) for kind in kinds) or self._in_text(self.title) is not None

    def scheduled(self, kind: str, anchor: date | None) -> date | None:
        """A date of the follow-up schedule, wherever it stands: a line of a known label and a date."""
        text, lower = self.document.text, self._lower
        reader = DateReader(anchor, self.order)
        if len(lower) != len(text) or not any(word in lower for word in _SCHEDULE_WORDS[kind]):
            return None
        for label in _SCHEDULED[kind]:
            at = lower.find(label)
            match = _REST_OF_LINE.match(text, at + len(label)) if at >= 0 else None
            if match and (day := reader.first(match[1])):
                return day
        return None

    @cached_property
    def _lower(self) -> str:
        return self.document.text.lower()

    def _labelled(self, kind: str, anchor: date | None) -> date | None:
        reader = DateReader(anchor, self.order)
        return next((d for f in of_kind(self.known, kind) if (d := reader.first(f.value))), None)

    def _in_text(self, text: str) -> date | None:
        return DateReader(None, self.order).first(text)

    def _all_earlier(self, plain: date) -> date | None:
        """The first day that the timeline's headings name, when all of them are before the day of the document."""
        told = islice(self._timeline(_STRICT_TIMELINE, headings=True), 40)
        days = [d for d in told if abs((plain - d).days) <= 120]
        return min(days) if days and max(days) < plain else None

    def _before(self, plain: date) -> date | None:
        """The first day that the text names, when it is shortly before the day on which it was published."""
        published = {line for key, (_, line) in self.page.front.items() if LABELS.get(key) == "date"}
        if not any(f.line in published for f in of_kind(self.known, "date")):
            return None
        reader = DateReader(plain, self.order)
        texts = (b.prose.plain[:2000] for b in self.page.blocks[:_BEGINNING] if not isinstance(b, Grid))
        day = next((d for text in texts for d in reader.all(text)), None)
        return day if day and 0 < (plain - day).days <= _SHORTLY else None

    def _timeline(self, about: re.Pattern[str], *, headings: bool = False) -> Iterator[date]:
        """The days that headings, and unless only ``headings`` the sections of that name, tell, in order."""
        for block, place in zip(self.page.blocks, self.outline.places, strict=True):
            if isinstance(block, Heading) or (not headings and about.search(plain_words(place.heading))):
                yield from self._in_block(block)

    def _in_block(self, block: Heading | Paragraph | ListItem | Grid) -> list[date]:
        if isinstance(block, Grid):
            return self._in_column(block, 0) or self._in_column(block, 1)
        return DateReader(None, self.order).all(block.passage.rough[:2000])

    def _in_column(self, grid: Grid, column: int) -> list[date]:
        reader = DateReader(None, self.order)
        cells = [row.cells[column].prose.plain for row in grid.rows[:60] if column < len(row.cells)]
        return [day for text in cells for day in reader.all(text)]

    def _told(self) -> date | None:
        """The first day that summary or timeline name."""
        return next(self._timeline(_TIMELINE), None) or next(self._opening(), None)

    def _opening(self) -> Iterator[date]:
        """The days that the first paragraph under the title, or under none, tells."""
        pairs = zip(self.page.blocks[:3], self.outline.places, strict=False)
        first = next((b for b, place in pairs if isinstance(b, Paragraph) and place.section is None), None)
        words = first.prose.plain[:2000] if first else ""
        return iter(() if _LABELLED.match(words) else DateReader(None, self.order).all(words))

    def _in_path(self) -> date | None:
        match = _PATH_DATE.search(self.document.path.replace("\\", "/").rsplit("/", 1)[-1])
        return self._in_text("-".join(match.groups())) if match else None
