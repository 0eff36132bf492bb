from __future__ import annotations

import pytest

from connectors.clients.jira_links import is_address, key_in

URL = "https://jira.example.com/tracker"


@pytest.mark.parametrize(
    ("reference", "key"),
    [
        ("OPS-12", "OPS-12"),
        ("A_B2-7", "A_B2-7"),
        (f"{URL}/browse/OPS-12", "OPS-12"),
        (f"{URL}/browse/OPS-12/", "OPS-12"),
        ("HTTP://JIRA.example.com/tracker/browse/WEB-5?focusedId=1#x", "WEB-5"),
        (f"{URL}/jira/software/projects/OPS/issues/OPS-12", "OPS-12"),
        (f"{URL}/secure/RapidBoard.jspa?rapidView=1&selectedIssue=OPS-12", "OPS-12"),
        ("ops-12", None),
        ("OPS-0", None),
        ("OPS-", None),
        ("https://elsewhere.example/browse/OPS-12", None),
        (f"{URL}/wiki/OPS-12", None),
        (f"{URL}/browse/", None),
        ("https://jira.example.com.evil.example/tracker/browse/OPS-1", None),
        ("https://[", None),
        ("", None),
    ],
)
def test_a_key_is_read_from_what_people_write(reference, key):
    assert key_in(reference, url=URL) == key


@pytest.mark.parametrize("text", ["javascript:alert(1)", "file:///etc/passwd", "//x", "https://[", "https://a b", "/x"])
def test_only_addresses_in_the_web_are_linked_to(text):
    assert not is_address(text)
    assert is_address("https://status.example.com/incidents/1?x=y#z")
