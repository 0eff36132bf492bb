"""What about an item waits for a person: the row and its ticket tell it differently, the ticket is gone, or neither
is clear enough to act.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date

from syncd.core.desired import ticket_title
from syncd.core.merge import gone
from syncd.core.model import Disposition, Effect, EffectKind, KnownItem, Link, Presence, State
from syncd.core.standing import WANTED, state_of

_PLAIN_WORD = re.compile(r"[a-z]+(?=[ ,:])")


def dispute(item: KnownItem, refusals: Iterable[Effect] = ()) -> str:
    """What a person has to settle about an item, as sentences; "" when there is nothing.

    ``refusals`` are its last create and its last update where the tracker refused them. Of a closed item only whether
    it is closed: its date or its lost ticket is nobody's worry any more.
    """
    if item.link is None and (refused := next((e for e in refusals if e.kind is EffectKind.CREATE), None)):
        return sentence(f"its ticket was refused: {refused.reason}") if item.disposition in WANTED else ""
    if item.disposition is Disposition.BLOCKED:
        return sentence(item.reason or "it waits for a person")
    if item.link is None:
        return ""
    if state_of(item).closed:
        return _two_states(item.link)
    if item.link.presence is not Presence.HERE:
        return sentence(item.reason or gone(item.link.presence, item.link.key))
    return " ".join(filter(None, (_two_states(item.link), _two_dates(item.link), *_refused(item, item.link, refusals))))


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


def _refused(item: KnownItem, link: Link, refusals: Iterable[Effect]) -> Iterator[str]:
    """What the ticket did not take, while the row still says it and the ticket does not."""
    says = {"title": ticket_title(item.action), "state": item.state, "due": item.due_date and str(item.due_date)}
    for effect in (e for e in refusals if e.kind is EffectKind.UPDATE):
        told = [
            words.format(str(value).replace("_", " "))
            for name, words in _TOLD.items()
            if (value := effect.payload.get(name)) and says.get(name, value) == value != link.fields[name].ticket
        ]
        if told:
            yield sentence(f"{link.key} does not take {' and '.join(told)}: {effect.reason}")


_TOLD = {
    "title": "its new title",
    "state": "the state {}",
    "due": "the due date {}",
    "document": "the link to its postmortem",
}


def _word(state: State) -> str:
    return state.value.replace("_", " ")
