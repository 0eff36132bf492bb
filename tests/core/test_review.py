from __future__ import annotations

from datetime import date, timedelta
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.core.digest import Digest
from syncd.core.entries import written
from syncd.core.for_owner import for_owner
from syncd.core.model import Disposition, Presence, State
from syncd.core.review import review
from tests.core.remembering import DAY, document, entry, item, memory, moment, redated, shown

PERIOD = "review:1f0c2a9b"
LATER = DAY + timedelta(days=30)
OUTAGE = document(title="Checkout outage", severity="SEV-1", incident_date=date(2026, 10, 30))
SECRET = document("secret", restricted=True)
IGNORED = {"ticket": None, "disposition": Disposition.IGNORED}


def tell(*items, known=OUTAGE, limit=50, **given) -> Digest:
    return review(
        memory(*items, documents=[known, document("other"), SECRET], **given),
        known.key,
        day=DAY,
        period=PERIOD,
        limit=limit,
    )


def late(id_, **given):
    return item(id_, due=DAY - timedelta(days=3), **given)


# --- items


@pytest.mark.parametrize(
    ("key", "given"),
    [
        ("overdue", {"due": DAY - timedelta(days=1)}),
        ("overdue", {"due": DAY - timedelta(days=1), "presence": Presence.DELETED}),
        ("disputed", {"due": LATER, "presence": Presence.DELETED}),
        ("disputed", {"due": LATER, "said": State.DONE}),
        ("open", {"due": DAY}),
        ("open", {"owner": None}),
        ("open", {**IGNORED, "reason": "tracked elsewhere: bug 12"}),
        ("closed", {"state": State.DONE}),
        ("closed", {"state": State.CANCELLED}),
        ("unproven", {**IGNORED, "state": State.DONE, "reason": "already done in the document"}),
        ("unproven", {**IGNORED, "state": State.CANCELLED, "reason": "already cancelled in the document"}),
        ("unproven", {**IGNORED, "state": State.DONE, "action": "Apply the patch for CVE-2026-1234"}),
        ("closed", {**IGNORED, "state": State.DONE, "evidence": "https://github.com/acme/web/commit/1a2b3c4d"}),
        ("closed", {**IGNORED, "state": State.DONE, "reason": "tracked elsewhere: LEGACY-12"}),
        ("closed", {**IGNORED, "state": State.DONE, "action": "Add the alert of acme/web#12"}),
        ("closed", {**IGNORED, "state": State.DONE, "status": "Done: https://wiki.example.com/drill"}),
    ],
)
def test_each_item_of_the_postmortem_has_its_place(key, given):
    assert shown(tell(item("1", **given), item("2", document="other"))) == {key: ["1"]}


@pytest.mark.parametrize("given", [{"disposition": Disposition.DETACHED}, {**IGNORED, "ignored": "not ours"}])
def test_rows_that_are_gone_or_that_a_person_ignores_are_left_out(given):
    assert tell(item("1", **given)).quiet


@pytest.mark.parametrize(
    ("given", "note"),
    [
        ({"due": LATER}, ""),
        ({"owner": None}, "It has no owner. It has no due date."),
        ({"said": State.DONE}, "The row says done, its ticket says open. It has no due date."),
        ({**IGNORED, "due": LATER, "reason": "tracked elsewhere: bug 12"}, "Tracked elsewhere: bug 12."),
        ({**IGNORED, "state": State.DONE}, "Done, with neither a ticket nor a link: where can its result be seen?"),
        (
            {**IGNORED, "state": State.CANCELLED},
            "Dropped, with neither a ticket nor a link: where is it written why?",
        ),
        ({"state": State.DONE, "owner": None}, ""),
        (
            {**IGNORED, "due": LATER, "reason": "told in secret.md"},
            "It waits for a person: `syncd explain 1` says why.",
        ),
    ],
)
def test_the_note_says_what_an_item_lacks(given, note):
    assert entry(tell(item("1", **given)), "1").note == note


def test_an_item_tells_its_state_its_age_and_its_slips():
    first, second = DAY - timedelta(days=9), DAY - timedelta(days=3)
    told = tell(late("1", state=State.IN_PROGRESS), events=[redated("1", first, second, moment(11, 12))])
    assert (entry(told, "1").state, entry(told, "1").age) == (State.IN_PROGRESS, 21)
    assert (entry(told, "1").days_late, entry(told, "1").slips) == (3, 1)


def test_a_review_tells_about_its_postmortem():
    (told,) = tell(item("1")).postmortems
    assert (told.title, told.path, told.severity) == ("Checkout outage", "outage.md", "SEV-1")
    assert (told.incident_date, told.postmortem_date) == (date(2026, 10, 30), date(2026, 11, 2))


def test_remarks_are_passed_on():
    remark = "14 days after the postmortem"
    known = memory(item("1"), documents=[OUTAGE])
    assert review(known, "outage", day=DAY, period=PERIOD, remarks=[remark]).remarks == (remark,)


# --- subject and preheader


