"""Sealing all anew with the newest secret key, a few rows at a time. Where the keys are kept is not known here.

It can be killed at any moment and begun again. Until its end both keys are needed, and the store opens with both alone:
the names of people are sealed first, those of deliveries last, and every opening asks for the keys of both.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from sqlalchemy import LargeBinary, Row, Table, and_, select, tuple_

from bot.store import notes, pepper, persons, places
from bot.store.desk import Desk
from bot.store.schema import meta, metadata
from bot.store.store import Store

TOGETHER = 200
"""How many rows are sealed anew in a transaction."""


async def rotate(store: Store) -> bool:
    """Seals everything with the newest key. False if it was so already. The store has to be opened again after it."""
    if await store.transact("looked", lambda desk: pepper.all_renewed(desk.connection, desk.vault)):
        return False
    await store.transact("people named anew", _people)
    for table in metadata.sorted_tables:
        if table is not meta:
            await _table(store, table)
    await store.transact("sealed anew", notes.seal_anew)
    await store.transact("rotated", lambda desk: pepper.renew(desk.connection, desk.vault))
    return True


def _people(desk: Desk) -> None:
    """Whoever had the former keys can tell people by their names; all get others, at once, since half would be lost."""
    if pepper.people_renewed(desk.connection, desk.vault):
        return
    after = replace(desk, pepper=pepper.new_people(desk.connection, desk.vault, desk.pepper))
    persons.name_anew(desk, after)
    places.name_anew(desk, after)


async def _table(store: Store, table: Table) -> None:
    last: tuple[Any, ...] | None = None
    while True:
        last = await store.transact("sealed anew", partial(_some, table=table, last=last))
        if last is None:
            return


def _some(desk: Desk, *, table: Table, last: tuple[Any, ...] | None) -> tuple[Any, ...] | None:
    """Seals the rows after `last` anew that are not yet. The key of the last one; None if there was none any more."""
    key = tuple(table.primary_key.columns)
    sealed = tuple(each for each in table.columns if isinstance(each.type, LargeBinary))
    rows = select(*key, *sealed).order_by(*key).limit(TOGETHER)
    if last is not None:
        rows = rows.where(tuple_(*key) > last)
    found = desk.connection.execute(rows).all() if sealed else []
    for row in found:
        _row(desk, table, row, len(key))
    return tuple(found[-1][: len(key)]) if found else None


def _row(desk: Desk, table: Table, row: Row[Any], keys: int) -> None:
    former = {name: value for name, value in row._mapping.items() if isinstance(value, bytes)}
    anew = {name: desk.vault.anew(each) for name, each in former.items() if not desk.vault.newest(each)}
    if anew:
        named = zip(table.primary_key.columns, row[:keys], strict=True)
        mine = and_(*(column == value for column, value in named))
        desk.connection.execute(table.update().where(mine).values(anew))
