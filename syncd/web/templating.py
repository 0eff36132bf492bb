"""Jinja2 for the pages: all text is escaped and on one line, whether or not a template thinks of it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from syncd.core.plain import one_line
from syncd.render.inert import safe_url

FOLDER = Path(__file__).parent / "templates"
LONGEST = 2000
"""Characters of one text."""


def filled(template: str, **values: object) -> str:
    """A template with its values."""
    return environment().get_template(template).render(**values)


@cache
def environment() -> Environment:
    """Every expression of a template goes through :func:`harmless` before it is escaped."""
    made = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=harmless,
    )
    made.filters.update(cut=one_line, followable=safe_url, coded=coded)
    return made


def harmless(value: object) -> object:
    """A text without what moves, hides or turns other text; anything else as it is."""
    return value if not isinstance(value, str) or isinstance(value, Markup) else one_line(value, LONGEST)


def coded(text: str) -> Markup:
    """Escaped text in which `commands` between backticks are set as such."""
    parts = one_line(text, LONGEST).split("`")
    if len(parts) % 2 == 0:  # one backtick has no other
        return escape("`".join(parts))
    return Markup("").join(Markup("<code>{}</code>").format(p) if n % 2 else escape(p) for n, p in enumerate(parts))
