from __future__ import annotations

from pathlib import Path

import pytest

from syncd.errors import SettingsError
from syncd.settings import from_text

FILE = Path("/srv/config/syncd.toml")
TEAM = """
[teams.payments]

[[teams.payments.sources]]
kind = "folder"
path = "docs"

[teams.payments.trackers.files]
kind = "folder"
path = "tickets"
"""


@pytest.fixture
def settings_of():
    """The settings of a text in /srv/config/syncd.toml."""

    def read(text, **environment):
        return from_text(text, file=FILE, name="syncd.toml", environment=environment)

    return read


@pytest.fixture
def mistakes_of(settings_of):
    """The mistakes of a text, one string each."""

    def read(text, **environment):
        with pytest.raises(SettingsError) as raised:
            settings_of(text, **environment)
        assert raised.value.exit_code == 2
        return raised.value.mistakes

    return read
