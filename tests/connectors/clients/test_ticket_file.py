from __future__ import annotations

import re
from datetime import date

import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

from connectors.clients.front_matter import LIMIT
from connectors.clients.ticket_file import adopted, compose, content, updated
from syncd.core.desired import ticket_title
from syncd.core.model import State

MARKER = "abcdef123456"
FILE = """\
---
key: T-1
title: Add an alert
status: open
owner: Platform Team
due: 2026-12-01
labels: [postmortem, syncd]
postmortem: ../docs/a.md
marker: abcdef123456
---

Words below.
"""


def says(text: str):
    return content(text.encode("utf-8", "surrogateescape"))


def changed(text: str, **fields) -> str:
    return updated(text.encode("utf-8", "surrogateescape"), **fields).decode("utf-8", "surrogateescape")


def with_label(text: str) -> str:
    return adopted(text.encode(), MARKER).decode()


# --- reading --------------------------------------------------------------------------------------------------------


def test_what_we_write_is_read():
    read = says(FILE)
    assert (read.key, read.title, read.state, read.due) == ("T-1", "Add an alert", State.OPEN, date(2026, 12, 1))
    assert (read.postmortem, read.marker, read.problems) == ("../docs/a.md", MARKER, ())


@pytest.mark.parametrize(
    ("line", "state"),
    [
        ("status: done", State.DONE),
        ("status: Done", State.DONE),
        ("status: closed", State.DONE),
        ("Status: RESOLVED", State.DONE),
        ("status: ✅ Done.", State.DONE),
        ("status: 'done'", State.DONE),
        ('"status": "done"  # by Kim', State.DONE),
        ("status:\tdone", State.DONE),
        ("status:\tdone # yesterday", State.DONE),
        ("status:    done   ", State.DONE),
        ("status: done\r", State.DONE),
        ("status: [done]", State.DONE),
        ("status:\n  done", State.DONE),
        ("status: >-\n  done", State.DONE),
        ("status: wontfix", State.CANCELLED),
        ("status: won't do", State.CANCELLED),
        ("status: Won’t fix", State.CANCELLED),
        ("status: 'won''t do'", State.CANCELLED),
        ("status: not planned", State.CANCELLED),
        ("status: canceled", State.CANCELLED),
        ("status: in progress", State.IN_PROGRESS),
        ("status: In-Progress", State.IN_PROGRESS),
        ("status: doing", State.IN_PROGRESS),
        ("status: todo", State.OPEN),
        ("status: To Do", State.OPEN),
        ("status: re-opened", State.OPEN),
    ],
)
def test_a_status_is_read_as_people_write_it(line, state):
    assert says(FILE.replace("status: open", line)).state is state


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("status: frobbed", "the status “frobbed” is unknown; write open, in_progress, done or cancelled"),
        ("status:", "it has no status; write open, in_progress, done or cancelled"),
        ("status: ~", "it has no status; write open, in_progress, done or cancelled"),
        ("assignee: me", "it has no status; write open, in_progress, done or cancelled"),
        ("status: *x", "the status “*x” is unknown; write open, in_progress, done or cancelled"),
        ("status: &x done", "the status “&x done” is unknown; write open, in_progress, done or cancelled"),
        ("status: !!python/name:os.system done", None),
        ("status: {a: b}", "the status “{a: b}” is unknown; write open, in_progress, done or cancelled"),
        ("status:\n  a: b", "`status` in line 4 cannot be read; write it in one line"),
        ("status: open\nstatus: done", "line 5 gives `status` a second time; keep one of them"),
        ("<<<<<<< a\nstatus: open\n=======\nstatus: done\n>>>>>>> b", None),
    ],
)
def test_what_a_person_should_mend_is_a_problem(line, problem):
    read = says(FILE.replace("status: open", line))
    assert read.problems
    assert problem in (*read.problems, None)
    assert (read.title, read.marker) == ("Add an alert", MARKER)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "it is empty"),
        ("\n \n", "it is empty"),
        ("Just words\n", "it does not begin with a line `---`"),
        ("---\nstatus: done\n", "no second line `---` ends its front matter"),
        ("---\n" + "x: y\n" * 100_000 + "---\n", "no second line `---` ends its front matter"),
        ("----\nstatus: done\n---\n", "it does not begin with a line `---`"),
    ],
    ids=["empty", "blank", "words", "open end", "endless", "four dashes"],
)
def test_a_file_without_front_matter_is_a_problem_and_no_crash(text, problem):
    read = says(text)
    assert read.problems == (problem,)
    assert (read.state, read.marker, read.title) == (None, None, "")


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("Fix: the cache", "Fix: the cache"),
        ("'Fix: the cache'", "Fix: the cache"),
        ("*urgent* fix", "*urgent* fix"),
        ('"urgent" fix', '"urgent" fix'),
        ("@team fix", "@team fix"),
        ("[x] fix", "[x] fix"),
        ("100% sure", "100% sure"),
        ("yes", "yes"),
        ("007", "007"),
        ("2026-01-01", "2026-01-01"),
        ("a # remark", "a"),
        ("two\n  lines", "two lines"),
        ("'a\\nb'", "a\\nb"),
        ('"a\\nb"', "a b"),
        ("bell \x07 rings", "bell rings"),
        ("bad \udcff byte", "bad byte"),
    ],
)
def test_a_title_is_what_the_person_meant(written, title):
    read = says(FILE.replace("Add an alert", written))
    assert (read.title, read.state, read.problems) == (title, State.OPEN, ())


