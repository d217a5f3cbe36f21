"""/appointments: what is coming, and what the calendar knows of it. Only data; `engine.py` asks."""

from __future__ import annotations

from conversations.calls import FindInfo
from conversations.events import Reason
from conversations.forms import Conversation, Field, Tell
from conversations.kinds import Kind
from conversations.offers import Choice
from conversations.people import Appointment, Person
from conversations.session import Session
from conversations.texts import Said, say, say_in


def coming(person: Person, session: Session) -> tuple[Choice, ...]:
    """The appointments that can still be moved or cancelled: the API takes neither once they have begun."""
    return tuple(Choice(each.id, _named(each)) for each in person.coming(session.at))


def known(name: str = "appointment") -> Field:
    """Stands for what the calendar knows of the appointment chosen before: whether it still is, and who holds it."""
    return Field(
        name="info",
        label="",
        prompt="",
        kind=Kind.INFO,
        offers=lambda _person, session: FindInfo(session.value(name)),
        after=(name,),
        sole=True,
    )


def _current(person: Person, session: Session) -> tuple[Choice, ...]:
    return tuple(Choice(each.id, _named(each)) for each in person.current(session.at))


def _named(appointment: Appointment) -> Said:
    return say("{service}, {when}", service=appointment.service_title, when=appointment.start)


def _ends(_person: Person, session: Session, _key: str) -> Tell:
    return Tell(session.value("appointment"))


APPOINTMENTS = Conversation(
    command="appointments",
    title=say("My appointments"),
    about=say("My appointments"),
    fields=(
        Field(
            name="appointment",
            label=say_in("row", "Appointment"),
            prompt=say("Which one?"),
            offers=_current,
            sole=True,
            undone_by=frozenset({Reason.TOKEN_SPENT}),
            none=say("No appointment is coming."),
        ),
        known(),
    ),
    ends=_ends,
    subject="appointment",
    confirm=None,
    left=say("Your appointments stand as they are."),
    on_cards=True,
)
