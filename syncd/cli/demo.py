"""``syncd demo``: the main job on sample postmortems, with tickets in a folder. No account, no network."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from difflib import unified_diff
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from syncd.cli.opening import now
from syncd.cli.pass_text import show
from syncd.cli.terminal import Terminal
from syncd.errors import UsageError
from syncd.reconcile import Pass, Request, reconcile
from syncd.settings import embedded
from syncd.store.ledger import Ledger
from syncd.wiring import application

FOLDER = "postmortems"
SHOWN = "2026-10-13-checkout-outage.md"
"""The sample whose difference is shown at the end."""
AGAIN = f" --source {FOLDER}"


def run(folder: Path | None, terminal: Terminal) -> int:
    """Lay out the samples, plan, make tickets, close one, and bring its state back; returns the exit code."""
    place = _fresh(folder)
    documents = _lay_out(place / FOLDER)
    before = {path: path.read_text(encoding="utf-8") for path in documents}
    terminal.out(f"Three postmortems lie in {place / FOLDER}:", "bold")
    for path in documents:
        terminal.out(f"  {FOLDER}/{path.name}")
    with _at(place, f"syncd plan{AGAIN}", terminal) as go:
        show(go(Request(dry_run=True)), terminal, again=AGAIN)
    with _at(place, f"syncd reconcile{AGAIN}", terminal) as go:
        show(go(Request()), terminal, again=AGAIN)
    ticket = _close_one(place)
    terminal.out(f"\nSomebody closes {ticket.stem}: `status: done` in {ticket.relative_to(place)}", "bold")
    with _at(place, f"syncd reconcile{AGAIN}", terminal) as go:
        show(go(Request()), terminal, again=AGAIN)
    _show_difference(documents[0], before[documents[0]], terminal)
    _farewell(place, ticket, terminal)
    return 0


def _fresh(folder: Path | None) -> Path:
    if folder is None:
        return Path(tempfile.mkdtemp(prefix="syncd-demo-"))
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} is not empty. Name a new or an empty folder, or none for a temporary one.")
    folder.mkdir(parents=True, exist_ok=True)
    return folder.resolve()


def _samples() -> Traversable:
    """Beside the code in a wheel, in ``config/`` in a checkout."""
    packaged = files("syncd") / "samples"
    return packaged if packaged.is_dir() else files("syncd") / ".." / "config" / "samples"


def _lay_out(folder: Path) -> list[Path]:
    """Copy the samples; the one that is shown comes first."""
    folder.mkdir()
    for sample in _samples().iterdir():
        (folder / sample.name).write_bytes(sample.read_bytes())
    return sorted(
        folder.iterdir(), key=lambda path: "Action items" not in path.read_text() or "Severity" not in path.read_text()
    )


class _Pass:
    """One pass over the demo's folder."""

    def __init__(self, place: Path, ledger: Ledger) -> None:
        settings = embedded(Path(FOLDER), cwd=place)
        self._app = application(settings, ledger=ledger, clock=now)

    def __call__(self, request: Request) -> Pass:
        return reconcile(self._app, request)


@contextmanager
def _at(place: Path, command: str, terminal: Terminal) -> Iterator[_Pass]:
    terminal.out(f"\n$ {command}", "bold")
    settings = embedded(Path(FOLDER), cwd=place)
    with Ledger.open(settings.database) as ledger:
        yield _Pass(place, ledger)


def _close_one(place: Path) -> Path:
    """Do what a person does: edit the status of the first ticket of the postmortem that is shown."""
    tickets = sorted((place / ".syncd" / "tickets").glob("*.md"))
    ticket = next(t for t in tickets if SHOWN in t.read_text(encoding="utf-8"))
    text = ticket.read_text(encoding="utf-8")
    ticket.write_text(re.sub(r"(?m)^status: .*$", "status: done", text, count=1), encoding="utf-8")
    return ticket


def _show_difference(path: Path, before: str, terminal: Terminal) -> None:
    terminal.out(f"\nWhat changed in {FOLDER}/{path.name}, every other byte is as it was:", "bold")
    after = path.read_text(encoding="utf-8")
    styles = {"+": "green", "-": "red", "@": "cyan"}
    for line in list(unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0))[2:]:
        terminal.out(line, styles.get(line[:1], ""))


def _farewell(place: Path, ticket: Path, terminal: Terminal) -> None:
    terminal.out("\nTry next:", "bold")
    terminal.out(f"  cd {place}")
    terminal.out("  syncd status                          # what is open, overdue, stuck")
    terminal.out(f"  syncd explain {ticket.stem:24}# where an item comes from, and all that was done for it")
    terminal.out(f"  edit {FOLDER}/*.md or .syncd/tickets/*.md, then: syncd reconcile{AGAIN}")
    terminal.out("  syncd init --path docs/postmortems    # set it up for your own team")
