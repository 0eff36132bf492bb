"""The written configuration: a TOML text and ``SYNCD_`` variables, and where in them each value stands."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from json import dumps

from syncd.errors import SettingsError

PREFIX = "SYNCD_"
NESTING = "__"
CONFIG_VARIABLE = "SYNCD_CONFIG"

Place = tuple[str | int, ...]
"""The keys and indexes that lead to a value: ``("teams", "payments", "sources", 0, "path")``."""

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_POSITION = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value comes from: a variable, a line of the file, or neither, which means the default."""

    variable: str | None = None
    line: int | None = None


class Written:
    """What a person wrote: ``name`` is what the file is called in messages, ``data`` what the TOML says."""

    def __init__(self, text: str, *, name: str, environment: Mapping[str, str]) -> None:
        """Raises SettingsError with the line when the text is no TOML."""
        self._text = text
        self._name = name
        self.data = _parse(text, name)
        self.variables = _variables(environment)

    def overridden(self, overrides: Mapping[str, object]) -> dict[str, object]:
        """The data with what the variables set, as nested tables with keys in lower case, laid over it."""
        data = overlaid(self.data, overrides)
        assert isinstance(data, dict)
        return data

    @property
    def name(self) -> str:
        """What the file is called in messages."""
        return self._name

    def origin(self, place: Place) -> Origin:
        """Where the value at this place comes from."""
        if variable := self._variable(place):
            return Origin(variable=variable)
        return Origin(line=self.line(place)) if _is_at(self.data, place) else Origin()

    def _variable(self, place: Place) -> str | None:
        spelt = tuple(str(key).lower() for key in place)
        return next((v for v in self.variables if spelt[: len(keys := _keys(v))] == keys), None)

    def where(self, place: Place) -> str:
        """``syncd.toml:12: teams.payments.poll``, or the variable that sets it."""
        if variable := self._variable(place):
            return variable
        line = self.line(place)
        return f"{self._name}:{line}: {dotted(place)}" if line else f"{self._name}: {dotted(place)}"

    def line(self, place: Place) -> int | None:
        """The 1-based line of the value, or of the nearest table around it; None when nothing of it is written."""
        around = (self._lines.get(place[:end]) for end in range(len(place), 0, -1))
        return next((line for line in around if line), None)

    def stray_variables(self, fields: Mapping[str, object]) -> Iterator[str]:
        """The variables that look as if they should override something and do not, each with what to do.

        Other names that begin alike are left in peace: secrets may be kept in them, and Kubernetes makes some.
        """
        for variable in self.variables:
            first, *nested = _keys(variable)
            if first in fields or f"env:{variable}" in self._text:
                continue
            near = get_close_matches(first, fields, n=1, cutoff=0.8)
            if nested or near:
                known = f"did you mean {PREFIX}{near[0].upper()}?" if near else f"known are {', '.join(fields)}"
                yield f"{variable}: sets nothing; {known}"

    @cached_property
    def _lines(self) -> dict[Place, int]:
        return _lines(self._text)


def _is_at(value: object, place: Place) -> bool:
    """Whether something is written there."""
    if not place:
        return True
    key, *rest = place
    if isinstance(value, dict):
        return key in value and _is_at(value[key], tuple(rest))
    return isinstance(value, list) and isinstance(key, int) and key < len(value) and _is_at(value[key], tuple(rest))


def dotted(place: Place) -> str:
    """``teams.payments.sources[0].path``, quoted as TOML wants it."""
    shown = ""
    for key in place:
        if isinstance(key, int):
            shown += f"[{key}]"
        else:
            shown += ("." if shown else "") + quoted_key(key)
    return shown


def quoted(text: str) -> str:
    """A TOML string. Raises ValueError when it is no valid Unicode (a file name in another encoding)."""
    text.encode()
    # JSON's escapes are a subset of TOML's; only DEL may stand raw in the one and not in the other.
    return dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def quoted_key(key: str) -> str:
    """A TOML key: bare where that is allowed."""
    return key if _BARE.fullmatch(key) else quoted(key)


