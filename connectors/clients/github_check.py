"""Proving that a repository, a token and what the configuration names would do; nothing is changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from connectors.clients.github_api import PER_PAGE, Reply
from connectors.clients.github_issue import LABEL, Place
from connectors.clients.github_repository import Repository
from syncd.errors import AuthenticationFailed, TrackerError
from syncd.ports import Clock, Finding, Level

SOON = timedelta(days=14)
CLOCKS_APART = timedelta(seconds=60)

_ENOUGH = {"repo", "public_repo"}
_FINE_GRAINED = "a fine-grained token for this repository alone, with Issues: read and write"


class Check:
    """All findings about one tracker of GitHub's."""

    def __init__(
        self,
        repository: Repository,
        *,
        clock: Clock,
        owners: Mapping[str, str],
        labels: Sequence[str],
        parent: Place | None,
        section: str,
    ) -> None:
        self._repository = repository
        self._api = repository.api
        self._clock = clock
        self._owners = owners
        self._labels = labels
        self._parent = parent
        self._section = section

    def findings(self) -> list[Finding]:
        """What is right and what is wrong; each with cause and cure. Never raises for what is wrong outside."""
        found: list[Finding] = []
        steps = {
            "reachability": self._token,
            "repository": self._place,
            "issues": self._issues,
            "configuration": self._wanted,
        }
        for about, step in steps.items():
            try:
                found += step()
            except AuthenticationFailed as error:
                cure = f"Put a valid token where `token` of [{self._section}] says."
                return [*found, Finding(Level.AUTHENTICATION, "authentication", str(error), cure)]
            except TrackerError as error:
                cure = f"Correct [{self._section}], or try again when GitHub answers."
                return [*found, Finding(Level.FAILURE, about, str(error), cure)]
        return found

    # --- who we are -------------------------------------------------------------------------------------------------

    def _token(self) -> Iterator[Finding]:
        reply = self._api.get("/user")
        login = reply.data.get("login") if isinstance(reply.data, dict) else None
        yield Finding(Level.OK, "reachability", f"{self._api.url} answers{_version(reply)}.")
        who = f"The token is {login}'s." if reply.ok and login else "The token is accepted; it is no person's."
        yield Finding(Level.OK, "authentication", who)
        yield from self._scopes(reply)
        yield from self._expiry(reply)
        yield from self._clocks()

    def _scopes(self, reply: Reply) -> Iterator[Finding]:
        if "x-oauth-scopes" not in reply.headers:
            return
        scopes = {scope.strip() for scope in reply.headers["x-oauth-scopes"].split(",")} - {""}
        if not scopes & _ENOUGH:
            cause = "The token may not write issues: it has neither the scope repo nor public_repo."
            yield Finding(Level.FAILURE, "token", cause, f"Use {_FINE_GRAINED}.")
        elif more := sorted(scopes - _ENOUGH):
            cause = f"The token may do more than syncd needs: {', '.join(more)}."
            yield Finding(Level.WARNING, "token", cause, f"Use {_FINE_GRAINED}.")

    def _expiry(self, reply: Reply) -> Iterator[Finding]:
        written = reply.headers.get("github-authentication-token-expiration")
        ends = _moment(written) if written else None
        if ends is not None and ends - self._clock() < SOON:
            yield Finding(Level.WARNING, "token", f"The token expires at {ends:%Y-%m-%d %H:%M} UTC.", "Renew it.")

    def _clocks(self) -> Iterator[Finding]:
        theirs = self._api.server_time
        apart = abs(self._clock() - theirs) if theirs else timedelta()
        if apart > CLOCKS_APART:
            cause = f"This machine's clock and GitHub's are {apart.total_seconds():.0f} seconds apart."
            yield Finding(Level.WARNING, "clock", cause, "Let the machine set its clock from the network (NTP).")

    # --- where the issues go ----------------------------------------------------------------------------------------

    def _place(self) -> Iterator[Finding]:
        about = self._repository.about()
        name = self._repository.name
        full_name = str(about.get("full_name"))
        if about.get("archived"):
            yield Finding(Level.FAILURE, "repository", f"{name} is archived: no issue can be made or changed.",
                          "Unarchive it, or name another `repository`.")  # fmt: skip
        elif about.get("has_issues") is False:
            yield Finding(Level.FAILURE, "repository", f"{name} has its issues switched off.",
                          "Switch them on in the settings of the repository.")  # fmt: skip
        elif full_name.casefold() != name.casefold():
            yield Finding(Level.WARNING, "repository", f"{name} is called {full_name} now.",
                          "It is found by its old name as long as no other repository takes that.")  # fmt: skip
        else:
            yield Finding(Level.OK, "repository", f"{full_name} can be read.")
        yield from self._roles(about.get("permissions"))

    def _roles(self, permissions: object) -> Iterator[Finding]:
        allowed = permissions if isinstance(permissions, dict) else {}
        if not allowed.get("triage") and not allowed.get("push"):
            yield Finding(
                Level.WARNING, "labels and assignees",
                "The token's account has not the role Triage: GitHub drops labels and assignees without a word, and "
                "cannot close people's issues.",
                f"Give it the role Write in {self._repository.name}.",
            )  # fmt: skip
        elif not allowed.get("push"):
            yield Finding(
                Level.WARNING, "labels and adoption",
                "The token's account has not the role Write: missing labels are not made, and people's issues get no "
                "marker when a row names them.",
                f"Give it the role Write in {self._repository.name}.",
            )  # fmt: skip

    def _issues(self) -> Iterator[Finding]:
        self._repository.first_page({"per_page": "1"})
        # An empty title is refused as unfit to whoever may create an issue, and as forbidden to others.
        reply = self._api.refused("POST", f"{self._repository.path}/issues", {"title": ""})
        if reply.status == 422:
            yield Finding(Level.OK, "issues", "Issues can be read and created.")
        else:
            cause = f"Issues can be read, but not created: {reply.words or reply.status}."
            yield Finding(Level.FAILURE, "issues", cause, f"Use {_FINE_GRAINED}, or give its account access.")

    # --- what the configuration names -------------------------------------------------------------------------------

    def _wanted(self) -> Iterator[Finding]:
        yield from self._missing_labels()
        yield from self._strangers()
        if self._parent and self._repository.look(self._parent).issue is None:
            cause = f"{self._parent.key} cannot be read: new issues are not put below it."
            yield Finding(Level.WARNING, "parent", cause, f"Correct `parent` of [{self._section}].")

    def _missing_labels(self) -> Iterator[Finding]:
        first = self._api.get(f"{self._repository.path}/labels", {"per_page": str(PER_PAGE)})
        there = {str(entry.get("name")).casefold() for page in self._api.pages(first) for entry in _objects(page)}
        missing = [label for label in (LABEL, *self._labels) if label.casefold() not in there]
        if missing:
            yield Finding(Level.OK, "labels", f"Not there yet, made with the first issue: {', '.join(missing)}.")

    def _strangers(self) -> Iterator[Finding]:
        for owner, login in self._owners.items():
            path = f"{self._repository.path}/assignees/{quote(login, safe='')}"
            if not self._api.get(path).ok:
                team = self._section.rpartition(".trackers.")[0]
                cause = f"Issues of {self._repository.name} cannot be assigned to {login}."
                cure = f'Give {login} access to it, or correct `github` of [{team}.owners."{owner}"].'
                yield Finding(Level.WARNING, f"owner {owner}", cause, cure)


def _version(reply: Reply) -> str:
    version = reply.headers.get("x-github-enterprise-version", "")
    return f" (Enterprise Server {version.rpartition('@')[2]})" if version else " (GitHub.com)"


def _objects(page: Iterable[object]) -> Iterator[dict[str, object]]:
    return (entry for entry in page if isinstance(entry, dict))


def _moment(written: str) -> datetime | None:
    """GitHub writes ``2026-12-01 12:00:00 UTC`` or an offset instead of UTC."""
    try:
        moment = datetime.fromisoformat(written.replace(" UTC", "+00:00").replace(" +", "+").replace(" -", "-"))
    except ValueError:
        return None
    return moment.replace(tzinfo=moment.tzinfo or UTC)
