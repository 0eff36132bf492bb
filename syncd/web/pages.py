"""The pages: what is known as values, put into HTML, JSON or CSV."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from syncd import __version__
from syncd.explanation import explanation
from syncd.render.words import counted, full_day
from syncd.web.asked import NOBODY, Asked, Standing
from syncd.web.board import Board, TeamBoard
from syncd.web.charts import Chart, ages_chart, moves_chart, open_chart
from syncd.web.discretion import discreet_explanation
from syncd.web.lines import (
    NO_OWNER,
    alerts,
    by_owner,
    counts,
    headline,
    line,
    next_digests,
    pages,
    sheet_facts,
)
from syncd.web.postmortem import Item, Postmortem
from syncd.web.templating import filled

SHOWN = 25
"""Items of a section of the first page; the rest is a click away."""
SOON = 10
"""Items of the first page that are due this week."""
PAGE = 100
"""Items, or postmortems, of one page of a long list."""
HERE, UP = "./", "../"
OUTCOMES = {
    "failed": "not all of it could be done",
    "authentication": "a tracker turned us away",
    "stale": "a stale approval",
}


def status_page(board: Board, *, troubles: Sequence[str] = ()) -> str:
    """The first page; ``troubles`` are those of the daemon itself."""
    asked, items = board.asked, board.items
    late = [placed for placed in items if placed.case.late]
    stuck = [placed for placed in items if placed.case.disputed and not placed.case.late]
    due = [placed for placed in items if placed.case.due_this_week and not placed.case.disputed]
    listed = items if asked.narrowed else None
    count = pages(len(board.sheets if listed is None else listed), PAGE)
    page = min(asked.page, count)
    begin = (page - 1) * PAGE
    return filled(
        "status.html.j2",
        up=HERE,
        at=board.at,
        version=__version__,
        board=board,
        asked=asked,
        headline=headline(board),
        alerts=[*(("", words) for words in _troubles(board, troubles)), *_alerts(board)],
        narrowed=_narrowed(asked),
        states=list(Standing),
        no_owner=NO_OWNER,
        items=None if listed is None else [line(p.case, p.day) for p in listed[begin : begin + PAGE]],
        item_count=len(items),
        late=by_owner(late[:SHOWN]),
        late_more=len(late) > SHOWN,
        stuck=[line(p.case, p.day) for p in stuck[:SHOWN]],
        stuck_count=len(stuck),
        due=[line(p.case, p.day) for p in due[:SOON]],
        due_count=len(due),
        hidden=_hidden(board.hidden),
        teams=[(t, _troubled(t), next_digests(t)) for t in board.teams if t.cases or asked.owner is None],
        outcomes=OUTCOMES,
        charts=_charts(board),
        sheets=[(s, sheet_facts(s), counts(s)) for s in board.sheets[begin : begin + PAGE]],
        page=page,
        pages=count,
        previous=HERE + asked.address(page=page - 1 if page > 2 else None),
        next=HERE + asked.address(page=page + 1),
    )


def postmortem_page(found: Postmortem, *, at: datetime) -> str:
    """The page of a postmortem."""
    told = found.sheet.facts
    days = (("Incident", told.incident_date), ("Postmortem", told.postmortem_date), ("Review", told.review_date))
    return filled(
        "postmortem.html.j2",
        up=UP,
        at=at,
        version=__version__,
        sheet=found.sheet,
        counts=counts(found.sheet),
        facts=[
            *([("Severity", told.severity)] if told.severity else []),
            *((label, full_day(day)) for label, day in days if day),
            ("Finished", f"{'yes' if found.finished else 'no'}: {found.finished_why}"),
        ],
        lines=[line(case, found.day, whole=True) for case in found.cases],
    )


def item_page(found: Item, *, at: datetime) -> str:
    """The page of an item."""
    known = found.provenance
    return filled(
        "item.html.j2",
        up=UP,
        at=at,
        version=__version__,
        item=known.item,
        sheet=found.sheet,
        line=line(found.case, found.day, whole=True) if found.case else None,
        told=discreet_explanation(explanation(known), known.item.id, found.secrets),
    )


def message_page(heading: str, words: str, *, at: datetime, up: str) -> str:
    """A page that only says something."""
    return filled("message.html.j2", up=up, at=at, version=__version__, heading=heading, words=words)


def _troubles(board: Board, troubles: Sequence[str]) -> list[str]:
    found = list(troubles)
    if board.unknown:
        tickets = counted(board.unknown, "ticket")
        found.append(f"{tickets} may or may not have been made; each pass looks for them.")
    if board.asked.team is not None and not board.teams:
        found.append("There is no team of this name.")
    return found


def _alerts(board: Board) -> list[tuple[str, str]]:
    """The teams and what is wrong with them; what is the same for several is said once."""
    found: dict[str, list[str]] = {}
    for team in board.teams:
        for words in alerts(team):
            found.setdefault(words, []).append(team.team)
    return [("" if len(board.known) == 1 else ", ".join(names), words) for words, names in found.items()]


def _troubled(team: TeamBoard) -> bool:
    return team.last.stale or bool(team.last.troubles)


def _narrowed(asked: Asked) -> str:
    owner = NO_OWNER if asked.owner == NOBODY else asked.owner
    return ", ".join(part for part in (asked.team, owner, asked.state and asked.state.words) if part)


def _hidden(number: int) -> str:
    verb = "belongs" if number == 1 else "belong"
    return f"{counted(number, 'open item')} {verb} to restricted postmortems: counted here, not named."


def _charts(board: Board) -> list[Chart]:
    weeks, bars = board.trend, board.ages
    found = []
    if any(week.open or week.opened or week.closed for week in weeks):
        found += [open_chart(weeks), moves_chart(weeks)]
    return [*found, ages_chart(bars)] if bars else found
