"""What a configuration says about a channel or chat of Teams."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from syncd.secrets import SecretReference


class TeamsSettings(BaseModel):
    """One ``[teams.NAME.notifiers.NAME]`` of kind ``teams``: a webhook of a workflow (Power Automate) in Teams."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, use_attribute_docstrings=True)

    kind: Literal["teams"] = "teams"
    webhook: SecretReference
    """The address that the workflow "when a Teams webhook request is received" shows, which is a secret, as `env:NAME`
    or `file:PATH`. The older connectors (`webhook.office.com`) are retired."""
