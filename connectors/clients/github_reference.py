"""Where GitHub's pages are, and which of the references in a document lead to a repository there."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from syncd.core.model import Reference

_PAGE = re.compile(r"/([^/]+/[^/]+)/(?:issues|pulls?)/([1-9][0-9]{0,17})(?:/.*)?", re.DOTALL)


def web_url(api_url: str) -> str:
    """The root of the pages that belong to an API: ``https://github.com`` to ``https://api.github.com``.

    An Enterprise Server has them on the API's own host, an Enterprise Cloud with data residency on ``NAME.ghe.com``.
    """
    parts = urlsplit(api_url)
    host = parts.netloc
    if host == "api.github.com" or host.endswith(".ghe.com"):
        host = host.removeprefix("api.")
    return f"{parts.scheme}://{host}"


def key_of(reference: Reference, *, repository: str, web: str, bare: bool) -> str | None:
    """The key of the repository's issue or pull request that a reference means; None when it means none of them.

    ``bare``: a number without a repository means this one.
    """
    if reference.url is not None:
        return _of_page(reference.url, repository=repository, web=web)
    if reference.number is None or reference.key is not None:
        return None
    if reference.repository is None:
        return f"{repository}#{reference.number}" if bare else None
    return f"{repository}#{reference.number}" if reference.repository.casefold() == repository.casefold() else None


def _of_page(url: str, *, repository: str, web: str) -> str | None:
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or parts.netloc.lower().removeprefix("www.") != urlsplit(web).netloc:
        return None
    page = _PAGE.fullmatch(parts.path)
    return f"{repository}#{page[2]}" if page and page[1].casefold() == repository.casefold() else None
