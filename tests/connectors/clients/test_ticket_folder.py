from __future__ import annotations

import errno
import os
import signal
import stat
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from connectors.clients.replace import SUFFIX
from connectors.clients.ticket_folder import MAX_BYTES, TicketFolder, is_key, link
from syncd.errors import NotSent, OutcomeUnknown

ROOT = Path(__file__).parents[3]


@pytest.fixture
def folder(tmp_path):
    return TicketFolder(tmp_path / "a" / "tickets")


def create(folder: TicketFolder, *, prefix: str = "T", above: int = 0, data: bytes = b"x") -> str:
    return folder.create(prefix, above=above, content=lambda key: key.encode() + b"\n" + data)


def names(folder: TicketFolder) -> list[str]:
    return sorted(os.listdir(folder.path))


# --- keys -----------------------------------------------------------------------------------------------------------


def test_the_first_ticket_makes_the_folder_and_knows_its_key(folder):
    assert create(folder) == "T-1"
    assert names(folder) == [".last", "T-1.md"]
    assert folder.read("T-1").data == b"T-1\nx"


def test_numbers_go_up(folder):
    assert [create(folder) for _ in range(3)] == ["T-1", "T-2", "T-3"]


def test_the_highest_file_counts_whatever_it_is(folder):
    os.makedirs(folder.file("T-7"))
    Path(folder.file("T-9")).symlink_to("nowhere")
    Path(folder.file("X-50")).write_text("another prefix")
    Path(folder.path, "T-12.md.bak").write_text("no ticket")
    assert create(folder) == "T-10"


def test_a_deleted_number_is_not_given_again(folder):
    create(folder)
    os.unlink(folder.file(create(folder)))
    assert create(folder) == "T-3"


def test_what_others_know_counts(folder):
    assert create(folder, above=41) == "T-42"
    assert create(folder, above=7) == "T-43"


@pytest.mark.parametrize(
    ("last", "key"),
    [("12", "T-13"), (" 12 \r\n", "T-13"), ("<<<<<<< a\n12\n=======\n15\n>>>>>>> b1\n", "T-16")],
)
def test_what_a_person_or_a_merge_made_of_the_last_number_is_read(folder, last, key):
    os.makedirs(folder.path)
    Path(folder.path, ".last").write_text(last)
    assert create(folder) == key


@pytest.mark.parametrize("last", ["", "twelve", "1e3"])
def test_a_last_number_that_is_none_asks_a_person(folder, last):
    os.makedirs(folder.path)
    Path(folder.path, ".last").write_text(last)
    with pytest.raises(NotSent, match="Write the highest ticket number ever used here into it"):
        create(folder)
    assert names(folder) == [".last"]


@pytest.mark.parametrize("text", ["T-1", "OPS2-123", "A-0"])
def test_a_key(text):
    assert is_key(text)


@pytest.mark.parametrize(
    "text", ["", "T", "T-", "-1", "t-1", "T-1\n", "../T-1", "T-1/..", "T_1", "T-١", "1-1", "T-1.md"]
)
def test_no_key(text):
    assert not is_key(text)


# --- crashes, other writers -----------------------------------------------------------------------------------------


def test_what_a_crash_left_over_is_swept_and_never_listed(folder):
    create(folder)
    Path(folder.path, f".0123456789abcdef{SUFFIX}").write_text("half a ti")
    assert [key for key, _ in folder.entries()] == ["T-1"]
    create(folder)
    assert names(folder) == [".last", "T-1.md", "T-2.md"]


def test_a_link_whose_answer_was_lost_is_still_ours(tmp_path):
    temporary, final = tmp_path / "temporary", tmp_path / "final"
    temporary.write_text("whole")
    os.link(temporary, final)
    assert link(str(temporary), str(final))


def test_a_name_that_is_taken_stays_what_it_is(tmp_path):
    temporary, final = tmp_path / "temporary", tmp_path / "final"
    temporary.write_text("ours")
    final.write_text("theirs")
    assert not link(str(temporary), str(final))
    assert final.read_text() == "theirs"


LOOP = """
    import sys
    from connectors.clients.ticket_folder import TicketFolder

    folder = TicketFolder(sys.argv[1])
    for _ in range(int(sys.argv[2])):
        print(folder.create("T", above=0, content=lambda key: key.encode() * 2000 + b"."), flush=True)
"""


