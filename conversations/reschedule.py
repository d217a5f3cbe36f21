"""/reschedule: which appointment, and its new day and hour. Only data; `engine.py` asks."""

from __future__ import annotations

from conversations.appointments import coming, known
from conversations.calls import FindDays, FindHours, FindNear, Reschedule
from conversations.events import Reason
from conversations.forms import Conversation, Field
from conversations.kinds import Kind
from conversations.offers import Choice
from conversations.people import Appointment, Person
from conversations.session import Session, taken
from conversations.texts import say, say_in


def _days(person: Person, session: Session) -> FindDays | tuple[Choice, ...]:
    """The free days of the agent who holds the appointment: another agent's are no use to it."""
    moved = person.appointment(session.value("appointment"))
    if moved is None:
        return ()
    return FindDays(moved.service, _agent(moved), session.looking.get("day"), person.zone)


def _hours(person: Person, session: Session) -> FindHours | FindNear | tuple[Choice, ...]:
    moved = person.appointment(session.value("appointment"))
    if moved is None:
        return ()
    near = taken(session, "hour")
    if near:
        return FindNear(moved.service, _agent(moved), near, person.zone)
    return FindHours(moved.service, _agent(moved), session.instant("day"), person.zone)


def _agent(moved: Appointment) -> str | None:
    return moved.agent or moved.holder or None


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
            none=say("You have no appointment that could be moved."),
        ),
        known(_holder_unknown),
        Field(
            name="day",
            label=say_in("row", "New day"),
            prompt=say("Which day suits you better?"),
            kind=Kind.DAY,
            offers=_days,
            after=("appointment",),
            undone_by=frozenset({Reason.DATE_PAST, Reason.SERVICE_GONE}),
            none=say("No free day was found in these months."),
        ),
        Field(
            name="hour",
            label=say_in("row", "New time"),
            prompt=say("At what time?"),
            kind=Kind.HOUR,
            offers=_hours,
            after=("day",),
            undone_by=frozenset({Reason.HOUR_TAKEN}),
            none=say("Nothing is free on this day any more. Please go back and choose another."),
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
