"""A calendar on paper: what a conversation asks, it answers at once. No HTTP, no token, nothing of the real client.

What it offers bears the name of the question it answers (`day of s1/a2/2026-12`), so that a test sees an answer that
outlived what it hung on. Its names are those of the stand-in in `sandbox/`: a dialog can be played against either.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, assert_never
from zoneinfo import ZoneInfo

from conversations.calls import (
    Book,
    Cancel,
    FindAgents,
    FindDays,
    FindForm,
    FindHours,
    FindInfo,
    FindLanguages,
    FindNear,
    FindServices,
    FindTrace,
    FindZones,
    Read,
    Reschedule,
    Write,
)
from conversations.events import Trace
from conversations.kinds import FormField, Kind, Limits
from conversations.offers import ANYONE, Choice, Offer, begins_with
from conversations.people import Appointment, Person, State
from conversations.texts import Clock, say_in

PAGE = 10
LENGTH = timedelta(minutes=30)
CLOCKS = (time(10), time(10, 30), time(15), time(18, 30))
MANY_CLOCKS = tuple(time(hour, minute) for hour in (8, 9, *range(13, 24)) for minute in range(0, 60, 5))
"""The 156 hours of the sample day on the API's page."""
SOONEST = 3
NEAREST = 3
EMPTY_MONTHS = 6
LANGUAGES = {"en": "English", "es": "Español"}
ZONES = (
    "America/Santiago",
    "America/Lima",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Europe/Madrid",
    "Pacific/Kiritimati",
)


@dataclass(frozen=True, slots=True)
class Service:
    id: str
    title: str
    agents: tuple[str, ...]
    automatic: bool = False


AGENTS = {f"a{number}": f"Agent {word}" for number, word in enumerate(("One", "Two", "Three", "Seven"), 1)}
SERVICES = (
    Service("s1", "Account opening", ("a1", "a2", "a3")),
    Service("s2", "Patient history", ("a1", "a2")),
    Service("s3", "Mortgage advice", ("a4",)),
    Service("s4", "Eye test", (), automatic=True),
    *(
        Service(f"s{number}", title, (), automatic=True)
        for number, title in enumerate(
            (
                *("General consultation", "Vaccination", "Blood pressure check", "Card lost or stolen"),
                *("Online banking help", "Insurance claim", "Currency and transfers", "Sleep counselling"),
            ),
            5,
        )
    ),
)
EVERYTHING_ASKED = "s2"
LONG_DAYS = "s13"
MANY_SERVICES = (
    SERVICES[0],
    Service(LONG_DAYS, "Quick question", ("a2", "a3")),
    *SERVICES[1:],
    *(
        Service(f"s{number}", title, (), automatic=True)
        for number, title in enumerate(
            (
                *("Tax return review", "Business loan", "Pension planning", "Physiotherapy", "Nutrition advice"),
                *("Child health check", "Company formation", "Dental hygiene", "Investment review", "Eye surgery"),
            ),
            14,
        )
    ),
)


