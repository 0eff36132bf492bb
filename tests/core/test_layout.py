from __future__ import annotations

import pytest

from syncd.core.layout import Replacement, link, plain, replaced, width
from syncd.core.model import Markup

MARKDOWN, HTML = Markup.MARKDOWN, Markup.HTML


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("OPS-1", "OPS-1"),
        ("acme/my_web.js#12", "acme/my_web.js#12"),
        ("a|b", r"a\|b"),
        ("[x](y)", r"\[x\](y)"),
        ("a\r\nb\tc\x00", "a b c"),
        ("_a_ *b* `c` <d> \\ ~e~", r"\_a\_ \*b\* \`c\` \<d\> \\ \~e\~"),
    ],
)
def test_words_stand_for_themselves_in_markdown(words, expected):
    assert plain(words, MARKDOWN) == expected


def test_words_stand_for_themselves_in_html():
    assert plain('<b title="x">&\n', HTML) == "&lt;b title=&quot;x&quot;&gt;&amp;"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://example.com/browse/A-1", "[A-1](https://example.com/browse/A-1)"),
        ("../.syncd/tickets/A-1.md", "[A-1](../.syncd/tickets/A-1.md)"),
        ("https://example.com/?q=a|b&c=(d)#e", "[A-1](https://example.com/?q=a%7Cb&c=%28d%29#e)"),
        ("my tickets/ü.md", "[A-1](my%20tickets/%C3%BC.md)"),
        ("https://example.com/a%20b", "[A-1](https://example.com/a%20b)"),
        ("https://example.com/\r\n|x", "[A-1](https://example.com/%7Cx)"),
        ("javascript:alert(1)", "A-1"),
        ("data:text/html,x", "A-1"),
        ("http://[broken", "A-1"),
        ("", "A-1"),
        (None, "A-1"),
    ],
)
def test_a_link_in_markdown_cannot_leave_its_cell(url, expected):
    assert link("A-1", url, MARKDOWN) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://example.com/?a=1&b=\"'>", '<a href="https://example.com/?a=1&amp;b=&quot;&#x27;&gt;">A-1</a>'),
        ("javascript:alert(1)", "A-1"),
    ],
)
def test_a_link_in_html_cannot_leave_its_attribute(url, expected):
    assert link("A-1", url, HTML) == expected


@pytest.mark.parametrize(("text", "columns"), [("abc", 3), ("完了", 4), ("e\u0301", 1), ("✅", 2), ("", 0)])
def test_width_counts_columns(text, columns):
    assert width(text) == columns


def test_replacements_are_made_in_one_go():
    edits = [Replacement(3, 4, "X"), Replacement(0, 1, ""), Replacement(2, 2, "1"), Replacement(2, 2, "2")]
    assert replaced("abcde", edits) == "b12cXe"
