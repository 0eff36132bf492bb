"""Jira's JSON for screens: which fields there are, which are needed, what they take."""

from __future__ import annotations

from typing import Any

from tests.emulators import jira_shape as shape
from tests.emulators.jira_fields import FIELDS, OPTIONS, Field, is_required
from tests.emulators.jira_shape import Json
from tests.emulators.jira_site import PRIORITIES, RESOLUTIONS, ScreenField, Site, Transition


def field_schema(field: Field) -> Json:
    """What a field holds, in Jira's words."""
    shown: Json = {"type": field.type}
    if field.items:
        shown["items"] = field.items
    if field.custom:
        return shown | {"custom": field.custom, "customId": int(field.id.removeprefix("customfield_"))}
    return shown | {"system": field.id}


def allowed_values(site: Site, field: Field, project_key: str) -> list[Json] | None:
    """The closed list a field chooses from, or None when it has none."""
    if field.id == "components":
        return [shape.component(site, project_key, name) for name in site.projects[project_key].components]
    if field.id == "priority":
        return [shape.priority(site, name) for name in PRIORITIES.values()]
    if field.id == "resolution":
        return [shape.resolution(site, name) for name in RESOLUTIONS.values()]
    return [shape.option(site, name) for name in OPTIONS.values()] if "option" in (field.type, field.items) else None


def field_meta(site: Site, field: Field, project_key: str, *, required: bool, default: Any = None) -> Json:
    """A field on a screen: needed or not, which values, with a default or not."""
    values = allowed_values(site, field, project_key)
    shown: Json = {
        "required": required,
        "schema": field_schema(field),
        "name": field.name,
        "fieldId": field.id,
        "hasDefaultValue": default is not None,
        "operations": list(field.operations),
    }
    if site.cloud:
        shown["key"] = field.id
    if default is not None:
        shown["defaultValue"] = default
    return shown | ({"allowedValues": values} if values is not None else {})


def create_field(site: Site, field: Field, project_key: str, issue_type_name: str) -> Json:
    """A field of the create screen."""
    default = shape.priority(site, "Medium") if field.id == "priority" else None
    required = is_required(site, field.id, issue_type_name)
    return field_meta(site, field, project_key, required=required, default=default)


def transition(site: Site, one: Transition, project_key: str, *, with_fields: bool) -> Json:
    """A transition; its fields only on request."""
    shown: Json = {"id": one.id, "name": one.name, "to": shape.status(site, site.status(one.to))}
    if site.cloud:
        flags = {"isInitial": False, "isAvailable": True, "isConditional": False, "looped": False}
        shown |= {"hasScreen": bool(one.screen), "isGlobal": one.sources is None} | flags
    if with_fields:
        shown["fields"] = {entry.id: _screen_field(site, entry, project_key) for entry in one.screen}
    return shown


def _screen_field(site: Site, entry: ScreenField, project_key: str) -> Json:
    default = shape.resolution(site, entry.default) if entry.id == "resolution" and entry.default else entry.default
    shown = field_meta(site, FIELDS[entry.id], project_key, required=entry.required, default=default)
    return {name: value for name, value in shown.items() if not (site.cloud and name == "fieldId")}
