"""The questions of a form as Slack's own inputs, all in one modal. Pure; what was filled in is read by `parse.py`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from adapters import Words
from adapters.slack import blocks
from adapters.slack.blocks import Block
from adapters.slack.parse import block_of
from conversations.kinds import Kind
from conversations.offers import Choice, short
from conversations.screens import Answer, Button, Pick, Question, Screen
from conversations.texts import say_in

AT_ONCE = 25
"""Questions of one modal: each takes up to four blocks of a hundred. The rest follow in the next one."""

INPUT = "answer"
"""The action of every input."""

_PRESSED = frozenset({Kind.CHOICE, Kind.DAY, Kind.HOUR})
"""Kinds that are pressed rather than filled in, where they are asked alone."""

_ELEMENTS = {
    Kind.EMAIL: "email_text_input",
    Kind.URL: "url_text_input",
    Kind.NUMBER: "number_input",
    Kind.DATE: "datepicker",
}
LONGEST = 3000
"""Characters that a text input takes."""


def as_form(screen: Screen) -> bool:
    """Whether a screen's questions are filled in, rather than one of them pressed."""
    return len(screen.questions) > 1 or any(each.kind not in _PRESSED for each in screen.questions)


def asked(screen: Screen, words: Words, names: Iterator[int]) -> Iterator[Block]:
    """An input for each question; below it what was wrong, and what was answered the last time."""
    for question in at_once(screen):
        yield _input(question, words)
        if question.error:
            yield blocks.note(f"❗ {words.say(question.error)}")
        offered = _last_time(question)
        if offered:
            keys = [blocks.button(f"b{next(names)}", words.say(each.label), each.token) for each in offered]
            yield from blocks.actions(f"o{screen.revision}.{short(question.name)}", keys)


def at_once(screen: Screen) -> Sequence[Question]:
    """As many questions as have room, the one in focus among them."""
    return screen.questions[_first(screen) :][:AT_ONCE]


def _first(screen: Screen) -> int:
    place = next((index for index, each in enumerate(screen.questions) if each.name == screen.focus), 0)
    return place - place % AT_ONCE


def way_back(screen: Screen) -> Button | None:
    """Back from a form: from its first questions out of it, from later ones to those before them."""
    first = _first(screen)
    return screen.questions[first - 1].back if first else screen.above


def _last_time(question: Question) -> Sequence[Button]:
    """What can be pressed instead of typing: offered, never filled in unasked."""
    standing = question.answer.value if question.answer else None
    if question.kind in (Kind.CHOICE, Kind.CHOICES):
        return ()
    return [each for each in question.choices if isinstance(each.means, Answer) and each.means.choice.value != standing]


def _input(question: Question, words: Words) -> Block:
    standing = question.answer
    hint = words.say(question.hint)
    return {
        "type": "input",
        "block_id": block_of(question.name, short(repr(standing.value)) if standing else ""),
        "label": blocks.in_line(words.say(question.prompt), blocks.LABEL),
        "element": _element(question, standing, words),
        "optional": question.optional,
        **({"hint": blocks.plain(hint, blocks.LABEL)} if hint else {}),
    }


def _element(question: Question, standing: Choice | None, words: Words) -> Block:
    match question.kind:
        case Kind.CHOICES:
            return _several(question, standing, words)
        case Kind.CHOICE | Kind.DAY | Kind.HOUR:
            return _one(question, standing, words)
        case Kind.DATE:
            day = standing.value if standing else None
            return {**_named("datepicker"), **({"initial_date": day.isoformat()} if isinstance(day, date) else {})}
    return _text(question, standing, words)


def _text(question: Question, standing: Choice | None, words: Words) -> Block:
    element = _named(_ELEMENTS.get(question.kind, "plain_text_input"))
    if question.kind is Kind.LINES:
        element["multiline"] = True
    if question.kind is Kind.NUMBER:
        element["is_decimal_allowed"] = True
        for name, bound in (("min_value", question.limits.min), ("max_value", question.limits.max)):
            if bound is not None:
                element[name] = f"{bound:f}"
    if question.placeholder:
        element["placeholder"] = blocks.in_line(question.placeholder, blocks.PLACEHOLDER)
    before = _before(standing, words)
    return {**element, "initial_value": before} if before else element


def _before(standing: Choice | None, words: Words) -> str:
    """The answer that stands, as it can be typed."""
    match standing:
        case Choice(value=Decimal() as number):
            return f"{number:f}"
        case Choice(value=str() as text):
            return text[:LONGEST]
        case Choice(value=None) | None:
            return ""
    return words.say(standing.label)[:LONGEST]


def _one(question: Question, standing: Choice | None, words: Words) -> Block:
    options = [(each, blocks.option(words.say(each.label), each.token)) for each in question.choices]
    chosen = next((option for each, option in options if standing and _is(each, standing.value)), None)
    head = words.say(say_in("menu", "Choose"))
    element = blocks.select(INPUT, head, [(head, [option for _, option in options])])
    return {**element, "initial_option": chosen} if chosen else element


def _several(question: Question, standing: Choice | None, words: Words) -> Block:
    options = [(each, blocks.option(words.say(each.label), each.token)) for each in question.choices]
    chosen = [option for each, option in options if each.chosen or (standing and _in(each, standing.value))]
    before = {"initial_options": chosen} if chosen else {}
    shown = [option for _, option in options]
    if len(shown) <= blocks.TICKS:
        return {**_named("checkboxes"), "options": shown, **before}
    head = words.say(say_in("menu", "Choose"))
    return {**blocks.select(INPUT, head, [(head, shown)]), "type": "multi_static_select", **before}


def _is(button: Button, value: object) -> bool:
    return isinstance(button.means, Answer) and button.means.choice.value == value


def _in(button: Button, values: object) -> bool:
    return isinstance(button.means, Pick) and isinstance(values, tuple) and button.means.value in values


def _named(kind: str) -> Block:
    return {"type": kind, "action_id": INPUT}
