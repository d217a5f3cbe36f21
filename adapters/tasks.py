"""Work that goes on by itself and is waited for at the end; and whose turn it is. Nothing is done here."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Hashable
from typing import Any, TypeVar
from weakref import WeakValueDictionary

T = TypeVar("T")


class Tasks:
    """Keeps its tasks alive, since the event loop does not, and knows when all are done."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()
        self._turns: WeakValueDictionary[Hashable, asyncio.Lock] = WeakValueDictionary()

    def start(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    def in_turn(self, whose: Hashable) -> asyncio.Lock:
        """One person, one order: a lock gives way in the order in which it was asked."""
        return self._turns.setdefault(whose, asyncio.Lock())

    async def finished(self, within: float) -> bool:
        """Waits until nothing runs any more; after `within` seconds cancels the rest and gives False."""
        try:
            async with asyncio.timeout(within):
                while self._running:
                    await asyncio.wait(self._running)
        except TimeoutError:
            for task in self._running:
                task.cancel()
            await asyncio.gather(*self._running, return_exceptions=True)
            return False
        return True
