"""One cell → value: owners, severities, and whether anybody filled it in."""

from __future__ import annotations

import re

from syncd.core.words import NOTHING, SEVERITIES, phrases, plain_words

# --- owners ---------------------------------------------------------------------------------------------------------

_UNKNOWN_OWNER = phrases("""
    tbd, tba, tbc, ?, ??, n/a, na, none, unassigned, unowned, nobody, not assigned, to be decided, unknown, todo
    to be determined, to be assigned, 未定, 待定, 待指定, なし, 无, offen, sin asignar, por definir, à définir
    non assigné, a definir, 미정
""")
_SEPARATOR = re.compile(r"\s+[+&/|]\s+|\s*[,;、，;\n]\s*|\s+(?:and|und|y|e|et|en|и|と)\s+|\s*＋\s*")
_TOGETHER = re.compile(
    r"\b(?:trust|health|safety|research|learning|sales|people|command|risk|legal|diversity|site|design|test"
    r"|build)\s+(?:and|&)\s+\w+",
    re.IGNORECASE,
)
_HANDLES_ONLY = re.compile(r"@\S*\w(?:\s+@\S*\w)+")
_NESTED = re.compile(r"[(（\[][^()（）\[\]]*[)）\]]")


def is_blank(text: str) -> bool:
    """Whether a cell says that there is nothing: empty, a dash, dots."""
    return not text.strip(" -–—‐_.…*")


def split_owners(text: str) -> tuple[str, ...]:
    """The owners that a cell names: ``A + B``, ``A & B``, ``A, B``, ``A / B``, ``A and B``."""
    kept: list[str] = []

    def keep(match: re.Match[str]) -> str:
        kept.append(match[0])
        return f"\0{len(kept) - 1}\0"

    text = text.replace("\0", " ")  # it stands for what is kept together
    if _HANDLES_ONLY.fullmatch(text.strip()):
        return tuple(dict.fromkeys(text.split()))
    masked = _TOGETHER.sub(keep, _NESTED.sub(keep, text))
    names = (_restored(part, kept).strip(" *_`") for part in _SEPARATOR.split(masked))
    return tuple(dict.fromkeys(n for n in names if n and not is_blank(n) and n.lower() not in _UNKNOWN_OWNER))


def _restored(part: str, kept: list[str]) -> str:
    while "\0" in part:
        part = re.sub(r"\0(\d+)\0", lambda m: kept[int(m[1])], part)
    return part


# --- severities -----------------------------------------------------------------------------------------------------

_SEVERITY = re.compile(r"\b(?:sev(?:erity)?)[\s:_-]*([0-5])\b|^s([0-5])\b", re.IGNORECASE)


_REMARK = re.compile(r"\s*(?:[(（].*|\s[—–-]+\s.*|[,;:].*)$", re.DOTALL)


def severity(text: str) -> str | None:
    """``SEV-n`` where a text says so, or uses exactly our word for it, a remark behind it or not; else the text."""
    if match := _SEVERITY.search(text):
        return f"SEV-{match[1] or match[2]}"
    word = _REMARK.sub("", text).strip(" *.!🔴🟠🟡🟢\ufe0f").lower()
    return SEVERITIES.get(word, text.strip() or None)


# --- what nobody filled in ------------------------------------------------------------------------------------------

_TEMPLATE_MARK = re.compile(r"\{\{[^{}]*\}\}|\$\{[^{}]*\}|\{%[^%]*%\}|<%[^%]*%>")
_BRACKETS = re.compile(
    r"(?:\((?P<round>[^()]*)\)|\[(?P<square>[^\[\]]*)\]|<(?P<angle>[^<>]*)>|（[^（）]*）|＜[^＜＞]*＞|【[^【】]*】"
    r"|\{[^{}]*\})[.:]?$"
)
_BRACKET = r"(?:\[[^\[\]]*\]|<[^<>]*>)"
_ALL_BRACKETS = re.compile(rf"{_BRACKET}(?:\s*(?:[-–—|,;]\s*)?(?:[^\W\d_]+(?: [^\W\d_]+)?\s*[:：]\s*)?{_BRACKET})+")
"""A task with its attributes, none of which is filled in: ``[Action] - Owner: [Name]``."""
_LAST_BRACKET = re.compile(r"\s*[(（][^()（）]*[)）]$")
_SAMPLE = re.compile(
    r"(?:(?:action|task|item|todo|to-?do|action item|follow-?up|step|fix|improvement|ticket"
    r"|acción|ação|azione|tarea|tâche|maßnahme|aufgabe|行动项?|措施|対策|アクション|задача|действие"
    r"|조치)\s*(?:#?\d{1,2}|[a-cxyz]|\.{3}|…)\s*[:：]?"
    r"|x{2,}|\.{2,}|…|_{2,}|lorem ipsum.*|(?:e\.g\.|eg:|example|for example|ex|z\.\s?b\.|p\. ?ej\.|例)[:,. ].*|例：.*"
    r"|(?:your|the|an?|some|short|brief|specific|description|describe|insert|enter|add|link|name|what|action|item"
    r"|task|details?|fill)"
    r"(?: (?:the|an?|of|your|in|to|here|for|action|item|items|task|tasks|description|details|text|summary|specific"
    r"|what|needs?|be|done|link|ticket|follow-?up|with|this))+)",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"(?:list|describe|explore|capture|enter|write(?: down)?|specify|outline)\b(?: \w+){0,3} (?:action items"
    r"|corrective actions|preventive actions|action points)\b",
    re.IGNORECASE,
)
"""What a template asks its writer: ``List all action items.``"""
_SAMPLES = phrases("""
    e.g, eg, ex, tbd, tba, tbc, todo, to do, to be determined, to be decided, to be defined, to be added
    to be filled, to be filled in, fill in, action, action item, action items, item, task, description, placeholder
    example, sample, wip, coming soon, specific action, yyyy-mm-dd, dd/mm/yyyy, mm/dd/yyyy, yyyy/mm/dd, hh:mm, name
    owner, team, person, 未定, 待定, 待补充, 待填写, 記入, por definir, à définir, da definire, a definir
    wird ergänzt, summary, xxx, text, @owner, @name, @username, @team, @person, @mention, @handle, owner name
    team name, date, due date, your name, person or team, team or role, role, status, none yet, name / team
    name/team, team / person, pendiente
""")
_CELL_SAMPLES = phrases("""
    name, owner, team, person, role, date, due date, yyyy-mm-dd, dd/mm/yyyy, mm/dd/yyyy, your name, team name
    owner name, xx, xxx, @owner, @name, @username, @handle, @person, @team, @mention, who, when, assignee
    @assignee, team or role, deadline, ticket, link, status, type
""")
_OPTIONS = re.compile(r"\s*[/|]\s*|\s+or\s+|\s*,\s*")


