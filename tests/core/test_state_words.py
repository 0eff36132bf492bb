from __future__ import annotations

import pytest

from syncd.core.model import State
from syncd.core.state_words import find, replace, usual

OPEN, IN_PROGRESS, DONE, CANCELLED = State.OPEN, State.IN_PROGRESS, State.DONE, State.CANCELLED


@pytest.mark.parametrize(
    ("raw", "old", "new", "expected"),
    [
        ("Open", OPEN, DONE, "NEW"),
        ("Open (waiting)", OPEN, DONE, "NEW (waiting)"),
        ("**Open**", OPEN, DONE, "**NEW**"),
        ("`open` - since Monday", OPEN, DONE, "`NEW` - since Monday"),
        ("✅ Done (12/3)", DONE, OPEN, "NEW (12/3)"),
        ("Done ✅", DONE, OPEN, "NEW"),
        ("🔴 Open", OPEN, DONE, "NEW"),
        ("✅", DONE, OPEN, "NEW"),
        ("✔️ for EU", DONE, OPEN, "NEW for EU"),
        (":white_check_mark: Done", DONE, OPEN, "NEW"),
        ("Open 🔥 urgent", OPEN, DONE, "NEW 🔥 urgent"),
        ("not done", OPEN, DONE, "NEW"),
        ("Won’t do", CANCELLED, OPEN, "NEW"),
        ("完了", DONE, OPEN, "NEW"),
        ("未完了（確認中）", OPEN, DONE, "NEW（確認中）"),
        ("30% (of 4)", IN_PROGRESS, DONE, "NEW (of 4)"),
        ("Done, was open", DONE, OPEN, "NEW, was open"),
        ("[open](https://example.com/open)", OPEN, DONE, "[NEW](https://example.com/open)"),
        ('<span title="open">open</span>', OPEN, DONE, '<span title="open">NEW</span>'),
        ("https://example.com/done in progress", IN_PROGRESS, DONE, "https://example.com/done NEW"),
        ("[ ]", OPEN, DONE, "[x]"),
        ("[X]", DONE, OPEN, "[ ]"),
        ("[ ]", OPEN, CANCELLED, "[ ] NEW"),
        ("[ ] Open", OPEN, DONE, "[x] NEW"),
        ("[x] Done", DONE, CANCELLED, "[x] NEW"),
    ],
)
def test_only_the_word_and_its_sign_are_replaced(raw, old, new, expected):
    said = find(raw, old)
    assert said is not None
    assert replace(raw, said, state=new, word="NEW") == expected


@pytest.mark.parametrize("raw", ["", "blue", "see https://example.com/open", "<b title='open'></b>", "reopen2"])
def test_a_text_without_a_known_word_says_nothing(raw):
    assert find(raw, OPEN) is None


def test_a_box_is_ticked_as_the_document_does_it():
    said = find("[ ]", OPEN)
    assert said is not None
    assert replace("[ ]", said, state=DONE, word="Done", cross="X") == "[X]"


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ([], None),
        ([("Open", OPEN)], None),
        ([("✅ Done (Mon)", DONE), ("Open", OPEN)], "✅ Done"),
        ([("done", DONE), ("Complete", DONE), ("Complete", DONE)], "Complete"),
        ([("done", DONE), ("Complete", DONE)], "done"),
        ([("**完了**", DONE)], "完了"),
        ([("✅", DONE)], "✅"),
        ([("[x]", DONE)], None),
    ],
)
def test_the_usual_word_is_the_most_frequent_one(texts, expected):
    assert usual(texts, DONE) == expected


@pytest.mark.parametrize(
    ("text", "state"),
    [("Merged", DONE), ("Verified", DONE), ("In review", IN_PROGRESS), ("Duplicate", CANCELLED), ("80%", IN_PROGRESS)],
)
def test_a_word_that_tells_more_than_the_state_is_not_used_for_other_rows(text, state):
    assert find(text, state) is not None
    assert usual([(text, state)], state) is None
