"""Jira's fields: what each is called, which values it takes, and how a create, an edit or a transition is refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from tests.emulators.jira_errors import OFF_SCREEN, Invalid, JiraError
from tests.emulators.jira_site import ISSUE_TYPES, PRIORITIES, RESOLUTIONS, Issue, Site, User

SUMMARY_LENGTH = 255
TEXT_LENGTH = 32_767
LABEL_LENGTH = 255
OPTIONS = {"10100": "Production", "10101": "Staging"}

Parser = Callable[[Site, str, Any], Any]
"""(site, project key, value sent) to the value kept; raises Invalid."""


@dataclass(frozen=True)
class Field:
    """A field: its id, its name on the screen, its type as Jira's `schema` says it, and how a value is read."""

    id: str
    name: str
    type: str
    parse: Parser
    items: str = ""
    custom: str = ""
    operations: tuple[str, ...] = ("set",)

    @property
    def is_list(self) -> bool:
        """Whether it holds many values, so that `add` and `remove` make sense."""
        return self.type == "array"


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise Invalid("Operation value must be a string")
    return value


def _summary(_site: Site, _project: str, value: Any) -> str:
    if value is None or not _text(value).strip():
        raise Invalid("You must specify a summary of the issue.")
    if "\n" in value or "\r" in value:
        raise Invalid("The summary is invalid because it contains newline characters.")
    if len(value) > SUMMARY_LENGTH:
        raise Invalid(f"Summary can't exceed {SUMMARY_LENGTH} characters.")
    return _text(value).strip()


def _long_text(_site: Site, _project: str, value: Any) -> str | None:
    if value is None or not _text(value):
        return None
    if len(value) > TEXT_LENGTH:
        raise Invalid("The entered text is too long. It exceeds the allowed limit of 32,767 characters.")
    return _text(value)


def _short_text(_site: Site, _project: str, value: Any) -> str | None:
    if value is not None and len(_text(value)) > SUMMARY_LENGTH:
        raise Invalid("The entered text is too long. It exceeds the allowed limit of 255 characters.")
    return value or None


def _number(_site: Site, _project: str, value: Any) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Invalid("Operation value must be a number")
    return float(value)


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise Invalid("data was not an array")
    return value


def _labels(_site: Site, _project: str, value: Any) -> tuple[str, ...]:
    for place, label in enumerate(_list(value)):
        if not isinstance(label, str):
            raise Invalid(f"string expected at index {place}")
        if re.search(r"\s", label):
            raise Invalid(f"The label '{label}' contains spaces which is invalid.")
        if len(label) > LABEL_LENGTH:
            raise Invalid(f"The label '{label}' exceeds the maximum length for a single label of 255 characters.")
    return tuple(sorted(set(filter(None, value or []))))


def _date(_site: Site, _project: str, value: Any) -> str | None:
    if value is None or _text(value) == "":
        return None
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
            raise ValueError(value)
        return date.fromisoformat(value).isoformat()
    except ValueError:
        raise Invalid(f"Error parsing date string: {value}") from None


def _named(names: Mapping[str, str], value: Any, what: str) -> str:
    """The name meant by `{"name": …}` or `{"id": "…"}` among the given ones."""
    if not isinstance(value, dict):
        raise Invalid("data was not an object")
    if isinstance(value.get("id"), str):
        if value["id"] not in names:
            raise Invalid(f"{what} id '{value['id']}' is not valid")
        return names[value["id"]]
    if not isinstance(value.get("name"), str):
        raise Invalid(f"Could not find valid 'id' or 'name' in the {what} object.")
    if value["name"] not in names.values():
        raise Invalid(f"{what} name '{value['name']}' is not valid")
    return str(value["name"])


def _priority(_site: Site, _project: str, value: Any) -> str:
    return _named(PRIORITIES, value, "Priority")


def _resolution(_site: Site, _project: str, value: Any) -> str:
    return _named(RESOLUTIONS, value, "Resolution")


