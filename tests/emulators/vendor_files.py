"""The vendors' own descriptions of their APIs, as the operations that exchanges are checked against.

The files lie beside the repository (`../shared/schemas`, or `$SYNCD_SCHEMAS`); `by-operation/` holds one per service.
Where a service's own cut lacks replies, they come from where the same replies are described.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal

from jsonschema import Draft202012Validator, FormatChecker

Service = Literal["jira2", "jira3", "jiradc", "github", "ghes"]
Schema = dict[str, Any]

_DATE_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})")
_PARAMETER = re.compile(r"\\\{[^}]+\\\}")


@dataclass(frozen=True, eq=False)
class Operation:
    """One method on one path, as the vendor describes it; its validators are compiled when first needed."""

    name: str
    pattern: re.Pattern[str]
    parameters: Mapping[str, Schema]
    required_parameters: frozenset[str]
    body: Schema | None
    replies: Mapping[str, Schema]
    dates: bool

    @cached_property
    def body_validator(self) -> Draft202012Validator | None:
        """Checks a request body; unknown names at its top level are refused."""
        return self._validator(_closed(self.body)) if self.body else None

    @cache  # noqa: B019 - operations live as long as the process
    def reply_validator(self, status: str) -> Draft202012Validator | None:
        """Checks the body of a reply with this status, when it is described."""
        return self._validator(self.replies[status]) if status in self.replies else None

    @cache  # noqa: B019
    def parameter_validator(self, name: str) -> Draft202012Validator:
        """Checks one query parameter, already turned from text into its type."""
        return self._validator(self.parameters[name])

    def _validator(self, schema: Schema) -> Draft202012Validator:
        return Draft202012Validator(_mended(schema), format_checker=_FORMATS if self.dates else None)


_FORMATS = FormatChecker(formats=())


@_FORMATS.checks("date-time")
def _is_date_time(value: object) -> bool:
    return not isinstance(value, str) or _DATE_TIME.fullmatch(value) is not None


def _closed(schema: Schema) -> Schema:
    """Unknown names refused: the published bodies are open, so a typo would pass."""
    if "properties" not in schema:
        return schema
    return {**schema, "additionalProperties": False}


def _mended(schema: Any) -> Any:
    """A nullable choice that does not list null gets it."""
    if isinstance(schema, list):
        return [_mended(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    mended = {name: _mended(value) for name, value in schema.items()}
    kinds, choices = mended.get("type"), mended.get("enum")
    if isinstance(kinds, list) and "null" in kinds and isinstance(choices, list) and None not in choices:
        mended["enum"] = [*choices, None]
    return mended


def folder() -> Path | None:
    """Where the descriptions are, or None."""
    named = os.environ.get("SYNCD_SCHEMAS")
    place = Path(named) if named else Path(__file__).resolve().parents[3] / "shared" / "schemas"
    return place if (place / "by-operation").is_dir() else None


@cache
def _document(place: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(place.read_text(encoding="utf-8"))
    return document


@cache
def operations(place: Path, service: Service) -> Mapping[str, list[Operation]]:
    """The operations of a service by method, those with the fewest parameters first."""
    described = _document(place / "by-operation" / f"{service}.json")["ops"]
    found: dict[str, list[Operation]] = {}
    for name in sorted(described, key=lambda name: (name.count("{"), name)):
        method, path = name.split(" ", 1)
        found.setdefault(method, []).append(_operation(place, service, name, path, described[name]))
    return found


def _operation(place: Path, service: Service, name: str, path: str, described: Mapping[str, Any]) -> Operation:
    query = [one for one in described["params"] if one["in"] == "query"]
    return Operation(
        name=name,
        pattern=re.compile(_PARAMETER.sub("[^/]+", re.escape(path))),
        parameters={one["name"]: one["schema"] for one in query},
        required_parameters=frozenset(one["name"] for one in query if one.get("required")),
        body=_request_body(service, described.get("body")),
        replies=_replies(place, service, name) or described["responses"],
        dates=service in ("github", "ghes"),
    )


def _request_body(service: Service, body: Schema | None) -> Schema | None:
    """Data Center's file types the values of `fields` as objects, whatever they are: any value is let through."""
    if body is None or service != "jiradc" or "fields" not in body.get("properties", {}):
        return body
    properties = body["properties"]
    if properties["fields"].get("type") != "object":
        return body
    return {**body, "properties": {**properties, "fields": {"type": "object"}, "update": {"type": "object"}}}


def _replies(place: Path, service: Service, name: str) -> Mapping[str, Schema]:
    """The replies of a service whose own cut has none, from where the same replies are described."""
    if service == "jira2":
        twin = name.replace("/rest/api/2/", "/rest/api/3/")
        described = _document(place / "by-operation" / "jira3.json")["ops"].get(twin, {}).get("responses", {})
        return {status: _one_or_many(name, schema) for status, schema in described.items()}
    if service == "ghes":
        described = _document(place / "by-operation" / "github.json")["ops"].get(name, {}).get("responses", {})
        return dict(described)
    return _datacenter_replies(place, name) if service == "jiradc" else {}


def _one_or_many(name: str, schema: Schema) -> Schema:
    """Remote links are described as one, and come as a list unless one is asked for by its global id."""
    if name.startswith("GET ") and name.endswith("/remotelink"):
        return {"anyOf": [schema, {"type": "array", "items": schema}]}
    return schema


def _datacenter_replies(place: Path, name: str) -> Mapping[str, Schema]:
    """From Data Center's own file, which describes many a list as one of its items: both are let through."""
    document = _document(place / "jira-datacenter-11.json")
    method, path = name.split(" ", 1)
    described = document["paths"].get(path, {}).get(method.lower(), {}).get("responses", {})
    found = {}
    for status, reply in described.items():
        schema = reply.get("content", {}).get("application/json", {}).get("schema")
        if schema:
            either = {"anyOf": [schema, {"type": "array", "items": schema}]}
            found[status] = {**either, "components": _datacenter_components(place)}
    return found


@cache
def _datacenter_components(place: Path) -> Mapping[str, Mapping[str, Schema]]:
    """The shared parts of Data Center's file, whose issues have `fields` of any type, not of objects alone."""
    schemas: dict[str, Schema] = _document(place / "jira-datacenter-11.json")["components"]["schemas"]
    opened = {"type": "object"}
    issue = schemas.get("IssueBean", opened)
    properties = {**issue.get("properties", {}), "fields": opened}
    return {"schemas": {**schemas, "IssueBean": {**issue, "properties": properties}}}
