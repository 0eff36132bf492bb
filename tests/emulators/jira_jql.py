"""A small JQL: clauses joined by AND, OR, NOT and brackets, lists, dates in the account's zone, ORDER BY.

A query is read into a `Query` first, then asked of issues; both steps refuse with Jira's own 400.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tests.emulators.jira_errors import JiraError

RESERVED_WORDS = frozenset(
    """
    abort access add after alias all alter and any as asc audit avg before begin between boolean break by
    byte catch cf char character check checkpoint collate collation column commit connect continue count
    create current date decimal declare decrement default defaults define delete delimiter desc difference
    distinct divide do double drop else empty encoding end equals escape exclusive exec execute exists
    explain false fetch field file first float for from function go goto grant greater group having
    identified if immediate in increment index initial inner inout input insert int integer intersect
    intersection into is isempty isnull join last left less like limit lock long max min minus mode modify
    modulo more multiply next noaudit not notin nowait null number object of on option or order outer output
    power previous prior privileges public raise raw remove rename resource return returns revoke right row
    rowid rownum rows select session set share size sqrt start strict string subtract sum synonym table then
    to trans transaction trigger true uid union unique update user validate values view when whenever where
    while with
    """.split()  # noqa: SIM905 - sixteen lines, not a hundred and sixty
)
_TOKEN = re.compile(
    r"""\s*(?:(?P<quoted>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
    r"""|(?P<operator>!=|!~|>=|<=|=|~|>|<)|(?P<mark>[(),])|(?P<word>[^\s"'=!<>~(),|&*/%^$#@?.;:\[\]{}+\\`]+))"""
)
_MARKS = ("(", ")", ",", "=", "!=", "~", "!~", ">", ">=", "<", "<=")
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "'": "'", "\\": "\\", " ": " "}


@dataclass(frozen=True)
class Operand:
    """A value; `function` and `arguments` when it is a call, `empty` for EMPTY and NULL."""

    text: str
    quoted: bool = False
    arguments: tuple[str, ...] | None = None

    @property
    def empty(self) -> bool:
        """Whether it is the word EMPTY or NULL."""
        return not self.quoted and self.arguments is None and self.text.lower() in ("empty", "null")


@dataclass(frozen=True)
class Clause:
    """`field operator operands`; the operators `in` and `not in` have many operands, the others one."""

    field: str
    operator: str
    operands: tuple[Operand, ...]


@dataclass(frozen=True)
class Both:
    """All of these hold (`every`), or one of them does."""

    every: bool
    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Negation:
    """This does not hold."""

    part: Node


Node = Clause | Both | Negation


@dataclass(frozen=True)
class Query:
    """What to look for, and in which order: (field, descending)."""

    where: Node | None
    order: tuple[tuple[str, bool], ...]


@dataclass(frozen=True)
class _Token:
    text: str
    quoted: bool = False
    place: int = 0

    def is_word(self, *words: str) -> bool:
        return not self.quoted and self.text.lower() in words


def bad(message: str) -> JiraError:
    """Jira's 400 for a query it cannot read."""
    return JiraError(400, message)


def read_query(jql: str) -> Query:
    """The query meant. Raises JiraError 400."""
    return _Reader(_tokens(jql)).query()


def _tokens(jql: str) -> list[_Token]:
    tokens, place = [], 0
    while jql[place:].strip():
        found = _TOKEN.match(jql, place)
        if found is None:
            raise _unreadable(jql, place)
        quoted = found["quoted"]
        text = _unescaped(quoted[1:-1]) if quoted is not None else found[0].strip()
        tokens.append(_Token(text, quoted is not None, found.start(found.lastgroup or 0)))
        place = found.end()
    return tokens


def _unreadable(jql: str, place: int) -> JiraError:
    place += len(jql[place:]) - len(jql[place:].lstrip())
    character = jql[place]
    if character in "\"'":
        return bad(f"Error in the JQL Query: The quoted string '{jql[place + 1 :]}' has not been completed.")
    return bad(
        f"Error in the JQL Query: The character '{character}' is a reserved JQL character. You must enclose it in a"
        f" string or use the escape '\\u{ord(character):04x}' instead. (line 1, character {place + 1})"
    )


