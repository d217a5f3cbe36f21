"""/book: a service, an agent or anyone, a day, an hour, the organisation's form. Only data; `engine.py` asks."""

from __future__ import annotations

from datetime import date

from conversations.calls import Book, FindAgents, FindForm, FindServices, FormValue
from conversations.events import Reason
from conversations.forms import Conversation, Field, asked
from conversations.kinds import Kind
from conversations.offers import ANYONE, Value
from conversations.people import Person
from conversations.session import Session
from conversations.texts import say, say_in
from conversations.when import when


def _agent(session: Session) -> str | None:
    agent = session.value("agent")
    return None if agent == ANYONE.value else agent


def _services(_person: Person, session: Session) -> FindServices:
    page, _, search = session.looking.get("service", "0").partition("?")
    return FindServices(page=int(page), search=search, wanted=session.wanted or "")


def _agents(_person: Person, session: Session) -> FindAgents:
    return FindAgents(session.value("service"))


def _wanted(_person: Person, session: Session) -> tuple[str, str | None]:
    return session.value("service"), _agent(session)


def _form(_person: Person, session: Session) -> FindForm:
    return FindForm(session.value("service"))


def _sent(value: Value) -> FormValue | None:
    """An answer as the API takes it: a string, a number or an array; None where there is nothing to be sent."""
    return value.isoformat() if isinstance(value, date) else value


def _ends(person: Person, session: Session, key: str) -> Book:
    answered = ((field, session.answers[field.name].value) for field in asked(session.form or ()))
    return Book(
        key=key,
        service=session.value("service"),
        service_title=str(session.answers["service"].label),
        agent=_agent(session),
        agent_name=str(session.answers["agent"].label) if _agent(session) else "",
        start=session.instant("hour"),
        zone=person.zone,
        form=tuple((field.id, sent) for field, value in answered if (sent := _sent(value)) is not None),
    )


BOOK = Conversation(
    command="book",
    title=say("Book an appointment"),
    about=say("Book an appointment"),
    fields=(
        Field(
            name="service",
            label=say_in("row", "Service"),
            prompt=say("What is it for?"),
            offers=_services,
            searches=True,
            undone_by=frozenset({Reason.SERVICE_GONE}),
            change=say_in("button", "Change service"),
            none=say("There is nothing to book at the moment."),
        ),
        Field(
            name="agent",
            label=say_in("row", "With"),
            prompt=say("With whom?"),
            offers=_agents,
            after=("service",),
            sole=True,
            change=say_in("button", "Change agent"),
            none=say("Nobody can be chosen for this service at the moment. Please go back and choose another."),
        ),
        *when(
            _wanted,
            day=say_in("row", "Day"),
            hour=say_in("row", "When"),
            prompt=say("Which day suits you?"),
            after=("service", "agent"),
            others=True,
        ),
        Field(
            name="form",
            label="",
            prompt="",
            kind=Kind.FORM,
            offers=_form,
            after=("service",),
            sole=True,
            undone_by=frozenset({Reason.FORM_CHANGED}),
        ),
    ),
    ends=_ends,
    subject="service",
    further="agent",
    on_cards=True,
    confirm=say_in("button", "Book it"),
    summary=say("Shall I book this?"),
    working=say("Booking …"),
    done=say("Booked. See you then!"),
    left=say("Left. Nothing was booked."),
)
