"""Who may read: by the name under which we are called, and by the token."""

from __future__ import annotations

import hmac
from base64 import b64decode
from collections.abc import Iterable, Sequence
from ipaddress import ip_address

from syncd.settings.values import Address

LOOPBACK = frozenset(("localhost", "127.0.0.1", "::1"))
_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - compared with, not listened on


def host_of(values: Sequence[bytes]) -> str | None:
    """The name in the one ``Host`` header, without its port; None when it is missing, doubled or no name."""
    if len(values) != 1:
        return None
    text = values[0].decode("latin-1").strip().lower()
    if text.startswith("["):
        name, closing, port = text[1:].partition("]")
        port = port.removeprefix(":") if closing else "?"
    else:
        name, _, port = text.partition(":")
    fit = name and name.isascii() and not set(name) & set("/\\@?#%,; \t") and (not port or port.isdecimal())
    return name.rstrip(".") if fit else None


def expected(host: str, listen: Address, more: Iterable[str] = ()) -> bool:
    """Whether it is one of our names. A page elsewhere that has its own name point to us (DNS rebinding) has none.

    Who listens on all addresses is called by any of them: a number cannot be made to point elsewhere.
    """
    if host in LOOPBACK or host in {listen.host.lower(), *(name.lower() for name in more)}:
        return True
    return listen.host in _EVERYWHERE and _is_number(host)


def presented(values: Sequence[bytes]) -> bytes | None:
    """The token in the one ``Authorization`` header: ``Bearer``, or the password of ``Basic`` whatever the user."""
    if len(values) != 1:
        return None
    scheme, _, rest = values[0].partition(b" ")
    if scheme.lower() == b"bearer":
        return rest.strip()
    if scheme.lower() != b"basic":
        return None
    try:
        _, colon, password = b64decode(rest.strip(), validate=True).partition(b":")
    except ValueError:
        return None
    return password if colon else None


def same(one: bytes | None, other: str) -> bool:
    """Whether it is that secret; how long the comparison takes tells nothing."""
    return hmac.compare_digest(one or b"", other.encode()) and bool(other)


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
