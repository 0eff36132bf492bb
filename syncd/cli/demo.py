"""``syncd demo``: the main job on sample postmortems, with tickets in a folder. No account, no network."""

from __future__ import annotations

import re
import shlex
import tempfile
from contextlib import chdir
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from syncd.cli.changed_lines import changed_lines
from syncd.cli.digest import Asked, previews
from syncd.cli.opening import Opening
from syncd.cli.printable import counted
from syncd.cli.reconcile import run as run_pass
from syncd.cli.terminal import Terminal
from syncd.core.digest import OCCASIONS
from syncd.errors import UsageError
from syncd.reconcile import Request

FOLDER = Path("postmortems")
DIGESTS = Path("digests")
TICKETS = Path(".syncd/tickets")
SHOWN = FOLDER / "2026-10-13-checkout-outage.md"
"""The sample that is shown, and whose first ticket is closed."""
OPENING = Opening(source=FOLDER)


def run(folder: Path | None, terminal: Terminal) -> int:
    """Lay out the samples, plan, make tickets, close one, and bring its state back; returns the exit code."""
    place = _fresh(folder)
    with chdir(place):
        laid_out = _lay_out(FOLDER)
        terminal.out((f"{counted(laid_out, 'postmortem')} in {place / FOLDER}, as teams write them.", "bold"))
        terminal.out("A table in the house format, one of a project, and a list of checkboxes.")
        _command(f"cd {shlex.quote(str(place))}", terminal)

        _step("What would syncd do? A plan changes nothing.", terminal)
        _pass(terminal, dry_run=True)

        _step("Do it: each open item gets a ticket, and its row the link.", terminal)
        before = _text()
        _pass(terminal)
        _difference(before, terminal)

        ticket = _first_ticket()
        _step(f"Somebody finishes {ticket.stem}. A ticket is a file, so closing it is an edit:", terminal)
        _close(ticket, terminal)

        _step("The next pass brings that back into the postmortem's own table.", terminal)
        before = _text()
        _pass(terminal)
        _difference(before, terminal)

        _step("What people get: a weekly digest, a review two weeks after, a check-in at the retro.", terminal)
        _digests(place, terminal)
    _farewell(place, ticket, terminal)
    return 0


def _fresh(folder: Path | None) -> Path:
    if folder is None:
        return Path(tempfile.mkdtemp(prefix="syncd-demo-"))
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} is not empty. Name a new or an empty folder, or none for a temporary one.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder} cannot be made: {error.strerror}. Name another folder.") from None
    return folder.resolve()


def _samples() -> Traversable:
    """Beside the code in a wheel, in ``config/`` in a checkout."""
    packaged = files("syncd") / "samples"
    return packaged if packaged.is_dir() else files("syncd") / ".." / "config" / "samples"


def _lay_out(folder: Path) -> int:
    folder.mkdir()
    samples = [sample for sample in _samples().iterdir() if sample.name.endswith(".md")]
    for sample in samples:
        (folder / sample.name).write_bytes(sample.read_bytes())
    return len(samples)


def _pass(terminal: Terminal, *, dry_run: bool = False) -> None:
    _command(f"syncd {'plan' if dry_run else 'reconcile'}{OPENING.flags}", terminal)
    run_pass(OPENING, Request(dry_run=dry_run), terminal)


def _digests(place: Path, terminal: Terminal) -> None:
    """Write the three digests, and print where: they are mails, to be opened in a browser."""
    for kind in OCCASIONS:
        _command(f"syncd digest {kind}{OPENING.flags} --preview {DIGESTS}", terminal)
        for path in previews(OPENING, Asked(kind), DIGESTS):
            if path.suffix == ".html":
                terminal.out(f"  {place / path}")
    terminal.out("Beside each stand its text, the mail itself, and what Slack, Teams and programs get.")


def _first_ticket() -> Path:
    """The lowest ticket of the postmortem that is shown."""
    tickets = sorted(TICKETS.glob("*.md"), key=lambda path: int(path.stem.rpartition("-")[2]))
    return next(path for path in tickets if SHOWN.name in path.read_text(encoding="utf-8"))


def _close(ticket: Path, terminal: Terminal) -> None:
    """Do what a person does in an editor."""
    before = ticket.read_text(encoding="utf-8")
    after = re.sub(r"(?m)^status: .*$", "status: done", before, count=1)
    ticket.write_text(after, encoding="utf-8")
    _changes(before, after, ticket, terminal)


def _text() -> str:
    return SHOWN.read_text(encoding="utf-8")


def _difference(before: str, terminal: Terminal) -> None:
    _changes(before, _text(), SHOWN, terminal)
    terminal.out("  Every other byte is as it was.")


# --- words


def _step(words: str, terminal: Terminal) -> None:
    terminal.out()
    terminal.out((words, "bold"))


def _command(command: str, terminal: Terminal) -> None:
    terminal.out((f"$ {command}", "cyan"))


def _changes(before: str, after: str, path: Path, terminal: Terminal) -> None:
    terminal.out()
    terminal.out((str(path), "bold"))
    for line in changed_lines(before, after, width=terminal.width):
        terminal.out(*line)


def _farewell(place: Path, ticket: Path, terminal: Terminal) -> None:
    _step("Try next:", terminal)
    commands = (
        (f"cd {shlex.quote(str(place))}", ""),
        (f"cat {SHOWN}", ""),
        ("syncd status", "what is open, overdue or stuck"),
        (f"syncd explain {ticket.stem}", "where it comes from, and its history"),
        (f"syncd reconcile{OPENING.flags}", "after you edit a row or a ticket"),
    )
    width = max(len(command) for command, remark in commands if remark)
    for command, remark in commands:
        terminal.out(f"  {command:{width}}  ", (f"# {remark}", "dim")) if remark else terminal.out(f"  {command}")
    terminal.out()
    terminal.out("Your own postmortems: `syncd plan --source FOLDER` shows what would happen,")
    terminal.out("and changes nothing. `syncd init` writes a configuration, to keep it running.")
