"""Reads an hour, or hours from and to, in everyday words: "half past two", "between 3 and 5". No day is read here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from bot.reading.grammar import DASH, Token, Tokens, Words, texts
from bot.reading.lexicon import Lexicon
from conversations.wishes import Span

DAY = 24 * 60
"""Minutes."""
_HOURS = 24
_SMALL, _MORNING = 60, 5 * 60
"""Earlier than the first, nobody says "in the morning"; at the second, every morning has begun."""

_LONGEST = 13
"""Words that name an hour, or hours from and to; the longest of our examples have twelve."""
_CLOCK = re.compile(r"([0-9]{1,2})[:.]([0-9]{2})(?:[:.]00)?")
_TOGETHER = re.compile(r"([0-9]{1,2})([0-9]{2})")
_DASHED = re.compile(r"([0-9]{1,2}(?:[:.][0-9]{2})?)-([0-9]{1,2}(?:[:.][0-9]{2})?)")
_DATED = re.compile(r"[0-9]{1,2}[./](?:0?[1-9]|1[0-2])")
_Known = TypeVar("_Known")
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


def times(tokens: Tokens, lexicon: Lexicon, *, beside: bool = False, bare: bool = False) -> tuple[Span, ...]:
    """What a line's end or beginning says of the hour. `beside` a day, hours from and to need nothing to mark them;
    `bare` takes even a number alone for an hour.
    """
    if len(tokens) > _LONGEST:
        return ()
    part = lexicon.part(tokens) or lexicon.part(lexicon.stripped(tokens, lexicon.at))
    if part and not (lexicon.part(tokens) is None and _by_name(tokens, lexicon)):
        return ((part[0], min(part[1], DAY)),)
    bare = bare and tokens[0].number != _HOURS  # "tomorrow 24" is rather a slip
    found = {*_exactly(_minutes(tokens, lexicon, bare=bare)), *_ranges(tokens, lexicon, beside=beside)}
    for hours, span in _beside(tokens, lexicon.parts):
        found |= _ranges(hours, lexicon, span, beside=beside)
    return tuple(sorted(found))


def times_within(tokens: Tokens, span: Span, lexicon: Lexicon) -> tuple[Span, ...]:
    """The times that these words are, as far as they are within a part of the day."""
    minutes = {minute for hour in _clocks(tokens, lexicon) for minute in _either(hour)}
    minutes |= _minutes(tokens, lexicon, bare=True)
    return tuple(sorted({*_exactly(_inside(minutes, span)), *_ranges(tokens, lexicon, span, beside=True)}))


def surely_from_to(tokens: Tokens, lexicon: Lexicon) -> bool:
    """Whether words name hours from and to, and nothing that joins the two could stand before the second alone."""
    return any(
        (shape[0] != "{a}" or (_until(shape, lexicon) and DASH not in shape)) and _between(first, last, None)
        for shape, first, last in _bounds(tokens, lexicon, beside=True)
    )


def _inside(minutes: set[int], span: Span) -> set[int]:
    """Those of a part of the day; where there are none, those that people still count among it: "2 in the morning".

    Midnight is the end of an evening. What comes later in a night is of its day or of the next: "Friday night at 1".
    """
    begin, end = span
    found = {minute for minute in minutes if begin <= minute < end}
    if not found and begin == _MORNING:
        found = {minute for minute in minutes if _SMALL <= minute < begin}
    if not found and end >= DAY:
        late = {minute % DAY for minute in minutes if minute % DAY + DAY <= max(end - 1, DAY)}
        found = {each for minute in late for each in ({minute, minute + DAY} if minute else {DAY})}
    return found


def _minutes(tokens: Tokens, lexicon: Lexicon, *, bare: bool) -> set[int]:
    """The minutes of the day that are named one by one. Midnight is a day's first, and the one after its last."""
    named = _by_name(tokens, lexicon)
    if named:
        return named | {minute or DAY for minute in named}
    introduced = lexicon.stripped(tokens, lexicon.at) != tokens
    hours = (hour for hour in _clocks(tokens, lexicon) if bare or introduced or hour.marked)
    found = {minute for hour in hours for minute in _halved(hour)}
    for clock, span in _beside(tokens, lexicon.parts):
        named = {minute for hour in _told(clock, lexicon) for minute in _either(hour)}
        found |= _inside(named | _in_half(clock, lexicon) | _by_name(clock, lexicon), span)
    return found | _in_half(tokens, lexicon)


