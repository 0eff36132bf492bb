from __future__ import annotations

import contextlib
import os
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from connectors.trackers.folder import FolderTracker, FolderTrackerSettings
from syncd.core.model import Block, Presence, Reference, State
from syncd.errors import NotSent, Refused
from tests.contracts.tracker import MARKER, OTHER, desired


class Clock:
    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def root(tmp_path):
    return tmp_path / "tickets"


@pytest.fixture
def tracker(root, clock):
    return FolderTracker(root, clock=clock, labels=("postmortem",))


@pytest.fixture
def opened(monkeypatch):
    """The names of the ticket files that were opened."""
    names: list[str] = []
    real = os.open

    def recording(path, *args, **kwargs):
        if str(path).endswith(".md"):
            names.append(os.path.basename(path))
        return real(path, *args, **kwargs)

    monkeypatch.setattr(os, "open", recording)
    return names


def deny(monkeypatch, name: str) -> None:
    """Permissions do not bind the superuser, so the system call says it."""
    real = os.open

    def denying(path, *args, **kwargs):
        if str(path).endswith(name):
            raise PermissionError(13, "Permission denied")
        return real(path, *args, **kwargs)

    monkeypatch.setattr(os, "open", denying)


def by_hand(root: Path, name: str, text: str) -> None:
    root.mkdir(exist_ok=True)
    (root / name).write_text(text)


# --- the file -------------------------------------------------------------------------------------------------------


def test_a_ticket_is_a_file_that_people_can_read(tracker, root):
    location = str(root.parent / "docs" / "a.md")
    body = (Block("Action item", "Add an alert", (("Owner", "Platform Team"),), (location, "docs/a.md")),)
    tracker.create(desired(document=location, body=body), MARKER)
    assert (root / "T-1.md").read_text() == (
        "---\n"
        "key: T-1\n"
        "title: Add an alert\n"
        "status: open\n"
        "owner: Platform Team\n"
        "due: 2026-12-01\n"
        "labels: [postmortem, sev-1, detect, syncd]\n"
        "postmortem: ../docs/a.md\n"
        f"marker: {MARKER}\n"
        "---\n"
        "\n"
        "## Action item\n"
        "\n"
        "Add an alert\n"
        "\n"
        "- **Owner:** Platform Team\n"
        "\n"
        "[docs/a.md](../docs/a.md)\n"
    )


def test_the_link_back_survives_the_move_of_everything(tracker, root, clock):
    location = str(root.parent / "docs" / "ä b.md")
    assert tracker.create(desired(document=location), MARKER).document == location
    moved = root.parent / "moved"
    moved.mkdir()
    root.rename(moved / "tickets")
    ticket = FolderTracker(moved / "tickets", clock=clock).find(MARKER)
    assert ticket.document == str(moved / "docs" / "ä b.md")


def test_a_ticket_is_named_by_its_file(tracker, root):
    ticket = tracker.create(desired(), MARKER)
    assert (ticket.id, ticket.key, ticket.url) == ("T-1", "T-1", str(root / "T-1.md"))


def test_an_update_touches_one_line(tracker, root):
    tracker.create(desired(), MARKER)
    before = (root / "T-1.md").read_bytes().replace(b"status: open", b"status: open  # waiting \xff\r") + b"a note\r\n"
    (root / "T-1.md").write_bytes(before)
    tracker.update("T-1", state=State.DONE)
    assert (root / "T-1.md").read_bytes() == before.replace(b"status: open", b"status: done")


def test_an_update_of_what_is_so_already_does_not_write(tracker, root):
    tracker.create(desired(), MARKER)
    before = os.stat(root / "T-1.md")
    tracker.update("T-1", state=State.OPEN, title="Add an alert", due=date(2026, 12, 1))
    after = os.stat(root / "T-1.md")
    assert (after.st_ino, after.st_mtime_ns, after.st_ctime_ns) == (
        before.st_ino,
        before.st_mtime_ns,
        before.st_ctime_ns,
    )


# --- keys -----------------------------------------------------------------------------------------------------------


def test_numbers_known_elsewhere_are_not_given_again(root, clock):
    floor = 41
    tracker = FolderTracker(root, clock=clock, prefix="OPS2", floor=lambda: floor)
    assert tracker.create(desired(), MARKER).key == "OPS2-42"
    floor = 99
    assert tracker.create(desired(), OTHER).key == "OPS2-100"


@pytest.mark.parametrize("prefix", ["", "t", "1T", "T-", "T T", "Ä", "T\n"])
def test_a_prefix_that_makes_no_key_is_refused(prefix):
    with pytest.raises(ValidationError):
        FolderTrackerSettings(path=Path("tickets"), prefix=prefix)


