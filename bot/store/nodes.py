"""This program among those that share its database: that it lives, who died, and which of them does what one alone may.

All that is known of the others is which locks stand in the database: they end with whoever holds them. What is done by
whom is not known here.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from threading import Lock
from typing import Any

import structlog
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from adapters import Work
from bot.store import dialects, postgresql
from bot.store.lock import TAKEN, alone
from bot.store.store import CannotOpen, new_number, reached, unusable

log = structlog.get_logger()

BEAT = 1.0
"""Seconds between two looks at who lives."""


class Node:
    """A program that has its database for itself."""

    def __init__(self) -> None:
        self.number = new_number()

    @property
    def programs(self) -> int:
        """How many use the database by now, with this one."""
        return 1

    async def loss(self) -> None:
        """Returns when another program has died since this was asked last."""
        await asyncio.Event().wait()

    async def on_duty(self, name: str, work: Work, stands_by: Callable[[], None]) -> None:  # noqa: ARG002
        """See `Host`."""
        await work()


@asynccontextmanager
async def present(database: str) -> AsyncIterator[Node]:
    """As long as this is entered, others know that this program lives. Raises CannotOpen if they must not."""
    engine = reached(database)
    if not dialects.of(engine).SHARED:
        engine.dispose()
        with alone(database):
            yield Node()
        return
    node = _Among(engine)
    try:
        await node.join()
        watching = asyncio.create_task(node.watch())
        try:
            yield node
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
    finally:
        await asyncio.to_thread(node.leave)


class _NotJoined(Exception):
    """Somebody wants to be alone here, or has this program's number."""


class _Among(Node):
    """Shows that it lives by a connection of its own. One that is lost is made anew, and duties are begun anew."""

    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self._engine = engine
        self._connection: Connection | None = None
        self._living: frozenset[int] = frozenset()
        self._wanted: dict[str, asyncio.Event] = {}
        self._held: set[str] = set()
        self._lost = asyncio.Event()
        self._died = asyncio.Event()
        self._one = Lock()  # at a time uses the connection

    @property
    def programs(self) -> int:
        return max(1, len(self._living))

    async def join(self) -> None:
        """Raises CannotOpen."""
        try:
            self._living, _ = await asyncio.to_thread(self._look)
        except DBAPIError as error:
            raise unusable(self._engine, error) from error
        except _NotJoined:
            raise CannotOpen(f"{TAKEN} It wants to be alone: wait until it has ended.") from None

    async def watch(self) -> None:
        while True:
            try:
                living, gained = await asyncio.to_thread(self._look)
            except (DBAPIError, _NotJoined) as error:
                self._let_go(type(error).__name__)
            else:
                self._seen(living, gained)
            await asyncio.sleep(BEAT)

    async def loss(self) -> None:
        await self._died.wait()
        self._died.clear()

    async def on_duty(self, name: str, work: Work, stands_by: Callable[[], None]) -> None:
        gained = self._wanted.setdefault(name, asyncio.Event())
        try:
            while True:
                stands_by()
                await gained.wait()
                log.info("on duty", duty=name)
                if await self._until_lost(work()):
                    return
        finally:
            del self._wanted[name]
            if name in self._held:
                self._held.discard(name)
                await asyncio.to_thread(self._give_up, name)

    async def _until_lost(self, work: Coroutine[Any, Any, None]) -> bool:
        """Whether the work came to its end."""
        working, losing = asyncio.create_task(work), asyncio.create_task(self._lost.wait())
        try:
            await asyncio.wait([working, losing], return_when=asyncio.FIRST_COMPLETED)
            if working.done():
                await working
                return True
            return False
        finally:
            for each in (working, losing):
                each.cancel()
            await asyncio.gather(working, losing, return_exceptions=True)

    def _seen(self, living: frozenset[int], gained: list[str]) -> None:
        if self._living - living:
            self._died.set()
        self._living = living
        self._lost.clear()
        self._held.update(gained)
        for name in gained:
            self._wanted[name].set()

    def _let_go(self, why: str) -> None:
        """What is held is uncertain: another may have it by now."""
        log.warning("this program cannot show that it lives", why=why)
        self._held.clear()
        for gained in self._wanted.values():
            gained.clear()
        self._lost.set()

    # What follows runs in a thread.

    def leave(self) -> None:
        with self._one:
            self._disconnect()
            self._engine.dispose()

    def _look(self) -> tuple[frozenset[int], list[str]]:
        """Who lives, and the duties that this program has from now on."""
        with self._one:
            try:
                connection = self._connected()
                new = [each for each in [*self._wanted] if each not in self._held]
                return postgresql.living(connection), [each for each in new if postgresql.has_duty(connection, each)]
            except BaseException:
                self._disconnect()
                raise

    def _connected(self) -> Connection:
        """Raises _NotJoined as long as the server takes a connection that was lost for living."""
        if self._connection is None:
            self._connection = self._engine.connect()
            if not postgresql.join(self._connection, self.number):
                raise _NotJoined
        return self._connection

    def _disconnect(self) -> None:
        """All locks end with the connection."""
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
            self._connection = None

    def _give_up(self, name: str) -> None:
        with self._one, suppress(DBAPIError):
            if self._connection is not None:
                postgresql.give_up(self._connection, name)
