"""A notifier that is honest and lives in memory."""

from __future__ import annotations

from collections import deque

from syncd.errors import DeliveryError
from syncd.ports import Finding, Format, Level, Payload


class MemoryNotifier:
    """Keeps what it was given. ``fail_next`` scripts the next sendings, before or after the message arrived."""

    def __init__(self, *recipients: str, format: Format = Format.TEXT, repeatable: bool = False) -> None:
        self.format = format
        self.repeatable = repeatable
        self.recipients = recipients or ("channel",)
        self.arrived: list[tuple[str, str, Payload]] = []
        """Recipient, key and payload, in order."""
        self._faults: deque[tuple[DeliveryError | BaseException, bool]] = deque()

    def fail_next(self, error: DeliveryError | BaseException, *, arrived: bool = False) -> None:
        self._faults.append((error, arrived))

    def send(self, recipient: str, payload: Payload, *, key: str) -> str:
        error, arrived = self._faults.popleft() if self._faults else (None, True)
        if arrived:
            self.arrived.append((recipient, key, payload))
        if error is not None:
            raise error
        return f"receipt {len(self.arrived)}"

    def check(self) -> list[Finding]:
        return [Finding(Level.OK, "memory", f"{len(self.arrived)} messages.")]
