"""A screen as a modal, as a message, and a page as the Home tab. Pure: it asks nobody and sends nothing.

A modal asks all that is open at once, with Slack's own inputs; a message asks what is in focus. Buttons and options
carry their token as value. What has no room is shortened by `blocks.py`, and what is written is never parsed by Slack.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import count, groupby

from adapters import Words
from adapters.cutting import MORE, clean, cut, in_a_line
from adapters.labels import named
from adapters.slack import blocks
from adapters.slack.blocks import Block
from adapters.slack.inputs import LONGEST, as_form, asked, way_back
from adapters.slack.parse import LINK, SEARCH, VIEW, Sheet
from conversations.kinds import Kind
from conversations.menu import CONVERSATIONS
from conversations.screens import Answer, Back, Button, Confirm, Question, Screen
from conversations.telling import START
from conversations.texts import Clock, Day, Month, Said, say, say_in

FEW = 12
"""Choices that are buttons; more are a menu."""

PASTED = "pasted"
"""The action of an input for what is pasted."""

ROWS = 9_000
"""Characters of all rows together."""

FALLBACK = 3000
"""Characters of what notifications and screen readers are given."""


def modal(screen: Screen, words: Words) -> Block:
    """The view of a screen, without what the adapter knows of it."""
    form = as_form(screen)
    submit = _submit(screen, form)
    shown: Block = {
        "type": "modal",
        "callback_id": VIEW,
        "title": blocks.in_line(words.say(screen.title), blocks.TITLE),
        "close": blocks.in_line(words.say(say_in("button", "Close")), blocks.TITLE),
        "blocks": _in_modal(screen, form, words),
        "private_metadata": str(Sheet(screen.revision, submit[1] if submit else "", _unfinished(screen))),
        "notify_on_close": True,
    }
    return {**shown, "submit": blocks.in_line(words.say(submit[0]), blocks.TITLE)} if submit else shown


def message(screen: Screen, words: Words) -> Block:
    """The parameters that chat.postMessage and chat.update share."""
    text = fallback(screen, words)
    return {
        "blocks": _in_message(screen, words),
        "text": cut(blocks.escaped(text), FALLBACK),
        "parse": "none",
        "link_names": False,
    }


def home(page: Sequence[Screen], words: Words) -> Block:
    """The Home tab: what can be begun, then each appointment."""
    names = count()
    shown: list[Block] = []
    for number, screen in enumerate(page):
        shown += [blocks.divider()] if number else [blocks.header(words.say(screen.title))]
        shown += [*_told(screen, words), *_buttons(f"home{number}", screen.buttons, words, names)]
    now = next((each for screen in page for _, each in screen.rows if isinstance(each, datetime)), None)
    if now:
        shown.append(_zone(now, words))
    return {"type": "home", "blocks": shown[: blocks.IN_VIEW]}


def waiting(title: str, text: str) -> Block:
    """A modal of which nothing is known yet."""
    return {
        "type": "modal",
        "callback_id": VIEW,
        "title": blocks.in_line(title, blocks.TITLE),
        "blocks": [blocks.section(text)],
        "private_metadata": str(Sheet(-1)),
        "notify_on_close": True,
    }


def helped(commands: Mapping[str, str], words: Words) -> Block:
    """What the commands do, for whoever asked one of them for help."""
    lines = [f"{name}: {words.say(CONVERSATIONS[command].about)}" for name, command in commands.items()]
    done: Said = START.done or START.title
    start = words.say(done)
    more = words.say(say("Every command can also be written to me in our direct messages, without the slash."))
    shown = [blocks.section(start), blocks.section("\n".join(lines)), blocks.note(more)]
    return {"blocks": shown, "text": blocks.escaped("\n".join([start, *lines, more]))}


def fallback(screen: Screen, words: Words) -> str:
    """All that a screen says, as text: for notifications and screen readers."""
    question = screen.question(screen.focus)
    asked_for = [words.say(question.prompt), words.say(question.hint), words.say(question.error)] if question else []
    said = [words.say(screen.title), words.say(screen.notice), *map(words.say, screen.lines)]
    rows = [f"{named(in_a_line(words.say(label)))}{words.say(value)}" for label, value in screen.rows]
    choices = ", ".join(in_a_line(words.say(each.label)) for each in question.choices) if question else ""
    return "\n".join(clean(each) for each in (*said, *rows, *asked_for, choices) if each)


# What stands where.


def _in_modal(screen: Screen, form: bool, words: Words) -> list[Block]:
    names = count()
    asks = asked(screen, words, names) if form else _asked(screen, words, names)
    shown = [*_told(_unasked(screen) if form else screen, words), *asks]
    ways = _out_of_form(screen) if form else [each for each in screen.buttons if each is not _confirm(screen)]
    return _fitting(shown, list(_buttons(f"w{screen.revision}", ways, words, names)), blocks.IN_VIEW)


def _out_of_form(screen: Screen) -> list[Button]:
    """The ways out of a form that is asked as a whole: Back leads from all that is asked at once."""
    others = [each for each in screen.buttons if not isinstance(each.means, Answer)]
    back = way_back(screen) if len(screen.questions) > 1 else None
    return [back, *(each for each in others if not isinstance(each.means, Back))] if back else others


def _unasked(screen: Screen) -> Screen:
    """Without the answers that stand in the inputs below."""
    asked_below = [each.label for each in screen.questions]
    return replace(screen, rows=tuple(each for each in screen.rows if each[0] not in asked_below))


def _in_message(screen: Screen, words: Words) -> list[Block]:
    names = count()
    head = blocks.header(words.say(screen.title))
    shown = [head, *_told(screen, words), *_asked(screen, words, names, typed=True)]
    return _fitting(shown, list(_buttons(f"w{screen.revision}", screen.buttons, words, names)), blocks.IN_MESSAGE)


def _fitting(shown: Sequence[Block], ways: Sequence[Block], most: int) -> list[Block]:
    """As much as there is room for; the ways on and out always."""
    return [*shown[: most - len(ways)], *ways]


# Text.


def _told(screen: Screen, words: Words) -> Iterator[Block]:
    if screen.notice:
        yield blocks.section(f"❗ {words.say(screen.notice)}")
    for line in screen.lines:
        yield blocks.section(words.say(line))
    if screen.rows:
        yield blocks.rich(*_rows(screen.rows, words))
        yield from _in_the_readers_zone(screen, words)


def _rows(rows: Sequence[tuple[Said, Said]], words: Words) -> Iterator[Block]:
    """What is settled, in bold and plain; what is longer than anybody reads ends with a mark."""
    room = ROWS
    for number, (label, value) in enumerate(rows):
        name, said = named(in_a_line(words.say(label))), words.say(value)
        room -= len(name) + len(said)
        if room < 0 and number:
            yield blocks.run(f"\n{MORE}")
            return
        yield blocks.run(("\n" if number else "") + name, bold=True)
        yield blocks.run(said)


def _in_the_readers_zone(screen: Screen, words: Words) -> Iterator[Block]:
    """The instants of an appointment once more, as each reader's own Slack draws them."""
    moments = [each for _, each in screen.rows if isinstance(each, datetime)] if screen.over else []
    if moments:
        # Translators: what the clock shows where the reader is; a day and an hour follow
        here = say("Where you are")
        drawn = [blocks.moment(each, words.say(each)) for each in moments]
        yield blocks.rich(blocks.run(f"{words.say(here)}: ", italic=True), *drawn)


