"""Tickets as files in a folder of this machine: one ``KEY.md`` each, which people edit by hand."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from connectors.clients.folder_check import check_folder
from connectors.clients.ticket_file import LABEL, Content, adopted, compose, content, updated
from connectors.clients.ticket_folder import MAX_BYTES, Held, TicketFolder, is_key, stamp
from connectors.clients.ticket_markdown import markdown, relative
from syncd.core.desired import ticket_title
from syncd.core.model import DesiredTicket, Presence, Reference, State, Ticket
from syncd.errors import NotSent, OutcomeUnknown, Refused
from syncd.ports import Clock, Features, Finding, Listing

_YOUNG = timedelta(seconds=3)
"""A file changed less than this ago may change again without a new time: the coarsest file systems count in 2 s."""
_SETTLED, _RACY = ":", "~"
_DIGEST = 16
_LAST_MOMENT = 253_402_300_799 * 10**9
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")


class FolderTrackerSettings(BaseModel):
    """One ``[teams.NAME.trackers.NAME]`` of kind ``folder``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["folder"] = "folder"
    path: Path
    prefix: str = Field(default="T", pattern=r"^[A-Z][A-Z0-9]*$", examples=["T", "OPS2"])
    labels: tuple[str, ...] = ("postmortem",)


def _no_floor() -> int:
    return 0


