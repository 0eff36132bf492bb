"""Whatever a document says, it stays text: in HTML, plain text, headers, Slack, Teams and calendars."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar as ICalendar

from syncd.core.digest import AgendaPoint, Bar, Refused, Week
from syncd.core.plain import one_line
from syncd.ports import Format
from syncd.render import feed, render
from syncd.render.inert import isolated, safe_url, sentence
from tests.render.page import Page
from tests.render.samples import CHECKOUT, REVIEW, SETTINGS, entry, section, weekly
from tests.render.test_mail import sent

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><b>bold</b>',
    "' onmouseover='alert(1)",
    "</td></tr></table><h1>Pay now</h1>",
    "</style><style>*{display:none}</style>",
    "</title></head><body>",
    "<!-- x",
    "<![CDATA[ x ]]>",
    "&lt;script&gt; &#60;script&#62; &amp;",
    "{{ 7 * 7 }} {% include '/etc/passwd' %} {# x #}",
    "${7*7} #{7*7} <%= 7 %>",
    "<!channel> <!here> <!everyone> <@U012AB3CD> <#C012AB3CD> <!subteam^S012>",
    "<https://evil.example|your ticket>",
    "@here @channel @everyone",
    "*bold* ~gone~ ```code``` `x` > quote",
    "[click](https://evil.example) ![x](https://evil.example/x.png) **b**",
    "<at>everyone</at>",
    "javascript:alert(1)",
    "Title\r\nBcc: everyone@example.com\r\n\r\nbody",
    "Title\nOverdue (99)\n------------",
    "a\u2028b\u2029c\x85d\x0be\x0cf",
    "\x1b[31mred\x1b]8;;https://evil.example\x07link\x1b]8;;\x07",
    "\u202egnp.exe\u202c \u2066x \u2067y",
    "zero\u200bwidth\ufeff and \u00adsoft",
    "a\x00b\x7fc",
    "lone \ud800 surrogate",
    "END:VEVENT\r\nBEGIN:VALARM\r\nACTION:PROCEDURE",
    "x;y,z\\n:w",
    "=cmd|' /C calc'!A0",
    "\N{FACE WITH TEARS OF JOY}" * 40,
    "é" * 5000,
    "Zalgo" + "\u0301\u0327" * 300,
]
TAME = "harmless words"
BAD_URLS = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\nscript:alert(1)",
    "\tjavascript:alert(1)",
    " https://example.com",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "file:///etc/passwd",
    "//evil.example/x",
    "/relative",
    "https:///no-host",
    "https:evil.example",
    "http://[::1",
    "https://example.com/\u202egnp",
    "https://example.com/" + "x" * 2000,
    "",
    None,
]


def saying(words, url="https://example.com/x"):
    """A digest that says the same words wherever a document, a tracker or a setting has a say."""
    items = [
        entry(words, owner=words, late=3, ticket=words, postmortem=words, path=words, note=words),
        entry(words, owner=words, url=url, document_url=url, postmortem=words),
        entry(words, owner=None, url=None, document_url=None, postmortem=words, path=words),
    ]
    return replace(
        weekly(section("overdue", words, *items, more=3), subject=words, preheader=words),
        team=words,
        postmortems=(replace(CHECKOUT, title=words, severity=words, path=words, url=url),),
        agenda=(AgendaPoint(words, 5, (words, words)),),
        drafts=(words,),
        remarks=(words,),
        refused=Refused(message=words, what=words, channel=words, recipient=words, reason=words),
        trend=(Week(words, 1, 2, 3),),
        ages=(Bar(words, 1),),
        mix=(Bar(words, 1),),
    )


def rendered(words, format, **other):
    return render(saying(words, **other), format, settings=SETTINGS)


TAME_TAGS = [element.tag for element in Page(rendered(TAME, Format.MAIL)["html"]).root.walk()]
each_text = pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))


@each_text
def test_html_has_the_same_elements_and_attributes(words):
    page = Page(rendered(words, Format.MAIL)["html"])
    tame = Page(rendered(TAME, Format.MAIL)["html"])
    unsubscribe = re.compile("mailto:[^']*")
    assert unsubscribe.sub("", repr(page.skeleton)) == unsubscribe.sub("", repr(tame.skeleton))
    assert [len(style.text) for style in page.root.all("style")] == [
        len(style.text) for style in tame.root.all("style")
    ]


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(categories=("L", "N", "P", "S", "Z", "C")), max_size=60))
def test_html_has_the_same_elements_whatever_is_said(words):
    page = Page(rendered(f"x{words}", Format.MAIL)["html"])
    assert [element.tag for element in page.root.walk()] == TAME_TAGS


@each_text
def test_plain_text_moves_nothing_and_underlines_nothing(words):
    rule = re.compile("^[-=]{3,}$", re.MULTILINE)
    tame = rendered(TAME, Format.TEXT)["body"]
    for text in (rendered(words, Format.MAIL)["text"], rendered(words, Format.TEXT)["body"]):
        allowed = "\n\u200c\u200d\u2066\u2068\u2069"
        assert not [c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") and c not in allowed]
        assert text.count("\u2066") + text.count("\u2068") == text.count("\u2069")
        assert len(rule.findall(text)) == len(rule.findall(tame))


@each_text
def test_headers_stay_the_ones_that_we_wrote(words):
    mail = rendered(words, Format.MAIL)
    received = sent(mail)
    names = {"Subject", "Message-ID", "References", "List-Id", "List-Unsubscribe", "MIME-Version", "Content-Type"}
    assert set(received.keys()) == names
    assert received["Subject"] == mail["subject"]


@each_text
def test_slack_mentions_nobody_and_links_only_where_we_do(words):
    payload = rendered(words, Format.SLACK)
    marked = [payload["text"], *mrkdwn(payload["blocks"])]
    tame = rendered(TAME, Format.SLACK)
    for text in marked:
        plain = re.sub(r"<https://(?:example|syncd\.example|wiki\.example)[^|<>]*\|[^<>]*>", "", text)
        assert not re.search("[<>`~]", plain)
        assert not re.search("&(?!amp;|lt;|gt;)", plain)
    assert [text.count("*") for text in marked[1:4]] == [text.count("*") for text in mrkdwn(tame["blocks"])[:3]]


def mrkdwn(value):
    if isinstance(value, list):
        return [text for inner in value for text in mrkdwn(inner)]
    if not isinstance(value, dict):
        return []
    if value.get("type") == "mrkdwn":
        assert value["verbatim"] is True
        return [value["text"]]
    return mrkdwn(list(value.values()))


@each_text
def test_teams_gets_words_only_where_no_markup_is_known(words):
    card = rendered(words, Format.TEAMS)["attachments"][0]["content"]
    assert set(kinds(card)) <= {
        "AdaptiveCard",
        "RichTextBlock",
        "TextRun",
        "ColumnSet",
        "Column",
        "Action.OpenUrl",
    }
    assert card["msteams"] == {"width": "Full"}
    targets = set(re.findall(r'"url": "([^"]*)"', json.dumps(card)))
    assert all(target.startswith("https://") and "evil" not in target for target in targets)


def kinds(value):
    if isinstance(value, dict):
        yield from (value["type"],) if "type" in value else ()
        yield from (kind for inner in value.values() for kind in kinds(inner))
    elif isinstance(value, list):
        yield from (kind for inner in value for kind in kinds(inner))


@each_text
def test_a_calendar_has_the_same_events_and_properties(words):
    digest = replace(REVIEW, **{name: getattr(saying(words), name) for name in ("team", "postmortems", "agenda")})
    tame = replace(REVIEW, **{name: getattr(saying(TAME), name) for name in ("team", "postmortems", "agenda")})
    shapes = []
    for said in (digest, tame):
        for text in (
            render(said, Format.MAIL, settings=SETTINGS)["calendar"],
            feed([(datetime(2026, 11, 23, 14, tzinfo=UTC), said)], SETTINGS),
        ):
            events = ICalendar.from_ical(text).walk()
            shapes.append([(event.name, sorted(event.keys())) for event in events])
    assert shapes[:2] == shapes[2:]


@pytest.mark.parametrize("format", Format)
@each_text
def test_every_payload_is_json(words, format):
    payload = rendered(words, format)
    assert json.loads(json.dumps(payload)) == payload


@pytest.mark.parametrize("url", BAD_URLS)
def test_an_address_that_may_not_be_followed_is_left_out_everywhere(url):
    assert safe_url(url) is None
    for format in Format:
        assert rendered(TAME, format, url=url) == rendered(TAME, format, url=None)


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://example.com/a?b=c&d=e#f", "https://example.com/a?b=c&d=e#f"),
        ("http://localhost:8080/x", "http://localhost:8080/x"),
        ("mailto:team@example.com", "mailto:team@example.com"),
        ("https://example.com/a b", "https://example.com/a%20b"),
        ('https://example.com/"onclick="x', "https://example.com/%22onclick=%22x"),
        ("https://example.com/<b>|x", "https://example.com/%3Cb%3E%7Cx"),
        ("https://example.com/決済", "https://example.com/%E6%B1%BA%E6%B8%88"),
        ("https://example.com/%E6%B1%BA", "https://example.com/%E6%B1%BA"),
    ],
)
def test_an_address_that_may_be_followed_is_ascii_and_closes_nothing(url, safe):
    assert safe_url(url) == safe


@given(st.text(max_size=300), st.integers(1, 80))
def test_one_line_is_one_line_of_that_width(text, width):
    line = one_line(text, width)
    assert len(line) <= width
    assert len(line.splitlines()) <= 1
    assert line == one_line(line, width)
    line.encode()


@pytest.mark.parametrize(
    ("text", "alone", "inside"),
    [
        ("Queue depth", "Queue depth", "Queue depth"),
        ("決済", "決済", "決済"),
        ("تنبيه is late", "\u2068تنبيه is late\u2069", "\u2066تنبيه is late\u2069"),
    ],
)
def test_right_to_left_writing_keeps_to_itself(text, alone, inside):
    assert isolated(text) == alone
    assert sentence(text) == inside
