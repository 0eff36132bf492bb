"""A digest as the body of a Slack incoming webhook: Block Kit, and a text for notifications and screen readers.

Limits: 50 blocks, 3,000 characters in a section, 150 in a header (Slack's "Blocks" reference); messages of some
13,000 characters in all were seen refused (``msg_blocks_too_long``), so ours stay under 12,000.
"""

from __future__ import annotations

from collections.abc import Iterator

from syncd.core.digest import Digest
from syncd.core.plain import one_line
from syncd.ports import Payload
from syncd.render.fitting import fitting
from syncd.render.inert import slack as escaped
from syncd.render.message import Group, Line, Message, Part, Sheet, message
from syncd.render.rendering import Rendering

MAX_BLOCKS = 50
MAX_CHARACTERS = 12_000
MAX_SECTION = 3_000
MAX_HEADER = 150
_LONGEST_URL = 600
Block = dict[str, object]


def slack(digest: Digest, settings: Rendering) -> Payload:
    """``text`` and ``blocks``, within the limits. Nothing in it mentions anybody or unfolds a link."""
    return fitting(digest, lambda part: _payload(message(part, settings)), _fits)


def _payload(words: Message) -> Payload:
    blocks = [*_top(words), *(block for part in words.parts for block in _part(part, words)), *_rest(words)]
    return {"text": escaped(words.subject), "blocks": blocks, "unfurl_links": False, "unfurl_media": False}


def _fits(payload: Payload) -> bool:
    blocks = payload["blocks"]
    assert isinstance(blocks, list)
    texts = list(_texts(blocks))
    small = all(len(text) <= MAX_SECTION for text in texts)
    return small and len(blocks) <= MAX_BLOCKS and sum(map(len, texts)) <= MAX_CHARACTERS


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "text" and isinstance(inner, str):
                yield inner
            else:
                yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def _top(words: Message) -> Iterator[Block]:
    yield {"type": "header", "text": _plain(one_line(words.heading, MAX_HEADER))}
    if words.figures:
        yield _section(" · ".join(f"*{figure.count}* {figure.label}" for figure in words.figures))
    yield from (_section(escaped(words.all_clear or words.preheader)),) if words.all_clear or words.preheader else ()
    if words.remarks:
        yield _context("\n".join(words.remarks))
    if words.facts:
        yield from _sections([f"*{label}:* {escaped(value)}" for label, value in words.facts])
        yield from _sections(["*What to do*", *(f"•  {escaped(line)}" for line in words.advice)])
    if words.kind != "weekly" and words.sheets:
        yield from _sections([f"*{words.sheets_heading}*", *map(_sheet, words.sheets)])


def _part(part: Part, words: Message) -> Iterator[Block]:
    yield {"type": "divider"}
    link = f": {_link('all open action items', words.page_url)}" if words.page_url else ""
    lines = [line for group in part.groups for line in _group(group)]
    yield from _sections(
        [f"*{escaped(part.title)} ({part.count})*", *lines, *([part.more + link] if part.more else [])]
    )


def _group(group: Group) -> list[str]:
    heading = [f"\n*{escaped(group.owner)}*"] if group.owner else []
    return [*heading, *map(_line, group.lines)]


def _line(line: Line) -> str:
    when = f"*{line.when}*" if line.late else line.when
    origin = [_link(line.postmortem, line.postmortem_url)] if line.postmortem else []
    facts = " · ".join([when, *map(escaped, line.facts), *origin])
    note = f"\n      → {escaped(line.note)}" if line.note else ""
    return f"•  {_link(line.title, line.url)}\n      {facts}{note}"


def _rest(words: Message) -> Iterator[Block]:
    if words.restricted:
        yield _section(words.restricted)
    if words.drafts:
        yield from _sections(["*Back in draft, with tickets*", *(f"•  {escaped(draft)}" for draft in words.drafts)])
    if words.agenda:
        yield {"type": "divider"}
        yield from _sections(_agenda(words))
    if words.kind == "weekly" and words.sheets:
        yield from _sections([f"*{words.sheets_heading}*", *map(_sheet, words.sheets)])
    if words.trend:
        yield _context("Open, week by week: " + " → ".join(str(column.count) for column in words.trend))
    if words.page_url:
        yield _section(_link("All open action items of the team", words.page_url))


def _sheet(sheet: Sheet) -> str:
    facts = " · ".join(f"{label}: {escaped(value)}" for label, value in sheet.facts)
    return f"•  {_link(sheet.title, sheet.url)}" + (f"\n      {facts}" if facts else "")


def _agenda(words: Message) -> list[str]:
    lines = [f"*{escaped(words.agenda_heading)}*"]
    for number, point in enumerate(words.agenda, 1):
        lines.append(f"{number}. {escaped(point.title)} ({point.time})")
        lines += [f"      –  {escaped(question)}" for question in point.questions]
    return lines


def _link(words: str, url: str | None) -> str:
    """Its words stand alone where the address would eat up the room of other items."""
    target = escaped(url.replace("*", "%2A").replace("~", "%7E")) if url else ""
    return f"<{target}|{escaped(words)}>" if 0 < len(target) <= _LONGEST_URL else escaped(words)


def _sections(lines: list[str]) -> Iterator[Block]:
    """The lines in as few sections as hold them."""
    text = ""
    for line in lines:
        if text and len(text) + 1 + len(line) > MAX_SECTION:
            yield _section(text)
            text = line
        else:
            text = f"{text}\n{line}" if text else line
    yield _section(text)


def _section(text: str) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


def _context(text: str) -> Block:
    return {"type": "context", "elements": [_plain(text)]}


def _plain(text: str) -> Block:
    return {"type": "plain_text", "text": text, "emoji": False}
