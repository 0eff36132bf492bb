"""In every test: nothing was said to an emulator, or by one, that the vendor's description does not allow."""

from __future__ import annotations

import pytest

from tests.emulators.schemas import FOUND, describe


def pytest_report_header() -> str:
    return describe()


@pytest.fixture(autouse=True)
def _exchanges_fit_the_published_descriptions():
    yield
    FOUND.verify()
