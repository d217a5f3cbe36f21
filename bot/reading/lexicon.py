"""What can be said of days and hours in a locale, made ready to be looked up. Nothing is understood here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from babel import Locale
from babel.dates import get_day_names, get_month_names

from bot.reading.calendar_days import Week
from bot.reading.date import eras, joints, month_first, names_in
from bot.reading.grammar import DASH, Grammar, Patterns, Shapes, Token, Tokens, every, phrases, spelled, texts
from bot.reading.grammars import GRAMMARS
from bot.reading.hour import halves, twelve
from conversations.wishes import Span

_NUMBERS = 6
_WEEKDAYS = 3
"""How many there may be in a line: a date of three, an hour of two, and seconds."""


class Lexicon:
    def __init__(self, locale: Locale, grammar: Grammar, week: Week) -> None:
        self.locale = locale
        self.week = week
        self.month_first = month_first(locale)
        self.twelve = twelve(locale)
        self.on, self.the = every((*grammar.on, *grammar.the)), every(grammar.the)
        self.at, self._polite = every(grammar.at), every(grammar.polite)
        self.marks = frozenset(word for words in every((*grammar.marks, "h")) for word in words)
        self.dating = {DASH} | joints(locale) | names_in(locale) | {word for era in eras(locale) for word in era}
        self.joints = {DASH} | joints(locale) | {word for words in self.on for word in words}
        self.clocks = Patterns(clocks=_clock_phrases(grammar))
        self.ranges = Shapes((*grammar.ranges, f"{{a}} {DASH} {{b}}"))
        self.hourly = grammar.hourly
        self.thirds = {words: third for each, third in grammar.thirds.items() for words in phrases(each)}
        self.either = every(grammar.either)
        stretches = {**grammar.stretches, f"{{a}} {DASH} {{b}}": "to"}
        self.stretches = Shapes(stretches)
        self.stretching = {words: meaning for each, meaning in stretches.items() for words in phrases(each)}
        between = (words[words.index("{a}") + 1 : -1] for words in self.stretching if {"{a}", "{b}"} <= set(words))
        self.joining = frozenset(word for words in (*self.either, *between) for word in words)
        self.calendar = Patterns(
            days=grammar.days,
            ahead=grammar.ahead,
            months=grammar.months,
            weeks=grammar.weeks,
            weekends=grammar.weekends,
            calendar_months=grammar.calendar_months,
            coming=dict.fromkeys(grammar.coming, ""),
            next=dict.fromkeys(grammar.next, ""),
            following=dict.fromkeys(grammar.following, ""),
            later=dict.fromkeys(grammar.later, ""),
        )
        self.parts = {
            words: (first * 60, last * 60) for each, (first, last) in grammar.parts.items() for words in phrases(each)
        }
        self._named = dict.fromkeys(every(grammar.noon), 12 * 60) | dict.fromkeys(every(grammar.midnight), 0)
        self.halves = _halves(locale)
        self._short = {words: spelled(long) for each, long in grammar.short.items() for words in phrases(each)}
        self._names = _names(locale, grammar)
        self._tokens = frozenset(self._names.values())
        self._vocabulary = (
            self.joints
            | self.dating
            | {
                word
                for many in (
                    self.at,
                    self.the,
                    self.marks and every(self.marks),
                    self.parts,
                    self._named,
                    self.ranges.all(),
                    self.stretches.all(),
                    self.either,
                    self.thirds,
                    self.halves,
                    self.clocks.all(),
                    self.calendar.all(),
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
        return self.parts.get(texts(tokens))

    def named(self, tokens: Tokens) -> int | None:
        """The minute of the day of noon or of midnight."""
        return self._named.get(texts(tokens))

    def stripped(self, tokens: Tokens, openings: frozenset[tuple[str, ...]]) -> Tokens:
        """Without the longest of these phrases at the beginning."""
        words = texts(tokens)
        for length in range(min(len(words) - 1, self._longest), 0, -1):
            if words[:length] in openings:
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
        words = texts(tokens)
        for length in range(min(len(words) - 1, self._longest), 0, -1):
            if words[-length:] in self._polite:
                return tokens[:-length]
        return tokens


@lru_cache(maxsize=64)
def lexicon(locale: Locale, today: str, tomorrow: str, week: Week) -> Lexicon:
    return Lexicon(locale, GRAMMARS.get(locale.language) or Grammar(days={today: 0, tomorrow: 1}), week)


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


def _halves(locale: Locale) -> dict[tuple[str, ...], str]:
    """What the halves of the day are called, in one word or letter by letter: "pm", "p.m."."""
    return {spelled(" ".join(name)): half for name, half in halves(locale) if name.isascii()} | {
        spelled(name): half for name, half in halves(locale)
    }


def _names(locale: Locale, grammar: Grammar) -> dict[tuple[str, ...], Token]:
    """The words that are numbers or weekdays."""
    found: dict[tuple[str, ...], dict[str, int]] = {}
    for width in ("wide", "abbreviated"):
        for context in ("format", "stand-alone"):
            for weekday, name in get_day_names(width, context, locale).items():
                found.setdefault(spelled(name), {})["weekday"] = weekday
    if grammar.calendar_months:
        named = (get_month_names("wide", each, locale) for each in ("format", "stand-alone"))
        for month, name in (pair for names in named for pair in names.items()):
            found.setdefault(spelled(name), {})["month"] = month
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
