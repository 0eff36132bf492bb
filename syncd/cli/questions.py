"""Questions on a terminal: each has a default, and what was answered before is the next time's default."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import typer

from syncd.errors import UsageError

Check = Callable[[str], str]
"""The value that a text means. Raises ValueError, with words, when it means none."""

NONE = "none"
"""What a person answers to leave out what has a default."""


def _as_it_is(text: str) -> str:
    return text


@dataclass
class Questions:
    """Raises UsageError when the person goes away (Ctrl-C, end of input)."""

    _said: dict[str, str] = field(default_factory=dict)

    def text(self, question: str, default: str | None = None, *, check: Check = _as_it_is) -> str:
        """What the person answers, asked again until it fits."""
        default = self._said.get(question, default)
        self._said[question] = answer = self._asked(question, default, check)
        return answer

    def optional(self, question: str, default: str = "", *, check: Check = _as_it_is) -> str:
        """The same, but nothing, or ``none``, will do: "" then."""
        answer = self.text(question, default or NONE, check=lambda text: text if text == NONE else check(text))
        return "" if answer == NONE else answer

    def choice(self, question: str, options: Mapping[str, str], default: str) -> str:
        """The key of the option that the person chooses by its number."""
        keys = list(options)
        typer.echo()
        typer.echo(question)
        for number, words in enumerate(options.values(), 1):
            typer.echo(f"  {number}  {words}")
        first = self._said.get(question, str(keys.index(default) + 1))
        self._said[question] = answer = self._asked("Number?", first, _one_of(len(keys)))
        return keys[int(answer) - 1]

    def yes(self, question: str, *, default: bool) -> bool:
        """Whether the person agrees."""
        try:
            return typer.confirm(question, default=default, prompt_suffix=" ")
        except typer.Abort:
            raise _gone() from None

    def hidden(self, question: str) -> str:
        """What is not shown while it is typed, and not remembered; "" when the person gives nothing."""
        try:
            answer: str = typer.prompt(question, default="", show_default=False, hide_input=True, prompt_suffix=": ")
        except typer.Abort:
            raise _gone() from None
        return answer

    def _asked(self, question: str, default: str | None, check: Check) -> str:
        try:
            answer: str = typer.prompt(question, default=default, value_proc=_fitting(check), prompt_suffix=" ")
        except typer.Abort:
            raise _gone() from None
        return answer


def _fitting(check: Check) -> Callable[[str], str]:
    def fit(text: str) -> str:
        try:
            return check(text.strip())
        except ValueError as error:
            raise typer.BadParameter(f"this {error}") from None

    return fit


def _one_of(count: int) -> Check:
    def check(text: str) -> str:
        if not (text.isascii() and text.isdigit() and 1 <= int(text) <= count):
            raise ValueError(f"is none of the numbers 1 to {count}")
        return text

    return check


def _gone() -> UsageError:
    return UsageError("Nothing was written: there was no more answer.")
