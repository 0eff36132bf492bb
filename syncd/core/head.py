"""The head of a postmortem: title, kind, severity, dates, signs of being finished, links, people."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice

from syncd.core.blocks import Grid, Heading, ListItem, Page, Paragraph
from syncd.core.dates import Calendar, Order
from syncd.core.facts import LABELS, Fact, facts
from syncd.core.fields import is_cell_placeholder, is_placeholder, severity
from syncd.core.model import Document, Kind, Sign
from syncd.core.prose import squeeze
from syncd.core.references import NO_PROJECTS
from syncd.core.sections import Meaning, Outline, meaning_of
from syncd.core.words import phrases, plain_words


@dataclass(frozen=True, slots=True)
class Head:
    """What a document says of itself."""

    title: str
    kind: Kind
    severity: str | None = None
    incident_date: date | None = None
    postmortem_date: date | None = None
    review_date: date | None = None
    retro_date: date | None = None
    sign: Sign | None = None
    links: tuple[str, ...] = ()
    people: frozenset[str] = frozenset()
    restricted: bool = False

    def calendar(self, order: Order) -> Calendar:
        """How the dates of its action items are read."""
        return Calendar(self.postmortem_date or self.incident_date, order)


def read_head(document: Document, page: Page, outline: Outline, order: Order) -> Head:
    """What the head of a document says."""
    known = facts(page)
    title, line = _title(document, page, known)
    when = _Dates(document, page, outline, known, title, order)
    incident, postmortem = when.dates()
    return Head(
        title=title,
        kind=_kind(document, page, known, title, dated=when.labelled()),
        severity=_severity(known),
        incident_date=incident,
        postmortem_date=postmortem,
        review_date=when.scheduled("review_date", postmortem or incident),
        retro_date=when.scheduled("retro_date", postmortem or incident),
        sign=_sign(page, known, title, line),
        links=_links(known),
        people=_people(known),
        restricted=page.front.get("restricted", ("", 0))[0].lower() in ("true", "yes", "on", "1"),
    )


def _values(known: Iterable[Fact], kind: str) -> list[Fact]:
    return [fact for fact in known if fact.kind == kind]


# --- title and kind -------------------------------------------------------------------------------------------------

_SECTION_TITLES = phrases("timeline, summary, metadata, overview, introduction, contents, table of contents, date")
_TEMPLATE = re.compile(
    r"\btemplates?\b|\bvorlage\b|\bplantilla\b|\bmodèle\b|テンプレート|模板|템플릿|шаблон", re.IGNORECASE
)
_SAMPLE_TITLE = re.compile(
    r"\{\{|\}\}|^<[^<>]*>$|^\[[^\[\]]*\]$|YYYY|DD/MM|MM/DD|\bXX+\b|\bNNN\b|\bPMXX|\b(?:title|name) of (?:the "
    r"|this )?(?:incident|post-?mortem|outage|event)"
    r"|^(?:title|incident|name)\s*(?:[(\[][^()\[\]]*[)\]])?\s*[:：]?\s*$|^(?:title|name) of\b|\b(?:incident"
    r"|post-?mortem|report|outage|event) (?:title|name)\b|<[a-z][a-z _-]*>|\[(?:incident )?(?:title|name)\b"
    r"|事故标题|标题$|タイトル$|título del|titre de l",
    re.IGNORECASE,
)
_HOW_TO = re.compile(
    r"^(?:how (?:to|we)|guide\b|guidelines?\b|about\b|what (?:is|are)\b|introduction\b|readme\b|runbook\b|playbook\b"
    r"|writing\b|running\b|conducting\b|index\b)"
    r"|\b(?:post-?mortem|incident(?: response| management)?|retrospective|blameless)s? (?:process|policy|guide"
    r"|guidelines|culture|best practices|procedure|handbook|playbook|checklist|instructions|meeting guide)\b"
    r"|^(?:incident )?(?:post-?mortems|incident reports|incidents|retrospectives)$",
    re.IGNORECASE,
)
_PROJECT = re.compile(
    r"\bproject (?:post-?mortem|retro|retrospective|review|closure)|\b(?:launch|release|migration|engagement"
    r"|campaign|sprint|quarter(?:ly)?|rollout|event) (?:post-?mortem|retro|retrospective|review)\b"
    r"|\bretrospective\b|\bretro\b|\blessons from\b|\bengagement post-?mortem|プロジェクト振り返り|项目复盘"
    r"|projekt-?rückblick",
    re.IGNORECASE,
)
_INCIDENT = re.compile(
    r"\bincidents?\b|\boutages?\b|\bdowntime\b|\bpost[ -]?mortems?\b|\bfail(?:ure|ed|s)?\b|\bdegrad|\bdisruption\b"
    r"|\bbreach\b|\brca\b|\broot cause\b|\bcrash|\bdown\b|\bsev-?\d|事故|障害|インシデント|故障"
    r"|vorfall|störung|incidente|incident|panne|장애|инцидент|сбой",
    re.IGNORECASE,
)


def _title(document: Document, page: Page, known: list[Fact]) -> tuple[str, int]:
    first = next((b for b in page.blocks if isinstance(b, Heading) and b.prose.plain), None)
    if "title" in page.front and page.front["title"][0]:
        return page.front["title"]
    if (
        first
        and plain_words(first.prose.plain) not in _SECTION_TITLES
        and meaning_of(first.prose.plain) is not Meaning.ACTIONS
    ):
        return squeeze(first.prose.plain), first.line
    named = next(iter(_values(known, "title")), None)
    if named:
        return named.value, named.line
    stem = document.path.replace("\\", "/").rsplit("/", 1)[-1].split(".")[0]
    return stem.replace("-", " ").replace("_", " ").strip() or document.path, 1


def _kind(document: Document, page: Page, known: list[Fact], title: str, *, dated: bool) -> Kind:
    name = document.path.replace("\\", "/").rsplit("/", 1)[-1]
    if _SAMPLE_TITLE.search(title) or (
        not dated and (_TEMPLATE.search(title) or _TEMPLATE.search(re.sub(r"[-_.]", " ", name)))
    ):
        return Kind.OTHER
    if (
        _TEMPLATE.search(title)
        and re.search(r"post-?mortem|incident report|report\b|review|retro", title, re.IGNORECASE)
        and not dated
    ):
        return Kind.OTHER
    if not dated and (_HOW_TO.search(title) or _unfilled(known)):
        return Kind.OTHER
    about_project = bool(_values(known, "project")) and not _values(known, "severity")
    if _PROJECT.search(title) and not re.search(r"\bincident|\boutage|\bdowntime", title, re.IGNORECASE):
        return Kind.PROJECT
    if about_project and any(f.label in ("engagement period", "project period", "engagement") for f in known):
        return Kind.PROJECT
    return Kind.INCIDENT if _is_incident(page, known, title) else Kind.OTHER


def _unfilled(known: list[Fact]) -> bool:
    return sum(is_placeholder(f.value) or is_cell_placeholder(f.value) for f in known) >= 2


def _is_incident(page: Page, known: list[Fact], title: str) -> bool:
    if _INCIDENT.search(title) or any(f.kind in ("severity", "incident_date", "postmortem_date") for f in known):
        return True
    headings = [plain_words(b.prose.plain) for b in page.blocks if isinstance(b, Heading)]
    told = re.compile(r"timeline|root cause|impact|action items?|lessons|what (?:went|happened)|post-?mortem"
    r"|incident|remediation|mitigation|detection|resolution|outage"
                      r"|タイムライン|根本原因|アクション|行动项|时间线|根因|影響|影响|acciones|cronolog|maßnahmen|ursache")  # fmt: skip
    return any(told.search(h) for h in headings) or any(
        isinstance(b, ListItem | Paragraph) and meaning_of(b.prose.plain[:60]) is Meaning.ACTIONS
        for b in page.blocks[:80]
    )


def _severity(known: list[Fact]) -> str | None:
    fact = next((f for f in _values(known, "severity") if not _is_choice(f.value)), None)
    return severity(fact.value) if fact else None


def _is_choice(value: str) -> bool:
    return (len(set(re.findall(r"sev[\s-]*\d|p\d", value.lower()))) > 1 and "/" in value) or is_cell_placeholder(value)


# --- dates ----------------------------------------------------------------------------------------------------------

_TIMELINE = re.compile(
    r"time ?line|chronolog|タイムライン|時系列|经过|时间线|时间轴|cronolog|zeitleiste|summary|経緯|타임라인|хронолог"
    r"|key events|lead ?up|what happened"
)
_REST_OF_LINE = re.compile(r"[*_]*[ \t]*[:：|][*_]*[ \t]*(\S.*)")
_STRICT_TIMELINE = re.compile("time ?line|chronolog")
_PATH_DATE = re.compile(r"(?<!\d)(20\d\d)[-_.]?(\d\d)[-_.]?(\d\d)(?!\d)")
_SCHEDULED = {kind: [k for k, v in LABELS.items() if v == kind] for kind in ("review_date", "retro_date")}


class _Dates:
    def __init__(
        self, document: Document, page: Page, outline: Outline, known: list[Fact], title: str, order: Order
    ) -> None:
        self.document, self.page, self.outline, self.known, self.title = document, page, outline, known, title
        self.order = order

    def dates(self) -> tuple[date | None, date | None]:
        """The incident's date and the postmortem's."""
        postmortem = self._labelled("postmortem_date", None)
        incident = self._labelled("incident_date", postmortem)
        plain = self._labelled("date", postmortem or incident)
        if postmortem is None and incident is not None:
            postmortem = self._labelled("postmortem_date", incident)
        if incident is None and plain is not None and postmortem is None and (earlier := self._all_earlier(plain)):
            return earlier, plain
        if incident is None and plain is None:
            plain = self._in_text(self.title) or self._told() or self._in_path()
        return incident or plain, postmortem

    def labelled(self) -> bool:
        """Whether head or title name a date: somebody wrote about a certain day."""
        kinds = ("incident_date", "postmortem_date", "date")
        return any(self._labelled(kind, None) for kind in kinds) or self._in_text(self.title) is not None

    def scheduled(self, kind: str, anchor: date | None) -> date | None:
        """A date of the follow-up schedule, wherever it stands: a line of a known label and a date."""
        text = self.document.text
        lower = text.lower()
        for label in _SCHEDULED[kind] if len(lower) == len(text) else ():
            at = lower.find(label)
            if at >= 0 and (match := _REST_OF_LINE.match(text, at + len(label))):
                if day := Calendar(anchor, self.order).first(match[1]):
                    return day
        return None

    def _labelled(self, kind: str, anchor: date | None) -> date | None:
        calendar = Calendar(anchor, self.order)
        return next((d for f in _values(self.known, kind) if (d := calendar.first(f.value))), None)

    def _in_text(self, text: str) -> date | None:
        return Calendar(None, self.order).first(text)

    def _all_earlier(self, plain: date) -> date | None:
        """The first day that the timeline's headings name, when all of them are before the day of the document."""
        told = islice(self._timeline(_STRICT_TIMELINE, headings=True), 40)
        days = [d for d in told if abs((plain - d).days) <= 120]
        return min(days) if days and max(days) < plain else None

    def _timeline(self, about: re.Pattern[str], *, headings: bool = False) -> Iterator[date]:
        """The days that headings, and unless only ``headings`` the sections of that name, tell, in order."""
        for block, place in zip(self.page.blocks, self.outline.places, strict=True):
            if isinstance(block, Heading) or (not headings and about.search(plain_words(place.heading))):
                yield from self._in_block(block)

    def _in_block(self, block: Heading | Paragraph | ListItem | Grid) -> list[date]:
        if isinstance(block, Grid):
            texts = [row.cells[0].prose.plain for row in block.rows[:60] if row.cells]
        else:
            texts = [block.passage.rough[:2000]]
        calendar = Calendar(None, self.order)
        return [day for text in texts for day in calendar.all(text)]

    def _told(self) -> date | None:
        """The first day that summary or timeline name."""
        return next(self._timeline(_TIMELINE), None)

    def _in_path(self) -> date | None:
        match = _PATH_DATE.search(self.document.path.replace("\\", "/").rsplit("/", 1)[-1])
        return self._in_text("-".join(match.groups())) if match else None


