"""``syncd parse``: what syncd understands of documents, without any configuration."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path

from syncd.cli.printable import counted, printable
from syncd.cli.streams import put
from syncd.cli.terminal import Line, Terminal
from syncd.core.model import ActionItem, Document, Kind, Markup, Postmortem, Problem, Reference, State
from syncd.core.postmortem import Finished, finished, parse

_SUFFIXES = (".md", ".markdown", ".mdx", ".qmd", ".rmd", ".md.erb", ".html.erb", ".html", ".htm", ".xhtml")
_HTML = (".html", ".htm", ".xhtml", ".html.erb")
_LIMIT = 5_000_000
_COLOURS = {State.DONE: "green", State.IN_PROGRESS: "yellow", State.CANCELLED: "dim"}
_OWNER_WIDTH = 24


def run(paths: Sequence[Path], terminal: Terminal, *, as_json: bool) -> int:
    """Print what the documents at ``paths`` say; folders are walked. 0, or 1: a file failed, 2: a path is missing."""
    missing = [path for path in paths if not path.exists()]
    for path in missing:
        terminal.warn(f"{printable(str(path))}: There is no such file or folder.")
    read = [_show(file, terminal, as_json=as_json) for path in paths if path.exists() for file in files(path)]
    return 2 if missing else int(not all(read))


def files(path: Path) -> Iterator[Path]:
    """The documents below a folder, by name, hidden ones and links to folders left out; a file is itself."""
    if not path.is_dir():
        yield path
        return
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if name.lower().endswith(_SUFFIXES) and not name.startswith("."):
                yield Path(folder, name)


def _show(path: Path, terminal: Terminal, *, as_json: bool) -> bool:
    """Print one document; whether it could be read."""
    document = _read(path)
    if isinstance(document, Problem):
        if as_json:
            terminal.data(_unread(str(path), document))
        terminal.warn(f"{printable(str(path))}:{document.line}: {document.message}")
        return False
    postmortem = parse(document)
    told = finished(postmortem, today=datetime.now().astimezone().date())
    if as_json:
        terminal.data(as_object(str(path), postmortem, told))
        return True
    for line in _lines(path, postmortem, told, width=terminal.width):
        terminal.out(*line)
    for problem in postmortem.problems:
        put(sys.stderr, f"{printable(str(path))}:{problem.line}: {printable(problem.message)}")
    return True


def _read(path: Path) -> Document | Problem:
    """The document at a path, or why it cannot be read."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            return Problem(1, "It is no ordinary file but a pipe, a socket or a device.")
        if status.st_size > _LIMIT:
            return Problem(1, f"It is larger than {_LIMIT // 1_000_000} MB; no document is.")
        content = path.read_bytes()
    except OSError as error:
        return Problem(1, f"It cannot be read: {error.strerror}.")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return Problem(line, f"It is not UTF-8 (byte 0x{content[error.start]:02X}); save it as UTF-8.")
    location = str(path.resolve())
    return Document(f"folder:{location}", str(path), text, "", markup_of(path), location)


def markup_of(path: Path) -> Markup:
    """How a file is written, by its name; ``.html.md.erb`` is Markdown."""
    return Markup.HTML if path.name.lower().endswith(_HTML) else Markup.MARKDOWN


# --- for programs ---------------------------------------------------------------------------------------------------


def as_object(path: str, postmortem: Postmortem, told: Finished) -> dict[str, object]:
    """The JSON object of one document, as README documents it."""
    return {
        "path": path,
        "kind": postmortem.kind.value,
        "title": postmortem.title,
        "severity": postmortem.severity,
        "incident_date": _iso(postmortem.incident_date),
        "postmortem_date": _iso(postmortem.postmortem_date),
        "finished": told.finished,
        "problems": [{"line": p.line, "message": p.message} for p in postmortem.problems],
        "items": [_item(item) for item in postmortem.items],
    }


def _ticket(reference: Reference) -> str:
    """The reference as written; the URL of a link whose words name no ticket that we could tell apart."""
    known = reference.key is not None or "#" in reference.text
    return reference.text if known or not reference.url else reference.url


def _item(item: ActionItem) -> dict[str, object]:
    reference = item.references[0] if item.references else None
    return {
        "line": item.line,
        "id": item.row_id,
        "action": item.action,
        "type": item.type,
        "owner": item.owner,
        "owners": list(item.owners),
        "due": item.due,
        "due_date": _iso(item.due_date),
        "status": item.status,
        "state": item.state.value if item.state else None,
        "ticket": _ticket(reference) if reference else None,
        "ticket_named": bool(reference and reference.named),
    }


def _unread(path: str, problem: Problem) -> dict[str, object]:
    """The object of a file that cannot be read: with all the keys of one that can."""
    return {
        "path": path,
        "kind": Kind.OTHER.value,
        "title": "",
        "severity": None,
        "incident_date": None,
        "postmortem_date": None,
        "finished": False,
        "problems": [{"line": problem.line, "message": problem.message}],
        "items": [],
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


# --- for people -----------------------------------------------------------------------------------------------------


def _lines(path: Path, postmortem: Postmortem, told: Finished, *, width: int | None) -> Iterator[Line]:
    yield ((printable(str(path)), "bold"),)
    yield ("  ", printable(postmortem.title) or "no title")
    yield ("  ", (_facts(postmortem), "dim"))
    verdict = ("finished", "green") if told.finished else ("not finished", "yellow")
    at = f" (line {told.line})" if told.line and "ine " not in told.why else ""
    yield ("  ", verdict, f": {printable(told.why)}{at}")
    for line in _table(postmortem.items, width=width):
        yield ("  ", *line)
    yield ()


def _facts(postmortem: Postmortem) -> str:
    dates = ((postmortem.incident_date, ""), (postmortem.postmortem_date, "postmortem "))
    parts = [postmortem.kind.value, postmortem.severity, *(f"{name}{day}" for day, name in dates if day)]
    parts.append(counted(len(postmortem.items), "action item"))
    return " · ".join(printable(part) for part in parts if part)


def _table(items: Sequence[ActionItem], *, width: int | None) -> Iterator[Line]:
    """One line for each item: line, state, due date, owner, ticket, action."""
    rows = [_cells(item) for item in items]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(5)]
    for item, row in zip(items, rows, strict=True):
        line, state, *others = (f"{cell:{w}}" for cell, w in zip(row, widths, strict=False) if w)
        before = "  ".join(others)
        room = None if width is None else max(20, width - sum(widths) - 2 * len(widths) - 4)
        action = printable(item.action) if room is None else printable(item.action, room)
        coloured = (state, _COLOURS[item.state]) if item.state in _COLOURS else state
        yield (f"{line.strip():>{widths[0]}}  ", coloured, f"  {before}  {action}" if before else f"  {action}")


def _cells(item: ActionItem) -> tuple[str, str, str, str, str]:
    reference = item.references[0] if item.references else None
    due = item.due_date.isoformat() if item.due_date else printable(item.due or "", 12)
    owner = printable(", ".join(item.owners) or item.owner or "", _OWNER_WIDTH)
    ticket = printable(reference.text, 40) if reference else ""
    return str(item.line), item.state.value if item.state else "-", due, owner, ticket
