"""When the next request may leave: after a 429 just what it concerned waits. Nothing is sent from here.

Telegram's true limits are not published; only `retry_after` counts. Of the ceilings that it names, the one of a group
is kept always; the one of a whole bot for a while after Telegram said that it was passed: it allows more to many, and
nobody should wait for somebody else before.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from adapters import Host
from adapters.holds import Holds
from adapters.pacing import Paces, within

OVERALL = (30, 1.0)
"""Messages of a bot in so many seconds (Telegram's FAQ for bots)."""

GROUP = (20, 60.0)
"""Messages into one group in so many seconds (the same)."""

PACED = 60.0
"""Seconds for which the ceiling of all is kept after a 429 that meant all: else all that waited would come at once."""

EVERYBODY = ""

_OVERALL = within(*OVERALL, at_once=1)
_GROUP = within(*GROUP, at_once=10)


class Held(Exception):
    """It would have to wait for longer than the caller will."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"held back for {seconds:.0f} seconds")
        self.seconds = seconds


class Gates:
    """A gate for each chat, for each method that goes to none, and one for all chats. None holds up another."""

    def __init__(self, tick: Callable[[], float] = time.monotonic, clock: Callable[[], float] = time.time) -> None:
        self._tick = tick
        self.holds = Holds(tick, clock, whole=_whole)
        self._paces = Paces(tick)
        self._paced_until = tick()

    async def take_up(self, host: Host) -> None:
        """Takes up who was told to wait in the last run, or by other programs."""
        await self.holds.take_up(host)
        self._paces.take_up(host)

    async def passed(self, name: str, *, message: bool, patience: float) -> None:
        """Returns when a request to a chat, or by a method, may leave. Raises Held if it would wait for longer."""
        paced = await self._opened(name, patience)
        if message and await self._under_ceilings(name, paced, patience):
            await self._opened(name, patience)  # another 429 may have come meanwhile

    async def hold(self, name: str, seconds: float) -> None:
        """A 429 came. If another chat is held already, all are meant: Telegram does not say whom it means."""
        if await self.holds.hold(name, seconds) and _is_chat(name):
            self._paced_until = max(self._paced_until, self._tick() + seconds + PACED)

    async def _opened(self, name: str, patience: float) -> bool:
        """Waits until it is. Whether all are paced by then."""
        names = {name, _whole(name)}
        while (last := max((until := await self.holds.until(*names)).values())) > self._tick():
            await self._wait(last - self._tick(), patience)
        # The last run, or another program, may have been told.
        return self._tick() < max(self._paced_until, until.get(EVERYBODY, 0.0) + PACED)

    async def _under_ceilings(self, chat: str, paced: bool, patience: float) -> bool:
        """Waits until a message may leave for all that is known beforehand. Whether that took any time."""
        waits = [await self._paces.take("all", _OVERALL, patience=patience)] if paced else []
        if chat.startswith("-"):
            waits.append(await self._paces.take(chat, _GROUP, patience=patience))
        await self._wait(max(waits, default=0.0), patience)
        return max(waits, default=0.0) > 0

    async def _wait(self, seconds: float, patience: float) -> None:
        if seconds > patience:
            raise Held(seconds)
        if seconds > 0:
            await asyncio.sleep(seconds)


def _is_chat(name: str) -> bool:
    """Chats go by number; also one that stands for all of them."""
    return name == EVERYBODY or name.removeprefix("-").isdecimal()


def _whole(name: str) -> str:
    return EVERYBODY if _is_chat(name) else name
