"""Wishes met with what is free: what a person named in words of their own becomes an answer, or is asked about.

No word is read here, and nothing is answered that was not offered.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from conversations.answers import answer, reopen
from conversations.forms import Field
from conversations.kinds import Kind
from conversations.offers import Choice
from conversations.path import path
from conversations.people import Person
from conversations.session import Session, taken
from conversations.wishes import Wish, by_month, fitting, refused_by
from conversations.zones import zone_of


def wished(person: Person, session: Session, field: Field, wish: Wish) -> Session:
    """Goes to where the wish can be met: to the question for the day, and to the month of that day."""
    day = next((each for each in path(session) if each.kind is Kind.DAY), field)
    errors = {each: why for each, why in session.errors.items() if each != field.name}
    if not wish.days or wish.days == (_chosen(session, day, person.zone),):
        return replace(session, wish=replace(wish, days=()), errors=errors)
    session = reopen(session, day.name) if day.name in session.answers else session
    month = next(iter(by_month(wish)))
    here = session.offer.here if session.offer else ""
    looking = session.looking if month == here else {**session.looking, day.name: month}
    return replace(session, wish=wish, errors=errors, looking=looking)


def granted(person: Person, session: Session, field: Field, offers: tuple[Choice, ...]) -> Session:
    """Answers the question in focus where only one thing can be meant, and says so where nothing is free.

    Otherwise the session stays as it is: the person must choose among what fits.
    """
    wish, found = session.wish, fitting(field.kind, offers, session.wish, person.zone)
    if wish is None or not _about(field.kind, wish):
        return session if wish and field.kind is Kind.DAY else replace(session, wish=None)
    if not found and taken(session, field.name):  # of the day, only what is near that hour is shown
        return replace(session, looking={**session.looking, field.name: "all"})
    if not found:
        return _further(session, field, wish) or _told(person, session, field, wish, offers)
    sure = len(wish.days) == 1 if field.kind is Kind.DAY else wish.clear
    return answer(session, field, found[0]) if sure and len(found) == 1 else session


def _about(kind: Kind, wish: Wish) -> bool:
    return bool(wish.days if kind is Kind.DAY else wish.times if kind is Kind.HOUR else ())


def _further(session: Session, field: Field, wish: Wish) -> Session | None:
    """On to the next month in which a day of the wish is."""
    seen = max(session.offer.here if session.offer else "", session.looking.get(field.name, ""))
    month = next((each for each in by_month(wish) if each > seen), None) if field.kind is Kind.DAY else None
    return replace(session, looking={**session.looking, field.name: month}) if month else None


def _told(person: Person, session: Session, field: Field, wish: Wish, offers: tuple[Choice, ...]) -> Session:
    """Says that nothing of the wish is free. Where nothing at all is, nobody wants to be left."""
    day = next((each for each in path(session) if each.kind is Kind.DAY and each.name in field.after), field)
    why = refused_by(field.kind, wish, _chosen(session, day, person.zone), person.zone)
    looking = {each: word for each, word in session.looking.items() if offers or each != field.name}
    return replace(session, wish=None, looking=looking, errors={**session.errors, field.name: why})


def _chosen(session: Session, day: Field, zone: str) -> date | None:
    """The day that was answered, where the person is."""
    known = session.answers.get(day.name)
    return known.value.astimezone(zone_of(zone)).date() if known and isinstance(known.value, datetime) else None
