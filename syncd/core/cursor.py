"""A place in a line, by offset and by column: a tab reaches to the next column that is a multiple of four."""

from __future__ import annotations


class Cursor:
    """Where the scanner is in a line: offset, column, and the end of the line."""

    __slots__ = ("_indent", "_words", "at", "column", "end", "text")

    def __init__(self, text: str, at: int, end: int) -> None:
        self.text, self.at, self.column, self.end = text, at, 0, end
        self._words = -1
        self._indent = 0

    def blanks(self) -> tuple[int, int]:
        """Offset and column behind the blanks that begin here."""
        if self._words < self.at:
            words = self.text[self.at : self.end]
            blanks = words[: len(words) - len(words.lstrip(" \t"))]
            self._words = self.at + len(blanks)
            shift = self.column % 4
            self._indent = self.column + len((" " * shift + blanks).expandtabs(4)) - shift
        return self._words, self._indent

    def skip(self, columns: int) -> None:
        """Go on by so many columns of blanks; a tab may be left in part."""
        while columns > 0 and self.at < self.end:
            width = 4 - self.column % 4 if self.text[self.at] == "\t" else 1
            if width <= columns:
                self.at += 1
            step = min(width, columns)
            self.column += step
            columns -= step
