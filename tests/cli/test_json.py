from __future__ import annotations

import json

import pytest

from tests.cli.command import FIRST_ROW, document, row
from tests.cli.shapes import EXPLANATION, PARSED, PASS, SAID_BY_HAND, STATUS, hold

MIXED = document(
    row(1, "Add an alert on pool use above 75%"),
    row(2, "Tell support before a sale", due="TBD", status="In progress"),
    row(3, "Follow the vendor's fix", owner="", due="", status=""),
    row(4, "Write the runbook (T-99)", status="Done"),
)
DRAFT = "---\nstatus: draft\n---\n# Postmortem: Slow search\n\n## Action items\n\n- [ ] Shard the index (@ana)\n"


@pytest.fixture
def mixed(docs):
    """Documents in which every kind of answer has something to say."""
    (docs / "b.md").write_text(MIXED.replace("Checkout", "Search"), encoding="utf-8")
    (docs / "draft.md").write_text(DRAFT, encoding="utf-8")
    (docs / "latin.md").write_bytes(b"# Postmortem: caf\xe9\n")
    return docs


def test_parse_prints_one_object_a_line(syncd, mixed):
    said = syncd("parse", "--json", "docs/a.md", "docs/b.md", "docs/draft.md")
    objects = [json.loads(line) for line in said.out.splitlines()]
    assert [o["path"] for o in objects] == ["docs/a.md", "docs/b.md", "docs/draft.md"]
    for each in objects:
        hold(each, PARSED)
    first = objects[0]
    assert (first["kind"], first["severity"], first["incident_date"]) == ("incident", "SEV-1", "2026-10-13")
    assert first["items"][0] == {
        "line": FIRST_ROW,
        "id": "1",
        "action": "Add an alert on pool use above 75%",
        "type": None,
        "owner": "Platform Team",
        "owners": ["Platform Team"],
        "due": "Oct 23",
        "due_date": "2026-10-23",
        "status": "Open",
        "state": "open",
        "ticket": None,
        "ticket_named": False,
    }


def test_a_file_that_cannot_be_read_has_the_shape_of_the_others(syncd, mixed):
    said = syncd("parse", "--json", "docs/latin.md")
    assert said.code == 1
    hold(said.json, PARSED)
    assert said.json["problems"] == [{"line": 1, "message": "It is not UTF-8 (byte 0xE9); save it as UTF-8."}]


@pytest.mark.parametrize("command", [["plan"], ["reconcile", "--dry-run"]])
def test_a_plan_has_the_shape_of_a_pass(syncd, mixed, command):
    plan = syncd(*command, "--source", "docs", "--json").json
    hold(plan, PASS)
    assert (plan["pass"], plan["dry_run"], plan["brake"]) == ("-", True, None)
    assert plan["documents"] == {"read": 4, "changed": 3, "failed": 1}
    assert plan["problems"] == [{"document": "docs/latin.md", "line": 1, "message": plan["problems"][0]["message"]}]
    kinds = {(c["document"], c["line"]): (c["change"], c["outcome"]) for c in plan["changes"]}
    assert kinds["docs/a.md", FIRST_ROW + 2] == ("ignore", "planned")
    assert kinds["docs/draft.md", 8] == ("ignore", "planned")


def test_a_pass_says_what_became_of_each_change(syncd, docs):
    made = syncd("reconcile", "--source", "docs", "--json").json
    hold(made, PASS)
    created = [c for c in made["changes"] if c["change"] == "create"]
    assert [(c["document"], c["line"], c["ticket"], c["outcome"]) for c in created] == [
        ("docs/a.md", FIRST_ROW, "T-1", "done"),
        ("docs/a.md", FIRST_ROW + 1, "T-2", "done"),
    ]
    assert created[0]["url"].endswith(".syncd/tickets/T-1.md")
    assert made["dry_run"] is False


def test_a_braked_pass_has_the_same_shape_and_the_reasons(syncd, docs):
    syncd("reconcile", "--source", "docs")
    (docs / "a.md").unlink()
    held = syncd("reconcile", "--source", "docs", "--json").json
    hold(held, PASS)
    assert "the source is empty" in held["brake"]


def test_status_and_explain_carry_a_version(syncd, mixed, here):
    syncd("reconcile", "--source", "docs")
    status = syncd("status", "--json").json
    hold(status, STATUS)
    assert status["documents"] == 3
    assert status["by_disposition"]["linked"] == 5
    assert status["last_pass"]["outcome"] == "failed", "one document is not UTF-8"
    explained = syncd("explain", "T-1", "--json").json
    hold(explained, EXPLANATION)
    assert (explained["ticket"]["matched"], explained["document"]) == ("created", "docs/a.md")


def test_status_lists_what_is_overdue_and_what_is_stuck(syncd, docs):
    twins = [row(number, "Rotate the keys", due="") for number in (2, 3)]
    (docs / "a.md").write_text(document(row(1, "Renew the certificate", due="2020-01-01"), *twins), encoding="utf-8")
    syncd("reconcile", "--source", "docs")
    status = syncd("status", "--json").json
    hold(status, STATUS)
    assert [i["action"] for i in status["overdue"]] == ["Renew the certificate"]
    assert [i["disposition"] for i in status["stuck"]] == ["blocked", "blocked"]


def test_what_is_said_by_hand_is_answered_in_one_shape(syncd, docs):
    syncd("reconcile", "--source", "docs")
    unlinked = syncd("unlink", "T-2", "--json").json
    linked = syncd("link", f"docs/a.md:{FIRST_ROW + 1}", "T-2", "--source", "docs", "--json").json
    ignored = syncd("ignore", "T-1", "--reason", "nobody needs it", "--json").json
    for answer in (unlinked, linked, ignored):
        hold(answer, SAID_BY_HAND)
    assert (unlinked["ticket"], linked["ticket"], ignored["ignored"]) == (None, "T-2", "nobody needs it")
    explained = syncd("explain", linked["item"], "--json").json
    hold(explained, EXPLANATION)
    assert explained["asked_for"] == "T-2"
    assert [d["decision"] for d in explained["decisions"]] == ["unlink", "link"]


def test_an_item_that_only_a_plan_has_met_is_explained_too(syncd, docs):
    explained = syncd("explain", f"docs/a.md:{FIRST_ROW}", "--source", "docs", "--json").json
    hold(explained, EXPLANATION)
    assert (explained["disposition"], explained["ticket"], explained["effects"]) == ("pending", None, [])
