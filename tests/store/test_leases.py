from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from ledger_values import AT, a_document, an_item

from syncd.errors import LeaseLost
from syncd.store.ledger import Ledger

MINUTE = timedelta(minutes=1)


@pytest.fixture
def team(ledger):
    ledger.enlist(["payments"])
    return "payments"


def claim(ledger, team, *, holder="here 1 syncd run", at=AT, due=False):
    return ledger.claim(team, holder=holder, at=at, until=at + MINUTE, due=due)


def test_a_team_has_one_holder_and_its_lease_says_who(ledger, team):
    lease = claim(ledger, team)
    assert (lease.team, lease.number, lease.holder) == (team, 1, "here 1 syncd run")
    assert (lease.claimed_at, lease.expires_at) == (AT, AT + MINUTE)
    assert claim(ledger, team, holder="there 2 syncd run") is None
    assert ledger.held() == [lease]


def test_a_team_nobody_enlisted_cannot_be_claimed(ledger):
    assert claim(ledger, "unknown") is None


def test_what_was_given_back_can_be_claimed_with_a_higher_number(ledger, team):
    ledger.release(claim(ledger, team))
    assert ledger.held() == []
    assert claim(ledger, team).number == 2


def test_a_lease_ends_by_itself_unless_it_is_renewed(ledger, team):
    lease = claim(ledger, team)
    assert ledger.renew(lease, AT + 2 * MINUTE)
    assert claim(ledger, team, at=AT + MINUTE) is None
    assert claim(ledger, team, at=AT + 2 * MINUTE).number == 2
    assert not ledger.renew(lease, AT + 9 * MINUTE)


def test_who_lost_a_lease_gives_back_nothing(ledger, team):
    lost = claim(ledger, team)
    taken = claim(ledger, team, at=AT + MINUTE)
    ledger.release(lost)
    assert ledger.held() == [taken]


def test_who_lost_a_lease_writes_nothing_more_and_may_read(ledger, team):
    late = ledger.under([claim(ledger, team)])
    late.remember(a_document(), [], at=AT)
    claim(ledger, team, at=AT + MINUTE)

    with pytest.raises(LeaseLost, match="took over payments"):
        late.remember(a_document(), [an_item()], at=AT)
    with pytest.raises(LeaseLost):
        late.put_meta("a", "b")
    assert (late.items(), late.meta("a")) == ([], None)


def test_who_works_for_several_teams_writes_while_all_are_theirs(ledger):
    ledger.enlist(["a", "b"])
    both = ledger.under([claim(ledger, "a"), claim(ledger, "b")])
    both.put_meta("x", "1")
    claim(ledger, "b", at=AT + MINUTE)
    with pytest.raises(LeaseLost, match="took over b,"):
        both.put_meta("x", "2")


def test_new_teams_are_due_at_once_and_then_when_it_was_said(ledger, team):
    assert ledger.due(AT) == [team]
    lease = claim(ledger, team, due=True)
    assert ledger.due(AT) == []
    ledger.release(lease, due_at=AT + 15 * MINUTE)
    assert ledger.due(AT + 14 * MINUTE) == []
    assert claim(ledger, team, at=AT + 14 * MINUTE, due=True) is None
    assert ledger.due(AT + 15 * MINUTE) == [team]


def test_a_hint_makes_a_team_due_now(ledger, team):
    ledger.release(claim(ledger, team, due=True), due_at=AT + 15 * MINUTE)
    ledger.hint([team, "unknown"], AT + MINUTE)
    assert ledger.due(AT + MINUTE) == [team]
    ledger.hint([team], AT + 2 * MINUTE)
    assert ledger.due(AT + MINUTE) == [team]


def test_a_hint_while_somebody_is_looking_is_not_lost(ledger, team):
    lease = claim(ledger, team, due=True)
    ledger.hint([team], AT)
    ledger.release(lease, due_at=AT + 15 * MINUTE)
    assert ledger.due(AT) == [team]


def test_a_command_by_hand_does_not_change_when_a_team_is_due(ledger, team):
    ledger.release(claim(ledger, team, due=True), due_at=AT + 15 * MINUTE)
    ledger.release(claim(ledger, team))
    assert ledger.due(AT) == []
    assert ledger.due(AT + 15 * MINUTE) == [team]


def test_a_team_whose_holder_died_is_due_when_the_lease_ends(ledger, team):
    claim(ledger, team, due=True)
    assert ledger.due(AT) == []
    assert ledger.due(AT + MINUTE) == [team]


def test_the_longest_waiting_comes_first(ledger):
    ledger.enlist(["a", "b", "c"])
    for name, minutes in (("a", 3), ("b", 1)):
        ledger.release(claim(ledger, name, due=True), due_at=AT + minutes * MINUTE)
    assert ledger.due(AT + 5 * MINUTE) == ["c", "b", "a"]


def test_of_many_claims_at_once_one_succeeds(any_url):
    with Ledger.open(any_url) as ledger, ThreadPoolExecutor(8) as threads:
        ledger.enlist(["payments"])
        for round_ in range(1, 6):
            claims = list(threads.map(lambda n: claim(ledger, "payments", holder=str(n), due=True), range(16)))
            (won,) = [each for each in claims if each]
            assert won.number == round_
            ledger.release(won, due_at=AT)
