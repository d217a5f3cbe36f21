"""How much is where: what came in, what is owed, what became of writes. Numbers only; nobody can be told from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, func, select

from bot.store.desk import Desk
from bot.store.schema import Instant, inbox, owed, writes

_OLDEST = select(func.min(owed.c.due_at, type_=Instant()))
_RECEIVED = select(inbox.c.state, func.count()).group_by(inbox.c.state)
_OWED = select(owed.c.kind, func.count()).where(owed.c.due_at <= bindparam("now")).group_by(owed.c.kind)
_WRITES = select(writes.c.state, func.count()).group_by(writes.c.state)


@dataclass(frozen=True, slots=True)
class Counts:
    """By state or kind; of what is owed, what is due. `overdue` are the seconds for which the oldest has been."""

    inbox: Mapping[str, int]
    owed: Mapping[str, int]
    writes: Mapping[str, int]
    overdue: float


def counts(desk: Desk, now: datetime) -> Counts:
    oldest = desk.connection.execute(_OLDEST).scalar()
    return Counts(
        inbox=_by(desk, _RECEIVED),
        owed=_by(desk, _OWED, now=now),
        writes=_by(desk, _WRITES),
        overdue=max(0.0, (now - oldest).total_seconds()) if oldest else 0.0,
    )


def _by(desk: Desk, statement: Select[Any], **named: Any) -> dict[str, int]:
    return {str(name): number for name, number in desk.connection.execute(statement, named)}
