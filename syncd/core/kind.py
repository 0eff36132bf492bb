"""What a document is called, and what kind of document it is."""

from __future__ import annotations

import re
from collections.abc import Sequence

from syncd.core.blocks import Grid, Heading, ListItem, Page, Paragraph
from syncd.core.facts import Fact, of_kind
from syncd.core.fields import is_cell_placeholder, is_placeholder
from syncd.core.model import Document, Kind
from syncd.core.other_documents import headings, is_other_document, never_happened
from syncd.core.prose import Passage, squeeze
from syncd.core.sections import Meaning, meaning_of
from syncd.core.words import ACTION_HEADINGS, fold, phrases, plain_words, unaccented

_SECTION_TITLES = phrases("timeline, summary, metadata, overview, introduction, contents, table of contents, date")
_TEMPLATE = re.compile(
    r"\btemplates?\b|\bvorlage\b|\bplantilla\b|\bmodèle\b|テンプレート|模板|템플릿|шаблон|\bmẫu\b|\bşablonu?\b|\bszablon\b"
    r"|\bsjabloon\b|\bskabelon\b|\bšablona\b|\bmodello di (?:post|report|incident)|\b(?:incident|rapport)-?mall\b",
    re.IGNORECASE,
)
_NAMED_TEMPLATE = re.compile(
    r"\b(?:post-?mortem|incident|outage|report|review|rca|retro(?:spective)?)s?[ -]template\b"
    r"|^\W*template\b\W*(?:for\b|$)|[\[(]template[\])]|\bplantilla de\b|\bmodelo de (?:post|relat)"
    r"|(?:复盘|报告|ポストモーテム|事後)\s*(?:模板|テンプレート)|(?:postmortem|vorfall)[ -]?vorlage",
    re.IGNORECASE,
)
"""A title that calls the document itself a template, even where an example fills it."""
_TEMPLATE_FOLDER = re.compile(
    r"(?:(?:issue|pull[ _-]?request|discussion|incident|post-?mortem)[ _-])?templates?", re.IGNORECASE
)
"""A folder of forms: ``templates``, ``ISSUE_TEMPLATE``."""
_TO_WRITE_ON = re.compile(r"[:：]\**[ \t]*_{4,}")
"""A label with a line of a printed form behind it."""
_HOLDS_TEMPLATE = re.compile(
    r"^templates?(?: for (?:new )?entries)?$|^template de\b|^(?:post-?mortem|incident|report|entry|retro\w*) template$"
    r"|^plantilla$|^vorlage$|^modèle$|^テンプレート$|^模板$|^템플릿$"
)
"""A heading that has what its readers copy under it."""
_UNFILLED_TITLE = re.compile(
    r"^(?:title|name) of (?:the |this )?(?:incident|post-?mortem|outage|event)|\{\{|\}\}|^<[^<>]*>$|^\[[^\[\]]*\]$"
    r"|YYYY|DD/MM|MM/DD|\bNNN\b|^(?:post-?mortem|incident(?: report)?)\s*[:—–-]\s*[\[<][^\[\]<>]*[\]>]$",
    re.IGNORECASE,
)
"""A title that nobody filled in."""
_SAMPLE_TITLE = re.compile(
    r"\bXX+\b|\bPMXX|\b(?:title|name) of (?:the |this )?(?:incident|post-?mortem|outage|event)"
    r"|^(?:title|incident|name)\s*(?:[(\[][^()\[\]]*[)\]])?\s*[:：]?\s*$|^(?:title|name) of\b"
    r"|\b(?:short|brief) (?:description|title|summary)\b|\bdescriptive (?:name|title)\b"
    r"|\b(?:incident|post-?mortem|report|outage|event) (?:title|name)\b|<[a-z][a-z _-]*>|\[(?:incident )?(?:title"
    r"|name)\b"
    r"|事故标题|标题$|タイトル$|título del|titre de l",
    re.IGNORECASE,
)
"""A title that says what should stand there."""
_COLLECTION = re.compile(
    r"^\W*post-?mortems\s*(?:[:—–-]|$)|^\D*\b(?:post-?mortems|incident reports)\s*(?:[(（].*)?$"
    r"|^\W*(?:post-?mortem|incident(?: report)?|retrospective)s? (?:index|overview|archive|catalog(?:ue)?|library)$",
    re.IGNORECASE,
)
"""A title that speaks of all of them."""
_HOW_TO = re.compile(
    r"^(?:how (?:to|we)|guide\b|gu[ií]a\b|leitfaden\b|guidelines?\b|about\b|what (?:is|are)\b|introduction\b"
    r"|readme\b|runbook\b|playbook\b|writing\b|running\b|conducting\b|index\b)"
    r"|\b(?:post-?mortem|incident(?: response| management)?|retrospective|blameless)s? (?:process|policy|plan|guide"
    r"|guidelines|culture|best practices|procedure|handbook|playbook|checklist|instructions|meeting guide)\b"
    r"|^(?:incident )?(?:incidents|retrospectives)$|^incident (?:response|management|handling)$"
    r"|^(?:post-?mortem|incident|retrospective) checklist$"
    r"|^(?:create|write|conduct|run|prepare|generate|perform|draft)\b.*\b(?:incident reports?|post-?mortems?)\b",
    re.IGNORECASE,
)
_TEACHES = re.compile(
    r"\b(?:write|writing|asked to write|prepare) (?:an?|your) (?:\w+ )?(?:post-?mortem|incident report)\b"
    r"|\b(?:must|should) contain\b|\b(?:fill|copy|duplicate) (?:this|out this|in this)\b|\buse this template\b"
    r"|\bpost-?mortems?\W(?:\([^()]*\) )?(?:is|are|typically involves?) (?:an? )?(?:\w+ )?"
    r"(?:process|documents?|records?|rituals?|meetings?|blame-free|opportunit)"
    r"|\b(?:this|the) (?:directory|folder) (?:contains|holds|has)\b|\beste diret[oó]rio|\bce (?:dossier|répertoire)\b"
    r"|\b(?:este directorio|esta carpeta|dieser ordner|dieses verzeichnis)\b"
    r"|本目录|このディレクトリ|이 (?:폴더|디렉터리)|^you are an? ",
    re.IGNORECASE,
)
"""What the first lines of an exercise, a guide or a prompt say."""
_INSTRUCTS = re.compile(r"^instructions?\b|^说明$|^記入方法", re.IGNORECASE)
"""The first column of a form that a team fills in beside it."""
_PROJECT = re.compile(
    r"\bproject (?:post[ -]?mortem|retro|retrospective|review|closure)|\b(?:launch|release|migration|engagement"
    r"|campaign|sprint|quarter(?:ly)?|rollout|event) (?:post[ -]?mortem|retro|retrospective|review)\b"
    r"|\b(?:jam|game|hackathon|conference|workshop|season|semester|course|epic|milestone|phase(?: \d+)?|pilot|beta"
    r"|prototype|kickstarter|crowdfunding) post[ -]?mortem\b"
    r"|\bretro\b|\blessons from\b|\bengagement post-?mortem"
    r"|プロジェクト振り返り|スプリント振り返り|レトロスペクティブ|项目复盘|迭代回顾|回顧|회고|projekt-?rückblick",
    re.IGNORECASE,
)
_RETROSPECTIVE = re.compile(r"\br[eé]trospe[ck]t\w+|\bretrospettiv\w+|ретроспектив", re.IGNORECASE)
"""How people call a look back on a project, and some on an incident."""
_STRETCH = re.compile(r"^\W*(?:sprint|iteration)\s*#?\d+\b", re.IGNORECASE)
"""A title that is only the number of a stretch of work."""
_LOOKS_BACK = re.compile(r"\bretros|\bwhat (?:went|worked)|\bwe did well|\bwent well", re.IGNORECASE)
_BROKE = re.compile(r"\b(?:bugs?|leak\w*|broken?|stopp\w+|fail\w*|crash\w*|down)\b", re.IGNORECASE)
_OUTAGE = re.compile(
    r"\bin[cs]iden|\boutage|\bdowntime|störung|vorfall|ausfall|\bpanne|障害|インシデント|事故|故障|장애|инцидент|інцидент"
    r"|сбой",
    re.IGNORECASE,
)
_INCIDENT = re.compile(
    r"\bincidents?\b|\boutages?\b|\bdowntime\b|\bpost[ -]?mortems?\b|\bfail(?:ure|ed|s)?\b|\bdegrad|\bdisruption\b"
    r"|\b(?:expired|leaked|corrupt(?:ed|ion)|unavailable|unreachable|data loss)\b"
    r"|\bbreach\b|\brca\b|\broot cause\b|\bcrash|\bdown\b|\bsev-?\d|事故|障害|インシデント|不具合|反省|故障|宕机|宕機"
    r"|复盘|復盤|vorfall|störung|ausfall|incident|panne|caída|interrupción|falha|guasto|disservizio|장애|사고|중단"
    r"|инцидент|сбой|авари|інцидент|збій|hendelse|hændelse|nedetid|nedbrud|driftsforstyrr|driftstörning|avbrott"
    r"|storing|awaria|incydent|kesinti|sự cố|gangguan|insiden|olay raporu|häiriö|jälkiarvio",
    re.IGNORECASE,
)
_POSTMORTEM = re.compile(r"post[ -]?mortems?", re.IGNORECASE)
_INCIDENT_HEADING = unaccented(
    r"timeline|root cause|impact|lessons|what (?:went|happened)|post-?mortem|incident|detection|resolution|outage"
    r"|symptoms|fallout"
    r"|タイムライン|根本原因|影響|障害|时间线|根因|影响|故障|教训|教訓|時間線|根因"
    r"|타임라인|원인|증상|영향|장애|cronolog|causa raíz|lecciones|linha do tempo|lições|ursache"
    r"|auswirkung|chronologie|cause racine|leçons|linea temporale|lezioni|хронолог|причин|влияни|инцидент|урок|вплив"
    r"|tidslinje|rotårsak|grundorsak|konsekvens|hva gikk|hvad gik|vad gick|tijdlijn|oorzaak|oś czasu|przyczyn|wnioski"
    r"|o que aconteceu|qué (?:pasó|ocurrió|sucedió)|que s'est-il passé|cosa è successo|was (?:ist )?passiert"
    r"|что (?:произошло|случилось)|що (?:сталося|трапилося)|何が起|发生了什么|發生了什麼|무슨 일|hva skjedde|hvad skete"
    r"|vad hände|wat is er gebeurd|co się stało|ne oldu|chuyện gì|apa yang terjadi"
    r"|kök neden|zaman çizelgesi|dòng thời gian|nguyên nhân|kronologi|akar masalah"
)
"""Headings that a text about something that happened has; those of its tasks stand in plans, too."""
_ACTIONS = re.compile(r"remediation|mitigation|acciones|maßnahmen|アクション|行动项")
"""Headings of tasks in other texts than those that :func:`meaning_of` knows."""
_WENT_WRONG = re.compile(
    r"\b(?:in[cs]iden\w*|outages?|downtime|fail\w*|broke\w*|bugs?|errors?|problems?|issues?|alerts?|slow\w*|los[st]"
    r"|missing|stuck|hung|hang\w*|stop(?:ped|s)|wrong\w*|crash\w*|down|leak\w*|expired|unable|unavailable|unreachable"
    r"|degrad\w*|disrupt\w*|corrupt\w*|breach\w*|reject\w*|time[sd]? ?outs?|rolled back|rollback|roll back|overload\w*"
    r"|full|late|delay\w*|duplicat\w*|twice)\b|(?:could|can|did|does|do)(?:n't|n’t| not)\b"
    r"|\b[45]\d\d\b|\b5xx\b|störung|ausfall|ausgefallen|fehler|panne|erreur|fallo|caíd|falha|errore|guasto|ошибк|сбой"
    r"|помилк|авари|障害|エラー|不具合|故障|错误|異常|异常|失败|失敗|오류|장애|실패|błąd|awari|fejl|feil|\bfel\b|storing|hata"
    r"|kesinti|lỗi|sự cố|gangguan|häiriö|virhe",
    re.IGNORECASE,
)
"""How people say that something did not go as it should."""
_INCIDENT_PLACE = re.compile(r"(?:^|[/_. -])(?:post-?mortems?|incidents?|outages?)(?=[/_. -])", re.IGNORECASE)
"""A folder or a file's name that promises incidents."""
_RETROSPECTIVE_HEADING = re.compile(
    r"\b(?:next|previous|coming) (?:sprint|iteration|semester)|\b(?:start|stop|continue|keep) doing$|according to plan"
    r"|better than expected|what (?:worked|was built|we built|we shipped)|do(?:ne)? differently|lo que hicimos"
    r"|ce qui a (?:marché|fonctionné)"
    r"|was (?:gut )?funktioniert hat|うまくいったこと|做得好的|что получилось|o que funcionou|cosa ha funzionato"
)
_INCIDENT_ONLY = re.compile(
    r"root cause|impact|detect|mitigat|recover|resolution|remediat|trigger|incident|outage|causa|cause|ursache"
    r"|auswirkung|原因|影響|影响|障害|故障|장애|원인|причин|влиян|инцидент|årsak|orsak|oorzaak|przyczyn|nguyên nhân"
)
"""What only the postmortem of an incident has a heading about."""
_PROJECT_LABELS = ("engagement period", "project period", "engagement")
_FIRST_BLOCKS = 80
_FIRST_WORDS = 6
_SHORT = 60
_LONGEST_TITLE = 100


