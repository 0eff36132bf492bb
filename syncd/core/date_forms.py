"""Dates in the form in which a document writes them: ``Dec 8`` becomes ``Dec 12``, ``08.12.2023`` ``12.12.2023``.

Pure text: which day a cell means was decided when it was read; here only its form is found and filled anew.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

_BACK, _AHEAD = timedelta(days=60), timedelta(days=305)
"""A date without a year lies between so long before the postmortem's date and so long after it."""


def _names(text: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(line.split()) for line in text.strip().splitlines())


_MONTHS = _names("""
Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec
January February March April May June July August September October November December
Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec
Jan Feb Mär Apr Mai Jun Jul Aug Sep Okt Nov Dez
Januar Februar März April Mai Juni Juli August September Oktober November Dezember
janv févr mars avr mai juin juil août sept oct nov déc
janvier février mars avril mai juin juillet août septembre octobre novembre décembre
ene feb mar abr may jun jul ago sep oct nov dic
enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
jan fev mar abr mai jun jul ago set out nov dez
janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro
gen feb mar apr mag giu lug ago set ott nov dic
gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre
""")
_WEEKDAYS = _names("""
Mon Tue Wed Thu Fri Sat Sun
Monday Tuesday Wednesday Thursday Friday Saturday Sunday
Mon Tues Wed Thurs Fri Sat Sun
Mo Di Mi Do Fr Sa So
Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag
lun mar mer jeu ven sam dim
lundi mardi mercredi jeudi vendredi samedi dimanche
lun mar mié jue vie sáb dom
lunes martes miércoles jueves viernes sábado domingo
月 火 水 木 金 土 日
""")


def _any(rows: Sequence[Sequence[str]]) -> str:
    return "|".join(sorted({re.escape(name) for row in rows for name in row}, key=len, reverse=True))


_MONTH = rf"(?P<month>{_any(_MONTHS)})(?!\w)\.?"
_WEEKDAY = rf"(?:(?<!\w)(?P<weekday>{_any(_WEEKDAYS)})\.?,?[ ]+)?"
_YEAR = r"(?P<year>(?<!\d)(?:(?:19|20)\d\d|'\d\d)(?!\d))"
_SHORT_YEAR = r"(?P<year>(?:19|20)?\d\d(?!\d))"
_DAY = r"(?<!\d)(?P<day>\d{1,2})(?!\d)"
_FORMS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_WEEKDAY}(?<![\d./-])(?P<year>(?:19|20)\d\d)(?P<sep>[-/.])(?P<number>\d\d?)(?P=sep)(?P<day>\d\d?)(?!\d)",
        rf"(?:{_YEAR}\s?年\s?)?(?<!\d)(?P<number>\d\d?)\s?月\s?(?P<day>\d\d?)\s?日"
        rf"(?:\s?[((](?P<weekday>[月火水木金土日])[))])?",
        rf"{_WEEKDAY}(?<!\w){_MONTH}[ -]{_DAY}(?P<ordinal>st|nd|rd|th)?(?:(?:,[ ]*|[ -]){_YEAR})?(?!\w)",
        rf"{_WEEKDAY}{_DAY}(?P<ordinal>st|nd|rd|th|er)?\.?(?:[ ]of)?[ -](?:de[ ])?{_MONTH}"
        rf"(?:(?:,?[ ]|-|[ ]de[ ]){_SHORT_YEAR})?",
        rf"{_WEEKDAY}(?<![\d./-])(?P<one>\d\d?)(?P<sep>[-/.])(?P<two>\d\d?)"
        rf"(?:(?P=sep){_SHORT_YEAR}|(?P<dot>\.)|(?![\d./-]))",
    )
)
_RANGE_AFTER = re.compile(r"\s*(?:[-–—]|to\b|bis\b)\s*\d")
_RANGE_BEFORE = re.compile(r"\d\s*[-–—]\s*\Z")


@dataclass(frozen=True)
class Column:
    """What the other cells of a column show: their texts, each with the day it was read as."""

    cells: tuple[tuple[str, date | None], ...] = ()
    base: date | None = None
    """The day from which dates without a year are counted: the postmortem's, else the incident's."""

    @cached_property
    def words(self) -> frozenset[str]:
        """All words and numbers in it, in lower case."""
        return frozenset(word for raw, _ in self.cells for word in re.findall(r"\w+", raw.casefold()))

    @cached_property
    def padded(self) -> bool | None:
        """Whether it writes ``08`` (True) or ``8`` (False); None when it does not show."""
        return next((padded for raw, _ in self.cells if (padded := _zeros(raw)) is not None), None)

    @cached_property
    def day_first(self) -> bool | None:
        """Whether one of its numeric dates proves that they begin with the day, or with the month."""
        numeric = ((_FORMS[-1].search(raw), day) for raw, day in self.cells)
        proofs = (_order(match, day) for match, day in numeric if match and day and match["one"] != match["two"])
        return next((proof for proof in proofs if proof is not None), None)


def rewrite(raw: str, old: date | None, new: date, column: Column) -> str | None:
    """``raw`` with the date that was read as ``old`` replaced by ``new``, in the same form.

    A weekday is adapted, a year is added when without it another year would be read. None when no form known here
    stands there, or when it is one end of a range.
    """
    found = next(_read(raw, old, column), None)
    if found is None:
        return None
    match, day_first = found
    if _RANGE_AFTER.match(raw, match.end()) or _RANGE_BEFORE.search(raw, 0, match.start()):
        return None
    return raw[: match.start()] + _fill(match, new, column, day_first=day_first) + raw[match.end() :]


