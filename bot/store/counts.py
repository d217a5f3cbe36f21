"""How much is where: what came in, what is owed, what became of writes. Numbers only; nobody can be told from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from bot.store.desk import Desk
from bot.store.schema import inbox, owed, writes


@dataclass(frozen=True, slots=True)
class Counts:
    """By state or kind; of what is owed, what is due. `overdue` are the seconds for which the oldest has been."""

    inbox: Mapping[str, int]
    owed: Mapping[str, int]
    writes: Mapping[str, int]
    overdue: float


def counts(desk: Desk, now: datetime) -> Counts:
    oldest = desk.connection.execute(select(owed.c.due_at).order_by(owed.c.due_at).limit(1)).scalar()
    return Counts(
        inbox=_by(desk, inbox.c.state),
        owed=_by(desk, owed.c.kind, owed.c.due_at <= now),
        writes=_by(desk, writes.c.state),
        overdue=max(0.0, (now - oldest).total_seconds()) if oldest else 0.0,
    )


def _by(desk: Desk, column: ColumnElement[str], *where: ColumnElement[bool]) -> dict[str, int]:
    rows = desk.connection.execute(select(column, func.count()).where(*where).group_by(column))
    return {str(name): number for name, number in rows}
