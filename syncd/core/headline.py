"""The lines that carry the news before a digest is opened: subject and preheader."""

from __future__ import annotations

from syncd.core.digest import Entry, Memory
from syncd.core.plain import one_line

SUBJECT = 69
"""Characters of a subject: with its name, one line of a mail."""
PREHEADER = 110
_LEAST = 12
"""Characters of a team's or a postmortem's name that are kept however long the rest is."""


def subject(memory: Memory, news: str, *, name: str = "", end: str = "") -> str:
    """``[Payments] `` and the news, at most 69 characters: what is too long is cut in the names, not in the news."""
    sender = f"{memory.team} / {memory.owner}" if memory.owner else memory.team
    fixed = len("[] ") + len(news) + len(end)
    team = one_line(sender, max(SUBJECT - fixed - min(len(name), 2 * _LEAST), _LEAST))
    room = max(SUBJECT - fixed - len(team), _LEAST)
    return one_line(f"[{team}] {news}{one_line(name, room)}{end}", SUBJECT)


def preheader(lead: str, entry: Entry) -> str:
    """One item in a line: ``12 days late: Add an alert (Platform Team)``."""
    return one_line(f"{lead}: {one_line(entry.action, 60)} ({one_line(entry.owner or 'no owner', 30)})", PREHEADER)


def counted(number: int, noun: str) -> str:
    """``1 day``, ``3 days``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def list_of(counts: dict[str, int]) -> str:
    """``3 overdue, 12 open``: the words that have a number."""
    return ", ".join(f"{number} {word}" for word, number in counts.items() if number)
