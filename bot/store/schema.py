"""The tables as the newest migration leaves them. What they mean is said in the module of each; no row is touched here.

Instants are milliseconds since 1970, what is sealed is bytes, and a name that finds somebody is a keyed hash. `node` is
the program that has a row in hand. In `paces` and `answers` instants are microseconds of the database's own clock.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy.types import TypeDecorator

_EPOCH = datetime.fromtimestamp(0, UTC)
_MILLISECOND = timedelta(milliseconds=1)


class Instant(TypeDecorator[datetime]):
    """An aware datetime, cut to milliseconds. One without a zone is a TypeError."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> int | None:  # noqa: ARG002
        return None if value is None else (value - _EPOCH) // _MILLISECOND

    def process_result_value(self, value: int | None, dialect: Any) -> datetime | None:  # noqa: ARG002
        return None if value is None else _EPOCH + value * _MILLISECOND


metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)
# SQLite numbers rows by itself only where the type says just INTEGER.
_number = BigInteger().with_variant(Integer, "sqlite")


def _id() -> Column[int]:
    return Column("id", _number, primary_key=True, autoincrement=True)


def _person(**options: Any) -> Column[int]:
    return Column("person_id", _number, ForeignKey("persons.id", ondelete="CASCADE"), nullable=False, **options)


meta = Table(
    "meta",
    metadata,
    Column("name", String, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
)

inbox = Table(
    "inbox",
    metadata,
    _id(),
    Column("key", String, nullable=False, unique=True),
    Column("platform", String, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("state", String, nullable=False),
    Column("sealed", LargeBinary),
    Column("error", LargeBinary),
    Column("node", BigInteger),
    Column("whose", String),
    Index("ix_inbox_state", "state", "id"),
    Index(
        "ix_inbox_whose",
        "whose",
        "id",
        sqlite_where=text("whose IS NOT NULL"),
        postgresql_where=text("whose IS NOT NULL"),
    ),
    sqlite_autoincrement=True,
)

persons = Table(
    "persons",
    metadata,
    _id(),
    Column("look_up", String, nullable=False, unique=True),
    Column("key", String, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    sqlite_autoincrement=True,
)

sessions = Table(
    "sessions",
    metadata,
    _person(primary_key=True, autoincrement=False),
    Column("format", Integer, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("at", Instant, nullable=False, index=True),
)

forms = Table(
    "forms",
    metadata,
    Column("digest", String, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
)

places = Table(
    "places",
    metadata,
    _id(),
    _person(),
    Column("look_up", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("anchor", LargeBinary),
    Column("shown", BigInteger),
    Column("front", Boolean, nullable=False),
    UniqueConstraint("person_id", "look_up"),
    Index(
        "ix_places_front",
        "person_id",
        unique=True,
        sqlite_where=text("front"),
        postgresql_where=text("front"),
    ),
    sqlite_autoincrement=True,
)

appointments = Table(
    "appointments",
    metadata,
    Column("id", String, primary_key=True),
    _person(index=True),
    Column("state", String, nullable=False),
    Column("start_at", Instant, nullable=False, index=True),
    Column("end_at", Instant, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("tokens", LargeBinary),
)

owed = Table(
    "owed",
    metadata,
    _id(),
    _person(),
    Column("kind", String, nullable=False),
    Column("ref", String, nullable=False),
    Column("due_at", Instant, nullable=False, index=True),
    Column("number", BigInteger, nullable=False),
    Column("leased_until", Instant),
    Column("attempts", Integer, nullable=False),
    Column("node", BigInteger),
    Column("below", Boolean),
    UniqueConstraint("person_id", "kind", "ref"),
    sqlite_autoincrement=True,
)

writes = Table(
    "writes",
    metadata,
    _person(primary_key=True, autoincrement=False),
    Column("key", String, primary_key=True),
    Column("state", String, nullable=False, index=True),
    Column("changed_at", Instant, nullable=False),
    Column("sent_at", Instant),
    Column("appointment", String),
    Column("sealed", LargeBinary, nullable=False),
    Column("node", BigInteger),
    Index(
        "ix_writes_live",
        "person_id",
        unique=True,
        sqlite_where=text("state IN ('confirmed', 'sent')"),
        postgresql_where=text("state IN ('confirmed', 'sent')"),
    ),
)

paces = Table(
    "paces",
    metadata,
    Column("name", String, primary_key=True),
    Column("whole", String, nullable=False),
    Column("until", BigInteger, nullable=False, index=True),
    Column("at", BigInteger, nullable=False),
)

answers = Table(
    "answers",
    metadata,
    Column("question", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("service", String),
    Column("agent", String),
    Column("until", BigInteger),
    Column("number", BigInteger, nullable=False),
    Column("leased_until", BigInteger, nullable=False, index=True),
    Column("node", BigInteger),
    Column("sealed", LargeBinary, nullable=False),
)

PASSING = frozenset({paces, answers})
"""What is of use only to programs that run."""
