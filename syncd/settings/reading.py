"""From a TOML file and ``SYNCD_`` variables to :class:`syncd.settings.Settings`, or to every mistake in them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar, cast
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic.json_schema import GenerateJsonSchema
from pydantic_settings import EnvSettingsSource

from syncd.errors import SettingsError, UsageError
from syncd.settings.mistakes import Mistake, contradictions, explained, unfit_texts
from syncd.settings.tables import Settings
from syncd.settings.text import CONFIG_VARIABLE, Place, Written
from syncd.settings.values import WeeklyTime, duration_text

FILE_NAME = "syncd.toml"
SYSTEM_FILE = Path("/etc/syncd/syncd.toml")
EMBEDDED_TEAM = "default"
EMBEDDED_TICKETS = ".syncd/tickets"

T = TypeVar("T")


def load(path: Path | None, *, environment: Mapping[str, str], cwd: Path) -> Settings:
    """The settings of ``path``, else of ``$SYNCD_CONFIG``, ``./syncd.toml`` or ``/etc/syncd/syncd.toml``.

    Raises SettingsError with every mistake, or when there is no configuration at all.
    """
    return load_with_text(path, environment=environment, cwd=cwd)[0]


def load_with_text(path: Path | None, *, environment: Mapping[str, str], cwd: Path) -> tuple[Settings, Written]:
    """The same, and what was written, which knows where each value stands."""
    file = _find(path, environment=environment, cwd=cwd)
    shown = file.relative_to(cwd) if file.is_relative_to(cwd) else file
    return _understood(_read(file), file=file, name=str(shown), environment=environment)


def embedded(source: Path, *, cwd: Path) -> Settings:
    """The settings of ``--source PATH``: one team, that folder or file, tickets and ledger in ``./.syncd``.

    Raises UsageError when the path does not exist or holds the tickets.
    """
    place, tickets = (cwd / source).resolve(), (cwd / EMBEDDED_TICKETS).resolve()
    if not place.exists():
        raise UsageError(f"{source} does not exist. Name a folder of postmortems, or one postmortem.")
    if place.is_relative_to(tickets):
        raise UsageError(f"{source} holds tickets, not documents. Name the folder of the postmortems.")
    return embedded_again({EMBEDDED_TEAM: [str(source)]}, cwd=cwd)


def embedded_again(folders: Mapping[str, Iterable[str]], *, cwd: Path) -> Settings:
    """The same for folders that were named before, by team; whether they are still there is not asked."""
    teams = {
        team: {
            "sources": [{"kind": "folder", "path": path} for path in paths],
            "trackers": {"files": {"kind": "folder", "path": EMBEDDED_TICKETS, "prefix": "T"}},
        }
        for team, paths in folders.items()
    }
    return _completed(Settings({"teams": teams}), base=cwd, file=None)


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of the file, as ``config/syncd.schema.json`` holds it for editors."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **Settings.model_json_schema(schema_generator=_AsWritten),
    }


class _AsWritten(GenerateJsonSchema):
    """Defaults stand in the schema as they are written in the file."""

    def encode_default(self, dft: Any) -> Any:
        match dft:
            case timedelta():
                return duration_text(dft)
            case ZoneInfo() | WeeklyTime():
                return str(dft)
            case _:
                return super().encode_default(dft)

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


# --- reading --------------------------------------------------------------------------------------------------------


def from_text(text: str, *, file: Path, name: str, environment: Mapping[str, str]) -> Settings:
    """The settings that a text means when it stands in ``file``; ``name`` is what messages call it.

    Raises SettingsError with every mistake.
    """
    return _understood(text, file=file, name=name, environment=environment)[0]


def _understood(text: str, *, file: Path, name: str, environment: Mapping[str, str]) -> tuple[Settings, Written]:
    written = Written(text, name=name, environment=environment)
    data = written.overridden(_Environment(written.variables)())
    settings, mistakes = _tried(data)
    mistakes += [*unfit_texts(data), *contradictions(data, base=file.parent)]
    refusals = [*_in_order(mistakes, written), *written.stray_variables(Settings.model_fields)]
    if refusals or settings is None:
        raise SettingsError(f"{name} cannot be used; correct it, nothing was done:", tuple(refusals))
    return _completed(settings, base=file.parent, file=file), written


class _Environment(EnvSettingsSource):
    """The variables that were handed in, instead of those of the process."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables
        super().__init__(Settings, case_sensitive=False)

    def _load_env_vars(self) -> Mapping[str, str | None]:
        return {name.lower(): value for name, value in self._variables.items()}

    def decode_complex_value(self, field_name: str, field: FieldInfo, value: Any) -> Any:
        """A JSON list or object; any other text stays text, and is refused with the rest if it does not fit."""
        try:
            return json.loads(value) if value.lstrip()[:1] in ("[", "{") else value
        except json.JSONDecodeError:
            return value


