"""Reads a day, an hour or both in everyday words: "tomorrow at 3". Whether they are free is not known here.

Every word of a line must have its place in what is read, or nothing is: better to ask than to be silently wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from bot.reading import calendar_days
from bot.reading.grammar import DASH, LONGEST, Tokens, strange
from bot.reading.letters import plain
from bot.reading.lexicon import Lexicon
from bot.reading.lexicon import lexicon as lexicon_of
from bot.reading.times import DAY, surely_from_to, times, times_within
from bot.words import Words
from conversations.texts import say_in
from conversations.wishes import Span, Wish

# Translators: what people write to name a day, in small letters.
_TODAY = say_in("typed", "today")
# Translators: what people write to name a day, in small letters.
_TOMORROW = say_in("typed", "tomorrow")

_PART = 9
"""Words that a day may have; the longest of our examples have eight."""
_FIRST, _LAST = (0, 1), (DAY, DAY + 1)
"""Midnight at a day's beginning, and at its end."""
_DATE = re.compile(r"[0-9]+(?:[./-][0-9]+)*")


def read(line: str, words: Words, at: datetime) -> Wish | None:
    """What a line names; None if it names no day and no hour, or nobody can say which of several."""
    if strange(line) or plain(line).isdecimal():  # a number alone is a button's, or a day's of those on show
        return None
    lexicon = lexicon_of(words.locale, words.say(_TODAY), words.say(_TOMORROW))
    tokens = lexicon.tokens(line)
    if not 0 < len(tokens) <= LONGEST or not lexicon.knows(tokens):
        return None
    readings = set(_readings(tokens, lexicon, words.local(at).date()))
    days = {reading for reading in readings if reading.days}
    whole = {reading for reading in days if not reading.times}  # "Friday 20.11." has no hour in it
    return _one(whole or days or readings)


def _one(readings: set[Wish]) -> Wish | None:
    """What all readings have in common; None if they are of different kinds."""
    if len({bool(each.times) for each in readings}) != 1:
        return None
    days = {day for each in readings for day in each.days}
    if len({each.days for each in readings}) > 1 and len({each.times for each in readings}) > 1:
        return Wish(tuple(sorted(days)))  # which hour goes with which day cannot be kept: the hour is asked again
    times = {span for each in readings for span in each.times}
    return Wish(tuple(sorted(days)), tuple(sorted(times)))


def _readings(tokens: Tokens, lexicon: Lexicon, today: date) -> Iterator[Wish]:
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
            hours = _around(before, after, lexicon, counts=_counts(within, lexicon))
            if hours:
                yield _dawning(days, hours)


def _torn(within: Tokens, after: Tokens, lexicon: Lexicon, today: date) -> bool:
    """Whether a day took the first of two hours for its date: "Friday 15 until 17"."""
    if not after or within[-1].number is None:
        return False
    return any(
        surely_from_to((*within[length:], *after), lexicon) and _days(within[:length], lexicon, today)
        for length in range(1, len(within))
    )


def _dawning(days: tuple[date, ...], hours: tuple[Span, ...]) -> Wish:
    """Midnight at a day's end is the next one's beginning. People do not agree on which is meant, but for a night's."""
    if _LAST not in hours:
        return Wish(days, hours)
    both = tuple(sorted({_FIRST, *hours}))
    if not days:
        return Wish((), both)
    dawning = {day + timedelta(days=1) for day in days}
    return Wish(tuple(sorted(dawning if hours == (_LAST,) else dawning.union(days))), both[:-1])


def _around(before: Tokens, after: Tokens, lexicon: Lexicon, *, counts: bool) -> tuple[Span, ...]:
    """The times that stand around a day. Where the day is told by numbers, a bare one beside it is no hour."""
    if after and after[0].text == DASH:
        after = after[1:]
    if before and after:
        span = lexicon.part(after)
        return times_within(before, span, lexicon) if span else ()
    return times(before or after, lexicon, beside=True, bare=bool(after) and not counts)


def _counts(tokens: Tokens, lexicon: Lexicon) -> bool:
    """Whether a number beside this day could belong to it."""
    return not any(found.kind == "days" for each in _on(tokens, lexicon) for found in lexicon.calendar.find(each))


def _on(tokens: Tokens, lexicon: Lexicon) -> tuple[Tokens, ...]:
    """The words with and without an "on" before them."""
    without = lexicon.stripped(tokens, lexicon.on)
    return (tokens,) if without == tokens else (tokens, without)


# Days.


def _days(tokens: Tokens, lexicon: Lexicon, today: date) -> tuple[date, ...]:
    if len(tokens) > _PART:
        return ()
    found: set[date] = set()
    told = _told(tokens, lexicon)
    for each in _on(tokens, lexicon):
        for phrase in lexicon.calendar.find(each):
            found |= set(calendar_days.named(phrase, today, lexicon.week_begins))
        found |= set(_dated(each, lexicon, today)) if told else set()
    return tuple(sorted(day for day in found if day >= today))


def _told(tokens: Tokens, lexicon: Lexicon) -> bool:
    """Whether these words can be a date at all: a number alone could be anything, "the 24" is a day."""
    before = tuple(token.text for token in tokens[:-1])
    if tokens[-1].number is None or not all(word in lexicon.joints for word in before):
        return True
    return before in lexicon.the


def _dated(tokens: Tokens, lexicon: Lexicon, today: date) -> Iterator[date]:
    """The days of a date that is written out."""
    counting = [each for each in tokens if each.number is not None or each.ordinal or _DATE.fullmatch(each.text)]
    others = (each for each in tokens if each not in counting and each.weekday is None)
    if not 1 <= len(counting) <= 3 or not all(each.text in lexicon.dating for each in others):
        return
    numbers = [token.text for token in tokens if token.text.isdecimal()]
    apart = len(numbers) == 2 and not any(len(number) == 4 for number in numbers)  # "3 of 4" is no day of April
    if apart or any(":" in token.text or token.number == 0 for token in tokens):
        return
    yield from calendar_days.dated(" ".join(token.text for token in tokens), lexicon.locale, today)
    spoken = [token.number or token.ordinal or 0 for token in tokens if not _DATE.fullmatch(token.text)]
    if sum(map(bool, spoken)) == 1 and all(len(token.text) == 4 for token in tokens if _DATE.fullmatch(token.text)):
        text = " ".join(str(token.number or token.ordinal or token.text) for token in tokens)
        article = max(spoken) == 1  # "ein Tag" is no first of a month
        yield from calendar_days.dated(text, lexicon.locale, today, with_month=article)
