"""When a request may leave: evenly spaced for the whole process, in turn among persons, writes before reads.

What the requests are is not known here, and nothing is sent.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable
from contextlib import asynccontextmanager
from contextvars import ContextVar

from bot.calendar.errors import NotSent

JITTER = 0.06
"""Seconds by which requests may draw closer on their way without there being too many in any one second."""

LATE = 0.03
"""Seconds after which a request that had its turn and has still not left (it had to connect first) takes another."""

MOST_WAITING = 1000
"""At 20 a second nobody near the end of such a queue is served before their deadline."""

UNSAID = 1.0
"""Seconds of rest where the calendar wants one and does not say how long: what it counts is a second."""

LONGEST_REST = 3600.0
"""Seconds: whoever wants more has miscounted."""

NEAR = 2.0
"""Seconds within which those who have a place leave, even if they miss a turn: soon enough for a write to be fresh."""

PERSON: ContextVar[Hashable] = ContextVar("person", default=None)
"""For whom something is asked."""

Waiter = asyncio.Future[None]


class _Queue:
    """Round robin: one turn for each person who waits, then a second one for each."""

    def __init__(self) -> None:
        self._persons: dict[Hashable, deque[Waiter]] = {}

    def __len__(self) -> int:
        return sum(map(len, self._persons.values()))

    def add(self, person: Hashable, waiter: Waiter) -> None:
        self._persons.setdefault(person, deque()).append(waiter)

    def remove(self, person: Hashable, waiter: Waiter) -> None:
        waiting = self._persons.get(person)
        if waiting and waiter in waiting:
            waiting.remove(waiter)
            if not waiting:
                del self._persons[person]

    def next(self) -> Waiter | None:
        if not self._persons:
            return None
        person = next(iter(self._persons))
        waiting = self._persons.pop(person)
        waiter = waiting.popleft()
        if waiting:
            self._persons[person] = waiting
        return waiter


def _unheard(_seconds: float) -> None:
    pass


class Budget:
    """`per_second` requests in any window of one second; 0 is no budget at all. To be closed.

    `tick` gives monotonic seconds.
    """

    def __init__(
        self,
        per_second: float = 0,
        *,
        tick: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        # 20 a second leave every 53 ms, 19 a second.
        self._spacing = (1 + JITTER) / per_second if per_second else 0.0
        self._tick = tick
        self._sleep = sleep
        self._next_at = tick()
        self._writes, self._reads = _Queue(), _Queue()
        self._caller: asyncio.Task[None] | None = None
        self._places = asyncio.Semaphore(max(1, round(per_second * NEAR)))
        self.rests: Callable[[float], object] = _unheard
        """Is told of each rest that the calendar wants, in seconds."""
        self._outside = 0

    @property
    def waiting(self) -> int:
        """How many requests wait for their turn."""
        return len(self._writes) + len(self._reads)

    @property
    def delay(self) -> float:
        """Seconds until all who wait by now have had their turn."""
        return max(0.0, self._next_at - self._tick()) + max(0, self.waiting + self._outside - 1) * self._spacing

    @asynccontextmanager
    async def place(self, *, within: float) -> AsyncIterator[bool]:
        """One of few places, given in the order of arrival: who has one will soon have its turn.

        False if none was free `within` so many seconds, or too many wait for one.
        """
        if not self._spacing:
            yield True
            return
        entered = await self._enter(within)
        try:
            yield entered
        finally:
            if entered:
                self._places.release()

    async def _enter(self, within: float) -> bool:
        if self._outside >= MOST_WAITING:
            return False
        self._outside += 1
        try:
            async with asyncio.timeout(within):
                return await self._places.acquire()
        except TimeoutError:
            return False
        finally:
            self._outside -= 1

    async def turn(self, *, within: float, write: bool = False) -> float:
        """Waits until one request may leave, and gives the tick of that moment.

        NotSent, at once, if the calendar wants a longer rest than `within` seconds, or too many wait. Whoever stops
        waiting leaves the queue.
        """
        if not self._spacing:
            return self._tick()
        if self._next_at - self._tick() > within:
            raise NotSent("the calendar wants a rest")
        if self.waiting >= MOST_WAITING:
            raise NotSent("too many are waiting")
        queue, person = self._writes if write else self._reads, PERSON.get()
        waiter = asyncio.get_running_loop().create_future()
        queue.add(person, waiter)
        if self._caller is None or self._caller.done():
            self._caller = asyncio.create_task(self._call())
        try:
            await waiter
        finally:
            queue.remove(person, waiter)
        return self._tick()

    def missed(self, turn: float) -> bool:
        """Whether a turn is too long ago to leave on it: others have had theirs, and both would arrive at once."""
        return bool(self._spacing) and self._tick() - turn > LATE

    def rest(self, seconds: float) -> None:
        """Nobody leaves for so long."""
        if self._spacing:
            self._next_at = max(self._next_at, self._tick() + seconds)

    def wanted(self, seconds: float | None) -> None:
        """The calendar wants a rest: of a second, where it was not said for how long."""
        pause = UNSAID if seconds is None else min(seconds, LONGEST_REST)
        self.rest(pause)
        self.rests(pause)

    async def close(self) -> None:
        if self._caller is not None:
            self._caller.cancel()
            await asyncio.gather(self._caller, return_exceptions=True)

    async def _call(self) -> None:
        """Calls one after the other, as long as somebody waits."""
        while self.waiting:
            while (pause := self._next_at - self._tick()) > 0:
                await self._sleep(pause)
            # Whom to call is decided now, not before the pause: a write may have come.
            waiter = self._writes.next() or self._reads.next()
            if waiter is not None and not waiter.done():
                waiter.set_result(None)
                self._next_at = self._tick() + self._spacing
