"""The kinds of values that a configuration may hold, each with its own words for what is wrong.

Every type reads text, is written back as the same text, and describes itself in the JSON Schema.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from difflib import get_close_matches
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

from dateutil.rrule import rrulestr
from pydantic import (
    BaseModel,
    BeforeValidator,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PlainSerializer,
    PlainValidator,
    WithJsonSchema,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from syncd.secrets import SecretReference

_UNITS = {"s": timedelta(seconds=1), "m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_DURATION = re.compile(r"([0-9]{1,6})([smhd])")
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_WEEKLY = re.compile(rf"({'|'.join(_WEEKDAYS)}) ([01]\d|2[0-3]):([0-5]\d)")
_RULE_PARTS = frozenset(
    ("FREQ", "INTERVAL", "BYDAY", "BYHOUR", "BYMINUTE", "BYMONTH", "BYMONTHDAY", "BYSETPOS", "BYYEARDAY", "WKST")
)
_RULE = '"FREQ=WEEKLY;INTERVAL=2;BYDAY=TH;BYHOUR=14"'
_FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_ADDRESS = re.compile(r"(?:\[([0-9a-fA-F:.]+)\]|([^\s:\[\]]+)):(\d{1,5})")


# --- time -----------------------------------------------------------------------------------------------------------


def duration(written: object) -> timedelta:
    """``4s``, ``15m``, ``2h`` or ``14d``. Raises ValueError for anything else."""
    if isinstance(written, timedelta):
        return written
    match = _DURATION.fullmatch(written) if isinstance(written, str) else None
    if match is None:
        raise ValueError('is no duration; write a whole number and s, m, h or d in quotes, such as "15m" or "14d"')
    return int(match[1]) * _UNITS[match[2]]


def interval(written: object) -> timedelta:
    """A duration that is not zero. Raises ValueError for anything else."""
    if not (value := duration(written)):
        raise ValueError('must be longer than nothing; write something like "15m"')
    return value


def duration_text(value: timedelta) -> str:
    """The shortest way to write it: ``14d`` rather than ``336h``."""
    unit = next((u for u in reversed(_UNITS) if not value % _UNITS[u] and value), "s")
    return f"{value // _UNITS[unit]}{unit}"


def zone(written: object) -> ZoneInfo:
    """A time zone by its IANA name. Raises ValueError, with the nearest name, for an unknown one."""
    if isinstance(written, ZoneInfo):
        return written
    names = available_timezones()
    if isinstance(written, str) and written in names:
        return ZoneInfo(written)
    near = get_close_matches(str(written), names, n=1)
    hint = f'did you mean "{near[0]}"?' if near else 'write a name of the IANA list, such as "Europe/Berlin" or "UTC"'
    raise ValueError(f"is no known time zone; {hint}")


@dataclass(frozen=True, slots=True)
class WeeklyTime:
    """A moment of every week, in the team's time zone."""

    weekday: int
    """0 is Monday."""
    at: time

    @classmethod
    def parse(cls, written: object) -> WeeklyTime:
        """``Mon 09:00``. Raises ValueError for anything else."""
        if isinstance(written, cls):
            return written
        match = _WEEKLY.fullmatch(written) if isinstance(written, str) else None
        if match is None:
            raise ValueError('is no moment of a week; write a day and a time, such as "Mon 09:00"')
        return cls(weekday=_WEEKDAYS.index(match[1]), at=time(int(match[2]), int(match[3])))

    def __str__(self) -> str:
        return f"{_WEEKDAYS[self.weekday]} {self.at:%H:%M}"


def recurrence(written: object) -> str:
    """An RRULE (RFC 5545, 3.3.10) that has no end. Raises ValueError when it is none."""
    text = written if isinstance(written, str) else ""
    parts = dict(part.partition("=")[::2] for part in text.split(";"))
    if parts.get("FREQ") not in _FREQUENCIES or not parts.keys() <= _RULE_PARTS:
        raise ValueError(
            f"is no rule for a repeated meeting; write something like {_RULE}, with FREQ one of "
            f"{', '.join(_FREQUENCIES)} and without COUNT or UNTIL"
        )
    if not re.fullmatch("[1-9][0-9]*", parts.get("INTERVAL", "1")) or re.search("[0-9]{4}", text):
        raise ValueError("is no rule for a repeated meeting: its numbers must be below 1000, INTERVAL 1 or more")
    try:
        rrulestr(text, dtstart=datetime(2000, 1, 1, tzinfo=UTC))
    except ValueError as error:
        raise ValueError(f"is no rule for a repeated meeting: {error}") from None
    return text


def retro(written: object) -> str | Path:
    """An RRULE, the https address of a calendar file, or its path. Raises ValueError for anything else."""
    if isinstance(written, Path):
        return written
    text = written if isinstance(written, str) else ""
    if "://" in text:
        if not re.fullmatch(r"(?:https|webcal)://[^\s@]+", text):
            raise ValueError("is no address of a calendar file; write https:// and no user or password in it")
        return text
    return Path(text) if text.lower().endswith(".ics") else recurrence(text)


