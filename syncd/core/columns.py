"""Which column of a table holds what, told from its header and, where that is not enough, from its cells."""

from __future__ import annotations

import re
from collections.abc import Sequence

from syncd.core.blocks import Grid, GridRow
from syncd.core.model import Role
from syncd.core.prose import squeeze
from syncd.core.references import is_reference
from syncd.core.states import state_of
from syncd.core.verbs import starts_as_task
from syncd.core.words import fold, phrases, plain_words

HEADERS: dict[str, Role] = {
    **dict.fromkeys(phrases("""
    action, actions, action item, action items, action item description, action description, description of action
    item, items, task, tasks, todo, to do, to-do, what, description, follow up, follow-up, followup, follow-up item
    corrective action, corrective actions, preventive action, preventative action, remediation, remediation item
    remediation action, improvement, improvements, measure, measures, countermeasure, mitigation, recommendation
    recommendations, activity, step, next step, next steps, work item, deliverable, summary, title, details, change
    fix, proposed action, recommended action, prevention measure, preventive measure, solution, name, remedy
    action plan, アクション, アクションアイテム, 対応, 対応内容, 対応策, 対策, 内容, 項目, タスク, 施策, 改善策
    再発防止策, やること, 行动项, 行动, 措施, 改进措施, 事项, 任务, 内容, 描述, 改进项, 待办事项, 行动描述
    行動項目, 工作项, 动作, 改进内容, maßnahme, maßnahmen, massnahme, aufgabe, aktion, beschreibung, was, acción
    accion, acciones, tarea, descripción, medida, elemento de acción, mesure, tâche, ação, ações, tarefa, descrição
    item de ação, azione, azioni, attività, descrizione, compito, misura, 액션, 액션 아이템, 조치, 조치 사항
    조치사항, 작업, 내용, 할 일, действие, действия, задача, задачи, мера, описание, actie, actiepunt, taak
    działanie, zadanie, aksiyon, görev, åtgärd, меры, aksjon, aksjonspunkt, tiltak, handling, oppgave, opgave, uppgift
    toimenpide, tehtävä, opatření, úkol, teendő, acțiune, hành động, hạng mục, việc cần làm, công việc, biện pháp
    tindakan, tugas, дія, завдання, захід, 措施項目, 待辦事項, 改善措施, 改進措施, 과제, الإجراء
"""), Role.ACTION),
    **dict.fromkeys(phrases("""
    owner, owners, owner s, assignee, assignees, assigned to, assigned, who, responsible, responsible person
    responsible party, responsible team, responsibility, dri, lead, team, owning team, owner team, owner/team
    person, accountable, action owner, point of contact, poc, contact, driver, champion, by whom, owned by
    task owner, implementer, 担当, 担当者, 担当チーム, オーナー, 責任者, 负责人, 责任人, 负责团队, 执行人, 跟进人
    所有者, 責任人, 负责方, 责任方, 经办人, verantwortlich, verantwortliche, verantwortlicher, zuständig, wer
    besitzer, dueño, responsable, responsables, propietario, encargado, asignado a, quién, asignado, porteur
    pilote, qui, propriétaire, assigné à, responsável, dono, quem, atribuído a, responsabile, proprietario
    assegnatario, chi, 담당, 담당자, 책임자, 오너, 담당 팀, владелец, ответственный, исполнитель, кто
    ответственные, eigenaar, verantwoordelijke, wie, właściciel, odpowiedzialny, sorumlu, ansvarig, eier
    ejer, ansvarlig, ägare, tilldelad, vastuuhenkilö, omistaja, vlastník, odpovědný, felelős, responsabil, phụ trách
    người phụ trách, chịu trách nhiệm, người thực hiện, penanggung jawab, pemilik, відповідальний, виконавець, власник
    負責人, 負責單位, 負責團隊, المسؤول, vastuu, vastuussa, vastuutaho, ansvar, ansvarlige, uitvoerder, osoba
    osoba odpowiedzialna, sorumlu kişi, sahip, responsável pela ação, wykonawca, pic
"""), Role.OWNER),
    **dict.fromkeys(phrases("""
    due, due date, due by, deadline, expected date, eta, target, target date, by when, when, date, completion date
    target completion, target completion date, expected completion, expected completion date, timeline, timeframe
    time frame, due on, planned date, planned completion, estimated date, est date, est completion, delivery date
    end date, estimated completion, estimated completion date, milestone, target release, schedule, date due
    completion target, 期限, 期日, 締切, 締め切り, 完了予定, 完了予定日, 対応期限, 納期, 予定日, 截止日期, 截止时间
    完成时间, 期望完成时间, 计划完成时间, 预计完成时间, 预计完成, 时间, 目标日期, 到期日, deadline, frist, fällig
    fällig am, fälligkeit, termin, zieldatum, bis wann, bis, fecha límite, fecha limite, fecha, plazo, vencimiento
    fecha objetivo, fecha de vencimiento, cuándo, échéance, date limite, date cible, date d'échéance, délai, quand
    prazo, data limite, data, vencimento, data alvo, quando, scadenza, data di scadenza, entro, 기한, 마감일, 마감
    예정일, 완료 예정일, 목표일, срок, дедлайн, дата, срок выполнения, когда, streefdatum, vervaldatum, termin
    son tarih, förfallodatum, forfall, forfallsdato, senast, klart senast, määräaika, termín, do kdy, határidő, termen
    hạn, hạn chót, hạn hoàn thành, thời hạn, ngày hoàn thành, tenggat, batas waktu, термін, 完成期限, 預計完成日
    預計完成, 截止日, 目標日期, الموعد النهائي, tegen wanneer, wanneer, tegen, voor wanneer, 완료 목표일, 완료 목표
    목표 완료일, 완료일, 완료 기한, termin realizacji, do kiedy, data realizacji, hedef tarih, bitiş tarihi, tarih
    fecha compromiso, data prevista, date prévue, data prevista de conclusão, mihin mennessä, når, när, hvornår
    target tanggal, tanggal target, waktu
"""), Role.DUE),
    **dict.fromkeys(phrases("""
    status, state, current status, current state, progress, done, done?, completed, completed?, complete
    resolution status, status notes, status/notes, action status, 状態, ステータス, 状況, 進捗, 対応状況, 完了
    状态, 进度, 进展, 完成情况, 当前状态, 完成状态, stand, zustand, estado, estatus, situación, statut, état
    avancement, situação, stato, avanzamento, 상태, 진행 상황, 진행상황, 진행 상태, статус, состояние, stan, durum
    tilstand, tila, stav, állapot, stare, trạng thái, tình trạng, стан, 狀態, 進度, 進展, الحالة
"""), Role.STATUS),
    **dict.fromkeys(phrases("""
    type, action type, kind, category, class, classification, type of action, item type, タイプ, 種別, 種類, 分類
    カテゴリ, 类型, 分类, 类别, typ, art, kategorie, tipo, tipo de acción, categoría, categoria, catégorie, 유형
    종류, 분류, 구분, тип, категория, soort, tür, slag, kategori, tyyppi, druh, típus, loại, phân loại, jenis, категорія
    類別, 類型, 種類
"""), Role.TYPE),
    **dict.fromkeys(phrases("""
    id, #, no, nr, num, number, ref, ai, ai #, ai id, action id, action #, item #, item id, task id, task #, seq
    sr no, s no, sl no, sno, index, item no, action no, 番号, 編号, 编号, 序号, nº, n°, núm, número, numéro, numero
    번호, №, номер, lfd nr, п/п
"""), Role.ID),
    **dict.fromkeys(phrases("""
    ticket, tickets, ticket #, ticket id, ticket link, ticket number, jira, jira ticket, jira issue, jira link
    jira key, jira id, jira #, bug, bug #, bugs, bug id, issue #, issue link, issue/pr, issue / pr, pr/issue
    issues/prs, pr, pr #, prs, pull request, github issue, github, github link, github issue/pr, gitlab issue
    gitlab, trello, trello card, trello link, card, clickup, linear, linear issue, asana, asana task
    tracking issue, tracking ticket, tracking bug, tracker, tracking link, tracking, tracked in, related issue
    related issues, related ticket, linked issue, issue number, issue id, issue url, bugzilla, key, work item link
    ado, azure devops, story, epic, shortcut, チケット, 課題, 関連チケット, チケット番号, 工单, 工单号, 关联工单
    关联issue, 工单链接, vorgang, tarjeta, ticket jira, chamado, 티켓, 이슈, 지라, тикет, задача jira, тикеты
    zgłoszenie, sak, ärende, sag, tiketti, phiếu, tiket, тікет, 工單, 單號
"""), Role.TICKET),
}  # fmt: skip
HEADERS |= {fold(name): role for name, role in HEADERS.items() if fold(name) not in HEADERS}