def _in_half(tokens: Tokens, lexicon: Lexicon) -> set[int]:
    """Hours from 1 to 12 with the half of the day: "3 pm"."""
    found: set[int] = set()
    for clock, half in _beside(tokens, lexicon.halves):
        early = {hour.minute % (DAY // 2) for hour in _told(clock, lexicon) if _early(hour)}
        found |= {minute + (DAY // 2 if half == "pm" else 0) for minute in early}
    return found


def _by_name(tokens: Tokens, lexicon: Lexicon) -> set[int]:
    """Noon or midnight, where they are named."""
    named = (lexicon.named(each) for each in (tokens, lexicon.stripped(tokens, lexicon.at)))
    return {minute for minute in named if minute is not None}


def _beside(tokens: Tokens, known: Mapping[Words, _Known]) -> Iterator[tuple[Tokens, _Known]]:
    """Every beginning whose end is known, and the other way round."""
    words = texts(tokens)
    for split in range(1, len(tokens)):
        if words[split:] in known:
            yield tokens[:split], known[words[split:]]
        if words[:split] in known:
            yield tokens[split:], known[words[:split]]


def _told(clock: Tokens, lexicon: Lexicon) -> Iterator[_Hour]:
    """The hours that words are beside a part or a half of the day."""
    introduced = lexicon.stripped(clock, lexicon.at) != clock
    return (each for each in _clocks(clock, lexicon) if introduced or each.marked or _early(each))


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
    if found and int(found[2]) < 60 and int(found[1]) * 60 + int(found[2]) <= DAY:
        exact = not lexicon.twelve or found[1].startswith("0")
        yield _Hour(int(found[1]) * 60 + int(found[2]), exact, bool(parted) or len(tokens) > 1)


def _spoken(tokens: Tokens, lexicon: Lexicon) -> Iterator[_Hour]:
    for found in lexicon.clocks.find(tokens):
        hour, minutes = found.slots["h"], found.slots.get("m", 0)
        if not 0 <= hour <= 24 or not 0 <= minutes <= 59 or (hour == 24 and minutes):
            continue
        if found.meaning == "bare" and 0 < minutes < 10:
            continue
        if found.meaning.endswith("-m") and minutes % 5:  # "9 to 5" is no hour
            continue
        if found.meaning not in ("bare", "marked", "+m") and hour > 12:
            continue
        minute = DAY if hour == 24 else (hour * 60 + _added(found.meaning, minutes)) % DAY
        marked = found.meaning != "bare" or tokens[0].hour is not None or (minutes > 0 and not _in_digits(tokens))
        yield _Hour(minute, not 1 <= hour <= 12 or _padded(tokens[0]), marked)


def _in_digits(tokens: Tokens) -> bool:
    """Two numbers could be anything, "four thirty" is an hour."""
    return any(each.text.isdecimal() for each in tokens)


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


def _ranges(tokens: Tokens, lexicon: Lexicon, part: Span | None = None, *, beside: bool = False) -> set[Span]:
    """From one hour until before another; in a part of the day, if it is said in which."""
    found: set[Span] = set()
    for _, first, last in _bounds(tokens, lexicon, beside=beside):
        found |= _between(first, last, part) if first and last else _open(first, last, part)
    return {span for span in found if span[0] < span[1]}


def _bounds(tokens: Tokens, lexicon: Lexicon, *, beside: bool) -> Iterator[tuple[Words, set[int], set[int]]]:
    """How they are joined, the minutes that may be the first, and those that may be the end; none where it is open."""
    for shape, places in (*lexicon.ranges.find(tokens), *_dashed(tokens)):
        named = {place: _bound(words, lexicon) for place, words in places.items()}
        if _of_twenty_four(places.get("{b}", ()), lexicon) and "{a}" in named:
            said = {hour.minute for hour in _clocks(places["{a}"], lexicon)}
            named["{a}"] = named["{a}"] & said or named["{a}"]
        if all(named.values()) and (shape[0] not in places or _sure(shape, places, lexicon, beside=beside)):
            yield shape, named.get("{a}", set()), named.get("{b}", set())


def _dashed(tokens: Tokens) -> Iterator[tuple[Words, Mapping[str, Tokens]]]:
    """Two hours with a dash between them, in one word: 9:00-12:00. What stands behind the second is said of both."""
    found = _DASHED.fullmatch(tokens[0].text) if tokens else None
    if found:
        first, last = (Token(each, int(each) if each.isdecimal() else None) for each in found.groups())
        yield ("{a}", "-", "{b}"), {"{a}": (first,), "{b}": (last, *tokens[1:])}


def _bound(tokens: Tokens, lexicon: Lexicon) -> set[int]:
    """An hour at the end of a range. What can be a date is none, unless a word says that it is an hour."""
    return set() if _DATED.fullmatch(tokens[-1].text) else _minutes(tokens, lexicon, bare=True)


def _of_twenty_four(tokens: Tokens, lexicon: Lexicon) -> bool:
    """Whether an hour is one that only a clock of 24 shows. Then so is the one before it: from 9 until 22."""
    return bool(tokens) and any(hour.exact and hour.minute >= 13 * 60 for hour in _clocks(tokens, lexicon))


def _until(shape: Words, lexicon: Lexicon) -> bool:
    """Whether what joins two hours could not stand before the second alone: "15 to 17", but not "15 à 17"."""
    return shape[-1] == "{b}" and shape[1:-1] not in lexicon.at


def _sure(shape: Words, places: Mapping[str, Tokens], lexicon: Lexicon, *, beside: bool) -> bool:
    """Whether what begins with an hour can be nothing but hours from and to. An "at" belongs to all that follows it."""
    alone = [each for each in places.values() if lexicon.stripped(each, lexicon.at) == each]
    if places[shape[0]] not in alone:
        return False
    told = beside and len(alone) == 2 and _until(shape, lexicon)
    return told or any(_minutes(each, lexicon, bare=False) for each in alone)


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
