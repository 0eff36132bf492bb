"""A world to plan in: documents as text, tickets as values, items as the ledger would know them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from syncd.core.change import Change, Plan
from syncd.core.desired import Policy
from syncd.core.merge import created_link
from syncd.core.model import (
    FIELDS,
    Disposition,
    Document,
    Effect,
    EffectKind,
    EffectState,
    Features,
    KnownDocument,
    KnownItem,
    State,
    Ticket,
)
from syncd.core.pace import paced
from syncd.core.plan import Vanished, plan
from syncd.core.postmortem import finished, parse
from syncd.core.world import Named, Place, View, World
from syncd.core.write_back import write_back
from tests.line import WORDS, table

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
OPS = Place("ops", "memory:ops#OPS")
MARKER = "0123456789ab"
POLICY = Policy(team="core", trackers=("ops",), status_words=WORDS)
DEFAULT = World(policy=POLICY, places={"ops": OPS}, now=NOW)


def ticket(key: str, title: str, *, state: State = State.OPEN, path: str | None = "a.md", **given: object) -> Ticket:
    """A ticket of ours that came from the document at ``path``; None: a person's."""
    ours: dict[str, object] = {} if path is None else {"marker": MARKER, "document": location(path)}
    known = {"id": key.rpartition("-")[2], "url": f"https://tickets.example.com/{key}", "revision": "1"}
    return Ticket(**{**known, **ours, "key": key, "title": title, "state": state, **given})  # type: ignore[arg-type]


def location(path: str) -> str:
    return f"https://wiki.example.com/{path}"


def view(
    text: str,
    *items: KnownItem,
    path: str = "a.md",
    tickets: Sequence[Ticket] = (),
    new: bool = False,
    rule: str | None = None,
) -> View:
    """A document and what the ledger knows of it. ``tickets`` are those that exist; rows name them by their keys."""
    document = Document(key(path), path, text, "2", location=location(path))
    postmortem = parse(document, projects=frozenset({"OPS"}))
    by_key = {t.key: t for t in tickets}
    named = {
        row: tuple(Named(OPS, r.key, by_key.get(r.key)) for r in item.named if r.key and r.key.startswith("OPS-"))
        for row, item in enumerate(postmortem.items)
    }
    return View(
        postmortem=postmortem,
        finished=finished(postmortem, rule=rule, today=NOW.date()),
        source="memory:docs",
        label="docs",
        record=None if new else record(path),
        items=items,
        named={row: found for row, found in named.items() if found},
    )


def key(path: str) -> str:
    return f"memory:docs:{path}"


def record(path: str) -> KnownDocument:
    return KnownDocument(key(path), "memory:docs", "core", path, "1", location(path))


def item(action: str, there: Ticket | None = None, *, path: str = "a.md", **known: object) -> KnownItem:
    """An item as the ledger knows it from the last pass; with a ticket, as it was when the two last agreed."""
    name = str(known.pop("id", action[:8].casefold().replace(" ", "-")))
    link = None
    if there is not None:
        agreed = {"title": there.title, "state": there.state, "due": there.due, "document": there.document}
        sent = {n: None if agreed[n] is None else str(agreed[n]) for n in FIELDS}
        link = replace(created_link(name, OPS.location, there, marker=MARKER, sent=sent), named=True)
    defaults: dict[str, object] = {
        "line": 14,
        "owner": "Core",
        "disposition": Disposition.PENDING if link is None else Disposition.LINKED,
    }
    return KnownItem(id=name, document=key(path), action=action, link=link, **{**defaults, **known})  # type: ignore[arg-type]


def effect(item_id: str, state: EffectState = EffectState.UNKNOWN, *, path: str = "a.md", **known: object) -> Effect:
    """An open create of an item."""
    sent = {"title": "Add an alert", "state": "open", "due": None, "document": location(path)}
    defaults: dict[str, object] = {
        "prepared_at": NOW,
        "sent_at": NOW,
        "tracker": OPS.location,
        "marker": MARKER,
        "payload": sent,
        "attempts": 1,
    }
    return Effect(1, EffectKind.CREATE, state, key(path), item_id=item_id, **{**defaults, **known})  # type: ignore[arg-type]


def planned(*views: View, world: World = DEFAULT, **others: object) -> Plan:
    """The plan of these documents; one that is not told says nothing about the tickets."""

    def write(postmortem, cells, features: Features):  # type: ignore[no-untyped-def]
        words, states = world.policy.status_words, features.states
        again = lambda d: parse(d, projects=frozenset({"OPS"}))  # noqa: E731
        return write_back(postmortem, cells, status_words=words, states=states, reparse=again)

    made = plan(views, world, write_back=write, documents_now=len(views), **others)  # type: ignore[arg-type]
    return paced([made], world.policy.creates_per_pass)[0]


def world(*tickets: Ticket, holders: Mapping[str, KnownItem] | None = None, **given: object) -> World:
    """A world in which these known tickets changed; ``holders``: ticket key → the item that has it."""
    news = {(OPS.location, t.id): t for t in tickets}
    held = {(OPS.location, k.rpartition("-")[2]): (i,) for k, i in (holders or {}).items()}
    return replace(DEFAULT, tickets=news, holders=held, **given)  # type: ignore[arg-type]


def vanished(path: str, *items: KnownItem) -> Vanished:
    """A document that the source no longer holds."""
    return Vanished(record(path), items)


def brief(made: Plan) -> list[str]:
    """A plan's changes as words: kind, ticket, outcome unless planned."""
    return [
        " ".join(filter(None, (c.kind, c.ticket, "" if c.outcome == "planned" else c.outcome))) for c in made.changes
    ]


def reasons(made: Plan, kind: str) -> list[str]:
    """The reasons of the changes of one kind."""
    return [c.reason for c in made.changes if c.kind == kind]


def only(made: Plan, kind: str) -> Change:
    """The one change of that kind."""
    [change] = [c for c in made.changes if c.kind == kind]
    return change


def dispositions(made: Plan) -> dict[str, Disposition]:
    """What becomes of each row and each item that lost its row, by text."""
    return {i.action: i.disposition for d in made.documents for i in d.items}


# --- one row and its ticket

TICKETS = "| Action | Owner | Due date | Status | Ticket |"
ALERT = ticket("OPS-1", "Add an alert", due=date(2026, 12, 1))


def alert(
    *, text: str = "Add an alert", owner: str = "Core", due: str = "Dec 1", status: str = "Open", named: str = "OPS-1"
) -> str:
    """A document of one row, which names its ticket."""
    return table(f"| {text} | {owner} | {due} | {status} | {named} |", header=TICKETS)


def alert_view(known: KnownItem | None = None, there: Ticket = ALERT, **row: str) -> View:
    """That document beside what is known of it; ``there`` is the ticket as it is now."""
    return view(alert(**row), known or item("Add an alert", ALERT), tickets=[there])
