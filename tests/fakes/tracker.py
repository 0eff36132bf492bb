"""A tracker that is honest and lives in memory."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from syncd.core.desired import ticket_title
from syncd.core.model import Block, DesiredTicket, Features, Presence, Reference, State, Ticket
from syncd.errors import Refused, TrackerError
from syncd.ports import Clock, Finding, Level, Listing

LIKE_JIRA = Features(links=True, tells_deleted=False)
LIKE_GITHUB = Features(states=frozenset({State.OPEN, State.DONE, State.CANCELLED}), due=False)


@dataclass
class Stored:
    """A ticket as the tracker keeps it."""

    id: str
    key: str
    title: str
    state: State
    born: datetime
    changed_at: datetime
    due: date | None = None
    owner: str | None = None
    labels: frozenset[str] = frozenset()
    marker: str | None = None
    document: str | None = None
    body: tuple[Block, ...] = ()
    version: int = 1
    link_back: str | None = None
    """Where people see it lead, when its links are things of their own."""
    incident: tuple[str, ...] = ()
    archived: bool = False
    was: str | None = None
    """The id it had before it was transferred."""
    former: set[str] = field(default_factory=set)
    """Keys that it had before it was moved; they still lead to it."""


@dataclass(frozen=True)
class Fault:
    """What the next call meets: before it does anything, or after it did everything and lost the answer."""

    error: TrackerError
    after: bool


class MemoryTracker:
    """Tickets in a dictionary.

    Searches (``find``, ``listing``) do not show a ticket before it is ``lag`` old, except to who asks for it by its id.
    The ``person_…`` methods are the hands of people; ``fail_next`` and ``incomplete_next`` script the next calls.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        features: Features | None = None,
        lag: timedelta = timedelta(),
        project: str = "MEM",
        name: str = "memory",
    ) -> None:
        self.features = features or Features(quarantine=lag or None)
        self.creates: Counter[str] = Counter()
        """How many tickets were made with each marker."""
        self.updates = 0
        """How many calls changed something in a ticket that was there."""
        self._clock = clock
        self._lag = lag
        self._project = project
        self._name = name
        self._tickets: dict[str, Stored] = {}
        self._forbidden: set[str] = set()
        self._number = 0
        self._faults: defaultdict[str, deque[Fault]] = defaultdict(deque)
        self._incomplete: str | None = None
        self._notes: list[str] = []

    @property
    def location(self) -> str:
        return f"memory:{self._name}#{self._project}"

    @property
    def projects(self) -> frozenset[str]:
        return frozenset({self._project})

    def resolve(self, reference: Reference) -> str | None:
        if reference.url is not None:
            base = f"https://tickets.example.com/{self._name}/"
            return reference.url.removeprefix(base) if reference.url.startswith(base) else None
        key = reference.key or ""
        return key if key.rpartition("-")[0] == self._project else None

    # --- the port ---------------------------------------------------------------------------------------------------

    def listing(self, known: Mapping[str, str]) -> Listing:
        self._meet("listing", after=False)
        problem, self._incomplete = self._incomplete, None
        if problem is not None:
            return Listing((), complete=False, problem=problem)
        here = [
            self._seen(stored)
            for stored in self._tickets.values()
            if {stored.id, stored.was} & known.keys() or (stored.marker and self._found_by_search(stored))
        ]
        changed = [ticket for ticket in here if self._is_news(ticket, known)]
        here_as = {stored.was for stored in self._tickets.values()} | self._tickets.keys()
        gone = [self._absent(i, Presence.DELETED) for i in known if i not in here_as]
        self._meet("listing", after=True)
        return Listing(tuple(changed + gone))

    def look_up(self, keys: Collection[str]) -> Mapping[str, Ticket]:
        self._meet("look_up", after=False)
        by_key = {key: stored for stored in self._tickets.values() for key in (stored.key, *stored.former)}
        found = {key: self._seen(by_key[key]) for key in keys if key in by_key}
        self._meet("look_up", after=True)
        return found

    def find(self, marker: str) -> Ticket | None:
        self._meet("find", after=False)
        found = [s for s in self._tickets.values() if s.marker == marker and self._found_by_search(s)]
        self._meet("find", after=True)
        return self._seen(found[0]) if found else None

    def create(self, ticket: DesiredTicket, marker: str) -> Ticket:
        self._meet("create", after=False)
        self.creates[marker] += 1
        stored = self._new(
            ticket_title(ticket.title),
            state=self._held(ticket.state),
            due=ticket.due if self.features.due else None,
            owner=ticket.owner,
            labels=frozenset({"syncd", *ticket.labels}),
            marker=marker,
            document=ticket.document,
            body=ticket.body,
        )
        self._meet("create", after=True)
        notes, self._notes = tuple(self._notes), []
        return replace(self._seen(stored), notes=notes)

    def update(
        self,
        ticket_id: str,
        *,
        title: str | None = None,
        state: State | None = None,
        due: date | None = None,
        document: str | None = None,
        incident: Sequence[str] = (),
    ) -> Ticket:
        self._meet("update", after=False)
        stored = self._writable(ticket_id)
        if document is not None and self.features.links:
            self.updates += (stored.link_back, stored.incident) != (document, tuple(incident))
            stored.link_back, stored.incident, document = document, tuple(incident), None
        held = state and self._held(state)
        wanted = self._given(title=title and ticket_title(title), state=held, due=due, document=document)
        self.updates += self._change(stored, **wanted)
        self._meet("update", after=True)
        return self._seen(stored)

    def adopt(self, ticket_id: str, marker: str) -> Ticket:
        self._meet("adopt", after=False)
        stored = self._writable(ticket_id)
        if stored.marker not in (None, marker):
            raise Refused(f"{stored.key} already carries the marker of another item.")
        self.updates += self._change(stored, marker=marker, labels=stored.labels | {"syncd"})
        self._meet("adopt", after=True)
        return self._seen(stored)

    def alike(self, title: str, document: str) -> list[Ticket]:
        self._meet("alike", after=False)
        return [self._seen(s) for s in self._tickets.values() if s.marker is None and title == s.title]

    def check(self) -> list[Finding]:
        return [Finding(Level.OK, "memory", f"{len(self._tickets)} tickets.")]

    # --- what people do ---------------------------------------------------------------------------------------------

    def person_creates(self, title: str, *, state: State = State.OPEN, due: date | None = None) -> str:
        """A ticket without us; returns its key."""
        return self._new(title, state=self._held(state), due=due).key

    def person_moves(self, key: str, state: State) -> None:
        """The ticket gets another state."""
        self._edit(key, state=state)

    def person_edits(self, key: str, *, title: str | None = None, due: date | None = None) -> None:
        """The ticket gets another title, and another due date where there are any."""
        self._edit(key, **self._given(title=title, due=due))

    def person_deletes(self, key: str) -> None:
        """The ticket is gone for ever."""
        del self._tickets[self.stored(key).id]

    def person_renames(self, key: str, new_key: str) -> None:
        """The ticket moves to another project: same id, another key, and the old key still leads to it."""
        stored = self.stored(key)
        stored.former.add(key)
        self._change(stored, key=new_key)

    def person_transfers(self, key: str, new_key: str) -> None:
        """The ticket goes to another place, where it gets another id; who asks for the old one is told."""
        stored = self.stored(key)
        stored.former.add(key)
        stored.was, stored.id = stored.id, f"{stored.id}0"
        self._tickets[stored.id] = self._tickets.pop(stored.was)
        self._change(stored, key=new_key)

    def person_archives(self, key: str) -> None:
        """The ticket can still be read, and not be changed."""
        self._change(self.stored(key), archived=True)

    def forbid(self, key: str) -> None:
        """From now on we may not see or change the ticket."""
        self._forbidden.add(self.stored(key).id)

    def stored(self, key: str) -> Stored:
        """The ticket behind a key, as only the tracker itself sees it."""
        return next(stored for stored in self._tickets.values() if stored.key == key)

    def with_marker(self, marker: str) -> list[Stored]:
        """Every ticket that carries this marker, lag or not."""
        return [stored for stored in self._tickets.values() if stored.marker == marker]

    @property
    def keys(self) -> list[str]:
        """The keys of all tickets, in the order of their making."""
        return [stored.key for stored in self._tickets.values()]

    # --- scripts ----------------------------------------------------------------------------------------------------

    def fail_next(self, call: str, error: TrackerError, *, after: bool = False) -> None:
        """The next ``call`` (a method's name) raises ``error``; ``after``: when the work has been done."""
        self._faults[call].append(Fault(error, after))

    def note_next(self, words: str) -> None:
        """The next ticket made lacks something that was asked for."""
        self._notes.append(words)

    def incomplete_next(self, problem: str) -> None:
        """The next listing could not look everywhere."""
        self._incomplete = problem

    def _meet(self, call: str, *, after: bool) -> None:
        if self._faults[call] and self._faults[call][0].after is after:
            raise self._faults[call].popleft().error

    # --- inside -----------------------------------------------------------------------------------------------------

    def _new(self, title: str, *, state: State, **given: object) -> Stored:
        self._number += 1
        now = self._clock()
        stored = Stored(
            id=str(10_000 + self._number),
            key=f"{self._project}-{self._number}",
            title=title,
            state=state,
            born=now,
            changed_at=now,
            **given,  # type: ignore[arg-type]
        )
        self._tickets[stored.id] = stored
        return stored

    def _given(self, **values: object) -> dict[str, object]:
        return {
            name: value for name, value in values.items() if value is not None and (name != "due" or self.features.due)
        }

    def _edit(self, key: str, **given: object) -> None:
        self._change(self.stored(key), **given)

    def _change(self, stored: Stored, **given: object) -> bool:
        changed = {name: value for name, value in given.items() if getattr(stored, name) != value}
        for name, value in changed.items():
            setattr(stored, name, value)
        if changed:
            stored.version += 1
            stored.changed_at = self._clock()
        return bool(changed)

    def _writable(self, ticket_id: str) -> Stored:
        if ticket_id not in self._tickets:
            raise Refused(f"There is no ticket {ticket_id}.")
        if ticket_id in self._forbidden or self._tickets[ticket_id].archived:
            raise Refused(f"You may not change ticket {ticket_id}.")
        return self._tickets[ticket_id]

    def _held(self, state: State) -> State:
        if state in self.features.states:
            return state
        return State.DONE if state is State.CANCELLED else State.OPEN

    def _found_by_search(self, stored: Stored) -> bool:
        return stored.id not in self._forbidden and self._clock() - stored.born >= self._lag

    def _is_news(self, ticket: Ticket, known: Mapping[str, str]) -> bool:
        return ticket.presence is not Presence.HERE or known.get(ticket.id) != ticket.revision

    def _seen(self, stored: Stored) -> Ticket:
        if stored.id in self._forbidden:
            return replace(self._absent(stored.id, Presence.INACCESSIBLE), key=stored.key)
        return Ticket(
            id=stored.id,
            key=stored.key,
            url=self._url(stored.key),
            title=stored.title,
            state=stored.state,
            due=stored.due,
            marker=stored.marker,
            document=stored.document,
            revision=str(stored.version),
            changed_at=stored.changed_at,
            presence=Presence.ARCHIVED if stored.archived else Presence.HERE,
            was=stored.was,
        )

    def _absent(self, ticket_id: str, presence: Presence) -> Ticket:
        return Ticket(ticket_id, "", self._url(ticket_id), title="", state=State.OPEN, presence=presence)

    def _url(self, key: str) -> str:
        return f"https://tickets.example.com/{self._name}/{key}"
