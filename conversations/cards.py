"""An appointment drawn from what is known of it, not from a session: its buttons are doors, and work for weeks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import assert_never

from conversations.menu import CONVERSATIONS
from conversations.offers import short
from conversations.path import conversation
from conversations.people import CLOSES, OPENS, UNCONFIRMED, Appointment, Person, State
from conversations.screens import RETURN, Button, Join, Open, Return, Screen
from conversations.session import Session
from conversations.texts import Clock, Duration, Interval, Said, There, say, say_in
from conversations.zones import offset, twice, zone_of

Rows = tuple[tuple[Said, Said], ...]

MOST = 10
"""Appointments on a page; there is a command that shows all."""

PASSING = ("pending", "confirmed", "started")
"""What the calendar says of an appointment only before its end; of what is over it tells nothing any more."""

ON_PAGE = ("book", "appointments", "language", "timezone", "privacy", "help")


def card(person: Person, appointment: Appointment, at: datetime) -> Screen:
    """What there is to know of an appointment at an instant, and what can be done with it."""
    return Screen(
        key=appointment.id,
        revision=0,
        title=say("Your appointment"),
        lines=(state_of(appointment, at), *of_clocks(person, appointment, at)),
        rows=rows_of(person, appointment, at),
        buttons=doors(person, at, appointment),
        over=True,
    )


def turns(appointment: Appointment) -> tuple[datetime, ...]:
    """The instants at which a card of an appointment changes by itself."""
    closed = appointment.end + CLOSES + timedelta(seconds=1)
    return (appointment.start - OPENS, appointment.start, appointment.end, closed)


def superseded(appointment: Appointment) -> Screen:
    """What an older message about an appointment says once there is a newer one: it stays true, whatever comes."""
    return Screen(
        key=appointment.id,
        revision=0,
        title=say("Your appointment"),
        lines=(say("Something has changed since. How it stands now is said in a newer message."),),
        over=True,
    )


def page(person: Person, session: Session, at: datetime) -> tuple[Screen, ...]:
    """How a person's affairs stand at an instant: what can be begun or gone on with, then what is coming, as cards."""
    coming = person.current(at)
    head = Screen(
        key=session.key,
        revision=session.revision,
        title=say("Appointments"),
        lines=() if coming else (say("No appointment is coming."),),
        buttons=(*(() if session.over else (returning(conversation(session).title),)), *_on_page()),
        over=True,
    )
    cards = (card(person, each, at) for each in coming[:MOST])
    return (head, *(replace(each, buttons=_besides(head, each)) for each in cards))


def _besides(head: Screen, card: Screen) -> tuple[Button, ...]:
    """The buttons of a card without those that stand at the head of its page."""
    return tuple(each for each in card.buttons if each not in head.buttons)


def _on_page() -> tuple[Button, ...]:
    return tuple(door(command, CONVERSATIONS[command].about) for command in ON_PAGE)


def returning(title: Said) -> Button:
    """Leads back to a conversation that stands somewhere else."""
    return Button(RETURN, say_in("button", "Go on: {title}", title=title), Return())


def door(command: str, label: Said, subject: str | None = None) -> Button:
    """A button that opens a conversation, about a subject or about nothing yet."""
    word = short(subject) if subject else None
    return Button("-".join(["o", command, *([word] if word else [])]), label, Open(command, word))


def doors(
    person: Person, at: datetime, appointment: Appointment | None = None, *, here: str = ""
) -> tuple[Button, ...]:
    """What can be begun at an instant: with this appointment, if it can still be changed, and anything else.

    `here` is the command that would only lead to where one stands.
    """
    changeable = person.coming(at)
    about = appointment.id if appointment in changeable else None
    join = (_join(appointment),) if appointment and _open(appointment, at) else ()
    begun = (
        door(each.command, each.about, about if each.changes else None)
        for each in CONVERSATIONS.values()
        if (each.pending(person) or (each.on_cards if appointment else each.on_menu))
        and (changeable or not each.changes)
        and each.command != here
    )
    return (*join, *begun)


