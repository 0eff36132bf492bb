"""What connectors remember between passes, kept in the ledger."""

from __future__ import annotations

from syncd.store.ledger import Ledger


class LedgerMemo:
    """The memo of one connector; keeps the promises of :class:`syncd.ports.Memo`.

    In a ledger opened to look only, it lasts as long as this object.
    """

    def __init__(self, ledger: Ledger, place: str) -> None:
        """``place`` tells the connectors of one ledger apart: what it speaks to, for ever."""
        self._ledger = ledger
        self._place = place
        self._passing: dict[str, str] = {}

    def get(self, key: str) -> str | None:
        """What was put there last."""
        if key in self._passing:
            return self._passing[key]
        return self._ledger.meta(self._name(key))

    def put(self, key: str, value: str) -> None:
        """Keep it."""
        if self._ledger.readonly:
            self._passing[key] = value
        else:
            self._ledger.put_meta(self._name(key), value)

    def swap(self, key: str, seen: str | None, value: str) -> bool:
        """Keep it if what was put there last is still ``seen``, and say whether it was."""
        if self._ledger.readonly:
            still = self.get(key) == seen
            self._passing |= {key: value} if still else {}
            return still
        return self._ledger.swap_meta(self._name(key), seen, value)

    def _name(self, key: str) -> str:
        return f"memo {self._place} {key}"
