"""Whether a Jira project can be used as its connector needs it: what ``syncd doctor`` says about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta

from connectors.clients.jira_api import Declined, JiraApi
from connectors.clients.jira_compose import FROM_ELSEWHERE, Form, is_ours, labels, lacking, needed
from connectors.clients.jira_json import Json, at, folded, some, text
from connectors.clients.jira_links import RELATES
from connectors.clients.jira_project import JiraProject
from syncd.errors import AuthenticationFailed, TrackerError
from syncd.ports import Clock, Finding, Level

CLOCK_DIFFERENCE = timedelta(seconds=60)
NEAR_EXPIRY = timedelta(days=14)

_NEEDED = {
    "BROWSE_PROJECTS": "look at tickets",
    "CREATE_ISSUES": "make tickets",
    "EDIT_ISSUES": "change titles and due dates, and label people's tickets",
    "TRANSITION_ISSUES": "move tickets that were ticked off in a document",
    "LINK_ISSUES": "link tickets to postmortems and incidents",
}
_USEFUL = {"ASSIGN_ISSUES": "assign tickets to their owners", "SCHEDULE_ISSUES": "give tickets a due date"}
_TOO_MUCH = {"ADMINISTER": "administers all of Jira", "ADMINISTER_PROJECTS": "administers the project"}


class JiraCheck:
    """The findings about one project; nothing is changed there. ``owners`` maps names to users as configured."""

    def __init__(
        self,
        api: JiraApi,
        project: JiraProject,
        *,
        form: Form,
        owners: Mapping[str, str],
        statuses: Iterable[str],
        relates: bool,
        clock: Clock,
    ) -> None:
        self._api = api
        self._project = project
        self._form = form
        self._owners = owners
        self._statuses = tuple(statuses)
        self._relates = relates
        self._clock = clock

    def findings(self) -> list[Finding]:
        """All of them. What can only be asked when something else works is left out where that does not."""
        self._project.forget()
        found: list[Finding] = []
        for about, probe in (
            ("reachability", self._server),
            ("authentication", self._account),
            ("project", self._seen_project),
        ):
            found += self._probe(about, probe)
            if _fails(found):
                return found
        probes: tuple[tuple[str, Callable[[], Iterable[Finding]]], ...] = (
            ("permissions", self._permissions),
            ("token", self._token),
            ("issue type", self._screen),
            ("owners", self._people),
            ("parent", self._parent),
            ("statuses", self._known_statuses),
            ("links", self._link_type),
        )
        return found + [finding for about, probe in probes for finding in self._probe(about, probe)]

    def _probe(self, about: str, look: Callable[[], Iterable[Finding]]) -> list[Finding]:
        try:
            return list(look())
        except AuthenticationFailed as error:
            cure = (
                "Jira Cloud wants the account's e-mail address as `user` and an API token as `token`; Data Center wants"
                " a personal access token and no `user`."
            )
            return [Finding(Level.AUTHENTICATION, "authentication", str(error), cure)]
        except TrackerError as error:
            return [Finding(Level.FAILURE, about, str(error), f"Check the settings in [{self._form.section}].")]

    # --- the server and the account ---------------------------------------------------------------------------------

    def _server(self) -> Iterable[Finding]:
        info = self._api.get("serverInfo")
        kind = "Jira Cloud" if text(info, "deploymentType") == "Cloud" else "Jira Data Center"
        yield Finding(Level.OK, "reachability", f"{self._api.host} is {kind} {text(info, 'version')}.")
        yield from self._clocks(text(info, "serverTime"))

    def _clocks(self, written: str) -> Iterable[Finding]:
        if not written:
            return
        difference = abs(datetime.fromisoformat(written).astimezone(UTC) - self._clock())
        if difference > CLOCK_DIFFERENCE:
            seconds = round(difference.total_seconds())
            cure = "Let both clocks be set by the network (NTP)."
            yield Finding(Level.WARNING, "clock", f"Its clock and ours differ by {seconds} seconds.", cure)

    def _account(self) -> Iterable[Finding]:
        me = self._api.get("myself")
        name = text(me, "displayName") or text(me, "name")
        yield Finding(Level.OK, "authentication", f"Jira knows us as {name}.")

    def _token(self) -> Iterable[Finding]:
        for permission, what in _TOO_MUCH.items():
            if self._has(permission):
                cure = "Give syncd an account of its own that may just work in the project."
                yield Finding(Level.WARNING, "token", f"Its account {what}, which syncd does not need.", cure)
        if not self._api.cloud:
            yield from self._expiring()

    def _expiring(self) -> Iterable[Finding]:
        try:
            tokens = self._api.tokens()
        except Declined:
            return  # versions before 8.14 have none
        ends = [text(token, "expiringAt") for token in (tokens if isinstance(tokens, list) else [])]
        soonest = min((datetime.fromisoformat(end).astimezone(UTC) for end in ends if end), default=None)
        if soonest is not None and soonest - self._clock() < NEAR_EXPIRY:
            cause = f"A token of the account ends on {soonest:%Y-%m-%d}."
            yield Finding(Level.WARNING, "token", cause, "Make a new one, and put it where `token` points to.")

    # --- the project ------------------------------------------------------------------------------------------------

    def _seen_project(self) -> Iterable[Finding]:
        self._project.check_readable()
        yield Finding(Level.OK, "project", f"{self._project.key} can be seen.")

    def _permissions(self) -> Iterable[Finding]:
        missing = [(name, what, Level.FAILURE) for name, what in _NEEDED.items() if not self._has(name)]
        missing += [(name, what, Level.WARNING) for name, what in _USEFUL.items() if not self._has(name)]
        for name, what, level in missing:
            cure = f"Give its account the permission {name} in the project {self._project.key}."
            yield Finding(level, f"permission {name}", f"syncd may not {what}.", cure)
        if not missing:
            yield Finding(Level.OK, "permissions", "Everything that syncd does is allowed.")

    def _has(self, permission: str) -> bool:
        params = {"projectKey": self._project.key, "permissions": permission}
        try:
            told = self._api.get("mypermissions", params)
        except Declined:
            return False  # a permission that this Jira does not have
        return at(told, "permissions", permission, "havePermission") is True

    def _screen(self) -> Iterable[Finding]:
        form = self._form
        screen = self._project.screen(form.issue_type)
        yield Finding(Level.OK, "issue type", f"{form.issue_type} can be made in {form.project}.")
        given = {**form.fields, "summary": "x", "description": "x", "labels": ["x"]}
        for name in lacking(given, screen):
            # Where the value comes from a row or its owner, only some tickets are refused.
            level = Level.WARNING if name in FROM_ELSEWHERE else Level.FAILURE
            cause = f"{form.issue_type} in {form.project} needs a value for it."
            cure = f"For {needed([name], screen=screen, section=form.section)}."
            yield Finding(level, f"field {name}", cause, cure)
        if "labels" not in screen:
            cause = f"The create screen of {form.issue_type} has no labels, by which syncd finds its tickets."
            yield Finding(Level.FAILURE, "labels", cause, "Put Labels on that screen.")
        for name in sorted(set(form.fields) - set(screen)):
            cure = f"Remove it from `fields` in [{form.section}], or put it on the screen."
            yield Finding(Level.FAILURE, f"field {name}", "It is not on the create screen.", cure)
        yield from self._names(screen)
        yield from self._changed_labels()

    def _names(self, screen: Mapping[str, Json]) -> Iterable[Finding]:
        wanted = (
            ("priority", "priorities", self._form.priorities.values()),
            ("components", "component", self._form.components.values()),
        )
        for name, line, values in wanted:
            known = {folded(text(one, "name")): text(one, "name") for one in some(screen.get(name), "allowedValues")}
            for value in sorted({value for value in values if folded(value) not in known}):
                cure = f"Correct `{line}`; there are: {', '.join(known.values()) or 'none'}."
                yield Finding(Level.WARNING, f"{name} {value}", "The project has none of this name.", cure)

    def _changed_labels(self) -> Iterable[Finding]:
        for label in self._form.labels:
            cure = f"Correct `labels` in [{self._form.section}]."
            if is_ours(label):
                yield Finding(Level.WARNING, f"label {label}", "It is one that only syncd may give.", cure)
            elif label != (sent := labels([label], marker="")[0]):
                yield Finding(Level.WARNING, f"label {label}", f"Jira takes it as {sent} only.", cure)

    def _people(self) -> Iterable[Finding]:
        for owner, user in sorted(self._owners.items()):
            if self._project.is_assignable(user):
                yield Finding(Level.OK, f"owner {owner}", "Tickets can be given to them.")
            else:
                cure = f'Correct `jira` of owners."{owner}", or let {user} be assigned in {self._project.key}.'
                yield Finding(Level.WARNING, f"owner {owner}", f"Tickets cannot be given to {user}.", cure)

    def _parent(self) -> Iterable[Finding]:
        parent = self._form.parent
        if parent is None:
            return
        if not self._project.has_issue(parent):
            cure = f"Correct `parent` in [{self._form.section}]."
            yield Finding(Level.WARNING, f"parent {parent}", "There is no such ticket; new ones get no parent.", cure)
        elif "parent" not in self._project.screen(self._form.issue_type):
            cure = f'Remove `parent`, and name the field of epics instead: fields = {{ customfield_… = "{parent}" }}.'
            yield Finding(Level.WARNING, f"parent {parent}", "The create screen has no field for it.", cure)

    def _known_statuses(self) -> Iterable[Finding]:
        if not self._statuses:
            return
        told = self._api.get("status")
        known = {folded(text(one, "name")) for one in (told if isinstance(told, list) else [])}
        for name in self._statuses:
            if folded(name) not in known:
                cure = f"Correct `statuses` in [{self._form.section}]."
                yield Finding(Level.WARNING, f"status {name}", "Jira has no status of this name.", cure)

    def _link_type(self) -> Iterable[Finding]:
        if self._relates and self._project.link_type(RELATES) is None:
            cause = f"There is no type of links named {RELATES}; tickets are not linked to those of their incident."
            yield Finding(Level.WARNING, "links", cause, "Let an administrator make one, or set link_incident = false.")


def _fails(findings: Iterable[Finding]) -> bool:
    return any(finding.level in (Level.FAILURE, Level.AUTHENTICATION) for finding in findings)
