"""Taking up an appointment by a link from the calendar's e-mails. Its token is sealed at once; nothing is asked here.

What the calendar then tells of it may end a doubt: the write that got no answer was carried out after all.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.reading.link import Link
from bot.store import appointments, writes
from bot.store.desk import Desk
from bot.store.persons import Contact
from bot.tokens import Tokens
from conversations.calls import Book, FindInfo, Reschedule, Write
from conversations.events import Event, Found, Opened, Reason, Refused, Settled, Unanswered
from conversations.people import Appointment, State

DOUBTED = (writes.State.UNKNOWN, writes.State.TOLD)

NO_USE = frozenset({Reason.TOKEN_SPENT, Reason.NOT_ACCEPTED})
"""Refusals after which a token need not be tried again."""


def taken_up(desk: Desk, contact: Contact, link: Link, at: datetime) -> Opened:
    """Opens the appointment that a link is for; where it is not known by this token, the calendar must tell which."""
    for each in contact.person.appointments:
        tokens = _tokens(desk, each.id)
        if each.state is State.LINKED:  # of an earlier link, which led nowhere
            appointments.forget(desk, each.id)
        elif link.token in (tokens.action, tokens.access):
            return Opened(at, "appointments", each.id)
    zone = contact.person.zone
    unseen = Appointment(id="", service="", service_title="", start=at, end=at, zone=zone, state=State.LINKED)
    # The API's page does not say whether the token that changes an appointment also tells of it: it is tried.
    tokens = Tokens(action=link.token if link.changes else "", access=link.token)
    return Opened(at, "link", appointments.add(desk, contact.id, unseen, tokens))


def told(desk: Desk, contact: Contact, event: Event, at: datetime) -> tuple[Event, ...]:
    """Stores what the calendar tells of an appointment. Returns what has happened by that, in its order."""
    match event:
        case Found(result=Appointment() as seen) if _is_linked(contact, seen.id):
            return _seen(desk, contact, event, seen, at)
        case Found(result=Appointment() as known):
            appointments.learned(desk, known)
        case Refused(call=FindInfo(appointment=id), reason=reason) if reason in NO_USE and _is_linked(contact, id):
            return (_unseen(desk, contact, event, id),)
        case Refused(call=FindInfo(appointment=id), reason=Reason.TOKEN_SPENT):
            appointments.gone(desk, id)
    return (event,)


def _seen(desk: Desk, contact: Contact, event: Found, seen: Appointment, at: datetime) -> tuple[Event, ...]:
    if seen in contact.person.appointments or not seen.service:  # an answer that does not say which it is
        return (Unanswered(at, event.call),)
    doubt, tokens = _doubt_about(desk, contact, seen), _tokens(desk, seen.id)
    known = _known_as(contact, seen, doubt)
    if known:
        appointments.forget(desk, seen.id)
        if known.start == seen.start:  # else it was moved, and its tokens of before are dead
            tokens = replace(tokens, action=tokens.action or _tokens(desk, known.id).action)
        seen = replace(known, start=seen.start, end=seen.end, holder=seen.holder, status=seen.status)
    elif isinstance(doubt, Book):
        seen = replace(seen, agent=doubt.agent, agent_name=doubt.agent_name or seen.agent_name)
    seen = replace(seen, state=State.BOOKED, changeable=bool(tokens.action))
    appointments.held(desk, seen, tokens)
    found = replace(event, result=seen)
    return (_settled(desk, contact, doubt, seen.id, at), found) if doubt else (found,)


def _unseen(desk: Desk, contact: Contact, event: Refused, linked: str) -> Found | Refused:
    """A token that tells nothing may still change something: the one appointment that lacks such a token.

    While a write is in doubt it may be the token of what that one made, and would change what nobody meant.
    """
    action = _tokens(desk, linked).action
    appointments.forget(desk, linked)
    lacking = [each for each in contact.person.current(event.at) if not each.changeable]
    if not action or len(lacking) != 1 or _made_in_doubt(desk, contact):
        return replace(event, reason=Reason.TOKEN_SPENT)
    [appointment] = lacking
    changeable = replace(appointment, changeable=True)
    appointments.held(desk, changeable, replace(_tokens(desk, appointment.id), action=action))
    return Found(event.at, event.call, changeable)


def _settled(desk: Desk, contact: Contact, doubt: Write, appointment: str, at: datetime) -> Settled:
    for state in DOUBTED:
        writes.move(desk, contact.id, doubt.key, state, writes.State.BOOKED, at, appointment)
    return Settled(at, doubt, appointment)


def _doubt_about(desk: Desk, contact: Contact, seen: Appointment) -> Write | None:
    """The write without an answer that would have made this appointment as it is."""
    for entry in writes.of(desk, contact.id, *DOUBTED):
        match entry.call:
            case Book(service=seen.service, start=seen.start):
                return entry.call
            case Reschedule(appointment=id, start=seen.start) if _service(contact, id) == seen.service:
                return entry.call
    return None


def _made_in_doubt(desk: Desk, contact: Contact) -> bool:
    """Whether there may be tokens of which nothing is known here."""
    return any(isinstance(entry.call, Book | Reschedule) for entry in writes.of(desk, contact.id, *DOUBTED))


def _known_as(contact: Contact, seen: Appointment, doubt: Write | None) -> Appointment | None:
    """The appointment that was known already: the one moved in doubt, or one of the same service at the same hour."""
    if isinstance(doubt, Reschedule):
        return contact.person.appointment(doubt.appointment)
    booked = (each for each in contact.person.appointments if each.state is State.BOOKED)
    return next((each for each in booked if (each.service, each.start) == (seen.service, seen.start)), None)


def _service(contact: Contact, id: str) -> str:
    appointment = contact.person.appointment(id)
    return appointment.service if appointment else ""


def _is_linked(contact: Contact, id: str) -> bool:
    appointment = contact.person.appointment(id)
    return appointment is not None and appointment.state is State.LINKED


def _tokens(desk: Desk, id: str) -> Tokens:
    return appointments.tokens(desk, id) or Tokens(action="", access="")
