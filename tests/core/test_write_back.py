from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from syncd.core.model import Document, Markup, Postmortem, Role, State
from syncd.core.postmortem import parse
from syncd.core.write_back import Cells, WriteBack, write_back

DOCUMENTS = Path(__file__).parents[1] / "documents" / "write_back"
WORDS = {
    State.OPEN: "Open",
    State.IN_PROGRESS: "In progress",
    State.DONE: "Done",
    State.CANCELLED: "Cancelled",
}
OPEN, IN_PROGRESS, DONE, CANCELLED = State.OPEN, State.IN_PROGRESS, State.DONE, State.CANCELLED
URL = "https://jira.example.com/browse/OPS-1"
LINK = f"[OPS-1]({URL})"


def read(text: str, markup: Markup = Markup.MARKDOWN) -> Postmortem:
    return again(Document(key="memory:a", path="a.md", text=text, revision="1", markup=markup))


def again(document: Document) -> Postmortem:
    return parse(document, projects=frozenset({"OPS"}))


def write(postmortem: Postmortem, cells: dict[int, Cells], *, states: frozenset[State] = frozenset(State)) -> WriteBack:
    return write_back(postmortem, cells, status_words=WORDS, states=states, reparse=again)


def document(*lines: str) -> str:
    head = ["# Postmortem: Outage", "", "**Postmortem date:** November 27, 2023", "", "## Action items", ""]
    return "\n".join([*head, *lines, ""])


def body(text: str) -> list[str]:
    """The lines below the heading of the action items."""
    return text.split("## Action items\n\n")[1].splitlines()


def written(lines: list[str], cells: Cells | dict[int, Cells], **options) -> list[str]:
    """The lines as they are after a write that went without problems."""
    postmortem = read(document(*lines))
    result = write(postmortem, cells if isinstance(cells, dict) else {0: cells}, **options)
    assert result.problems == {}
    return body(result.text)


# --- whole documents ------------------------------------------------------------------------------------------------

BEFORE = sorted(p for p in DOCUMENTS.iterdir() if p.suffix in (".md", ".html") and not p.stem.endswith(".after"))


@pytest.mark.parametrize("path", BEFORE, ids=lambda path: path.name)
def test_a_document_reads_as_its_after_image(path):
    text = path.read_bytes().decode("utf-8")
    after = path.with_name(f"{path.stem}.after{path.suffix}").read_bytes().decode("utf-8")
    sheet = yaml.safe_load(path.with_suffix(".yaml").read_text(encoding="utf-8"))
    cells = {
        number - 1: Cells(**{**values, **({"state": State(values["state"])} if "state" in values else {})})
        for number, values in sheet["cells"].items()
    }
    states = frozenset(map(State, sheet.get("states", State)))
    result = write(read(text, Markup.HTML if path.suffix == ".html" else Markup.MARKDOWN), cells, states=states)
    assert result.text == after
    assert {number + 1: why for number, why in result.problems.items()} == sheet.get("problems", {})


# --- tickets in tables ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", ["", "-", "–", "—", "TBD", "n/a", "N/A", "none"])
def test_a_blank_ticket_cell_is_replaced(cell):
    lines = ["| Action | Ticket |", "|---|---|", f"| Add an alert | {cell} |"]
    assert written(lines, Cells(ticket="OPS-1", url=URL))[2] == f"| Add an alert | {LINK} |"


def test_other_words_in_a_ticket_cell_stay():
    lines = ["| Action | Ticket |", "|---|---|", "| Add an alert | ask Bob |"]
    assert written(lines, Cells(ticket="OPS-1", url=URL))[2] == f"| Add an alert | ask Bob {LINK} |"


@pytest.mark.parametrize(
    "row",
    [
        f"| Add an alert | {LINK} |",
        "| Add an alert | OPS-1 |",
        "| Add an alert (OPS-1) | |",
        f"| Add an alert {LINK} | |",
        f"| Add an alert | {URL} |",
    ],
)
def test_a_row_that_names_its_ticket_is_left_as_it_is(row):
    lines = ["| Action | Ticket |", "|---|---|", row]
    postmortem = read(document(*lines))
    result = write(postmortem, {0: Cells(ticket="OPS-1", url=URL)})
    assert (result.text, result.written, result.problems) == (postmortem.document.text, frozenset(), {})