_PERHAPS_TICKET = phrases("""
    issue, issues, link, links, reference, references, ref, url, relevant link, related, evidence, notes, comment
    comments, 目标/关联 incident, 链接, リンク, 参照, enlace, lien, link/ref, where, progress
    referanse, referens, referencia, référence, referenz, referência, riferimento, ссылка, посилання, liên kết, tautan
    連結, 링크
""")
_TICKET_WHEN_EMPTY = phrases("issue, issues, link, links, reference, ref, url, 链接, リンク, enlace, lien")
_PERHAPS_STATUS = phrases(
    "outcome, result, results, resolution, disposition, follow-through, 结果, 結果, resultado, résultat"
)
_REMARK = re.compile(
    r"\b(?:priority|effort|estimate|impact|severity|risk|size|cost|created|opened|added|started|closed|completed|verified"
    r"|completion notes|evidence|rationale|reason|why|outcome|results?|check|notes|comments?|triggered by|success metric)\b"
)
"""Columns that say something about the action beside it."""
_CONTAINED: tuple[tuple[re.Pattern[str], Role], ...] = (
    (re.compile(r"\b(?:owner|assignee|responsible|dri|assigned)\b|担当|负责|责任|responsable|verantwort|responsável|responsabile|담당|ответствен|vastuu|ansvar|odpowiedzial|sorumlu|phụ trách|penanggung|відповідал"), Role.OWNER),
    (re.compile(r"\b(?:due|deadline|eta|target|by when)\b|期限|截止|fecha|échéance|prazo|scadenza|frist|기한|목표일|срок|термін|määräaika|tenggat|thời hạn|期日|締切"), Role.DUE),
    (re.compile(r"\b(?:status|state)\b|状態|状态|ステータス|estado|statut|상태|статус"), Role.STATUS),
    (re.compile(r"\b(?:ticket|jira|bugzilla|trello|github|pull request|tracking)\b|チケット|工单"), Role.TICKET),
    (re.compile(r"\btype\b|\btipo\b|类型|種別"), Role.TYPE),
    (re.compile(r"\b(?:action|actions|task|tasks|todo|remediation|improvement)\b|行动项|アクション|acción|ação|azione|maßnahme"), Role.ACTION),
)  # fmt: skip
_TIME = re.compile(
    r"^(?:time|timestamp|hour|hora|heure|zeit|uhrzeit|orario|時刻|時間|时刻|시간|시각|время|utc|event|events|evento"
    r"|イベント|事件)\b"
    r"|^time\b|\btimestamp\b|\(utc\)"
)

