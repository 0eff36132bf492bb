"""What a configuration says about a Jira project."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue, StringConstraints, model_validator

from syncd.core.model import State
from syncd.secrets import SecretReference

OURS = ("project", "issuetype", "summary", "description", "labels", "duedate", "parent")
"""Fields that syncd fills itself; ``fields`` may not name them."""
PRIORITIES: Mapping[str, str] = {"SEV-1": "Highest", "SEV-2": "High", "SEV-3": "Medium", "SEV-4": "Low"}

_KEY = r"[A-Z][A-Z0-9_]*"


def _address(written: str) -> str:
    address = re.fullmatch(r"(?i)(https?)://([^\s/?#@]+)(/[^\s?#]*)?", written)
    if address is None:
        raise ValueError("must be the address of a Jira, such as https://example.atlassian.net, without a user in it")
    path = (address[3] or "").rstrip("/")
    return f"{address[1].lower()}://{address[2].lower()}{path}"


Address: TypeAlias = Annotated[str, AfterValidator(_address)]
Text: TypeAlias = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class JiraTrackerSettings(BaseModel):
    """One ``[teams.NAME.trackers.NAME]`` of kind ``jira``: a project of Jira Cloud or Jira Data Center."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, use_attribute_docstrings=True)

    kind: Literal["jira"] = "jira"
    url: Address
    """Where Jira is, as in the browser before `/browse/`: `https://example.atlassian.net`."""
    deployment: Literal["cloud", "datacenter"] | None = None
    """`cloud` or `datacenter`; asked from the server when left out."""
    user: Text | None = None
    """Cloud: the e-mail address of the account the token belongs to. Left out on Data Center."""
    token: SecretReference
    """Cloud: an API token. Data Center: a personal access token. As `env:NAME` or `file:PATH`."""
    project: Annotated[str, StringConstraints(pattern=rf"^{_KEY}$"), Field(examples=["OPS"])]
    """The key of the project that gets the tickets: `OPS`."""
    issue_type: Text = "Task"
    """The name of the issue type of new tickets, in the language of the project."""
    labels: tuple[Text, ...] = ("postmortem",)
    """Labels of every new ticket, beside severity, type and date. Blanks become hyphens."""
    parent: Annotated[str, StringConstraints(pattern=rf"^{_KEY}-[0-9]+$"), Field(examples=["OPS-100"])] | None = None
    """The key of an epic or another parent for new tickets: `OPS-100`."""
    link_incident: bool = True
    """Link a ticket to the incident's own ticket, or page, when the document names one."""
    fields: Mapping[str, JsonValue] = Field(default_factory=dict)
    """More fields of new tickets, by Jira's ids: `{ customfield_10010 = "SRE" }`."""
    statuses: Mapping[Text, State] = Field(default_factory=dict)
    """What a status means, by its name, where Jira's own category of it is wrong: `{ "In Review" = "in_progress" }`."""
    priorities: Mapping[Text, Text] = Field(default_factory=lambda: dict(PRIORITIES))
    """The name of the priority for each severity: `{ "SEV-1" = "Highest" }`. Empty: none is given."""

    @model_validator(mode="after")
    def _consistent(self) -> JiraTrackerSettings:
        if taken := sorted(set(self.fields) & set(OURS)):
            raise ValueError(f"fields: syncd fills {', '.join(taken)} itself; take it out")
        if self.deployment == "cloud" and self.user is None:
            raise ValueError("user: Jira Cloud needs the e-mail address of the token's account")
        if self.deployment == "datacenter" and self.user is not None:
            raise ValueError("user: a personal access token of Jira Data Center needs none; take it out")
        return self