# --- signs, links, people -------------------------------------------------------------------------------------------

_UNFINISHED = re.compile(
    r"(?:draft|in draft|wip|work[ -]in[ -]progress|in[ -]progress|in[ -]review|under review|pending|awaiting|review"
    r"|to ?do|not (?:started|finished|complete|final|closed|published)"
    r"|incomplete|unfinished|open|ongoing|investigating|under investigation|started|template|initial|preliminary"
    r"|unresolved|being written|tbd"
    r"|調査中|下書き|作成中|レビュー中|草案|ドラフト|调查中|草稿|进行中|未关闭|排查中|修复中|修复实施中|撰写中"
    r"|评审中|entwurf|in arbeit|in bearbeitung|in prüfung|borrador|en curso|en revisión|en progreso"
    r"|brouillon|en cours|en revue|rascunho|em andamento|em revisão|bozza|in corso|in revisione|초안|작성 중|검토 중"
    r"|черновик|в работе|на ревью|concept)(?![^\W_])",
    re.IGNORECASE,
)
_FINISHED = re.compile(
    r"(?:final(?:ized|ised)?|reviewed|review complete|review completed|published|complete[d]?|closed|approved"
    r"|accepted|done|signed[ -]off|finished"
    r"|完了|公開|レビュー済み?|確定|已完成|已关闭|已发布|已评审|终稿|abgeschlossen|veröffentlicht|fertig|publicado"
    r"|completad[oa]|cerrad[oa]|revisad[oa]|publié|terminé|clos|validé"
    r"|concluíd[oa]|fechad[oa]|pubblicato|chius[oa]|completato|완료|게시|опубликован[оа]?|завершен[оа]?"
    r"|закрыт[оа]?)(?![^\W_])",
    re.IGNORECASE,
)
_TITLE_DRAFT = re.compile(
    r"^\W*(?:draft|wip)\b\s*[\])】:：—–-]|[\[(【](?:draft|wip|work in progress|下書き|草稿|entwurf|borrador)[\])】]"
    r"|\b(?:draft)$",
    re.IGNORECASE,
)
_DRAFT = re.compile("draft|wip|progress|incomplete|not (?:final|finished|complete)", re.IGNORECASE)
_BANNER = re.compile(
    r"^\W*(?:(?:note|warning|important|status)\W+)?(?:this (?:document|post-?mortem|report|page"
    r"|is) (?:is )?(?:still )?(?:a )?(?:draft|work in progress|in draft|incomplete|wip|not (?:final|finished|complete))"
    r"|draft\b(?=\W*$|\s*[—–:.-])|work in progress\b|wip\b(?=\W*$|\s*[—–:.-]))",
    re.IGNORECASE,
)  # fmt: skip


