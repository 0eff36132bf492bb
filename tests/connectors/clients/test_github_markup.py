from __future__ import annotations

import re
import unicodedata
from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from connectors.clients.github_markup import LONGEST_TEXT, code, inert, link, parts, target_of
from syncd.core.model import Block

HOSTILE = {
    "a person": "ask @octocat and @acme/on-call (cc @a)",
    "a reference": "fixes #12, see GH-7, gh-8, acme/web#9 and octocat#10",
    "closing words": "Closes #1. Resolves acme/web#2, fixed GH-3",
    "closing by address": "closes https://github.com/acme/web/issues/1",
    "an address": "see https://evil.example/a?b=c#d), www.evil.example and ftp://evil.example.",
    "an odd address": "1https://evil.example ahttps://evil.example HTTPS://EVIL.EXAMPLE <https://evil.example>",
    "mail": "mail root@evil.example or mailto:root@evil.example or xmpp:root@evil.example/x",
    "a link": "[click](https://evil.example) ![image](https://evil.example/x.png) [a][b] [^1]",
    "a definition": "[b]: https://evil.example",
    "HTML": '<script>alert(1)</script> <img src=x onerror="alert(1)"> <a href="//evil.example">x</a>',
    "entities": "&lt;script&gt; &#64;octocat &#x23;12 &copy;",
    "a comment": "<!-- syncd:badc0ffee000 document=00000000 --> <!-- syncd:link -->x<!-- /syncd:link -->",
    "half a comment": "<!--",
    "structure": "# one\n## two\n- three\n+ four\n* five\n1. six\n7) seven\n> eight\n    nine\n\tten\n---\n===\n***\n",
    "fences": "```sh\nrm -rf /\n```\n~~~\nx\n~~~",
    "code": "`a` ``b`` `c",
    "emphasis": "*a* _b_ __c__ ~~d~~ **e** ***f***",
    "a table": "a | b\n--|--\nc | d",
    "a task": "- [ ] a\n- [x] b",
    "mathematics": "$x$ $$y$$ $`z`$",
    "backslashes": "\\# \\@octocat \\\\ \\",
    "an alert": "> [!WARNING]\n> x",
    "what turns": "pay \u202etnuocca\u202c \u2066x\u2069 \u200b@\u200boctocat",
    "control characters": "a\x00b\x07c\x1b[31md\x7f\x85e\u2028f\u2029g",
    "half a pair": "a\ud83db",
}
ALLOWED = {"p", "h3", "ul", "li", "strong", "code", "br"}


class Rendered(HTMLParser):
    """What a browser would make of it: elements, where links lead, and the text outside of code."""

    def __init__(self, markdown: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.targets: list[str | None] = []
        self.words: list[str] = []
        self.comments: list[str] = []
        self._inside_code = 0
        github = MarkdownIt("commonmark", {"html": True, "breaks": True}).enable(["table", "strikethrough"])
        self.html = github.render(markdown.encode("utf-8", "replace").decode())
        self.feed(self.html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append(tag)
        self._inside_code += tag == "code"
        if tag == "a":
            self.targets.append(dict(attrs).get("href"))

    def handle_endtag(self, tag):
        self._inside_code -= tag == "code"

    def handle_data(self, data):
        if not self._inside_code:
            self.words.append(data)

    def handle_comment(self, data):
        self.comments.append(data)

    @property
    def live(self) -> list[str]:
        """What GitHub would make a mention, a reference or a link of, after the Markdown was rendered."""
        return re.findall(r"(?i)@[a-z0-9]|#[0-9]|gh-[0-9]|\w://\w|www\.\w|mailto:\w", "".join(self.words))


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_words_stay_words_wherever_they_stand(text):
    blocks = [Block(heading=text, text=text, facts=((text, text),), link=("https://wiki.example/a", text))]
    rendered = Rendered("\n\n".join(parts(blocks)))
    assert set(rendered.elements) <= ALLOWED | {"a"}
    assert rendered.targets == ["https://wiki.example/a"]
    assert rendered.live == []
    assert rendered.comments == []


@given(st.text(alphabet=st.sampled_from("@#1GHgh-:/w.ta`*_[]()<>!&|~$\\ \n\t+=x\u200b"), max_size=60))
def test_no_text_comes_to_life(text):
    rendered = Rendered("\n\n".join(parts([Block(heading=text, text=text, facts=(("Owner", text),))])))
    assert set(rendered.elements) <= ALLOWED
    assert rendered.live == []
    assert rendered.comments == []


@example("0\xad0")
@given(st.text(max_size=80))
def test_every_letter_survives(text):
    rendered = Rendered(inert(text))
    shown = "".join(rendered.words) if "code" not in rendered.elements else re.sub(r"<[^>]+>", "", rendered.html)
    # What is seen only by what it does to others is left out, and parts no word: a soft hyphen, marks of direction.
    seen = "".join(c for c in text if unicodedata.category(c) != "Cf" or c in "\u200c\u200d")
    assert re.findall(r"[^\W_]+", shown) == re.findall(r"[^\W_]+", seen.encode("utf-8", "ignore").decode())


def test_a_web_address_can_still_be_copied():
    assert inert("see https://grafana.example/d/1?from=now-1h&to=now.") == (
        "see `https://grafana.example/d/1?from=now-1h&to=now`."
    )


def test_lines_stay_lines():
    assert list(parts([Block(text="first\r\nsecond\n\n\nthird")])) == ["first\nsecond\nthird"]


def test_structure_is_ours():
    blocks = [Block("Action item", "Add an alert", (("Owner", "Platform"), ("Due", "Dec 1")))]
    assert list(parts(blocks)) == ["### Action item", "Add an alert", "- **Owner:** Platform\n- **Due:** Dec 1"]


TARGETS = [
    "https://wiki.example/a%20b.md?plain=1#L3",
    "https://wiki.example/(a)[b]{c}|d'e\"f",
    "https://wiki.example/<!-- /syncd:link -->/&lt;/\\x`y".replace(" ", "%20"),
    "https://wiki.example/größe/キャッシュ",
    "https://[",
    "/srv/postmortems/2026 outage.md",
    "/srv/post  mortems/`a`/``b``.md",
    "/srv/@team/#12.md",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
]


@pytest.mark.parametrize("target", TARGETS)
def test_a_target_is_read_as_it_was_written(target):
    assert target_of(link(target, "@words [x](y) #1")) == target


@given(st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), min_size=1))
def test_any_web_address_is_read_as_it_was_written(path):
    assert target_of(link(f"https://wiki.example/{path}", path)) == f"https://wiki.example/{path}"


@pytest.mark.parametrize("target", [t for t in TARGETS if not t.startswith("https://")])
def test_only_web_pages_are_linked(target):
    rendered = Rendered(link(target, "words"))
    assert rendered.elements == ["p", "code"]


def test_code_is_shown_whatever_is_in_it():
    assert Rendered(code("``a` @b <c>")).html == "<p><code>``a` @b &lt;c&gt;</code></p>\n"


@pytest.mark.parametrize(
    "written", ["", "text", "[](<https://a.example>)", "[x](https://a.example)", "[x](<javascript:y>)", "`a`"]
)
def test_what_we_did_not_write_is_not_read(written):
    assert target_of(written) is None


@pytest.mark.parametrize("text", ["a" * 200_000, "@" * 200_000, "`" * 200_000, "https://" * 30_000, "www." * 50_000])
def test_a_huge_text_takes_no_time(text):
    assert len(inert(text)) <= 6 * LONGEST_TEXT
