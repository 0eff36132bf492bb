"""``syncd link``, ``unlink`` and ``ignore``: what machines cannot know. Kept in the ledger, obeyed by the next pass."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from syncd.cli.opening import Opening, ledger_to_change, now, opened_to_find, working_for
from syncd.cli.printable import printable
from syncd.cli.terminal import Terminal
from syncd.core.model import Event, Side
from syncd.errors import UsageError
from syncd.find import SHOWN, Found, check_ticket, find, find_now, remember
from syncd.store.ledger import Ledger
from syncd.team import Application


def link(opening: Opening, text: str, ticket: str, terminal: Terminal, *, as_json: bool = False) -> int:
    """Say which ticket is an item's."""
    with _item(opening, text, "syncd link") as item:
        if item.app is not None:
            check_ticket(item.app, ticket)
        item.remember()
        item.ledger.hand_link(item.id, ticket, at=now(), events=[item.event("link", item.ticket, ticket)])
        if item.found.item.ignored is not None:
            item.ledger.ignore(item.id, None, at=now())
    return item.tell(terminal, f"is {ticket}: the next pass joins them", ticket=ticket, as_json=as_json)


def unlink(opening: Opening, text: str, terminal: Terminal, *, as_json: bool = False) -> int:
    """Say that an item's ticket is not its own."""
    with _item(opening, text, "syncd unlink") as item:
        if item.ticket is None:
            raise UsageError(f"{item.called} has no ticket: there is nothing to take apart.")
        item.remember()
        item.ledger.hand_unlink(item.id, at=now(), events=[item.event("link", item.ticket, None)])
    return item.tell(terminal, f"lets {item.ticket} go; the ticket itself is left alone", as_json=as_json)


def ignore(opening: Opening, text: str, reason: str, terminal: Terminal, *, as_json: bool = False) -> int:
    """Say that an item needs no ticket."""
    reason = reason.strip()
    if not reason:
        raise UsageError("--reason is empty. Say why the item needs no ticket: it is shown whenever somebody asks.")
    with _item(opening, text, "syncd ignore") as item:
        item.remember()
        before = item.found.item.ignored
        item.ledger.ignore(item.id, reason, at=now(), events=[item.event("ignored", before, reason)])
    words = "is left alone from now on; `syncd link` takes it back"
    return item.tell(terminal, words, ticket=item.ticket, ignored=reason, as_json=as_json)


@dataclass(frozen=True, slots=True)
class _Item:
    """The item that a person means, where their word about it is kept."""

    opening: Opening
    found: Found
    ledger: Ledger
    app: Application | None
    """None when there are no settings, only a ledger."""

    @property
    def id(self) -> str:
        return self.found.item.id

    @property
    def ticket(self) -> str | None:
        return self.found.item.link.key if self.found.item.link else None

    @property
    def called(self) -> str:
        return f"{self.id} “{printable(self.found.item.action, SHOWN)}”"

    def remember(self) -> None:
        remember(self.ledger, self.found, now())

    def event(self, field: str, before: str | None, after: str | None) -> Event:
        return Event(self.id, field, before, after, Side.PERSON, now())

    def tell(
        self,
        terminal: Terminal,
        words: str,
        *,
        as_json: bool,
        ticket: str | None = None,
        ignored: str | None = None,
    ) -> int:
        """Say what was kept, and what comes next."""
        if as_json:
            terminal.data(
                {
                    "version": 1,
                    "item": self.id,
                    "document": self.found.document.path,
                    "line": self.found.item.line,
                    "action": self.found.item.action,
                    "ticket": ticket,
                    "ignored": ignored,
                }
            )
        else:
            terminal.hint(f"{self.called} {words}.")
            if self.app is not None:
                terminal.hint("Next: ", (f"syncd reconcile{self.opening.flags}", "cyan"))
        return 0


@contextmanager
def _item(opening: Opening, text: str, command: str) -> Iterator[_Item]:
    """The item, while nobody else works for its team; with settings, as its document stands now."""
    if opening.configured:
        with opened_to_find(opening) as app:
            found = find_now(app, text)
            with working_for(app.ledger, [found.document.team], opening, command) as ledger:
                yield _Item(opening, found, ledger, app)
    else:
        with ledger_to_change(opening) as ledger:
            found = find(ledger, text)
            with working_for(ledger, [found.document.team], opening, command) as mine:
                yield _Item(opening, found, mine, None)
