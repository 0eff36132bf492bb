"""GitHub keeps the promises of a tracker, and those of its own."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.connectors.trackers.github_world import GitHubWorld
from tests.contracts.tracker import TrackerContract


class TestGitHub(TrackerContract):
    @pytest.fixture
    def world(self):
        world = GitHubWorld()
        yield world
        world.close()


class TestGitHubWhoseListsLagBehind(TrackerContract):
    @pytest.fixture
    def world(self):
        world = GitHubWorld(lag=timedelta(minutes=10))
        yield world
        world.close()


class TestGitHubEnterpriseServer(TrackerContract):
    @pytest.fixture
    def world(self):
        world = GitHubWorld("enterprise")
        yield world
        world.close()
