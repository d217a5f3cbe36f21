"""Erasing a person: every row of theirs, then what the files still hold of those. Who asks for it is not known here.

A row in `meta` says from the erasing on that the files are still to be scrubbed, so that no crash can lose it.
"""

from __future__ import annotations

import secrets

from sqlalchemy import select

from bot.store import inbox, notes, writes
from bot.store.desk import Desk, forget_opened
from bot.store.persons import Contact
from bot.store.schema import meta, persons
from bot.store.store import Store

_DIRTY = "dirty"


def forget(desk: Desk, contact: Contact) -> bool:
    """Erases all that is kept of a person. False, and nothing is erased, while a write of theirs is under way.

    What comes of that could be told to nobody any more. What they have sent and nobody has handled yet stays in the
    inbox, and begins anew.
    """
    if writes.live(desk, contact.id):
        return False
    inbox.forget_aside(desk, contact.who.platform)
    erase(desk, contact)
    desk.connection.execute(meta.delete().where(meta.c.name == _DIRTY))
    desk.connection.execute(meta.insert().values(name=_DIRTY, sealed=secrets.token_bytes(8)))
    return True


def erase(desk: Desk, contact: Contact) -> None:
    """Every row of a person, since what refers to them goes with them; and what adapters have noted of them."""
    forget_opened()
    notes.forget(desk, contact.who.platform, contact.who.user)
    desk.connection.execute(persons.delete().where(persons.c.id == contact.id))


async def scrub(store: Store) -> bool:
    """Leaves nothing of whoever was forgotten in the files; False if nobody was. Raises NotCommitted: try later."""
    mark = await store.transact("looked", _mark)
    if mark is None:
        return False
    await store.scrub()
    await store.transact("scrubbed", lambda desk: _clean(desk, mark))
    return True


def _mark(desk: Desk) -> bytes | None:
    return desk.connection.execute(select(meta.c.sealed).where(meta.c.name == _DIRTY)).scalar()


def _clean(desk: Desk, mark: bytes) -> None:
    """Unless somebody was forgotten meanwhile."""
    desk.connection.execute(meta.delete().where(meta.c.name == _DIRTY, meta.c.sealed == mark))
