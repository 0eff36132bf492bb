"""The secrets of all tests have a text in common that stands nowhere else: whatever holds it has told a secret.

    token = canary("token-of-the-bot")
    ...
    TOLD.look("output", said.out)
    TOLD.verify()        # at the end of each test: raises SecretsTold

Looked at, in every test: what it prints and logs, what its processes print, the files it leaves, what mail servers,
chats and trackers were sent, the pages of the site; and at the end all that a PostgreSQL kept.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

MARK = "c4n4ry"
GIVEN = re.compile(r"credentials|syncd\.toml|password|(.+[._])?token")
"""The folders and files in which tests hand syncd its secrets."""
_AROUND = 60


def canary(name: str) -> str:
    """A secret for a test; ``name`` says whose it is when it is found."""
    return f"{MARK}-{name}"


def _in_base64(mark: bytes) -> Iterable[bytes]:
    """What stands of it in base64, wherever in the encoded text it begins."""
    for before in range(3):
        encoded = b64encode(b"\0" * before + mark).rstrip(b"=")
        first = (before * 8 + 5) // 6  # the characters that hold bits of what stands before
        last = (before + len(mark)) * 8 // 6
        yield encoded[first:last]


_FORMS = re.compile(b"|".join(map(re.escape, (MARK.encode(), *_in_base64(MARK.encode())))))


class SecretsTold(AssertionError):
    """A secret stands where others can read it."""


@dataclass
class Told:
    """The secrets found since the last ``verify``."""

    places: list[str] = field(default_factory=list)

    def look(self, where: str, content: bytes | str) -> None:
        """Remember the place when one stands there, in plain or in base64."""
        data = content.encode(errors="surrogateescape") if isinstance(content, str) else content
        for found in _FORMS.finditer(data):
            around = data[max(0, found.start() - _AROUND) : found.end() + _AROUND]
            self.places.append(f"{where}: …{around.decode(errors='replace')}…")

    def look_below(self, folder: Path) -> None:
        """The same in all files, except those that hold secrets by right."""
        for path in folder.rglob("*"):
            given = any(map(GIVEN.fullmatch, path.relative_to(folder).parts))
            if not given and path.is_file() and not path.is_symlink():
                self.look(str(path), path.read_bytes())

    def verify(self) -> None:
        """Raise SecretsTold with all of them, each once, and forget them."""
        seen = dict.fromkeys(self.places)
        self.places.clear()
        if seen:
            raise SecretsTold("\n".join(seen))


TOLD = Told()
"""Where all tests collect; a fixture verifies it."""
