"""What everyday words for days and hours are made of, and lines cut into words. Nothing is understood here.

A grammar is data: phrases of plain words. In a phrase, `a|b` is either word, `(a)` may be missing, and a name in braces
stands for a number (`{n}` any, `{h}` an hour, `{m}` minutes), for a weekday (`{w}`), for a month of the calendar
(`{c}`), or for an hour or a day in as many words as it takes (`{a}` the first, `{b}` the one with which a range ends).
A dash may stand by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product

from bot.reading import letters

_TOKEN = re.compile(r"\d+(?:[:./-]\d+)*|-(?=\s*\d)|(?<!\S)@|[^\W\d_]+")
_STRANGE = re.compile(r"(?:^|\s)-\d|\S@|[^\w\s@.,:;!?¡¿'’`´()/\-–—…،؟؛·º°ª\u200e\u200f\u2066-\u2069]|_")
_SLOT = re.compile(r"\{[nhmwcab]\}")
_DEGREES = re.compile("(?<=[0-9])[º°]")
_DASHES = str.maketrans("–—", "--")

DASH = "-"
"""What may stand between two hours, or between a day and its hour; not what joins the parts of one word."""

LONGEST = 16
"""Words of a line that may name a day and an hour. The longest of our examples has eleven."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grammar:
    """The phrases of a language.

    `days` and `ahead` count days from today, `weeks` calendar weeks from this one, `months` months from today. `coming`
    is the weekday that comes next, `later` the one a week or more after it, `next` the one that comes or the one of
    next week, `following` the one of next week for sure. What counts below nothing stands for that number itself, above
    it is told as often as the phrase says.
    `calendar_months` are whole ones, counted from this one or by their name. `thirds` of a week or a month are its
    beginning (0), its middle (1) and its end (2). `either` stands between days of which any will do. `stretches` are
    all days from one "to" another ("the" is said of two mere numbers, too), or those "from", "after", "before", "until"
    one. `hourly` is the last hour that a bare number beside a weekday may be: "Friday 9".
    `clocks` says what to add to the hour, in minutes: `+m` and `-m` are those of the phrase. `marks` may follow an hour
    and make it one; so may an h, and CLDR's words for the halves of the day, in every language. `parts` are hours from
    and to by their name, those of a night beyond midnight; `ranges` by the hours themselves; where one does not begin
    with a word, it must be marked or stand beside a day. `at` may stand before an hour, `on` before a day, `the` even
    before one that is nothing but a number; `polite` at either end. `short` stands for longer phrases, or for nothing.
    `joints` stand inside a date; `words` are no names, though CLDR has them.
    """

    days: Mapping[str, int]
    ahead: Mapping[str, int] = field(default_factory=dict)
    months: Mapping[str, int] = field(default_factory=dict)
    weeks: Mapping[str, int] = field(default_factory=dict)
    weekends: Mapping[str, int] = field(default_factory=dict)
    calendar_months: Mapping[str, int] = field(default_factory=dict)
    thirds: Mapping[str, int] = field(default_factory=dict)
    either: tuple[str, ...] = ()
    stretches: Mapping[str, str] = field(default_factory=dict)
    hourly: int = 0
    coming: tuple[str, ...] = ("{w}",)
    next: tuple[str, ...] = ()
    following: tuple[str, ...] = ()
    later: tuple[str, ...] = ()
    clocks: Mapping[str, str] = field(default_factory=dict)
    marks: tuple[str, ...] = ()
    noon: tuple[str, ...] = ()
    midnight: tuple[str, ...] = ()
    ranges: tuple[str, ...] = ()
    parts: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    at: tuple[str, ...] = ()
    on: tuple[str, ...] = ()
    the: tuple[str, ...] = ()
    polite: tuple[str, ...] = ()
    short: Mapping[str, str] = field(default_factory=dict)
    joints: tuple[str, ...] = ()
    words: frozenset[str] = frozenset()
    weekdays: Mapping[str, int] = field(default_factory=dict)
    numbers: Mapping[str, int] = field(default_factory=dict)
    ordinals: Mapping[str, int] = field(default_factory=dict)
    hours: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Token:
    """A word or a number of a line. `number`, `ordinal`, `hour`, `weekday` and `month` are what it may be too."""

    text: str
    number: int | None = None
    ordinal: int | None = None
    hour: int | None = None
    weekday: int | None = None
    month: int | None = None

    def places(self) -> tuple[str, ...]:
        """Itself, and the places in a phrase where it may stand."""
        numbers = () if self.number is None else ("{n}", "{m}")
        hours = () if self.number is None and self.hour is None else ("{h}",)
        names = (("{w}", self.weekday), ("{c}", self.month))
        return (self.text, *numbers, *hours, *(place for place, each in names if each is not None))


Tokens = tuple[Token, ...]
Words = tuple[str, ...]