@dataclass
class PaperCalendar:
    services: tuple[Service, ...] = SERVICES
    full_months: set[str] = field(default_factory=set)
    taken: set[datetime] = field(default_factory=set)
    clocks: tuple[time, ...] = CLOCKS
    facts: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What the calendar knows better of an appointment, by our id."""
    traces: dict[type[Write], Trace] = field(default_factory=dict)
    """What can be seen of a write that got no answer."""
    edition: int = 1

    def find(self, call: Read, person: Person, at: datetime) -> Offer | tuple[FormField, ...] | Appointment | Trace:
        match call:
            case FindServices():
                return self._services(call)
            case FindAgents():
                return Offer(call, self._agents(call.service))
            case FindDays():
                return self._days(call, at)
            case FindHours():
                return Offer(call, tuple(self._hours(call, at)))
            case FindNear():
                return Offer(call, tuple(self._near(call, at)), after="all")
            case FindLanguages():
                return Offer(call, tuple(Choice(id, name) for id, name in LANGUAGES.items()))
            case FindZones(search=search):
                return Offer(call, tuple(Choice(zone, zone) for zone in ZONES if search.casefold() in zone.casefold()))
            case FindForm():
                return everything(self.edition) if call.service == EVERYTHING_ASKED else contact(self.edition)
            case FindInfo():
                return self._held(next(each for each in person.appointments if each.id == call.appointment))
            case FindTrace(write=write):
                return self._trace(write)
            case _:
                assert_never(call)

    def _trace(self, write: Write) -> Trace:
        """What was lost is not carried out here, unless the test says so."""
        if type(write) in self.traces:
            return self.traces[type(write)]
        return Trace.UNCLEAR if isinstance(write, Book) and write.agent is None else Trace.NONE

    def _held(self, appointment: Appointment) -> Appointment:
        agents = self.service(appointment.service).agents
        facts = self.facts.get(appointment.id, {})
        return replace(appointment, **{"holder": agents[-1] if agents else "", "status": "pending", **facts})

    def _services(self, call: FindServices) -> Offer:
        found = [each for each in self.services if call.search.casefold() in each.title.casefold()]
        named = (place for place, each in enumerate(found) if call.wanted and begins_with(call.wanted, each.id))
        wanted = next(named, None)
        page = call.page if wanted is None else wanted // PAGE
        choices = tuple(Choice(each.id, each.title, "service") for each in found[page * PAGE : (page + 1) * PAGE])
        words = f"?{call.search}" if call.search else ""
        before = f"{page - 1}{words}" if page else None
        return Offer(call, choices, str(page), before, f"{page + 1}{words}" if len(found) > (page + 1) * PAGE else None)

    def _agents(self, service: str) -> tuple[Choice, ...]:
        named = f"agent of {service}"
        agents = tuple(Choice(id, AGENTS[id], named) for id in self.service(service).agents)
        return agents if len(agents) == 1 else (replace(ANYONE, detail=named), *agents)

    def service(self, id: str) -> Service:
        return next(each for each in (*self.services, *SERVICES) if each.id == id)

    def _days(self, call: FindDays, at: datetime) -> Offer:
        this = f"{at.astimezone(ZoneInfo(call.zone)):%Y-%m}"
        asked = call.month or this
        ahead = [beside(asked, by) for by in range(EMPTY_MONTHS + 1)]
        month = next((each for each in ahead if each not in self.full_months), None)
        days = tuple(self._days_of(call.service, call.agent, month, call.zone, at)) if month else ()
        soonest = tuple(self._soonest(call, days, at)) if asked == this else ()
        before = beside(asked, -1) if asked > this else None
        return Offer(call, (*soonest, *days), month or asked, before, beside(month or asked, 1))

    def _days_of(self, service: str, agent: str | None, month: str, zone: str, at: datetime) -> Iterator[Choice]:
        named = f"day of {service}/{agent}/{month}"
        for day in free_days(month, zone):
            if day + timedelta(days=1) > at:
                yield Choice(day, "", named)

    def _soonest(self, call: FindDays, days: tuple[Choice, ...], at: datetime) -> Iterator[Choice]:
        """The first free hours of the first free day, each with its day."""
        for day in days[:1]:
            assert isinstance(day.value, datetime)
            hours = self._hours(FindHours(call.service, call.agent, day.value, call.zone), at)
            for hour in list(hours)[:SOONEST]:
                assert isinstance(hour.value, datetime)
                yield replace(day, also=(("hour", hour),))

    def _hours(self, call: FindHours, at: datetime) -> Iterator[Choice]:
        zone = ZoneInfo(call.zone)
        day = call.day.astimezone(zone).date()
        named = f"hour of {call.service}/{call.agent}/{call.day.isoformat()}"
        clocks = MANY_CLOCKS if call.service == LONG_DAYS else self.clocks
        starts = {
            datetime.combine(day, clock, zone).replace(fold=fold).astimezone(UTC) for clock in clocks for fold in (0, 1)
        }
        for start in sorted(starts):
            if start > at and start not in self.taken:
                yield Choice(start, "", named)

    def _near(self, call: FindNear, at: datetime) -> Iterator[Choice]:
        """Three hours on either side, the same hour with another agent, and on the next two free days."""
        zone = ZoneInfo(call.zone)
        day = datetime.combine(call.instant.astimezone(zone).date(), time(), zone).astimezone(UTC)
        hours = list(self._hours(FindHours(call.service, call.agent, day, call.zone), at))
        yield from [each for each in hours if each.value < call.instant][-NEAREST:]  # type: ignore[operator]
        yield from [each for each in hours if each.value > call.instant][:NEAREST]  # type: ignore[operator]
        if call.others:
            yield from self._others(call, day, at)
        yield from self._same_hour(call, day, at)

    def _others(self, call: FindNear, day: datetime, at: datetime) -> Iterator[Choice]:
        """Whoever else is free then: nobody's hour is taken but that of the agent who was asked for."""
        month = f"{day.astimezone(ZoneInfo(call.zone)):%Y-%m}"
        for agent in self._agents(call.service):
            id = agent.value if agent.value != ANYONE.value else None
            if call.agent and id not in (call.agent, None) and isinstance(id, str) and call.instant > at:
                named = f"hour of {call.service}/{id}/{day.isoformat()}"
                label = say_in("button", "{hour} with {agent}", hour=Clock(call.instant), agent=agent.label)
                of_day = Choice(day, "", f"day of {call.service}/{id}/{month}")
                yield Choice(call.instant, label, named, also=(("agent", agent), ("day", of_day)))

    def _same_hour(self, call: FindNear, day: datetime, at: datetime) -> Iterator[Choice]:
        zone = ZoneInfo(call.zone)
        clock = call.instant.astimezone(zone).time()
        month = f"{day.astimezone(zone):%Y-%m}"
        days = [
            each
            for step in (0, 1)
            for each in self._days_of(call.service, call.agent, beside(month, step), call.zone, at)
        ]
        for each in [each for each in days if each.value > day][:2]:  # type: ignore[operator]
            assert isinstance(each.value, datetime)
            start = datetime.combine(each.value.astimezone(zone).date(), clock, zone).astimezone(UTC)
            if start > at and start not in self.taken:
                named = f"hour of {call.service}/{call.agent}/{each.value.isoformat()}"
                yield Choice(start, "", named, also=(("day", each),))

    def settle(self, call: Write, person: Person) -> tuple[Person, str]:
        """Carries a write out, as the program will: the person's appointments tell it afterwards."""
        match call:
            case Book():
                id = f"appointment{len(person.appointments) + 1}"
                return replace(person, appointments=(*person.appointments, self._booked(id, call))), id
            case Reschedule():
                return _changed(person, call.appointment, start=call.start, end=call.start + LENGTH), call.appointment
            case Cancel():
                return _changed(person, call.appointment, state=State.CANCELLED), call.appointment
            case _:
                assert_never(call)

    def _booked(self, id: str, call: Book) -> Appointment:
        return Appointment(
            id=id,
            service=call.service,
            service_title=call.service_title,
            agent=call.agent,
            agent_name=call.agent_name,
            start=call.start,
            end=call.start + LENGTH,
            zone=call.zone,
            email="somebody@example.com",
        )


