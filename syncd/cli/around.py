"""What the machine tells of itself: its time zone, and the git repository that a folder belongs to."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import tzlocal

_REMOTE = re.compile(r"(?:[a-z+]+://)?(?:[^@/]+@)?(?P<host>[^/:@]+)(?::\d+)?[:/](?P<name>[^/:]+/[^/:]+?)(?:\.git)?/?")
_PATIENCE = 5.0


@dataclass(frozen=True, slots=True)
class Repository:
    """A git repository and where its remote is."""

    root: Path
    host: str
    name: str
    """``owner/name``."""
    branch: str

    @property
    def on_github(self) -> bool:
        """Whether its host calls itself GitHub."""
        return "github" in self.host

    def page(self, folder: Path) -> str | None:
        """Where the files of a folder are read on the web, with ``{path}``; None for a folder outside."""
        if not folder.is_relative_to(self.root):
            return None
        inside = folder.relative_to(self.root).as_posix()
        blob = "-/blob" if "gitlab" in self.host else "blob"
        return f"https://{self.host}/{self.name}/{blob}/{self.branch}/{'' if inside == '.' else f'{inside}/'}{{path}}"


def time_zone() -> str:
    """The IANA name of the machine's time zone, or UTC."""
    try:
        return tzlocal.get_localzone_name() or "UTC"
    except (LookupError, OSError, ValueError):
        return "UTC"


def repository(here: Path) -> Repository | None:
    """The repository around a folder; None when there is none, or no remote of a known form."""
    root, remote = _git(here, "rev-parse", "--show-toplevel"), _git(here, "remote", "get-url", "origin")
    known = _REMOTE.fullmatch(remote or "")
    if not root or not known:
        return None
    head = _git(here, "symbolic-ref", "--short", "refs/remotes/origin/HEAD") or ""
    branch = head.partition("/")[2] or _git(here, "branch", "--show-current") or "main"
    return Repository(Path(root), known["host"], known["name"], branch)


def _git(here: Path, *arguments: str) -> str | None:
    command = ["git", *arguments]
    try:
        done = subprocess.run(command, cwd=here, capture_output=True, timeout=_PATIENCE, check=True)  # noqa: S603 - our own words
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.decode(errors="replace").strip()
