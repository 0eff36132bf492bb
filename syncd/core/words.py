"""The words that postmortems use, in the languages met so far. Only data, and how a phrase is normalised.

Phrases are compared in lower case without markup, numbering, emoji and punctuation: see :func:`plain_words`.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from syncd.core.model import State

_NUMBERING = re.compile(
    r"^[^\w#(（\[]*(?:\d{1,2}(?:\.\d{1,2})*[.):、]?|[ivx]{1,4}[.)]|[a-z][.)]|[一二三四五六七八九十]+、)\s+",
    re.IGNORECASE,
)
_BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|（[^（）]*）|【[^【】]*】")
_NOT_WORDS = re.compile(r"[^\w#'/&-]+")


def phrases(text: str) -> frozenset[str]:
    """The phrases of a list, one a line or separated by commas."""
    return frozenset(phrase for part in re.split(r"[,\n]", text) if (phrase := part.strip()))


@lru_cache(maxsize=4096)
def plain_words(text: str) -> str:
    """A heading, label or header cell as vocabularies write it."""
    text = _NUMBERING.sub("", text.replace("’", "'").replace("‑", "-"))
    words = _NOT_WORDS.sub(" ", _BRACKETED.sub(" ", text)).strip(" -/&'").lower()
    return " ".join(words.replace("_", " ").split()) or " ".join(_NOT_WORDS.sub(" ", text).lower().split())


def fold(text: str) -> str:
    """A text without the accents that people leave out: ``lecons apprises``, ``acao corretiva``."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFD", text)))


_ACCENTS = re.compile("[\u0300-\u036f]")


def unaccented(pattern: str) -> re.Pattern[str]:
    """A pattern for texts that went through :func:`fold`."""
    return re.compile(fold(pattern))


def folded(vocabulary: frozenset[str]) -> frozenset[str]:
    """The phrases, and each of them without accents."""
    return vocabulary | {fold(phrase) for phrase in vocabulary}


def one_of(vocabulary: frozenset[str]) -> str:
    """A regular expression that matches any phrase, the longest first.

    Phrases with the same first character share a branch: the others are not even tried.
    """
    branches: dict[str, list[str]] = {}
    for phrase in sorted(vocabulary, key=len, reverse=True):
        branches.setdefault(phrase[0], []).append(re.escape(phrase[1:]))
    return "|".join(f"{re.escape(first)}(?:{'|'.join(rest)})" for first, rest in branches.items())


# --- headings -------------------------------------------------------------------------------------------------------

