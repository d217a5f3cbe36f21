"""What is known of a person before they answer: last time's answers, and the name on their profile.

It is offered, never filled in unasked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from conversations.forms import Field
from conversations.offers import Choice
from conversations.path import path
from conversations.people import Person
from conversations.session import Session

GIVEN = frozenset({"firstname", "givenname", "nombre", "nombres"})
FAMILY = frozenset({"lastname", "surname", "familyname", "apellido", "apellidos"})
WHOLE = frozenset({"name", "fullname", "nombrecompleto"})
"""The names that questions for a name have in organisations' forms."""


def known(person: Person, field: Field) -> tuple[Choice, ...]:
    """What can be offered at a question of the organisation's form: last time's answer first."""
    name = _stable(field)
    last = (person.details[name],) if name in person.details else ()
    both = (*last, *(Choice(each) for each in _profile(person, name) if Choice(each) not in last))
    return tuple(each for each in both if field.fits(each)) if field.part_of and field.offers is None else ()


def _profile(person: Person, name: str) -> Iterator[str]:
    """The part of the profile's name that such a question asks for."""
    plain = "".join(filter(str.isalpha, name)).lower()
    if plain in GIVEN:
        yield person.given_name
    elif plain in FAMILY:
        yield person.family_name
    elif plain in WHOLE:
        yield f"{person.given_name} {person.family_name}".strip()


def remembered(person: Person, session: Session) -> Person:
    """The person, with what was answered to the organisation's form by the fields' stable names."""
    details: dict[str, Choice] = {
        _stable(field): session.answers[field.name]
        for field in path(session)
        if field.part_of and not field.options and session.answers.get(field.name, Choice(None)).value
    }
    return replace(person, details={**person.details, **details})


def _stable(field: Field) -> str:
    return field.name.removeprefix(f"{field.part_of}.")
