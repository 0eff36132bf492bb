"""The notice that a message was refused for good, for those who can be reached another way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from syncd.core.digest import NOTHING, Digest, DigestKind, Refused
from syncd.core.headline import PREHEADER, SUBJECT
from syncd.core.plain import one_line

_CALLED = {DigestKind.WEEKLY: "weekly digest", DigestKind.REVIEW: "review", DigestKind.RETRO: "retro check-in"}


def notice(refused: Refused, *, team: str, day: date) -> Digest:
    """What is said of a refused message; its period is that message's key, so it is said once."""
    lead = f"The {refused.what} did not arrive on {refused.channel}, and will not by itself."
    return Digest(
        kind=DigestKind.NOTICE,
        team=team,
        period=refused.message,
        day=day,
        subject=one_line(f"[{one_line(team, 24)}] Not delivered on {refused.channel}: the {refused.what}", SUBJECT),
        preheader=one_line(lead, PREHEADER),
        numbers=NOTHING,
        sections=(),
        refused=refused,
    )


def called(digests: Sequence[tuple[str, str]]) -> str:
    """How people call a message with these kinds and periods: ``weekly digest 2026-W48 and 2 more``."""
    kind, period = min(digests, key=lambda digest: list(DigestKind).index(DigestKind(digest[0])))
    when = "" if kind == DigestKind.REVIEW else " " + period.removeprefix(f"{kind}:")
    more = f" and {len(digests) - 1} more" if len(digests) > 1 else ""
    return f"{_CALLED[DigestKind(kind)]}{when}{more}"
