"""Action items as a table for spreadsheets: CSV (RFC 4180), in which no cell is ever a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from syncd.core.entries import Case

HEADER = (
    "team", "postmortem", "document", "line", "item", "action", "type", "owner", "state",
    "due", "days_late", "age_days", "slips", "ticket", "url", "needs_person", "note",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""
_BEFORE = " \t\r\n'\""
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
    """A cell as text; what a spreadsheet would calculate gets an apostrophe in front. No cell holds a NUL."""
    text = "" if cell is None else str(cell).replace("\0", "")
    starts = text.startswith(_FORMULA) or text.lstrip(_BEFORE).startswith(_FORMULA[:4])
    return f"'{text}" if starts else text


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
