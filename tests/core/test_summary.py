from __future__ import annotations

import pytest

from syncd.core.desired import Policy, desired_ticket
from syncd.core.model import DesiredTicket, Document, Markup
from syncd.core.postmortem import parse
from syncd.core.summary import MOST
from tests.line import table

POLICY = Policy(team="core", trackers=("ops",))
ROW = "| 1 | Add an alert | Core | | Open |"


def read(text, markup=Markup.MARKDOWN):
    return parse(Document("a", "a.md", text, "1", markup))


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("# Outage\n\n## Summary\n\nThe **pool** ran\ndry at `10:00`.\n\nMore.\n", "The pool ran dry at 10:00."),
        ("# Outage\n\n### What happened?\n\nIt was down.\n", "It was down."),
        ("# Ausfall\n\n## Zusammenfassung\n\nAlles stand still.\n", "Alles stand still."),
        ("# Outage\n\n## Summary\n\n### Impact\n\nAll customers.\n", ""),
        ("# Outage\n\nIt was down.\n", ""),
        ("# Outage\n\n## Summary of actions\n\nThree.\n", ""),
    ],
)
def test_it_is_the_first_paragraph_under_its_heading(text, summary):
    assert read(text).summary == summary


def test_it_is_found_in_html_too():
    text = "<h1>Outage</h1><h2>Overview</h2><p>It was <b>down</b>.</p>"
    assert read(text, Markup.HTML).summary == "It was down."


def test_a_long_one_is_cut():
    summary = read(f"# Outage\n\n## Summary\n\n{'word ' * 1000}\n").summary
    assert len(summary) <= MOST
    assert summary.endswith("…")


def said(text):
    postmortem = read(text)
    wanted = desired_ticket(postmortem, postmortem.items[0], policy=POLICY)
    assert isinstance(wanted, DesiredTicket)
    return [block.text for block in wanted.body]


def test_the_ticket_tells_what_happened():
    assert "It was down for a while." in said(table(ROW))


def test_the_ticket_names_the_incidents_own_record():
    text = table(ROW).replace("**Severity:**", "**Incident:** https://status.example.com/incidents/42\n**Severity:**")
    postmortem = read(text)
    wanted = desired_ticket(postmortem, postmortem.items[0], policy=POLICY)
    facts = [fact for block in wanted.body for fact in block.facts]
    assert ("Incident record", "https://status.example.com/incidents/42") in facts


def test_the_ticket_of_a_restricted_postmortem_does_not():
    assert "It was down for a while." not in said(f"---\nrestricted: true\n---\n{table(ROW)}")
