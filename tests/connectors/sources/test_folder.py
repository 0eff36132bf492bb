from __future__ import annotations

import os
import shutil
import socket
import stat
import tempfile
from pathlib import Path

import pytest
from pydantic import ValidationError

from connectors.sources.folder import MAX_BYTES, FolderSettings, FolderSource
from syncd.core.model import Document
from syncd.errors import SourceError
from syncd.ports import Edit, Reading, SaveStatus, Source
from tests.contracts.source import SourceContract, World

NOBODY = 65534


class FolderWorld:
    def __init__(self, root: Path) -> None:
        self._root = root
        self._source = FolderSource(root, label="docs")

    @property
    def source(self) -> Source:
        return self._source

    def write(self, name: str, text: str) -> None:
        (self._root / name).write_bytes(text.encode("utf-8"))

    def remove(self, name: str) -> None:
        (self._root / name).unlink()

    def text(self, name: str) -> str:
        return (self._root / name).read_bytes().decode("utf-8")

    def vanish(self) -> None:
        shutil.rmtree(self._root)


class TestFolderSource(SourceContract):
    @pytest.fixture
    def world(self, root) -> World:
        return FolderWorld(root)


@pytest.fixture
def root(tmp_path):
    folder = tmp_path / "root"
    folder.mkdir()
    return folder


@pytest.fixture
def as_nobody():
    """A folder of a user whom permissions bind; the superuser, whom they do not, becomes that user for a while."""
    folder = Path(tempfile.mkdtemp())
    superuser = os.geteuid() == 0
    if superuser:
        os.chown(folder, NOBODY, NOBODY)
        os.seteuid(NOBODY)
    try:
        yield folder
    finally:
        if superuser:
            os.seteuid(0)
        for inner in [folder, *folder.iterdir()]:
            inner.chmod(0o700)
        shutil.rmtree(folder)


def put(path: Path, content: bytes | str = "text\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    return path


def read(root: Path, **settings) -> Reading:
    return FolderSource(root, label="docs", **settings).documents({})


def paths(reading: Reading) -> list[str]:
    return [document.path for document in reading.documents]


def failures(reading: Reading) -> dict[str, str]:
    return {failure.path: failure.problem.message for failure in reading.failures}


def only(reading: Reading) -> Document:
    [document] = reading.documents
    return document


def save(source: Source, document: Document, text: str):
    [saved] = source.save([Edit(document, text)])
    return saved


# --- settings -------------------------------------------------------------------------------------------------------


def test_the_settings_need_a_path_and_nothing_else():
    settings = FolderSettings(path=Path("docs"))
    assert (settings.kind, settings.finished, settings.restricted, settings.url_template) == (
        "folder",
        None,
        False,
        None,
    )


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("finished", "merged", "git and github"),
        ("finished", "label:final", "github and confluence"),
        ("finished", "sometimes", "write `always`"),
        ("include", ["../*.md"], "leaves the source"),
        ("exclude", ["/etc/**"], "leaves the source"),
        ("pathh", "x", "Extra inputs"),
    ],
)
def test_a_wrong_setting_is_refused_with_its_cure(field, value, message):
    with pytest.raises(ValidationError, match=message):
        FolderSettings.model_validate({"path": "docs", field: value})


def test_a_source_refuses_a_pattern_that_leaves_it(root):
    with pytest.raises(ValueError, match="leaves the source"):
        FolderSource(root, label="docs", include=["../*.md"])


def test_making_a_source_touches_no_disk():
    FolderSource(Path("/nowhere/at/all"), label="docs", ignore=[Path("/nowhere/tickets")])


# --- names ----------------------------------------------------------------------------------------------------------


def test_a_document_is_keyed_by_its_real_place_and_called_by_its_label(root):
    put(root / "2024" / "a.md")
    document = only(read(root))
    assert document.key == f"folder:{root.resolve()}/2024/a.md"
    assert document.path == "docs/2024/a.md"
    assert document.location == f"{root.resolve()}/2024/a.md"