def test_a_mention_in_the_sentence_does_not_name_the_ticket():
    lines = ["| Action | Ticket |", "|---|---|", "| After OPS-1 lands, add an alert | |"]
    assert written(lines, Cells(ticket="OPS-1", url=URL))[2].endswith(f"| {LINK} |")


def test_without_a_url_the_bare_key_is_written():
    lines = ["| Action | Ticket |", "|---|---|", "| Add an alert | |"]
    assert written(lines, Cells(ticket="OPS-1"))[2] == "| Add an alert | OPS-1 |"


def test_a_key_that_the_ticket_no_longer_has_is_replaced():
    lines = [
        "| Action | Ticket |",
        "|---|---|",
        "| Add an alert | see [OPS-9](https://jira.example.com/browse/OPS-9) |",
    ]
    cells = Cells(ticket="OPS-1", url=URL, retired="OPS-9")
    assert written(lines, cells)[2] == f"| Add an alert | see {LINK} |"


def test_a_retired_key_is_replaced_in_whichever_cell_it_stands():
    lines = ["| Action | Status |", "|---|---|", "| Add an alert (OPS-9) | Open |"]
    cells = Cells(ticket="OPS-1", url=URL, retired="OPS-9", state=DONE)
    assert written(lines, cells)[2] == f"| Add an alert ({LINK}) | Done |"


def test_a_persons_own_column_of_references_counts_as_ticket_column():
    lines = ["| Action | Where |", "|---|---|", "| Add an alert | |", "| Add a test | OPS-7 |"]
    assert written(lines, Cells(ticket="OPS-1", url=URL))[2] == f"| Add an alert | {LINK} |"


def test_of_two_ticket_columns_the_one_with_tickets_like_ours_is_used():
    lines = ["| Action | Bug | Tracking |", "|---|---|---|", "| Add an alert | | |", "| Add a test | #7 | OPS-7 |"]
    assert written(lines, Cells(ticket="OPS-1", url=URL))[2] == f"| Add an alert | | {LINK} |"


# --- new columns ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (
            ["| Action | Owner |", "|--------|-------|", "| Add an alert | Platform |"],
            ["| Action | Owner | Ticket |", "|--------|-------|--------|", "| Add an alert | Platform | OPS-1 |"],
        ),
        (
            ["| Action | Owner |", "| --- | --- |", "| Add an alert | Platform |"],
            ["| Action | Owner | Ticket |", "| --- | --- | --- |", "| Add an alert | Platform | OPS-1 |"],
        ),
        (
            ["| Action | Owner |", "|:--|:--|", "| Add an alert | Platform |"],
            ["| Action | Owner | Ticket |", "|:--|:--|:--|", "| Add an alert | Platform | OPS-1 |"],
        ),
        (
            ["|Action|Owner|", "|---|--:|", "|Add an alert|Platform|"],
            ["|Action|Owner|Ticket|", "|---|--:|---|", "|Add an alert|Platform|OPS-1|"],
        ),
        (
            ["Action | Owner", "--- | ---", "Add an alert | Platform"],
            ["Action | Owner | Ticket", "--- | --- | ---", "Add an alert | Platform | OPS-1"],
        ),
        (
            ["Action|Owner", "---|---", "Add an alert|Platform"],
            ["Action|Owner|Ticket", "---|---|---", "Add an alert|Platform|OPS-1"],
        ),
        (
            ["| Action       | Owner    |", "|--------------|----------|", "| Add an alert | Platform |"],
            [
                "| Action       | Owner    | Ticket |",
                "|--------------|----------|--------|",
                "| Add an alert | Platform | OPS-1  |",
            ],
        ),
        (
            ["| Action | Owner | Due |", "|---|---|---|", "| Add an alert |"],
            ["| Action | Owner | Due | Ticket |", "|---|---|---|---|", "| Add an alert |  |  | OPS-1 |"],
        ),
        (
            ["> | Action | Owner |", "> |---|---|", "> | Add an alert | Platform |"],
            ["> | Action | Owner | Ticket |", "> |---|---|---|", "> | Add an alert | Platform | OPS-1 |"],
        ),
    ],
)
def test_a_ticket_column_is_added_in_the_style_of_the_table(lines, expected):
    assert written(lines, Cells(ticket="OPS-1")) == expected