@pytest.mark.parametrize(
    ("written", "due"),
    [
        ("2026-12-01", date(2026, 12, 1)),
        ("'2026-12-01'", date(2026, 12, 1)),
        ("2026-12-1", date(2026, 12, 1)),
        ("2026/12/01", date(2026, 12, 1)),
        ("2026-12-01T09:00:00Z", date(2026, 12, 1)),
        ("2026-12-01 # soon", date(2026, 12, 1)),
        ("", None),
        ("null", None),
    ],
)
def test_a_due_date_is_read(written, due):
    read = says(FILE.replace("2026-12-01", written))
    assert (read.due, read.problems) == (due, ())


@pytest.mark.parametrize("written", ["soon", "2026-13-01", "2026-02-30", "12/01/2026", "1"])
def test_a_due_date_that_is_no_date_is_a_problem(written):
    read = says(FILE.replace("2026-12-01", written))
    assert read.due is None
    assert read.problems == (f"the due date “{written}” is no date; write it as 2026-12-31",)


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + FILE,
        "\n" + FILE,
        FILE.replace("\n", "\r\n"),
        FILE.replace("---\n\n", "...\n\n"),
        FILE.replace("owner: Platform Team\n", "# a remark\n\npriority: high\nnested:\n  deep: [1, {a: b}]\n"),
        FILE.replace("key: T-1\n", "key:   'T-1'\n").replace("---\n", "--- \n"),
        FILE.split("\n\n")[0],
    ],
    ids=["mark", "blank first", "CRLF", "dots", "more keys", "blanks", "no body"],
)
def test_unusual_files_say_the_same(text):
    assert says(text) == says(FILE)


def test_a_marker_is_twelve_hexadecimal_digits_and_nothing_else():
    for written in ("abcdef12345", "ABCDEF123456", "abcdef123456 x", "[abcdef123456, b]", "~"):
        assert says(FILE.replace(MARKER, written)).marker is None
    assert says(FILE.replace(MARKER, "'000000000000'")).marker == "000000000000"


