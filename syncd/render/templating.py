"""Jinja2, set so that forgetting to escape is impossible in HTML, and a template of one's own wins over ours."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import (
    Environment,
    FileSystemLoader,
    StrictUndefined,
    TemplateError,
    TemplateSyntaxError,
    select_autoescape,
)

from syncd.errors import SettingsError
from syncd.render.inert import isolated, sentence
from syncd.render.words import columns, folded

OURS = Path(__file__).parent / "templates"
"""The templates that come with syncd; ``mail.html.j2`` and ``digest.txt.j2`` are the ones to override."""


def filled(template: str, *, folder: Path | None, **values: object) -> str:
    """A template with its values, from ``folder`` if it is there. SettingsError when it cannot be filled."""
    try:
        return _environment(folder).get_template(template).render(**values)
    except TemplateSyntaxError as error:
        raise SettingsError(
            f"The template {error.filename} is wrong in line {error.lineno}: {error.message}"
        ) from error
    except (TemplateError, OSError, ValueError, TypeError, ArithmeticError) as error:
        raise SettingsError(f"The template {template} of {folder or OURS} cannot be filled: {error}") from error


@cache
def _environment(folder: Path | None) -> Environment:
    places = [OURS] if folder is None else [folder, OURS]
    environment = Environment(
        loader=FileSystemLoader(places),
        autoescape=select_autoescape((), disabled_extensions=("txt.j2",), default_for_string=True, default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(columns=columns, folded=folded, isolated=isolated, sentence=sentence)
    return environment
