"""What people do on GitHub's pages while nobody asks the API, and a look at the truth behind every lag."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from tests.emulators.github_access import Token
from tests.emulators.github_state import Issue, Pull, Repository, User, World

PERSON = "ada"
"""The login of whoever acts in `person_...` methods; an admin of every repository."""


class People:
    """Changes by hand. A repository is named `owner/name`; without one the first is meant.

    Of a repository `private`, `archived`, `has_issues` and `readable` may be set: `repository().archived = True`.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.world = World(clock)
        self.tokens: dict[str, Token] = {}
        self.world.add_user(PERSON)

    # --- looking -----------------------------------------------------------------------------------------------

    def repository(self, name: str | None = None) -> Repository:
        """A repository by its present or a former name."""
        number = next(iter(self.world.repositories)) if name is None else self.world.names[name.lower()]
        return self.world.repositories[number]

    def issue(self, number: int, repository: str | None = None) -> Issue:
        """The issue or pull request as it is; KeyError when it is not there any more."""
        found = self.repository(repository).issue(number)
        if found is None:
            raise KeyError(number)
        return found

    def issues(self, repository: str | None = None) -> list[Issue]:
        """All that are there, by number."""
        return list(self.repository(repository).alive())

    def with_text(self, text: str) -> list[Issue]:
        """Every issue, in whatever repository, that has this text in its title or body."""
        everywhere = (issue for repository in self.world.repositories.values() for issue in repository.alive())
        return [issue for issue in everywhere if text in issue.title or text in (issue.body or "")]

    # --- issues ------------------------------------------------------------------------------------------------

    def person_creates(
        self, title: str, *, body: str | None = None, labels: Iterable[str] = (), repository: str | None = None
    ) -> int:
        """A new issue; its number."""
        home = self.repository(repository)
        made = self.world.create_issue(home, author=PERSON, title=title, body=_typed(body), labels=list(labels))
        return made.number

    def person_closes(self, number: int, reason: str = "completed", *, repository: str | None = None) -> None:
        """Closed as completed, not_planned or duplicate; a pull request is closed unmerged."""
        self.world.close(self.issue(number, repository), PERSON, reason)

    def person_reopens(self, number: int, *, repository: str | None = None) -> None:
        """Open again."""
        self.world.reopen(self.issue(number, repository))

    def person_edits(
        self,
        number: int,
        *,
        title: str | None = None,
        body: str | None = None,
        labels: Iterable[str] | None = None,
        assignees: Iterable[str] | None = None,
        repository: str | None = None,
    ) -> None:
        """Changes what is given; a body comes from a browser's form, so its lines end in CRLF."""
        issue = self.issue(number, repository)
        changes: dict[str, object] = {} if title is None else {"title": title}
        if body is not None:
            changes["body"] = _typed(body)
        if labels is not None:
            home = self.repository(repository)
            changes["labels"] = tuple(self.world.add_label(home, name).name for name in labels)
        if assignees is not None:
            changes["assignees"] = tuple(assignees)
        self.world.edit(issue, **changes)

    def person_comments(self, number: int, text: str, *, repository: str | None = None) -> None:
        """A comment by hand."""
        self.world.comment(self.issue(number, repository), PERSON, text)

    def person_deletes(self, number: int, *, repository: str | None = None) -> None:
        """Gone: by number it answers 410."""
        self.world.delete(self.issue(number, repository))

    def person_transfers(self, number: int, target: str, *, repository: str | None = None) -> int:
        """Moved to another repository; its number there. The old number redirects, id and node id are new."""
        return self.world.transfer(self.issue(number, repository), self.repository(target)).number

    # --- pull requests -----------------------------------------------------------------------------------------

    def person_opens_pull(self, title: str, *, draft: bool = False, repository: str | None = None) -> int:
        """A new pull request; its number, from the same count as the issues'."""
        home = self.repository(repository)
        return self.world.create_issue(home, author=PERSON, title=title, pull=Pull(draft=draft)).number

    def person_merges(self, number: int, *, repository: str | None = None) -> None:
        """Merged, which closes it too."""
        issue = self.issue(number, repository)
        assert issue.pull is not None, "only pull requests are merged"
        pull = replace(issue.pull, merged_at=self.world.now(), merged_by=PERSON)
        self.world.close(self.world.edit(issue, pull=pull), PERSON)

    # --- repositories, accounts, tokens ------------------------------------------------------------------------

    def add_repository(
        self, full_name: str, *, private: bool = True, roles: dict[str, str] | None = None
    ) -> Repository:
        """Another repository; `roles` of logins beside the person's admin, say {"syncd-bot": "write"}."""
        repository = self.world.add_repository(full_name, private=private)
        repository.roles = {PERSON: "admin", **(roles or {})}
        return repository

    def add_user(self, login: str, *, role: str | None = "read", repository: str | None = None) -> User:
        """A new account with a role in a repository; with None it is a stranger there."""
        user = self.world.add_user(login)
        self.grant(user.login, role, repository=repository)
        return user

    def grant(self, login: str, role: str | None, *, repository: str | None = None) -> None:
        """The role read, triage, write (push), maintain or admin; None takes it away."""
        roles = self.repository(repository).roles
        roles.pop(login, None)
        if role is not None:
            roles[login] = role

    def rename_repository(self, name: str, *, repository: str | None = None) -> None:
        """Another name (without owner); the old one redirects."""
        self.world.rename(self.repository(repository), name)

    def forbid(self, number: int, *, repository: str | None = None) -> None:
        """Hide one issue: not found, and in no list."""
        self.repository(repository).hidden.add(number)

    def allow(self, number: int, *, repository: str | None = None) -> None:
        """Show a hidden one again."""
        self.repository(repository).hidden.discard(number)

    def add_token(self, token: Token) -> Token:
        """Another token, of an account that is there; an equal value replaces the former."""
        self.tokens[token.value] = token
        return token

    def revoke(self, value: str) -> None:
        """From now on it is Bad credentials."""
        self.tokens[value] = replace(self.tokens[value], revoked=True)

    def expire(self, value: str, after: timedelta) -> None:
        """It ends then; every reply says so before."""
        self.tokens[value] = replace(self.tokens[value], expires_at=self.world.now() + after)


def _typed(body: str | None) -> str | None:
    return None if body is None else body.replace("\r\n", "\n").replace("\n", "\r\n")
