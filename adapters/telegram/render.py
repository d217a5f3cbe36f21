"""A screen as a message of Telegram: text, entities, keyboard. Pure: nothing is sent from here.

Nothing is markup: what people and calendars write is text, and entities say what is bold. The limits are the Bot
API's: 4,096 UTF-16 units, 100 entities, 100 buttons of 1 to 64 bytes, and about 10 kB of keyboard.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain, dropwhile, groupby
from typing import Any

from adapters import Json, Words
from adapters.cutting import MORE, clean, cut, in_a_line, size
from adapters.labels import named
from adapters.telegram.parse import BLANK, PLACE, SHARE
from adapters.telegram.runs import Run, written
from conversations.kinds import Kind
from conversations.screens import Answer, Back, Button, Change, Confirm, Leave, Question, Resume, Retry, Screen
from conversations.texts import Clock, Day, Month, Said, Text, say, say_in, say_many

BUTTONS = 100
MARKUP = 9_500
"""Bytes of a keyboard in JSON; Telegram takes about 10,000."""

LABEL = 60
"""Units on a button; no program shows more in a line."""

BESIDE = 16
"""Units of a label that leaves room for another one beside it."""

TAKEN = "·"
NOTHING = "\u2800"
"""A day that is not free; a place without a day. Telegram refuses an empty label, and one of mere spaces."""

Row = list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class Message:
    text: str
    entities: tuple[Json, ...]
    keyboard: tuple[tuple[Json, ...], ...]

    def payload(self, *, instants: bool = True) -> dict[str, Any]:
        """The parameters that sendMessage and editMessageText share; without `instants` these are mere words."""
        return {
            "text": self.text,
            "entities": [each for each in self.entities if instants or each["type"] != "date_time"],
            "link_preview_options": {"is_disabled": True},
            "reply_markup": {"inline_keyboard": [list(row) for row in self.keyboard]},
        }


def render(screen: Screen, words: Words) -> Message:
    """The message of a screen, in a person's words."""
    question = screen.question(screen.focus)
    choosing = list(_choosing(question, words)) if question else []
    groups = (_flowing(each, words) for _, each in groupby(screen.buttons, _group))
    leaving = [*_elsewhere(question, words), *chain.from_iterable(groups)]
    shown = _fitting(choosing, leaving)
    left_out = sum(map(len, choosing)) - sum(map(len, shown))
    text, entities = written(_runs(screen, question, left_out, words))
    return Message(text, entities, tuple(tuple(row) for row in (*shown, *leaving)))


# Text.


def _runs(screen: Screen, question: Question | None, left_out: int, words: Words) -> list[Run]:
    paragraphs = [[Run(in_a_line(words.say(screen.title)), "bold")]]
    paragraphs += [list(_rows(screen, words))] if screen.rows else []
    paragraphs += [[Run(f"❗ {clean(words.say(screen.notice))}")]] if screen.notice else []
    paragraphs += [list(_told(line, words)) for line in screen.lines]
    paragraphs += _asked(question, left_out, words) if question else []
    runs: list[Run] = []
    for paragraph in paragraphs:
        runs += [Run("\n\n"), *paragraph] if runs else paragraph
    return [run for run in runs if run.text]


def _told(said: Said, words: Words) -> Iterator[Run]:
    """What is said; an instant as the reader's own program draws it, beside the hour and the zone of the buttons."""
    rest = clean(words.say(said))
    for instant in _instants(said):
        drawn = clean(words.say(instant))
        before, found, after = rest.partition(drawn)
        if found:
            yield Run(before)
            yield Run(drawn.removesuffix(f" ({clean(words.zone(instant))})"), at=instant)
            yield Run(f" ({clean(words.hour(instant))})")
            rest = after
    yield Run(rest)


def _instants(said: Said) -> Iterator[datetime]:
    match said:
        case datetime():
            yield said
        case Text(values=values):
            for each in values.values():
                yield from _instants(each)


def _rows(screen: Screen, words: Words) -> Iterator[Run]:
    for number, (label, value) in enumerate(screen.rows):
        yield Run(("\n" if number else "") + named(in_a_line(words.say(label))))
        yield from _told(value, words)


def _asked(question: Question, left_out: int, words: Words) -> list[list[Run]]:
    asked = [Run(clean(words.say(question.prompt)), "bold")]
    hint, error = clean(words.say(question.hint)), clean(words.say(question.error))
    hour = question.first_hour
    asides = [
        hint,
        in_a_line(words.say(say("For example: {example}", example=question.placeholder)))
        if question.placeholder
        else "",
        in_a_line(words.say(say("Time zone: {zone}", zone=words.zone(hour)))) if hour else "",
    ]
    asked += [run for each in asides if each for run in (Run("\n"), Run(each, "italic"))]
    listed = list(_explained(question, words))
    refused = [Run(f"❗ {error}")] if error else []
    more = list(_told(_left_out(left_out), words)) if left_out else []
    return [each for each in (asked, refused, listed, more) if any(run.text for run in each)]


def _left_out(number: int) -> Said:
    return say_many(
        "{number} more choice has no room here. You can write it.",
        "{number} more choices have no room here. You can write one of them.",
        number,
    )


