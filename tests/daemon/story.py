"""What happens on which day of a month, and that the promises hold all the time."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

from tests.daemon.month import NAMES, STEP, Month

HOUR = timedelta(hours=1)
DAY = 4
"""Steps a day."""
QUIET_DAYS = 2
"""At the end, after the last fault."""


def kill_one(month: Month) -> None:
    """A power cut while it works, and it comes back."""
    name = month.chance.choice(sorted(month.daemons))
    month.add_row("web")
    month.kill(name)
    month.pass_time()
    month.start(name)


def end_one(month: Month) -> None:
    """An upgrade: it is ended as one should, and comes back."""
    name = month.chance.choice(sorted(month.daemons))
    month.end(name)
    month.start(name)
    month.pass_time()


def freeze_one(month: Month) -> None:
    """A virtual machine is paused, and goes on later, when the other one did its work."""
    name = month.chance.choice(sorted(month.daemons))
    month.freeze(name)
    month.add_row("core")
    month.pass_time()
    month.go_on(name)


def tracker_down(month: Month) -> None:
    """A tracker is down for two hours."""
    month.down.add("core")
    month.add_row("core")
    month.pass_time(HOUR)
    month.pass_time(HOUR)
    month.down.clear()
    month.pass_time()


def postgres_restarts(month: Month) -> None:
    """The database is restarted every second or two, in the middle of whatever they do, for more than a day."""
    for _ in range(6):
        month.add_row("core")
        month.add_row("web")
        month.move_clock()
        time.sleep(month.chance.uniform(0.2, 2.5))
        month.restart_postgres()
    month.pass_time()


def token_expires(month: Month) -> None:
    """A token is not accepted any more, and is renewed in its file; nobody restarts anything."""
    month.expire_token("web")
    month.add_row("web")
    month.pass_time()
    month.write_token("web")
    month.pass_time()


def settings_break(month: Month) -> None:
    """The configuration is broken while somebody edits it, and mended."""
    month.write_settings("poll = [")
    month.add_row("core")
    month.pass_time()
    month.write_settings()
    month.pass_time()


def mail_defers(month: Month) -> None:
    """The mail server takes nothing for a day."""
    month.mails.answers["RCPT"] = "451 4.7.1 Greylisted, come again"
    for _ in range(DAY):
        month.pass_time()
    month.mails.answers.clear()
    month.pass_time()


FAULTS: tuple[Callable[[Month], None], ...] = (
    kill_one,
    tracker_down,
    freeze_one,
    postgres_restarts,
    token_expires,
    end_one,
    settings_break,
    mail_defers,
)


def tell(month: Month, days: int) -> None:
    """Live through so many days; raises AssertionError where a promise is broken."""
    for name in NAMES:
        month.start(name)
    month.settle()
    assert not any(place.made() for place in month.places.values()), "the first contact only observes"
    month.approve()
    document = 1
    for day in range(days):
        team = month.chance.choice(sorted(month.places))
        month.chance.choice([month.add_row, month.tick_row, month.close_ticket])(team)
        if day % 7 == 3:
            document += 1
            month.write_document(team, document)
        if day < days - QUIET_DAYS:
            FAULTS[day % len(FAULTS)](month)
        for _ in range(DAY):
            month.pass_time(STEP)
            month.check_always()
        month.check_page()
    for _ in range(DAY):
        month.pass_time()
    month.check_at_rest()
    month.check_mails()
    for name in list(month.daemons):
        month.end(name)
    month.check_log()
