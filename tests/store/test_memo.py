from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from syncd.store.ledger import Ledger
from syncd.store.memo import LedgerMemo
from tests.fakes.memo import MemoryMemo

PLACE = "jira:https://a#OPS"


@pytest.fixture(params=["ledger", "ledger opened to look", "memory"])
def memo(request, any_url):
    if request.param == "memory":
        yield MemoryMemo()
        return
    Ledger.open(any_url).dispose()
    with Ledger.open(any_url, readonly=request.param == "ledger opened to look") as ledger:
        yield LedgerMemo(ledger, PLACE)


def test_what_was_put_is_there_in_the_next_process(any_url):
    with Ledger.open(any_url) as ledger:
        LedgerMemo(ledger, "jira:https://a#OPS").put("watermark", "17")
    with Ledger.open(any_url) as ledger:
        assert LedgerMemo(ledger, "jira:https://a#OPS").get("watermark") == "17"
        assert LedgerMemo(ledger, "jira:https://b#OPS").get("watermark") is None


def test_a_ledger_opened_to_look_keeps_nothing(any_url):
    Ledger.open(any_url).dispose()
    with Ledger.open(any_url, readonly=True) as ledger:
        memo = LedgerMemo(ledger, PLACE)
        memo.put("watermark", "17")
        assert memo.swap("watermark", "17", "18")
        assert memo.get("watermark") == "18"
        assert LedgerMemo(ledger, PLACE).get("watermark") is None


def test_a_swap_keeps_the_value_only_while_what_was_seen_still_stands_there(memo):
    assert memo.get("slots") is None
    assert not memo.swap("slots", "", "1")
    assert memo.swap("slots", None, "1")
    assert not memo.swap("slots", None, "2")
    assert memo.swap("slots", "1", "2")
    assert not memo.swap("slots", "1", "3")
    assert memo.swap("slots", "2", "2")
    assert memo.get("slots") == "2"


def test_of_many_threads_that_saw_the_same_one_swaps(any_url):
    with Ledger.open(any_url) as ledger, ThreadPoolExecutor(8) as threads:
        memo = LedgerMemo(ledger, PLACE)
        for seen, value in ((None, "1"), ("1", "2")):
            swapped = list(threads.map(lambda _, s=seen, v=value: memo.swap("slots", s, v), range(16)))
            assert swapped.count(True) == 1


def test_threads_that_swap_until_it_succeeds_lose_nothing(any_url):
    def count(_):
        memo = LedgerMemo(ledger, PLACE)
        while not memo.swap("count", seen := memo.get("count"), str(int(seen or 0) + 1)):
            pass

    with Ledger.open(any_url) as ledger, ThreadPoolExecutor(4) as threads:
        list(threads.map(count, range(40)))
        assert ledger.meta(f"memo {PLACE} count") == "40"
