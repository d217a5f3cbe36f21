"""Erasing a person or a whole workspace, and telling what is kept of somebody. Rows are the store's matter.

A program may run on the same data meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Literal

from adapters import NotYet
from bot.bringing import all_of
from bot.settings import Settings
from bot.store import persons
from bot.store.desk import Desk
from bot.store.forgetting import forget, scrub
from bot.store.persons import Contact
from bot.store.store import NotCommitted, Store
from bot.store.vault import Vault
from bot.words import Words
from conversations.screens import Screen

PATIENCE = 90
"""Seconds that are waited for a write of the person's to be settled: more than any takes, a crash apart."""

PAUSE = 1.0

AT_ONCE = 50
"""People who are looked at in one transaction."""


class Unknown(Exception):
    """Nobody of that name is known here."""


class UnderWay(Exception):
    """A write of theirs is not settled: nothing was erased."""


async def erase(settings: Settings, name: str) -> Literal["scrubbed", "to be scrubbed"]:
    """Leaves nothing of a person, whose `name` is `platform:user` or `platform:workspace:user`.

    Raises Unknown, UnderWay and CannotOpen.
    """
    store = await Store.open(settings.database_url, Vault(settings.secret_keys))
    try:
        for _ in range(PATIENCE):
            if await store.transact("forgotten", lambda desk: forget(desk, _found(desk, name))):
                return await _scrubbed(store)
            await asyncio.sleep(PAUSE)
        raise UnderWay
    finally:
        await store.close()


async def erase_workspace(store: Store, platform: str, workspace: str) -> None:
    """Erases all people of a workspace, a few at a time: nobody waits for it. Files are scrubbed at the next tidying.

    Raises NotYet if there are some of whom something is under way: all others are erased then.
    """
    after, waits = 0, False
    while True:

        def work(desk: Desk, after: int = after) -> tuple[int | None, bool]:
            looked_at = persons.some(desk, after, AT_ONCE)
            theirs = [each for each in looked_at if (each.who.platform, each.who.workspace) == (platform, workspace)]
            erased = [forget(desk, each) for each in theirs]
            return (looked_at[-1].id if looked_at else None), not all(erased)

        last, waiting = await store.transact("forgotten", work)
        waits |= waiting
        if last is None:
            break
        after = last
    if waits:
        raise NotYet("something of theirs is under way")


async def tell(settings: Settings, name: str) -> list[str]:
    """All that is kept of a person, in lines. Raises Unknown and CannotOpen."""
    store = await Store.open(settings.database_url, Vault(settings.secret_keys))
    try:
        return await store.transact("looked", lambda desk: list(_told(desk, _found(desk, name))))
    finally:
        await store.close()


async def _scrubbed(store: Store) -> Literal["scrubbed", "to be scrubbed"]:
    for _ in range(10):
        try:
            await scrub(store)
        except NotCommitted:  # the running program reads
            await asyncio.sleep(PAUSE)
        else:
            return "scrubbed"
    return "to be scrubbed"


def _found(desk: Desk, name: str) -> Contact:
    platform, _, rest = name.partition(":")
    workspace, _, user = rest.rpartition(":")
    contact = persons.find(desk, platform, workspace, user)
    if contact is None:
        raise Unknown
    return contact


def _told(desk: Desk, contact: Contact) -> Iterator[str]:
    words = Words(contact.person.locale, contact.person.zone)
    for screen in all_of(desk, contact, datetime.now(UTC)):
        yield from _lines(screen, words)


def _lines(screen: Screen, words: Words) -> Iterator[str]:
    yield words.say(screen.title)
    yield from (f"  {words.say(label)}: {words.say(value)}" for label, value in screen.rows)
