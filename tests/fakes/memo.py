"""A memo in memory, as honest as the ledger's: it passes the same tests."""

from __future__ import annotations

import threading


class MemoryMemo(dict[str, str]):
    """What a connector remembers, for tests to look at. Safe for several threads."""

    def __init__(self) -> None:
        super().__init__()
        self._guard = threading.Lock()

    def put(self, key: str, value: str) -> None:
        with self._guard:
            self[key] = value

    def swap(self, key: str, seen: str | None, value: str) -> bool:
        with self._guard:
            still = self.get(key) == seen
            if still:
                self[key] = value
            return still
