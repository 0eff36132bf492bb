"""Every tracker that needs no network keeps the promises of a tracker."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from connectors.trackers.folder import FolderTracker
from syncd.core.model import Features, Reference, State
from syncd.errors import NotSent
from syncd.ports import Tracker
from tests.contracts.tracker import TrackerContract, World
from tests.fakes.tracker import LIKE_GITHUB, MemoryTracker


class MemoryWorld:
    def __init__(self, *, features: Features | None = None, lag: timedelta = timedelta()) -> None:
        self._now = datetime(2026, 3, 1, 12, tzinfo=UTC)
        self._memory = MemoryTracker(clock=lambda: self._now, features=features, lag=lag)
        self.person_creates = self._memory.person_creates
        self.person_moves = self._memory.person_moves
        self.person_edits = self._memory.person_edits
        self.person_deletes = self._memory.person_deletes
        self.forbid = self._memory.forbid

    @property
    def tracker(self) -> Tracker:
        return self._memory

    def pass_time(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)

    def sweep(self) -> None:
        """Every listing looks at all of them."""

    def link_back(self, key: str) -> str:
        return self._memory.look_up([key])[key].document or ""

    def break_down(self) -> None:
        self._memory.incomplete_next("The second page did not come.")
        for call in ("find", "look_up"):
            self._memory.fail_next(call, NotSent("The second page did not come."))

    def owner(self, key: str) -> str | None:
        return self._memory.stored(key).owner

    def labels(self, key: str) -> frozenset[str]:
        return self._memory.stored(key).labels

    def count(self, marker: str) -> int:
        return len(self._memory.with_marker(marker))

    def references(self, key: str) -> list[Reference]:
        url = self._memory.look_up([key])[key].url
        return [Reference(key, named=True, key=key), Reference(key, named=True, url=url)]


class FolderWorld:
    """People edit the files with an editor that writes in place, the hardest case for noticing it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._passed = timedelta()
        self._tracker = FolderTracker(folder, clock=self._now, labels=("postmortem",))

    def _now(self) -> datetime:
        return datetime.now(UTC) + self._passed

    @property
    def tracker(self) -> Tracker:
        return self._tracker

    def pass_time(self, seconds: float) -> None:
        # The clock of the files cannot be moved, so they get older instead.
        self._passed += timedelta(seconds=seconds)

    def sweep(self) -> None:
        """Every listing looks at all of them."""

    def link_back(self, key: str) -> str:
        return self._fields(key)["postmortem"]

    def person_creates(self, title: str) -> str:
        self._folder.mkdir(exist_ok=True)
        key = f"T-{len(list(self._folder.glob('T-*.md'))) + 101}"
        self._write(key, f"---\ntitle: {title}\nstatus: open\nlabels: [home]\n---\nwritten by hand\n")
        return key

    def person_moves(self, key: str, state: State) -> None:
        self._set(key, "status", state.value)

    def person_edits(self, key: str, *, title: str | None = None, due: date | None = None) -> None:
        if title is not None:
            self._set(key, "title", title)
        if due is not None:
            self._set(key, "due", due.isoformat())

    def person_deletes(self, key: str) -> None:
        self._file(key).unlink()

    def forbid(self, key: str) -> None:
        # Permissions do not bind the superuser; that a link leads nowhere binds everybody.
        self._file(key).unlink()
        self._file(key).symlink_to(self._file(key))

    def break_down(self) -> None:
        shutil.rmtree(self._folder)
        self._folder.write_text("in the way")

    def owner(self, key: str) -> str | None:
        return self._fields(key).get("owner")

    def labels(self, key: str) -> frozenset[str]:
        return frozenset(self._fields(key)["labels"])

    def count(self, marker: str) -> int:
        return sum(marker in file.read_text() for file in self._folder.glob("*.md"))

    def references(self, key: str) -> list[Reference]:
        paths = [f"{key}.md", f"../.syncd/tickets/{key}.md", f"https://git.example.com/t/{key}.md?plain=1#x"]
        return [Reference(key, named=True, key=key), *(Reference(key, named=True, url=path) for path in paths)]

    def _file(self, key: str) -> Path:
        return self._folder / f"{key}.md"

    def _fields(self, key: str) -> dict:
        return yaml.safe_load(self._file(key).read_text().split("---\n")[1])

    def _set(self, key: str, name: str, value: str) -> None:
        lines = [line for line in self._file(key).read_text().split("\n") if not line.startswith(f"{name}:")]
        self._write(key, "\n".join([lines[0], f"{name}: {value}", *lines[1:]]))

    def _write(self, key: str, text: str) -> None:
        self._file(key).write_text(text)
        moment = self._now().timestamp()
        os.utime(self._file(key), (moment, moment))


class TestMemoryTracker(TrackerContract):
    @pytest.fixture
    def world(self) -> World:
        return MemoryWorld()


class TestMemoryTrackerLikeGitHub(TrackerContract):
    @pytest.fixture
    def world(self) -> World:
        return MemoryWorld(features=LIKE_GITHUB)


class TestMemoryTrackerWithALaggingSearch(TrackerContract):
    @pytest.fixture
    def world(self) -> World:
        return MemoryWorld(lag=timedelta(minutes=10))


class TestFolderTracker(TrackerContract):
    @pytest.fixture
    def world(self, tmp_path) -> World:
        return FolderWorld(tmp_path / "tickets")
