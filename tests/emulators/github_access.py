"""Who asks, and what they may do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from tests.emulators.github_replies import Refusal, not_found
from tests.emulators.github_state import ROLES, Repository, User, World

_ACCESSIBLE_BY = {"fine-grained": "personal access token", "installation": "integration"}


@dataclass(frozen=True)
class Token:
    """A token of one of three kinds: classic, fine-grained or installation (of a GitHub App).

    `scopes` count for classic ones, `issues` (write, read or none) and `repositories` (ids, None for all) for the
    others. Without `sso` the organization has not admitted the token.
    """

    value: str
    login: str
    kind: str = "classic"
    scopes: tuple[str, ...] = ("repo",)
    issues: str = "write"
    repositories: frozenset[int] | None = None
    expires_at: datetime | None = None
    sso: bool = True
    revoked: bool = False

    @property
    def headers(self) -> dict[str, str]:
        """What every reply to this token tells about it."""
        headers: dict[str, str] = {}
        if self.kind == "classic":
            headers |= {"x-oauth-scopes": ", ".join(self.scopes), "x-accepted-oauth-scopes": "repo"}
        if self.expires_at is not None:
            headers["github-authentication-token-expiration"] = self.expires_at.strftime("%Y-%m-%d %H:%M:%S UTC")
        return headers


@dataclass(frozen=True)
class Caller:
    """The account and the token of one request."""

    user: User
    token: Token

    def rank(self, repository: Repository) -> int:
        """0 without a role, then 1 for read to 5 for admin."""
        role = repository.roles.get(self.user.login)
        return ROLES.index(role) + 1 if role else 0

    def can(self, role: str, repository: Repository) -> bool:
        """Whether the account has at least this role."""
        return self.rank(repository) > ROLES.index(role)

    def sees(self, repository: Repository) -> bool:
        """Whether the repository exists for this caller."""
        if not repository.readable:
            return False
        return not repository.private or (self.rank(repository) > 0 and self._covers_private(repository))

    def _covers_private(self, repository: Repository) -> bool:
        if self.token.kind == "classic":
            return "repo" in self.token.scopes
        return self.token.repositories is None or repository.id in self.token.repositories

    def refuse_unless_admitted(self, repository: Repository) -> None:
        """403 while the organization's single sign-on does not know the token."""
        if not self.token.sso:
            place = f"required; url=https://github.com/orgs/{repository.owner}/sso"
            raise Refusal(403, "Resource protected by organization SAML enforcement.", headers={"x-github-sso": place})

    def refuse_unless_issues(self, access: str, repository: Repository) -> None:
        """The token's own limits on issues, whatever its owner may do."""
        token = self.token
        if token.kind == "classic":
            if access == "write" and not {"repo", "public_repo"} & set(token.scopes):
                raise not_found()
            return
        covered = token.repositories is None or repository.id in token.repositories
        reads = covered or not repository.private
        if not (covered and token.issues == "write") and not (access == "read" and reads and token.issues != "none"):
            needed = {"x-accepted-github-permissions": f"issues={access}"}
            raise Refusal(403, f"Resource not accessible by {_ACCESSIBLE_BY[token.kind]}", headers=needed)


def authenticate(headers: Mapping[str, str], tokens: Mapping[str, Token], world: World) -> Caller:
    """The caller of an `Authorization: token X` or `Bearer X`; anybody else gets 401."""
    if "authorization" not in headers:
        raise Refusal(401, "Requires authentication")
    scheme, _, value = headers["authorization"].partition(" ")
    token = tokens.get(value) if scheme.lower() in ("token", "bearer") else None
    if token is None or token.revoked or (token.expires_at is not None and token.expires_at <= world.now()):
        raise Refusal(401, "Bad credentials")
    return Caller(world.user(token.login), token)
