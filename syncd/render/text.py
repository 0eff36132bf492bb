"""A digest as plain text: a mail's twin, and what services without a form of their own get."""

from __future__ import annotations

import re

from syncd.core.digest import Digest
from syncd.ports import Payload
from syncd.render.message import Message, message
from syncd.render.rendering import Rendering
from syncd.render.templating import filled

_GAPS = re.compile("\n{3,}")
_TRAILING = re.compile("(?<!^--) +$", re.MULTILINE)
"""But the blank that makes ``-- `` the beginning of a signature."""


def text(digest: Digest, settings: Rendering) -> Payload:
    """``title`` and ``body``."""
    words = message(digest, settings)
    return {"title": words.subject, "body": body(words, settings)}


def body(words: Message, settings: Rendering) -> str:
    """Lines of at most 78 columns (URLs are not broken), one empty line at most between two."""
    filling = filled("digest.txt.j2", folder=settings.templates, m=words)
    return _GAPS.sub("\n\n", _TRAILING.sub("", filling)).strip("\n") + "\n"
