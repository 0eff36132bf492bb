"""What a JQL query means for the issues of a site: which fields it may ask, by which operators, and who matches."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.emulators.jira_errors import JiraError
from tests.emulators.jira_jql import Both, Clause, Negation, Node, Operand, Query, bad
from tests.emulators.jira_shape import CATEGORIES
from tests.emulators.jira_site import Issue, Site

Matcher = Callable[[Issue], bool]
_LISTS = ("=", "!=", "in", "not in", "is", "is not")
_TEXTS = ("~", "!~", "is", "is not")
_ORDERS = ("=", "!=", ">", ">=", "<", "<=", "is", "is not")
_DATES = ("%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y-%m-%d", "%Y/%m/%d")
_PERIOD = re.compile(r"([+-]?)(\d+)([mhdwM]?)")
_UNITS = {"": 1, "m": 1, "h": 60, "d": 24 * 60, "w": 7 * 24 * 60, "M": 30 * 24 * 60}
_SPECIALS = re.compile(r"[+\-&|!(){}\[\]^~*?\\:/]")


@dataclass
class Finder:
    """Turns a query into a test of issues. With `validate` an unknown ticket or value is a 400, else a warning."""

    site: Site
    validate: bool = True

    def __post_init__(self) -> None:
        self.warnings: list[str] = []

    def matcher(self, node: Node | None) -> Matcher:
        """The test that this part of the query is."""
        if node is None:
            return lambda issue: True
        if isinstance(node, Negation):
            part = self.matcher(node.part)
            return lambda issue: not part(issue)
        if isinstance(node, Both):
            parts = [self.matcher(part) for part in node.parts]
            if node.every:
                return lambda issue: all(part(issue) for part in parts)
            return lambda issue: any(part(issue) for part in parts)
        return self._clause(node)

    def _clause(self, clause: Clause) -> Matcher:
        if clause.field in _VALUES:
            return self._values(clause)
        if clause.field in ("key", "issuekey", "issue", "id"):
            return self._tickets(clause)
        if clause.field in ("summary", "description", "text"):
            return self._text(clause)
        if clause.field in ("updated", "created", "resolved", "duedate", "due"):
            return self._moment(clause)
        raise bad(f"Field '{clause.field}' does not exist or you do not have permission to view it.")

    def _allow(self, clause: Clause, operators: Iterable[str]) -> None:
        if clause.operator not in operators:
            raise bad(f"The operator '{clause.operator}' is not supported by the '{clause.field}' field.")

    def _object(self, message: str) -> None:
        if self.validate:
            raise bad(message)
        self.warnings.append(message)

    def _values(self, clause: Clause) -> Matcher:
        self._allow(clause, _LISTS)
        _no_functions(clause)
        values_of, known = _VALUES[clause.field]
        names = known(self.site) if known else None
        wanted, empty = set(), False
        for operand in clause.operands:
            if operand.empty or (clause.field, operand.text.lower()) == ("resolution", "unresolved"):
                empty = True
            elif names is not None and operand.text.lower() not in names:
                self._object(f"The value '{operand.text}' does not exist for the field '{clause.field}'.")
            else:
                wanted.add(operand.text.lower())
        negated = clause.operator in ("!=", "not in", "is not")

        def matches(issue: Issue) -> bool:
            held = {value.lower() for value in values_of(self.site, issue)}
            if not held and not empty:
                return False  # also for !=: what is empty is never unequal
            return bool(held & wanted or (empty and not held)) != negated

        return matches

    def _tickets(self, clause: Clause) -> Matcher:
        self._allow(clause, (*_LISTS, ">", ">=", "<", "<="))
        if clause.operands[0].arguments is not None:
            return self._linked(clause)
        if clause.operator not in ("=", "!=", "in", "not in"):
            raise bad(f"The operator '{clause.operator}' is not supported by this emulator for '{clause.field}'.")
        found = {issue.id for operand in clause.operands if (issue := self._ticket(clause.field, operand))}
        negated = clause.operator in ("!=", "not in")
        return lambda issue: (issue.id in found) != negated

    def _ticket(self, field: str, operand: Operand) -> Issue | None:
        if not re.fullmatch(r"\d+|[A-Za-z][A-Za-z0-9_]+-\d+", operand.text):
            raise bad(f"The issue key '{operand.text}' for field '{field}' is invalid.")
        issue = self.site.find(operand.text)
        if issue is not None and self.site.readable(issue):
            return issue
        if operand.text.isdigit():
            self._object(f"A value with ID '{operand.text}' does not exist for the field '{field}'.")
        else:
            self._object(f"An issue with key '{operand.text}' does not exist for field '{field}'.")
        return None

    def _linked(self, clause: Clause) -> Matcher:
        (call,) = clause.operands
        if call.text.lower() != "issueswithremotelinksbyglobalid" or not call.arguments or len(call.arguments) > 100:
            raise bad(f"Unable to find JQL function '{call.text}({', '.join(call.arguments or ())})'.")
        wanted = set(call.arguments)
        return lambda issue: any(link.global_id in wanted for link in issue.remote_links)

    def _text(self, clause: Clause) -> Matcher:
        self._allow(clause, _TEXTS)
        words = _words(clause.operands[0].text)
        if not words and not clause.operands[0].empty:
            raise bad(
                f"The text query '{clause.operands[0].text}' for field '{clause.field}' is not allowed to be empty."
            )
        negated = clause.operator in ("!~", "is not")

        def matches(issue: Issue) -> bool:
            texts = {"summary": issue.summary, "description": issue.description}
            held = [text for name, text in texts.items() if clause.field in (name, "text") and text]
            if clause.operands[0].empty:
                return (not held) != negated
            return any(words <= _words(text) for text in held) != negated

        return matches

    def _moment(self, clause: Clause) -> Matcher:
        self._allow(clause, _ORDERS)
        operand = clause.operands[0]
        if operand.empty:
            return lambda issue: (_moment_of(issue, clause.field) is None) == (clause.operator in ("is", "="))
        limit = self._instant(clause.field, operand)
        compare = _COMPARE[clause.operator]

        def matches(issue: Issue) -> bool:
            moment = _moment_of(issue, clause.field)
            return moment is not None and compare(moment, limit)

        return matches

    def _instant(self, field: str, operand: Operand) -> datetime:
        """Numbers are milliseconds, periods count from now, the rest is to the minute in the account's zone."""
        text = operand.text
        if operand.arguments is not None and text.lower() == "now":
            return self.site.clock()
        if re.fullmatch(r"\d{6,}", text):
            return datetime.fromtimestamp(int(text) / 1000, UTC)
        if found := _PERIOD.fullmatch(text):
            minutes = int(found[2]) * _UNITS[found[3]]
            return self.site.clock() + timedelta(minutes=-minutes if found[1] == "-" else minutes)
        for form in _DATES:
            try:
                return datetime.strptime(text, form).replace(tzinfo=ZoneInfo(self.site.account.zone))
            except ValueError:
                continue
        raise bad(
            f"Date value '{text}' for field '{field}' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm',"
            " 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'."
        )


