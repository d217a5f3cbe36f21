"""Which days a run of words names: one, several, a stretch of them, a part of a week or a month. No hour is read here.

Dates that are written out are `date.py`'s, the calendar is `calendar_days.py`'s: here the words are put together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache

from bot.reading import calendar_days
from bot.reading.grammar import DASH, Token, Tokens, texts
from bot.reading.lexicon import Lexicon

_PART = 9
"""Words that a day may have; the longest of our examples have eight."""
WEEKDAYS = frozenset({"coming", "next", "following", "later"})
"""The kinds of phrases that name a weekday."""
_WEEK, _LONGEST_MONTH, _TWO_MONTHS = 7, 31, 62
_DATE = re.compile(r"[0-9]+(?:[./-][0-9]+)*")
_DASHED = re.compile(r"([0-9]{1,2})-([0-9]{1,2})")
_POINTED = re.compile(r"([0-9]{1,2})\.([0-9]{2})")


def forget() -> None:
    """Empties what was remembered of earlier lines, for those who measure."""
    _whole.cache_clear()


def kinds(tokens: Tokens, lexicon: Lexicon) -> frozenset[str]:
    """The kinds of phrases that name a day so; none for a date that is written out."""
    return frozenset(found.kind for each in _on(tokens, lexicon) for found in lexicon.calendar.find(each))


def days_named(tokens: Tokens, lexicon: Lexicon, today: date) -> tuple[date, ...]:
    """Those from today on; none where not all the words can be understood."""
    if not 0 < len(tokens) <= _PART:
        return ()
    found = set(_whole(tokens, lexicon, today) or _third(tokens, lexicon, today))
    apart = _undashed(tokens)
    if not found and not lexicon.joining.isdisjoint(texts(apart[1:-1])):
        found = {*_either(tokens, lexicon, today), *_from_to(apart, lexicon, today)}
    return tuple(sorted(day for day in found if day >= today))


def _on(tokens: Tokens, lexicon: Lexicon) -> tuple[Tokens, ...]:
    """The words with and without an "on" before them."""
    without = lexicon.stripped(tokens, lexicon.on)
    return (tokens,) if without == tokens else (tokens, without)


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
    first = days_named(tokens[:split], lexicon, today) if split else ()
    others = days_named(tokens[split + 1 :], lexicon, today) if first else ()
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
    for day in _whole(first, lexicon, today)[:2]:  # as many as people may mean by "next Friday"
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


def days_on_one_side(tokens: Tokens, lexicon: Lexicon, today: date) -> tuple[date, ...]:
    """All days before or after one. With an hour nobody knows what is meant: "by Friday 3 pm"."""
    found: set[date] = set()
    for shape, places in lexicon.stretches.find(tokens):
        named = days_named(places.get("{a}", places.get("{b}", ())), lexicon, today)
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


def _clocked(token: Token, lexicon: Lexicon) -> bool:
    """Whether the second part of "3.15" can be no month, where months stand there."""
    parted = _POINTED.fullmatch(token.text)
    return parted is not None and not lexicon.month_first and int(parted[2]) > 12
