"""Where a test keeps its data: in a file, or in PostgreSQL, under the name of the same folder. Nothing is tested here.

A test that is marked with `both` runs on both; any other has a file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Row, Table, select

import postgres
from bot.store import dialects, migrations
from bot.store.schema import metadata

both = pytest.mark.usefixtures("each_database")
"""A test so marked runs in SQLite and in PostgreSQL."""

in_a_file = pytest.mark.parametrize("each_database", ["sqlite"], indirect=True)
"""Among such tests, one of what there is in SQLite alone."""

TABLES, BARE = "tables", "template0"
"""What a database is when it is made: with the tables of today, or with none. A file has none."""

_numbers = count()


class Databases:
    """Makes a database for a folder when it is first asked for."""

    def __init__(self, make: Callable[[str], str]) -> None:
        self._make = make
        self._made: dict[Path, str] = {}

    def url(self, folder: Path, template: str) -> str:
        if folder not in self._made:
            self._made[folder] = self._make(template)
        return self._made[folder]


_free: list[str] = []
"""What tests have left, to be used again."""

_here: list[Databases] = []
"""Of the test that runs, if it is in PostgreSQL."""


def url(folder: Path, name: str = "bot.db", *, template: str = TABLES) -> str:
    """The address of the database that belongs to a folder, for the test that runs."""
    return _here[-1].url(folder, template) if _here else f"sqlite:///{folder / name}"


def somewhere(name: str = "somewhere", *, template: str = TABLES) -> str:
    """The address of one that is gone after the test, and if it can be is in memory alone."""
    return _here[-1].url(Path(name), template) if _here else "sqlite://"


def in_postgresql() -> bool:
    return bool(_here)


def kept(folder: Path) -> bytes:
    """All that can be read in the files of a folder; where there are none, in every row."""
    if not _here:
        return b"".join(file.read_bytes() for file in sorted(folder.iterdir()))
    engine = dialects.engine(url(folder))
    with engine.connect() as connection:
        tables = metadata.sorted_tables
        found = b"".join(_bytes(table, row) for table in tables for row in connection.execute(select(table)))
    engine.dispose()
    return found


def _bytes(table: Table, row: Row[Any]) -> bytes:
    return b" ".join(each if isinstance(each, bytes) else str(each).encode() for each in (table.name, *row))


@pytest.fixture(scope="session")
def _server() -> Iterator[postgres.Server]:
    if not postgres.is_there():
        pytest.skip(postgres.MISSING)
    with postgres.running() as server:
        server.make(TABLES)
        engine = dialects.engine(server.url(TABLES))
        with engine.begin() as connection:
            migrations.upgrade(connection)
        engine.dispose()
        yield server


@pytest.fixture
def postgresql(_server: postgres.Server) -> Iterator[postgres.Server]:
    """The test's databases are in PostgreSQL."""
    templates: dict[str, str] = {}

    def make(template: str) -> str:
        name = _free.pop() if _free and template == TABLES else _made(_server, template)
        templates[name] = template
        return _server.url(name)

    _here.append(Databases(make))
    yield _server
    _here.pop()
    for name, template in templates.items():
        if template == TABLES and _emptied(_server, name):
            _free.append(name)
        else:
            _server.drop(name)


def _made(server: postgres.Server, template: str) -> str:
    name = f"test_{next(_numbers)}"
    server.make(name, template)
    return name


def _emptied(server: postgres.Server, name: str) -> bool:
    """Makes it what it was when it was new: quicker than a new one. False if its tables are others by now."""
    with server.connected(name) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        if connection.execute("SELECT version_num FROM alembic_version").fetchall() != [(migrations.HEAD,)]:
            return False
        for table in reversed(metadata.sorted_tables):
            connection.execute(f"DELETE FROM {table.name}")
        for (sequence,) in connection.execute("SELECT sequencename FROM pg_sequences").fetchall():
            connection.execute("SELECT setval(%s, 1, false)", (sequence,))
    return True


@pytest.fixture(params=["sqlite", "postgresql"])
def each_database(request: pytest.FixtureRequest) -> str:
    """The test runs on both."""
    if request.param == "postgresql":
        request.getfixturevalue("postgresql")
    return str(request.param)
