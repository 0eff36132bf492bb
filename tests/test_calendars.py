from __future__ import annotations

import socket

import pytest

from syncd.calendars import MAX_BYTES, calendar_text
from syncd.errors import SettingsError


def test_a_file_is_read_without_its_byte_order_mark(tmp_path):
    file = tmp_path / "team.ics"
    file.write_bytes("\ufeffBEGIN:VCALENDAR\r\n".encode())
    assert calendar_text(file) == "BEGIN:VCALENDAR\r\n"


@pytest.mark.parametrize(
    ("content", "words"), [(b"caf\xe9", "not UTF-8"), (b"x" * (MAX_BYTES + 1), "larger than"), (None, "cannot be read")]
)
def test_a_file_that_is_no_calendar_is_refused_with_words(tmp_path, content, words):
    file = tmp_path / "team.ics"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SettingsError, match=words):
        calendar_text(file)


@pytest.mark.parametrize("scheme", ["https", "webcal"])
def test_an_address_out_of_reach_is_told_by_its_host_alone(scheme):
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))
        port = unheard.getsockname()[1]
        with pytest.raises(SettingsError, match=r"127\.0\.0\.1 cannot be read") as raised:
            calendar_text(f"{scheme}://127.0.0.1:{port}/private-5ca1ab1e/team.ics")
    assert "5ca1ab1e" not in str(raised.value)
