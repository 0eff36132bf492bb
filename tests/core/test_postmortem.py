"""A document → a postmortem: items, the head, problems, and whether it is finished."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from syncd.core.model import Kind, Markup, Role, State
from syncd.core.postmortem import finished, parse
from tests.core.reading import HEAD, document, item, items, read

TODAY = date(2024, 6, 1)
TABLE = "| ID | Action | Owner | Due | Status |\n|---|---|---|---|---|\n"


# --- what is never read ---------------------------------------------------------------------------------------------


@given(st.text(max_size=300), st.sampled_from(Markup))
def test_any_text_can_be_read(text, markup):
    parse(document(text, markup=markup))


@given(
    st.lists(
        st.sampled_from(
            [
                "# ",
                "## Action items",
                "- ",
                "[ ] ",
                "|",
                "---",
                "a",
                "\n",
                "\n\n",
                "  ",
                "> ",
                "```",
                "<table>",
                "<td>",
                "**",
                "1. ",
                "\r\n",
            ]
        ),
        max_size=60,
    )
)
def test_any_markdown_can_be_read(pieces):
    read("".join(pieces))


# --- sentences ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "action", "owner", "due", "state"),
    [
        ("[ ] Add an alert @dana", "Add an alert", "@dana", None, State.OPEN),
        ("Add an alert (Dana Lee, due Mar 20)", "Add an alert", "Dana Lee", "Mar 20", None),
        ("Add an alert. Owner: SRE, due: 2024-03-20", "Add an alert.", "SRE", "2024-03-20", None),
        ("Add an alert [owner: SRE] [due: Mar 20] [P1]", "Add an alert", "SRE", "Mar 20", None),
        ("Add an alert by Friday 22 March", "Add an alert", None, "Friday 22 March", None),
        ("**DONE 2024-03-05** — Add an alert", "Add an alert", None, None, State.DONE),
        ("[P0] WIP: Add an alert", "Add an alert", None, None, State.IN_PROGRESS),
        ("Dana to add an alert", "Dana to add an alert", "Dana", None, None),
        ("The Platform team to add an alert", "The Platform team to add an alert", "Platform team", None, None),
        ("**Dana** Add an alert", "Add an alert", "Dana", None, None),
        ("**Alerting**: Add an alert", "Alerting: Add an alert", None, None, None),
        ("Switch to a new alert", "Switch to a new alert", None, None, None),
        ("~~Add an alert~~", "Add an alert", None, None, State.CANCELLED),
        ("Add an alert ✅", "Add an alert", None, None, State.DONE),
        ("Add an alert. _done in Grafana_.", "Add an alert. done in Grafana.", None, None, State.DONE),
        ("Fix issue: the alert is late", "Fix issue: the alert is late", None, None, None),
        ("Document the DONE flag", "Document the DONE flag", None, None, None),
        (
            "Support SCA (Software Composition Analysis)",
            "Support SCA (Software Composition Analysis)",
            None,
            None,
            None,
        ),
    ],
)
def test_what_stands_around_a_task_is_told_from_it(line, action, owner, due, state):
    found = item(line)
    assert (found.action, found.owner, found.due, found.state) == (action, owner, due, state)


@pytest.mark.parametrize(
    ("line", "text", "named"),
    [
        ("Add an alert [OPS-12](https://x.example/browse/OPS-12)", "OPS-12", True),
        ("Add an alert ([#12](https://github.com/acme/web/issues/12))", "#12", True),
        ("Add an alert. [Issue](https://github.com/acme/web/issues/12)", "https://github.com/acme/web/issues/12", True),
        ("Add an alert <https://github.com/acme/web/issues/12>", "https://github.com/acme/web/issues/12", True),
        ("Add an alert (#12)", "#12", True),
        ("[#12] Add an alert", "#12", True),
        ("[Add an alert](https://github.com/acme/web/issues/12)", "https://github.com/acme/web/issues/12", True),
        ("Add an alert after #12 is merged", "#12", False),
        ("Add an alert (blocked by #12)", "#12", False),
        ("Watch [the bug](https://github.com/acme/web/issues/12)", "https://github.com/acme/web/issues/12", False),
        ("Add it ([commit](https://github.com/a/b/commit/0745b84))", "https://github.com/a/b/commit/0745b84", False),
    ],
)
def test_a_row_names_a_ticket_at_its_end_and_mentions_it_elsewhere(line, text, named):
    (reference,) = item(line).references
    assert (reference.text, reference.named) == (text, named)


def test_a_named_ticket_comes_before_one_that_is_mentioned():
    found = item("Add an alert after #11 lands [OPS-12](https://x.example/browse/OPS-12)")
    assert [(r.text, r.named) for r in found.references] == [("OPS-12", True), ("#11", False)]


PIECES = st.sampled_from(
    [
        "Add",
        "an",
        "alert",
        "for",
        "`code|x`",
        "**bold**",
        "(in",
        "brackets)",
        "[link](https://a.example)",
        "#12",
        "OPS-7",
        "to:",
        "2024-05-01",
        "by",
        "@dana",
        "(done)",
        "done",
        "—",
        "!",
        "~~x~~",
        "<b>",
        "50%",
        "x_y_z",
        "Owner:",
        "SRE",
        "*",
        "✅",
        "TODO:",
        "本",
        "e.g.",
        "[P1]",
        "“so”",
        "ticket",
        "[issue](https://github.com/a/b/issues/1)",
    ]
)
LINE = st.tuples(st.lists(PIECES, max_size=4), st.lists(PIECES, max_size=5)).map(
    lambda parts: " ".join([*parts[0], "Restart", *parts[1]])
)


def with_link(text: str, *, mark: str = "") -> str:
    found = read(text).items[0]
    assert found.bullet is not None
    return f"{text[: found.bullet.end]} [T-1](../tickets/T-1.md){mark}{text[found.bullet.end :]}"


@given(LINE, st.sampled_from(["", " (done)", " (cancelled)"]), st.sampled_from(["- ", "- [ ] ", "1. "]))
def test_a_link_and_a_mark_behind_a_task_do_not_change_its_action(line, mark, bullet):
    text = f"{HEAD}{bullet}{line}\n- Another task\n"
    before = read(text)
    assume(len(before.items) == 2)
    after = read(with_link(text, mark=mark))
    assert [(i.action, i.owner, i.due_date, i.line) for i in after.items] == [
        (i.action, i.owner, i.due_date, i.line) for i in before.items
    ]
    assert "T-1" in [r.text for r in after.items[0].named]
    if mark and before.items[0].state is None:
        assert after.items[0].state is (State.DONE if "done" in mark else State.CANCELLED)


# --- rows -----------------------------------------------------------------------------------------------------------


def test_columns_are_known_by_their_names_in_any_order():
    found = items(
        "| Status | Due date | Who | What | # |\n|---|---|---|---|---|\n| Done | Mar 9 | Web | Add it | 7 |\n"
    )
    assert [(i.row_id, i.action, i.owner, i.due_date, i.state) for i in found] == [
        ("7", "Add it", "Web", date(2024, 3, 9), State.DONE)
    ]


def test_a_table_knows_what_its_columns_hold():
    (table,) = read(HEAD + "| Tracking | Task | Notes |\n|---|---|---|\n| OPS-1 | Add it | x |\n").tables
    assert table.roles == (Role.TICKET, Role.ACTION, None)


def test_the_longest_column_is_the_action_when_no_header_names_one():
    (found,) = items(
        "| Area | Improvement idea of ours | Owner |\n|---|---|---|\n| Web | Add an alert on the pool | SRE |\n"
    )
    assert (found.action, found.owner) == ("Add an alert on the pool", "SRE")


@pytest.mark.parametrize(
    "row",
    [
        "| 1 | (specific action) | (team) | (date) | Open |",
        "| 1 | {{ action }} | | | Open |",
        "| 2 | | | | Open |",
        "| 1 | Add it | <owner> | | Open |",
        "| 1 | Add it | Name | YYYY-MM-DD | Open |",
    ],
)
def test_a_row_that_nobody_filled_in_is_no_item_but_a_placeholder(row):
    found = read(HEAD + TABLE + row + "\n")
    assert found.items == ()
    assert found.placeholders == (9,)


@pytest.mark.parametrize("row", ["| | | | | |", "| - | - | - | - | - |", "| | None | | | |", "| … | … | | | |"])
def test_a_row_that_says_nothing_is_nothing(row):
    found = read(HEAD + TABLE + row + "\n| 1 | Add it | | | |\n")
    assert ([i.action for i in found.items], found.placeholders, found.problems) == (["Add it"], (), ())


def test_a_row_with_an_owner_but_no_action_is_a_problem():
    found = read(HEAD + TABLE + "| 1 | | SRE | | Open |\n")
    assert [(p.line, p.message) for p in found.problems] == [(9, "This row names no action.")]


def test_the_state_may_stand_beside_the_ticket():
    (found,) = items("| Action | Bug |\n|---|---|\n| Add it | [#1](https://github.com/a/b/issues/1) **TODO** |\n")
    assert (found.state, found.status, [r.text for r in found.named]) == (State.OPEN, "TODO", ["#1"])


def test_a_number_in_the_id_column_is_no_ticket():
    (found,) = items("| ID | Action |\n|---|---|\n| #9 | Add it |\n")
    assert (found.row_id, found.references) == ("#9", ())


# --- where items stand ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "heading",
    [
        "Action items",
        "ACTION ITEMS:",
        "6. Action Items & Follow-ups",
        "✅ Actions",
        "Corrective and preventative measures",
        "Follow-up tasks",
        "Next steps",
        "Remediation",
        "Prevention",
        "What we're doing about it",
        "How are we preventing it from happening again?",
        "Action plan",
        "Resulting Action",
        "AIs",
        "Systemic Mitigation",
        "Lessons learned and action items",
        "アクションアイテム",
        "行动项",
        "Maßnahmen",
        "Plan de prevención",
        "Actions correctives",
        "Ações corretivas",
        "Azioni",
        "후속 조치",
        "План действий",
        "Was ändern wir",
    ],
)
def test_a_heading_that_means_action_items_holds_some(heading):
    text = f"# Outage\n\n## Timeline\n\n- 10:00 down\n\n## {heading}\n\n- Add an alert\n\n## References\n\n- A page\n"
    assert [i.action for i in read(text).items] == ["Add an alert"]


@pytest.mark.parametrize(
    "heading",
    [
        "Timeline",
        "What went well",
        "What went wrong",
        "Where we got lucky",
        "Lessons learned",
        "Root cause",
        "Impact",
        "Actions taken",
        "Resolution",
        "Follow-up schedule",
        "Publishing checklist",
        "Attendees",
        "References",
        "Detection",
        "時系列",
        "经验教训",
        "Was lief gut",
    ],
)
def test_a_heading_that_means_something_else_holds_none(heading):
    assert read(f"# Outage\n\n## {heading}\n\n- Add an alert\n- [ ] Add another\n").items == ()


def test_a_section_about_something_else_inside_the_action_items_holds_none():
    found = items("- Add it\n\n### What went wrong\n\n- Nobody was paged\n\n### Process\n\n- Write it down\n")
    assert [(i.action, i.group) for i in found] == [("Add it", None), ("Write it down", "Process")]


def test_a_title_that_speaks_of_action_items_is_only_a_title():
    text = "# Postmortem: action items lost\n\n## Summary\n\n- A list\n\n## Impact\n\n- Another\n"
    assert read(text).items == ()


# --- the head -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "incident", "postmortem"),
    [
        (
            "**Date of incident:** November 24, 2023 **Postmortem date:** November 27, 2023",
            date(2023, 11, 24),
            date(2023, 11, 27),
        ),
        (
            "Date of incident: November 24 Severity: SEV-2 Postmortem date: November 27, 2023",
            date(2023, 11, 24),
            date(2023, 11, 27),
        ),
        ("- **Date:** 2023-11-24 to 2023-11-25", date(2023, 11, 24), None),
        (
            "| Field | Value |\n|---|---|\n| Incident date | 2023-11-24 |\n| Published | 2023-11-30 |",
            date(2023, 11, 24),
            date(2023, 11, 30),
        ),
        ("### Date\n\n24 November 2023", date(2023, 11, 24), None),
        ("**Incident from:** 2023-11-24\n\n**Retro held:** 2023-11-28", date(2023, 11, 24), date(2023, 11, 28)),
        (
            "**Date:** 2023-11-30\n\n## Timeline\n\n### 2023-11-24\n\nDown.\n\n### 2023-11-25\n\nUp.",
            date(2023, 11, 24),
            date(2023, 11, 30),
        ),
        ("## Summary\n\nOn Friday 24 November 2023 we were down.", date(2023, 11, 24), None),
        ("Nobody says when.", None, None),
    ],
)
def test_the_dates_are_read_from_any_form_of_head(head, incident, postmortem):
    found = read(f"# Outage of the shop\n\n{head}\n\n## Action items\n\n- Add it\n")
    assert (found.incident_date, found.postmortem_date) == (incident, postmortem)


def test_the_title_or_the_file_name_may_tell_the_date():
    assert read("# 2023-11-24, cluster full\n").incident_date == date(2023, 11, 24)
    assert read("# Cluster full\n\n## Impact\n", path="x/2023-11-24-full.md").incident_date == date(2023, 11, 24)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("# Postmortem: shop down\n", Kind.INCIDENT),
        ("# Incident retro - slow search\n", Kind.INCIDENT),
        ("# Shop down\n\n**Severity:** SEV-1\n", Kind.INCIDENT),
        ("## Project Postmortem: new shop\n", Kind.PROJECT),
        ("# New shop\n\n**Engagement period:** March 2024 -- May 2024\n", Kind.PROJECT),
        ("# Retrospective: launch of the shop\n", Kind.PROJECT),
        ("# Postmortem template\n\n**Date:** YYYY-MM-DD\n", Kind.OTHER),
        ("# [Incident title]\n", Kind.OTHER),
        ("# Incident Title\n\n## Timeline\n", Kind.OTHER),
        ("# How to write a postmortem\n", Kind.OTHER),
        ("# Our shop\n\nBuy things.\n\n## Prices\n\n- Pay\n", Kind.OTHER),
        ("# Launch plan\n\n## Timeline\n\n## Next steps\n\n- Invite the press\n", Kind.OTHER),
        ("# Plan: move the till\n\n## Impact\n\n## Action items\n\n- Buy a cable\n", Kind.OTHER),
        ("# RFC 7: retry when a call fails\n\n## Action items\n\n- Write it\n", Kind.OTHER),
        ("# Pre-mortem of the new till\n\n## Action items\n\n- Train the staff\n", Kind.OTHER),
        ("# One table\n\n## Decision\n\n## Rationale\n\nIt fails.\n\n## Follow-up work\n\n- Do\n", Kind.OTHER),
        ("# Bugs\n\n## Decision\n\n## Rationale\n\n## Root cause\n\n## Next steps\n\n- Do\n", Kind.INCIDENT),
        ("# Progress report, week 3\n\n**Date:** 2024-03-01\n\n## Next steps\n\n- Paint\n", Kind.OTHER),
        ("# Shop down\n\nThis is a fictional incident.\n\n## Action items\n\n- Add an alert\n", Kind.OTHER),
        ("# Shop down\n\n## Remediation plan\n\n- Add an alert\n", Kind.INCIDENT),
        ("# Outage of the till: remediation plan\n\n- Add an alert\n", Kind.INCIDENT),
        ("# Retro and plan\n\n## Next steps\n\n- Paint\n", Kind.PROJECT),
        ("# Recovery plan\n\n**Severity:** SEV-2\n\n## Timeline\n", Kind.INCIDENT),
        ("# Winter game jam post mortem\n\n## What went wrong\n\n## What went right\n", Kind.PROJECT),
        ("# Week 4\n\n## Start doing\n\n- Pair\n\n## Stop doing\n\n- Rush\n", Kind.PROJECT),
        ("# Incident: template rendering down (2024-03-01)\n", Kind.INCIDENT),
        ("# Proceso de despliegue\n\n## Lecciones aprendidas\n\n## Medidas preventivas\n\n- Probar\n", Kind.OTHER),
        ("# Sprint 3\n\n## Problems and resolutions\n\n## What went well\n", Kind.PROJECT),
        ("# Shop\n\n## Impact\n\n## Disaster recovery plan\n\n- Test it\n", Kind.OTHER),
        ("# Shop\n\n## Root cause\n\n## Disaster recovery plan\n\n- Test it\n", Kind.INCIDENT),
        ("# Protocol of a fault\n\nRoom: _____\nKeeper: _____\n\n## Root cause\n", Kind.OTHER),
    ],
)
def test_a_document_is_of_a_kind(text, kind):
    assert read(text).kind is kind


def test_what_lies_among_templates_is_one_unless_it_tells_its_day():
    text = "# Shop down\n\n## Timeline\n"
    assert read(text, path="docs/templates/outage.md").kind is Kind.OTHER
    assert read(text, path=".github/ISSUE_TEMPLATE/outage.md").kind is Kind.OTHER
    assert read(f"# Shop down\n\n**Date of incident:** 2024-03-01\n{text}", path="templates/x.md").kind is Kind.INCIDENT


def test_a_document_that_is_no_postmortem_has_no_items():
    assert read("# How to write a postmortem\n\n## Action items\n\n- Copy the template\n").items == ()


def test_links_and_schedule_are_read():
    found = read(
        "# Outage\n\n**Date:** 2024-03-04\n**Incident:** INC-7\n**Ticket:** [OPS-1](https://x.example/browse/OPS-1)\n\n"
        "## Follow-up schedule\n\n- **Action item review:** March 18\n- **Retro check-in:** March 21, 2024\n"
    )
    assert found.links == ("INC-7", "https://x.example/browse/OPS-1")
    assert (found.review_date, found.retro_date) == (date(2024, 3, 18), date(2024, 3, 21))


def test_front_matter_is_read_so_that_no_yaml_can_do_harm():
    assert read("---\ntitle: T\nrestricted: true\n---\n").restricted
    bomb = "---\na: &a [x, x]\nb: [*a, *a]\ntitle: Shop down\n---\n\n# H\n"
    found = read(bomb)
    assert [p.line for p in found.problems] == [1]
    assert found.title == "Shop down"


# --- problems -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    ["IDActionTypeOwnerDue dateStatus", "ActionOwnerStatus", "ID\tAction\tOwner\tStatus", "Action itemTypeOwnerBug"],
)
def test_a_table_that_lost_its_delimiters_is_reported_with_its_line(line):
    found = read(HEAD + line + "\n1Add itDetectPlatformDec 1Open\n")
    assert [p.line for p in found.problems] == [7]
    assert found.items == ()


@pytest.mark.parametrize(
    "line", ["Action", "Action status", "Owner Action Status of all of our many teams.", "transaction statement"]
)
def test_a_line_of_words_is_no_lost_table(line):
    assert read(HEAD + line + "\n").problems == ()


# --- finished -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "told"),
    [
        ("**Status:** Final", True),
        ("**Status:** Complete - action items in progress", True),
        ("**Status:** Reviewed by all", True),
        ("**Status**: closed", True),
        ("### Status\n\nPublished", True),
        ("**状态**：已完成", True),
        ("**Status:** Draft", False),
        ("**Status:** In review", False),
        ("**Status:** in progress", False),
        ("Status: ongoing", False),
        ("**状态**：调查中", False),
        ("> Draft: do not share", False),
        ("**Status:** Resolved", None),
        ("**Status:** Mitigated", None),
        ("**Status:** Draft / Final", None),
    ],
)
def test_an_explicit_sign_of_being_finished_is_read(head, told):
    sign = read(f"# Outage\n\n{head}\n\n## Action items\n\n- Add it\n").sign
    assert (sign.finished if sign else None) is told


def judge(text: str, **known):
    return finished(read(text), today=known.pop("today", TODAY), **known)


GOOD = HEAD + "- Add it\n"
DRAFT = GOOD.replace("**Date:**", "**Status:** Draft\n**Date:**")


def test_the_documents_own_sign_comes_before_the_sources_rule():
    told = judge(DRAFT, rule="always")
    assert (told.finished, told.line, told.waits) == (False, 3, False)
    assert judge(DRAFT.replace("Draft", "Final"), rule="merged", merged=False).finished


@pytest.mark.parametrize(
    ("known", "is_finished"),
    [
        ({"rule": "always"}, True),
        ({"rule": "merged", "merged": True}, True),
        ({"rule": "merged"}, False),
        ({"rule": "label:done", "labels": frozenset({"done"})}, True),
        ({"rule": "label:done", "labels": frozenset({"open"})}, False),
    ],
)
def test_the_sources_rule_comes_before_the_items(known, is_finished):
    assert judge(GOOD, **known).finished is is_finished
    assert judge(HEAD + TABLE + "| 1 | (action) | | | |\n", **known).finished is is_finished


def test_without_a_sign_and_a_rule_the_items_decide():
    assert judge(GOOD).finished
    assert not judge("# Outage\n").finished
    leftover = judge(HEAD + TABLE + "| 1 | Add it | | | |\n| 2 | (action) | | | |\n")
    assert (leftover.finished, leftover.line, leftover.waits) == (False, 10, False)


def test_a_postmortem_dated_in_the_future_waits():
    text = GOOD.replace("**Date:**", "**Postmortem date:** 2024-06-02\n**Date:**")
    told = judge(text)
    assert (told.finished, told.waits) == (False, True)
    assert judge(text, today=date(2024, 6, 2)).finished


def test_a_nul_is_read_as_the_sign_for_what_cannot_be_shown():
    [item] = items("| Action | Status |\n|---|---|\n| Add\0an alert | Open |\n")
    assert item.action == "Add\N{REPLACEMENT CHARACTER}an alert"