def _explained(question: Question, words: Words) -> Iterator[Run]:
    """What has no room on a button: what explains it, or the rest of a long label."""
    end = ""
    for button in question.choices:
        label, detail = in_a_line(words.say(button.label)), in_a_line(button.detail)
        if detail or size(label) > LABEL:
            yield from (Run(end), Run(label, "bold"), Run(f": {detail}" if detail else ""))
            end = "\n"


# Keyboard.


def _choosing(question: Question, words: Words) -> Iterator[Row]:
    days = [each for each in question.choices if isinstance(each.label, Day)]
    hours = [each for each in question.choices if isinstance(each.label, Clock)]
    others = [each for each in question.choices if not isinstance(each.label, Day | Clock)]
    for button in others:
        yield [_key(button, words, _ticked(button, question))]
    yield from _months(days, words)
    yield from _grid(hours, words)


def _ticked(button: Button, question: Question) -> str:
    if question.kind is not Kind.CHOICES or isinstance(button.means, Answer):
        return ""
    return "☑ " if button.chosen else "☐ "


def _months(buttons: Sequence[Button], words: Words) -> Iterator[Row]:
    """Seven columns, the week beginning as the reader's does. A day that is not free can't be chosen."""
    free = {words.local(each.label.at).date(): each for each in buttons if isinstance(each.label, Day)}
    for first in sorted({day.replace(day=1) for day in free}):
        yield [_blank(in_a_line(words.say(Month(f"{first:%Y-%m}"))))]
        yield [_blank(in_a_line(name)) for name in words.weekdays(3)]
        yield from _weeks(first, free, words)


def _weeks(first: date, free: Mapping[date, Button], words: Words) -> Iterator[Row]:
    """A month's weeks, from the first one in which a day is free: those before have passed, or are full."""
    places: list[date | None] = [*[None] * words.week(first), *_days_of(first)]
    places += [None] * (-len(places) % 7)
    weeks = (places[start : start + 7] for start in range(0, len(places), 7))
    for week in dropwhile(lambda week: not any(day in free for day in week), weeks):
        yield [_square(free.get(day), day) if day else _blank(NOTHING) for day in week]


def _days_of(first: date) -> Iterator[date]:
    day = first
    while day.month == first.month:
        yield day
        day += timedelta(days=1)


def _square(button: Button | None, day: date) -> dict[str, str]:
    return {"text": str(day.day), "callback_data": button.token} if button else _blank(TAKEN)


def _grid(buttons: Sequence[Button], words: Words) -> Iterator[Row]:
    keys = [_key(each, words) for each in buttons]
    widest = max((size(key["text"]) for key in keys), default=0)
    columns = 8 if len(keys) > 48 else 4 if widest <= 6 else 3
    yield from (keys[start : start + columns] for start in range(0, len(keys), columns))


def _elsewhere(question: Question | None, words: Words) -> list[Row]:
    if question is None:
        return []
    return [*_sharing(question, words), *_flowing(question.looks, words)]


def _sharing(question: Question, words: Words) -> Iterator[Row]:
    """What a person can share in place of an answer; Telegram asks for it with a keyboard of its own."""
    if question.kind is Kind.PHONE:
        yield [{"text": words.say(say_in("button", "Share my number")), "callback_data": SHARE}]
    if question.place:
        yield [{"text": words.say(say_in("button", "Share my location")), "callback_data": PLACE}]


def _group(button: Button) -> str:
    """What stands together: the one that goes on, what is changed, the ways out."""
    match button.means:
        case Confirm() | Retry():
            return "on"
        case Back() | Leave() | Resume():
            return "out"
        case Change():
            return "change"
        case _:
            return "else"


def _flowing(buttons: Iterable[Button], words: Words) -> list[Row]:
    """Short ones two in a row, long ones alone."""
    rows: list[Row] = []
    for button in buttons:
        key = _key(button, words)
        beside = bool(rows) and len(rows[-1]) == 1 and max(size(key["text"]), size(rows[-1][0]["text"])) <= BESIDE
        if beside:
            rows[-1].append(key)
        else:
            rows.append([key])
    return rows


def _key(button: Button, words: Words, mark: str = "") -> dict[str, str]:
    label = mark + (cut(in_a_line(words.say(button.label)), LABEL) or MORE)
    if button.url.startswith("https://"):
        return {"text": label, "url": button.url}
    return {"text": label, "callback_data": button.token}


def _blank(label: str) -> dict[str, str]:
    return {"text": label or NOTHING, "callback_data": BLANK}


def _fitting(choosing: Sequence[Row], leaving: Sequence[Row]) -> list[Row]:
    """As many rows of choices as there is room for beside the ways on and out."""
    shown: list[Row] = []
    buttons, markup = sum(map(len, leaving)), _bytes(leaving)
    for row in choosing:
        buttons, markup = buttons + len(row), markup + _bytes([row])
        if buttons > BUTTONS or markup > MARKUP:
            break
        shown.append(row)
    return shown


def _bytes(rows: Sequence[Row]) -> int:
    return len(json.dumps(rows))
