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
    """A gate for each chat, for each method that goes to none, and one for all chats. None holds up another."""

    def __init__(self, tick: Callable[[], float] = time.monotonic, holds: Holds | None = None) -> None:
        self._tick = tick
        self.holds = holds or Holds(tick)
        self._overall = Window(*OVERALL)
        self._paced_until = tick()
        self._groups: dict[str, Window] = {}

    async def passed(self, name: str, *, message: bool, patience: float) -> None:
        """Returns when a request to a chat, or by a method, may leave. Raises Held if it would wait for longer."""
        await self._opened(name, patience)
        if message:
            await self._until(self._ceiling(name, self._tick()), patience)
            await self._opened(name, patience)  # another 429 may have come meanwhile

    async def hold(self, name: str, seconds: float) -> None:
        """A 429 came. If another chat is held already, all are meant: Telegram does not say whom it means."""
        now = self._tick()
        meant = {name}
        if _is_chat(name) and any(_is_chat(other) for other in self.holds.held() - {name, EVERYBODY}):
            meant.add(EVERYBODY)
        if EVERYBODY in meant:
            self._paced_until = max(self._paced_until, now + seconds + PACED)
        await self.holds.hold(*meant, seconds=seconds)

    async def _opened(self, name: str, patience: float) -> None:
        names = {name, EVERYBODY} if _is_chat(name) else {name}
        while (until := self.holds.until(*names)) > self._tick():
            await self._until(until, patience)

    def _ceiling(self, chat: str, now: float) -> float:
        """When the next message may leave for all that is known beforehand."""
        paced_until = max(self._paced_until, self.holds.until(EVERYBODY) + PACED)  # the last run may have been told
        at = self._overall.reserve(now) if now < paced_until else now
        if chat.startswith("-"):
            if chat not in self._groups:
                self._groups = {each: window for each, window in self._groups.items() if not window.idle(now)}
            at = max(at, self._groups.setdefault(chat, Window(*GROUP)).reserve(now))
        return at

    async def _until(self, at: float, patience: float) -> None:
        wait = at - self._tick()
        if wait > patience:
            raise Held(wait)
        if wait > 0:
            await asyncio.sleep(wait)


def _is_chat(name: str) -> bool:
    """Chats go by number; also one that stands for all of them."""
    return name == EVERYBODY or name.removeprefix("-").isdecimal()
