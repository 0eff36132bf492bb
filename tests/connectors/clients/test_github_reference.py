from __future__ import annotations

import pytest

from connectors.clients.github_reference import key_of, web_url
from syncd.core.model import Reference


@pytest.mark.parametrize(
    ("api", "web"),
    [
        ("https://api.github.com", "https://github.com"),
        ("https://ghe.example.com/api/v3", "https://ghe.example.com"),
        ("https://ghe.example.com:8443/api/v3", "https://ghe.example.com:8443"),
        ("https://api.acme.ghe.com", "https://acme.ghe.com"),
        ("https://api.example.com/api/v3", "https://api.example.com"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
    ],
)
def test_pages_belong_to_an_api(api, web):
    assert web_url(api) == web


def page(url: str) -> Reference:
    return Reference(url, named=True, url=url)


def meant(reference: Reference, *, bare: bool = True, web: str = "https://github.com") -> str | None:
    return key_of(reference, repository="acme/web", web=web, bare=bare)


@pytest.mark.parametrize(
    "reference",
    [
        page("https://github.com/acme/web/issues/12"),
        page("https://github.com/Acme/Web/issues/12#issuecomment-1"),
        page("https://www.github.com/acme/web/pull/12/files?w=1"),
        page("http://github.com/acme/web/pulls/12"),
        page(" https://GitHub.com/acme/web/issues/12/ "),
        Reference("acme/web#12", named=True, repository="acme/web", number=12),
        Reference("ACME/web#12", named=True, repository="ACME/web", number=12),
        Reference("#12", named=True, number=12),
    ],
    ids=lambda reference: reference.text,
)
def test_a_reference_to_the_repository_is_its_key(reference):
    assert meant(reference) == "acme/web#12"


@pytest.mark.parametrize(
    "reference",
    [
        page("https://github.com/acme/other/issues/12"),
        page("https://github.com/acme/web"),
        page("https://github.com/acme/web/issues"),
        page("https://github.com/acme/web/issues/0"),
        page("https://github.com/acme/web/issues/12x"),
        page("https://github.com/acme/web/commit/12"),
        page("https://github.com/acme/web/milestone/12"),
        page("https://github.com.evil.example/acme/web/issues/12"),
        page("https://evil.example/github.com/acme/web/issues/12"),
        page("https://github.com@evil.example/acme/web/issues/12"),
        page("https://gitlab.com/acme/web/-/issues/12"),
        page("ftp://github.com/acme/web/issues/12"),
        page("//github.com/acme/web/issues/12"),
        page("acme/web/issues/12"),
        page("https://["),
        page(""),
        Reference("acme/other#12", named=True, repository="acme/other", number=12),
        Reference("abc1234", named=True, repository="acme/web"),
        Reference("OPS-12", named=True, key="OPS-12", number=12),
        Reference("", named=True),
    ],
    ids=lambda reference: reference.text,
)
def test_any_other_reference_is_not_ours(reference):
    assert meant(reference) is None


def test_a_bare_number_may_be_somebody_elses():
    assert meant(Reference("#12", named=True, number=12), bare=False) is None


def test_an_enterprise_servers_pages_are_its_own():
    ours, theirs = page("https://ghe.example.com/acme/web/issues/12"), page("https://github.com/acme/web/issues/12")
    assert [meant(r, web="https://ghe.example.com") for r in (ours, theirs)] == ["acme/web#12", None]
