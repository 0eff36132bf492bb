from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from ledger_values import AT, a_document, an_item, remember

from syncd.errors import LedgerError
from syncd.store.ledger import Ledger
from syncd.store.sqlite import database_path


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def scramble(path, start, end):
    """Overwrite a range of a file with nonsense."""
    with path.open("r+b") as file:
        file.seek(start)
        file.write(b"\xa5" * (end - start))


@pytest.fixture
def path(url):
    """The file of a ledger with one document, closed."""
    with Ledger.open(url) as ledger:
        remember(ledger, an_item())
    return database_path(url)


def test_what_is_missing_is_made_for_the_owner_only(url):
    path = database_path(url)
    with Ledger.open(url) as ledger:
        ledger.begin_pass(AT)
        assert mode(path.parent) == 0o700
        assert {file.name: mode(file) for file in path.parent.iterdir()} == {
            "syncd.db": 0o600,
            "syncd.db-wal": 0o600,
            "syncd.db-shm": 0o600,
        }


def test_what_was_written_is_there_after_opening_again(url, path):
    with Ledger.open(url) as ledger:
        assert ledger.items() == [an_item()]
    with Ledger.open(url, readonly=True) as ledger:
        assert ledger.items() == [an_item()]


def test_relative_paths_start_at_the_working_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with Ledger.open("sqlite:///.syncd/syncd.db"):
        assert (tmp_path / ".syncd" / "syncd.db").is_file()


def test_names_with_blanks_and_signs_are_only_names(tmp_path):
    path = tmp_path / "a b%20c#d?e=1" / "é@f:1.db"
    with Ledger.open(f"sqlite:///{path}"):
        assert path.is_file()


def test_each_ledger_in_memory_is_one_of_its_own():
    with Ledger.open("sqlite://") as one, Ledger.open("sqlite:///:memory:") as other:
        one.remember(a_document(), [], at=AT)
        assert other.all_documents() == []


def test_a_ledger_in_memory_is_the_same_for_all_threads(ledger):
    def write(number):
        ledger.remember(a_document(f"{number}.md"), [], at=AT)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(write, range(40)))

    assert len(ledger.all_documents()) == 40


def test_connections_are_set_up_for_safety(url, path):
    with Ledger.open(url) as ledger, ledger._database.reading() as connection:
        asked = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert asked == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10_000}


def test_an_opened_ledger_need_not_be_migrated_and_alembic_is_not_imported(url, path):
    script = "import sys; from syncd.store.ledger import Ledger; Ledger.open(sys.argv[1]).items(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script, url], capture_output=True, text=True, check=True)
    assert "syncd.store.ledger" in done.stdout.split()
    assert "alembic" not in done.stdout.split()


# --- readonly -------------------------------------------------------------------------------------------------------


def test_reading_makes_nothing(url):
    with pytest.raises(LedgerError, match=r"There is no ledger at .* yet; `syncd reconcile` makes it"):
        Ledger.open(url, readonly=True)
    assert not database_path(url).parent.exists()


def test_reading_does_not_migrate(url):
    path = database_path(url)
    path.parent.mkdir()
    path.touch()
    with pytest.raises(LedgerError, match="run `syncd db upgrade` first"):
        Ledger.open(url, readonly=True)
    assert path.stat().st_size == 0


def test_a_reader_cannot_write(url, path):
    with Ledger.open(url, readonly=True) as ledger, pytest.raises(LedgerError, match="cannot be written"):
        ledger.begin_pass(AT)


# --- what cannot be used --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("readonly", [False, True])
def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path, readonly):
    path = tmp_path / "syncd.db"
    path.write_bytes(b"# Postmortem\n" * 1000)
    with pytest.raises(LedgerError, match=r"is no SQLite database; check `database`"):
        Ledger.open(f"sqlite:///{path}", readonly=readonly)
    assert path.read_bytes() == b"# Postmortem\n" * 1000


@pytest.mark.parametrize("readonly", [False, True])
def test_a_folder_is_no_ledger(tmp_path, readonly):
    with pytest.raises(LedgerError, match=r"cannot be opened"):
        Ledger.open(f"sqlite:///{tmp_path}", readonly=readonly)


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(LedgerError, match=r"The folder .*file/sub cannot be made"):
        Ledger.open(f"sqlite:///{tmp_path}/file/sub/syncd.db")


def test_the_database_of_another_program_is_refused(tmp_path):
    with closing(sqlite3.connect(tmp_path / "other.db")) as other:
        other.execute("CREATE TABLE bookmarks (id INTEGER)")
    with pytest.raises(LedgerError, match=r"of another program .*bookmarks"):
        Ledger.open(f"sqlite:///{tmp_path}/other.db")


def test_a_truncated_ledger_is_damaged(url, path):
    os.truncate(path, path.stat().st_size // 2)
    with pytest.raises(LedgerError, match="is damaged; bring the last good copy back with `syncd db restore FILE`"):
        Ledger.open(url).items()


def test_a_ledger_with_overwritten_pages_is_damaged(url, path):
    scramble(path, 4096, path.stat().st_size)
    with pytest.raises(LedgerError, match="is damaged"):
        Ledger.open(url).items()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://localhost/syncd", "cannot be read; write sqlite:///PATH or postgresql://"),
        ("/var/lib/syncd/syncd.db", "cannot be read; write it like sqlite:////"),
        ("", "cannot be read"),
        ("sqlite://syncd.db", "cannot be read"),
    ],
)
def test_other_urls_are_refused_with_an_example(url, words):
    with pytest.raises(LedgerError, match=words):
        Ledger.open(url)


def test_a_refused_url_does_not_show_its_password():
    with pytest.raises(LedgerError) as caught:
        Ledger.open("postgresql://syncd:s3cret@localhost/syncd")
    assert "s3cret" not in str(caught.value)


# --- locks ----------------------------------------------------------------------------------------------------------


def test_a_ledger_that_stays_locked_says_so_and_can_still_be_read(url, path):
    with Ledger.open(url, busy_timeout=0.05) as ledger, closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LedgerError, match="was locked by another process for too long; wait"):
            ledger.begin_pass(AT)
        assert ledger.items() == [an_item()]

        other.rollback()
        assert ledger.begin_pass(AT)


def test_a_reader_holds_up_no_writer(url, path):
    with Ledger.open(url, busy_timeout=0.05) as ledger, ledger._database.reading() as reading:
        assert reading.exec_driver_sql("SELECT count(*) FROM passes").scalar_one() == 0
        ledger.begin_pass(AT)
        assert reading.exec_driver_sql("SELECT count(*) FROM passes").scalar_one() == 0


def test_many_may_open_a_new_ledger_at_once(url):
    def make(number):
        with Ledger.open(url) as ledger:
            ledger.remember(a_document(f"{number}.md"), [], at=AT)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(make, range(16)))

    with Ledger.open(url) as ledger:
        assert len(ledger.all_documents()) == 16
    assert [file.name for file in Path(database_path(url)).parent.iterdir()] == ["syncd.db"]
