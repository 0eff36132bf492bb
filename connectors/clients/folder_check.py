"""Whether a folder can be used as its connector needs it."""

from __future__ import annotations

import os
from pathlib import Path

from syncd.ports import Finding, Level


def check_folder(path: Path, what: str, *, made: bool) -> Finding:
    """One finding about a folder, or a single file. ``made``: where it is missing, the first ticket makes it."""
    about = f"{what} {path}"
    if not path.exists():
        return _missing(path, about, made=made)
    if not os.access(path, os.R_OK | (os.X_OK if path.is_dir() else 0)):
        return Finding(Level.FAILURE, about, "It cannot be read.", f"Allow syncd to read {path}.")
    place = path if path.is_dir() else path.parent
    if not os.access(place, os.W_OK | os.X_OK):
        cure = f"Allow syncd to write in {place}, or set write_back = false for documents."
        return Finding(Level.FAILURE if made else Level.WARNING, about, "It can be read, and not be written.", cure)
    return Finding(Level.OK, about, "It can be read and written.")


def _missing(path: Path, about: str, *, made: bool) -> Finding:
    if not made:
        return Finding(Level.FAILURE, about, "It does not exist.", "Mount or restore it, or correct its path.")
    above = next(parent for parent in path.parents if parent.exists())
    if os.access(above, os.W_OK | os.X_OK):
        return Finding(Level.OK, about, "It does not exist yet; the first ticket makes it.")
    return Finding(Level.FAILURE, about, "It does not exist and cannot be made.", f"Allow syncd to write in {above}.")
