"""reconcile(): one pass of the whole line, from document to ticket and back.

::

    Source.documents() → parse → desired tickets → plan(views, world) → apply → ledger
                                                     ↑ ledger  ↑ trackers    │
    Source.save() ←───────────────── write_back ←────────────────────────────┘

A pass is level-triggered: it looks at the world, decides, acts, and the next pass is the retry. All sources are planned
before any is touched, so that one hash names the whole plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from syncd.apply import Applier, Progress, new_marker
from syncd.core.change import TROUBLE, Change, ChangeKind, Outcome, Plan, plan_hash
from syncd.core.identity import TicketId
from syncd.core.merge import payload
from syncd.core.model import EffectKind, Problem
from syncd.core.pace import paced
from syncd.core.plan import plan
from syncd.look import Look, look_at
from syncd.recall import Recalled, recall
from syncd.team import Application, Team, TeamSource
from syncd.view import Asker, Seen, SourceReader, clean_documents, reader_name, see, world_of

DRY_RUN_ID = "-"
"""The id of a dry run: it leaves nothing behind."""
ROUNDS = 3
"""How often documents that people edited meanwhile are read again within one pass."""


class Verdict(StrEnum):
    """What a pass came to, as the exit code tells it."""

    OK = "ok"
    FAILED = "failed"
    BRAKE = "brake"
    AUTHENTICATION = "authentication"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class SourcePass:
    """One source in one pass."""

    team: str
    label: str
    plan: Plan
    changes: tuple[Change, ...] = ()
    read: int = 0
    changed: int = 0
    failed: int = 0
    unread: tuple[tuple[str, Problem], ...] = ()
    """Path and problem, of documents that could not be read."""
    unreadable: bool = False
    """Whether the source as a whole could not be read: it is held, and no approval helps."""


@dataclass(frozen=True, slots=True)
class Pass:
    """What one pass saw, decided and did."""

    id: str
    dry_run: bool
    plan_hash: str
    sources: tuple[SourcePass, ...]
    stale: str | None = None
    """The approval that was given and does not name this plan."""
    turned_away: tuple[str, ...] = ()
    """Trackers that did not accept our credentials, in their words."""
    out_of_reach: tuple[str, ...] = ()
    """Trackers that could not be looked at, or not completely, each with why: what they hold may have changed."""

    @property
    def changes(self) -> tuple[tuple[str, Change], ...]:
        """Team and change, in the order of the sources."""
        return tuple((s.team, c) for s in self.sources for c in s.changes)

    @property
    def problems(self) -> tuple[tuple[str, Problem], ...]:
        """Path and problem, of every document."""
        return tuple(p for s in self.sources for p in s.plan.problems)

    @property
    def brake(self) -> str | None:
        """Why some sources were held, or None."""
        held = [f"{s.team}, {s.label}: {s.plan.brake.rstrip('.')}" for s in self.sources if s.plan.brake]
        return "; ".join(held) or None

    @property
    def approvable(self) -> bool:
        """Whether a person's approval would let something through a brake."""
        return any(s.plan.brake and not s.unreadable for s in self.sources)

    @property
    def troubles(self) -> tuple[str, ...]:
        """What went wrong, in words, each once."""
        unread = [f"{path}:{problem.line}: {problem.message}" for s in self.sources for path, problem in s.unread]
        failed = [f"{c.path}:{c.line}: {c.reason}" for _, c in self.changes if c.outcome in TROUBLE]
        return tuple(dict.fromkeys((*self.turned_away, *self.out_of_reach, *unread, *failed)))

    @property
    def verdict(self) -> Verdict:
        """What to tell the caller."""
        if self.turned_away:
            return Verdict.AUTHENTICATION
        if self.stale is not None:
            return Verdict.STALE
        if self.brake:
            return Verdict.BRAKE
        failed = any(c.outcome in TROUBLE for _, c in self.changes) or any(s.failed for s in self.sources)
        # What nobody could look at is not known to be in step.
        return Verdict.FAILED if failed or self.out_of_reach else Verdict.OK


@dataclass(frozen=True, slots=True)
class Request:
    """What a person or the scheduler asked for."""

    team: str | None = None
    dry_run: bool = False
    approve: str | None = None
    retry: bool = False
    by: str = "syncd"


def reconcile(app: Application, request: Request, *, progress: Progress = lambda done, total: None) -> Pass:
    """Do one pass over all teams, or one. Raises LedgerError when the ledger cannot be used."""
    teams = app.chosen(request.team)
    if request.dry_run:
        return _planned(_Round(app, teams, request).plan(), request, pass_id=DRY_RUN_ID)
    pass_id = app.ledger.begin_pass(app.clock(), request.team)
    done = _rounds(app, teams, request, pass_id, progress)
    app.ledger.end_pass(
        pass_id,
        app.clock(),
        outcome=done.verdict,
        plan_hash=done.plan_hash,
        brake=done.brake,
        counts=_counts(done),
    )
    return done


