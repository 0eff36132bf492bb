"""Metrics for Prometheus: counted from the ledger when they are asked for. No title, no name of a person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from syncd import __version__
from syncd.core.model import State
from syncd.store.figures import Figures
from syncd.web.given import Given
from syncd.web.passes import held

Numbers = dict[tuple[str, ...], float]
"""By the values of the labels."""
Samples = Iterable[tuple[tuple[str, ...], float]]


def exposition(given: Given, accept: str) -> tuple[bytes, str]:
    """All metrics in the format that a scraper prefers, and its media type. Raises LedgerError."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Counted(list(families(given))))
    encode, media_type = choose_encoder(accept)
    return encode(registry), media_type


class _Counted(Collector):
    """What was counted already, so that nothing fails in the middle of an answer."""

    def __init__(self, found: list[Metric]) -> None:
        self._found = found

    def collect(self) -> Iterable[Metric]:
        """Hand it out."""
        return self._found


def families(given: Given) -> Iterator[Metric]:
    """Every metric with its values."""
    now, teams = given.clock(), given.teams
    names = [team.name for team in teams]
    figures = given.ledger.figures({t.name: now.astimezone(t.zone).date() for t in teams}, otherwise=now.date())
    yield InfoMetricFamily("syncd_build", "Which syncd this is.", value={"version": __version__})
    reloaded = "Whether the configuration could be used when it was last read."
    yield _gauge("syncd_config_reload_success", reloaded, (), [((), given.pulse().reloaded)])
    yield from _counted(figures, names)
    yield from _passes(given, figures, names)


def _counted(figures: Figures, names: list[str]) -> Iterator[Metric]:
    """What is there once for all; a team that has nothing of a kind has none of it, and not no number."""
    states = [(team, state.value) for team in names for state in State]
    items: Numbers = {(team, state.value): number for (team, state), number in figures.items.items() if team in names}
    words = "Action items that have a ticket, or should have one."
    yield _gauge("syncd_items", words, ("team", "state"), _filled(items, states))
    for name, words, found in (
        ("syncd_overdue_items", "Open action items past their due date.", figures.overdue),
        ("syncd_stuck_items", "Action items that are blocked, or open and without their ticket.", figures.stuck),
    ):
        yield _gauge(name, words, ("team",), _filled({(t,): n for t, n in found.items() if t in names}, _each(names)))
    documents: Numbers = {key: number for key, number in figures.documents.items() if key[0] in names}
    yield _gauge("syncd_documents", "Documents that are known.", ("team", "state"), documents.items())
    effects: Numbers = {(kind.value, state.value): number for (kind, state), number in figures.effects.items()}
    yield _counter("syncd_effects", "What was done to the world, and how it ended.", ("kind", "outcome"), effects)
    unknown = "Tickets that may or may not have been made."
    yield _gauge("syncd_unknown_outcomes", unknown, (), [((), figures.unknown)])
    sent: Numbers = {(channel, state.value): number for (channel, state), number in figures.deliveries.items()}
    yield _counter("syncd_deliveries", "Digests by channel and what became of them.", ("channel", "state"), sent)


def _passes(given: Given, figures: Figures, names: list[str]) -> Iterator[Metric]:
    newest, good = given.ledger.last_passes(), given.ledger.last_ends("ok")
    passes: Numbers = {(outcome,): number for outcome, number in figures.passes.items()}
    yield _counter("syncd_passes", "Passes that came to their end.", ("outcome",), passes)
    well: Numbers = {
        (t,): at.timestamp() for t in names if (at := max((good[k] for k in (t, None) if k in good), default=None))
    }
    words = "When a pass of the team last ended well."
    yield _gauge("syncd_last_success_timestamp_seconds", words, ("team",), well.items())
    last = {
        t: max((newest[k] for k in (t, None) if k in newest), key=lambda p: p.started_at, default=None) for t in names
    }
    brakes = [((team,), float(bool(held(team, record)))) for team, record in last.items()]
    yield _gauge("syncd_brake_active", "Whether a brake holds a source of the team.", ("team",), brakes)
    durations = [
        ((team,), (record.ended_at - record.started_at).total_seconds())
        for team, record in last.items()
        if record and record.ended_at
    ]
    yield _gauge("syncd_pass_duration_seconds", "How long the last pass took.", ("team",), durations)


def _gauge(name: str, words: str, labels: tuple[str, ...], samples: Samples) -> Metric:
    family = GaugeMetricFamily(name, words, labels=labels)
    for values, number in samples:
        family.add_metric(values, number)
    return family


def _counter(name: str, words: str, labels: tuple[str, ...], numbers: Numbers) -> Metric:
    family = CounterMetricFamily(name, words, labels=labels)
    for values, number in numbers.items():
        family.add_metric(values, number)
    return family


def _filled(found: Numbers, wanted: Iterable[tuple[str, ...]]) -> Samples:
    return [(key, found.get(key, 0)) for key in wanted]


def _each(names: Iterable[str]) -> list[tuple[str, ...]]:
    return [(name,) for name in names]
