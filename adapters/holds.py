"""Who was told to wait, and until when: by name, as a platform's limits go. What a name stands for is the adapter's.

A hold outlives the program: otherwise the first thing that it says after a restart would be one too many.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from adapters import Host, NotTaken


class Holds:
    """`tick` counts the seconds of this run, `clock` those since 1970, by which holds are noted."""

    def __init__(
        self, tick: Callable[[], float] = time.monotonic, clock: Callable[[], float] = time.time, name: str = "holds"
    ) -> None:
        self._tick, self._clock, self._name = tick, clock, name
        self._until: dict[str, float] = {}
        self._host: Host | None = None

    async def take_up(self, host: Host) -> None:
        """Takes up what the last run noted; from now on the host keeps every new hold."""
        for name, until in (await host.noted(self._name)).items():
            if isinstance(until, int | float):
                self._set(name, until - self._clock())
        self._host = host

    async def hold(self, *names: str, seconds: float) -> None:
        """Holds them for that long. One that is held for longer already stays so."""
        over = self._until.keys() - self.held()
        for name in over:
            del self._until[name]
        for name in names:
            self._set(name, seconds)
        since = self._clock() - self._tick()
        changes = {**dict.fromkeys(over), **{name: self._until[name] + since for name in names}}
        try:
            if self._host:
                await self._host.note(self._name, changes)
        except NotTaken:
            pass  # it holds in this run all the same

    def until(self, *names: str) -> float:
        """When the last of them is free again, by `tick`; in the past if none is held."""
        return max((self._until.get(name, 0.0) for name in names), default=0.0)

    def held(self) -> frozenset[str]:
        return frozenset(name for name, until in self._until.items() if until > self._tick())

    def _set(self, name: str, seconds: float) -> None:
        self._until[name] = max(self._until.get(name, 0.0), self._tick() + seconds)