def rows_of(person: Person, appointment: Appointment, at: datetime) -> Rows:
    """What there is to know of an appointment, as pairs of a label and a value."""
    rows: list[tuple[Said, Said]] = [(say_in("row", "Service"), appointment.service_title)]
    if appointment.agent_name:
        rows.append((say_in("row", "With"), appointment.agent_name))
    rows.append((say_in("row", "When"), appointment.start))
    if offset(appointment.start, appointment.zone) != offset(appointment.start, person.zone):
        # Translators: the moment of an appointment in the zone in which it was booked, which is no more the reader's
        rows.append((say_in("row", "Booked for"), There(appointment.start, appointment.zone)))
    if appointment.end > appointment.start:  # else the calendar did not say when it ends
        rows.append((say_in("row", "Duration"), _length(appointment, person.zone)))
    if appointment.state is State.BOOKED:
        untrue = PASSING if appointment.end <= at else ()
        if appointment.status not in ("", UNCONFIRMED, *untrue):
            rows.append((say_in("row", "Status"), _STATUSES.get(appointment.status, appointment.status)))
        if appointment.email:
            rows.append((say_in("row", "Confirmation"), say("e-mailed to {email}", email=appointment.email)))
        if not appointment.changeable and appointment.start > at:
            rows.append((say_in("row", "To change it"), say("paste the link for this from the e-mail")))
        if at < appointment.start - OPENS:
            rows.append((say_in("row", "To join"), say("here, from {hour} on", hour=Clock(appointment.start - OPENS))))
    return tuple(rows)


def _length(appointment: Appointment, zone: str) -> Said:
    """How long it takes; with the hours, where these can be misunderstood by nobody."""
    start, end = appointment.start, appointment.end
    length = Duration(round((end - start).total_seconds() / 60))
    days = {at.astimezone(zone_of(zone)).date() for at in (start, end)}
    if len(days) > 1 or twice(start, zone) or twice(end, zone):
        return length
    # Translators: how long an appointment takes, and from when to when
    return say("{duration} ({hours})", duration=length, hours=Interval(start, end))


def of_clocks(person: Person, appointment: Appointment, at: datetime) -> Iterator[Said]:
    """A word where the offset of an appointment that is coming is not the one of now."""
    if appointment.state is State.BOOKED and at < appointment.start:
        yield from clocks(at, appointment.start, person.zone)


def clocks(at: datetime, then: datetime, zone: str) -> Iterator[Said]:
    if offset(at, zone) != offset(then, zone):
        yield say("The clocks change before then. The time above is the one that they will show.")


def state_of(appointment: Appointment, at: datetime) -> Said:
    """What has become of an appointment, in a sentence."""
    match appointment.state:
        case State.CANCELLED:
            return say("This appointment is cancelled.")
        case State.GONE if appointment.start <= at:
            return say("This appointment is over, or was cancelled or moved elsewhere.")
        case State.GONE:
            return say("This appointment was cancelled or moved elsewhere.")
        case State.LINKED:
            return say("The calendar has not told me yet which appointment this is.")
        case State.BOOKED if appointment.end <= at:
            return say("This appointment is over.")
        case State.BOOKED if appointment.start <= at:
            return say("This appointment has begun.")
        case State.BOOKED if appointment.status == UNCONFIRMED:
            return say(
                "The calendar does not confirm this appointment now. It may have been cancelled or moved elsewhere."
            )
        case State.BOOKED:
            return say("This appointment is booked.")
        case _:
            assert_never(appointment.state)


# The calendar's words for a status, as far as they are known; others are shown as they come.
_STATUSES: dict[str, Said] = {
    "pending": say_in("status", "booked"),
    "confirmed": say_in("status", "confirmed"),
    "started": say_in("status", "has begun"),
    "finished": say_in("status", "over"),
}


def _open(appointment: Appointment, at: datetime) -> bool:
    return appointment.state is State.BOOKED and appointment.start - OPENS <= at <= appointment.end + CLOSES


def _join(appointment: Appointment) -> Button:
    shown = door("appointments", "", appointment.id)
    return Button(shown.token, say_in("button", "Join now"), Join(appointment.id))
