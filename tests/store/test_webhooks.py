from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from ledger_values import AT

from syncd.store.ledger import Ledger

WEEK = timedelta(days=7)


def take(ledger, delivery="d1", *, digest="one body", sender="github", at=AT):
    return ledger.take_webhook(sender, delivery, digest=digest, at=at, forget=at - WEEK)


def test_a_webhook_is_taken_once(ledger):
    assert take(ledger)
    assert not take(ledger)


@pytest.mark.parametrize("again", [{"delivery": "d2"}, {"digest": "another body"}])
def test_the_same_id_or_the_same_content_is_the_same_webhook(ledger, again):
    take(ledger)
    assert not take(ledger, **again)


def test_each_sender_has_ids_of_its_own(ledger):
    take(ledger)
    assert take(ledger, sender="jira")


def test_after_a_while_it_is_forgotten_and_takes_no_place(ledger):
    take(ledger)
    assert not take(ledger, at=AT + WEEK)
    assert take(ledger, at=AT + WEEK + timedelta(seconds=1))


def test_of_many_at_once_one_is_taken(any_url):
    with Ledger.open(any_url) as ledger, ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(lambda _: take(ledger), range(32))) == 1
