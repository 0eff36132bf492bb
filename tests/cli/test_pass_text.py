"""What a pass says to people, on a tracker that does as it is told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from syncd.cli.opening import Opening
from syncd.cli.pass_end import next_steps, summary
from syncd.cli.pass_text import lines
from syncd.core.model import State
from syncd.errors import AuthenticationFailed, OutcomeUnknown, Refused
from syncd.reconcile import Request
from tests.cli.command import FIRST_ROW, document, row
from tests.fakes.tracker import MemoryTracker
from tests.line import Clock, Line

OPENING = Opening(source=Path("docs"))


@pytest.fixture
def line(tmp_path):
    clock = Clock()
    return Line(tmp_path, clock=clock, tracker=MemoryTracker(clock=clock))


def said(done, *, verbose=False, width=None, opening=OPENING):
    """The lines about the documents, in a pipe unless there is a width."""
    spoken = lines(done, width=width, verbose=verbose, opening=opening)
    return ["".join(span if isinstance(span, str) else span[0] for span in each) for each in spoken]


def advice(done, opening=OPENING, **request):
    steps = next_steps(done, request=Request(**request), opening=opening, verbose=False)
    return [f"{words} {command}".strip() for words, command in steps]


def test_a_ticket_that_changed_shows_what_is_noted_and_what_is_written(line):
    line.write("a.md", document(row(1, "Add an alert")))
    line.run()
    line.tracker.person_moves("MEM-1", State.DONE)
    assert said(line.run(dry_run=True)) == [
        f"= docs/a.md:{FIRST_ROW}  note MEM-1 “Add an alert”: state open → done",
        f"~ docs/a.md:{FIRST_ROW}  write row “Add an alert”: its ticket is done",
    ]
    done = line.run()
    assert [each.split()[2] for each in said(done)] == ["noted", "wrote"]
    assert summary(done) == "Done: 1 change noted, 1 row written (1 document)."


def test_a_document_that_is_no_postmortem_is_named_to_those_who_want_to_know_all(line):
    line.write("how-to.md", "# How to restart the queue\n\n- [ ] Stop the workers\n- [ ] Start them again\n")
    done = line.run(dry_run=True)
    assert said(done) == []
    (named,) = said(done, verbose=True)
    assert named.startswith("- docs/how-to.md:1  no postmortem: It reads like a template, a plan or a how-to")


def test_a_row_that_changed_shows_what_its_ticket_is_told(line):
    line.write("a.md", document(row(1, "Add an alert on 75% of pools")))
    line.run()
    line.edit("a.md", "alert on 75% of pools", "alert on 75% of all pools")
    (update,) = said(line.run())
    assert update.startswith(
        f"~ docs/a.md:{FIRST_ROW}  updated MEM-1 “Add an alert on 75% of all pools”: the row changed"
    )


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (Refused("You may not make tickets here."), "refused: create “Add an alert”: You may not make tickets here."),
        (OutcomeUnknown("The answer was lost."), "unknown: create “Add an alert”: The answer was lost."),
        (AuthenticationFailed("The token is old."), "failed: create “Add an alert”: The token is old."),
    ],
)
def test_what_did_not_work_is_said_in_the_tracker_s_own_words(line, error, words):
    line.write("a.md", document(row(1, "Add an alert")))
    line.tracker.fail_next("create", error)
    done = line.run()
    assert said(done) == [f"! docs/a.md:{FIRST_ROW}  {words}"]
    assert summary(done) == "Done: 1 failed (1 document)."


def test_what_the_pace_leaves_for_later_is_said_and_when_it_comes(line):
    line.policy = replace(line.policy, creates_per_pass=1)
    line.write("a.md", document(row(1, "Add an alert"), row(2, "Rotate the keys")))
    done = line.run()
    assert said(done)[1] == f"+ docs/a.md:{FIRST_ROW + 1}  later: create “Rotate the keys”: Platform Team, 2026-10-23"
    assert summary(done) == "Done: 1 ticket created, 1 row written, 1 later (1 document)."
    assert advice(done) == [
        "For those that come later: syncd reconcile --source docs",
        "Later: 1 ticket a pass (creates_per_pass): the next pass makes it.",
    ]


def test_what_a_brake_holds_does_not_come_later(line):
    line.policy = replace(line.policy, creates_per_pass=1)
    line.write("a.md", document(*(row(n, f"Alert number {n} on the pool") for n in range(5))))
    held, approve = advice(line.run(dry_run=True))
    assert held.startswith("Held: default, docs: 5 tickets would be created")
    assert "--approve" in approve


def test_a_link_that_cannot_be_written_into_its_row_is_said(line):
    line.write("a.md", document() + "| 1 | Add an alert | Platform | Oct 23 | Open | more | and more |\n")
    done = line.run()
    problem, created, not_written = said(done)
    assert problem.startswith(f"! docs/a.md:{FIRST_ROW}  problem: This row has more cells")
    assert created.startswith(f"+ docs/a.md:{FIRST_ROW}  created MEM-1 ")
    assert not_written.startswith(f"! docs/a.md:{FIRST_ROW}  not written “Add an alert”: Its table has no Ticket")
    assert summary(done) == "Done: 1 ticket created, 1 not written (1 document)."


def test_a_document_that_is_not_finished_is_one_line_with_its_reason_and_its_place(line):
    line.write("draft.md", "---\ntitle: x\nstatus: draft\n---\n" + document(row(1, "Shard it"), row(2, "Page on it")))
    for done in (line.run(dry_run=True), line.run(), line.run()):
        assert said(done) == [
            '- docs/draft.md:3  not finished: It says that it is not finished: "draft". 2 items on hold.'
        ]
    assert len(said(line.run(), verbose=True)) == 3


def test_a_placeholder_tells_where_it_stands(line):
    line.write("a.md", document(row(1, "Add an alert"), row(2, "(specific action)", due="")))
    (words,) = said(line.run(dry_run=True))
    assert words.startswith(f"- docs/a.md:{FIRST_ROW + 1}  not finished: ")
    assert words.endswith("1 item on hold.")


def test_a_finished_document_that_became_a_draft_is_said_too(line):
    line.write("a.md", document(row(1, "Add an alert")))
    line.run()
    line.write("a.md", "---\nstatus: draft\n---\n" + line.read("a.md"))
    (words,) = said(line.run(dry_run=True))
    assert words == (
        '- docs/a.md:2  not finished: It says that it is not finished: "draft". The tickets it has are still tracked.'
    )


def test_what_is_ignored_is_counted_and_listed_only_when_asked_for(line):
    line.write("a.md", document(row(1, "Add an alert", status="Done")))
    plan = line.run(dry_run=True)
    assert (said(plan), summary(plan)) == ([], "Plan: 1 ignored (1 document).")
    assert advice(plan) == ["--verbose lists what is ignored, and why."]
    assert said(plan, verbose=True) == [f"- docs/a.md:{FIRST_ROW}  ignore “Add an alert”: already done in the document"]


def test_a_source_without_documents_says_so(line):
    line.documents.mkdir(exist_ok=True)
    assert advice(line.run(dry_run=True)) == ["No documents in docs: name a folder of Markdown or HTML."]


def test_an_empty_pass_says_so(line):
    line.write("a.md", "# Notes\n")
    assert summary(line.run()) == "Done: nothing to do (1 document)."


def test_several_trackers_are_told_apart(line):
    plan = line.run(dry_run=True)
    line.write("a.md", document(row(1, "Add an alert"), row(2, "Rotate the keys")))
    plan = line.run(dry_run=True)
    (source,) = plan.sources
    first, *others = source.changes
    split = replace(plan, sources=(replace(source, changes=(replace(first, tracker="web"), *others)),))
    assert [words.split("“")[0] for words in said(split)] == [
        f"+ docs/a.md:{FIRST_ROW}  create in web ",
        f"+ docs/a.md:{FIRST_ROW + 1}  create in files ",
    ]


def test_several_teams_are_told_apart_on_a_terminal(line):
    line.write("a.md", document(row(1, "Add an alert")))
    plan = line.run(dry_run=True)
    (source,) = plan.sources
    both = replace(plan, sources=(replace(source, team="web"), replace(source, team="ops")))
    assert [words for words in said(both, width=80) if "·" in words] == ["ops · docs/a.md", "web · docs/a.md"]


@pytest.mark.parametrize(
    ("opening", "asked", "command"),
    [
        (Opening(), {}, "syncd reconcile"),
        (Opening(config=Path("a b.toml")), {"team": "web"}, "syncd reconcile --config 'a b.toml' --team web"),
        (Opening(source=Path("docs")), {"retry": True}, "syncd reconcile --source docs --retry"),
    ],
)
def test_the_next_command_looks_where_this_one_did(line, opening, asked, command):
    line.write("a.md", document(row(1, "Add an alert")))
    plan = line.run(dry_run=True)
    assert advice(plan, opening=opening, **asked) == [f"Next: {command}"]
    held = replace(plan, sources=tuple(replace(s, plan=replace(s.plan, brake="too many")) for s in plan.sources))
    assert advice(held, opening=opening, **asked)[-1].endswith(f": {command} --approve {plan.plan_hash}")
