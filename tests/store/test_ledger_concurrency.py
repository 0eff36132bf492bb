from __future__ import annotations

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from ledger_values import AT, TRACKER, a_link, an_item, remember

from syncd.core.model import EffectKind, EffectState
from syncd.errors import LedgerError
from syncd.store.backup import check
from syncd.store.ledger import Ledger
from syncd.store.sqlite import database_path

WRITER = Path(__file__).with_name("ledger_writer.py")


@pytest.fixture
def effect_id(any_url):
    """An effect under way in a ledger that is closed."""
    with Ledger.open(any_url) as ledger:
        remember(ledger, an_item(link=a_link()))
        return ledger.prepare(EffectKind.UPDATE, document="a.md", item_id="00000001", payload={}, at=AT).id


def writer(url, effect_id, count):
    command = [sys.executable, str(WRITER), url, str(effect_id), str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_threads_lose_no_update_of_each_other(any_url, effect_id):
    with Ledger.open(any_url) as ledger, ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: ledger.looked(effect_id, AT), range(100)))
        assert ledger.effects()[0].look_ups == 100


def test_threads_that_read_before_they_write_wait_for_each_other(any_url, effect_id):
    with Ledger.open(any_url) as ledger, ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda n: ledger.ignore("00000001", str(n), at=AT), range(100)))
        assert len(ledger.decisions("00000001")) == 100


def test_of_many_threads_one_opens_the_create(any_url, effect_id):
    def prepare(_):
        try:
            ledger.prepare(EffectKind.CREATE, document="a.md", item_id="00000002", tracker=TRACKER, payload={}, at=AT)
        except LedgerError as error:
            return "under way" in str(error)

    with Ledger.open(any_url) as ledger, ThreadPoolExecutor(8) as threads:
        remember(ledger, an_item("00000002"))
        answers = list(threads.map(prepare, range(16)))
        assert len(ledger.effects(open_only=True)) == 2
    assert sorted(answers, key=str) == [None] + [True] * 15


def test_two_processes_lose_no_update_of_each_other(any_url, effect_id):
    with writer(any_url, effect_id, 100) as one, writer(any_url, effect_id, 100) as other:
        assert [one.wait(60), other.wait(60)] == [0, 0]

    with Ledger.open(any_url, readonly=True) as ledger:
        assert ledger.effects()[0].look_ups == 200
        assert len(ledger.events()) == 200
        assert len(ledger.decisions("00000001")) == 200


def test_a_killed_process_leaves_a_sound_ledger_with_all_it_had_finished(any_url, effect_id):
    with writer(any_url, effect_id, 100_000) as process:
        finished = [int(process.stdout.readline()) for _ in range(50)][-1] + 1
        process.send_signal(signal.SIGKILL)
        process.wait(10)

    if path := database_path(any_url):
        check(path)
    with Ledger.open(any_url) as ledger:
        (effect,) = ledger.effects()
        assert effect.look_ups >= finished
        assert effect.state is EffectState.PREPARED
        seen = int(ledger.item("00000001").link.revision.removeprefix("v"))
        read = int(ledger.all_documents()[0].revision.removeprefix("r"))
        assert len(ledger.events()) == read + 1
        assert effect.look_ups - 1 <= seen <= read <= effect.look_ups


ONE_PASS = """
import sys
from datetime import UTC, datetime
from syncd.store.ledger import Ledger
with Ledger.open(sys.argv[1]) as ledger:
    ledger.begin_pass(datetime.now(UTC))
"""


def test_two_ledgers_of_one_process_see_what_another_process_writes(url):
    """SQLite's locks belong to the process: opening the file once more must not let go of them."""
    with Ledger.open(url) as first, Ledger.open(url) as second:
        assert first.passes(9) == second.passes(9) == []
        with Ledger.open(url, readonly=True) as third:
            assert third.passes(9) == []
        subprocess.run([sys.executable, "-c", ONE_PASS, url], check=True)
        assert len(first.passes(9)) == len(second.passes(9)) == 1
        second.begin_pass(AT)
        assert len(first.passes(9)) == 2
    check(database_path(url))
