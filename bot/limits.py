"""How much one person may do, so that nobody is crowded out: messages, bookings, appointments. Nothing is said here.

What was booked is counted in the store. Only what must not be there is remembered here, until the program ends.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from adapters import Pace
from conversations.events import Reason
from conversations.texts import say

SLOWED = say("You are quicker than I can follow: I have not taken that. Please wait a moment, then go on from here.")

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Limits:
    """For one person; 0 is no limit."""

    messages_per_minute: int = 0
    bookings_per_day: int = 0
    coming_appointments: int = 0


UNLIMITED = Limits()


class Measure:
    """Measures what each person does against the limits. Who they are is a word of the caller's."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._room: dict[Hashable, tuple[float, datetime]] = {}
        self._forgotten: dict[Hashable, tuple[datetime, ...]] = {}

    @property
    def pace(self) -> Pace | None:
        """Of the messages of one person: as many as a minute has at once, and from then on evenly."""
        most = self._limits.messages_per_minute
        return Pace(MINUTE.total_seconds() / most, most) if most else None

    def takes(self, who: Hashable, at: datetime) -> bool:
        """Whether a message of theirs is taken, at this `pace`, by a program that is alone."""
        most = self._limits.messages_per_minute
        if not most:
            return True
        left, before = self._room.get(who, (float(most), at))
        left = min(most, left + most * max(at - before, timedelta()) / MINUTE)
        self._room[who] = (left - 1 if left >= 1 else left, at)
        return left >= 1

    def refuses(self, who: Hashable, booked: Sequence[datetime], coming: int, at: datetime) -> Reason | None:
        """Why nothing more is booked for them, if so: `booked` is when they did, `coming` how many are to come."""
        lately = [each for each in (*booked, *self._forgotten.get(who, ())) if each > at - DAY]
        if 0 < self._limits.bookings_per_day <= len(lately):
            return Reason.BOOKED_OFTEN
        return Reason.MANY_COMING if 0 < self._limits.coming_appointments <= coming else None

    def forgets(self, who: Hashable, booked: Sequence[datetime]) -> None:
        """They are erased from the store. To be forgotten is everybody's right, and no way to book without a limit."""
        if self._limits.bookings_per_day and booked:
            self._forgotten[who] = (*self._forgotten.get(who, ()), *booked)

    def tidy(self, at: datetime) -> None:
        """Forgets whoever could do as much as a stranger."""
        self._room = {who: room for who, room in self._room.items() if room[1] > at - MINUTE}
        self._forgotten = {who: booked for who, booked in self._forgotten.items() if max(booked) > at - DAY}
