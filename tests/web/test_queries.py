"""Whatever is asked for is answered: never with a bug, never with a broken page."""

from __future__ import annotations

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.web.reader import read
from tests.web.samples import some_late

WORDS = ["team", "owner", "state", "page", "format", "token", ""]
VALUES = st.sampled_from(
    ["payments", "Platform Team", "-", "open", "overdue", "html", "json", "csv", "1", "2", "0", ""]
)
ANY = st.text(max_size=20) | VALUES
QUERIES = st.lists(st.tuples(st.sampled_from(WORDS) | st.text(max_size=8), ANY), max_size=6)
RAW = st.text(alphabet=string.printable.translate({ord(c): None for c in "\n\r\x0b\x0c\t #?"}), max_size=40)


@pytest.fixture(scope="module")
def asked():
    return some_late().client()


def whole(answer):
    """A whole answer of the kind that it says it is."""
    assert answer.status_code in (200, 400, 404)
    kind = answer.headers["content-type"].partition(";")[0]
    if kind == "text/html":
        read(answer)
    elif kind == "application/json":
        assert answer.json()["version"] == 1
    else:
        assert kind in ("text/csv", "text/plain", "text/css", "image/svg+xml")


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(["/", "/status.json", "/status.csv", "/items/00000001"]), QUERIES)
def test_every_query_has_an_answer(asked, path, query):
    whole(asked.get(path, params=[(name, value.encode("utf-8", "replace")) for name, value in query]))


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(["/", "/items/", "/postmortems/", "/status"]), RAW, RAW)
def test_every_address_has_an_answer(asked, begin, path, query):
    whole(asked.get(f"{begin}{path}?{query}"))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["accept", "range", "if-none-match", "cookie", "x-y"]), RAW), max_size=4))
def test_no_header_changes_what_is_answered(asked, headers):
    told = [(name, value.encode()) for name, value in headers]
    assert asked.get("/items/00000001", headers=told).text == asked.get("/items/00000001").text
    assert asked.get("/metrics", headers=told).status_code == 200
