"""An appointment drawn from what is known of it. A card outlives its conversation: its buttons work for weeks."""

from __future__ import annotations

from conversations.people import Appointment, State
from conversations.texts import Duration, Said, say, say_in

Rows = tuple[tuple[Said, Said], ...]
"""Pairs of a label and a value."""


def rows_of(appointment: Appointment) -> Rows:
    """What a person needs to know of an appointment, as pairs of a label and a value."""
    minutes = round((appointment.end - appointment.start).total_seconds() / 60)
    rows: list[tuple[Said, Said]] = [(say_in("row", "Service"), appointment.service_title)]
    if appointment.agent_name:
        rows.append((say_in("row", "With"), appointment.agent_name))
    rows.append((say_in("row", "When"), appointment.start))
    rows.append((say_in("row", "Duration"), Duration(minutes)))
    if appointment.email and appointment.state is State.BOOKED:
        rows.append((say_in("row", "Confirmation"), say("e-mailed to {email}", email=appointment.email)))
    return tuple(rows)
