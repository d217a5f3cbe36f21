"""Whose request leaves next: evenly spaced, in turn among persons, writes before reads.

What the requests are is not known here, and nothing is sent.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable
from contextlib import asynccontextmanager, suppress
from contextvars import ContextVar
from math import inf

from bot.calendar.errors import NotSent
from bot.calendar.turns import LATE, NEAR, Common, Own, Row, Turns

JITTER = 0.06
"""Seconds by which requests may draw closer on their way without there being too many in any one second."""

MOST_WAITING = 1000
"""At 20 a second nobody near the end of such a queue is served before their deadline."""

UNSAID = 1.0
"""Seconds of rest where the calendar wants one and does not say how long: what it counts is a second."""

LONGEST_REST = 3600.0
"""Seconds: whoever wants more has miscounted."""

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


class _Places:
    """Given in the order of arrival, as many as there is `room` for by then."""

    def __init__(self, room: Callable[[], int]) -> None:
        self._room, self._taken = room, 0
        self._outside: deque[Waiter] = deque()

    def __len__(self) -> int:
        """How many wait for one."""
        return len(self._outside)

    async def enter(self) -> None:
        waiter = asyncio.get_running_loop().create_future()
        self._outside.append(waiter)
        self._admit()
        try:
            await waiter
        except asyncio.CancelledError:
            if waiter.cancelled():
                with suppress(ValueError):
                    self._outside.remove(waiter)
            else:  # its place was given to it at the same time
                self.leave()
            raise

    def leave(self) -> None:
        self._taken -= 1
        self._admit()

    def _admit(self) -> None:
        while self._outside and self._taken < self._room():
            waiter = self._outside.popleft()
            if not waiter.done():
                self._taken += 1
                waiter.set_result(None)


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
        self._turns: Turns = Own(self._spacing, tick, sleep)
        self._writes, self._reads = _Queue(), _Queue()
        self._until: dict[Waiter, float] = {}
        self._caller: asyncio.Task[None] | None = None
        self._places = _Places(lambda: max(1, round(NEAR / self._turns.apart)))
        self.rests: Callable[[float], object] = _unheard
        """Is told of each rest that the calendar wants, in seconds."""

    def share(self, row: Row) -> None:
        """From now on it is the budget of all programs that take from this row."""
        if self._spacing:
            self._turns = Common(row, self._spacing, self._tick, self._sleep)

    @property
    def waiting(self) -> int:
        """How many requests wait for their turn."""
        return len(self._writes) + len(self._reads)

    @property
    def delay(self) -> float:
        """Seconds until all who wait by now have had their turn."""
        queued = max(0, self.waiting + len(self._places) - 1)
        return max(0.0, self._turns.next_at - self._tick()) + queued * self._turns.apart

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
                self._places.leave()

    async def _enter(self, within: float) -> bool:
        if len(self._places) >= MOST_WAITING:
            return False
        try:
            async with asyncio.timeout(within):
                await self._places.enter()
        except TimeoutError:
            return False
        return True

    async def turn(self, *, within: float, write: bool = False) -> float:
        """Waits until one request may leave, and gives the tick of that moment.

        NotSent, at once, if the calendar wants a longer rest than `within` seconds, or too many wait. Whoever stops
        waiting leaves the queue.
        """
        if not self._spacing:
            return self._tick()
        until = self._tick() + within
        if self._turns.next_at > until:
            raise _at_rest()
        if self.waiting >= MOST_WAITING:
            raise NotSent("too many are waiting")
        queue, person = self._writes if write else self._reads, PERSON.get()
        waiter = asyncio.get_running_loop().create_future()
        queue.add(person, waiter)
        self._until[waiter] = until
        if self._caller is None or self._caller.done():
            self._caller = asyncio.create_task(self._call())
        try:
            await waiter
        finally:
            queue.remove(person, waiter)
            del self._until[waiter]
        return self._tick()

    def missed(self, turn: float) -> bool:
        """Whether a turn is too long ago to leave on it: others have had theirs, and both would arrive at once."""
        return bool(self._spacing) and self._tick() - turn > LATE

    def rest(self, seconds: float) -> None:
        """Nobody leaves for so long. Who cannot wait for the end of it is told so."""
        if self._spacing:
            self._turns.next_at = max(self._turns.next_at, self._tick() + seconds)
            self._send_away(_at_rest(), unless_from=self._turns.next_at)

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
        try:
            while self.waiting:
                if await self._turns.come():
                    self._call_next()
                else:
                    self._send_away(_at_rest(), unless_from=self._turns.next_at)
        except NotSent as error:
            self._send_away(error)

    def _call_next(self) -> None:
        """Whom to call is decided now, not before the pause: a write may have come."""
        waiter = self._writes.next() or self._reads.next()
        if waiter is not None and not waiter.done():
            waiter.set_result(None)
            self._turns.left()

    def _send_away(self, why: NotSent, *, unless_from: float = inf) -> None:
        """Tells all who wait, but for those who still will at a tick."""
        for waiter, until in self._until.items():
            if until < unless_from and not waiter.done():
                waiter.set_exception(NotSent(str(why)))


def _at_rest() -> NotSent:
    return NotSent("the calendar wants a rest")
