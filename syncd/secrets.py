"""Secrets: where they are kept, fetching them, and keeping them out of every text.

A configuration holds only references: ``env:NAME`` for an environment variable, ``file:/run/secrets/x`` for a file,
``file:x`` for a file in ``$CREDENTIALS_DIRECTORY`` (systemd's ``LoadCredential=``). Nothing here ever puts a secret's
value into a message or a ``repr``; a text that may hold one by accident goes through a :class:`Redactor`.
"""

from __future__ import annotations

import json
import logging
import os
import re
import stat
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Self
from urllib.parse import quote, quote_plus, unquote, urlsplit

from pydantic_core import CoreSchema, core_schema

from syncd.errors import SettingsError

LITERAL = 'a secret must not stand in the configuration; write where it is kept, "env:NAME" or "file:/path"'
TOO_OPEN = 0o037
"""The permissions that a secret's file should not give: all that is wider than 0640."""
MAX_BYTES = 65_536

_REFERENCE = re.compile(r"(env):([A-Za-z_][A-Za-z0-9_]*)|(file):([^\x00-\x1f]+)")
_SHAPES = re.compile(
    r"\b(?:ghp|gho|ghu|ghs|ghr)_[A-Za-z0-9]{20}|\bgithub_pat_\w{20}|\bglpat-[\w-]{16}"  # code hosts
    r"|\bATATT3[\w=-]{20}|\bxox[abposr]-[\w-]{10}|hooks\.slack\.com/(?:services|workflows|triggers)/\w"
    r"|\bAKIA[A-Z0-9]{16}\b|-----BEGIN [A-Z ]*PRIVATE KEY|[?&]sig=[\w%-]{20}"
    r"|\b[a-z][a-z0-9+.-]*://[^\s/:@]*:[^\s/@]+@"  # a password in a URL
)

_log = logging.getLogger(__name__)
_told: set[str] = set()
"""What this process has warned of."""


@dataclass(frozen=True, slots=True)
class SecretReference:
    """Where a secret is kept. It holds no value, so showing it is harmless."""

    scheme: str
    """``env`` or ``file``."""
    name: str

    @classmethod
    def parse(cls, written: object) -> Self:
        """The reference as the configuration writes it.

        Raises ValueError without repeating what was written, since that may be the secret itself.
        """
        match = _REFERENCE.fullmatch(written) if isinstance(written, str) else None
        if match is None:
            raise ValueError(LITERAL)
        return cls(scheme=match[1] or match[3], name=match[2] or match[4])

    def resolve(self, environment: Mapping[str, str]) -> str:
        """The secret itself, fetched anew on every call, so that a rotated one is seen.

        One trailing newline is cut, as editors and ``echo`` leave it. Raises SettingsError, naming the reference,
        when it is missing, empty or unreadable; a file that others may read or change is only warned about.
        """
        value, warning = self.fetched(environment)
        if warning and warning not in _told:  # a daemon fetches it again and again
            _told.add(warning)
            _log.warning("%s", warning)
        return value

    def fetched(self, environment: Mapping[str, str]) -> tuple[str, str]:
        """The secret itself, likewise, and what to warn of as a sentence, "" when nothing."""
        value, warning = (self._variable(environment), "") if self.scheme == "env" else self._content(environment)
        value = value.removesuffix("\n").removesuffix("\r")
        if not value.strip():
            raise SettingsError(f"The secret {self} is empty; put the secret there.")
        keep_out(value)
        return value, warning

    def _variable(self, environment: Mapping[str, str]) -> str:
        if self.name not in environment:
            raise SettingsError(f"The secret {self} is missing; set the environment variable {self.name}.")
        return environment[self.name]

    def _content(self, environment: Mapping[str, str]) -> tuple[str, str]:
        path = self._path(environment)
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)  # a named pipe must not hold us up
            with open(descriptor, "rb") as file:
                warning = self._check(os.fstat(descriptor))
                return file.read(MAX_BYTES).decode(), warning
        except FileNotFoundError:
            raise SettingsError(f"The secret {self} is missing; there is no file {path}.") from None
        except UnicodeDecodeError:
            raise SettingsError(f"The secret {self} is not text in UTF-8; write it anew.") from None
        except OSError as error:
            raise SettingsError(
                f"The secret {self} cannot be read: {error.strerror}. Let the user that runs syncd read {path}."
            ) from None

    def _path(self, environment: Mapping[str, str]) -> Path:
        path = Path(self.name)
        if path.is_absolute():
            return path
        if ".." in path.parts:
            raise SettingsError(f"The secret {self} leaves the folder of credentials; write an absolute path.")
        if not environment.get("CREDENTIALS_DIRECTORY"):
            raise SettingsError(
                f"The secret {self} is looked up in $CREDENTIALS_DIRECTORY, which is not set; "
                "write an absolute path, or start syncd with systemd's LoadCredential=."
            )
        return Path(environment["CREDENTIALS_DIRECTORY"]) / path

    def _check(self, status: os.stat_result) -> str:
        if not stat.S_ISREG(status.st_mode):
            raise SettingsError(f"The secret {self} is not a regular file; name the file that holds it.")
        if status.st_size > MAX_BYTES:
            raise SettingsError(f"The secret {self} is larger than {MAX_BYTES} bytes; name the file that holds it.")
        mode = stat.S_IMODE(status.st_mode)
        open_to_all = f"The secret {self} may be read or changed by others (mode {mode:04o}); run chmod 0640."
        return open_to_all if mode & TOO_OPEN else ""

    def __str__(self) -> str:
        return f"{self.scheme}:{self.name}"

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: object, _handler: object) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls.parse,
            serialization=core_schema.to_string_ser_schema(),
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, _schema: object, _handler: object) -> dict[str, object]:
        return {"type": "string", "pattern": "^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+)$", "examples": ["env:JIRA_TOKEN"]}