_EXAMPLE = phrases(
    "example, examples, ejemplo, ejemplos, exemplo, exemplos, exemple, exemples, beispiel, esempio, 例, 例子"
)
"""Columns of a table that explains kinds of tasks."""


def is_timeline(grid: Grid) -> bool:
    """Whether a column tells the hour: a record of what happened, not of what is to be done."""
    return any(_TIME.search(plain_words(cell.prose.plain) or "") for cell in grid.header.cells)


def roles(grid: Grid) -> tuple[Role | None, ...]:
    """What each column holds. Without an action column in the header there is none here: see :func:`with_action`."""
    names = [plain_words(cell.prose.plain) for cell in grid.header.cells]
    found = [_role(name) for name in names]
    for index, name in enumerate(names):
        if name in _PERHAPS_TICKET or (found[index] is None and name):
            holds = _holds_references(grid, index)
            ticket = holds or (holds is None and name in _TICKET_WHEN_EMPTY)
            found[index] = Role.TICKET if ticket else None
        if found[index] is None and name in _PERHAPS_STATUS and _holds_states(grid, index):
            found[index] = Role.STATUS
    return _unique(found, names)


def _role(name: str) -> Role | None:
    if role := HEADERS.get(name):
        return role
    if _REMARK.search(name):
        return None
    return next((role for pattern, role in _CONTAINED if pattern.search(name)), None)


