"""Reads dates that are written out: by numbers, with the month's name, or by the weekday. No hour is read here.

The order of day and month is the locale's. Where none is known, both orders are read and the reader of the result asks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import chain, product
from typing import Literal

from babel import Locale
from babel.dates import get_day_names, get_month_names

from bot.reading import letters
from bot.reading.grammars import GRAMMARS
from bot.words import Words
from conversations.events import Heard, Understood, Unreadable
from conversations.offers import Choice
from conversations.texts import Either, say, say_in

# Translators: what people write to name a day, in small letters.
_TODAY = say_in("typed", "today")
# Translators: what people write to name a day, in small letters.
_TOMORROW = say_in("typed", "tomorrow")

_WIDTHS: tuple[Literal["wide", "abbreviated"], ...] = ("wide", "abbreviated")
_CONTEXTS: tuple[Literal["format", "stand-alone"], ...] = ("format", "stand-alone")


@dataclass(frozen=True, slots=True)
class Written:
    """As much of a date as a line says. `year` has two digits where `short`; `weekday` counts from 0, a Monday."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None
    short: bool = False

    def fits(self, date: date) -> bool:
        year = date.year % 100 if self.short else date.year
        said = (self.year, self.month, self.day, self.weekday)
        return all(
            mine is None or mine == its
            for mine, its in zip(said, (year, date.month, date.day, date.weekday()), strict=True)
        )


def read(text: str, words: Words, at: datetime) -> Heard:
    """A whole date. One that could be two is asked for again."""
    said = written(text, words, at)
    today = words.local(at).date()
    found = sorted({day for reading in said for day in _dates(reading, today)})
    match found:
        case [day]:
            return Understood(Choice(day))
        case []:
            return _unreadable(said, today)
        case _:
            example = found[0].isoformat()
            options = Either(tuple(found))
            return Unreadable(
                say("That could be {options}. Please write it like this: {example}.", options=options, example=example)
            )


def written(text: str, words: Words, at: datetime) -> tuple[Written, ...]:
    """All that a line can say of a date."""
    near = _near(text, words, at)
    return (Written(near.year, near.month, near.day),) if near else readings(text, words.locale)


def readings(text: str, locale: Locale) -> tuple[Written, ...]:
    """All that a line can say of a date that is written out."""
    parts = _without_era(letters.words(text), locale)
    if not 0 < len(parts) <= 10:
        return ()
    return tuple(dict.fromkeys(chain.from_iterable(_assembled(each, locale) for each in _named(parts, locale))))


def _without_era(parts: tuple[str, ...], locale: Locale) -> tuple[str, ...]:
    """What counts the years after one says nothing of the day."""
    for era in eras(locale):
        if parts[-len(era) :] == era and any(len(each) == 4 and each.isdecimal() for each in parts):
            return parts[: -len(era)]
    return parts


@lru_cache(maxsize=64)
def eras(locale: Locale) -> tuple[tuple[str, ...], ...]:
    """What may stand after a year to say that it is one of ours."""
    return tuple(
        letters.words(locale.eras[width][1]) for width in ("wide", "abbreviated", "narrow") if 1 in locale.eras[width]
    )


def _near(text: str, words: Words, at: datetime) -> date | None:
    """Today and tomorrow by name."""
    today = words.local(at).date()
    for ahead, name in enumerate((_TODAY, _TOMORROW)):
        if letters.bare(text) == letters.bare(words.say(name)):
            return today + timedelta(days=ahead)
    return None


def _dates(reading: Written, today: date) -> Iterator[date]:
    if reading.year is None or reading.month is None or reading.day is None:
        return
    # Two digits stand for whichever year of the last hundred or the next twenty ends in them.
    years = range(today.year - 99, today.year + 21) if reading.short else (reading.year,)
    for year in years:
        if not reading.short or year % 100 == reading.year:
            try:
                day = date(year, reading.month, reading.day)
            except ValueError:
                continue
            if reading.fits(day):
                yield day


def _unreadable(said: tuple[Written, ...], today: date) -> Unreadable:
    example = today.isoformat()
    if any(each.day and each.month and each.year is None for each in said):
        return Unreadable(say("Please write the year too, like this: {example}.", example=example))
    if any(each.day and each.month for each in said):
        return Unreadable(say("There is no such date. Please write it like this: {example}.", example=example))
    return Unreadable(say("That is no date I can read. Please write it like this: {example}.", example=example))


@dataclass(frozen=True, slots=True)
class _Names:
    """What a locale calls months and weekdays, as runs of words, and the words that only join them."""

    months: dict[tuple[str, ...], int]
    weekdays: dict[tuple[str, ...], int]
    joints: frozenset[str]
    longest: int


def joints(locale: Locale) -> frozenset[str]:
    """The words inside a date that only join others."""
    return _names(locale).joints


def names_in(locale: Locale) -> frozenset[str]:
    """The words of which the names of months and weekdays are made."""
    known = _names(locale)
    return frozenset(word for name in (*known.months, *known.weekdays) for word in name)