@pytest.mark.parametrize(("label", "path"), [("", "a.md"), ("docs/", "docs/a.md"), (".", "./a.md"), ("/", "/a.md")])
def test_the_label_stands_before_the_path(root, label, path):
    put(root / "a.md")
    assert only(FolderSource(root, label=label).documents({})).path == path


def test_a_document_reached_through_two_sources_is_the_same_document(root):
    put(root / "team" / "a.md")
    (root.parent / "link").symlink_to(root)
    keys = {only(read(place)).key for place in (root, root / "team", root / "team" / "a.md", root.parent / "link")}
    assert len(keys) == 1


def test_a_single_file_is_read_whatever_the_patterns_say(root):
    file = put(root / "template.txt")
    document = only(FolderSource(file, label="notes/template.txt").documents({}))
    assert (document.path, document.text) == ("notes/template.txt", "text\n")


def test_a_url_template_tells_what_tickets_link_back_to(root):
    put(root / "x y" / "ü#1.md")
    document = only(read(root, url_template="https://wiki.example.com/{path}?v=1"))
    assert document.location == "https://wiki.example.com/x%20y/%C3%BC%231.md?v=1"


def test_restricted_is_handed_on(root):
    put(root / "a.md")
    assert only(read(root, restricted=True)).restricted


# --- what is read ---------------------------------------------------------------------------------------------------


def test_markdown_and_html_are_read_at_every_depth_and_templates_are_not(root):
    for name in ("a.md", "b.markdown", "x/c.html", "x/y/d.HTM", "e.txt", "template.md", "x/templates/f.md"):
        put(root / name)
    assert paths(read(root)) == ["docs/a.md", "docs/b.markdown", "docs/x/c.html", "docs/x/y/d.HTM"]


def test_hidden_files_and_folders_are_not_read(root):
    for name in (".git/a.md", ".syncd/tickets/T-1.md", "x/.hidden/b.md", ".c.md", "x/d.md"):
        put(root / name)
    assert paths(read(root)) == ["docs/x/d.md"]


def test_ignored_folders_are_not_read_however_they_are_reached(root):
    put(root / "tickets" / "T-1.md")
    put(root / "a.md")
    (root / "link").symlink_to(root / "tickets")
    (root / "link.md").symlink_to(root / "tickets" / "T-1.md")
    assert paths(read(root, ignore=[root / "x" / ".." / "tickets"])) == ["docs/a.md"]


def test_a_root_inside_an_ignored_folder_is_refused(root):
    put(root / "tickets" / "T-1.md")
    with pytest.raises(SourceError, match="Name another folder"):
        read(root / "tickets", ignore=[root / "tickets"])


def test_case_twins_are_two_documents(root):
    put(root / "a.md", "small")
    put(root / "A.md", "capital")
    assert [document.text for document in read(root).documents] == ["capital", "small"]


def test_an_empty_file_is_a_document(root):
    put(root / "a.md", b"")
    assert only(read(root)).text == ""


# --- what cannot be read --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        (b"a\nb\xe9\n", 2, "It is not UTF-8 (byte 0xE9); save it as UTF-8."),
        (b"\xff\xfea\x00", 1, "It is not UTF-8 (byte 0xFF); save it as UTF-8."),
        (b"\xed\xa0\x80", 1, "It is not UTF-8 (byte 0xED); save it as UTF-8."),
        (b"a\n\nb\0", 3, "It holds NUL bytes, so it is no text; save it as UTF-8, or exclude it."),
        (b"a" * (MAX_BYTES + 1), 1, "It is larger than 5 MB and was not read; split it, or exclude it."),
    ],
    ids=["latin-1", "utf-16", "surrogate", "nul", "large"],
)
def test_what_is_no_text_fails_alone_and_says_why(root, content, line, message):
    put(root / "bad.md", content)
    put(root / "good.md")
    reading = read(root)
    assert paths(reading) == ["docs/good.md"]
    assert [(f.path, f.problem.line, f.problem.message) for f in reading.failures] == [("docs/bad.md", line, message)]
    assert reading.failures[0].key == f"folder:{root.resolve()}/bad.md"
    assert reading.complete


