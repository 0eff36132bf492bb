"""Pages with the tickets of the sample postmortems, much as GitHub and Jira show them."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from pathlib import Path

from markdown_it import MarkdownIt

from connectors.clients import github_body, jira_compose, jira_markup
from syncd.core.desired import Policy, desired_ticket, ticket_title
from syncd.core.model import DesiredTicket, Document
from syncd.core.postmortem import parse
from tests.looks.wiki import wiki_html

SAMPLES = Path(__file__).resolve().parents[2] / "config" / "samples"
WHERE = "https://git.example.com/acme/ops/blob/main/docs/postmortems"
MARKER = "0123456789ab"
_POLICY = Policy(team="payments", trackers=("there",))
_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><style>
body { margin: 16px; color: #1f2328; font: 14px/1.5 "Noto Sans", sans-serif; overflow-wrap: anywhere; }
article { border: 1px solid #d1d9e0; border-radius: 6px; padding: 16px; margin-bottom: 24px; }
h2 { font-size: 20px; margin: 0 0 8px; } h3 { font-size: 17px; margin: 20px 0 12px; }
p, ul { margin: 0 0 12px; } ul { padding-left: 24px; } a { color: #0969da; }
code, tt { background: #eff1f3; border-radius: 4px; padding: 2px 5px; font: 12px "Noto Sans Mono", monospace; }
.labels span { border: 1px solid #d1d9e0; border-radius: 12px; padding: 1px 8px; margin-right: 4px; font-size: 12px; }
</style></head><body>%s</body></html>"""


def ticket_pages() -> Iterator[tuple[str, str]]:
    """For each sample a page with its tickets on GitHub, and one with those in Jira."""
    for path in sorted(SAMPLES.glob("*.md")):
        tickets = tickets_of(path.read_text(encoding="utf-8"), path.name)
        yield f"{path.stem}-github", _PAGE % "".join(map(_github, tickets))
        yield f"{path.stem}-jira", _PAGE % "".join(map(_jira, tickets))


def tickets_of(text: str, name: str) -> list[DesiredTicket]:
    """What the items of a document ask for."""
    document = Document(name, f"docs/postmortems/{name}", text, "", location=f"{WHERE}/{name}")
    postmortem = parse(document)
    asked = (desired_ticket(postmortem, item, policy=_POLICY) for item in postmortem.items)
    return [ticket for ticket in asked if isinstance(ticket, DesiredTicket)]


def github_html(body: str) -> str:
    """A body as GitHub renders it: line ends of a paragraph stay, comments are not seen."""
    renderer = MarkdownIt("commonmark", {"html": True, "breaks": True}).enable(["table", "strikethrough"])
    return renderer.render(body)


def _github(ticket: DesiredTicket) -> str:
    body = github_body.compose(ticket.body, document=ticket.document, marker=MARKER).text
    return _article(ticket_title(ticket.title), ("syncd", *ticket.labels), github_html(body))


def _jira(ticket: DesiredTicket) -> str:
    body = jira_markup.description(ticket.body, document=ticket.document)
    labels = jira_compose.labels(ticket.labels, marker=MARKER)
    return _article(jira_markup.title(ticket.title), labels, wiki_html(body))


def _article(title: str, labels: Sequence[str], shown: str) -> str:
    pills = "".join(f"<span>{html.escape(label)}</span>" for label in labels)
    return f'<article><h2>{html.escape(title)}</h2><p class="labels">{pills}</p>{shown}</article>'
