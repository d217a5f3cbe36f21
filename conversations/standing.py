"""Which answers still stand: time passes, zones change, appointments are changed elsewhere. None is given here."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from conversations.answers import forget
from conversations.forms import Field
from conversations.kinds import Kind
from conversations.offers import Choice
from conversations.path import path
from conversations.people import Person, State
from conversations.session import Session
from conversations.texts import Text, say
from conversations.zones import beginning, zone_of

PASSED = say("This hour has passed. Please choose another.")

SPENT = say("This appointment cannot be changed any more: it was cancelled, moved or has begun.")


def put_right(person: Person, session: Session) -> Session:
    """Takes back, one after the other, what is not true any more."""
    while (right := still_true(person, _rezoned(person, session))) != session:
        session = right
    return session


def still_true(person: Person, session: Session) -> Session:
    """Takes back an answer that time or a change elsewhere has made impossible, and renews the words of the others."""
    for field in path(session):
        answer = session.answers.get(field.name)
        if answer is None:
            continue
        if field.kind is Kind.HOUR and isinstance(answer.value, datetime) and answer.value <= session.at:
            return replace(forget(session, field.name), notice=PASSED)
        offers = field.offers(person, session) if field.offers else None
        if not isinstance(offers, tuple) or field.part_of:
            continue
        standing = next((each for each in offers if each.value == answer.value), None)
        if standing is None:  # opened by hand, so that the only one left does not take its place unasked
            why = spent(person, session.value(field.name), session.at)
            return replace(forget(session, field.name), reopened=field.name, notice=why)
        session = replace(session, answers={**session.answers, field.name: standing})  # in the words of today
    return session


def _rezoned(person: Person, session: Session) -> Session:
    """A day begins elsewhere in another zone: without an hour it is asked again, an hour stays the instant it is."""
    if session.zone == person.zone:
        return session
    for field in path(session) if session.zone else ():
        if field.kind is not Kind.DAY or field.name not in session.answers:
            continue
        hour = _hour(session, field)
        if hour is None:
            session = forget(session, field.name)
            continue
        day = hour.astimezone(zone_of(person.zone)).date()
        session = replace(session, answers={**session.answers, field.name: Choice(beginning(day, person.zone))})
    return replace(session, zone=person.zone, looking={} if session.zone else session.looking, wish=None)


def _hour(session: Session, day: Field) -> datetime | None:
    """The hour chosen on a day, or the one that was taken from it."""
    known = {**session.lost, **session.answers}
    hours = (known[field.name].value for field in path(session) if day.name in field.after and field.name in known)
    return next((hour for hour in hours if isinstance(hour, datetime)), None)


def spent(person: Person, id: str, at: datetime) -> Text:
    """Why an appointment cannot be changed. One refusal covers all this; what is known here tells it apart."""
    appointment = person.appointment(id)
    if appointment is None:
        return SPENT
    match appointment.state:
        case State.CANCELLED:
            return say("This appointment cannot be changed any more: it is cancelled.")
        case _ if appointment.end <= at:
            return say("This appointment cannot be changed any more: it is over.")
        case _ if appointment.start <= at:
            return say("This appointment cannot be changed any more: it has begun.")
        case _:
            return say("This appointment cannot be changed any more: it was cancelled or moved elsewhere.")
