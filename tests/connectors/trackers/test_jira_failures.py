"""What is said, and what is not done again, when Jira or the network fails."""

from __future__ import annotations

from datetime import timedelta
from email.utils import format_datetime

import pytest

from syncd.core.model import State
from syncd.errors import AuthenticationFailed, NotSent, OutcomeUnknown, Refused, TrackerError
from tests.connectors.trackers.jira_world import JiraWorld
from tests.contracts.tracker import MARKER, OTHER, create, desired
from tests.emulators.proxy import FaultProxy, garbage, html_200, lost_reply, reset, status, truncate

ISSUE = r"/rest/api/2/issue"
SEARCH = r"/rest/api/2/search(/jql)?"
EVERYTHING = r".*"


@pytest.fixture(params=["cloud", "datacenter"])
def world(request):
    world = JiraWorld(request.param)
    yield world
    world.close()


@pytest.fixture
def proxy(world):
    with FaultProxy(world.server.url) as proxy:
        world.tracker = world.new_tracker(url=proxy.url)
        world.tracker.create(desired(), OTHER)  # everything is known that is asked only once
        yield proxy


UNKNOWN = {
    "a lost reply": (lost_reply, 1),
    "a reset": (reset, 0),
    "half a reply": (truncate, 1),
    "no HTTP": (garbage, 0),
    "a bad gateway after the work": (status(502, after=True), 1),
    "a bad gateway before it": (status(502), 0),
    "too busy, with a time": (status(503, headers={"Retry-After": "30"}), 0),
    "a gateway's timeout": (status(504, after=True), 1),
    "a timeout of the request": (status(408), 0),
    "a page to log in": (html_200, 0),
    "an empty reply": (status(201, after=True), 1),
    "a reply that is no object": (status(201, body=b"[1]", after=True), 1),
    "a reply without an id": (status(201, body=b'{"key": "OPS-9"}', after=True), 1),
}


@pytest.mark.parametrize(("fault", "made"), UNKNOWN.values(), ids=UNKNOWN)
def test_a_create_whose_reply_says_nothing_is_unknown_and_sent_once(world, proxy, fault, made):
    before = proxy.count("POST", ISSUE)
    proxy.on("POST", ISSUE, fault)
    with pytest.raises(OutcomeUnknown):
        world.tracker.create(desired(), MARKER)
    assert proxy.count("POST", ISSUE) == before + 1
    assert world.count(MARKER) == made
    found = world.tracker.find(MARKER)
    assert (found is not None) == bool(made)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (status(400, body=b'{"errorMessages": ["No."], "errors": {}}'), Refused),
        (status(403, body=b'{"errorMessages": ["No."]}'), Refused),
        (status(404), Refused),
        (status(413), Refused),
        (status(401), AuthenticationFailed),
        (status(403, headers={"X-Authentication-Denied-Reason": "CAPTCHA_CHALLENGE"}), AuthenticationFailed),
        (status(429), NotSent),
        (status(429, headers={"Retry-After": "30"}), NotSent),
    ],
)
def test_a_create_that_was_certainly_not_done_says_so(world, proxy, fault, kind):
    proxy.on("POST", ISSUE, fault)
    with pytest.raises(TrackerError) as failure:
        world.tracker.create(desired(), MARKER)
    assert isinstance(failure.value, kind)
    assert world.count(MARKER) == 0


def test_a_jira_that_is_not_there_was_not_sent_anything(world):
    tracker = world.new_tracker(url="http://127.0.0.1:9")
    for call in (
        lambda: tracker.create(desired(), MARKER),
        lambda: tracker.find(MARKER),
        lambda: tracker.look_up(["OPS-1"]),
        lambda: tracker.update("10100", title="x"),
    ):
        with pytest.raises(NotSent, match="refuses connections"):
            call()


