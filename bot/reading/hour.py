"""Reads which of the hours on offer a line names. The day is settled already."""

from __future__ import annotations

import re
from datetime import time
from functools import lru_cache

from babel import Locale

from bot.reading.day import begin
from bot.reading.letters import plain
from bot.words import Words
from conversations.events import Unreadable
from conversations.screens import Button
from conversations.texts import say

_PARTED = re.compile(r"([0-9]{1,2}) ?[:.h] ?([0-9]{2}) ?(?:h|hs|hrs|uhr)?|([0-9]{1,2}) ?(?:h|hs|hrs|uhr)")
_TOGETHER = re.compile(r"([0-9]{1,2})([0-9]{2})")
_BARE = re.compile(r"([0-9]{1,2})")


def find(buttons: tuple[Button, ...], line: str, words: Words) -> tuple[Button, ...]:
    """All the hours that a line could mean."""
    sure, maybe = _times(line, words.locale)
    return _at(buttons, {*sure, *maybe} if twelve(words.locale) else sure, words)


def half_a_day_away(buttons: tuple[Button, ...], line: str, words: Words) -> tuple[Button, ...]:
    """The hours that a line could mean where people write them from 1 to 12."""
    _, maybe = _times(line, words.locale)
    return _at(buttons, maybe, words)


def unfound(buttons: tuple[Button, ...], line: str, words: Words) -> Unreadable:
    """Names the hour that was probably meant, if it is on offer, or just any."""
    example = (*half_a_day_away(buttons, line, words), *buttons)[0].label
    return Unreadable(
        say("I did not find that among the free hours. Please write one of them, such as {example}.", example=example)
    )


def _at(buttons: tuple[Button, ...], times: set[time], words: Words) -> tuple[Button, ...]:
    return tuple(button for button in buttons if (at := begin(button)) and words.local(at).time() in times)


def _times(line: str, locale: Locale) -> tuple[set[time], set[time]]:
    """What the line says, and what it would say in the other half of the day."""
    typed, half = _halved(plain(line), locale)
    found = _PARTED.fullmatch(typed) or _TOGETHER.fullmatch(typed) or _BARE.fullmatch(typed)
    if not found:
        return set(), set()
    parts = [int(part) for part in found.groups() if part]
    hour, minute = parts[0], parts[1] if len(parts) > 1 else 0
    if minute > 59 or hour > 23 or (half and not 1 <= hour <= 12):
        return set(), set()
    if half:
        return {time(hour % 12 + (12 if half == "pm" else 0), minute)}, set()
    return {time(hour, minute)}, {time((hour + 12) % 24, minute)} if 1 <= hour <= 12 else set()


def _halved(typed: str, locale: Locale) -> tuple[str, str]:
    """The line without its "p. m.", and am, pm or nothing."""
    for name, half in halves(locale):
        spelled = r"[. ]*".join(map(re.escape, name))
        found = re.fullmatch(rf"(.*[0-9])[. ]*{spelled}[. ]*", typed)
        if found:
            return found[1].strip(), half
    return typed, ""


@lru_cache(maxsize=64)
def halves(locale: Locale) -> tuple[tuple[str, str], ...]:
    """What the halves of the day are called, without points and spaces; the English names are known to all."""
    names = [("am", "am"), ("pm", "pm")]
    for width in ("wide", "abbreviated"):
        periods = locale.day_periods.get("format", {}).get(width, {})
        names += [(re.sub(r"[. ]", "", plain(periods[half])), half) for half in ("am", "pm") if half in periods]
    return tuple(dict.fromkeys(names))


@lru_cache(maxsize=64)
def twelve(locale: Locale) -> bool:
    """Whether hours are written from 1 to 12 there."""
    return "a" in re.sub("'[^']*'", "", str(locale.time_formats["short"]))
