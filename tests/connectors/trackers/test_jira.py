"""Both Jiras keep the promises of a tracker, through the real client library and HTTP."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.connectors.trackers.jira_world import JiraWorld
from tests.contracts.tracker import TrackerContract


class TestJiraCloud(TrackerContract):
    @pytest.fixture
    def world(self):
        world = JiraWorld("cloud")
        yield world
        world.close()


class TestJiraCloudWithALaggingSearch(TrackerContract):
    @pytest.fixture
    def world(self):
        world = JiraWorld("cloud", lag=timedelta(minutes=10))
        yield world
        world.close()


class TestJiraDataCenter(TrackerContract):
    @pytest.fixture
    def world(self):
        world = JiraWorld("datacenter")
        yield world
        world.close()


class TestJiraDataCenterFarFromUtc(TrackerContract):
    @pytest.fixture
    def world(self):
        world = JiraWorld("datacenter", lag=timedelta(minutes=3), zone="Pacific/Kiritimati")
        yield world
        world.close()
