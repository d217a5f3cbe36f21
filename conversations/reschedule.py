"""/reschedule: which appointment, and its new day and hour. Only data; `engine.py` asks."""

from __future__ import annotations

from conversations.appointments import coming, known
from conversations.calls import Reschedule
from conversations.events import Reason
from conversations.forms import Conversation, Field
from conversations.people import Appointment, Person
from conversations.session import Session
from conversations.texts import say, say_in
from conversations.when import when


def _held(person: Person, session: Session) -> tuple[str, str | None] | None:
    """The agent who holds the appointment: another agent's time is of no use to it."""
    moved = person.appointment(session.value("appointment"))
    return (moved.service, moved.agent or moved.holder or None) if moved else None


def _holder_unknown(appointment: Appointment, _session: Session) -> bool:
    return appointment.agent is None and appointment.holder is None


def _ends(_person: Person, session: Session, key: str) -> Reschedule:
    return Reschedule(key, session.value("appointment"), session.instant("hour"))


RESCHEDULE = Conversation(
    command="reschedule",
    title=say("Move an appointment"),
    about=say("Move an appointment"),
    fields=(
        Field(
            name="appointment",
            label=say_in("row", "Appointment"),
            prompt=say("Which appointment do you want to move?"),
            offers=coming,
            sole=True,
            undone_by=frozenset({Reason.TOKEN_SPENT}),
            change=say_in("button", "Another appointment"),
            none=say("You have no appointment that could be moved."),
        ),
        known(_holder_unknown),
        *when(
            _held,
            day=say_in("row", "New day"),
            hour=say_in("row", "New time"),
            prompt=say("Which day suits you better?"),
            after=("appointment",),
            undone_by=frozenset({Reason.SERVICE_GONE}),
        ),
    ),
    ends=_ends,
    subject="appointment",
    on_cards=True,
    changes=True,
    confirm=say_in("button", "Move it"),
    summary=say("Shall I move it to this hour?"),
    working=say("Moving …"),
    done=say("Moved. The new hour is yours, the old one is given back."),
    left=say("Left. Your appointment stands as it was."),
)
