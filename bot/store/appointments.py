"""What people have booked, and the tokens by which it can be changed: sealed apart, and opened only to be sent.

What the calendar says of an appointment is not asked here.
"""

from __future__ import annotations

from dataclasses import asdict, fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select

from bot.store import codec
from bot.store.desk import Desk, random_word
from bot.store.schema import appointments
from bot.tokens import Tokens
from conversations.people import Appointment, State

_APPOINTMENT, _TOKENS = "appointment", "tokens"

_NAMED = appointments.c.id == bindparam("name")

_SEALED = select(appointments.c.id, appointments.c.sealed)
_ADD = appointments.insert()
_OF = _SEALED.where(appointments.c.person_id == bindparam("person")).order_by(
    appointments.c.start_at, appointments.c.id
)
_LOAD = _SEALED.where(_NAMED)
_TOKENS_OF = select(appointments.c.tokens).where(_NAMED)
_CHANGE = appointments.update().where(_NAMED)
_FORGET = appointments.delete().where(_NAMED)

_OURS = frozenset({"sequence", "filed"})
"""What the calendar cannot know."""


def add(desk: Desk, person_id: int, appointment: Appointment, tokens: Tokens) -> str:
    """The id that the appointment gets here: short, random and ours. The one that it comes with is not looked at."""
    id = random_word(10)
    values = {**_columns(desk, replace(appointment, id=id)), "tokens": _seal(desk, id, tokens)}
    desk.connection.execute(_ADD, {"id": id, "person_id": person_id, **values})
    return id


def of(desk: Desk, person_id: int) -> tuple[Appointment, ...]:
    """All of a person's, the earliest first."""
    return tuple(_appointment(desk, row) for row in desk.connection.execute(_OF, {"person": person_id}))


def load(desk: Desk, id: str) -> Appointment | None:
    row = desk.connection.execute(_LOAD, {"name": id}).first()
    return _appointment(desk, row) if row else None


def tokens(desk: Desk, id: str) -> Tokens | None:
    """None if there is no such appointment, or it was cancelled."""
    sealed = desk.connection.execute(_TOKENS_OF, {"name": id}).scalar()
    return Tokens(**codec.unpack(desk.vault.unseal(_TOKENS, id, sealed))) if sealed else None


def moved(desk: Desk, id: str, start: datetime, end: datetime, tokens: Tokens) -> bool:
    """Takes the new tokens in place of the old ones, which are dead. False if there is no such appointment.

    What its status was before says nothing any more.
    """
    changes = {"start": start, "end": end, "status": "", **_newer(desk, id)}
    return _change(desk, id, changes, tokens=_seal(desk, id, tokens))


def held(desk: Desk, appointment: Appointment, tokens: Tokens) -> bool:
    """The appointment is known anew, with its tokens. False if there is no such appointment."""
    return learned(desk, appointment) and _change(desk, appointment.id, {}, tokens=_seal(desk, appointment.id, tokens))


def forget(desk: Desk, id: str) -> None:
    """It was none, or is known by another id."""
    desk.connection.execute(_FORGET, {"name": id})


def learned(desk: Desk, appointment: Appointment) -> bool:
    """The calendar knows better. False if there is no such appointment."""
    known = {each.name: getattr(appointment, each.name) for each in fields(appointment) if each.name not in _OURS}
    before = load(desk, appointment.id)
    moved = before is not None and (before.start, before.end) != (appointment.start, appointment.end)
    return _change(desk, appointment.id, known | (_newer(desk, appointment.id) if moved else {}))


def filed(desk: Desk, id: str) -> bool:
    """The person has a file of it. False if there is no such appointment."""
    return _change(desk, id, {"filed": True})


def cancelled(desk: Desk, id: str) -> bool:
    """Erases the tokens. False if there is no such appointment."""
    return _change(desk, id, {"state": State.CANCELLED, **_newer(desk, id)}, tokens=None)


def gone(desk: Desk, id: str) -> bool:
    """It can't be changed any more; its access token may still tell why. False if there is no such appointment."""
    return _change(desk, id, {"state": State.GONE})


def _newer(desk: Desk, id: str) -> dict[str, Any]:
    """What makes a file of it newer than the one before."""
    before = load(desk, id)
    return {"sequence": before.sequence + 1} if before else {}


def _change(desk: Desk, id: str, changes: dict[str, Any], **columns: Any) -> bool:
    appointment = load(desk, id)
    if appointment is None:
        return False
    values = {**_columns(desk, replace(appointment, **changes)), **columns}
    desk.connection.execute(_CHANGE, {"name": id, **values})
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


def _appointment(desk: Desk, row: Row[Any, Any]) -> Appointment:
    appointment: Appointment = desk.unseal(_APPOINTMENT, row.id, row.sealed)
    return appointment
