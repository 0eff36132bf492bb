"""What the pages say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from syncd.core.model import Disposition, State
from syncd.web.pages import PAGE, SHOWN
from tests.core.remembering import moment, redated
from tests.web.reader import read
from tests.web.samples import SAMPLES, restricted, some_late
from tests.web.world import TODAY, WEB, World, blocked, row, team


def page(world, path="/"):
    answer = world.client().get(path)
    assert answer.status_code == 200
    return read(answer)


@pytest.mark.parametrize("sample", SAMPLES)
def test_every_page_that_is_linked_is_there_and_whole(sample):
    asked = SAMPLES[sample]().client()
    seen, waiting = set(), ["/"]
    while waiting and len(seen) < 40:
        path = waiting.pop()
        seen.add(path)
        answer = asked.get(path)
        assert answer.status_code == 200, path
        if not answer.headers["content-type"].startswith("text/html"):
            continue
        for target in read(answer).all("a", "href"):
            there = answer.url.join(target)
            if there.host == "127.0.0.1" and not target.startswith("#"):
                waiting += {there.raw_path.decode()} - seen - set(waiting)


def test_no_page_needs_a_script_or_anything_from_elsewhere():
    asked = some_late().client()
    for path in ("/", "/items/00000001", "/?owner=Search"):
        found = read(asked.get(path))
        tags = {tag for tag, _ in found.elements}
        assert not tags & {"script", "iframe", "object", "embed", "base", "style", "img"}
        assert not {
            name for _, given in found.elements for name, _ in given if name.startswith("on") or name == "style"
        }
        assert {*found.all("link", "href")} <= {"./site.css", "./icon.svg", "../site.css", "../icon.svg"}


def test_the_headline_is_the_news():
    assert page(some_late()).text.startswith("3 overdue, 2 need a person, 7 open · syncd")
    assert "Nothing is late, 2 open" in page(SAMPLES["all-well"]()).text
    assert "No action items yet" in page(World()).text


def test_late_items_stand_under_their_owners_the_latest_first(world):
    world.postmortem(
        "a", row(1, "One", late=2), row(2, "Two", late=9, owner="SRE"), row(3, "Three", late=4, owner=None)
    )
    said = page(world).text.partition("Late, and whose")[2]
    assert said.index("SRE") < said.index("9 days late") < said.index("Platform Team") < said.index("2 days late")
    assert said.index("2 days late") < said.index("No owner yet") < said.index("4 days late")


def test_a_long_list_is_cut_and_leads_to_the_rest(world):
    world.postmortem("a", *(row(n, f"Alert number {n}", late=n) for n in range(1, SHOWN + 11)))
    first = page(world)
    assert first.text.count("days late") == SHOWN
    assert f"All {SHOWN + 10} late items" in first.text
    assert page(world, "/?state=overdue").text.count("late ·") == SHOWN + 10


def test_a_list_longer_than_a_page_is_paged(world):
    world.postmortem("a", *(row(n, f"Alert number {n:04}", late=5) for n in range(1, PAGE + 3)))
    first, last = page(world, "/?state=open"), page(world, "/?state=open&page=2")
    assert first.text.count("Alert number") == PAGE
    assert last.text.count("Alert number") == 2
    assert "Page 2 of 2" in last.text
    assert page(world, "/?state=open&page=999").text == last.text


def test_an_old_pass_is_marked_as_old(world):
    world.postmortem("a", row(1, "Add an alert"))
    world.passed(ago=timedelta(hours=3))
    said = page(world).text
    assert "! last pass 3 h ago, out of date" in said
    assert "What is shown may be out of date: it is as of 3 h ago." in said


def test_a_pass_of_all_teams_is_everyones():
    world = World(WEB + team("payments") + team("search"))
    world.passed(of="payments", ago=timedelta(hours=5))
    world.passed(of=None, ago=timedelta(minutes=1))
    assert page(world).text.count("✓ last pass 1 min ago") == 2


def test_a_brake_is_told_of_the_team_that_it_holds():
    world = World(WEB + team("payments") + team("search"))
    world.passed(outcome="brake", brake="search, search: the source is empty; it held 4 documents; it shook")
    said = page(world).text
    assert "search: Held by a brake: search: the source is empty; it held 4 documents; it shook." in said
    assert said.count("held by a brake") == 1
    assert "payments: Held" not in said


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        ("failed", "Some of its changes failed"),
        ("authentication", "did not accept our credentials"),
        ("stale", "names another plan"),
    ],
)
def test_how_the_last_pass_ended_is_told_in_words(world, outcome, words):
    world.passed(outcome=outcome)
    assert words in page(world).text


def test_a_pass_that_never_ended_is_told(world):
    world.passed(ago=timedelta(hours=2))
    world.ledger.begin_pass(world.clock() - timedelta(hours=1), "payments")
    assert "A pass that began 60 min ago has not ended" in page(world).text.replace("1 h ago", "60 min ago")


def test_settings_that_could_not_be_read_are_told(world):
    world.pulse = replace(world.pulse, reloaded=False)
    assert "The configuration on disk cannot be used" in page(world).text


def test_a_ticket_that_may_have_been_made_is_told(world):
    known = world.postmortem("a", blocked(1, "Add an alert", "it waits"))
    world.unknown_create(known, "00000001")
    assert "1 ticket may or may not have been made" in page(world).text


def test_the_next_digests_are_told(world):
    world.postmortem("a", row(1, "Add an alert"), title="Slow search", postmortem_date=TODAY - timedelta(days=10))
    said = page(world).text
    assert "Next: review of Slow search Fri 27 Nov; weekly Mon 30 Nov; retro Thu 3 Dec" in said


def test_a_calendar_elsewhere_is_not_asked_for(world):
    world.configure(world.text.replace("FREQ=WEEKLY;BYDAY=TH", "https://calendar.invalid/retros.ics"))
    assert "their calendar is read when the next digests are made" in page(world).text


def test_without_a_notifier_nothing_is_sent(world):
    world.configure(world.text[: world.text.index("[teams.payments.notifiers")])
    assert "No notifier is configured" in page(world).text


# --- filters


def test_a_team_is_shown_alone():
    world = some_late()
    said = page(world, "/?team=search").text
    assert "Shard the product index" in said
    assert "Alert on queue depth" not in said
    assert "last pass 4 min ago" in said


def test_an_owner_s_items_are_shown_whatever_their_state_also_where_he_is_one_of_several(world):
    items = row(1, "One", owner="SRE + Web", late=1), row(2, "Two", owner="web", state=State.DONE), row(3, "Three")
    world.postmortem("a", *items)
    said = page(world, "/?owner=Web").text
    assert "Items 2" in said
    assert "Three" not in said
    assert page(world, "/?owner=-").text.count("Nothing matches") == 1


@pytest.mark.parametrize(
    ("state", "titles"),
    [
        ("open", {"Late", "Soon", "Going", "Blocked"}),
        ("overdue", {"Late"}),
        ("stuck", {"Blocked"}),
        ("in_progress", {"Going"}),
        ("done", {"Done"}),
        ("cancelled", {"Dropped"}),
    ],
)
def test_items_are_shown_by_state(world, state, titles):
    rows = (
        row(1, "Late", late=1),
        row(2, "Soon", due=TODAY),
        row(3, "Going", state=State.IN_PROGRESS),
        row(4, "Done", state=State.DONE),
        row(5, "Dropped", state=State.CANCELLED),
        blocked(6, "Blocked", "it waits"),
    )
    world.postmortem("a", *rows)
    got = world.client().get("/", params={"state": state, "format": "json"}).json()
    assert {item["action"] for item in got["items"]} == titles


def test_the_filter_shows_what_is_asked_for():
    found = page(some_late(), "/?team=search&state=overdue")
    chosen = [
        dict(given).get("value") for tag, given in found.elements if tag == "option" and "selected" in dict(given)
    ]
    assert chosen == ["search", "overdue"]
    assert "Filter: search, overdue" in found.text


@pytest.mark.parametrize("query", ["state=x", "format=xml", "page=0x1", "page=-1", "page=1.5", "state=OPEN"])
def test_a_query_that_means_nothing_is_refused_in_words(world, query):
    answer = world.client().get(f"/?{query}")
    assert answer.status_code == 400
    assert "must be" in read(answer).text


@pytest.mark.parametrize(
    "query", ["team=&owner=&state=&page=&format=", "unknown=1", "team=nobody", "team=a&team=payments"]
)
def test_other_queries_are_answered(world, query):
    assert world.client().get(f"/?{query}").status_code == 200


# --- a postmortem, an item


def test_a_postmortem_shows_its_rows_in_their_order_and_how_their_dates_slipped(world):
    ignored = replace(row(3, "Ignored"), disposition=Disposition.IGNORED, reason="a person said so", link=None)
    world.postmortem("a", row(1, "First", due=date(2026, 12, 4)), row(2, "Second", state=State.DONE), ignored)
    world.happened(redated("00000001", date(2026, 11, 20), date(2026, 12, 4), moment(11, 19)))
    where = world.client().get("/status.json").json()["postmortems"][0]["postmortem"]
    said = page(world, f"/postmortems/{where}").text
    assert said.index("First") < said.index("Second") < said.index("Ignored")
    assert "due date moved once: Fri 20 Nov → Fri 4 Dec" in said
    assert "1 open, 1 closed." in said


def test_an_item_shows_where_it_comes_from_and_what_was_done_for_it():
    said = page(some_late(), "/items/00000001").text
    for words in (
        "payments/checkout.md:20",
        "12 days late",
        "Made by syncd",
        "2026-11-03 12:00 due: 2026-11-03 → 2026-11-11 (in the ticket)",
        "syncd explain 00000001",
    ):
        assert words in said


def test_an_item_whose_row_is_gone_is_still_explained(world):
    gone = replace(row(1, "Add an alert"), disposition=Disposition.DETACHED, reason="its row is gone")
    world.postmortem("a", gone)
    assert "Its row is gone from the document." in page(world, "/items/00000001").text


@pytest.mark.parametrize(
    "path", ["/items/ffffffff", "/postmortems/ffffffff", "/items/", "/items/a/b", "/%00", "/items/%ff"]
)
def test_what_is_not_there_is_told_so(world, path):
    answer = world.client().get(path)
    assert answer.status_code == 404
    assert "Not found" in read(answer).text


def test_a_team_that_is_no_longer_configured_is_not_shown():
    world = some_late()
    world.configure(WEB + team("payments"))
    assert "Shard the product index" not in world.client().get("/").text
    assert world.client().get("/items/00000006").status_code == 404


def test_a_document_that_is_gone_is_not_shown(world):
    known = world.postmortem("a", row(1, "Add an alert", late=1))
    world.ledger.mark_gone([known.key], world.clock())
    assert "Add an alert" not in world.client().get("/").text
    assert world.client().get("/items/00000001").status_code == 404


# --- restricted postmortems


def test_restricted_postmortems_are_counted_and_never_named():
    world = restricted()
    hidden = world.ledger.item("00000028")
    world.postmortem("b", blocked(50, "Shown", f"the same text stands in payments/secret.md:20: “{hidden.action}”"))
    world.passed(
        of="payments", outcome="brake", brake="payments, payments: payments/secret.md loses over half its links"
    )
    asked = world.client()
    paths = [
        "/",
        "/?state=open",
        "/?format=json",
        "/?format=csv",
        "/metrics",
        "/items/00000032",
        "/items/00000032.json",
    ]
    for path in paths:
        answer = asked.get(path)
        assert answer.status_code == 200
        for name in ("secret", "Secret", "Close the hole", "Tell the regulator"):
            assert name not in answer.text, path
    assert "2 open items belong to restricted postmortems" in page(world).text
    assert asked.get("/status.json").json()["restricted"] == 2


def test_the_pages_of_restricted_postmortems_are_as_if_they_were_not_there():
    asked = restricted().client()
    there = asked.get("/items/00000028")
    assert (there.status_code, there.text) == (404, asked.get("/items/ffffffff").text)
