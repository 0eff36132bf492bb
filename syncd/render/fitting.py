"""Making a digest smaller until it fits: a channel's limit is met by saying "… and n more", never by an error."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from syncd.core.digest import Digest, Section

_STEPS = (1000, 20, 15, 10, 7, 5, 3, 2, 1, 0)
_FEW = 5
_Built = TypeVar("_Built")


def fitting(digest: Digest, build: Callable[[Digest], _Built], fits: Callable[[_Built], bool]) -> _Built:
    """What ``build`` makes of the digest with as many entries in each section as fit.

    The last resort is the digest's numbers alone: no lists, no charts, no agenda.
    """
    for entries in _STEPS:
        built = build(shortened(digest, entries))
        if fits(built):
            return built
    return build(numbers_only(digest))


def shortened(digest: Digest, entries: int) -> Digest:
    """The same digest with at most so many entries in each section, and as many postmortems and drafts."""
    listed = max(entries, 1)
    hidden = len(digest.postmortems) - listed
    return replace(
        digest,
        sections=tuple(_shortened(section, entries) for section in digest.sections),
        postmortems=digest.postmortems[:listed],
        drafts=_named(digest.drafts, listed),
        remarks=(*digest.remarks, f"Not all postmortems are shown: {hidden} more.") if hidden > 0 else digest.remarks,
    )


def numbers_only(digest: Digest) -> Digest:
    """The same digest without anything that can be long, and a remark that says so."""
    return replace(
        digest,
        sections=tuple(_shortened(section, 0) for section in digest.sections[:_FEW]),
        postmortems=(),
        drafts=(),
        agenda=(),
        remarks=(*digest.remarks[:_FEW], "This is too long to be shown in full here; only its numbers are."),
    )


def _shortened(section: Section, entries: int) -> Section:
    hidden = max(len(section.entries) - entries, 0)
    return replace(section, entries=section.entries[:entries], more=section.more + hidden)


def _named(names: tuple[str, ...], most: int) -> tuple[str, ...]:
    hidden = len(names) - most
    return names if hidden <= 0 else (*names[:most], f"… and {hidden} more")
