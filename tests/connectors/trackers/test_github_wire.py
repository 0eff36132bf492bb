"""Whatever happens on the wire: one request that makes an issue per attempt, and no issue is lost or made twice."""

from __future__ import annotations

import pytest

from syncd.core.model import State
from syncd.errors import NotSent, OutcomeUnknown
from tests.connectors.trackers.github_world import GitHubWorld
from tests.contracts.tracker import MARKER, OTHER, desired
from tests.emulators.proxy import FaultProxy, garbage, html_200, lost_reply, reset, status, truncate

ISSUES = "/repos/acme/web/issues"
FAULTS = {
    "a reset before": (reset, False),
    "a lost reply": (lost_reply, True),
    "half a reply": (truncate, True),
    "no HTTP": (garbage, False),
    "a login page": (html_200, False),
    "502 before the work": (status(502), False),
    "502 after the work": (status(502, after=True), True),
    "503 that names a time": (status(503, headers={"retry-after": "5"}, after=True), True),
    "504 after the work": (status(504, after=True), True),
    "408": (status(408), False),
}


@pytest.fixture
def world():
    world = GitHubWorld()
    yield world
    world.close()


@pytest.fixture
def proxy(world):
    with FaultProxy(world.server.url) as proxy:
        world.tracker = world.new_tracker(api_url=proxy.url)
        world.tracker.create(desired(), OTHER)
        yield proxy


@pytest.mark.parametrize("fault", FAULTS)
def test_an_attempt_is_one_request_and_its_issue_is_found(world, proxy, fault):
    break_it, made = FAULTS[fault]
    proxy.on("POST", ISSUES, break_it)
    before = proxy.count("POST", ISSUES)
    with pytest.raises(OutcomeUnknown):
        world.tracker.create(desired(), MARKER)
    assert proxy.count("POST", ISSUES) - before == 1
    found = world.tracker.find(MARKER)
    assert (found is not None) is made
    assert world.count(MARKER) == made


@pytest.mark.parametrize("code", [429, 403])
def test_a_limit_says_that_nothing_was_made(world, proxy, code):
    proxy.on("POST", ISSUES, status(code, headers={"retry-after": "Sun, 01 Mar 2026 13:00:00 GMT"}))
    with pytest.raises(NotSent) as put_off:
        world.tracker.create(desired(), MARKER)
    assert put_off.value.not_before is not None
    assert f"{put_off.value.not_before:%H:%M}" == "13:00"
    assert world.count(MARKER) == 0


@pytest.mark.parametrize("fault", FAULTS)
def test_a_look_that_breaks_is_never_an_absence(world, proxy, fault):
    key = "acme/web#1"
    ticket = world.tracker.look_up([key])[key]
    for call in (
        lambda: world.tracker.find(OTHER),
        lambda: world.tracker.look_up([key]),
        lambda: world.tracker.listing({ticket.id: ticket.revision}),
        lambda: world.tracker.update(ticket.id, state=State.DONE),
        lambda: world.tracker.adopt(ticket.id, OTHER),
    ):
        proxy.on("GET", ".*", FAULTS[fault][0])
        with pytest.raises(NotSent):
            call()
        proxy.clear()
        world.pass_time(60)
    assert proxy.count("PATCH", ".*") == 0


@pytest.mark.parametrize("fault", FAULTS)
def test_a_change_that_breaks_may_be_said_again(world, proxy, fault):
    [ticket] = world.tracker.look_up(["acme/web#1"]).values()
    proxy.on("PATCH", ".*", FAULTS[fault][0])
    with pytest.raises(OutcomeUnknown):
        world.tracker.update(ticket.id, title="Other words", state=State.DONE)
    after = world.tracker.update(ticket.id, title="Other words", state=State.DONE)
    assert (after.title, after.state) == ("Other words", State.DONE)
    assert proxy.count("PATCH", ".*") == (1 if FAULTS[fault][1] else 2)