def _holds_states(grid: Grid, column: int) -> bool:
    """Whether each of its filled cells begins with a state."""
    cells = [row.cells[column].prose.plain.strip(" -–—") for row in grid.rows[:200] if column < len(row.cells)]
    filled = [text for text in cells if text]
    return bool(filled) and all(state_of(text) is not None for text in filled)


def _holds_references(grid: Grid, column: int) -> bool | None:
    """Whether its filled cells are references, or words for a state beside some; None when it is empty."""
    cells = [row.cells[column].prose for row in grid.rows[:200] if column < len(row.cells)]
    filled = [prose for prose in cells if prose.plain.strip("-–— ").lower() not in ("", "tbd", "n/a", "none")]
    if not filled:
        return None
    references = [is_reference(prose) for prose in filled]
    return any(references) and all(
        named or state_of(prose.plain) is not None for named, prose in zip(references, filled, strict=True)
    )


_STRENGTH = ("action item", "action items", "action", "actions", "task", "tasks", "アクション", "行动项", "acción")


def _unique(found: Sequence[Role | None], names: Sequence[str]) -> tuple[Role | None, ...]:
    """Only one action column: the one that is named best; of other roles the first, but every ticket column."""
    actions = [i for i, role in enumerate(found) if role is Role.ACTION]
    best = min(actions, key=lambda i: (_STRENGTH.index(names[i]) if names[i] in _STRENGTH else 99, i), default=None)
    kept: list[Role | None] = []
    for index, role in enumerate(found):
        again = role is not Role.TICKET and role in kept
        kept.append(None if again or (role is Role.ACTION and index != best) else role)
    return tuple(kept)


def with_action(grid: Grid, found: tuple[Role | None, ...]) -> tuple[Role | None, ...]:
    """The roles, the column with the longest words that are no remark being the action when no header names one."""
    if Role.ACTION in found or not grid.rows:
        return found
    names = [plain_words(cell.prose.plain) for cell in grid.header.cells]
    if any(name in _EXAMPLE for name in names):
        return found
    rows = grid.rows[:50]
    free = [i for i, role in enumerate(found) if role is None and not _REMARK.search(names[i])]
    free = free or [i for i, role in enumerate(found) if role is None and _holds_tasks(rows, i)]
    if not free:
        return found

    def width(column: int) -> int:
        return sum(row.cells[column].span.end - row.cells[column].span.start for row in rows if column < len(row.cells))

    best = max(free, key=width)
    return tuple(Role.ACTION if i == best else role for i, role in enumerate(found))


def _holds_tasks(rows: Sequence[GridRow], column: int) -> bool:
    """Whether the cells of a column are tasks whatever its header says, as where the headers slipped by one."""
    cells = [squeeze(row.cells[column].prose.plain) for row in rows if column < len(row.cells)]
    return len(cells) > 1 and all(starts_as_task(cell) and len(cell.split()) > 2 for cell in cells)
