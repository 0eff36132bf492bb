"""What GitHub holds, as its REST API writes it. URLs stand on the host that was asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.emulators.github_access import Caller
from tests.emulators.github_state import ROLES, Comment, Issue, Label, Repository, World, node_id

Json = dict[str, Any]

_USER_URLS = {
    "followers_url": "followers",
    "following_url": "following{/other_user}",
    "gists_url": "gists{/gist_id}",
    "starred_url": "starred{/owner}{/repo}",
    "subscriptions_url": "subscriptions",
    "organizations_url": "orgs",
    "repos_url": "repos",
    "events_url": "events{/privacy}",
    "received_events_url": "received_events",
}
_REPOSITORY_URLS = {
    "archive_url": "{archive_format}{/ref}",
    "assignees_url": "assignees{/user}",
    "blobs_url": "git/blobs{/sha}",
    "branches_url": "branches{/branch}",
    "collaborators_url": "collaborators{/collaborator}",
    "comments_url": "comments{/number}",
    "commits_url": "commits{/sha}",
    "compare_url": "compare/{base}...{head}",
    "contents_url": "contents/{+path}",
    "git_commits_url": "git/commits{/sha}",
    "git_refs_url": "git/refs{/sha}",
    "git_tags_url": "git/tags{/sha}",
    "issue_comment_url": "issues/comments{/number}",
    "issue_events_url": "issues/events{/number}",
    "issues_url": "issues{/number}",
    "keys_url": "keys{/key_id}",
    "labels_url": "labels{/name}",
    "milestones_url": "milestones{/number}",
    "notifications_url": "notifications{?since,all,participating}",
    "pulls_url": "pulls{/number}",
    "releases_url": "releases{/id}",
    "statuses_url": "statuses/{sha}",
    "trees_url": "git/trees{/sha}",
    "contributors_url": "contributors",
    "deployments_url": "deployments",
    "downloads_url": "downloads",
    "events_url": "events",
    "forks_url": "forks",
    "hooks_url": "hooks",
    "languages_url": "languages",
    "merges_url": "merges",
    "stargazers_url": "stargazers",
    "subscribers_url": "subscribers",
    "subscription_url": "subscription",
    "tags_url": "tags",
    "teams_url": "teams",
}
_PULL_HAS_TOO = (
    *("node_id", "number", "title", "body", "user", "state", "locked", "labels", "assignee", "assignees", "milestone"),
    *("created_at", "updated_at", "closed_at", "author_association", "active_lock_reason", "comments"),
    *("html_url", "comments_url"),
)
_REACTIONS = ("+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes")


def stamp(moment: datetime | None) -> str | None:
    """A time as GitHub writes it."""
    return None if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True)
class Writer:
    """Renders for one request: `api` is the root of the API's URLs, `web` of the pages people see."""

    world: World
    caller: Caller
    api: str
    web: str

    def user(self, login: str) -> Json:
        """The short form of an account."""
        user = self.world.user(login)
        url = f"{self.api}/users/{user.login}"
        return {
            "login": user.login,
            "id": user.id,
            "node_id": node_id("U", user.id),
            "avatar_url": f"{self.web}/avatars/{user.id}",
            "gravatar_id": "",
            "url": url,
            "html_url": f"{self.web}/{user.login}",
            **{name: f"{url}/{path}" for name, path in _USER_URLS.items()},
            "type": user.type,
            "user_view_type": "public",
            "site_admin": False,
        }

    def account(self, login: str) -> Json:
        """The long form of an account, as others see it."""
        since = stamp(datetime(2020, 1, 1))  # noqa: DTZ001 - only written down
        nothing = dict.fromkeys(("name", "company", "location", "email", "hireable", "bio", "twitter_username"))
        counts = dict.fromkeys(("public_repos", "public_gists", "followers", "following"), 0)
        return self.user(login) | nothing | {"blog": ""} | counts | {"created_at": since, "updated_at": since}

    def repository_url(self, repository: Repository) -> str:
        """Its place in the API."""
        return f"{self.api}/repos/{repository.full_name}"

    def repository(self, repository: Repository) -> Json:
        """A repository in full."""
        url, html = self.repository_url(repository), f"{self.web}/{repository.full_name}"
        git = f"git://git.example.com/{repository.full_name}.git"
        zeros = ("forks", "forks_count", "size", "stargazers_count", "watchers", "watchers_count", "network_count")
        off = ("fork", "has_wiki", "has_pages", "has_discussions", "has_downloads", "has_projects", "disabled")
        open_issues = sum(1 for issue in repository.alive() if issue.state == "open")
        return {
            "id": repository.id,
            "node_id": node_id("R", repository.id),
            "name": repository.name,
            "full_name": repository.full_name,
            "private": repository.private,
            "visibility": "private" if repository.private else "public",
            "owner": self.user(repository.owner),
            "html_url": html,
            "url": url,
            **{name: f"{url}/{path}" for name, path in _REPOSITORY_URLS.items()},
            "git_url": git,
            "ssh_url": git,
            "clone_url": f"{html}.git",
            "svn_url": html,
            **dict.fromkeys(("description", "homepage", "language", "mirror_url", "license")),
            **dict.fromkeys((*zeros, "subscribers_count"), 0),
            **dict.fromkeys(off, False),
            "has_issues": repository.has_issues,
            "archived": repository.archived,
            "open_issues": open_issues,
            "open_issues_count": open_issues,
            "default_branch": "main",
            **dict.fromkeys(("created_at", "updated_at", "pushed_at"), stamp(repository.created_at)),
            "permissions": self._permissions(repository),
        }

    def _permissions(self, repository: Repository) -> Json:
        allowed = {role: self.caller.can(role, repository) for role in ROLES}
        pull = allowed["read"] or not repository.private
        return {name: allowed[name] for name in ("admin", "maintain", "triage")} | {
            "push": allowed["write"],
            "pull": pull,
        }

    def label(self, repository: Repository, label: Label) -> Json:
        """A label of a repository."""
        return {
            "id": label.id,
            "node_id": node_id("LA", label.id),
            "url": f"{self.repository_url(repository)}/labels/{label.name}".replace(" ", "%20"),
            "name": label.name,
            "description": label.description,
            "color": label.color,
            "default": False,
        }

    def labels(self, issue: Issue) -> list[Json]:
        """The labels of an issue."""
        repository = self.world.repositories[issue.repository_id]
        return [self.label(repository, repository.labels[name.lower()]) for name in issue.labels]

    def html_url(self, issue: Issue) -> str:
        """The page of an issue or pull request."""
        repository = self.world.repositories[issue.repository_id]
        return f"{self.web}/{repository.full_name}/{'pull' if issue.pull else 'issues'}/{issue.number}"

    def issue(self, issue: Issue) -> Json:
        """An issue, or a pull request as the issues API shows it."""
        repository = self.world.repositories[issue.repository_id]
        home = self.repository_url(repository)
        url = f"{home}/issues/{issue.number}"
        assignees = [self.user(login) for login in issue.assignees]
        done = sum(1 for child in map(self.world.by_id, issue.children) if child and child.state == "closed")
        total = len(issue.children)
        rendered = {
            "url": url,
            "repository_url": home,
            "labels_url": f"{url}/labels{{/name}}",
            **{f"{name}_url": f"{url}/{name}" for name in ("comments", "events", "timeline")},
            "html_url": self.html_url(issue),
            "id": issue.id,
            "node_id": issue.node_id,
            "number": issue.number,
            "title": issue.title,
            "user": self.user(issue.author),
            "labels": self.labels(issue),
            "state": issue.state,
            "locked": False,
            "assignee": assignees[0] if assignees else None,
            "assignees": assignees,
            "milestone": None,
            "comments": len(issue.comments),
            **{name: stamp(getattr(issue, name)) for name in ("created_at", "updated_at", "closed_at")},
            "author_association": self._association(repository, issue.author),
            "active_lock_reason": None,
            "body": issue.body,
            "closed_by": self.user(issue.closed_by) if issue.closed_by else None,
            "reactions": {"url": f"{url}/reactions", "total_count": 0} | dict.fromkeys(_REACTIONS, 0),
            "performed_via_github_app": None,
            "state_reason": issue.state_reason,
            "sub_issues_summary": {
                "total": total,
                "completed": done,
                "percent_completed": done * 100 // total if total else 0,
            },
        }
        return rendered | (self._pull_of_issue(issue, home) if issue.pull else {})

    def _pull_of_issue(self, issue: Issue, home: str) -> Json:
        assert issue.pull is not None
        html = self.html_url(issue)
        parts = {"url": f"{home}/pulls/{issue.number}", "html_url": html}
        parts |= {"diff_url": f"{html}.diff", "patch_url": f"{html}.patch"}
        return {"draft": issue.pull.draft, "pull_request": {**parts, "merged_at": stamp(issue.pull.merged_at)}}

    def _association(self, repository: Repository, login: str) -> str:
        if login == repository.owner:
            return "OWNER"
        return "COLLABORATOR" if login in repository.roles else "NONE"

    def comment(self, issue: Issue, comment: Comment) -> Json:
        """A comment on an issue."""
        repository = self.world.repositories[issue.repository_id]
        home = self.repository_url(repository)
        return {
            "id": comment.id,
            "node_id": node_id("IC", comment.id),
            "url": f"{home}/issues/comments/{comment.id}",
            "html_url": f"{self.html_url(issue)}#issuecomment-{comment.id}",
            "issue_url": f"{home}/issues/{issue.number}",
            "user": self.user(comment.author),
            "body": comment.body,
            **dict.fromkeys(("created_at", "updated_at"), stamp(comment.created_at)),
            "author_association": self._association(repository, comment.author),
        }

    def pull(self, issue: Issue) -> Json:
        """A pull request in full."""
        assert issue.pull is not None
        repository = self.world.repositories[issue.repository_id]
        home = self.repository_url(repository)
        url, shown = f"{home}/pulls/{issue.number}", self.issue(issue)
        side = {"sha": f"{issue.id:040x}", "user": self.user(repository.owner), "repo": self.repository(repository)}
        links = {
            "self": url,
            "html": shown["html_url"],
            "issue": shown["url"],
            "comments": shown["comments_url"],
            "review_comments": f"{url}/comments",
            "review_comment": f"{home}/pulls/comments{{/number}}",
            "commits": f"{url}/commits",
            "statuses": f"{home}/statuses/{side['sha']}",
        }
        numbers = ("additions", "changed_files", "commits", "deletions", "review_comments")
        merger = issue.pull.merged_by
        return {
            **{name: shown[name] for name in _PULL_HAS_TOO},
            **dict.fromkeys(numbers, 1),
            "id": issue.id,
            "url": url,
            "issue_url": shown["url"],
            "diff_url": shown["pull_request"]["diff_url"],
            "patch_url": shown["pull_request"]["patch_url"],
            "commits_url": links["commits"],
            "review_comments_url": links["review_comments"],
            "review_comment_url": links["review_comment"],
            "statuses_url": links["statuses"],
            "_links": {name: {"href": href} for name, href in links.items()},
            "base": side | {"label": f"{repository.owner}:main", "ref": "main"},
            "head": side | {"label": f"{repository.owner}:work", "ref": "work"},
            "draft": issue.pull.draft,
            "merged": issue.pull.merged_at is not None,
            "merged_at": stamp(issue.pull.merged_at),
            "merged_by": self.user(merger) if merger else None,
            "merge_commit_sha": None,
            "mergeable": None,
            "mergeable_state": "unknown",
            "maintainer_can_modify": False,
            "auto_merge": None,
        }