def title_of(document: Document, page: Page, known: Sequence[Fact]) -> tuple[str, int]:
    """The title and its line: from front matter, else the first heading, else a labelled line, else the file's name."""
    if page.front.get("title", ("", 0))[0]:
        return page.front["title"]
    first = next((b for b in page.blocks if isinstance(b, Heading) and b.prose.plain), None)
    words = squeeze(first.prose.plain) if first else ""
    if first and plain_words(words) not in _SECTION_TITLES and not _is_section(first, words):
        return words, first.line
    if named := next(of_kind(known, "title"), None):
        return named.value, named.line
    if first is None and (told := _first_line(page)):
        return told
    stem = _path(document)[1].split(".")[0]
    return stem.replace("-", " ").replace("_", " ").strip() or document.path, 1


def _is_section(heading: Heading, words: str) -> bool:
    """Whether a first heading is that of a section already; one of the first level that only speaks of it is not."""
    return plain_words(words) in ACTION_HEADINGS or (heading.level > 1 and meaning_of(words) is Meaning.ACTIONS)


def _first_line(page: Page) -> tuple[str, int] | None:
    """What a text without headings begins with, when that is a line about an incident."""
    block = page.blocks[0] if page.blocks else None
    if not isinstance(block, Paragraph):
        return None
    words = squeeze(block.passage.lines()[0].prose.plain).rstrip(".")
    return (words, block.line) if len(words) <= _LONGEST_TITLE and _INCIDENT.search(words) else None


