"""When the next request may leave: after a 429 just the method and the channel that it concerned wait. Sends nothing.

Slack counts by method, and posts by channel too; it tells how many seconds to wait (`Retry-After`). Who was told
to wait is noted, and still waits after a restart.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from adapters import Host, NotYet, Pace
from adapters.holds import Holds
from adapters.pacing import Paces

PACE = Pace(apart=1.0, at_once=3)
"""Of messages into one channel (Slack's page on rate limits): one a second; short bursts over it are allowed."""


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
        self._holds = Holds(tick, clock, whole=_whole)
        self._paces = Paces(tick)

    async def take_up(self, host: Host) -> None:
        """Takes up who was told to wait in the last run, or by other programs."""
        await self._holds.take_up(host)
        self._paces.take_up(host)

    async def passed(self, gate: Gate, *, patience: float) -> None:
        """Returns when a request may leave. Raises Held if that is more than `patience` seconds ahead."""
        names = {str(gate), str(gate.whole)}
        while (until := max((await self._holds.until(*names)).values())) > self._tick():
            await self._wait(until - self._tick(), patience)

    async def paced(self, gate: Gate, *, patience: float) -> None:
        """As `passed`, for messages: after a short burst no more than one a second goes into a channel."""
        await self.passed(gate, patience=patience)
        await self._wait(await self._paces.take(str(gate), PACE, patience=patience), patience)

    async def hold(self, gate: Gate, seconds: float) -> None:
        """A 429 came. If another channel is held already, the method is meant: Slack does not say which."""
        await self._holds.hold(str(gate), seconds)

    async def _wait(self, seconds: float, patience: float) -> None:
        if seconds > patience:
            raise Held(seconds)
        if seconds > 0:
            await asyncio.sleep(seconds)

    def held(self) -> int:
        """How many gates are closed."""
        return len(self._holds.held())


def _whole(name: str) -> str:
    """The method, for all channels."""
    return " ".join(name.split(" ")[:2])
