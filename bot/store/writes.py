"""What a person confirmed, and what became of it: so that it is never sent twice and never lost silently.

`sent` stands on disk before the first byte leaves. From then on, without an answer, nobody knows: such a write is
unknown, and nothing here makes it confirmed again but the certainty that it never left.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sqlalchemy import RowMapping, select

from bot.store.desk import Desk
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
    State.UNKNOWN: frozenset({State.BOOKED, State.TOLD}),
    State.BOOKED: frozenset(),
    State.REFUSED: frozenset(),
    # A late answer, or a link from the e-mail, still settles it: its tokens must not be lost.
    State.TOLD: frozenset({State.BOOKED}),
}


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
    values = {"state": State.CONFIRMED, "changed_at": at, "sealed": sealed}
    return desk.insert(writes, person_id=person_id, key=call.key, **values)


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
        values["sent_at"] = at
    if appointment is not None:
        values["appointment"] = appointment
    mine = writes.update().where(writes.c.person_id == person_id, writes.c.key == key, writes.c.state == old)
    return desk.connection.execute(mine.values(values)).rowcount == 1


def live(desk: Desk, person_id: int) -> Entry | None:
    """The one write of a person that is confirmed or sent: there is never another."""
    mine = select(writes).where(writes.c.person_id == person_id, writes.c.state.in_([State.CONFIRMED, State.SENT]))
    row = desk.connection.execute(mine).mappings().first()
    return _entry(desk, row) if row else None


def load(desk: Desk, person_id: int, key: str) -> Entry | None:
    mine = select(writes).where(writes.c.person_id == person_id, writes.c.key == key)
    row = desk.connection.execute(mine).mappings().first()
    return _entry(desk, row) if row else None


def of(desk: Desk, person_id: int, *states: State) -> list[Entry]:
    """A person's in any of these states, the latest change first."""
    mine = select(writes).where(writes.c.person_id == person_id, writes.c.state.in_(states))
    return [_entry(desk, row) for row in desk.connection.execute(mine.order_by(writes.c.changed_at.desc())).mappings()]


def booked(desk: Desk, person_id: int) -> list[datetime]:
    """When a person booked, or may have; as far back as settled writes are kept."""
    states = set(State) - {State.REFUSED}
    return [each.changed_at for each in of(desk, person_id, *states) if isinstance(each.call, Book)]


def in_state(desk: Desk, state: State) -> list[Entry]:
    """All of a state, the oldest change first."""
    rows = select(writes).where(writes.c.state == state).order_by(writes.c.changed_at, writes.c.person_id)
    return [_entry(desk, row) for row in desk.connection.execute(rows).mappings()]


def _entry(desk: Desk, row: RowMapping) -> Entry:
    return Entry(
        person_id=row["person_id"],
        key=row["key"],
        call=desk.unseal(_PURPOSE, f"{row['person_id']} {row['key']}", row["sealed"]),
        state=State(row["state"]),
        changed_at=row["changed_at"],
        sent_at=row["sent_at"],
        appointment=row["appointment"],
    )