def test_many_references_to_one_anchor_are_not_followed():
    bomb = "".join(
        f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    read = says(FILE.replace("key: T-1\n", f"a: &a [x]\n{bomb}"))
    assert (read.state, read.title) == (State.OPEN, "Add an alert")


# --- changing -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("status: open", "status: done"),
        ("status: open  # waiting for Kim", "status: done  # waiting for Kim"),
        ("status:\topen", "status:\tdone"),
        ("status:   'open'   ", "status:   done   "),
        ('Status : "to do" # x', "Status : done # x"),
        ("status:", "status: done"),
        ("status:   # say something", "status: done   # say something"),
        ("status: >-\n  open", "status: done"),
        ("status:\n- open", "status: done"),
        ("status: closed", "status: closed"),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_status_is_changed_where_it_stands(before, after, newline):
    text = FILE.replace("status: open", before).replace("\n", newline)
    assert changed(text, state=State.DONE) == FILE.replace("status: open", after).replace("\n", newline)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_missing_field_becomes_the_last_line_of_the_front_matter(newline):
    text = FILE.replace("due: 2026-12-01\n", "").replace("\n", newline)
    line = f"due: 2027-01-15{newline}"
    assert changed(text, due=date(2027, 1, 15)) == text.replace(
        f"{newline}---{newline}{newline}", f"{newline}{line}---{newline}{newline}"
    )


def test_saying_what_it_says_changes_no_byte():
    text = FILE.replace("status: open", "Status: 'To do'").replace("due: 2026-12-01", "due: 2026/12/1 # firm")
    assert changed(text, title="Add an alert", state=State.OPEN, due=date(2026, 12, 1)) == text


def test_several_fields_change_together():
    after = changed(FILE, title="Fix: it", state=State.IN_PROGRESS, due=date(2027, 1, 15))
    assert after == FILE.replace("Add an alert", '"Fix: it"').replace("open", "in_progress").replace(
        "2026-12-01", "2027-01-15"
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("no front matter", "it does not begin"),
        (FILE.replace("status: open", "status: open\nstatus: todo"), "stands there 2 times"),
        (FILE.replace("status: open", "status: frobbed"), "nobody knows what its `status` “frobbed” means"),
        (FILE.replace("status: open", "status: open\n  broken: ["), "`status` cannot be read"),
    ],
    ids=["none", "twice", "unknown word", "broken"],
)
def test_what_cannot_be_changed_surgically_is_not_changed(text, reason):
    with pytest.raises(ValueError, match=reason):
        changed(text, state=State.DONE)


def test_a_change_that_would_make_the_front_matter_too_long_to_read_is_not_made():
    text = FILE.replace("owner: Platform Team", f"owner: {'x' * (LIMIT - len(FILE))}")
    assert says(text).problems == ()
    with pytest.raises(ValueError, match="cannot be changed without harm"):
        changed(text, title="word " * 40)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("labels: [home]", "labels: [home, syncd]"),
        ("labels: [home,]  # x", "labels: [home, syncd]  # x"),
        ("labels: []", "labels: [syncd]"),
        ("labels:", "labels: [syncd]"),
        ("labels: home", "labels: [home, syncd]"),
        ("labels: home, garden", "labels: [home, garden, syncd]"),
        ("labels:\n  - home\n  - garden # x", "labels:\n  - home\n  - garden # x\n  - syncd"),
        ("labels:\n- home", "labels:\n- home\n- syncd"),
        ("labels: [a, syncd]", "labels: [a, syncd]"),
        ("labels:\n  - syncd\n  - b", "labels:\n  - syncd\n  - b"),
    ],
)
def test_adopting_adds_the_label_in_the_lists_own_form(before, after):
    front = "---\ntitle: Buy coffee\n{}\nstatus: doing # me\n{}---\nBody\n"
    assert with_label(front.format(before, "")) == front.format(after, f"marker: {MARKER}\n")


def test_adopting_adds_both_lines_where_there_are_none():
    assert with_label("---\ntitle: x\n---\n") == f"---\ntitle: x\nlabels: [syncd]\nmarker: {MARKER}\n---\n"


def test_adopting_what_carries_another_marker_is_refused():
    with pytest.raises(ValueError, match="already carries the marker fedcba654321"):
        with_label(FILE.replace(MARKER, "fedcba654321"))


def test_adopting_labels_that_cannot_be_read_is_refused():
    with pytest.raises(ValueError, match="`labels` cannot be read"):
        with_label("---\ntitle: x\nlabels:\n  a: b\n---\n")


