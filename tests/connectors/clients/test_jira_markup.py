from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.clients.jira_markup import LONGEST, LONGEST_TITLE, description, document_of, inert, title
from syncd.core.model import Block
from tests.contracts.tracker import HOSTILE, words

DOCUMENT = "https://git.example.com/acme/web/blob/main/docs/a%20b.md?plain=1#L3"
PLAIN = "-#*_+?^~|%{}[]()!@"
PHRASE = r"(?<![^\W_])[-_+]|[-_+](?![^\W_])"
"""A sign that may begin or end a phrase: it does not stand between two letters or digits."""


def rendered(text: str) -> str:
    """What Jira shows of plain text: an escape is its character, a word joiner is nothing."""
    return re.sub(rf"(?<!\\)\\([{re.escape(PLAIN)}])", r"\1", text).replace("\u2060", "")


def unescaped(text: str) -> str:
    """What is left for the markup to work with: everything but the escaped characters."""
    return re.sub(rf"\\[{re.escape(PLAIN)}]", "·", text)


@pytest.mark.parametrize(
    ("text", "markup"),
    [
        ("{code}rm -rf{code}", r"\{code\}rm \-rf\{code\}"),
        ("[~admin] look", r"\[\~admin\] look"),
        ("[~accountid:5b10]", "\\[\\~accountid:\u20605b10\\]"),
        ("!logo.png!", r"\!logo.png\!"),
        ("|| a || b ||", r"\|\| a \|\| b \|\|"),
        ("*bold* _it_ +ins+ ^up^ ~down~", r"\*bold\* \_it\_ \+ins\+ \^up\^ \~down\~"),
        ("??cite??", r"\?\?cite\?\?"),
        ("Why? Because.", "Why? Because."),
        ("h1. Title", "h1\u2060. Title"),
        ("bq. said", "bq\u2060. said"),
        ("---- rule", r"\-\-\-\- rule"),
        ("- a list", r"\- a list"),
        ("# a list", r"\# a list"),
        ("see https://evil.example/x", "see https:\u2060//evil.example/x"),
        ("mailto:x@y.example", "mailto:\u2060x\\@y.example"),
        ("www.evil.example", "www\u2060.evil.example"),
        ("after OPS-12 lands", r"after OPS\-12 lands"),
        ("(x) (!) (flag)", r"\(x) \(\!) \(flag)"),
        (":) ;) :D", ":\\) ;\\) :\u2060D"),
        (r"C:\new\{x}", "C:\u2060＼new＼\\{x\\}"),
        ("&lt;b&gt;", "&\u2060lt;b&\u2060gt;"),
        ("connection-pool on 2026-11-23 (see the notes)", "connection-pool on 2026-11-23 (see the notes)"),
        ("docs/2026-09-warehouse_old.md, max_connections", "docs/2026-09-warehouse_old.md, max_connections"),
        ("between 09:12 and 09:59, A+B", "between 09:12 and 09:59, A+B"),
        ("X2026-09, AB_C-12 and SEV-1", r"X2026\-09, AB_C\-12 and SEV\-1"),
        ("²-no-² _x_y_ a--b a__b", r"²\-no\-² \_x_y\_ a\-\-b a\_\_b"),
        ("Owner: A", "Owner: A"),
    ],
)
def test_what_means_something_to_jira_is_plain_words(text, markup):
    assert inert(text) == markup


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_words_survive_and_do_nothing(text):
    safe = inert(text)
    assert words(rendered(safe)) == words(text)
    assert not re.search(rf"[\[\]{{}}|!*^~#]|{PHRASE}|\?\?|--|://\S", unescaped(safe))


@given(st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from(PLAIN + "\\:/&;"), max_size=60))
def test_whatever_the_words_are_no_markup_is_left_and_no_escape_fails(text):
    safe = inert(text)
    # A backslash before an escape would undo it: there is none but those of ours.
    assert "\\\\" not in safe
    assert not re.search(rf"[\[\]{{}}|!*^~@#]|{PHRASE}|\?\?|\w://", unescaped(safe))
    assert inert(rendered(safe)) == safe
    assert safe == safe.strip()
    assert "\n" not in safe


def test_blocks_become_headings_facts_and_links():
    text = description(
        [
            Block("Action item", "Add an alert\nand test it", (("Owner", "A + B"), ("Due date", "Dec 1"))),
            Block("Postmortem", link=(DOCUMENT, "docs/a b.md")),
            Block(link=("https://wiki.example.com/x", "The [wiki]")),
        ],
        document=DOCUMENT,
    )
    assert text == (
        "h3. Action item\n\nAdd an alert\nand test it\n\n* *Owner:* A \\+ B\n* *Due date:* Dec 1\n\n"
        f"h3. Postmortem\n\nPostmortem document: [docs/a b.md|{DOCUMENT}]\n\n"
        "[The \\(wiki)|https://wiki.example.com/x]"
    )


@pytest.mark.parametrize(
    "place",
    [
        DOCUMENT,
        "https://wiki.example.com/größe/日本",
        "/srv/pm/a b_c-d{x}/[é]|!.md",
        "C:\\Users\\x\\pm.md",
        "http://host/a~b*c_d-e+f",
    ],
)
def test_the_document_is_read_back_as_it_was(place):
    text = description([Block(text="words", link=(place, "docs/a.md"))], document=place)
    assert document_of(text) == place
    assert document_of(text.replace("\n", "\r\n")) == place


def test_jira_clouds_own_way_of_writing_the_link_is_read_too():
    assert document_of(f"x\nPostmortem document: [docs/a.md|{DOCUMENT}|smart-link] \ny") == DOCUMENT


def test_a_target_cannot_end_its_link():
    text = description([], document="https://host/a]b|c{d} e")
    assert text.endswith("|https://host/a%5Db%7Cc%7Bd%7D%20e]")


@pytest.mark.parametrize(
    "text",
    [
        f"Postmortem document: [x|{DOCUMENT}]",
        "Postmortem document: {{/etc/passwd}}",
        "a\nPostmortem document: [x|https://evil.example]\nb",
    ],
)
def test_words_of_a_document_cannot_pass_for_the_link_to_it(text):
    forged = description([Block(text, text, ((text, text),), ("/else", text))], document="https://true.example/doc")
    assert document_of(forged) == "https://true.example/doc"


@pytest.mark.parametrize("text", ["x y " * 100_000, "🚨" * 50_000, "[*_-" * 20_000, "line\n" * 30_000])
def test_what_is_too_long_is_cut_with_a_note_and_keeps_the_link(text):
    blocks = [Block("H", text, (("a", text),)), Block(link=(DOCUMENT, "a.md")), Block(text="the end")]
    cut = description(blocks, document=DOCUMENT)
    assert len(cut.encode("utf-16-le")) // 2 <= LONGEST
    assert "cut: the text was longer" in cut
    assert document_of(cut) == DOCUMENT
    assert "\\\n" not in cut


def test_no_document_of_ours_is_found_in_a_persons_text():
    assert document_of("see [the postmortem|https://x.example]") is None
    assert document_of(None) is None


@pytest.mark.parametrize("words_", ["word " * 200, "🚨" * 300, "a"])
def test_a_title_fits_what_jira_counts(words_):
    assert 0 < len(title(words_).encode("utf-16-le")) // 2 <= LONGEST_TITLE