def _zone(at: datetime, words: Words) -> Block:
    return blocks.note(words.say(say("Time zone: {zone}", zone=words.zone(at))))


# What is asked, one question.


def _asked(screen: Screen, words: Words, names: Iterator[int], *, typed: bool = False) -> Iterator[Block]:
    question = screen.question(screen.focus)
    if screen.pasted and not typed:
        yield _line(words.say(screen.pasted), PASTED, LONGEST)
    if question is None:
        return
    yield blocks.rich(blocks.run(words.say(question.prompt), bold=True))
    example = say("For example: {example}", example=question.placeholder) if question.placeholder else ""
    for each in (question.hint, example):
        if each:
            yield blocks.note(words.say(each))
    if question.first_hour:
        yield _zone(question.first_hour, words)
    if question.error:
        yield blocks.section(f"❗ {words.say(question.error)}")
    yield from _choosing(question, screen.revision, words, names)
    looks = () if question.hidden and question.kind is Kind.HOUR else question.looks
    yield from _buttons(f"l{screen.revision}", looks, words, names)
    if question.searches and not typed:
        yield _line(words.say(say("Or look for something")), SEARCH, 60)


def _line(label: str, name: str, longest: int) -> Block:
    """An input for what would be written in a chat; under another name nothing stays in it from the screen before."""
    element = {"type": "plain_text_input", "action_id": name, "max_length": longest}
    return {
        "type": "input",
        "block_id": SEARCH,
        "label": blocks.in_line(label, blocks.LABEL),
        "element": element,
        "optional": False,
    }