def test_every_row_gets_a_cell_when_a_column_is_added():
    lines = ["Action | Owner", "--- | ---", "Add an alert | Platform", "Add a test | Web", "Add a fuse"]
    assert written(lines, Cells(ticket="OPS-1"))[2:] == [
        "Add an alert | Platform | OPS-1",
        "Add a test | Web |  |",
        "Add a fuse",
    ]


def test_a_status_column_stands_before_the_ticket_column():
    lines = ["| Action | Owner |", "|---|---|", "| Add an alert | Platform |"]
    assert written(lines, Cells(ticket="OPS-1", state=OPEN)) == [
        "| Action | Owner | Status | Ticket |",
        "|---|---|---|---|",
        "| Add an alert | Platform | Open | OPS-1 |",
    ]


def test_no_status_column_is_added_without_a_state():
    lines = ["| Action | Ticket |", "|---|---|", "| Add an alert | |"]
    assert written(lines, Cells(ticket="OPS-1"))[0] == "| Action | Ticket |"


def test_a_row_longer_than_its_header_gets_no_column_but_a_problem():
    lines = ["| Action | Owner |", "|---|---|", "| Add an alert | Platform |", "| Add a test | a | b | c |"]
    postmortem = read(document(*lines))
    result = write(postmortem, {0: Cells(ticket="OPS-1", url=URL)})
    assert result.text == postmortem.document.text
    assert result.written == frozenset()
    assert result.problems[0].startswith("Its table has no Ticket column and none can be added")
    assert LINK in result.problems[0]


# --- states in tables -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "state", "expected"),
    [
        ("Open", DONE, "Done"),
        ("Open (waiting)", DONE, "Done (waiting)"),
        ("**Open**", DONE, "**Done**"),
        ("🔴 Open", IN_PROGRESS, "In progress"),
        ("Done", CANCELLED, "Cancelled"),
        ("✅", OPEN, "Open"),
        ("", DONE, "Done"),
        ("-", DONE, "Done"),
        ("TBD", OPEN, "Open"),
        ("", OPEN, "Open"),
    ],
)
def test_only_the_state_in_a_status_cell_is_replaced(cell, state, expected):
    lines = ["| Action | Status |", "|---|---|", f"| Add an alert | {cell} |"]
    assert written(lines, Cells(state=state))[2] == f"| Add an alert | {expected} |"


@pytest.mark.parametrize(
    ("cell", "state", "lacking"),
    [
        ("Open", OPEN, None),
        ("Merged", DONE, None),
        ("In progress", OPEN, IN_PROGRESS),
        ("Open", IN_PROGRESS, IN_PROGRESS),
        ("[ ]", IN_PROGRESS, None),
        ("[ ]", OPEN, None),
        ("Cancelled", DONE, CANCELLED),
    ],
)
def test_a_status_cell_that_agrees_is_left_as_it_is(cell, state, lacking):
    lines = ["| Action | Status |", "|---|---|", f"| Add an alert | {cell} |"]
    postmortem = read(document(*lines))
    result = write(postmortem, {0: Cells(state=state)}, states=frozenset(State) - {lacking})
    assert (result.text, result.written, result.problems) == (postmortem.document.text, frozenset(), {})


def test_a_state_behind_the_ticket_is_replaced_there():
    lines = ["| Action | Ticket |", "|---|---|", "| Add an alert | [#7](https://github.com/a/b/issues/7) **TODO** |"]
    expected = "| Add an alert | [#7](https://github.com/a/b/issues/7) **Done** |"
    assert written(lines, Cells(ticket="a/b#7", state=DONE))[2] == expected
    assert written(lines, Cells(ticket="OPS-1", state=DONE))[2] == expected.replace("**Done**", "**Done** OPS-1")


def test_the_documents_own_word_is_used_where_it_shows_one():
    lines = ["| アクション | 状態 |", "|---|---|", "| アラートを追加する | 未着手 |", "| テストを追加する | ✅ 完了 |"]
    assert written(lines, Cells(state=DONE))[2] == "| アラートを追加する | ✅ 完了 |"


def test_a_word_that_tells_more_is_not_put_into_another_row():
    lines = ["| Action | Status |", "|---|---|", "| Add an alert | Open |", "| Add a test | Deployed |"]
    assert written(lines, Cells(state=DONE))[2] == "| Add an alert | Done |"