ACTION_HEADINGS = folded(
    phrases("""
    action item, action items, ai, ais, action, actions, action plan, action plans, plan of action, action point
    action points, action register, action list, action log, action tracker, action steps, actions items
    actions to take, actions to be taken, actions planned, planned actions, actions required, required actions
    corrective action, corrective actions, corrective measures, corrective and preventive actions
    corrective and preventative actions, corrective and preventive measures, corrective and preventative measures
    preventive actions, preventative actions, preventive measures, preventative measures, prevention measures
    prevention actions, capa, follow up, follow ups, follow-up, follow-ups, followup, followups, next steps
    next step, remediation items, remediation actions, remediation tasks, remediation plan, remediation steps
    resulting action, resulting actions, review actions, future actions, next actions, todo, todos, to do, to dos
    to-do, to-dos, todo list, to-do list, to do list, tasks, task list, tickets, jira tickets, follow-up tickets
    work items, backlog items, improvement actions, improvement items, improvement plan, improvement tasks
    countermeasures, remedial actions, actionable items, actionables, action required
    follow-on, follow-ons, follow-on actions, follow-on work, follow-on tasks, remaining work, outstanding work
    resulting issues, issues filed, tickets filed, tickets created, tickets raised

    残対応, 残課題, 残作業, 残件, アクションアイテム, アクション, アクションプラン, ネクストアクション, 再発防止策, 再発防止, 再発防止対応
    恒久対応, 恒久対策, 改善策, 改善アクション, 今後の対応, 今後の対策, 対応策, 対策, フォローアップ, 次のステップ
    今後のアクション, 残タスク, タスク, 行动项, 行动计划, 行动项目, 行動項目, 后续行动, 后续行动项, 改进措施
    改进项, 改善措施, 后续措施, 整改措施, 整改项, 预防措施, 待办事项, 待办, 后续工作, 下一步, 下一步行动
    下一步计划, 后续计划, 纠正措施, 剩余行动项, 剩余风险与行动项, 跟进事项, 后续跟进, 改进计划, 后续改进, maßnahmen
    massnahmen, folgemaßnahmen, korrekturmaßnahmen, gegenmaßnahmen, vorbeugende maßnahmen, aktionen, aufgaben
    nächste schritte, weiteres vorgehen, was ändern wir, was wir ändern, aktionspunkte, offene punkte, acciones
    acciones correctivas, acciones preventivas, acciones correctivas y preventivas, acciones inmediatas
    acciones de seguimiento, acciones a tomar, plan de acción, plan de prevención, próximos pasos, medidas, tareas
    medidas correctivas, medidas preventivas, elementos de acción, puntos de acción, seguimiento, acciones a futuro
    actions correctives, actions préventives, actions correctives et préventives, actions à mener, plan d'action
    plan d'actions, prochaines étapes, mesures, mesures correctives, mesures préventives, suivi, tâches, à faire
    ações, ações corretivas, ações preventivas, ações corretivas e preventivas, plano de ação, próximos passos
    itens de ação, medidas corretivas, tarefas, acompanhamento, próximas ações, ações futuras, azioni
    azioni correttive, azioni preventive, piano d'azione, piano di azione, prossimi passi, misure correttive
    misure preventive, attività, azioni da intraprendere, 액션 아이템, 액션아이템, 조치 사항, 조치사항, 후속 조치
    후속조치, 재발 방지, 재발 방지 대책, 재발방지대책, 개선 사항, 향후 계획, 할 일, 다음 단계, 실행 항목, действия
    план действий, корректирующие действия, задачи, следующие шаги, меры, дальнейшие действия, что сделать
    что будем делать, экшен айтемы, предупреждающие действия, acties, actiepunten, vervolgacties, maatregelen
    volgende stappen, działania, działania naprawcze, działania korygujące, następne kroki, kolejne kroki, zadania
    aksiyonlar, aksiyon maddeleri, sonraki adımlar, åtgärder, nästa steg

    待辦, 待辦事項, 後續行動, 後續改善, 後續事項, 後續工作, 預防措施, 糾正措施, 改進措施, 下一步計畫
    남은 일, 남은 작업, 남은 과제, 후속 작업, 개선 과제, 개선 조치, accionables
    дії, план дій, наступні кроки, заходи, завдання, коригувальні дії
    åtgärdslista, åtgärdspunkter, handlingsplan, uppföljning, aksjonspunkter, aksjoner, tiltak, oppfølging
    oppfølgingspunkter, videre arbeid, neste steg, handlingspunkter, handlinger, opfølgning, næste skridt
    toimenpiteet, jatkotoimenpiteet, seuraavat vaiheet, opatření, nápravná opatření, další kroky, akční body, úkoly
    teendők, intézkedések, következő lépések, acțiuni, măsuri, pașii următori
    hành động, hạng mục hành động, hành động khắc phục, biện pháp phòng ngừa, biện pháp khắc phục, bước tiếp theo
    các bước tiếp theo, việc cần làm, tindak lanjut, rencana tindakan, langkah selanjutnya, tindakan perbaikan
    tindakan pencegahan, إجراءات تصحيحية, الإجراءات, الخطوات التالية
    próximo paso, siguiente paso, siguientes pasos, próximas acciones, acciones de mejora, acciones de cierre
    acciones concretas, próximo passo, ações de melhoria, ações de acompanhamento, itens de acompanhamento
    actions de suivi, actions à venir, actions futures, mesures de prévention, mesures à prendre, reste à faire
    azioni di miglioramento, azioni di chiusura, azioni di follow-up, prossime azioni, verbesserungsmaßnahmen
    präventivmaßnahmen, nächste maßnahmen, handlungsbedarf, uppföljningsåtgärder, uppföljningspunkter
    förbättringsåtgärder, oppfølgingstiltak, forbedringstiltak, opfølgningspunkter, forbedringsforslag
    verbeteracties, verbetermaatregelen, preventieve maatregelen, corrigerende maatregelen, corrigerende acties
    korjaavat toimenpiteet, ehkäisevät toimenpiteet, toimenpide-ehdotukset, plan działań, plan naprawczy
    działania zapobiegawcze, działania następcze, zadania do wykonania, aksiyon planı, alınacak aksiyonlar
    alınacak önlemler, yapılacaklar, önleyici faaliyetler, düzeltici faaliyetler, дальнейшие шаги, дальнейшая работа
    пункты действий, план работ, задачи по итогам, подальші дії, подальші кроки, план робіт, 行动清单, 行动措施
    防范措施, 改进行动, 改进事项, 后续任务, 后续优化, 优化措施, 今後の改善, 次のアクション, 対応事項, 조치 계획
    조치 일정, 개선 계획, 재발 방지 계획, 향후 조치, 향후 과제, 후속 과제, kế hoạch hành động, hành động tiếp theo
    hành động phòng ngừa, hành động cải tiến, kế hoạch khắc phục, công việc tiếp theo, langkah pencegahan
    langkah perbaikan, rencana perbaikan, rencana aksi, tindakan lanjutan, actions restantes, actions immédiates
    actions proposées, actions recommandées, actions d'amélioration, acciones pendientes, tareas pendientes
    trabajo pendiente, ações pendentes, tarefas pendentes, azioni rimanenti, azioni aperte, attività rimanenti
    verbleibende maßnahmen, verbleibende aufgaben, offene maßnahmen, offene aufgaben, resterende acties, open acties
    openstaande acties, gjenstående arbeid, gjenstående oppgaver, kvarvarande arbete, udestående opgaver
    jäljellä olevat tehtävät, avoimet tehtävät, оставшиеся задачи, оставшаяся работа, открытые задачи
    залишилось зробити, pozostałe zadania, otwarte zadania, kalan işler, açık işler, 剩余任务, 剩余工作, 遗留问题
    遗留事项, 残りの作業, 残りのタスク, 未対応事項, 남은 할 일, việc còn lại, công việc còn lại, sisa pekerjaan
""")
)

