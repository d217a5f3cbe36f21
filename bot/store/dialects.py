"""The door to the databases that data can be kept in, and the few words of SQL that they do not share.

What differs between them stands in a file of each, and nowhere else. Nothing of the tables is known here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from sqlalchemy import URL, BigInteger, Column, ColumnElement, Connection, Engine, Insert, Table, make_url
from sqlalchemy.dialects import postgresql as words
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from bot.store import postgresql, sqlite


class Room(Protocol):
    """What there is of each, and nobody else knows."""

    WRITERS: int
    TOGETHER: int
    SHARED: bool
    """Whether several programs may use it at the same time."""
    NOW: str
    """Microseconds since 1970 by its own clock, in its own words."""
    GREATEST: str
    LEAST: str
    """Of several numbers."""
    UNUSABLE: str
    """What to look at if it cannot be opened."""

    def engine(self, address: URL) -> Engine: ...

    def scrub(self, engine: Engine) -> None:
        """Leaves nothing in the files of what is in no row any more. Raises DBAPIError while somebody reads."""

    def alone_in(self, connection: Connection) -> None:
        """Lets one program at a time pass, until the end of the transaction."""

    def goes_on_after(self, connection: Connection, column: Column[int]) -> None:
        """Lets the database number new rows from the last one on, after rows were written with their numbers."""

    def hold(self, connection: Connection, column: Column[int], value: int) -> None:
        """Keeps a row to this transaction. Whoever comes later waits, and reads what this one leaves."""

    def left(self, node: Column[int | None], mine: int) -> ColumnElement[bool]:
        """Whether a program is no more, and is not `mine`. As others begin and end, it is never out of date."""

    def again(self, error: BaseException) -> bool:
        """Whether what failed before its commit is undone for certain, and can be done again at once."""

    def number(self, connection: Connection) -> str:
        """By which it can be learnt what became of its transaction; empty where that is never in doubt."""

    def committed(self, engine: Engine, number: str) -> bool:
        """What became of a transaction to whose commit no answer came. Raises DBAPIError while that can't be asked."""


_ROOMS: Mapping[str, Room] = {"sqlite": sqlite, "postgresql": postgresql}


def engine(url: str) -> Engine:
    """Raises ValueError, without the address, which may hold a password, if there is no such database."""
    try:
        address = make_url(url)
    except ArgumentError:
        raise ValueError("it is no address of a database") from None
    room = _ROOMS.get(address.get_backend_name())
    if room is None:
        raise ValueError("data can be kept in SQLite (sqlite:///folder/file.db) or in PostgreSQL (postgresql://...)")
    return room.engine(address)


def of(engine: Engine) -> Room:
    return _ROOMS[engine.dialect.name]


def hold(connection: Connection, column: Column[int], value: int) -> None:
    """See `Room`."""
    of(connection.engine).hold(connection, column, value)


def left(connection: Connection, node: Column[int | None], mine: int) -> ColumnElement[bool]:
    """See `Room`."""
    return of(connection.engine).left(node, mine)


class now(FunctionElement[int]):  # noqa: N801 it stands for a function of SQL
    """Microseconds since 1970 by the clock that all programs share."""

    type = BigInteger()
    inherit_cache = True


class greatest(FunctionElement[int]):  # noqa: N801
    type = BigInteger()
    inherit_cache = True


class least(FunctionElement[int]):  # noqa: N801
    type = BigInteger()
    inherit_cache = True


@compiles(now)
def _now(_element: now, compiler: SQLCompiler, **_options: Any) -> str:
    return _ROOMS[compiler.dialect.name].NOW


@compiles(greatest)
def _greatest(element: greatest, compiler: SQLCompiler, **options: Any) -> str:
    return f"{_ROOMS[compiler.dialect.name].GREATEST}({compiler.process(element.clauses, **options)})"


@compiles(least)
def _least(element: least, compiler: SQLCompiler, **options: Any) -> str:
    return f"{_ROOMS[compiler.dialect.name].LEAST}({compiler.process(element.clauses, **options)})"


# Both understand the same words, in PostgreSQL's order; the tests of the store show it on both.


def insert_unless_there(table: Table) -> Insert:
    """Adds a row; where one with such a key is there, it stays as it is, and nothing is returned."""
    # How many were added is asked after the cursor was closed, and PostgreSQL's has forgotten it by then.
    return words.insert(table).on_conflict_do_nothing().execution_options(preserve_rowcount=True)


def insert_or_change(table: Table, *named: str, where: ColumnElement[bool] | None = None, **changes: Any) -> Insert:
    """Adds a row; the one of that name, if it is there, takes its values instead, but for these `changes`.

    Where the one that is there is not as `where` has it, nothing happens.
    """
    statement = words.insert(table)
    rest = [each.name for each in table.columns if not each.primary_key and each.name not in named]
    values = {name: statement.excluded[name] for name in rest}
    return statement.on_conflict_do_update(index_elements=named, set_=values | changes, where=where)