def test_a_status_cell_without_a_known_word_is_reported_and_kept():
    lines = ["| Action | Status | Ticket |", "|---|---|---|", "| Add an alert | blue moon | |"]
    result = write(read(document(*lines)), {0: Cells(ticket="OPS-1", state=DONE)})
    assert body(result.text)[2] == "| Add an alert | blue moon | OPS-1 |"
    assert result.written == {0}
    assert result.problems == {0: "Its row says “blue moon”, no state known here; change that by hand to Done."}


# --- due dates ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("Dec 8", "Dec 12"),
        ("2023-12-08", "2023-12-12"),
        ("8 December 2023", "12 December 2023"),
        ("Fri Dec 8", "Tue Dec 12"),
        ("**Dec 8** (hard)", "**Dec 12** (hard)"),
        ("", "2023-12-12"),
        ("TBD", "2023-12-12"),
    ],
)
def test_a_due_date_is_written_in_its_cells_own_form(cell, expected):
    lines = ["| Action | Due |", "|---|---|", f"| Add an alert | {cell} |"]
    assert written(lines, Cells(due=date(2023, 12, 12)))[2] == f"| Add an alert | {expected} |"


def test_an_empty_due_cell_takes_the_form_of_its_column():
    lines = ["| Action | Due |", "|---|---|", "| Add an alert | |", "| Add a test | 24 Dec |"]
    assert written(lines, Cells(due=date(2023, 12, 12)))[2] == "| Add an alert | 12 Dec |"


def test_a_due_cell_of_another_form_is_reported_and_kept():
    lines = ["| Action | Due |", "|---|---|", "| Add an alert | H1 |"]
    result = write(read(document(*lines)), {0: Cells(due=date(2023, 12, 12))})
    assert body(result.text) == lines
    assert result.problems == {0: "Its due cell says “H1”, a form that is not known here; write 2023-12-12 there."}


@pytest.mark.parametrize("lines", [["| Action | Owner |", "|---|---|", "| Add an alert | Web |"], ["- Add an alert"]])
def test_without_a_due_column_nothing_is_written_and_nothing_wrong(lines):
    assert written(lines, Cells(due=date(2023, 12, 12))) == lines


# --- lists ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "cells", "expected"),
    [
        ("- [ ] Add an alert", Cells(ticket="OPS-1", url=URL), f"- [ ] Add an alert {LINK}"),
        ("- Add an alert", Cells(ticket="OPS-1"), "- Add an alert [OPS-1]"),
        ("1. Add an alert.", Cells(ticket="OPS-1", url=URL), f"1. Add an alert. {LINK}"),
        (f"- Add an alert {LINK}", Cells(ticket="OPS-1", url=URL), f"- Add an alert {LINK}"),
        (
            "- Add an alert [OPS-9](https://jira.example.com/browse/OPS-9)",
            Cells(ticket="OPS-1", url=URL, retired="OPS-9"),
            f"- Add an alert {LINK}",
        ),
        ("- [ ] Add an alert", Cells(state=DONE), "- [x] Add an alert"),
        ("- [x] Add an alert", Cells(state=OPEN), "- [ ] Add an alert"),
        ("- [x] Add an alert", Cells(state=IN_PROGRESS), "- [ ] Add an alert"),
        ("- [ ] Add an alert", Cells(state=IN_PROGRESS), "- [ ] Add an alert"),
        ("- Add an alert", Cells(state=IN_PROGRESS), "- Add an alert"),
        ("- Add an alert", Cells(state=OPEN), "- Add an alert"),
        ("- Add an alert", Cells(ticket="OPS-1", url=URL, state=DONE), f"- Add an alert {LINK} (done)"),
        ("- Add an alert (done)", Cells(state=OPEN), "- Add an alert"),
        ("- Add an alert (done)", Cells(state=CANCELLED), "- Add an alert (cancelled)"),
        ("- Add an alert (done)", Cells(ticket="OPS-1", url=URL), f"- Add an alert {LINK} (done)"),
        ("- [ ] Add an alert", Cells(state=CANCELLED), "- [ ] Add an alert (cancelled)"),
        ("- [ ] Add an alert (cancelled)", Cells(state=DONE), "- [x] Add an alert"),
        ("- [ ] Add an alert (cancelled)", Cells(state=OPEN), "- [ ] Add an alert"),
        ("- DONE: Add an alert", Cells(state=OPEN), "- OPEN: Add an alert"),
    ],
)
def test_a_bullet_says_what_its_ticket_says(line, cells, expected):
    assert written([line], cells) == [expected]


