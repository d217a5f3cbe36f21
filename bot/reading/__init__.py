"""Listening: what a typed line or a filled-in form means on the screen it was typed at. Pure; nothing is answered here.

A question that asks for words takes the line as its answer; any other screen is a menu, and the line names a button.
Where a line could mean two things, neither is taken: the person is asked. At a question for words that is the word of a
button, but for the one that answers the question itself: nobody is called “Skip” where “Skip” can be pressed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import assert_never

from bot.reading import choice, date, day, email, hour, moment, number, phone, text, url
from bot.words import Words
from conversations.events import Heard, Tapped, Understood, Unreadable, Wished
from conversations.kinds import NUMBERS_ANSWER, Kind
from conversations.offers import Choice
from conversations.screens import Answer, Button, Question, Screen
from conversations.texts import say

LONGEST = 200
"""Characters of a line that may mean anything but a text of its own."""

TOO_LONG = Unreadable(say("That is too long to be understood here."))

# The kinds whose answers are written, not chosen.
WRITTEN = frozenset({Kind.TEXT, Kind.LINES, Kind.EMAIL, Kind.URL, Kind.PHONE, Kind.NUMBER, Kind.DATE})


def hear(screen: Screen, line: str, locale: str, zone: str, at: datetime) -> Tapped | Heard | Wished | None:
    """The button that a line presses or the answer that it gives; None if it says nothing to this screen.

    A bare number is the place of a button in `screen.menu()`, counted from 1, unless a number can be the answer:
    then it is the answer: on days the day of the month, on hours the hour of the clock.
    """
    question, words = screen.question(screen.focus), Words(locale, zone)
    if question and question.kind in (Kind.TEXT, Kind.LINES):
        return _worded(screen, question, line, words, at)
    if len(line) > LONGEST:
        return TOO_LONG if question else None
    if question and question.kind in WRITTEN:
        return _written(screen, question, line, words, at)
    return _chosen(screen, question, line, words, at)


def fill(
    screen: Screen, values: Mapping[str, str | tuple[str, ...]], locale: str, zone: str, at: datetime
) -> Mapping[str, Heard]:
    """What was filled in, by question: a written answer as it was typed, a choice by its button's token or tokens.

    What is left empty skips an optional question. Questions that are not on the screen are left out.
    """
    words = Words(locale, zone)
    return {
        question.name: _filled(question, values[question.name], words, at)
        for question in screen.questions
        if question.name in values
    }


def _worded(screen: Screen, question: Question, line: str, words: Words, at: datetime) -> Tapped | Heard:
    """A text of the person's own. In quotation marks it may be a button's word as well."""
    match choice.exactly(screen.buttons, line, words):
        case (Button(means=Answer(), token=token),):
            return Tapped(at, token)
    inside = text.unquoted(line)
    named = choice.worded(screen.buttons, inside, words)
    if named and inside == line.strip():
        return Unreadable(
            say(
                "“{line}” stands on a button too. Please press it; or, if that is your answer, write it in quotation "
                "marks.",
                line=inside,
            )
        )
    return text.read(inside if named else line, lines=question.kind is Kind.LINES)


def _written(screen: Screen, question: Question, line: str, words: Words, at: datetime) -> Tapped | Heard:
    """A written answer. What cannot be one, and is just what a button says, presses it."""
    place = _place(screen, question, line)
    if place:
        return Tapped(at, place.token)
    heard = _read(question, line, words, at)
    if isinstance(heard, Unreadable):
        named = choice.named(_shown(screen, question), line, words)
        if len(named) == 1:
            return Tapped(at, named[0].token)
    return heard


def _chosen(
    screen: Screen, question: Question | None, line: str, words: Words, at: datetime
) -> Tapped | Heard | Wished | None:
    place, named = _place(screen, question, line), choice.named(_shown(screen, question), line, words)
    if place and any(each != place for each in named):
        return choice.UNCLEAR
    found = (place,) if place else named or _meant(screen, question, line, words, at)
    match found:
        case (button,):
            return Tapped(at, button.token)
        case ():
            return _unfound(screen, question, line, words, at) if question else None
        case _:
            return choice.which(found, words)


def _place(screen: Screen, question: Question | None, line: str) -> Button | None:
    """The button beside whose number a line stands."""
    if question and question.kind in NUMBERS_ANSWER:
        return None
    return choice.numbered(screen.menu(), line)


def _meant(screen: Screen, question: Question | None, line: str, words: Words, at: datetime) -> tuple[Button, ...]:
    """The buttons that a line could mean without saying just what stands on them."""
    if question and question.kind in (Kind.DAY, Kind.HOUR):
        others = (*question.looks, *screen.buttons)
        return _timed(question, line, words, at) or choice.partly(others, line, words)
    shown = _shown(screen, question)
    if question and question.searches:
        return choice.partly((*question.looks, *screen.buttons), line, words)
    return choice.partly(shown, line, words) or choice.agreed(shown, line, words)


def _timed(question: Question, line: str, words: Words, at: datetime) -> tuple[Button, ...]:
    """A day or an hour by itself: what brings another answer with it is another thing, and has words of its own."""
    alone = tuple(each for each in (*question.choices, *question.hidden) if not _brings_more(each))
    return day.find(alone, line, words, at) if question.kind is Kind.DAY else hour.find(alone, line, words)


def _brings_more(button: Button) -> bool:
    return isinstance(button.means, Answer) and bool(button.means.choice.also)


def _shown(screen: Screen, question: Question | None) -> tuple[Button, ...]:
    """What a person sees to press where only one question is shown."""
    return (*question.choices, *question.looks, *screen.buttons) if question else screen.buttons


def _unfound(screen: Screen, question: Question, line: str, words: Words, at: datetime) -> Heard | Wished:
    """What a line says that names no single button, or what to say to it."""
    if question.kind is Kind.HOUR and hour.half_a_day_away(question.choices, line, words):
        return hour.unfound(question.choices, line, words)
    hour_asked = question.kind is Kind.HOUR
    wish = moment.read(line, words, at, hour_asked=hour_asked) if hour_asked or question.kind is Kind.DAY else None
    hours = hour_asked and (question.choices or question.hidden)
    if wish and (wish.days or hours):
        return Wished(wish)
    match question.kind:
        case Kind.DAY if question.choices:
            return day.unfound(question.choices)
        case Kind.HOUR if question.choices:
            return hour.unfound(question.choices, line, words)
        case _:
            return choice.several(question, screen.menu(), line, words) or choice.UNFOUND


def _read(question: Question, line: str, words: Words, at: datetime) -> Heard:
    match question.kind:
        case Kind.TEXT | Kind.LINES:
            return text.read(line, lines=question.kind is Kind.LINES)
        case Kind.EMAIL:
            return email.read(line)
        case Kind.URL:
            return url.read(line)
        case Kind.PHONE:
            return phone.read(line, words)
        case Kind.NUMBER:
            return number.read(line, words, question.limits)
        case Kind.DATE:
            return date.read(line, words, at)
        case Kind.CHOICE | Kind.CHOICES | Kind.DAY | Kind.HOUR | Kind.FORM | Kind.INFO:
            return choice.UNFOUND
        case _:
            assert_never(question.kind)


def _filled(question: Question, value: str | tuple[str, ...], words: Words, at: datetime) -> Heard:
    given = tuple(each for each in ((value,) if isinstance(value, str) else value) if each.strip())
    if not given:
        return Understood(Choice(None)) if question.optional else Unreadable(say("Please answer this question."))
    tokens = {button.token: button for button in question.choices}
    if all(each in tokens for each in given):
        return _picked(question, [tokens[each] for each in given])
    if question.kind not in WRITTEN or len(given) > 1:
        return Unreadable(say("This choice is not there any more. Please choose again."))
    if len(given[0]) > LONGEST and question.kind not in (Kind.TEXT, Kind.LINES):
        return TOO_LONG
    return _read(question, given[0], words, at)


def _picked(question: Question, buttons: list[Button]) -> Heard:
    if question.kind is Kind.CHOICES:
        return Understood(choice.together(question, buttons))
    match [button.means for button in buttons]:
        case [Answer(choice=picked)]:
            return Understood(picked)
        case _:
            return Unreadable(say("Please choose only one."))
