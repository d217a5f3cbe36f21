"""What the calendar answered, put on disk before anything is said of it. Nothing is asked or shown here."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.calendar import Booking
from bot.calendar.times import AHEAD
from bot.store import appointments, persons, sessions, writes
from bot.store.desk import Desk
from bot.store.persons import Contact
from bot.store.writes import State
from conversations.calls import Book, Cancel, FindInfo, Reschedule, Write
from conversations.events import Event, Found, Reason, Refused, Settled, Unanswered
from conversations.memory import remembered
from conversations.people import Appointment, Person
from conversations.people import State as Standing
from conversations.session import Session

Outcome = Booking | None | Refused | Unanswered
"""A booking or a move answers with a Booking, a cancellation with None."""


def settle(desk: Desk, contact: Contact, call: Write, outcome: Outcome, at: datetime) -> Settled | Refused | Unanswered:
    """Stores an outcome, with the tokens that came with it, and gives the event that it is for the conversation."""
    match outcome:
        case Refused():
            _ended(desk, contact, call, State.REFUSED, at)
            if outcome.reason is Reason.TOKEN_SPENT and not isinstance(call, Book):
                _spent(desk, call.appointment, at)
            return outcome
        case Unanswered():
            writes.move(desk, contact.id, call.key, State.SENT, State.UNKNOWN, at)
            return outcome
        case _:
            appointment = _keep(desk, contact, call, outcome)
            _ended(desk, contact, call, State.BOOKED, at, appointment)
            return Settled(at, call, appointment)


def _ended(desk: Desk, contact: Contact, call: Write, end: State, at: datetime, appointment: str | None = None) -> None:
    """The answer may come after all hope of it was given up."""
    for state in (State.SENT, State.UNKNOWN, State.TOLD):
        if writes.move(desk, contact.id, call.key, state, end, at, appointment):
            return


def by_now(event: Event, asked: Person, known: Person) -> Event:
    """An answer as it stands by now: about an appointment that was changed since it was asked, it is out of date."""
    if not isinstance(event, Found | Refused) or not isinstance(event.call, FindInfo):
        return event
    appointment = known.appointment(event.call.appointment)
    changed = appointment and appointment != asked.appointment(appointment.id)
    return Found(event.at, event.call, appointment) if appointment and changed else event


def _keep(desk: Desk, contact: Contact, call: Write, booking: Booking | None) -> str:
    match call, booking:
        case Book(), Booking():
            _remember(desk, contact, call)
            return appointments.add(desk, contact.id, _appointment(call, booking), booking.tokens)
        case Reschedule(), Booking():
            appointments.moved(desk, call.appointment, booking.start, booking.end, booking.tokens)
            return call.appointment
        case Cancel(), None:
            appointments.cancelled(desk, call.appointment)
            return call.appointment
    raise TypeError("this outcome belongs to another write")


def _spent(desk: Desk, id: str, at: datetime) -> None:
    """It was cancelled or moved elsewhere; unless it has begun: then it can't be changed either, but joined."""
    appointment = appointments.load(desk, id)
    if appointment and appointment.state is Standing.BOOKED and at < appointment.start - AHEAD:
        appointments.gone(desk, id)


def _appointment(call: Book, booking: Booking) -> Appointment:
    return Appointment(
        id="",  # the store makes it
        service=call.service,
        service_title=call.service_title or booking.service_title,
        agent=call.agent,
        agent_name=call.agent_name,
        start=booking.start,
        end=booking.end,
        zone=booking.zone or call.zone,
        email=booking.email,
    )


def _remember(desk: Desk, contact: Contact, call: Book) -> None:
    session = sessions.load(desk, contact.id)
    if isinstance(session, Session) and session.waiting == call:
        persons.save(desk, replace(contact, person=remembered(contact.person, session)))
