"""What whoever runs the program is told of: as screens, without a word of whom it concerns. When, is not known here."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from conversations.calls import Write
from conversations.menu import CONVERSATIONS
from conversations.screens import Screen
from conversations.texts import Said, Text, say, say_in

TITLE = say("For whoever runs this bot")


class Trouble(StrEnum):
    """What keeps everybody from booking."""

    KEY = "key"
    DISK = "disk"


_SAID: dict[Trouble, Text] = {
    Trouble.KEY: say("The calendar does not accept our key, so that nobody can book. The command “doctor” says more."),
    Trouble.DISK: say("The disk takes nothing any more, so that nobody can book. Is it full, or read-only?"),
}


def troubled(trouble: Trouble) -> Screen:
    return _told(_SAID[trouble])


def doubted(call: Write, service: str, start: datetime | None) -> Screen:
    """A write that got no answer: what was to be done, and the number under which it is kept."""
    rows: list[tuple[Said, Said]] = [(say_in("row", "What"), CONVERSATIONS[type(call).__name__.lower()].title)]
    if service:
        rows.append((say_in("row", "Service"), service))
    if start:
        rows.append((say_in("row", "When"), start))
    rows.append((say_in("row", "Number"), call.key))
    unsure = say("No answer came from the calendar, and nobody knows whether this was done. The person was told so.")
    return _told(unsure, *rows)


def _told(line: Text, *rows: tuple[Said, Said]) -> Screen:
    return Screen(key="", revision=0, title=TITLE, lines=(line,), rows=rows, over=True)
