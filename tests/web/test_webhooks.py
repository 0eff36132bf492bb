"""Webhooks: a signed one makes us look sooner, and nothing else is ever believed."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
from datetime import timedelta
from itertools import pairwise, permutations
from urllib.parse import urlencode

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syncd.errors import LedgerError
from syncd.web.hints import EVERY, Hints
from syncd.web.refusals import Refusals
from syncd.web.signature import signed
from syncd.web.webhooks import LARGEST
from tests.canary import canary
from tests.web.asgi import ADDRESS
from tests.web.world import WEB, World, team

SECRET, OLD, JIRA = canary("of GitHub"), canary("old one"), canary("of Jira")
BODY = b"Hello, World!"
SIGNATURE = f"sha256={hmac.new(SECRET.encode(), BODY, hashlib.sha256).hexdigest()}"
"""GitHub's documented example: https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries"""
SECRETS = 'github_secret = ["env:NEW", "env:OLD"]\njira_secret = "env:JIRA"\n'
TRACKERS = """
[teams.{name}.trackers.{kind}]
kind = "{kind}"
token = "env:TOKEN"
{more}
"""
ON_GITHUB = TRACKERS.format(name="{name}", kind="github", more='repository = "{where}"')
ON_JIRA = TRACKERS.format(name="{name}", kind="jira", more='url = "{url}"\nproject = "{project}"')


def on_github(name, where):
    return team(name) + ON_GITHUB.format(name=name, where=where)


def on_jira(name, project, url="https://example.atlassian.net"):
    return team(name) + ON_JIRA.format(name=name, project=project, url=url)


TEXT = (
    WEB
    + SECRETS
    + on_github("web", "acme/web")
    + on_github("shop", "acme/shop")
    + on_jira("ops", "OPS")
    + on_jira("pay", "PAY")
    + on_jira("old", "OPS", "https://jira.example.com/jira")
    + team("files")
)


@pytest.fixture
def world():
    return World(TEXT, environment={"NEW": SECRET, "OLD": OLD, "JIRA": JIRA})


def sign(body, secret=SECRET):
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def github(world, payload, *, delivery="d1", secret=SECRET, **headers):
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    told = {"x-hub-signature-256": sign(body, secret), "x-github-delivery": delivery, **headers}
    return world.client().post("/webhooks/github", content=body, headers=told)


def jira(world, payload, *, delivery="d1", secret=JIRA):
    body = json.dumps(payload).encode()
    told = {"x-hub-signature": sign(body, secret), "x-atlassian-webhook-identifier": delivery}
    return world.client().post("/webhooks/jira", content=body, headers=told)


def hinted(world):
    world.wait()
    return set().union(*world.hints)


# --- signatures


def test_the_documented_example_is_right():
    published = b"sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    assert signed(BODY, [published], ["It's a Secret to Everybody"])
    assert signed(BODY, [SIGNATURE.encode()], [SECRET])
    assert sign(BODY) == SIGNATURE


@pytest.mark.parametrize(
    "signatures",
    [
        [],
        [b""],
        [b"sha256="],
        [SIGNATURE.removeprefix("sha256=").encode()],
        [SIGNATURE.replace("sha256", "sha1").encode()],
        [SIGNATURE.replace("sha256", "SHA256").encode()],
        [SIGNATURE.encode()[:-1]],
        [SIGNATURE.encode() + b"0"],
        [SIGNATURE.encode() + b"\n"],
        [b" " + SIGNATURE.encode()],
        [SIGNATURE[:-1].encode() + (b"0" if SIGNATURE[-1] == "1" else b"1")],
        ["sha256=é".encode() + SIGNATURE.encode()[8:]],
        [b"sha256=" + "７".encode() * 64],
        [SIGNATURE.encode(), SIGNATURE.encode()],
        [b"sha256=" + b"0" * 64, SIGNATURE.encode()],
        [f"{SIGNATURE},{SIGNATURE}".encode()],
    ],
)
def test_any_other_signature_is_wrong(signatures):
    assert not signed(BODY, signatures, [SECRET])


