"""Reads which of the days on offer a line names. Days that are not on offer are nobody's answer."""

from __future__ import annotations

from datetime import datetime

from bot.reading import date
from bot.words import Words
from conversations.events import Unreadable
from conversations.screens import Answer, Button
from conversations.texts import Day, say


def find(buttons: tuple[Button, ...], line: str, words: Words, at: datetime) -> tuple[Button, ...]:
    """All the days that a line could mean. "24" is the 24th."""
    readings = date.written(line, words, at)
    return tuple(
        button
        for button in buttons
        if (begins := begin(button)) and any(reading.fits(words.local(begins).date()) for reading in readings)
    )


def unfound(buttons: tuple[Button, ...]) -> Unreadable:
    """Names a day for an example, and not one of the soonest hours that stand among the buttons."""
    example = next((each.label for each in buttons if isinstance(each.label, Day)), buttons[0].label)
    return Unreadable(
        say(
            "I did not find that among the free days. Please write one of them, such as {example}.",
            example=example,
        )
    )


def begin(button: Button) -> datetime | None:
    """The instant that a button of a day or an hour stands for."""
    value = button.means.choice.value if isinstance(button.means, Answer) else None
    return value if isinstance(value, datetime) else None
