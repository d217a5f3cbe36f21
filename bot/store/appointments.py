"""What people have booked, and the tokens by which it can be changed: sealed apart, and opened only to be sent.

What the calendar says of an appointment is not asked here.
"""

from __future__ import annotations

from dataclasses import asdict, fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, select

from bot.store import codec
from bot.store.desk import Desk, random_word
from bot.store.schema import appointments
from bot.tokens import Tokens
from conversations.people import Appointment, State

_APPOINTMENT, _TOKENS = "appointment", "tokens"


def add(desk: Desk, person_id: int, appointment: Appointment, tokens: Tokens) -> str:
    """The id that the appointment gets here: short, random and ours. The one that it comes with is not looked at."""
    id = random_word(10)
    values = {**_columns(desk, replace(appointment, id=id)), "tokens": _seal(desk, id, tokens)}
    desk.connection.execute(appointments.insert().values(id=id, person_id=person_id, **values))
    return id


def of(desk: Desk, person_id: int) -> tuple[Appointment, ...]:
    """All of a person's, the earliest first."""
    mine = select(appointments).where(appointments.c.person_id == person_id)
    rows = desk.connection.execute(mine.order_by(appointments.c.start_at, appointments.c.id)).mappings()
    return tuple(_appointment(desk, row) for row in rows)


def load(desk: Desk, id: str) -> Appointment | None:
    row = desk.connection.execute(select(appointments).where(appointments.c.id == id)).mappings().first()
    return _appointment(desk, row) if row else None


def tokens(desk: Desk, id: str) -> Tokens | None:
    """None if there is no such appointment, or it was cancelled."""
    sealed = desk.connection.execute(select(appointments.c.tokens).where(appointments.c.id == id)).scalar()
    return Tokens(**codec.unpack(desk.vault.unseal(_TOKENS, id, sealed))) if sealed else None


def moved(desk: Desk, id: str, start: datetime, end: datetime, tokens: Tokens) -> bool:
    """Takes the new tokens in place of the old ones, which are dead. False if there is no such appointment.

    What its status was before says nothing any more.
    """
    return _change(desk, id, {"start": start, "end": end, "status": ""}, tokens=_seal(desk, id, tokens))


def held(desk: Desk, appointment: Appointment, tokens: Tokens) -> bool:
    """The appointment is known anew, with its tokens. False if there is no such appointment."""
    return learned(desk, appointment) and _change(desk, appointment.id, {}, tokens=_seal(desk, appointment.id, tokens))


def forget(desk: Desk, id: str) -> None:
    """It was none, or is known by another id."""
    desk.connection.execute(appointments.delete().where(appointments.c.id == id))


def learned(desk: Desk, appointment: Appointment) -> bool:
    """The calendar knows better. False if there is no such appointment."""
    return _change(desk, appointment.id, {each.name: getattr(appointment, each.name) for each in fields(appointment)})


def cancelled(desk: Desk, id: str) -> bool:
    """Erases the tokens. False if there is no such appointment."""
    return _change(desk, id, {"state": State.CANCELLED}, tokens=None)


def gone(desk: Desk, id: str) -> bool:
    """It can't be changed any more; its access token may still tell why. False if there is no such appointment."""
    return _change(desk, id, {"state": State.GONE})


def _change(desk: Desk, id: str, changes: dict[str, Any], **columns: Any) -> bool:
    appointment = load(desk, id)
    if appointment is None:
        return False
    values = {**_columns(desk, replace(appointment, **changes)), **columns}
    desk.connection.execute(appointments.update().where(appointments.c.id == id).values(values))
    return True


def _columns(desk: Desk, appointment: Appointment) -> dict[str, Any]:
    return {
        "state": appointment.state,
        "start_at": appointment.start,
        "end_at": appointment.end,
        "sealed": desk.seal(_APPOINTMENT, appointment.id, appointment),
    }


def _seal(desk: Desk, id: str, tokens: Tokens) -> bytes:
    return desk.vault.seal(_TOKENS, id, codec.pack(asdict(tokens)))


def _appointment(desk: Desk, row: RowMapping) -> Appointment:
    appointment: Appointment = desk.unseal(_APPOINTMENT, row["id"], row["sealed"])
    return appointment
