"""What the GitHub tracker remembers between passes, as one small text; it may be lost at any time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Self

from syncd.core.model import Presence


@dataclass(frozen=True, slots=True)
class Memory:
    """All that a listing needs to know of the former ones. Times are GitHub's own, but for ``swept``."""

    since: str = ""
    """Where the next list of changes begins, as its parameter; "" for everything."""
    etag: str = ""
    """Of the last list of changes that began there: GitHub says when the next is the same."""
    swept: float = 0.0
    """When each known ticket was looked at last (our clock, seconds since 1970)."""
    archived: bool = False
    """The repository takes no changes."""
    shown: tuple[str, ...] = ()
    """GitHub's ids of our and known issues that the list of those with our label shows."""
    handed: Mapping[str, str] = field(default_factory=dict)
    """Revisions, by ticket id, that were handed out and are not known yet; "" when it could not be read."""
    gone: Mapping[str, Presence] = field(default_factory=dict)
    """Known tickets that cannot be had any more."""

    @classmethod
    def read(cls, text: str | None) -> Self:
        """Nothing, where there is nothing or what we did not write."""
        try:
            kept = json.loads(text or "{}")
            return cls(
                since=str(kept["since"]),
                etag=str(kept["etag"]),
                swept=float(kept["swept"]),
                archived=kept["archived"] is True,
                shown=tuple(map(str, kept["shown"])),
                handed={str(name): str(value) for name, value in kept["handed"].items()},
                gone={str(name): Presence(value) for name, value in kept["gone"].items()},
            )
        except (ValueError, TypeError, KeyError, AttributeError):
            return cls()

    def text(self) -> str:
        """As :meth:`read` takes it."""
        return json.dumps(asdict(self))
