"""Which way through a workflow leads to a state, and what its screen has to be given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from connectors.clients.jira_compose import shaped
from connectors.clients.jira_issue import is_cancelling, meaning
from connectors.clients.jira_json import Json, at, folded, some, text
from syncd.core.model import State
from syncd.core.states import whole_state

_BEST = {
    State.OPEN: ("to do", "open", "reopened"),
    State.IN_PROGRESS: ("in progress",),
    State.DONE: ("done", "closed", "resolved"),
    State.CANCELLED: ("won't do", "cancelled"),
}
"""Jira's own names of statuses: of several that mean the same, these are meant first."""
_DONE = ("done", "fixed", "resolved", "completed", "erledigt", "behoben", "terminé", "corrigé", "completo")
_CANCELLED = ("won't do", "won't fix")


@dataclass(frozen=True, slots=True)
class Way:
    """A transition that leads there, and the fields to send with it."""

    id: str
    fields: Json = field(default_factory=dict)


def way_to(
    state: State, transitions: Iterable[object], *, statuses: Mapping[str, State], configured: Mapping[str, object]
) -> Way | str:
    """The best transition to the state; else, in words, why none fits.

    ``statuses`` maps folded status names to what they mean; ``configured`` holds values for fields that screens need.
    Of a screen's fields only those that are needed, and a fitting resolution, are sent.
    """
    ways: list[tuple[int, Way]] = []
    hindered: list[str] = []
    for transition in transitions:
        rank = _rank(state, transition, statuses=statuses)
        if rank is None:
            continue
        fields, missing = _fields(state, transition, configured=configured)
        if missing:
            hindered.append(f"“{text(transition, 'name')}” needs {', '.join(missing)}")
        else:
            ways.append((rank, Way(text(transition, "id"), fields)))
    if ways:
        return min(ways, key=lambda ranked: ranked[0])[1]
    return "; ".join(hindered) or "none of its transitions leads there"


def _rank(state: State, transition: object, *, statuses: Mapping[str, State]) -> int | None:
    """How well a transition leads to the state: the lower the better, None when it does not."""
    name = text(transition, "to", "name")
    there, _ = meaning(at(transition, "to"), statuses=statuses)
    if there is state:
        return 0 if folded(name) in _BEST[state] else 1 if whole_state(name) is state else 2
    if there is State.DONE and state is State.CANCELLED and _resolution(state, transition):
        return 3
    return None


def _fields(state: State, transition: object, *, configured: Mapping[str, object]) -> tuple[Json, list[str]]:
    """What to send with a transition, and the names of the fields for which nobody gave a value."""
    fields: Json = {}
    missing: list[str] = []
    screen = at(transition, "fields")
    for name, meta in screen.items() if isinstance(screen, dict) else ():
        if name == "resolution" and (resolution := _resolution(state, transition)):
            fields[name] = resolution
        elif at(meta, "required") and name in configured and isinstance(meta, dict):
            fields[name] = shaped(configured[name], meta)
        elif at(meta, "required") and not at(meta, "hasDefaultValue"):
            missing.append(f"“{text(meta, 'name') or name}” ({name})")
    return fields, missing


def _resolution(state: State, transition: object) -> Json | None:
    """The resolution on the transition's screen that fits the state."""
    allowed = [text(one, "name") for one in some(transition, "fields", "resolution", "allowedValues")]
    if state is State.CANCELLED:
        return _first(_CANCELLED, [name for name in allowed if is_cancelling(name)])
    if state is State.DONE:
        return _first(_DONE, [name for name in allowed if not is_cancelling(name)])
    return None


def _first(preferred: tuple[str, ...], names: list[str]) -> Json | None:
    """The first preferred name, else the first name at all."""
    by_name = {folded(name): name for name in reversed(names)}
    best = next((by_name[name] for name in preferred if name in by_name), names[0] if names else None)
    return {"name": best} if best else None
