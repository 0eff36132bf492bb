"""Tickets as documents write them, and whether a row names them or only mentions them."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from syncd.core.model import Reference, Span
from syncd.core.prose import Anchor, Prose
from syncd.core.words import one_of, phrases

NO_PROJECTS = frozenset(
    phrases("""
    CVE, CWE, SEV, RFC, UTC, GMT, ADR, ISO, UTF, SHA, TLS, SSL, HTTP, PEP, JSR, COVID, GPT, MD, RSA, AES, ECMA
    IEEE, GHSA, OWASP, SOC, NIST, PCI, IPV, USB, DDR, EC, AZ, EU, US, AP, SA, CA, S, P, V, Q, H, W, FY, CIS, CVSS
    XP, KB, MS, TOP, BASE, MP, PM, PIR, RCA, WCAG, BCP, RHSA, DSA, USN, A, T1, SOC2, EST, PST, CET, IST, JST, BST
""")
)
"""What stands before a hyphen and a number without being a tracker's project."""

_KEY = r"[A-Z][A-Z0-9_]{0,19}-\d{1,7}"
_HTTP = re.compile(r"https?://([^/\s?#]+)([^\s?#]*)(?:\?([^\s#]*))?", re.IGNORECASE)
_GIT_PATH = re.compile(
    r"/((?:[\w.-]+/)+?[\w.-]+)/(?:-/)?(issues|pull|pulls|merge_requests|pull-requests|discussions"
    r"|work_items)/(\d+)(?!\d)"
)
_COMMIT_PATH = re.compile(r"/((?:[\w.-]+/)+?[\w.-]+)/(?:-/)?commits?/[0-9a-fA-F]{7,40}\b")
_BROWSE_PATH = re.compile(rf"/(?:browse|issue|issues|tickets?)/({_KEY})(?![\w-])")
_KEY_QUERY = re.compile(rf"(?:selectedIssue|issueKey|key)=({_KEY})(?![\w-])")
_PULLS = frozenset(("pull", "pulls", "merge_requests", "pull-requests"))
_TICKET_URL = re.compile(
    r"show_bug\.cgi\?|trello\.com/c/|app\.clickup\.com/|app\.asana\.com/|linear\.app/.+/issue/|/_workitems/"
    r"|app\.shortcut\.com/"
    r"|bugs\.launchpad\.net/|bugs\.\w+\.org/\d+|/T\d{3,}$|crbug\.com/\d|issuetracker\.google\.com/"
    r"|monday\.com/boards|pivotaltracker\.com/"
    r"|notion\.so/.+task|basecamp\.com/.+/todos/|redmine\..+/issues/\d|youtrack.+/issue/|bugzil\.la/\d"
    r"|b\.corp\.google|buganizer|/bugs?/\d+",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")
_BARE = re.compile(
    rf"(?<![\w/#&.-])(?:(?P<repository>[A-Za-z0-9][\w.-]*(?:/[\w.-]+)?)?\#(?P<number>\d{{1,7}})(?![\w-])"
    rf"|(?P<key>{_KEY})(?![\w-])"
    rf"|(?P<words>(?:bug|issue|bz|gh|ticket|rhbz|bugzilla)[\s#:-]{{1,2}}(?P<bug>\d{{2,8}})(?![\w-])))",
    re.IGNORECASE,
)
_NUMBERED_THINGS = re.compile(
    r"(?:\bai|\bac|\bcase|\bstory|\bfinding|\bcause|\blesson|\brule|\bsection|\bline|\bquestion|\bpoint|\bpage"
    r"|\bcriteri(?:a|on)|\baction|\bitem|\bstep|\boption|\bphase|\bweek|\bno|\bpart|\brank|\bteam|\bnumber|\bincident"
    r"|\bpriority|\bthe|\bour)\s*$",
    re.IGNORECASE,
)
_ROW_KEY = re.compile(rf"{_KEY}$")
_COLUMN_BARE = re.compile(r"(?:bug|issue|bz|ticket|gh|pr|no\.?)?\s*[#!]?(\d{1,8})$", re.IGNORECASE)

_POINTERS = phrases("""
    issue, issues, ticket, tickets, link, links, here, pr, prs, pull request, merge request, mr, jira, bug, card
    task, trello, github, gitlab, github issue, github ticket, jira ticket, jira issue, tracking issue
    tracking ticket, tracking bug, tracked, tracked in, tracked by, tracked here, see, see issue, see ticket
    see pr, see here, cf, ref, refs, related, fix, issue here, ticket here, see issue here, link to issue
    link to github issue, link to ticket, here for an issue, follow-up, see here for an issue
    issue for information gathering here, linear, asana, clickup, bugzilla, story, epic, tracking, via, done
    done in, fixed, fixed in, fixed by, completed in, implemented in, closed by, resolved in, resolved by, added in
    created, filed, opened, wip, draft pr, upstream, upstream issue, ticker, チケット, 課題, 工单, vorgang
    incident.io, details, linked, linked issue, linked ticket, bug report, discussion, work item, and, in progress
    pr open, merged, merged in
""")
_POINTER_WORDS = re.compile(rf"(?:{one_of(_POINTERS)})(?![^\W_])", re.IGNORECASE)
_LONGEST_POINTER = 80
_BETWEEN = re.compile(r"[\s()\[\]（）【】,;:.|/+&–—·•→-]*")
_CLOSERS = ".,;:!)]）】 \t\n"


@dataclass(frozen=True, slots=True)
class Found:
    """A reference and the plain text it takes up."""

    start: int
    end: int
    reference: Reference
    linked: bool


def of_url(url: str, text: str, span: Span | None) -> Reference | None:
    """The ticket that a URL leads to, None when it does not look like one. A commit is a reference without number."""
    web = _HTTP.match(url)
    if not web:
        key = text.strip()
        relative = _ROW_KEY.fullmatch(key) and key.split("-")[0] not in NO_PROJECTS
        return Reference(key, False, url, key, span=span) if relative else None
    path = web[2]
    if match := _BROWSE_PATH.search(path) or _KEY_QUERY.search(web[3] or ""):
        return Reference(text, False, url, match[1], span=span)
    if match := _GIT_PATH.search(path):
        repository, kind, number = match.groups()
        return Reference(text, False, url, None, repository, int(number), kind in _PULLS, span)
    if match := _COMMIT_PATH.search(path):
        return Reference(text, False, url, None, match[1], span=span)
    if _TICKET_URL.search(url):
        return Reference(text, False, url, span=span)
    key = text.strip()
    if _ROW_KEY.fullmatch(key) and key.split("-")[0] not in NO_PROJECTS:
        return Reference(key, False, url, key, span=span)
    return None


def is_commit(reference: Reference) -> bool:
    """Whether it is a commit: it tells where something was done, no tracker has a ticket for it."""
    return reference.repository is not None and reference.number is None and reference.key is None


def find_references(prose: Prose, projects: frozenset[str], *, column: bool = False) -> list[Found]:
    """All references of a text in order, none of them named yet.

    ``column``: the text is a cell of a ticket column, where any link and any ``KEY-n`` is one.
    """
    found = list(_linked(prose, column=column))
    taken = sorted((a.start, a.end) for a in prose.anchors)
    found += [f for f in _bare(prose, projects, column=column) if not _overlaps(f, taken)]
    return sorted(found, key=lambda f: f.start)


def _overlaps(found: Found, taken: list[tuple[int, int]]) -> bool:
    index = bisect_left(taken, (found.end, 0))
    return index > 0 and taken[index - 1][1] > found.start


def _linked(prose: Prose, *, column: bool) -> Iterator[Found]:
    for anchor in prose.anchors:
        words = prose.plain[anchor.start : anchor.end].strip()
        reference = of_url(anchor.url, _name(words, anchor), anchor.span)
        if reference is None and column and _HTTP.match(anchor.url):
            reference = Reference(_name(words, anchor), False, anchor.url, span=anchor.span)
        if reference:
            yield Found(anchor.start, anchor.end, reference, linked=True)


def _name(words: str, anchor: Anchor) -> str:
    """A reference as written: the link's words when they are one, else the URL."""
    return words if _BARE.fullmatch(words) or _ROW_KEY.fullmatch(words) else anchor.url


def _bare(prose: Prose, projects: frozenset[str], *, column: bool) -> Iterator[Found]:
    plain = prose.plain
    if column and (match := _COLUMN_BARE.fullmatch(plain.strip(" .,;"))):
        start = plain.index(match[0])
        end = start + len(match[0])
        yield Found(
            start, end, Reference(match[0], False, number=int(match[1]), span=prose.span(start, end)), linked=False
        )
        return
    if not _DIGIT.search(plain):
        return
    for match in _BARE.finditer(plain):
        reference = _bare_reference(match, prose, projects, column=column)
        if reference:
            yield Found(match.start(), match.end(), reference, linked=False)


def _bare_reference(match: re.Match[str], prose: Prose, projects: frozenset[str], *, column: bool) -> Reference | None:
    span = prose.span(match.start(), match.end())
    if match["number"]:
        if not column and _NUMBERED_THINGS.search(prose.plain, max(0, match.start() - 20), match.start()):
            return None
        repository = match["repository"] if match["repository"] and "/" in match["repository"] else None
        return Reference(match[0], False, None, None, repository, int(match["number"]), span=span)
    if match["bug"]:
        return Reference(match[0], False, number=int(match["bug"]), span=span)
    key, project = match["key"], match["key"].split("-")[0]
    if key != key.upper() or (
        project not in projects and (project in NO_PROJECTS or not _spoken_of(match, prose, column=column))
    ):
        return None
    return Reference(key, False, None, key, span=span)


_SPOKEN_OF = re.compile(
    r"\b(?:jira|ticket|tickets|issue|tracked (?:in|by|as)|tracking|story|epic)\s*[:#(]?\s*$", re.IGNORECASE
)


def _spoken_of(match: re.Match[str], prose: Prose, *, column: bool) -> bool:
    """Whether the words before a bare key say that it is a ticket's."""
    return column or _SPOKEN_OF.search(prose.plain, max(0, match.start() - 20), match.start()) is not None


def is_reference(prose: Prose) -> bool:
    """Whether a cell holds references and nothing else."""
    found = find_references(prose, frozenset(), column=True)
    return bool(found) and not _rest(prose.plain, found, 0, len(prose.plain))


def _rest(plain: str, found: list[Found], start: int, end: int) -> str:
    """What is left of a text beside its references, brackets and words that only point."""
    parts, at = [], start
    for f in found:
        if f.start >= at and f.end <= end:
            parts.append(plain[at : f.start])
            at = f.end
    rest = " ".join((*parts, plain[at:end]))
    if len(rest) > _LONGEST_POINTER:
        return rest
    return _BETWEEN.sub(" ", _POINTER_WORDS.sub(" ", rest)).strip()


def whole(prose: Prose, found: list[Found], start: int = 0, end: int | None = None) -> bool:
    """Whether a text, from start to end, is references and nothing else."""
    return bool(found) and not _rest(prose.plain, found, start, len(prose.plain) if end is None else end)


def tail(prose: Prose, found: list[Found], end: int) -> tuple[int, list[Found]]:
    """The references that close the text before ``end`` without being words of its sentence, and where they begin.

    ``([#12](…))``, ``[issue](…)``, ``<https://…/issues/12>``, ``— OPS-12``, ``(Jira OPS-12)``, ``[T-1](…), [T-2](…)``.
    """
    plain = prose.plain
    first = len(plain) - len(plain.lstrip(_CLOSERS + "([（【"))
    named: list[Found] = []
    for f in reversed(found):
        if f.end > end:
            continue
        if plain[f.end : end].strip(_CLOSERS):
            break
        start = _tail_start(plain, f)
        if start is not None and start <= first and f.linked:
            start = f.start
        if start is None or start <= first:
            break
        named.append(f)
        end = start
    return end, named[::-1]


def _tail_start(plain: str, f: Found) -> int | None:
    """Where a closing reference begins with its bracket and pointing words; None when it belongs to the sentence."""
    bracket = _open_bracket(plain, f)
    if bracket is not None:
        return bracket if not _rest(plain, [f], bracket, f.end) else None
    before = plain[max(0, f.start - 20) : f.start].rstrip()
    words = plain[f.start : f.end]
    if f.linked:
        if words == f.reference.text:
            # The same link behind any other sentence, as we write it, must leave that sentence as it is.
            alone = _OWN_SENTENCE.search(plain, max(0, f.start - 30), f.start)
            return alone.start() if alone else _pointer_start(plain, f.start, _OPEN_ENDED)
        if not _BETWEEN.sub("", _POINTER_WORDS.sub(" ", _BARE.sub(" ", words))):
            return _pointer_start(plain, f.start)
        return f.start if before.endswith((".", "!", "?", ":", "。")) and len(words) < 60 else None
    pointers = _pointer_start(plain, f.start)
    pointed = plain[pointers : f.start].strip(" :,;|–—→-") != ""
    return pointers if pointed or before.endswith(("-", "–", "—", ":", "|", "→", ",")) else None


def _open_bracket(plain: str, f: Found) -> int | None:
    low = max(0, f.start - 80)
    start = max(plain.rfind(b, low, f.start) for b in "([（【")
    closed = max(plain.rfind(b, low, f.start) for b in ")]）】")
    after = plain[f.end : f.end + 2].lstrip()
    return start if start > closed and after[:1] in tuple(")]）】") else None


def _before(words: frozenset[str]) -> re.Pattern[str]:
    return re.compile(rf"(?:[\s:,;|–—→-]|\b(?:{one_of(words)})\b[\s:#]*)+$", re.IGNORECASE)


_POINTER_BEFORE = _before(_POINTERS - {"and", "done", "fix", "here", "related", "created"})
_OPEN_ENDED = _before(
    phrases("""
    tracked in, tracked by, tracked as, see, see issue, see ticket, see pr, cf, ref, refs, done in, fixed in
    fixed by, via, completed in, implemented in, closed by, resolved in, resolved by, added in, merged in
""")
)
"""Words that no sentence ends with."""
_OWN_SENTENCE = re.compile(
    r"(?<=[.!?])\s+(?:Tickets?|Ticker|Issues?|PRs?|Jira|Bugs?|Tracking (?:issue|ticket|bug))\s*[:#]?\s*$"
)
_SENTENCE_END = re.compile(r"[.!?)。：:–—-]\s*$")
_APART = re.compile(r"\s*[:;|–—→-]")


def _pointer_start(plain: str, start: int, pointers: re.Pattern[str] = _POINTER_BEFORE) -> int:
    """Where the words that only introduce a reference begin: ``… . Ticket [#12](…)``."""
    match = pointers.search(plain, max(0, start - 60), start)
    if match is None:
        return start
    words = match[0].strip(" :,;|–—→-\t\n")
    apart = _APART.match(match[0]) or _SENTENCE_END.search(plain, max(0, match.start() - 5), match.start() + 1)
    return match.start() if apart or not words else start


def named_first(references: Sequence[Reference]) -> tuple[Reference, ...]:
    """Each reference once, those that the row names before those that it only mentions."""
    found: dict[str, Reference] = {}
    for reference in sorted(references, key=lambda r: not r.named):
        found.setdefault(reference.url or reference.text, reference)
    return tuple(found.values())
