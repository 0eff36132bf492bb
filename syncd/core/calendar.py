"""A team's calendar: its time zone, working days and fixed hours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from holidays import HolidayBase, country_holidays

from syncd.core.retros import Retros

_LONGEST_BREAK = 60


@dataclass(frozen=True, slots=True)
class Calendar:
    """When a team works and meets. Raises ValueError when nobody knows the public holidays asked for."""

    zone: ZoneInfo
    weekly: tuple[int, time]
    """Day (0 is Monday) and local hour of the weekly digest; reviews and retros are announced at the same hour."""
    review_after: timedelta = timedelta(days=14)
    holidays: str | None = None
    """A country such as ``DE``, or a part of it such as ``US-CA``; None: only Saturdays and Sundays are free."""
    retros: Retros | None = None
    remark: str = ""
    """What is wrong with it, as a sentence for those who get the digests."""

    def __post_init__(self) -> None:
        if self.holidays is not None:
            _public_holidays(self.holidays)

    def today(self, now: datetime) -> date:
        """The team's day at a moment."""
        return now.astimezone(self.zone).date()

    def announced(self, day: date) -> datetime:
        """The digests' hour of a day, in UTC.

        Of an hour that comes twice (the end of summer time) the first; for one that is left out, the same time after
        midnight as if the clock had not been changed.
        """
        return datetime.combine(day, self.weekly[1], tzinfo=self.zone).astimezone(UTC)

    def works(self, day: date) -> bool:
        """Whether it is a working day: by the weekends and public holidays of the team's country."""
        if self.holidays is None:
            return day.weekday() < 5
        return _public_holidays(self.holidays).is_working_day(day)

    def working_day(self, day: date) -> date:
        """That day, or the next working day. Raises OverflowError beyond the year 9999."""
        ahead = (day + timedelta(days=n) for n in range(_LONGEST_BREAK))
        return next((d for d in ahead if self.works(d)), day)


@cache
def _public_holidays(code: str) -> HolidayBase:
    country, _, part = code.partition("-")
    try:
        return country_holidays(country, subdiv=part or None)
    except NotImplementedError:
        raise ValueError(
            f"the public holidays of {code!r} are not known; leave them out, or name the country"
        ) from None
