"""PostgreSQL: how it is opened, what may be done again there, and how a lost answer is learnt. No table is known here.

A transaction sees what others have committed by each of its statements (READ COMMITTED): whatever is read in order to
be changed is held first (`dialects.hold`, `with_for_update`).
"""

from __future__ import annotations

import time
from typing import Any
from zlib import crc32

from sqlalchemy import (
    URL,
    Column,
    ColumnElement,
    Connection,
    Engine,
    PoolProxiedConnection,
    Select,
    and_,
    create_engine,
    func,
    literal_column,
    or_,
    select,
    text,
)
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.exc import DBAPIError

WRITERS = 4
"""Threads that write, each with a connection: PostgreSQL flushes together what they commit at the same time."""

TOGETHER = 1
"""Each piece of work is committed alone: together they would hold several people at once, each node in its order."""

SHARED = True

NOW = "CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint)"
"""Microseconds since 1970 when it is looked at, which is after whatever the statement had to wait for."""

GREATEST, LEAST = "greatest", "least"

UNUSABLE = "Does it run, is the address right, and may its user make tables there?"

_NOTICED: dict[str, str | int] = {"tcp_keepalives_idle": 3, "tcp_keepalives_interval": 1, "tcp_keepalives_count": 3}
"""After so many seconds the server notices that a node is cut off, and lets go of what it held."""

LIMITS: dict[str, str | int] = {
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "10s",
    "statement_timeout": "60s",
}
"""What the server ends by itself: a frozen node must not hold anybody for longer."""

OPTIONS: dict[str, Any] = {
    "application_name": "booking-bot",
    "options": " ".join(f"-c {name}={value}" for name, value in (LIMITS | _NOTICED).items()),
    "connect_timeout": 5,
    # A cut network is noticed within seconds, not after the quarter of an hour that TCP takes.
    **{"keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3, "tcp_user_timeout": 10_000},
}
"""For libpq; what stands in the address wins."""

_BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_current_xact_id()::text"
_NUMBER = "number of the transaction"

_PROGRAM = 0x626F7401
"""The class of our locks, which are numbers of the database's own; those of others may stand beside them."""

_SCHEMA, _ALONE = 1, 2

_NODE, _DUTY = _PROGRAM + 1, _PROGRAM + 2
"""Each program holds the lock of its number, and that of each duty that it has, as long as it lives."""

_AGAIN = frozenset({"40001", "40P01"})
"""The database has chosen this transaction to make way for another one."""


class _Numbered(PGDialect_psycopg):
    """Begins a transaction and asks for its number in one message: by it can be learnt what became of it."""

    supports_statement_cache = True

    def do_begin(self, dbapi_connection: PoolProxiedConnection) -> None:
        cursor: Any = dbapi_connection.cursor()
        cursor.execute(_BEGIN, prepare=False)  # two statements cannot be prepared
        cursor.nextset()
        dbapi_connection.info[_NUMBER] = cursor.fetchone()[0]
        cursor.close()

    def do_execute(self, cursor: Any, statement: str, parameters: Any, context: Any = None) -> None:  # noqa: ARG002
        try:
            cursor.execute(statement, parameters)
        except self.loaded_dbapi.Error as error:
            raise _discreet(error) from None

    def do_executemany(self, cursor: Any, statement: str, parameters: Any, context: Any = None) -> None:  # noqa: ARG002
        try:
            cursor.executemany(statement, parameters)
        except self.loaded_dbapi.Error as error:
            raise _discreet(error) from None

    def do_commit(self, dbapi_connection: Any) -> None:
        """To commit what has failed undoes it, and PostgreSQL says nothing of it."""
        if dbapi_connection.info.get(_NUMBER) and self._has_failed(dbapi_connection.driver_connection):
            dbapi_connection.rollback()
            raise self.loaded_dbapi.OperationalError("the transaction had failed")
        dbapi_connection.commit()

    def _has_failed(self, connection: Any) -> bool:
        return bool(connection.info.transaction_status == self._psycopg_TransactionStatus.INERROR)


def _discreet(error: Any) -> Any:
    """The same without its details, which quote what was to be stored."""
    said = error.diag.message_primary
    return type(error)(said) if said else error


registry.register("postgresql.numbered", __name__, _Numbered.__name__)


def engine(address: URL) -> Engine:
    """No connection is made yet."""
    options = {name: value for name, value in OPTIONS.items() if name not in address.query}
    return create_engine(
        address.set(drivername="postgresql+numbered"),
        hide_parameters=True,
        pool_size=WRITERS,
        use_native_hstore=False,
        connect_args={"autocommit": True, **options},  # transactions begin in `do_begin`
    )


def scrub(engine: Engine) -> None:
    """Takes away what rows were before. Where they stood is written over in time, and so is the log."""
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("VACUUM")
        cursor.execute(f"SET statement_timeout = '{LIMITS['statement_timeout']}'")
    finally:
        raw.close()


def alone_in(connection: Connection) -> None:
    """Until the end of the transaction, which may take long, nobody else passes here."""
    for name in LIMITS:
        connection.exec_driver_sql(f"SET LOCAL {name} = 0")
    connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s, %s)", (_PROGRAM, _SCHEMA))


