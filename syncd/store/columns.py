"""Column types: how one value of the model stands in the database, whichever database it is."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeVar

from sqlalchemy import JSON, DateTime, Dialect, String
from sqlalchemy.types import TypeDecorator

Word = TypeVar("Word", bound=StrEnum)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: goes in aware, in any zone; comes out aware, in UTC. A naive datetime is refused with ValueError.

    SQLite has no zones: a plain ``DateTime(timezone=True)`` there drops the offset without a word.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """What is stored."""
        if value is None:
            return None
        if value.utcoffset() is None:
            raise ValueError(f"a moment needs a time zone, and {value.isoformat()} has none")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """What is handed out."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Words(TypeDecorator[Word]):
    """A value of a StrEnum, stored as its word, so that a new member needs no migration."""

    impl = String
    cache_ok = True

    def __init__(self, words: type[Word]) -> None:
        super().__init__()
        self.words = words

    def process_bind_param(self, value: Word | None, dialect: Dialect) -> str | None:
        """What is stored."""
        return None if value is None else self.words(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> Word | None:
        """What is handed out."""
        return None if value is None else self.words(value)


class Texts(TypeDecorator[tuple[str, ...]]):
    """A few short texts in their order, stored as a JSON list."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> list[str] | None:
        """What is stored."""
        return None if value is None else list(value)

    def process_result_value(self, value: list[str] | None, dialect: Dialect) -> tuple[str, ...] | None:
        """What is handed out."""
        return None if value is None else tuple(value)
