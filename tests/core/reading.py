"""What the tests of reading share: a document from a text, and its items."""

from __future__ import annotations

from syncd.core.model import ActionItem, Document, Markup, Postmortem
from syncd.core.postmortem import parse

HEAD = "# Outage of the shop\n\n**Date:** 2024-03-04\n\n## Action items\n\n"


def document(text: str, *, path: str = "a.md", markup: Markup = Markup.MARKDOWN) -> Document:
    """A document that nobody keeps."""
    return Document(f"test:{path}", path, text, "1", markup)


def read(text: str, *, projects: frozenset[str] = frozenset(), path: str = "a.md") -> Postmortem:
    """What a Markdown text says."""
    return parse(document(text, path=path), projects=projects)


def items(section: str, *, projects: frozenset[str] = frozenset()) -> tuple[ActionItem, ...]:
    """The items of a section that is called "Action items"."""
    return read(HEAD + section, projects=projects).items


def item(line: str, *, projects: frozenset[str] = frozenset()) -> ActionItem:
    """The one item that a bullet is."""
    (found,) = items(f"- {line}\n", projects=projects)
    return found
