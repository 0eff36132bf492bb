"""A document → a postmortem: what it says of itself, and its action items with their places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from syncd.core.blocks import Grid, Lines, ListItem, Page, Paragraph
from syncd.core.boxes import read_loose_boxes
from syncd.core.bullets import read_bullets
from syncd.core.columns import HEADERS
from syncd.core.dates import order_of
from syncd.core.head import read_head
from syncd.core.html import read_html
from syncd.core.item import Findings, Reading
from syncd.core.markdown import read_markdown
from syncd.core.model import ActionItem, Document, Kind, Markup, Postmortem, Problem
from syncd.core.rows import action_roles, only_proposes, read_rows
from syncd.core.sections import Outline, Place, is_certain, outline
from syncd.core.summary import summary_of
from syncd.core.words import TYPES, one_of, plain_words


def parse(document: Document, *, projects: frozenset[str] = frozenset()) -> Postmortem:
    """What a document says. ``projects`` are the KEYs of the configured trackers: their bare ``KEY-12`` is a ticket.

    Never raises, whatever the text; what is wrong in it is a problem with its line.
    """
    page = _page(document)
    places = outline(page.blocks)
    order = order_of(document.text)
    head = read_head(document, page, places, order)
    found = _items(page, places, Reading(head.dates(order), document.markup, projects, head.people))
    if head.kind is Kind.OTHER:
        found = Findings([], [], found.placeholders, [])
    return Postmortem(
        document=document,
        kind=head.kind,
        title=head.title,
        summary=summary_of(page.blocks),
        severity=head.severity,
        incident_date=head.incident_date,
        postmortem_date=head.postmortem_date,
        review_date=head.review_date,
        retro_date=head.retro_date,
        links=head.links,
        items=tuple(found.items),
        placeholders=tuple(sorted(found.placeholders)),
        sign=head.sign,
        restricted=head.restricted,
        problems=_problems(page, found),
        tables=tuple(found.tables),
    )


_MOST_LINES = 20_000


def _page(document: Document) -> Page:
    """The blocks of a document; of one with more lines than anybody writes only those of the first."""
    read = read_html if document.markup is Markup.HTML else read_markdown
    text = document.text.replace("\0", "\N{REPLACEMENT CHARACTER}")  # as CommonMark has it, 2.3; no place moves
    if text.count("\n") + text.count("\r") < _MOST_LINES:
        return read(text)
    lines = Lines(text)
    if len(lines) <= _MOST_LINES:
        return read(text)
    page = read(text[: lines.bounds(_MOST_LINES)[0]])
    problem = Problem(_MOST_LINES + 1, f"Only the first {_MOST_LINES:,} lines of a document are read.")
    return replace(page, problems=(*page.problems, problem))


def _items(page: Page, places: Outline, reading: Reading) -> Findings:
    """All items in the order of the document; sections that only may hold some count when no other does."""
    found = Findings.nothing()
    for grid, place in _grids(page, places):
        roles = action_roles(grid, place)
        weak = roles and only_proposes(roles) and not is_certain(place.heading)
        if roles and not (weak and _has_certain_tasks(page, places)):
            read_rows(grid, place, roles, reading, found)
    read_bullets(page.blocks, places, reading, found, sure=True)
    read_bullets(page.blocks, places, reading, found, sure=False)
    if not found.items:
        read_loose_boxes(page.blocks, places, reading, found)
    found.items = _typed(sorted(found.items, key=lambda item: item.line))
    return found


def _has_certain_tasks(page: Page, places: Outline) -> bool:
    """Whether a list, or a table that assigns tasks, stands under a heading that says ``action items``."""
    for block, place in zip(page.blocks, places.places, strict=True):
        if place.section is not None and is_certain(place.heading):
            found = action_roles(block, place) if isinstance(block, Grid) else None
            if isinstance(block, ListItem) or (found and not only_proposes(found)):
                return True
    return False


def _grids(page: Page, places: Outline) -> Iterator[tuple[Grid, Place]]:
    for block, place in zip(page.blocks, places.places, strict=True):
        if isinstance(block, Grid):
            yield block, place


def _typed(items: list[ActionItem]) -> list[ActionItem]:
    """Sub-headings that are types give their type: ``### Prevent``, ``### Detect``."""
    groups = {i.group for i in items if i.group}
    types = {g for g in groups if _is_type(g)}
    told = {g for g in types if not plain_words(g).startswith(("process", "documentation", "プロセス", "流程"))}
    if len(types) < 2 or not told or any(i.type for i in items) or groups - types:
        return items
    return [replace(i, type=i.group) for i in items]