ACTION_HEADING = unaccented(
    r"\baction[- ](?:items?|points?|plans?|register)\b|\bais\b"
    r"|\b(?:corrective|preventi?ve|preventative|remedial|remediation|mitigation|follow[ -]?up|future|resulting"
    r"|recommended|planned|proposed"
    r"|review|improvement|post-?(?:incident|mortem)|outstanding|pending|further|required|agreed|concrete|key|next"
    r"|retro(?:spective)?|long[- ]term|short[- ]term|medium[- ]term|remaining|resultant)"
    r"(?: (?:and|&|/) [\w-]+)? (?:actions?|measures?|tasks?|steps?|tickets?|items|to-?dos?)\b"
    r"|\bfollow[ -]?ups?\b|\bfollow[ -]?up (?:actions?|tasks?|items?|work|improvements?|tickets?|issues)\b"
    r"|\bnext steps?\b"
    r"|\bactions? (?:items?|planned|required|to (?:take|be taken|prevent)|for)\b|\bto-?do\b"
    r"|アクションアイテム|再発防止|行动项|行動項目|改进措施|整改|待办|后续行动|maßnahmen\b|\bacciones (?!tomadas"
    r"|realizadas)"
    r"|\bplan de acción\b|\bpróximos pasos\b|\bactions (?:correctives|préventives)\b|\bações (?!tomadas)|후속 조치"
    r"|재발 방지|남은 (?:일|작업|과제)|改善措施|待辦|後續行動|меры (?:по )?предотвращ|следующие шаги|план (?:действий|дій)"
    r"|(?:корректирующ|предупрежда)\w+ (?:действ|мер)|\baksjonspunkt|tiltak\b|\bhandlingspunkt|åtgärder\b|^azioni\b"
    r"|\bactiepunten\b|\bhành động (?!đã)|\bbiện pháp\b|\btindak lanjut\b"
    r"|\b(?:outstanding|remaining|further|follow[ -]on) work\b"
    r"|\b(?:issues|tickets) (?:we )?(?:filed|created|raised|opened)\b|^(?:list of )?tasks (?:to|for)\b"
)
"""Headings that mean action items though they say more."""