def start(folder: TicketFolder, *, times: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", textwrap.dedent(LOOP), folder.path, str(times)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def whole(folder: TicketFolder) -> set[str]:
    keys = {key for key, _ in folder.entries()}
    assert all(folder.read(key).data == key.encode() * 2000 + b"." for key in keys)
    return keys


def test_two_processes_that_create_at_once_get_different_keys(folder):
    processes = [start(folder, times=200) for _ in range(2)]
    keys = [process.communicate(timeout=60)[0].split() for process in processes]
    assert [len(given) for given in keys] == [200, 200]
    assert len({*keys[0], *keys[1]}) == 400
    assert whole(folder) == {*keys[0], *keys[1]}
    assert names(folder) == sorted([".last", *(f"{key}.md" for key in whole(folder))])


def test_a_writer_killed_at_any_moment_leaves_whole_tickets_and_unique_keys(folder):
    told: list[str] = []
    for lines in range(1, 7):
        with start(folder, times=10_000) as process:
            told += [process.stdout.readline().strip() for _ in range(lines)]
            process.send_signal(signal.SIGKILL)
            told += process.stdout.read().split()
    assert len(told) == len(set(told)) >= 21
    assert whole(folder) >= set(told)
    assert len(whole(folder)) <= len(told) + 6
    key = create(folder)
    assert key not in told
    assert not [name for name in names(folder) if name.endswith(SUFFIX)]


CALLS = ("open", "fsync", "replace", "link", "unlink", "scandir", "makedirs", "close", "fstat", "stat", "fchmod")


def killed_before_call(number: int, work: Callable[[], object]) -> bool:
    """Do the work in a process that kills itself just before its n-th system call; whether it came that far."""
    child = os.fork()
    if child == 0:
        countdown = iter(range(number, -1, -1))
        for name in CALLS:
            setattr(os, name, counted(getattr(os, name), countdown))
        work()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status)


def counted(call: Callable[..., object], countdown: Iterator[int]) -> Callable[..., object]:
    def wrapper(*args: object, **kwargs: object) -> object:
        if next(countdown) == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return call(*args, **kwargs)

    return wrapper


@pytest.mark.parametrize("links", [True, False], ids=["with hard links", "without"])
def test_a_create_killed_before_any_call_leaves_no_ticket_or_a_whole_one(folder, monkeypatch, links):
    if not links:
        monkeypatch.setattr(os, "link", failing(errno.EPERM))
    numbers = [int(create(folder).removeprefix("T-"))]
    point = 0
    while killed_before_call(point, lambda: create(folder)):
        there = {key: folder.read(key).data for key, _ in folder.entries()}
        parts = [key for key, data in there.items() if data != key.encode() + b"\nx"]
        assert links is False or not parts
        assert all((key.encode() + b"\nx").startswith(there[key]) for key in parts)
        numbers.append(int(create(folder).removeprefix("T-")))
        assert not [name for name in names(folder) if name.endswith(SUFFIX)]
        point += 1
    assert point > 10
    assert numbers == sorted(set(numbers))


def test_an_update_killed_before_any_call_leaves_the_old_file_or_the_new_one(folder):
    create(folder, data=b"0")
    before = b"T-1\n0"
    point, seen = 0, set()
    while killed_before_call(point, lambda: folder.replace("T-1", before=before, after=b"new")):
        seen.add(folder.read("T-1").data)
        Path(folder.file("T-1")).write_bytes(before)
        point += 1
    assert point > 10
    assert seen == {before, b"new"}


