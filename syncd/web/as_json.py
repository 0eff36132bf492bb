"""The pages for programs. New keys may be added; ``version`` changes when one goes or means something else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from syncd.core.entries import Case
from syncd.provenance_json import as_object
from syncd.web.board import Board, Placed, Sheet, TeamBoard
from syncd.web.coming import Coming
from syncd.web.discretion import discreet_object
from syncd.web.postmortem import Item, Postmortem

VERSION = 1


def board_json(board: Board) -> dict[str, object]:
    """The status page."""
    return {
        "version": VERSION,
        "at": board.at.isoformat(),
        "asked": {"team": board.asked.team, "owner": board.asked.owner, "state": board.asked.state},
        "teams": [_team(team) for team in board.teams],
        "items": [item_json(placed) for placed in board.items],
        "postmortems": [_sheet(sheet) for sheet in board.sheets],
        "restricted": board.hidden,
        "unknown": board.unknown,
    }


def postmortem_json(found: Postmortem) -> dict[str, object]:
    """The page of a postmortem."""
    return {
        "version": VERSION,
        **_sheet(found.sheet),
        "finished": found.finished,
        "finished_why": found.finished_why,
        "items": [{**_case(case), "due_dates": list(_due_dates(case))} for case in found.cases],
    }


def explained_json(found: Item) -> dict[str, object]:
    """The page of an item: what ``syncd explain --json`` prints, without names that are not told."""
    return discreet_object(as_object(found.provenance), found.provenance.item.id, found.secrets)


def item_json(placed: Placed) -> dict[str, object]:
    """One item of a team."""
    return {"team": placed.team, **_case(placed.case)}


def _case(case: Case) -> dict[str, object]:
    entry = case.entry
    return {
        "item": entry.item,
        "document": entry.path,
        "line": entry.line,
        "postmortem": entry.postmortem,
        "action": entry.action,
        "type": case.item.type,
        "owner": entry.owner,
        "state": entry.state,
        "disposition": case.item.disposition,
        "due_date": _day(entry.due),
        "days_late": entry.days_late,
        "age_days": entry.age,
        "slips": entry.slips,
        "ticket": entry.ticket,
        "url": entry.url,
        "needs_person": case.disputed,
        "note": entry.note or None,
    }


def _due_dates(case: Case) -> Iterator[str]:
    """The days that an item was due, in the order in which they were set; none when that is not remembered."""
    if case.dates and case.dates[0].before:
        yield case.dates[0].before.isoformat()
    yield from (move.after.isoformat() for move in case.dates)


def _team(team: TeamBoard) -> dict[str, object]:
    return {
        "team": team.team,
        "open": team.open,
        "overdue": team.overdue,
        "needs_person": team.stuck,
        "closed": team.closed,
        "restricted": team.hidden,
        "last_pass": {
            "ended_at": team.last.ended.isoformat() if team.last.ended else None,
            "outcome": team.last.outcome,
            "brake": team.last.brake or None,
            "stale": team.last.stale,
        },
        "troubles": list(team.last.troubles),
        "undelivered": team.undelivered,
        "next_digests": [_coming(coming) for coming in team.comings.next],
        "weeks": [{"week": w.label, "opened": w.opened, "closed": w.closed, "open": w.open} for w in team.trend],
        "ages": [{"age": bar.label, "open": bar.count} for bar in team.ages],
    }


def _coming(coming: Coming) -> dict[str, object]:
    return {
        "kind": coming.kind,
        "day": _day(coming.day),
        "at": coming.moment.isoformat(),
        "about": coming.about or None,
    }


def _sheet(sheet: Sheet) -> dict[str, object]:
    return {
        "postmortem": sheet.id,
        "team": sheet.team,
        "title": sheet.facts.title,
        "document": sheet.facts.path,
        "url": sheet.facts.url,
        "severity": sheet.facts.severity,
        "incident_date": _day(sheet.facts.incident_date),
        "postmortem_date": _day(sheet.facts.postmortem_date),
        "open": sheet.open,
        "overdue": sheet.overdue,
        "needs_person": sheet.stuck,
        "closed": sheet.closed,
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
