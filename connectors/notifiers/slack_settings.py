"""What a configuration says about a channel of Slack's."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from syncd.secrets import SecretReference


class SlackSettings(BaseModel):
    """One ``[teams.NAME.notifiers.NAME]`` of kind ``slack``: an incoming webhook, which posts to one channel."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, use_attribute_docstrings=True)

    kind: Literal["slack"] = "slack"
    webhook: SecretReference
    """The address of the incoming webhook, which is a secret, as `env:NAME` or `file:PATH`."""