@pytest.mark.parametrize("fault", [lost_reply, status(500), status(429), html_200, status(404)])
def test_what_fails_after_the_create_is_told_and_the_ticket_is_there(world, proxy, fault):
    proxy.on("GET", rf"{ISSUE}/\d+", fault)
    ticket = world.tracker.create(desired(), MARKER)
    assert (ticket.marker, ticket.title, ticket.state, ticket.revision) == (MARKER, "Add an alert", State.OPEN, "")
    assert "was made, but could not be finished" in ticket.notes[-1]
    assert world.count(MARKER) == 1


FAILING_READS = {
    "lost": lost_reply,
    "reset": reset,
    "half": truncate,
    "500": status(500),
    "503": status(503, headers={"Retry-After": "9"}),
    "a page to log in": html_200,
    "400": status(400, body=b'{"errorMessages": ["The value does not exist."]}'),
    "403": status(403),
    "404": status(404),
    "410": status(410),
    "an odd list": status(200, body=b"[]"),
    "null": status(200, body=b"null"),
    "no issues": status(200, body=b'{"isLast": true}'),
    "an issue without an id": status(200, body=b'{"issues": [{"key": "OPS-1"}], "total": 1}'),
}


@pytest.mark.parametrize("fault", FAILING_READS.values(), ids=FAILING_READS)
def test_a_search_that_fails_never_means_absent(world, proxy, fault):
    known = {ticket.id: ticket.revision for ticket in world.tracker.listing({}).tickets}
    assert known
    for _ in range(2):
        proxy.on("POST", SEARCH, fault)
        with pytest.raises(NotSent):
            world.tracker.find(OTHER)
        proxy.clear()
        proxy.on("POST", SEARCH, fault)
        listing = world.tracker.listing(known)
        assert not listing.complete
        assert listing.problem
        assert listing.tickets == ()
        proxy.clear()
        world.sweep()
    assert world.tracker.listing(known).complete


@pytest.mark.parametrize("fault", [lost_reply, status(500), html_200, status(401), status(429)])
def test_a_look_by_id_that_fails_never_means_gone(world, proxy, fault):
    ticket = world.tracker.find(OTHER)
    world.person_deletes(create(world).key)
    proxy.on("POST", rf"{ISSUE}/bulkfetch|{SEARCH}", fault, nth=2, times=9)
    proxy.on("GET", rf"{ISSUE}/.*", fault, times=9)
    try:
        listing = world.tracker.listing({ticket.id: ticket.revision, "10999": "x"})
        assert not listing.complete
    except AuthenticationFailed:
        assert fault is not lost_reply
    with pytest.raises(TrackerError):
        world.tracker.look_up([ticket.key])


def test_pages_that_repeat_are_no_complete_search(world, proxy):
    for number in range(130):
        world.jira.person_creates("x", project="OPS", labels=["syncd", f"syncd-{number:012x}"])
    if world.jira.site.cloud:
        body = b'{"issues": [], "nextPageToken": "again"}'
        proxy.on("POST", SEARCH, status(200, body=body), times=9)
    else:
        proxy.on("POST", SEARCH, status(200, body=b'{"issues": [], "total": 130, "startAt": 0}'), times=9)
    listing = world.tracker.listing({})
    assert not listing.complete
    with pytest.raises(NotSent):
        world.tracker.find(MARKER)


def test_a_revoked_token_is_an_authentication_failure_everywhere(world):
    ticket = create(world)
    world.jira.revoke_token()
    tracker = world.tracker
    for call in (
        lambda: tracker.listing({ticket.id: ticket.revision}),
        lambda: tracker.find(MARKER),
        lambda: tracker.look_up([ticket.key]),
        lambda: tracker.update(ticket.id, title="x"),
        lambda: tracker.adopt(ticket.id, MARKER),
        lambda: tracker.create(desired(), OTHER),
        lambda: tracker.alike("x", "y"),
    ):
        with pytest.raises(AuthenticationFailed):
            call()


