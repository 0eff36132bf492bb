"""Whatever a document says is text on every page: it opens no element, adds no attribute, leads nowhere."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.core.remembering import redated
from tests.render.test_inert import HOSTILE
from tests.web.reader import read
from tests.web.world import NOW, TODAY, World, blocked, linked, row

PLAIN = "Plain words"
PAGES = ("/", "/?state=open", "/items/00000001", "/items/00000002")


def world_saying(text):
    """Every string that comes from elsewhere is this one."""
    world = World()
    first = linked(row(1, text, late=3, owner=text), key=text, url=text)
    second = blocked(2, text, text, owner=text, group=text, row_id=text)
    world.postmortem("a", first, second, title=text, severity=text, location=text, finished_why=text)
    world.happened(redated("00000001", TODAY, TODAY.replace(day=24), NOW))
    world.passed(of="payments", outcome="brake", brake=f"payments, payments: {text}")
    return world


def pages_of(world):
    asked = world.client()
    where = asked.get("/status.json").json()["postmortems"][0]["postmortem"]
    return {path: read(asked.get(path)) for path in (*PAGES, f"/postmortems/{where}")}


@pytest.fixture(scope="module")
def plain():
    """The pages of a document that means no harm."""
    return pages_of(world_saying(PLAIN))


def bones(found):
    """Elements and names of attributes.

    A link may be missing where its address is none that may be followed; owners are as many as are named; words
    between backticks are set as commands.
    """
    free = [("a", ("href", "rel")), ("option", ("value",)), ("option", ("value", "selected")), ("code", ())]
    return [each for each in found.skeleton if each not in free]


STORABLE = [text for text in HOSTILE if "\ud800" not in text]


@pytest.mark.parametrize("text", STORABLE, ids=range(len(STORABLE)))
def test_hostile_text_adds_nothing_to_any_page(plain, text):
    for path, found in pages_of(world_saying(text)).items():
        assert bones(found) == bones(plain[path]), path
        for target in found.all("a", "href"):
            scheme = target.partition(":")[0].lower() if ":" in target.split("?")[0] else "https"
            assert scheme in ("http", "https"), target


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60))
def test_no_text_adds_anything_to_any_page(plain, text):
    for path, found in pages_of(world_saying(text)).items():
        assert bones(found) == bones(plain[path]), path


@pytest.mark.parametrize("query", STORABLE, ids=range(len(STORABLE)))
def test_what_a_reader_asks_for_is_text_too(plain, query):
    asked = world_saying(PLAIN).client()
    calm = asked.get("/", params={"owner": "x"})
    answer = asked.get("/", params={"owner": query})
    if query.strip():
        assert bones(read(answer)) == bones(read(calm))
    for name in ("team", "state", "page", "format"):
        read(asked.get("/", params={name: query}))
    assert asked.get(f"/items/{'x' * 3000}").status_code == 404


def test_links_may_be_followed_only_to_the_web(plain):
    hrefs = world_saying("https://jira.example.com/browse/PAY-1").client().get("/items/00000001").text
    assert 'href="https://jira.example.com/browse/PAY-1" rel="noopener noreferrer nofollow"' in hrefs
    for address in ("javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//evil.example", "vbscript:x"):
        found = read(world_saying(address).client().get("/items/00000001"))
        assert address not in found.all("a", "href")
