"""One life of the program: its tasks, and its end. Dead, it can do nothing more: no disk, no network, no platform.

What a life does is not known here.
"""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from typing import Any
from weakref import WeakSet

LIFE: ContextVar[Life | None] = ContextVar("life", default=None)

ROUNDS = 200
"""How often a task may be told to end. One that goes on after that never would."""


class Life:
    """Whatever is started by what runs in it belongs to it."""

    def __init__(self) -> None:
        self.tasks: WeakSet[asyncio.Task[Any]] = WeakSet()
        self.ended = asyncio.Event()
        self.dead = False

    def die(self) -> None:
        """At once, wherever it is: like SIGKILL, nothing of it reaches the world from now on."""
        self.dead = True
        self.ended.set()

    def must_live(self) -> None:
        """To be asked before anything reaches the world."""
        if self.dead:
            raise asyncio.CancelledError

    def at_work(self) -> list[asyncio.Task[Any]]:
        return [task for task in self.tasks if not task.done()]

    async def buried(self) -> None:
        """Takes away what is left of a dead life. Nothing that it still tries comes to anything."""
        for _ in range(ROUNDS):
            if not (left := self.at_work()):
                return
            for task in left:
                task.cancel()
            await asyncio.sleep(0)
        raise AssertionError(f"told to end {ROUNDS} times, and still there: {self.at_work()}")


def taking_note(loop: asyncio.AbstractEventLoop, work: Any, **named: Any) -> asyncio.Task[Any]:
    """The loop's task factory: each task is written down in the life that began it."""
    task = asyncio.Task(work, loop=loop, **named)
    context = named.get("context")
    life = LIFE.get() if context is None else context.get(LIFE)
    if life:
        life.tasks.add(task)
    return task
