"""What the head of a document says of it: labels and values, from any of the forms people give them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from syncd.core.blocks import Grid, Heading, ListItem, Page, Paragraph
from syncd.core.prose import Emphasis, Prose, squeeze
from syncd.core.sections import Meaning, meaning_of
from syncd.core.words import fold, phrases, plain_words

LABELS: dict[str, str] = {
    **dict.fromkeys(phrases("""
    date of incident, incident date, date of the incident, date occurred, occurred, occurred on, incident start
    incident start time, incident started, start of incident, incident from, incident began, outage date
    outage start, impact start, impact started, event date, date/time of incident, date and time of incident
    incident time, incident window, incident period, date of outage, start date, start time, started, started at
    start, impact window, impact period, date and time, date/time, when, incident start date, time of incident
    period, outage window, start of impact, happened on, date of event, start date/time, incident start date/time
    incident date/time, time period, date and duration, date and duration of outage, date and time of outage
    date and duration of incident, date/duration, 発生日, 発生日時, 障害発生日, 障害発生日時, 日時, 影響期間, 発生期間, 発生時刻
    发生时间, 首次发生时间, 事故时间, 事件时间, 发生日期, 事故日期, 故障时间, fecha del incidente
    fecha de incidente, inicio, hora de inicio, date de l'incident, début, data do incidente, início
    datum des vorfalls, vorfallsdatum, beginn, data dell'incidente, inizio, 발생 일시, 발생일, 발생 시각
    дата инцидента, начало, datum incident, first detected, detected on, discovered, discovered on, date detected
    date/time detected, date discovered, first seen, incident started at, 首次发现, 首次發現, 发现时间, 发现日期, 發生時間
    發生日期, 事故時間, 事故日期, 발견일, 발생 시간, fecha de inicio, fecha y hora, date et heure, data de início
    data e hora, дата обнаружения, дата и время, время начала, дата інциденту, дата виявлення, hendelsesdato
    dato for hendelsen, starttidspunkt, hændelsesdato, incidentdatum, starttid, ngày xảy ra, thời gian xảy ra
    waktu kejadian, tanggal kejadian, data incydentu, olay tarihi, fecha de detección, fecha de detection
    fecha de ocurrencia, date de détection, date de detection, date de début, data da detecção, entdeckt am
    erkannt am, opened, date opened, fecha incidente, fecha del suceso, fecha y hora del incidente, zeitraum
    date d'incident, tanggal insiden, waktu mulai, data rilevazione, data di rilevazione, data e ora
    mốc phát hiện đầu tiên, thời điểm xảy ra sự cố, thời gian phát hiện, date of occurrence, date of detection
    tapahtumapäivä, data i godzina, data zdarzenia, olay zamanı, hændelsestidspunkt, tidspunkt, tidpunkt
"""), "incident_date"),
    **dict.fromkeys(phrases("date, dates, fechas, datas, date(s), 日付, 日期, datum, fecha, data, 날짜, 일자, дата, day, dato, ngày, tanggal, tarih, päivämäärä, dátum"), "date"),
    **dict.fromkeys(phrases("""
    postmortem date, post-mortem date, post mortem date, date of postmortem, date of post-mortem
    date of post mortem, review held, retro held, retrospective held, retrospective date, retro date, meeting date
    postmortem held, post-mortem held, postmortem meeting, post-mortem meeting, report date, date of report
    written, written on, date written, published, published on, publication date, publishdate, publish date, pubdate, date published, document date
    date of review, postmortem meeting date, review meeting, review meeting date, held on, date of retro
    date of retrospective, retro, postmortem written, postmortem published, 作成日, 报告日期, 复盘日期, 复盘时间
    記載日, 振り返り日, fecha del postmortem, date du postmortem, data do postmortem, datum des postmortems, 작성일
    дата постмортема, erstellt am, rca published, report published, rapportdatum, rapportdato, berichtsdatum
    datum des berichts, data raportu, data do relatório, fecha del informe, fecha de informe, date du rapport
    data del report, data del rapporto, tanggal laporan, ngày báo cáo, rapor tarihi, 报告时间, 報告日, 报告日, 보고일
    дата отчета, дата отчёта, дата звіту
"""), "postmortem_date"),
    **dict.fromkeys(phrases("action item review, action items review, review of action items, action review, follow-up review, action item check-in"
        ", review date, action item review date, two-week review, 2-week review, next review, next post-mortem review, next postmortem review"), "review_date"),
    **dict.fromkeys(phrases("retro check-in, retro check in, retro checkin, retrospective check-in, next retro, next retrospective, retro review"), "retro_date"),
    **dict.fromkeys(phrases("""
    severity, sev, incident severity, severity level, sev level, incident level, 重大度, 深刻度, 严重级别, 严重程度
    事故等级, 级别, 严重性, schweregrad, severidad, gravedad, sévérité, gravité, severidade, gravidade, gravità
    심각도, критичность, серьезность, impact level, incident priority, ernst, 嚴重性, 嚴重程度, 嚴重等級, 等级, 영향도
    уровень влияния, уровень критичности, критичність, серйозність, alvorlighet, alvorlighetsgrad, alvorsgrad
    allvarlighetsgrad, mức độ, mức độ nghiêm trọng, tingkat keparahan, vakavuus, önem derecesi, severitas
    criticidad, criticité, criticidade, severità, severite, gravite, poważność, 严重等级, 影響度