@dataclass(frozen=True, slots=True)
class _Parts:
    numbers: tuple[str, ...] = ()
    months: tuple[int, ...] = ()
    weekdays: tuple[int, ...] = ()


@lru_cache(maxsize=64)
def _names(locale: Locale) -> _Names:
    months: dict[tuple[str, ...], int] = {}
    weekdays: dict[tuple[str, ...], int] = {}
    for width, context in product(_WIDTHS, _CONTEXTS):
        months |= {letters.words(name): each for each, name in get_month_names(width, context, locale).items()}
        weekdays |= {letters.words(name): each for each, name in get_day_names(width, context, locale).items()}
    patterns = "".join(str(locale.date_formats[each]) for each in ("full", "long", "medium"))
    joints = {each for each in letters.words(patterns) if len(set(each)) > 1 or not each.isascii()}
    grammar = GRAMMARS.get(locale.language)
    if grammar:
        joints.update(word for phrase in grammar.joints for word in letters.words(phrase))
        weekdays |= {letters.words(name): each for name, each in grammar.weekdays.items()}
    return _Names(months, weekdays, frozenset(joints), max(map(len, (*months, *weekdays))))


def _named(parts: tuple[str, ...], locale: Locale, so_far: _Parts = _Parts()) -> Iterator[_Parts]:
    """Every way to take each word for a number, a month, a weekday or a joint. "mar" is both martes and marzo."""
    if not parts:
        yield so_far
        return
    names = _names(locale)
    if parts[0].isdecimal():
        yield from _named(parts[1:], locale, _Parts((*so_far.numbers, parts[0]), so_far.months, so_far.weekdays))
    if parts[0] in names.joints:
        yield from _named(parts[1:], locale, so_far)
    for length in range(1, names.longest + 1):
        head, tail = parts[:length], parts[length:]
        if head in names.months and len(head) == length and not so_far.months:
            yield from _named(tail, locale, _Parts(so_far.numbers, (names.months[head],), so_far.weekdays))
        if head in names.weekdays and len(head) == length and not so_far.weekdays:
            yield from _named(tail, locale, _Parts(so_far.numbers, so_far.months, (names.weekdays[head],)))


def _assembled(parts: _Parts, locale: Locale) -> Iterator[Written]:
    weekday = parts.weekdays[0] if parts.weekdays else None
    sets = _with_month(parts) if parts.months else _by_numbers(parts.numbers, locale)
    for year, month, day in sets:
        short = year is not None and len(year) == 2
        reading = Written(int(year) if year else None, month, day, weekday, short)
        if (reading.day or weekday is not None) and _possible(reading):
            yield reading


def _possible(reading: Written) -> bool:
    return (
        reading.day in (None, *range(1, 32))
        and reading.month in (None, *range(1, 13))
        and (reading.short or reading.year != 0)
    )


_Set = tuple[str | None, int | None, int | None]
"""A year as it was written, a month, a day."""


def _with_month(parts: _Parts) -> Iterator[_Set]:
    month = parts.months[0]
    match parts.numbers:
        case (day,) if len(day) <= 2:
            yield None, month, int(day)
        case (day, year) if len(day) <= 2 and len(year) in (2, 4):
            yield year, month, int(day)
        case (year, day) if len(year) == 4 and len(day) <= 2:
            yield year, month, int(day)
        case _:
            return


def _by_numbers(numbers: tuple[str, ...], locale: Locale) -> Iterator[_Set]:
    match numbers:
        case ():
            yield None, None, None
        case (day,) if len(day) <= 2:
            yield None, None, int(day)
        case (whole,) if len(whole) == 8:
            yield whole[:4], int(whole[4:6]), int(whole[6:])
        case (year, month, day) if len(year) == 4 and len(month) <= 2 and len(day) <= 2:
            yield year, int(month), int(day)
        case (one, other) if len(one) <= 2 and len(other) <= 2:
            yield from _ordered(None, one, other, locale)
        case (one, other, year) if len(one) <= 2 and len(other) <= 2 and len(year) in (2, 4):
            yield from _with_year(one, other, year, locale)
        case _:
            return


def _with_year(one: str, other: str, last: str, locale: Locale) -> Iterator[_Set]:
    if len(last) == 2 and _short(locale).startswith("y"):
        yield from ((one, int(other), int(last)),) if len(one) == 2 else ()
    else:
        yield from _ordered(last, one, other, locale)


def _ordered(year: str | None, one: str, other: str, locale: Locale) -> Iterator[_Set]:
    """Day and month in the locale's order; in the other one where that cannot be, or where no order is known."""
    usual, unusual = ((other, one), (one, other)) if month_first(locale) else ((one, other), (other, one))
    for day, month in (usual, unusual):
        if int(month) <= 12:
            yield year, int(month), int(day)
            if locale.territory or locale.language != "en":
                return


def month_first(locale: Locale) -> bool:
    """Whether the month stands before the day there."""
    pattern = _short(locale)
    return pattern.index("M") < pattern.index("d")


def _short(locale: Locale) -> str:
    return "".join(letter for letter in str(locale.date_formats["short"]).replace("L", "M") if letter in "yMd")
