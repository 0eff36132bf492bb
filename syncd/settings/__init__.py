"""The configuration: a TOML file and ``SYNCD_`` variables, validated as a whole and frozen.

Either everything is right and there is a :class:`Settings`, or :class:`syncd.errors.SettingsError` names every mistake
with its place. The environment and the working directory are handed in; nothing here looks for them itself.
"""

from __future__ import annotations

from syncd.settings.reading import embedded, embedded_again, from_text, load, schema
from syncd.settings.tables import DigestSettings, OwnerSettings, RouteSettings, Settings, TeamSettings
from syncd.settings.values import Address, WeeklyTime

__all__ = [
    "Address",
    "DigestSettings",
    "OwnerSettings",
    "RouteSettings",
    "Settings",
    "TeamSettings",
    "WeeklyTime",
    "embedded",
    "embedded_again",
    "from_text",
    "load",
    "schema",
]
