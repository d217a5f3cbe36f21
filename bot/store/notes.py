"""The little that an adapter keeps of its own from one run to the next, sealed. What it means is not known here."""

from __future__ import annotations

from sqlalchemy import bindparam, select

from adapters import Json
from bot.store import codec
from bot.store.desk import Desk
from bot.store.dialects import insert_or_change, insert_unless_there
from bot.store.schema import meta

_PURPOSE = "note"

_NAMED = meta.c.name == bindparam("its")

_NOTE = insert_or_change(meta, "name")
_NOTED = select(meta.c.sealed).where(_NAMED)
_HELD = _NOTED.with_for_update(key_share=True)
_BEGIN = insert_unless_there(meta)
_FORGET = meta.delete().where(_NAMED)
_NAMES = select(meta.c.name).where(meta.c.name.startswith(f"{_PURPOSE} "))


def note(desk: Desk, platform: str, name: str, changes: Json) -> None:
    """Changes entries of what is noted under this name; None takes one away. All others stay as they are by now.

    Whoever notes may not know what was erased meanwhile, or noted by another node.
    """
    row = _row(platform, name)
    desk.connection.execute(_BEGIN, {"name": row, "sealed": b""})  # so that there is something to hold
    sealed = desk.connection.execute(_HELD, {"its": row}).scalar()
    value = {each: kept for each, kept in {**_opened(desk, row, sealed), **changes}.items() if kept is not None}
    if value:
        desk.connection.execute(_NOTE, {"name": row, "sealed": desk.vault.seal(_PURPOSE, row, codec.pack(value))})
    else:
        desk.connection.execute(_FORGET, {"its": row})


def noted(desk: Desk, platform: str, name: str) -> Json:
    """Empty if there is nothing."""
    row = _row(platform, name)
    return _opened(desk, row, desk.connection.execute(_NOTED, {"its": row}).scalar())


def _opened(desk: Desk, row: str, sealed: bytes | None) -> Json:
    found: Json = codec.unpack(desk.vault.unseal(_PURPOSE, row, sealed)) if sealed else {}
    return found


def forget(desk: Desk, platform: str, user: str) -> None:
    """Takes away what is noted under the name that a platform has for somebody, be it one word of several."""
    for row in _rows(desk):
        _, its, name = row.split(" ", 2)
        value = noted(desk, platform, name) if its == platform else {}
        if theirs := [each for each in value if user in each.split()]:
            note(desk, platform, name, dict.fromkeys(theirs))


def seal_anew(desk: Desk) -> None:
    """With the newest secret key."""
    for row in _rows(desk):
        sealed = desk.connection.execute(_NOTED, {"its": row}).scalar_one()
        desk.connection.execute(_NOTE, {"name": row, "sealed": desk.vault.anew(sealed)})


def _rows(desk: Desk) -> list[str]:
    return list(desk.connection.execute(_NAMES).scalars())


def _row(platform: str, name: str) -> str:
    return f"{_PURPOSE} {platform} {name}"
