"""Mail, handed to a server of one's own (RFC 5321), one envelope for each recipient."""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from connectors.clients.delivery import resolved, unknown, words
from connectors.clients.mail_message import compose
from connectors.clients.mail_session import DEADLINE, Lost, MailSession, NoEncryption
from connectors.notifiers.smtp_settings import SmtpSettings, is_address
from syncd.errors import DeliveryDeferred, DeliveryError, DeliveryRefused
from syncd.ports import Clock, Finding, Format, Level, Payload

_QUEUED = re.compile(r"queued (?:mail )?(?:as|for delivery)?[ :]*([\w.+-]+)", re.IGNORECASE)


class SmtpNotifier:
    """One account at a mail server; keeps the promises of :class:`syncd.ports.Notifier`.

    ``secret`` fetches the password when it is first needed; it is left out where the server asks for none. ``tls`` says
    whom to trust; left out, the usual authorities. A mail may be repeated: its Message-ID tells that it is the same.
    """

    format = Format.MAIL
    repeatable = True

    def __init__(
        self,
        *,
        settings: SmtpSettings,
        secret: Callable[[], str] | None = None,
        clock: Clock,
        deadline: float = DEADLINE,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._settings = settings
        self._secret = secret
        self._clock = clock
        self._deadline = deadline
        self._tls = tls

    @property
    def recipients(self) -> tuple[str, ...]:
        """The addresses in ``to``."""
        return self._settings.to

    def send(self, recipient: str, payload: Payload, *, key: str) -> str:
        """Hand the mail over; the id in the server's queue, where it names one."""
        if not is_address(recipient):
            raise DeliveryRefused(f"{words(recipient)!r} is not a mail address; correct it in the configuration.")
        settings, password = self._settings, self._password()
        message = compose(
            payload, sender=settings.sender, recipient=recipient, reply_to=settings.reply_to, sent=self._clock()
        )
        mail = message.as_bytes()
        with self._explained(recipient, password), self._session(password) as session:
            session.announce(settings.sender_address, recipient, size=len(mail))
            queued = _QUEUED.search(session.hand_over(mail))
        return queued[1] if queued else ""

    def check(self) -> Sequence[Finding]:
        """Log in, and name each envelope without a mail in it."""
        found: list[Finding] = []
        try:
            with self._explained("", password := self._password()), self._session(password) as session:
                known = f" as {self._settings.user}" if password else ""
                found.append(Finding(Level.OK, "log-in", f"{self._settings.host} takes us in{known}."))
                found += [self._tried(session, recipient) for recipient in self.recipients]
        except DeliveryError as error:
            found.append(self._wrong("conversation", error))
        return found

    def _tried(self, session: MailSession, recipient: str) -> Finding:
        about = f"recipient {recipient}"
        try:
            session.announce(self._settings.sender_address, recipient)
        except smtplib.SMTPResponseException as error:
            return self._wrong(about, self._by_code(error, recipient, password=""))
        finally:
            session.forget()
        return Finding(Level.OK, about, f"{self._settings.host} takes mail for {recipient}.")

    def _wrong(self, about: str, error: DeliveryError) -> Finding:
        if isinstance(error, NotKnown):
            cure = f"Put the right password where {self._settings.password} is kept."
            return Finding(Level.AUTHENTICATION, about, str(error), cure)
        again = "" if isinstance(error, DeliveryRefused) else ", or run syncd doctor again later"
        return Finding(Level.FAILURE, about, str(error), f"Correct the notifier in the configuration{again}.")

    @contextmanager
    def _session(self, password: str | None) -> Iterator[MailSession]:
        settings = self._settings
        with MailSession(
            settings.host,
            settings.port,
            security=settings.security,
            name=settings.sender_domain,
            deadline=self._deadline,
            tls=self._tls,
        ) as session:
            if settings.user is not None and password is not None:
                session.log_in(settings.user, password)
            yield session

    def _password(self) -> str | None:
        return None if self._secret is None or self._settings.user is None else resolved(self._secret)

    # --- what failures mean -----------------------------------------------------------------------------------------

    @contextmanager
    def _explained(self, recipient: str, password: str | None) -> Iterator[None]:
        try:
            yield
        except (smtplib.SMTPException, OSError, UnicodeError) as error:
            raise self._meaning(error, recipient, password or "") from None  # the cause may hold the password

    def _meaning(self, error: Exception, recipient: str, password: str) -> DeliveryError:
        host = self._settings.host
        if isinstance(error, Lost):
            return unknown(f"{host} was sent the mail for {recipient}, but did not say whether it took it")
        if isinstance(error, smtplib.SMTPResponseException) and error.smtp_code > 0:
            return self._by_code(error, recipient, password=password)
        if reason := next((reason for kinds, reason in _FOR_EVER if isinstance(error, kinds)), ""):
            return DeliveryRefused(f"{host} was told no mail: {reason}.")
        cause = error.__context__ if isinstance(error, smtplib.SMTPServerDisconnected) else error
        reason = next((reason for kinds, reason in _FOR_NOW if isinstance(cause, kinds)), "it broke the connection")
        return DeliveryDeferred(f"{host} was given no mail: {reason}.")

    def _by_code(self, error: smtplib.SMTPResponseException, recipient: str, *, password: str) -> DeliveryError:
        written = error.smtp_error
        text = written.decode("utf-8", "replace") if isinstance(written, bytes) else written
        said = f"{error.smtp_code} {words(text, hidden=password)}".rstrip()
        what = f"the mail for {recipient}" if recipient else "us"
        if not 500 <= error.smtp_code < 600:
            return DeliveryDeferred(f"{self._settings.host} does not take {what} now: {said}.")
        if isinstance(error, smtplib.SMTPAuthenticationError):
            return NotKnown(f"{self._settings.host} does not take our user and password: {said}. Correct them.")
        return DeliveryRefused(f"{self._settings.host} refused {what}: {said}.")


class NotKnown(DeliveryRefused):
    """The server does not take our user and password."""


_FOR_EVER: tuple[tuple[type[Exception], str], ...] = (
    (
        NoEncryption,
        "it offers no STARTTLS, and mail is not sent in the clear unless `security` says so; "
        'try security = "tls" with port = 465, or ask whose server it is',
    ),
    (smtplib.SMTPNotSupportedError, "it lets nobody log in on this connection; check `port`, `security` and `user`"),
    (UnicodeError, "a user and a password of other than ASCII characters cannot be said; choose others"),
)
_FOR_NOW: tuple[tuple[type[Exception], str], ...] = (
    (
        ssl.SSLCertVerificationError,
        "its certificate is not trusted; have it renewed, or let SSL_CERT_FILE name a file with its authority",
    ),
    (ssl.SSLError, "there is no secure connection to it; check `port` and `security`"),
    (socket.gaierror, "the name of its host is not known; check `host` and the network"),
    (ConnectionRefusedError, "its host refuses connections; check `host` and `port`, and that the service runs"),
    (smtplib.SMTPResponseException, "its answer is none of a mail server; check `port` and `security`"),
    (TimeoutError, "it took too long to answer; check `host` and `port`"),
)
