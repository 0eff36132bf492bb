"""A mail is well-formed, small, readable in light and dark, and its headers are what mail programs thread by."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, strict
from itertools import pairwise

import pytest

from connectors.clients.mail_message import compose
from syncd.ports import Format
from syncd.render import render
from syncd.render.words import columns
from tests.render.page import Page, contrast, inverted
from tests.render.samples import (
    ALL_WELL,
    CHECKOUT,
    ONE_OVERDUE,
    REVIEW,
    SAMPLES,
    SETTINGS,
    SIXTY,
    entry,
    section,
    weekly,
)

MAILS = {name: render(digest, Format.MAIL, settings=SETTINGS) for name, digest in SAMPLES.items()}
each_mail = pytest.mark.parametrize("mail", MAILS.values(), ids=MAILS)


def mail_of(digest, **other):
    return render(digest, Format.MAIL, settings=replace(SETTINGS, **other))


@each_mail
def test_every_element_is_closed_in_order(mail):
    page = Page(mail["html"])
    assert page.doctype == "DOCTYPE html"
    assert page.root.all("html")[0].attributes["lang"] == "en"
    assert page.root.all("title")[0].text == mail["subject"]


@each_mail
def test_it_needs_nothing_from_elsewhere(mail):
    page = Page(mail["html"])
    assert not page.root.all("img", "script", "link", "svg", "iframe", "object", "form", "input")
    assert "url(" not in mail["html"]
    assert "@import" not in mail["html"]


@each_mail
def test_headings_are_in_order(mail):
    levels = [int(element.tag[1]) for element in Page(mail["html"]).root.all("h1", "h2", "h3", "h4")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@each_mail
def test_tables_say_whether_they_are_data(mail):
    for table in Page(mail["html"]).root.all("table"):
        headers = [th for th in table.all("th") if next(e for e in th.up() if e.tag == "table") is table]
        assert bool(headers) != (table.attributes.get("role") == "presentation")
        assert all(th.attributes["scope"] in ("col", "row") and th.text.strip() for th in headers)


@each_mail
def test_links_make_sense_alone_and_may_be_followed(mail):
    links = Page(mail["html"]).root.all("a")
    assert links
    for link in links:
        assert len(link.text.strip()) > 3
        assert link.text.strip().lower() not in ("here", "link", "click here", "more", "ticket")
        assert link.attributes["href"].startswith(("https://", "http://", "mailto:"))


@pytest.mark.parametrize("scheme", ["light", "dark", "inverted"])
@each_mail
def test_every_text_has_a_contrast_of_four_and_a_half(mail, scheme):
    page = Page(mail["html"])
    for text, element in page.visible:
        pair = page.colours(element, dark=scheme == "dark")
        pair = tuple(map(inverted, pair)) if scheme == "inverted" else pair
        assert contrast(*pair) >= (3 if "bar" in element.classes else 4.5), (text, element, pair)


def test_bars_stand_out_from_what_is_behind_them():
    page = Page(MAILS["all-well"]["html"])
    bars = [element for element in page.root.all("td") if "bar" in element.classes]
    assert len(bars) == 8 + 4 + 4
    for bar in bars:
        for dark in (False, True):
            _, fill = page.colours(bar, dark=dark)
            _, behind = page.colours(bar.parent, dark=dark)
            assert contrast(fill, behind) >= 3


@each_mail
def test_no_colour_is_pure(mail):
    assert not {"#ffffff", "#000000", "#fff;", "#000;"} & set(mail["html"].lower().replace('"', " ").split())
    assert "#fff" not in mail["html"].replace("#fcfcfd", "").replace("#ff9f94", "")


def test_every_chart_has_its_numbers_in_words():
    page = Page(MAILS["all-well"]["html"])
    for table in (t for t in page.root.all("table") if t.attributes.get("role") != "presentation"):
        for row in table.all("tbody")[0].children:
            if not isinstance(row, str) and row.parent.parent is table:
                cells = [cell.text.strip() for cell in row.children if not isinstance(cell, str)]
                assert cells[0]
                assert cells[-1].isdigit()


@each_mail
def test_the_html_stays_under_ninety_kilobytes(mail):
    assert len(mail["html"].encode()) < 90_000


def huge(count, words="重要な警告を追加する " * 30):
    entries = [entry(words, late=400 - n, number=n, note=words, owner=f"Team {n}") for n in range(count)]
    return weekly(
        section("overdue", "Overdue", *entries[: count // 2]),
        section("open", "Open", *entries[count // 2 :], more=7),
        subject=f"{count} overdue",
        preheader="",
    )


def test_what_would_be_too_large_says_how_many_more_there_are():
    mail = mail_of(huge(400))
    assert len(mail["html"].encode()) < 90_000
    shown = len([p for p in Page(mail["html"]).root.all("p") if "title" in p.classes])
    told = [p.text.split()[2].strip(":") for p in Page(mail["html"]).root.all("p") if "more" in p.classes]
    assert shown >= 20
    assert shown + sum(map(int, told)) == 407


def test_the_twin_leaves_out_the_same_items():
    mail = mail_of(huge(400))
    titles = [p.text for p in Page(mail["html"]).root.all("p") if "title" in p.classes]
    assert mail["text"].count("  * ") == len(titles)


@each_mail
def test_the_plain_text_says_what_the_html_says(mail):
    text = "".join(c for c in mail["text"] if c not in "\u2066\u2068\u2069")
    flat = "".join(text.split())
    page = Page(mail["html"])
    assert all(column.text in flat for column in page.root.all("td") if "number" in column.classes)
    headings = page.root.all("h1", "h2", "h3")
    paragraphs = [p for p in page.root.all("p") if not {"foot", "more"} & set(p.classes)]
    for element in [*headings, *paragraphs]:
        assert "".join(element.text.split()) in flat
    for link in page.root.all("a"):
        assert link.attributes["href"] in text


@each_mail
def test_the_plain_text_fits_78_columns(mail):
    lines = mail["text"].split("\n")
    assert all(columns(line) <= 78 for line in lines if "://" not in line and "mailto:" not in line)
    assert "\n\n\n" not in mail["text"]
    assert [line for line in lines if line != line.rstrip()] == ["-- "]


def test_items_stand_under_their_owners_in_the_order_of_the_section():
    page = Page(MAILS["sixty"]["html"])
    owners = [h.text for h in page.root.all("h3")]
    assert owners[:5] == ["Platform Team", "Payments Core", "Frontend", "SRE on call", "Data Platform"]
    first = [p.text for p in page.root.all("p") if "title" in p.classes][:4]
    assert first == [f"Add an alert for queue {n}" for n in (0, 5, 10, 15)]


def test_one_owner_needs_no_heading_of_their_own():
    page = Page(mail_of(replace(ONE_OVERDUE, owner="Platform Team"))["html"])
    assert [h.text for h in page.root.all("h3")] == ["Checkout outage of 2 November"]
    assert page.root.all("h1")[0].text == "Payments, Platform Team: week 48"


def test_a_quiet_digest_is_good_news():
    assert "All clear. 12 open action items, none late, nothing to decide." in MAILS["all-well"]["html"]
    assert "All clear. No action item is open." in MAILS["none"]["text"]
    assert "All clear" not in MAILS["restricted"]["text"]


def test_restricted_postmortems_are_counted():
    assert "4 open items belong to restricted postmortems: counted here, not named." in MAILS["restricted"]["text"]
    assert "1 open item belongs to" in mail_of(replace(ALL_WELL, restricted=1))["text"]


# --- headers --------------------------------------------------------------------------------------------------------


def sent(mail):
    """The mail as a mail program reads it, from the headers that the payload gives."""
    written = EmailMessage(policy=SMTP)
    written["Subject"] = mail["subject"]
    written["Message-ID"] = mail["message_id"]
    written["References"] = mail["references"]
    written["List-Id"] = mail["list_id"]
    written["List-Unsubscribe"] = f"<{mail['unsubscribe']}>"
    written.set_content(mail["text"])
    written.add_alternative(mail["html"], subtype="html")
    return message_from_bytes(written.as_bytes(), policy=strict)


@each_mail
def test_headers_are_one_line_each_and_come_back_as_they_were(mail):
    received = sent(mail)
    assert not received.defects
    written = compose(mail, sender="syncd@example.com", recipient="a@example.com", reply_to=None, sent=SETTINGS.sent)
    assert message_from_bytes(written.as_bytes(), policy=strict)["Subject"] == mail["subject"]
    assert received["Message-ID"] == mail["message_id"]
    assert received["List-Id"].isascii()
    assert received.get_body(("plain",)).get_content().splitlines() == mail["text"].splitlines()


def test_a_repetition_is_the_same_mail():
    assert mail_of(ONE_OVERDUE) == mail_of(ONE_OVERDUE)


def test_another_recipient_gets_another_message_in_the_same_thread():
    one, other = mail_of(ONE_OVERDUE), mail_of(ONE_OVERDUE, key="payments weekly 2026-W48 mail core@example.com")
    assert one["message_id"] != other["message_id"]
    assert one["references"] == other["references"]


@pytest.mark.parametrize(
    ("day", "same"),
    [(date(2026, 10, 1), True), (date(2026, 12, 31), True), (date(2026, 9, 30), False), (date(2027, 10, 1), False)],
)
def test_digests_of_a_quarter_are_one_thread(day, same):
    one, other = mail_of(ONE_OVERDUE), mail_of(replace(ONE_OVERDUE, day=day))
    assert (one["references"] == other["references"]) is same


def test_another_team_is_another_thread_and_list():
    one, other = mail_of(ONE_OVERDUE), mail_of(replace(ONE_OVERDUE, team="決済"))
    assert one["references"] != other["references"]
    assert one["list_id"] == "<payments.digests.example.com>"
    assert other["list_id"].startswith("<team-")
    assert other["list_id"].isascii()


def test_unsubscribing_is_a_mail_to_the_sender():
    assert mail_of(ONE_OVERDUE)["unsubscribe"] == "mailto:syncd@example.com?subject=unsubscribe%20payments"


def test_an_address_that_is_nobodys_is_not_offered():
    mail = mail_of(ONE_OVERDUE, sender="syncd@syncd.invalid")
    assert mail["unsubscribe"] == ""
    assert "taken off" not in mail["text"] + mail["html"]


def test_a_postmortem_without_an_address_is_named_by_its_file():
    mail = mail_of(replace(ONE_OVERDUE, postmortems=(replace(CHECKOUT, url=None),)))
    assert "File: docs/2026-11-02-checkout.md" in " ".join(mail["text"].split())
    assert "docs/2026-11-02-checkout.md" in mail["html"]


def test_a_sender_may_have_a_name():
    assert mail_of(ONE_OVERDUE, sender='"syncd, the clerk" <syncd@example.com>') == mail_of(ONE_OVERDUE)


def test_items_of_two_postmortems_say_which_they_are_from():
    alone, both = mail_of(REVIEW), mail_of(replace(REVIEW, postmortems=(CHECKOUT, replace(CHECKOUT, title="Login"))))
    assert "from Checkout outage" not in alone["text"]
    assert " ".join(both["text"].split()).count("from Checkout outage of 2 November") == 3


def test_a_review_brings_an_invitation_and_others_do_not():
    assert [name for name, mail in MAILS.items() if "calendar" in mail] == ["review"]


def test_moments_are_told_in_the_zone_of_the_team():
    assert "Sent by syncd on Mon 23 Nov 2026, 09:00 (America/New_York)." in MAILS["all-well"]["text"]
    assert "Agenda for Tue 24 Nov 2026, 10:00 (America/New_York)" in MAILS["review"]["text"]
    elsewhere = mail_of(replace(REVIEW, meeting=datetime(2026, 7, 1, 15, tzinfo=UTC) + timedelta(0)))
    assert "Agenda for Wed 1 Jul 2026, 11:00" in elsewhere["text"]


def test_sixty_items_are_shown_and_the_rest_is_counted():
    assert MAILS["sixty"]["text"].count("\n  * ") == sum(len(s.entries) for s in SIXTY.sections)
    assert MAILS["sixty"]["text"].count("… and 5 more: https://syncd.example.com/payments") == 2
