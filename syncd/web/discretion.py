"""What is known of an item, without the names of restricted postmortems that a reason may hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from syncd.core.entries import discreet
from syncd.explanation import Explanation


def discreet_explanation(told: Explanation, item: str, secrets: frozenset[str]) -> Explanation:
    """The same, each text that holds such a name replaced."""

    def kept(text: str) -> str:
        return discreet(text, item, secrets)

    history: list[tuple[datetime, str]] = [(at, kept(words)) for at, words in told.history]
    return replace(told, fate=kept(told.fate), remarks=tuple(map(kept, told.remarks)), history=tuple(history))


def discreet_object(value: dict[str, object], item: str, secrets: frozenset[str]) -> dict[str, object]:
    """The same of what is to become JSON."""
    return {name: _kept(each, item, secrets) for name, each in value.items()}


def _kept(value: object, item: str, secrets: frozenset[str]) -> object:
    match value:
        case str():
            return discreet(value, item, secrets)
        case list():
            return [_kept(each, item, secrets) for each in value]
        case dict():
            return discreet_object(value, item, secrets)
    return value
