"""How quickly something may be done by all programs together, and who was told to wait: a row for each, by its name.

What a name stands for is not known here. A row says until when all is taken, by the database's clock; one whose time is
over says as much as none. Where the clock was set back, a row holds for no longer than it was to.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, bindparam, func, select

from bot.store.desk import Desk
from bot.store.dialects import greatest, insert_or_change, least, now
from bot.store.schema import paces

SECOND = 1_000_000
"""In microseconds."""

OVER = 60 * SECOND
"""How long rows are left that say nothing any more: one that is often asked for is not made anew each time."""

AT_ONCE = 200
"""Rows that one clean-up takes away at most."""


def _number(name: str) -> ColumnElement[int]:
    return bindparam(name, type_=paces.c.until.type)


_UNTIL = least(paces.c.until, now() + paces.c.until - paces.c.at)
"""Until when all is taken: from `at` on for no longer than it was to be."""

_TAKEN = greatest(_UNTIL, now() + _number("ahead")) + _number("apart")

_HERE = {"at": now(), "name": bindparam("its"), "whole": bindparam("of")}

_TAKE = (
    insert_or_change(
        paces,
        "name",
        where=_TAKEN - _number("first") - now() <= _number("within"),
        until=_TAKEN,
        at=now(),
    )
    .values(until=now() + _number("ahead") + _number("apart"), **_HERE)
    .returning(paces.c.until, paces.c.at)
)
_LOOK = select(_UNTIL, now()).where(paces.c.name == bindparam("its"))
_HOLD = insert_or_change(paces, "name", until=greatest(_UNTIL, now() + _number("long")), at=now()).values(
    until=now() + _number("long"), **_HERE
)
_HELD = select(func.max(_UNTIL - now())).where(paces.c.name.in_(bindparam("names", expanding=True)))
_OTHERS = select(func.count()).where(
    paces.c.whole == bindparam("of"), paces.c.name.not_in(bindparam("names", expanding=True)), now() < _UNTIL
)
_OLD = select(paces.c.name).where(paces.c.until < now() - OVER).limit(AT_ONCE)
_PRUNE = paces.delete().where(and_(paces.c.name.in_(_OLD), paces.c.until < now() - OVER))


@dataclass(frozen=True, slots=True)
class Pace:
    """So many `at_once`, and from then on one each time that so many seconds have gone."""

    apart: float
    at_once: int = 1


@dataclass(frozen=True, slots=True)
class Found:
    """When the next is, and what the time is: in seconds by the database's clock. Not `taken`, it is too far away."""

    at: float
    now: float
    taken: bool

    @property
    def wait(self) -> float:
        return self.at - self.now


def take(desk: Desk, name: str, pace: Pace, *, within: float, ahead: float = 0.0) -> Found:
    """Takes the next, at least so many seconds `ahead`, if it is `within` so many."""
    first = _long(pace.apart * pace.at_once)
    named = {"its": name, "of": "", "apart": _long(pace.apart), "first": first}
    taken = desk.connection.execute(_TAKE, {**named, "ahead": _long(ahead), "within": _long(within)}).first()
    if taken:
        return _found(taken.until - first, taken.at, taken=True)
    until, at = desk.connection.execute(_LOOK, {"its": name}).one()
    return _found(until + _long(pace.apart) - first, at, taken=False)


def hold(desk: Desk, name: str, seconds: float, *, whole: str = "") -> None:
    """Nobody takes it for so long. Held for longer already, it stays so. `whole` is what it is a part of."""
    desk.connection.execute(_HOLD, {"its": name, "of": whole, "long": _long(seconds)})


def held(desk: Desk, *names: str) -> float:
    """Seconds until the last of them is free; 0 if none is held."""
    longest: int | None = desk.connection.execute(_HELD, {"names": names}).scalar()
    return max(0, longest or 0) / SECOND


def others(desk: Desk, whole: str, *names: str) -> bool:
    """Whether anything else of a whole is held."""
    return bool(desk.connection.execute(_OTHERS, {"of": whole, "names": names}).scalar())


def prune(desk: Desk) -> int:
    """Takes rows away that say nothing any more. How many."""
    return desk.connection.execute(_PRUNE).rowcount


def _found(at: int, now: int, *, taken: bool) -> Found:
    return Found(max(at, now) / SECOND, now / SECOND, taken)


def _long(seconds: float) -> int:
    return round(seconds * SECOND)
