"""Tickets and states in list items, paragraphs and headings."""

from __future__ import annotations

from syncd.core import state_words
from syncd.core.layout import Replacement, link, plain
from syncd.core.model import Bullet, Span, State
from syncd.core.wish import BOX_STATES, Draft, Wish, agree, names, retired

_TASK_STATUS = {State.DONE: "complete", State.OPEN: "incomplete"}
"""What Confluence writes into the status of a task: https://confluence.atlassian.com/doc/790796544.html"""


class BulletDraft:
    """An item that is no row: its link and our mark go to the end of its first paragraph."""

    def __init__(self, wish: Wish, index: int, draft: Draft) -> None:
        self.wish, self.index, self.draft = wish, index, draft
        self.item, self.cells = wish.postmortem.items[index], wish.cells[index]
        self.text = wish.postmortem.document.text

    def write(self) -> None:
        """Draft the link and the mark of this item."""
        bullet = self.item.bullet
        if bullet is None:
            self.draft.refuse(self.index, "Its place in the document is not known; write the ticket there by hand.")
        else:
            self.draft.edits += [*self._ticket(bullet), *self._state(bullet)]

    def _ticket(self, bullet: Bullet) -> list[Replacement]:
        key, url = self.cells.ticket, self.cells.url
        if key is None or names(self.item, key, url):
            return []
        self.draft.written.add((self.index, "ticket"))
        words = link(key, url, bullet.markup)
        if words == plain(key, bullet.markup):
            words = f"[{words}]"
        if span := retired(self.item, self.cells):
            return [Replacement(span.start, span.end, words)]
        own = self._own(bullet)
        end = self._before(own) if own and own.end == bullet.end else bullet.end
        return [Replacement(end, end, f" {words}")]

    def _state(self, bullet: Bullet) -> list[Replacement]:
        state = self.cells.state
        if state is None or agree(self.item.state, state, BOX_STATES & {*self.wish.states, State.OPEN}):
            return []
        state = State.OPEN if state is State.IN_PROGRESS else state
        edits = [
            e for e in (*self._tick(bullet, state), *self._mark(bullet, state)) if e.text != self.text[e.start : e.end]
        ]
        if edits:
            self.draft.written.add((self.index, "state"))
        else:
            word = self.wish.status_words[state]
            said = f"It says “{self.item.status}” in a way that is not known here"
            self.draft.refuse(self.index, f"{said}; change that by hand to {word}.")
        return edits

    def _tick(self, bullet: Bullet, state: State) -> list[Replacement]:
        """The box: done ticks it, open clears it, cancelled leaves it."""
        if bullet.box and state is not State.CANCELLED:
            return [Replacement(bullet.box.start, bullet.box.end, self.wish.cross if state is State.DONE else " ")]
        if bullet.mark and bullet.mark.of(self.text) in _TASK_STATUS.values() and state in _TASK_STATUS:
            return [Replacement(bullet.mark.start, bullet.mark.end, _TASK_STATUS[state])]
        return []

    def _mark(self, bullet: Bullet, state: State) -> list[Replacement]:
        """The words beside the box: only where no box says it, and those that would say something else."""
        boxed = bullet.box is not None or self._task(bullet)
        needed = state is State.CANCELLED or (state is State.DONE and not boxed)
        own, mark = self._own(bullet), f"({state.value})"
        if own:
            return [Replacement(self._before(own), own.end, f" {mark}" if needed else "")]
        if bullet.mark and not self._task(bullet):
            return self._restated(bullet.mark, state)
        return [Replacement(bullet.end, bullet.end, f" {mark}")] if needed else []

    def _restated(self, mark: Span, state: State) -> list[Replacement]:
        """A person's own word for the state (``TODO:``), with another word in its place."""
        old = mark.of(self.text)
        said = state_words.find(old, self.item.state)
        if said is None or not any(char.isalpha() for char in old[said.start : said.end]):
            return []
        word = self.wish.status_words[state]
        word = word.upper() if old[said.start : said.end].isupper() else word
        return [Replacement(mark.start, mark.end, state_words.replace(old, said, state=state, word=word))]

    def _before(self, own: Span) -> int:
        """Where the blanks before our mark begin."""
        start = own.start
        while self.text[start - 1] in " \t":
            start -= 1
        return start

    def _own(self, bullet: Bullet) -> Span | None:
        """A mark in brackets at the end, as we write it."""
        mark = bullet.mark
        return mark if mark and mark.of(self.text).startswith("(") and mark.of(self.text).endswith(")") else None

    def _task(self, bullet: Bullet) -> bool:
        return bullet.mark is not None and bullet.mark.of(self.text) in _TASK_STATUS.values()