# --- properties -----------------------------------------------------------------------------------------------------

SURROGATES = re.compile("[\ud800-\udfff]")
ANY_TEXT = st.text(st.characters(codec=None), max_size=80)
NASTY = st.sampled_from(
    [
        "---\n",
        "\nstatus: done\n",
        "marker: badc0ffee000",
        ": ",
        " #",
        "'",
        '"',
        "\\",
        "[",
        "{",
        "&a",
        "*a",
        "!",
        "%",
        "null",
        "- ",
    ]
)
WORDS = st.lists(st.one_of(ANY_TEXT, NASTY), max_size=5).map("".join)


@given(title=WORDS, owner=WORDS, postmortem=WORDS, labels=st.lists(WORDS, max_size=3), body=WORDS)
def test_whatever_the_words_the_file_says_them_and_nothing_else(title, owner, postmortem, labels, body):
    fields = {"key": "T-1", "title": ticket_title(title), "status": "open", "owner": ticket_title(owner)}
    fields |= {"due": "2026-12-01", "postmortem": postmortem, "marker": MARKER}
    labels = [ticket_title(label) for label in labels if ticket_title(label)]
    data = compose(fields, labels=labels, description=body)
    read = content(data)
    assert (read.title, read.state, read.marker, read.problems) == (ticket_title(title), State.OPEN, MARKER, ())
    _, front, below = data.decode("utf-8", "surrogateescape").split("---\n", 2)
    other = yaml.safe_load(front)
    assert list(other) == ["key", "title", "status", "owner", "due", "labels", "postmortem", "marker"]
    assert (other["title"] or "", other["owner"] or "", other["labels"]) == (read.title, ticket_title(owner), labels)
    assert (other["marker"], other["due"]) == (MARKER, date(2026, 12, 1))
    assert other["postmortem"] == (SURROGATES.sub("\ufffd", postmortem) or None)
    assert below == "\n" + SURROGATES.sub("?", body)


LINE = st.one_of(
    st.sampled_from(
        [
            "# remark",
            "",
            "owner: 'Kim'  # x",
            "tags:\n  - a\n  - b",
            "notes: |\n  status: done\n  more",
            "\tx",
            "due:",
            "a: &b c",
            "{",
        ]
    ),
    st.text(st.characters(exclude_characters="\n", codec=None), max_size=20),
)
STATUS = st.sampled_from(["status: open", "Status:   'to do' # x", "status:", "status:\n  - open", "status:\topen"])


@given(st.lists(LINE, max_size=5), STATUS, st.lists(LINE, max_size=5), ANY_TEXT, st.sampled_from(["\n", "\r\n"]))
def test_changing_the_status_of_any_file_leaves_every_other_byte(before, status, after, body, newline):
    head = "".join(line + newline for line in ("---", *before))
    tail = "".join(line + newline for line in (*after, "---")) + body
    data = (head + status + newline + tail).encode("utf-8", "surrogatepass")
    assume(not any(line.strip() in ("---", "...") for line in (*before, *after)))
    try:
        result = updated(data, state=State.DONE)
    except ValueError:
        return
    assert content(result).state is State.DONE
    start, end = head.encode("utf-8", "surrogatepass"), tail.encode("utf-8", "surrogatepass")
    assert result.startswith(start)
    assert result.endswith(end)
    middle = result[len(start) : len(result) - len(end)]
    assert b"done" in middle
    assert middle.count(b"\n") == 1


@given(st.binary(max_size=300))
def test_no_bytes_whatever_break_the_reader(data):
    read = content(b"---\n" + data)
    assert read.state is None or read.state in State
    assert content(data).problems


@given(st.binary(max_size=200), st.sampled_from(list(State)))
def test_any_changed_file_says_so_afterwards(data, state):
    try:
        after = updated(b"---\n" + data + b"\n---\n", state=state)
    except ValueError:
        return
    assert content(after).state is state
    assert content(after).title == content(b"---\n" + data + b"\n---\n").title
