"""Where the bars of a chart stand: numbers for an inline SVG, each bar with its own number beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from syncd.core.digest import Bar, Week

WIDTH = 320
HEIGHT = 120
_TOP, _FLOOR = 14, 100
_LABELS, _NUMBERS = 92, 40
_ROW = 26


@dataclass(frozen=True, slots=True)
class Column:
    """One bar, by its upper left corner, with its number."""

    x: float
    y: float
    width: float
    height: float
    count: int
    kind: str
    """What it counts; the stylesheet tells kinds apart, by colour and by outline."""

    @property
    def middle(self) -> float:
        """Where its number stands."""
        return self.x + self.width / 2


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars in a field of WIDTH × ``height``, and what to call them."""

    title: str
    words: str
    """All of it in a sentence, for who cannot see it."""
    height: int
    columns: tuple[Column, ...]
    labels: tuple[tuple[float, float, str], ...]
    """Where each stands, and its text."""
    upright: bool = True
    """The bars stand; else they lie."""


def open_chart(weeks: Sequence[Week]) -> Chart:
    """How many items were open at the end of each week."""
    told = ", ".join(f"{week.label} {week.open}" for week in weeks)
    bars = [(("open", week.open),) for week in weeks]
    return _upright("Open at the end of each week", told, [week.label for week in weeks], bars)


def moves_chart(weeks: Sequence[Week]) -> Chart:
    """How many items were opened and closed in each week."""
    told = ", ".join(f"{week.label} {week.opened} opened and {week.closed} closed" for week in weeks)
    bars = [(("opened", week.opened), ("closed", week.closed)) for week in weeks]
    return _upright("Opened and closed each week", told, [week.label for week in weeks], bars)


def ages_chart(bars: Sequence[Bar]) -> Chart:
    """How old the open items are."""
    room = WIDTH - _LABELS - _NUMBERS
    top = max((bar.count for bar in bars), default=0) or 1
    return Chart(
        title="How old open items are",
        words=", ".join(f"{bar.label} {bar.count}" for bar in bars),
        height=_ROW * len(bars),
        columns=tuple(
            Column(_LABELS, _ROW * n + 5, round(room * bar.count / top, 1), _ROW - 10, bar.count, "open")
            for n, bar in enumerate(bars)
        ),
        labels=tuple((0, _ROW * n + 17, bar.label) for n, bar in enumerate(bars)),
        upright=False,
    )


def _upright(title: str, words: str, labels: Sequence[str], bars: Sequence[Sequence[tuple[str, int]]]) -> Chart:
    top = max((count for group in bars for _, count in group), default=0) or 1
    step = WIDTH / max(len(bars), 1)
    columns = []
    for n, group in enumerate(bars):
        width = (step - 8) / len(group)
        for place, (kind, count) in enumerate(group):
            height = round((_FLOOR - _TOP) * count / top, 1)
            x = round(n * step + 4 + place * width, 1)
            columns.append(Column(x, _FLOOR - height, round(width - 2, 1), height, count, kind))
    said = tuple((round(n * step + step / 2, 1), _FLOOR + 15.0, label) for n, label in enumerate(labels))
    return Chart(title, words, HEIGHT, tuple(columns), said)
