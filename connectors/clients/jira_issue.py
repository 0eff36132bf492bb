"""An issue as Jira's REST API v2 tells it, as a ticket."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime

from connectors.clients.jira_json import at, folded, some, text
from connectors.clients.jira_markup import document_of
from syncd.core.model import Presence, State, Ticket
from syncd.core.states import whole_state

LABEL = "syncd"
"""On every ticket of ours, so that one search finds all of them."""
FIELDS = (
    *("status", "resolution", "assignee", "duedate", "priority", "summary", "updated", "project", "issuetype"),
    *("labels", "description", "archiveddate"),
)
"""What is asked for of each issue."""

_MARKER = re.compile(rf"{LABEL}-([0-9a-f]{{12}})")
_UNLABELLED = " unlabelled"
_CATEGORIES = {"new": State.OPEN, "indeterminate": State.IN_PROGRESS, "done": State.DONE}
_NOT_DONE = frozenset("""
won't do|won't fix|duplicate|declined|cannot reproduce|can't reproduce|not a bug|incomplete|rejected|obsolete|invalid
abandoned|cancelled|canceled|withdrawn|known error|works as designed|as designed|not an issue|out of scope|timed out
no longer needed|insufficient information|hardware failure|software failure
wird nicht erledigt|wird nicht behoben|wird nicht korrigiert|wird nicht ausgeführt|duplikat|unvollständig
nicht reproduzierbar|kann nicht reproduziert werden|abgelehnt|kein fehler|ungültig
ne sera pas fait|ne sera pas corrigé|ne sera pas résolu|doublon|dupliqué|incomplet|impossible à reproduire
non reproductible|refusé|rejeté|décliné
no se hará|no se corregirá|no se solucionará|duplicado|duplicada|incompleto|incompleta|no se puede reproducir
no reproducible|rechazado|rechazada|rehusado
não será feito|não será corrigido|não é possível reproduzir|não reproduzível|recusado|recusada|rejeitado|rejeitada
non verrà eseguito|non verrà corretto|duplicato|non riproducibile|impossibile riprodurre|rifiutato|rifiutata
wordt niet gedaan|wordt niet opgelost|duplicaat|onvolledig|kan niet worden gereproduceerd|afgewezen|geweigerd
nie zostanie wykonane|nie zostanie naprawione|duplikat|niekompletne|nie można odtworzyć|odrzucone
修正しない|実施しない|対応しない|重複|不完全|再現不可|再現できない|却下|辞退
不做|不会做|不修复|不会修复|不予修复|重复|不完整|无法重现|不能重现|已拒绝|已谢绝
수정하지 않음|하지 않음|중복|불완전|재현할 수 없음|재현 불가|거부됨|거절됨
не будет исправлено|не будет сделано|не будет выполнено|дубликат|неполный|не воспроизводится
невозможно воспроизвести|отклонено|отклонен
""".strip().replace("\n", "|").split("|"))  # fmt: skip
"""Resolutions and closed statuses by which something ended without being done: Jira's own and its translations."""


def ticket_of(issue: object, *, url: str, statuses: Mapping[str, State]) -> Ticket:
    """The ticket; ``url`` is Jira's address and ``statuses`` maps folded status names to what they mean.

    Raises ValueError when the issue has no id, key or time, so that no half-read reply passes for a ticket.
    """
    number, key = text(issue, "id"), text(issue, "key")
    if not number.isdecimal() or not key:
        raise ValueError("an issue without an id and a key")
    fields = at(issue, "fields")
    state, problem = meaning(at(fields, "status"), resolution=text(fields, "resolution", "name"), statuses=statuses)
    labels = labels_of(issue)
    ticket = Ticket(
        id=number,
        key=key,
        url=f"{url}/browse/{key}",
        title=text(fields, "summary"),
        state=state,
        due=_day(text(fields, "duedate")),
        marker=next((m[1] for m in map(_MARKER.fullmatch, labels) if m), None),
        document=document_of(text(fields, "description")),
        changed_at=datetime.fromisoformat(text(fields, "updated")).astimezone(UTC),
        presence=Presence.ARCHIVED if text(fields, "archiveddate") else Presence.HERE,
        problem=f"{key}: {problem}" if problem else None,
    )
    # What a person should mend is handed out in every pass until it is mended.
    return ticket if problem else replace(ticket, revision=_revision(ticket, labelled=LABEL in labels))


def labels_of(issue: object) -> tuple[str, ...]:
    """The labels, sorted."""
    return tuple(sorted(label for label in some(issue, "fields", "labels") if isinstance(label, str)))


def project_of(issue: object) -> str:
    """The key of the project that it is in now."""
    return text(issue, "fields", "project", "key") or text(issue, "key").rpartition("-")[0]


def absent(ticket_id: str, presence: Presence, *, url: str) -> Ticket:
    """A ticket that cannot be had any more; of its key and title nothing is known."""
    return Ticket(
        ticket_id, ticket_id, f"{url}/browse/{ticket_id}", title="", state=State.OPEN, presence=presence,
        revision=presence.value,
    )  # fmt: skip


def is_unlisted(revision: str) -> bool:
    """Whether the search for our label cannot show the ticket, as of this revision: it has to be asked for by id."""
    return revision.endswith(_UNLABELLED)


def is_older(revision: str, than: str) -> bool:
    """Whether the revision is of an earlier time: what a search index that lags behind still says."""
    return "" < _time(revision) < _time(than)


def is_cancelling(name: str) -> bool:
    """Whether a resolution, or a closed status, of this name says that it was ended without being done."""
    return folded(name) in _NOT_DONE or whole_state(name) is State.CANCELLED


def meaning(status: object, *, statuses: Mapping[str, State], resolution: str = "") -> tuple[State, str | None]:
    """What a status means, and what a person should mend about it.

    ``statuses`` comes first, by folded names; then the status category that Jira has for each status.
    """
    name = text(status, "name")
    if folded(name) in statuses:
        return statuses[folded(name)], None
    state = _CATEGORIES.get(text(status, "statusCategory", "key"))
    if state is None:
        cure = f'say what it means: statuses = {{ "{name}" = "open" }}'
        return State.OPEN, f"Jira puts the status “{name}” into no category; {cure}."
    # A resolution may stay set when a ticket is reopened, so it counts only where it is closed.
    if state is State.DONE and (is_cancelling(resolution) or is_cancelling(name)):
        return State.CANCELLED, None
    return state, None


def _day(written: str) -> date | None:
    return date.fromisoformat(written) if written else None


def _revision(ticket: Ticket, *, labelled: bool) -> str:
    # Moved categories and other settings change what a ticket means, but not its time.
    said = (ticket.key, ticket.title, ticket.state, ticket.due, ticket.marker, ticket.document, ticket.presence)
    digest = hashlib.sha256(repr(said).encode("utf-8", "surrogatepass")).hexdigest()[:8]
    moment = ticket.changed_at.isoformat(timespec="milliseconds") if ticket.changed_at else ""
    return f"{moment} {digest}{'' if labelled else _UNLABELLED}"


def _time(revision: str) -> str:
    # Always in UTC and in milliseconds, so that it sorts as text; a ticket that was gone has no time.
    time = revision.partition(" ")[0]
    return time if time[:1].isdecimal() else ""
