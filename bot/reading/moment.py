"""Reads a day, an hour or both in everyday words: "tomorrow at 3". Whether they are free is not known here.

Every word of a line must have its place in what is read, or nothing is: better to ask than to be silently wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache

from bot.reading import calendar_days
from bot.reading.grammar import DASH, LONGEST, Token, Tokens, strange, texts
from bot.reading.letters import plain
from bot.reading.lexicon import Lexicon
from bot.reading.lexicon import lexicon as lexicon_of
from bot.reading.times import DAY, surely_from_to, times, times_within
from bot.reading.times import forget as forget_times
from bot.words import Words
from conversations.texts import say_in
from conversations.wishes import Span, Wish

# Translators: what people write to name a day, in small letters.
_TODAY = say_in("typed", "today")
# Translators: what people write to name a day, in small letters.
_TOMORROW = say_in("typed", "tomorrow")

_PART = 9
"""Words that a day may have; the longest of our examples have eight."""
_WEEK, _LONGEST_MONTH, _TWO_MONTHS = 7, 31, 62
_BESIDE = range(-3, 4)
"""Days around another one that it can be mistaken for."""
_DATE = re.compile(r"[0-9]+(?:[./-][0-9]+)*")
_DASHED = re.compile(r"([0-9]{1,2})-([0-9]{1,2})")
_POINTED = re.compile(r"([0-9]{1,2})\.([0-9]{2})")
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
        open_ended = _open(tokens, lexicon, words.local(at).date())
        return Wish(open_ended) if open_ended else None
    days = {reading for reading in readings if reading.days}
    whole = {reading for reading in days if not reading.times}  # "Friday 20.11." has no hour in it
    return _one(whole or days or readings)


def forget() -> None:
    """Empties what was remembered of earlier lines, for those who measure."""
    _whole.cache_clear()
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
            days = _days(within, lexicon, today)
            if not days or _torn(within, after, lexicon, today):
                continue
            if not before and not after:
                yield Wish(days)
                continue
            if _bare(before, after) and _on_a_weekday(within, lexicon):
                yield from _numbered(days, after[-1], tokens, lexicon, today, hourly=hourly)
                continue
            if _bare(before, after) and len(days) == 1 and days[0].day == after[0].number:  # "tomorrow 19"
                yield Wish(days)
                continue
            hours = _around(before, after, lexicon, counts=_counts(within, lexicon))
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
        yield Wish(days) if _days(tokens, lexicon, today) else _dawning(days, hours)


def _torn(within: Tokens, after: Tokens, lexicon: Lexicon, today: date) -> bool:
    """Whether a day took the first of two hours for its date: "Friday 15 until 17"."""
    if not after or within[-1].number is None:
        return False
    return any(
        surely_from_to((*within[length:], *after), lexicon) and _days(within[:length], lexicon, today)
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


def _counts(tokens: Tokens, lexicon: Lexicon) -> bool:
    """Whether a number beside this day could belong to it."""
    return not any(found.kind == "days" for each in _on(tokens, lexicon) for found in lexicon.calendar.find(each))


def _on_a_weekday(tokens: Tokens, lexicon: Lexicon) -> bool:
    """Whether these words name one by its name alone."""
    kinds = {found.kind for each in _on(tokens, lexicon) for found in lexicon.calendar.find(each)}
    return bool(kinds & {"coming", "next", "following", "later"})


def _on(tokens: Tokens, lexicon: Lexicon) -> tuple[Tokens, ...]:
    """The words with and without an "on" before them."""
    without = lexicon.stripped(tokens, lexicon.on)
    return (tokens,) if without == tokens else (tokens, without)


# Days.


def _days(tokens: Tokens, lexicon: Lexicon, today: date) -> tuple[date, ...]:
    if not 0 < len(tokens) <= _PART:
        return ()
    found = set(_whole(tokens, lexicon, today) or _third(tokens, lexicon, today))
    apart = _undashed(tokens)
    if not found and not lexicon.joining.isdisjoint(texts(apart[1:-1])):
        found = {*_either(tokens, lexicon, today), *_from_to(apart, lexicon, today)}
    return tuple(sorted(day for day in found if day >= today))


def _undashed(tokens: Tokens) -> Tokens:
    """With the dash of "20-24 November" by itself."""
    dashed = _DASHED.fullmatch(tokens[0].text)
    if not dashed:
        return tokens
    first, last = (Token(each, int(each)) for each in dashed.groups())
    return (first, Token(DASH), last, *tokens[1:])


@lru_cache(maxsize=1024)
def _whole(tokens: Tokens, lexicon: Lexicon, today: date) -> tuple[date, ...]:
    """A day, or all of a week or a month, even what has passed of it."""
    found: set[date] = set()
    told = _told(tokens, lexicon)
    for each in _on(tokens, lexicon):
        for phrase in lexicon.calendar.find(each):
            found |= set(calendar_days.named(phrase, today, lexicon.week))
        found |= set(_dated(each, lexicon, today)) if told else set()
    return tuple(sorted(found))


def _clocked(token: Token, lexicon: Lexicon) -> bool:
    """Whether the second part of "3.15" can be no month, where months stand there."""
    parted = _POINTED.fullmatch(token.text)
    return parted is not None and not lexicon.month_first and int(parted[2]) > 12


def _third(tokens: Tokens, lexicon: Lexicon, today: date) -> Iterator[date]:
    """The beginning, the middle or the end of a week or a month."""
    words = texts(tokens)
    for split in range(1, len(tokens)):
        which = lexicon.thirds.get(words[:split])
        days = _whole(tokens[split:], lexicon, today) if which is not None else ()
        if which is not None and len(days) >= _WEEK:
            yield from calendar_days.third(days, which)


def _either(tokens: Tokens, lexicon: Lexicon, today: date) -> Iterator[date]:
    """Two days or more, of which any will do."""
    split = next((place for place, token in enumerate(tokens) if (token.text,) in lexicon.either), 0)
    first = _days(tokens[:split], lexicon, today) if split else ()
    others = _days(tokens[split + 1 :], lexicon, today) if first else ()
    yield from (*first, *others) if others else ()


def _from_to(tokens: Tokens, lexicon: Lexicon, today: date) -> Iterator[date]:
    """All days from one until another."""
    for shape, places in lexicon.stretches.find(tokens):
        kind = lexicon.stretching[shape]
        if kind in ("to", "the"):
            first, last = places["{a}"], places["{b}"]
            yield from _between(first, last, lexicon, today, numbers=kind == "the")


def _between(first: Tokens, last: Tokens, lexicon: Lexicon, today: date, *, numbers: bool) -> Iterator[date]:
    """The end is counted from the beginning, and a mere number at the beginning from the end."""
    begin, end = _mere(first), _mere(last)
    if begin:
        ends = [_next(end, today)] if end and numbers else _whole(last, lexicon, today)[:1]
        yield from (day for each in ends for day in calendar_days.until(calendar_days.latest(begin, each), each))
        return
    for day in _whole(first, lexicon, today)[:1]:
        ends = [_next(end, day)] if end and numbers else [*_ends(last, lexicon, today, day)]
        yield from calendar_days.until(day, min(ends, default=day - timedelta(days=1)))


def _ends(tokens: Tokens, lexicon: Lexicon, today: date, begin: date) -> Iterator[date]:
    found = [day for day in _whole(tokens, lexicon, today) if day > begin]
    yield from found or _whole(tokens, lexicon, begin)


def _mere(tokens: Tokens) -> int:
    """A day that is nothing but its number; nothing else is one."""
    number = tokens[0].number or tokens[0].ordinal or 0
    return number if len(tokens) == 1 and number <= _LONGEST_MONTH else 0


def _next(number: int, today: date) -> date:
    return next(day for each in range(_TWO_MONTHS) if (day := today + timedelta(days=each)).day == number)


def _open(tokens: Tokens, lexicon: Lexicon, today: date) -> tuple[date, ...]:
    """All days before or after one. With an hour nobody knows what is meant: "by Friday 3 pm"."""
    found: set[date] = set()
    for shape, places in lexicon.stretches.find(tokens):
        named = _days(places.get("{a}", places.get("{b}", ())), lexicon, today)
        found.update(calendar_days.stretch(lexicon.stretching[shape], named, today) if named else ())
    return tuple(sorted(found))


def _told(tokens: Tokens, lexicon: Lexicon) -> bool:
    """Whether these words can be a date at all: a number alone could be anything, "the 24" is a day."""
    before = tuple(token.text for token in tokens[:-1])
    if (tokens[-1].text,) in lexicon.on:  # "8 di mattina" is no 8th
        return False
    if tokens[-1].number is None or not all(word in lexicon.joints for word in before):
        return True
    return before in lexicon.the


def _dated(tokens: Tokens, lexicon: Lexicon, today: date) -> Iterator[date]:
    """The days of a date that is written out."""
    counting = [each for each in tokens if each.number is not None or each.ordinal or _DATE.fullmatch(each.text)]
    others = (each for each in tokens if each not in counting and each.weekday is None and each.month is None)
    if not 1 <= len(counting) <= 3 or not all(each.text in lexicon.dating for each in others):
        return
    numbers = [token.text for token in tokens if token.text.isdecimal()]
    apart = len(numbers) == 2 and not any(len(number) == 4 for number in numbers)  # "3 of 4" is no day of April
    if apart or any(":" in token.text or token.number == 0 or _clocked(token, lexicon) for token in tokens):
        return
    yield from calendar_days.dated(" ".join(token.text for token in tokens), lexicon.locale, today)
    spoken = [token.number or token.ordinal or 0 for token in tokens if not _DATE.fullmatch(token.text)]
    if sum(map(bool, spoken)) == 1 and all(len(token.text) == 4 for token in tokens if _DATE.fullmatch(token.text)):
        text = " ".join(str(token.number or token.ordinal or token.text) for token in tokens)
        article = max(spoken) == 1  # "ein Tag" is no first of a month, and "the first" may be any
        yield from calendar_days.dated(text, lexicon.locale, today, with_month=article)
