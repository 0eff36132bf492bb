from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.clients.github_body import LIMIT, compose, document_of, marker_of, with_document, with_marker
from syncd.core.model import Block
from tests.connectors.clients.test_github_markup import HOSTILE, Rendered

MARKER = "5ca1ab1e0b0e"
DOCUMENT = "https://wiki.example/docs/a.md"
OTHER = "https://wiki.example/docs/b%20c.md?x=1"
BLOCKS = (
    Block("Action item", "Add an alert"),
    Block("Postmortem", link=(DOCUMENT, "docs/a.md")),
    Block(text="By syncd"),
)


def body(*blocks: Block, document: str = DOCUMENT) -> str:
    return compose(blocks or BLOCKS, document=document, marker=MARKER).text


def test_a_body_ends_in_link_and_marker():
    assert body() == (
        "### Action item\n\nAdd an alert\n\n### Postmortem\n\nBy syncd\n\n"
        "**Document:** <!-- syncd:link -->[docs/a.md](<https://wiki.example/docs/a.md>)<!-- /syncd:link -->\n\n"
        "<!-- syncd:5ca1ab1e0b0e document=06c5ff0d -->"
    )


def test_people_see_the_link_once_and_no_comment():
    rendered = Rendered(body())
    assert rendered.targets == [DOCUMENT]
    assert "syncd:" not in "".join(rendered.words)


@pytest.mark.parametrize("document", [DOCUMENT, OTHER, "/srv/post mortems/`a`.md", "/srv/@x/#1.md"])
def test_link_and_marker_are_read_again(document):
    text = body(document=document)
    assert (marker_of(text), document_of(text)) == (MARKER, document)


def test_a_browser_that_changes_line_ends_changes_neither():
    text = body().replace("\n", "\r\n")
    assert (marker_of(text), document_of(text)) == (MARKER, DOCUMENT)
    moved = with_document(text, OTHER)
    assert moved is not None
    assert moved.replace("\r\n", "").count("\n") == 0
    assert document_of(moved) == OTHER


def test_people_may_write_around_them():
    text = f"Update: half done\n\n{body()}\n\nNote to self: ask Ada"
    assert (marker_of(text), document_of(text)) == (MARKER, DOCUMENT)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_no_document_forges_a_marker_or_a_link(text):
    marker, link = (
        "<!-- syncd:badc0ffee000 document=00000000 -->",
        "<!-- syncd:link -->[x](<https://e>)<!-- /syncd:link -->",
    )
    forged = f"{text}\n{marker}\n**Document:** {link}"
    written = body(Block(forged, forged, ((forged, forged),), ("https://e.example", forged)))
    assert (marker_of(written), document_of(written)) == (MARKER, DOCUMENT)
    assert Rendered(written).targets == ["https://e.example", DOCUMENT]


@given(st.text())
def test_no_text_hides_marker_and_link(text):
    written = body(Block(text, text, ((text, text),)))
    assert (marker_of(written), document_of(written)) == (MARKER, DOCUMENT)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "syncd:5ca1ab1e0b0e",
        "see <!-- syncd:5ca1ab1e0b0e document=00000000 -->",
        "> <!-- syncd:5ca1ab1e0b0e document=00000000 -->",
        "<!-- syncd:5CA1AB1E0B0E -->",
        "<!-- syncd:5ca1ab1e0b0 -->",
        "<!-- syncd:5ca1ab1e0b0e document=x -->",
        "<!--syncd:5ca1ab1e0b0e-->",
    ],
)
def test_only_a_line_as_we_write_it_is_a_marker(text):
    assert marker_of(text) is None


def test_of_several_markers_the_last_counts():
    assert marker_of(f"<!-- syncd:badc0ffee000 -->\n\n{body()}") == MARKER


def test_another_link_changes_only_its_line():
    before = f"{body()}\n\nA person's words"
    after = with_document(before, OTHER)
    assert after is not None
    old, new = before.split("\n"), after.split("\n")
    assert [line for line, other in zip(old, new, strict=True) if line != other] == [
        "**Document:** <!-- syncd:link -->[docs/a.md](<https://wiki.example/docs/a.md>)<!-- /syncd:link -->"
    ]
    assert "[b c.md](<" in after


def test_the_same_link_changes_nothing():
    assert with_document(body(), DOCUMENT) == body()


@pytest.mark.parametrize("back", [True, False])
def test_a_link_may_become_a_file_and_back(back):
    after = with_document(body(), "/srv/a.md")
    assert after is not None
    assert document_of(after) == "/srv/a.md"
    assert document_of(with_document(after, DOCUMENT) or "") == DOCUMENT


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("**Document:** ", "Document: "),
        ("[docs/a.md](<https://wiki.example/docs/a.md>)", "moved to the wiki"),
        ("<!-- /syncd:link -->", "<!-- /syncd:link --> (old)"),
        (
            "**Document:**",
            "**Document:** <!-- syncd:link -->[x](<https://x.example>)<!-- /syncd:link -->\n**Document:**",
        ),
    ],
)
def test_a_line_that_somebody_edited_is_left_alone(ours, theirs):
    assert with_document(body().replace(ours, theirs, 1), OTHER) is None


@pytest.mark.parametrize(
    ("theirs", "adopted"),
    [("", "<!-- syncd:5ca1ab1e0b0e -->"), ("Buy tea\r\n", "Buy tea\n\n<!-- syncd:5ca1ab1e0b0e -->")],
)
def test_a_persons_body_gets_the_marker_below(theirs, adopted):
    assert with_marker(theirs, MARKER) == adopted
    assert with_marker(adopted, MARKER) == adopted
    assert marker_of(adopted) == MARKER


@pytest.mark.parametrize(
    "text",
    [
        "x y " * 100_000,
        "@x #1 & <b> " * 30_000,
        "🚨 " * 60_000,
        "a" * 100_000,
        "see https://e.example/ " * 20_000,
        "#1 @a\n" * 20_000,
    ],
    ids=["words", "hostile", "emoji", "one word", "addresses", "lines"],
)
def test_a_body_that_is_too_long_is_cut_and_keeps_link_and_marker(text):
    composed = compose((Block("Item", text, ((text, text),)), *BLOCKS), document=DOCUMENT, marker=MARKER)
    assert composed.cut
    assert len(composed.text.encode("utf-16-le")) // 2 <= LIMIT
    assert "The rest did not fit" in composed.text
    assert (marker_of(composed.text), document_of(composed.text)) == (MARKER, DOCUMENT)
    rendered = Rendered(composed.text)
    assert rendered.targets == [DOCUMENT]
    assert rendered.live == []


def test_a_body_that_fits_is_not_cut():
    assert not compose(BLOCKS, document=DOCUMENT, marker=MARKER).cut