WEAK_HEADING = unaccented(
    r"\bprevent(?:ion|ing|ative|ive)?\b|\bremediations?\b|\bmitigations?$|^mitigations?\b|\bimprovements?\b"
    r"|\brecommendations?\b|\brecommended\b|\bgoing forward\b|\bmoving forward\b|\bfuture (?:work|plans?"
    r"|improvements?|prevention)\b"
    r"|\b(?:what|how|which)\b.*\b(?:we|us)\b.*\b(?:do|doing|prevent|preventing|avoid|change|changing|improve"
    r"|improving|fix|fixing|make sure|ensure)\b"
    r"|\bwhat (?:is|are) being done\b|\b(?:what's|what is|what comes) next\b|\b(?:long|short|medium)[- ]term (?:fix"
    r"|solution|plan|work)\w*"
    r"|\bpermanent (?:fix|solution)\w*|\bcorrective\b|\bsteps (?:to|we)\b|\bplans?\b.*\b(?:prevent|future)\b"
    r"|\bproposed changes\b|\b(?:adjustments?|changes|tweaks?|experiments?) (?:for|in) (?:the |our )?next\b"
    r"|\bchanges (?:we|to be)\b|\bfixes\b|\bopen (?:items|tasks)\b"
    r"|prävention|vorbeugung|verbesserung|prevención|mejoras|recomendaciones|qué (?:cambia|vamos)|prévention"
    r"|améliorations"
    r"|recommandations|prevenção|melhorias|prevenzione|miglioramenti|予防|改善|预防|改进|防复发|예방|개선|предотвращ"
    r"|улучшени|рекомендаци|향후|후속|запобіга|forebygg|förebygg|förbättring|forbedring|preventie|verbetering|zapobieg"
    r"|uleps|önle|iyileştir|phòng ngừa|cải thiện|pencegahan|\bakan dilakukan\b|что (?:мы )?(?:будем|планируем)|что дальше|qué haremos|o que (?:vamos|faremos)|ce que nous allons"
    r"|was wir (?:tun|ändern|verbessern)|cosa faremo|wat (?:we )?gaan|vad (?:vi ska|gör vi)|hva (?:vi skal|gjør vi)|接下来|今後"
    r"|앞으로|що далі|rekomenda(?:si|cj)|rekommendation|anbefaling"
    r"|aanbeveling|empfehlung|raccomandazion|\böneri|khuyến nghị|đề xuất|recomendações|권고|推奨|提言|建议|建議"
    r"|\b(?:prevent|avoid|stop)\w* (?:a |its |this )?(?:recurrence|repeat|regression|happening)|\bhardening\b"
    r"|\bsafeguards?\b|\brecur(?:s|ring|rence)?\b|что (?:мы )?(?:делаем|сделаем)\b|\bguard ?rails?\b|\b(?:will|must|should|needs to|has to) change\b|\bcommitments?\b"
)
"""Headings under which tasks may stand, if the document has no better place for them."""

OTHER_HEADING = unaccented(
    r"\btime ?line\b|\bchronolog|\bsequence of events\b|\bkey events\b|\bwent (?:well|wrong|poorly|badly|bad|good"
    r"|right|great)\b"
    r"|\b(?:didn't|did not|doesn't) go\b|\bworked well\b|\bwhat (?:worked|failed|helped|happened|did not help"
    r"|didn't help|broke|we learned)\b"
    r"|\bluck(?:y|ily)?\b|\blessons?\b(?!.*\bactions?\b)|\blearn(?:ed|t|ings?)\b|\btake-?aways?\b|\broot causes?\b"
    r"|\bfive whys\b|\b5 whys\b"
    r"|\battendees\b|\bparticipants\b|\breferences?\b|\brelated (?:issues|incidents|documents|links|files|reading"
    r"|prs)\b|\bappendi"
    r"|\bglossary\b|\bchecklist\b|\bsupporting (?:information|documents|material)\b|^stats$|^statistics$|^metrics$"
    r"|^(?:executive )?summary$|^overview$|^impact\b|^background\b|^tl;?dr$|\bfollow[ -]?up (?:schedule|meetings?"
    r"|timeline|dates?|questions?)\b"
    r"|\bprinciples\b|\bfaq\b|^examples?$|^for example$|^(?:open )?questions\b|^decisions?\b|\bwhere we got\b|^authors?$|^status$|^severity$|^change ?log$"
    r"|タイムライン|経緯|時系列|うまくいった|運が良かった|教訓|根本原因|概要|サマリー|参考|关闭审核|时间线|时间轴"
    r"|经验教训|教训|根因|做得好|概述|参考"
    r"|zeitleiste|zeitlicher ablauf|was lief|lief gut|lehren|ursache|zusammenfassung|cronolog|línea de tiempo"
    r"|lecciones|aprendi"
    r"|qué salió|causa raíz|resumen|chronologie|leçons|bien passé|cause racine|^résumé$|linha do tempo|lições"
    r"|o que deu|causa raiz|resumo"
    r"|lezioni|andato bene|riepilogo|타임라인|교훈|근본 원인|요약|хронолог|уроки|что прошло|корневая|причин|итоги"
    r"|教訓|時間軸|時間線|배운|원인|증상|висновки|tidslinje|hva gikk|hvad gik|vad gick|hva lærte|hvor hadde vi flaks"
    r"|lärdom|læring|rotårsak|grundorsak|sammendrag|sammanfattning|tijdlijn|wat ging|geleerd|oorzaak|samenvatting"
    r"|oś czasu|wnioski|przyczyn|podsumowanie|co poszło|zaman çizelgesi|kök neden|dersler|özet|dòng thời gian"
    r"|bài học|nguyên nhân|tổng quan|kronologi|akar masalah|pelajaran|ringkasan"
    r"|\b(?:previous|prior|last|past) (?:sprint|retro\w*|iteration|incident|post-?mortem|cycle|quarter|month|week)"
    r"|\b(?:previous|prior|existing|earlier|pre-existing) (?:mitigations?|(?:counter)?measures|safeguards?|guard ?rails?"
    r"|controls?|protections?|hardening|fixes|action items?|actions|follow[ -]?ups?)\b"
    r"|\banterior(?:es)?\b|précédent|\bprecedent[ei]\b|vorherige|letzte[nrs] (?:sprint|retro)|\bvorige\b|föregående"
    r"|\bforrige\b|poprzedni|предыдущ|попередн|\bönceki\b|上次|前回|지난|sebelumnya"
)
"""Headings under which nothing is an action item, wherever they stand."""

