"""Which teams a webhook concerns: those whose tracker or source it speaks of; all of its kind when that is not clear.

What it says happened is never believed: it only says where to look.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from urllib.parse import parse_qs

from syncd.settings import Settings

_KEY = re.compile(r"([A-Z][A-Z0-9_]*)-[0-9]+")


def payload_of(body: bytes, media_type: str) -> Mapping[str, object]:
    """The object in the body, as JSON or in a form; an empty one when there is none."""
    try:
        text = body.decode()
        if media_type.partition(";")[0].strip().lower() == "application/x-www-form-urlencoded":
            text = parse_qs(text, max_num_fields=10).get("payload", [""])[0]
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def github_teams(settings: Settings, payload: Mapping[str, object]) -> frozenset[str]:
    """The teams with tickets or postmortems in the repository of an event; without one, all that are on GitHub."""
    repository = _text(payload, "repository", "full_name")
    if not repository:
        return _teams(settings, "github", lambda connector: True)
    return _teams(settings, "github", lambda one: str(getattr(one, "repository", "")).lower() == repository.lower())


def jira_teams(settings: Settings, payload: Mapping[str, object]) -> frozenset[str]:
    """The teams with tickets in the project of an event; without one, all that have a Jira."""
    project = _project(payload)
    if not project:
        return _teams(settings, "jira", lambda connector: True)
    address = _text(payload, "issue", "self") or _text(payload, "project", "self")
    found = _teams(settings, "jira", lambda one: getattr(one, "project", "") == project)
    there = _teams(settings, "jira", lambda one: getattr(one, "project", "") == project and _is_at(one, address))
    return there or found  # a proxy may call it otherwise than we do


def _project(payload: Mapping[str, object]) -> str:
    told = _text(payload, "issue", "fields", "project", "key") or _text(payload, "project", "key")
    match = _KEY.fullmatch(_text(payload, "issue", "key"))
    return told or (match[1] if match else "")


def _is_at(tracker: object, address: str) -> bool:
    return address.lower().startswith(f"{str(getattr(tracker, 'url', '')).lower().rstrip('/')}/")


def _teams(settings: Settings, kind: str, takes: Callable[[object], bool]) -> frozenset[str]:
    return frozenset(name for name, kinds, one in _connectors(settings) if kinds == kind and takes(one))


def _connectors(settings: Settings) -> Iterator[tuple[str, str, object]]:
    """Team, kind and settings of every tracker and source; which settings a kind has, only its connector knows."""
    for name, team in settings.teams.items():
        every: Iterable[tuple[str, object]] = [
            *((tracker.kind, tracker) for tracker in team.trackers.values()),
            *((source.kind, source) for source in team.sources),
        ]
        yield from ((name, kind, one) for kind, one in every)


def _text(payload: object, *path: str) -> str:
    """The text at a path of keys; "" where there is none."""
    for key in path:
        payload = payload.get(key) if isinstance(payload, dict) else None
    return payload if isinstance(payload, str) else ""
