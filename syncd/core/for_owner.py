"""A digest for one owner, with their items alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from syncd.core.digest import Digest, Memory
from syncd.core.fields import split_owners
from syncd.core.model import KnownItem


def for_owner(memory: Memory, owner: str, make: Callable[[Memory], Digest]) -> Digest | None:
    """What ``make`` says of the items of one owner, alone or with others; None when that is nothing.

    ``make`` is :func:`~syncd.core.weekly.weekly`, :func:`~syncd.core.review.review` or
    :func:`~syncd.core.retro.retro` with all but its memory given. Letter case does not matter.
    """
    items = [item for item in memory.items if _is_theirs(item, owner.strip().casefold())]
    digest = make(replace(memory, items=items, owner=owner))
    return digest if digest.sections else None


def _is_theirs(item: KnownItem, owner: str) -> bool:
    text = item.owner or ""
    return owner in {text.strip().casefold(), *(name.casefold() for name in split_owners(text))}
