"""The little that an adapter keeps of its own from one run to the next, sealed. What it means is not known here."""

from __future__ import annotations

from sqlalchemy import bindparam, select

from adapters import Json
from bot.store import codec
from bot.store.desk import Desk
from bot.store.dialects import insert_or_change
from bot.store.schema import meta

_PURPOSE = "note"

_NAMED = meta.c.name == bindparam("its")

_NOTE = insert_or_change(meta, "name")
_NOTED = select(meta.c.sealed).where(_NAMED)
_FORGET = meta.delete().where(_NAMED)
_NAMES = select(meta.c.name).where(meta.c.name.startswith(f"{_PURPOSE} "))


def note(desk: Desk, platform: str, name: str, value: Json) -> None:
    """Takes the place of what was noted under this name; an empty value takes it away."""
    row = _row(platform, name)
    if value:
        desk.connection.execute(_NOTE, {"name": row, "sealed": desk.vault.seal(_PURPOSE, row, codec.pack(value))})
    else:
        desk.connection.execute(_FORGET, {"its": row})


def noted(desk: Desk, platform: str, name: str) -> Json:
    """Empty if there is nothing."""
    row = _row(platform, name)
    sealed = desk.connection.execute(_NOTED, {"its": row}).scalar()
    found: Json = codec.unpack(desk.vault.unseal(_PURPOSE, row, sealed)) if sealed else {}
    return found


def forget(desk: Desk, platform: str, user: str) -> None:
    """Takes away what is noted under the name that a platform has for somebody."""
    for row in _rows(desk):
        _, its, name = row.split(" ", 2)
        value = noted(desk, platform, name) if its == platform else {}
        if user in value:
            note(desk, platform, name, {each: kept for each, kept in value.items() if each != user})


def seal_anew(desk: Desk) -> None:
    """With the newest secret key."""
    for row in _rows(desk):
        sealed = desk.connection.execute(_NOTED, {"its": row}).scalar_one()
        desk.connection.execute(_NOTE, {"name": row, "sealed": desk.vault.anew(sealed)})


def _rows(desk: Desk) -> list[str]:
    return list(desk.connection.execute(_NAMES).scalars())


def _row(platform: str, name: str) -> str:
    return f"{_PURPOSE} {platform} {name}"
