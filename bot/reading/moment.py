"""Reads a day, an hour or both in everyday words: "tomorrow at 3". Whether they are free is not known here.

Every word of a line must have its place in what is read, or nothing is: better to ask than to be silently wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from bot.reading import calendar_days
from bot.reading.grammar import DASH, LONGEST, Token, Tokens, strange
from bot.reading.letters import plain
from bot.reading.lexicon import Lexicon
from bot.reading.lexicon import lexicon as lexicon_of
from bot.reading.named_days import WEEKDAYS, days_named, days_on_one_side, kinds
from bot.reading.named_days import forget as forget_days
from bot.reading.times import DAY, surely_from_to, times, times_within
from bot.reading.times import forget as forget_times
from bot.words import Words
from conversations.texts import say_in
from conversations.wishes import Span, Wish

# Translators: what people write to name a day, in small letters.
_TODAY = say_in("typed", "today")
# Translators: what people write to name a day, in small letters.
_TOMORROW = say_in("typed", "tomorrow")

_BESIDE = range(-3, 4)
"""Days around another one that it can be mistaken for."""
_POINT = re.compile(r"[0-9]\.(?:\s|$)")
"""Behind a number, it makes a day of it: "Freitag 9." """


def read(line: str, words: Words, at: datetime, *, hour_asked: bool = False) -> Wish | None:
    """What a line names; None if it names no day and no hour, or nobody can say which of several.

    Where the hour is asked for, "9-12" is hours from and to; elsewhere it may be a date.
    """
    if strange(line) or plain(line).isdecimal():  # a number alone is a button's, or a day's of those on show
        return None
    week = calendar_days.Week(words.week_begins, words.weekend)
    lexicon = lexicon_of(words.locale, words.say(_TODAY), words.say(_TOMORROW), week)
    tokens = lexicon.tokens(line)
    if not 0 < len(tokens) <= LONGEST or not lexicon.knows(tokens):
        return None
    from_to = [span for span in times(tokens, lexicon, beside=True) if span[1] - span[0] > 1] if hour_asked else []
    if from_to:
        return _dawning((), tuple(from_to))
    hourly = lexicon.hourly > 0 and not _POINT.search(line)
    readings = set(_readings(tokens, lexicon, words.local(at).date(), hourly=hourly))
    if not readings:
        open_ended = days_on_one_side(tokens, lexicon, words.local(at).date())
        return Wish(open_ended) if open_ended else None
    days = {reading for reading in readings if reading.days}
    whole = {reading for reading in days if not reading.times}  # "Friday 20.11." has no hour in it
    return _one(whole or days or readings)


def forget() -> None:
    """Empties what was remembered of earlier lines, for those who measure."""
    forget_days()
    forget_times()


def _one(readings: set[Wish]) -> Wish | None:
    """What all readings have in common; None if they are of different kinds."""
    if len({bool(each.times) for each in readings}) != 1:
        return None
    days = {day for each in readings for day in each.days}
    if len({each.days for each in readings}) > 1 and len({each.times for each in readings}) > 1:
        return Wish(tuple(sorted(days)))  # which hour goes with which day cannot be kept: the hour is asked again
    times = {span for each in readings for span in each.times}
    return Wish(tuple(sorted(days)), tuple(sorted(times)))


def _readings(tokens: Tokens, lexicon: Lexicon, today: date, *, hourly: bool) -> Iterator[Wish]:
    """Every way to part a line into a day and an hour; the hour may stand before the day, after it, or around it."""
    bare = times(tokens, lexicon)
    if bare:
        yield _dawning((), bare)
    for first in range(len(tokens)):
        for last in range(first + 1, len(tokens) + 1):
            before, within, after = tokens[:first], tokens[first:last], tokens[last:]
            days = days_named(within, lexicon, today)
            if not days or _torn(within, after, lexicon, today):
                continue
            if not before and not after:
                yield Wish(days)
                continue
            if _bare(before, after) and WEEKDAYS & kinds(within, lexicon):
                yield from _numbered(days, after[-1], tokens, lexicon, today, hourly=hourly)
                continue
            if _bare(before, after) and len(days) == 1 and days[0].day == after[0].number:  # "tomorrow 19"
                yield Wish(days)
                continue
            hours = _around(before, after, lexicon, counts="days" not in kinds(within, lexicon))
            if hours:
                yield _dawning(days, hours)


def _bare(before: Tokens, after: Tokens) -> bool:
    return not before and len(after) == 1 and after[0].number is not None


def _numbered(
    days: tuple[date, ...], number: Token, tokens: Tokens, lexicon: Lexicon, today: date, *, hourly: bool
) -> Iterator[Wish]:
    """A weekday with a number behind it. Where that cannot be its date, it is an hour; where it could be both, one asks
    for the day, and then for the hour. The number of a day beside it is a slip.
    """
    dated = tuple(day for day in days if day.day == number.number)
    slip = any(number.number == (day + timedelta(days=each)).day for day in days for each in _BESIDE)
    if dated:
        yield Wish(dated)
    elif hourly and (number.number or 0) <= lexicon.hourly and not slip:
        hours = times((number,), lexicon, beside=True, bare=True)
        yield Wish(days) if days_named(tokens, lexicon, today) else _dawning(days, hours)


def _torn(within: Tokens, after: Tokens, lexicon: Lexicon, today: date) -> bool:
    """Whether a day took the first of two hours for its date: "Friday 15 until 17"."""
    if not after or within[-1].number is None:
        return False
    return any(
        surely_from_to((*within[length:], *after), lexicon) and days_named(within[:length], lexicon, today)
        for length in range(1, len(within))
    )


def _dawning(days: tuple[date, ...], hours: tuple[Span, ...]) -> Wish:
    """The hours from a day's end on are the next one's first. People do not agree on which day they name by them; where
    they name none, such an hour is not sure to be this day's.
    """
    late = {span for span in hours if span[0] >= DAY}
    early = {(first - DAY, last - DAY) for first, last in late}.union(hours) - late
    if not late or not days:
        return Wish(days, tuple(sorted(early | late)))
    dawning = {day + timedelta(days=1) for day in days}
    return Wish(tuple(sorted(dawning if late == set(hours) else dawning.union(days))), tuple(sorted(early)))


def _around(before: Tokens, after: Tokens, lexicon: Lexicon, *, counts: bool) -> tuple[Span, ...]:
    """The times that stand around a day. Where the day is told by numbers, a bare one beside it is no hour."""
    if after and after[0].text == DASH:
        after = after[1:]
    if before and after:
        span, part = lexicon.part(after), lexicon.part(before)
        if span and part:
            return ((max(span[0], part[0]), min(span[1], part[1])),) if span[0] < part[1] and part[0] < span[1] else ()
        return times_within(before, span, lexicon) if span else ()
    return times(before or after, lexicon, beside=True, bare=bool(after) and not counts)
