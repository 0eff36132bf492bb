"""Whatever the model can hold, the ledger gives back as it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ledger_values import AT, a_document, an_item

from syncd.core.model import (
    Disposition,
    Effect,
    EffectKind,
    EffectState,
    Event,
    Kind,
    KnownDocument,
    KnownItem,
    Link,
    Presence,
    Side,
    State,
    ThreeWay,
)
from syncd.store.ledger import Ledger
from tests.postgres import empty

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
WORDS = st.none() | TEXT
DATES = st.none() | st.dates(date(1, 1, 1), date(9999, 12, 31))
MOMENTS = st.datetimes(AT.replace(tzinfo=None, year=1), timezones=st.just(UTC))
PAYLOADS = st.dictionaries(TEXT, WORDS | st.integers() | st.booleans() | st.lists(TEXT, max_size=2), max_size=3)

DOCUMENTS = st.builds(
    KnownDocument,
    key=TEXT,
    source=TEXT,
    team=TEXT,
    path=TEXT,
    revision=TEXT,
    location=TEXT,
    title=TEXT,
    kind=st.sampled_from(Kind),
    severity=WORDS,
    incident_date=DATES,
    postmortem_date=DATES,
    review_date=DATES,
    retro_date=DATES,
    finished=st.booleans(),
    finished_why=TEXT,
    restricted=st.booleans(),
    clean=WORDS,
    gone=st.booleans(),
    first_seen=MOMENTS,
    first_finished=MOMENTS,
)
THREE_WAYS = st.builds(ThreeWay, document=WORDS, ticket=WORDS, agreed=WORDS)
LINKS = st.builds(
    Link,
    item_id=st.just("00000001"),
    tracker=TEXT,
    ticket_id=TEXT,
    key=TEXT,
    url=TEXT,
    ours=st.booleans(),
    marker=WORDS,
    fields=st.dictionaries(TEXT, THREE_WAYS, max_size=4),
    revision=TEXT,
    presence=st.sampled_from(Presence),
    named=st.booleans(),
)
ITEMS = st.builds(
    KnownItem,
    id=st.just("00000001"),
    document=st.just("a.md"),
    line=st.integers(1, 10**6),
    action=TEXT,
    row_id=WORDS,
    group=WORDS,
    type=WORDS,
    owner=WORDS,
    due=WORDS,
    due_date=DATES,
    status=WORDS,
    state=st.none() | st.sampled_from(State),
    code=st.lists(TEXT, max_size=3).map(tuple),
    disposition=st.sampled_from(Disposition),
    reason=TEXT,
    ignored=WORDS,
    link=st.none() | LINKS,
)
EVENTS = st.builds(
    Event,
    item_id=st.just("00000001"),
    field=TEXT,
    before=WORDS,
    after=WORDS,
    side=st.sampled_from(Side),
    at=MOMENTS,
)
few = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(params=["sqlite", "postgres"])
def a_ledger(request):
    """Opens an empty ledger."""
    if request.param == "sqlite":
        return lambda: Ledger.open("sqlite://")
    url = request.getfixturevalue("postgres_url")

    def emptied():
        empty(url)
        return Ledger.open(url)

    return emptied


@few
@given(document=DOCUMENTS, at=MOMENTS)
def test_a_document(a_ledger, document, at):
    with a_ledger() as ledger:
        ledger.remember(document, [], at=at)
        assert ledger.documents(document.source) == {document.key: document}

        ledger.remember(document, [], at=at)
        assert ledger.all_documents() == [document]


@few
@given(item=ITEMS)
def test_an_item_with_its_link(a_ledger, item):
    with a_ledger() as ledger:
        ledger.remember(a_document(), [item], at=AT)
        ledger.save_links([item.link] if item.link else [], AT)
        assert ledger.items() == ledger.items(["a.md"]) == [item]


@few
@given(before=ITEMS, after=ITEMS)
def test_an_item_that_changed_in_every_field(a_ledger, before, after):
    with a_ledger() as ledger:
        for item in (before, after):
            ledger.remember(a_document(), [item], at=AT)
            ledger.save_links([item.link] if item.link else [], AT)
        assert ledger.item("00000001") == replace(after, ignored=before.ignored, link=after.link or before.link)


@few
@given(kind=st.sampled_from(EffectKind), tracker=WORDS, marker=WORDS, payload=PAYLOADS, at=MOMENTS)
def test_an_effect(a_ledger, kind, tracker, marker, payload, at):
    with a_ledger() as ledger:
        ledger.remember(a_document(), [an_item()], at=AT)
        asked = {"document": "a.md", "item_id": "00000001", "tracker": tracker, "marker": marker, "payload": payload}
        effect = ledger.prepare(kind, **asked, at=at)

        assert effect == Effect(effect.id, kind, EffectState.PREPARED, prepared_at=at, **asked)
        assert ledger.effects() == [effect]


@few
@given(events=st.lists(EVENTS, max_size=4))
def test_events(a_ledger, events):
    with a_ledger() as ledger:
        ledger.remember(a_document(), [an_item()], at=AT, events=events)
        assert ledger.events() == sorted(events, key=lambda event: event.at)


def test_the_year_one_comes_back_with_its_zeros(a_ledger):
    early = datetime(1, 2, 3, 4, 5, 6, 7, tzinfo=UTC)
    with a_ledger() as ledger:
        ledger.remember(a_document(first_seen=early), [], at=AT)
        assert ledger.all_documents()[0].first_seen == early
