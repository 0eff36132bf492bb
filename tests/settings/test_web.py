from __future__ import annotations

from datetime import UTC, datetime

import pytest

from syncd.store.ledger import Ledger
from syncd.wiring import Surroundings, application
from tests.settings.conftest import TEAM

WEB = '[web]\nlisten = "127.0.0.1:8080"\n'


def pages_of(settings):
    with Ledger.open("sqlite://") as ledger:
        teams = application(settings, Surroundings(ledger, lambda: datetime.now(UTC), {})).teams
    return [team.digests.page for team in teams]


@pytest.mark.parametrize("url", ["https://syncd.example.com", "https://syncd.example.com/"])
def test_digests_link_to_the_page_of_their_team(settings_of, url):
    text = TEAM.replace("teams.payments", 'teams."Pay & Co"')
    assert pages_of(settings_of(f'{WEB}url = "{url}"\n{text}')) == ["https://syncd.example.com/?team=Pay%20%26%20Co"]


@pytest.mark.parametrize("web", ["", WEB])
def test_without_an_address_there_is_no_link(settings_of, web):
    assert pages_of(settings_of(web + TEAM)) == [None]


@pytest.mark.parametrize(
    "line",
    [
        'url = "syncd.example.com"',
        'url = "https://user:password@syncd.example.com"',
        'url = "javascript:alert(1)"',
        'url = "https://syncd.example.com/?x=1"',
        'hosts = ["https://syncd.example.com"]',
        'hosts = ["a b"]',
        'hosts = [""]',
    ],
)
def test_names_and_addresses_are_written_as_such(mistakes_of, line):
    [mistake] = mistakes_of(f"{WEB}{line}\n{TEAM}")
    assert "write it" in mistake
