"""How quickly messages may follow each other: some at once, then evenly. What is sent, and where, is the adapter's."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from adapters import Gatekeeper, Host, NotTaken, Pace


def within(most: int, seconds: float, *, at_once: int) -> Pace:
    """Never more than so many in any so many seconds."""
    return Pace(seconds / (most - at_once), at_once)


@dataclass
class Paces:
    """Of one program alone; from `take_up` on, where several share their data, of all of them."""

    tick: Callable[[], float] = time.monotonic

    def __post_init__(self) -> None:
        self._until: dict[str, float] = {}
        self._keeper: Gatekeeper | None = None

    def take_up(self, host: Host) -> None:
        self._keeper = host.gatekeeper

    async def take(self, name: str, pace: Pace, *, patience: float) -> float:
        """Seconds until the next may leave, which is taken, unless that is more than somebody's `patience`."""
        with suppress(NotTaken):  # what is said where nothing can be stored leaves as if it were alone
            if self._keeper:
                return await self._keeper.take(name, pace, within=patience)
        return self._take(name, pace, patience)

    def _take(self, name: str, pace: Pace, patience: float) -> float:
        now = self.tick()
        self._until = {each: until for each, until in self._until.items() if until > now}
        due = self._until.get(name, now)
        wait = max(0.0, due - (pace.at_once - 1) * pace.apart - now)
        if wait <= patience:
            self._until[name] = due + pace.apart
        return wait