def _path(document: Document) -> tuple[str, str]:
    """The name of the folder it lies in, and that of the file."""
    *folders, name = document.path.replace("\\", "/").split("/")
    return (folders[-1] if folders else "", name)


def kind_of(document: Document, page: Page, known: Sequence[Fact], title: str, *, dated: bool) -> Kind:
    """Incident, project, or something else: a template, a how-to. ``dated``: head or title name a day."""
    empty = any(pattern.search(title) for pattern in (_UNFILLED_TITLE, _NAMED_TEMPLATE, _COLLECTION))
    if empty or never_happened(page) or (not dated and _is_form(document, page, known, title)):
        return Kind.OTHER
    if is_other_document(page, title) and not any(f.kind in ("severity", "incident_date") for f in known):
        return Kind.OTHER
    looks_back = _PROJECT.search(title) or (_RETROSPECTIVE.search(title) and not _tells_what_broke(page, title))
    if looks_back and not _OUTAGE.search(title):
        return Kind.PROJECT
    if any(f.label in _PROJECT_LABELS for f in known) and not any(of_kind(known, "severity")):
        return Kind.PROJECT
    if (
        not _INCIDENT.search(_POSTMORTEM.sub(" ", title))
        and not any(of_kind(known, "severity"))
        and _looks_back(page, title)
    ):
        return Kind.PROJECT
    placed = _INCIDENT_PLACE.search(document.path.replace("\\", "/")) is not None
    return Kind.INCIDENT if placed or _is_incident(page, known, title) else Kind.OTHER