def _choosing(question: Question, revision: int, words: Words, names: Iterator[int]) -> Iterator[Block]:
    """What explains itself stands beside its button; few are buttons, more are a menu."""
    everything = _in_time((*question.choices, *question.hidden)) if question.hidden else question.choices
    at_once = [each for each in everything if isinstance(each.means, Answer) and each.means.choice.also]
    rest = [each for each in everything if each not in at_once]
    explained = [each for each in rest if each.detail] if len(rest) <= FEW else []
    brief = [each for each in rest if each not in explained]
    yield from blocks.actions(f"s{revision}", [_key(each, words, names) for each in at_once])
    for each in explained:
        yield {**blocks.section(each.detail, _key(each, words, names)), "block_id": f"e{revision}.{next(names)}"}
    if question.kind is Kind.CHOICES or len(brief) <= (2 * FEW if _are_short(brief, words) else FEW):
        marked = [_key(each, words, names, _tick(each, question)) for each in brief]
        yield from blocks.actions(f"c{revision}", marked)
    else:
        yield from blocks.actions(f"c{revision}", [_menu(brief, question, words, names)])


def _tick(button: Button, question: Question) -> str:
    if question.kind is not Kind.CHOICES or isinstance(button.means, Answer):
        return ""
    return "☑ " if button.chosen else "☐ "


def _are_short(buttons: Sequence[Button], words: Words) -> bool:
    return all(len(words.say(each.label)) <= 8 for each in buttons)


def _in_time(buttons: Sequence[Button]) -> list[Button]:
    def at(button: Button) -> float:
        value = button.means.choice.value if isinstance(button.means, Answer) else None
        return value.timestamp() if isinstance(value, datetime) else 0.0

    return sorted(buttons, key=at)


def _menu(buttons: Sequence[Button], question: Question, words: Words, names: Iterator[int]) -> Block:
    groups = [
        (head, [blocks.option(words.say(each.label), each.token) for each in some])
        for head, some in ((head, list(some)) for head, some in groupby(buttons, lambda each: _head(each, words)))
    ]
    return blocks.select(f"m{next(names)}", words.say(question.prompt), groups)


def _head(button: Button, words: Words) -> str:
    """Under which head a choice stands in a menu: days under their month, hours under the full hour."""
    match button.label:
        case Day(at=at):
            return words.say(Month(f"{words.local(at):%Y-%m}"))
        case Clock(at=at):
            return words.say(Clock(words.local(at).replace(minute=0)))
    return words.say(say_in("menu", "Choose"))


# Buttons.


def _buttons(name: str, buttons: Sequence[Button], words: Words, names: Iterator[int]) -> Iterator[Block]:
    """Looking further and moving about; many of them are a menu after the first few."""
    yield from blocks.actions(name, [_key(each, words, names) for each in buttons])


def _key(button: Button, words: Words, names: Iterator[int], mark: str = "") -> Block:
    label = mark + words.say(button.label)
    if button.url.startswith("https://"):
        return blocks.link(f"{LINK}{next(names)}", label, button.url)
    style = "primary" if isinstance(button.means, Confirm) else ""
    return blocks.button(f"b{next(names)}", label, button.token, style)


def _confirm(screen: Screen) -> Button | None:
    return next((each for each in screen.buttons if isinstance(each.means, Confirm)), None)


def _submit(screen: Screen, form: bool) -> tuple[Said, str] | None:
    """What the modal's own button says, and what it presses; none where there is nothing to be sent."""
    confirm, question = _confirm(screen), screen.question(screen.focus)
    if confirm:
        return confirm.label, confirm.token
    if form:
        return say_in("button", "Continue"), ""
    if question and question.searches:
        return say_in("button", "Search"), SEARCH
    return (say_in("button", "Continue"), SEARCH) if screen.pasted else None


def _unfinished(screen: Screen) -> bool:
    return not screen.over