def _rounds(app: Application, teams: Sequence[Team], request: Request, pass_id: str, progress: Progress) -> Pass:
    """Once, and again while people edit the documents that are to be written."""
    done = _Round(app, teams, request).run(pass_id, progress)
    for _ in range(ROUNDS - 1):
        if not _interrupted(done):
            break
        again = _Round(app, teams, replace(request, approve=None), made=_attempts(done))
        done = _merged(done, again.run(pass_id, progress))
    return done


def _attempts(done: Pass) -> int:
    tried = (Outcome.DONE, Outcome.UNKNOWN, Outcome.REFUSED, Outcome.FAILED)
    return sum(c.kind is ChangeKind.CREATE and c.outcome in tried for _, c in done.changes)


def _interrupted(done: Pass) -> bool:
    return any(c.kind is ChangeKind.WRITE_BACK and c.outcome is Outcome.PENDING for _, c in done.changes)


def _merged(first: Pass, second: Pass) -> Pass:
    """Both rounds as one pass: what the second said of a change counts."""
    sources = []
    for old, new in zip(first.sources, second.sources, strict=True):
        changes = {(c.kind, c.document, c.item_id or c.line): c for c in (*old.changes, *new.changes)}
        still = {(c.document, c.item_id) for c in new.changes if c.kind is ChangeKind.WRITE_BACK}
        kept = [c for c in changes.values() if not _overtaken(c, still)]
        sources.append(replace(new, changes=tuple(kept), changed=max(old.changed, new.changed)))
    return replace(second, plan_hash=first.plan_hash, sources=tuple(sources))


def _overtaken(change: Change, still: set[tuple[str, str | None]]) -> bool:
    """A write-back that was interrupted and that the next round found not to be needed any more."""
    interrupted = change.kind is ChangeKind.WRITE_BACK and change.outcome is Outcome.PENDING
    return interrupted and (change.document, change.item_id) not in still


def _counts(done: Pass) -> dict[str, int]:
    outcomes = [c.outcome for _, c in done.changes if c.outcome is not Outcome.PLANNED]
    return {
        "read": sum(s.read for s in done.sources),
        "changed": sum(s.changed for s in done.sources),
        "failed_documents": sum(s.failed for s in done.sources),
        **{o.value: outcomes.count(o) for o in Outcome if o in outcomes},
    }


def _planned(work: Sequence[_Work], request: Request, *, pass_id: str) -> Pass:
    """The pass that only looks."""
    digest = plan_hash(c for w in work for c in w.plan.changes)
    stale = request.approve if request.approve not in (None, digest) else None
    turned_away = tuple(dict.fromkeys(words for w in work for words in w.asker.turned_away))
    return Pass(
        id=pass_id,
        dry_run=True,
        plan_hash=digest,
        sources=tuple(w.result(w.plan.changes) for w in work),
        stale=stale,
        turned_away=turned_away,
        out_of_reach=tuple(dict.fromkeys(words for w in work for words in w.asker.out_of_reach)),
    )


@dataclass(frozen=True, slots=True)
class _Work:
    """One source, planned."""

    team: Team
    source: TeamSource
    recalled: Recalled
    asker: Asker
    seen: Seen
    plan: Plan

    def result(self, changes: Iterable[Change], *, approved: bool = False) -> SourcePass:
        standing = [] if self.seen.unreadable else self.recalled.standing(except_for=self.seen.views)
        return SourcePass(
            team=self.team.name,
            label=self.source.label,
            plan=replace(self.plan, brake=None) if approved else self.plan,
            changes=tuple(sorted((*changes, *self.seen.notes, *standing), key=lambda c: (c.path, c.line))),
            read=self.seen.reading.count,
            changed=len(self.seen.changed),
            failed=len(self.seen.reading.failures),
            unread=self.seen.problems,
            unreadable=self.seen.unreadable is not None,
        )


