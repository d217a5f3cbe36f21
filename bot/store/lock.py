"""One program at a time on a database: a file beside SQLite's, a lock of PostgreSQL's own.

What is done under it is not known here.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from sqlalchemy.exc import DBAPIError

from bot.store import postgresql
from bot.store.store import CannotOpen, reached, unusable

TAKEN = "Another booking-bot runs on this data already."


@contextmanager
def alone(database: str) -> Iterator[None]:
    """Keeps a second process away from a database: each would take the other's work for left behind.

    Raises CannotOpen if another has it.
    """
    with _beside(database) if database.startswith("sqlite:///") else _within(database):
        yield


@contextmanager
def _beside(database: str) -> Iterator[None]:
    file = Path(database.removeprefix("sqlite:///") + ".lock")
    with _opened(file) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise CannotOpen(f"{TAKEN} Stop it, or set another DATA_DIR.") from None
        yield


@contextmanager
def _within(database: str) -> Iterator[None]:
    """As long as the connection stands: when the program dies, the server knows at once."""
    engine = reached(database)
    try:
        connection = engine.connect()
    except DBAPIError as error:
        raise unusable(engine, error) from error
    try:
        if not postgresql.only_program(connection):
            raise CannotOpen(f"{TAKEN} Stop it, or set another DATABASE_URL.")
        yield
    finally:
        connection.invalidate()  # the lock ends with the connection
        connection.close()
        engine.dispose()


def _opened(file: Path) -> TextIO:
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        return file.open("w")
    except OSError as error:
        raise CannotOpen(f"{file} cannot be written: {error.strerror}. Set a DATA_DIR that can be.") from None