def _is_type(group: str) -> bool:
    return plain_words(group) in TYPES


# --- problems -------------------------------------------------------------------------------------------------------

_SQUEEZED_HEADERS = frozenset(name.replace(" ", "") for name in HEADERS if len(name) > 1 or name == "#")
_LOST = re.compile(rf"(?:{one_of(_SQUEEZED_HEADERS)}){{3,}}")
_ACTION_WORDS = ("action", "task", "item")


def _problems(page: Page, found: Findings) -> tuple[Problem, ...]:
    problems = [*page.problems, *found.problems, *_lost_tables(page)]
    return tuple(sorted(dict.fromkeys(problems), key=lambda p: p.line))


def _lost_tables(page: Page) -> Iterator[Problem]:
    """Tables pasted from a rendered page: the header's words stick together, or stand between tabs."""
    for block in page.blocks:
        if not isinstance(block, Paragraph | ListItem):
            continue
        rough = block.passage.rough
        lower = rough.lower()
        if "\t" not in rough and not any(word in lower for word in _ACTION_WORDS):
            continue
        for number, line in enumerate(rough.split("\n")):
            if 12 <= len(line) <= 160 and _is_lost_header(line):
                yield Problem(
                    block.line + number,
                    "This looks like the header of a table that lost its delimiters; write it as | ID | Action | … |.",
                )


def _is_lost_header(words: str) -> bool:
    if not 1 <= len(words.split()) <= 12 or words[-1] in ".:!?":
        return False
    if "\t" in words:
        return sum(part.strip().lower() in HEADERS for part in words.split("\t")) >= 3
    glued = words.replace(" ", "").lower()
    return (
        len(words.split()) <= 6 and any(word in glued for word in _ACTION_WORDS) and _LOST.fullmatch(glued) is not None
    )


# --- finished -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Finished:
    """Whether a postmortem is finished, and why, as a sentence; ``line`` is where it says so.

    ``waits``: only the calendar makes it unfinished, its date is still to come.
    """

    finished: bool
    why: str
    line: int | None = None
    waits: bool = False


def finished(
    postmortem: Postmortem,
    *,
    rule: str | None = None,
    today: date,
    merged: bool = False,
    labels: frozenset[str] = frozenset(),
) -> Finished:
    """Whether action items of this postmortem may become tickets. The first that speaks decides.

    1. The document's own sign. 2. The source's ``rule``: ``always``, ``merged`` or ``label:NAME``, with what the
    source knows about the document. 3. It has action items, none of them unfilled, and its date has come.
    """
    if postmortem.sign:
        told = "It says that it is finished" if postmortem.sign.finished else "It says that it is not finished"
        return Finished(postmortem.sign.finished, f'{told}: "{postmortem.sign.words}".', postmortem.sign.line)
    if rule:
        return _by_rule(rule, merged=merged, labels=labels)
    if postmortem.placeholders:
        line = postmortem.placeholders[0]
        return Finished(False, f"Line {line} is an action item that nobody filled in.", line)
    if not postmortem.items:
        return Finished(False, "It has no action items.")
    if postmortem.postmortem_date and postmortem.postmortem_date > today:
        return Finished(False, f"Its date, {postmortem.postmortem_date}, is still to come.", None, waits=True)
    return Finished(True, "It has action items, and all of them are filled in.")


def _by_rule(rule: str, *, merged: bool, labels: frozenset[str]) -> Finished:
    if rule == "always":
        return Finished(True, "Its source counts every document as finished.")
    if rule == "merged":
        return Finished(merged, "It is merged." if merged else "It is not merged yet.")
    name = rule.removeprefix("label:")
    has = name in labels
    return Finished(has, f'It has the label "{name}".' if has else f'It does not have the label "{name}" yet.')
