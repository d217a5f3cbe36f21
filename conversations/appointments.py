"""A person's appointments as something to choose from."""

from __future__ import annotations

from conversations.offers import Choice
from conversations.people import Appointment, Person
from conversations.session import Session
from conversations.texts import Said, say


def coming(person: Person, session: Session) -> tuple[Choice, ...]:
    """The appointments that can still be moved or cancelled: the API takes neither once they have begun."""
    return tuple(Choice(each.id, named(each)) for each in person.coming(session.at))


def named(appointment: Appointment) -> Said:
    return say("{service}, {when}", service=appointment.service_title, when=appointment.start)
