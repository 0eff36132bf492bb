from __future__ import annotations

from syncd.store.ledger import Ledger
from syncd.store.memo import LedgerMemo


def test_what_was_put_is_there_in_the_next_process(tmp_path):
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    with Ledger.open(url) as ledger:
        LedgerMemo(ledger, "jira:https://a#OPS").put("watermark", "17")
    with Ledger.open(url) as ledger:
        assert LedgerMemo(ledger, "jira:https://a#OPS").get("watermark") == "17"
        assert LedgerMemo(ledger, "jira:https://b#OPS").get("watermark") is None


def test_a_ledger_opened_to_look_keeps_nothing(tmp_path):
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    Ledger.open(url).dispose()
    with Ledger.open(url, readonly=True) as ledger:
        memo = LedgerMemo(ledger, "jira:https://a#OPS")
        memo.put("watermark", "17")
        assert memo.get("watermark") == "17"
        assert LedgerMemo(ledger, "jira:https://a#OPS").get("watermark") is None
