"""Every step of a dialog at which the calendar is asked: how one gets there, what asks, where it is to end."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from matrix_crowd import Guest

from conversations.screens import Change, Confirm, Look, Resume
from sandbox.calendar import Fault
from sandbox.calendar.ledger import Deed

Doing = Callable[[Guest], Awaitable[None]]


@dataclass(frozen=True)
class Step:
    """`asks` makes the program ask for `operations`; of those in `besides` it can do without."""

    name: str
    operations: tuple[str, ...]
    gets_there: Doing
    asks: Doing
    ends: Deed = Deed.BOOKED
    agent: str = "Agent One"
    service: str = "Account opening"
    besides: tuple[str, ...] = ()
    cold: bool = True
    """Whether nothing is known any more when the step is taken."""
    foretold: bool = False
    """Whether the calendar has told by then of an appointment that is still to come."""


def asking(name: str) -> Callable[[Guest], bool]:
    return lambda guest: guest.screen.focus == name


def summing_up(guest: Guest) -> bool:
    return guest.sums_up


def over(guest: Guest) -> bool:
    return guest.done


def before(command: str, name: str) -> Doing:
    """Up to a question of a command."""

    async def gets_there(guest: Guest) -> None:
        await guest.says(command)
        await guest.goes_on(until=asking(name))

    return gets_there


def summary(command: str) -> Doing:
    async def gets_there(guest: Guest) -> None:
        await guest.says(command)
        await guest.goes_on(until=summing_up)

    return gets_there


async def books(guest: Guest) -> None:
    await guest.says("/book")
    await guest.goes_on(until=over)
    guest.answered.clear()


def booked(then: Doing | None = None) -> Doing:
    async def gets_there(guest: Guest) -> None:
        await books(guest)
        if then:
            await then(guest)

    return gets_there


async def nowhere(guest: Guest) -> None:
    """Nothing need be done before."""


def opens(command: str) -> Doing:
    return lambda guest: guest.says(command)


async def answers(guest: Guest) -> None:
    await guest.goes_on_once()


async def searches(guest: Guest) -> None:
    guest.service = "Pension planning"
    await guest.says("pension")


async def turns_the_page(guest: Guest) -> None:
    assert guest.question
    await guest.presses(guest.question.looks[-1])


async def looks_at_the_next_month(guest: Guest) -> None:
    assert guest.question
    await guest.presses(next(each for each in reversed(guest.question.looks) if isinstance(each.means, Look)))


async def confirms(guest: Guest) -> None:
    await guest.presses(guest.button(Confirm))


async def finds_the_hour_taken(guest: Guest) -> None:
    """From whomever: nobody else can be had at that hour."""
    world = guest.hall.world
    hour = next(value for _, value in guest.screen.rows if isinstance(value, datetime))
    world.steal(world.service(guest.service).agents, hour)
    await confirms(guest)


def changes(name: str) -> Doing:
    return lambda guest: guest.presses(guest.button(Change(name)))


async def sets_aside(guest: Guest) -> None:
    await before("/book", "hour")(guest)
    await guest.says("/help")


async def resumes(guest: Guest) -> None:
    await guest.presses(guest.button(Resume))


async def looks_for_a_zone(guest: Guest) -> None:
    await before("/book", "hour")(guest)
    await guest.says("/timezone")
    del guest.answered["day"]  # in another zone days begin elsewhere: it is asked again, and rightly


async def picks_the_zone(guest: Guest) -> None:
    assert guest.question
    await guest.presses(guest.question.choices[-1])


async def holder_unknown(guest: Guest) -> None:
    """From here on the calendar does not say who holds the appointment."""
    info = {"id": "1", "startAt": "2026-03-31T12:00:00.000Z", "status": "pending"}
    guest.hall.world.faults.add(Fault("info", text=json.dumps(info)))


def both(first: Doing, second: Doing) -> Doing:
    async def does(guest: Guest) -> None:
        await first(guest)
        await second(guest)

    return does


ANYONE = "Anyone"
DATES_OF_SERVICE, DATES_OF_AGENT = "service_dates", "user_dates"
HOURS_OF_SERVICE, HOURS_OF_AGENT = "service_hours", "user_hours"

STEPS: tuple[Step, ...] = (
    Step("services", ("services",), nowhere, opens("/book")),
    Step("services, next page", ("services",), before("/book", "service"), turns_the_page, service="Pension planning"),
    Step("services, search", ("services",), before("/book", "service"), searches),
    Step("agents", ("services",), before("/book", "service"), answers),
    Step(
        "days with anyone",
        (DATES_OF_SERVICE, HOURS_OF_SERVICE),
        before("/book", "agent"),
        answers,
        agent=ANYONE,
        besides=(HOURS_OF_SERVICE,),
    ),
    Step(
        "days with an agent",
        (DATES_OF_AGENT, HOURS_OF_AGENT),
        before("/book", "agent"),
        answers,
        besides=(HOURS_OF_AGENT,),
    ),
    Step(
        "days of an automatic service",
        (DATES_OF_SERVICE, HOURS_OF_SERVICE),
        before("/book", "service"),
        answers,
        service="Vaccination",
        besides=(HOURS_OF_SERVICE,),
        cold=False,
    ),
    Step(
        "days of the only agent",
        (DATES_OF_AGENT,),
        before("/book", "service"),
        answers,
        service="Mortgage advice",
        cold=False,
    ),
    Step("next month with anyone", (DATES_OF_SERVICE,), before("/book", "day"), looks_at_the_next_month, agent=ANYONE),
    Step("next month with an agent", (DATES_OF_AGENT,), before("/book", "day"), looks_at_the_next_month),
    Step(
        "days in another zone",
        (DATES_OF_AGENT, HOURS_OF_AGENT),
        looks_for_a_zone,
        picks_the_zone,
        besides=(HOURS_OF_AGENT,),
    ),
    Step(
        "days, changed at the summary",
        (DATES_OF_AGENT, HOURS_OF_AGENT),
        summary("/book"),
        changes("day"),
        besides=(HOURS_OF_AGENT,),
    ),
    Step("hours with anyone", (HOURS_OF_SERVICE,), before("/book", "day"), answers, agent=ANYONE),
    Step("hours with an agent", (HOURS_OF_AGENT,), before("/book", "day"), answers),
    Step("hours, gone on with", (HOURS_OF_AGENT,), sets_aside, resumes),
    Step("hours, changed at the summary", (HOURS_OF_AGENT,), summary("/book"), changes("hour")),
    Step("form", ("form",), before("/book", "hour"), answers),
    Step("confirm with anyone", ("schedule_service",), summary("/book"), confirms, agent=ANYONE),
    Step("confirm with an agent", ("schedule_user",), summary("/book"), confirms),
    Step(
        "near hours with anyone",
        (HOURS_OF_SERVICE,),
        summary("/book"),
        finds_the_hour_taken,
        agent=ANYONE,
    ),
    Step(
        "near hours with an agent",
        (HOURS_OF_AGENT, HOURS_OF_SERVICE),
        summary("/book"),
        finds_the_hour_taken,
        besides=(HOURS_OF_SERVICE,),
    ),
    Step(
        "move",
        (DATES_OF_AGENT, HOURS_OF_AGENT),
        booked(),
        opens("/reschedule"),
        Deed.MOVED,
        besides=(HOURS_OF_AGENT,),
    ),
    Step(
        "move, who holds it",
        ("info", DATES_OF_AGENT, HOURS_OF_AGENT),
        booked(),
        opens("/reschedule"),
        Deed.MOVED,
        agent=ANYONE,
        besides=("info", HOURS_OF_AGENT),
    ),
    Step(
        "move, holder unknown",
        (DATES_OF_SERVICE, HOURS_OF_SERVICE),
        booked(holder_unknown),
        opens("/reschedule"),
        Deed.MOVED,
        agent=ANYONE,
        besides=(HOURS_OF_SERVICE,),
    ),
    Step(
        "move, next month",
        (DATES_OF_AGENT,),
        booked(before("/reschedule", "day")),
        looks_at_the_next_month,
        Deed.MOVED,
    ),
    Step("move, hours", (HOURS_OF_AGENT,), booked(before("/reschedule", "day")), answers, Deed.MOVED),
    Step(
        "move, hours, holder unknown",
        (HOURS_OF_SERVICE,),
        booked(both(holder_unknown, before("/reschedule", "day"))),
        answers,
        Deed.MOVED,
        agent=ANYONE,
    ),
    Step("move, confirm", ("reschedule",), booked(summary("/reschedule")), confirms, Deed.MOVED),
    Step(
        "move, near hours",
        (HOURS_OF_AGENT,),
        booked(summary("/reschedule")),
        finds_the_hour_taken,
        Deed.MOVED,
    ),
    Step("cancel, confirm", ("cancel",), booked(summary("/cancel")), confirms, Deed.CANCELLED),
    Step("appointments", ("info",), booked(), opens("/appointments"), Deed.MOVED),
    Step(
        "appointments, seen before",
        ("info",),
        booked(opens("/appointments")),
        opens("/appointments"),
        Deed.MOVED,
        cold=False,
        foretold=True,
    ),
)
