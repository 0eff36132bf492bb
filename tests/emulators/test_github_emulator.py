"""The GitHub emulator through PyGithub, as a connector meets it: issues, and what people do to them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from github import GithubException

from tests.emulators.github import BOT
from tests.emulators.github_site import MINUTE, START, numbers, refusal, serve
from tests.emulators.http import Request


@pytest.fixture(params=["github.com", "enterprise"])
def site(request):
    yield from serve(request.param)


@pytest.fixture
def dotcom():
    yield from serve("github.com")


# --- creating -------------------------------------------------------------------------------------------------------


def test_a_created_issue_comes_back_whole_and_is_in_the_list(site):
    site.emulator.add_user("octo-platform")
    made = site.repository.create_issue(
        "Add an alert", body="why", labels=["syncd", "postmortem"], assignees=["octo-platform"]
    )
    assert (made.number, made.state, made.state_reason, made.body) == (1, "open", None, "why")
    assert [label.name for label in made.labels] == ["syncd", "postmortem"]
    assert [user.login for user in made.assignees] == ["octo-platform"]
    assert made.created_at == made.updated_at == START.replace(microsecond=0)
    assert made.url == f"{site.emulator.api_url(site.server.url)}/repos/acme/web/issues/1"
    assert made.html_url == f"{site.server.url}/acme/web/issues/1"
    assert made.user.login == BOT
    assert numbers(site.repository.get_issues()) == [1]
    assert site.emulator.with_text("Add an") == [site.emulator.issue(1)]
    assert site.server.count("POST", ".*/issues") == 1


def test_numbers_are_never_used_again(dotcom):
    first = dotcom.emulator.person_creates("one")
    dotcom.emulator.person_deletes(first)
    assert dotcom.repository.create_issue("two").number == 2


@pytest.mark.parametrize(
    ("fields", "status", "field"),
    [
        ({}, 422, None),
        ({"title": None}, 422, None),
        ({"title": "  "}, 422, "title"),
        ({"title": "x" * 257}, 422, "title"),
        ({"title": ["x"]}, 422, None),
        ({"title": "x", "body": "y" * 65537}, 422, "body"),
        ({"title": "x", "body": 5}, 422, None),
        ({"title": "x", "labels": "syncd"}, 422, None),
        ({"title": "x", "labels": [5]}, 422, None),
        ({"title": "x", "labels": ["l" * 51]}, 422, "name"),
        ({"title": "x", "assignees": ["nobody"]}, 422, "assignees"),
        ({"title": "x", "assignees": "ada"}, 422, None),
        ({"title": "x", "colour": "red"}, 422, None),
        ({"title": "x", "milestone": 4}, 422, "milestone"),
        (["title"], 422, None),
    ],
)
def test_a_malformed_issue_is_refused_and_nothing_is_made(dotcom, fields, status, field):
    code, _, body = dotcom.raw("POST", "/repos/acme/web/issues", body=fields)
    assert code == status
    assert f'"field": "{field}"' in body or (field is None and "errors" not in body)
    assert dotcom.emulator.issues() == []


def test_an_invalid_assignee_is_named(dotcom):
    with pytest.raises(GithubException) as raised:
        dotcom.repository.create_issue("x", assignees=["ada", "nobody"])
    assert raised.value.data["errors"] == [
        {"resource": "Issue", "field": "assignees", "code": "invalid", "value": "nobody"}
    ]


def test_the_longest_title_body_and_label_are_taken(dotcom):
    made = dotcom.repository.create_issue("é" * 256, body="é" * 65536, labels=["é" * 50])
    assert (len(made.title), len(made.body)) == (256, 65536)


def test_a_body_that_is_not_json_is_400(dotcom):
    headers = {"host": "127.0.0.1", "user-agent": "x", "authorization": f"Bearer {dotcom.emulator.token}"}
    assert dotcom.emulator(Request("POST", "/repos/acme/web/issues", {}, headers, b"{")).status == 400


def test_without_push_labels_and_assignees_are_dropped_without_a_word(dotcom):
    dotcom.emulator.grant(BOT, "read")
    made = dotcom.repository.create_issue("x", labels=["syncd"], assignees=["ada"])
    assert (made.labels, made.assignees) == ([], [])
    assert not dotcom.api.get_repo("acme/web").permissions.push


def test_triage_sets_labels_that_are_there_and_makes_none(dotcom):
    dotcom.repository.create_label("syncd", "ededed")
    dotcom.emulator.grant(BOT, "triage")
    made = dotcom.repository.create_issue("x", labels=["Syncd", "new"])
    assert [label.name for label in made.labels] == ["syncd"]


def test_disabled_issues_refuse_creation_and_list_as_empty_without_an_error(dotcom):
    number = dotcom.emulator.person_creates("x")
    pull = dotcom.emulator.person_opens_pull("y")
    dotcom.emulator.repository().has_issues = False
    assert refusal(lambda: dotcom.repository.create_issue("z")) == (410, "Issues has been disabled in this repository.")
    assert numbers(dotcom.repository.get_issues()) == [pull]
    assert refusal(lambda: dotcom.api.get_repo("acme/web").get_issue(number).title)[0] == 410
    assert not dotcom.api.get_repo("acme/web").has_issues


def test_an_archived_repository_is_read_only(dotcom):
    number = dotcom.emulator.person_creates("x")
    dotcom.emulator.repository().archived = True
    archived = (403, "Repository was archived so is read-only.")
    assert refusal(lambda: dotcom.repository.create_issue("y")) == archived
    assert refusal(lambda: dotcom.repository.get_issue(number).edit(title="y")) == archived
    assert refusal(lambda: dotcom.repository.get_issue(number).add_to_labels("y")) == archived
    assert dotcom.repository.get_issue(number).title == "x"


# --- reading --------------------------------------------------------------------------------------------------------


def test_pages_have_thirty_rows_unless_asked_and_never_more_than_a_hundred(site):
    for number in range(131):
        site.emulator.person_creates(f"t{number}")
    path = "/repos/acme/web/issues"
    assert len(site.repository.get_issues().get_page(0)) == 100
    assert len(list(site.another(site.emulator.token, per_page=500).get_repo("acme/web").get_issues())) == 131
    default = site.another(site.emulator.token, per_page=30).get_repo("acme/web").get_issues()
    assert len(default.get_page(0)) == 30
    assert len(list(default)) == 131
    _, headers, _ = site.raw("GET", f"{path}?per_page=100&page=2")
    assert 'rel="prev"' in headers["link"]
    assert 'rel="next"' not in headers["link"]
    _, headers, _ = site.raw("GET", f"{path}?per_page=100")
    assert "/repositories/" in headers["link"]
    assert "page=2" in headers["link"]


def test_the_list_has_pull_requests_and_is_filtered_and_sorted_as_asked(dotcom):
    emulator, repository = dotcom.emulator, dotcom.repository
    for labels in (["a"], ["a", "b"], ["B"]):
        emulator.person_creates("x", labels=labels)
        dotcom.clock.pass_(MINUTE)
    pull = emulator.person_opens_pull("y")
    dotcom.clock.pass_(MINUTE)
    emulator.person_closes(1)
    assert numbers(repository.get_issues()) == [pull, 3, 2]
    assert numbers(repository.get_issues(state="all", labels=["a", "b"])) == [2]
    assert numbers(repository.get_issues(state="all", labels=["A"])) == [2, 1]
    assert numbers(repository.get_issues(state="closed")) == [1]
    assert numbers(repository.get_issues(state="all", sort="updated", direction="asc")) == [2, 3, pull, 1]
    since = START.replace(microsecond=0) + 2 * MINUTE
    assert numbers(repository.get_issues(state="all", since=since)) == [pull, 3, 1]
    assert numbers(repository.get_issues(creator="ada")) == [pull, 3, 2]
    assert numbers(repository.get_issues(creator=BOT)) == []
    assert [issue.pull_request is not None for issue in repository.get_issues()] == [True, False, False]


@pytest.mark.parametrize("query", ["state=done", "sort=title", "direction=up", "since=yesterday", "stat=all"])
def test_a_list_asked_for_in_words_it_does_not_know_is_refused(dotcom, query):
    assert dotcom.raw("GET", f"/repos/acme/web/issues?{query}")[0] == 422


def test_lists_and_search_lag_while_single_issues_are_fresh(dotcom):
    emulator, repository = dotcom.emulator, dotcom.repository
    emulator.list_lag, emulator.search_lag = 5 * MINUTE, 10 * MINUTE
    number = emulator.person_creates("Raise the pool")
    assert repository.get_issue(number).title == "Raise the pool"
    dotcom.clock.pass_(4 * MINUTE)
    assert numbers(repository.get_issues()) == []
    dotcom.clock.pass_(MINUTE)
    assert numbers(repository.get_issues()) == [number]
    emulator.person_closes(number)
    assert numbers(repository.get_issues()) == [number]
    assert repository.get_issue(number).state == "closed"
    assert numbers(dotcom.api.search_issues("is:issue pool repo:acme/web")) == []
    dotcom.clock.pass_(5 * MINUTE)
    assert numbers(repository.get_issues()) == []
    assert numbers(dotcom.api.search_issues("is:issue pool repo:acme/web")) == [number]


@pytest.mark.parametrize("path", ["/repos/acme/web/issues?state=all", "/repos/acme/web/issues/1"])
def test_what_did_not_change_is_304_and_costs_nothing(dotcom, path):
    dotcom.emulator.person_creates("x")
    _, headers, _ = dotcom.raw("GET", path)
    seen = {"If-None-Match": headers["etag"]}
    left = headers["x-ratelimit-remaining"]
    status, headers, body = dotcom.raw("GET", path, headers=seen)
    assert (status, body or "", headers["x-ratelimit-remaining"]) == (304, "", left)
    dotcom.emulator.person_edits(1, title="y")
    assert dotcom.raw("GET", path, headers=seen)[0] == 200


def test_an_etag_is_of_one_token_and_one_address(dotcom):
    dotcom.emulator.person_creates("x")
    dotcom.emulator.add_token(replace(dotcom.emulator.tokens[dotcom.emulator.token], value="ghp_other"))
    tags = {
        api.requester.requestJson("GET", path)[1]["etag"]
        for api in (dotcom.api, dotcom.another("ghp_other"))
        for path in ("/repos/acme/web/issues", "/repos/acme/web/issues?page=1")
    }
    assert len(tags) == 4


# --- changing -------------------------------------------------------------------------------------------------------


def test_closing_without_a_reason_means_completed_even_for_what_was_closed_otherwise(dotcom):
    issue = dotcom.repository.create_issue("x")
    dotcom.clock.pass_(MINUTE)
    issue.edit(state="closed", state_reason="not_planned")
    assert (issue.state, issue.state_reason, issue.closed_by.login) == ("closed", "not_planned", BOT)
    issue.edit(title="y")
    assert issue.state_reason == "not_planned"
    issue.edit(state_reason="duplicate")
    assert issue.state_reason == "not_planned"
    issue.edit(state="closed")
    assert issue.state_reason == "completed"
    issue.edit(state="open")
    assert (issue.state, issue.state_reason, issue.closed_at) == ("open", "reopened", None)


def test_an_edit_that_changes_nothing_leaves_the_time_alone(dotcom):
    issue = dotcom.repository.create_issue("x", labels=["a"])
    dotcom.clock.pass_(MINUTE)
    issue.edit(title="x", labels=["a"], state="open")
    assert issue.updated_at == START.replace(microsecond=0)
    issue.edit(title="y")
    assert issue.updated_at == START.replace(microsecond=0) + MINUTE


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "done"},
        {"state": "closed", "state_reason": "wontfix"},
        {"title": ""},
        {"assignees": ["nobody"]},
        {"labels": ["l" * 51]},
        {"due_on": "2026-01-01"},
    ],
)
def test_a_malformed_edit_is_refused_whole(dotcom, fields):
    number = dotcom.emulator.person_creates("x")
    before = dotcom.emulator.issue(number)
    body = {"body": "new", **fields}
    assert dotcom.raw("PATCH", f"/repos/acme/web/issues/{number}", body=body)[0] == 422
    assert dotcom.emulator.issue(number) == before


@pytest.mark.parametrize(
    ("role", "title", "state", "labels"),
    [("read", 403, 403, 403), ("triage", 403, 200, 200), ("write", 200, 200, 200)],
)
def test_what_a_role_may_change_on_somebody_elses_issue(dotcom, role, title, state, labels):
    number = dotcom.emulator.person_creates("x")
    dotcom.emulator.grant(BOT, role)
    path = f"/repos/acme/web/issues/{number}"
    assert dotcom.raw("PATCH", path, body={"title": "y"})[0] == title
    assert dotcom.raw("PATCH", path, body={"state": "closed"})[0] == state
    assert dotcom.raw("POST", f"{path}/labels", body=["a"])[0] == labels


def test_an_author_may_edit_and_close_without_any_role(dotcom):
    issue = dotcom.repository.create_issue("x", labels=["a"])
    dotcom.emulator.grant(BOT, "read")
    issue.edit(title="y", state="closed", labels=[])
    now = dotcom.emulator.issue(1)
    assert (now.title, now.state, now.labels) == ("y", "closed", ("a",))


def test_labels_are_added_bare_or_wrapped_compared_without_case_and_taken_off_one_by_one(dotcom):
    issue = dotcom.repository.create_issue("x", labels=["Syncd"])
    issue.add_to_labels("syncd", "a/b c")
    assert dotcom.raw("POST", "/repos/acme/web/issues/1/labels", body={"labels": ["d"]})[0] == 200
    assert [label.name for label in issue.get_labels()] == ["Syncd", "a/b c", "d"]
    issue.remove_from_labels("a/b c")
    assert refusal(lambda: issue.remove_from_labels("a/b c")) == (404, "Label does not exist")
    assert dotcom.emulator.issue(1).labels == ("Syncd", "d")


def test_assignees_are_added_and_taken_away_and_strangers_passed_over(dotcom):
    dotcom.emulator.add_user("octo-platform")
    issue = dotcom.repository.create_issue("x", assignees=["ada"])
    issue.add_to_assignees("octo-platform", "nobody")
    assert dotcom.emulator.issue(1).assignees == ("ada", "octo-platform")
    issue.remove_from_assignees("ada")
    assert dotcom.emulator.issue(1).assignees == ("octo-platform",)
    assert numbers(dotcom.repository.get_issues(assignee="octo-platform")) == [1]
    assert numbers(dotcom.repository.get_issues(assignee="*")) == [1]
    assert numbers(dotcom.repository.get_issues(assignee="none")) == []


def test_labels_of_a_repository_are_unique_and_well_formed(dotcom):
    made = dotcom.repository.create_label("syncd", "BFD4F2", "Kept by syncd")
    assert (made.name, made.color, made.description) == ("syncd", "bfd4f2", "Kept by syncd")
    assert [label.name for label in dotcom.repository.get_labels()] == ["syncd"]
    assert dotcom.repository.get_label("SYNCD").complete().name == "syncd"
    for name, color in (("SYNCD", "ededed"), ("x", "#ededed"), ("x" * 51, "ededed"), ("", "ededed")):
        assert refusal(lambda name=name, color=color: dotcom.repository.create_label(name, color))[0] == 422
    assert refusal(lambda: dotcom.repository.get_label("absent").color)[0] == 404


def test_comments_are_kept_and_counted(dotcom):
    issue = dotcom.repository.create_issue("x")
    issue.create_comment("hello")
    assert [comment.body for comment in issue.get_comments()] == ["hello"]
    assert dotcom.repository.get_issue(1).comments == 1


def test_a_child_is_put_below_one_parent_by_its_database_id(dotcom):
    parent, child = dotcom.repository.create_issue("p"), dotcom.repository.create_issue("c")
    parent.add_sub_issue(child.id)
    assert numbers(parent.get_sub_issues()) == [child.number]
    assert refusal(lambda: parent.add_sub_issue(child.id))[0] == 422
    other = dotcom.repository.create_issue("q")
    assert refusal(lambda: other.add_sub_issue(child.id))[0] == 422
    assert refusal(lambda: parent.add_sub_issue(child.number))[0] == 404
    assert refusal(lambda: child.add_sub_issue(parent.id))[0] == 422


def test_a_parent_has_a_hundred_children_at_most(dotcom):
    parent = dotcom.repository.get_issue(dotcom.emulator.person_creates("p"))
    for _ in range(100):
        parent.add_sub_issue(dotcom.emulator.issue(dotcom.emulator.person_creates("c")).id)
        dotcom.clock.pass_(MINUTE)
    last = dotcom.emulator.issue(dotcom.emulator.person_creates("c")).id
    assert "more than 100" in refusal(lambda: parent.add_sub_issue(last))[1]


def test_a_child_changes_its_parent_only_when_that_is_asked_for(dotcom):
    first, second, child = (dotcom.repository.create_issue(name) for name in "abc")
    first.add_sub_issue(child.id)
    path = f"/repos/acme/web/issues/{second.number}/sub_issues"
    assert dotcom.raw("POST", path, body={"sub_issue_id": child.id, "replace_parent": True})[0] == 201
    assert (numbers(first.get_sub_issues()), numbers(second.get_sub_issues())) == ([], [child.number])


def test_an_enterprise_server_has_no_children():
    for site in serve("enterprise"):
        parent, child = site.repository.create_issue("p"), site.repository.create_issue("c")
        assert refusal(lambda parent=parent, child=child: parent.add_sub_issue(child.id)) == (404, "Not Found")


@pytest.mark.parametrize(
    ("role", "path", "body", "status"),
    [
        ("write", "/issues/1/comments", {"body": ""}, 422),
        ("write", "/issues/1/comments", {"body": "x" * 65537}, 422),
        ("write", "/issues/1/sub_issues", {"sub_issue_id": "1"}, 422),
        ("read", "/issues/1/sub_issues", {"sub_issue_id": 1}, 403),
        ("write", "/labels", {"color": "ededed"}, 422),
        ("write", "/labels", {"name": "x", "description": "y" * 101}, 422),
        ("read", "/labels", {"name": "x"}, 404),
        ("write", "/issues/2/comments", {"body": "x"}, 404),
    ],
)
def test_what_is_put_beside_an_issue_is_checked_too(dotcom, role, path, body, status):
    dotcom.emulator.person_creates("x")
    dotcom.emulator.grant(BOT, role)
    assert dotcom.raw("POST", f"/repos/acme/web{path}", body=body)[0] == status


# --- people ---------------------------------------------------------------------------------------------------------


def test_people_close_reopen_and_edit_and_the_api_shows_it(dotcom):
    emulator = dotcom.emulator
    number = emulator.person_creates("x", body="one\ntwo", labels=["bug"])
    emulator.person_closes(number, "duplicate")
    emulator.person_edits(number, title="y", labels=["a"], assignees=["ada"])
    emulator.person_comments(number, "done?")
    issue = dotcom.repository.get_issue(number)
    assert (issue.title, issue.body, issue.state_reason, issue.comments) == ("y", "one\r\ntwo", "duplicate", 1)
    assert (issue.closed_by.login, [label.name for label in issue.labels]) == ("ada", ["a"])
    emulator.person_reopens(number)
    assert dotcom.repository.get_issue(number).state_reason == "reopened"


def test_a_deleted_issue_is_gone_and_a_forbidden_one_not_found(dotcom):
    emulator, repository = dotcom.emulator, dotcom.repository
    deleted, hidden = emulator.person_creates("x"), emulator.person_creates("y")
    emulator.person_deletes(deleted)
    emulator.forbid(hidden)
    assert refusal(lambda: repository.get_issue(deleted).title) == (410, "This issue was deleted")
    assert refusal(lambda: repository.get_issue(hidden).title) == (404, "Not Found")
    assert numbers(repository.get_issues(state="all")) == []
    emulator.allow(hidden)
    assert repository.get_issue(hidden).title == "y"
    with pytest.raises(KeyError):
        emulator.issue(deleted)


def test_a_transferred_issue_redirects_and_has_other_ids_and_only_labels_known_there(site):
    emulator = site.emulator
    other = emulator.add_repository("acme/other", roles={BOT: "write"})
    emulator.world.add_label(other, "a")
    emulator.person_creates("occupies number one", repository="acme/other")
    number = emulator.person_creates("x", labels=["a", "b"])
    old = emulator.issue(number)
    assert emulator.person_transfers(number, "acme/other") == 2
    moved = site.repository.get_issue(number)
    assert (moved.title, moved.number, moved.repository_url.rpartition("/repos/")[2]) == ("x", 2, "acme/other")
    assert [label.name for label in moved.labels] == ["a"]
    assert moved.id != old.id
    assert moved.node_id != old.node_id
    assert site.raw("PATCH", f"/repos/acme/web/issues/{number}", body={"title": "y"})[0] == 307
    assert emulator.issue(2, "acme/other").title == "x"


def test_an_issue_transferred_out_of_sight_is_not_found(dotcom):
    dotcom.emulator.add_repository("acme/secret")
    number = dotcom.emulator.person_creates("x")
    dotcom.emulator.person_transfers(number, "acme/secret")
    assert refusal(lambda: dotcom.repository.get_issue(number).title)[0] == 404


def test_a_renamed_repository_redirects_reads_with_301_and_writes_with_307(site):
    number = site.emulator.person_creates("x")
    identity = site.emulator.repository().id
    site.emulator.rename_repository("shop")
    assert site.repository.get_issue(number).title == "x"
    assert site.repository.complete().full_name == "acme/shop"
    status, headers, _ = site.raw("POST", "/repos/acme/web/issues", body={"title": "y"})
    assert status == 307
    assert headers["location"].endswith(f"/repositories/{identity}/issues")
    assert len(site.emulator.issues()) == 1
    assert site.api.get_repo(identity).get_issue(number).title == "x"


def test_an_unreadable_repository_is_not_found(dotcom):
    number = dotcom.emulator.person_creates("x")
    dotcom.emulator.repository().readable = False
    for call in (dotcom.repository.complete, lambda: dotcom.repository.get_issue(number).title):
        assert refusal(call) == (404, "Not Found")


def test_pull_requests_merge_and_close_and_are_edited_as_issues(dotcom):
    emulator, repository = dotcom.emulator, dotcom.repository
    draft, merged, closed = (emulator.person_opens_pull(name, draft=name == "d") for name in "dmc")
    emulator.person_merges(merged)
    emulator.person_closes(closed)
    shown = {number: repository.get_pull(number) for number in (draft, merged, closed)}
    assert [(pull.state, pull.merged, pull.draft) for pull in shown.values()] == [
        ("open", False, True),
        ("closed", True, False),
        ("closed", False, False),
    ]
    assert shown[merged].merged_at == START.replace(microsecond=0)
    as_issue = repository.get_issue(merged)
    assert as_issue.pull_request.merged_at == START.replace(microsecond=0)
    assert (as_issue.state_reason, as_issue.html_url) == (None, f"{dotcom.server.url}/acme/web/pull/{merged}")
    assert refusal(lambda: as_issue.edit(state="open"))[0] == 422
    repository.get_issue(closed).edit(state="open", labels=["syncd"])
    assert repository.get_pull(closed).state == "open"
    assert refusal(lambda: repository.get_pull(emulator.person_creates("x")).title)[0] == 404
