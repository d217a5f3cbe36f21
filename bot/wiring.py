"""Where the program is put together: store, calendar, runner. What is built here is handed on, never looked up."""

from __future__ import annotations

import fcntl
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from adapters import Adapter
from bot.calendar import Calendar
from bot.runner import Runner
from bot.store.store import CannotOpen, Store, Witness
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
    """The program's loop over an open store; store and calendar are closed when it is left.

    Raises CannotOpen, with the cure, if the store cannot be used.
    """
    with _alone(database):
        store = await Store.open(database, Vault(keys), witness)
        try:
            yield Runner(store, calendar, adapters, clock=clock, stranger=stranger)
        finally:
            await store.close()
            await calendar.close()


@contextmanager
def _alone(database: str) -> Iterator[None]:
    """Keeps a second process away from a database in a file: each would take the other's work for left behind."""
    if not database.startswith("sqlite:///"):
        yield  # no file, and no folder to be made of an address that holds a password
        return
    file = Path(database.removeprefix("sqlite:///") + ".lock")
    with _opened(file) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise CannotOpen(
                "Another booking-bot runs on this data already. Stop it, or set another DATA_DIR."
            ) from None
        yield


def _opened(file: Path) -> TextIO:
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        return file.open("w")
    except OSError as error:
        raise CannotOpen(f"{file} cannot be written: {error.strerror}. Set a DATA_DIR that can be.") from None
