"""YAML front matter: flat keys and their words, read so that no YAML can do harm."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import yaml

from syncd.core.model import Problem

_FENCE = re.compile(r"\ufeff?---[ \t]*(?:\r\n|\n|\r)")
_CLOSE = re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE)
_KEY = re.compile(r"^[\w\"'-][^:\n]*:(?:\s|$)", re.MULTILINE)
_PAIR = re.compile(r"([A-Za-z][\w -]{0,40}):\s+(\S.*)$")
_LIMIT = 64_000
_DEPTH = 8


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What stands between the fences. ``end`` is where the text after it starts; 0 when there is none."""

    values: dict[str, tuple[str, int]] = field(default_factory=dict)
    end: int = 0
    problem: Problem | None = None


_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
"""Every scalar is a string. The loader only hands out events: nothing is built from them."""


def read_front_matter(text: str) -> FrontMatter:
    """The front matter at the very start of a text. Broken or oversized YAML is a problem, not an exception."""
    start = _FENCE.match(text)
    close = _CLOSE.search(text.replace("\r", "\n", 1) if start is None else text, start.end()) if start else None
    if start is None or close is None or not _KEY.match(text, start.end()):
        return FrontMatter()
    source = text[start.end() : close.start()]
    try:
        return FrontMatter(_values(source), close.end())
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        return FrontMatter(_simple_values(source[:_LIMIT]), close.end(), _problem(error))


def _problem(error: Exception) -> Problem:
    mark = getattr(error, "problem_mark", None)
    reason = getattr(error, "problem", None) or str(error) or type(error).__name__
    line = int(getattr(mark, "line", -1)) + 2
    return Problem(line, f"The front matter is not valid YAML: {reason.splitlines()[0]}.")


def _simple_values(source: str) -> dict[str, tuple[str, int]]:
    """The plain ``key: value`` lines of front matter that is no YAML."""
    pairs = ((number, _PAIR.match(line)) for number, line in enumerate(source.splitlines(), 2))
    return {m[1].lower().replace("_", " "): (m[2].strip(" \"'"), number) for number, m in pairs if m}


def _values(source: str) -> dict[str, tuple[str, int]]:
    """The keys of the outermost mapping that have a plain value."""
    if len(source) > _LIMIT:
        raise ValueError(f"it is longer than {_LIMIT} characters")
    found: dict[str, tuple[str, int]] = {}
    key: yaml.ScalarEvent | None = None
    depth = 0
    for event in yaml.parse(source.replace("\t", "  "), Loader=_LOADER):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise ValueError("anchors and aliases are not read")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _DEPTH or (depth == 1 and not isinstance(event, yaml.MappingStartEvent)):
                raise ValueError("it is nested too deeply, or no list of keys and values")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
            key = None if depth == 1 else key
        elif isinstance(event, yaml.ScalarEvent) and depth == 1:
            if key is None:
                key = event
            else:
                line = key.start_mark.line if key.start_mark else 0
                found[key.value.strip().lower().replace("_", " ")] = (event.value.strip(), line + 2)
                key = None
    return found