def test_the_settings_have_defaults_and_refuse_what_they_do_not_know():
    settings = FolderTrackerSettings(path=Path("tickets"))
    assert (settings.kind, settings.prefix, settings.labels) == ("folder", "T", ("postmortem",))
    with pytest.raises(ValidationError):
        FolderTrackerSettings.model_validate({"path": "tickets", "pat": "x"})


@pytest.mark.parametrize(
    ("reference", "key"),
    [
        (Reference("T-1", named=True, key="T-1"), "T-1"),
        (Reference("t-1", named=True, key="t-1"), None),
        (Reference("TT-1", named=True, key="TT-1"), None),
        (Reference("tickets/T-12.md", named=True), "T-12"),
        (Reference("T-12", named=True, key="T-12", url="T-12.md"), "T-12"),
        (Reference("a", named=True, url="../.syncd/tickets/T-12.md#x"), "T-12"),
        (Reference("a", named=True, url="https://git.example.com/t/T-12.md?plain=1"), "T-12"),
        (Reference("T-1", named=True, key="T-1", url="https://jira.example.com/browse/T-1"), None),
        (Reference("a", named=True, url="xT-12.md"), None),
        (Reference("a", named=True, url="T-12.md.html"), None),
        (Reference("#12", named=True, number=12), None),
    ],
)
def test_references(tracker, reference, key):
    assert tracker.resolve(reference) == key


def test_the_location_is_the_real_place(tracker, root, clock):
    tracker.create(desired(), MARKER)
    (root.parent / "link").symlink_to(root)
    assert FolderTracker(root.parent / "link", clock=clock).location == tracker.location == f"folder:{root}"


def test_asking_what_it_is_makes_no_folder(tracker, root):
    assert tracker.resolve(Reference("T-1", named=True, key="T-1")) == "T-1"
    assert tracker.projects == {"T"}
    assert tracker.location == f"folder:{root}"
    assert not root.exists()


# --- what people do to files ----------------------------------------------------------------------------------------


def test_an_unknown_status_is_a_problem_that_stays_until_it_is_mended(tracker, root):
    known = tracker.create(desired(), MARKER).revision
    by_hand(root, "T-1.md", (root / "T-1.md").read_text().replace("status: open", "status: frobbed"))
    for _ in range(2):
        [ticket] = tracker.listing({"T-1": known}).tickets
        assert ticket.problem == "T-1.md: the status “frobbed” is unknown; write open, in_progress, done or cancelled."
        known = ticket.revision
    by_hand(root, "T-1.md", (root / "T-1.md").read_text().replace("frobbed", "closed"))
    [ticket] = tracker.listing({"T-1": known}).tickets
    assert (ticket.problem, ticket.state) == (None, State.DONE)


@pytest.mark.parametrize("text", ["", "no front matter\n", "---\nstatus: done\n", "\0\0\0\0"])
def test_a_broken_file_is_a_problem_and_not_a_deletion(tracker, root, text):
    ticket = tracker.create(desired(), MARKER)
    by_hand(root, "T-1.md", text)
    listing = tracker.listing({"T-1": ticket.revision})
    assert [(t.presence, bool(t.problem)) for t in listing.tickets] == [(Presence.HERE, True)]
    assert listing.complete
    with pytest.raises(Refused, match=r"T-1\.md was not changed"):
        tracker.update("T-1", state=State.DONE)
    assert (root / "T-1.md").read_text() == text


def test_a_marker_in_a_file_whose_front_matter_is_broken_is_still_found(tracker, root):
    tracker.create(desired(), MARKER)
    by_hand(root, "T-1.md", (root / "T-1.md").read_text().removeprefix("---\n"))
    assert tracker.find(MARKER).key == "T-1"


def test_a_copied_file_is_a_new_ticket_and_not_the_copied_one(tracker, root):
    ticket = tracker.create(desired(), MARKER)
    shutil.copy(root / "T-1.md", root / "T-2.md")
    assert tracker.find(MARKER).key == "T-1"
    assert [listed.key for listed in tracker.listing({}).tickets] == ["T-1"]
    copy = tracker.look_up(["T-2"])["T-2"]
    assert copy.marker is None
    assert copy.problem == "T-2.md: `key` says “T-1”; the file's name counts, correct that line."
    by_hand(root, "T-2.md", (root / "T-2.md").read_text().replace("key: T-1", "key: T-2"))
    assert tracker.find(MARKER).id == ticket.id


def test_a_renamed_file_keeps_its_marker(tracker, root):
    ticket = tracker.create(desired(), MARKER)
    (root / "T-1.md").rename(root / "T-9.md")
    listing = tracker.listing({"T-1": ticket.revision})
    assert {(t.id, t.presence, t.marker) for t in listing.tickets} == {
        ("T-9", Presence.HERE, MARKER),
        ("T-1", Presence.DELETED, None),
    }
    assert tracker.find(MARKER).id == "T-9"


