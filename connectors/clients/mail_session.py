"""A conversation with a mail server over ``smtplib``: it ends in time, keeps no endless reply, and says nothing in the
clear that should not be."""

from __future__ import annotations

import contextlib
import io
import smtplib
import socket
import ssl
import time
from types import TracebackType
from typing import Literal, Self

DEADLINE = 60.0
"""Seconds for a whole conversation. A server that greets us late, as some do to strangers, still has time for it."""
CONNECT = 10.0
"""Seconds for a connection to one address of the host."""
MAX_BYTES = 262_144
"""So much may a server say in one conversation."""

_PIECE = 16_384

Security = Literal["starttls", "tls", "none"]


class NoEncryption(smtplib.SMTPException):
    """The server offers no STARTTLS; nothing but a greeting was said."""


class Lost(smtplib.SMTPException):
    """The mail was being handed over, and the server did not say whether it took it."""


class MailSession:
    """An open conversation, from the greeting to QUIT; to be used in a ``with``.

    Its methods raise OSError and what ``smtplib`` raises: SMTPResponseException holds the server's words, anything else
    means that the server did not take the mail, except :class:`Lost`.
    """

    def __init__(
        self, host: str, port: int, *, security: Security, name: str, deadline: float, tls: ssl.SSLContext | None
    ) -> None:
        """``name`` is what we call ourselves in EHLO; ``tls`` whom to trust, the usual authorities when left out."""
        self._host = host
        self._port = port
        self._security = security
        self._client = _Client(name, end=time.monotonic() + deadline)
        self._tls = tls

    def __enter__(self) -> Self:
        try:
            self._open()
        except BaseException:
            self._client.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        try:
            if error is None or isinstance(error, smtplib.SMTPResponseException):  # else there is nobody to tell
                with contextlib.suppress(smtplib.SMTPException, OSError):
                    self._client.quit()
        finally:
            self._client.close()

    def log_in(self, user: str, password: str) -> None:
        """Say who we are."""
        self._client.login(user, password)

    def announce(self, sender: str, recipient: str, *, size: int = 0) -> None:
        """Name the envelope; the server may refuse either address, or the size in bytes."""
        options = [f"SIZE={size}"] if size and self._client.has_extn("size") else []
        _expect(self._client.mail(sender, options))
        _expect(self._client.rcpt(recipient))

    def forget(self) -> None:
        """Take the envelope back."""
        self._client.rset()

    def hand_over(self, mail: bytes) -> str:
        """Send the mail; the server's words when it takes it. Raises Lost when it may have taken it."""
        try:
            code, words = self._client.data(mail)
        except smtplib.SMTPDataError:
            raise  # the command was refused, before a word of the mail
        except OSError as error:
            raise Lost from error
        if code // 100 not in (2, 4, 5):
            raise Lost
        return _expect((code, words))

    def _open(self) -> None:
        _expect(self._client.open(self._host, self._port, tls=self._context() if self._security == "tls" else None))
        self._greet()
        if self._security == "starttls":
            if not self._client.has_extn("starttls"):
                raise NoEncryption
            _expect(self._client.docmd("STARTTLS"))
            self._client.encrypt(self._context(), self._host)
            self._greet()

    def _greet(self) -> None:
        self._client.ehlo_or_helo_if_needed()

    def _context(self) -> ssl.SSLContext:
        return self._tls or ssl.create_default_context()


def _expect(reply: tuple[int, bytes]) -> str:
    code, words = reply
    if not 200 <= code < 300:
        raise smtplib.SMTPResponseException(code, words)
    return words.decode("utf-8", "replace")


class _Client(smtplib.SMTP):
    """Every wait is at most as long as what is left of the conversation."""

    def __init__(self, name: str, *, end: float) -> None:
        super().__init__(local_hostname=name)  # without a host it connects to nothing
        self._end = end

    def left(self) -> float:
        """The seconds left, more than 0. Raises TimeoutError when there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError("the time for the whole conversation is over")
        return left

    def open(self, host: str, port: int, *, tls: ssl.SSLContext | None) -> tuple[int, bytes]:
        """Connect, and hear the greeting."""
        self.sock = socket.create_connection((host, port), min(CONNECT, self.left()))
        if tls is not None:
            self.encrypt(tls, host)
        return self.getreply()

    def encrypt(self, context: ssl.SSLContext, host: str) -> None:
        """Speak TLS from here on, and forget what the server said before (RFC 3207, 4.2)."""
        assert self.sock is not None
        self.sock.settimeout(self.left())
        self.sock = context.wrap_socket(self.sock, server_hostname=host)
        if self.file is not None:
            self.file.close()
        self.file = None
        self.helo_resp = self.ehlo_resp = None
        self.esmtp_features = {}
        self.does_esmtp = False

    def getreply(self) -> tuple[int, bytes]:
        """The next reply of the server."""
        if self.file is None and self.sock is not None:
            self.file = io.BufferedReader(_Hearing(self.sock, self))
        return super().getreply()

    def send(self, s: object) -> None:
        """Send it in pieces, each in the time that is left: over TLS a socket's timeout is for one record."""
        data = s.encode(self.command_encoding) if isinstance(s, str) else bytes(s)  # type: ignore[call-overload]
        for start in range(0, len(data), _PIECE):
            if self.sock is not None:
                self.sock.settimeout(self.left())
            super().send(data[start : start + _PIECE])


class _Hearing(io.RawIOBase):
    """What a server says, as long as there is time, and not without end."""

    def __init__(self, sock: socket.socket, client: _Client) -> None:
        self._sock = sock
        self._client = client
        self._room = MAX_BYTES

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        self._sock.settimeout(self._client.left())
        count = self._sock.recv_into(buffer)
        self._room -= count
        if self._room < 0:
            raise OSError("the server says too much")
        return count
