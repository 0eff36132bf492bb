"""``syncd notify test``: one short message through every notifier."""

from __future__ import annotations

from syncd.cli.digest import NO_NOTIFIER
from syncd.cli.opening import Opening, now, opened_to_look
from syncd.cli.printable import printable
from syncd.cli.terminal import Terminal
from syncd.core.digest import NOTHING, Digest, DigestKind
from syncd.errors import SyncdError
from syncd.notify import Addressee, Letter, addressees, rendered
from syncd.team import Team


def run(opening: Opening, terminal: Terminal, *, team: str | None = None) -> int:
    """Send it, and print what each service said; returns the exit code."""
    with opened_to_look(opening) as app:
        accepted = [_sent(to, terminal) for each in app.chosen(team) for to in addressees(each)]
    if not accepted:
        terminal.warn(NO_NOTIFIER)
    elif all(accepted):
        terminal.hint("Accepted is not seen: look whether it arrived.")
    return int(not all(accepted))


def _sent(to: Addressee, terminal: Terminal) -> bool:
    letter = Letter(to, _greeting(to.team), ((DigestKind.NOTICE, f"test-{now():%Y%m%d%H%M%S}"),))
    name = f"{to.team.name} · {to.channel} to {to.recipient}"
    try:
        to.on.notifier.send(to.recipient, rendered(letter, now()), key=letter.message)
    except SyncdError as error:
        terminal.out(("✗", "red"), f" {printable(f'{name}: {error}')}")
        return False
    terminal.out(("✓", "green"), f" {printable(f'{name}: accepted')}")
    return True


def _greeting(team: Team) -> Digest:
    return Digest(
        kind=DigestKind.NOTICE,
        team=team.name,
        period="test",
        day=now().astimezone(team.zone).date(),
        subject=f"[{team.name}] A test message from syncd",
        preheader="This channel works.",
        numbers=NOTHING,
        sections=(),
        remarks=("This is only a test.",),
    )
