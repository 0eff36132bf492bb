"""``syncd doctor``: whether a pass and the digests would work, and what to do where they would not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from syncd.cli.listing import wrapped
from syncd.cli.opening import Opening, opened_to_look
from syncd.cli.printable import counted, printable
from syncd.cli.terminal import Line, Terminal
from syncd.doctor import Diagnosis, diagnose
from syncd.ports import Finding, Level

SIGNS = {
    Level.OK: ("✓", "green"),
    Level.WARNING: ("!", "yellow"),
    Level.FAILURE: ("✗", "red"),
    Level.AUTHENTICATION: ("✗", "red"),
}
UNLIMITED = 10_000


def run(opening: Opening, terminal: Terminal, *, team: str | None = None, as_json: bool = False) -> int:
    """Prove every connector and print what was found; returns the exit code."""
    found = []
    with opened_to_look(opening) as app:
        for diagnosis in diagnose(app, team):
            found.append(diagnosis)
            if not as_json:
                show(diagnosis, terminal, first=len(found) == 1)
    levels = [finding.level for diagnosis in found for finding in diagnosis.findings]
    if as_json:
        terminal.data({"version": 1, "ok": exit_code(levels) == 0, "findings": [*_objects(found)]})
    else:
        terminal.hint()
        terminal.hint((summary(found), "bold"))
    return exit_code(levels)


def exit_code(levels: Sequence[Level]) -> int:
    """1 when something would fail, 4 when only because of authentication."""
    if Level.FAILURE in levels:
        return 1
    return 4 if Level.AUTHENTICATION in levels else 0


def show(diagnosis: Diagnosis, terminal: Terminal, *, first: bool) -> None:
    """Print what one connector was found to be like."""
    if not first:
        terminal.hint()
    terminal.out((printable(f"{diagnosis.team} · {diagnosis.name}"), "bold"), (f"  {diagnosis.location}", "dim"))
    for finding in diagnosis.findings:
        for line in _lines(finding, terminal.width or UNLIMITED):
            terminal.out(*line)


def _lines(finding: Finding, width: int) -> Iterator[Line]:
    sign, style = SIGNS[finding.level]
    first, *others = wrapped(printable(f"{finding.about}: {finding.cause}"), width - 4)
    yield "  ", (sign, style), f" {first}"
    yield from ((f"    {line}",) for line in others)
    yield from (("    ", (line, "cyan")) for line in wrapped(printable(finding.cure), width - 4) if line)


def summary(found: Sequence[Diagnosis]) -> str:
    """The verdict in a sentence."""
    levels = [finding.level for diagnosis in found for finding in diagnosis.findings]
    warnings = counted(levels.count(Level.WARNING), "warning") if Level.WARNING in levels else ""
    passes = sum(_to_mend(diagnosis) for diagnosis in found if not diagnosis.carries_digests)
    digests = sum(_to_mend(diagnosis) for diagnosis in found if diagnosis.carries_digests)
    if not passes and not digests:
        return f"A pass would work; {warnings}." if warnings else "A pass would work."
    said = "A pass would fail" if passes else "A pass would work"
    joined = ", and" if passes else ", but"
    said += f"{joined} not every digest would go out" if digests else ""
    return f"{said}: {', '.join(filter(None, (f'{passes + digests:,} to mend', warnings)))}."


def _to_mend(diagnosis: Diagnosis) -> int:
    return sum(finding.level in (Level.FAILURE, Level.AUTHENTICATION) for finding in diagnosis.findings)


def _objects(found: Sequence[Diagnosis]) -> Iterator[dict[str, object]]:
    for diagnosis in found:
        for finding in diagnosis.findings:
            yield {
                "team": diagnosis.team,
                "connector": diagnosis.name,
                "location": diagnosis.location,
                "level": finding.level.value,
                "about": finding.about,
                "cause": finding.cause,
                "cure": finding.cure,
            }
