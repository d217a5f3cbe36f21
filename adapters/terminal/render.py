"""A screen as a page: said in a person's language, clean, its days in weeks. How a page looks is the faces' matter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import count

from adapters import Words
from adapters.terminal.cells import clean, in_a_line
from conversations.kinds import NUMBERS_ANSWER, Kind
from conversations.screens import Answer, Button, Question, Screen
from conversations.texts import Clock, Day, Month, say

OPTIONS = frozenset({Kind.CHOICE, Kind.CHOICES})


@dataclass(frozen=True, slots=True)
class Key:
    """A button. `call` can be typed instead of pressing it: its place among the others, of a number the number itself.

    `ticked` says of an option whether it is taken, `url` where a link leads: that must be copied whole.
    """

    token: str
    call: str
    label: str
    detail: str = ""
    ticked: bool | None = None
    url: str = ""

    def named(self) -> str:
        """What stands on it, after what it is called by; once, if that is the same."""
        return self.label if self.label == self.call else f"{self.call} {self.label}"


def called(keys: Iterable[Key], text: str) -> Key | None:
    """The key that a typed text calls. A slash too many is not minded, unless another key is called so."""
    calls = {key.call: key for key in keys if key.call}
    return calls.get(text) or calls.get(text.removeprefix("/"))


UNTAKEN = say("I cannot take that right now: it could not be stored. Please try again in a moment.")


@dataclass(frozen=True, slots=True)
class Square:
    """A day of a month, with its button if it is free."""

    day: int
    key: Key | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A month: its weeks have seven places each, None before the first day and after the last. `short` are the weekdays
    where there is no room for more than three letters.
    """

    name: str
    weekdays: tuple[str, ...]
    short: tuple[str, ...]
    weeks: tuple[tuple[Square | None, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question. `keys` are its choices but those on `sheets` and the `hours`; `looks` lead elsewhere.

    `heading` stands above the keys.
    """

    name: str
    label: str
    prompt: str
    kind: Kind
    hint: str
    error: str
    placeholder: str
    example: str
    optional: bool
    answered: bool
    answer: str
    zone: str
    sheets: tuple[Sheet, ...]
    hours: tuple[Key, ...]
    heading: str
    keys: tuple[Key, ...]
    looks: tuple[Key, ...]

    def all_keys(self) -> Iterator[Key]:
        for sheet in self.sheets:
            yield from (square.key for week in sheet.weeks for square in week if square and square.key)
        yield from (*self.hours, *self.keys, *self.looks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """All that is seen at once: the question in focus, or the `form` of all of them if they are asked together."""

    revision: int
    title: str
    rows: tuple[tuple[str, str], ...]
    notice: str
    lines: tuple[str, ...]
    asked: Asked | None
    form: tuple[Asked, ...]
    ways: tuple[Key, ...]
    busy: bool

    def called(self, text: str) -> Key | None:
        """The button that a typed line calls. Days are no such buttons: a line that names one is read."""
        return called((*(self.asked.all_keys() if self.asked and not self.form else ()), *self.ways), text)


def draw(screen: Screen, words: Words, *, whole_form: bool = False) -> Page:
    """The page of a screen. Its places are those of the keys that are called by them: no place is empty or unseen."""
    focus = screen.question(screen.focus)
    together = whole_form and len(screen.questions) > 1
    slashed = together or (focus is not None and focus.kind in NUMBERS_ANSWER)
    places = count(1)
    asked = _asked(focus, words, count(1) if together else places) if focus else None
    return Page(
        revision=screen.revision,
        title=in_a_line(words.say(screen.title)),
        rows=tuple((in_a_line(words.say(label)), clean(words.say(value))) for label, value in screen.rows),
        notice=clean(words.say(screen.notice)),
        lines=tuple(clean(words.say(line)) for line in screen.lines),
        asked=asked,
        form=_form(screen, words) if together else (),
        ways=_keys(screen.buttons, words, places, slashed),
        busy=screen.busy,
    )


def _form(screen: Screen, words: Words) -> tuple[Asked, ...]:
    """All questions, each with numbers of its own; what was answered before is offered after the ways out."""
    after = 1 + len(screen.buttons)
    return tuple(
        _asked(each, words, count(1)) if each.kind in OPTIONS else _asked(each, words, count(after), slashed=True)
        for each in screen.questions
    )


def _asked(question: Question, words: Words, places: Iterator[int], slashed: bool = False) -> Asked:
    slashed = slashed or question.kind in NUMBERS_ANSWER
    days = {words.local(each.label.at).date(): each for each in question.choices if isinstance(each.label, Day)}
    hours = [each for each in question.choices if isinstance(each.label, Clock)]
    others = [each for each in question.choices if not isinstance(each.label, Day | Clock)]
    hour = question.first_hour
    return Asked(
        name=question.name,
        label=in_a_line(words.say(question.label)),
        prompt=clean(words.say(question.prompt)),
        kind=question.kind,
        hint=clean(words.say(question.hint)),
        error=clean(words.say(question.error)),
        placeholder=in_a_line(question.placeholder),
        example=in_a_line(words.say(say("For example: {example}", example=question.placeholder)))
        if question.placeholder
        else "",
        optional=question.optional,
        answered=question.answer is not None,
        answer=_answer(question, words),
        zone=in_a_line(words.say(say("Time zone: {zone}", zone=words.zone(hour)))) if hour else "",
        sheets=_sheets({day: _key(each, words, "") for day, each in days.items()}, words),
        hours=_keys(hours, words, places, slashed),
        heading=in_a_line(words.say(say("The soonest hours"))) if days and others else "",
        keys=_keys(others, words, places, slashed, question.kind),
        looks=_keys(question.looks, words, places, slashed),
    )


def _keys(
    buttons: Iterable[Button], words: Words, places: Iterator[int], slashed: bool, kind: Kind = Kind.CHOICE
) -> tuple[Key, ...]:
    return tuple(
        _key(button, words, _number(button, kind) or f"{'/' if slashed else ''}{next(places)}", kind)
        for button in buttons
    )


def _key(button: Button, words: Words, call: str, kind: Kind = Kind.CHOICE) -> Key:
    return Key(
        token=button.token,
        call=call,
        label=in_a_line(words.say(button.label)),
        detail=clean(button.detail),
        ticked=button.chosen if kind is Kind.CHOICES else None,
        url=in_a_line(button.url),
    )


def _number(button: Button, kind: Kind) -> str:
    """The number that a choice stands for: typed it is that answer, so nothing else may be called by it."""
    value = button.means.choice.value if isinstance(button.means, Answer) else None
    return f"{value:f}" if kind is Kind.NUMBER and isinstance(value, Decimal) else ""


def _answer(question: Question, words: Words) -> str:
    """The standing answer in the person's own words, or those of the option; empty if it is no text."""
    answer = question.answer
    return clean(words.say(answer.label or answer.value)) if answer and isinstance(answer.value, str) else ""


def _sheets(free: Mapping[date, Key], words: Words) -> tuple[Sheet, ...]:
    """The months of the days that are free."""
    months = sorted({day.replace(day=1) for day in free})
    return tuple(_sheet(first, free, words) for first in months)


def _sheet(first: date, free: Mapping[date, Key], words: Words) -> Sheet:
    places: list[Square | None] = [None] * words.week(first)
    day = first
    while day.month == first.month:
        places.append(Square(day.day, free.get(day)))
        day += timedelta(days=1)
    places += [None] * (-len(places) % 7)
    weeks = tuple(tuple(places[start : start + 7]) for start in range(0, len(places), 7))
    name = in_a_line(words.say(Month(f"{first:%Y-%m}")))
    weekdays, short = (tuple(map(in_a_line, each)) for each in (words.weekdays(), words.weekdays(3)))
    return Sheet(name, weekdays, short, weeks)
