"""What is erased because its time is over, a little at each call. What a person asks to be erased is not done here.

- What came in: its key as long as a platform may repeat it (its payload went when it was handled).
- Tokens: until nobody can join the appointment any more.
- Writes: as long as limits count them; those that nobody knows the outcome of, as long as a person.
- Appointments, and whole people: some days after their end, and after the last of them and the last visit.
- What all programs agree upon: paces a minute after they say nothing any more, answers when they are no hint either.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import exists, select

from bot.store import answers, forgetting, inbox, paces
from bot.store import persons as people
from bot.store.desk import Desk
from bot.store.schema import appointments, persons, sessions, writes
from bot.store.writes import State
from conversations.people import CLOSES

REPETITION = timedelta(hours=48)
"""How long a platform may send the same thing again: Telegram keeps updates for a day, Slack tries for an hour."""

SETTLED = timedelta(hours=48)
"""How long a settled write is kept: limits of bookings look a day back."""

AT_ONCE = 200
"""Rows of a kind that one call erases at most, so that nobody waits for it."""

_OVER = (State.BOOKED, State.REFUSED)
_OPEN = (State.CONFIRMED, State.SENT, State.UNKNOWN)


def prune(desk: Desk, now: datetime, days: int) -> int:
    """Erases what is over its time at `now`; people and their appointments after `days`. How many rows."""
    before = now - timedelta(days=days)
    return (
        inbox.prune(desk, now - REPETITION, AT_ONCE)
        + _tokens(desk, now - CLOSES)
        + _writes(desk, _OVER, now - SETTLED)
        + _writes(desk, (State.TOLD,), before)
        + _appointments(desk, before)
        + _people(desk, before)
        + (paces.prune(desk) + answers.prune(desk) if desk.shared else 0)
    )


# What is found is looked at again when it is erased: another node may have changed it in between.


def _tokens(desk: Desk, before: datetime) -> int:
    over = appointments.c.end_at < before, appointments.c.tokens.is_not(None)
    ids = select(appointments.c.id).where(*over).limit(AT_ONCE)
    erasing = appointments.update().where(appointments.c.id.in_(ids), *over).values(tokens=None)
    return desk.connection.execute(erasing).rowcount


def _writes(desk: Desk, states: tuple[State, ...], before: datetime) -> int:
    old = writes.c.state.in_(states), writes.c.changed_at < before
    rows = desk.connection.execute(select(writes.c.person_id, writes.c.key).where(*old).limit(AT_ONCE)).all()
    erasing = [writes.delete().where(writes.c.person_id == person, writes.c.key == key, *old) for person, key in rows]
    return sum(desk.connection.execute(each).rowcount for each in erasing)


def _appointments(desk: Desk, before: datetime) -> int:
    over = appointments.c.end_at < before
    ids = select(appointments.c.id).where(over).limit(AT_ONCE)
    return desk.connection.execute(appointments.delete().where(appointments.c.id.in_(ids), over)).rowcount


def _people(desk: Desk, before: datetime) -> int:
    """Whoever stayed away that long, and has no appointment, nor a write whose outcome they were not told."""
    booked = exists().where(appointments.c.person_id == persons.c.id)
    unsettled = exists().where(writes.c.person_id == persons.c.id, writes.c.state.in_(_OPEN))
    away = select(persons.c.id).join(sessions).where(sessions.c.at < before, ~booked, ~unsettled)
    held = away.limit(AT_ONCE).with_for_update(of=persons, skip_locked=True)
    ids = list(desk.connection.execute(held).scalars())
    still = list(desk.connection.execute(away.where(persons.c.id.in_(ids))).scalars())
    for id in still:
        forgetting.erase(desk, people.load(desk, id))
    return len(still)
