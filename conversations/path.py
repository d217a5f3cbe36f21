"""The way through a conversation: which questions it has by now, and which is in focus. Nothing is changed here."""

from __future__ import annotations

from conversations.calls import WRITES, Write
from conversations.forms import Conversation, Field, asked
from conversations.kinds import Kind
from conversations.menu import CONVERSATIONS
from conversations.offers import Choice
from conversations.people import Person
from conversations.session import Session


def conversation(session: Session) -> Conversation:
    """The conversation that goes on; the menu, if the stored one is no longer known."""
    return CONVERSATIONS.get(session.conversation) or CONVERSATIONS["start"]


def path(session: Session) -> tuple[Field, ...]:
    """Every question in order. The organisation's form follows the field that stands for it, once it is known."""
    fields: list[Field] = []
    for field in conversation(session).fields:
        fields.append(field)
        if field.kind is Kind.FORM:
            fields.extend(asked(session.form or ()))
    return tuple(fields)


def focus(session: Session) -> Field | None:
    """The question to be answered now: one opened again, else the first whose answer is missing or was not accepted.

    None at the summary.
    """
    fields = path(session)
    again = next((field for field in fields if field.name == session.reopened), None)
    return again or next(
        (each for each in fields if each.name not in session.answers or each.name in session.errors), None
    )


def picked(session: Session, field: Field) -> tuple[str, ...]:
    """The options of several that are marked: those picked since it was answered, or the answer."""
    answer = session.answers.get(field.name)
    given = answer.value if answer and isinstance(answer.value, tuple) else ()
    return session.picked.get(field.name, given)


def choices(person: Person, session: Session, field: Field) -> tuple[Choice, ...]:
    """What can be chosen for a field now: from the calendar's offer, or as the field itself says."""
    if field.offers is None:
        return ()
    offers = field.offers(person, session)
    if isinstance(offers, tuple):
        return offers
    return session.offer.choices if session.offer and session.offer.call == offers else ()


def behind(session: Session, here: Field | None = None) -> Field | None:
    """The question that Back leads to: the last one before the focus, or before `here`, that the person answered."""
    here = here or focus(session)
    passed: list[Field] = []
    for field in path(session):
        if here and field.name == here.name:
            break
        passed.append(field)
    answered = [field for field in passed if field.name in session.answers and field.name not in session.unasked]
    return answered[-1] if answered else None


def in_doubt(session: Session) -> Write | None:
    """The write of which nobody knows whether it was carried out."""
    return session.failed if isinstance(session.failed, WRITES) else None


def sought(session: Session, field: Field) -> str:
    """The words by which the choices are searched; empty if all are shown."""
    return session.looking.get(field.name, "").partition("?")[2] if field.searches else ""
