"""A task written as a sentence → its words, and what stands before and behind them.

Both ends are peeled until nothing more comes off, in whatever order, so an action reads the same before and after
a link and a mark were written behind it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from syncd.core.attributes import peel_line_of_attributes
from syncd.core.beginning import peel_beginning, subject_owner
from syncd.core.ending import peel_ending
from syncd.core.model import Reference, Span, State
from syncd.core.peel import Peel
from syncd.core.prose import Emphasis, Prose, squeeze
from syncd.core.references import Found, find_references, is_commit, whole
from syncd.core.states import state_of, whole_state

_FIRST_CLAUSE = re.compile(r"[:：.–—-]")


@dataclass(frozen=True, slots=True)
class Sentence:
    """What a task says; ``status`` are the words that tell its state.

    ``mark`` is the place of those words, ``box`` that of the sign in a box.
    """

    action: str = ""
    row_id: str | None = None
    owner: str | None = None
    due: str | None = None
    type: str | None = None
    status: str | None = None
    state: State | None = None
    mark: Span | None = None
    box: Span | None = None
    references: tuple[Reference, ...] = ()
    code: tuple[str, ...] = ()


NOTHING = Sentence()


def read_sentence(
    prose: Prose, projects: frozenset[str] = frozenset(), *, people: frozenset[str] = frozenset()
) -> Sentence:
    """What a task says. ``people`` are names known from elsewhere in the document, in lower case."""
    found = find_references(prose, projects)
    peel = Peel(prose, projects, people, found, end=len(prose.plain))
    peel_beginning(peel)
    peel_ending(peel)
    action = squeeze(prose.plain[peel.start : peel.end])
    left = [f for f in found if peel.start <= f.start and f.end <= peel.end]
    if whole(prose, left, peel.start, peel.end):
        peel.named.extend(left)
    if peel.state is None and prose.styled(Emphasis.STRIKE, peel.start, peel.end):
        peel.state = State.CANCELLED
    if peel.state is None:
        peel.tell(*_last_words(prose, peel))
    if peel.state is None:
        peel.tell(*_behind_title(prose, peel))
    if "owner" not in peel.values and (subject := subject_owner(action)):
        peel.set("owner", subject)
    code = prose.code(peel.start, peel.end)
    return replace(_told(peel), action=action, references=_references(found, peel.named), code=code)


def attributes_of(prose: Prose, projects: frozenset[str]) -> Sentence:
    """What a line of ``Owner: X, due: Y`` adds to the task it belongs to; :data:`NOTHING` when it adds nothing."""
    found = find_references(prose, projects)
    peel = Peel(prose, projects, frozenset(), found, end=len(prose.plain))
    if not peel_line_of_attributes(peel):
        if whole(prose, found):
            peel.named.extend(found)
        elif state := whole_state(_FIRST_CLAUSE.split(prose.plain, maxsplit=1)[0]):
            peel.tell(state, prose.plain, None)
        else:
            return NOTHING
    return replace(_told(peel), references=_references(peel.named, peel.named))


def is_attribute(prose: Prose) -> bool:
    """Whether a line adds something to a task, or says how important it is."""
    peel = Peel(prose, frozenset(), frozenset(), find_references(prose, frozenset()), end=len(prose.plain))
    return peel_line_of_attributes(peel) or attributes_of(prose, frozenset()) != NOTHING


def _told(peel: Peel) -> Sentence:
    value = peel.values.get
    return Sentence(
        "", value("id"), value("owner"), value("due"), value("type"), value("status"), peel.state, peel.mark, peel.box
    )


def _last_words(prose: Prose, peel: Peel) -> tuple[State | None, str, tuple[int, int] | None]:
    """A state that closes the sentence in italics or bold: ``… . _done in grafana_.``"""
    for style in reversed(prose.styles):
        if style.kind in (Emphasis.ITALIC, Emphasis.BOLD) and peel.start < style.start and style.end >= peel.end - 1:
            words = prose.plain[style.start : style.end]
            return state_of(words), words, None
    return None, "", None


_CLOSING_BRACKET = re.compile(r"[(（](?:\d{4}-\d\d-\d\d\s*)?([^()（）]{1,30})[)）]\s*[:：.]?\s*$")


def _behind_title(prose: Prose, peel: Peel) -> tuple[State | None, str, tuple[int, int] | None]:
    """A state in brackets behind the bold words that a task begins with: ``**Cap the retries (done)**: …``."""
    first = prose.styles[0] if prose.styles else None
    if first is None or first.kind is not Emphasis.BOLD or first.start > peel.start or first.end > peel.end:
        return None, "", None
    match = _CLOSING_BRACKET.search(prose.plain, first.start, first.end)
    return (whole_state(match[1]), match[1], match.span(1)) if match else (None, "", None)


def _references(found: Sequence[Found], named: Sequence[Found]) -> tuple[Reference, ...]:
    starts = {f.start for f in named}
    return tuple(replace(f.reference, named=f.start in starts and not is_commit(f.reference)) for f in found)
