"""Checks every exchange with an emulator against what the vendors publish about their APIs.

The descriptions are data beside the repository (`../shared/schemas`, or `$SYNCD_SCHEMAS`). Where they are missing
nothing is checked, and the first lines of a test run say so.

    server = Server(checked(emulator, "jira2"))
    ...
    FOUND.verify()        # at the end of the test: raises SchemaViolations
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from jsonschema.exceptions import ValidationError

from tests.emulators.http import Handler, Request, Response
from tests.emulators.vendor_files import Operation, Schema, Service, folder, operations

Side = Literal["path", "query", "request", "reply"]

_SAMPLE = 3
_BY_ID = re.compile(r"^/repositories/\d+")  # where GitHub redirects to; the same operations as by name


@dataclass(frozen=True)
class Violation:
    """Something said on the wire that the vendor's description does not allow; `where` is a JSON path or a name."""

    service: str
    method: str
    path: str
    side: Side
    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.service}: {self.method} {self.path}: {self.side} {self.where}: {self.message}"


class SchemaViolations(AssertionError):
    """An exchange broke the vendor's description."""


@dataclass
class Found:
    """The violations seen since the last `verify`."""

    violations: list[Violation] = field(default_factory=list)

    def verify(self) -> None:
        """Raise SchemaViolations with all of them, each once, and forget them."""
        seen = dict.fromkeys(map(str, self.violations))
        self.violations.clear()
        if seen:
            raise SchemaViolations("\n".join(seen))


FOUND = Found()
"""Where `checked` collects unless told otherwise; the fixture of the tests verifies it."""


@dataclass(frozen=True)
class Deviation:
    """A place where the vendor's description is wrong or the vendor's own client strays, and why we know.

    `operation` (`POST /path/{name}`) and `where` are patterns that must match in full.
    """

    services: tuple[str, ...]
    operation: str
    side: Side
    where: str
    reason: str

    def excuses(self, violation: Violation, operation: str) -> bool:
        """Whether it explains this violation."""
        asked = ((self.operation, operation), (self.where, violation.where))
        return (
            violation.service in self.services
            and violation.side == self.side
            and all(re.fullmatch(pattern, text, re.DOTALL) for pattern, text in asked)
        )


_JIRA = ("jira2", "jira3", "jiradc")
_GITHUB = ("github", "ghes")
KNOWN_DEVIATIONS = (
    Deviation(("jiradc",), ".*/transitions", "query", "expand", "documented in words: expand=transitions.fields"),
    Deviation(("jiradc",), "GET .*/mypermissions", "query", "permissions", "Cloud's parameter; Data Center ignores it"),
    Deviation(("jiradc",), "GET .*/user/assignable/search", "query", "startAt|query", "answered, but not described"),
    Deviation(_JIRA, "POST .*/transitions", "request", r"\$\.transition\.id", "the jira library sends it as a number"),
    Deviation(_JIRA, "POST .*/issueLink", "request", r"\$\.comment", "the jira library sends null for none"),
    Deviation(
        _JIRA, "POST .*/search(/jql)?", "request", r"\$\.(expand|properties)", "the jira library sends null for none"
    ),
    Deviation(
        ("jiradc",),
        "POST .*/remotelink",
        "reply",
        r"\$",
        "a new link is 201; only 200, for a replaced one, is described",
    ),
    Deviation(_GITHUB, "(POST|PUT) .*/labels", "request", r"\$", "PyGithub sends the names as a bare array"),
    Deviation(_GITHUB, "GET /search/issues", "reply", r"\$\.items\[\d+\]\.body", "null for an issue without a body"),
)


def describe() -> str:
    """One line for the head of a test run."""
    place = folder()
    return f"schema checks: on ({place})" if place else "schema checks: off (no ../shared/schemas, no $SYNCD_SCHEMAS)"


# --- checking one exchange --------------------------------------------------------------------------------------------


def checked(handler: Handler, service: Service, found: Found = FOUND) -> Handler:
    """The handler with every exchange checked; without the descriptions the handler itself.

    The two versions of Cloud's API count as one service: each path is checked by its own.
    """
    place = folder()
    if place is None:
        return handler

    def check(request: Request) -> Response:
        response = handler(request)
        found.violations += violations(place, service, request, response)
        return response

    return check


