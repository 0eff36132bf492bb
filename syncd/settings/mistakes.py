"""What is wrong in a configuration, in words a person can act on.

Mistakes of one value come from pydantic; those between values are looked for in the written data, so that all of
them can be shown together, whatever else is wrong.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from pydantic_core import ErrorDetails

from syncd.secrets import LITERAL, looks_secret
from syncd.settings.text import Place, dotted, quoted

CONNECTORS = ("sources", "trackers", "notifiers")
_TAG = 4
"""Where pydantic puts the kind of a connector into a place: teams, NAME, sources, 0, here."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Mistake:
    """Something wrong at one place; ``message`` says what, and what to do."""

    place: Place
    message: str


# --- of one value ---------------------------------------------------------------------------------------------------


def explained(errors: Iterable[ErrorDetails], schema: Mapping[str, object]) -> Iterator[Mistake]:
    """Pydantic's findings in our words; ``schema`` is the JSON Schema that knows which keys there are.

    No value that was written is ever repeated, except the kind of a connector.
    """
    for error in errors:
        yield Mistake(_place(error["loc"]), _message(error, schema))


def _place(location: Place) -> Place:
    if _is_connector(location):
        location = location[:_TAG] + location[_TAG + 1 :]
    return tuple(key for key in location if key != "[key]")


def _is_connector(location: Place) -> bool:
    return len(location) > _TAG and location[0] == "teams" and location[2] in CONNECTORS


def _message(error: ErrorDetails, schema: Mapping[str, object]) -> str:
    context = error.get("ctx", {})
    match error["type"]:
        case "extra_forbidden":
            known = _table(_node(schema, error["loc"][:-1]).get("properties"))
            return _unknown_key(str(error["loc"][-1]), known)
        case "union_tag_not_found":
            return f"kind is missing; available: {_kinds(schema, error['loc'])}"
        case "union_tag_invalid":
            kinds = _kinds(schema, error["loc"])
            return f"kind = {quoted(context['tag'])} is not available in this version; available: {kinds}"
        case "string_pattern_mismatch" if examples := _examples(schema, error["loc"]):
            return f"must look like {' or '.join(quoted(str(each)) for each in examples)}"
        case "value_error":
            return str(context["error"])
        case kind if kind in _WORDS:
            return _WORDS[kind].format_map(context)
        case _:
            return f"is not accepted ({error['msg']}); correct it"


_WORDS = {
    "missing": "is missing; add it",
    "string_type": 'must be text; write it in "quotes"',
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "date_type": "must be a day, such as 2026-01-31",
    "date_parsing": "must be a day, such as 2026-01-31",
    "date_from_datetime_inexact": "must be a day, such as 2026-01-31",
    "date_from_datetime_parsing": "must be a day, such as 2026-01-31",
    "tuple_type": 'must be a list; write ["…"] for texts, [[…]] above each table',
    "dict_type": "must be a table; write [its name] above its keys",
    "model_type": "must be a table; write [its name] above its keys",
    "model_attributes_type": "must be a table; write [its name] above its keys",
    "literal_error": "must be {expected}",
    "greater_than_equal": "must be at least {ge}",
    "string_pattern_mismatch": "must have the form {pattern}",
    "path_type": 'must be a path; write it in "quotes"',
}


def _examples(schema: Mapping[str, object], location: Place) -> list[object]:
    """How the schema shows the value at a location to be written."""
    node = _table(_table(_node(schema, location[:-1]).get("properties")).get(str(location[-1])))
    options = node.get("anyOf")
    places = [node, *map(_table, options if isinstance(options, list) else [])]
    shown = next((place["examples"] for place in places if "examples" in place), [])
    return shown if isinstance(shown, list) else []


def _unknown_key(key: str, known: Iterable[str]) -> str:
    near = get_close_matches(key, known, n=1)
    hint = f"did you mean '{near[0]}'?" if near else f"known here: {', '.join(known)}"
    return f"is no key of this table; {hint}"


def _kinds(schema: Mapping[str, object], location: Place) -> str:
    discriminator = _table(_node(schema, location).get("discriminator"))
    return ", ".join(_table(discriminator.get("mapping"))) or "none yet"


def _node(schema: Mapping[str, object], location: Place) -> dict[str, object]:
    """What the schema says about the table at this place."""
    node = dict(schema)
    for key in location:
        node = _resolved(_child(node, key), schema)
    return node


def _child(node: Mapping[str, object], key: str | int) -> dict[str, object]:
    if isinstance(key, int):
        return _table(node.get("items"))
    if mapping := _table(_table(node.get("discriminator")).get("mapping")):
        return {"$ref": mapping[key]}
    any_name = [*_table(node.get("patternProperties")).values(), node.get("additionalProperties")]
    return _table(_table(node.get("properties")).get(key, any_name[0]))


