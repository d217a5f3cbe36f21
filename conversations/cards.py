"""An appointment drawn from what is known of it, not from a session: its buttons are doors, and work for weeks."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from conversations.people import Appointment, Person, State
from conversations.screens import Screen, doors, rows_of
from conversations.texts import Said, say


def card(person: Person, appointment: Appointment, at: datetime) -> Screen:
    """What there is to know of an appointment at an instant, and what can be done with it."""
    return Screen(
        key=appointment.id,
        revision=0,
        title=say("Your appointment"),
        lines=(_state(appointment, at),),
        rows=rows_of(appointment),
        buttons=doors(person, at, appointment),
        over=True,
    )


def _state(appointment: Appointment, at: datetime) -> Said:
    match appointment.state:
        case State.CANCELLED:
            return say("This appointment is cancelled.")
        case State.GONE:
            return say("This appointment was cancelled or moved elsewhere.")
        case State.BOOKED if appointment.start <= at:
            return say("This appointment has begun or is over.")
        case State.BOOKED:
            return say("This appointment is booked.")
        case _:
            assert_never(appointment.state)
