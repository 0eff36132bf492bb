"""Digests as mails, messages and calendar entries. What a document says is inert in each of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from syncd.core.digest import Digest
from syncd.ports import Format, Payload
from syncd.render.ics import feed as feed
from syncd.render.ics import invitation as invitation
from syncd.render.mail import mail
from syncd.render.rendering import Rendering as Rendering
from syncd.render.slack import slack
from syncd.render.teams import teams
from syncd.render.text import text
from syncd.render.webhook import webhook

_FORMATS: Mapping[Format, Callable[[Digest, Rendering], Payload]] = {
    Format.MAIL: mail,
    Format.SLACK: slack,
    Format.TEAMS: teams,
    Format.WEBHOOK: webhook,
    Format.TEXT: text,
}


def render(digest: Digest, format: Format, *, settings: Rendering) -> Payload:
    """A digest in one format, as JSON values: within the format's limits, and the same for the same arguments.

    Raises SettingsError when a template of one's own is wrong.
    """
    return _FORMATS[format](digest, settings)