def _resolved(node: dict[str, object], schema: Mapping[str, object]) -> dict[str, object]:
    options = node.get("anyOf")
    if isinstance(options, list):  # a table that may be left out
        node = _table(options[0])
    if "$ref" in node:
        return _table(_table(schema.get("$defs")).get(str(node["$ref"]).rpartition("/")[2]))
    return node


# --- of any text ----------------------------------------------------------------------------------------------------


def unfit_texts(value: object, place: Place = ()) -> Iterator[Mistake]:
    """Secrets written out, wherever they stand, and texts that would break the line or cell they end up in."""
    if isinstance(value, dict):
        for key, child in value.items():
            yield from unfit_texts(key, (*place, key))
            yield from unfit_texts(child, (*place, key))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from unfit_texts(child, (*place, index))
    elif isinstance(value, str) and looks_secret(value):
        yield Mistake(place, LITERAL)
    elif isinstance(value, str) and _CONTROL.search(value):
        yield Mistake(place, "holds a line break or another control character; write it on one line")


# --- between values -------------------------------------------------------------------------------------------------


def contradictions(data: Mapping[str, object], *, base: Path) -> Iterator[Mistake]:
    """What does not fit together; ``base`` is the folder at which relative paths start.

    ``data`` need not be valid: what has the wrong shape is passed over here.
    """
    teams = {name: _table(team) for name, team in _table(data.get("teams")).items()}
    if not teams:
        yield Mistake(("teams",), "no team is configured; add [teams.NAME] with a source and a tracker")
    for name, team in teams.items():
        place: Place = ("teams", name)
        yield from _nothing_to_do(team, place)
        yield from _unknown_names(team, place)
        yield from _same_places(team, place, base=base)
    yield from _tickets_as_documents(teams, base=base)


def _nothing_to_do(team: Mapping[str, object], place: Place) -> Iterator[Mistake]:
    name = dotted(place)
    if team.get("sources", []) == []:
        yield Mistake((*place, "sources"), f"there is no source; add [[{name}.sources]] with kind and path")
    if team.get("trackers", {}) == {}:
        yield Mistake((*place, "trackers"), f"there is no tracker; add [{name}.trackers.NAME] with kind and path")


def _unknown_names(team: Mapping[str, object], place: Place) -> Iterator[Mistake]:
    for index, route in enumerate(_rows(team.get("routes"))):
        if message := _unknown(route.get("tracker"), "tracker", _table(team.get("trackers"))):
            yield Mistake((*place, "routes", index, "tracker"), message)
    channels = _table(team.get("digests")).get("channels")
    for index, channel in enumerate(channels if isinstance(channels, list) else ()):
        if message := _unknown(channel, "notifier", _table(team.get("notifiers"))):
            yield Mistake((*place, "digests", "channels", index), message)


def _unknown(name: object, role: str, known: Mapping[str, object]) -> str | None:
    if not isinstance(name, str) or name in known:
        return None
    near = get_close_matches(name, known, n=1)
    hint = f"did you mean {quoted(near[0])}?" if near else f"this team has {', '.join(map(quoted, known)) or 'none'}"
    return f"names no {role} of this team; {hint}"


def _same_places(team: Mapping[str, object], place: Place, *, base: Path) -> Iterator[Mistake]:
    seen: dict[str, str] = {}
    for name, tracker in _table(team.get("trackers")).items():
        folder = _folder(tracker, base)
        if folder is None:
            continue
        if folder in seen:
            message = f"is where the tracker {quoted(seen[folder])} keeps its tickets; give each tracker its own folder"
            yield Mistake((*place, "trackers", name, "path"), message)
        seen.setdefault(folder, name)


def _tickets_as_documents(teams: Mapping[str, Mapping[str, object]], *, base: Path) -> Iterator[Mistake]:
    trackers = [tracker for team in teams.values() for tracker in _table(team.get("trackers")).values()]
    tickets = [folder for tracker in trackers if (folder := _folder(tracker, base))]
    for name, team in teams.items():
        for index, source in enumerate(_rows(team.get("sources"))):
            folder = _folder(source, base)
            if folder and any(_inside(folder, ticket) for ticket in tickets):
                message = "is a folder of tickets, not of documents; name the folder of the postmortems"
                yield Mistake(("teams", name, "sources", index, "path"), message)


def _folder(connector: object, base: Path) -> str | None:
    """The real place of a connector of kind folder."""
    table = _table(connector)
    path = table.get("path")
    if table.get("kind") != "folder" or not isinstance(path, str) or "\0" in path:
        return None
    return os.path.realpath(base / path)


def _inside(path: str, folder: str) -> bool:
    return os.path.commonpath((path, folder)) == folder


def _table(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _rows(value: object) -> list[dict[str, object]]:
    return [_table(row) for row in value] if isinstance(value, list) else []
