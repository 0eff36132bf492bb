from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing

import pytest
from ledger_values import AT, a_document, a_link, an_item, remember

from syncd.errors import LedgerError
from syncd.store.backup import backup, check, restore
from syncd.store.ledger import Ledger
from syncd.store.sqlite import database_path

KEPT = "syncd.db.replaced-20260302T093000Z"


@pytest.fixture
def path(url):
    """The file of a ledger with one linked item, closed."""
    with Ledger.open(url) as ledger:
        remember(ledger, an_item(link=a_link()))
    return database_path(url)


@pytest.fixture
def copy(url, path, tmp_path):
    """A backup of that ledger, which then went on without it."""
    backup(url, tmp_path / "copy.db")
    with Ledger.open(url) as ledger:
        ledger.unlink("00000001")
    return tmp_path / "copy.db"


def items(path):
    with Ledger.open(f"sqlite:///{path}", readonly=True) as ledger:
        return ledger.items()


def names(folder):
    return sorted(file.name for file in folder.iterdir())


def test_a_backup_is_a_whole_private_ledger(url, path, tmp_path):
    backup(url, tmp_path / "copy.db")

    assert items(tmp_path / "copy.db") == [an_item(link=a_link())]
    assert (tmp_path / "copy.db").stat().st_mode & 0o777 == 0o600


def test_a_backup_holds_what_stands_only_in_the_log(url, tmp_path):
    with Ledger.open(url) as ledger:
        remember(ledger, an_item(link=a_link()))
        backup(url, tmp_path / "copy.db")
        ledger.unlink("00000001")

    assert items(tmp_path / "copy.db") == [an_item(link=a_link())]


def test_a_backup_never_overwrites(url, path, tmp_path):
    (tmp_path / "notes.txt").write_text("dear diary")
    with pytest.raises(LedgerError, match=r"notes\.txt exists already and was not overwritten"):
        backup(url, tmp_path / "notes.txt")
    assert (tmp_path / "notes.txt").read_text() == "dear diary"


def test_a_backup_needs_a_place(url, path, tmp_path):
    with pytest.raises(LedgerError, match="cannot be written: No such file or directory"):
        backup(url, tmp_path / "nowhere" / "copy.db")


def test_there_is_no_backup_of_nothing(url, tmp_path):
    with pytest.raises(LedgerError, match="There is no ledger"):
        backup(url, tmp_path / "copy.db")
    assert names(tmp_path) == []


def test_a_damaged_ledger_makes_no_backup(url, path, tmp_path):
    os.truncate(path, path.stat().st_size // 2)
    with pytest.raises(LedgerError, match="is damaged"):
        backup(url, tmp_path / "copy.db")
    assert not (tmp_path / "copy.db").exists()


@pytest.mark.parametrize(
    "act", [lambda copy: backup("sqlite://", copy), lambda copy: restore("sqlite://", copy, at=AT)]
)
def test_a_ledger_in_memory_has_no_copies(act, tmp_path):
    with pytest.raises(LedgerError, match="in memory cannot be backed up or restored"):
        act(tmp_path / "copy.db")


def test_a_restored_ledger_is_the_copy_and_the_replaced_one_is_kept(url, path, copy):
    kept = restore(url, copy, at=AT)

    assert items(path) == [an_item(link=a_link())]
    assert kept == path.with_name(KEPT)
    assert items(kept) == [an_item()]
    assert {file.stat().st_mode & 0o777 for file in (path, kept)} == {0o600}
    assert not [name for name in names(path.parent) if "restored" in name]


def test_a_ledger_can_be_restored_twice_in_one_second(url, path, copy):
    restore(url, copy, at=AT)
    assert restore(url, copy, at=AT) == path.with_name(f"{KEPT}-2")


def test_a_lost_ledger_is_restored_where_it_was(url, path, copy):
    shutil.rmtree(path.parent)

    assert restore(url, copy, at=AT) is None

    assert items(path) == [an_item(link=a_link())]
    assert path.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("damage", [b"", b"garbage " * 1000])
def test_a_damaged_ledger_is_replaced_and_kept_with_its_log(url, path, copy, damage):
    path.write_bytes(damage)
    log = path.with_name("syncd.db-wal")
    log.write_bytes(b"its log")

    kept = restore(url, copy, at=AT)

    assert items(path) == [an_item(link=a_link())]
    assert kept.read_bytes() == damage
    assert log.exists() is False or log.read_bytes() != b"its log"


def test_a_ledger_that_another_process_has_open_is_not_replaced(url, path, copy):
    with Ledger.open(url) as ledger:
        ledger.remember(a_document("b.md"), [], at=AT)
        with pytest.raises(LedgerError, match="open in another process; stop `syncd run`"):
            restore(url, copy, at=AT)
        ledger.remember(a_document("c.md"), [], at=AT)
        assert len(ledger.all_documents()) == 3
    assert names(path.parent) == ["syncd.db"]


def test_what_is_no_sound_ledger_is_not_restored(url, path, copy, tmp_path):
    broken, other, empty = tmp_path / "broken.db", tmp_path / "other.db", tmp_path / "empty.db"
    broken.write_bytes(copy.read_bytes()[: copy.stat().st_size // 2])
    empty.touch()
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE bookmarks (id INTEGER)")

    for source, words in (
        (broken, "is damaged"),
        (other, "of another program"),
        (empty, "holds no ledger"),
        (tmp_path, "cannot be opened"),
        (tmp_path / "absent.db", "It does not exist; name a copy"),
    ):
        with pytest.raises(LedgerError, match=f"{source} was not restored, and nothing was changed.*{words}"):
            restore(url, source, at=AT)

    assert items(path) == [an_item()]
    assert KEPT not in names(path.parent)


def test_a_copy_of_a_newer_version_is_not_restored(url, path, copy):
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    with pytest.raises(LedgerError, match="newer syncd"):
        restore(url, copy, at=AT)
    assert items(path) == [an_item()]


def test_rows_that_point_nowhere_are_damage(path):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DELETE FROM items")
        connection.commit()
    with pytest.raises(LedgerError, match="rows point nowhere"):
        check(path)
