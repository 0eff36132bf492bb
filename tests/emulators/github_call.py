"""One request on its way through the emulator, and the tables that say who answers which path."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from tests.emulators.github_access import Caller
from tests.emulators.github_json import Writer
from tests.emulators.github_replies import Refusal, moved, not_found, unknown, unreadable
from tests.emulators.github_state import Issue, Repository, World
from tests.emulators.http import Request, Response

MAX_PAGE = 100


@dataclass(frozen=True)
class Call:
    """A request whose sender is known."""

    request: Request
    path: str  # below the API's root
    caller: Caller
    world: World
    write: Writer
    list_lag: timedelta
    search_lag: timedelta
    enterprise: bool

    def json_object(self, *known: str) -> dict[str, Any]:
        """The body, an object with no other fields than these."""
        body = self.json_body()
        if not isinstance(body, dict):
            raise unreadable("Body should be a JSON object")
        if extra := set(body) - set(known):
            raise unknown("field", extra)
        return body

    def json_body(self) -> Any:
        """The body, whatever JSON it is."""
        try:
            return self.request.json
        except ValueError as error:
            raise Refusal(400, "Problems parsing JSON") from error

    def parameters(self, *known: str) -> dict[str, str]:
        """The query, with no other parameters than these."""
        if extra := set(self.request.query) - set(known):
            raise unknown("parameter", extra)
        return dict(self.request.query)

    def paged(self, rows: Sequence[Any], wrap: Callable[[list[Any]], object] = list, *, path: str = "") -> Response:
        """One page of rows, 30 unless asked otherwise and at most 100, with links to the others."""
        size = min(self.number("per_page", 30), MAX_PAGE)
        page = self.number("page", 1)
        last = max(1, -(-len(rows) // size))
        around = {"prev": page - 1, "next": page + 1, "last": last, "first": 1}
        for name in ("prev", "first") if page <= 1 else ("next", "last") if page >= last else ():
            del around[name]
        links = [
            f'<{self.write.api}{path or self.path}?{urlencode({**self.request.query, "page": number})}>; rel="{name}"'
            for name, number in around.items()
            if last > 1
        ]
        headers = {"link": ", ".join(links)} if links else {}
        return Response(json=wrap(list(rows[(page - 1) * size : page * size])), headers=headers)

    def number(self, name: str, default: int) -> int:
        """A parameter that counts from one; what is not such a number is passed over."""
        value = self.request.query.get(name, "")
        return int(value) if value.isascii() and value.isdigit() and int(value) else default

    def issue(self, repository: Repository, number: int) -> Issue:
        """The issue as it is now. Deleted answers 410, transferred redirects, forbidden is not found."""
        if number in repository.moved:
            raise self._transferred(repository, number)
        if number in repository.hidden or number not in repository.issues:
            raise not_found()
        issue = repository.issue(number)
        if issue is None:
            raise Refusal(410, "This issue was deleted")
        if not repository.has_issues and issue.pull is None:
            raise Refusal(410, "Issues has been disabled in this repository.")
        return issue

    def _transferred(self, repository: Repository, number: int) -> Refusal:
        target_id, target_number = repository.moved[number]
        if not self.caller.sees(self.world.repositories[target_id]):
            return not_found()
        old = f"/issues/{number}"
        rest = self.path[self.path.index(old) + len(old) :]
        return moved(
            self.request.method, f"{self.write.api}/repositories/{target_id}/issues/{target_number}{rest}{self.query}"
        )

    @property
    def query(self) -> str:
        """The query as it stood in the URL."""
        return f"?{urlencode(self.request.query)}" if self.request.query else ""

    def refuse_unless(self, role: str, repository: Repository) -> None:
        """403 unless the caller has this role; an archived repository refuses everybody."""
        self.refuse_archived(repository)
        if not self.caller.can(role, repository):
            raise Refusal(403, "Must have admin rights to Repository.")

    def refuse_archived(self, repository: Repository) -> None:
        """403 for any change in an archived repository."""
        if repository.archived:
            raise Refusal(403, "Repository was archived so is read-only.")


Answer = Callable[..., Response]


class Routes:
    """Answers by method and path; `{name}` in a pattern stands for one segment, or more where it comes last."""

    def __init__(self) -> None:
        self._table: list[tuple[str, re.Pattern[str], Answer]] = []

    def on(self, method: str, pattern: str) -> Callable[[Answer], Answer]:
        """Registers a function that takes the call, what `answer` was given beside, and the pattern's names."""
        regex = re.sub(r"\{number\}", r"(?P<number>[0-9]+)", pattern)
        regex = re.sub(r"\{(\w+)\}$", r"(?P<\1>.+)", regex)
        regex = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", regex)

        def register(answer: Answer) -> Answer:
            self._table.append((method, re.compile(regex), answer))
            return answer

        return register

    def answer(self, call: Call, path: str, *more: Any) -> Response | None:
        """The reply to this path; None when nobody here answers it."""
        for method, pattern, answer in self._table:
            match = pattern.fullmatch(path) if method == call.request.method else None
            if match:
                names = {name: int(v) if name == "number" else v for name, v in match.groupdict().items()}
                return answer(call, *more, **names)
        return None
