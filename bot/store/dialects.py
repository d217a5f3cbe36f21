"""All that differs from database to database: how one is opened, and the few words of SQL they do not share.

Today that is SQLite alone. Nothing of the tables is known here.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, event, make_url
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import ArgumentError

PRAGMAS = ("busy_timeout=5000", "synchronous=FULL", "foreign_keys=ON")
_TRIES = 20


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
    made = create_engine(address, hide_parameters=True, connect_args={"isolation_level": None})
    event.listen(made, "connect", _set_up)
    event.listen(made, "begin", _begin)
    return made


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


def _begin(connection: Connection) -> None:
    """Takes the right to write at once. A transaction that asks for it later fails if another was quicker."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def insert_unless_there(connection: Connection, table: Table, values: dict[str, Any]) -> bool:
    statement = sqlite.insert(table).values(values).on_conflict_do_nothing()
    return connection.execute(statement).rowcount == 1


def insert_or_change(
    connection: Connection, table: Table, named: dict[str, Any], values: dict[str, Any], changes: dict[str, Any]
) -> None:
    """A row with these `values`; where one of that name is there, `changes` are made to it."""
    statement = sqlite.insert(table).values(named | values)
    connection.execute(statement.on_conflict_do_update(index_elements=list(named), set_=changes))
