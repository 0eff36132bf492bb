"""Text that others wrote, made harmless for a terminal."""

from __future__ import annotations

import json
import re
import unicodedata

_JOINERS = "\u200c\u200d"
"""They shape letters and emoji, and move nothing."""
_UNSAFE = ("Cc", "Cf", "Zl", "Zp")
_SUSPECT = re.compile(r"[^ -~]")


def harmless(character: str) -> bool:
    """Whether a character neither moves the cursor, nor colours, hides or turns what follows."""
    return character in _JOINERS or unicodedata.category(character) not in _UNSAFE


def printable(text: str) -> str:
    """Untrusted text on one line: characters that are not harmless are blanks, runs of blanks one blank."""
    return " ".join(_SUSPECT.sub(_blank, text).split())


def printable_lines(text: str) -> str:
    """The same for our own messages of several lines: line ends and indents stay."""
    return _SUSPECT.sub(lambda found: "\n" if found[0] == "\n" else _blank(found), text)


def shortened(text: str, width: int) -> str:
    """Printable text, cut at a number of characters."""
    line = printable(text)
    return line if len(line) <= width else line[: width - 1].rstrip() + "…"


def counted(number: int, noun: str) -> str:
    """``1 ticket``, ``3,000 tickets``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def json_text(value: object) -> str:
    """JSON on one line; characters that could disturb a terminal are escaped in it."""
    return _SUSPECT.sub(_escaped, json.dumps(value, ensure_ascii=False))


def _blank(found: re.Match[str]) -> str:
    return found[0] if harmless(found[0]) else " "


def _escaped(found: re.Match[str]) -> str:
    character = found[0]
    if harmless(character):
        return character
    return json.dumps(character)[1:-1] if not character.isascii() else f"\\u{ord(character):04x}"
