"""``syncd digest``: digests shown, sent, sent again; ``syncd simulate``: all that would go out in a time."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

from connectors.clients.mail_message import compose
from syncd.cli.opening import Opening, ledger_to_read, now, opened, opened_to_recall
from syncd.cli.printable import counted, printable, printable_lines
from syncd.cli.terminal import Terminal
from syncd.core.calendar import Calendar
from syncd.core.digest import Digest, DigestKind
from syncd.core.schedule import Due, asked, upcoming
from syncd.errors import UsageError
from syncd.memory import remembered
from syncd.notify import deliver, digest_of, resend, with_remark
from syncd.ports import Format
from syncd.render import Rendering, feed, render
from syncd.store.records import Delivery, DeliveryState
from syncd.team import Application, Team

SIGNS = {
    DeliveryState.SENT: ("✓", "green"),
    DeliveryState.SKIPPED: ("-", "dim"),
    DeliveryState.PREPARED: ("…", "yellow"),
    DeliveryState.SENDING: ("…", "yellow"),
    DeliveryState.UNKNOWN: ("?", "yellow"),
    DeliveryState.REFUSED: ("✗", "red"),
}
NOT_ARRIVED = (DeliveryState.REFUSED, DeliveryState.UNKNOWN)
NO_NOTIFIER = "No notifier is configured: add [teams.NAME.notifiers.NAME]."
LATEST = 50
"""Deliveries that are listed without --verbose."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asked for."""

    kind: DigestKind
    team: str | None = None
    day: date | None = None
    postmortem: str | None = None
    """The path of one postmortem."""


def run(opening: Opening, what: Asked, terminal: Terminal, *, preview: Path | None = None, send: bool = False) -> int:
    """Print digests, write them into a folder, or send them; returns the exit code."""
    if preview is not None and send:
        raise UsageError("--preview only writes, --send sends. Choose one.")
    if send:
        return _send(opening, what, terminal)
    made = _all(opening, what)
    for each in made:
        if preview is None:
            _show(each, terminal)
        else:
            for path in _write(each, preview):
                terminal.out(str(path))
    if not made:
        terminal.hint(f"Nothing is due: there is no {what.kind} digest to show for that day.")
    return 0


def previews(opening: Opening, what: Asked, folder: Path) -> list[Path]:
    """Write digests into a folder; the files."""
    return [path for each in _all(opening, what) for path in _write(each, folder)]


def _send(opening: Opening, what: Asked, terminal: Terminal) -> int:
    with opened(opening, "syncd digest", team=what.team) as app:
        teams = app.chosen(what.team)
        done = [d for team in teams for d in _delivered(app, team, what)]
    _show_deliveries(done, terminal)
    if not any(team.digests.channels for team in teams):
        terminal.warn(NO_NOTIFIER)
    return int(any(d.state in NOT_ARRIVED for d in done))


def _delivered(app: Application, team: Team, what: Asked) -> list[Delivery]:
    return deliver(app, team, _dues(app, team, team.digests.calendar(), what))


def run_again(opening: Opening, message: str, terminal: Terminal) -> int:
    """Send a message again; returns the exit code."""
    with ledger_to_read(opening) as ledger:
        team = next((d.team for d in ledger.deliveries(message=message)), None)
    with opened(opening, "syncd digest resend", team=team) as app:
        done = resend(app, message)
    _show_deliveries(done, terminal)
    return int(any(d.state is not DeliveryState.SENT for d in done))


def run_list(opening: Opening, terminal: Terminal, *, as_json: bool = False) -> int:
    """Print what went out and what did not; returns the exit code."""
    with ledger_to_read(opening) as ledger:
        found = ledger.deliveries()
    if as_json:
        terminal.data({"version": 1, "deliveries": [_object(each) for each in found]})
    else:
        _show_deliveries(found if terminal.verbose else found[-LATEST:], terminal)
    return 0


LONGEST = timedelta(days=3660)
"""Ten years of digests take some seconds to foresee."""


