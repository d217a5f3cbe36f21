"""/appointments: what is coming, and what the calendar knows of it. Only data; `engine.py` asks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from conversations.calls import FindInfo
from conversations.forms import Conversation, Field, Tell
from conversations.kinds import Kind
from conversations.offers import Choice
from conversations.people import Appointment, Person
from conversations.session import Session
from conversations.texts import Said, say, say_in


def coming(person: Person, session: Session) -> tuple[Choice, ...]:
    """The appointments that can still be moved or cancelled: the API takes neither once they have begun."""
    return _named(person.coming(session.at))


def known(needed: Callable[[Appointment, Session], bool], *, optional: bool = False) -> Field:
    """Stands for what the calendar knows of the appointment chosen before, where it is `needed`.

    An optional one is done without where the calendar does not say.
    """

    def info(person: Person, session: Session) -> FindInfo | tuple[Choice, ...]:
        appointment = person.appointment(session.value("appointment"))
        return FindInfo(appointment.id) if appointment and needed(appointment, session) else (Choice(""),)

    return Field(
        name="info",
        label="",
        prompt="",
        kind=Kind.INFO,
        offers=info,
        after=("appointment",),
        sole=True,
        optional=optional,
    )


def _current(person: Person, session: Session) -> tuple[Choice, ...]:
    """What is coming or can be joined; and the one asked for, whatever became of it: that is what is to be told."""
    chosen = person.appointment(session.value("appointment") or session.wanted or "")
    current = person.current(session.at)
    shown = (*current, chosen) if chosen and chosen not in current else current
    return _named(shown)


def _not_over(appointment: Appointment, session: Session) -> bool:
    """The calendar takes an access token no more once the appointment is over, as if it had been cancelled."""
    return session.at < appointment.end


def _named(appointments: tuple[Appointment, ...]) -> tuple[Choice, ...]:
    """By service and instant; two that have both the same are told apart by whom they are with."""
    alike = Counter((each.service_title, each.start) for each in appointments)

    def named(each: Appointment) -> Said:
        service, when = each.service_title, each.start
        if alike[service, when] > 1 and each.agent_name:
            return say("{service}, {agent}, {when}", service=service, agent=each.agent_name, when=when)
        return say("{service}, {when}", service=service, when=when)

    return tuple(Choice(each.id, named(each)) for each in appointments)


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
            none=say("No appointment is coming."),
        ),
        known(_not_over, optional=True),
    ),
    ends=_ends,
    subject="appointment",
    confirm=None,
    left=say("Your appointments stand as they are."),
    on_cards=True,
)
