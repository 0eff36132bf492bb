"""A client of the ``PyGithub`` library whose every call is bounded and sent once."""

from __future__ import annotations

from functools import partial
from typing import Any

from github import Github
from github.Auth import Auth
from github.GithubObject import Opt, is_undefined
from github.Requester import HTTPRequestsConnectionClass, HTTPSRequestsConnectionClass, Requester
from requests import Response

from connectors.clients.bounded import CONNECT, DEADLINE, mount

_IDLE = 30
"""Seconds between two bytes of a reply."""


MOVED_TO = "x-moved-to"
"""The header that names where a redirect leads, when the library does not follow it."""


def bounded_github(*, auth: Auth, base_url: str, deadline: float = DEADLINE, follow: bool = True) -> Github:
    """A client for the API at ``base_url``; nothing is asked over the network until it is used.

    It neither repeats nor delays a call, lists by 100, and an object is only fetched when something of it is needed.
    The library follows a 301 to another repository without a word, whatever the verb, and forgets the query on its
    way; with ``follow=False`` the reply is handed out as it is, with :data:`MOVED_TO` for ``location``.
    With :class:`github.Auth.AppInstallationAuth` the library fetches the installation's token over a connection of its
    own, which has a timeout but no deadline.
    """
    return _BoundedGithub(auth=auth, base_url=base_url, deadline=deadline, follow=follow, lazy=True)


class _BoundedGithub(Github):
    def __init__(self, *, auth: Auth, base_url: str, deadline: float, follow: bool, lazy: bool) -> None:
        super().__init__(
            auth=auth,
            base_url=base_url,
            timeout=_IDLE,
            user_agent="syncd",
            per_page=100,
            retry=None,
            seconds_between_requests=None,
            seconds_between_writes=None,
            lazy=lazy,
        )
        self._with_lazy = partial(_BoundedGithub, auth=auth, base_url=base_url, deadline=deadline, follow=follow)
        # The library can be given other connections only for the whole process, and then makes a new one per call.
        self._Github__requester = _BoundedRequester(deadline=deadline, follow=follow, **self.requester.kwargs)

    def withLazy(self, lazy: bool) -> Github:  # noqa: N802 - these are the library's names
        return self._with_lazy(lazy=lazy)


class _BoundedRequester(Requester):
    def __init__(self, *, deadline: float, follow: bool, **kwargs: Any) -> None:
        self._deadline = deadline
        self._follow = follow
        self._Requester__httpConnectionClass = partial(_Connection, deadline, follow)
        self._Requester__httpsConnectionClass = partial(_SecureConnection, deadline, follow)
        super().__init__(**kwargs)

    def _like(self, **changed: Any) -> Requester:
        return _BoundedRequester(deadline=self._deadline, follow=self._follow, **{**self.kwargs, **changed})

    def withAuth(self, auth: Auth | None) -> Requester:  # noqa: N802
        return self._like(auth=auth)

    def withLazy(self, lazy: Opt[bool]) -> Requester:  # noqa: N802
        return self if is_undefined(lazy) or lazy == self.is_lazy else self._like(lazy=lazy)

    def withApiVersion(self, api_version: str | None) -> Requester:  # noqa: N802
        return self if api_version == self.api_version else self._like(api_version=api_version)


class _Connection(HTTPRequestsConnectionClass):
    def __init__(self, deadline: float, follow: bool, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _bound(self, deadline, follow=follow)


class _SecureConnection(HTTPSRequestsConnectionClass):
    def __init__(self, deadline: float, follow: bool, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _bound(self, deadline, follow=follow)


def _bound(
    connection: HTTPRequestsConnectionClass | HTTPSRequestsConnectionClass, deadline: float, *, follow: bool
) -> None:
    connection.timeout = (CONNECT, _IDLE)  # type: ignore[assignment]  # handed to requests as it is
    mount(connection.session, deadline=deadline)
    if not follow:
        connection.session.hooks["response"].append(_hide_where)


def _hide_where(response: Response, *_args: object, **_kwargs: object) -> None:
    if where := response.headers.pop("location", None):
        response.headers[MOVED_TO] = where