@given(st.integers(0, len(BODY) * 8 - 1))
def test_a_single_bit_makes_a_body_another(bit):
    body = bytearray(BODY)
    body[bit // 8] ^= 1 << bit % 8
    assert not signed(bytes(body), [SIGNATURE.encode()], [SECRET])


@given(st.binary(max_size=90))
def test_no_bytes_at_all_are_taken_for_a_signature(said):
    assert not signed(BODY, [said], [SECRET])


def test_an_empty_secret_signs_nothing():
    assert not signed(BODY, [sign(BODY, "").encode()], ["", ""])


# --- the endpoint


def test_a_signed_webhook_is_taken(world):
    answer = github(world, {"repository": {"full_name": "acme/web"}})
    assert answer.status_code == 202
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert hinted(world) == {"web"}


@pytest.mark.parametrize("secret", [SECRET, OLD])
def test_each_secret_counts_while_they_rotate(world, secret):
    assert github(world, {}, secret=secret).status_code == 202


def test_a_rotated_secret_counts_at_once(world):
    del world.environment["OLD"]
    assert github(world, {}, secret=OLD).status_code == 401
    world.environment["NEW"] = canary("newest")
    assert github(world, {}, secret=canary("newest")).status_code == 202


def test_unsigned_and_forged_ones_do_nothing(world, caplog):
    for _ in range(20):
        assert world.client().post("/webhooks/github", content=b"{}").status_code == 401
        assert github(world, {}, secret=canary("guessed")).status_code == 401
        assert github(world, {}, **{"x-hub-signature-256": sign(b"{}", JIRA)}).status_code == 401
    assert hinted(world) == set()
    assert [record.levelname for record in caplog.records] == ["WARNING"], "told once, however often it comes"
    assert SECRET not in caplog.text


def test_the_signature_of_one_sender_is_none_of_the_other(world):
    body = b"{}"
    for header in ("x-hub-signature-256", "x-hub-signature"):
        answer = world.client().post("/webhooks/jira", content=body, headers={header: sign(body)})
        assert answer.status_code == 401


@pytest.mark.parametrize("environment", [{}, {"NEW": "", "OLD": " "}])
def test_secrets_that_cannot_be_had_let_nothing_in(world, environment, caplog):
    world.environment = environment
    asked = world.client()
    for secret in ("", " ", SECRET):
        answer = asked.post("/webhooks/github", content=BODY, headers={"x-hub-signature-256": sign(BODY, secret)})
        assert answer.status_code == 401
    assert "cannot be checked" in caplog.text
    assert hinted(world) == set()


def test_without_a_secret_there_is_no_such_address(world):
    world.configure(WEB + team("payments"))
    assert github(world, {}).status_code == jira(world, {}).status_code == 404


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
def test_webhooks_are_only_posted(world, method):
    answer = world.client().request(method, "/webhooks/github")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


def test_a_webhook_comes_under_whatever_name_and_without_the_token(world):
    world.configure(TEXT.replace("[web]\n", '[web]\ntoken = "env:READERS"\n'))
    assert github(world, {}, host="hooks.example.com").status_code == 202


@pytest.mark.parametrize("told", [{"content-length": "10000000"}, {}])
def test_a_body_that_is_too_large_is_refused_before_it_is_taken_in(world, told):
    taken = []

    async def body():
        for _ in range(100):
            taken.append(1)
            yield b"x" * 100_000

    async def post():
        async with httpx.AsyncClient(transport=httpx.ASGITransport(world.site())) as asked:
            return await asked.post(f"{ADDRESS}/webhooks/github", content=body(), headers=told)

    assert asyncio.run(post()).status_code == 413
    assert len(taken) <= LARGEST / 100_000 + 2


def test_a_body_may_just_have_the_largest_size(world):
    assert github(world, b"x" * LARGEST).status_code == 202
    assert github(world, b"x" * (LARGEST + 1)).status_code == 413


@pytest.mark.parametrize(
    "body",
    [b"", BODY, b"\xff\xfe", b"[]", b"null", b"7", b"{", b"[" * 100_000, b'{"repository": 7}', b'{"repository": {}}'],
)
def test_a_signed_body_that_says_nothing_concerns_every_team_of_its_kind(world, body):
    assert github(world, body).status_code == 202
    assert hinted(world) == {"web", "shop"}


KEYS = ["issue", "repository", "full_name", "key", "self", "fields", "project"]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda each: st.lists(each, max_size=3) | st.dictionaries(st.sampled_from(KEYS), each, max_size=4),
        max_leaves=12,
    )
)
def test_no_payload_breaks_anything(world, payload):
    name = json.dumps(payload)
    assert github(world, payload, delivery=name[:50]).status_code in (200, 202)
    assert jira(world, payload, delivery=name[:50]).status_code in (200, 202)


# --- repetitions


def test_a_repeated_delivery_does_nothing(world):
    payload = {"repository": {"full_name": "acme/web"}}
    assert github(world, payload).status_code == 202
    world.wait()
    for delivery in ("d1", "d2"):
        answer = github(world, payload, delivery=delivery)
        assert answer.status_code == 200, "the id is not signed, so the body counts as well"
    assert github(world, {**payload, "action": "x"}).status_code == 200, "the same id"
    world.wait()
    assert world.hints == [{"web"}]


def test_the_same_id_from_another_sender_is_another_delivery(world):
    assert github(world, {}).status_code == jira(world, {}).status_code == 202


def test_after_a_week_a_delivery_is_forgotten(world):
    github(world, {})
    world.clock.advance(timedelta(days=7))
    assert github(world, {}).status_code == 200
    world.clock.advance(timedelta(seconds=1))
    assert github(world, {}).status_code == 202


