"""What a configuration says about mail."""

from __future__ import annotations

import re
from email.utils import parseaddr
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from syncd.secrets import SecretReference

HERE = ("localhost", "127.0.0.1", "::1")

_ADDRESS = re.compile(r"""[^\s@<>"(),:;\\\[\]]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?""", re.ASCII)


def is_address(written: str) -> bool:
    """Whether this is a mail address that every server takes: ASCII, nothing quoted, no name beside it."""
    return written.isascii() and written.isprintable() and _ADDRESS.fullmatch(written) is not None


def _address(written: str) -> str:
    if not is_address(written):
        raise ValueError("must be a mail address, such as payments@example.com (a domain of other letters as xn--…)")
    return written


def _named(written: str) -> str:
    if not is_address(parseaddr(written)[1]) or not written.isprintable():
        raise ValueError('must be a mail address, with or without a name: "syncd <syncd@example.com>"')
    return written


Text: TypeAlias = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Address: TypeAlias = Annotated[Text, AfterValidator(_address)]
NamedAddress: TypeAlias = Annotated[Text, AfterValidator(_named)]


class SmtpSettings(BaseModel):
    """One ``[teams.NAME.notifiers.NAME]`` of kind ``smtp``: mail, handed to a server of one's own."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, use_attribute_docstrings=True)

    kind: Literal["smtp"] = "smtp"
    host: Annotated[Text, StringConstraints(pattern=r"^[^\s/@]+$"), Field(examples=["smtp.example.com"])]
    """The server that takes mail from you: `smtp.example.com`."""
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    """Its port: 587 for `starttls`, 465 for `tls`, 25 within your own network."""
    security: Literal["starttls", "tls", "none"] = "starttls"
    """`starttls`, or `tls` from the first byte. `none`: everybody on the way can read the mail."""
    user: Text | None = None
    """Whom the server knows us as; left out where it asks nobody."""
    password: SecretReference | None = None
    """The password of the user, as `env:NAME` or `file:PATH`."""
    sender: NamedAddress = Field(alias="from")
    """Whom the mail is from: `syncd <syncd@example.com>`. Mail that comes back goes to this address."""
    reply_to: NamedAddress | None = None
    """Where answers go; left out: to `from`."""
    to: tuple[Address, ...] = ()
    """Who gets each digest; each address gets a mail of its own."""
    to_owners: bool = False
    """Each owner of items also gets their part, at the address that `owners` gives."""

    @property
    def sender_address(self) -> str:
        """The address in `from`, without the name."""
        return parseaddr(self.sender)[1]

    @property
    def sender_domain(self) -> str:
        """The domain of that address."""
        return self.sender_address.rpartition("@")[2]

    @model_validator(mode="after")
    def _consistent(self) -> SmtpSettings:
        if (self.user is None) != (self.password is None):
            raise ValueError("user and password: give both, or none")
        if self.user is not None and self.security == "none" and self.host not in HERE:
            raise ValueError("security: a password is only sent encrypted; write starttls or tls")
        if not self.to and not self.to_owners:
            raise ValueError("to: name who gets the mail, or set to_owners = true")
        return self
