"""When the next request may leave: after a 429 just what it concerned waits. Nothing is sent from here.

Telegram's true limits are not published; only `retry_after` counts. Of the ceilings that it names, the one of a group
is kept always; the one of a whole bot for a while after Telegram said that it was passed: it allows more to many, and
nobody should wait for somebody else before.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable

from adapters.holds import Holds

OVERALL = (30, 1.0)
"""Messages of a bot in so many seconds (Telegram's FAQ for bots)."""

GROUP = (20, 60.0)
"""Messages into one group in so many seconds (the same)."""

PACED = 60.0
"""Seconds for which the ceiling of all is kept after a 429 that meant all: else all that waited would come at once."""

EVERYBODY = ""


class Held(Exception):
    """It would have to wait for longer than the caller will."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"held back for {seconds:.0f} seconds")
        self.seconds = seconds


class Window:
    """So many in so many seconds, whenever they begin."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most, self._seconds = most, seconds
        self._taken: deque[float] = deque(maxlen=most)

    def reserve(self, now: float) -> float:
        """Takes the next place; when it is."""
        full = len(self._taken) == self._most
        at = max(now, self._taken[0] + self._seconds) if full else now
        self._taken.append(at)
        return at

    def idle(self, now: float) -> bool:
        return not self._taken or self._taken[-1] + self._seconds < now


class Gates:
    """One gate for each chat and one for all. What was told to one chat does not hold up another."""

    def __init__(self, tick: Callable[[], float] = time.monotonic, holds: Holds | None = None) -> None:
        self._tick = tick
        self.holds = holds or Holds(tick)
        self._overall = Window(*OVERALL)
        self._paced_until = tick()
        self._groups: dict[str, Window] = {}

    async def passed(self, chat: str | None, *, message: bool, patience: float) -> None:
        """Returns when a request to this chat may leave. Raises Held if that is more than `patience` seconds ahead."""
        await self._opened(chat, patience)
        if message:
            await self._until(self._ceiling(chat, self._tick()), patience)
            await self._opened(chat, patience)  # another 429 may have come meanwhile

    async def _opened(self, chat: str | None, patience: float) -> None:
        while (until := self.holds.until(EVERYBODY, chat or EVERYBODY)) > self._tick():
            await self._until(until, patience)

    def _ceiling(self, chat: str | None, now: float) -> float:
        """When the next message may leave for all that is known beforehand."""
        at = self._overall.reserve(now) if now < self._paced_until else now
        if chat and chat.startswith("-"):
            at = max(at, self._groups.setdefault(chat, Window(*GROUP)).reserve(now))
        return at

    async def hold(self, chat: str | None, seconds: float) -> None:
        """A 429 came. If another chat is held already, all are meant: Telegram does not say whom it means."""
        now = self._tick()
        self._groups = {name: window for name, window in self._groups.items() if not window.idle(now)}
        meant = {chat or EVERYBODY}
        others = self.holds.held() - meant - {EVERYBODY}
        if others or not chat:
            self._paced_until = max(self._paced_until, now + seconds + PACED)
        await self.holds.hold(*meant, *([EVERYBODY] if others else []), seconds=seconds)

    async def _until(self, at: float, patience: float) -> None:
        wait = at - self._tick()
        if wait > patience:
            raise Held(wait)
        if wait > 0:
            await asyncio.sleep(wait)