def _unescaped(text: str) -> str:
    def plain(found: re.Match[str]) -> str:
        escape = found[1]
        if len(escape) == 5:
            return chr(int(escape[1:], 16))
        if escape not in _ESCAPES:
            raise bad(f"Error in the JQL Query: '\\{escape}' is an illegal JQL escape sequence.")
        return _ESCAPES[escape]

    return _ESCAPE.sub(plain, text)


class _Reader:
    """Recursive descent over the tokens."""

    def __init__(self, tokens: Sequence[_Token]) -> None:
        self._tokens = tokens
        self._place = 0

    def query(self) -> Query:
        where = None
        if self._peek() and not self._at("order"):
            where = self._any()
        order = self._order() if self._at("order") else ()
        if token := self._peek():
            raise bad(f"Error in the JQL Query: Expecting either 'OR' or 'AND' but got '{token.text}'.")
        return Query(where, order)

    def _peek(self) -> _Token | None:
        return self._tokens[self._place] if self._place < len(self._tokens) else None

    def _at(self, *words: str) -> bool:
        token = self._peek()
        return token is not None and token.is_word(*words)

    def _take(self, expected: str) -> _Token:
        token = self._peek()
        if token is None:
            raise bad(f"Error in the JQL Query: Expecting {expected} before the end of the query.")
        self._place += 1
        return token

    def _expect(self, word: str) -> None:
        token = self._take(f"'{word}'")
        if not token.is_word(word):
            raise bad(f"Error in the JQL Query: Expecting '{word}' but got '{token.text}'.")

    def _accept(self, word: str) -> bool:
        found = self._at(word)
        self._place += found
        return found

    def _any(self) -> Node:
        parts = [self._every()]
        while self._accept("or"):
            parts.append(self._every())
        return parts[0] if len(parts) == 1 else Both(every=False, parts=tuple(parts))

    def _every(self) -> Node:
        parts = [self._one()]
        while self._accept("and"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else Both(every=True, parts=tuple(parts))

    def _one(self) -> Node:
        if self._accept("not"):
            return Negation(self._one())
        if self._accept("("):
            inner = self._any()
            self._expect(")")
            return inner
        return self._clause()

    def _clause(self) -> Clause:
        field = self._value("a field")
        operator = self._operator(field.text)
        if operator not in ("in", "not in"):
            return Clause(field.text.lower(), operator, (self._operand(),))
        if not self._at("("):
            return Clause(field.text.lower(), operator, (self._operand(),))
        self._expect("(")
        operands = [self._operand()]
        while self._accept(","):
            operands.append(self._operand())
        self._expect(")")
        return Clause(field.text.lower(), operator, tuple(operands))

    def _operator(self, field: str) -> str:
        token = self._take("operator")
        if token.is_word("=", "!=", "~", "!~", ">", ">=", "<", "<="):
            return token.text
        if token.is_word("in"):
            return "in"
        if token.is_word("not"):
            self._expect("in")
            return "not in"
        if token.is_word("is"):
            return "is not" if self._accept("not") else "is"
        raise bad(f"Error in the JQL Query: Expecting operator but got '{token.text}'. (field '{field}')")

    def _value(self, expected: str) -> _Token:
        token = self._take(expected)
        if not token.quoted and (token.text in _MARKS or token.text.lower() in RESERVED_WORDS - {"empty", "null"}):
            raise bad(
                f"Error in the JQL Query: '{token.text}' is a reserved JQL word."
                " You must surround it in quotation marks to use it in a query."
            )
        return token

    def _operand(self) -> Operand:
        token = self._value("a value")
        if token.quoted or not self._accept("("):
            return Operand(token.text, token.quoted)
        arguments = []
        while not self._accept(")"):
            arguments.append(self._value("an argument").text)
            self._accept(",")
        return Operand(token.text, arguments=tuple(arguments))

    def _order(self) -> tuple[tuple[str, bool], ...]:
        self._expect("order")
        self._expect("by")
        keys = []
        while True:
            field = self._value("a field").text.lower()
            descending = self._accept("desc")
            if not descending:
                self._accept("asc")
            keys.append((field, descending))
            if not self._accept(","):
                return tuple(keys)
