"""Reads a day, an hour or both in everyday words: "tomorrow at 3". Whether they are free is not known here.

Every word of a line must have its place in what is read, or nothing is: better to ask than to be silently wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from babel import Locale
from babel.dates import get_day_names

from bot.reading import calendar_days
from bot.reading.date import eras, joints, months
from bot.reading.grammar import LONGEST, Grammar, Patterns, Token, Tokens, every, phrases, spelled, strange
from bot.reading.grammars import GRAMMARS
from bot.reading.hour import halves, twelve
from bot.reading.letters import plain
from bot.words import Words
from conversations.texts import say_in
from conversations.wishes import Span, Wish

# Translators: what people write to name a day, in small letters.
_TODAY = say_in("typed", "today")
# Translators: what people write to name a day, in small letters.
_TOMORROW = say_in("typed", "tomorrow")

_DAY = 24 * 60
_PART = 9
"""Words that a day or an hour may have; the longest of our examples have eight."""
_NUMBERS = 6
_WEEKDAYS = 2
"""How many there may be in a line: a date of three, an hour of two, and seconds."""
_CLOCK = re.compile(r"([0-9]{1,2})[:.]([0-9]{2})(?:[:.]00)?")
_TOGETHER = re.compile(r"([0-9]{1,2})([0-9]{2})")
_DATE = re.compile(r"[0-9]+(?:[./-][0-9]+)*")


def read(line: str, words: Words, at: datetime) -> Wish | None:
    """What a line names; None if it names no day and no hour, or nobody can say which of several."""
    if strange(line) or plain(line).isdecimal():  # a number alone is a button's, or a day's of those on show
        return None
    lexicon = _lexicon(words.locale, words.say(_TODAY), words.say(_TOMORROW))
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
    if len({each.days for each in readings}) > 1 and len({each.times for each in readings}) > 1:
        return None
    days = {day for each in readings for day in each.days}
    times = {span for each in readings for span in each.times}
    return Wish(tuple(sorted(days)), tuple(sorted(times)))


def _readings(tokens: Tokens, lexicon: _Lexicon, today: date) -> Iterator[Wish]:
    """Every way to part a line into a day and an hour; the hour may stand before the day, after it, or around it."""
    bare = _times(tokens, lexicon)
    if bare:
        yield Wish((), bare)
    for first in range(len(tokens)):
        for last in range(first + 1, len(tokens) + 1):
            before, within, after = tokens[:first], tokens[first:last], tokens[last:]
            days = _days(within, lexicon, today)
            if not days:
                continue
            if not before and not after:
                yield Wish(days)
            times = _around(before, after, lexicon, counts=_counts(within, lexicon))
            if times:
                yield Wish(days, times)


def _around(before: Tokens, after: Tokens, lexicon: _Lexicon, *, counts: bool) -> tuple[Span, ...]:
    """The times that stand around a day. Where the day is told by numbers, a bare one beside it is no hour."""
    if before and after:
        hours, span = _clocks(before, lexicon), lexicon.part(after)
        return _within(hours, span) if span else ()
    return _times(before or after, lexicon, bare=bool(after) and not counts)


def _counts(tokens: Tokens, lexicon: _Lexicon) -> bool:
    """Whether a number beside this day could belong to it."""
    return not any(lexicon.days.find(tokens)) and not any(lexicon.days.find(lexicon.stripped(tokens, lexicon.on)))


# Days.


def _days(tokens: Tokens, lexicon: _Lexicon, today: date) -> tuple[date, ...]:
    if len(tokens) > _PART:
        return ()
    found: set[date] = set()
    for each in dict.fromkeys((tokens, lexicon.stripped(tokens, lexicon.on))):
        for name, patterns in lexicon.calendar.items():
            for match in patterns.find(each):
                found |= set(calendar_days.named(name, match, today, lexicon.week_begins))
    if _told(tokens, lexicon):
        for each in dict.fromkeys((tokens, lexicon.stripped(tokens, lexicon.on))):
            found |= set(_dated(each, lexicon, today))
    return tuple(sorted(day for day in found if day >= today))


def _told(tokens: Tokens, lexicon: _Lexicon) -> bool:
    """Whether these words can be a date at all: a number alone could be anything, "the 24" is a day."""
    before = tuple(token.text for token in tokens[:-1])
    if tokens[-1].number is None or not all(word in lexicon.joints for word in before):
        return True
    return before in lexicon.the


def _dated(tokens: Tokens, lexicon: _Lexicon, today: date) -> Iterator[date]:
    """The days of a date that is written out."""
    counting = [each for each in tokens if each.number is not None or each.ordinal or _DATE.fullmatch(each.text)]
    if not 1 <= len(counting) <= 3:
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


# Hours.


@dataclass(frozen=True, slots=True)
class _Hour:
    """An hour by the clock, in minutes of the day. `exact` is one that can be in no other half of the day, `marked` one
    that cannot be anything but an hour.
    """

    minute: int
    exact: bool
    marked: bool


def _times(tokens: Tokens, lexicon: _Lexicon, *, bare: bool = False) -> tuple[Span, ...]:
    """What a line's end or beginning says of the hour. `bare` takes a number alone for one."""
    if len(tokens) > _PART:
        return ()
    alone = lexicon.stripped(tokens, lexicon.at)
    part = lexicon.part(tokens) or lexicon.part(alone)
    if part:
        return (part,)
    if lexicon.noon(tokens) or lexicon.noon(alone):
        return ((_DAY // 2, _DAY // 2 + 1),)
    introduced = alone != tokens
    found = {
        minute for hour in _clocks(tokens, lexicon) if bare or introduced or hour.marked for minute in _halved(hour)
    }
    for split in range(1, len(tokens)):
        head, tail = tokens[:split], tokens[split:]
        found |= _in_part(head, tail, lexicon) | _in_part(tail, head, lexicon)
    return _exactly(found)


def _in_part(clock: Tokens, part: Tokens, lexicon: _Lexicon) -> set[int]:
    """An hour with the part or the half of the day in which it is."""
    half, span = lexicon.halves.get(tuple(token.text for token in part)), lexicon.part(part)
    introduced = lexicon.stripped(clock, lexicon.at) != clock
    hours = (
        [each for each in _clocks(clock, lexicon) if introduced or each.marked or _early(each)] if half or span else []
    )
    found = {minute for hour in hours for minute in _either(hour) if span and span[0] <= minute < span[1]}
    return found | {
        (hour.minute % (_DAY // 2)) + (_DAY // 2 if half == "pm" else 0) for hour in hours if half and _early(hour)
    }


def _early(hour: _Hour) -> bool:
    return 60 <= hour.minute < 13 * 60


def _within(hours: Iterable[_Hour], span: Span) -> tuple[Span, ...]:
    return _exactly({minute for hour in hours for minute in _either(hour) if span[0] <= minute < span[1]})


def _exactly(minutes: set[int]) -> tuple[Span, ...]:
    return tuple((minute, minute + 1) for minute in sorted(minutes))


def _halved(hour: _Hour) -> tuple[int, ...]:
    """The hour, and the same in the other half of the day where it can be meant."""
    return (hour.minute,) if hour.exact else _either(hour)


def _either(hour: _Hour) -> tuple[int, ...]:
    """The hour in both halves of the day, where the clock goes to twelve."""
    return (hour.minute, (hour.minute + _DAY // 2) % _DAY) if _early(hour) else (hour.minute,)


@lru_cache(maxsize=1024)
def _clocks(tokens: Tokens, lexicon: _Lexicon) -> tuple[_Hour, ...]:
    """The hours that these words are, with or without "at" before them."""
    return tuple(
        hour
        for each in dict.fromkeys((tokens, lexicon.stripped(tokens, lexicon.at)))
        for hour in (*_digital(each, lexicon), *_spoken(each, lexicon))
    )


def _digital(tokens: Tokens, lexicon: _Lexicon) -> Iterator[_Hour]:
    """The clock in digits: 14:30, 1430."""
    if not tokens or any(token.text not in lexicon.marks for token in tokens[1:]):
        return
    parted = _CLOCK.fullmatch(tokens[0].text)
    found = parted or _TOGETHER.fullmatch(tokens[0].text) if len(tokens[0].text) >= 3 else None
    if found and int(found[1]) < 24 and int(found[2]) < 60:
        exact = not lexicon.twelve or found[1].startswith("0")
        yield _Hour(int(found[1]) * 60 + int(found[2]), exact, bool(parted) or len(tokens) > 1)


def _spoken(tokens: Tokens, lexicon: _Lexicon) -> Iterator[_Hour]:
    for found in lexicon.clocks.find(tokens):
        hour, minutes = found.slots["h"], found.slots.get("m", 0)
        if not 0 <= hour <= 23 or not 0 <= minutes <= 59:
            continue
        if found.meaning == "bare" and 0 < minutes < 10:
            continue
        if found.meaning.endswith("-m") and minutes % 5:  # "9 to 5" is no hour
            continue
        if found.meaning not in ("bare", "marked", "+m") and hour > 12:
            continue
        minute = (hour * 60 + _added(found.meaning, minutes)) % _DAY
        yield _Hour(minute, not 1 <= hour <= 12 or _padded(tokens[0]), found.meaning != "bare")


def _padded(token: Token) -> bool:
    return len(token.text) == 2 and token.text.startswith("0")


def forget() -> None:
    """Empties what was remembered of earlier lines, for those who measure."""
    _clocks.cache_clear()


def _added(meaning: str, minutes: int) -> int:
    if meaning in ("bare", "marked"):
        return minutes
    return sum(
        (-1 if sign == "-" else 1) * (minutes if number == "m" else int(number))
        for sign, number in re.findall(r"([+-]?)([0-9]+|m)", meaning)
    )


# A language.


class _Lexicon:
    """What can be said of days and hours in a locale, made ready to be looked up."""

    def __init__(self, locale: Locale, grammar: Grammar) -> None:
        self.locale = locale
        self.week_begins = locale.first_week_day
        self.twelve = twelve(locale)
        self.on, self.the = every((*grammar.on, *grammar.the)), every(grammar.the)
        self.at, self._polite = every(grammar.at), every(grammar.polite)
        self.marks = frozenset(word for words in every((*grammar.marks, "h")) for word in words)
        self.joints = joints(locale) | {word for words in self.on for word in words}
        self.days = Patterns(grammar.days)
        self.clocks = Patterns(_clock_phrases(grammar))
        self.calendar = {
            "days": self.days,
            "ahead": Patterns(grammar.ahead),
            "months": Patterns(grammar.months),
            "weeks": Patterns(grammar.weeks),
            "weekends": Patterns(grammar.weekends),
            "coming": Patterns(dict.fromkeys(grammar.coming, "")),
            "next": Patterns(dict.fromkeys(grammar.next, "")),
            "following": Patterns(dict.fromkeys(grammar.following, "")),
            "later": Patterns(dict.fromkeys(grammar.later, "")),
        }
        self._parts = {words: span for each, span in grammar.parts.items() for words in phrases(each)}
        self._noon = every(grammar.noon)
        self.halves = _halves(locale, grammar)
        self._short = {words: spelled(long) for each, long in grammar.short.items() for words in phrases(each)}
        self._names = _names(locale, grammar)
        self._tokens = frozenset(self._names.values())
        self._vocabulary = (
            self.joints
            | months(locale)
            | {
                word
                for many in (
                    self.at,
                    self.the,
                    eras(locale),
                    self.marks and every(self.marks),
                    self._parts,
                    self._noon,
                    self.halves,
                    *(patterns.all() for patterns in (self.clocks, *self.calendar.values())),
                )
                for words in many
                for word in words
            }
        )
        self._longest = max(map(len, (*self._names, *self._short, *self._polite, *self.on, *self.at)), default=1)

    def tokens(self, line: str) -> Tokens:
        words = _replaced(spelled(line), self._short, self._longest)
        return self._without_courtesies(tuple(self._joined(words)))

    def knows(self, tokens: Tokens) -> bool:
        """Whether each word may have its place somewhere, and there are no more numbers than can be meant."""
        numbers = sum(token.number is not None or token.text[0].isdecimal() for token in tokens)
        weekdays = sum(token.weekday is not None for token in tokens)
        known = all(
            token.text in self._vocabulary or token.text[0].isdecimal() or token in self._tokens for token in tokens
        )
        return known and numbers <= _NUMBERS and weekdays <= _WEEKDAYS

    def part(self, tokens: Tokens) -> Span | None:
        """The minutes of a part of the day."""
        span = self._parts.get(tuple(token.text for token in tokens))
        return (span[0] * 60, span[1] * 60) if span else None

    def noon(self, tokens: Tokens) -> bool:
        return tuple(token.text for token in tokens) in self._noon

    def stripped(self, tokens: Tokens, openings: frozenset[tuple[str, ...]]) -> Tokens:
        """Without the longest of these phrases at the beginning."""
        texts = tuple(token.text for token in tokens)
        for length in range(min(len(texts) - 1, self._longest), 0, -1):
            if texts[:length] in openings:
                return tokens[length:]
        return tokens

    def _joined(self, words: tuple[str, ...]) -> Iterator[Token]:
        """Words as tokens; a name of several words is one."""
        while words:
            length = next((each for each in range(self._longest, 1, -1) if words[:each] in self._names), 1)
            yield self._names.get(words[:length]) or _token(words[0])
            words = words[length:]

    def _without_courtesies(self, tokens: Tokens) -> Tokens:
        while (rest := self._stripped_back(self.stripped(tokens, self._polite))) != tokens:
            tokens = rest
        return tokens

    def _stripped_back(self, tokens: Tokens) -> Tokens:
        texts = tuple(token.text for token in tokens)
        for length in range(min(len(texts) - 1, self._longest), 0, -1):
            if texts[-length:] in self._polite:
                return tokens[:-length]
        return tokens


@lru_cache(maxsize=64)
def _lexicon(locale: Locale, today: str, tomorrow: str) -> _Lexicon:
    return _Lexicon(locale, GRAMMARS.get(locale.language) or Grammar(days={today: 0, tomorrow: 1}))


def _clock_phrases(grammar: Grammar) -> Mapping[str, str]:
    """The phrases of the clock, also with what marks an hour after it."""
    marks = tuple(dict.fromkeys((*grammar.marks, "h")))
    found = {"{h}": "bare", "{h} {m}": "bare"}
    for mark in marks:
        found |= {f"{{h}} {mark}": "marked", f"{{h}} {mark} {{m}}": "marked"}
    for phrase, meaning in grammar.clocks.items():
        if phrase not in found:
            found[phrase] = meaning
            found |= {f"{phrase} {mark}": meaning for mark in marks}
    return found


def _halves(locale: Locale, grammar: Grammar) -> dict[tuple[str, ...], str]:
    known = {spelled(name): half for name, half in grammar.halves.items()}
    return (
        known
        | {spelled(" ".join(name)): half for name, half in halves(locale) if name.isascii()}
        | {spelled(name): half for name, half in halves(locale)}
    )


def _names(locale: Locale, grammar: Grammar) -> dict[tuple[str, ...], Token]:
    """The words that are numbers or weekdays."""
    found: dict[tuple[str, ...], dict[str, int]] = {}
    for width in ("wide", "abbreviated"):
        for context in ("format", "stand-alone"):
            for weekday, name in get_day_names(width, context, locale).items():
                found.setdefault(spelled(name), {})["weekday"] = weekday
    for kind, names in (
        ("weekday", grammar.weekdays),
        ("number", grammar.numbers),
        ("ordinal", grammar.ordinals),
        ("hour", grammar.hours),
    ):
        for name, number in names.items():
            found.setdefault(spelled(name), {})[kind] = number
    return {
        words: Token(" ".join(words), **kinds) for words, kinds in found.items() if " ".join(words) not in grammar.words
    }


def _token(word: str) -> Token:
    return Token(word, int(word)) if word.isdecimal() and len(word) <= 4 else Token(word)


def _replaced(
    words: tuple[str, ...], short: Mapping[tuple[str, ...], tuple[str, ...]], longest: int
) -> tuple[str, ...]:
    found: list[str] = []
    while words:
        length = next((each for each in range(longest, 0, -1) if words[:each] in short), 0)
        found.extend(short[words[:length]] if length else words[:1])
        words = words[length or 1 :]
    return tuple(found)
