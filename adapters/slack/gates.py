"""When the next request may leave: after a 429 just the method and the channel that it concerned wait. Sends nothing.

Slack counts by method, and posts by channel too; it tells how many seconds to wait (`Retry-After`). Who was told
to wait is noted, and still waits after a restart.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from adapters import Host, NotYet
from adapters.holds import Holds

PACE = 1.0
"""Seconds between two messages into one channel (Slack's page on rate limits)."""

SHORT = 3
"""So many messages may follow each other at once: bursts over the limit are allowed."""


class Held(NotYet):
    """It would have to wait for longer than the caller will."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"held back for {seconds:.0f} seconds")
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Gate:
    """What a request passes: its workspace, its method, and the channel, if it is about one."""

    team: str
    method: str
    channel: str = ""

    def __str__(self) -> str:
        return f"{self.team} {self.method} {self.channel}".rstrip()

    @property
    def whole(self) -> Gate:
        """The method, for all channels."""
        return Gate(self.team, self.method)


class Gates:
    """What was told to one channel does not hold up another, and no method holds up another one."""

    def __init__(self, tick: Callable[[], float] = time.monotonic, clock: Callable[[], float] = time.time) -> None:
        self._tick = tick
        self._holds = Holds(tick, clock)
        self._posted: dict[Gate, float] = {}

    async def take_up(self, host: Host) -> None:
        """Takes up who was told to wait in the last run."""
        await self._holds.take_up(host)

    async def passed(self, gate: Gate, *, patience: float) -> None:
        """Returns when a request may leave. Raises Held if that is more than `patience` seconds ahead."""
        while (until := self._holds.until(str(gate), str(gate.whole))) > self._tick():
            if until - self._tick() > patience:
                raise Held(until - self._tick())
            await asyncio.sleep(until - self._tick())

    async def paced(self, gate: Gate, *, patience: float) -> None:
        """As `passed`, for messages: after a short burst no more than one a second goes into a channel."""
        await self.passed(gate, patience=patience)
        now = self._tick()
        due = max(self._posted.get(gate, now), now)
        wait = due - (SHORT - 1) * PACE - now
        if wait > patience:
            raise Held(wait)
        self._posted = {each: until for each, until in self._posted.items() if until > now}
        self._posted[gate] = due + PACE
        if wait > 0:
            await asyncio.sleep(wait)

    async def hold(self, gate: Gate, seconds: float) -> None:
        """A 429 came. If another channel is held already, the method is meant: Slack does not say which."""
        whole, held = str(gate.whole), self._holds.held()
        others = any(each.startswith(f"{whole} ") and each != str(gate) for each in held)
        await self._holds.hold(str(gate), *([whole] if others else []), seconds=seconds)

    def held(self) -> int:
        """How many gates are closed."""
        return len(self._holds.held())