def _components(site: Site, project: str, value: Any) -> tuple[str, ...]:
    components = component_ids(site, project)
    return tuple(_named(components, one, "Component") for one in _list(value))


def component_ids(site: Site, project: str) -> dict[str, str]:
    """Component id to name, of one project."""
    return {f"{site.projects[project].id}{place}": name for place, name in enumerate(site.projects[project].components)}


def _user(site: Site, value: Any) -> User | None:
    """The person meant; Cloud wants `accountId` (or `id`), Data Center `name`, and neither takes the other's."""
    if value is None:
        return None
    if not isinstance(value, dict):
        raise Invalid("data was not an object")
    if site.cloud and set(value) & {"name", "key"}:
        raise Invalid("'accountId' must be the only user identifying query parameter in GDPR strict mode.")
    names = ("accountId", "id") if site.cloud else ("name",)
    wanted = [value[name] for name in names if name in value]
    if wanted == [None]:
        return None
    if len(wanted) != 1 or not isinstance(wanted[0], str):
        raise Invalid(f"expected Object containing a '{names[0]}' property")
    return _known_user(site, wanted[0])


def _known_user(site: Site, wanted: str) -> User:
    found = next(
        (user for user in site.users.values() if wanted == (user.account_id if site.cloud else user.name)), None
    )
    if found is None:
        raise Invalid(f"User '{wanted}' does not exist.")
    return found


def _assignee(site: Site, _project: str, value: Any) -> str | None:
    user = _user(site, value)
    if user and not (user.active and user.assignable):
        raise Invalid(f"User '{user.account_id if site.cloud else user.name}' cannot be assigned issues.")
    return user.account_id if user else None


def _reporter(site: Site, _project: str, value: Any) -> str:
    user = _user(site, value)
    if user is None:
        raise Invalid("Reporter is required.")
    return user.account_id


def _parent(site: Site, _project: str, value: Any) -> str | None:
    if value is None:
        return None
    if not isinstance(value, dict):
        raise Invalid("data was not an object")
    wanted = value.get("key", value.get("id"))
    parent = site.find(wanted) if isinstance(wanted, str) else None
    if parent is None or not site.readable(parent):
        raise Invalid("Could not find issue by id or key.")
    if parent.issuetype == "Sub-task":
        raise Invalid("Given parent issue does not belong to appropriate hierarchy.")
    return parent.id


def _epic_link(site: Site, _project: str, value: Any) -> str | None:
    if value is None:
        return None
    epic = site.find(_text(value))
    if epic is None or epic.issuetype != "Epic" or not site.readable(epic):
        raise Invalid("gh.epic.error.not.found")
    return epic.key


def _option(_site: Site, _project: str, value: Any) -> str | None:
    if value is None:
        return None
    if not isinstance(value, dict) or not {"id", "value"} & set(value):
        raise Invalid("Could not find valid 'id' or 'value' in the Parent Option object.")
    if "id" in value:
        if value["id"] not in OPTIONS:
            raise Invalid(f"Option id '{value['id']}' is not valid")
        return OPTIONS[value["id"]]
    if value["value"] not in OPTIONS.values():
        raise Invalid(f"Option value '{value['value']}' is not valid")
    return str(value["value"])


def _options(site: Site, project: str, value: Any) -> tuple[str | None, ...]:
    return tuple(_option(site, project, one) for one in _list(value))


