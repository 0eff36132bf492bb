"""Markdown → blocks and cells, each with its place."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from syncd.core.blocks import Grid, Heading, ListItem, Paragraph
from syncd.core.inline import read_inline
from syncd.core.markdown import read_markdown
from syncd.core.model import Span
from syncd.core.prose import Emphasis, Prose, squeeze
from tests.core.reading import HEAD, read

JUDGE = MarkdownIt("commonmark", {"maxNesting": 100}).disable("lheading")
JUDGE.core.ruler.enableOnly(["normalize", "block"])


def words(text: str, **definitions: str) -> Prose:
    return read_inline(text, (Span(0, len(text)),), {k.upper(): v for k, v in definitions.items()})


@pytest.mark.parametrize(
    ("markdown", "plain"),
    [
        ("**bold** and _soft_ and `code`", "bold and soft and code"),
        ("snake_case_name and 2 * 3 * 4", "snake_case_name and 2 * 3 * 4"),
        ("[text](https://a.example/b_c) ![image](x.png)", "text image"),
        ("[a][b], [b] and [c]", "a, b and [c]"),
        ("<https://a.example> and https://b.example/x_(y).", "https://a.example and https://b.example/x_(y)."),
        (r"\*not\* \[a\] a\|b", "*not* [a] a|b"),
        ("~~gone~~ and ~5 minutes", "gone and ~5 minutes"),
        ("a<br>b <b>c</b> <owner> <!-- hidden -->d", "a\nb c <owner> d"),
        ("&lt;x&gt; &amp; &unknown; &#65;", "<x> & &unknown; A"),
        ("``a ` b`` and `open", "a ` b and `open"),
        ("***both*** and __init__", "both and init"),
        ("[outer [inner](u)](v)", "[outer inner](v)"),
    ],
)
def test_markup_is_stripped_from_words(markdown, plain):
    assert words(markdown, b="https://b.example").plain == plain


def test_styles_and_links_say_which_words_they_mean():
    text = "**bold** [text](https://a.example) `code`"
    prose = words(text)
    (anchor,) = prose.anchors
    assert (prose.plain[anchor.start : anchor.end], anchor.url) == ("text", "https://a.example")
    assert anchor.span.of(text) == "[text](https://a.example)"
    assert {(s.kind, prose.plain[s.start : s.end]) for s in prose.styles} == {
        (Emphasis.BOLD, "bold"),
        (Emphasis.CODE, "code"),
    }


@given(st.text(alphabet="ab *_`[]()!<>~\\|&;:/#\n", max_size=60))
def test_every_word_that_is_left_stands_where_it_says(text):
    prose = words(text.strip())
    for index, character in enumerate(prose.plain):
        origin = text.strip()[prose.origin(index)]
        assert origin == character or (character.isspace() and (origin in "\n\\<")) or origin == "&"


def judged(text: str) -> list[tuple[str, int, str]]:
    """Headings, items and paragraphs as markdown-it-py sees them, with their lines and words."""
    found: list[tuple[str, int, str]] = []
    tokens = JUDGE.parse(text)
    for index, token in enumerate(tokens):
        if token.type == "list_item_open":
            found.append(("item", token.map[0] + 1, ""))
        elif token.type == "inline":
            before = tokens[index - 1]
            words = " ".join(token.content.split())
            if before.type == "heading_open":
                found.append((before.tag, token.map[0] + 1, words))
            elif tokens[index - 2].type == "list_item_open":
                found[-1] = ("item", found[-1][1], words)
            else:
                found.append(("p", token.map[0] + 1, words))
    return found


def scanned(text: str) -> list[tuple[str, int, str]]:
    """The same as we see them."""
    names = {Paragraph: "p", ListItem: "item"}
    return [
        (f"h{b.level}" if isinstance(b, Heading) else names[type(b)], b.line, " ".join(b.passage.rough.split()))
        for b in read_markdown(text).blocks
    ]


MARKS = ["> ", ">", "- ", "* ", "+ ", "1. ", "2) ", "-\t", "# ", "## ", "-", "1.", "#"]
WORDS = ["a", "b c", "", "", "***", "- - -", "```", "~~~", "    x", "#hash", "d ##", "1.e", "<!-- f", "g -->"]


def lines(leads: list[str], marks: list[str]) -> st.SearchStrategy[str]:
    """Texts of lines that begin with blanks and marks.

    Not with underlines of headings, which we read and the judge does not. Nor with a mark four blanks or more to the
    right of what may hold it, where markdown-it-py leaves CommonMark: there "-    x" and "    #" are one paragraph.
    """
    line = st.tuples(
        st.sampled_from(leads), st.lists(st.sampled_from(marks), max_size=3).map("".join), st.sampled_from(WORDS)
    ).map("".join)
    return st.lists(line.filter(lambda text: not re.fullmatch(r"[ \t>]*-+[ \t]*", text)), max_size=9).map("\n".join)


@settings(max_examples=400)
@given(lines(["", "", " ", "  ", "   "], MARKS) | lines([" " * (2 * depth) for depth in range(6)], ["- "]))
def test_the_structure_is_the_one_that_commonmark_describes(text):
    assert scanned(text) == judged(text)


def test_headings_of_all_kinds_have_their_level_and_line():
    blocks = read_markdown("# One ##\n\nTwo\n===\ntext\nThree\n---\n\n- item\n---\n").blocks
    assert [(b.line, b.level, b.prose.plain) for b in blocks if isinstance(b, Heading)] == [
        (1, 1, "One"),
        (3, 1, "Two"),
        (6, 2, "Three"),
    ]


def test_a_table_ends_at_a_rule_a_list_or_a_line_without_a_pipe():
    text = "before\n| a | b |\n|---|---|\n| 1 | 2 |\nafter\n\n| c |\n|---|\n| 3 |\n---\n"
    blocks = read_markdown(text).blocks
    assert [type(b) for b in blocks] == [Paragraph, Grid, Paragraph, Grid]


def test_nested_items_know_their_parents_and_boxes():
    text = "- [x] a\n  - [ ] b\n    1. c\n- []\n- [ ]\n"
    found = [b for b in read_markdown(text).blocks if isinstance(b, ListItem)]
    assert [(i.line, i.depth, i.parent, i.checked, i.prose.plain) for i in found] == [
        (1, 0, None, "x", "a"),
        (2, 1, 0, " ", "b"),
        (3, 2, 1, None, "c"),
        (4, 0, None, " ", ""),
        (5, 0, None, " ", ""),
    ]
    assert [i.box.of(text) if i.box else None for i in found] == ["x", " ", None, "", " "]


def test_code_and_comments_are_no_blocks():
    text = "```\n- a\n```\n\n<!--\n- b\n-->\n\n    - c\n\n~~~\n# d\n~~~\n"
    assert read_markdown(text).blocks == ()


CONTENT = st.text(alphabet="abc déß本😀*_[]()<>!.:-", max_size=12).map(str.strip)
CELL = st.one_of(
    CONTENT,
    CONTENT.map(lambda text: text + r"\|x"),
    st.just("`a\\|b`"),
    st.just(r"\\"),
    st.just("[x](https://a.example/b)"),
)
PREFIXES = st.sampled_from([("", ""), ("> ", "> "), ("- item\n\n  ", "  "), ("1. item\n   > ", "   > ")])


@st.composite
def tables(draw):
    """A Markdown table with its rows' cells: any line ends, outer pipes or none, in a list or a quotation."""
    columns = draw(st.integers(2, 5))
    cells = draw(st.lists(st.lists(CELL, min_size=columns, max_size=columns), min_size=1, max_size=5))
    outer = draw(st.booleans())
    pad = draw(st.sampled_from(["", " ", "  "]))
    first, prefix = draw(PREFIXES)
    end = draw(st.sampled_from(["\n", "\r\n"]))
    header = [f"h{number}" for number in range(columns)]
    if not outer:
        cells = [[cell or "x" for cell in row] for row in cells]
        cells = [["x" + row[0].lstrip("-*+#>:<=~`!|[("), *row[1:]] for row in cells]

    def line(row):
        body = "|".join(pad + cell + (pad or " ") for cell in row)
        return f"|{body}|" if outer else body.strip()

    lines = [line(header), line(["---"] * columns), *map(line, cells)]
    text = end.join([first.replace("\n", end) + lines[0], *(prefix + other for other in lines[1:]), ""])
    mark = draw(st.sampled_from(["", "\ufeff"]))
    return mark + text, [header, *cells]


