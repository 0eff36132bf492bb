from __future__ import annotations

import os
import pty
import shutil
import subprocess

import pytest
from typer.main import get_command

from syncd.cli.main import app
from tests.cli.command import SCRIPT, clean_environment, process, read_terminal

SHELLS = ["bash", "zsh", "fish"]


@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_gets_a_script_that_it_can_read(shell, here):
    said = process("completion", shell, cwd=here)
    assert (said.code, said.err) == (0, "")
    assert "_SYNCD_COMPLETE" in said.out
    if shutil.which(shell):
        subprocess.run([shell, "-n"], input=said.out, text=True, check=True, timeout=30)


def test_zsh_may_find_the_script_in_a_folder_of_functions(here):
    assert process("completion", "zsh", cwd=here).out.startswith("#compdef syncd\n")


def test_an_unknown_shell_is_a_usage_error_that_names_the_known_ones(here):
    said = process("completion", "tcsh", cwd=here)
    assert said.code == 2
    assert [shell for shell in SHELLS if f"'{shell}'" not in said.err] == []


def test_a_tab_in_bash_completes_a_command(here):
    """On a terminal: what the key adds is run, and says whose help it is."""
    ours, theirs = pty.openpty()
    environment = clean_environment(PATH=f"{SCRIPT.parent}{os.pathsep}{os.environ['PATH']}", HISTFILE="", PS1="$ ")
    bash = ["bash", "--noprofile", "--norc", "-i"]
    streams = {"stdin": theirs, "stdout": theirs, "stderr": theirs}
    with subprocess.Popen(bash, cwd=here, env=environment, start_new_session=True, **streams) as running:
        os.close(theirs)
        os.write(ours, b"source <(syncd completion bash)\nsyncd rec\t--help\nexit\n")
        try:
            shown = "".join(read_terminal(ours))
        finally:
            running.kill()
            os.close(ours)
    assert "Usage: syncd reconcile" in shown


def test_a_command_completes_its_options_and_leaves_paths_to_the_shell(here):
    def asked(words):
        how = {"COMP_WORDS": words, "COMP_CWORD": str(words.count(" ")), "_SYNCD_COMPLETE": "complete_bash"}
        return process(cwd=here, **how).out.split()

    assert asked("syncd db b") == ["backup"]
    assert asked("syncd plan --det") == ["--detailed-exitcode"]
    assert asked("syncd plan --config ") == []
    assert asked("syncd parse a") == []


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_are_answered_with_descriptions(shell, here):
    how = {
        "_SYNCD_COMPLETE": f"complete_{shell}",
        "_TYPER_COMPLETE_ARGS": "syncd ",
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
    }
    said = process(cwd=here, **how)
    assert (said.code, said.err) == (0, "")
    assert get_command(app).commands["demo"].help in said.out