def test_a_delivery_without_an_id_is_known_by_its_body(world):
    for expected in (202, 200):
        answer = world.client().post("/webhooks/github", content=BODY, headers={"x-hub-signature-256": SIGNATURE})
        assert answer.status_code == expected


def test_a_ledger_out_of_reach_makes_us_look_once_more_than_needed(world, caplog):
    world.ledger.dispose()

    class Gone:
        def take_webhook(self, *args, **given):
            raise LedgerError("The ledger was locked for too long.")

    world.ledger = Gone()
    assert github(world, {"repository": {"full_name": "acme/web"}}).status_code == 202
    assert "locked for too long" in caplog.text
    assert hinted(world) == {"web"}


# --- whom it concerns


@pytest.mark.parametrize(
    ("name", "teams"),
    [("acme/web", {"web"}), ("ACME/Web", {"web"}), ("acme/shop", {"shop"}), ("acme/other", set()), ("evil/web", set())],
)
def test_github_names_the_repository(world, name, teams):
    github(world, {"action": "closed", "issue": {"number": 1}, "repository": {"full_name": name}})
    assert hinted(world) == teams


def test_github_may_send_a_form(world):
    body = urlencode({"payload": json.dumps({"repository": {"full_name": "acme/shop"}})}).encode()
    github(world, body, **{"content-type": "application/x-www-form-urlencoded"})
    assert hinted(world) == {"shop"}


SELF = "https://example.atlassian.net/rest/api/2/issue/10001"


@pytest.mark.parametrize(
    ("payload", "teams"),
    [
        ({"issue": {"key": "OPS-7", "self": SELF}}, {"ops"}),
        ({"issue": {"key": "OPS-7", "self": SELF, "fields": {"project": {"key": "PAY"}}}}, {"pay"}),
        ({"issue": {"key": "OPS-7", "self": "https://jira.example.com/jira/rest/api/2/issue/1"}}, {"old"}),
        ({"issue": {"key": "OPS-7", "self": "http://10.0.0.1/rest/api/2/issue/1"}}, {"ops", "old"}),
        ({"issue": {"key": "OPS-7"}}, {"ops", "old"}),
        ({"project": {"key": "PAY"}}, {"pay"}),
        ({"issue": {"key": "OTHER-7", "self": SELF}}, set()),
        ({"issue": {"key": "no key"}}, {"ops", "pay", "old"}),
        ({"webhookEvent": "sprint_started"}, {"ops", "pay", "old"}),
    ],
)
def test_jira_names_the_project_and_the_site(world, payload, teams):
    assert jira(world, payload).status_code == 202
    assert hinted(world) == teams


# --- reordered, lost, too many


def test_in_any_order_and_with_any_missing_the_same_teams_are_looked_at():
    payloads = [{"repository": {"full_name": "acme/web"}, "number": n} for n in range(3)]
    for some in [*permutations(payloads), payloads[:1], payloads[1:]]:
        world = World(TEXT, environment={"NEW": SECRET, "OLD": OLD})
        for payload in some:
            github(world, payload, delivery=str(payload["number"]))
        assert hinted(world) == {"web"}
        assert len(world.hints) == 1


def test_a_flood_is_a_few_hints_and_the_last_is_not_lost():
    told, waiting, now = [], [], [100.0]
    hints = Hints(
        lambda teams: told.append((now[0], set(teams))),
        lambda s, call: waiting.append((now[0] + s, call)),
        lambda: now[0],
    )
    for n in range(10_000):
        now[0] = 100 + n * 0.001
        while waiting and waiting[0][0] <= now[0]:
            waiting.pop(0)[1]()
        hints.note({f"team {n % 3}"} if n < 9_999 else {"last"})
    for _, call in waiting:
        call()
    assert len(told) <= 10 / EVERY + 2
    moments = [moment for moment, _ in told[:-1]]
    assert all(later - sooner >= EVERY for sooner, later in pairwise(moments))
    assert "last" in told[-1][1]


def test_a_hint_that_cannot_be_told_is_logged_and_the_next_one_is_told(caplog):
    told, waiting = [], []

    def hint(teams):
        if not told:
            told.append(None)
            raise LedgerError("The ledger was locked for too long.")
        told.append(set(teams))

    hints = Hints(hint, lambda seconds, call: waiting.append(call))
    for name in ("a", "b"):
        hints.note({name})
        waiting.pop()()
    assert told == [None, {"b"}]
    assert "a hint was lost" in caplog.text


def test_nobody_concerned_is_nobody_told():
    waiting = []
    Hints(lambda teams: None, lambda seconds, call: waiting.append(call)).note(set())
    assert waiting == []


def test_the_same_words_are_told_once_a_minute_with_their_number(world, caplog):
    refusals = Refusals(logging.getLogger("test"), world.clock)
    for _ in range(500):
        refusals.told("no")
    world.clock.advance(timedelta(minutes=1))
    refusals.told("no")
    assert [record.getMessage() for record in caplog.records] == ["no", "no (500 times since it was last told)"]