@given(tables())
def test_every_cell_stands_exactly_where_its_span_says(made):
    text, cells = made
    (grid,) = [b for b in read_markdown(text).blocks if isinstance(b, Grid)]
    rows = (grid.header, *grid.rows)
    assert [[cell.span.of(text) for cell in row.cells] for row in rows] == cells
    for row in rows:
        assert not row.merged
        assert text[row.end : row.end + 1] in ("\n", "\r", "")
        assert row.closed == (text[row.end - 1] == "|" and text[row.end - 2] != "\\")


def grid_of(text: str) -> Grid:
    (grid,) = [b for b in read_markdown(text).blocks if isinstance(b, Grid)]
    return grid


def test_an_empty_cell_has_a_place_between_its_pipes():
    text = "| a | b | c |\n|---|---|---|\n|  ||   |\n"
    spans = [cell.span for cell in grid_of(text).rows[0].cells]
    assert all(span.start == span.end for span in spans)
    assert [text[span.start - 1] for span in spans] == [" ", "|", " "]


def test_a_pipe_in_code_ends_a_cell_only_when_it_has_to():
    text = "| a | b |\n|---|---|\n| `x|y` | 1 |\n| `x | y` |\n"
    assert [[c.span.of(text) for c in row.cells] for row in grid_of(text).rows] == [["`x|y`", "1"], ["`x", "y`"]]


