"""notify(): what is due goes out, once for each team, kind, period, channel and recipient.

::

    due(memory, calendar, now) → digests → render → ledger → Notifier.send → notices of what was refused

Every message is rendered and written down before it is sent, so that a repetition sends the same. What may have
arrived is sent again only where that does no harm (mail: its Message-ID is the same); elsewhere a person says
``syncd digest resend``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from syncd.core.calendar import Calendar
from syncd.core.combine import combined
from syncd.core.digest import Digest, DigestKind, Memory
from syncd.core.for_owner import for_owner
from syncd.core.notice import notice
from syncd.core.retro import retro
from syncd.core.review import review
from syncd.core.schedule import Due, due, skipped, upcoming
from syncd.core.weekly import weekly
from syncd.errors import AuthenticationFailed, DeliveryDeferred, DeliveryError, DeliveryRefused, UsageError
from syncd.memory import remembered
from syncd.notices import RECENT, refusals, working
from syncd.ports import Payload
from syncd.render import Rendering, render
from syncd.store.ledger import Ledger
from syncd.store.records import Delivery, DeliveryState
from syncd.team import Application, Channel, Team

LEASE = timedelta(minutes=10)
"""A message that is still being sent after so long was sent by a process that is no more."""
GIVE_UP = timedelta(days=4)
"""How long a message is tried again that is turned away for now (RFC 5321, 4.5.4.1)."""
FIRST_RETRY = timedelta(minutes=15)
LONGEST_RETRY = timedelta(hours=4)
_UNSENT = (DeliveryState.REFUSED, DeliveryState.UNKNOWN)
_COMING = (DeliveryState.PREPARED, DeliveryState.SENDING)


def notify(app: Application, *, team: str | None = None) -> list[Delivery]:
    """Send what is due of all teams, or of one; returns every delivery that came to an end or was put off."""
    done: list[Delivery] = []
    for each in app.chosen(team):
        prepare(app, each)
        done += send(app, each)
        done += tell_refusals(app, each)
    return done


@dataclass(frozen=True, slots=True)
class Addressee:
    """Who gets messages on a channel. ``owner``: whose items alone they hold; None: all."""

    team: Team
    channel: str
    recipient: str
    owner: str | None = None

    @property
    def on(self) -> Channel:
        """The channel itself."""
        return self.team.digests.channels[self.channel]

    def digest(self, memory: Memory, what: Due, *, today: date, since: datetime | None) -> Digest | None:
        """What is due, for this one; None when none of it is theirs."""
        if self.owner is None:
            return digest_of(memory, what, today=today, since=since)
        return for_owner(memory, self.owner, lambda mine: digest_of(mine, what, today=today, since=since))


def addressees(team: Team) -> Iterator[Addressee]:
    """Everybody who gets the digests of a team."""
    for name, channel in team.digests.channels.items():
        yield from (Addressee(team, name, recipient) for recipient in channel.notifier.recipients)
        for owner, address in channel.owners.items():
            if address not in channel.notifier.recipients:
                yield Addressee(team, name, address, owner)


def deliver(app: Application, team: Team, chosen: Sequence[Due]) -> list[Delivery]:
    """Send these digests now, each to whom it was not sent before; what became of every one of them."""
    now, memory, before = app.clock(), remembered(app.ledger, team), app.ledger.deliveries(team=team.name)
    rows: list[Delivery] = []
    for to in addressees(team):
        told = {d.period for d in before if (d.channel, d.recipient) == (to.channel, to.recipient)}
        rows += _written(to, memory, [each for each in chosen if each.period not in told], before=before, now=now)
    app.ledger.prepare_deliveries(rows)
    send(app, team)
    tell_refusals(app, team)
    periods = {each.period for each in chosen}
    return [delivery for delivery in app.ledger.deliveries(team=team.name) if delivery.period in periods]


def prepare(app: Application, team: Team) -> None:
    """Write down everything that is due now; what was written down before stays as it is."""
    now, memory, calendar = app.clock(), remembered(app.ledger, team), team.digests.calendar()
    before = app.ledger.deliveries(team=team.name)
    rows: list[Delivery] = []
    for to in addressees(team):
        told = {d.period for d in before if (d.channel, d.recipient) == (to.channel, to.recipient)}
        late = skipped(memory, calendar, now, delivered=told.__contains__)
        rows += [_skipped(to, each, now, "it came too late") for each in late]
        waiting = [with_remark(each, calendar) for each in due(memory, calendar, now, delivered=told.__contains__)]
        rows += _written(to, memory, waiting, before=before, now=now)
    app.ledger.prepare_deliveries(rows)


def next_moment(app: Application, team: Team) -> datetime | None:
    """When there is something to say next, as far as is known today, in UTC: a digest, or another try."""
    if not team.digests.channels:
        return None
    now, calendar = app.clock(), team.digests.calendar()
    today = calendar.today(now)
    coming = upcoming(remembered(app.ledger, team), calendar, today, today + timedelta(days=1))
    tries = (d.not_before for d in app.ledger.deliveries(team=team.name, state=DeliveryState.PREPARED))
    moments = [*(each.moment for each in coming), *(at for at in tries if at is not None)]
    return min((moment for moment in moments if moment > now), default=None)


def with_remark(what: Due, calendar: Calendar) -> Due:
    """What is due, telling also what is wrong with the calendar that it was computed from."""
    return replace(what, remarks=(*what.remarks, calendar.remark)) if calendar.remark else what


def tell_refusals(app: Application, team: Team) -> list[Delivery]:
    """Send a notice of each message that was refused for good, through a channel that works; what became of them."""
    done: list[Delivery] = []
    while rows := list(_notices(app, team)):
        app.ledger.prepare_deliveries(rows)
        done += send(app, team)
    return done


def _notices(app: Application, team: Team) -> Iterator[Delivery]:
    """The rows of the notices that are to go out, and were never tried there."""
    now, before = app.clock(), app.ledger.deliveries(team=team.name)
    everybody = {(to.channel, to.recipient): to for to in addressees(team) if to.owner is None}
    for refused in refusals(before, now):
        said = notice(refused, team=team.name, day=now.astimezone(team.zone).date())
        for place in working(list(everybody), refused, before):
            letter = Letter(everybody[place], said, ((DigestKind.NOTICE, refused.message),))
            yield _row(letter, DigestKind.NOTICE, refused.message, rendered(letter, now), now)


@dataclass(frozen=True, slots=True)
class Letter:
    """One message to one addressee: what it says, and the periods it stands for."""

    to: Addressee
    digest: Digest
    periods: tuple[tuple[DigestKind, str], ...]

    @property
    def key(self) -> str:
        """Names it for ever."""
        periods = " ".join(period for _, period in self.periods)
        return " ".join((self.to.team.name, periods, self.to.channel, self.to.recipient))

    @property
    def message(self) -> str:
        """What people call it."""
        return hashlib.sha256(self.key.encode()).hexdigest()[:8]


def _written(
    to: Addressee, memory: Memory, waiting: Sequence[Due], *, before: Sequence[Delivery], now: datetime
) -> Iterator[Delivery]:
    """The rows of what waits for one addressee, together in one message."""
    telling: list[tuple[Due, Digest]] = []
    today = now.astimezone(to.team.zone).date()
    for each in waiting:
        digest = to.digest(memory, each, today=today, since=_since(before, each.kind))
        if digest is None or (digest.quiet and not (to.team.digests.all_clear and to.owner is None)):
            yield _skipped(to, each, now, "there was nothing to say")
        else:
            telling.append((each, digest))
    if telling:
        said = combined([digest for _, digest in telling])
        said = replace(said, remarks=(*said.remarks, *_troubles(before, to.channel, now)))
        letter = Letter(to, said, tuple((each.kind, each.period) for each, _ in telling))
        payload = rendered(letter, now)
        for number, (kind, period) in enumerate(letter.periods):
            yield _row(letter, kind, period, {} if number else payload, now)


def rendered(letter: Letter, now: datetime) -> Payload:
    """The message in its channel's format."""
    team, channel = letter.to.team, letter.to.on
    settings = Rendering(key=letter.key, sent=now, zone=team.zone, templates=team.digests.templates)
    settings = replace(settings, page_url=team.digests.page)
    if channel.sender:
        settings = replace(settings, sender=channel.sender)
    return render(letter.digest, channel.notifier.format, settings=settings)