"""), "severity"),
    **dict.fromkeys(phrases("""
    status, postmortem status, post-mortem status, document status, report status, doc status, incident status
    review status, current status, 状态, 状態, ステータス, estado, statut, stato, zustand, 상태, статус
    postmortem state, 狀態, trạng thái, tila, stav, stan, durum
"""), "status"),
    **dict.fromkeys(phrases("""
    incident, incident link, incident ticket, incident issue, incident url, incident #, issue, issues, issue link
    ticket, tickets, jira, jira ticket, jira issue, jira link, tracking issue, tracking ticket, tracking bug
    github issue, related ticket, related tickets, related issue, bug, incident report, original issue, チケット
    工单, tracker, incident jira, ticket link, incident reference, pagerduty, pagerduty incident, statuspage
"""), "link"),
    **dict.fromkeys(phrases("""
    duration, incident duration, outage duration, duration of outage, duration of the outage, total duration, 持续时间, 期間
    duración, durée, dauer, dauer des vorfalls, duração, durata, продолжительность, длительность, varighet, varighed
"""), "duration"),
    **dict.fromkeys(phrases("engagement period, project period, engagement, project, project name, project dates, project timeline, launch date, client"), "project"),
    **dict.fromkeys(phrases("title, incident title, postmortem title, name"), "title"),
    **dict.fromkeys(phrases("""
    author, authors, owner, owners, incident commander, commander, ic, lead, incident lead, participants, attendees
    responders, on-call, oncall, facilitator, reviewers, reviewer, created by, written by, reported by, prepared by
    by, postmortem owner, collaborators, contributors, scribe, 担当者, 作成者, 负责人, 作者, autor, autores, auteur
    auteurs, autore, verfasser, 작성자, автор, people involved, team members, present, responder
"""), "people"),
    **dict.fromkeys(phrases("""
    impact, summary, services affected, service, services, affected services, affected service, team
    teams, root cause, root causes, trigger, resolution, detection, platform, environment, category, type, tags
    customers affected, users affected, time to detect, time to resolve, time to repair, ttd, ttr, mttr
    last updated, last modified, updated, created, end, end time, end date, ended, incident end, incident till
    incident until, resolved, detected, detected at, resolved at, mitigated at, region, component, components
    incident id, id, scope, systems affected, affected systems, classification, version, deadline, started by
    declared, detection time, slack channel, channel, 影响, 环境, 类型, 影響サービス, impacto
"""), ""),
}  # fmt: skip
LABELS |= {fold(name): kind for name, kind in LABELS.items() if fold(name) not in LABELS}

_COLON = re.compile(r"\s*(?:\([^()]{1,30}\)|（[^（）]{1,30}）)?\s*[:：](?!//)")
_WORD_START = re.compile(r"(?:^|(?<=[\s|*•·,;>(-]))(?=[^\s|*•·,;>(-])")
_LABEL_LENGTH = max(map(len, LABELS))
_ROUGH_LABEL = re.compile(
    r"[^\w#]*([^:：*_<>(（]{1,40}?)[*_]*\s*(?:[(（][^()（）]{1,30}[)）]\s*)?(?:</\w+>)?[*_]*[:：]"
)
_ROUGH_BOLD = re.compile(
    r"(?:\*\*|__|<b>|<strong>)([^*_<>]{2,60}?)(?:[(（][^()（）]{1,30}[)）]\s*)?[:：]?(?:\*\*|__|</b>|</strong>)"
)
_ROUGH_PAIR = re.compile(
    r"(?:[-*] )?(?:\*\*|__|<b>|<strong>)([^*_<>:]{2,40}?)(?:\*\*|__|</b>|</strong>)\s+([·—–|])\s+\S"
)
"""A label in bold, a dot or dash, and its value: ``**Date** · 2026-03-30``."""
_NEXT_PAIR = re.compile(r"\s\|\s(?=[^|:：]{1,30}[:：])")
_LEAD = re.compile(r"[\s>*•·\-–—|\W]*")
_STOP = re.compile(
    r"timeline|root cause|went (?:well|wrong)|lesson|chronolog|タイムライン|根本原因|时间线|根因|cronolog|causa ra"
    r"|zeitleiste|impact"
)
_BLOCKS = 60
_LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Fact:
    """A value of the head. ``kind`` is one of the values of :data:`LABELS`; ``urls`` are the links in the value."""

    kind: str
    label: str
    value: str
    line: int
    urls: tuple[str, ...] = ()


def facts(page: Page) -> list[Fact]:
    """What front matter, the lines before the first real section, and short sections like ``## Status`` say."""
    found = [Fact(LABELS.get(key, ""), key, value, line) for key, (value, line) in page.front.items() if key in LABELS]
    return [fact for fact in (*found, *_head(page)) if fact.kind and fact.value]


