"""Text that others wrote on one line of ours: nothing in it moves, hides or turns what stands around it."""

from __future__ import annotations

import unicodedata

_JOINERS = "\u200c\u200d"
"""They shape letters and emoji, and move nothing."""
_INSTEAD = {"Cc": " ", "Zl": " ", "Zp": " ", "Cs": " ", "Cf": ""}
"""Control characters, line ends, halves of a character; and what is seen only by what it does to others."""
_LOOKAHEAD = 20
"""How many characters are looked at for one that is shown: a megabyte of blanks costs nothing."""


def harmless(character: str) -> bool:
    """Whether a character neither moves the cursor, nor colours, hides or turns what follows."""
    return character in _JOINERS or unicodedata.category(character) not in _INSTEAD


def tamed(character: str) -> str:
    """The character, or what stands for it where it is not harmless."""
    return character if character in _JOINERS else _INSTEAD.get(unicodedata.category(character), character)


def one_line(text: str, width: int | None = None) -> str:
    """The text on one line of harmless characters, runs of blanks one blank, cut at ``width`` characters."""
    head = text if width is None else text[: width * _LOOKAHEAD]
    line = " ".join((head if head.isprintable() else "".join(map(tamed, head))).split())
    if width is None or (len(head) == len(text) and len(line) <= width):
        return line
    return line[: width - 1].rstrip() + "…"
