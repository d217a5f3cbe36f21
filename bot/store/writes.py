"""What a person confirmed, and what became of it: so that it is never sent twice and never lost silently.

`sent` stands on disk before the first byte leaves. From then on, without an answer, nobody knows: such a write is
unknown, and nothing here makes it confirmed again but the certainty that it never left.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, Select, and_, bindparam, select

from bot.store.desk import Desk
from bot.store.dialects import insert_unless_there
from bot.store.schema import writes
from conversations.calls import Book, Write

_PURPOSE = "write"


class State(StrEnum):
    CONFIRMED = "confirmed"  # by the person; nothing has left
    SENT = "sent"  # it may have arrived
    BOOKED = "booked"  # carried out: booked, moved or cancelled
    REFUSED = "refused"
    UNKNOWN = "unknown"
    TOLD = "told"  # it is unknown, and the person was told so


ARROWS: dict[State, frozenset[State]] = {
    State.CONFIRMED: frozenset({State.SENT}),
    State.SENT: frozenset({State.BOOKED, State.REFUSED, State.UNKNOWN}),
    State.UNKNOWN: frozenset({State.BOOKED, State.REFUSED, State.TOLD}),
    State.BOOKED: frozenset(),
    State.REFUSED: frozenset(),
    # A late answer, or a link from the e-mail, still settles it: its tokens must not be lost, nor that it was refused.
    State.TOLD: frozenset({State.BOOKED, State.REFUSED}),
}


_MINE = writes.c.person_id == bindparam("person")
_NAMED = and_(_MINE, writes.c.key == bindparam("name"))

_CONFIRM = insert_unless_there(writes)
_MOVE = writes.update().where(_NAMED, writes.c.state == bindparam("old"))
_LOAD = select(writes).where(_NAMED)
_LIVE = select(writes).where(_MINE, writes.c.state.in_([State.CONFIRMED, State.SENT]))
_OF = (
    select(writes)
    .where(_MINE, writes.c.state.in_(bindparam("states", expanding=True)))
    .order_by(writes.c.changed_at.desc())
)
_IN_STATE = (
    select(writes)
    .where(writes.c.state.in_(bindparam("states", expanding=True)))
    .order_by(writes.c.changed_at, writes.c.person_id)
)


@dataclass(frozen=True, slots=True)
class Entry:
    """`sent_at` is when it was last about to leave, `appointment` the id of what it made or changed."""

    person_id: int
    key: str
    call: Write = field(repr=False)
    state: State
    changed_at: datetime
    sent_at: datetime | None
    appointment: str | None


def confirm(desk: Desk, person_id: int, call: Write, at: datetime) -> bool:
    """False if this key was confirmed before, or another write of the person is confirmed or sent and not settled."""
    sealed = desk.seal(_PURPOSE, f"{person_id} {call.key}", call)
    row = {"person_id": person_id, "key": call.key, "state": State.CONFIRMED, "changed_at": at, "sealed": sealed}
    return desk.connection.execute(_CONFIRM, row).rowcount == 1


def sent(desk: Desk, person_id: int, key: str, at: datetime) -> bool:
    """To be committed before the first byte leaves. False: it is not for you to send."""
    return move(desk, person_id, key, State.CONFIRMED, State.SENT, at)


def move(
    desk: Desk, person_id: int, key: str, old: State, new: State, at: datetime, appointment: str | None = None
) -> bool:
    """False if the write is not `old` (any more). Raises ValueError if no arrow leads from `old` to `new`."""
    if new not in ARROWS[old]:
        raise ValueError(f"a write that is {old} cannot become {new}")
    values: dict[str, object] = {"state": new, "changed_at": at}
    if new is State.SENT:
        values |= {"sent_at": at, "node": desk.node}
    if appointment is not None:
        values["appointment"] = appointment
    return desk.connection.execute(_MOVE, {"person": person_id, "name": key, "old": old, **values}).rowcount == 1


def live(desk: Desk, person_id: int) -> Entry | None:
    """The one write of a person that is confirmed or sent: there is never another."""
    return _one(desk, _LIVE, person=person_id)


def load(desk: Desk, person_id: int, key: str) -> Entry | None:
    return _one(desk, _LOAD, person=person_id, name=key)


def of(desk: Desk, person_id: int, *states: State) -> list[Entry]:
    """A person's in any of these states, the latest change first."""
    return _all(desk, _OF, person=person_id, states=states)


def booked(desk: Desk, person_id: int) -> list[datetime]:
    """When a person booked, or may have; as far back as settled writes are kept."""
    states = set(State) - {State.REFUSED}
    return [each.changed_at for each in of(desk, person_id, *states) if isinstance(each.call, Book)]


def in_state(desk: Desk, *states: State) -> list[Entry]:
    """All that are in any of these states, the oldest change first."""
    return _all(desk, _IN_STATE, states=states)


def left(desk: Desk) -> list[Entry]:
    """What a program that is no more has sent, and not settled: nobody knows what came of it. It is this one's now."""
    taken = writes.update().where(writes.c.state == State.SENT, desk.left(writes.c.node)).values(node=desk.node)
    rows = desk.connection.execute(taken.returning(*writes.c)).all()
    return [_entry(desk, row) for row in sorted(rows, key=lambda row: (row.changed_at, row.person_id))]


def _one(desk: Desk, statement: Select[Any], **named: Any) -> Entry | None:
    row = desk.connection.execute(statement, named).first()
    return _entry(desk, row) if row else None


def _all(desk: Desk, statement: Select[Any], **named: Any) -> list[Entry]:
    return [_entry(desk, row) for row in desk.connection.execute(statement, named)]


def _entry(desk: Desk, row: Row[Any]) -> Entry:
    return Entry(
        person_id=row.person_id,
        key=row.key,
        call=desk.unseal(_PURPOSE, f"{row.person_id} {row.key}", row.sealed),
        state=State(row.state),
        changed_at=row.changed_at,
        sent_at=row.sent_at,
        appointment=row.appointment,
    )