def test_only_files_named_like_tickets_are_tickets(tracker, root):
    tracker.create(desired(), MARKER)
    by_hand(root, "README.md", f"---\nmarker: {OTHER}\n---\n")
    by_hand(root, ".T-5.md.swp", f"---\nmarker: {OTHER}\n---\n")
    (root / "T-4.md").mkdir()
    assert [ticket.key for ticket in tracker.listing({}).tickets] == ["T-1"]
    assert tracker.find(OTHER) is None


def test_tickets_of_a_former_prefix_are_still_followed(tracker, root, clock):
    tracker.create(desired(), MARKER)
    renamed = FolderTracker(root, clock=clock, prefix="NEW")
    assert [ticket.key for ticket in renamed.listing({}).tickets] == ["T-1"]
    assert renamed.update("T-1", state=State.DONE).state is State.DONE
    assert renamed.create(desired(), OTHER).key == "NEW-2"


def test_a_key_is_never_made_into_another_path(tracker, root):
    by_hand(root, "T-1.md", "---\nstatus: open\n---\n")
    by_hand(root.parent, "T-2.md", "---\nstatus: open\n---\n")
    assert tracker.look_up(["../T-2", "/etc/passwd", "", "T-1\n"]) == {}
    with pytest.raises(Refused, match=r"There is no \.\./T-2\.md"):
        tracker.update("../T-2", state=State.DONE)


def test_a_huge_file_is_followed_but_not_changed(tracker, root):
    tracker.create(desired(), MARKER)
    with (root / "T-1.md").open("a") as file:
        file.write("x" * 1_100_000)
    assert tracker.look_up(["T-1"])["T-1"].problem is None
    with pytest.raises(Refused, match="larger than 1 MB"):
        tracker.update("T-1", state=State.DONE)


def test_adopting_what_belongs_to_another_item_is_refused(tracker):
    tracker.create(desired(), MARKER)
    with pytest.raises(Refused, match=f"already carries the marker {MARKER}"):
        tracker.adopt("T-1", OTHER)


@pytest.mark.parametrize("seconds", [-1_000_000, 0, 15_000_000_000])
def test_a_file_from_an_unlikely_time_is_read(tracker, root, seconds):
    tracker.create(desired(), MARKER)
    os.utime(root / "T-1.md", (seconds, seconds))
    assert tracker.look_up(["T-1"])["T-1"].changed_at is not None


# --- revisions ------------------------------------------------------------------------------------------------------


