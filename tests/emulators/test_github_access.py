"""The GitHub emulator through PyGithub: search, who may ask, and how often."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from github import RateLimitExceededException

from tests.emulators.github import BOT
from tests.emulators.github_site import MINUTE, START, connect, numbers, refusal, serve
from tests.emulators.http import Request
from tests.emulators.proxy import FaultProxy


@pytest.fixture(params=["github.com", "enterprise"])
def site(request):
    yield from serve(request.param)


@pytest.fixture
def dotcom():
    yield from serve("github.com")


# --- search ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ('in:title "raise the pool"', [1]),
        ('in:title "the raise"', []),
        ('in:title "pool limit"', [1]),
        ('in:body "syncd abc"', [2]),
        ("abc", [2]),
        ("label:syncd", [3, 1]),
        ("-label:syncd", [2]),
        ("state:closed", [3]),
        ("is:open author:ada", [2, 1]),
        ("pool -limit", []),
    ],
)
def test_search_finds_words_and_phrases_by_place_label_and_state(dotcom, query, found):
    emulator = dotcom.emulator
    emulator.person_creates("Raise the pool: limit", labels=["syncd"])
    emulator.person_creates("Other", body="<!-- syncd:abc -->")
    emulator.person_creates("Third", labels=["syncd"])
    emulator.person_closes(3)
    emulator.person_opens_pull("Raise the pool")
    results = dotcom.api.search_issues(f"repo:acme/web is:issue {query}")
    assert (numbers(results), results.totalCount) == (found, len(found))


@pytest.mark.parametrize(
    "query",
    [
        "repo:acme/web pool",
        "is:issue repo:acme/absent",
        "is:issue colour:red",
        f"is:issue {'x' * 257}",
        "is:issue x&page=11&per_page=100",
        " ",
    ],
)
def test_a_search_that_github_does_not_take_is_refused(dotcom, query):
    assert dotcom.raw("GET", f"/search/issues?q={query.replace(' ', '+')}")[0] == 422


def test_only_an_enterprise_server_searches_without_a_kind():
    for site in serve("enterprise"):
        site.emulator.person_creates("pool")
        assert numbers(site.api.search_issues("repo:acme/web pool")) == [1]


# --- who asks, and how often ----------------------------------------------------------------------------------------


def test_a_token_is_known_or_bad_and_a_revoked_or_expired_one_is_bad_too(dotcom):
    emulator = dotcom.emulator
    assert dotcom.api.get_user().login == BOT
    assert dotcom.api.oauth_scopes == ["repo"]
    assert refusal(lambda: dotcom.another("wrong").get_user().login) == (401, "Bad credentials")
    emulator.expire(emulator.token, 2 * MINUTE)
    _, headers, _ = dotcom.raw("GET", "/user")
    assert headers["github-authentication-token-expiration"] == "2026-01-05 09:02:00 UTC"
    dotcom.clock.pass_(2 * MINUTE)
    assert refusal(lambda: dotcom.repository.create_issue("x")) == (401, "Bad credentials")
    emulator.expire(emulator.token, MINUTE)
    assert dotcom.raw("GET", "/user")[0] == 200
    emulator.revoke(emulator.token)
    assert dotcom.raw("GET", "/user")[0] == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"authorization": "Bearer {token}"}, 200),
        ({"authorization": "token {token}"}, 200),
        ({"authorization": "Basic {token}"}, 401),
        ({"authorization": "{token}"}, 401),
        ({}, 401),
        ({"authorization": "token {token}", "user-agent": ""}, 403),
    ],
)
def test_a_request_says_who_sends_it(dotcom, headers, status):
    sent = {name: value.format(token=dotcom.emulator.token) for name, value in headers.items()}
    request = Request("GET", "/user", {}, {"host": "127.0.0.1", "user-agent": "test", **sent})
    assert dotcom.emulator(request).status == status


@pytest.mark.parametrize(
    ("changes", "read", "write"),
    [
        ({"scopes": ()}, 404, 404),
        ({"scopes": ("public_repo",)}, 404, 404),
        ({"kind": "fine-grained"}, 200, 201),
        ({"kind": "fine-grained", "issues": "read"}, 200, 403),
        ({"kind": "fine-grained", "issues": "none"}, 403, 403),
        ({"kind": "fine-grained", "repositories": frozenset()}, 404, 404),
        ({"kind": "installation", "issues": "read"}, 200, 403),
        ({"sso": False}, 403, 403),
    ],
)
def test_what_a_token_may_do_beside_its_account(dotcom, changes, read, write):
    emulator = dotcom.emulator
    emulator.add_token(replace(emulator.tokens[emulator.token], **changes))
    assert dotcom.raw("GET", "/repos/acme/web/issues")[0] == read
    assert dotcom.raw("POST", "/repos/acme/web/issues", body={"title": "x"})[0] == write


def test_an_installation_is_nobody(dotcom):
    dotcom.emulator.add_token(replace(dotcom.emulator.tokens[dotcom.emulator.token], kind="installation"))
    assert refusal(lambda: dotcom.api.get_user().login) == (403, "Resource not accessible by integration")


def test_a_public_repository_is_read_by_strangers_and_takes_their_issues(dotcom):
    dotcom.emulator.add_repository("acme/open", private=False)
    public = dotcom.api.get_repo("acme/open").complete()
    assert (public.permissions.pull, public.permissions.push, public.private) == (True, False, False)
    assert public.create_issue("x", labels=["a"]).labels == []


def test_accounts_and_who_can_be_assigned(dotcom):
    dotcom.emulator.add_user("octo-platform")
    dotcom.emulator.add_user("stranger", role=None)
    assert dotcom.api.get_user("Octo-Platform").login == "octo-platform"
    assert refusal(lambda: dotcom.api.get_user("absent").name)[0] == 404
    assert dotcom.repository.has_in_assignees("OCTO-platform")
    assert not dotcom.repository.has_in_assignees("stranger")
    assert [user.login for user in dotcom.repository.get_assignees()] == ["ada", "octo-platform", BOT]
    assert dotcom.repository.get_collaborator_permission("octo-platform") == "read"


def test_an_hour_has_five_thousand_requests(dotcom):
    limits = dotcom.emulator.limits()
    assert dotcom.raw("GET", "/user")[1]["x-ratelimit-remaining"] == "4999"
    limits.core.used = 5000
    with pytest.raises(RateLimitExceededException) as raised:
        dotcom.repository.create_issue("x")
    reset = int((START.replace(microsecond=0) + timedelta(hours=1)).timestamp())
    assert raised.value.headers["x-ratelimit-reset"] == str(reset)
    assert dotcom.api.get_rate_limit().resources.core.remaining == 0
    dotcom.clock.pass_(timedelta(hours=1))
    assert dotcom.repository.create_issue("x").number == 1


def test_creating_too_fast_is_a_secondary_limit_that_says_how_long(dotcom):
    for _ in range(80):
        dotcom.repository.create_issue("x")
    with pytest.raises(RateLimitExceededException) as raised:
        dotcom.repository.create_issue("x")
    assert (raised.value.status, raised.value.headers["retry-after"]) == (403, "60")
    dotcom.clock.pass_(MINUTE)
    assert dotcom.repository.create_issue("x").number == 81
    assert refusal_after_500(dotcom) == 500


def refusal_after_500(site):
    """How many issues there are when an hour's limit is reached."""
    while True:
        site.clock.pass_(timedelta(seconds=2))
        if site.raw("POST", "/repos/acme/web/issues", body={"title": "x"})[0] == 403:
            return len(site.emulator.issues())


