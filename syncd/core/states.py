"""Words and signs that tell the state of an action item, in a cell or at either end of a sentence."""

from __future__ import annotations

import re

from syncd.core.model import State
from syncd.core.words import BOXES, STATE_MARKS, STATES, one_of

_WORDS = one_of(frozenset(STATES))
_AT_START = re.compile(rf"(?:{_WORDS})(?![^\W_]|['’]t\b)", re.IGNORECASE)
_MARKS = re.compile("[" + "".join(STATE_MARKS) + "]\ufe0f?")
_LEAD = re.compile(r"^[\s*_~`\"'“”()\[\]:：.,;–—-]+")
_TICKED = re.compile(r"\s*\[[xX]\]\s+(?=\w)")
"""A ticked box before the words of a state: ``[x] Completed``."""
_BOX = re.compile(r"\s*\[([ xX✓✔~/])\]\s*")
_LONGEST = 80
_PERCENT = re.compile(r"(\d{1,3})\s*%")
_NEGATION = re.compile(r"(?:n/a|n\.a\.)[\s:,.;-]+", re.IGNORECASE)


def state_of(text: str) -> State | None:
    """The state that a status cell tells: its first words, else a sign in it, else a percentage."""
    text, ticked = text[:_LONGEST], _TICKED.match(text)
    if ticked:
        return state_of(text[ticked.end() :]) or State.DONE
    if box := _BOX.fullmatch(text):
        return BOXES[box[1]]
    words = _NEGATION.sub("", _LEAD.sub("", _MARKS.sub("", text).replace("’", "'")))
    if match := _AT_START.match(words):
        return STATES[_key(match[0])]
    if mark := _MARKS.search(text):
        return STATE_MARKS[mark[0][0]]
    if percent := _PERCENT.match(words):
        value = int(percent[1])
        return State.DONE if value >= 100 else State.IN_PROGRESS if value else State.OPEN
    return None


def whole_state(text: str) -> State | None:
    """The state, if these words tell nothing else."""
    if len(text) > _LONGEST:
        return None
    if ticked := _TICKED.match(text):
        return whole_state(text[ticked.end() :])
    words = _LEAD.sub("", _MARKS.sub("", text).replace("’", "'")).rstrip(" .!*_)]:：")
    if not words.strip():
        mark = _MARKS.search(text)
        return STATE_MARKS[mark[0][0]] if mark else None
    return STATES.get(_key(words))


def _key(words: str) -> str:
    return " ".join(words.lower().split())


def leading_mark(text: str) -> re.Match[str] | None:
    """A sign for a state at the very start."""
    return _MARKS.match(text)
