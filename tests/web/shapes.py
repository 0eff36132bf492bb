"""The documented shapes of the site's JSON, as JSON Schema. Adding to an output is free, so is adding here."""

from __future__ import annotations

from tests.cli.shapes import COUNT, DAY, DISPOSITION, FLAG, ITEM_ID, LINE, MOMENT, STATE, TEXT, WORDS
from tests.cli.shapes import _array as array
from tests.cli.shapes import _object as shape
from tests.cli.shapes import _one_of as one_of
from tests.cli.shapes import _or_null as or_null

_ITEM = {
    "item": ITEM_ID,
    "document": WORDS,
    "line": LINE,
    "postmortem": WORDS,
    "action": TEXT,
    "type": or_null(TEXT),
    "owner": or_null(TEXT),
    "state": STATE,
    "disposition": DISPOSITION,
    "due_date": or_null(DAY),
    "days_late": COUNT,
    "age_days": COUNT,
    "slips": COUNT,
    "ticket": or_null(WORDS),
    "url": or_null(WORDS),
    "needs_person": FLAG,
    "note": or_null(WORDS),
}
_COUNTS = {"open": COUNT, "overdue": COUNT, "needs_person": COUNT, "closed": COUNT}
_SHEET = {
    "postmortem": ITEM_ID,
    "team": WORDS,
    "title": TEXT,
    "document": WORDS,
    "url": or_null(WORDS),
    "severity": or_null(TEXT),
    "incident_date": or_null(DAY),
    "postmortem_date": or_null(DAY),
    **_COUNTS,
}
_TEAM = shape(
    team=WORDS,
    **_COUNTS,
    restricted=COUNT,
    last_pass=shape(ended_at=or_null(MOMENT), outcome=or_null(WORDS), brake=or_null(WORDS), stale=FLAG),
    troubles=array(WORDS),
    undelivered=COUNT,
    next_digests=array(
        shape(kind=one_of("weekly", "review", "retro"), day=DAY, at=MOMENT, about=or_null(WORDS)),
    ),
    weeks=array(shape(week=WORDS, opened=COUNT, closed=COUNT, open=COUNT)),
    ages=array(shape(age=WORDS, open=COUNT)),
)

STATUS = shape(
    version={"const": 1},
    at=MOMENT,
    asked=shape(team=or_null(TEXT), owner=or_null(TEXT), state=or_null(WORDS)),
    teams=array(_TEAM),
    items=array(shape(team=WORDS, **_ITEM)),
    postmortems=array(shape(**_SHEET)),
    restricted=COUNT,
    unknown=COUNT,
)
POSTMORTEM = shape(
    version={"const": 1},
    **_SHEET,
    finished=FLAG,
    finished_why=TEXT,
    items=array(shape(**_ITEM, due_dates=array(DAY))),
)
ERROR = shape(version={"const": 1}, error=WORDS)
