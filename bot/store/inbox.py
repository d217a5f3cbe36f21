"""What platforms delivered, on disk before they are told that it arrived. What it says is not looked at here.

A row is new until it was handled (done) or can't be (set aside). The payload goes with the handling; the key stays for
a while, since a platform may deliver twice. Platforms choose their own keys, so these are kept as look-ups.

What the same person sent is handled in the order of its rows, by whichever program: none is done before the last one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, and_, bindparam, exists, select

from adapters import Json, Who
from bot.store import codec
from bot.store.desk import Desk
from bot.store.dialects import insert_unless_there
from bot.store.schema import inbox
from bot.store.vault import Sealed

_PAYLOAD, _ERROR = "inbox payload", "inbox error"


class _State(StrEnum):
    NEW = "new"
    DONE = "done"
    ASIDE = "aside"


_IS_NEW = and_(inbox.c.id == bindparam("row"), inbox.c.state == _State.NEW)
_IS_OLD = and_(inbox.c.state != _State.NEW, inbox.c.received_at < bindparam("before"))

_former = inbox.alias("former")
_IS_BEFORE = and_(_former.c.whose == inbox.c.whose, _former.c.id < inbox.c.id, _former.c.state == _State.NEW)

_ADD = insert_unless_there(inbox).returning(inbox.c.id)
_LOAD = select(inbox).where(_IS_NEW)
_IN_STATE = select(inbox).where(inbox.c.state == bindparam("state")).order_by(inbox.c.id)
_BEFORE = select(_former).join(inbox, _IS_BEFORE).where(inbox.c.id == bindparam("row")).order_by(_former.c.id)
_CHANGE = inbox.update().where(_IS_NEW)
_IN_TURN = _CHANGE.where(~exists().where(_IS_BEFORE))
_FORGET_ASIDE = inbox.delete().where(inbox.c.state == _State.ASIDE, inbox.c.platform == bindparam("platform"))
_PRUNE = inbox.delete().where(inbox.c.id.in_(select(inbox.c.id).where(_IS_OLD).limit(bindparam("at_most"))))


@dataclass(frozen=True, slots=True)
class Delivery:
    """`error` says why it was set aside."""

    id: int
    platform: str
    payload: Json = field(repr=False)
    received_at: datetime
    error: str = field(default="", repr=False)


def receive(desk: Desk, platform: str, key: str, payload: Json, at: datetime, whose: Who | None = None) -> int | None:
    """The row's id; None for a repetition. What is nobody's has no order."""
    hashed = desk.delivery("inbox", platform, key)
    sealed = desk.vault.seal(_PAYLOAD, hashed, codec.pack(payload))
    row = {
        "key": hashed,
        "platform": platform,
        "received_at": at,
        "state": _State.NEW,
        "sealed": sealed,
        "node": desk.node,
        "whose": whose and desk.delivery("whose", whose.platform, whose.workspace, whose.user),
    }
    return desk.connection.execute(_ADD, row).scalar()


def load(desk: Desk, id: int) -> Delivery | None:
    """A delivery that is still to be handled."""
    row = desk.connection.execute(_LOAD, {"row": id}).first()
    return _delivery(desk, row) if row else None


def new(desk: Desk) -> list[Delivery]:
    """All that is still to be handled, as it came. What no key opens is set aside, lest it stop the rest."""
    return _new(desk, _rows(desk, _State.NEW))


def before(desk: Desk, id: int) -> list[Delivery]:
    """What the same person sent before and is still to be handled, as it came."""
    return _new(desk, desk.connection.execute(_BEFORE, {"row": id}).all())


def _new(desk: Desk, rows: Sequence[Row[Any]]) -> list[Delivery]:
    opened = []
    for row in rows:
        try:
            opened.append(_delivery(desk, row))
        except Sealed as error:
            set_aside(desk, row.id, str(error))
    return opened


def left(desk: Desk) -> list[Delivery]:
    """What a program that is no more has received and not handled, as it came. From now on it is this one's."""
    taken = inbox.update().where(inbox.c.state == _State.NEW, desk.left(inbox.c.node)).values(node=desk.node)
    rows = desk.connection.execute(taken.returning(*inbox.c)).all()
    return _new(desk, sorted(rows, key=lambda row: row.id))


def aside(desk: Desk) -> list[Delivery]:
    """What was set aside, as it came; without what no key opens."""
    opened = []
    for row in _rows(desk, _State.ASIDE):
        try:
            opened.append(_delivery(desk, row))
        except Sealed:
            continue
    return opened


def done(desk: Desk, id: int) -> bool:
    """Erases the payload. False if it was not new any more, or what the same person sent before still is.

    Where others may do the same at the same time, the person must be held.
    """
    done = {"row": id, "state": _State.DONE, "sealed": None, "whose": None}
    return desk.connection.execute(_IN_TURN, done).rowcount == 1


def set_aside(desk: Desk, id: int, error: str) -> bool:
    """Keeps the payload, to be looked at. False if it was not new any more."""
    aside = {"row": id, "state": _State.ASIDE, "error": desk.seal(_ERROR, id, error), "whose": None}
    return desk.connection.execute(_CHANGE, aside).rowcount == 1


def forget_aside(desk: Desk, platform: str) -> int:
    """Erases what was set aside: it could not be handled, so that nobody knows whose it was. How many."""
    return desk.connection.execute(_FORGET_ASIDE, {"platform": platform}).rowcount


def prune(desk: Desk, before: datetime, at_most: int = 10_000) -> int:
    """Forgets what was received before and is no longer new. How many."""
    return desk.connection.execute(_PRUNE, {"before": before, "at_most": at_most}).rowcount


def _rows(desk: Desk, state: _State) -> Sequence[Row[Any]]:
    return desk.connection.execute(_IN_STATE, {"state": state}).all()


def _delivery(desk: Desk, row: Row[Any]) -> Delivery:
    return Delivery(
        id=row.id,
        platform=row.platform,
        payload=codec.unpack(desk.vault.unseal(_PAYLOAD, row.key, row.sealed)),
        received_at=row.received_at,
        error=desk.unseal(_ERROR, row.id, row.error) if row.error else "",
    )