def overlaid(written: object, override: object) -> object:
    """``written`` with an override from variables, whose names know neither case nor lists, laid over it."""
    if isinstance(override, dict) and isinstance(written, dict):
        spelt = {str(key).lower(): key for key in written}
        return written | {
            (own := spelt.get(key, key)): overlaid(written.get(own), value) for key, value in override.items()
        }
    indexes = [str(index) for index in range(len(written))] if isinstance(written, list) else []
    if isinstance(override, dict) and isinstance(written, list) and override.keys() <= set(indexes):
        return [overlaid(old, override.get(index, old)) for index, old in zip(indexes, written, strict=True)]
    return override


def _variables(environment: Mapping[str, str]) -> dict[str, str]:
    # An empty variable is how compose files and unit files say "not set".
    return {
        name: value
        for name, value in environment.items()
        if name.upper().startswith(PREFIX) and name != CONFIG_VARIABLE and value
    }


def _keys(variable: str) -> tuple[str, ...]:
    return tuple(variable[len(PREFIX) :].lower().split(NESTING))


def _parse(text: str, name: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        position = _POSITION.search(message)
        line = (position and position[1]) or text.count("\n") + 1
        reason = _POSITION.sub("", message)
        hint = '; text stands in quotes: key = "text"' if reason == "Invalid value" else ""
        raise SettingsError(f"{name}:{line}: this is not TOML: {reason}{hint}. Correct the line.") from None
    except RecursionError:
        raise SettingsError(f"{name}: lists or tables are nested too deeply. Write it flatter.") from None


# --- lines ----------------------------------------------------------------------------------------------------------


def _lines(text: str) -> dict[Place, int]:
    """The line of every key and table of a valid TOML text.

    The standard library's parser tells no lines, so it is asked for one statement after the other; a statement ends
    with the first line at which it can be parsed.
    """
    found: dict[Place, int] = {}
    table: Place = ()
    sizes: dict[Place, int] = {}
    for line, statement in _statements(text):
        if isinstance(statement, list):
            table = _table(statement, sizes)
            found.setdefault(table, line)
        else:
            for place in _places(statement):
                found.setdefault(table + place, line)
    return found


def _statements(text: str) -> Iterator[tuple[int, dict[str, object] | list[tuple[str, bool]]]]:
    lines = text.replace("\r\n", "\n").split("\n")
    start = 0
    while start < len(lines):
        end = start + 1
        while (parsed := _loads("\n".join(lines[start:end]))) is None and end < len(lines):
            end += 1
        if lines[start].lstrip().startswith("["):
            yield start + 1, list(_header(parsed))
        else:
            yield start + 1, parsed or {}
        start = end


def _loads(statement: str) -> dict[str, object] | None:
    try:
        return tomllib.loads(statement)
    except tomllib.TOMLDecodeError:
        return None


def _header(parsed: object) -> Iterator[tuple[str, bool]]:
    """The keys of a table's header; True for the last one of an array of tables."""
    while isinstance(parsed, dict) and parsed:
        ((key, parsed),) = parsed.items()
        yield key, isinstance(parsed, list)


def _table(header: list[tuple[str, bool]], sizes: dict[Place, int]) -> Place:
    place: Place = ()
    for key, is_new_element in header:
        place = (*place, key)
        if is_new_element:
            sizes[place] = sizes.get(place, 0) + 1
        if place in sizes:
            place = (*place, sizes[place] - 1)
    return place


def _places(value: object) -> Iterator[Place]:
    if isinstance(value, dict):
        children: Iterator[tuple[str | int, object]] = iter(value.items())
    elif isinstance(value, list):
        children = iter(enumerate(value))
    else:
        return
    for key, child in children:
        yield (key,)
        yield from ((key, *place) for place in _places(child))
