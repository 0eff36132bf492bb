"""Search for issues: an index that lags behind, and the qualifiers that it understands."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.emulators.github_call import MAX_PAGE, Call, Routes
from tests.emulators.github_replies import Refusal, invalid, unknown
from tests.emulators.github_state import Issue
from tests.emulators.http import Response

_TERM = re.compile(r'(?P<not>-)?(?:(?P<qualifier>[a-z-]+):)?(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))')
_QUERY_LIMIT = 256
_RESULTS = 1000
_UNSEEN = (
    "The listed users and repositories cannot be searched either because the resources do not exist or you do not "
    "have permission to view them."
)

routes = Routes()


@dataclass(frozen=True)
class _Term:
    qualifier: str
    value: str
    negated: bool


@routes.on("GET", "/search/issues")
def search_issues(call: Call) -> Response:
    """Issues that the index knows and the caller may see; at most 1,000 of them."""
    asked = call.parameters("q", "sort", "order", "per_page", "page", "advanced_search")
    terms = _terms(call, asked.get("q", ""))
    found = [issue for issue in _indexed(call, terms) if all(_fits(issue, term, terms) for term in terms)]
    found.sort(key=lambda issue: (issue.updated_at if asked.get("sort") == "updated" else issue.created_at, issue.id))
    if asked.get("order", "desc") == "desc":
        found.reverse()
    if (call.number("page", 1) - 1) * min(call.number("per_page", 30), MAX_PAGE) >= _RESULTS:
        raise Refusal(422, "Only the first 1000 search results are available")
    return call.paged(
        found[:_RESULTS],
        lambda rows: {
            "total_count": len(found),
            "incomplete_results": False,
            "search_type": "lexical",
            "items": [call.write.issue(issue) | {"score": 1.0} for issue in rows],
        },
    )


def _terms(call: Call, query: str) -> list[_Term]:
    if not query.strip():
        raise invalid("Search", "q", "missing")
    terms = [
        _Term(match["qualifier"] or "", match["phrase"] if match["word"] is None else match["word"], bool(match["not"]))
        for match in _TERM.finditer(query)
    ]
    if sum(len(term.value) for term in terms if not term.qualifier) > _QUERY_LIMIT:
        raise Refusal(422, "The search is longer than 256 characters.")
    if strange := {term.qualifier for term in terms} - {"", "repo", "in", "label", "is", "state", "author", "type"}:
        raise unknown("qualifier", strange)
    kinds = {term.value for term in terms if term.qualifier in ("is", "type")}
    if not call.enterprise and not kinds & {"issue", "pr", "pull-request"}:
        raise Refusal(422, "Query must include 'is:issue' or 'is:pull-request'")
    return terms


def _indexed(call: Call, terms: list[_Term]) -> list[Issue]:
    as_of = call.world.ago(call.search_lag)
    names = [term.value.lower() for term in terms if term.qualifier == "repo" and not term.negated]
    seen = [repository for repository in call.world.repositories.values() if call.caller.sees(repository)]
    if set(names) - {repository.full_name.lower() for repository in seen}:
        raise Refusal(422, "Validation Failed", errors=[{"message": _UNSEEN, "resource": "Search", "code": "invalid"}])
    return [
        issue
        for repository in seen
        if not names or repository.full_name.lower() in names
        for issue in repository.alive(as_of)
        if issue.number not in repository.hidden
    ]


def _fits(issue: Issue, term: _Term, terms: list[_Term]) -> bool:
    if term.qualifier in ("repo", "in"):
        return True
    value = term.value.lower()
    if term.qualifier in ("is", "state", "type"):
        kind = "issue" if issue.pull is None else "pr"
        fits = {"issue": kind == "issue", "pr": kind == "pr", "pull-request": kind == "pr"}.get(
            value, value == issue.state
        )
    elif term.qualifier == "label":
        fits = value in {name.lower() for name in issue.labels}
    elif term.qualifier == "author":
        fits = value == issue.author.lower()
    else:
        fits = any(_holds(text, value) for text in _searched(issue, terms))
    return fits != term.negated


def _searched(issue: Issue, terms: list[_Term]) -> list[str]:
    places = {place for term in terms if term.qualifier == "in" for place in term.value.split(",")}
    texts = {"title": issue.title, "body": issue.body or "", "comments": "\n".join(c.body for c in issue.comments)}
    return [text for place, text in texts.items() if not places or place in places]


def _holds(text: str, phrase: str) -> bool:
    """Word by word, without case and punctuation, as the index keeps it."""
    words, wanted = (re.findall(r"\w+", part.lower()) for part in (text, phrase))
    return any(words[at : at + len(wanted)] == wanted for at in range(len(words) - len(wanted) + 1))