ELSEWHERE_HEADING = unaccented(
    r"\bactions? taken\b|\bsteps taken\b|\btaken actions?\b|\bimmediate (?:response|mitigation|fix)\b|\bresponse\b"
    r"|\bresolution\b"
    r"|\brecovery\b|\bdetection\b|\btriage\b|\bescalation\b|\bcommunications?\b|\bcauses?\b|\btriggers?\b"
    r"|\bfactors?\b|\banalysis\b"
    r"|acciones (?:tomadas|realizadas)|actions (?:prises|menées|effectuées)|ações tomadas|azioni intraprese|対応内容"
    r"|対応の評価|处置|修復|排查|принят\w+ мер|исправлени|восстановлени|диагностик|hành động đã|khắc phục$"
    r"|gjenoppretting|genopretning|återställning|resolución|resolução|résolution|risoluzione|behebung|diagnós?tic|diagnose"
)
"""Headings that tell of the incident itself; inside an action section they are only groups."""

RESPONSE_HEADING = unaccented(
    r"^(?:incident )?(?:resolution|response|recovery|detection|triage)(?: and |\W+)(?:mitigation|recovery|resolution"
    r"|remediation|response)(?: steps| actions)?$|^mitigation (?:and|&|/) (?:resolution|recovery|response)\b"
    r"|^immediate (?:remediation|mitigation|recovery|resolution|containment) (?:steps|actions)$"
)
"""What responders did, though it speaks of mitigation."""

TAKEN_HEADING = unaccented(
    r"\b(?:actions?|steps|measures|fixe?s?)(?: we| that were)? (?:already )?(?:taken|performed|applied|executed"
    r"|deployed|implemented|completed)\b|\b(?:implemented|completed|applied) (?:corrective |preventive )?(?:actions"
    r"|measures|fixes)\b"
    r"|^changes (?:we )?made\b"
    r"|(?:acción|accione|medida|solución|ação|açõe)\w* (?:\w+ )?(?:ya )?(?:aplicad|tomad|realizad|implementad|ejecutad"
    r"|executad|adoptad|adotad)[ao]s?"
    r"|(?:mesures|actions) (?:\w+ )?(?:prises|appliquées|réalisées|effectuées|mises en (?:œuvre|oeuvre))"
    r"|(?:azioni|misure) (?:\w+ )?(?:intraprese|eseguite|adottate|implementate)"
    r"|(?:ergriffene|durchgeführte|getroffene|umgesetzte) maßnahmen|принят\w+ мер|выполненн\w+ (?:действ|работ)"
    r"|(?:genomen|uitgevoerde) (?:acties|maatregelen)|vidtagna åtgärder|(?:utførte|iverksatte) tiltak"
    r"|podjęte (?:działania|kroki)|alınan (?:önlem|aksiyon)|đã (?:thực hiện|áp dụng|triển khai)"
    r"|yang (?:sudah |telah )?(?:diterapkan|dilakukan|diambil)|実施(?:した|済み)|已采取|已實施|已实施|已完成的"
    r"|조치 완료"
)
"""What responders did."""

ATTRIBUTE_LABELS = phrases("""
    target, targets, target date, target dates, deadline, deadlines, due, due date, due dates, owner, owners, eta
    success criteria, success metrics, acceptance criteria, exit criteria, definition of done, expected outcome
    expected outcomes, expected result, expected results, rationale, dependencies, options, alternatives, risks
    options considered, considered options, notes, context, opciones, alternativas, riesgos, notas, optionen, risiken
    opções, riscos, options envisagées, opzioni, rischi, варианты, риски
""")
"""Labels of lists that say more about the tasks above."""

BARE_ACTIONS = phrases(
    "actions, action, steps, acciones, ações, acoes, azioni, aktionen, maßnahmen, действия, дії, tiltak, åtgärder"
)
"""Labels that in a text about the incident only lead to what responders did."""