_MANY = ("add", "set", "remove")
_CUSTOM = "com.atlassian.jira.plugin.system.customfieldtypes:"
SYSTEM = (
    Field("summary", "Summary", "string", _summary),
    Field("description", "Description", "string", _long_text),
    Field("environment", "Environment", "string", _long_text),
    Field("labels", "Labels", "array", _labels, items="string", operations=_MANY),
    Field("duedate", "Due date", "date", _date),
    Field("priority", "Priority", "priority", _priority),
    Field("assignee", "Assignee", "user", _assignee),
    Field("reporter", "Reporter", "user", _reporter),
    Field("components", "Components", "array", _components, items="component", operations=_MANY),
    Field("parent", "Parent", "issuelink", _parent),
    Field("resolution", "Resolution", "resolution", _resolution),
)
CUSTOM = (
    Field("customfield_10010", "Team", "string", _short_text, custom=_CUSTOM + "textfield"),
    Field("customfield_10014", "Epic Link", "any", _epic_link, custom="com.pyxis.greenhopper.jira:gh-epic-link"),
    Field("customfield_10016", "Story Points", "number", _number, custom=_CUSTOM + "float"),
    Field("customfield_10030", "Stage", "option", _option, custom=_CUSTOM + "select"),
    Field("customfield_10031", "Stages", "array", _options, "option", _CUSTOM + "multiselect", _MANY),
    Field("customfield_10032", "Review date", "date", _date, custom=_CUSTOM + "datepicker"),
)
FIELDS = {field.id: field for field in SYSTEM + CUSTOM}


def create_screen(site: Site, project: str, issue_type: str) -> list[Field]:
    """The fields a person may fill when creating; without the permission to assign or schedule, not these."""
    hidden = site.off_create_screen | _withheld(site, project) | {"resolution"}
    if site.cloud:
        hidden = hidden | {"customfield_10014"}  # an epic is a parent there
    elif issue_type != "Sub-task":
        hidden = hidden | {"parent"}
    if issue_type == "Epic":
        hidden = hidden | {"parent", "customfield_10014"}
    return [field for field in FIELDS.values() if field.id not in hidden]


def edit_screen(site: Site, issue: Issue) -> list[Field]:
    """The fields a person may change on this issue."""
    hidden = site.off_edit_screen | _withheld(site, issue.project) | {"resolution"}
    hidden = hidden | {"customfield_10014" if site.cloud else "parent"}
    return [field for field in FIELDS.values() if field.id not in hidden]


def _withheld(site: Site, project: str) -> set[str]:
    needs = {"ASSIGN_ISSUES": "assignee", "SCHEDULE_ISSUES": "duedate"}
    return {field for permission, field in needs.items() if not site.may(project, permission)}


def is_required(site: Site, field_id: str, issue_type: str) -> bool:
    """Whether a create of this issue type needs the field."""
    return field_id == "summary" or field_id in site.required.get(issue_type, ())


def parse_fields(site: Site, project: str, sent: Mapping[str, Any], screen: Collection[Field]) -> dict[str, Any]:
    """The values kept for what was sent, by field id. Raises JiraError 400 naming every field that is refused."""
    allowed = {field.id: field for field in screen}
    values: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for field_id, value in sent.items():
        if field_id not in allowed:
            errors[field_id] = OFF_SCREEN.format(field=field_id)
            continue
        try:
            values[field_id] = allowed[field_id].parse(site, project, value)
        except Invalid as refusal:
            errors[field_id] = str(refusal)
    if errors:
        raise JiraError(400, errors=errors)
    return values


def as_issue_values(values: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """The same values as attributes of an Issue: custom fields go into one mapping, over those it had `before`."""
    custom = {field_id: value for field_id, value in values.items() if field_id.startswith("customfield_")}
    system = {field_id: value for field_id, value in values.items() if field_id not in custom}
    return system | ({"customfields": {**before, **custom}} if custom else {})


def issue_type_named(site: Site, project: str, value: Any) -> str:
    """The issue type meant; raises Invalid when the project has none such."""
    offered = {type_id: name for type_id, name in ISSUE_TYPES.items() if name in site.projects[project].issue_types}
    if not isinstance(value, dict) or not {"id", "name"} & set(value):
        raise Invalid("Specify an issue type" if site.cloud else "issue type is required")
    try:
        return _named(offered, {key: str(value[key]) for key in ("id", "name") if key in value}, "Issue type")
    except Invalid:
        raise Invalid("Specify a valid issue type" if site.cloud else "The issue type selected is invalid.") from None