def test_the_link_stands_at_the_end_of_the_first_paragraph():
    lines = ["- Add an alert on the pool,", "  above 75%", "", "  Because it was silent.", "  - a detail"]
    assert written(lines, Cells(ticket="OPS-1", url=URL))[1] == f"  above 75% {LINK}"


def test_a_document_that_ticks_with_capitals_keeps_doing_so():
    lines = ["- [ ] Add an alert", "- [X] Add a test"]
    assert written(lines, Cells(state=DONE)) == ["- [X] Add an alert", "- [X] Add a test"]


def test_a_box_that_is_only_written_is_ticked_too():
    assert written(["[ ] Add an alert", "", "[x] Add a test"], Cells(state=DONE)) == [
        "[x] Add an alert",
        "",
        "[x] Add a test",
    ]
    page = read("<h1>Postmortem: Mail</h1><h2>Action items</h2><ul><li>[ ] Add an alert</li></ul>", Markup.HTML)
    assert "<li>[x] Add an alert</li>" in write(page, {0: Cells(state=DONE)}).text


# --- proof ----------------------------------------------------------------------------------------------------------


def test_what_would_change_the_reading_is_not_written_and_does_not_block_the_rest():
    lines = ["| Action | Ticket |", "|---|---|", "| Add an alert | |", "| Add a test | |", "| Add a fuse | |"]
    postmortem = read(document(*lines))

    def misreads_the_second(new: Document) -> Postmortem:
        return read(new.text.replace("Add a test |", "Add a text |")) if "OPS-2" in new.text else again(new)

    cells = {i: Cells(ticket=f"OPS-{i + 1}") for i in range(3)}
    result = write_back(postmortem, cells, status_words=WORDS, states=frozenset(State), reparse=misreads_the_second)
    assert result.written == {0, 2}
    assert list(result.problems) == [1]
    assert body(result.text)[2:] == ["| Add an alert | OPS-1 |", "| Add a test | |", "| Add a fuse | OPS-3 |"]


def test_a_document_that_reads_differently_whatever_is_written_stays_as_it_is():
    postmortem = read(document("| Action | Ticket |", "|---|---|", *(f"| Add alert {n} | |" for n in range(100))))
    readings = []

    def misreads_everything(new: Document) -> Postmortem:
        readings.append(new)
        return read("")

    cells = {index: Cells(ticket=f"OPS-{index}") for index in range(100)}
    result = write_back(postmortem, cells, status_words=WORDS, states=frozenset(State), reparse=misreads_everything)
    assert (result.text, result.written, len(result.problems)) == (postmortem.document.text, frozenset(), 100)
    assert len(readings) <= 40


def test_nothing_to_write_is_nothing_written():
    postmortem = read(document("- Add an alert"))
    assert write(postmortem, {}) == WriteBack(postmortem.document.text, frozenset(), {})


# --- any table ------------------------------------------------------------------------------------------------------

HEADERS = ("ID", "Action", "Owner", "Due date", "Status", "Ticket", "Notes")
OURS = (Role.TICKET, Role.STATUS, Role.DUE)
STATUS = ["", "Open", "**Open** (waiting)", "✅ Done", "in progress", "-", "TBD", "完了", "a \\| b", "`Open`"]
DUE = ["", "Dec 8", "2023-12-08", "8 December 2023", "TBD", "H1", "12/13/2023"]
TICKET = ["", "-", "n/a", "ask Bob", "OPS-77", "`x`"]
NOTES = [
    "",
    "a \\| b",
    "`a \\| b`",
    "übrig e\u0301 🚨",
    "[l](https://example.com/x_y_)",
    "<b>x</b>",
    "\\*",
    "x " * 9,
    "a\u00a0b",
]
NAMES = ["Platform", "A + B", "", "@ann"]