@pytest.mark.parametrize(
    "headers", [{"X-AUSERNAME": "anonymous"}, {"X-Seraph-LoginReason": "AUTHENTICATED_FAILED"}], ids=str
)
def test_an_answer_for_strangers_is_no_empty_tracker(world, proxy, headers):
    empty = b'{"issues": [], "total": 0, "isLast": true}'
    proxy.on("POST", SEARCH, status(200, headers=headers, body=empty), times=9)
    with pytest.raises(AuthenticationFailed):
        world.tracker.find(MARKER)
    with pytest.raises(AuthenticationFailed):
        world.tracker.listing({})


def test_a_ticket_that_was_made_as_by_a_stranger_was_made(world, proxy):
    body = b'{"id": "10100", "key": "OPS-1"}'
    proxy.on("POST", ISSUE, status(201, headers={"X-AUSERNAME": "anonymous"}, body=body))
    assert world.tracker.create(desired(), MARKER).id == "10100"


# --- pace


def test_writes_keep_their_distance_and_reads_do_not_wait(world):
    ticket = create(world)
    world.slept.clear()
    world.tracker.update(ticket.id, title="One")
    world.tracker.update(ticket.id, title="Two")
    assert world.slept
    assert all(0 < seconds <= 0.2 for seconds in world.slept)
    world.slept.clear()
    for _ in range(5):
        world.tracker.look_up([ticket.key])
    assert world.slept == []


@pytest.mark.parametrize("reason", ["jira-quota-global-based", "jira-quota-tenant-based", ""])
def test_a_used_up_quota_stops_everything_until_its_time(world, reason):
    ticket = create(world)
    world.jira.limit(after=1847, reason=reason)
    with pytest.raises(NotSent) as failure:
        world.tracker.find(MARKER)
    assert failure.value.not_before == world.now + timedelta(seconds=1847)
    asked = len(world.server.log)
    for tracker in (world.tracker, world.new_tracker()):
        with pytest.raises(NotSent) as later:
            tracker.look_up([ticket.key])
        assert later.value.not_before == failure.value.not_before
        with pytest.raises(NotSent):
            tracker.create(desired(), OTHER)
    assert len(world.server.log) == asked
    world.pass_time(1848)
    assert world.tracker.find(MARKER).id == ticket.id


@pytest.mark.parametrize("reason", ["jira-burst-based", "jira-per-issue-on-write"])
def test_a_limit_of_one_call_or_one_ticket_stops_only_that(world, reason):
    ticket = create(world)
    world.jira.limit(times=1, after=60, reason=reason)
    with pytest.raises(NotSent) as failure:
        world.tracker.update(ticket.id, title="Other")
    assert failure.value.not_before == world.now + timedelta(seconds=60)
    assert world.tracker.update(ticket.id, title="Other").title == "Other"


def test_a_time_to_wait_may_be_a_date(world):
    create(world)
    until = (world.now + timedelta(minutes=7)).replace(microsecond=0)
    world.jira.limit(after=until, reason="jira-quota-tenant-based")
    with pytest.raises(NotSent) as failure:
        world.tracker.find(MARKER)
    assert format_datetime(failure.value.not_before) == format_datetime(until)


@pytest.mark.parametrize("fault", [status(500), reset, lost_reply, status(401), html_200])
def test_no_secret_is_in_any_message(world, proxy, fault):
    proxy.on("POST", ISSUE, fault)
    with pytest.raises(TrackerError) as failure:
        world.tracker.create(desired(), MARKER)
    for secret in (world.jira.token, "Basic ", "Bearer ", world.jira.login):
        assert secret not in str(failure.value)


def test_the_deployment_is_asked_once_and_remembered(world):
    create(world)
    world.new_tracker().find(MARKER)
    assert world.server.count("GET", r"/rest/api/2/serverInfo") == 1


def test_a_configured_deployment_is_not_asked(world):
    world.new_tracker(deployment="cloud" if world.jira.site.cloud else "datacenter").find(MARKER)
    assert world.server.count("GET", r"/rest/api/2/serverInfo") == 0


def test_making_a_tracker_touches_no_network(world):
    tracker = world.new_tracker()
    assert tracker.location == f"jira:{world.server.url}#OPS"
    assert tracker.features.links
    assert tracker.projects == {"OPS"}
    assert world.server.log == []