def _sign(page: Page, known: list[Fact], title: str, line: int) -> Sign | None:
    """What the document says about being finished: front matter, status line, title, a banner."""
    draft = page.front.get("draft")
    if draft and draft[0].lower() in ("true", "yes", "on", "1"):
        return Sign(False, draft[1], "draft: true")
    if "status" in page.front and (sign := _status_sign(*page.front["status"])):
        return sign
    statuses = sorted(_values(known, "status"), key=lambda f: f.label.startswith("incident"))
    for fact in statuses:
        if sign := _status_sign(fact.value, fact.line):
            return sign
    if _TITLE_DRAFT.search(title):
        return Sign(False, line, title)
    return _banner(page)


def _status_sign(words: str, line: int) -> Sign | None:
    plain = re.sub(r"^[\W_]+", "", words)
    if re.match(r"\w+\s*[/|]\s*\w+", plain):
        return None
    if _UNFINISHED.match(plain):
        return Sign(False, line, words)
    return Sign(True, line, words) if _FINISHED.match(plain) else None


def _banner(page: Page) -> Sign | None:
    for block in page.blocks[:8]:
        if (
            isinstance(block, Paragraph)
            and _DRAFT.search(block.passage.rough)
            and (match := _BANNER.match(block.prose.plain))
        ):
            return Sign(False, block.line, squeeze(match[0]))
    return None


_TICKET_KEY = re.compile(r"\b[A-Z][A-Z0-9_]{0,19}-\d{1,7}\b")


def _links(known: list[Fact]) -> tuple[str, ...]:
    found: list[str] = []
    for fact in _values(known, "link"):
        keys = [k for k in _TICKET_KEY.findall(fact.value) if k.split("-")[0] not in NO_PROJECTS]
        found.extend(fact.urls or keys)
    return tuple(dict.fromkeys(found))


def _people(known: list[Fact]) -> frozenset[str]:
    names = (
        name.strip(" .*_@").lower()
        for fact in _values(known, "people")
        for name in re.split(r"[,;/&+]|\band\b|\(|\)", fact.value)
    )
    full = {name for name in names if 1 < len(name) < 40}
    return frozenset(full | {name.split()[0] for name in full if len(name.split()) > 1})
