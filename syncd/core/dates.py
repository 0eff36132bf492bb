"""Calendar dates as people write them.

A numeric date is read day first or month first only when that is certain: with dots it is day first; a number
above 12, in it or in another such date of the document, decides; otherwise it stays raw, with a problem.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from itertools import zip_longest

from syncd.core.words import one_of, phrases

_MONTH_NAMES = (
    "january, jan, januar, jänner, janvier, janv, enero, ene, janeiro, gennaio, gen, januari, января, январь, янв,"
    " styczeń, stycznia, ocak",
    "february, feb, februar, février, févr, fév, febrero, fevereiro, fev, febbraio, februari, февраля, февраль, фев,"
    " luty, lutego, şubat",
    "march, mar, märz, mrz, mars, marzo, março, maart, марта, март, marzec, marca, mart",
    "april, apr, avril, avr, abril, abr, aprile, апреля, апрель, апр, kwiecień, kwietnia, nisan",
    "may, mai, mayo, maio, maggio, mag, mei, maj, мая, май, maja, mayıs",
    "june, jun, juni, juin, junio, junho, giugno, giu, июня, июнь, czerwiec, czerwca, haziran",
    "july, jul, juli, juillet, juil, julio, julho, luglio, lug, июля, июль, lipiec, lipca, temmuz",
    "august, aug, août, agosto, ago, augustus, augusti, августа, август, авг, sierpień, sierpnia, ağustos",
    "september, sept, sep, septembre, septiembre, setembro, set, settembre, сентября, сентябрь, сен, wrzesień,"
    " września, eylül",
    "october, oct, oktober, okt, octobre, octubre, outubro, out, ottobre, ott, октября, октябрь, окт, październik,"
    " października, ekim",
    "november, nov, novembre, noviembre, novembro, ноября, ноябрь, ноя, listopad, listopada, kasım",
    "december, dec, dezember, dez, décembre, déc, diciembre, dic, dezembro, dicembre, декабря, декабрь, дек,"
    " grudzień, grudnia, aralık",
)
_MONTHS = {name: number for number, names in enumerate(_MONTH_NAMES, 1) for name in phrases(names)}
_MONTH = rf"(?:{one_of(frozenset(_MONTHS))})(?![^\W\d_])\.?"
_DAY = r"\d{1,2}(?!\d)(?:st|nd|rd|th|er|º|ª|\.)?"
_TO_DAY = rf"(?:\s*(?:-|–|—|to|/|&)\s*{_DAY})?"
_YEAR = r"(?:19|20)\d\d(?!\d)"

_DATE = re.compile(
    rf"""
    (?<![\d.])(?P<iso_year>{_YEAR})(?P<iso_mark>[-/.‐‑–])(?P<iso_month>\d{{1,2}})(?P=iso_mark)(?P<iso_day>\d{{1,2}})(?!\d|[-/.]\d)
  | (?P<cjk_year>{_YEAR})\s*[年년]\s*(?P<cjk_month>\d{{1,2}})\s*[月월]\s*(?P<cjk_day>\d{{1,2}})\s*[日号일]
  | (?<!\d)(?P<short_month>\d{{1,2}})\s*[月월]\s*(?P<short_day>\d{{1,2}})\s*[日号일]
  | (?<![\w.])(?P<first>\d{{1,2}})(?P<mark>[-/.])(?P<second>\d{{1,2}})(?P=mark)(?P<last>{_YEAR}|\d\d(?!\d))(?![-/.]?\d)
  | (?<![\w/.-])(?P<left>\d{{1,2}})/(?P<right>\d{{1,2}})(?![\w/]|[-.]\d)
  | (?<![^\W_])(?P<name>{_MONTH})[\s,-]{{0,3}}(?P<name_day>{_DAY}){_TO_DAY}
    (?:[\s,-]{{0,3}}(?:of\s|de\s)?(?P<name_year>{_YEAR}))?(?![:\d])
  | (?<![\w.])(?P<day>{_DAY}){_TO_DAY}[\s-]{{0,2}}(?:of\s|de\s|d[e']\s?)?(?P<day_name>{_MONTH})
    (?:[\s,-]{{0,3}}(?:of\s|de\s|del\s)?(?P<day_year>{_YEAR}))?
    """,
    re.VERBOSE | re.IGNORECASE,
)
_PERHAPS_NUMERIC = re.compile(r"\d[/-]\d{1,2}[/-]\d\d")
_NUMERIC = re.compile(r"(?<![\w/.-])(\d{1,2})([/-])(\d{1,2})\2(?:(?:19|20)\d\d|\d\d)(?![\w/-])")
_YEAR_SOMEWHERE = re.compile(r"(?:19|20)\d\d|\d\d?[/.-]\d\d?[/.-]\d\d")
_LONGEST_UNTIL = 20
_DIGIT = re.compile(r"\d")
_REMARK = re.compile(r"[(（][^()（）]*[)）]")


class Order(Enum):
    """What the first number of ``01/02/2024`` is."""

    DAY_FIRST = "day first"
    MONTH_FIRST = "month first"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Written:
    """A date as it stands in a text. ``year`` is None when it names none; ``problem`` says why it is no date."""

    start: int
    end: int
    month: int
    day: int
    year: int | None = None
    problem: str | None = None


def order_of(text: str) -> Order:
    """Which order the unambiguous numeric dates of a document prove; UNKNOWN when none does, or they disagree."""
    places = (m.start() for m in _PERHAPS_NUMERIC.finditer(text))
    found = (_NUMERIC.search(text, max(0, start - 2), start + 12) for start in places)
    pairs = [(int(m[1]), int(m[3])) for m in found if m]
    day_first = any(first > 12 >= second for first, second in pairs)
    month_first = any(second > 12 >= first for first, second in pairs)
    if day_first == month_first:
        return Order.UNKNOWN
    return Order.DAY_FIRST if day_first else Order.MONTH_FIRST


def find_dates(text: str, order: Order = Order.UNKNOWN) -> list[Written]:
    """All dates of a text, in order, impossible and ambiguous ones with their problem."""
    if not _DIGIT.search(text):
        return []
    return [_written(match, order) for match in _DATE.finditer(text)]


def _written(match: re.Match[str], order: Order) -> Written:
    at = (match.start(), match.end())
    groups = match.groupdict()
    if groups["iso_year"]:
        return _checked(at, groups["iso_year"], groups["iso_month"], groups["iso_day"], match[0])
    if groups["cjk_year"]:
        return _checked(at, groups["cjk_year"], groups["cjk_month"], groups["cjk_day"], match[0])
    if groups["short_month"]:
        return _checked(at, None, groups["short_month"], groups["short_day"], match[0])
    if groups["first"] or groups["left"]:
        return _numeric(at, groups, order, match[0])
    name = groups["name"] or groups["day_name"]
    year = groups["name_year"] or groups["day_year"]
    month = _MONTHS[name.lower().rstrip(".")]
    day = re.sub(r"\D", "", groups["name_day"] or groups["day"])
    return _checked(at, year, str(month), day, match[0])


def _numeric(at: tuple[int, int], groups: dict[str, str | None], order: Order, words: str) -> Written:
    first, second = groups["first"] or groups["left"] or "", groups["second"] or groups["right"] or ""
    year = groups["last"]
    if groups["mark"] == ".":
        order = Order.DAY_FIRST
    elif int(first) > 12 or int(second) > 12:
        order = Order.DAY_FIRST if int(first) > 12 else Order.MONTH_FIRST
    elif order is Order.UNKNOWN and first != second:
        problem = f'"{words}" may be day/month or month/day; write it as 2024-12-31.'
        return Written(*at, int(first), int(second), None, problem)
    month, day = (second, first) if order is Order.DAY_FIRST else (first, second)
    return _checked(at, year, month, day, words)


def _checked(at: tuple[int, int], year: str | None, month: str, day: str, words: str) -> Written:
    number = None if year is None else int(year) if len(year) == 4 else 2000 + int(year)
    try:
        date(number or 2000, int(month), int(day))
    except ValueError:
        return Written(*at, int(month), int(day), number, f'There is no date "{words}".')
    return Written(*at, int(month), int(day), number)


_DOTTED = re.compile(r"(?<![\w.])(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.\W*$")


def _dotted(text: str) -> list[Written]:
    """A day and month at the end of a due cell, ``25.8.``; elsewhere that may be the number of a chapter."""
    match = _DOTTED.search(text)
    return [_checked(match.span(), None, match["month"], match["day"], match[0])] if match else []


@dataclass(frozen=True, slots=True)
class DateReader:
    """How a document's dates are to be read. ``anchor`` is its own date, from which missing years are told."""

    anchor: date | None = None
    order: Order = Order.UNKNOWN

    def resolve(self, written: Written) -> date | None:
        """The date; a missing year is the one that puts it 60 days before to 305 days after the anchor."""
        if written.problem:
            return None
        if written.year is not None:
            return date(written.year, written.month, written.day)
        if self.anchor is None:
            return None
        for year in (self.anchor.year, self.anchor.year + 1, self.anchor.year - 1):
            try:
                found = date(year, written.month, written.day)
            except ValueError:
                continue
            if -60 <= (found - self.anchor).days <= 305:
                return found
        return None

    def due(self, text: str) -> tuple[date | None, str | None]:
        """The date that a due cell means, the last one it names outside brackets, and what is wrong with it."""
        outside = _REMARK.sub(lambda m: " " * len(m[0]), text)
        found = find_dates(outside, self.order) or find_dates(text, self.order) or _dotted(text)
        if not found:
            return None, None
        resolved = self.resolve(found[-1])
        if resolved is None and found[-1].problem is None:
            return None, f'"{text}" names no year, and the document has no date to tell it from.'
        return resolved, found[-1].problem

    def all(self, text: str) -> list[date]:
        """All dates of a text that can be told, in order."""
        if self.anchor is None and not _YEAR_SOMEWHERE.search(text):
            return []
        written = find_dates(text, self.order)
        told = [self.resolve(w) or self._until(w, after) for w, after in zip_longest(written, written[1:])]
        return [found for found in told if found]

    def _until(self, written: Written, after: Written | None) -> date | None:
        """The day on which a time begins whose year only its end names: ``October 9 to October 23, 2025``."""
        end = self.resolve(after) if after and 0 <= after.start - written.end <= _LONGEST_UNTIL else None
        return replace(self, anchor=end).resolve(written) if end and written.year is None else None

    def first(self, text: str) -> date | None:
        """The first date of a text that can be told."""
        return next(iter(self.all(text)), None)
