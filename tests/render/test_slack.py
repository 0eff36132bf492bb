"""A Slack message keeps within Block Kit's limits, whatever there is to say."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from syncd.core.digest import AgendaPoint
from syncd.ports import Format
from syncd.render import render
from tests.render.samples import CHECKOUT, ONE_OVERDUE, REVIEW, SAMPLES, SETTINGS, entry, section, weekly
from tests.render.test_inert import mrkdwn
from tests.render.test_mail import huge


def slack(digest):
    return render(digest, Format.SLACK, settings=SETTINGS)


def texts(payload):
    """All characters that count, header and contexts too."""
    for block in payload["blocks"]:
        yield block.get("text", {}).get("text", "")
        yield from (element["text"] for element in block.get("elements", ()))


LARGE = {
    "400 items of one owner": replace(huge(400), owner="Core"),
    "400 owners": huge(400, words="& < >" * 40),
    "60 sections": weekly(*(section("open", f"Part {n}", entry()) for n in range(60)), subject="x", preheader="y"),
    "30 sections": weekly(*(section("open", f"Part {n}", entry()) for n in range(30)), subject="x", preheader="y"),
    "long addresses": weekly(
        section("open", "Open", *(entry(url="https://example.com/" + "x" * 1400) for _ in range(20))),
        subject="x",
        preheader="y",
    ),
    "many postmortems": replace(
        ONE_OVERDUE, postmortems=(replace(CHECKOUT, title="&" * 400),) * 90, drafts=("d",) * 90
    ),
    "a long agenda": replace(REVIEW, agenda=(AgendaPoint("&" * 400, 5, ("<" * 400,) * 40),) * 5),
}


@pytest.mark.parametrize("digest", [*SAMPLES.values(), *LARGE.values()], ids=[*SAMPLES, *LARGE])
def test_a_message_keeps_within_the_limits(digest):
    payload = slack(digest)
    assert payload["text"]
    assert 0 < len(payload["blocks"]) <= 50
    assert sum(map(len, texts(payload))) <= 12_000
    assert {block["type"] for block in payload["blocks"]} <= {"header", "section", "divider", "context"}
    for block in payload["blocks"]:
        if block["type"] == "header":
            assert block["text"]["type"] == "plain_text"
            assert 0 < len(block["text"]["text"]) <= 150
        if block["type"] == "section":
            assert 0 < len(block["text"]["text"]) <= 3000
        if block["type"] == "context":
            assert 0 < len(block["elements"]) <= 10


def test_what_does_not_fit_is_counted():
    payload = slack(huge(400))
    text = "\n".join(mrkdwn(payload["blocks"]))
    more = re.findall(r"^… and (\d+) more", text, re.MULTILINE)
    assert len(more) == 2
    assert text.count("•  ") > 0
    assert text.count("•  ") + sum(map(int, more)) == 407


def test_a_message_of_which_only_the_numbers_fit_says_so():
    contexts = [e["text"] for b in slack(LARGE["60 sections"])["blocks"] for e in b.get("elements", ())]
    assert "This is too long to be shown in full here; only its numbers are." in contexts[0]


def test_the_text_carries_the_news_and_nothing_unfolds():
    payload = slack(ONE_OVERDUE)
    assert payload["text"] == "[Payments] 1 overdue, 1 due this week, 12 open (wk 48)"
    assert payload["unfurl_links"] is False
    assert payload["unfurl_media"] is False


def test_an_item_is_a_link_with_its_owner_above_and_its_lateness_in_words():
    assert any(
        text.startswith(
            "*Overdue (1)*\n\n*Platform Team*\n•  <https://example.atlassian.net/browse/PAY-118|Alert on queue depth>\n"
        )
        and "*12 days late*" in text
        for text in mrkdwn(slack(ONE_OVERDUE)["blocks"])
    )