def _changed(
    person: Person,
    id: str,
    *,
    start: datetime | None = None,
    end: datetime | None = None,
    state: State = State.BOOKED,
) -> Person:
    return replace(
        person,
        appointments=tuple(
            replace(each, start=start or each.start, end=end or each.end, state=state) if each.id == id else each
            for each in person.appointments
        ),
    )


def told(person: Person, appointment: Appointment) -> Person:
    """The person, once the calendar has said more of an appointment."""
    return replace(
        person,
        appointments=tuple(appointment if each.id == appointment.id else each for each in person.appointments),
    )


def gone(person: Person, id: str) -> Person:
    """The person, once the calendar has said that an appointment's tokens are spent."""
    return _changed(person, id, state=State.GONE)


def beside(month: str, step: int) -> str:
    number = int(month[:4]) * 12 + int(month[5:]) - 1 + step
    return f"{number // 12:04}-{number % 12 + 1:02}"


def free_days(month: str, zone: str) -> Iterator[datetime]:
    """Every fourth day of the month: the instants at which they begin."""
    year, number = int(month[:4]), int(month[5:])
    for day in range(4, calendar.monthrange(year, number)[1] + 1, 4):
        yield datetime.combine(date(year, number, day), time(), ZoneInfo(zone)).astimezone(UTC)


def options(*labels: str) -> tuple[Choice, ...]:
    return tuple(Choice(label.lower().replace(" ", "-"), label) for label in labels)


def contact(edition: int) -> tuple[FormField, ...]:
    """The form of most services. Another edition has other ids for the same names, and is stricter."""

    def each(
        name: str, kind: Kind, label: str, *, required: bool = False, most: int, choices: tuple[Choice, ...] = ()
    ) -> FormField:
        return FormField(
            id=f"{name}-{edition}",
            name=name,
            kind=kind,
            label=label,
            required=required,
            options=choices,
            limits=Limits(maxlength=most),
        )

    return (
        each("firstname", Kind.TEXT, "First name", required=True, most=50),
        each("email", Kind.EMAIL, "E-mail", required=True, most=100),
        each("phone", Kind.PHONE, "Phone", most=20),
        each(
            "channel",
            Kind.CHOICE,
            "How did you hear of us?",
            most=20,
            choices=options("A friend", "Search", *(() if edition % 2 else ("Advertisement",)), "Other"),
        ),
        each("comments", Kind.LINES, "Anything we should know?", most=500 if edition % 2 else 40),
    )


def everything(edition: int) -> tuple[FormField, ...]:
    """A form of many kinds; two of its questions have the same options."""
    several = ("Heart", "Back", "Sleep") if edition % 2 else ("Heart", "Other")
    yes_or_no = options("Yes", "No")
    fields = (
        FormField(id="", name="firstname", kind=Kind.TEXT, label="First name", required=True),
        FormField(
            id="",
            name="household",
            kind=Kind.NUMBER,
            label="People in your household",
            required=True,
            limits=Limits(Decimal(1), Decimal(20)),
        ),
        FormField(id="", name="birthday", kind=Kind.DATE, label="Date of birth", required=True),
        FormField(id="", name="visit", kind=Kind.CHOICE, label="First visit?", required=True, options=yes_or_no),
        FormField(id="", name="alone", kind=Kind.CHOICE, label="Do you come alone?", required=True, options=yes_or_no),
        FormField(id="", name="topics", kind=Kind.CHOICES, label="Topics", required=True, options=options(*several)),
        FormField(id="", name="habits", kind=Kind.CHOICES, label="Habits", options=options("Sleep", "Sport")),
        FormField(id="", name="website", kind=Kind.URL, label="Web page"),
    )
    return tuple(replace(each, id=f"{each.name}-{edition}") for each in fields)
