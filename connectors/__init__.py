"""The outside systems that syncd knows: for each kind, the class of its settings and the class that speaks to it.

To add one, write its file and one line here.
"""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel

from connectors.sources.folder import FolderSettings, FolderSource
from connectors.trackers.folder import FolderTracker, FolderTrackerSettings
from syncd.ports import Source, Tracker

SOURCES: Mapping[str, tuple[type[BaseModel], type[Source]]] = {
    "folder": (FolderSettings, FolderSource),
}

TRACKERS: Mapping[str, tuple[type[BaseModel], type[Tracker]]] = {
    "folder": (FolderTrackerSettings, FolderTracker),
}

NOTIFIERS: Mapping[str, tuple[type[BaseModel], type[object]]] = {}
