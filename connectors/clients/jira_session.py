"""A client of the ``jira`` library whose every call is bounded and sent once."""

from __future__ import annotations

from jira import JIRA

from connectors.clients.bounded import CONNECT, DEADLINE, mount

_IDLE = 30.0
"""Seconds between two bytes of a reply."""


def bounded_jira(
    *, url: str, token: str, user: str | None = None, deployment: str | None = None, deadline: float = DEADLINE
) -> JIRA:
    """A client for the Jira at ``url``; nothing is asked over the network until it is used.

    With a ``user`` (Jira Cloud: the account's e-mail address) the token is a password, else a bearer token (a personal
    access token of Jira Data Center). ``deployment`` is what ``serverInfo`` calls ``deploymentType``; only for "Cloud"
    does the library use the search that Jira Cloud has. Replies are in English, so that states can be told by name. A
    redirect is not followed, but raises TooManyRedirects.
    """
    client = JIRA(
        server=url,
        basic_auth=None if user is None else (user, token),
        token_auth=token if user is None else None,
        options={"headers": {"Accept-Language": "en"}},
        get_server_info=False,
        max_retries=0,  # the library would repeat a create whose reply got lost
        timeout=(CONNECT, _IDLE),
    )
    client.deploymentType = deployment
    client._applicationlinks = []  # else each remote link asks for them first, which only an administrator may
    client._session.max_redirects = 0  # requests makes a GET of a redirected POST: nothing made, and no error
    mount(client._session, deadline=deadline)
    return client