@pytest.mark.parametrize(
    ("ordered", "status", "expected"),
    [
        ({}, 403, {"retry-after": "60", "x-ratelimit-limit": "5000"}),
        ({"status": 429, "retry_after": 7}, 429, {"retry-after": "7"}),
        ({"status": 429, "retry_after": None}, 429, {"retry-after": None}),
        (
            {"status": 429, "retry_after": None, "reset": MINUTE},
            429,
            {"retry-after": None, "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1767603660"},
        ),
    ],
)
def test_ordered_refusals_hit_the_next_requests_and_nothing_is_done(dotcom, ordered, status, expected):
    dotcom.emulator.throttle(2, method="POST", **ordered)
    for _ in range(2):
        got, headers, _ = dotcom.raw("POST", "/repos/acme/web/issues", body={"title": "x"})
        assert (got, {name: headers.get(name) for name in expected}) == (status, expected)
    assert dotcom.raw("GET", "/user")[0] == 200
    assert dotcom.emulator.issues() == []
    assert dotcom.repository.create_issue("x").number == 1


def test_an_enterprise_server_has_a_version_no_limits_and_a_page_for_lost_clients():
    for site in serve("enterprise"):
        assert site.raw("GET", "/meta")[1]["x-github-enterprise-version"].startswith("enterprise-server@")
        assert "installed_version" in site.raw("GET", "/meta")[2]
        assert site.raw("GET", "/rate_limit")[0] == 404
        assert "x-ratelimit-limit" not in site.raw("GET", "/user")[1]
        lost = connect(site.server.url, site.emulator.token)
        assert lost.requester.requestBlob("GET", "/user", {})[0] == 302


def test_a_path_that_nobody_serves_is_not_found(dotcom):
    for method, path in (("GET", "/nothing"), ("DELETE", "/repos/acme/web/issues/1"), ("GET", "/repos/acme/absent")):
        assert dotcom.raw(method, path)[0] == 404


def test_a_client_behind_a_proxy_stays_there_for_pages_and_redirects(site):
    for number in range(101):
        site.emulator.person_creates(f"t{number}")
    site.emulator.rename_repository("shop")
    with FaultProxy(site.server.url) as proxy:
        behind = connect(site.emulator.api_url(proxy.url), site.emulator.token).get_repo("acme/shop")
        assert len(list(behind.get_issues())) == 101
        assert behind.get_issue(5).html_url == f"{proxy.url}/acme/shop/issues/5"
        renamed = connect(site.emulator.api_url(proxy.url), site.emulator.token).get_repo("acme/web")
        assert renamed.get_issue(5).title == "t4"
        assert len(proxy.wire) == len(site.server.log) == 5
