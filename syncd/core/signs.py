"""What a document says about being finished, in its own words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from syncd.core.blocks import Page, Paragraph
from syncd.core.facts import Fact, of_kind
from syncd.core.model import Sign
from syncd.core.prose import squeeze

_UNFINISHED = re.compile(
    r"(?:draft|in draft|wip|work[ -]in[ -]progress|in[ -]progress|in[ -]review|under review|pending|awaiting|review"
    r"|to ?do|not (?:started|finished|complete|final|closed|published)"
    r"|incomplete|unfinished|open|ongoing|investigating|under investigation|started|template|initial|preliminary"
    r"|unresolved|being written|tbd"
    r"|調査中|下書き|作成中|レビュー中|草案|ドラフト|调查中|草稿|进行中|未关闭|排查中|修复中|修复实施中|撰写中"
    r"|评审中|entwurf|in arbeit|in bearbeitung|in prüfung|borrador|en curso|en revisión|en progreso"
    r"|brouillon|en cours|en revue|rascunho|em andamento|em revisão|bozza|in corso|in revisione|초안|작성 중|검토 중"
    r"|черновик|в работе|расследуется|розслідується"
    r"|на ревью|чернетка|concept|utkast|udkast|pågå(?:r|ende)|under arbeid|szkic|taslak|bản nháp"
    r"|draf|草擬|進行中|未關閉|調查中)(?![^\W_])",
    re.IGNORECASE,
)
_FINISHED = re.compile(
    r"(?:final(?:ized|ised)?|reviewed|review complete|review completed|published|complete[d]?|closed|approved"
    r"|accepted|done|signed[ -]off|finished"
    r"|完了|公開|レビュー済み?|確定|已完成|已关闭|已发布|已评审|终稿|abgeschlossen|veröffentlicht|fertig|publicado"
    r"|completad[oa]|cerrad[oa]|revisad[oa]|publié|terminé|clos|validé"
    r"|concluíd[oa]|fechad[oa]|pubblicato|chius[oa]|completato|완료|게시|опубликован[оа]?|завершен[оа]?"
    r"|закрыт[оа]?|ferdig|færdig|färdig|publisert|publicerad|godkjent|definitief|afgerond|zakończon[ye]|tamamlandı"
    r"|hoàn tất|đã đóng|selesai|定稿|已結案|已關閉|已發布)(?![^\W_])",
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
_BANNER_WORDS = 200


def sign_of(page: Page, known: Sequence[Fact], title: str, line: int) -> Sign | None:
    """What the document says about being finished: front matter, status line, title, a banner."""
    draft = page.front.get("draft")
    if draft and draft[0].lower() in ("true", "yes", "on", "1"):
        return Sign(False, draft[1], "draft: true")
    if "status" in page.front and (sign := _status_sign(*page.front["status"])):
        return sign
    statuses = sorted(of_kind(known, "status"), key=lambda f: f.label.startswith("incident"))
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
            and _DRAFT.search(block.passage.rough, 0, _BANNER_WORDS)
            and (match := _BANNER.match(block.prose.plain))
        ):
            return Sign(False, block.line, squeeze(match[0]))
    return None
