"""What must still be done for somebody, until it is done: a call, a screen, a card. Nothing is done here.

Whoever does it claims it for a while, and ends it by the number of the claim: if the lease lapsed and another took it
over, or it became due again meanwhile, the number has changed and the end does not count.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, RowMapping, and_, case, func, or_, select

from bot.store.desk import Desk
from bot.store.schema import Instant, owed


class Kind(StrEnum):
    CALL = "call"
    SHOW = "show"
    CARD = "card"
    PAGE = "page"
    TURN = "turn"
    ERASE = "erase"
    ACCOUNT = "account"
    FILE = "file"
    ALERT = "alert"


DRAWN = frozenset({Kind.SHOW, Kind.CARD, Kind.PAGE, Kind.ACCOUNT})
"""What shows the state of things. Owed again while it is being done, it may show the state before: it is due again."""


@dataclass(frozen=True, slots=True)
class Claim:
    """`ref` is a session's revision, an appointment's id or a message. `attempts` counts this one too."""

    id: int
    person_id: int
    kind: Kind
    ref: str
    number: int
    attempts: int
    due_at: datetime


def owe(desk: Desk, person_id: int, kind: Kind, ref: str, due_at: datetime) -> None:
    """Owed twice is owed once, unless it is drawn (see DRAWN)."""
    named = {"person_id": person_id, "kind": kind, "ref": ref}
    if desk.insert(owed, **named, due_at=due_at, number=0, attempts=0) or kind not in DRAWN:
        return
    claimed = and_(*(owed.c[name] == value for name, value in named.items()), owed.c.leased_until.is_not(None))
    again = {"number": owed.c.number + 1, "leased_until": None, "due_at": due_at, "attempts": 0}
    desk.connection.execute(owed.update().where(claimed).values(again))


def taken(desk: Desk, person_id: int, kind: Kind, ref: str, now: datetime, lease: timedelta) -> Claim:
    """Owes something and claims it at once, whoever held it before: what is to be done is newer than what they knew."""
    named = {"person_id": person_id, "kind": kind, "ref": ref}
    claimed = {"due_at": now, "leased_until": now + lease, "attempts": 1}
    desk.put(owed, named, {**claimed, "number": 1}, {**claimed, "number": owed.c.number + 1})
    mine = select(owed.c.id, owed.c.number).where(*(owed.c[name] == value for name, value in named.items()))
    id, number = desk.connection.execute(mine).one()
    return Claim(id, person_id, kind, ref, number, 1, now)


def release(desk: Desk) -> None:
    """Ends all claims: whoever held them is dead. Only for a database that no other process can have open."""
    desk.connection.execute(owed.update().values(number=owed.c.number + 1, leased_until=None))


def claim(
    desk: Desk, now: datetime, lease: timedelta, *, person_id: int | None = None, kind: Kind | None = None
) -> Claim | None:
    """The one that is due longest, for `lease`."""
    return next(_claims(desk, now, lease, person_id, kind, limit=1), None)


def claim_all(
    desk: Desk, now: datetime, lease: timedelta, *, person_id: int | None = None, kind: Kind | None = None
) -> list[Claim]:
    """All that is due, the longest due first."""
    return list(_claims(desk, now, lease, person_id, kind))


def ended(desk: Desk, claim: Claim) -> bool:
    """It is done. False if the claim does not count any more."""
    return desk.connection.execute(owed.delete().where(_holds(claim))).rowcount == 1


def again(desk: Desk, claim: Claim, due_at: datetime) -> bool:
    """It was not done: later. False if the claim does not count any more."""
    later = {"number": claim.number + 1, "leased_until": None, "due_at": due_at}
    return desk.connection.execute(owed.update().where(_holds(claim)).values(later)).rowcount == 1


def forget(desk: Desk, person_id: int, kind: Kind, ref: str | None = None) -> int:
    """Nothing of this kind is owed any more, claimed or not. How many were."""
    which = [owed.c.person_id == person_id, owed.c.kind == kind]
    if ref is not None:
        which.append(owed.c.ref == ref)
    return desk.connection.execute(owed.delete().where(and_(*which))).rowcount


def persons(desk: Desk, kind: Kind) -> set[int]:
    """To whom something of this kind is owed."""
    return set(desk.connection.execute(select(owed.c.person_id).where(owed.c.kind == kind)).scalars())


def next_at(desk: Desk) -> datetime | None:
    """When there will be something to claim; in the past if there is something already."""
    leased = and_(owed.c.leased_until.is_not(None), owed.c.leased_until > owed.c.due_at)
    free_at = case((leased, owed.c.leased_until), else_=owed.c.due_at)
    return desk.connection.execute(select(func.min(free_at, type_=Instant()))).scalar()


def _holds(claim: Claim) -> ColumnElement[bool]:
    return and_(owed.c.id == claim.id, owed.c.number == claim.number)


def _claims(
    desk: Desk, now: datetime, lease: timedelta, person_id: int | None, kind: Kind | None, limit: int | None = None
) -> Iterator[Claim]:
    due = [owed.c.due_at <= now, or_(owed.c.leased_until.is_(None), owed.c.leased_until <= now)]
    if person_id is not None:
        due.append(owed.c.person_id == person_id)
    if kind is not None:
        due.append(owed.c.kind == kind)
    rows = select(owed).where(*due).order_by(owed.c.due_at, owed.c.id).limit(limit)
    for row in desk.connection.execute(rows.with_for_update(skip_locked=True)).mappings().all():
        yield _claimed(desk, row, now + lease)


def _claimed(desk: Desk, row: RowMapping, until: datetime) -> Claim:
    number, attempts = row["number"] + 1, row["attempts"] + 1
    claimed = {"number": number, "attempts": attempts, "leased_until": until}
    desk.connection.execute(owed.update().where(owed.c.id == row["id"]).values(claimed))
    return Claim(row["id"], row["person_id"], Kind(row["kind"]), row["ref"], number, attempts, row["due_at"])
