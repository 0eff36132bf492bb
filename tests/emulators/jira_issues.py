"""Issues over REST: create, read, edit, move through the workflow, link."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tests.emulators.http import Request, Response
from tests.emulators.jira_errors import BAD_BODY, OFF_SCREEN, Invalid, JiraError
from tests.emulators.jira_fields import (
    FIELDS,
    Field,
    as_issue_values,
    create_screen,
    edit_screen,
    is_required,
    issue_type_named,
    parse_fields,
)
from tests.emulators.jira_screens import field_meta, transition
from tests.emulators.jira_shape import issue, url
from tests.emulators.jira_site import Issue, Site, Transition

_NEVER_SEEN = "Issue does not exist or you do not have permission to see it."
_UPDATE_KEYS = {"fields", "update", "properties", "historyMetadata", "transition"}
_EMPTY = (None, "", ())
_TOO_LONG = ("exceed", "too long")


def find_issue(site: Site, id_or_key: str) -> Issue:
    """The issue, also by a key it had before. Raises 404, or 403 on Data Center for a forbidden one."""
    found = site.find(id_or_key)
    if found is None or not site.projects[found.project].visible:
        raise JiraError(404, _NEVER_SEEN if site.cloud else "Issue Does Not Exist")
    if not site.readable(found):
        if site.cloud:
            raise JiraError(404, _NEVER_SEEN)
        raise JiraError(403, "You do not have the permission to see the specified issue.")
    return found


def body_of(request: Request, known: Iterable[str]) -> dict[str, Any]:
    """The JSON object sent. Raises 400 when it is none, or holds a key Jira does not know."""
    body = request.json
    unknown = sorted(set(body) - set(known)) if isinstance(body, dict) else [""]
    if unknown:
        raise JiraError(400, BAD_BODY)
    return dict(body)


def create(site: Site, request: Request) -> Response:
    """POST issue."""
    body = body_of(request, _UPDATE_KEYS)
    sent = body.get("fields")
    if not isinstance(sent, dict) or body.get("update"):
        raise JiraError(400, BAD_BODY)
    project, issue_type = _place(site, sent)
    rest = {name: value for name, value in sent.items() if name not in ("project", "issuetype")}
    screen = create_screen(site, project, issue_type)
    try:
        values = parse_fields(site, project, rest, screen)
    except JiraError as refusal:
        if any(word in text for text in refusal.errors.values() for word in _TOO_LONG):
            site.burn_number(project)  # such a value is refused late, when the issue already has its number
        raise
    missing = [field for field in screen if is_required(site, field.id, issue_type) and values.get(field.id) in _EMPTY]
    if missing:
        raise JiraError(400, errors={field.id: _is_required(field) for field in missing})
    made = site.add(project, issuetype=issue_type, **as_issue_values(values, {}))
    return Response(status=201, json={"id": made.id, "key": made.key, "self": url(site, f"issue/{made.id}")})


def _is_required(field: Field) -> str:
    return "You must specify a summary of the issue." if field.id == "summary" else f"{field.name} is required."


def _place(site: Site, sent: Mapping[str, Any]) -> tuple[str, str]:
    """The project's key and the issue type's name that a create asks for."""
    named = sent.get("project")
    wanted = [named.get("key"), named.get("id")] if isinstance(named, dict) else []
    found = [one for one in site.projects.values() if one.key in wanted or one.id in wanted]
    if not found or not found[0].visible:
        raise JiraError(400, errors={"project": "valid project is required" if site.cloud else "project is required"})
    project = found[0].key
    if not site.may(project, "CREATE_ISSUES"):
        raise JiraError(400, errors={"project": "You do not have permission to create issues in this project."})
    try:
        return project, issue_type_named(site, project, sent.get("issuetype"))
    except Invalid as refusal:
        raise JiraError(400, errors={"issuetype": str(refusal)}) from None


def read(site: Site, request: Request, id_or_key: str) -> Response:
    """GET issue: always fresh."""
    wanted = [name.strip() for name in request.query.get("fields", "*all").split(",") if name.strip()]
    return Response(json=issue(site, find_issue(site, id_or_key), wanted))


def edit(site: Site, request: Request, id_or_key: str) -> Response:
    """PUT issue: `fields` set values, `update` adds to and takes from lists."""
    found = find_issue(site, id_or_key)
    if request.query.get("notifyUsers", "true").lower() == "false" and not site.may(
        found.project, "ADMINISTER_PROJECTS"
    ):
        raise JiraError(403, "To discard the user notification either admin or project admin permissions are required.")
    body = body_of(request, _UPDATE_KEYS)
    fields, update = body.get("fields") or {}, body.get("update") or {}
    if not fields and not update:
        raise JiraError(400, "one of 'fields' or 'update' required")
    _check_editable(site, found)
    if both := sorted(set(fields) & set(update)):
        raise JiraError(
            400, errors={name: f"Field '{name}' cannot appear in both 'fields' and 'update'" for name in both}
        )
    screen = edit_screen(site, found)
    changed = _after_verbs(site, found, update, screen)
    values = parse_fields(site, found.project, fields, screen) | changed
    site.change(found, **as_issue_values(values, found.customfields))
    return Response(status=204)


def _check_editable(site: Site, found: Issue) -> None:
    if found.archived:
        raise JiraError(403, "You cannot edit this issue as it has been archived.")
    if not site.may(found.project, "EDIT_ISSUES"):
        raise JiraError(403, "You do not have permission to edit issues in this project.")


def _after_verbs(site: Site, found: Issue, update: Mapping[str, Any], screen: list[Field]) -> dict[str, Any]:
    """The values after the `update` part: `{"labels": [{"add": "x"}, {"remove": "y"}]}`."""
    allowed = {field.id: field for field in screen}
    values: dict[str, Any] = {}
    for field_id, steps in update.items():
        if field_id not in allowed:
            raise JiraError(400, errors={field_id: OFF_SCREEN.format(field=field_id)})
        if not isinstance(steps, list) or not all(isinstance(step, dict) and len(step) == 1 for step in steps):
            raise JiraError(400, BAD_BODY)
        field = allowed[field_id]
        value = _held(found, field)
        for verb, operand in (pair for step in steps for pair in step.items()):
            value = _after_verb(site, found.project, field, value, verb, operand)
        values[field_id] = value
    return values


def _held(found: Issue, field: Field) -> Any:
    return found.customfields.get(field.id) if field.custom else getattr(found, field.id)


def _after_verb(site: Site, project: str, field: Field, value: Any, verb: str, operand: Any) -> Any:
    if verb not in field.operations:
        supported = ", ".join(field.operations)
        message = f"Field with id '{field.id}' and name '{field.name}' does not support operation '{verb}'"
        raise JiraError(400, errors={field.id: f"{message} Supported operation(s) are: '{supported}'"})
    if verb == "set":
        return parse_fields(site, project, {field.id: operand}, [field])[field.id]
    (parsed,) = parse_fields(site, project, {field.id: [operand]}, [field])[field.id]
    kept = [one for one in value or () if one != parsed]
    return tuple(sorted([*kept, parsed] if verb == "add" else kept))


def edit_meta(site: Site, _request: Request, id_or_key: str) -> Response:
    """GET editmeta: nothing at all where nothing may be edited."""
    found = find_issue(site, id_or_key)
    editable = not found.archived and site.may(found.project, "EDIT_ISSUES")
    screen = edit_screen(site, found) if editable else []
    fields = {field.id: field_meta(site, field, found.project, required=field.id == "summary") for field in screen}
    if site.cloud:
        fields = {
            name: {key: value for key, value in meta.items() if key != "fieldId"} for name, meta in fields.items()
        }
    return Response(json={"fields": fields})


# --- workflow -------------------------------------------------------------------------------------------------------


def _ways(site: Site, found: Issue) -> list[Transition]:
    if found.archived or not site.may(found.project, "TRANSITION_ISSUES"):
        return []
    return [way for way in site.transitions if way.sources is None or found.status in way.sources]


def transitions(site: Site, request: Request, id_or_key: str) -> Response:
    """GET transitions: those that are possible now; their fields with `expand=transitions.fields`."""
    found = find_issue(site, id_or_key)
    with_fields = "transitions.fields" in request.query.get("expand", "").split(",")
    only = request.query.get("transitionId")
    ways = [way for way in _ways(site, found) if only in (None, way.id)]
    shown = [transition(site, way, found.project, with_fields=with_fields) for way in ways]
    return Response(json={"expand": "transitions", "transitions": shown})


def do_transition(site: Site, request: Request, id_or_key: str) -> Response:
    """POST transitions."""
    found = find_issue(site, id_or_key)
    body = body_of(request, _UPDATE_KEYS)
    way = _way(site, found, body.get("transition"))
    if site.transition_conflicts:
        site.transition_conflicts -= 1
        raise JiraError(409, "The issue was changed by somebody else at the same time. Try again.")
    screen = [FIELDS[entry.id] for entry in way.screen]
    values = parse_fields(site, found.project, body.get("fields") or {}, screen)
    values |= _after_verbs(site, found, body.get("update") or {}, screen)
    for entry in way.screen:
        values.setdefault(entry.id, entry.default)
        if entry.required and values[entry.id] in _EMPTY:
            raise JiraError(400, errors={entry.id: f"{FIELDS[entry.id].name} is required."})
    resolution = values.pop("resolution", None) or way.resolution
    kept = {name: value for name, value in values.items() if value is not None}
    site.enter(found, way.to, resolution, **as_issue_values(kept, found.customfields))
    return Response(status=204)


def _way(site: Site, found: Issue, sent: Any) -> Transition:
    wanted = sent.get("id") if isinstance(sent, dict) else None
    if wanted is None:
        raise JiraError(400, "Missing 'transition' identifier")
    if not str(wanted).isdigit():
        raise JiraError(400, "'transition' identifier must be an integer")
    for way in _ways(site, found):
        if way.id == str(wanted):
            return way
    raise JiraError(400, f"Transition id '{wanted}' is not valid for this issue.")
