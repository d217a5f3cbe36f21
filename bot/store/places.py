"""Where a person was shown something, and what the adapter needs to change it. What is shown is not known here.

One place of a person is in front: the conversation goes on there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, Select, and_, bindparam, select

from adapters import Anchor, Place
from bot.store.desk import Desk
from bot.store.schema import places

_PLACE, _ANCHOR = "place", "anchor"

_MINE = places.c.person_id == bindparam("person")
_NAMED = and_(_MINE, places.c.look_up == bindparam("name"))

_ALL = select(places)
_FRONT = _ALL.where(_MINE, places.c.front)
_AT = _ALL.where(_NAMED)
_ADD = places.insert().returning(places.c.id)
_CHANGE = places.update().where(places.c.id == bindparam("row"))
_GOES_ON = places.update().where(_NAMED).values(front=True)


@dataclass(frozen=True, slots=True)
class Spot:
    """A place as it was left. `shown` is the revision of the screen that stands at `anchor`."""

    id: int
    place: Place
    anchor: Anchor | None = field(repr=False)
    shown: int | None


def front(desk: Desk, person_id: int) -> Spot | None:
    """Where the conversation goes on; None before the first `goes_on`."""
    return _one(desk, _FRONT, person=person_id)


def name_anew(desk: Desk, after: Desk) -> None:
    """Gives all places the names by which `after` finds them, and seals them with its newest key."""
    rows = desk.connection.execute(_ALL)
    anew = [{"row": row.id, **_columns(after, row.person_id, _spot(desk, row).place)} for row in rows]
    if anew:
        desk.connection.execute(_CHANGE, anew)


def at(desk: Desk, person_id: int, place: Place) -> Spot | None:
    return _one(desk, _AT, **_named(desk, person_id, place))


def remembered(desk: Desk, person_id: int, place: Place, anchor: Anchor) -> None:
    """Keeps what was shown at a place where no conversation goes on, such as a card."""
    spot = at(desk, person_id, place)
    spot_id = spot.id if spot else _add(desk, person_id, place, front=False)
    anchored(desk, spot_id, anchor, 0)


def goes_on(desk: Desk, person_id: int, place: Place) -> Spot | None:
    """Puts a place in front. Returns the one that stood there before, if it was another: its buttons should go."""
    before = front(desk, person_id)
    if before and before.place == place:
        return None
    if before:
        desk.connection.execute(_CHANGE, {"row": before.id, "front": False})
    if not desk.connection.execute(_GOES_ON, _named(desk, person_id, place)).rowcount:
        _add(desk, person_id, place, front=True)
    return before


def anchored(desk: Desk, spot_id: int, anchor: Anchor | None, revision: int) -> None:
    """Remembers what is shown there now."""
    sealed = None if anchor is None else desk.seal(_ANCHOR, spot_id, anchor)
    desk.connection.execute(_CHANGE, {"row": spot_id, "anchor": sealed, "shown": revision})


def _add(desk: Desk, person_id: int, place: Place, *, front: bool) -> int:
    row = {**_columns(desk, person_id, place), "person_id": person_id, "front": front}
    id: int = desk.connection.execute(_ADD, row).scalar_one()
    return id


def _columns(desk: Desk, person_id: int, place: Place) -> dict[str, Any]:
    look_up = _look_up(desk, place)
    sealed = desk.seal(_PLACE, f"{person_id} {look_up}", place.id)
    return {"look_up": look_up, "kind": place.kind, "sealed": sealed}


def _look_up(desk: Desk, place: Place) -> str:
    return desk.look_up("place", place.kind, place.id)


def _named(desk: Desk, person_id: int, place: Place) -> dict[str, Any]:
    return {"person": person_id, "name": _look_up(desk, place)}


def _one(desk: Desk, statement: Select[Any], **named: Any) -> Spot | None:
    row = desk.connection.execute(statement, named).first()
    return _spot(desk, row) if row else None


def _spot(desk: Desk, row: Row[Any]) -> Spot:
    id = desk.unseal(_PLACE, f"{row.person_id} {row.look_up}", row.sealed)
    anchor = desk.unseal(_ANCHOR, row.id, row.anchor) if row.anchor else None
    return Spot(row.id, Place(row.kind, id), anchor, row.shown)
