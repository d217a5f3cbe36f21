"""When the next request may leave: after a 429 just the method and the channel that it concerned wait. Sends nothing.

Slack counts by method, and posts by channel too; what it tells is how many seconds to wait (`Retry-After`).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

Gate = tuple[str, str, str]
"""The workspace, the method, and the channel; an empty channel is the method in the whole workspace."""

PACE = 1.0
"""Seconds between two messages into one channel (Slack's page on rate limits)."""

SHORT = 3
"""So many messages may follow each other at once: bursts over the limit are allowed."""


class Held(Exception):
    """It would have to wait for longer than the caller will."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"held back for {seconds:.0f} seconds")
        self.seconds = seconds


class Gates:
    """What was told to one channel does not hold up another, and no method holds up another one."""

    def __init__(self, tick: Callable[[], float] = time.monotonic) -> None:
        self._tick = tick
        self._closed: dict[Gate, float] = {}
        self._posted: dict[Gate, float] = {}

    async def passed(self, gate: Gate, *, patience: float) -> None:
        """Returns when a request may leave. Raises Held if that is more than `patience` seconds ahead."""
        while (until := self._until(gate)) > self._tick():
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

    def hold(self, gate: Gate, seconds: float) -> None:
        """A 429 came. If another channel is held already, the method is meant: Slack does not say which."""
        now = self._tick()
        self._closed = {each: until for each, until in self._closed.items() if until > now}
        team, method, channel = gate
        others = any(each[:2] == (team, method) and each[2] not in (channel, "") for each in self._closed)
        for each in {gate, (team, method, "") if others else gate}:
            self._closed[each] = max(self._closed.get(each, 0.0), now + seconds)

    def held(self) -> int:
        """How many gates are closed."""
        return sum(until > self._tick() for until in self._closed.values())

    def _until(self, gate: Gate) -> float:
        team, method, _ = gate
        return max(self._closed.get(gate, 0.0), self._closed.get((team, method, ""), 0.0))