def test_a_file_of_exactly_the_largest_size_is_read(root):
    put(root / "a.md", b"a" * MAX_BYTES)
    assert len(only(read(root)).text) == MAX_BYTES


def test_pipes_and_sockets_are_named_and_never_opened(root, monkeypatch):
    os.mkfifo(root / "pipe.md")
    os.mkfifo(root / "pipe")
    monkeypatch.chdir(root)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.md")
        reading = read(root)
    assert list(failures(reading)) == ["docs/pipe.md", "docs/socket.md"]
    assert set(failures(reading).values()) == {"It is no ordinary file but a pipe, a socket or a device; remove it."}


def test_a_link_inside_the_source_is_the_document_it_leads_to(root):
    put(root / "2024" / "a.md")
    (root / "latest.md").symlink_to("2024/a.md")
    (root / "current").symlink_to("2024")
    assert paths(read(root)) == ["docs/2024/a.md"]


def test_a_link_may_be_the_only_way_that_the_patterns_want(root):
    put(root / "2024" / "a.md")
    put(root / "notes.txt")
    (root / "current").symlink_to("2024")
    (root / "notes.md").symlink_to("notes.txt")
    assert paths(read(root, include=["current/*.md", "*.md"])) == ["docs/current/a.md", "docs/notes.md"]


def test_links_that_leave_the_source_are_named_and_not_followed(root):
    outside = put(root.parent / "outside" / "secret.md", "secret").parent
    (root / "file.md").symlink_to(outside / "secret.md")
    (root / "folder").symlink_to(outside)
    (root / "picture.png").symlink_to(outside / "secret.md")
    reading = read(root)
    assert reading.documents == ()
    assert list(failures(reading)) == ["docs/file.md", "docs/folder"]
    assert str(outside) in failures(reading)["docs/folder"]


def test_a_sibling_whose_name_begins_like_the_root_is_outside(root):
    put(root.parent / "root-private" / "a.md")
    (root / "a.md").symlink_to(root.parent / "root-private" / "a.md")
    assert list(failures(read(root))) == ["docs/a.md"]


def test_circles_of_links_end(root):
    put(root / "x" / "a.md")
    put(root / "y" / "b.md")
    (root / "x" / "up").symlink_to("..")
    (root / "x" / "y").symlink_to("../y")
    (root / "y" / "x").symlink_to("../x")
    (root / "self.md").symlink_to("self.md")
    reading = read(root)
    assert paths(reading) == ["docs/x/a.md", "docs/y/b.md"]
    assert list(failures(reading)) == ["docs/self.md"]


def test_a_link_that_leads_nowhere_is_named_if_it_could_be_a_document(root):
    (root / "gone.md").symlink_to("nowhere.md")
    (root / "gone.png").symlink_to("nowhere.png")
    assert list(failures(read(root))) == ["docs/gone.md"]
    assert "leads nowhere" in failures(read(root))["docs/gone.md"]


def test_a_name_that_is_not_utf_8_is_a_failure_that_can_be_printed(root):
    put(Path(os.fsdecode(os.fsencode(root) + b"/caf\xe9.md")))
    [failure] = read(root).failures
    assert failure.path == r"docs/caf\xe9.md"
    assert failure.key.encode("utf-8").endswith(rb"/caf\xe9.md")


def test_an_unreadable_file_is_a_failure(as_nobody):
    put(as_nobody / "a.md").chmod(0)
    reading = read(as_nobody)
    assert failures(reading) == {
        "docs/a.md": "It cannot be read (Permission denied); allow syncd to read it, or exclude it."
    }
    assert reading.complete


def test_a_folder_that_cannot_be_listed_makes_the_look_incomplete(as_nobody):
    put(as_nobody / "a.md")
    put(as_nobody / "closed" / "b.md").parent.chmod(0)
    reading = read(as_nobody)
    assert paths(reading) == ["docs/a.md"]
    assert not reading.complete
    assert reading.problem == (
        "Not every folder could be listed: docs/closed (Permission denied). Allow syncd to read it, or exclude it."
    )