GROUP_WORDS = phrases("""
    short term, short-term, medium term, medium-term, mid term, mid-term, long term, long-term, immediate, immediately
    now, later, next, soon, high, medium, low, critical, high priority, medium priority, low priority, priority, p0
    p1, p2, p3, p4, prevent, prevention, detect, detection, mitigate, mitigation, process, processes, respond, repair
    response, recovery, monitoring, alerting, observability, documentation, docs, testing, tests, tooling, technical
    infrastructure, infra, platform, security, communication, communications, training, people, culture, product
    engineering, operations, ops, development, frontend, backend, database, networking, misc, miscellaneous, other
    others, general, completed, complete, done, closed, open, in progress, todo, to do, pending, planned, backlog
    ongoing, cancelled, rejected, proposed, resolved, fixed, upstream, cleanup, errata, design, deployment, automation
    investigation, review, quality, qa, reliability, performance, architecture, configuration, internal, external
    quick wins, must, should, could, nice to have, optional, stretch, policy, customer, customers, support, tools
    this week, next week, this month, next month, this quarter, next quarter, for planning, planning, unassigned
    longer term, longer-term, near term, near-term, day 1, phase 1, phase 2, phase 3, corrective, preventive
    preventative, preventative actions, preventive actions, corrective actions, detective, owner, owners, everyone
""")

# --- states ---------------------------------------------------------------------------------------------------------