def like_the_others(new: date, column: Column) -> str:
    """``new`` in the form of the first cell of the column that has one, else as ``2023-12-08``."""
    for raw, old in column.cells:
        found = next(_read(raw, old, column), None)
        if old is not None and found is not None:
            return _fill(found[0], new, column, day_first=found[1])
    return new.isoformat()


def _read(raw: str, old: date | None, column: Column) -> Iterator[tuple[re.Match[str], bool]]:
    """The dates in a text that can be ``old`` (or any day, without it), each with whether the day comes first."""
    for form in _FORMS:
        for match in form.finditer(raw):
            if "one" not in form.groupindex:
                if old is None or _fits(match, old):
                    yield match, False
            elif (day_first := _day_first(match, old, column)) is not None:
                yield match, day_first


def _fits(match: re.Match[str], day: date) -> bool:
    groups = match.groupdict()
    month = int(groups["number"]) if groups.get("number") else _month(groups["month"])
    return (month, int(groups["day"])) == (day.month, day.day) and _year_fits(groups.get("year"), day)


def _year_fits(year: str | None, day: date) -> bool:
    return year is None or int(year.removeprefix("'")) in (day.year, day.year % 100)


def _day_first(match: re.Match[str], old: date | None, column: Column) -> bool | None:
    """What the day it was read as, or else the numbers, say about a numeric date; None when it is another or none."""
    one, two = int(match["one"]), int(match["two"])
    if old is None:
        return True if 12 < one <= 31 and two <= 12 else False if 12 < two <= 31 and one <= 12 else None
    if one != two or (one, two) != (old.day, old.month):
        return _order(match, old)
    if not _year_fits(match["year"], old):
        return None
    return match["sep"] == "." if column.day_first is None else column.day_first


def _order(match: re.Match[str], day: date) -> bool | None:
    """Whether a numeric date, read as ``day``, begins with the day; None when it is another date."""
    one, two = int(match["one"]), int(match["two"])
    if not _year_fits(match["year"], day) or {one, two} != {day.day, day.month}:
        return None
    return one == day.day


# --- filling a form -------------------------------------------------------------------------------------------------


def _fill(match: re.Match[str], new: date, column: Column, *, day_first: bool) -> str:
    groups = match.groupdict()
    padded = _padded(match, column)
    numbers = (new.day, new.month) if day_first else (new.month, new.day)
    values: dict[str, Callable[[str], str]] = {
        "weekday": lambda old: _cased(_row(_WEEKDAYS, old, column)[new.weekday()], old),
        "month": lambda old: _cased(_row(_MONTHS, old, column)[new.month - 1], old),
        "number": lambda _: _number(new.month, padded=padded),
        "day": lambda _: _number(new.day, padded=padded),
        "ordinal": lambda old: _ordinal(new.day, old),
        "one": lambda _: _number(numbers[0], padded=padded),
        "two": lambda _: _number(numbers[1], padded=padded),
        "year": lambda old: _like_year(new.year, old),
    }
    text, end = match[0], match.start()
    for name in sorted((n for n in values if groups.get(n)), key=match.start, reverse=True):
        start, stop = match.start(name) - end, match.end(name) - end
        text = text[:start] + values[name](groups[name]) + text[stop:]
    return text if groups.get("year") or _yearless(new, column.base) == new else _with_year(text, match, new)


def _padded(match: re.Match[str], column: Column) -> bool:
    """Whether one-digit numbers get a zero: as this date shows it, else as its column does."""
    shown = _zeros(match[0])
    shown = column.padded if shown is None else shown
    return (not match.groupdict().get("month") and "日" not in match[0]) if shown is None else shown


def _zeros(text: str) -> bool | None:
    numbers = re.findall(r"(?<!\d)\d{1,2}(?!\d)", text)
    if any(number.startswith("0") for number in numbers):
        return True
    return False if any(len(number) == 1 for number in numbers) else None


def _number(value: int, *, padded: bool) -> str:
    return f"{value:02d}" if padded else str(value)


def _row(rows: Sequence[Sequence[str]], name: str, column: Column) -> Sequence[str]:
    """The list of names that this one is from; of several, the one whose other names the column shows."""
    rows = [row for row in rows if name.casefold() in [n.casefold() for n in row]]
    return max(rows, key=lambda row: len(column.words.intersection(n.casefold() for n in row)))


def _month(name: str) -> int:
    return next(i for row in _MONTHS for i, month in enumerate(row, start=1) if month.casefold() == name.casefold())


def _cased(name: str, like: str) -> str:
    if like.isupper() and len(like) > 1:
        return name.upper()
    return name.lower() if like.islower() else name[0].upper() + name[1:]


def _ordinal(day: int, like: str) -> str:
    if like == "er":
        return "er" if day == 1 else ""
    ending = "th" if 11 <= day <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return ending.upper() if like.isupper() else ending


def _like_year(year: int, like: str) -> str:
    return f"{like[:-2] if like.startswith(chr(39)) else ''}{year % 100:02d}" if len(like) < 4 else str(year)


def _yearless(day: date, base: date | None) -> date | None:
    """The day that would be read if ``day`` were written without its year."""
    for year in (base.year - 1, base.year, base.year + 1) if base else ():
        try:
            candidate = day.replace(year=year)
        except ValueError:
            continue
        if base is not None and base - _BACK <= candidate <= base + _AHEAD:
            return candidate
    return None


def _with_year(text: str, match: re.Match[str], new: date) -> str:
    groups = match.groupdict()
    if "日" in text:
        return f"{new.year}年{text}"
    if groups.get("one"):
        return f"{text}{new.year}" if groups["dot"] else f"{text}{groups['sep']}{new.year}"
    month_first = match.start("month") < match.start("day")
    return f"{text}, {new.year}" if month_first else f"{text} {new.year}"
