"""The hands of people and administrators in a Jira: they work past the API, its permissions and its checks."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from tests.emulators.jira_gate import Gate, Limit
from tests.emulators.jira_site import (
    READ_ONLY,
    WORKER,
    Issue,
    IssueLink,
    Project,
    RemoteLink,
    ScreenField,
    Site,
    Transition,
    User,
)


class People:
    """What tests do to a Jira behind the connector's back, and what they see there past every index."""

    site: Site
    gate: Gate

    # --- looking -----------------------------------------------------------------------------------------------------

    def issue(self, id_or_key: str) -> Issue:
        """The issue as it is now, forbidden or archived too. Raises KeyError when there is none."""
        found = self.site.find(id_or_key)
        if found is None:
            raise KeyError(id_or_key)
        return found

    def issues(self) -> list[Issue]:
        """Every issue there is, oldest first."""
        return self.site.issues()

    def with_label(self, label: str) -> list[Issue]:
        """Every issue carrying the label, past index and permissions."""
        return [issue for issue in self.site.issues() if label in issue.labels]

    def status_of(self, id_or_key: str) -> str:
        """The name of the issue's status."""
        return self.site.status(self.issue(id_or_key).status).name

    def remote_links(self, id_or_key: str) -> list[RemoteLink]:
        """Its links to pages elsewhere."""
        return list(self.issue(id_or_key).remote_links)

    def issue_links(self, id_or_key: str) -> list[IssueLink]:
        """The links in which it is either side."""
        issue_id = self.issue(id_or_key).id
        return [link for link in self.site.links if issue_id in (link.source, link.target)]

    # --- people ------------------------------------------------------------------------------------------------------

    def person_creates(
        self,
        summary: str,
        *,
        project: str | None = None,
        issuetype: str = "Task",
        labels: Collection[str] = (),
        description: str | None = None,
    ) -> str:
        """A new issue's key."""
        place = project or next(iter(self.site.projects))
        made = self.site.add(
            place, summary=summary, issuetype=issuetype, labels=tuple(sorted(labels)), description=description
        )
        return made.key

    def person_moves(self, id_or_key: str, status: str, *, resolution: str | None = None) -> None:
        """Through the workflow to a status by its name, with the resolution that way sets unless one is given."""
        target = self.site.status_named(status)
        way = next((way for way in self.site.transitions if way.to == target.id), None)
        self.site.enter(self.issue(id_or_key), target.id, resolution or (way.resolution if way else None))

    def person_edits(
        self,
        id_or_key: str,
        *,
        summary: str | None = None,
        description: str | None = None,
        duedate: str | None = None,
        labels: Collection[str] | None = None,
        assignee: str | None = None,
    ) -> None:
        """Only what is given is changed; an empty `duedate` or `assignee` (a person's name) clears it."""
        issue = self.issue(id_or_key)
        given = {"summary": summary, "description": description, "duedate": duedate}
        changed: dict[str, object] = {name: value or None for name, value in given.items() if value is not None}
        if labels is not None:
            changed["labels"] = tuple(sorted(labels))
        if assignee is not None:
            changed["assignee"] = self.person(assignee).account_id if assignee else None
        self.site.change(issue, **changed)

    def person_deletes(self, id_or_key: str) -> None:
        """Gone for good."""
        self.site.remove(self.issue(id_or_key))

    def person_archives(self, id_or_key: str, *, archived: bool = True) -> None:
        """Readable by id, never found by search, not editable; `archived=False` restores it."""
        self.site.change(self.issue(id_or_key), archived=archived)

    def person_moves_to_project(self, id_or_key: str, project: str) -> str:
        """The new key; the id stays and the old key leads there."""
        return self.site.rekey(self.issue(id_or_key), project).key

    # --- administrators ----------------------------------------------------------------------------------------------

    def person(self, name: str) -> User:
        """A user by name. Raises KeyError."""
        for user in self.site.users.values():
            if user.name == name:
                return user
        raise KeyError(name)

    def add_user(self, user: User) -> User:
        """Let another person in."""
        self.site.users[user.account_id] = user
        return user

    def deactivate(self, name: str) -> None:
        """The person left: shown on old issues, assignable no more."""
        user = self.person(name)
        self.site.users[user.account_id] = replace(user, active=False)

    def forbid(self, id_or_key: str) -> None:
        """A security level hides the issue from the account."""
        self.site.forbidden.add(self.issue(id_or_key).id)

    def allow(self, id_or_key: str) -> None:
        """The account may see it again."""
        self.site.forbidden.discard(self.issue(id_or_key).id)

    def permit(self, project: str, permissions: Collection[str] = WORKER) -> None:
        """Exactly these permissions for the account in the project; by default all it needs."""
        self._change_project(project, permissions=frozenset(permissions))

    def make_read_only(self, project: str) -> None:
        """The account may browse the project and nothing else."""
        self.permit(project, READ_ONLY)

    def hide_project(self, project: str) -> None:
        """The project is deleted, or no longer readable: for the account that looks the same."""
        self._change_project(project, visible=False)

    def show_project(self, project: str) -> None:
        """The project is readable again."""
        self._change_project(project, visible=True)

    def _change_project(self, key: str, **values: object) -> None:
        self.site.projects[key] = replace(self.site.projects[key], **values)  # type: ignore[arg-type]

    def add_project(self, project: Project) -> None:
        """One more project."""
        self.site.projects[project.key] = project

    def revoke_token(self) -> None:
        """Every request of the account is refused from now on."""
        self.gate.token = "revoked-" + self.gate.token

    def expire_token(self, moment: datetime | None) -> None:
        """When the personal access token will end, as Data Center tells; it keeps working."""
        self.site.token_expires = moment

    def rename_status(self, old: str, new: str) -> None:
        """Another name, or another language; id and category stay, and so does the name of the way there."""
        named = self.site.status_named(old)
        self.site.statuses = tuple(replace(one, name=new) if one == named else one for one in self.site.statuses)

    # --- the workflow ------------------------------------------------------------------------------------------------

    def restrict(self, to: str, *, sources: Collection[str]) -> None:
        """The status `to` can be reached only from these statuses (all by name)."""
        allowed = frozenset(self.site.status_named(name).id for name in sources)
        self._change_ways(to, sources=allowed)

    def put_on_screen(self, to: str, *fields: ScreenField, resolution: str | None = None) -> None:
        """The way to this status asks for these fields, and sets this resolution (none, unless given) by itself."""
        self._change_ways(to, screen=fields, resolution=resolution)

    def name_way(self, to: str, name: str) -> None:
        """The transition to this status is called something else."""
        self._change_ways(to, name=name)

    def _change_ways(self, to: str, **values: object) -> None:
        target = self.site.status_named(to).id
        changed = [replace(way, **values) if way.to == target else way for way in self.site.transitions]  # type: ignore[arg-type]
        self.site.transitions = tuple(changed)

    def add_way(self, way: Transition) -> None:
        """One more transition."""
        self.site.transitions = (*self.site.transitions, way)

    def require(self, field: str, *, issuetype: str = "Task") -> None:
        """A create of this issue type needs the field."""
        self.site.required[issuetype] = self.site.required.get(issuetype, frozenset()) | {field}

    def hide_field(self, field: str) -> None:
        """The field is on neither the create nor the edit screen."""
        self.site.off_create_screen.add(field)
        self.site.off_edit_screen.add(field)

    def conflict(self, times: int = 1) -> None:
        """The next transitions are answered 409: somebody moved the issue at the same moment."""
        self.site.transition_conflicts = times

    # --- time and pace -----------------------------------------------------------------------------------------------

    def set_lag(self, lag: timedelta) -> None:
        """Search sees the site as it was this long ago."""
        self.site.lag = lag

    def limit(self, times: int = 1, *, after: float | datetime | None = 5, reason: str = "jira-burst-based") -> None:
        """The next `times` requests are answered 429 (`jira-per-issue-on-write`: only writes to issues)."""
        self.gate.limits.append(Limit(times, after, reason))

    def account_zone(self, zone: str) -> None:
        """The account's time zone: dates are shown, and dates in JQL read, in it."""
        self.site.account = replace(self.site.account, zone=zone)
        self.site.users[self.site.account.account_id] = self.site.account
