"""In every test: nothing was said to an emulator, or by one, that the vendor's description does not allow.

And no secret stands in anything that the test printed, logged, sent or left behind.

And for those that ask: a PostgreSQL of their own, started with the first of them.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

from syncd.store.ledger import Ledger
from tests.canary import TOLD, SecretsTold
from tests.emulators.schemas import FOUND, describe
from tests.postgres import empty, running

# How long one example takes depends on the machine and on what else runs there: that is measured by `make bench`.
settings.register_profile("house", deadline=None)
# Where changes are judged, each is judged by the same examples; new ones are looked for where people work.
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "house")


def pytest_report_header() -> str:
    return describe()


@pytest.fixture(autouse=True)
def _exchanges_fit_the_published_descriptions():
    yield
    FOUND.verify()


@pytest.fixture(autouse=True)
def _no_secret_is_told(request):
    yield
    if folder := request.node.funcargs.get("tmp_path"):
        TOLD.look_below(folder)
    TOLD.verify()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    report = yield
    for name, text in report.sections:
        TOLD.look(f"{name} of {item.nodeid}", text)
    try:
        TOLD.verify()
    except SecretsTold as told:
        report.outcome, report.longrepr = "failed", str(told)
    return report


@pytest.fixture(scope="session")
def postgres_server():
    """A running server."""
    with running() as server:
        yield server


@pytest.fixture(scope="session")
def _postgres_with_tables(postgres_server):
    url = postgres_server.new_database()
    Ledger.open(url).dispose()
    return url


@pytest.fixture
def postgres_url(_postgres_with_tables):
    """The URL of an empty ledger in PostgreSQL."""
    empty(_postgres_with_tables)
    return _postgres_with_tables
