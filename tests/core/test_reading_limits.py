"""Documents larger than anybody writes: read in time that grows with their length, and no further than said."""

from __future__ import annotations

import pytest

from syncd.core.model import Document, Markup, Postmortem
from syncd.core.postmortem import parse

HEAD = "# Postmortem: mail queue\n\n## Action items\n\n"
PAGE = "<h1>Postmortem: mail queue</h1><h2>Action items</h2>"


def read(text: str, markup: Markup = Markup.MARKDOWN) -> Postmortem:
    return parse(Document("test:x", "x", text, "1", markup))


def test_a_long_document_is_read_to_a_line_and_says_so():
    postmortem = read(HEAD + "- Cap the retries\n" * 30_000)
    assert len(postmortem.items) == 20_000 - HEAD.count("\n")
    assert [(p.line, p.message) for p in postmortem.problems] == [
        (20_001, "Only the first 20,000 lines of a document are read.")
    ]


def test_a_document_of_just_that_many_lines_has_no_problem():
    postmortem = read(HEAD + "- Cap the retries\n" * (19_998 - HEAD.count("\n")))
    assert not postmortem.problems


def test_a_very_long_item_is_read_as_far_as_anybody_writes():
    postmortem = read(HEAD + "- Cap " + "the retries " * 20_000)
    assert len(postmortem.items) == 1
    assert 90_000 < len(postmortem.items[0].action) <= 100_000


def test_a_very_long_item_of_a_page_is_read_as_far_as_anybody_writes():
    postmortem = read(f"{PAGE}<ul><li>Cap {'the retries<br>' * 20_000}</li></ul>", Markup.HTML)
    assert len(postmortem.items) == 1
    assert 90_000 < len(postmortem.items[0].action) <= 110_000


def test_a_table_with_more_columns_than_anybody_writes_is_no_table():
    wide = "|" + "Action|" * 101 + "\n|" + "-|" * 101 + "\n|" + "Cap the retries|" * 101 + "\n"
    assert not read(HEAD + wide).tables


def test_cells_over_many_columns_and_rows_take_no_more_than_the_header_has():
    row = "<tr><td colspan=900 rowspan=900>Cap the retries</td><td>Ann</td></tr>"
    postmortem = read(f"{PAGE}<table><tr><th>Action</th><th>Owner</th></tr>{row * 300}</table>", Markup.HTML)
    assert all(len(table_row.cells) <= 2 + 2 for table_row in postmortem.tables[0].rows)


@pytest.mark.parametrize(
    ("text", "markup"),
    [
        (HEAD + "[" * 40_000, Markup.MARKDOWN),
        (HEAD + "*" * 100_000, Markup.MARKDOWN),
        (HEAD + "_a" * 50_000, Markup.MARKDOWN),
        (HEAD + "`a" * 50_000, Markup.MARKDOWN),
        (HEAD + "> " * 20_000, Markup.MARKDOWN),
        (HEAD + "- " * 20_000, Markup.MARKDOWN),
        (HEAD + "- \0 a\r- b\r\n- \u202e c\n", Markup.MARKDOWN),
        (PAGE + "<ul><li>" * 20_000, Markup.HTML),
        (PAGE + "<table><tr><td>" * 20_000, Markup.HTML),
        (PAGE + "<" * 50_000, Markup.HTML),
        ("---\na: " + "[" * 50_000 + "\n---\n", Markup.MARKDOWN),
    ],
)
def test_text_that_nobody_closes_is_read_too(text: str, markup: Markup):
    assert read(text, markup).document.text == text