@pytest.mark.parametrize("place", ["missing", "missing/deeper", "pipe", "circle"])
def test_a_root_that_is_no_folder_and_no_file_is_an_error(root, place):
    os.mkfifo(root / "pipe")
    (root / "circle").symlink_to("circle")
    with pytest.raises(SourceError, match="Correct the path"):
        read(root / place)


# --- saving ---------------------------------------------------------------------------------------------------------


def test_saving_keeps_mode_owner_and_attributes(root):
    file = put(root / "a.md")
    file.chmod(0o4664)
    os.setxattr(file, "user.note", b"keep me")
    before = file.stat()
    assert save(FolderSource(root, label=""), only(read(root)), "new").status is SaveStatus.SAVED
    after = file.stat()
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)
    assert os.getxattr(file, "user.note") == b"keep me"


def test_saving_leaves_nothing_beside_the_document_and_clears_what_a_crash_left(root):
    put(root / "a.md")
    put(root / ".0123.syncd-tmp", "half")
    assert paths(read(root)) == ["docs/a.md"]
    save(FolderSource(root, label=""), only(read(root)), "new")
    assert os.listdir(root) == ["a.md"]


def test_an_edit_that_lost_leaves_nothing_beside_the_document(root):
    file = put(root / "a.md")
    document = only(read(root))
    put(file, "a person's")
    assert save(FolderSource(root, label=""), document, "new").status is SaveStatus.CHANGED
    assert os.listdir(root) == ["a.md"]


def test_a_link_stays_a_link_and_its_target_is_written(root):
    put(root / "real.txt", "old")
    (root / "link.md").symlink_to("real.txt")
    saved = save(FolderSource(root, label=""), only(read(root)), "new")
    assert saved.status is SaveStatus.SAVED
    assert (root / "link.md").is_symlink()
    assert (root / "real.txt").read_text() == "new"


def test_a_document_that_became_a_link_out_of_the_source_is_not_written(root):
    outside = put(root.parent / "outside.md", "text\n")
    file = put(root / "a.md", "text\n")
    document = only(read(root))
    file.unlink()
    file.symlink_to(outside)
    saved = save(FolderSource(root, label="docs"), document, "new")
    assert (saved.status, saved.reason) == (
        SaveStatus.FAILED,
        "docs/a.md is not inside this source; nothing was written.",
    )
    assert outside.read_text() == "text\n"


def test_a_document_of_another_source_is_not_written(root):
    put(root / "x" / "a.md")
    document = only(read(root / "x"))
    (root / "y").mkdir()
    assert save(FolderSource(root / "y", label=""), document, "new").status is SaveStatus.FAILED


@pytest.mark.parametrize(("name", "reason"), [("a.md", "it is read-only"), (".", "its folder is read-only")])
def test_what_is_read_only_stays_as_it_is_and_says_so(root, name, reason):
    file = put(root / "a.md", "old")
    document = only(read(root))
    writable = stat.S_IMODE((root / name).stat().st_mode)
    (root / name).chmod(writable & ~0o222)
    saved = save(FolderSource(root, label="docs"), document, "new")
    (root / name).chmod(writable)
    assert (saved.status, saved.reason) == (SaveStatus.FAILED, f"docs/a.md could not be written: {reason}.")
    assert file.read_text() == "old"
    assert os.listdir(root) == ["a.md"]


def test_a_text_that_is_no_unicode_is_not_written(root):
    file = put(root / "a.md", "old")
    saved = save(FolderSource(root, label=""), only(read(root)), "\ud800")
    assert saved.status is SaveStatus.FAILED
    assert file.read_text() == "old"


def test_a_single_file_is_saved(root):
    file = put(root / "a.md", "old")
    source = FolderSource(file, label="a.md")
    assert save(source, only(source.documents({})), "new").status is SaveStatus.SAVED
    assert file.read_text() == "new"