@dataclass(slots=True)
class _Round:
    """Plan every source, then apply what no brake holds."""

    app: Application
    teams: Sequence[Team]
    request: Request
    claimed: dict[TicketId, str] = field(default_factory=dict)
    """Tickets that rows have adopted so far in this round → where."""
    taken: dict[str, str] = field(default_factory=dict)
    """Document key → who reads it, first come."""
    made: int = 0
    """Tickets that earlier rounds of this pass made, or tried to make."""
    owners: dict[str, str] = field(default_factory=dict)
    """Item id → document, of all items."""
    looks: dict[str, Look] = field(default_factory=dict)
    """By team."""
    barred: dict[str, dict[str, str]] = field(default_factory=dict)
    """By team: trackers that turned us away while a plan was applied, and their words."""
    earlier: dict[str, str] = field(default_factory=dict)
    """Location → who reads that source, of the teams before ours, which are not in this pass."""
    configured: frozenset[str] = frozenset()
    """The locations of all sources of all teams."""

    def __post_init__(self) -> None:
        # Once for all sources: each location may cost some looks at a disk, and there may be a thousand teams.
        readers = {t.name: {s.source.location: reader_name(t, s) for s in t.sources} for t in self.app.teams}
        self.configured = frozenset().union(*readers.values())
        before = self.app.teams[: self.app.teams.index(self.teams[0])] if self.teams else ()
        for team in before:
            self.earlier |= readers[team.name]

    def plan(self) -> list[_Work]:
        work = [self._plan_source(team, source) for team in self.teams for source in team.sources]
        limit = max((team.policy.creates_per_pass for team in self.teams), default=0)
        plans = paced([w.plan for w in work], limit, made=self.made)
        return [replace(w, plan=plan) for w, plan in zip(work, plans, strict=True)]

    def run(self, pass_id: str, progress: Progress) -> Pass:
        work = self.plan()
        planned = _planned(work, self.request, pass_id=pass_id)
        if planned.stale is not None:
            return replace(planned, dry_run=False)
        approved = self.request.approve == planned.plan_hash
        if approved:
            self.app.ledger.approve(planned.plan_hash, self.app.clock(), by=self.request.by)
        sources = tuple(self._apply(w, approved=approved, progress=progress) for w in work)
        turned_away = dict.fromkeys(
            (*planned.turned_away, *(w for words in self.barred.values() for w in words.values()))
        )
        return replace(planned, dry_run=False, sources=sources, turned_away=tuple(turned_away))

    def _plan_source(self, team: Team, source: TeamSource) -> _Work:
        """The line as far as the plan: one statement per arrow."""
        ledger = self.app.ledger
        look = self._look(team)
        recalled = recall(team, source, ledger=ledger, look=look)
        reader = self._reader(team, source)
        seen = see(reader, recalled)
        recalled = reader.own(recalled)
        asker = Asker(team, ledger, look, turned_away=list(look.turned_away))
        seen = replace(seen, views=asker.name_tickets(seen.views))
        world = world_of(asker, seen, recalled, reader, retry=self.request.retry)
        if seen.views and not self.owners:
            self.owners |= ledger.item_documents()
        made = plan(
            seen.views,
            world,
            write_back=team.write_back,
            vanished=seen.vanished,
            retired=seen.retired,
            standing=recalled.numbers,
            documents_now=seen.reading.count,
            claimed=self.claimed,
            owners=self.owners,
        )
        if seen.unreadable:
            made = Plan(brake=seen.unreadable)
        return _Work(team, source, recalled, asker, seen, replace(made, problems=(*seen.problems, *made.problems)))

    def _look(self, team: Team) -> Look:
        if team.name not in self.looks:
            self.looks[team.name] = look_at(team, self.app.ledger)
        return self.looks[team.name]

    def _reader(self, team: Team, source: TeamSource) -> SourceReader:
        now = self.app.clock()
        return SourceReader(team, source, self.app.ledger, now, self.taken, self.configured, self.earlier)

    def _apply(self, work: _Work, *, approved: bool, progress: Progress) -> SourcePass:
        if work.seen.unreadable or (work.plan.brake and not approved):
            return work.result([replace(c, outcome=_held(c)) for c in work.plan.changes])
        ledger = self.app.ledger
        applier = Applier(
            ledger=ledger,
            source=work.source.source,
            trackers=work.team.trackers,
            clock=self.app.clock,
            parse=work.team.parse,
            write_back=work.team.write_back,
            progress=progress,
            barred=self.barred.setdefault(work.team.name, {}),
        )
        for effect in work.asker.looked:
            ledger.looked(effect.id, self.app.clock())
        changes = applier.apply(work.plan)
        if approved:
            self._keep_approval(work)
        ledger.set_clean(clean_documents(work.plan, work.team.fingerprint))
        return work.result(changes, approved=approved)

    def _keep_approval(self, work: _Work) -> None:
        """Tickets that a person let through, but that the pace left for later passes, need no second approval."""
        for change in work.plan.changes:
            if change.outcome is Outcome.PENDING and change.desired is not None and change.effect is None:
                self.app.ledger.prepare(
                    EffectKind.CREATE,
                    document=change.document,
                    item_id=change.item_id,
                    tracker=work.team.trackers[change.tracker or ""].location,
                    marker=new_marker(),
                    payload=payload(change.desired),
                    at=self.app.clock(),
                )


def _held(change: Change) -> Outcome:
    """Under a brake nothing that writes was done."""
    return Outcome.SKIPPED if change.outcome is Outcome.PLANNED else change.outcome