STATES: dict[str, State] = {
    **dict.fromkeys(phrases("""
    open, opened, todo, to do, to-do, not started, not yet started, not yet, not done, not done yet, undone
    pending, backlog, backlogged, proposed, planned, scheduled, new, created, filed, assigned, accepted, ready
    triage, triaged, queued, unresolved, outstanding, to be done, to be started, blocked, on hold, hold, paused
    deferred, postponed, delayed, waiting, awaiting, not complete, not completed, incomplete, reopened, re-opened
    identified, needs triage, unstarted, not implemented, not fixed, selected for development
    ready for development, to be scheduled, next, upcoming, overdue, no, none yet, unassigned, actions planned
    action planned, planned actions, draft, requested, future, later, not fully done, not closed, not resolved, tbd
    tbc, 未着手, 未対応, 未完了, 未実施, 未定, 保留, 予定, 計画中, 待ち, 検討, 検討予定, 要対応, オープン, 未
    未开始, 待处理, 待办, 待定, 未完成, 计划中, 已计划, 未处理, 待开始, 待修复, 打开, 未解决, 未关闭, 规划中
    待跟进, 待确认, 待排期, 待做, offen, ausstehend, geplant, nicht begonnen, zu erledigen, noch nicht begonnen
    nicht gestartet, wartend, neu, pendiente, pendientes, abierto, abierta, por hacer, no iniciado, no iniciada
    sin empezar, sin iniciar, planificado, planificada, planeado, ouvert, ouverte, à faire, en attente
    non commencé, planifié, planifiée, prévu, pendente, aberto, aberta, a fazer, não iniciado, não iniciada
    planejado, planejada, planeado, aperto, aperta, da fare, in attesa, non iniziato, non iniziata, pianificato
    pianificata, in sospeso, 미착수, 대기, 예정, 할 일, 할일, 보류, 열림, 미완료, 계획, 대기 중, открыто, открыта
    открыт, не начато, к выполнению, запланировано, ожидает, ожидание, новая, новый, сделать, план, otwarte
    do zrobienia, oczekuje, zaplanowane, nie rozpoczęto, açık, yapılacak, beklemede, planlandı, öppen, te doen
    gepland, niet gestart, att göra, planerad, åpen, ikke startet, ikke påbegynt, åben, ej påbörjad, planlagt, avoin
    otevřeno, čeká, plánováno, nyitott, deschis, chưa bắt đầu, chưa làm, chờ xử lý, đang chờ, mở, belum dimulai, menunggu
    відкрито, не розпочато, заплановано, очікує, до виконання, 待處理, 未開始, 待辦, 未處理, 待開始, 規劃中, 待確認, aberta, pendentes
    مفتوح, معلق
"""), State.OPEN),
    **dict.fromkeys(phrases("""
    in progress, in-progress, inprogress, in progess, wip, work in progress, ongoing, on-going, doing, started
    in work, in development, in review, under review, review, in code review, code review, partially done
    partially complete, partially completed, partial, partly done, mostly done, almost done, investigating
    under investigation, in testing, testing, in qa, qa, rolling out, rollout, in flight, in-flight, active
    working, working on it, underway, under way, being worked on, pr exists, pr open, pr opened, pr up, pr raised
    pr in review, pr submitted, draft pr, in pr, in design, in discussion, monitoring, implementing, developing
    continuous, staged, in staging, on track, at risk, ready for review, pr created, 進行中, 対応中, 着手中, 作業中
    実施中, 検討中, 調査中, 着手, 一部完了, 継続, 継続中, レビュー中, 进行中, 处理中, 在途, 修复中, 实施中, 开发中
    跟进中, 部分完成, 持续, 持续进行, 推进中, 评审中, 测试中, 調查中, 调查中, 排查中, in arbeit, in bearbeitung
    laufend, läuft, begonnen, teilweise, teilweise erledigt, in umsetzung, en curso, en progreso, en proceso
    iniciado, iniciada, en marcha, en revisión, parcial, empezado, en cours, démarré, commencé, partiel
    partiellement, en revue, em andamento, em progresso, em curso, em revisão, iniciado, em desenvolvimento
    in corso, in lavorazione, avviato, iniziato, in revisione, 진행 중, 진행중, 작업 중, 작업중, 검토 중, 검토중
    в работе, в процессе, в прогрессе, начато, выполняется, делается, на ревью, w toku, w trakcie, devam ediyor
    bezig, mee bezig, in uitvoering, pågår, pågående, under arbeid, påbegynt, i gang, under arbejde, påbörjad, kesken
    probíhá, folyamatban, în curs, đang thực hiện, đang làm, đang tiến hành, đang xử lý, sedang berjalan, sedang dikerjakan
    у роботі, в роботі, в процесі, виконується, 進行中, 處理中, 修復中, 實施中, 開發中, قيد التنفيذ
"""), State.IN_PROGRESS),
    **dict.fromkeys(phrases("""
    done, complete, completed, closed, fixed, implemented, resolved, finished, merged, shipped, deployed, released
    live, landed, delivered, verified, documented, solved, addressed, accomplished, achieved, applied, rolled out
    added, updated, created and merged, in production, in prod, this document, this report, this postmortem, yes
    done in, fixed in, completed in, already done, has been done, this has been done, all done, actions taken
    action taken, actioned, ok, checked, submitted and merged, pr merged, merged pr, enabled, installed, adopted
    完了, 済, 済み, 対応済, 対応済み, 実装済, 実装済み, 実施済, 実施済み, 完了済, 完了済み, クローズ, 解決, 解決済み, リリース済み
    修正済み, 已完成, 完成, 已修复, 已关闭, 已解决, 已上线, 已合并, 已处理, 已实施, 已落地, 已部署, 已发布, 关闭
    完结, 已完结, 已验证, erledigt, fertig, abgeschlossen, umgesetzt, behoben, geschlossen, gelöst, implementiert
    getan, hecho, hecha, completado, completada, terminado, terminada, finalizado, finalizada, cerrado, cerrada
    resuelto, resuelta, implementado, implementada, listo, lista, fait, faite, terminé, terminée, fini, clos, close
    fermé, résolu, résolue, livré, réalisé, réalisée, feito, feita, concluído, concluída, concluido, finalizado
    fechado, fechada, resolvido, resolvida, pronto, fatto, fatta, completato, completata, chiuso, chiusa, risolto
    risolta, concluso, 완료, 완료됨, 해결, 종료, 닫힘, 처리 완료, готово, сделано, выполнено, завершено, закрыто
    закрыта, закрыт, решено, исправлено, zrobione, gotowe, ukończone, zakończone, zamknięte, tamamlandı, bitti
    kapatıldı, klaar, gedaan, afgerond, klart, färdig, klar, ferdig, løst, fullført, lukket, utført, færdig, udført, afsluttet
    åtgärdat, avslutad, valmis, hotovo, dokončeno, vyřešeno, uzavřeno, kész, befejezve, lezárva, finalizat, închis
    hoàn thành, đã hoàn thành, đã xong, xong, đã đóng, selesai, sudah selesai, готово, виконано, зроблено, закрито
    вирішено, завершено, 已修復, 已關閉, 已解決, 已上線, 已合併, 已處理, 已實施, 已部署, 已發布, 關閉, 已驗證, مكتمل, مغلق
"""), State.DONE),
    **dict.fromkeys(phrases("""
    cancelled, canceled, rejected, won't do, wont do, won't fix, wont fix, wontfix, will not do, will not fix
    not needed, not required, no longer needed, no longer required, no longer relevant, not planned, superseded
    obsolete, invalid, duplicate, duplicated, dropped, abandoned, declined, discarded, not doing, withdrawn
    n/a anymore, skipped, failed, decided against, decided not to, not pursuing, closed as not planned
    closed won't do, not applicable, deprecated, out of scope, unnecessary, removed, not going to do
    won't implement, closed as duplicate, void, revoked, 中止, 却下, 対応不要, 見送り, 不要, 取り下げ, 重複
    キャンセル, 対応しない, 已取消, 取消, 不做, 无需处理, 已拒绝, 重复, 不处理, 放弃, 已废弃, 已放弃, 不再需要
    已作废, abgebrochen, verworfen, abgelehnt, entfällt, hinfällig, nicht nötig, storniert, cancelado, cancelada
    descartado, descartada, rechazado, rechazada, duplicado, no se hará, no necesario, annulé, annulée, abandonné
    abandonnée, rejeté, rejetée, doublon, sans objet, rejeitado, rejeitada, descartado, não será feito
    desnecessário, annullato, annullata, rifiutato, scartato, non necessario, 취소, 취소됨, 불필요, 중단, отменено
    отменена, отклонено, не будет, не нужно, неактуально, дубликат, anulowane, odrzucone, iptal, iptal edildi
    geannuleerd, vervallen, avbruten, inställd, avbrutt, forkastet, kansellert, annulleret, peruttu, zrušeno, törölve
    anulat, đã hủy, hủy, dibatalkan, скасовано, відхилено, 無需處理, 已拒絕, 放棄, 已廢棄, ملغى
"""), State.CANCELLED),
}  # fmt: skip

