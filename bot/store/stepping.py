"""Taking the tables to a step, forward or back, by an operator's word. What the steps do is the migrations' matter."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Connection

from bot.store import migrations
from bot.store.lock import alone
from bot.store.store import changing, reached


@dataclass(frozen=True, slots=True)
class Taken:
    """From which step, empty if there were no tables, to which."""

    before: str
    after: str


def take(database: str, step: str = migrations.HEAD) -> Taken:
    """All of it or nothing. Forward while programs run that can use what comes of it; else only while none does.

    Back, what was added is lost. Raises CannotOpen, and ValueError for a step that this version does not know.
    """
    to = migrations.named(step)
    engine = reached(database)
    try:
        return changing(engine, partial(_take, database=database, to=to))
    finally:
        engine.dispose()


def _take(connection: Connection, *, database: str, to: str) -> Taken:
    migrations.check(connection)
    before = migrations.current(connection) or ""
    if migrations.is_newer(connection):
        if to != migrations.HEAD:
            raise migrations.NewerSchema(before)
        return Taken(before, before)
    back = before > to
    with alone(database) if back or migrations.shuts_out(connection, to) else nullcontext():
        (migrations.downgrade if back else migrations.upgrade)(connection, to)
    return Taken(before, to)
