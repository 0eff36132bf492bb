from __future__ import annotations

import pytest

from syncd.store.ledger import Ledger


@pytest.fixture
def ledger():
    with Ledger.open("sqlite://") as opened:
        yield opened


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'ledger' / 'syncd.db'}"
