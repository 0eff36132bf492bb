"""What a ``[teams.NAME.trackers.NAME]`` of kind ``github`` says."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PositiveInt

from syncd.secrets import SecretReference

REPOSITORY = r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+"


def _without_slash(url: str) -> str:
    if url.rstrip("/").endswith("://github.com"):
        raise ValueError('the API of GitHub.com is at "https://api.github.com"')
    return url.rstrip("/")


class GitHubTrackerSettings(BaseModel):
    """One ``[teams.NAME.trackers.NAME]`` of kind ``github``: issues of one repository."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, use_attribute_docstrings=True)

    kind: Literal["github"] = "github"
    api_url: Annotated[
        str,
        Field(pattern=r"^https?://[^\s/?#@]+(/[^\s?#@]*)?$", examples=["https://HOST/api/v3"]),
        AfterValidator(_without_slash),
    ] = "https://api.github.com"
    """Where the API is; on an Enterprise Server `https://HOST/api/v3`."""
    repository: Annotated[str, Field(pattern=rf"^{REPOSITORY}$", examples=["acme/web"])]
    """`owner/name` of the repository that gets the issues."""
    token: SecretReference
    """A token that may read and write the repository's issues; fine-grained: Issues read and write, Metadata read."""
    labels: tuple[str, ...] = ("postmortem",)
    """Labels of each issue, beside its severity, type and date and `syncd`; missing ones are made."""
    parent: PositiveInt | Annotated[str, Field(pattern=rf"^(({REPOSITORY})?#)?[1-9][0-9]*$")] | None = None
    """An issue, `12` or `owner/name#12`, under which each new one is put as a sub-issue."""