_duration_schema = WithJsonSchema(
    {"type": "string", "pattern": f"^{_DURATION.pattern}$", "examples": ["4s", "15m", "2h", "14d"]}
)
Duration = Annotated[timedelta, PlainValidator(duration), PlainSerializer(duration_text), _duration_schema]
Interval = Annotated[timedelta, PlainValidator(interval), PlainSerializer(duration_text), _duration_schema]
Zone = Annotated[
    ZoneInfo,
    PlainValidator(zone),
    PlainSerializer(str),
    WithJsonSchema({"type": "string", "examples": ["Europe/Berlin", "UTC"]}),
]
Weekly = Annotated[
    WeeklyTime,
    PlainValidator(WeeklyTime.parse),
    PlainSerializer(str),
    WithJsonSchema({"type": "string", "pattern": f"^{_WEEKLY.pattern}$", "examples": ["Mon 09:00"]}),
]
RetroTimes = Annotated[
    str | Path,
    PlainValidator(retro),
    PlainSerializer(str),
    WithJsonSchema({"type": "string", "examples": ["FREQ=WEEKLY;INTERVAL=2;BYDAY=TH;BYHOUR=14", "team.ics"]}),
]


# --- places ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen."""

    host: str
    port: int

    @classmethod
    def parse(cls, written: object) -> Address:
        """``127.0.0.1:8080``, ``localhost:8080`` or ``[::1]:8080``. Raises ValueError for anything else."""
        if isinstance(written, cls):
            return written
        match = _ADDRESS.fullmatch(written) if isinstance(written, str) else None
        if match is None or int(match[3]) > 65535:
            raise ValueError('is no address to listen on; write host and port, such as "127.0.0.1:8080"')
        return cls(host=match[1] or match[2], port=int(match[3]))

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach it; a name other than ``localhost`` may be reached by anyone."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def database(written: object) -> str:
    """``sqlite:///PATH``, ``postgresql://USER@HOST/NAME``, or a reference to a secret that is one of these.

    Raises ValueError for anything else, without repeating it: it may hold a password.
    """
    text = written if isinstance(written, str) else ""
    if text.startswith(("env:", "file:")):
        return str(SecretReference.parse(text))
    if text.startswith("postgresql://"):
        if ("@" in text and ":" in text.removeprefix("postgresql://").rpartition("@")[0]) or "password=" in text:
            raise ValueError(
                'holds a password; write database = "env:NAME", and put the whole address into that variable'
            )
        return text
    scheme, _, path = text.partition(":///")
    if scheme != "sqlite" or not path.strip("/") or path == ":memory:" or "?" in path:
        raise ValueError(
            "is no database of ours; write sqlite:/// and the path of a file, without options, or "
            "postgresql://USER@HOST/NAME"
        )
    return text


ListenAddress = Annotated[
    Address,
    PlainValidator(Address.parse),
    PlainSerializer(str),
    WithJsonSchema({"type": "string", "examples": ["127.0.0.1:8080"]}),
]
Database = Annotated[
    str,
    PlainValidator(database),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": "^(sqlite:///[^?]+|postgresql://.+|(env|file):.+)$",
            "examples": [
                "sqlite:////var/lib/syncd/syncd.db",
                "postgresql://syncd@db.example.com/syncd",
                "env:SYNCD_DB",
            ],
        }
    ),
]
Secrets = Annotated[
    tuple[SecretReference, ...],
    BeforeValidator(lambda written: (written,) if isinstance(written, str) else written),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
"""One secret, or several while they rotate."""


# --- text -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Form:
    """An annotation: a text that fully matches a pattern; ``otherwise`` says what is wrong with any other."""

    pattern: str
    otherwise: str

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {**handler(schema), "pattern": f"^{self.pattern}$"}

    def _check(self, text: str) -> str:
        if not re.fullmatch(self.pattern, text):
            raise ValueError(self.otherwise)
        return text


Name = Annotated[str, Form(r"\S(.{0,78}\S)?", "must be 1 to 80 characters without blanks at its ends")]
CellWord = Annotated[str, Form(r"[^\s|<>](?:[^|<>]*[^\s|<>])?", "must be a word or two without | < >")]
CountryCode = Annotated[
    str, Form(r"[A-Z]{2}(-[A-Z0-9]{1,3})?", 'is no country; write a code such as "DE", or a part of it such as "US-CA"')
]
Email = Annotated[
    str, Form(r"[^\s@<>,;]+@[^\s@<>,;]+", 'is no e-mail address; write it alone, such as "platform@example.com"')
]
PageUrl = Annotated[
    str, Form(r"https?://[^\s/?#@]+(/[^\s?#@]*)?", 'is no address of a site; write it like "https://syncd.example.com"')
]
HostName = Annotated[
    str, Form(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?", 'is no name of a host; write it alone: "syncd.example.com"')
]
Glob = Annotated[str, Form(r".*\S.*", "must not be empty; leave the key out to let everything fit")]


# --- connectors -----------------------------------------------------------------------------------------------------


class OneOf:
    """An annotation: a table whose ``kind`` names one of these settings classes."""

    def __init__(self, kinds: Mapping[str, type[BaseModel]]) -> None:
        self._kinds = kinds

    def __get_pydantic_core_schema__(self, _source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.tagged_union_schema(
            {kind: handler.generate_schema(settings) for kind, settings in self._kinds.items()},
            discriminator="kind",
            # By the value itself: there is no serializer for a choice of nothing, which a role without kinds is.
            serialization=core_schema.simple_ser_schema("any"),
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return handler(schema) if self._kinds else {"not": {}}
