"""The outside systems that syncd knows: for each kind, the class of its settings and the class that speaks to it.

To add one, write its file and one line here.
"""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel

from connectors.notifiers.apprise_settings import AppriseSettings
from connectors.notifiers.slack_settings import SlackSettings
from connectors.notifiers.smtp_settings import SmtpSettings
from connectors.notifiers.teams_settings import TeamsSettings
from connectors.notifiers.webhook_settings import WebhookSettings
from connectors.sources.folder import FolderSettings
from connectors.trackers.folder import FolderTrackerSettings
from connectors.trackers.github_settings import GitHubTrackerSettings
from connectors.trackers.jira_settings import JiraTrackerSettings

Kinds = Mapping[str, tuple[type[BaseModel], str]]
"""Kind → settings, and the class that speaks to it as ``module:class``: it is loaded only where it is configured."""

SOURCES: Kinds = {
    "folder": (FolderSettings, "connectors.sources.folder:FolderSource"),
}

TRACKERS: Kinds = {
    "folder": (FolderTrackerSettings, "connectors.trackers.folder:FolderTracker"),
    "github": (GitHubTrackerSettings, "connectors.trackers.github:GitHubTracker"),
    "jira": (JiraTrackerSettings, "connectors.trackers.jira:JiraTracker"),
}

NOTIFIERS: Kinds = {
    "apprise": (AppriseSettings, "connectors.notifiers.apprise:AppriseNotifier"),
    "slack": (SlackSettings, "connectors.notifiers.slack:SlackNotifier"),
    "smtp": (SmtpSettings, "connectors.notifiers.smtp:SmtpNotifier"),
    "teams": (TeamsSettings, "connectors.notifiers.teams:TeamsNotifier"),
    "webhook": (WebhookSettings, "connectors.notifiers.webhook:WebhookNotifier"),
}