def test_ragged_rows_are_kept_as_they_are():
    text = "a | b\n--|--\n1\\|\n1 | 2 | 3\n"
    short, long = grid_of(text).rows
    assert [c.cell.text for c in short.cells] == ["1|"]
    assert (len(long.cells), long.merged, long.closed, text[long.end - 1]) == (3, True, False, "3")


def test_a_header_that_does_not_match_its_delimiter_is_read_with_a_problem():
    grid = grid_of("| a | b | c |\n|---|---|\n| 1 | 2 | 3 |\n")
    assert grid.problem is not None
    assert len(grid.rows[0].cells) == 3


def test_a_rewrapped_table_gives_its_cells_by_count():
    text = "| a | b | | --- | --- | | one\ntwo | |\n| 3 | 4 |\n"
    grid = grid_of(text)
    assert [[squeeze(c.cell.text) for c in row.cells] for row in grid.rows] == [["one two", ""], ["3", "4"]]
    assert [row.line for row in grid.rows] == [1, 3]


HARMFUL = {
    "unclosed brackets": "- " + "[" * 40_000,
    "half links": "- " + "[a](" * 20_000,
    "a ladder of backticks": "- " + " ".join("`" * n for n in range(400)),
    "backticks": "- " + "`" * 40_000,
    "asterisks": "- " + "*a " * 20_000 + "*" * 20_000,
    "half comments": "- " + "<!--" * 20_000,
    "half tags": "- " + "<a " * 20_000,
    "quotations in quotations": "> " * 10_000 + "a",
    "lists in lists": "\n".join("  " * n + "- a" for n in range(300)),
    "tables that nothing closes": "<table>\n\n" * 5_000,
    "pipes": "| " * 20_000 + "\n|--|--|\n",
    "10,000 rows": "| Action | Due |\n|--|--|\n" + "".join(f"| Add {n} | 2024-01-05 |\n" for n in range(10_000)),
    "a cell of a megabyte": f"| Action | Due |\n|--|--|\n| {'word ' * 200_000} | x |\n",
    "keys": "- " + "OPS-1 " * 50_000,
    "handles": "- " + "@a " * 50_000,
    "braces": "- " + "{{" * 40_000,
    "dates": "- by " + "Jan 1 " * 20_000,
    "labels": "Date: " * 20_000,
    "links at the end": "- x" + " [T-1](../T-1.md)" * 5_000,
}


@pytest.mark.parametrize("text", HARMFUL.values(), ids=HARMFUL)
def test_harmful_text_takes_no_longer_than_other_text(text):
    start = time.process_time()
    read(HEAD + text)
    assert time.process_time() - start < 5
