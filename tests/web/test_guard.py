"""Who is let in, and what every answer carries."""

from __future__ import annotations

from base64 import b64encode

import pytest

from tests.canary import canary
from tests.web.world import World, row, team

PAGES = ["/", "/status.json", "/status.csv", "/metrics", "/healthz", "/readyz", "/site.css", "/icon.svg", "/nowhere"]
TOKEN = canary("a-long-token-é")
OPEN = '[web]\nlisten = "0.0.0.0:8080"\ntoken = "env:TOKEN"\n' + team("payments")


@pytest.fixture
def guarded():
    """A site that others can reach."""
    return World(OPEN, environment={"TOKEN": TOKEN})


def basic(user, password):
    return {"authorization": f"Basic {b64encode(f'{user}:{password}'.encode()).decode()}"}


# --- methods


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "CONNECT"])
def test_nothing_but_reading_is_allowed(world, method, path):
    answer = world.client().request(method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("path", [p for p in PAGES if p != "/nowhere"])
def test_a_head_is_a_get_without_its_body(world, path):
    asked = world.client()
    get, head = asked.get(path), asked.head(path)
    assert (head.status_code, head.content, head.headers["content-type"]) == (
        get.status_code,
        b"",
        get.headers["content-type"],
    )


# --- headers


@pytest.mark.parametrize("path", [*PAGES, "/?state=x", "/items/00000001"])
def test_every_answer_forbids_scripts_frames_and_caches(world, path):
    told = world.client().get(path).headers
    policy = dict(part.strip().split(" ", 1) for part in told["content-security-policy"].split(";"))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["style-src"] == "'self'"
    assert "script-src" not in policy
    assert "unsafe" not in told["content-security-policy"]
    assert told["x-content-type-options"] == "nosniff"
    assert told["referrer-policy"] == "no-referrer"
    assert told["cache-control"] == "no-store"
    assert "set-cookie" not in told


def test_a_refusal_and_a_bug_carry_them_too(world):
    assert world.client().get("/", headers={"host": "evil.example"}).headers["x-frame-options"] == "DENY"
    world.pulse = None
    answer = world.client().get("/")
    assert (answer.status_code, answer.headers["x-content-type-options"]) == (500, "nosniff")
    assert "Traceback" not in answer.text


# --- the name under which we are called


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost", "LOCALHOST:8080", "[::1]:8080", "localhost.:80"])
def test_the_loopback_is_called_by_its_names(world, host):
    assert world.client().get("/", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8080", "127.0.0.1.nip.io", "192.168.0.7:8080"])
def test_a_name_that_somebody_pointed_at_us_is_turned_away(world, host):
    answer = world.client().get("/", headers={"host": host})
    assert answer.status_code == 421
    assert "hosts = " in answer.text
    assert host not in answer.text


@pytest.mark.parametrize("host", ["", "a b", "user@localhost", "localhost/", "[::1", "localhost:x", "é"])
def test_what_is_no_name_is_a_bad_request(world, host):
    assert world.client().get("/", headers={"host": host.encode("latin-1")}).status_code == 400


def test_two_names_at_once_are_a_bad_request(world):
    twice = [("host", "localhost"), ("host", "evil.example")]
    assert world.client().get("/", headers=twice).status_code == 400


def test_more_names_may_be_configured(world):
    world.configure(world.text.replace("[web]\n", '[web]\nhosts = ["Syncd.example.com"]\n'))
    assert world.client().get("/", headers={"host": "syncd.example.com"}).status_code == 200
    assert world.client().get("/", headers={"host": "other.example.com"}).status_code == 421


def test_who_listens_everywhere_is_called_by_any_number_but_not_by_any_name(guarded):
    bearer = {"authorization": f"Bearer {TOKEN}".encode()}
    assert guarded.client().get("/", headers={"host": "10.1.2.3:8080", **bearer}).status_code == 200
    assert guarded.client().get("/", headers={"host": "evil.example", **bearer}).status_code == 421


# --- the token


@pytest.mark.parametrize("path", [p for p in PAGES if p not in ("/healthz", "/readyz")])
def test_without_the_token_nobody_reads(guarded, path):
    answer = guarded.client().get(path)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Basic ")
    assert "payments" not in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": f"Bearer {TOKEN}".encode()},
        {"authorization": f"bearer {TOKEN}".encode()},
        basic("syncd", TOKEN),
        basic("", TOKEN),
    ],
)
def test_the_token_lets_in_as_a_bearer_and_as_a_password(guarded, headers):
    assert guarded.client().get("/", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "said",
    [
        b"Bearer",
        b"Bearer ",
        b"Bearer wrong",
        TOKEN.encode(),
        b"Basic",
        b"Basic !!!",
        b"Basic " + b64encode(TOKEN.encode()),
        basic(TOKEN, "")["authorization"].encode(),
        b"Digest " + TOKEN.encode(),
        b"Bearer \xff\xfe",
        f"Bearer {TOKEN} {TOKEN}".encode(),
    ],
)
def test_anything_else_does_not(guarded, said):
    assert guarded.client().get("/", headers={"authorization": said}).status_code == 401


def test_two_tokens_at_once_are_none(guarded):
    twice = [(b"authorization", f"Bearer {TOKEN}".encode()), (b"authorization", b"Bearer x")]
    assert guarded.client().get("/", headers=twice).status_code == 401


def test_a_token_in_the_address_is_none(guarded):
    assert guarded.client().get("/", params={"token": TOKEN}).status_code == 401


def test_a_token_may_change_while_it_runs(guarded):
    asked = guarded.client(headers={"authorization": f"Bearer {canary('new')}"})
    assert asked.get("/").status_code == 401
    guarded.environment["TOKEN"] = canary("new")
    assert asked.get("/").status_code == 200


@pytest.mark.parametrize("environment", [{}, {"TOKEN": ""}, {"TOKEN": "  "}])
def test_a_token_that_cannot_be_had_lets_nobody_in(guarded, environment):
    guarded.environment.clear()
    guarded.environment.update(environment)
    for headers in ({}, {"authorization": "Bearer "}, basic("syncd", "")):
        assert guarded.client().get("/", headers=headers).status_code == 503


def test_probes_need_no_token_and_name_nobody(guarded):
    guarded.postmortem("checkout", row(1, "Add an alert", late=3))
    guarded.passed(of="payments")
    for path in ("/healthz", "/readyz"):
        answer = guarded.client().get(path)
        assert answer.status_code == 200
        assert not {"payments", "Checkout", "alert"} & set(answer.text.split())


def test_a_site_that_others_reach_stays_closed_when_its_token_is_taken_away(guarded):
    asked = guarded.client()
    guarded.configure('[web]\nlisten = "127.0.0.1:8080"\n' + team("payments"))
    assert asked.get("/").status_code == 503


def test_a_site_whose_table_is_taken_away_is_closed(world):
    asked = world.client()
    world.configure(team("payments"))
    assert asked.get("/").status_code == 503


def test_the_address_that_digests_link_to_is_a_name_of_the_site(world):
    world.configure(world.text.replace("[web]\n", '[web]\nurl = "https://Syncd.example.com/team/"\n'))
    assert world.client().get("/", headers={"host": "syncd.example.com"}).status_code == 200