def violations(place: Path, service: Service, request: Request, response: Response) -> list[Violation]:
    """What is wrong with one exchange. Replies that refuse are not checked, requests always are."""
    service, path = _version(service, request.path)
    operation = _find(operations(place, service), request.method, path)
    if operation is None:
        if _is_outside(path):
            return []
        return [Violation(service, request.method, path, "path", path, "no such operation")]
    wrong = [
        Violation(service, request.method, path, side, where, message)
        for side, where, message in _wrong(operation, request, response)
    ]
    return [one for one in wrong if not any(known.excuses(one, operation.name) for known in KNOWN_DEVIATIONS)]


def _version(service: Service, path: str) -> tuple[Service, str]:
    """The service that describes this path, and the path as it is written there."""
    if service in ("jira2", "jira3"):
        return ("jira3" if path.startswith("/rest/api/3/") else "jira2"), path
    if service in _GITHUB:
        return service, _BY_ID.sub("/repos/_/_", path.removeprefix("/api/v3"), count=1)
    return service, path


def _is_outside(path: str) -> bool:
    """GraphQL, and what Jira has beside its REST API, are described nowhere in these files."""
    return path in ("/graphql", "/api/graphql") or path.startswith(("/rest/applinks/", "/rest/pat/"))


def _find(described: Mapping[str, list[Operation]], method: str, path: str) -> Operation | None:
    candidates = described.get("GET" if method == "HEAD" else method, [])
    for operation in candidates:
        if operation.pattern.fullmatch(path):
            return operation
    for operation in candidates:  # a path inside the path: /contents/docs/a.md, /git/ref/heads/main
        if operation.name.endswith("}") and re.fullmatch(operation.pattern.pattern + "(/.+)?", path):
            return operation
    return None


def _wrong(operation: Operation, request: Request, response: Response) -> Iterator[tuple[Side, str, str]]:
    yield from _wrong_query(operation, request)
    yield from _wrong_body(operation, request)
    if 200 <= response.status < 300:
        yield from _wrong_reply(operation, response)


def _wrong_query(operation: Operation, request: Request) -> Iterator[tuple[Side, str, str]]:
    for name in sorted(operation.required_parameters - set(request.query)):
        yield "query", name, "is required"
    for name, text in request.query.items():
        if name not in operation.parameters:
            yield "query", name, "is unknown"
            continue
        value = _typed(text, operation.parameters[name])
        for error in operation.parameter_validator(name).iter_errors(value):
            yield "query", name, error.message[:200]


def _typed(text: str, schema: Schema) -> Any:
    """A query parameter's text as the type it is described with; as it is when it cannot be."""
    kind = schema.get("type")
    if kind == "array":
        return [_typed(part, schema.get("items", {})) for part in text.split(",")]
    if kind == "integer" and re.fullmatch(r"-?\d+", text):
        return int(text)
    if kind == "boolean" and text.lower() in ("true", "false"):
        return text.lower() == "true"
    if kind == "object":
        return {}  # Data Center's file says object where a text is meant
    return text


def _wrong_body(operation: Operation, request: Request) -> Iterator[tuple[Side, str, str]]:
    if not request.body:
        return
    if operation.body_validator is None:
        yield "request", "$", "no body is described"
        return
    try:
        body = request.json
    except ValueError:
        yield "request", "$", "is not JSON"
        return
    yield from (("request", _place(error), error.message[:200]) for error in operation.body_validator.iter_errors(body))


def _wrong_reply(operation: Operation, response: Response) -> Iterator[tuple[Side, str, str]]:
    validator = operation.reply_validator(str(response.status))
    if validator is None:
        others = sorted(status for status in operation.replies if status.startswith("2"))
        if others and response.content:
            yield "reply", "$", f"status {response.status} is not described, but {', '.join(others)} is"
        return
    try:
        body = json.loads(response.content)
    except ValueError:
        yield "reply", "$", "is not JSON"
        return
    yield from (("reply", *_deepest(error)) for error in validator.iter_errors(_sampled(body)))


def _sampled(value: Any) -> Any:
    """Long lists shortened to their ends: a page of a hundred equal shapes is not checked a hundred times."""
    if isinstance(value, dict):
        return {name: _sampled(one) for name, one in value.items()}
    if isinstance(value, list):
        ends = value if len(value) <= _SAMPLE + 1 else [*value[:_SAMPLE], value[-1]]
        return [_sampled(one) for one in ends]
    return value


def _place(error: ValidationError) -> str:
    return error.json_path


def _deepest(error: ValidationError) -> tuple[str, str]:
    """Of a choice that failed, the branch that came furthest says most."""
    while error.context:
        error = max(error.context, key=lambda inner: len(inner.absolute_path))
    return error.json_path, error.message[:200]