def _is_form(document: Document, page: Page, known: Sequence[Fact], title: str) -> bool:
    """Whether it is a template, or tells how postmortems are written."""
    folder, name = _path(document)
    named = re.sub(r"[-_.]", " ", name)
    if any(pattern.search(title) for pattern in (_SAMPLE_TITLE, _TEMPLATE, _HOW_TO)) or _TEMPLATE.search(named):
        return True
    if _TEMPLATE.fullmatch(folder) or _TEMPLATE_FOLDER.fullmatch(folder):
        return True
    first = page.blocks[:_FIRST_WORDS]
    if any(_INSTRUCTS.search(b.header.cells[0].prose.plain) for b in first if isinstance(b, Grid) and b.header.cells):
        return True
    if any(_TEACHES.search(b.prose.plain) for b in first if not isinstance(b, Grid)):
        return True
    if any(_HOLDS_TEMPLATE.search(heading) for heading in headings(page)[1:]) or _is_to_write_on(page):
        return True
    return sum(is_placeholder(f.value) or is_cell_placeholder(f.value) for f in known) >= 2


def _is_to_write_on(page: Page) -> bool:
    """Whether it begins with lines that somebody fills in by hand."""
    texts = (block.passage.rough for block in page.blocks[:_FIRST_WORDS] if isinstance(block, Paragraph | ListItem))
    return sum(len(_TO_WRITE_ON.findall(text)) for text in texts) >= 2