def search(
    site: Site, query: Query, *, validate: bool = True, fresh: Collection[str] = ()
) -> tuple[list[Issue], list[str]]:
    """The issues found, as the index knows them, in order (newest created first by default), and warnings."""
    finder = Finder(site, validate)
    matches = finder.matcher(query.where)
    found = [issue for issue in site.indexed(fresh) if matches(issue)]
    found.sort(key=lambda issue: int(issue.id), reverse=True)
    for field, descending in reversed(query.order):
        if field not in _ORDER:
            raise JiraError(400, f"Not able to sort using field '{field}'.")
        found.sort(key=_ORDER[field], reverse=descending)
    return found, finder.warnings


def _no_functions(clause: Clause) -> None:
    for operand in clause.operands:
        if operand.arguments is not None:
            raise bad(f"Unable to find JQL function '{operand.text}({', '.join(operand.arguments)})'.")


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", _SPECIALS.sub(" ", text).lower()))


def _moment_of(issue: Issue, field: str) -> datetime | None:
    if field in ("duedate", "due"):
        return datetime.fromisoformat(issue.duedate).replace(tzinfo=UTC) if issue.duedate else None
    return {"updated": issue.updated, "created": issue.created, "resolved": issue.resolved}[field]


def _number(issue: Issue) -> tuple[str, int]:
    project, _, number = issue.key.rpartition("-")
    return project, int(number)


_COMPARE: Mapping[str, Callable[[datetime, datetime], bool]] = {
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
}
_ORDER: Mapping[str, Callable[[Issue], tuple[str, int] | datetime | int]] = {
    "updated": lambda issue: issue.updated,
    "created": lambda issue: (issue.created.isoformat(), int(issue.id)),
    "key": _number,
    "issuekey": _number,
    "id": lambda issue: int(issue.id),
}


def _projects(site: Site) -> set[str]:
    seen = [project for project in site.projects.values() if project.visible]
    return {value.lower() for project in seen for value in (project.key, project.name, project.id)}


def _project_values(site: Site, issue: Issue) -> list[str]:
    project = site.projects[issue.project]
    return [project.key, project.name, project.id]


def _status_values(site: Site, issue: Issue) -> list[str]:
    return [site.status(issue.status).name, issue.status]


def _category_values(site: Site, issue: Issue) -> list[str]:
    category = site.status(issue.status).category
    number, _, name = CATEGORIES[category]
    return [category, name, str(number)]


def _categories(_site: Site) -> set[str]:
    return {str(value).lower() for key, (number, _, name) in CATEGORIES.items() for value in (key, name, number)}


def _people(site: Site, issue: Issue) -> list[str]:
    person = site.users.get(issue.assignee or "")
    return [person.account_id if site.cloud else person.name] if person else []


_VALUES: Mapping[str, tuple[Callable[[Site, Issue], list[str]], Callable[[Site], set[str]] | None]] = {
    "project": (_project_values, _projects),
    "labels": (lambda _, issue: list(issue.labels), None),
    "status": (_status_values, lambda site: {v.lower() for s in site.statuses for v in (s.name, s.id)}),
    "statuscategory": (_category_values, _categories),
    "issuetype": (lambda _, issue: [issue.issuetype], None),
    "type": (lambda _, issue: [issue.issuetype], None),
    "resolution": (lambda _, issue: [issue.resolution] if issue.resolution else [], None),
    "assignee": (_people, None),
    "component": (lambda _, issue: list(issue.components), None),
}
