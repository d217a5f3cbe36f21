"""What is kept of a conversation for the next one: offered there, never filled in unasked."""

from __future__ import annotations

from dataclasses import replace

from conversations.offers import Choice
from conversations.path import path
from conversations.people import Person
from conversations.session import Session


def remembered(person: Person, session: Session) -> Person:
    """The person, with what was answered to the organisation's form by the fields' stable names."""
    details: dict[str, Choice] = {
        field.name.removeprefix(f"{field.part_of}."): session.answers[field.name]
        for field in path(session)
        if field.part_of and not field.options and session.answers.get(field.name, Choice(None)).value
    }
    return replace(person, details={**person.details, **details})
