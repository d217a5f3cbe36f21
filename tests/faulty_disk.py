"""A disk that refuses: the n-th thing that is written, or everything for a while. No expectation lives here."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, event

FULL = "database or disk is full"


@dataclass
class Disk:
    """`at` is the number of the write that fails, counted from when it was set."""

    at: int = 0
    written: int = 0
    connections: list[sqlite3.Connection] = field(default_factory=list)

    def writes(self, what: str) -> None:
        if what.lstrip().upper().startswith(("PRAGMA", "SELECT")):
            return
        self.written += 1
        if self.written == self.at:
            raise sqlite3.OperationalError(FULL)

    def is_told(self, pragma: str) -> None:
        """To SQLite itself."""
        for connection in self.connections:
            connection.execute(f"PRAGMA {pragma}").close()

    def set(self, at: int) -> None:
        self.at, self.written = at, 0


@contextmanager
def faulty_disk() -> Iterator[Disk]:
    """Every database that is opened from now on stands on it."""
    disk = Disk()

    class Cursor(sqlite3.Cursor):
        def execute(self, sql: str, *parameters: Any) -> Any:
            disk.writes(sql)
            return super().execute(sql, *parameters)

    class Connection(sqlite3.Connection):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            disk.connections.append(self)

        def cursor(self, *_: Any) -> Any:
            return super().cursor(Cursor)

        def commit(self) -> None:
            disk.writes("COMMIT")
            super().commit()

    def connecting(_dialect: Any, _record: Any, _arguments: Any, options: dict[str, Any]) -> None:
        options["factory"] = Connection

    event.listen(Engine, "do_connect", connecting)
    try:
        yield disk
    finally:
        event.remove(Engine, "do_connect", connecting)
