from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from syncd.core.calendar import Calendar
from syncd.core.digest import DigestKind, Memory
from syncd.core.model import Disposition, KnownDocument, KnownItem, Link, State, ThreeWay
from syncd.core.retros import Retro, retros_from_rule
from syncd.core.schedule import Due, asked, due, review_day, skipped, upcoming

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = sorted(available_timezones() - {"Factory", "localtime"})
SEEN = datetime(2026, 11, 2, 9, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WEEKLY, REVIEW, RETRO = DigestKind.WEEKLY, DigestKind.REVIEW, DigestKind.RETRO


def calendar(zone=BERLIN, weekly=(0, time(9)), **given):
    return Calendar(zone=zone, weekly=weekly, **given)


def document(key="a", **given):
    """A postmortem of Monday, 2 November 2026, finished and seen that day, unless told otherwise."""
    known = {"postmortem_date": date(2026, 11, 2), "finished": True, "first_seen": SEEN, "first_finished": SEEN}
    return KnownDocument(key=key, source="s", team="core", path=f"{key}.md", revision="1", **{**known, **given})


def item(document="a", **given):
    return KnownItem(id=f"{document}0000000", document=document, line=9, action="Do it", **given)


def ticket(state):
    fields = {"state": ThreeWay(ticket=state)}
    return Link("a0000000", "jira", "1", "OPS-1", "https://x", ours=True, marker=None, fields=fields)


def memory(*documents, items=None):
    known = {d.key: d for d in documents}
    return Memory(team="core", zone=BERLIN, documents=known, items=[item(k) for k in known] if items is None else items)


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


def at(day, hour=9, minute=0, zone=BERLIN):
    return datetime.combine(day, time(hour, minute), tzinfo=zone).astimezone(UTC)


def nothing(_period):
    return False


def retros_on(*days, hour=14):
    return lambda first, last: [Retro(d, at(d, hour)) for d in days if first <= d <= last]


def sent(found, kind=None):
    return [d.period for d in found if kind in (None, d.kind)]


def of_kind(found, kind):
    return [d for d in found if d.kind is kind]


# --- the day of a review


@pytest.mark.parametrize(
    ("known", "day", "why"),
    [
        (
            {"review_date": date(2026, 12, 11), "incident_date": date(2026, 10, 30)},
            date(2026, 12, 11),
            "the document says so",
        ),
        ({"review_date": date(2026, 12, 12)}, date(2026, 12, 14), "the document says so"),
        ({"incident_date": date(2026, 10, 30)}, date(2026, 11, 16), "14 days after the postmortem"),
        (
            {"postmortem_date": None, "incident_date": date(2026, 10, 30)},
            date(2026, 11, 13),
            "14 days after the incident (the postmortem has no date)",
        ),
        ({"postmortem_date": None}, date(2026, 11, 16), "14 days after it was first seen finished"),
        ({"postmortem_date": date(2026, 12, 11)}, date(2026, 12, 28), "14 days after the postmortem"),
        ({"postmortem_date": date(2026, 12, 18)}, date(2027, 1, 4), "14 days after the postmortem"),
    ],
)
def test_a_review_has_a_working_day_and_a_reason(known, day, why):
    assert review_day(document(**known), calendar(holidays="DE")) == (day, why)


@pytest.mark.parametrize(
    "known",
    [
        {"postmortem_date": None, "first_finished": None},
        {"postmortem_date": date(9999, 12, 31)},
    ],
)
def test_without_a_day_to_count_from_there_is_no_review(known):
    assert review_day(document(**known), calendar()) is None
    assert upcoming(memory(document(**known)), calendar(), date(2026, 11, 3), date(2026, 11, 8)) == []


@pytest.mark.parametrize(
    ("after", "day", "why"),
    [
        (timedelta(0), date(2026, 11, 2), "0 days after the postmortem"),
        (timedelta(hours=20), date(2026, 11, 3), "a day after the postmortem"),
        (timedelta(days=21), date(2026, 11, 23), "21 days after the postmortem"),
    ],
)
def test_the_time_until_a_review_is_configured(after, day, why):
    assert review_day(document(), calendar(review_after=after)) == (day, why)


def test_first_seen_finished_is_a_day_of_the_team():
    late = document(postmortem_date=None, first_finished=datetime(2026, 11, 2, 23, 30, tzinfo=UTC))
    assert review_day(late, calendar())[0] == date(2026, 11, 17)


# --- reviews


def reviews(now, *documents, items=None, **given):
    found = due(memory(*documents, items=items), calendar(**given), now, delivered=nothing)
    return of_kind(found, REVIEW)


def test_a_review_is_due_from_the_digests_hour_of_its_day():
    day = date(2026, 11, 16)
    assert reviews(at(day, 8, 59), document()) == []
    assert reviews(at(day), document()) == [
        Due(kind=REVIEW, period="review:ca978112", day=day, moment=at(day), documents=("a",))
    ]


def test_a_late_review_stays_due_and_says_so():
    (found,) = reviews(at(date(2027, 3, 1)), document())
    assert found.remarks == ("It was due on Monday, 2026-11-16, and comes 105 days late.",)


def test_a_review_whose_day_was_guessed_says_so():
    (found,) = reviews(at(date(2026, 11, 16)), document(postmortem_date=None))
    assert found.remarks == ("The day of this review was chosen by syncd: 14 days after it was first seen finished.",)


@pytest.mark.parametrize(
    ("given", "count"),
    [
        ({}, 1),
        ({"state": State.OPEN}, 1),
        ({"state": State.IN_PROGRESS}, 1),
        ({"state": State.DONE}, 0),
        ({"state": State.CANCELLED}, 0),
        ({"state": State.OPEN, "link": ticket("done")}, 0),
        ({"state": State.DONE, "link": ticket("open")}, 1),
        ({"disposition": Disposition.BLOCKED}, 1),
        ({"disposition": Disposition.IGNORED}, 0),
        ({"disposition": Disposition.DETACHED}, 0),
    ],
)
def test_a_review_waits_for_open_items(given, count):
    items = [item(state=State.DONE), item(**given)]
    assert len(reviews(at(date(2026, 11, 20)), document(), items=items)) == count


def test_a_draft_has_no_review_and_one_that_went_back_to_draft_has():
    day = at(date(2026, 11, 20))
    assert reviews(day, document(finished=False, first_finished=None)) == []
    assert len(reviews(day, document(finished=False))) == 1


@pytest.mark.parametrize(("age", "count"), [(30, 1), (31, 0)])
@pytest.mark.parametrize("known", ["postmortem_date", "incident_date"])
def test_a_postmortem_first_seen_over_30_days_after_its_date_has_no_review(known, age, count):
    old = replace(document(postmortem_date=None), **{known: date(2026, 11, 2) - age * DAY})
    assert len(reviews(at(date(2026, 12, 20)), old)) == count


def test_a_postmortem_finished_after_its_review_day_is_reviewed_then():
    finished = at(date(2026, 12, 3), 17)
    slow = document(first_finished=finished)
    assert reviews(finished - timedelta(minutes=1), slow) == []
    (found,) = reviews(finished, slow)
    assert (found.day, found.moment) == (date(2026, 11, 16), finished)


def test_a_review_that_was_delivered_is_not_due():
    found = due(memory(document()), calendar(), at(date(2026, 11, 20)), delivered=lambda p: p.startswith("review:"))
    assert of_kind(found, REVIEW) == []


def test_the_period_of_a_review_is_its_documents_for_ever_whatever_its_name():
    keys = ["a", "folder:/wiki/é\udcff.md", "git:x#y"]
    found = reviews(at(date(2026, 11, 20)), *(document(k) for k in keys))
    moved = reviews(at(date(2026, 12, 20)), *(document(k, postmortem_date=date(2026, 11, 9)) for k in keys))
    assert len(set(sent(found))) == 3
    assert sent(found) == sent(moved)


# --- retros


THURSDAYS = [date(2026, 11, 5) + n * 14 * DAY for n in range(6)]


def retros(now, *documents, delivered=nothing, days=THURSDAYS, items=None, **given):
    team = calendar(retros=retros_on(*days, **given))
    return of_kind(due(memory(*documents, items=items), team, now, delivered=delivered), RETRO)


def test_a_check_in_is_announced_on_the_day_of_the_next_retro_after_the_review():
    assert retros(at(date(2026, 11, 5), 15), document()) == []
    assert retros(at(date(2026, 11, 19), 8), document()) == []
    assert retros(at(date(2026, 11, 19), 9), document()) == [
        Due(
            kind=RETRO,
            period="retro:2026-11-19",
            day=date(2026, 11, 19),
            moment=at(date(2026, 11, 19)),
            documents=("a",),
            meeting=at(date(2026, 11, 19), 14),
        )
    ]


def test_a_check_in_is_announced_before_a_retro_that_begins_earlier_than_the_digests_hour():
    (found,) = retros(at(date(2026, 11, 19), 8), document(), hour=8)
    assert found.moment == found.meeting == at(date(2026, 11, 19), 8)


def test_a_retro_on_the_day_of_the_review_is_too_early():
    assert retros(at(date(2026, 11, 16), 18), document(), days=[date(2026, 11, 16)]) == []


def test_a_check_in_names_the_postmortems_between_review_and_closing():
    documents = [
        document("reviewed"),
        document("not reviewed", review_date=date(2026, 11, 30)),
        document("closed"),
        document("history", postmortem_date=date(2026, 10, 1)),
        document("draft", finished=False, first_finished=None),
    ]
    items = [item(d.key, state=State.DONE if d.key == "closed" else None) for d in documents]
    (found,) = retros(at(date(2026, 11, 19)), *documents, items=items)
    assert found.documents == ("reviewed",)


def test_a_missed_check_in_comes_late_until_the_next_retro_says_it_all():
    (late,) = retros(at(date(2026, 11, 25)), document())
    assert late.remarks == ("It was due on Thursday, 2026-11-19, and comes 6 days late.",)
    assert sent(retros(at(date(2026, 12, 3)), document())) == ["retro:2026-12-03"]
    assert retros(at(date(2026, 12, 4)), document(), delivered=lambda p: p == "retro:2026-12-03") == []


def test_a_missed_check_in_is_due_until_the_next_one_is():
    days = [date(2026, 11, 19), date(2026, 11, 20)]
    assert sent(retros(at(date(2026, 11, 20), 8, 59), document(), days=days)) == ["retro:2026-11-19"]
    assert sent(retros(at(date(2026, 11, 20), 9), document(), days=days)) == ["retro:2026-11-20"]


def test_a_check_in_over_14_days_late_is_left_out():
    only = [date(2026, 11, 19)]
    assert sent(retros(at(date(2026, 12, 3)), document(), days=only)) == ["retro:2026-11-19"]
    assert retros(at(date(2026, 12, 4)), document(), days=only) == []


def test_a_postmortem_that_was_not_known_at_a_retro_waits_for_the_next():
    new = document(review_date=date(2026, 11, 18), first_seen=at(date(2026, 11, 20)), first_finished=None)
    assert retros(at(date(2026, 11, 21)), new) == []
    assert sent(retros(at(date(2026, 12, 3)), new)) == ["retro:2026-12-03"]


def test_a_document_may_name_the_day_of_its_first_check_in():
    named = document("named", retro_date=date(2026, 12, 1))
    other = document("other")
    assert [d.documents for d in retros(at(date(2026, 11, 19)), named, other)] == [("other",)]
    (own,) = [d for d in retros(at(date(2026, 12, 1)), named, other) if d.day == date(2026, 12, 1)]
    assert (own.documents, own.meeting) == (("named",), None)
    assert [d.documents for d in retros(at(date(2026, 12, 3)), named, other)] == [("named", "other")]


def test_a_day_that_a_document_names_needs_no_calendar():
    named = memory(document(retro_date=date(2026, 12, 1)))
    found = upcoming(named, calendar(), date(2026, 11, 1), date(2027, 3, 1))
    assert sent(found, RETRO) == ["retro:2026-12-01"]


def test_a_retro_with_nothing_to_follow_up_asks_no_calendar():
    def unreadable(_first, _last):
        raise ValueError("the calendar cannot be read")

    team = calendar(retros=unreadable)
    closed = memory(document(), items=[item(state=State.DONE)])
    assert of_kind(due(closed, team, at(date(2026, 11, 20)), delivered=nothing), RETRO) == []
    with pytest.raises(ValueError, match="cannot be read"):
        due(memory(document()), team, at(date(2026, 11, 20)), delivered=nothing)


# --- weeklies


@pytest.mark.parametrize(
    ("now", "periods"),
    [
        (at(date(2026, 11, 23), 8, 59), []),
        (at(date(2026, 11, 23), 9), ["2026-W48"]),
        (at(date(2026, 11, 26), 9), ["2026-W48"]),
        (at(date(2026, 11, 26), 9, 1), []),
        (at(date(2026, 12, 28)), ["2026-W53"]),
        (at(date(2027, 1, 4)), ["2027-W01"]),
        (at(date(2024, 12, 30)), ["2025-W01"]),
    ],
)
def test_a_weekly_is_due_for_three_days_and_named_by_its_iso_week(now, periods):
    assert sent(due(memory(), calendar(), now, delivered=nothing)) == periods


def test_the_week_of_a_weekly_is_that_of_the_teams_day():
    team = calendar(ZoneInfo("Pacific/Kiritimati"), (0, time(9)))
    (found,) = due(memory(), team, datetime(2027, 1, 3, 19, tzinfo=UTC), delivered=nothing)
    assert (found.period, found.day) == ("2027-W01", date(2027, 1, 4))


def test_a_late_weekly_says_so():
    (found,) = due(memory(), calendar(), at(date(2026, 11, 24), 7), delivered=nothing)
    assert found.remarks == ("It was due on Monday, 2026-11-23, and comes a day late.",)


def test_a_weekly_that_is_too_late_is_skipped_once():
    now = at(date(2026, 11, 27))
    assert due(memory(document()), calendar(), now, delivered=lambda p: p.startswith("review:")) == []
    assert sent(skipped(memory(document()), calendar(), now, delivered=nothing)) == ["2026-W46", "2026-W47", "2026-W48"]
    recorded = {"2026-W46", "2026-W48"}.__contains__
    assert sent(skipped(memory(document()), calendar(), now, delivered=recorded)) == ["2026-W47"]


def test_weeklies_from_before_anything_was_seen_are_not_skipped():
    now = at(date(2026, 11, 27))
    assert skipped(memory(), calendar(), now, delivered=nothing) == []
    assert skipped(memory(document(first_seen=now)), calendar(), now, delivered=nothing) == []


def test_after_years_without_a_pass_only_those_of_a_quarter_are_recorded_as_skipped():
    assert len(skipped(memory(document()), calendar(), at(date(2032, 1, 1)), delivered=nothing)) == 12


@pytest.mark.parametrize(
    ("zone", "hour", "day", "moment"),
    [
        ("America/New_York", time(2, 30), date(2026, 3, 8), utc(2026, 3, 8, 7, 30)),
        ("America/New_York", time(1, 30), date(2026, 11, 1), utc(2026, 11, 1, 5, 30)),
        ("Europe/Berlin", time(2, 30), date(2026, 3, 29), utc(2026, 3, 29, 1, 30)),
        ("Europe/Berlin", time(2, 30), date(2026, 10, 25), utc(2026, 10, 25, 0, 30)),
        ("Africa/Cairo", time(0, 0), date(2026, 4, 24), utc(2026, 4, 23, 22, 0)),
    ],
)
def test_an_hour_that_is_left_out_or_comes_twice_is_due_once(zone, hour, day, moment):
    team = calendar(ZoneInfo(zone), (day.weekday(), hour))
    every = [moment + n * timedelta(minutes=10) for n in range(-30, 30)]
    run = Run(memory(), team)
    assert [now for now in every if run.tick(now)] == [moment]


def test_an_hour_that_is_left_out_at_the_end_of_a_day_is_due_after_midnight():
    team = calendar(ZoneInfo("America/Scoresbysund"), (5, time(23, 30)))
    saturday, moment = date(2026, 3, 28), utc(2026, 3, 29, 1, 30)
    assert upcoming(memory(), team, saturday, saturday) == []
    (found,) = upcoming(memory(), team, saturday + DAY, saturday + DAY)
    assert (found.day, found.moment) == (saturday, moment)
    assert sent(due(memory(), team, moment + 3 * DAY, delivered=nothing)) == [found.period]


def test_in_all_zones_every_week_of_two_years_has_one_moment():
    for name in ZONES:
        zone = ZoneInfo(name)
        found = upcoming(memory(), calendar(zone, (6, time(2, 30))), date(2026, 1, 1), date(2027, 12, 31))
        local = [w.moment.astimezone(zone) for w in found]
        assert [w.day for w in found] == [date(2026, 1, 4) + n * 7 * DAY for n in range(104)], name
        assert [t.date() for t in local] == [w.day for w in found], name
        assert all(time(2, 30) <= t.time() <= time(4, 30) for t in local), name
        assert len(set(sent(found))) == 104, name


# --- what a person asks for


def test_who_asks_gets_a_weekly_for_that_day():
    (found,) = asked(memory(), calendar(), WEEKLY, date(2026, 12, 31))
    assert (found.period, found.day) == ("2026-W53", date(2026, 12, 31))


def test_who_asks_gets_reviews_that_have_come_though_they_were_seen_long_after():
    history = document("history", postmortem_date=date(2025, 1, 1))
    later = document("later", review_date=date(2027, 1, 8))
    found = asked(memory(document(), history, later), calendar(), REVIEW, date(2026, 11, 16))
    assert [d.documents for d in found] == [("a",), ("history",)]


def test_who_asks_gets_one_retro_about_all_between_review_and_closing():
    reviewed = document("reviewed", first_seen=at(date(2030, 1, 1)))
    documents = [reviewed, document("today", review_date=date(2026, 11, 20)), document("closed")]
    known = memory(*documents, items=[item("reviewed"), item("today"), item("closed", state=State.DONE)])
    (found,) = asked(known, calendar(), RETRO, date(2026, 11, 20))
    assert (found.period, found.documents) == ("retro:2026-11-20", ("reviewed",))
    assert asked(known, calendar(), RETRO, date(2026, 11, 2)) == []


def test_who_asks_for_the_day_of_a_retro_is_told_its_hour():
    team = calendar(retros=retros_on(date(2026, 11, 19)))
    hours = [asked(memory(document()), team, RETRO, date(2026, 11, n))[0].meeting for n in (18, 19)]
    assert hours == [None, at(date(2026, 11, 19), 14)]


# --- two years of ticks


@dataclass
class Run:
    """A process that asks now and then what is due, and what it has recorded on disk."""

    memory: Memory
    calendar: Calendar
    sent: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    def tick(self, now, *, killed=False):
        """Sends what is due; one that is killed before it has recorded anything sent nothing."""
        recorded = {*self.sent, *self.skipped}.__contains__
        found = due(self.memory, self.calendar, now, delivered=recorded)
        lost = skipped(self.memory, self.calendar, now, delivered=recorded)
        assert all(d.moment <= now for d in found)
        if not killed:
            self.sent += sent(found)
            self.skipped += sent(lost)
        return bool(found) and not killed


def ticks(random, start, *, longest):
    """Moments of two years, some of them close together, some after an outage."""
    now, end = start, start + 730 * DAY
    while now < end:
        yield now
        often = random.random() < 0.5
        now += timedelta(seconds=random.randint(1, 4 * 3600 if often else int(longest.total_seconds())))


WALK = settings(deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
"""A failure is shown as it was found: two years of random moments do not shrink."""
WORLDS = st.builds(
    dict,
    zone=st.sampled_from(ZONES).map(ZoneInfo),
    weekday=st.integers(0, 6),
    hour=st.sampled_from([time(0), time(1, 30), time(2, 30), time(9), time(23, 59)]),
    start=st.integers(0, 3 * 365 * 86_400).map(lambda seconds: utc(2024, 1, 1) + timedelta(seconds=seconds)),
    seed=st.integers(0, 2**32),
)


def weeklies(world, start, end):
    """The periods of the weeks whose moment lies between, counted by other means than the schedule's."""
    days = [start.date() + n * DAY for n in range(-2, (end - start).days + 3)]
    moments = {d: datetime.combine(d, world["hour"], tzinfo=world["zone"]) for d in days}
    wanted = [d for d, m in moments.items() if d.isoweekday() == world["weekday"] + 1 and start <= m <= end]
    return [d.strftime("%G-W%V") for d in wanted]


def postmortems(start, zone):
    """One each month, each with another way to know its review."""
    months = [start.astimezone(zone).date() + n * 30 * DAY for n in range(22)]
    ways = ("review_date", "postmortem_date", "incident_date", "retro_date")
    for n, day in enumerate(months):
        known = {"postmortem_date": None, "first_seen": start, "first_finished": start, ways[n % 4]: day}
        yield document(f"{n}", **known)


@given(WORLDS)
@settings(WALK, max_examples=25)
def test_every_weekly_is_sent_once_if_no_outage_is_longer_than_three_days(world):
    random = Random(world["seed"])
    run = Run(memory(), calendar(world["zone"], (world["weekday"], world["hour"])))
    killed = False
    for now in ticks(random, world["start"], longest=36 * HOUR):
        killed = not killed and random.random() < 0.3
        run.tick(now, killed=killed)
    every = weeklies(world, world["start"], now - 3 * DAY)
    assert run.skipped == []
    assert [period for period in run.sent if period in every] == every
    assert len(run.sent) <= len(every) + 2
    assert max(Counter(run.sent).values()) == 1


@given(WORLDS)
@settings(WALK, max_examples=25)
def test_every_weekly_is_sent_once_or_skipped_once_however_long_the_outages(world):
    run = Run(
        memory(document(first_seen=world["start"]), items=[]),
        calendar(world["zone"], (world["weekday"], world["hour"])),
    )
    for now in ticks(Random(world["seed"]), world["start"], longest=25 * DAY):
        run.tick(now)
    told = Counter(run.sent + run.skipped)
    every = weeklies(world, world["start"], now - 3 * DAY)
    assert set(every) <= told.keys()
    assert set(told.values()) == {1}
    assert run.skipped


@given(WORLDS)
@settings(WALK, max_examples=8)
def test_what_is_sent_is_what_was_foreseen_in_that_order(world):
    zone, start = world["zone"], world["start"]
    retros = retros_from_rule("FREQ=WEEKLY;INTERVAL=2;BYDAY=TH;BYHOUR=8", date(2023, 1, 5), zone)
    team = calendar(zone, (world["weekday"], world["hour"]), retros=retros, holidays="DE")
    known = memory(*postmortems(start, zone))
    end = start + 120 * DAY
    first, last = team.today(start) + DAY, team.today(end) - 3 * DAY
    run = Run(known, team)
    run.tick(at(first, 0, zone=zone) - timedelta(seconds=1))
    before = len(run.sent)
    # A retro that a document names may be the day before one of the team's that is about the same postmortem: an outage
    # over both moments rightly leaves the earlier check-in out.
    for now in ticks(Random(world["seed"]), at(first, 0, zone=zone), longest=6 * HOUR):
        if now > end:
            break
        run.tick(now)
    foreseen = sent(upcoming(known, team, first, last))
    assert run.sent[before:][: len(foreseen)] == foreseen
    assert max(Counter(run.sent).values()) == 1
    assert {p[:6] for p in foreseen} >= {"review", "retro:"}
