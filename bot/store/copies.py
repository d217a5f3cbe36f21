"""Copies of a database in a file: made while a program writes to it, proven, and put in its place. SQLite only.

A copy is whole or not there, and opens with the secret keys of its day; where those are is not known here.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from bot.store import migrations, pepper, sqlite
from bot.store.lock import alone
from bot.store.vault import Sealed, Vault

_BESIDE = ("-wal", "-shm")


class CannotCopy(Exception):
    """Nothing was copied or replaced. Says why, and what to do."""


def backup(database: str, to: Path, vault: Vault) -> None:
    """Copies what is committed at one instant. Raises CannotCopy."""
    source = _file(database)
    if not source.exists():
        raise CannotCopy(f"There is nothing to copy: {source} does not exist.")
    made = _made(to, lambda file: _copy(source, file))
    try:
        prove(made, vault)
        os.link(made, to)
    except FileExistsError:
        raise CannotCopy(f"{to} is there already: name another file, or take it away.") from None
    finally:
        made.unlink()
    _flush(to.parent)


def restore(database: str, copy: Path, vault: Vault, *, replace: bool, now: datetime) -> Path | None:
    """Puts a copy in the place of a database that no program has open. Where that one is now, if there was one.

    Raises CannotOpen if a program runs, and CannotCopy if the copy cannot be used, or would replace a database
    unasked.
    """
    here = _file(database)
    with alone(database):
        prove(copy, vault)
        if here.exists() and not replace:
            raise CannotCopy(
                f"{here} is there already, last changed on {_day(here)}; the copy is of {_day(copy)}. "
                "With --replace it is put aside, and what was stored since the copy is not known any more."
            )
        made = _made(here, lambda file: _as_it_is_kept(copy, file))
        try:
            aside = _put_aside(here, now) if here.exists() else None
            made.replace(here)
        finally:
            made.unlink(missing_ok=True)
        _flush(here.parent)
        return aside


def prove(file: Path, vault: Vault) -> None:
    """Reads a copy to its end. Raises CannotCopy if it is damaged, or not for this version or these keys."""
    if not file.is_file():
        raise CannotCopy(f"There is no file {file}.")
    engine = sqlite.reading(file)
    try:
        with engine.connect() as connection:
            said = connection.exec_driver_sql("PRAGMA quick_check").scalar()
            if said != "ok":
                raise CannotCopy(f"{file} is damaged: {said}. Take another copy.")
            migrations.check(connection)
            pepper.prove(connection, vault)
    except migrations.NewerSchema as error:
        raise CannotCopy(f"{file} is of a newer version of booking-bot (schema {error}): install that one.") from None
    except Sealed:
        raise CannotCopy(
            f"The secret keys are not those that {file} was made with. Put its key last in SECRET_KEYS; one that "
            "`keys rotate` has retired is in the file that it named."
        ) from None
    except DBAPIError as error:
        raise CannotCopy(f"{file} cannot be read: {error.orig}. Take another copy.") from None
    finally:
        engine.dispose()


def _made(beside: Path, fill: Callable[[Path], object]) -> Path:
    """A file on disk that nobody else can read, to take the place of the one it is beside."""
    try:
        descriptor, name = tempfile.mkstemp(dir=beside.parent, prefix=f".{beside.name}.")
    except OSError as error:
        raise CannotCopy(f"Nothing can be written in {beside.parent}: {error.strerror}.") from None
    try:
        fill(Path(name))
        os.fsync(descriptor)
    except (OSError, sqlite3.Error) as error:
        Path(name).unlink()
        raise CannotCopy(f"It could not be copied: {error}.") from None
    finally:
        os.close(descriptor)
    return Path(name)


def _copy(source: Path, to: Path) -> None:
    """As it is after the last commit; whoever writes goes on writing. What it makes has no log beside it."""
    with closing(sqlite3.connect(f"{source.as_uri()}?mode=ro", uri=True)) as live, closing(sqlite3.connect(to)) as copy:
        live.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE").close()


def _as_it_is_kept(copy: Path, to: Path) -> None:
    """With its log beside it from the beginning: else whoever opens it with a wrong key would change it by that."""
    shutil.copyfile(copy, to)
    with closing(sqlite3.connect(to)) as made:
        made.execute("PRAGMA journal_mode=WAL").close()


def _put_aside(here: Path, now: datetime) -> Path:
    """Moves what its log holds into the database first; a broken one is put aside with its log.

    In any case the log goes: beside another database it would be read into that.
    """
    with suppress(sqlite3.Error), closing(sqlite3.connect(here)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
    aside = here.with_name(f"{here.name}.before-{now:%Y%m%dT%H%M%S}")
    os.link(here, aside)
    for beside in _BESIDE:
        log = here.with_name(here.name + beside)
        if log.exists():
            log.replace(aside.with_name(aside.name + beside))
    return aside


def _file(database: str) -> Path:
    if not database.startswith("sqlite:///"):
        raise CannotCopy("Only a database in a file can be copied here: use the tools of your database.")
    return Path(database.removeprefix("sqlite:///")).absolute()


def _day(file: Path) -> str:
    return f"{datetime.fromtimestamp(file.stat().st_mtime, UTC):%Y-%m-%d %H:%M} UTC"


def _flush(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
