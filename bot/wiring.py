"""Where the program is put together: store, calendar, runner. What is built here is handed on, never looked up."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from adapters import Adapter
from bot.calendar import Calendar
from bot.runner import Runner
from bot.store.store import Store, Witness
from bot.store.vault import Vault
from conversations.people import Person


def now() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def runner(
    database: str,
    keys: Sequence[str],
    calendar: Calendar,
    adapters: Sequence[Adapter],
    stranger: Person,
    *,
    clock: Callable[[], datetime] = now,
    witness: Witness | None = None,
) -> AsyncIterator[Runner]:
    """The program's loop over an open store; store and calendar are closed when it is left."""
    store = await Store.open(database, Vault(keys), witness)
    try:
        yield Runner(store, calendar, adapters, clock=clock, stranger=stranger)
    finally:
        await store.close()
        await calendar.close()