def test_threads_that_create_at_once_get_different_keys(folder):
    keys: list[str] = []
    threads = [threading.Thread(target=lambda: keys.extend(create(folder) for _ in range(20))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(keys)) == 80


# --- unusual disks --------------------------------------------------------------------------------------------------


def failing(code: int):
    def fail(*args: object, **kwargs: object) -> None:
        raise OSError(code, os.strerror(code))

    return fail


@pytest.fixture
def without_links(monkeypatch):
    monkeypatch.setattr(os, "link", failing(errno.EPERM))


@pytest.mark.usefixtures("without_links")
def test_without_hard_links_the_name_is_still_made_only_once(folder):
    assert [create(folder) for _ in range(2)] == ["T-1", "T-2"]
    assert names(folder) == [".last", "T-1.md", "T-2.md"]
    temporary = Path(folder.path, "temporary")
    temporary.write_text("ours")
    assert not link(str(temporary), folder.file("T-1"))
    assert folder.read("T-1").data == b"T-1\nx"


def test_without_locks_tickets_are_made_all_the_same(folder, monkeypatch):
    monkeypatch.setattr("fcntl.flock", failing(errno.ENOLCK))
    create(folder)
    left = Path(folder.path, f".0123456789abcdef{SUFFIX}")
    left.write_text("perhaps another writer's")
    assert create(folder) == "T-2"
    assert left.exists()


@pytest.mark.parametrize(
    ("call", "code", "advice"),
    [
        ("fsync", errno.ENOSPC, "Free some space there."),
        ("link", errno.ENOSPC, "Free some space there."),
        ("fsync", errno.EDQUOT, "raise the quota"),
        ("open", errno.EROFS, "Mount it writable"),
        ("open", errno.EACCES, "Allow the user that syncd runs as"),
        ("makedirs", errno.EACCES, "Allow the user that syncd runs as"),
    ],
)
def test_what_hinders_the_writing_is_told_with_what_to_do(folder, monkeypatch, call, code, advice):
    create(folder)
    with monkeypatch.context() as patch:
        patch.setattr(os, call, failing(code))
        with pytest.raises(NotSent, match=f"Nothing was written in .*{os.strerror(code)}.*{advice}"):
            create(folder)
    assert [key for key, _ in folder.entries()] == ["T-1"]
    assert create(folder) in ("T-2", "T-3")


def test_a_file_in_the_place_of_the_folder_is_told(folder):
    os.makedirs(os.path.dirname(folder.path))
    Path(folder.path).write_text("in the way")
    with pytest.raises(NotSent, match="it has to be a folder"):
        create(folder)


def test_a_disk_that_does_not_confirm_the_name_leaves_the_outcome_unknown(folder, monkeypatch):
    create(folder)
    real = os.fsync

    def fsync(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(OutcomeUnknown, match=r"T-2\.md was written, but the disk did not confirm it"):
        create(folder)
    with pytest.raises(OutcomeUnknown, match=r"T-1\.md was written, but the disk did not confirm it"):
        folder.replace("T-1", before=b"T-1\nx", after=b"new")
    assert folder.read("T-1").data == b"new"


def test_a_disk_that_does_not_answer_leaves_the_outcome_unknown(folder, monkeypatch):
    monkeypatch.setattr(os, "link", failing(errno.EIO))
    with pytest.raises(OutcomeUnknown, match="did not say whether"):
        create(folder)


# --- replacing, reading ---------------------------------------------------------------------------------------------


def test_a_file_is_replaced_with_its_mode_kept(folder):
    path = folder.file(create(folder))
    os.chmod(path, 0o640)
    assert folder.replace("T-1", before=b"T-1\nx", after=b"new")
    assert (folder.read("T-1").data, stat.S_IMODE(os.stat(path).st_mode)) == (b"new", 0o640)
    assert names(folder) == [".last", "T-1.md"]


def test_a_new_file_has_the_mode_that_the_umask_allows(folder):
    before = os.umask(0o027)
    try:
        key = create(folder)
    finally:
        os.umask(before)
    assert stat.S_IMODE(os.stat(folder.file(key)).st_mode) == 0o640


def test_a_person_who_was_faster_wins(folder):
    Path(folder.file(create(folder))).write_bytes(b"a person's")
    assert not folder.replace("T-1", before=b"T-1\nx", after=b"ours")
    assert folder.read("T-1").data == b"a person's"
    assert names(folder) == [".last", "T-1.md"]


def test_a_file_that_its_owner_made_read_only_is_left_alone(folder):
    os.chmod(folder.file(create(folder)), 0o444)
    with pytest.raises(NotSent, match="it is read-only"):
        folder.replace("T-1", before=b"T-1\nx", after=b"ours")
    assert folder.read("T-1").data == b"T-1\nx"


def test_only_the_first_bytes_of_a_huge_file_are_read(folder):
    Path(folder.file(create(folder))).write_bytes(b"y" * (MAX_BYTES + 1))
    held = folder.read("T-1")
    assert (len(held.data), held.whole) == (MAX_BYTES, False)


def test_neither_links_nor_pipes_nor_folders_are_read(folder, tmp_path):
    create(folder)
    (tmp_path / "secret").write_text("secret")
    Path(folder.file("T-2")).symlink_to(tmp_path / "secret")
    os.mkfifo(folder.file("T-3"))
    os.mkdir(folder.file("T-4"))
    for key in ("T-2", "T-3", "T-4"):
        with pytest.raises(OSError, match=r"links|ordinary"):
            folder.read(key)
