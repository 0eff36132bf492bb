"""Planning is a function of what is there: not of the order in which it is handed over, nor of the hour."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from syncd.core.change import plan_hash
from syncd.core.model import Disposition, Features, KnownItem, State, Ticket
from tests.core.planning import DEFAULT, MARKER, OPS, POLICY, effect, item, key, planned, ticket, vanished, view
from tests.line import table

TEXTS = ["Add an alert", "Add an alarm", "Rotate the keys", "Write the runbook", "Raise the limit to 5"]
PATHS = ["a.md", "b.md", "c.md"]
HEADER = "| ID | Action | Owner | Status | Ticket |"


@dataclass(frozen=True)
class Chance:
    """What a random world is made of."""

    draw: st.DrawFn

    def one(self, values):
        return self.draw(st.sampled_from(values))

    def ticket(self, number: int) -> Ticket:
        state = self.one([State.OPEN, State.DONE])
        return ticket(f"OPS-{number}", self.one(TEXTS), state=state, path=self.one([*PATHS, None]))

    def text(self, tickets: list[Ticket]) -> str:
        names = ["", "OPS-9", *(t.key for t in tickets)]
        count = self.draw(st.integers(1, 3))
        rows = [
            f"| {n} | {self.one(TEXTS)} | {owner} | {self.one(['Open', 'Done', ''])} | {self.one(names)} |"
            for n, owner in enumerate(self.one(["Core", "Web"]) for _ in range(count))
        ]
        day, tail = self.one([16, 20]), self.one(["", "\nIDActionOwnerStatus\n"])
        return table(*rows, header=HEADER).replace("October 16", f"October {day}") + tail

    def items(self, path: str, tickets: list[Ticket]) -> list[KnownItem]:
        return [
            item(
                self.one(TEXTS),
                self.one([None, *tickets]),
                path=path,
                id=f"{path}-{n}",
                row_id=self.one(["0", "1"]),
                disposition=self.one(list(Disposition)),
            )
            for n in range(self.draw(st.integers(0, 2)))
        ]


@st.composite
def worlds(draw):
    """Views, what vanished, and everything else."""
    chance = Chance(draw)
    place = replace(OPS, features=chance.one([Features(), Features(due=False)]))
    tickets = [chance.ticket(n) for n in range(1, 4)]
    items = {path: chance.items(path, tickets) for path in (*PATHS, "gone.md")}
    held = [i for known in items.values() for i in known if i.link]
    pending = [i for known in items.values() for i in known if not i.link]
    views = [
        view(chance.text(tickets), *items[path], path=path, tickets=tickets, new=not items[path])
        for path in PATHS[: draw(st.integers(1, 3))]
    ]
    world = replace(
        DEFAULT,
        tickets={(OPS.location, t.id): t for t in tickets},
        unclaimed=tuple((place, t) for t in tickets if t.marker and not any(i.link.ticket_id == t.id for i in held)),
        effects={i.id: effect(i.id, path=i.document.rpartition(":")[2], marker=MARKER + i.id) for i in pending[:1]},
        found={MARKER + i.id: chance.one([None, ticket("OPS-4", i.action)]) for i in pending[:1]},
        holders={(OPS.location, t.id): tuple(i for i in held if i.link.ticket_id == t.id) for t in tickets},
        paths={key(path): path for path in items},
        places={"ops": place},
        policy=replace(POLICY, creates_per_pass=chance.one([2, 100])),
    )
    return views, [vanished("gone.md", *items["gone.md"])] if items["gone.md"] else [], world


@given(worlds(), st.randoms())
def test_a_plan_does_not_depend_on_the_order_in_which_documents_are_handed_over(made, chance):
    views, gone, world = made
    shuffled = list(views)
    chance.shuffle(shuffled)
    once, again = planned(*views, world=world, vanished=gone), planned(*shuffled, world=world, vanished=gone)
    assert once == again


@given(worlds())
def test_a_plan_does_not_depend_on_the_hour(made):
    views, gone, world = made
    later = replace(world, now=world.now + timedelta(hours=1))
    once, again = planned(*views, world=world, vanished=gone), planned(*views, world=later, vanished=gone)
    assert plan_hash(once.changes) == plan_hash(again.changes)
    assert plan_hash(reversed(once.changes)) == plan_hash(once.changes)


@given(worlds())
def test_every_row_has_one_fate_with_a_reason_where_it_gets_no_ticket(made):
    views, gone, world = made
    result = planned(*views, world=world, vanished=gone)
    rows = [i for d in result.documents if d.postmortem for i in d.items[: len(d.ids)]]
    assert len(rows) == sum(len(v.postmortem.items) for v in views)
    assert len({i.id for i in rows}) == len(rows)
    assert all(i.reason for i in rows if i.disposition in (Disposition.BLOCKED, Disposition.IGNORED))
    assert {i.disposition for i in rows} <= set(Disposition) - {Disposition.DETACHED}


@given(worlds())
def test_no_ticket_is_created_for_an_item_that_has_one_and_none_is_adopted_by_two_documents(made):
    views, gone, world = made
    result = planned(*views, world=world, vanished=gone)
    linked = {i.id for v in views for i in v.items if i.link}
    assert not linked & {c.item_id for c in result.changes if c.kind == "create"}
    adopted = {(c.ticket, c.document) for c in result.changes if c.kind == "adopt" and c.link and not c.detach}
    assert len({t for t, _ in adopted}) == len(adopted)
