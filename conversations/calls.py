"""What a conversation may ask of the calendar: reads, which find, and writes, which change. Nothing is asked here.

Instants are aware datetimes. A write's `key` names one confirmed summary: the same key is never carried out twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

FormValue = str | Decimal | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FindServices:
    """One page of the services whose titles hold `search`; pages count from 0.

    `wanted` is what a door named: the page of the service that it begins with (`offers.begins_with`), if there is one.
    """

    page: int = 0
    search: str = ""
    wanted: str = ""


@dataclass(frozen=True, slots=True)
class FindAgents:
    """Who can be chosen for a service: anyone or an agent; one choice alone where there is nothing to choose."""

    service: str


@dataclass(frozen=True, slots=True)
class FindDays:
    """The free days of `month` (`2026-11`), or of the first month from it on that has one. No month means this one.

    A day is the instant at which it begins in `zone`. Without an agent, days on which any agent of the service is free.
    """

    service: str
    agent: str | None
    month: str | None
    zone: str


@dataclass(frozen=True, slots=True)
class FindHours:
    """The free hours of the day that begins at `day`."""

    service: str
    agent: str | None
    day: datetime
    zone: str


@dataclass(frozen=True, slots=True)
class FindNear:
    """What is free near an hour that was just taken: that day, the same hour on the next days, and, with `others`, with
    another agent at that hour. A choice's `also` names the day and the agent that come with it.
    """

    service: str
    agent: str | None
    instant: datetime
    zone: str
    others: bool = False


@dataclass(frozen=True, slots=True)
class FindForm:
    """The fields that must be filled in to book a service."""

    service: str


@dataclass(frozen=True, slots=True)
class FindInfo:
    """What the calendar says of one of the person's appointments."""

    appointment: str


@dataclass(frozen=True, slots=True)
class Book:
    """`form` pairs the API's field ids with their values. The titles are what the person saw when they confirmed."""

    key: str
    service: str
    service_title: str
    agent: str | None
    agent_name: str
    start: datetime
    zone: str
    form: tuple[tuple[str, FormValue], ...]


@dataclass(frozen=True, slots=True)
class Reschedule:
    key: str
    appointment: str
    start: datetime


@dataclass(frozen=True, slots=True)
class Cancel:
    """`reason` has at most 1,000 characters (the API's limit) and may be empty."""

    key: str
    appointment: str
    reason: str


@dataclass(frozen=True, slots=True)
class FindLanguages:
    """The languages that are spoken here. Answered by the program, not by the calendar."""


@dataclass(frozen=True, slots=True)
class FindZones:
    """The time zones whose names hold `search`, or those of the person's surroundings. Answered by the program.

    `wanted` is the short name of a zone that a place named (`offers.short`): it alone, if there is one. Where `zone` is
    `guessed`, the surroundings are those of the person's language.
    """

    search: str
    zone: str
    wanted: str = ""
    guessed: bool = False


@dataclass(frozen=True, slots=True)
class SetLanguage:
    locale: str


@dataclass(frozen=True, slots=True)
class SetZone:
    zone: str


@dataclass(frozen=True, slots=True)
class Export:
    """All that is kept of the person is to be shown to them."""


@dataclass(frozen=True, slots=True)
class Forget:
    """All that is kept of the person is to be erased."""


@dataclass(frozen=True, slots=True)
class Invite:
    """A file of an appointment is to be sent to the person, for their own calendar."""

    appointment: str


Write = Book | Reschedule | Cancel


@dataclass(frozen=True, slots=True)
class FindTrace:
    """Whether the calendar shows a trace of a write that got no answer. It is asked, never sent again."""

    write: Write


Read = (
    FindServices
    | FindAgents
    | FindDays
    | FindHours
    | FindNear
    | FindForm
    | FindInfo
    | FindTrace
    | FindLanguages
    | FindZones
)
Keep = SetLanguage | SetZone | Export | Forget | Invite
"""About what is kept of a person: carried out in the transaction that ends the conversation, without the calendar."""

Call = Read | Write

WRITES = (Book, Reschedule, Cancel)
"""For `isinstance`: a write changes something, and is sent once."""
