"""All that differs from database to database: how one is opened, and the few words of SQL they do not share.

Today that is SQLite alone. Nothing of the tables is known here.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, Insert, PoolProxiedConnection, Table, create_engine, event, make_url
from sqlalchemy.dialects import registry, sqlite
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.exc import ArgumentError

PRAGMAS = ("busy_timeout=5000", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON")
_TRIES = 20


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


def engine(url: str) -> Engine:
    """Raises ValueError, without the address, which may hold a password, if it is not one of SQLite."""
    try:
        address = make_url(url)
    except ArgumentError:
        raise ValueError("it is no address of a database") from None
    if address.get_backend_name() != "sqlite":
        raise ValueError("data can be kept in SQLite only: sqlite:///folder/file.db")
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
    """Leaves nothing in the files of what is in no row any more. Raises OperationalError while somebody reads.

    What is deleted is overwritten at once (`secure_delete`), but copies stay where SQLite has moved rows about, and in
    the log beside the file until it is written anew.
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


def insert_unless_there(table: Table) -> Insert:
    """Adds a row; where one with such a key is there, it stays as it is, and nothing is returned."""
    return sqlite.insert(table).on_conflict_do_nothing()


def insert_or_change(table: Table, *named: str, **changes: Any) -> Insert:
    """Adds a row; the one of that name, if it is there, takes its values instead, but for these `changes`."""
    statement = sqlite.insert(table)
    rest = [each.name for each in table.columns if not each.primary_key and each.name not in named]
    values = {name: statement.excluded[name] for name in rest}
    return statement.on_conflict_do_update(index_elements=named, set_=values | changes)
