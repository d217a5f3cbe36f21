"""Reads an hour, or hours from and to, in everyday words: "half past two", "between 3 and 5". No day is read here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from bot.reading.grammar import Token, Tokens, Words
from bot.reading.lexicon import Lexicon
from conversations.wishes import Span

DAY = 24 * 60
"""Minutes."""

_LONGEST = 13
"""Words that name an hour, or hours from and to; the longest of our examples have twelve."""
_CLOCK = re.compile(r"([0-9]{1,2})[:.]([0-9]{2})(?:[:.]00)?")
_TOGETHER = re.compile(r"([0-9]{1,2})([0-9]{2})")
_DASHED = re.compile(r"([0-9]{1,2}(?:[:.][0-9]{2})?)[-–]([0-9]{1,2}(?:[:.][0-9]{2})?)")
_DATED = re.compile(r"[0-9]{1,2}[./](?:0?[1-9]|1[0-2])")
_DAYTIME = (7 * 60, 19 * 60)
"""When most people are up and about: nobody who says "after 3" means the night."""


@dataclass(frozen=True, slots=True)
class _Hour:
    """An hour by the clock, in minutes of the day. `exact` is one that can be in no other half of the day, `marked` one
    that cannot be anything but an hour.
    """

    minute: int
    exact: bool
    marked: bool


def times(tokens: Tokens, lexicon: Lexicon, *, bare: bool = False) -> tuple[Span, ...]:
    """What a line's end or beginning says of the hour. `bare` takes a number alone for one."""
    if len(tokens) > _LONGEST:
        return ()
    part = lexicon.part(tokens) or lexicon.part(lexicon.stripped(tokens, lexicon.at))
    if part:
        return (part,)
    found = {*_exactly(_minutes(tokens, lexicon, bare=bare)), *_ranges(tokens, lexicon)}
    for one, other in _halved_lines(tokens):
        span = lexicon.part(other)
        found |= _ranges(one, lexicon, span) if span else set()
    return tuple(sorted(found))


def times_within(tokens: Tokens, span: Span, lexicon: Lexicon) -> tuple[Span, ...]:
    """The times that these words are, as far as they are within a part of the day."""
    minutes = {minute for hour in _clocks(tokens, lexicon) for minute in _either(hour)}
    inside = _exactly({minute for minute in minutes if span[0] <= minute < span[1]})
    return tuple(sorted({*inside, *_ranges(tokens, lexicon, span)}))


