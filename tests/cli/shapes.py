"""The documented shape of every ``--json`` output, as JSON Schema. Adding to an output is free, so is adding here."""

from __future__ import annotations

from typing import Any

from jsonschema import Draft202012Validator


def hold(value: object, shape: dict[str, Any]) -> None:
    """Fail with every place where a value does not have a shape."""
    wrong = [f"{error.json_path}: {error.message}" for error in Draft202012Validator(shape).iter_errors(value)]
    assert not wrong, "\n".join(wrong)


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": [*properties], "additionalProperties": False}


def _array(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _or_null(shape: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [shape, {"type": "null"}]}


def _one_of(*words: str) -> dict[str, Any]:
    return {"enum": [*words]}


TEXT = {"type": "string"}
WORDS = {"type": "string", "minLength": 1}
COUNT = {"type": "integer", "minimum": 0}
LINE = {"type": "integer", "minimum": 1}
FLAG = {"type": "boolean"}
DAY = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
MOMENT = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?\+00:00$"}
ITEM_ID = {"type": "string", "pattern": "^[0-9a-f]{8}$"}
STATE = _one_of("open", "in_progress", "done", "cancelled")
DISPOSITION = _one_of("linked", "pending", "blocked", "ignored", "detached")

PARSED = _object(
    path=WORDS,
    kind=_one_of("incident", "project", "other"),
    title=TEXT,
    severity=_or_null(TEXT),
    incident_date=_or_null(DAY),
    postmortem_date=_or_null(DAY),
    finished=FLAG,
    problems=_array(_object(line=LINE, message=WORDS)),
    items=_array(
        _object(
            line=LINE,
            id=_or_null(TEXT),
            action=WORDS,
            type=_or_null(TEXT),
            owner=_or_null(TEXT),
            owners=_array(WORDS),
            due=_or_null(TEXT),
            due_date=_or_null(DAY),
            status=_or_null(TEXT),
            state=_or_null(STATE),
            ticket=_or_null(TEXT),
            ticket_named=FLAG,
        )
    ),
)

PASS = {
    **_object(
        dry_run=FLAG,
        plan_hash={"type": "string", "pattern": "^[0-9a-f]{12}$"},
        brake=_or_null(WORDS),
        documents=_object(read=COUNT, changed=COUNT, failed=COUNT),
        changes=_array(
            _object(
                change=_one_of("create", "adopt", "update", "record", "write_back", "report", "ignore"),
                team=WORDS,
                document=WORDS,
                line=LINE,
                item=_or_null(ITEM_ID),
                action=TEXT,
                tracker=_or_null(WORDS),
                ticket=_or_null(WORDS),
                url=_or_null(WORDS),
                outcome=_one_of("planned", "done", "pending", "refused", "unknown", "failed", "skipped"),
                reason=WORDS,
            )
        ),
        problems=_array(_object(document=WORDS, line=LINE, message=WORDS)),
    ),
}
PASS["properties"]["pass"] = {"type": "string", "pattern": "^([0-9a-f]{8}|-)$"}
PASS["required"].append("pass")

STATUS = _object(
    version={"const": 1},
    documents=COUNT,
    items=COUNT,
    by_state=_object(open=COUNT, in_progress=COUNT, done=COUNT, cancelled=COUNT),
    by_disposition=_object(linked=COUNT, pending=COUNT, blocked=COUNT, ignored=COUNT),
    overdue={"$ref": "#/$defs/items"},
    stuck={"$ref": "#/$defs/items"},
    to_settle={"$ref": "#/$defs/items"},
    unknown=COUNT,
    last_pass=_or_null(
        {
            "type": "object",
            "properties": {
                "pass": ITEM_ID,
                "team": _or_null(WORDS),
                "started_at": MOMENT,
                "ended_at": _or_null(MOMENT),
                "outcome": _or_null(_one_of("ok", "failed", "brake", "authentication", "stale")),
                "brake": _or_null(WORDS),
            },
            "required": ["pass", "team", "started_at", "ended_at", "outcome", "brake"],
            "additionalProperties": False,
        }
    ),
)
STATUS["$defs"] = {
    "items": _array(
        _object(
            item=ITEM_ID,
            team=WORDS,
            document=WORDS,
            line=LINE,
            action=WORDS,
            owner=_or_null(TEXT),
            state=STATE,
            due_date=_or_null(DAY),
            ticket=_or_null(WORDS),
            disposition=DISPOSITION,
            reason=_or_null(WORDS),
        )
    )
}

SIDES = _object(document=_or_null(TEXT), ticket=_or_null(TEXT), agreed=_or_null(TEXT))

EXPLANATION = _object(
    version={"const": 1},
    item=ITEM_ID,
    team=WORDS,
    document=WORDS,
    line=LINE,
    action=WORDS,
    id=_or_null(TEXT),
    section=_or_null(TEXT),
    type=_or_null(TEXT),
    owner=_or_null(TEXT),
    due=_or_null(TEXT),
    due_date=_or_null(DAY),
    status=_or_null(TEXT),
    state=_or_null(STATE),
    finished=FLAG,
    finished_why=WORDS,
    disposition=DISPOSITION,
    reason=_or_null(WORDS),
    ignored=_or_null(WORDS),
    asked_for=_or_null(WORDS),
    ticket=_or_null(
        _object(
            tracker=WORDS,
            id=WORDS,
            key=WORDS,
            url=WORDS,
            matched=_one_of("created", "named", "by_hand", "marker"),
            marker=_or_null(WORDS),
            presence=_one_of("here", "deleted", "inaccessible"),
            fields=_object(title=SIDES, state=SIDES, due=SIDES, document=SIDES),
        )
    ),
    decisions=_array(
        _object(
            decision=_one_of("link", "unlink", "ignore"),
            value=_or_null(TEXT),
            at=MOMENT,
            settled_at=_or_null(MOMENT),
        )
    ),
    effects=_array(
        _object(
            effect=_one_of("create", "adopt", "update", "write_back"),
            state=_one_of("prepared", "sent", "done", "refused", "unknown", "ended"),
            attempts=COUNT,
            reason=_or_null(WORDS),
            marker=_or_null(WORDS),
            prepared_at=MOMENT,
            ended_at=_or_null(MOMENT),
        )
    ),
    events=_array(
        _object(
            field=WORDS,
            before=_or_null(TEXT),
            after=_or_null(TEXT),
            side=_one_of("document", "ticket", "syncd", "person"),
            at=MOMENT,
        )
    ),
)

SAID_BY_HAND = _object(
    version={"const": 1},
    item=ITEM_ID,
    document=WORDS,
    line=LINE,
    action=WORDS,
    ticket=_or_null(WORDS),
    ignored=_or_null(WORDS),
)

DOCTOR = _object(
    version={"const": 1},
    ok=FLAG,
    findings=_array(
        _object(
            team=WORDS,
            connector=WORDS,
            location=WORDS,
            level=_one_of("ok", "warning", "failure", "authentication"),
            about=WORDS,
            cause=WORDS,
            cure=TEXT,
        )
    ),
)

CANDIDATES = _object(
    version={"const": 1},
    candidates=_array(
        _object(
            team=WORDS,
            document=WORDS,
            line=LINE,
            item=ITEM_ID,
            action=WORDS,
            tracker=WORDS,
            ticket=WORDS,
            url=WORDS,
            title=WORDS,
            command=WORDS,
        )
    ),
    problems=_array(WORDS),
)

DELIVERIES = _object(
    version={"const": 1},
    deliveries=_array(
        _object(
            message=_or_null(WORDS),
            team=WORDS,
            kind=_one_of("weekly", "review", "retro", "notice"),
            period=WORDS,
            channel=WORDS,
            recipient=WORDS,
            state=_one_of("prepared", "sending", "sent", "refused", "unknown", "skipped"),
            reason=_or_null(WORDS),
            attempts=COUNT,
            prepared_at=MOMENT,
            ended_at=_or_null(MOMENT),
        )
    ),
)

CHECKED = _object(
    version={"const": 1},
    ok=FLAG,
    file=_or_null(WORDS),
    mistakes=_array(WORDS),
    secrets=_array(_object(key=WORDS, reference=WORDS, ok=FLAG, problem=TEXT, warning=TEXT)),
)

CONFIGURATION = _object(
    version={"const": 1},
    file=WORDS,
    values=_array(
        _object(
            key=WORDS,
            value={},
            variable=_or_null(WORDS),
            line=_or_null(LINE),
            secret=FLAG,
            **{"from": _one_of("file", "variable", "default")},
        )
    ),
)
