"""What a configuration says about a webhook of one's own."""

from __future__ import annotations

import re
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, model_validator

from syncd.secrets import SecretReference, looks_secret


def _address(written: str) -> str:
    if not re.fullmatch(r"(?i)https?://[^\s/?#@\\]+(?:[/?][!-~]*)?", written, re.ASCII) or "#" in written:
        raise ValueError("must be an address such as https://example.com/hook, without a user in it")
    if looks_secret(written):
        raise ValueError("must not hold a secret: everybody who reads the configuration sees it")
    return written


Address: TypeAlias = Annotated[str, AfterValidator(_address)]


class WebhookSettings(BaseModel):
    """One ``[teams.NAME.notifiers.NAME]`` of kind ``webhook``: a program of one's own that gets signed JSON."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, use_attribute_docstrings=True)

    kind: Literal["webhook"] = "webhook"
    url: Address
    """Where each message is posted: `https://example.com/hook`. A redirect is not followed."""
    secret: SecretReference
    """What messages are signed with (Standard Webhooks), as `env:NAME` or `file:PATH`: `whsec_` and base64, or a text
    of 24 characters or more."""
    allow_private: bool = False
    """The address is within your own network, where `http://` will do; else it has to be one in the internet."""

    @model_validator(mode="after")
    def _encrypted(self) -> WebhookSettings:
        if not self.allow_private and not self.url.lower().startswith("https://"):
            raise ValueError("url: must begin with https://; only within your own network (allow_private) http will do")
        return self
