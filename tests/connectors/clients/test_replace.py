from __future__ import annotations

import os

import pytest

from connectors.clients.replace import SUFFIX, replace


@pytest.fixture
def file(tmp_path):
    file = tmp_path / "a.md"
    file.write_bytes(b"old")
    return file


def beside(file):
    return sorted(set(os.listdir(file.parent)) - {file.name})


def test_the_question_is_asked_when_all_but_the_rename_is_done(file):
    def unchanged():
        [temporary] = beside(file)
        assert (file.parent / temporary).read_bytes() == b"new"
        assert file.read_bytes() == b"old"
        return True

    assert replace(str(file), b"new", unchanged=unchanged)
    assert (file.read_bytes(), beside(file)) == (b"new", [])


def test_a_no_leaves_the_file_alone(file):
    before = file.stat()
    assert not replace(str(file), b"new", unchanged=lambda: False)
    assert (file.stat(), file.read_bytes(), beside(file)) == (before, b"old", [])


def test_an_error_leaves_the_file_alone_and_comes_through(file):
    def unchanged():
        raise OSError("the disk is on fire")

    with pytest.raises(OSError, match="on fire"):
        replace(str(file), b"new", unchanged=unchanged)
    assert (file.read_bytes(), beside(file)) == (b"old", [])


def test_after_a_crash_the_file_is_the_old_one_and_the_next_write_clears_up(file):
    child = os.fork()
    if child == 0:
        replace(str(file), b"new", unchanged=lambda: os._exit(9))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    assert file.read_bytes() == b"old"
    [stray] = beside(file)
    assert stray.startswith(".")
    assert stray.endswith(SUFFIX)
    assert replace(str(file), b"newer", unchanged=lambda: True)
    assert (file.read_bytes(), beside(file)) == (b"newer", [])


def test_other_hidden_files_are_not_cleared(file):
    (file.parent / ".keep").touch()
    (file.parent / f"mine{SUFFIX}").touch()
    replace(str(file), b"new", unchanged=lambda: True)
    assert beside(file) == [".keep", f"mine{SUFFIX}"]
