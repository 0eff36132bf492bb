"""Documents with tasks that are no postmortems: decisions, plans, audits, looks ahead, what never happened."""

from __future__ import annotations

import re

from syncd.core.blocks import Grid, Heading, Page
from syncd.core.prose import squeeze
from syncd.core.words import fold, phrases, plain_words, unaccented

_TELLS_ITSELF = re.compile(
    r"post[ -]?mortem|\bretro(?:s|spe\w+)?\b|\brca\b|\broot cause|\bin[cs]iden\w* (?:report|review|analysis|summary)"
    r"|\bafter[ -]action|постмортем|ретроспектив|ポストモーテム|复盘|復盤|振り返り|회고",
    re.IGNORECASE,
)
"""How a postmortem calls itself, whatever else its title says: ``Retrospective and plan for the next game``."""
_BEGINS = re.compile(
    r"^\W*(?:(?:adr|madr|rfc|rfd|kep|prd|sop)\b[\s#:_.-]*\d*\b"
    r"|(?:proposal|design|plan|roadmap|spec(?:ification)?|guide|tutorial|minutes|meeting notes|drill|exercise"
    r"|vorschlag|konzept|propuesta|proposition|proposta)\s*(?:#?\d+\s*)?[:：—–-])",
    re.IGNORECASE,
)
_ENDS = re.compile(
    r"(?<!action )(?<!actions )(?<!remediation )(?<!improvement )(?<!prevention )\bplan"
    r"|\b(?:roadmap|proposal|playbook|runbook|blueprint|charter|agenda|tutorial|specification"
    r"|design doc(?:ument)?|meeting (?:notes|minutes)|(?:table-?top|training) (?:exercise|scenario)s?"
    r"|exercise (?:plan|guide))",
    re.IGNORECASE,
)
_BEHIND = re.compile(r"\s*(?:[(（\[].*|\s[—–-]\s.*|[:：].*)?$")
"""What may stand behind the noun that says what a document is: a remark, a subtitle."""
_SAYS = re.compile(
    r"\bpre-?mortems?\b|\b(?:architecture|architectural) decision\b|\bdecision record\b|\bthreat model\b"
    r"|\brisk (?:assessment|register)\b|\bred team\b|\baudit report\b|\b(?:progress|status) (?:report|log)\b"
    r"|\brelease notes\b|\bchangelog\b|\b(?:fortschritts|besprechungs|sitzungs)protokoll\b"
    r"|^(?:process|procedure) (?:for|of)\b"
    r"|^(?:processo|proceso|procedimiento|procedimento|procédure|processus) (?:de|du|do)\b"
    r"|\bcompte[ -]rendu de réunion\b|^(?:gu[ií]a|manual|bitácora) de\b|\bacta de reunión\b|会议纪要|議事録",
    re.IGNORECASE,
)
_NEVER_HAPPENED = re.compile(
    r"\b(?:fictional|fictitious|hypothetical|imaginary|made-up|invented) (?:\w+ )?(?:incident|outage|event|scenario"
    r"|post-?mortem|company|service|example|case|breach|team|project)\b|\bfor (?:training|educational|illustration"
    r"|demonstration) purposes\b|(?:^|[.!,;:] )imagine (?:that )?(?:the|this|your|our|it)\b"
    r"|\bfiktive[nrs]? (?:vorfall|firma|unternehmen|beispiel|fall)|\b(?:incident|cas|entreprise|scénario|exemple"
    r"|incidente|caso|empresa|escenario|ejemplo|cenário|azienda|esempio) (?:\w+ )?ficti\w+"
    r"|教材(?:です|。)|架空の(?:障害|事例|会社|インシデント)|(?:訓練|演習)用の|虚构的(?:故障|事故|公司|案例)"
    r"|가상의 (?:장애|사고|회사|사례)",
    re.IGNORECASE,
)
"""What an example or an exercise says of itself."""
_PLANS = unaccented(
    r"\b(?:business continuity|continuity|disaster recovery|contingency|incident response|crisis) plan$"
    r"|\bplan de (?:respuesta|continuidad|contingencia|resposta|continuidade|réponse|continuité|reprise)\b"
    r"|\bpiano di (?:risposta|continuità)\b|\b(?:notfall|krisen|wiederanlauf)plan$"
)
"""A heading over what would be done if something happened."""
_DECISION, _WEIGHED, _LOOKS_BACK = (
    frozenset(fold(phrase) for phrase in phrases(text))
    for text in (
        "decision, entscheidung, decisión, décision, decisão, decisione, решение, 決定, 决策, 决定",
        """
        consequences, implications, rationale, alternatives, alternatives considered, considered alternatives
        considered options, options considered, folgen, konsequenzen, begründung, alternativen, consecuencias
        justificación, alternativas, conséquences, justification, consequências, justificativa, conseguenze
        последствия, обоснование, 后果, 理由
        """,
        """
        root cause, root causes, lessons learned, what went well, what went wrong, what happened, action items
        causa raíz, qué pasó, lecciones aprendidas, causa raiz, o que aconteceu, lições aprendidas
        cause racine, leçons apprises, ursache, causa principale, lezioni apprese
        """,
    )
)
"""The headings of a record of a decision, one of the first and one of the second; none of the third."""
_FIRST = 6


def is_other_document(page: Page, title: str) -> bool:
    """Whether a document says of itself that it is something else: by its title or its headings."""
    return not _TELLS_ITSELF.search(title) and (_is_named_otherwise(title) or _decides(page) or _plans(page))


def _is_named_otherwise(title: str) -> bool:
    if _BEGINS.match(title) or _SAYS.search(title):
        return True
    return any(_BEHIND.match(title, match.end()) for match in _ENDS.finditer(title))


def never_happened(page: Page) -> bool:
    """Whether a document begins with the words that it is only an example, or an exercise."""
    first = (block for block in page.blocks[:_FIRST] if not isinstance(block, Grid))
    return any(_NEVER_HAPPENED.search(block.prose.plain) for block in first)


def headings(page: Page) -> list[str]:
    """The words of its headings, in their order."""
    return [plain_words(squeeze(b.prose.plain)) for b in page.blocks if isinstance(b, Heading)]


def _plans(page: Page) -> bool:
    words = {fold(heading) for heading in headings(page)}
    return any(map(_PLANS.search, words)) and _LOOKS_BACK.isdisjoint(words)


def _decides(page: Page) -> bool:
    words = {fold(heading) for heading in headings(page)}
    decides = not _DECISION.isdisjoint(words) and not _WEIGHED.isdisjoint(words)
    return decides and _LOOKS_BACK.isdisjoint(words)
