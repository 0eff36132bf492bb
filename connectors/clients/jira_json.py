"""Looking into Jira's JSON without trusting its shape."""

from __future__ import annotations

from typing import TypeAlias

Json: TypeAlias = dict[str, object]


def at(value: object, *path: str) -> object:
    """What stands at the end of the path; None where it breaks off."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def text(value: object, *path: str) -> str:
    """The text at the end of the path; "" when there is none. A whole number counts as its digits."""
    found = at(value, *path)
    if isinstance(found, int) and not isinstance(found, bool):
        return str(found)
    return found if isinstance(found, str) else ""


def some(value: object, *path: str) -> list[object]:
    """The list at the end of the path; empty when there is none."""
    found = at(value, *path)
    return found if isinstance(found, list) else []


def folded(words: str) -> str:
    """For comparing names as people write them: blanks collapsed, no regard to case or to the kind of apostrophe."""
    return " ".join(words.replace("’", "'").split()).casefold()
