"""SQLite: how one of its files is opened and scrubbed, and how it is best written to. No table is known here."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sqlalchemy import URL, Column, ColumnElement, Connection, Engine, PoolProxiedConnection, create_engine, event, or_
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

PRAGMAS = ("busy_timeout=5000", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON")
_TRIES = 20

WRITERS = 1
"""Threads that write: it takes one writer at a time."""

TOGETHER = 100
"""How many pieces of work are committed together at most, so that the first need not wait for all."""

SHARED = False

NOW = "CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)"
"""Microseconds since 1970."""

GREATEST, LEAST = "max", "min"

UNUSABLE = "Is its folder writable, and is it one of booking-bot's?"


class _Immediate(SQLiteDialect_pysqlite):
    """Takes the right to write at once. A transaction that asks for it later fails if another was quicker.

    It is no listener to the beginning: for one, SQLAlchemy goes a longer way with every statement.
    """

    supports_statement_cache = True

    def do_begin(self, dbapi_connection: PoolProxiedConnection) -> None:
        cursor = dbapi_connection.cursor()
        cursor.execute("BEGIN IMMEDIATE")
        cursor.close()


registry.register("sqlite.immediate", __name__, _Immediate.__name__)


def engine(address: URL) -> Engine:
    """Makes the folder if it is missing."""
    if address.database:
        Path(address.database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Parameters stay out of error texts: they are what must not be read.
    address = address.set(drivername="sqlite+immediate")
    made = create_engine(address, hide_parameters=True, connect_args={"isolation_level": None})
    event.listen(made, "connect", _set_up)
    return made


def reading(file: Path) -> Engine:
    """For a file that nobody writes to, and that stays as it is."""
    uri = f"{file.absolute().as_uri()}?mode=ro&immutable=1"
    return create_engine("sqlite://", creator=lambda: sqlite3.connect(uri, uri=True), hide_parameters=True)


def _set_up(connection: sqlite3.Connection, _record: object) -> None:
    try:
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}").close()
        _log_ahead(connection)
    except Exception:  # nobody else closes a connection that was never finished
        connection.close()
        raise


def _log_ahead(connection: sqlite3.Connection) -> None:
    """Readers and the writer do not stop each other then. The file remembers it.

    While another process does the same to a new file, SQLite fails at once instead of waiting; for a lock it waits.
    """
    for last in [False] * _TRIES + [True]:
        try:
            connection.execute("PRAGMA journal_mode=WAL").close()
            return
        except sqlite3.OperationalError:
            if last:
                raise
            connection.execute("BEGIN IMMEDIATE").close()
            connection.execute("COMMIT").close()


def scrub(engine: Engine) -> None:
    """What is deleted is overwritten at once (`secure_delete`), but copies stay where SQLite has moved rows about, and
    in the log beside the file until it is written anew.
    """
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        cursor.execute("VACUUM")
        busy, _, _ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise sqlite3.OperationalError("the log is being read")
    finally:
        raw.close()


def alone_in(_connection: Connection) -> None:
    """Whoever writes is alone."""


def goes_on_after(_connection: Connection, _column: Column[int]) -> None:
    """It does so by itself (`sqlite_autoincrement`)."""


def hold(_connection: Connection, _column: Column[int], _value: int) -> None:
    """Whoever writes is alone."""


def left(node: Column[int | None], mine: int) -> ColumnElement[bool]:
    """Whoever runs is alone (`lock`): all others are no more."""
    return or_(node.is_(None), node != mine)


def again(_error: BaseException) -> bool:
    """Waiting is done by SQLite itself (`busy_timeout`)."""
    return False


def number(_connection: Connection) -> str:
    """There is no network on which an answer could be lost."""
    return ""


def committed(_engine: Engine, _number: str) -> bool:
    """See `number`."""
    return False
