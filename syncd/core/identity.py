"""Which row is which known item.

Row number is not identity. Once linked, the ticket named in the row is. Without it: equal normalised text, or the
same row ID with resemblance that agrees in every number, identifier, code span and proper name. Similarity alone
never decides: it only tells where to ask. Everything here is per document; splitting a table changes nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict, deque
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from itertools import islice
from typing import TypeVar

from rapidfuzz.fuzz import ratio
from rapidfuzz.process import extractOne

from syncd.core.desired import ticket_title
from syncd.core.model import ActionItem, Disposition, KnownItem, State
from syncd.core.verbs import VERBS, first_word

SAME_ROW_ID = 0.6
"""Resemblance from which a row with the same ID may be the same item, reworded."""
DOUBT = 0.5
"""Resemblance from which a row that matched nothing may still be a free item, so that a person is asked."""

MANY = 10
"""How many items a doubtful row is said to be at most: where whole tables were rewritten, all may be all."""

TicketId = tuple[str, str]
"""A tracker's location and the ticket's immutable id there."""


@dataclass(frozen=True, slots=True)
class Matching:
    """What became of each row of one document and of each item known of it."""

    pairs: Mapping[int, KnownItem]
    """Row index → the known item it is."""
    twins: Mapping[int, int]
    """Row index → another row with equal text, sub-heading and owner; which is which cannot be told."""
    doubts: Mapping[int, tuple[KnownItem, ...]]
    """Row index → free items with a ticket that it may be, at most MANY."""
    free: tuple[KnownItem, ...]
    """Known items whose row is gone."""


@lru_cache(maxsize=1 << 15)  # each row is compared with many items
def normal(text: str) -> str:
    """Text as identity compares it: case, blanks, quotes and outer punctuation do not matter."""
    text = unicodedata.normalize("NFKC", text).casefold()
    text = text.translate(_QUOTES)
    return " ".join(text.split()).strip(" .,;:!?-*_`'\"")


_QUOTES = str.maketrans(
    {"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-", "`": ""}
)


def resemblance(a: str, b: str) -> float:
    """How alike two texts are, from 0 to 1."""
    return ratio(normal(a), normal(b)) / 100


def most_alike(text: str, among: Iterable[str]) -> str | None:
    """Which of many texts, as :func:`normal` gives them, this one resembles most; None when it resembles none."""
    found = extractOne(normal(text), among, scorer=ratio, score_cutoff=DOUBT * 100)
    return found[0] if found else None


def item_id(document: str, item: ActionItem, taken: Collection[str] = (), *, before: int = 0) -> str:
    """A new item's id: eight hexadecimal digits from its document, text, sub-heading and owner.

    The same in a dry run and in the pass after it, so that what a plan prints can be pasted. ``before`` is how many
    rows above it have the same text, sub-heading and owner.
    """
    for attempt in range(before, before + len(taken) + 1):
        seed = "\0".join((document, normal(item.action), item.group or "", item.owner or "", str(attempt)))
        candidate = sha256(seed.encode()).hexdigest()[:8]
        if candidate not in taken:
            return candidate
    raise AssertionError("more candidates than taken ids were tried")


UNCLAIMED = "~"
"""How the id of an item begins that stands for a ticket of ours which the ledger does not know."""


def is_unclaimed(known: KnownItem) -> bool:
    """Whether it stands for a ticket that the ledger does not know: it asks, whatever its state."""
    return known.id.startswith(UNCLAIMED)


def match(
    items: Sequence[ActionItem],
    known: Sequence[KnownItem],
    *,
    named: Sequence[frozenset[TicketId]],
    weighty: Callable[[KnownItem], bool],
) -> Matching:
    """Tell which row is which known item of the same document.

    ``named`` gives, row by row, the tickets that it names; ``weighty`` says whether a known item has, or may have, a
    ticket: only such items make a row doubtful.
    """
    matcher = _Matcher(items, {k.id: k for k in known}, weighty)
    texts = [frozenset({normal(i.action), normal(ticket_title(i.action))}) for i in items]
    matcher.by_key(named, _ticket_of, narrow=lambda e: normal(e.action))
    matcher.by_key(texts, lambda k: {normal(k.action)}, narrow=_context)
    matcher.by_row_id()
    matcher.by_order(texts)
    unticketed = [row for row in range(len(items)) if not named[row] and not matcher.has_weight(row)]
    twins = matcher.twins(unticketed)
    doubts = matcher.doubts([row for row in unticketed if row not in twins])
    return Matching(matcher.pairs, twins, doubts, tuple(matcher.free.values()))


def _ticket_of(known: KnownItem) -> frozenset[TicketId]:
    return frozenset({(known.link.tracker, known.link.ticket_id)}) if known.link else frozenset()


def _context(entry: ActionItem | KnownItem) -> tuple[str, str]:
    return normal(entry.group or ""), normal(entry.owner or "")


def _numbered(entry: ActionItem | KnownItem) -> tuple[str | None, frozenset[str]]:
    """The row ID, and what a rewording leaves alone."""
    return entry.row_id, facts(entry.action, entry.code)


Entry = TypeVar("Entry")


def _grouped(entries: Iterable[Entry], key: Callable[[Entry], Hashable]) -> dict[Hashable, list[Entry]]:
    groups: dict[Hashable, list[Entry]] = defaultdict(list)
    for entry in entries:
        groups[key(entry)].append(entry)
    return groups


@dataclass(slots=True)
class _Matcher:
    """Rows and known items that are still without a partner, narrowed step by step."""

    items: Sequence[ActionItem]
    free: dict[str, KnownItem]
    """By id, in their order."""
    weighty: Callable[[KnownItem], bool]
    pairs: dict[int, KnownItem] = field(default_factory=dict)
    rows: set[int] = field(init=False)

    def __post_init__(self) -> None:
        self.rows = set(range(len(self.items)))

    def pair(self, row: int, known: KnownItem) -> None:
        self.pairs[row] = known
        self.rows.discard(row)
        del self.free[known.id]

    def by_key(
        self,
        row_keys: Sequence[Iterable[Hashable]],
        known_keys: Callable[[KnownItem], Iterable[Hashable]],
        *,
        narrow: Callable[[ActionItem | KnownItem], Hashable],
    ) -> None:
        """Pair the rows and known items that share a key and no others do; then those told apart by ``narrow``."""
        candidates = defaultdict(list)
        for known in self.free.values():
            for key in known_keys(known):
                candidates[key].append(known)
        rows = defaultdict(list)
        for row in sorted(self.rows):
            for key in row_keys[row]:
                if key in candidates:
                    rows[key].append(row)
        for key, sharing in rows.items():
            self._pair_group(sharing, candidates[key], narrow)

    def _pair_group(
        self, rows: Sequence[int], known: Sequence[KnownItem], narrow: Callable[[ActionItem | KnownItem], Hashable]
    ) -> None:
        near = _grouped(rows, lambda row: narrow(self.items[row]))
        lost = [k for k in known if is_unclaimed(k)]  # whose row they were, only their text tells
        alike = _grouped([k for k in known if not is_unclaimed(k)], narrow)
        for value, some in alike.items():
            self._pair_only(near.get(value, []), [k for k in some if self.weighty(k)])
        self._pair_only(rows, lost)
        for value, some in alike.items():
            self._pair_only(near.get(value, []), some)
        self._pair_only(rows, known)

    def _pair_only(self, rows: Sequence[int], known: Sequence[KnownItem]) -> None:
        """Pair one row with one item; those with a ticket come before those without."""
        rows = [r for r in rows if r in self.rows]
        known = [k for k in known if k.id in self.free]
        known = [k for k in known if self.weighty(k)] or known
        if len(rows) == len(known) == 1:
            self.pair(rows[0], known[0])

    def by_row_id(self) -> None:
        """Pair a reworded row with the item of the same row ID, where exactly one qualifies."""
        known = _grouped((k for k in self.free.values() if k.row_id and not _closed(k)), _numbered)
        wanted = {
            row: [k for k in known.get(_numbered(item), ()) if resemblance(item.action, k.action) >= SAME_ROW_ID]
            for row in sorted(self.rows)
            if (item := self.items[row]).row_id
        }
        claims = defaultdict(list)
        for row, candidates in wanted.items():
            for candidate in candidates:
                claims[candidate.id].append(row)
        for row, candidates in wanted.items():
            if len(candidates) == 1 and claims[candidates[0].id] == [row]:
                self.pair(row, candidates[0])

    def by_order(self, texts: Sequence[Iterable[str]]) -> None:
        """Let rows that nobody can tell apart keep their ids in the order they stand in; no ticket is at stake."""
        light = [k for k in self.free.values() if not self.weighty(k)]
        waiting = {text: deque(alike) for text, alike in _grouped(light, lambda k: normal(k.action)).items()}
        for row in sorted(self.rows):
            if same := next((waiting[text] for text in sorted(texts[row]) if waiting.get(text)), None):
                self.pair(row, same.popleft())

    def has_weight(self, row: int) -> bool:
        """Whether the row was matched with an item that has, or may have, a ticket."""
        return row in self.pairs and self.weighty(self.pairs[row])

    def twins(self, rows: Iterable[int]) -> dict[int, int]:
        """Those of the rows whose text, sub-heading and owner another row has too."""
        places: dict[Hashable, list[int]] = defaultdict(list)
        for index, item in enumerate(self.items):
            places[normal(item.action), _context(item)].append(index)
        found = {}
        for row in rows:
            item = self.items[row]
            other = next((r for r in places[normal(item.action), _context(item)] if r != row), None)
            if other is not None:
                found[row] = other
        return found

    def doubts(self, rows: Iterable[int]) -> dict[int, tuple[KnownItem, ...]]:
        """Those of the rows that may be one of the free items.

        A row that stood beside an item is not that item; one that could not be told before cannot be told now, nor did
        any stand beside a ticket that the ledger lost.
        """
        candidates = [k for k in self.free.values() if self.weighty(k) and (is_unclaimed(k) or not _closed(k))]
        lost = [k for k in candidates if is_unclaimed(k)]
        found = {}
        for row in rows:
            before = self.pairs[row].disposition if row in self.pairs else None
            open_to = candidates if before in (None, Disposition.BLOCKED) else lost
            possible = (k for k in open_to if _doubtful(self.items[row], k, blocked=before is not None))
            found[row] = tuple(islice(possible, MANY))
        return {row: possible for row, possible in found.items() if possible}


def _closed(known: KnownItem) -> bool:
    """A link whose ticket is closed matches only equal text."""
    return known.link is not None and known.link.fields["state"].ticket in (State.DONE, State.CANCELLED)


def _doubtful(item: ActionItem, known: KnownItem, *, blocked: bool) -> bool:
    """Whether a person would have to say if this row is that item.

    A row that named its ticket loses it only with the row. But where nothing was ever written into the row, any row
    that appears when it goes may be the old one in new words, and stays so while nobody has said.
    """
    if resemblance(item.action, known.action) >= DOUBT or (item.row_id and item.row_id == known.row_id):
        return True
    wrote_into_row = known.link is not None and known.link.named
    return not wrote_into_row and (blocked or known.disposition is not Disposition.DETACHED)


_WORD = re.compile(r"[^\s,;()\[\]{}\"'!?]+")


def facts(text: str, code: Iterable[str] = ()) -> frozenset[str]:
    """Numbers, identifiers, code spans and proper names: what a rewording that keeps the meaning leaves alone."""
    words = [w.strip(".:`*_") for w in _WORD.findall(unicodedata.normalize("NFKC", text))]
    verb = first_word(text) in VERBS  # its capital is the sentence's, not a name's
    found = {w.casefold() for n, w in enumerate(words) if _is_fact(w, capital_counts=n > 0 or not verb)}
    return frozenset(found | {c.casefold() for c in code})


def _is_fact(word: str, *, capital_counts: bool) -> bool:
    if any(c.isdigit() for c in word) or "_" in word or "/" in word or "." in word:
        return True
    return any(c.isupper() for c in word[1:]) or (capital_counts and word[:1].isupper())