def of_kind(known: Iterable[Fact], kind: str) -> Iterator[Fact]:
    """The facts of one kind, in order."""
    return (fact for fact in known if fact.kind == kind)


def _head(page: Page) -> Iterator[Fact]:
    reading, section = True, ""
    for index, block in enumerate(page.blocks):
        if isinstance(block, Heading):
            title, section = block.level == 1 and not section, plain_words(block.prose.plain)
            if title:
                continue
            if _STOP.search(section) or meaning_of(section) is Meaning.ACTIONS:
                reading = False
        elif isinstance(block, Paragraph | ListItem):
            if section in LABELS and isinstance(page.blocks[index - 1], Heading):
                yield _whole(section, block)
            elif reading and index < _BLOCKS:
                yield from _lines(block)
        elif reading and index < _BLOCKS:
            yield from _table(block)


def _whole(section: str, block: Paragraph | ListItem) -> Fact:
    """The first line under a heading that is a label."""
    prose = block.passage.lines()[0].prose
    return Fact(LABELS[section], section, squeeze(prose.plain), block.line, tuple(a.url for a in prose.anchors))


def _lines(block: Paragraph | ListItem) -> Iterator[Fact]:
    for number, passage in enumerate(block.passage.lines()):
        rough = passage.rough
        if len(rough) >= _LONGEST:
            continue
        if _may_tell(rough):
            yield from _line(passage.prose, block.line + number)
        elif (bold := _ROUGH_PAIR.match(rough)) and (label := bold[1].strip().lower()) in LABELS:
            prose = passage.prose
            value = _value(prose, prose.plain.find(bold[2], len(label)) + 1, len(prose.plain))
            yield Fact(LABELS[label], label, value, block.line + number, tuple(a.url for a in prose.anchors))


def _may_tell(rough: str) -> bool:
    """Whether a line begins with a known label, or has one in bold, as far as its markup shows."""
    if "：" not in rough and ":" not in rough:
        return False
    start = _ROUGH_LABEL.match(rough)
    return bool(start and start[1].strip().lower() in LABELS) or any(
        m[1].strip(" :：").lower() in LABELS for m in _ROUGH_BOLD.finditer(rough)
    )


def _line(prose: Prose, line: int) -> Iterator[Fact]:
    plain = prose.plain
    lead = _LEAD.match(plain)
    first = lead.end() if lead else 0
    bold = [(s.start, s.end) for s in prose.styles if s.kind is Emphasis.BOLD and _ends_label(plain, s.end)]
    known = list(_labels(plain))
    if not known or not (known[0].start <= first or any(s <= known[0].start < e for s, e in bold)):
        return
    starts = sorted({k.start for k in known} | {s for s, _ in bold} | {m.start() for m in _NEXT_PAIR.finditer(plain)})
    for found in known:
        end = next((s for s in starts if s >= found.end), len(plain))
        urls = tuple(a.url for a in prose.anchors if found.end <= a.start and a.end <= end)
        yield Fact(LABELS[found.label], found.label, _value(prose, found.end, end), line, urls)


@dataclass(frozen=True, slots=True)
class _Label:
    start: int
    end: int
    label: str


def _labels(plain: str) -> Iterator[_Label]:
    """The known labels before a colon, each as long as possible."""
    for colon in _COLON.finditer(plain):
        low = max(0, colon.start() - _LABEL_LENGTH)
        for match in _WORD_START.finditer(plain, low, colon.start()):
            words = plain[match.start() : colon.start()].lower()
            if words in LABELS:
                yield _Label(match.start(), colon.end(), words)
                break


def _value(prose: Prose, start: int, end: int) -> str:
    """The words of a value; of several choices the one in bold."""
    words = squeeze(prose.plain[start:end]).strip(" *|·,;")
    if "|" in words or " / " in words:
        chosen = [s for s in prose.styles if s.kind is Emphasis.BOLD and start <= s.start and s.end <= end]
        if len(chosen) == 1 and (choice := prose.plain[chosen[0].start : chosen[0].end].strip()) != words:
            return choice
    return words


def _ends_label(plain: str, end: int) -> bool:
    return plain[end - 1 : end] in (":", "：") or plain[end : end + 2].lstrip()[:1] in (":", "：")


def _table(grid: Grid) -> Iterator[Fact]:
    """A table of labels and values, side by side."""
    if len(grid.header.cells) not in (2, 4):
        return
    for row in (grid.header, *grid.rows[:30]):
        for label, value in zip(row.cells[::2], row.cells[1::2], strict=False):
            key = plain_words(label.prose.plain)
            if key in LABELS:
                urls = tuple(a.url for a in value.prose.anchors)
                yield Fact(LABELS[key], key, value.cell.text, row.line, urls)