@st.composite
def tables(draw):
    """A table of action items in any style, as lines without line ends."""
    columns = [h for h in HEADERS if h == "Action" or draw(st.booleans())]
    values = {
        "ID": st.sampled_from(["1", "AI-2", ""]),
        "Owner": st.sampled_from(NAMES),
        "Due date": st.sampled_from(DUE),
        "Status": st.sampled_from(STATUS),
        "Ticket": st.sampled_from(TICKET),
        "Notes": st.sampled_from(NOTES),
    }
    rows = []
    for number in range(draw(st.integers(1, 4))):
        row = [f"Add alert {number}" if c == "Action" else draw(values[c]).strip() for c in columns]
        keep = draw(st.integers(columns.index("Action") + 1, len(columns)))
        rows.append(row[:keep])
    outer, tight, padded = draw(st.booleans()), draw(st.booleans()), draw(st.booleans())
    outer = outer or len(columns) == 1
    gap = "" if tight else " "
    widths = [
        max(len(row[i]) for row in [columns, *rows] if i < len(row)) if padded else 0 for i in range(len(columns))
    ]

    def line(cells, fill=" "):
        cells = [f"{gap}{cell.ljust(width, fill)}{gap}" for cell, width in zip(cells, widths, strict=False)]
        text = "|".join(cells)
        return f"|{text}|" if outer or len(cells) == 1 else text.rstrip()

    trail = draw(st.sampled_from(["", "  "]))
    delimiter = line(["-" * max(3, width) for width in widths], "-")
    return [line(columns), delimiter, *(line(row) + trail for row in rows)]


@st.composite
def wishes(draw):
    return Cells(
        ticket=draw(st.sampled_from([None, "OPS-1", "OPS-2", "acme/web#12"])),
        url=draw(st.sampled_from([None, URL, "../tickets/T-1.md", "https://example.com/a|b(c)d"])),
        state=draw(st.sampled_from([None, *State])),
        due=draw(st.sampled_from([None, date(2023, 12, 12), date(2025, 1, 3)])),
    )


@st.composite
def cases(draw):
    lines = ["\ufeff# Postmortem: Outage", "", "**Postmortem date:** November 27, 2023", "", "## Action items", ""]
    lines += [*draw(tables()), "", "Afterwards | nothing. "]
    end = draw(st.sampled_from(["\n", "\r\n"]))
    text = end.join(lines) + draw(st.sampled_from(["", end]))
    postmortem = read(text)
    cells = {i: draw(wishes()) for i in range(len(postmortem.items)) if draw(st.booleans())}
    states = frozenset(State) - draw(st.sampled_from([set(), {State.IN_PROGRESS}]))
    return postmortem, cells, states


@given(cases())
def test_only_our_cells_change(case):
    postmortem, cells, states = case
    result = write(postmortem, cells, states=states)
    old, new = postmortem.document.text, result.text
    assert re.findall(r"\r\n|\n|\r", new) == re.findall(r"\r\n|\n|\r", old)
    after = again(Document(key="k", path="a.md", text=new, revision="2"))
    assert without_our_cells(after, like=postmortem) == without_our_cells(postmortem, like=postmortem)


@given(cases())
def test_writing_twice_changes_nothing_the_second_time(case):
    postmortem, cells, states = case
    first = write(postmortem, cells, states=states)
    second = write(read(first.text), cells, states=states)
    assert second.text == first.text
    assert second.written == frozenset()


@given(cases())
def test_what_is_not_written_is_named_or_was_there_already(case):
    postmortem, cells, states = case
    result = write(postmortem, cells, states=states)
    after = read(result.text)
    for index, wish in cells.items():
        if wish.ticket and index not in result.problems:
            assert wish.ticket in [r.key or r.text for r in after.items[index].named]
        if wish.due and index not in result.problems and postmortem.items[index].cell(Role.DUE):
            assert after.items[index].due_date == wish.due
    assert [item.action for item in after.items] == [item.action for item in postmortem.items]


def without_our_cells(postmortem: Postmortem, *, like: Postmortem) -> str:
    """The text without the cells that may be ours (ticket, status, due), and without all that the old table lacked."""
    text = postmortem.document.text
    cuts = []
    for table, old in zip(postmortem.tables, like.tables, strict=True):
        rows = zip(table_lines(table), table_lines(old), strict=True)
        for number, (row, before) in enumerate(rows):
            shared = row.cells[: len(before.cells)]
            cuts += [
                padded(text, cell, row)
                for cell, role in zip(shared, old.roles, strict=False)
                if role in OURS and number != 1
            ]
            if len(row.cells) > len(before.cells):
                last = padded(text, shared[-1], row)[1] + 1 if before.closed else shared[-1].span.end
                cuts.append((last, row.end))
    kept, position = [], 0
    for start, end in sorted(cuts):
        kept.append(text[position:start])
        position = max(position, end)
    return "".join([*kept, text[position:]])


def table_lines(table):
    return [table.header, table.delimiter, *table.rows]


