"""Every value of the settings: what it is, where it comes from, and which of them are secrets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlsplit

from pydantic import BaseModel

from syncd.errors import SettingsError
from syncd.secrets import SecretReference
from syncd.settings.tables import Settings
from syncd.settings.text import Origin, Place, Written, dotted, quoted
from syncd.settings.values import duration_text

Json = str | int | float | bool | None | list["Json"]


@dataclass(frozen=True, slots=True)
class Value:
    """One value; ``shown`` gives no secret away: of a secret it is the reference."""

    place: Place
    shown: Json
    origin: Origin
    secret: bool
    is_day: bool = False

    @property
    def key(self) -> str:
        """``teams.payments.sources[0].path``."""
        return dotted(self.place)

    @property
    def toml(self) -> str:
        """The value as the file would write it."""
        return str(self.shown) if self.is_day else _toml(self.shown)


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret that the settings name, and whether it can be had: ``problem`` and ``warning`` are sentences, or ""."""

    key: str
    reference: str
    problem: str = ""
    warning: str = ""


def values(settings: Settings, written: Written) -> Iterator[Value]:
    """Every value in the order of the tables, also the defaults; what is not set is None."""
    for place, value in _leaves(settings, ()):
        private = place[-1] == "retro" and isinstance(value, str) and "://" in value
        shown = f"{urlsplit(str(value)).scheme}://{urlsplit(str(value)).hostname}/…" if private else _shown(value)
        yield Value(place, shown, written.origin(place), private or bool(_references(value)), isinstance(value, date))


def secrets(settings: Settings, environment: Mapping[str, str]) -> Iterator[Secret]:
    """Every secret that is named, fetched to see whether it is there; its value goes nowhere."""
    for place, value in _leaves(settings, ()):
        for reference in _references(value):
            try:
                _, warning = reference.fetched(environment)
                if place == ("database",):
                    settings.ledger_url(environment)
            except SettingsError as error:
                yield Secret(dotted(place), str(reference), problem=str(error))
            else:
                yield Secret(dotted(place), str(reference), warning=warning)


def _leaves(value: object, place: Place) -> Iterator[tuple[Place, object]]:
    match value:
        case BaseModel():
            fields = type(value).model_fields
            for name, child in value:
                yield from _leaves(child, (*place, fields[name].alias or name))
        case dict():
            for key, child in value.items():
                yield from _leaves(child, (*place, key))
        case tuple() if any(isinstance(child, BaseModel) for child in value):
            for index, child in enumerate(value):
                yield from _leaves(child, (*place, index))
        case _:
            yield place, value


def _references(value: object) -> list[SecretReference]:
    match value:
        case SecretReference():
            return [value]
        case str() if value.startswith(("env:", "file:")):  # the address of a database may be one
            return [SecretReference.parse(value)]
        case tuple():
            return [reference for child in value for reference in _references(child)]
        case _:
            return []


def _shown(value: object) -> Json:
    match value:
        case None | bool() | int() | float():
            return value
        case timedelta():
            return duration_text(value)
        case tuple() | list():
            return [_shown(child) for child in value]
        case _:
            return str(value)


def _toml(value: Json) -> str:
    match value:
        case bool():
            return str(value).lower()
        case list():
            return f"[{', '.join(map(_toml, value))}]"
        case str():
            return quoted(value)
        case _:
            return str(value)
