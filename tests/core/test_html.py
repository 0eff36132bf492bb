"""HTML and Confluence storage format → blocks and cells, each with its place."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.core.blocks import Grid, Heading, ListItem, Paragraph
from syncd.core.html import read_html
from syncd.core.model import Markup, State
from syncd.core.postmortem import parse
from tests.core.reading import document


def blocks(text: str) -> tuple:
    return read_html(text).blocks


def test_headings_paragraphs_and_lists_come_in_order():
    found = blocks("<h1>A</h1>text<p>more <b>text</b></p><ul><li>one<ul><li>two</li></ul></li><li>three</ul>")
    assert [(type(b), b.prose.plain) for b in found] == [
        (Heading, "A"),
        (Paragraph, "text"),
        (Paragraph, "more text"),
        (ListItem, "one"),
        (ListItem, "two"),
        (ListItem, "three"),
    ]
    assert [b.parent for b in found if isinstance(b, ListItem)] == [None, 3, None]


@pytest.mark.parametrize(
    "hidden",
    [
        "<!-- <p>x</p> -->",
        "<script>x</script>",
        "<style>x</style>",
        "<pre>x</pre>",
        "<ac:plain-text-body><![CDATA[<p>x</p>]]></ac:plain-text-body>",
        "<!DOCTYPE x>",
        "<?x?>",
    ],
)
def test_what_nobody_reads_is_no_block(hidden):
    assert [b.prose.plain for b in blocks(f"<p>a</p>{hidden}<p>b</p>")] == ["a", "b"]


CONTENT = st.text(alphabet="abc déß本😀.;&", max_size=10).map(str.strip)


@given(
    st.lists(st.lists(CONTENT, min_size=3, max_size=3), min_size=1, max_size=4), st.sampled_from(["", " ", "\r\n\t"])
)
def test_every_cell_stands_exactly_where_its_span_says(cells, blank):
    rows = "".join("<tr>" + "".join(f"<td>{blank}{c}{blank}</td>" for c in row) + f"</tr>{blank}" for row in cells)
    text = f"<p>x</p><table>{blank}<thead><tr><th>a<th>b<th>c</tr></thead>{rows}</table>"
    (grid,) = [b for b in blocks(text) if isinstance(b, Grid)]
    assert [[cell.span.of(text) for cell in row.cells] for row in grid.rows] == cells
    assert all(text[: row.end].endswith("</td>") for row in grid.rows)


def test_a_row_without_end_tags_ends_where_its_last_words_end():
    text = "<table><tr><th>Action<th>Status<tr><td>Add<td>Open</table>"
    (grid,) = blocks(text)
    assert (grid.rows[0].end, text[grid.rows[0].end :]) == (len(text) - 8, "</table>")


def test_a_cell_over_several_columns_or_rows_keeps_the_others_in_their_columns():
    text = (
        "<table><tr><th>A<th>B<th>C</tr><tr><td rowspan=2>1<td>2<td>3</tr><tr><td>4<td>5</tr>"
        "<tr><td colspan='2'>6<td>7</tr><tr><td>8<td>9<td>10</tr></table>"
    )
    (grid,) = blocks(text)
    assert [[c.cell.text for c in row.cells] for row in grid.rows] == [
        ["1", "2", "3"],
        ["1", "4", "5"],
        ["6", "", "7"],
        ["8", "9", "10"],
    ]
    assert [row.merged for row in grid.rows] == [True, True, True, False]


def test_a_confluence_task_tells_its_state_by_a_word_with_a_place():
    text = (
        "<h2>Action"
        " items</h2><ac:task-list><ac:task><ac:task-id>7</ac:task-id><ac:task-status>incomplete</ac:task-status>"
        "<ac:task-body><span>Add an alert</span> <time datetime='2024-05-01' /></ac:task-body></ac:task></ac:task-list>"
    )
    (item,) = parse(document("<h1>Outage</h1>" + text, markup=Markup.HTML)).items
    assert (item.action, item.due, item.state) == ("Add an alert", "2024-05-01", State.OPEN)
    assert item.bullet is not None
    assert item.bullet.mark is not None
    assert item.bullet.mark.of("<h1>Outage</h1>" + text) == "incomplete"


@given(st.text(alphabet="ab<>/\"'=&; !-[]h1ulitdpr", max_size=80))
def test_any_text_can_be_read(text):
    read_html(text)


HARMFUL = {
    "unclosed tags": "<a " * 40_000,
    "half attributes": '<a href="' * 20_000,
    "half comments": "<!--" * 40_000,
    "signs": "<" * 100_000,
    "lists in lists": "<ul><li>a" * 3_000,
    "tables in tables": "<table><tr><td>" * 3_000,
    "bold in bold": "<b>" * 20_000 + "</i>" * 20_000,
    "a span of many columns": "<table><tr><th>a</tr>" + "<tr><td colspan=99999999>x</tr>" * 500,
}


@pytest.mark.parametrize("text", HARMFUL.values(), ids=HARMFUL)
def test_harmful_text_takes_no_longer_than_other_text(text):
    start = time.process_time()
    parse(document("<h1>Outage</h1><h2>Action items</h2>" + text, markup=Markup.HTML))
    assert time.process_time() - start < 5
