"""What about an item waits for a person: the row and its ticket tell it differently, the ticket is gone, or neither
is clear enough to act.
"""

from __future__ import annotations

import re
from datetime import date

from syncd.core.merge import gone
from syncd.core.model import Disposition, KnownItem, Link, Presence, State
from syncd.core.standing import state_of

_PLAIN_WORD = re.compile(r"[a-z]+(?=[ ,:])")


def dispute(item: KnownItem) -> str:
    """What a person has to settle about an item, as sentences; "" when there is nothing.

    Of a closed item only whether it is closed: its date or its lost ticket is nobody's worry any more.
    """
    if item.disposition is Disposition.BLOCKED:
        return sentence(item.reason or "it waits for a person")
    if item.link is None:
        return ""
    if state_of(item).closed:
        return _two_states(item.link)
    if item.link.presence is not Presence.HERE:
        return sentence(item.reason or gone(item.link.presence, item.link.key))
    return " ".join(words for words in (_two_states(item.link), _two_dates(item.link)) if words)


def sentence(text: str) -> str:
    """A reason as a sentence of its own; a key or a path at its beginning stays as it is."""
    begun = text[:1].upper() + text[1:] if _PLAIN_WORD.match(text) else text
    return begun if begun.endswith((".", "?", "!")) else f"{begun}."


def _two_states(link: Link) -> str:
    """The row moved away from what was agreed, and its ticket does not say the same.

    Where only the row moved, and not between open and closed, it may be just a state that one side cannot hold.
    """
    field = link.fields["state"]
    if field.document is None or field.ticket is None or field.document in (field.ticket, field.agreed):
        return ""
    said, there = State(field.document), State(field.ticket)
    if field.ticket == field.agreed and said.closed == there.closed:
        return ""
    return f"The row says {_word(said)}, its ticket says {_word(there)}."


def _two_dates(link: Link) -> str:
    """Both sides moved the date, to different days."""
    field = link.fields["due"]
    if field.document is None or field.ticket is None or field.document == field.ticket:
        return ""
    if field.agreed in (field.document, field.ticket):
        return ""
    said, there = date.fromisoformat(field.document), date.fromisoformat(field.ticket)
    return f"The row says due {said}, its ticket {there}."


def _word(state: State) -> str:
    return state.value.replace("_", " ")
