"""What a configuration says about one of the services that Apprise knows."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from syncd.secrets import SecretReference


class AppriseSettings(BaseModel):
    """One ``[teams.NAME.notifiers.NAME]`` of kind ``apprise``: any service that Apprise knows, told in plain text."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, use_attribute_docstrings=True)

    kind: Literal["apprise"] = "apprise"
    url: SecretReference
    """One address as Apprise writes it (`ntfy://…`, `matrixs://…`), which is a secret, as `env:NAME` or `file:PATH`."""