def is_nothing(text: str) -> bool:
    """Whether a text says that there is nothing to do: ``None``, ``No actions.``"""
    words = text.strip(" .。!*_-–—()[]").lower()
    return is_blank(text) or words in NOTHING or (len(words) <= 80 and _NOTHING.match(words) is not None)


_NOTHING = re.compile(
    r"none (?:required|needed|identified|planned|necessary|at (?:this|the)|at present|so far|currently|known|for)\b"
    r"|nothing (?:to do|needed|required|planned|else|further|identified)\b"
    r"|(?:there (?:are|were|is) )?no (?:(?:further|additional|new|more|other|outstanding|specific|immediate|pending) )*"
    r"(?:corrective |remedial |preventive |follow[- ]?up |remediation )?"
    r"(?:actions?(?: items?)?|action points?|follow[- ]?ups?|tasks?|next steps?|changes?|items?|work)"
    r"(?: (?:items? )?(?:is|are|was|were|required|needed|identified|planned|necessary|taken|at (?:this|the)|for|from"
    r"|beyond|outstanding|remaining|remain)\b.*)?$"
)


def is_placeholder(text: str) -> bool:
    """Whether nobody filled in this action: ``(specific action)``, ``{{x}}``, ``<...>``, ``[Item 1]``, ``TBD``."""
    text = text.strip(" *_`.:：")
    if not text:
        return False
    if _TEMPLATE_MARK.search(text) or _ASKS.match(text) or _ALL_BRACKETS.fullmatch(text):
        return True
    head = _LAST_BRACKET.sub("", text)
    return any(t.lower() in _SAMPLES or _BRACKETS.fullmatch(t) or _SAMPLE.fullmatch(t) for t in {text, head} if t)


_NUMBERED = re.compile(r"[^\W\d_]+(?: [^\W\d_]+)? #?\d{1,3}")


def is_numbered(text: str) -> bool:
    """Whether an action is a word and a number, ``Task 1``: a sample, unless its row says who does it, or when."""
    return _NUMBERED.fullmatch(text.strip(" *_`.")) is not None


def is_cell_placeholder(text: str) -> bool:
    """Whether nobody filled in this owner, date or status cell: ``(team)``, ``<owner>``, ``YYYY-MM-DD``."""
    text = text.strip(" *_`")
    if _TEMPLATE_MARK.search(text) or text.lower() in _CELL_SAMPLES:
        return True
    match = _BRACKETS.fullmatch(text)
    return match is not None and (
        match["angle"] is not None or is_placeholder(match[0][1:-1]) or _in_brackets(match[0])
    )


def _in_brackets(text: str) -> bool:
    words = plain_words(text[1:-1]).split()
    return bool(words) and all(w in _CELL_WORDS for w in words)


_CELL_WORDS = phrases("""
    name, names, owner, owners, team, teams, person, role, date, due, assignee, who, when, date/time, link, ticket
    status, type, or, and, the, your, of
""")


def all_options(text: str, options: frozenset[str]) -> bool:
    """Whether a cell still lists what could be chosen: ``Prevent / Detect / Mitigate / Process``."""
    parts = [plain_words(part) for part in _OPTIONS.split(text.strip(" ()[]{}<>")) if part.strip()]
    return len(parts) >= 3 and sum(part in options for part in parts) >= len(parts) - 1