@dataclass(frozen=True, slots=True)
class Time:
    """From one day to another, both included. Raises UsageError when it runs backwards, or too far."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise UsageError(f"--to {self.end} is before --from {self.start}.")
        if self.end - self.start > LONGEST:
            raise UsageError(f"From {self.start} to {self.end} is too long. Ask for {LONGEST.days:,} days at most.")


def simulate(
    opening: Opening, terminal: Terminal, time: Time, *, team: str | None = None, calendar: Path | None = None
) -> int:
    """Print everything that would go out in a time, if nothing is closed; returns the exit code."""
    with opened_to_recall(opening) as app:
        outgoing = [each for chosen in app.chosen(team) for each in _upcoming(app, chosen, time, terminal)]
        outgoing.sort(key=lambda each: (each[0], each[1].team.name))
        settings = _rendering(app.teams[0], "simulate")
    for moment, made in outgoing:
        local = moment.astimezone(made.team.zone)
        terminal.out(f"{local:%a %Y-%m-%d %H:%M}  {made.digest.kind:<6}  {printable(made.digest.subject)}")
    if calendar is not None:
        _write_calendar(calendar, feed([(moment, made.digest) for moment, made in outgoing], settings))
    terminal.hint(f"{counted(len(outgoing), 'digest')} from {time.start} to {time.end}; nothing was sent.")
    return 0


def _write_calendar(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}. Name another file.") from None


# --- making


@dataclass(frozen=True, slots=True)
class _Made:
    team: Team
    digest: Digest

    @property
    def name(self) -> str:
        """Of its files."""
        kind, period = self.digest.kind.value, self.digest.period
        named = period if period.startswith(kind) else f"{kind}-{period}"
        return "".join(c if c.isalnum() or c in "-_" else "-" for c in f"{self.team.name}-{named}")


def _all(opening: Opening, what: Asked) -> list[_Made]:
    with opened_to_recall(opening) as app:
        return [each for team in app.chosen(what.team) for each in _made(app, team, what)]


def _made(app: Application, team: Team, what: Asked) -> Iterator[_Made]:
    memory, calendar = remembered(app.ledger, team), team.digests.calendar()
    today = what.day or calendar.today(now())
    for due in _dues(app, team, calendar, what):
        yield _Made(team, digest_of(memory, due, today=today))


def _dues(app: Application, team: Team, calendar: Calendar, what: Asked) -> list[Due]:
    memory = remembered(app.ledger, team)
    day = what.day or calendar.today(now())
    found = [with_remark(due, calendar) for due in asked(memory, calendar, what.kind, day)]
    if what.postmortem is None:
        return found
    about = {key for key, document in memory.documents.items() if _is_at(key, document.path, what.postmortem)}
    if not about:
        raise UsageError(f"No postmortem is known at {what.postmortem!r}. `syncd status --verbose` lists their paths.")
    return [due for due in found if about & set(due.documents)]


def _is_at(key: str, path: str, named: str) -> bool:
    return named == path or key == f"folder:{Path(named).resolve()}"


def _upcoming(app: Application, team: Team, time: Time, terminal: Terminal) -> Iterator[tuple[datetime, _Made]]:
    memory, calendar = remembered(app.ledger, team), team.digests.calendar()
    if calendar.remark:
        terminal.warn(calendar.remark)
    for due in upcoming(memory, calendar, time.start, time.end):
        yield due.moment, _Made(team, digest_of(memory, due, today=due.day))


def _rendering(team: Team, key: str) -> Rendering:
    digests = team.digests
    settings = Rendering(key, sent=now(), zone=team.zone, page_url=digests.page, templates=digests.templates)
    sender = next((channel.sender for channel in digests.channels.values() if channel.sender), None)
    return settings if sender is None else replace(settings, sender=sender)


# --- showing


def _show(made: _Made, terminal: Terminal) -> None:
    text = render(made.digest, Format.TEXT, settings=_rendering(made.team, made.name))
    terminal.out((printable(str(text["title"])), "bold"))
    terminal.out()
    terminal.out(printable_lines(str(text["body"])))
    terminal.out()


def _write(made: _Made, folder: Path) -> list[Path]:
    """The digest as it would arrive, in every form."""
    settings = _rendering(made.team, made.name)
    mail = render(made.digest, Format.MAIL, settings=settings)
    message = compose(mail, sender=settings.sender, recipient=settings.sender, reply_to=None, sent=settings.sent)
    forms = {
        ".html": str(mail["html"]).encode(),
        ".txt": str(mail["text"]).encode(),
        ".eml": message.as_bytes(),
        ".json": _json(render(made.digest, Format.WEBHOOK, settings=settings)),
        ".slack.json": _json(render(made.digest, Format.SLACK, settings=settings)),
        ".teams.json": _json(render(made.digest, Format.TEAMS, settings=settings)),
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for ending, content in forms.items():
            (folder / f"{made.name}{ending}").write_bytes(content)
    except OSError as error:
        raise UsageError(f"{folder} cannot be written: {error.strerror}. Name another folder.") from None
    return [folder / f"{made.name}{ending}" for ending in forms]


def _json(value: object) -> bytes:
    return json.dumps(value, indent=2, ensure_ascii=False).encode()


def _show_deliveries(done: Sequence[Delivery], terminal: Terminal) -> None:
    for each in done:
        sign, style = SIGNS[each.state]
        why = f": {each.reason}" if each.reason else ""
        words = f"{each.message or '-':8}  {each.state:8} {each.team} {each.kind} {each.period}"
        terminal.out((sign, style), f" {printable(f'{words} on {each.channel} to {each.recipient}{why}')}")
    if not done:
        terminal.hint("Nothing was to be sent.")


def _object(delivery: Delivery) -> dict[str, object]:
    return {
        "message": delivery.message or None,
        "team": delivery.team,
        "kind": delivery.kind,
        "period": delivery.period,
        "channel": delivery.channel,
        "recipient": delivery.recipient,
        "state": delivery.state.value,
        "reason": delivery.reason or None,
        "attempts": delivery.attempts,
        "prepared_at": delivery.prepared_at.isoformat(),
        "ended_at": delivery.ended_at.isoformat() if delivery.ended_at else None,
    }
