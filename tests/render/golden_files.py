"""Texts that were looked at once and must stay as they are: `tests/render/golden/`.

`SYNCD_GOLDEN=write pytest tests/render` rewrites them, and fails: somebody has to look at the difference.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


class Rewritten(AssertionError):
    """Golden files were written, so this run proves nothing."""


@dataclass
class Golden:
    """The files of one folder."""

    folder: Path
    writing: bool
    written: list[str] = field(default_factory=list)

    def check(self, name, text):
        """The text is the file's; when writing, the file becomes the text."""
        place = self.folder / name
        if self.writing:
            if not place.exists() or _read(place) != text:
                self.folder.mkdir(parents=True, exist_ok=True)
                place.write_bytes(text.encode())
                self.written.append(name)
            return
        assert place.exists(), f"{place} is missing: run SYNCD_GOLDEN=write pytest tests/render, and look at it."
        assert text == _read(place)

    def finish(self):
        """A run that may write proves nothing, whatever it wrote."""
        if self.writing:
            names = ", ".join(sorted(self.written)) or "none had changed"
            raise Rewritten(f"Golden files were rewritten ({names}). Look at git diff, then run without SYNCD_GOLDEN.")


def _read(place):
    return place.read_bytes().decode()
