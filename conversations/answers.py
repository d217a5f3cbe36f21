"""Giving, taking and forgetting answers: a session with one answer more or less. What moves it on is not known here."""

from __future__ import annotations

from dataclasses import replace

from conversations.events import Heard, Unreadable
from conversations.forms import Field
from conversations.kinds import FormField, Kind
from conversations.offers import Choice
from conversations.path import choices, path, picked
from conversations.people import Person
from conversations.session import Session
from conversations.texts import Text, say
from conversations.wishes import left


def field_named(session: Session, name: str) -> Field:
    """Raises StopIteration if there is no such question by now."""
    return next(field for field in path(session) if field.name == name)


def silent(session: Session, kind: Kind) -> Field:
    """The question that only waits for the calendar: FORM or INFO, where the conversation has one."""
    return next(field for field in path(session) if field.kind is kind)


def take(person: Person, session: Session, field: Field, heard: Heard) -> Session:
    """Takes an answer if it can be one, or says beside the question why not."""
    if isinstance(heard, Unreadable):
        return blame(session, field, heard.why)
    refusal = field.limits.refusal(heard.choice.value)
    if refusal:
        return blame(session, field, refusal)
    choice = _offered(person, session, field, heard.choice)
    if choice is None:
        return blame(session, field, say("This cannot be an answer here. Please use the buttons or try again."))
    return answer(session, field, choice)


def _offered(person: Person, session: Session, field: Field, choice: Choice) -> Choice | None:
    """The answer as it was offered, in its words; None if it was not, or does not fit."""
    if not field.fits(choice):
        return None
    if field.offers is None or field.kind is Kind.CHOICES or choice.value is None:
        return choice
    offered = choices(person, session, field)
    return next((each for each in offered if (each.value, each.also) == (choice.value, choice.also)), None)


def blame(session: Session, field: Field, why: Text) -> Session:
    """Says beside a question why its answer was not taken. One that was answered before is open again."""
    reopened = field.name if field.name in session.answers else None
    return replace(session, errors={**session.errors, field.name: why}, reopened=session.reopened or reopened)


def reopen(session: Session, name: str) -> Session:
    """Opens an answered question again. Its answer stands until another is given."""
    again = replace(session, reopened=name, offer=None, wish=None)
    return replace(again, waiting=None, failed=None, why=None, errors={})


def pick(session: Session, field: Field, value: str) -> Session:
    """Takes an option or puts it back. The question comes into focus; what is marked of others stays so."""
    before = picked(session, field)
    marked = tuple(each for each in before if each != value) if value in before else (*before, value)
    errors = {name: why for name, why in session.errors.items() if name != field.name}
    return replace(session, picked={**session.picked, field.name: marked}, reopened=field.name, errors=errors)


def answer(session: Session, field: Field, choice: Choice, *, unasked: bool = False) -> Session:
    """Gives a question its answer, and others theirs that come with it."""
    given = {field.name: replace(choice, also=()), **dict(choice.also)}
    stand = {name: session.answers[name] for name in field.after if name in session.answers}
    for each in path(session):
        if each.name in given:
            session = _give(session, each, given[each.name], unasked=unasked)
    # An hour with another agent is still of its day.
    return replace(session, answers={**stand, **session.answers})


def _give(session: Session, field: Field, choice: Choice, *, unasked: bool) -> Session:
    """Another answer than before undoes all that hung on the old one."""
    standing = session.answers.get(field.name)
    if standing and standing.value != choice.value:
        session = forget(session, field.name)
    others = tuple(name for name in session.unasked if name != field.name)
    return replace(
        session,
        answers={**session.answers, field.name: choice},
        unasked=(*others, field.name) if unasked else others,
        reopened=None if session.reopened == field.name else session.reopened,
        errors={name: why for name, why in session.errors.items() if name != field.name},
        looking={name: word for name, word in session.looking.items() if name != field.name or not field.searches},
        lost={},
        offer=None,
        wish=left(session.wish, field.kind),
        picked={name: marked for name, marked in session.picked.items() if name != field.name},
    )


def known(session: Session) -> Session:
    """What the calendar says of an appointment was said, or is done without."""
    return answer(session, silent(session, Kind.INFO), Choice(""), unasked=True)


def form_known(session: Session, form: tuple[FormField, ...]) -> Session:
    """The form's questions take their place. Answers given to an earlier form stay, by name, where they still fit."""
    standing = silent(session, Kind.FORM)
    session = answer(replace(session, form=form), standing, Choice(""), unasked=True)
    parts = {field.name: field for field in path(session) if field.part_of == standing.name}
    prefix = f"{standing.name}."
    kept = {
        name: choice
        for name, choice in session.answers.items()
        if not name.startswith(prefix) or (name in parts and parts[name].fits(choice))
    }
    picked = {
        name: marked for name, marked in session.picked.items() if name in parts and parts[name].fits(Choice(marked))
    }
    return replace(session, answers=kept, picked=picked)


def forget(session: Session, name: str) -> Session:
    """Drops an answer and all that hangs on it. Only another form removes answers otherwise."""
    for field in path(session):
        if name in field.after:
            session = forget(session, field.name)
    forgotten = field_named(session, name)
    return replace(
        session,
        answers={each: choice for each, choice in session.answers.items() if each != name},
        unasked=tuple(each for each in session.unasked if each != name),
        looking={each: word for each, word in session.looking.items() if name not in _hung(session, each)},
        lost={each: choice for each, choice in session.lost.items() if each != name},
        form=None if forgotten.kind is Kind.FORM else session.form,
        reopened=None if session.reopened == name else session.reopened,
        offer=None,
    )


def _hung(session: Session, name: str) -> tuple[str, ...]:
    return next((field.after for field in path(session) if field.name == name), ())