def texts(tokens: Tokens) -> Words:
    return tuple(token.text for token in tokens)


def counted(words: str, first: int = 0) -> dict[str, int]:
    """A list of words as numbers: `a b|c` are 0, and 1 by two names. An underscore joins the words of one number."""
    return {
        name.replace("_", " "): number for number, names in enumerate(words.split(), first) for name in names.split("|")
    }


def spelled(text: str) -> Words:
    """A line's words without accents, and its numbers with the signs inside them."""
    without = _DEGREES.sub("", text)
    return tuple(_TOKEN.findall(letters.unaccented(letters.plain(without)).translate(_DASHES)))


def strange(text: str) -> bool:
    """Whether there are signs in a line that no day and no hour is written with."""
    return bool(_STRANGE.search(letters.unaccented(letters.plain(text))))


@lru_cache(maxsize=4096)
def phrases(written: str) -> tuple[Words, ...]:
    """All that a phrase may be in words."""
    return tuple(dict.fromkeys(_phrases(written)))


def _phrases(written: str) -> Iterator[Words]:
    choices = []
    for part in written.split():
        optional = part.startswith("(") and part.endswith(")")
        names = [_words(name) for name in (part[1:-1] if optional else part).split("|")]
        choices.append([(), *names] if optional else names)
    for chosen in product(*choices):
        yield tuple(word for words in chosen for word in words)


def _words(name: str) -> Words:
    return (name,) if name == DASH or _SLOT.fullmatch(name) else spelled(name)


def every(written: Iterable[str]) -> frozenset[Words]:
    return frozenset(words for each in written for words in phrases(each))


@dataclass(frozen=True, slots=True)
class Found:
    """The numbers in the places of a phrase, by their names, and what the phrase stands for."""

    kind: str
    slots: Mapping[str, int]
    meaning: str


class Patterns:
    """Phrases of several kinds that are looked for, by their length and the word or the place with which they begin."""

    def __init__(self, **kinds: Mapping[str, object]) -> None:
        self._alike: dict[tuple[int, str], dict[tuple[str, Words], str]] = {}
        for kind, meanings in kinds.items():
            for written, meaning in meanings.items():
                for words in phrases(written):
                    alike = self._alike.setdefault((len(words), words[0]), {})
                    alike.setdefault((kind, words), str(meaning))

    def all(self) -> Iterator[Words]:
        for alike in self._alike.values():
            yield from (words for _, words in alike)

    def find(self, tokens: Tokens) -> Iterator[Found]:
        """Every phrase that the tokens are, from the first to the last."""
        for first in tokens[0].places() if tokens else ():
            for (kind, words), meaning in self._alike.get((len(tokens), first), {}).items():
                slots = _slots(words, tokens)
                if slots is not None:
                    yield Found(kind, slots, meaning)


def _first(words: Words) -> str:
    """The word with which a phrase begins; nothing for a place."""
    return "" if _SLOT.fullmatch(words[0]) else words[0]


class Shapes:
    """Phrases with places for any number of words, by the word with which they begin."""

    def __init__(self, written: Iterable[str]) -> None:
        self._by_first: dict[str, list[Words]] = {}
        for shape in sorted(every(written)):
            self._by_first.setdefault(_first(shape), []).append(shape)

    def all(self) -> Iterator[Words]:
        for alike in self._by_first.values():
            yield from alike

    def find(self, tokens: Tokens) -> Iterator[tuple[Words, Mapping[str, Tokens]]]:
        """Every way in which the tokens are such a phrase, with what stands in its places."""
        for first in (tokens[0].text, "") if tokens else ():
            for shape in self._by_first.get(first, ()):
                yield from ((shape, places) for places in _placed(shape, tokens))


def _placed(shape: Words, tokens: Tokens) -> Iterator[dict[str, Tokens]]:
    if not shape:
        yield from () if tokens else ({},)
        return
    word, rest = shape[0], shape[1:]
    if word[0] != "{":
        yield from _placed(rest, tokens[1:]) if tokens and tokens[0].text == word else ()
        return
    if not rest:
        yield from ({word: tokens},) if tokens else ()
        return
    for length in range(1, len(tokens) - len(rest) + 1):
        if rest[0] in (tokens[length].text, "{a}", "{b}"):
            for places in _placed(rest, tokens[length:]):
                yield {word: tokens[:length], **places}


def _slots(words: Words, tokens: Tokens) -> dict[str, int] | None:
    slots: dict[str, int] = {}
    for word, token in zip(words, tokens, strict=True):
        if word[0] != "{":
            if word != token.text:
                return None
            continue
        number = {"{w}": token.weekday, "{c}": token.month, "{h}": _hour(token)}.get(word, token.number)
        if number is None:
            return None
        slots[word[1]] = number
    return slots


def _hour(token: Token) -> int | None:
    return token.number if token.hour is None else token.hour