def padded(text, cell, row):
    """A cell with the blanks around it, but for those at the end of the line."""
    start, end = cell.span.start, cell.span.end
    while text[start - 1] in " \t":
        start -= 1
    while end < row.end and text[end] in " \t":
        end += 1
    return start, end


# --- any list -------------------------------------------------------------------------------------------------------

BULLETS = ["- ", "* ", "- [ ] ", "- [x] ", "- [X] ", "1. ", "- TODO: ", "- [ ] **P1** "]
TAILS = [
    "",
    ".",
    " (done)",
    " (cancelled)",
    " [OPS-77](https://example.com/OPS-77)",
    " `a | b`",
    " (Web Team)",
    " 🚨",
    "  ",
]


@st.composite
def lists(draw):
    bullets = draw(st.lists(st.tuples(st.sampled_from(BULLETS), st.sampled_from(TAILS)), min_size=1, max_size=4))
    end = draw(st.sampled_from(["\n", "\r\n"]))
    lines = [f"{start}Add alert {number}{tail}" for number, (start, tail) in enumerate(bullets)]
    postmortem = read(document(*lines).replace("\n", end))
    return postmortem, {i: draw(wishes()) for i in range(len(postmortem.items)) if draw(st.booleans())}


@given(lists())
def test_only_links_marks_and_boxes_change_in_a_list(case):
    postmortem, cells = case
    result = write(postmortem, cells)
    assert bare(result.text) == bare(postmortem.document.text)
    after = read(result.text).items
    for index in set(range(len(after))) - result.written:
        assert said(after[index]) == said(postmortem.items[index])


@given(lists())
def test_writing_a_list_twice_changes_nothing_the_second_time(case):
    postmortem, cells = case
    first = write(postmortem, cells)
    second = write(read(first.text), cells)
    assert (second.text, second.written) == (first.text, frozenset())


def said(item):
    return item.action, item.status, item.state, [(reference.text, reference.named) for reference in item.references]


def bare(text: str) -> str:
    """The text without what a write may change in a list."""
    links = r" (\[(OPS-[12]|acme/web#12)\]\([^()]*\)|\[(OPS-[12]|acme/web#12)\](?!\())"
    text = re.sub(rf"{links}| \((done|cancelled)\)", "", text)
    return re.sub(r"\[[xX ]\]|\b(TODO|DONE|OPEN|CANCELLED):", "#", text)


# --- any HTML -------------------------------------------------------------------------------------------------------


@st.composite
def pages(draw):
    columns = [h for h in ("ID", "Action", "Owner", "Notes") if h == "Action" or draw(st.booleans())]
    inner = draw(st.sampled_from(["{}", "<p>{}</p>", " {} ", "\n  {}\n"]))
    gap = draw(st.sampled_from(["", "\n", "\r\n  "]))

    def row(tag, cells):
        return f"<tr>{gap}" + gap.join(f"<{tag}>{inner.format(cell)}</{tag}>" for cell in cells) + f"{gap}</tr>{gap}"

    rows = [
        row(
            "td",
            [
                f"Add <b>alert</b> {n}" if c == "Action" else draw(st.sampled_from(["x &amp; y", "", "<br/>"]))
                for c in columns
            ],
        )
        for n in range(draw(st.integers(1, 3)))
    ]
    tasks = "".join(f"<li>Add test {n}</li>{gap}" for n in range(draw(st.integers(0, 2))))
    table = f"<table>{gap}{row('th', columns)}{''.join(rows)}</table>"
    postmortem = read(f"<h1>Postmortem: Mail</h1><h2>Action items</h2>{table}<ul>{tasks}</ul>", Markup.HTML)
    keys = [f"OPS-{i + 1}" for i in range(len(postmortem.items))]
    return postmortem, {i: Cells(ticket=key, url=f"https://example.com/?a&b={key}") for i, key in enumerate(keys)}


@given(pages())
def test_links_are_only_added_to_a_page(case):
    postmortem, cells = case
    result = write(postmortem, cells)
    assert (result.problems, len(result.written)) == ({}, len(cells))
    rest = iter(result.text)
    assert all(char in rest for char in postmortem.document.text)
    again_read = read(result.text, Markup.HTML)
    assert [item.named[0].key for item in again_read.items] == [cell.ticket for cell in cells.values()]
    assert write(again_read, cells).text == result.text