def goes_on_after(connection: Connection, column: Column[int]) -> None:
    """Sequences do not look at rows."""
    named = func.pg_get_serial_sequence(column.table.description, column.name)
    last = connection.execute(select(func.max(column))).scalar()
    if last is not None:
        connection.execute(select(func.setval(named, last)))


def hold(connection: Connection, column: Column[int], value: int) -> None:
    """Waits for whoever has the row, and keeps others away from it until the end of the transaction."""
    connection.execute(select(column).where(column == value).with_for_update(key_share=True))


def only_program(connection: Connection) -> bool:
    """Whether no other program holds the database; from now on, as long as this connection lives, this one does."""
    return _locked(connection, "", _PROGRAM, _ALONE)


def left(node: Column[int | None], mine: int) -> ColumnElement[bool]:
    """Locks are looked at after rows: whoever holds a row that is seen here held their lock before."""
    return or_(node.is_(None), and_(node != mine, node.not_in(_living())))


def join(connection: Connection, number: int) -> bool:
    """Holds the lock of a number, and keeps out whoever wants to be alone. False if somebody else is here so."""
    return _locked(connection, "_shared", _PROGRAM, _ALONE) and _locked(connection, "", _NODE, number)


def has_duty(connection: Connection, name: str) -> bool:
    """From now on, if nobody else has it: as long as this connection lives, or until it is given up."""
    return _locked(connection, "", _DUTY, crc32(name.encode()) & 0x7FFFFFFF)


def give_up(connection: Connection, name: str) -> None:
    number = crc32(name.encode()) & 0x7FFFFFFF
    connection.exec_driver_sql("SELECT pg_advisory_unlock(%s, %s)", (_DUTY, number))
    connection.commit()


def living(connection: Connection) -> frozenset[int]:
    """The numbers of all programs that live, or died a moment ago."""
    found = frozenset(connection.execute(_living()).scalars())
    connection.commit()
    return found


def _living() -> Select[int]:
    here = text("locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())")
    number: ColumnElement[int] = literal_column("objid::bigint")
    return select(number).select_from(text("pg_locks")).where(here, literal_column("classid::bigint") == _NODE)


def _locked(connection: Connection, how: str, kind: int, number: int) -> bool:
    taken = connection.exec_driver_sql(f"SELECT pg_try_advisory_lock{how}(%s, %s)", (kind, number)).scalar()
    connection.commit()
    return bool(taken)


def again(error: BaseException) -> bool:
    """It was chosen to make way, or its connection was lost."""
    if not isinstance(error, DBAPIError):
        return False
    return error.connection_invalidated or getattr(error.orig, "sqlstate", None) in _AGAIN


def number(connection: Connection) -> str:
    """By which it can be learnt what became of the transaction."""
    return str(connection.connection.info[_NUMBER])


def committed(engine: Engine, number: str) -> bool:
    """What became of a transaction to whose commit no answer came. Raises DBAPIError while it can't be asked."""
    while True:
        with engine.connect() as connection:
            said = connection.exec_driver_sql("SELECT pg_xact_status(%s::text::xid8)", (number,)).scalar()
        if said != "in progress":
            return said == "committed"
        time.sleep(0.1)  # its connection ends before long
