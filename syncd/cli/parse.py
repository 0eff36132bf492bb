"""``syncd parse``: what syncd understands of a document, without any configuration."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from syncd.core.model import ActionItem, Document, Markup, Postmortem
from syncd.core.postmortem import Finished, finished, parse

_SUFFIXES = (".md", ".markdown", ".mdx", ".qmd", ".rmd", ".html", ".htm", ".xhtml", ".md.erb", ".md.hbs", ".md.j2")
_HTML = (".html", ".htm", ".xhtml")
_LIMIT = 5_000_000


def run(paths: Sequence[Path], *, as_json: bool) -> int:
    """Print what the documents at ``paths`` say; folders are walked. 1: one failed, 2: a path is missing."""
    code = 0
    for path in paths:
        if not path.exists():
            print(f"{path}: there is no such file or folder.", file=sys.stderr)
            code = 2
            continue
        for file in _files(path):
            shown = _show(file, as_json=as_json)
            code = max(code, shown) if code != 2 else 2
    return code


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    for child in sorted(path.rglob("*")):
        if child.is_file() and child.name.lower().endswith(_SUFFIXES) and not _hidden(child, path):
            yield child


def _hidden(child: Path, root: Path) -> bool:
    return any(part.startswith(".") for part in child.relative_to(root).parts)


def _show(path: Path, *, as_json: bool) -> int:
    text = _read(path)
    if isinstance(text, Document):
        postmortem = parse(text)
        told = finished(postmortem, today=date.today())  # noqa: DTZ011
        print(json.dumps(as_object(str(path), postmortem, told), ensure_ascii=False) if as_json else _human(path, postmortem, told))
        return 0
    if as_json:
        print(json.dumps({"path": str(path), "problems": [{"line": 1, "message": text}], "items": []}, ensure_ascii=False))
    print(f"{path}: {text}", file=sys.stderr)
    return 1


def _read(path: Path) -> Document | str:
    """The document at a path, or why it cannot be read."""
    try:
        if path.stat().st_size > _LIMIT:
            return f"it is larger than {_LIMIT // 1_000_000} MB."
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        return f"it is not UTF-8 (byte {error.start})."
    except OSError as error:
        return f"it cannot be read: {error.strerror}."
    return Document(f"folder:{path.resolve()}", str(path), text, "", _markup(path), str(path.resolve()))


def _markup(path: Path) -> Markup:
    return Markup.HTML if path.name.lower().endswith(_HTML) else Markup.MARKDOWN


def as_object(path: str, postmortem: Postmortem, told: Finished) -> dict[str, object]:
    """The JSON object of one document."""
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


def _item(item: ActionItem) -> dict[str, object]:
    first = item.references[0] if item.references else None
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
        "ticket": first.text if first else None,
        "ticket_named": bool(first and first.named),
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _human(path: Path, postmortem: Postmortem, told: Finished) -> str:
    return f"{path}: {postmortem.title} ({len(postmortem.items)} items) {told.why}"
