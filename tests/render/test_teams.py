"""A Teams message is one valid Adaptive Card of at most 20 KB."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from syncd.ports import Format
from syncd.render import render
from tests.render.samples import ONE_OVERDUE, SAMPLES, SETTINGS
from tests.render.test_inert import kinds
from tests.render.test_mail import huge
from tests.render.test_slack import LARGE

SCHEMAS = Path(os.environ.get("SYNCD_SCHEMAS", Path(__file__).parents[3] / "shared/schemas"))
PUBLISHED = SCHEMAS / "teams-adaptive-card-1.5.json"
OF_1_4 = {"AdaptiveCard", "RichTextBlock", "TextRun", "ColumnSet", "Column", "Action.OpenUrl"}


def teams(digest):
    return render(digest, Format.TEAMS, settings=SETTINGS)


def card_of(digest):
    (attachment,) = teams(digest)["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    return attachment["content"]


def violations(card):
    """What the published schema does not allow; nothing where the schema is not at hand."""
    if not PUBLISHED.exists():
        return []
    # msteams is Microsoft Teams' own extension of a card
    plain = {name: value for name, value in card.items() if name != "msteams"}
    return [error.message for error in Draft7Validator(json.loads(PUBLISHED.read_text())).iter_errors(plain)]


@pytest.mark.parametrize("digest", [*SAMPLES.values(), *LARGE.values()], ids=[*SAMPLES, *LARGE])
def test_a_card_is_small_and_valid(digest):
    assert len(json.dumps(teams(digest)).encode()) <= 20_000
    card = card_of(digest)
    assert card["version"] == "1.4"
    assert card["fallbackText"]
    assert set(kinds(card)) <= OF_1_4
    assert violations(card) == []


def test_details_go_before_items():
    digest = SAMPLES["sixty"]
    card = json.dumps(card_of(digest))
    assert "was due" in json.dumps(card_of(ONE_OVERDUE))
    assert "was due" not in card
    assert card.count("browse/PAY-") > 30


def test_what_does_not_fit_is_counted():
    card = json.dumps(card_of(huge(400)), ensure_ascii=False)
    assert "… and " in card
    assert "All open action items" in card


def test_without_a_page_there_is_no_action():
    payload = render(ONE_OVERDUE, Format.TEAMS, settings=replace(SETTINGS, page_url="javascript:alert(1)"))
    assert "actions" not in payload["attachments"][0]["content"]