@pytest.mark.parametrize(
    ("items", "subject", "preheader"),
    [
        (
            [late("1"), item("2"), *(item(f"{n}", state=State.DONE) for n in range(3, 6))],
            "[Payments] Action-item review: Checkout outage (2 of 5 open)",
            "3 days late: Action 1 (Platform Team)",
        ),
        (
            [item("1"), item("2", **IGNORED, state=State.DONE)],
            "[Payments] Action-item review: Checkout outage (1 of 2 open)",
            "1 open, 1 closed, 1 of them without evidence, none late.",
        ),
        (
            [item("1", state=State.DONE)],
            "[Payments] Action-item review: Checkout outage (closed)",
            "1 closed.",
        ),
        (
            [item("1", state=State.DONE), item("2", state=State.CANCELLED)],
            "[Payments] Action-item review: Checkout outage (all 2 closed)",
            "2 closed.",
        ),
        ([], "[Payments] Action-item review: Checkout outage (no actions)", "No actions."),
    ],
)
def test_subject_and_preheader_tell_how_much_is_left(items, subject, preheader):
    told = tell(*items)
    assert (told.subject, told.preheader) == (subject, preheader)


@given(title=st.text(max_size=300), team=st.text(min_size=1, max_size=100))
def test_a_long_title_is_cut_and_the_numbers_stay(title, team):
    known = document(title=title)
    told = review(memory(item("1"), documents=[known], team=team), "outage", day=DAY, period=PERIOD)
    assert len(told.subject) < 78
    assert told.subject.isprintable() or not any(c in told.subject for c in "\r\n\t\0\x1b")
    assert told.subject.endswith(" (1 of 1 open)")


# --- agenda


def test_the_agenda_has_the_questions_of_the_review_in_half_an_hour():
    told = tell(
        late("1"),
        item("2", owner=None),
        item("3", **IGNORED, state=State.DONE),
        events=[redated("1", date(2026, 11, 1), date(2026, 11, 20), moment(11, 2))],
    )
    assert [p.title for p in told.agenda] == [
        "What was promised",
        "What is done, and how we know that it works",
        "What is late, and why",
        "What to drop or hand over",
        "Would it have helped",
    ]
    assert sum(p.minutes for p in told.agenda) == 30
    questions = [q for p in told.agenda for q in p.questions]
    assert "1 action without an owner: which team or role takes it on?" in questions
    assert "1 action closed without evidence: where can the result be seen?" in questions
    assert "1 action late: what stood in the way, and what would have to change?" in questions
    assert "1 action moved to a later day: is it too large, or waiting for something?" in questions


def test_the_agenda_leaves_out_what_nobody_has_to_talk_about():
    told = tell(item("1", due=LATER))
    assert [p.title for p in told.agenda] == ["What was promised", "What to drop or hand over", "Would it have helped"]
    assert tell().agenda == ()


def test_the_questions_name_nobody():
    told = tell(late("1", owner="Ada Lovelace"), item("2", owner="Ada Lovelace"))
    assert not any("Ada" in q for p in told.agenda for q in p.questions)


# --- restricted, owners


def test_of_a_restricted_postmortem_only_numbers_are_told():
    known = document("secret", title="Payroll leak", restricted=True)
    told = tell(late("1", document="secret", action="Rotate"), item("2", document="secret"), known=known)
    assert told.subject == "[Payments] Action-item review of a restricted postmortem (2 open)"
    assert told.preheader == "2 actions open, counted and not named."
    assert (told.restricted, told.sections, told.postmortems, told.quiet) == (2, (), (), False)
    assert told.agenda
    assert not any(word in repr(told) for word in ("Payroll", "secret", "Rotate"))


def test_an_owner_gets_only_their_items_of_the_postmortem():
    known = memory(item("1", owner="Search"), item("2", owner="Checkout"), documents=[OUTAGE])
    told = for_owner(known, "checkout", partial(review, document="outage", day=DAY, period=PERIOD))
    assert told is not None
    assert shown(told) == {"open": ["2"]}


# --- whatever the ledger holds


@st.composite
def _items(draw):
    return [
        item(
            f"i{n}",
            document=draw(st.sampled_from(["outage", "other"])),
            state=draw(st.sampled_from(State)),
            said=draw(st.sampled_from(State)),
            due=draw(st.none() | st.integers(-40, 60).map(lambda days: DAY + timedelta(days=days))),
            ticket=draw(st.sampled_from(["", None])),
            owner=draw(st.sampled_from([None, "Checkout", "Search"])),
            disposition=draw(st.sampled_from(Disposition)),
            ignored=draw(st.sampled_from([None, "not ours"])),
        )
        for n in range(draw(st.integers(0, 15)))
    ]


@settings(deadline=None)
@given(items=_items(), limit=st.integers(1, 20))
def test_each_item_stands_in_one_section_or_is_counted_as_more(items, limit):
    told = tell(*items, limit=limit)
    ids = [e.item for section in told.sections for e in section.entries]
    mine = [i.id for i in items if written(i) and i.document == "outage"]
    assert len(ids) == len(set(ids)) <= limit
    assert set(ids) <= set(mine)
    assert len(ids) + sum(s.more for s in told.sections) == len(mine) == told.numbers.open + told.numbers.closed
