from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from connectors.clients.ticket_markdown import LONGEST_TEXT, inert, markdown, relative
from syncd.core.model import Block

RENDER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
NASTY = st.sampled_from(
    [
        *(
            "# ",
            "## ",
            "\n---\n",
            "\n===\n",
            "- ",
            "+ ",
            "* ",
            "1. ",
            "2) ",
            "> ",
            "    ",
            "\t",
            "```\n",
            "~~~\n",
            "`",
            "**",
            "__",
        ),
        *(
            "<b>",
            "<!-- ",
            "&lt;",
            "&#64;",
            "[a](http://x.y)",
            "![",
            "[a]: /b\n",
            "<http://x.y>",
            "|",
            "\n|-|-|\n",
            "\\",
            "  \n",
            "~~",
        ),
    ]
)
WORDS = st.lists(st.one_of(st.text(max_size=10), NASTY), max_size=8).map("".join)


def tokens(text: str) -> list[str]:
    """The kinds of everything in a Markdown text."""
    return [t.type for token in RENDER.parse(text) for t in (token, *(token.children or ()))]


@given(WORDS)
def test_a_text_becomes_paragraphs_of_words_and_nothing_else(text):
    kinds = set(tokens(markdown([Block(text=text)], folder="/t")))
    assert kinds <= {"paragraph_open", "inline", "text", "text_special", "softbreak", "paragraph_close"}


@given(WORDS, WORDS)
def test_a_fact_becomes_one_list_item(label, value):
    kinds = tokens(markdown([Block(facts=((label, value),))], folder="/t"))
    assert kinds.count("list_item_open") == kinds.count("inline") == 1
    assert not {"link_open", "html_inline", "image", "code_inline", "em_open", "heading_open"} & set(kinds)


@given(WORDS)
def test_a_heading_becomes_one_heading(text):
    kinds = tokens(markdown([Block(heading=f"x {text}")], folder="/t"))
    assert set(kinds) <= {"heading_open", "inline", "text", "text_special", "heading_close"}
    assert kinds.count("heading_open") == 1


@given(WORDS, WORDS)
def test_a_link_is_the_only_link(target, words):
    text = markdown([Block(link=(f"https://example.com/{target}", f"x{words}"))], folder="/t")
    kinds = tokens(text)
    assert kinds.count("link_open") <= 1
    assert set(kinds) <= {
        "paragraph_open",
        "inline",
        "text",
        "text_special",
        "paragraph_close",
        "link_open",
        "link_close",
    }


@given(st.text(st.characters(categories=("L", "N", "P", "S", "Zs")), max_size=40))
def test_the_words_stay_the_words(text):
    inline = RENDER.parse("x " + inert(text))[1]
    assert "".join(child.content for child in inline.children or ()) == f"x {' '.join(text.split())}".strip()


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("see https://evil.example", r"see https\://evil.example"),
        ("www.evil.example", r"www\.evil.example"),
        ("mailto:a@b.c", r"mailto\:a\@b.c"),
        ("ping @team", r"ping \@team"),
        ("cost $5 and $6", r"cost \$5 and \$6"),
        ("C# and #12", r"C# and \#12"),
        ("a\x00b\u202ec\x1b[31m", r"a bc \[31m"),
        ("plain words, 75% - really (yes): ok!", "plain words, 75% - really (yes): ok!"),
    ],
)
def test_what_readers_of_markdown_link_by_themselves_is_escaped(text, escaped):
    assert inert(text) == escaped


def test_blocks_follow_each_other_with_a_blank_line_between():
    blocks = [
        Block(heading="Action item", text="Do it\n\n1. now", facts=(("Owner", "A"), ("Due", "B"))),
        Block(link=("/docs/a b (1).md", "a b")),
    ]
    assert markdown(blocks, folder="/docs/tickets") == (
        "## Action item\n\nDo it\n\n1\\. now\n\n- **Owner:** A\n- **Due:** B\n\n[a b](../a%20b%20%281%29.md)\n"
    )


@pytest.mark.parametrize("target", ["javascript:alert(1)", "data:text/html,x", "", "relative.md", "https:// x"])
def test_only_web_addresses_and_files_are_linked(target):
    assert markdown([Block(link=(target, "words"))], folder="/t") == "words\n"


def test_an_address_stays_an_address():
    url = "https://example.com/a%20b?x=1&y=2#L3"
    [inline] = [token for token in RENDER.parse(markdown([Block(link=(url, "a"))], folder="/t")) if token.children]
    assert inline.children[0].attrs["href"] == url


def test_a_text_without_end_is_cut():
    text = markdown([Block(text="word " * LONGEST_TEXT)], folder="/t")
    assert len(text) <= LONGEST_TEXT + 5
    assert text.endswith("…\n")


@pytest.mark.parametrize(
    ("location", "seen"),
    [
        ("/srv/docs/a.md", "../docs/a.md"),
        ("/srv/tickets/a.md", "a.md"),
        ("https://example.com/a.md", "https://example.com/a.md"),
        ("", ""),
    ],
)
def test_a_file_is_named_as_seen_from_the_folder(location, seen):
    assert relative(location, folder="/srv/tickets") == seen
