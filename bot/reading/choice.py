"""Reads which button a line names: by its number, by all its words, or by some of them. No day or hour is read here."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

from bot.reading.letters import bare, plain
from bot.words import Words
from conversations.events import Understood, Unreadable
from conversations.kinds import Kind
from conversations.offers import Choice
from conversations.screens import Answer, Button, Confirm, Leave, Pick, Question, Retry
from conversations.texts import Either, Said, Text, say, say_in, say_many

UNFOUND = Unreadable(say("I did not find that here. Please use a button, or write what stands on it."))
UNCLEAR = Unreadable(say("This number stands beside one answer and is another one. Please use the buttons."))

# Translators: what people write to agree to something, in small letters.
_YES = say_in("typed", "yes")

_SHORTEST = 3
_AND = re.compile(r"[,;\n]")
_NAMED_AT_MOST = 5


def numbered(buttons: tuple[Button, ...], line: str) -> Button | None:
    """The button at a place counted from 1."""
    place = plain(line)
    number = int(place) if re.fullmatch(r"[0-9]{1,4}", place) else 0
    return buttons[number - 1] if 0 < number <= len(buttons) else None


def named(buttons: tuple[Button, ...], line: str, words: Words) -> tuple[Button, ...]:
    """The buttons whose words are just these, by the letter; if there is none, but for accents and punctuation."""
    alike = bare(line)
    return exactly(buttons, line, words) or tuple(
        button for button in buttons if alike and bare(words.say(button.label)) == alike
    )


def exactly(buttons: tuple[Button, ...], line: str, words: Words) -> tuple[Button, ...]:
    """The buttons whose words are just these, by the letter; capitals do not count."""
    typed = plain(line)
    return tuple(button for button in buttons if typed and plain(words.say(button.label)) == typed)


def worded(buttons: tuple[Button, ...], line: str, words: Words) -> bool:
    """Whether a line is what stands on a button, but for accents, punctuation and what is put into it: “Keep”."""
    typed = bare(line)
    return any(
        typed in (bare(words.say(button.label)), bare(_emptied(button.label, words))) for button in buttons if typed
    )


def _emptied(label: Said, words: Words) -> str:
    """The words of a label without the values in it."""
    if isinstance(label, Text) and not label.plural:
        return words.say(replace(label, values=dict.fromkeys(label.values, "")))
    return ""


def partly(buttons: tuple[Button, ...], line: str, words: Words) -> tuple[Button, ...]:
    """The buttons whose words hold these. What cannot be undone is never pressed by half a word, nothing by digits."""
    part = bare(line)
    if not any(map(str.isalpha, part)) or (len(part) < _SHORTEST and part.isascii()):
        return ()
    safe = (button for button in buttons if not isinstance(button.means, Confirm | Retry | Leave))
    return tuple(button for button in safe if part in bare(words.say(button.label)))


def agreed(buttons: tuple[Button, ...], line: str, words: Words) -> tuple[Button, ...]:
    """The button that confirms, for a plain yes."""
    if bare(line) != bare(words.say(_YES)):
        return ()
    return tuple(button for button in buttons if isinstance(button.means, Confirm))


def several(question: Question, presses: tuple[Button, ...], line: str, words: Words) -> Understood | Unreadable | None:
    """All the options of a question that a line lists, in the question's own order; None if it lists none."""
    parts = [part for part in _AND.split(line) if part.strip()]
    if question.kind is not Kind.CHOICES or len(parts) < 2:
        return None
    found = [_one(question.choices, presses, part, words) for part in parts]
    unclear = next((each for each in found if not isinstance(each, Button)), None)
    if unclear:
        return unclear
    return Understood(together(question, [each for each in found if isinstance(each, Button)]))


def together(question: Question, buttons: list[Button]) -> Choice:
    """Several options as one answer, in the question's own order."""
    chosen = (button.means for button in question.choices if button in buttons)
    return Choice(tuple(means.value for means in chosen if isinstance(means, Pick)))


def which(buttons: tuple[Button, ...], words: Words) -> Unreadable:
    """Asks which of several was meant."""
    options = _options(buttons, words)
    if len(set(map(words.say, options))) < len(options):
        return Unreadable(say("Several answers are called that. Please use the buttons."))
    if len(options) > _NAMED_AT_MOST:
        return Unreadable(
            say_many(
                "{number} answer fits that. Please write more of it.",
                "{number} answers fit that. Please write more of it.",
                len(options),
            )
        )
    return Unreadable(say("That could be {options}. Please say which one.", options=Either(options)))


def _one(choices: tuple[Button, ...], presses: tuple[Button, ...], part: str, words: Words) -> Button | Unreadable:
    place, called = numbered(presses, part), named(choices, part, words)
    if place and called and place not in called:
        return UNCLEAR
    match (place,) if place else called or partly(choices, part, words):
        case (button,) if button in choices:
            return button
        case (_,) | ():
            return UNFOUND
        case found:
            return which(found, words)


def _options(buttons: tuple[Button, ...], words: Words) -> tuple[Said, ...]:
    """Their labels; where the clock shows the same hour twice in a night, the moments in full."""
    labels = tuple(button.label for button in buttons)
    if len(set(map(words.say, labels))) == len(labels):
        return labels
    return tuple(_moment(button) or button.label for button in buttons)


def _moment(button: Button) -> datetime | None:
    value = button.means.choice.value if isinstance(button.means, Answer) else None
    return value if isinstance(value, datetime) else None
