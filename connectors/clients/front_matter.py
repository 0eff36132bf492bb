"""YAML front matter that people edit by hand: read leniently, changed surgically.

Each top-level ``key: value`` is read by itself, so one line that is no YAML does not spoil the others; what YAML
refuses in one line (``title: Fix: the cache``) is taken as the words that stand there. Aliases, anchors and tags mean
nothing here, and nothing is ever built from them. Pure text: no I/O.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

import yaml

try:
    from yaml import CBaseLoader as _Loader
except ImportError:  # PyYAML was built without libyaml: the same, ten times slower
    from yaml import BaseLoader as _Loader  # type: ignore[assignment]

LIMIT = 64 * 1024
"""Code points in which the front matter has to end; a person's is a few hundred."""

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_KEY = re.compile(r"""(["']?)([A-Za-z_][\w -]*?)\1[ \t]*:(?=[ \t\r\n]|$)""")
_CERTAINLY_PLAIN = re.compile(r"[ \t]*([A-Za-z0-9](?:[^\n:#]*[^\s:#])?)[ \t]*\r?\n?")
_WRITTEN_PLAIN = re.compile(
    r"(?:[^\W\d_]|(?:\.\./)+\w)(?:[\w ,.()/%+'-]*[\w.)%])?"  # words, a path
    r"|https?://[\w./%+?=&~#:@-]*[\w/]"
    r"|\d{4}-\d\d-\d\d"
    r"|[1-9][0-9a-f]*[a-df][0-9a-f]*"  # a marker that nobody takes for a number
)
_WRITTEN_PLAIN_IN_LIST = re.compile(r"[^\W\d_](?:[\w./+-]*\w)?")
_SPECIAL_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
_NOT_PRINTABLE = re.compile(
    "[^\t\n -~\xa0-\u2027\u202f-\u2065\u206a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_LEADING = re.compile(r"\A[ \t]+")
_SURROGATES = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Entry:
    """One key and what stands after it. Places are code points of the whole text."""

    name: str
    """In lower case."""
    line: int
    """1-based, where the key stands."""
    start: int
    after_colon: int
    end: int
    """Behind the last line that belongs to it."""
    values: tuple[str, ...] | None
    """The value, or the values of a list; empty when there is none, None when it could not be understood."""
    value_start: int
    value_end: int


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The front matter of a text, as far as it could be read."""

    text: str
    entries: tuple[Entry, ...] = ()
    end: int | None = None
    """Where the closing fence stands, and with it the place for one more line; None when there is no front matter."""
    problem: str | None = None

    def named(self, name: str) -> list[Entry]:
        """Every entry of that key; more than one is a person's mistake."""
        return [entry for entry in self.entries if entry.name == name]

    def value(self, name: str) -> str | None:
        """The value of the last entry of that key; None when there is none."""
        entries = self.named(name)
        values = entries[-1].values if entries else None
        return ", ".join(values) if values else None


def read(text: str) -> FrontMatter:
    """What stands between the first line ``---`` and the next one."""
    lines = _lines(text)
    first = next((n for n, (_, line) in enumerate(lines) if line.strip("\ufeff \t\r\n")), None)
    if first is None:
        return FrontMatter(text, problem="it is empty")
    if lines[first][1].lstrip("\ufeff").rstrip() != "---":
        return FrontMatter(text, problem="it does not begin with a line `---`")
    last = next((n for n in range(first + 1, len(lines)) if lines[n][1].rstrip() in ("---", "...")), None)
    if last is None:
        return FrontMatter(text, problem="no second line `---` ends its front matter")
    entries = tuple(_entry(chunk, text) for chunk in _chunks(lines[first + 1 : last], offset=first + 2))
    return FrontMatter(text, entries, lines[last][0])


def with_value(front: FrontMatter, name: str, written: str) -> str:
    """The text with this value for that key, ``written`` as :func:`scalar` or :func:`flow` gives it.

    Only the value's own place changes (a value of several lines becomes one line); a missing key becomes a new last
    line. Raises ValueError with a sentence's end when a person has to mend something first.
    """
    if front.end is None:
        raise ValueError(front.problem or "it has no front matter")
    entries = front.named(name)
    if len(entries) > 1:
        raise ValueError(f"`{name}` stands there {len(entries)} times; keep one of them")
    if not entries:
        newline = "\r\n" if front.text[: front.end].endswith("\r\n") else "\n"
        return _spliced(front.text, front.end, front.end, f"{name}: {written}{newline}")
    if entries[0].values is None:
        raise ValueError(f"`{name}` cannot be read; write it in one line")
    return _replaced(front.text, entries[0], written)


def with_list_item(front: FrontMatter, name: str, item: str) -> str:
    """The text with ``item`` added to that key's list, in the list's own form. Raises ValueError likewise."""
    entries = front.named(name)
    if len(entries) != 1 or entries[0].values == ():
        return with_value(front, name, flow((item,)))
    [entry] = entries
    if entry.values is None:
        raise ValueError(f"`{name}` cannot be read; write it as `[one, two]`")
    value = front.text[entry.value_start : entry.value_end]
    if value.startswith("[") and value.endswith("]"):
        comma = "" if value[:-1].rstrip().endswith(",") else ","
        return _spliced(front.text, entry.value_end - 1, entry.value_end - 1, f"{comma} {in_list(item)}")
    lines = [line for _, line in _lines(front.text[entry.start : entry.end])]
    if bullet := re.match(r"[ \t]*-[ \t]+", lines[-1]):
        newline = "\r\n" if lines[-1].endswith("\r\n") else "\n"
        return _spliced(front.text, entry.end, entry.end, bullet[0] + in_list(item) + newline)
    return with_value(front, name, flow((*_parts(entry.values), item)))


def _parts(values: tuple[str, ...]) -> list[str]:
    return [part.strip() for value in values for part in value.split(",") if part.strip()]


def scalar(text: str) -> str:
    """``text`` as a YAML value of one line: plain where no reader can misunderstand it, else in double quotes."""
    plain = _WRITTEN_PLAIN.fullmatch(text) and text.casefold() not in _SPECIAL_WORDS
    return text if plain or not text else _quoted(text)


def flow(items: Sequence[str]) -> str:
    """A YAML list of one line."""
    return f"[{', '.join(in_list(item) for item in items)}]"


def in_list(text: str) -> str:
    """``text`` as an item of a YAML list of one line."""
    plain = _WRITTEN_PLAIN_IN_LIST.fullmatch(text) and text.casefold() not in _SPECIAL_WORDS
    return text if plain else _quoted(text)


def _quoted(text: str) -> str:
    return _NOT_PRINTABLE.sub(_escaped, json.dumps(_SURROGATES.sub("\ufffd", text), ensure_ascii=False))


def _escaped(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"


def _spliced(text: str, start: int, end: int, new: str) -> str:
    return text[:start] + new + text[end:]


def _replaced(text: str, entry: Entry, written: str) -> str:
    old = text[entry.after_colon : entry.end]
    if "\n" in old.rstrip("\r\n"):
        newline = "\r\n" if old.endswith("\r\n") else "\n"
        return _spliced(text, entry.after_colon, entry.end, f" {written}{newline}")
    if entry.value_start == entry.after_colon:
        written = f" {written}"
    return _spliced(text, entry.value_start, entry.value_end, written)


def _lines(text: str) -> list[tuple[int, str]]:
    return [(found.start(), found[0]) for found in _LINE.finditer(text, 0, LIMIT)]


@dataclass(slots=True)
class _Chunk:
    name: str
    line: int
    start: int
    after_colon: int
    end: int


def _chunks(lines: list[tuple[int, str]], *, offset: int) -> list[_Chunk]:
    """The keys with the lines that continue their values: indented ones and list items."""
    chunks: list[_Chunk] = []
    for number, (start, line) in enumerate(lines, start=offset):
        if key := _KEY.match(line):
            end = start + len(line)
            chunks.append(_Chunk(key[2].casefold(), number, start, start + key.end(), end))
        elif chunks and line[0] in " \t-" and line.strip() and not line.lstrip().startswith("#"):
            chunks[-1].end = start + len(line)
    return chunks


def _entry(chunk: _Chunk, text: str) -> Entry:
    raw = text[chunk.after_colon : chunk.end]
    values, start, end = _understood(raw)
    place = chunk.after_colon
    return Entry(chunk.name, chunk.line, chunk.start, place, chunk.end, values, place + start, place + end)


def _understood(raw: str) -> tuple[tuple[str, ...] | None, int, int]:
    """The values in what stands after a colon, and their place in it."""
    if plain := _CERTAINLY_PLAIN.fullmatch(raw):
        return (plain[1],), plain.start(1), plain.end(1)
    try:
        return _from_yaml(raw)
    except (yaml.YAMLError, ValueError):
        words = raw.strip()
        start = raw.find(words)
        return (None if "\n" in raw.rstrip() else (words,)), start, start + len(words)


def _from_yaml(raw: str) -> tuple[tuple[str, ...], int, int]:
    # Events only: composing or constructing them is what makes aliases and tags dangerous.
    events = list(yaml.parse(_LEADING.sub(_as_blanks, _SURROGATES.sub("\ufffd", raw)), Loader=_Loader))[2:-2]
    if not events:
        return (), 0, 0
    listed = isinstance(events[0], yaml.SequenceStartEvent) and events[0].anchor is None
    values = tuple(_scalar_of(event) for event in (events[1:-1] if listed else events))
    start, end = events[0].start_mark, events[-1].end_mark
    assert start is not None
    assert end is not None
    return tuple(filter(None, values)), start.index, end.index


def _scalar_of(event: yaml.Event) -> str:
    if not isinstance(event, yaml.ScalarEvent) or event.anchor or event.tag:
        raise ValueError("neither a scalar nor a list of scalars")
    value: str = event.value
    return value


def _as_blanks(match: re.Match[str]) -> str:
    # YAML takes no tab here; people's editors put one.
    return " " * len(match[0])