def looks_secret(text: str) -> bool:
    """Whether a text has the shape of a well-known kind of token, or is a URL with a password in it."""
    return _SHAPES.search(text) is not None


class Redactor:
    """Replaces known secrets in any text, by value.

    Besides the value itself it knows the forms in which libraries and logs repeat it: base64 (at any offset, so also
    inside ``Authorization: Basic``), quoted for a URL, escaped in JSON, single lines of a private key, the path of a
    secret URL.
    """

    REPLACEMENT = "[secret]"

    def __init__(self, secrets: Iterable[str]) -> None:
        """``secrets`` are the resolved values; empty ones are left out."""
        forms = {form for secret in secrets for form in _forms(secret) if form}
        longest_first = sorted(forms, key=lambda form: (-len(form), form))
        self._pattern = re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")

    def redact(self, text: str) -> str:
        """The text with every known secret replaced."""
        return self._pattern.sub(self.REPLACEMENT, text)

    def __repr__(self) -> str:
        return "Redactor(…)"


_held: set[str] = set()
"""Every secret that this process ever had: all that a traceback could show."""


def keep_out(secret: str) -> None:
    """From now on :func:`redacted` knows this text as a secret."""
    _held.add(secret)


def redacted(text: str) -> str:
    """The text without any secret that this process ever fetched, also one that was changed since."""
    return _redactor(frozenset(_held)).redact(text)


@lru_cache(maxsize=1)
def _redactor(secrets: frozenset[str]) -> Redactor:
    return Redactor(secrets)


_SHORT = 6
"""Derived forms below this length are not looked for: they would be found everywhere and give nothing away."""


def _forms(secret: str) -> Iterator[str]:
    yield secret
    yield from (form for form in _derived(secret) if len(form) >= _SHORT)


def _derived(secret: str) -> Iterator[str]:
    yield from secret.splitlines()
    yield from _paths(secret)
    yield from _base64(secret.encode())
    for escaped in (json.dumps(secret), json.dumps(secret, ensure_ascii=False), repr(secret)):
        yield escaped[1:-1]
    for quoted in (quote(secret), quote(secret, safe=""), quote_plus(secret)):
        yield quoted
        yield re.sub(r"%[0-9A-F]{2}", lambda found: found[0].lower(), quoted)


def _paths(secret: str) -> Iterator[str]:
    """The parts of a secret address that are secret in themselves."""
    if "://" not in secret:
        return
    try:
        url = urlsplit(secret)
    except ValueError:
        return
    if url.scheme in ("https", "http"):
        yield from (url.path, f"{url.path}?{url.query}", url.query)
    if url.password:
        yield from (url.password, unquote(url.password))


def _base64(secret: bytes) -> Iterator[str]:
    # Base64 packs three bytes into four characters, so the same secret looks different at each of three offsets.
    # The characters at both ends also depend on the neighbours and are left out.
    for offset in range(3):
        packed = b64encode(bytes(offset) + secret).decode()
        own = packed[-(-offset * 8 // 6) : (offset + len(secret)) * 8 // 6]
        yield own
        yield own.translate(str.maketrans("+/", "-_"))
