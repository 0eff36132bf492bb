from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ledger_values import AT
from sqlalchemy import Column, MetaData, Table, create_engine, insert, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import StatementError

from syncd.core.model import State
from syncd.store.columns import Texts, UtcDateTime, Words

MOMENTS = Table("moments", MetaData(), Column("at", UtcDateTime))
EARLIEST, LATEST = AT.replace(tzinfo=None, year=1), AT.replace(tzinfo=None, year=9999)
OFFSETS = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@pytest.fixture(scope="module")
def connection():
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        MOMENTS.create(connection)
        yield connection
    engine.dispose()


@given(at=st.datetimes(EARLIEST, LATEST, timezones=OFFSETS))
def test_a_moment_goes_in_aware_and_comes_out_in_utc(connection, at):
    connection.execute(MOMENTS.delete())
    connection.execute(insert(MOMENTS), {"at": at})

    stored = connection.execute(select(MOMENTS.c.at)).scalar_one()

    assert stored == at
    assert stored.tzinfo is UTC


def test_a_naive_moment_is_refused_when_written_and_when_compared(connection):
    naive = AT.replace(tzinfo=None)
    with pytest.raises(StatementError, match="needs a time zone"):
        connection.execute(insert(MOMENTS), {"at": naive})
    with pytest.raises(StatementError, match="needs a time zone"):
        connection.execute(select(MOMENTS).where(MOMENTS.c.at > naive))


def test_moments_in_several_zones_are_compared_as_moments(connection):
    connection.execute(MOMENTS.delete())
    connection.execute(insert(MOMENTS), {"at": datetime(2026, 3, 2, 12, tzinfo=timezone(timedelta(hours=5)))})

    same_wall_clock = datetime(2026, 3, 2, 12, tzinfo=UTC)
    assert connection.execute(select(MOMENTS).where(MOMENTS.c.at < same_wall_clock)).first() is not None
    assert connection.execute(select(MOMENTS).where(MOMENTS.c.at >= same_wall_clock)).first() is None


def test_a_database_with_zones_may_answer_in_any():
    # What psycopg hands out when the session's time zone is not UTC.
    answered = AT.astimezone(timezone(timedelta(hours=-8)))
    stored = UtcDateTime().process_result_value(answered, postgresql.dialect())
    assert (stored, stored.tzinfo) == (AT, UTC)


@pytest.mark.parametrize("column", [UtcDateTime(), Words(State), Texts()])
def test_no_value_stays_no_value(column):
    dialect = postgresql.dialect()
    assert column.process_bind_param(None, dialect) is None
    assert column.process_result_value(None, dialect) is None


def test_a_word_that_the_model_does_not_know_is_not_written():
    with pytest.raises(ValueError, match="finished"):
        Words(State).process_bind_param("finished", postgresql.dialect())