def send(app: Application, team: Team, *, message: str | None = None) -> list[Delivery]:
    """Send the team's messages that are written down and whose time has come; or just this one."""
    ledger, now, done = app.ledger, app.clock(), []
    waiting = [d for state in _COMING for d in ledger.deliveries(team=team.name, state=state, message=message)]
    for delivery in (d for d in waiting if d.payload and (d.not_before is None or d.not_before <= now)):
        channel = team.digests.channels.get(delivery.channel)
        if channel is None:
            continue
        if delivery.state is DeliveryState.SENDING and not channel.notifier.repeatable:
            ledger.end_message(delivery.message, DeliveryState.UNKNOWN, reason=_INTERRUPTED, at=now)
        elif ledger.claim_message(delivery.message, at=now, until=now + LEASE):
            _send(ledger, channel, delivery, app)
        else:
            continue
        done += ledger.deliveries(message=delivery.message)
    return done


def resend(app: Application, message: str) -> list[Delivery]:
    """Send a message again because a person says so. Raises UsageError when there is none of that name."""
    found = [delivery for delivery in app.ledger.deliveries(message=message) if message]
    teams = {team.name: team for team in app.teams}
    if not found or found[0].team not in teams:
        raise UsageError(f"No message is known as {message!r}. `syncd digest list` lists them.")
    app.ledger.end_message(message, DeliveryState.PREPARED, at=app.clock())
    return send(app, teams[found[0].team], message=message)


