from __future__ import annotations

import pytest

from syncd.store.ledger import Ledger


@pytest.fixture
def url(tmp_path):
    """Of a ledger in a file that is not there yet."""
    return f"sqlite:///{tmp_path / 'ledger' / 'syncd.db'}"


@pytest.fixture(params=["sqlite", "postgres"])
def any_url(request):
    """Of a ledger that is not there yet, in a file; and once more, with its tables, in PostgreSQL."""
    return request.getfixturevalue("url" if request.param == "sqlite" else "postgres_url")


@pytest.fixture(params=["sqlite", "postgres"])
def ledger(request):
    """An empty ledger, in memory; and once more in PostgreSQL."""
    with Ledger.open("sqlite://" if request.param == "sqlite" else request.getfixturevalue("postgres_url")) as opened:
        yield opened
