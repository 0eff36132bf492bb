"""Every deliberate error.

::

    SyncdError
    ├── UsageError            exit 2   a wrong argument
    ├── SettingsError         exit 2   a wrong configuration file
    ├── LockHeld              exit 5   another process works for the team
    │   └── LeaseLost                      another process took the team over from us
    ├── LedgerError           exit 1   the database is unreadable, too new, or in the way
    │   └── UnderWay                       another process makes the item's ticket, or made it
    ├── SourceError           exit 1   a source cannot be read or written at all
    ├── TrackerError          exit 1   a tracker did not do what was asked
    │   ├── AuthenticationFailed  exit 4   it does not know us, or forbids everything
    │   ├── Refused                        it understood and said no; nothing was done
    │   ├── NotSent                        it was certainly not done; try again later
    │   └── OutcomeUnknown                 it may or may not have been done; look before repeating
    └── DeliveryError         exit 1   a notifier did not deliver a message
        ├── DeliveryRefused                for ever: the address, the channel, the message itself
        ├── DeliveryDeferred               not now: try again later
        └── DeliveryUnknown                it may or may not have arrived

A message is a whole sentence that says what to do. A traceback means a bug (exit 70).
What is wrong *in a document* is never raised: it is a :class:`syncd.core.model.Problem`.
"""

from __future__ import annotations

from datetime import datetime


class SyncdError(Exception):
    """The root: something a person can understand and mend."""

    exit_code = 1


class UsageError(SyncdError):
    """A command was called with arguments that make no sense together."""

    exit_code = 2


class SettingsError(SyncdError):
    """The configuration is wrong; ``mistakes`` names each one with its path."""

    exit_code = 2

    def __init__(self, message: str, mistakes: tuple[str, ...] = ()) -> None:
        super().__init__("\n".join((message, *(f"  {m}" for m in mistakes))))
        self.mistakes = mistakes


class LockHeld(SyncdError):
    """Another process works for the team."""

    exit_code = 5


class LeaseLost(LockHeld):
    """Another process took the team over, since we gave no sign for too long; our writes are refused."""


class LedgerError(SyncdError):
    """The ledger cannot be used as it is."""


class UnderWay(LedgerError):
    """The item's ticket is being made, or was made meanwhile: no second one is begun."""


class SourceError(SyncdError):
    """A source as a whole cannot be read or written."""


class TrackerError(SyncdError):
    """A tracker did not do what was asked."""


class AuthenticationFailed(TrackerError):
    """The tracker does not accept our credentials."""

    exit_code = 4


class Refused(TrackerError):
    """The tracker said no, in its own words; nothing was changed there."""


class NotSent(TrackerError):
    """The request certainly had no effect. ``not_before`` is when to try again (UTC), if known."""

    def __init__(self, message: str, not_before: datetime | None = None) -> None:
        super().__init__(message)
        self.not_before = not_before


class OutcomeUnknown(TrackerError):
    """The request may have had its effect: look for it before sending it again."""


class DeliveryError(SyncdError):
    """A notifier did not deliver a message."""


class DeliveryRefused(DeliveryError):
    """It will never be delivered like this; a person has to mend something."""


class DeliveryDeferred(DeliveryError):
    """It was certainly not delivered. ``not_before`` is when to try again (UTC), if known."""

    def __init__(self, message: str, not_before: datetime | None = None) -> None:
        super().__init__(message)
        self.not_before = not_before


class DeliveryUnknown(DeliveryError):
    """It may have been delivered; only what may arrive twice is sent again."""
