"""Days that are near, called today and tomorrow. The date stands beside: what is written may be read later."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from conversations.texts import Day, Said, say, say_in
from conversations.zones import zone_of


def day(at: datetime, now: datetime, zone: str) -> Said:
    """The day on which an instant falls for the reader, as it is called at `now`."""
    match _ahead(at, now, zone):
        case 0:
            return say_in("day", "Today, {day}", day=Day(at, brief=True))
        case 1:
            return say_in("day", "Tomorrow, {day}", day=Day(at, brief=True))
        case _:
            return Day(at)


def warned(at: datetime, now: datetime, zone: str) -> Iterator[Said]:
    """A word where an instant is so near that a slip would not be mended in time."""
    match _ahead(at, now, zone):
        case 0:
            yield say("That is today.")
        case 1:
            yield say("That is tomorrow.")


def _ahead(at: datetime, now: datetime, zone: str) -> int:
    """How many midnights lie between, where the reader is."""
    return (at.astimezone(zone_of(zone)).date() - now.astimezone(zone_of(zone)).date()).days
