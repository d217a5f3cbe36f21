"""Who is talked to, and what they have booked. Never a token and no address: the store and the adapters keep those."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import assert_never

from conversations.calls import Export, Forget, Keep, SetLanguage, SetZone
from conversations.offers import Choice

OPENS = timedelta(minutes=5)
"""How long before its start an appointment can be joined (Videsk's documentation)."""

CLOSES = timedelta(minutes=30)
"""How long after its end (the same)."""

UNCONFIRMED = "?"
"""The status of an appointment of which the calendar tells nothing: whether it stands is not known."""


class State(StrEnum):
    """What has become of an appointment, as far as this program knows."""

    BOOKED = "booked"
    CANCELLED = "cancelled"
    LINKED = "linked"  # a link for it was pasted, and the calendar has not told yet which one it is
    GONE = "gone"  # its tokens no longer work: cancelled, moved or ended elsewhere


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """`id` is ours and names the appointment on buttons; its tokens stay with the store.

    `agent` was chosen, or is None for anyone. `holder` is who holds it, empty if the calendar does not say, None if it
    was not asked: an appointment stays with its agent when it is moved. `status` is the calendar's own word, or ours.
    One that is not `changeable` was taken up by the link to join it alone, which moves and cancels nothing.
    """

    id: str
    service: str
    service_title: str
    agent: str | None = None
    agent_name: str = ""
    holder: str | None = None
    status: str = ""
    start: datetime
    end: datetime
    zone: str
    email: str = ""
    state: State = State.BOOKED
    changeable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """`details` are last answers by the form's field names; they and the profile's name are offered, never filled in.

    Language and zone are *known* once the person has chosen them; until then the platform's hints count.
    `days` is how long a person who stays away is remembered: the operator says so.
    """

    locale: str = "en"
    locale_known: bool = False
    zone: str = "UTC"
    zone_known: bool = False
    given_name: str = ""
    family_name: str = ""
    details: Mapping[str, Choice] = field(default_factory=dict)
    appointments: tuple[Appointment, ...] = ()
    days: int = 90

    def coming(self, at: datetime) -> tuple[Appointment, ...]:
        """The appointments that can be changed: those that have not begun at `at`, the soonest first."""
        booked = (each for each in self.appointments if each.state is State.BOOKED and each.changeable)
        coming = (each for each in booked if each.start > at)
        return tuple(sorted(coming, key=lambda each: each.start))

    def current(self, at: datetime) -> tuple[Appointment, ...]:
        """The appointments that are coming or can still be joined at `at`, the soonest first."""
        current = (each for each in self.appointments if each.state is State.BOOKED and each.end + CLOSES >= at)
        return tuple(sorted(current, key=lambda each: each.start))

    def appointment(self, id: str) -> Appointment | None:
        return next((each for each in self.appointments if each.id == id), None)


def kept(person: Person, keep: Keep) -> Person:
    """The person, with what they have chosen to be known."""
    match keep:
        case SetLanguage(locale=locale):
            return replace(person, locale=locale, locale_known=True)
        case SetZone(zone=zone):
            return replace(person, zone=zone, zone_known=True)
        case Export():
            return person
        case Forget():  # and bid farewell in their language
            return Person(locale=person.locale, zone=person.zone, days=person.days)
        case _:
            assert_never(keep)
