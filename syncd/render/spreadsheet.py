"""Action items as a table for spreadsheets: CSV (RFC 4180), in which no cell is ever a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from syncd.core.entries import Case
from syncd.core.plain import one_line

HEADER = (
    "team", "postmortem", "document", "line", "item", "action", "type", "owner", "state",
    "due", "days_late", "age_days", "slips", "ticket", "url", "needs_person", "note",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@")
"""What a spreadsheet takes for the beginning of a formula. So it does a tab or a carriage return: no line has one."""
_BEFORE = " '\""
"""What some of them skip before they look."""


def spreadsheet(items: Iterable[tuple[str, Case]]) -> str:
    """The items, each with its team, one a line under a header; every cell in quotes."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(HEADER)
    for team, case in items:
        writer.writerow([neutral(cell) for cell in _cells(team, case)])
    return text.getvalue()


def neutral(cell: object) -> str:
    """A cell as harmless text on one line; what a spreadsheet would calculate gets an apostrophe in front."""
    text = "" if cell is None else one_line(str(cell))
    return f"'{text}" if text.lstrip(_BEFORE).startswith(_FORMULA) else text


def _cells(team: str, case: Case) -> tuple[object, ...]:
    entry = case.entry
    return (
        team,
        entry.postmortem,
        entry.path,
        entry.line,
        entry.item,
        entry.action,
        case.item.type,
        entry.owner,
        entry.state.value,
        entry.due,
        entry.days_late,
        entry.age,
        entry.slips,
        entry.ticket,
        entry.url,
        "yes" if case.disputed else "",
        entry.note,
    )
