from __future__ import annotations

import shutil
import subprocess
import sys

from tests.deploy.place import DEPLOY

PAGE = DEPLOY / "man/syncd.1"


def test_the_manual_says_what_the_commands_say():
    written = subprocess.run([sys.executable, DEPLOY / "man/write.py"], capture_output=True, text=True, check=True)
    assert PAGE.read_text() == written.stdout, "run `make man`"


def test_every_reader_of_manuals_that_is_here_takes_it_without_a_warning():
    readers = {
        "man": ["man", "--warnings", "--local-file", PAGE],
        "groff": ["groff", "-man", "-ww", "-Tutf8", "-z", PAGE],
        "mandoc": ["mandoc", "-T", "lint", "-W", "error", PAGE],
    }
    for command in (command for name, command in readers.items() if shutil.which(name)):
        read = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert (read.returncode, read.stderr) == (0, "")


def test_a_line_of_words_is_never_taken_for_a_request():
    lines = PAGE.read_text().splitlines()
    requests = {line.split()[0] for line in lines if line.startswith((".", "'"))}
    assert requests <= {".TH", ".SH", ".SS", ".TP", ".B", ".I", ".nf", ".fi"}
    assert PAGE.read_text().isascii()