def _minutes(tokens: Tokens, lexicon: Lexicon, *, bare: bool) -> set[int]:
    """The minutes of the day that are named one by one. Midnight is a day's first, and the one after its last."""
    alone = lexicon.stripped(tokens, lexicon.at)
    if lexicon.noon(tokens) or lexicon.noon(alone):
        return {DAY // 2}
    if lexicon.midnight(tokens) or lexicon.midnight(alone):
        return {0, DAY}
    introduced = alone != tokens
    hours = (hour for hour in _clocks(tokens, lexicon) if bare or introduced or hour.marked)
    found = {minute for hour in hours for minute in _halved(hour)}
    for clock, part in _halved_lines(tokens):
        found |= _in_part(clock, part, lexicon)
    return found


def _halved_lines(tokens: Tokens) -> Iterator[tuple[Tokens, Tokens]]:
    """Every beginning with the end that goes with it, and the other way round."""
    for split in range(1, len(tokens)):
        yield tokens[:split], tokens[split:]
        yield tokens[split:], tokens[:split]


def _in_part(clock: Tokens, part: Tokens, lexicon: Lexicon) -> set[int]:
    """An hour with the part or the half of the day in which it is."""
    half, span = lexicon.halves.get(tuple(token.text for token in part)), lexicon.part(part)
    introduced = lexicon.stripped(clock, lexicon.at) != clock
    hours = (
        [each for each in _clocks(clock, lexicon) if introduced or each.marked or _early(each)] if half or span else []
    )
    found = {minute for hour in hours for minute in _either(hour) if span and span[0] <= minute < span[1]}
    return found | {
        (hour.minute % (DAY // 2)) + (DAY // 2 if half == "pm" else 0) for hour in hours if half and _early(hour)
    }


def _early(hour: _Hour) -> bool:
    return 60 <= hour.minute < 13 * 60


def _exactly(minutes: set[int]) -> tuple[Span, ...]:
    return tuple((minute, minute + 1) for minute in sorted(minutes))


def _halved(hour: _Hour) -> tuple[int, ...]:
    """The hour, and the same in the other half of the day where it can be meant."""
    return (hour.minute,) if hour.exact else _either(hour)


def _either(hour: _Hour) -> tuple[int, ...]:
    """The hour in both halves of the day, where the clock goes to twelve."""
    return (hour.minute, (hour.minute + DAY // 2) % DAY) if _early(hour) else (hour.minute,)


@lru_cache(maxsize=1024)
def _clocks(tokens: Tokens, lexicon: Lexicon) -> tuple[_Hour, ...]:
    """The hours that these words are, with or without "at" before them."""
    return tuple(
        hour
        for each in dict.fromkeys((tokens, lexicon.stripped(tokens, lexicon.at)))
        for hour in (*_digital(each, lexicon), *_spoken(each, lexicon))
    )


def _digital(tokens: Tokens, lexicon: Lexicon) -> Iterator[_Hour]:
    """The clock in digits: 14:30, 1430."""
    if not tokens or any(token.text not in lexicon.marks for token in tokens[1:]):
        return
    parted = _CLOCK.fullmatch(tokens[0].text)
    found = parted or _TOGETHER.fullmatch(tokens[0].text) if len(tokens[0].text) >= 3 else None
    if found and int(found[1]) < 24 and int(found[2]) < 60:
        exact = not lexicon.twelve or found[1].startswith("0")
        yield _Hour(int(found[1]) * 60 + int(found[2]), exact, bool(parted) or len(tokens) > 1)


def _spoken(tokens: Tokens, lexicon: Lexicon) -> Iterator[_Hour]:
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
        minute = (hour * 60 + _added(found.meaning, minutes)) % DAY
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


# Hours from and to.


def _ranges(tokens: Tokens, lexicon: Lexicon, part: Span | None = None) -> set[Span]:
    """From one hour until before another; in a part of the day, if it is said in which."""
    found: set[Span] = set()
    for first, last in _bounds(tokens, lexicon):
        found |= _between(first, last, part) if first and last else _open(first, last, part)
    return {span for span in found if span[0] < span[1]}


def _bounds(tokens: Tokens, lexicon: Lexicon) -> Iterator[tuple[set[int], set[int]]]:
    """The minutes that may be the first, and those that may be the end; none where it is open."""
    for shape, places in (*lexicon.ranges.find(tokens), *_dashed(tokens)):
        named = {place: _bound(words, lexicon) for place, words in places.items()}
        sure = not shape[0].startswith("{") or _marked(places, lexicon)
        if sure and all(named.values()):
            yield named.get("{a}", set()), named.get("{b}", set())


def _dashed(tokens: Tokens) -> Iterator[tuple[Words, Mapping[str, Tokens]]]:
    """Two hours with a dash between them, in one word: 9:00-12:00. What stands behind the second is said of both."""
    found = _DASHED.fullmatch(tokens[0].text) if tokens else None
    if found:
        first, last = (Token(each, int(each) if each.isdecimal() else None) for each in found.groups())
        yield ("{a}", "-", "{b}"), {"{a}": (first,), "{b}": (last, *tokens[1:])}


def _bound(tokens: Tokens, lexicon: Lexicon) -> set[int]:
    """An hour at the end of a range. What can be a date is none, unless a word says that it is an hour."""
    return set() if _DATED.fullmatch(tokens[-1].text) else _minutes(tokens, lexicon, bare=True)


def _marked(places: Mapping[str, Tokens], lexicon: Lexicon) -> bool:
    """Whether these can be nothing but hours; "at" belongs to the whole that follows it, not to the first."""
    if lexicon.stripped(places["{a}"], lexicon.at) != places["{a}"]:
        return False
    return any(_minutes(each, lexicon, bare=False) for each in places.values())


def _between(firsts: set[int], lasts: set[int], part: Span | None) -> set[Span]:
    """The shortest ranges: from 9 to 5 is 9:00 to 17:00, and 21:00 to 5:00 is not on one day."""
    begin, end = part or (0, DAY)
    starts = {first for first in firsts if begin <= first < end}
    ends = {last or DAY for last in lasts if begin < (last or DAY) <= end}
    return {
        (first, last) for first in starts for last in ends if not any(first < other < last for other in starts | ends)
    }


def _open(firsts: set[int], lasts: set[int], part: Span | None) -> set[Span]:
    """From an hour until the end of the day, or of a part of it; or from its beginning."""
    begin, end = part or (0, DAY)
    early, late = part or _DAYTIME
    starts = {first for first in firsts if early <= first < late} or (set() if part else firsts)
    ends = {last for last in lasts if early < last <= late} or (set() if part else lasts)
    return {(first, end) for first in starts} | {(begin, last) for last in ends}
