"""What must hold when a dialog is over, however often it was killed: the ledger, the database and the screens agree.

Nothing is driven here.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from dialog import TYPED, Dialog, in_doubt
from pydantic import SecretStr
from sqlalchemy import Row, select

from bot.calendar import Calendar, CalendarError, Facts
from bot.store import appointments, schema, writes
from bot.store.desk import Desk
from bot.store.owed import Kind
from bot.store.store import Store
from bot.store.vault import Vault
from bot.store.writes import Entry
from bot.store.writes import State as Write
from bot.tokens import Tokens
from conversations.calls import Book, Cancel, FindInfo, Reschedule
from conversations.people import Appointment, State
from sandbox.calendar import Operation, World
from sandbox.calendar.ledger import Deed

ENDS = {Write.BOOKED, Write.REFUSED, Write.TOLD}
REQUESTS = {
    Book: (Operation.SCHEDULE_SERVICE, Operation.SCHEDULE_USER),
    Reschedule: (Operation.RESCHEDULE,),
    Cancel: (Operation.CANCEL,),
}


@dataclass(frozen=True)
class Left:
    """What the database holds at the end."""

    writes: list[Entry]
    stored: dict[str, tuple[Appointment, Tokens | None]]
    inbox: Counter[str]
    keys: set[str]
    owed: list[str]
    """But for what will be drawn anew when an appointment's time comes."""


def reckon(dialog: Dialog) -> Left:
    """Checks everything that a dialog in the terminal leaves; gives what was found in the database."""
    left = asyncio.run(look(dialog.database, dialog.key, "terminal", dialog.sent))
    _nothing_is_handled_twice(dialog, left)
    nothing_is_sent_twice(dialog.world, left)
    every_write_ended(left)
    _every_doubt_is_told(dialog, left)
    every_booking_is_ours(dialog.world, left)
    _nothing_typed_is_lost(dialog)
    asyncio.run(tokens_work(dialog.url, dialog.world, left))
    return left


async def look(database: str, key: str, platform: str, sent: Iterable[str]) -> Left:
    """What the database holds; of the keys of what was sent, those that are in the inbox."""

    def everything(desk: Desk) -> Left:
        rows = desk.connection.execute(select(schema.appointments.c.id)).scalars().all()
        received = set(desk.connection.execute(select(schema.inbox.c.key)).scalars().all())
        found = {id: (appointments.load(desk, id), appointments.tokens(desk, id)) for id in rows}
        return Left(
            writes.in_state(desk, *Write),
            {id: (appointment, tokens) for id, (appointment, tokens) in found.items() if appointment},
            Counter(desk.connection.execute(select(schema.inbox.c.state)).scalars().all()),
            {each for each in sent if desk.delivery("inbox", platform, each) in received},
            [_said(row) for row in desk.connection.execute(select(schema.owed).where(schema.owed.c.kind != Kind.TURN))],
        )

    store = await Store.open(database, Vault([key]))
    try:
        return await store.transact("looked", everything)
    finally:
        await store.close()


def _nothing_is_handled_twice(dialog: Dialog, left: Left) -> None:
    assert left.keys == set(dialog.sent), "a line was lost"
    advanced = sum(1 for name, _ in dialog.commits if name == "advanced")
    assert left.inbox == {"done": advanced}, f"of {left.inbox}, {advanced} were handled"


def nothing_is_sent_twice(world: World, left: Left) -> None:
    assert world.ledger.double_bookings() == []
    for kind, operations in REQUESTS.items():
        asked = sum(world.traffic.by_operation[operation] for operation in operations)
        confirmed = sum(isinstance(entry.call, kind) for entry in left.writes)
        assert asked <= confirmed, f"{confirmed} confirmed summaries of {kind.__name__}, {asked} requests"
    booked = sum(entry.deed is Deed.BOOKED for entry in world.ledger.entries)
    assert booked <= sum(isinstance(entry.call, Book) for entry in left.writes)


def every_write_ended(left: Left) -> None:
    endless = [entry.state for entry in left.writes if entry.state not in ENDS]
    assert not endless, f"writes without an end: {endless}"
    assert not left.owed, f"still owed: {left.owed}"


def _said(row: Row[Any]) -> str:
    return f"{row.kind} of {row.person_id}, due {row.due_at}, {row.attempts} attempts, leased until {row.leased_until}"


def _every_doubt_is_told(dialog: Dialog, left: Left) -> None:
    told = len({screen["revision"] for screen in dialog.screens if in_doubt(screen)})
    assert told >= len(doubts(left)), f"{len(doubts(left))} writes in doubt, and {told} screens that say so"


def every_booking_is_ours(world: World, left: Left) -> None:
    """Whatever stands in the calendar is stored with its tokens, or was told to be in doubt."""
    doubtful = {entry.call.start for entry in doubts(left) if not isinstance(entry.call, Cancel)}
    ours = {(each.start, each.email) for each, tokens in left.stored.values() if each.state is State.BOOKED and tokens}
    # A cancellation in doubt was carried out, or its appointment is still here.
    for entry in world.ledger.standing():
        told = (entry.start, entry.email) in ours or entry.start in doubtful
        assert told, f"booked and never told: {entry.start}"


def _nothing_typed_is_lost(dialog: Dialog) -> None:
    for entry in dialog.world.ledger.entries:
        if entry.deed is Deed.BOOKED:
            assert set(TYPED.values()) <= set(map(str, entry.form.values()))


async def tokens_work(url: str, world: World, left: Left) -> None:
    """An appointment that a write in doubt was about may have gone on under other tokens: its own are not asked."""
    unsure = {entry.call.appointment for entry in doubts(left) if not isinstance(entry.call, Book)}
    calendar = Calendar(url, SecretStr(world.api_token()), "https://example.com/book")
    try:
        for id, (appointment, tokens) in left.stored.items():
            if appointment.state is State.BOOKED and id not in unsure:
                facts = await _told(calendar, tokens, appointment)
                assert facts.onto(appointment).start == appointment.start
    finally:
        await calendar.close()


async def _told(calendar: Calendar, tokens: Tokens | None, appointment: Appointment) -> Facts:
    assert tokens is not None, f"the tokens of {appointment.start} are lost"
    try:
        return await calendar.find(FindInfo(appointment.id), tokens)
    except CalendarError as error:
        raise AssertionError(f"the tokens of {appointment.start} do not work") from error


def doubts(left: Left) -> list[Entry]:
    return [entry for entry in left.writes if entry.state is Write.TOLD]
