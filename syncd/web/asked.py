"""What a reader asked for, from the query of an address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlencode

from syncd.core.entries import Case
from syncd.core.fields import split_owners
from syncd.core.model import State
from syncd.errors import UsageError

PAGE_MAX = 100_000
NOBODY = "-"
"""The owner of items that have none."""

Word = TypeVar("Word", bound=StrEnum)


class Standing(StrEnum):
    """What a reader may ask to see of the items."""

    OPEN = "open"
    OVERDUE = "overdue"
    STUCK = "stuck"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    CANCELLED = "cancelled"

    @property
    def words(self) -> str:
        """As the page calls it."""
        return {"open": "not closed", "stuck": "needs a person"}.get(self.value, self.value.replace("_", " "))

    def takes(self, case: Case) -> bool:
        """Whether an item is among those."""
        match self:
            case Standing.OPEN:
                return case.open
            case Standing.OVERDUE:
                return case.late
            case Standing.STUCK:
                return case.disputed
        return case.entry.state is State(self.value)


class Form(StrEnum):
    """In which form a reader wants it."""

    HTML = "html"
    JSON = "json"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class Asked:
    """The filter, and what part of a long list."""

    team: str | None = None
    owner: str | None = None
    state: Standing | None = None
    page: int = 1
    form: Form = Form.HTML

    @property
    def narrowed(self) -> bool:
        """Whether only some items were asked for."""
        return self.owner is not None or self.state is not None

    def takes(self, case: Case) -> bool:
        """Whether an item is among those asked for; its team is not looked at."""
        return self.owned(case) and (self.state is None or self.state.takes(case))

    def owned(self, case: Case) -> bool:
        """Whether an item is that owner's."""
        if self.owner is None:
            return True
        return self.owner.strip().casefold() in {name.casefold() for name in owners_of(case)}

    def address(self, **other: object) -> str:
        """The query with some of it changed, None taking a part away; it begins with ? where there is any."""
        page = self.page if self.page > 1 else None
        now: dict[str, object] = {"team": self.team, "owner": self.owner, "state": self.state, "page": page}
        said = {name: str(value) for name, value in {**now, **other}.items() if value is not None}
        return f"?{urlencode(said)}" if said else "?"


def owners_of(case: Case) -> tuple[str, ...]:
    """The names by which an item's owner may be asked for: each of several, and all together."""
    written = (case.entry.owner or "").strip()
    return tuple(dict.fromkeys((*split_owners(written), written))) if written else (NOBODY,)


def asked(query: Mapping[str, str], *, form: Form | None = None) -> Asked:
    """What a query asks for; parts without a value ask for nothing. Raises UsageError for what means nothing."""
    return Asked(
        team=query.get("team") or None,
        owner=query["owner"] if query.get("owner", "").strip() else None,
        state=_one_of(Standing, "state", query.get("state")),
        page=_page(query.get("page")),
        form=form or _one_of(Form, "format", query.get("format")) or Form.HTML,
    )


def _one_of(words: type[Word], name: str, said: str | None) -> Word | None:
    if not said:
        return None
    try:
        return words(said)
    except ValueError:
        raise UsageError(f"{name} must be one of {', '.join(words)}.") from None


def _page(said: str | None) -> int:
    if not said:
        return 1
    if not (said.isascii() and said.isdecimal() and 1 <= len(said) <= 6):
        raise UsageError("page must be a number from 1 on.")
    return min(max(int(said), 1), PAGE_MAX)