def _names_actions(passage: Passage) -> bool:
    return len(passage.rough) < _SHORT and meaning_of(passage.prose.plain) is Meaning.ACTIONS


def _looks_back(page: Page, title: str) -> bool:
    """Whether the headings are those of somebody who looks back on work, and none is about something that broke."""
    words = headings(page)
    if _STRETCH.search(title) and any(_LOOKS_BACK.search(heading) for heading in words):
        return True
    retrospective = any(_RETROSPECTIVE_HEADING.search(heading) for heading in words)
    return retrospective and not any(_INCIDENT_ONLY.search(heading) for heading in words[1:])


def _tells_what_broke(page: Page, title: str) -> bool:
    """Whether a retrospective has a timeline, and its title or a heading says that something broke."""
    words = headings(page)[1:]
    broke = _BROKE.search(title) or "fallout" in words
    return bool(broke) and any(heading.startswith("timeline") for heading in words)


def _tells_of_incident(heading: str) -> bool:
    return _INCIDENT_HEADING.search(fold(plain_words(heading))) is not None


def _tells_of_tasks(heading: str) -> bool:
    return meaning_of(heading) is Meaning.ACTIONS or _ACTIONS.search(plain_words(heading)) is not None


def _is_incident(page: Page, known: Sequence[Fact], title: str) -> bool:
    if _INCIDENT.search(title) or any(f.kind in ("severity", "incident_date", "postmortem_date") for f in known):
        return True
    first = page.blocks[:_FIRST_BLOCKS]
    headings = [squeeze(block.prose.plain) for block in first if isinstance(block, Heading)]
    labels = [label for block in first if isinstance(block, Paragraph) and (label := _label(block))]
    if any(map(_tells_of_incident, headings)) or (len(labels) >= 2 and any(map(_tells_of_incident, labels))):
        return True
    tasks = any(map(_tells_of_tasks, headings)) or any(
        isinstance(block, ListItem | Paragraph) and _names_actions(block.passage) for block in first
    )
    return tasks and _went_wrong(page, title)


def _went_wrong(page: Page, title: str) -> bool:
    """Whether the text says that something did not go as it should; a list of tasks alone may be any plan's."""
    texts = (block.passage.rough for block in page.blocks[:_FIRST_BLOCKS] if not isinstance(block, Grid))
    return any(_WENT_WRONG.search(text) for text in (title, *texts))


def _label(paragraph: Paragraph) -> str | None:
    """The line it begins with, if that would be a heading if it had markup: ``Root cause:``."""
    line = paragraph.passage.rough.partition("\n")[0].strip(" *_")
    told = _tells_of_incident(line) or _tells_of_tasks(line)
    return line if len(line) < _SHORT and line.endswith((":", "：")) and told else None
