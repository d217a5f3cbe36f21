"""What must still be done for somebody, until it is done: a call, a screen, a card. Nothing is done here.

Whoever does it claims it for a while, and ends it by the number of the claim: if the lease lapsed and another took it
over, or it became due again meanwhile, the number has changed and the end does not count.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Boolean, Row, and_, bindparam, case, func, or_, select

from bot.store.desk import Desk
from bot.store.dialects import insert_or_change, insert_unless_there
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

_MINE = owed.c.person_id == bindparam("person")
_HELD = and_(owed.c.id == bindparam("row"), owed.c.number == bindparam("held"))
_LAPSED = or_(owed.c.leased_until.is_(None), owed.c.leased_until <= bindparam("now"))
_LEASED_BEYOND = and_(owed.c.leased_until.is_not(None), owed.c.leased_until > owed.c.due_at)
_FREE_AT = case((_LEASED_BEYOND, owed.c.leased_until), else_=owed.c.due_at)

_OWE = insert_unless_there(owed)
_RELEASE = owed.update().values(number=owed.c.number + 1, leased_until=None)
_IN_HAND = and_(
    _MINE, owed.c.kind == bindparam("its_kind"), owed.c.ref == bindparam("its_ref"), owed.c.leased_until.is_not(None)
)
_OWE_AGAIN = _RELEASE.where(_IN_HAND).values(below=or_(owed.c.below, bindparam("made", type_=Boolean())))
_HOLDER = select(owed.c.node).where(_IN_HAND)
_TAKE = insert_or_change(owed, "person_id", "kind", "ref", number=owed.c.number + 1, below=owed.c.below).returning(
    owed.c.id, owed.c.number, owed.c.below
)
_DUE = select(owed).where(owed.c.due_at <= bindparam("now"), _LAPSED).order_by(owed.c.due_at, owed.c.id)
_CLAIM = owed.update().where(owed.c.id == bindparam("row"))
_HOLDS = select(owed.c.id).where(_HELD)
_STANDS = owed.update().where(owed.c.id == bindparam("row")).values(below=False)
_END = owed.delete().where(_HELD)
_CHANGE = owed.update().where(_HELD)
_FORGET_ALL = owed.delete().where(_MINE, owed.c.kind == bindparam("kind"))
_FORGET = _FORGET_ALL.where(owed.c.ref == bindparam("ref"))
_UNSURE = select(owed.c.person_id).where(owed.c.kind == Kind.SHOW)
_NEXT = select(func.min(_FREE_AT, type_=Instant()))


@dataclass(frozen=True, slots=True)
class Claim:
    """`ref` is a session's revision, an appointment's id or a message. `attempts` counts this one too.

    `below`: whoever had it before may have made a new message, and nobody knows where that stands.
    """

    id: int
    person_id: int
    kind: Kind
    ref: str
    number: int
    attempts: int
    due_at: datetime
    below: bool = False


def owe(desk: Desk, person_id: int, kind: Kind, ref: str, due_at: datetime, *, below: bool = False) -> None:
    """Owed twice is owed once, unless it is drawn (see DRAWN)."""
    due = {"due_at": due_at, "attempts": 0}
    row = {"person_id": person_id, "kind": kind, "ref": ref, "number": 0, "below": below, **due}
    if desk.connection.execute(_OWE, row).rowcount == 1 or kind not in DRAWN:
        return
    desk.connection.execute(_OWE_AGAIN, {"person": person_id, "its_kind": kind, "its_ref": ref, "made": below, **due})


def taken(desk: Desk, person_id: int, kind: Kind, ref: str, now: datetime, lease: timedelta) -> Claim:
    """Owes something and claims it at once, whoever held it before: what is to be done is newer than what they knew."""
    claimed = {"due_at": now, "number": 1, "leased_until": now + lease, "attempts": 1, "node": desk.node}
    row = {"below": False, "person_id": person_id, "kind": kind, "ref": ref, **claimed}
    id, number, below = desk.connection.execute(_TAKE, row).one()
    return Claim(id, person_id, kind, ref, number, 1, now, bool(below))


def release(desk: Desk) -> set[int]:
    """Ends the claims of programs that are no more. To whom something may have been shown, and nobody knows where."""
    left = desk.left(owed.c.node)
    shown = _UNSURE.where(or_(owed.c.leased_until.is_(None), left))
    unsure = set(desk.connection.execute(shown).scalars())
    desk.connection.execute(_RELEASE.where(owed.c.leased_until.is_not(None), left))
    return unsure


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
    return desk.connection.execute(_END, {"row": claim.id, "held": claim.number}).rowcount == 1


def goes_below(desk: Desk, claim: Claim) -> None:
    """A new message is about to be made: whoever comes next, if nobody says where it stands, must know."""
    desk.connection.execute(_CHANGE, {"row": claim.id, "held": claim.number, "below": True})


def stands(desk: Desk, claim: Claim) -> None:
    """It is on disk where the message stands, though something newer is owed by now."""
    desk.connection.execute(_STANDS, {"row": claim.id})


def holder(desk: Desk, claim: Claim) -> int | None:
    """The program that has in hand what was claimed; None if nobody has, or it is owed no more."""
    owes = {"person": claim.person_id, "its_kind": claim.kind, "its_ref": claim.ref}
    return desk.connection.execute(_HOLDER, owes).scalar()


def again(desk: Desk, claim: Claim, due_at: datetime) -> bool:
    """It was not done: later. False if the claim does not count any more."""
    later = {"number": claim.number + 1, "leased_until": None, "due_at": due_at}
    return desk.connection.execute(_CHANGE, {"row": claim.id, "held": claim.number, **later}).rowcount == 1


def forget(desk: Desk, person_id: int, kind: Kind, ref: str | None = None) -> int:
    """Nothing of this kind is owed any more, claimed or not. How many were."""
    of_kind = {"person": person_id, "kind": kind}
    if ref is None:
        return desk.connection.execute(_FORGET_ALL, of_kind).rowcount
    return desk.connection.execute(_FORGET, {**of_kind, "ref": ref}).rowcount


def holds(desk: Desk, claim: Claim) -> bool:
    """Whether the claim counts: nobody has done it, and nobody has taken it over."""
    return desk.connection.execute(_HOLDS, {"row": claim.id, "held": claim.number}).first() is not None


def next_at(desk: Desk) -> datetime | None:
    """When there will be something to claim; in the past if there is something already."""
    return desk.connection.execute(_NEXT).scalar()


def _claims(
    desk: Desk, now: datetime, lease: timedelta, person_id: int | None, kind: Kind | None, limit: int | None = None
) -> Iterator[Claim]:
    due = _DUE.limit(limit).with_for_update(skip_locked=True)
    if person_id is not None:
        due = due.where(owed.c.person_id == person_id)
    if kind is not None:
        due = due.where(owed.c.kind == kind)
    for row in desk.connection.execute(due, {"now": now}).all():
        yield _claimed(desk, row, now + lease)


def _claimed(desk: Desk, row: Row[Any], until: datetime) -> Claim:
    number, attempts = row.number + 1, row.attempts + 1
    claimed = {"number": number, "attempts": attempts, "leased_until": until, "node": desk.node}
    desk.connection.execute(_CLAIM, {"row": row.id, **claimed})
    return Claim(row.id, row.person_id, Kind(row.kind), row.ref, number, attempts, row.due_at, bool(row.below))
