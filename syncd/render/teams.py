"""A digest as the body of a Teams Workflows webhook: a message with one Adaptive Card of version 1.4.

All words stand in TextRuns, which know no markup (Adaptive Cards' schema: "TextRuns do not support markdown"), so a
document's text is inert. Teams refuses messages near 28 KB; ours stay under 20 KB.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from syncd.core.digest import Digest
from syncd.ports import Payload
from syncd.render.fitting import fitting
from syncd.render.message import Figure, Group, Line, Message, Part, Sheet, message
from syncd.render.rendering import Rendering

MAX_BYTES = 20_000
VERSION = "1.4"
Element = dict[str, object]


def teams(digest: Digest, settings: Rendering) -> Payload:
    """A message that fits. First details go, then whole lists; the numbers and the link to the page stay."""
    whole = _payload(message(digest, settings), details=True)
    if _fits(whole):
        return whole
    return fitting(digest, lambda part: _payload(message(part, settings), details=False), _fits)


def _fits(payload: Payload) -> bool:
    return len(json.dumps(payload).encode()) <= MAX_BYTES


def _payload(words: Message, *, details: bool) -> Payload:
    card: Element = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": VERSION,
        "fallbackText": words.subject,
        "msteams": {"width": "Full"},
        "body": [*_top(words), *(e for part in words.parts for e in _part(part, details)), *_rest(words, details)],
    }
    if words.page_url:
        card["actions"] = [{"type": "Action.OpenUrl", "title": "All open action items", "url": words.page_url}]
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}


def _top(words: Message) -> Iterator[Element]:
    yield _text(_run(words.occasion, isSubtle=True, size="Small"))
    yield {**_text(_run(words.heading, weight="Bolder", size="Large")), "spacing": "None"}
    if words.all_clear or words.preheader:
        yield _text(_run(words.all_clear or words.preheader))
    if words.figures:
        yield {"type": "ColumnSet", "columns": [_figure(figure) for figure in words.figures]}
    yield from (_text(_run(remark, italic=True)) for remark in words.remarks)
    yield from (_text(_run(f"{label}: ", weight="Bolder"), _run(value)) for label, value in words.facts)
    if words.advice:
        yield _heading("What to do")
        yield from (_text(_run(line)) for line in words.advice)
    if words.kind != "weekly":
        yield from _sheets(words)


def _figure(figure: Figure) -> Element:
    colour = {"color": "Attention"} if figure.alarming else {}
    number = _text(_run(str(figure.count), weight="Bolder", size="ExtraLarge", **colour))
    label = {**_text(_run(figure.label, size="Small")), "spacing": "None"}
    return {"type": "Column", "width": "stretch", "items": [number, label]}


def _part(part: Part, details: bool) -> Iterator[Element]:
    yield _heading(f"{part.title} ({part.count})")
    for group in part.groups:
        yield from _group(group, details)
    if part.more:
        yield _text(_run(part.more, isSubtle=True))


def _group(group: Group, details: bool) -> Iterator[Element]:
    if group.owner:
        yield _text(_run(group.owner, weight="Bolder", isSubtle=True))
    for line in group.lines:
        yield from _line(line, details)


def _line(line: Line, details: bool) -> Iterator[Element]:
    urgency = _run(f" · {line.when}", weight="Bolder", **({"color": "Attention"} if line.late else {}))
    yield _text(_linked(line.title, line.url), urgency)
    if details:
        facts = _run(" · ".join(line.facts), isSubtle=True, size="Small")
        yield {**_text(facts), "spacing": "None"}
        if line.postmortem:
            origin = {**_linked(line.postmortem, line.postmortem_url), "isSubtle": True, "size": "Small"}
            yield {**_text(_run("From ", isSubtle=True, size="Small"), origin), "spacing": "None"}
        if line.note:
            yield {**_text(_run(line.note, italic=True, size="Small")), "spacing": "None"}


def _rest(words: Message, details: bool) -> Iterator[Element]:
    if words.restricted:
        yield _text(_run(words.restricted))
    if words.drafts:
        yield _heading("Back in draft, with tickets")
        yield from (_text(_run(draft)) for draft in words.drafts)
    if words.agenda and details:
        yield from _agenda(words)
    if words.kind == "weekly":
        yield from _sheets(words)
    if words.trend:
        weeks = " → ".join(str(column.count) for column in words.trend)
        yield {**_text(_run(f"Open, week by week: {weeks}", isSubtle=True, size="Small")), "separator": True}


def _agenda(words: Message) -> Iterator[Element]:
    yield _heading(words.agenda_heading)
    for number, point in enumerate(words.agenda, 1):
        yield _text(_run(f"{number}. {point.title}", weight="Bolder"), _run(f" ({point.time})"))
        yield from ({**_text(_run(f"– {question}")), "spacing": "None"} for question in point.questions)


def _sheets(words: Message) -> Iterator[Element]:
    if words.sheets:
        yield _heading(words.sheets_heading)
        yield from map(_sheet, words.sheets)


def _sheet(sheet: Sheet) -> Element:
    facts = "".join(f" · {label}: {value}" for label, value in sheet.facts)
    return _text(_linked(sheet.title, sheet.url), _run(facts, isSubtle=True))


def _heading(words: str) -> Element:
    return {**_text(_run(words, weight="Bolder", size="Medium")), "separator": True, "spacing": "Medium"}


def _linked(words: str, url: str | None) -> Element:
    return _run(words, **({"selectAction": {"type": "Action.OpenUrl", "url": url}} if url else {}))


def _run(words: str, **look: object) -> Element:
    return {"type": "TextRun", "text": words, **look}


def _text(*runs: Element) -> Element:
    return {"type": "RichTextBlock", "inlines": list(runs)}
