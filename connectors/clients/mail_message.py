"""A mail, from its payload: MIME as readers of mail take it, with headers that no value can break."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime, parseaddr

from syncd.ports import Payload

POLICY = SMTP.clone(cte_type="7bit")
"""Lines end with CRLF, and no server on the way needs to know more than ASCII."""

_METHOD = re.compile(r"^METHOD:([A-Za-z-]+)\s*$", re.MULTILINE)
"""What a calendar asks for has to be told outside of it, too (RFC 6047, 2.4)."""


def compose(payload: Payload, *, sender: str, recipient: str, reply_to: str | None, sent: datetime) -> EmailMessage:
    """The mail to one recipient: text, HTML and, with ``calendar``, an invitation that readers of mail offer to accept.

    ``sender`` and ``reply_to`` are addresses with or without a name, ``sent`` is aware. It says by RFC 3834 and by
    Exchange's X-Auto-Response-Suppress that no machine should answer it.
    """
    message = EmailMessage(policy=POLICY)
    message["From"] = _person(sender)
    message["To"] = _person(recipient)
    if reply_to:
        message["Reply-To"] = _person(reply_to)
    message["Subject"] = _Words("Subject", _line(payload.get("subject")))
    message["Date"] = format_datetime(sent)
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    for name, value in _tokens(payload).items():
        if value:
            message[name] = _Tokens(name, value)
    _fill(message, payload)
    return message


def _tokens(payload: Payload) -> Mapping[str, str]:
    references = _ids(payload.get("references"))
    return {
        "Message-ID": _ids(payload.get("message_id")),
        "In-Reply-To": references.rpartition(" ")[2],
        "References": references,
        "List-Id": _bracketed(_ascii(payload.get("list_id"))),
        "List-Unsubscribe": _bracketed(_ascii(payload.get("unsubscribe"))),
    }


def _fill(message: EmailMessage, payload: Payload) -> None:
    message.set_content(_text(payload.get("text")))
    message.add_alternative(_text(payload.get("html")), subtype="html")
    if calendar := _text(payload.get("calendar")):
        method = _METHOD.search(calendar)
        message.add_alternative(calendar, subtype="calendar", params={"method": method[1]} if method else {})
        message.add_attachment(calendar.encode(), maintype="application", subtype="ics", filename="invitation.ics")


# --- values ---------------------------------------------------------------------------------------------------------


class _Tokens(str):
    """The value of a header that is told to machines: it is folded only at blanks and never encoded.

    Python's own headers encode a word that is longer than a line, and nobody decodes an encoded message id.
    """

    name: str

    def __new__(cls, name: str, value: str) -> _Tokens:
        tokens = super().__new__(cls, value)
        tokens.name = name
        return tokens

    def fold(self, *, policy: EmailPolicy) -> str:
        """The header as it stands in the mail; what :mod:`email.policy` asks of a header."""
        return f"{self.name}: {f'{policy.linesep} '.join(self.split(' '))}{policy.linesep}"


class _Words(_Tokens):
    """The value of a header that people read: blanks between its words come back as they were.

    Python's newer headers lose or double them where a line ends between words of which some are not ASCII.
    """

    def fold(self, *, policy: EmailPolicy) -> str:
        charset = "us-ascii" if self.isascii() else "utf-8"
        encoded = Header(self, charset, header_name=self.name).encode(linesep=policy.linesep)
        return f"{self.name}: {encoded}{policy.linesep}"


def _person(written: str) -> Address:
    name, address = parseaddr(_line(written))
    return Address(display_name=name, addr_spec=address)


def _text(value: object) -> str:
    return "" if value is None else str(value).encode("utf-8", "replace").decode()


def _line(value: object) -> str:
    """One line without control characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in _text(value)).split())


def _ascii(value: object) -> str:
    return " ".join("".join(c for c in _line(value) if c.isascii()).split())


def _bracketed(value: str) -> str:
    return f"<{value}>" if value and not value.endswith(">") else value


def _ids(value: object) -> str:
    """Message ids, each in its angles, with a blank between; given as one text or as several."""
    written = value if isinstance(value, list | tuple) else [value]
    return " ".join(_bracketed(one) for text in written for one in _ascii(text).split())
