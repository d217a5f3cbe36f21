"""Which days of the calendar a phrase names, counted from a person's today. No word is read here, and no hour.

Where people do not agree ("next Friday"), all that they mean by it are named, and whoever asked must choose.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from babel import Locale

from bot.reading.date import Written, readings
from bot.reading.grammar import Found

_YEARS = 20
_FAR = 31
"""Days; who says "after Friday" means no day of next year."""


@dataclass(frozen=True, slots=True)
class Week:
    """The weekday on which weeks begin, and the first and the last of their ends; each counted from 0, a Monday."""

    begins: int
    weekend: tuple[int, int]


def named(found: Found, today: date, week: Week) -> Iterator[date]:
    """The days of a phrase of a grammar."""
    number, weekday, month = (found.slots.get(each, 0) for each in "nwc")
    match found.kind:
        case "days":
            yield today + timedelta(days=int(found.meaning))
        case "ahead":
            each = int(found.meaning)
            yield from _ahead(today, -each if each < 0 else each * number)
        case "months":
            yield from _months_ahead(today, int(found.meaning) or number)
        case "weeks":
            begins = _beginning(today, week.begins) + timedelta(weeks=int(found.meaning))
            yield from (begins + timedelta(days=each) for each in range(7))
        case "weekends":
            yield from _weekends(today, int(found.meaning), *week.weekend)
        case "calendar_months":
            yield from _calendar_month(today, month, int(found.meaning))
        case "coming":
            yield from _coming(today, weekday)
        case "next":
            yield _after(today, weekday)
            yield from _of_next_week(today, weekday)
        case "following":
            yield from _of_next_week(today, weekday)
        case "later":
            yield _after(today, weekday) + timedelta(weeks=found.slots.get("n", 1))


def _ahead(today: date, days: int) -> Iterator[date]:
    if 0 <= days <= 366:
        yield today + timedelta(days=days)


def _months_ahead(today: date, months: int) -> Iterator[date]:
    """The same day of another month, if it has one."""
    if 0 < months <= 12:
        years, month = divmod(today.month - 1 + months, 12)
        yield from _date(today.year + years, month + 1, today.day)


def _calendar_month(today: date, month: int, ahead: int) -> Iterator[date]:
    """All days of a month: the next of that name, or so many after this one."""
    ahead = (month - today.month) % 12 if month else ahead
    years, month = divmod(today.month - 1 + ahead, 12)
    yield from (day for each in range(1, 32) for day in _date(today.year + years, month + 1, each))


def third(days: tuple[date, ...], which: int) -> tuple[date, ...]:
    """The beginning, the middle or the end of the days of a week or a month: as much as people may mean by it."""
    many = len(days)
    first, last = ((0, many * 3 // 7), (many // 4, many * 3 // 4), (many * 2 // 3 - 1, many))[which]
    return days[first:last]


def stretch(kind: str, named: tuple[date, ...], today: date) -> Iterator[date]:
    """The days on one side of those that are named; an end that is far away was not meant."""
    from_first = (named[0] + timedelta(days=each) for each in range(_FAR))
    until_last = until(today, named[-1])
    match kind:
        case "from":
            yield from from_first
        case "after":
            yield from (day for day in from_first if day not in named)
        case "until":
            yield from until_last
        case "before":
            yield from (day for day in until_last if day not in named)


def until(first: date, last: date) -> Iterator[date]:
    """All days from one to another, if they are not too many to be meant."""
    days = (last - first).days + 1
    yield from (first + timedelta(days=each) for each in range(days if days <= 2 * _FAR else 0))


def latest(number: int, last: date) -> date:
    """The last day of that number that is not after another."""
    return next(day for each in range(62) if (day := last - timedelta(days=each)).day == number)


def _coming(today: date, weekday: int) -> Iterator[date]:
    """The weekday that comes next. Said on that very day, today may be meant as well."""
    if today.weekday() == weekday:
        yield today
    yield _after(today, weekday)


def _after(today: date, weekday: int) -> date:
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def _of_next_week(today: date, weekday: int) -> Iterator[date]:
    """The weekday of the week after this one, whether weeks begin on Monday or on Sunday."""
    monday = _beginning(today, 0) + timedelta(weeks=1)
    yield monday + timedelta(days=weekday)
    sunday = _beginning(today, 6) + timedelta(weeks=1)
    yield sunday + timedelta(days=(weekday + 1) % 7)


def _beginning(today: date, week_begins: int) -> date:
    return today - timedelta(days=(today.weekday() - week_begins) % 7)


def _weekends(today: date, ahead: int, first: int, last: int) -> Iterator[date]:
    """The one that is or comes, and as many after it."""
    days = (last - first) % 7 + 1
    begin = today + timedelta(days=(first - today.weekday()) % 7)
    if (today.weekday() - first) % 7 < days:
        begin = today - timedelta(days=(today.weekday() - first) % 7)
    for week in range(ahead + 1):
        yield from (begin + timedelta(weeks=week, days=each) for each in range(days))


def dated(text: str, locale: Locale, today: date, *, with_month: bool = False) -> Iterator[date]:
    """The days of a date that is written out, as soon as it comes if it is written without its year or month."""
    for reading in readings(text, locale):
        if reading.day is not None and (reading.month is not None or not with_month):
            yield from _soonest(reading, today)


def _soonest(reading: Written, today: date) -> Iterator[date]:
    if reading.month is None:
        yield from _of_a_month(reading, today)
        return
    if reading.year is not None and not reading.short:
        years: tuple[int, ...] = (reading.year,)
    elif reading.short:
        years = tuple(year for year in range(today.year, today.year + _YEARS) if year % 100 == reading.year)
    else:
        years = tuple(range(today.year, today.year + 9))  # the 29th of February may be eight years away
    found = [day for year in years for day in _date(year, reading.month, reading.day or 0)]
    coming = [day for day in found if reading.year is not None or day >= today][:1]
    yield from (day for day in coming if reading.fits(day))


def _of_a_month(reading: Written, today: date) -> Iterator[date]:
    """The next day of that number; with its weekday, within the next two months, so that a slip is not a year away."""
    days = (today + timedelta(days=each) for each in range(62))
    found = [day for day in days if day.day == reading.day and reading.weekday in (None, day.weekday())]
    yield from found[:1]


def _date(year: int, month: int, day: int) -> Iterator[date]:
    try:
        yield date(year, month, day)
    except ValueError:
        return
