"""A mail server on loopback (aiosmtpd) that refuses, defers and drops as it is told.

    with SmtpServer() as server:
        server.answers["RCPT"] = "451 4.7.1 Greylisted, come again"
        ...
        assert server.mails == []

What it says to a verb stands in ``answers``, to one recipient in ``recipients``; else it takes everything.
"""

from __future__ import annotations

import asyncio
import ssl
import threading
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP as POLICY
from types import TracebackType
from typing import Any, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.canary import TOLD, canary
from tests.emulators.certificate import serving

USER, PASSWORD = "syncd", canary("password-of-the-mail")
_JOIN_SECONDS = 5.0


@dataclass(frozen=True)
class Mail:
    """One mail that was taken."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes
    encrypted: bool
    user: str | None
    options: tuple[str, ...]

    @property
    def message(self) -> EmailMessage:
        """It as a reader of mail sees it."""
        message = message_from_bytes(self.content, policy=POLICY)
        assert isinstance(message, EmailMessage)
        return message


class SmtpServer:
    """Listens on 127.0.0.1 from the moment it is made until ``close()``."""

    def __init__(self, *, security: str = "starttls", users: bool = True) -> None:
        self.mails: list[Mail] = []
        self.offered = 0
        """How many mails came in whole, taken or not."""
        self.envelopes: list[str] = []
        """Each recipient that was named, and each MAIL and RSET, in order."""
        self.answers: dict[str, str] = {}
        self.recipients: dict[str, str] = {}
        self.drop_after_data = False
        """Take the mail, and hang up instead of saying so."""
        self.hang_after_data = False
        """Take the mail, and say nothing."""
        self.attempts: list[bytes] = []
        self._security = security
        self._users = users
        self._loop = asyncio.new_event_loop()
        self._over = asyncio.Event()
        self._server = self._loop.run_until_complete(self._listen())
        self._thread = threading.Thread(target=self._loop.run_forever, name="emulator smtp", daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.sockets[0].getsockname()[1])

    def close(self) -> None:
        """Stop, and leave no thread or socket."""
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(_JOIN_SECONDS)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_JOIN_SECONDS)
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    async def _listen(self) -> asyncio.Server:
        tls = serving() if self._security == "tls" else None
        return await self._loop.create_server(self._conversation, "127.0.0.1", 0, ssl=tls)

    def _conversation(self) -> SMTP:
        starttls: ssl.SSLContext | None = serving() if self._security == "starttls" else None
        return SMTP(
            self,
            hostname="mx.example.com",
            loop=self._loop,
            tls_context=starttls,
            auth_require_tls=self._security == "starttls",
            authenticator=self._log_in if self._users else None,
            data_size_limit=1_000_000,
        )

    async def _stop(self) -> None:
        self._over.set()
        self._server.close()
        await self._server.wait_closed()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    # --- what aiosmtpd asks -----------------------------------------------------------------------------------------

    def _log_in(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        if "AUTH" in self.answers:
            return AuthResult(success=False, handled=False, message=self.answers["AUTH"])
        if isinstance(data, LoginPassword):
            self.attempts.append(data.password)
            if (data.login, data.password) == (USER.encode(), PASSWORD.encode()):
                return AuthResult(success=True, auth_data=USER)
        return AuthResult(success=False, handled=False)

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.envelopes.append("MAIL")
        if "MAIL" in self.answers:
            return self.answers["MAIL"]
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.envelopes.append(address)
        refused = self.recipients.get(address, self.answers.get("RCPT"))
        if refused is None:
            envelope.rcpt_tos.append(address)
        return refused or "250 OK"

    async def handle_RSET(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.envelopes.append("RSET")
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.offered += 1
        if "DATA" in self.answers:
            return self.answers["DATA"]
        assert envelope.mail_from is not None
        assert isinstance(envelope.content, bytes)
        mail = Mail(
            sender=envelope.mail_from,
            recipients=tuple(envelope.rcpt_tos),
            content=envelope.content,
            encrypted=session.ssl is not None or self._security == "tls",
            user=session.auth_data if session.authenticated else None,
            options=tuple(envelope.mail_options),
        )
        self.mails.append(mail)
        TOLD.look("the head of a mail", str(mail.message.items()))
        for part in mail.message.walk():
            TOLD.look("a mail", part.get_payload(decode=True) or b"")
        if self.drop_after_data:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        if self.hang_after_data:
            await self._over.wait()
        return f"250 2.0.0 Ok: queued as Q{len(self.mails)}"
