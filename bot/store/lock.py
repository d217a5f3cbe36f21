"""One program at a time: the lock beside a database in a file. What is done under it is not known here."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from bot.store.store import CannotOpen


@contextmanager
def alone(database: str) -> Iterator[None]:
    """Keeps a second process away from a database: each would take the other's work for left behind.

    Raises CannotOpen if another has it.
    """
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
