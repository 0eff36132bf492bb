"""Jira's wiki markup as HTML, as far as tickets of ours use it and as far as words could be taken for it.

A phrase begins where no letter or digit stands before its sign, and ends where none follows: so does Data Center.
"""

from __future__ import annotations

import html
import re

_ESCAPE = re.compile(r"(?<!\\)\\([-#*_+?^~|%{}\[\]()!@])")
_PLAIN = 0xE000
"""Escaped characters wait in the private use area until everything else is markup."""
_LINK = re.compile(r"\[([^\[\]|]+)\|([^\[\]|\s]+)\]")
_BARE = re.compile(r"(?<!href=\")https?://[^\s<]+")
_KEY = re.compile(r"\b[A-Z][A-Z0-9_]+-\d+\b")
_PHRASES = {"*": "strong", "_": "em", "-": "del", "+": "ins", "^": "sup", "~": "sub"}


def wiki_html(markup: str) -> str:
    """What people see of it."""
    waiting = _ESCAPE.sub(lambda found: chr(_PLAIN + ord(found[1])), markup)
    shown = "\n".join(_block(block.split("\n")) for block in re.split(r"\n{2,}", waiting))
    return re.sub("[\ue000-\ue0ff]", lambda found: html.escape(chr(ord(found[0]) - _PLAIN)), shown)


def _block(lines: list[str]) -> str:
    if heading := re.fullmatch(r"h([1-6])\. (.*)", lines[0]):
        return f"<h{heading[1]}>{_line(heading[2])}</h{heading[1]}>"
    if all(re.match(r"[*#-] ", line) for line in lines):
        return f"<ul>{''.join(f'<li>{_line(line[2:])}</li>' for line in lines)}</ul>"
    return f"<p>{'<br>'.join(map(_line, lines))}</p>"


def _line(words: str) -> str:
    kept: list[str] = []

    def keep(made: str) -> str:
        kept.append(made)
        return f"\0{len(kept) - 1}\0"

    text = re.sub(r"\{\{(.+?)\}\}", lambda found: keep(f"<tt>{html.escape(found[1])}</tt>"), words)
    text = _LINK.sub(lambda found: keep(_anchor(found[2], _phrases(html.escape(found[1])))), text)
    text = _BARE.sub(lambda found: keep(_anchor(found[0], html.escape(found[0]))), text)
    text = _KEY.sub(lambda found: keep(_anchor(f"/browse/{found[0]}", found[0])), text)
    text = _phrases(html.escape(text))
    return re.sub(r"\0(\d+)\0", lambda found: kept[int(found[1])], text)


def _anchor(target: str, shown: str) -> str:
    return f'<a href="{html.escape(target)}">{shown}</a>'


def _phrases(text: str) -> str:
    for sign, element in _PHRASES.items():
        mark = re.escape(sign)
        phrase = rf"(?<![^\W_\\]){mark}([^\s{mark}](?:[^{mark}]*[^\s{mark}])?){mark}(?![^\W_])"
        text = re.sub(phrase, rf"<{element}>\1</{element}>", text)
    return text