def test_an_edit_that_keeps_size_time_and_file_is_seen(tracker, root, clock):
    clock.ahead = timedelta(hours=1)
    path = root / "T-1.md"
    ticket = tracker.create(desired(), MARKER)
    before = os.stat(path)
    with path.open("r+") as file:
        text = file.read()
        file.seek(0)
        file.write(text.replace("status: open", "status: done"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    after = os.stat(path)
    assert (after.st_size, after.st_mtime_ns, after.st_ino) == (before.st_size, before.st_mtime_ns, before.st_ino)
    assert [t.state for t in tracker.listing({"T-1": ticket.revision}).tickets] == [State.DONE]


def test_a_revision_taken_within_the_tick_of_the_change_is_compared_by_content(tracker, clock, opened):
    young = tracker.create(desired(), MARKER).revision
    clock.ahead = timedelta(seconds=10)
    settled = tracker.look_up(["T-1"])["T-1"].revision
    assert young != settled
    opened.clear()
    assert tracker.listing({"T-1": settled}).tickets == ()
    assert opened == []
    assert tracker.listing({"T-1": young}).tickets == ()
    assert opened == ["T-1.md"]
    [ticket] = tracker.listing({"T-1": young[:-1] + ("0" if young[-1] != "0" else "1")}).tickets
    assert ticket.revision == settled


def test_what_was_compared_once_is_not_opened_again(tracker, clock, opened):
    young = tracker.create(desired(), MARKER).revision
    clock.ahead = timedelta(seconds=10)
    opened.clear()
    for _ in range(3):
        assert tracker.listing({"T-1": young}).tickets == ()
    assert opened == ["T-1.md"]


def test_what_is_too_young_to_vouch_for_itself_is_opened_each_time(tracker, opened):
    young = tracker.create(desired(), MARKER).revision
    opened.clear()
    for _ in range(3):
        assert tracker.listing({"T-1": young}).tickets == ()
    assert opened == ["T-1.md"] * 3


def test_touching_a_file_changes_nothing(tracker, root, clock):
    tracker.create(desired(), MARKER)
    clock.ahead = timedelta(hours=1)
    revision = tracker.look_up(["T-1"])["T-1"].revision
    os.utime(root / "T-1.md")
    assert tracker.listing({"T-1": revision}).tickets == ()


def test_thousands_of_unchanged_tickets_are_listed_without_opening_one(tracker, root, clock, opened):
    for number in range(1, 2001):
        by_hand(root, f"T-{number}.md", f"---\nstatus: open\nmarker: {number:012x}\n---\n")
    clock.ahead = timedelta(hours=1)
    known = {ticket.id: ticket.revision for ticket in tracker.listing({}).tickets}
    assert len(known) == 2000
    opened.clear()
    assert tracker.listing(known).tickets == ()
    assert opened == []


def test_what_is_not_ours_is_opened_once(tracker, root, clock, opened):
    by_hand(root, "T-1.md", "---\nstatus: open\n---\n")
    clock.ahead = timedelta(hours=1)
    for _ in range(3):
        assert tracker.listing({}).tickets == ()
    assert opened == ["T-1.md"]
    by_hand(root, "T-1.md", f"---\nstatus: open\nmarker: {OTHER}\n---\n")
    assert [ticket.marker for ticket in tracker.listing({}).tickets] == [OTHER]


# --- a folder that cannot be looked at ------------------------------------------------------------------------------


def test_a_missing_folder_with_nothing_known_is_empty(tracker):
    listing = tracker.listing({})
    assert (listing.tickets, listing.complete) == ((), True)
    assert tracker.find(MARKER) is None
    assert tracker.look_up(["T-1"]) == {}


def test_a_missing_folder_with_something_known_declares_nothing_deleted(root, clock):
    tracker = FolderTracker(root, clock=clock, floor=lambda: 3)
    listing = tracker.listing({"T-1": "", "T-2": ""})
    assert (listing.tickets, listing.complete) == ((), False)
    assert "Mount or restore it" in listing.problem
    with pytest.raises(NotSent, match="Mount or restore it"):
        tracker.find(MARKER)


def test_an_unreadable_file_that_is_not_known_makes_the_listing_incomplete(tracker, root, monkeypatch):
    tracker.create(desired(), MARKER)
    by_hand(root, "T-2.md", "---\nstatus: open\n---\n")
    deny(monkeypatch, "T-2.md")
    listing = tracker.listing({})
    assert [ticket.key for ticket in listing.tickets] == ["T-1"]
    assert not listing.complete
    assert "T-2.md (Permission denied)" in listing.problem
    with pytest.raises(NotSent, match=r"T-2\.md cannot be read \(Permission denied\)"):
        tracker.find(OTHER)


def test_an_unreadable_file_that_is_known_is_inaccessible(tracker, monkeypatch):
    ticket = tracker.create(desired(), MARKER)
    deny(monkeypatch, "T-1.md")
    listing = tracker.listing({"T-1": ""})
    assert [t.presence for t in listing.tickets] == [Presence.INACCESSIBLE]
    assert listing.complete
    assert tracker.look_up(["T-1"])["T-1"].presence is Presence.INACCESSIBLE
    with pytest.raises(Refused, match="Allow syncd to read and write it"):
        tracker.update(ticket.id, state=State.DONE)


def test_a_file_that_goes_while_we_look_is_deleted(tracker, monkeypatch):
    tracker.create(desired(), MARKER)
    real = os.open

    def vanishing(path, *args, **kwargs):
        if str(path).endswith("T-1.md"):
            os.unlink(path)
        return real(path, *args, **kwargs)

    monkeypatch.setattr(os, "open", vanishing)
    assert [t.presence for t in tracker.listing({"T-1": ""}).tickets] == [Presence.DELETED]


def test_a_file_that_a_scan_misses_while_it_is_saved_is_not_deleted(tracker, monkeypatch):
    tracker.create(desired(), MARKER)
    monkeypatch.setattr(os, "scandir", lambda path: contextlib.nullcontext(iter(())))
    assert tracker.listing({"T-1": ""}).tickets == ()


def test_a_person_who_saves_while_we_update_wins(tracker, root, monkeypatch):
    tracker.create(desired(), MARKER)
    theirs = (root / "T-1.md").read_text().replace("status: open", "status: doing")
    real = os.fsync

    def saved_meanwhile(descriptor):
        by_hand(root, "T-1.md", theirs)
        real(descriptor)

    monkeypatch.setattr(os, "fsync", saved_meanwhile)
    with pytest.raises(NotSent, match=r"T-1\.md was edited at this very moment"):
        tracker.update("T-1", state=State.DONE)
    assert (root / "T-1.md").read_text() == theirs
