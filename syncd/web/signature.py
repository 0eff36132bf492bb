"""Whether a webhook was sent by who knows the secret: HMAC-SHA256 over the bytes that came, before anything is read.

GitHub: https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
Jira: https://developer.atlassian.com/cloud/jira/platform/webhooks/#secure-admin-webhooks
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence

_SIGNATURE = re.compile(rb"sha256=([0-9a-fA-F]{64})")


def signed(body: bytes, signatures: Sequence[bytes], secrets: Iterable[str]) -> bool:
    """Whether the one signature is that of the body under one of the secrets; how long that takes tells nothing."""
    match = _SIGNATURE.fullmatch(signatures[0]) if len(signatures) == 1 else None
    if match is None:
        return False
    given = bytes.fromhex(match[1].decode("ascii"))
    found = [hmac.compare_digest(given, _digest(body, secret)) for secret in secrets if secret]
    return any(found)


def _digest(body: bytes, secret: str) -> bytes:
    return hmac.new(secret.encode(), body, hashlib.sha256).digest()
