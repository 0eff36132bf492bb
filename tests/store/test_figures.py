from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from ledger_values import AT, a_document, a_link, an_item, remember

from syncd.core.model import Disposition, EffectKind, EffectState, Presence, State, ThreeWay

TODAY = date(2026, 3, 10)


def counted(ledger, **today):
    return ledger.figures(today, otherwise=TODAY)


def of_ticket(item_id, *, state="open", due=None, **changes):
    fields = {"state": ThreeWay("open", state, "open"), "due": ThreeWay(None, due, None)}
    return an_item(item_id, link=a_link(item_id, ticket_id=item_id, fields=fields, **changes))


def test_an_empty_ledger_has_no_numbers(ledger):
    found = counted(ledger)
    assert (found.items, found.overdue, found.stuck, found.documents, found.effects) == ({}, {}, {}, {}, {})
    assert (found.unknown, found.deliveries, found.passes) == (0, {}, {})


def test_the_ticket_s_state_and_date_go_before_the_row_s(ledger):
    rows = (
        an_item("00000001", disposition=Disposition.PENDING),
        of_ticket("00000002", state="done"),
        of_ticket("00000003", due="2026-04-01"),
        of_ticket("00000004", due="2026-03-09"),
        an_item("00000005", disposition=Disposition.PENDING, state=None, due_date=None),
        an_item("00000006", disposition=Disposition.IGNORED),
        an_item("00000007", disposition=Disposition.DETACHED),
    )
    remember(ledger, *rows)
    found = counted(ledger)
    assert found.items == {("payments", State.OPEN): 4, ("payments", State.DONE): 1}
    assert found.overdue == {"payments": 2}


def test_the_day_is_that_of_the_team(ledger):
    remember(ledger, an_item("00000001", disposition=Disposition.PENDING))
    assert counted(ledger, payments=date(2026, 3, 9)).overdue == {}
    assert counted(ledger, payments=date(2026, 3, 10), other=date(2026, 3, 9)).overdue == {"payments": 1}


def test_blocked_items_and_lost_tickets_wait_for_a_person(ledger):
    rows = (
        an_item("00000001", disposition=Disposition.BLOCKED),
        of_ticket("00000002", presence=Presence.DELETED),
        of_ticket("00000003", presence=Presence.DELETED, state="done"),
        of_ticket("00000004"),
    )
    remember(ledger, *rows)
    assert counted(ledger).stuck == {"payments": 2}


def test_documents_are_counted_by_whether_they_are_finished_and_there(ledger):
    remember(ledger, an_item(disposition=Disposition.PENDING), finished=True)
    ledger.remember(a_document("b.md"), [], at=AT)
    ledger.remember(a_document("c.md", finished=True), [replace(an_item("00000002"), document="c.md")], at=AT)
    ledger.mark_gone(["c.md"], AT)
    found = counted(ledger)
    assert found.documents == {("payments", "finished"): 1, ("payments", "unfinished"): 1, ("payments", "gone"): 1}
    assert sum(found.items.values()) == 1


def test_effects_are_counted_when_they_came_to_an_end_or_when_nobody_knows(ledger):
    remember(ledger, an_item(disposition=Disposition.PENDING))
    create = ledger.prepare(
        EffectKind.CREATE, document="a.md", item_id="00000001", tracker="t", marker="m", payload={}, at=AT
    )
    assert (counted(ledger).effects, counted(ledger).unknown) == ({}, 0)
    ledger.sent(create.id, AT)
    assert counted(ledger).unknown == 1
    ledger.close(create.id, EffectState.UNKNOWN, reason="", at=AT)
    assert counted(ledger).effects == {(EffectKind.CREATE, EffectState.UNKNOWN): 1}
    ledger.close(create.id, EffectState.DONE, reason="", at=AT)
    assert (counted(ledger).effects, counted(ledger).unknown) == ({(EffectKind.CREATE, EffectState.DONE): 1}, 0)


def test_the_last_passes_are_told_by_team(ledger):
    ends = [("payments", "ok"), (None, "brake"), ("payments", "failed"), ("search", None)]
    for minute, (team, outcome) in enumerate(ends):
        at = AT + timedelta(minutes=minute)
        pass_id = ledger.begin_pass(at, team)
        if outcome:
            ledger.end_pass(pass_id, at, outcome=outcome, counts={})
    assert {team: record.outcome for team, record in ledger.last_passes().items()} == {
        "payments": "failed",
        None: "brake",
        "search": None,
    }
    assert ledger.last_ends() == {"payments": AT + timedelta(minutes=2), None: AT + timedelta(minutes=1)}
    assert ledger.last_ends("ok") == {"payments": AT}
    assert counted(ledger).passes == {"ok": 1, "brake": 1, "failed": 1}
    assert ledger.undelivered(since=datetime(2026, 1, 1, tzinfo=UTC)) == {}
