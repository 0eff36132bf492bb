"""A digest as a mail: HTML that old and new mail programs show alike, its plain-text twin, and its headers.

One column of tables, at most 600 pixels; no image, no script, no font from elsewhere; under 90 KB, since Gmail clips
a message near 102 KB.
"""

from __future__ import annotations

from css_inline import CSSInliner

from syncd.core.digest import Digest, DigestKind
from syncd.ports import Payload
from syncd.render.fitting import fitting
from syncd.render.ics import invitation
from syncd.render.message import Message, message
from syncd.render.rendering import Rendering
from syncd.render.templating import filled
from syncd.render.text import body

MAX_HTML = 90_000
"""Bytes."""
_INLINER = CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)


def mail(digest: Digest, settings: Rendering) -> Payload:
    """What an SMTP notifier sends; a review brings an invitation along."""
    words, html = fitting(digest, lambda part: _page(part, settings), _fits)
    payload: dict[str, object] = {
        "subject": words.subject,
        "html": html,
        "text": body(words, settings),
        "message_id": settings.message_id,
        "references": settings.root(digest.team, digest.day),
        "list_id": settings.list_id(digest.team),
        "unsubscribe": settings.unsubscribe(digest.team),
    }
    if digest.kind is DigestKind.REVIEW:
        payload["calendar"] = invitation(digest, settings)
    return payload


def _page(digest: Digest, settings: Rendering) -> tuple[Message, str]:
    words = message(digest, settings)
    return words, _INLINER.inline(filled("mail.html.j2", folder=settings.templates, m=words))


def _fits(page: tuple[Message, str]) -> bool:
    return len(page[1].encode()) < MAX_HTML