class FolderTracker:
    """A folder of ticket files; keeps the promises of :class:`syncd.ports.Tracker`.

    A ticket's id is its key: keys are never used twice. ``floor`` gives the highest number known elsewhere (in the
    ledger, in documents), so that keys stay unique after the folder was lost; it is asked at each create. Files of
    another prefix are followed too: somebody may have changed the prefix. ``clock`` tells which files are so young
    that their time cannot vouch for their content.
    """

    def __init__(
        self,
        path: Path,
        *,
        clock: Clock,
        prefix: str = "T",
        labels: Collection[str] = (),
        floor: Callable[[], int] = _no_floor,
    ) -> None:
        self._folder = TicketFolder(path)
        self._clock = clock
        self._prefix = prefix
        self._labels = tuple(labels)
        self._floor = floor
        self._reference = re.compile(rf"(?:^|/)({prefix}-[0-9]{{1,15}})\.md(?:[?#].*)?$", re.ASCII | re.DOTALL)
        self._read: dict[str, tuple[str, str, bool]] = {}
        """By key: stamp, digest and whether it has a marker, of files whose time vouches for their content."""

    @property
    def location(self) -> str:
        """``folder:`` and the real absolute path."""
        return f"folder:{os.path.realpath(self._folder.path)}"

    @property
    def features(self) -> Features:
        """All states and due dates; what was created is found at once."""
        return Features()

    @property
    def projects(self) -> frozenset[str]:
        """The prefix."""
        return frozenset({self._prefix})

    def resolve(self, reference: Reference) -> str | None:
        """``T-1``, or a link whose path ends in ``T-1.md``; see :meth:`syncd.ports.Tracker.resolve`."""
        if found := self._reference.search(reference.url or reference.text):
            return found[1]
        key = reference.key or ""
        return key if reference.url is None and is_key(key) and key.startswith(f"{self._prefix}-") else None

    # --- reading ----------------------------------------------------------------------------------------------------

    def listing(self, known: Mapping[str, str]) -> Listing:
        """What changed; see :meth:`syncd.ports.Tracker.listing`. Unchanged files are not even opened."""
        tickets: list[Ticket] = []
        hidden: list[str] = []
        seen: set[str] = set()
        try:
            for key, entry in self._folder.entries():
                try:
                    ticket = self._changed(key, entry, known.get(key))
                except FileNotFoundError:
                    continue
                except OSError as error:
                    ticket = self._absent(key, Presence.INACCESSIBLE) if key in known else None
                    if ticket is None:
                        hidden.append(f"{key}.md ({error.strerror})")
                seen.add(key)
                if ticket is not None:
                    tickets.append(ticket)
        except FileNotFoundError:
            return self._missing(known)
        except OSError as error:
            return Listing(tuple(tickets), complete=False, problem=self._unlisted(error))
        # An editor that saves by renaming may hide a file from a scan in progress.
        gone = [key for key in known if key not in seen and not os.path.lexists(self._folder.file(key))]
        tickets += [self._absent(key, Presence.DELETED) for key in gone]
        return Listing(tuple(tickets), complete=not hidden, problem=_about(hidden))

    def look_up(self, keys: Collection[str]) -> Mapping[str, Ticket]:
        """The tickets of these keys; see :meth:`syncd.ports.Tracker.look_up`."""
        found: dict[str, Ticket] = {}
        for key in filter(is_key, keys):
            try:
                found[key] = self._ticket(key, self._folder.read(key))
            except FileNotFoundError:
                continue
            except NotADirectoryError as error:
                raise NotSent(self._unlisted(error)) from error
            except OSError:
                found[key] = self._absent(key, Presence.INACCESSIBLE)
        return found

    def find(self, marker: str) -> Ticket | None:
        """The ticket carrying this marker, after reading every file; see :meth:`syncd.ports.Tracker.find`.

        A file whose front matter a person broke still counts when the marker stands anywhere in it: a marker is
        random, so only we can have put it there.
        """
        carriers: list[Ticket] = []
        try:
            for key, entry in self._folder.entries():
                if entry.is_file(follow_symlinks=False) and (ticket := self._carrier(key, marker)):
                    carriers.append(ticket)
        except FileNotFoundError:
            if self._floor():
                raise NotSent(self._gone()) from None
        except OSError as error:
            raise NotSent(self._unlisted(error)) from error
        return min(carriers, key=lambda ticket: (ticket.marker != marker, _number(ticket.key)), default=None)

    def _carrier(self, key: str, marker: str) -> Ticket | None:
        try:
            held = self._folder.read(key)
        except FileNotFoundError:
            return None
        except OSError as error:
            why = f"{key}.md cannot be read ({error.strerror}). Allow syncd to read it, or remove it."
            raise NotSent(f"Where the marker {marker} is cannot be told: {why}") from error
        if marker.encode() not in held.data:
            return None
        ticket = self._ticket(key, held)
        return ticket if ticket.marker == marker or ticket.problem else None

    def _changed(self, key: str, entry: os.DirEntry[str], revision: str | None) -> Ticket | None:
        """The ticket, unless it is unchanged, or neither ours nor known. Raises OSError."""
        status = entry.stat(follow_symlinks=False)
        now = stamp(status)
        if revision and revision.startswith(now + _SETTLED):
            return None
        if not stat.S_ISREG(status.st_mode) and revision is None:
            return None
        before, digest, ours = self._read.get(key, ("", "", True))
        same = revision.endswith(digest) if revision else revision is None and not ours
        if before == now and same:
            return None
        held = self._folder.read(key)
        if revision and revision.endswith(_digest(held)):
            self._remember(key, held, ours=True)
            return None
        ticket = self._ticket(key, held)
        self._remember(key, held, ours=ticket.marker is not None)
        return ticket if ticket.marker or revision is not None else None

    def _remember(self, key: str, held: Held, *, ours: bool) -> None:
        if not self._racy(held):
            self._read[key] = (held.stamp, _digest(held), ours)

    def _ticket(self, key: str, held: Held) -> Ticket:
        says = content(held.data)
        problem = _problem(key, says)
        copied = says.key != key and is_key(says.key or "") and os.path.lexists(self._folder.file(says.key or ""))
        return Ticket(
            id=key,
            key=key,
            url=self._folder.file(key),
            title=says.title,
            state=says.state or State.OPEN,
            due=says.due,
            # People copy a ticket's file to write a new one: the marker belongs to the one it was made for.
            marker=None if copied else says.marker,
            document=self._location_of(says.postmortem),
            # What a person should mend is shown in every pass until it is mended.
            revision="" if problem else self._revision(held),
            changed_at=_moment(held.changed_ns),
            problem=problem,
        )

    def _revision(self, held: Held) -> str:
        return f"{held.stamp}{_RACY if self._racy(held) else _SETTLED}{_digest(held)}"

    def _racy(self, held: Held) -> bool:
        return self._clock() - _moment(held.changed_ns) < _YOUNG

    def _location_of(self, written: str | None) -> str | None:
        if written is None or _URL.match(written):
            return written
        return os.path.normpath(os.path.join(self._folder.path, written))

    def _absent(self, key: str, presence: Presence) -> Ticket:
        return Ticket(key, key, self._folder.file(key), title="", state=State.OPEN, presence=presence)

    def _missing(self, known: Mapping[str, str]) -> Listing:
        if not known:
            return Listing(())
        return Listing((), complete=False, problem=self._gone())

    def _gone(self) -> str:
        return f"The folder of tickets {self._folder.path} is missing. Mount or restore it, or correct its path."

    def _unlisted(self, error: OSError) -> str:
        return (
            f"The folder of tickets {self._folder.path} cannot be listed ({error.strerror}). "
            "Allow syncd to read it, or correct its path."
        )

    # --- writing ----------------------------------------------------------------------------------------------------

    def create(self, ticket: DesiredTicket, marker: str) -> Ticket:
        """Make one file; see :meth:`syncd.ports.Tracker.create`. The folder is made if it is missing."""
        key = self._folder.create(
            self._prefix, above=self._floor(), content=lambda key: self._composed(ticket, key=key, marker=marker)
        )
        return self._afterwards(key)

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
        """Change the lines of what is given and no other byte; see :meth:`syncd.ports.Tracker.update`."""
        link = document and relative(document, folder=self._folder.path)
        return self._edit(ticket_id, lambda data: updated(data, title=title, state=state, due=due, postmortem=link))

    def adopt(self, ticket_id: str, marker: str) -> Ticket:
        """Add the label and the marker; see :meth:`syncd.ports.Tracker.adopt`."""
        return self._edit(ticket_id, lambda data: adopted(data, marker))

    # --- setting up -------------------------------------------------------------------------------------------------

    def alike(self, title: str, document: str) -> list[Ticket]:
        """Files without a marker, of this title or linking to the document; see :meth:`syncd.ports.Tracker.alike`."""
        try:
            tickets = self.look_up([key for key, _ in self._folder.entries()]).values()
        except FileNotFoundError:
            return []
        except OSError as error:
            raise NotSent(self._unlisted(error)) from error
        return [t for t in tickets if t.marker is None and (t.title == title or t.document == document)]

    def check(self) -> list[Finding]:
        """Whether the folder can be used; see :meth:`syncd.ports.Tracker.check`."""
        return [check_folder(Path(self._folder.path), "folder of tickets", made=True)]

    # --- inside -----------------------------------------------------------------------------------------------------

    def _composed(self, ticket: DesiredTicket, *, key: str, marker: str) -> bytes:
        fields = {
            "key": key,
            "title": ticket_title(ticket.title),
            "status": ticket.state.value,
            "owner": ticket_title(ticket.owner or ""),
            "due": ticket.due.isoformat() if ticket.due else "",
            "postmortem": relative(ticket.document, folder=self._folder.path),
            "marker": marker,
        }
        labels = dict.fromkeys(filter(None, (ticket_title(label) for label in (*self._labels, *ticket.labels, LABEL))))
        return compose(fields, labels=tuple(labels), description=markdown(ticket.body, folder=self._folder.path))

    def _edit(self, key: str, edit: Callable[[bytes], bytes]) -> Ticket:
        held = self._held(key)
        if not held.whole:
            raise Refused(f"{key}.md was not changed: it is larger than {MAX_BYTES // 1_000_000} MB; shorten it.")
        try:
            after = edit(held.data)
        except ValueError as error:
            raise Refused(f"{key}.md was not changed: {error}.") from error
        if after != held.data and not self._folder.replace(key, before=held.data, after=after):
            raise NotSent(f"{key}.md was edited at this very moment and left alone; the next pass looks again.")
        return self._afterwards(key)

    def _held(self, key: str) -> Held:
        try:
            if is_key(key):
                return self._folder.read(key)
        except FileNotFoundError:
            pass
        except OSError as error:
            raise Refused(f"{key}.md cannot be read ({error.strerror}). Allow syncd to read and write it.") from error
        raise Refused(f"There is no {key}.md in {self._folder.path}; nothing was changed.")

    def _afterwards(self, key: str) -> Ticket:
        try:
            return self._ticket(key, self._folder.read(key))
        except OSError as error:
            raise OutcomeUnknown(f"{key}.md was written but cannot be read back ({error.strerror}).") from error


def _problem(key: str, says: Content) -> str | None:
    problems = list(says.problems)
    if says.key not in (None, key):
        problems.append(f"`key` says “{ticket_title(says.key or '')}”; the file's name counts, correct that line")
    return f"{key}.md: {'; '.join(problems)}." if problems else None


def _about(hidden: list[str]) -> str | None:
    if not hidden:
        return None
    return f"Some tickets cannot be read: {', '.join(sorted(hidden)[:5])}. Allow syncd to read them, or remove them."


def _digest(held: Held) -> str:
    return hashlib.sha256(held.data).hexdigest()[:_DIGEST]


def _moment(nanoseconds: int) -> datetime:
    # Some file systems hold times that are no dates.
    return datetime.fromtimestamp(min(max(nanoseconds, 0), _LAST_MOMENT) / 1e9, tz=UTC)


def _number(key: str) -> int:
    return int(key.rpartition("-")[2])
