"""Text that others wrote, made harmless for a terminal."""

from __future__ import annotations

import json
import re

from syncd.core.plain import harmless, tamed
from syncd.core.plain import one_line as printable

__all__ = ["counted", "json_text", "printable", "printable_lines"]

_SUSPECT = re.compile(r"[^ -~]")


def printable_lines(text: str) -> str:
    """Our own messages of several lines, likewise: line ends and indents stay."""
    return _SUSPECT.sub(lambda found: "\n" if found[0] == "\n" else tamed(found[0]), text)


def counted(number: int, noun: str) -> str:
    """``1 ticket``, ``3,000 tickets``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def json_text(value: object) -> str:
    """JSON on one line; characters that could disturb a terminal are escaped in it."""
    return _SUSPECT.sub(_escaped, json.dumps(value, ensure_ascii=False))


def _escaped(found: re.Match[str]) -> str:
    character = found[0]
    if harmless(character):
        return character
    return json.dumps(character)[1:-1] if not character.isascii() else f"\\u{ord(character):04x}"
