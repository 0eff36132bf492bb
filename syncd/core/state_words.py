"""Where a text says its state, and how that is replaced by another state.

Works on the text as written, markup and all, and never looks into link targets or HTML tags. Which words say which
state stands in :mod:`syncd.core.words`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from syncd.core.model import State
from syncd.core.words import STATE_MARKS, STATES, one_of, phrases

_PLAIN = phrases("""
    open, todo, to do, to-do, not started, in progress, in-progress, inprogress, wip, ongoing, doing, started
    done, complete, completed, closed, finished, cancelled, canceled, won't do, wont do, won't fix, wontfix
    未着手, 未対応, 未完了, オープン, 進行中, 対応中, 作業中
    完了, 済, 済み, 対応済, 対応済み, クローズ, 中止, キャンセル
    未开始, 待处理, 待办, 未完成, 进行中, 处理中, 已完成, 完成, 已关闭, 已取消, 取消
    offen, in arbeit, in bearbeitung, erledigt, fertig, abgeschlossen, abgebrochen, verworfen
    pendiente, abierto, abierta, en curso, en progreso, hecho, completado, completada, terminado, cancelado, cancelada
    ouvert, à faire, en cours, fait, terminé, terminée, annulé, annulée
    pendente, aberto, em andamento, em curso, feito, concluído, concluída
    aperto, da fare, in corso, fatto, completato, annullato
    미완료, 할 일, 진행 중, 진행중, 완료, 취소
    открыто, в работе, в процессе, готово, сделано, выполнено, отменено
""")
"""Words that say the state and nothing more, so that another row may use them too. That a ticket is closed does not
mean that something was merged, nor that somebody else's duplicate was found."""

_BLANKS = r"[ \t\u00a0]*"
_NAMED = "white_check_mark|heavy_check_mark|ballot_box_with_check|x|construction|hourglass|hourglass_flowing_sand|" + (
    "white_large_square|no_entry|no_entry_sign|(?:red|green|yellow|orange|blue|white|black)_circle"
)
_SIGN = rf"(?:[{''.join(map(re.escape, STATE_MARKS))}]\ufe0f?|:(?:{_NAMED}):)"
_BOX = re.compile(r"\[[ xX]\]")
_SIGNS = re.compile(rf"{_SIGN}(?:{_BLANKS}{_SIGN})*")
_BEFORE = re.compile(rf"(?:{_SIGN}{_BLANKS})+\Z")
_AFTER = re.compile(rf"(?:{_BLANKS}{_SIGN})+")
_WORD = re.compile(
    rf"(?<!\w)(?:{one_of(frozenset(w for w in STATES if w[-1].isalnum() and w < '⺀'))})(?!\w)"
    rf"|{one_of(frozenset(w for w in STATES if w >= '⺀'))}",
    re.IGNORECASE,
)
_PERCENT = re.compile(r"\d{1,3}\s*%")
_BLIND = re.compile(r"\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*\)|<[^<>]*>|https?://\S+")


@dataclass(frozen=True, slots=True)
class Said:
    """Where a text says its state: its word with the signs beside it, or the signs alone; and its checkbox.

    ``start == end`` when only the box says it; ``box`` is the place of the character between the brackets.
    """

    start: int
    end: int
    plain: bool
    """It says nothing but the state."""
    box: int | None = None

    @property
    def boxed(self) -> bool:
        """Whether only a box says it; a box cannot tell *in progress* from *open*."""
        return self.box is not None and self.start == self.end


def find(raw: str, state: State | None) -> Said | None:
    """Where ``raw`` says that it is in ``state``; None when no word or sign known here does."""
    seen = _BLIND.sub(lambda match: "\0" * len(match[0]), raw).replace("’", "'")
    box = _BOX.search(seen)
    place = box.start() + 1 if box else None
    words = list(_WORD.finditer(seen))
    for word in words:
        if STATES[word[0].lower()] is state:
            start, end = _with_signs(seen, word.start(), word.end())
            return Said(start, end, word[0].lower() in _PLAIN, place)
    if not words and (sign := _SIGNS.search(seen) or _PERCENT.search(seen)):
        return Said(sign.start(), sign.end(), not sign[0].endswith("%"), place)
    return Said(box.end(), box.end(), False, place) if box else None


def replace(raw: str, said: Said, *, state: State, word: str, cross: str = "x") -> str:
    """``raw`` with another state: the word or sign becomes ``word``, a box is ticked with ``cross`` or cleared.

    A box alone stays alone, except that it cannot say *cancelled*: then the word follows it.
    """
    if said.boxed:
        word = f" {word}" if state is State.CANCELLED else ""
    text = raw[: said.start] + word + raw[said.end :]
    if said.box is None or state is State.CANCELLED:
        return text
    return text[: said.box] + (cross if state is State.DONE else " ") + text[said.box + 1 :]


def usual(texts: Iterable[tuple[str, State | None]], state: State) -> str | None:
    """How these texts, each with its state, mostly say ``state`` in plain words or signs; the first of equals."""
    said = [(raw, find(raw, state)) for raw, told in texts if told is state]
    words = Counter(raw[s.start : s.end] for raw, s in said if s is not None and s.plain)
    return words.most_common(1)[0][0] if words else None


def _with_signs(text: str, start: int, end: int) -> tuple[int, int]:
    before = _BEFORE.search(text, 0, start)
    after = _AFTER.match(text, end)
    return before.start() if before else start, after.end() if after else end
