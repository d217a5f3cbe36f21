"""A long day's hours, narrowed: part of the day, hour, minute. Three taps reach every one, and none is cut off."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from conversations.offers import Choice, base36
from conversations.texts import Clock, Said, say_in
from conversations.zones import twice, zone_of

MANY = 24
"""Hours that are still taken in at a glance."""


@dataclass(frozen=True, slots=True)
class Group:
    """Hours that stand behind one button, which says how many. `word` is what one looks at by it."""

    word: str
    label: Said
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class View:
    """What is shown of the hours: these, or groups to look into; `up` is the word that leads back, if one looked in."""

    choices: tuple[Choice, ...] = ()
    groups: tuple[Group, ...] = ()
    up: str | None = None


def narrowed(choices: Sequence[Choice], word: str, zone: str) -> View:
    """What is shown of hours after one has looked at `word`, in the reader's zone."""
    if len(choices) <= MANY:
        return View(choices=tuple(choices))
    parts = _grouped(choices, zone, _part)
    part = next((each for each in parts if word == each.word or word.startswith(f"{each.word}-")), None)
    if part is None:
        return View(groups=parts)
    if len(part.choices) <= MANY:
        return View(choices=part.choices, up="")
    hours = _grouped(part.choices, zone, lambda at: f"{part.word}-{_hour(at)}")
    hour = next((each for each in hours if each.word == word), None)
    return View(choices=hour.choices, up=part.word) if hour else View(groups=hours, up="")


def _grouped(choices: Sequence[Choice], zone: str, word_of: Callable[[datetime], str]) -> tuple[Group, ...]:
    local = [
        (choice, choice.value.astimezone(zone_of(zone))) for choice in choices if isinstance(choice.value, datetime)
    ]
    groups = []
    for word, members in groupby(local, key=lambda each: word_of(each[1])):
        inside = list(members)
        label = _label(word, inside[0][1], len(inside), zone)
        groups.append(Group(word, label, tuple(choice for choice, _ in inside)))
    return tuple(groups)


def clock(at: datetime, zone: str) -> Said:
    """The hour by the clock; in full where the clock, put back, shows it twice."""
    return at if twice(at, zone) else Clock(at)


def _part(at: datetime) -> str:
    """The part of the day, with its date: a day's hours may cross midnight in another zone."""
    return f"{at:%d}{'nmae'[at.hour // 6]}"


def _hour(at: datetime) -> str:
    """The full hour by its instant: a clock put back has two of the same name."""
    return base36(int(_full(at).timestamp()) // 60)


def _full(at: datetime) -> datetime:
    """Not by subtraction, which forgets which of two equal hours it was."""
    return at.replace(minute=0, second=0, microsecond=0)


def _label(word: str, at: datetime, number: int, zone: str) -> Said:
    if "-" in word:
        # Translators: an hour, and how many free times there are in it
        return say_in("button", "{hour} ({number})", hour=clock(_full(at), zone), number=number)
    match word[-1]:
        case "n":
            return say_in("part of the day", "Night ({number})", number=number)
        case "m":
            return say_in("part of the day", "Morning ({number})", number=number)
        case "a":
            return say_in("part of the day", "Afternoon ({number})", number=number)
        case _:
            return say_in("part of the day", "Evening ({number})", number=number)