_INTERRUPTED = "the process that sent it was ended in the middle; it may have arrived"


def _send(ledger: Ledger, channel: Channel, delivery: Delivery, app: Application) -> None:
    try:
        receipt = channel.notifier.send(delivery.recipient, delivery.payload, key=delivery.message)
    except (DeliveryError, AuthenticationFailed) as error:
        state, not_before = _failed(error, delivery, channel, app.clock())
        ledger.end_message(delivery.message, state, reason=str(error), at=app.clock(), not_before=not_before)
    else:
        ledger.end_message(delivery.message, DeliveryState.SENT, at=app.clock(), receipt=receipt)


def _failed(
    error: Exception, delivery: Delivery, channel: Channel, now: datetime
) -> tuple[DeliveryState, datetime | None]:
    """Where a delivery stands after a failure, and when it is tried again."""
    if isinstance(error, DeliveryRefused) or now - delivery.prepared_at >= GIVE_UP:
        return DeliveryState.REFUSED, None
    again = now + min(FIRST_RETRY * 2 ** min(delivery.attempts, 10), LONGEST_RETRY)
    if isinstance(error, DeliveryDeferred):
        return DeliveryState.PREPARED, error.not_before or again
    if isinstance(error, AuthenticationFailed) or channel.notifier.repeatable:
        return DeliveryState.PREPARED, again
    return DeliveryState.UNKNOWN, None


# --- digests ----------------------------------------------------------------------------------------------------------


def digest_of(memory: Memory, what: Due, *, today: date, since: datetime | None = None) -> Digest:
    """The digest that is due, as of today where it comes late."""
    day = max(what.day, today)
    if what.kind is DigestKind.WEEKLY:
        made = weekly(memory, day=day, period=what.period, since=since)
        return replace(made, remarks=(*made.remarks, *what.remarks))
    if what.kind is DigestKind.REVIEW:
        return review(memory, what.documents[0], day=day, period=what.period, remarks=what.remarks)
    made = retro(memory, what.documents, day=day, period=what.period, since=since, remarks=what.remarks)
    return replace(made, meeting=what.meeting)


def _since(before: Sequence[Delivery], kind: DigestKind) -> datetime | None:
    """When the last digest of a kind went out."""
    sent = [d.ended_at for d in before if d.state is DeliveryState.SENT and d.kind == kind and d.ended_at]
    return max(sent, default=None)


def _troubles(before: Sequence[Delivery], channel: str, now: datetime) -> Iterator[str]:
    """Messages on other channels that did not arrive: somebody should hear of it."""
    noticed = {d.period for d in before if d.kind == DigestKind.NOTICE and d.channel == channel}
    for delivery in (d for d in before if d.kind != DigestKind.NOTICE and d.message not in noticed):
        failed = delivery.state in _UNSENT and delivery.ended_at is not None and now - delivery.ended_at < RECENT
        if failed and delivery.channel != channel:
            yield f"The {delivery.kind} digest on {delivery.channel} did not arrive for sure: {delivery.reason}"


def _skipped(to: Addressee, what: Due, now: datetime, why: str) -> Delivery:
    return replace(_new(to, what.kind, what.period, now), state=DeliveryState.SKIPPED, reason=why, ended_at=now)


def _row(letter: Letter, kind: DigestKind, period: str, payload: Payload, now: datetime) -> Delivery:
    return replace(_new(letter.to, kind, period, now), message=letter.message, payload=payload)


def _new(to: Addressee, kind: DigestKind, period: str, now: datetime) -> Delivery:
    return Delivery(
        id=0,
        message="",
        team=to.team.name,
        kind=kind,
        period=period,
        channel=to.channel,
        recipient=to.recipient,
        payload={},
        state=DeliveryState.PREPARED,
        reason="",
        attempts=0,
        prepared_at=now,
        not_before=None,
        ended_at=None,
        receipt="",
    )