TASK_WORDS = (
    r"action(?:\s+items?|\s+points?)?|ai|task|アクション|対策|行动项|措施|ação|ações|acción|acciones|azione|tarea|tarefa|tâche"
    r"|mesure|maßnahme|aufgabe|åtgärd|tiltak|actie(?:punt)?|maatregel|działanie|zadanie|действие|задача|мера|дія"
    r"|조치|과제|hành động|tindakan|aksiyon"
)
"""What people call an action item where they number it: ``Action 1: …``, ``Maßnahme 2: …``."""

STATES |= {fold(words): state for words, state in STATES.items() if len(words) > 4 and fold(words) not in STATES}

STATE_MARKS: dict[str, State] = {
    **dict.fromkeys("✅☑✔✓🟢🏁👍💚🆗", State.DONE),
    **dict.fromkeys("⬜☐□◻🔲⏳🔴🆕📋🟥⚪🕐🔘⏸🛑", State.OPEN),
    **dict.fromkeys("🔄🚧🟡🟠🔵⏱🔃🏗🔧🛠🟨👷🏃", State.IN_PROGRESS),
    **dict.fromkeys("❌✖✗✘🚫⛔🗑", State.CANCELLED),
}

BOXES: dict[str, State] = {
    " ": State.OPEN, "x": State.DONE, "X": State.DONE, "✓": State.DONE, "✔": State.DONE, "✅": State.DONE,
    "-": State.CANCELLED, "~": State.IN_PROGRESS, "/": State.IN_PROGRESS, ">": State.IN_PROGRESS, "☓": State.CANCELLED,
}  # fmt: skip
"""What stands between the brackets of a checkbox."""

# --- types and severities -------------------------------------------------------------------------------------------

TYPES = phrases("""
    prevent, prevention, preventive, preventative, detect, detection, mitigate, mitigation, process, repair
    respond, response, investigate, investigation, corrective, detective, documentation, monitor, fix, config
    improve, recovery, 予防, 検知, 緩和, プロセス, 预防, 检测, 缓解, 流程, prevenir, detectar, mitigar, proceso
    prévention, détection, atténuation, processus
""")

SEVERITIES = {
    **dict.fromkeys(
        phrases("critical, kritisch, kritisk, critique, crítica, crítico, critica, critico, критический, критическая"),
        "SEV-1",
    ),
    **dict.fromkeys(phrases("major, majeur, majeure, mayor, maggiore, schwerwiegend"), "SEV-2"),
    **dict.fromkeys(phrases("minor, mineur, mineure, menor, minore"), "SEV-3"),
    **dict.fromkeys(
        phrases("low, niedrig, gering, faible, baja, bajo, baixa, baixo, bassa, basso, låg, lav, низкий, низкая"),
        "SEV-4",
    ),
}
"""The house's words for a severity, in the languages that have one for each."""

# --- nothing --------------------------------------------------------------------------------------------------------

NOTHING = phrases("""
    none, none yet, n/a, na, nil, nothing, no actions, no action, no action items, no action required
    no actions required, no follow-up, no follow ups, not applicable, none identified, none at this time, no items
    no action needed, -, --, none required, no further action, no further actions, no further action required
    nothing to do, no actions needed, 不要, 必要なし, 対応不要, 不需要, 无需, 無需, 불필요, 필요 없음, なし, 特になし, 无, 暂无, keine, ninguna, ninguno, aucune, aucun, nenhuma
    nenhum, nessuna, nessuno, 없음, нет
""")