def _tried(data: dict[str, Any]) -> tuple[Settings | None, list[Mistake]]:
    try:
        return Settings(data), []
    except ValidationError as error:
        return None, list(explained(error.errors(include_input=False, include_url=False), schema()))


def _in_order(mistakes: Iterable[Mistake], written: Written) -> list[str]:
    """One line per place, in the order of the file."""
    first: dict[Place, str] = {}
    for mistake in mistakes:
        first.setdefault(mistake.place, mistake.message)
    places = sorted(first, key=lambda place: written.line(place) or 0)
    return [f"{written.where(place)}: {first[place]}" for place in places]


def _find(path: Path | None, *, environment: Mapping[str, str], cwd: Path) -> Path:
    named = path or (Path(environment[CONFIG_VARIABLE]) if environment.get(CONFIG_VARIABLE) else None)
    if named is not None:
        return cwd / named
    for file in (cwd / FILE_NAME, SYSTEM_FILE):
        if file.exists():
            return file
    raise SettingsError(
        f"There is no configuration: neither {FILE_NAME} here nor {SYSTEM_FILE}. Write one with `syncd init`, "
        "name one with --config, or try a folder without one: --source PATH."
    )


def _read(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SettingsError(f"{file} is not UTF-8 (byte {error.start}). Save it as UTF-8.") from None
    except OSError as error:
        raise SettingsError(
            f"{file} cannot be read: {error.strerror}. Correct --config or ${CONFIG_VARIABLE}, or write the file "
            "with `syncd init`."
        ) from None


# --- completing -----------------------------------------------------------------------------------------------------


def _completed(settings: Settings, *, base: Path, file: Path | None) -> Settings:
    """The same with absolute paths and every team's time zone."""
    teams = {
        name: team.model_copy(update={"timezone": team.timezone or settings.timezone})
        for name, team in settings.teams.items()
    }
    database = settings.database
    if database.startswith("sqlite:///"):
        database = f"sqlite:///{base / database.removeprefix('sqlite:///')}"
    complete = settings.model_copy(update={"teams": _rooted(teams, base), "database": database})
    complete._file = file
    complete._written = {base / path: str(path) for path in _paths(teams)}
    return complete


def _paths(value: object) -> Iterator[Path]:
    match value:
        case Path():
            yield value
        case BaseModel():
            yield from _paths(tuple(child for _, child in value))
        case tuple():
            yield from chain.from_iterable(map(_paths, value))
        case dict():
            yield from chain.from_iterable(map(_paths, value.values()))


def _rooted(value: T, base: Path) -> T:
    """The same value with every relative path in it starting at ``base``."""
    rooted: object = value
    match value:
        case Path():
            rooted = base / value
        case BaseModel():
            rooted = value.model_copy(update={name: _rooted(child, base) for name, child in value})
        case tuple():
            rooted = tuple(_rooted(child, base) for child in value)
        case dict():
            rooted = {key: _rooted(child, base) for key, child in value.items()}
    return cast(T, rooted)
