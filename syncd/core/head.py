"""The head of a postmortem: title, kind, severity, dates, signs of being finished, links, people."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from syncd.core.blocks import Page
from syncd.core.dates import DateReader, Order
from syncd.core.days import Days
from syncd.core.facts import Fact, facts, of_kind
from syncd.core.fields import is_cell_placeholder, severity
from syncd.core.kind import kind_of, title_of
from syncd.core.model import Document, Kind, Sign
from syncd.core.references import NO_PROJECTS
from syncd.core.sections import Outline
from syncd.core.signs import sign_of


@dataclass(frozen=True, slots=True)
class Head:
    """What a document says of itself."""

    title: str
    kind: Kind
    severity: str | None = None
    incident_date: date | None = None
    postmortem_date: date | None = None
    review_date: date | None = None
    retro_date: date | None = None
    sign: Sign | None = None
    links: tuple[str, ...] = ()
    people: frozenset[str] = frozenset()
    restricted: bool = False
    anchor: date | None = None
    """The day from which missing years are told."""

    def dates(self, order: Order) -> DateReader:
        """How the dates of its action items are read."""
        return DateReader(self.anchor, order)


def read_head(document: Document, page: Page, outline: Outline, order: Order) -> Head:
    """What the head of a document says."""
    known = facts(page)
    title, line = title_of(document, page, known)
    when = Days(document, page, outline, known, title, order)
    kind = kind_of(document, page, known, title, dated=when.labelled())
    told = when.dates()
    incident, postmortem = when.of_project() if kind is Kind.PROJECT else told
    return Head(
        title=title,
        kind=kind,
        severity=_severity(known),
        incident_date=incident,
        postmortem_date=postmortem,
        review_date=when.scheduled("review_date", postmortem or incident),
        retro_date=when.scheduled("retro_date", postmortem or incident),
        sign=sign_of(page, known, title, line),
        links=_links(known),
        people=_people(known),
        restricted=page.front.get("restricted", ("", 0))[0].lower() in ("true", "yes", "on", "1"),
        anchor=postmortem or incident or next(filter(None, told), None),
    )


def _severity(known: Sequence[Fact]) -> str | None:
    fact = next((f for f in of_kind(known, "severity") if not _is_choice(f.value)), None)
    return severity(fact.value) if fact else None


_CHOICE = re.compile(r"\w+(?:\s*[/|]\s*\w+){2,}")
"""What a form offers: ``Low / Medium / High``."""


def _is_choice(value: str) -> bool:
    return (
        _CHOICE.fullmatch(value.strip()) is not None
        or (len(set(re.findall(r"sev[\s-]*\d|p\d", value.lower()))) > 1 and "/" in value)
        or is_cell_placeholder(value)
    )


_TICKET_KEY = re.compile(r"\b[A-Z][A-Z0-9_]{0,19}-\d{1,7}\b")


def _links(known: Sequence[Fact]) -> tuple[str, ...]:
    found: list[str] = []
    for fact in of_kind(known, "link"):
        keys = [k for k in _TICKET_KEY.findall(fact.value) if k.split("-")[0] not in NO_PROJECTS]
        found.extend(fact.urls or keys)
    return tuple(dict.fromkeys(found))


def _people(known: Sequence[Fact]) -> frozenset[str]:
    names = (
        name.strip(" .*_@").lower()
        for fact in of_kind(known, "people")
        for name in re.split(r"[,;/&+]|\band\b|\(|\)", fact.value)
    )
    full = {name for name in names if 1 < len(name) < 40}
    return frozenset(full | {name.split()[0] for name in full if len(name.split()) > 1})
