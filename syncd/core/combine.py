"""Several digests of one team on one day, as the one message that goes out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from syncd.core.digest import Digest, DigestKind, Section

_ORDER = (DigestKind.WEEKLY, DigestKind.REVIEW, DigestKind.RETRO)


def combined(digests: Sequence[Digest]) -> Digest:
    """One digest that says all of them: the weekly leads, else the first review; each item is said once.

    Its period is that of the leading one: every period that it stands for is recorded by itself.
    """
    leading, *others = sorted(digests, key=lambda digest: (_ORDER.index(digest.kind), digest.period))
    if not others:
        return leading
    told = [leading, *others]
    return replace(
        leading,
        subject=f"{leading.subject} and {len(others)} more",
        sections=tuple(_sections(told)),
        postmortems=tuple(dict.fromkeys(p for digest in told for p in digest.postmortems)),
        agenda=tuple(point for digest in told for point in digest.agenda),
        meeting=next((digest.meeting for digest in told if digest.meeting is not None), None),
        drafts=tuple(dict.fromkeys(draft for digest in told for draft in digest.drafts)),
        remarks=tuple(dict.fromkeys(remark for digest in told for remark in (*_why(digest, leading), *digest.remarks))),
        restricted=max(digest.restricted for digest in told),
    )


def _why(digest: Digest, leading: Digest) -> Iterator[str]:
    if digest is not leading:
        yield f"Also: {digest.subject}"


def _sections(digests: Sequence[Digest]) -> Iterator[Section]:
    """The sections of all, without items that one before them has told; one left without items is left out."""
    told: set[str] = set()
    for digest in digests:
        for section in digest.sections:
            entries = tuple(entry for entry in section.entries if entry.item not in told)
            told.update(entry.item for entry in entries)
            if entries or section.more:
                yield replace(section, entries=entries)
