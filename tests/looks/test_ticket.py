"""What people see of a ticket: the words of the document, and no sign of how they were made plain."""

from __future__ import annotations

import html
import re

import pytest

from connectors.clients.jira_markup import inert
from tests.contracts.tracker import HOSTILE, words
from tests.looks.ticket import ticket_pages
from tests.looks.wiki import wiki_html

PAGES = dict(ticket_pages())


def seen(page: str) -> str:
    """The text of a page."""
    return html.unescape(re.sub(r"<style>.*?</style>|<[^>]*>", " ", page, flags=re.DOTALL))


@pytest.mark.parametrize("name", PAGES)
def test_no_markup_is_seen_in_a_sample_s_tickets(name):
    text = seen(PAGES[name])
    assert "Action item" in text
    assert not re.search(r"[\\{}\[\]|<>]|\*\*|h3\.|&\w+;", text)


@pytest.mark.parametrize("name", PAGES)
def test_nothing_in_a_sample_s_tickets_is_struck_or_leads_elsewhere(name):
    elements = set(re.findall(r"<(\w+)", PAGES[name].partition("<body>")[2]))
    assert elements == {"article", "h2", "p", "span", "h3", "ul", "li", "strong", "a"}
    assert all(target.startswith("https://git.example.com/") for target in re.findall(r'href="([^"]*)"', PAGES[name]))


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_words_are_seen_in_jira_as_words(text):
    shown = wiki_html(inert(text))
    assert re.findall(r"<(\w+)", shown) == ["p"]
    assert words(seen(shown)) == words(text)
