"""Who was told to wait, and until when: by name, as a platform's limits go. What a name stands for is the adapter's.

A hold outlives the program: otherwise the first thing that it says after a restart would be one too many. Where several
programs share their data, what one of them was told holds for all.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress

from adapters import Gatekeeper, Host, NotTaken


def _itself(name: str) -> str:
    return name


class Holds:
    """`tick` counts the seconds of this run, `clock` those since 1970, by which holds are noted. `whole` is what a name
    is a part of: a platform that holds two of its parts means all of it.
    """

    def __init__(
        self,
        tick: Callable[[], float] = time.monotonic,
        clock: Callable[[], float] = time.time,
        name: str = "holds",
        whole: Callable[[str], str] = _itself,
    ) -> None:
        self._tick, self._clock, self._name, self._whole = tick, clock, name, whole
        self._until: dict[str, float] = {}
        self._host: Host | None = None
        self._keeper: Gatekeeper | None = None

    async def take_up(self, host: Host) -> None:
        """Takes up what the last run noted; from now on the host keeps every new hold."""
        self._keeper = host.gatekeeper
        if self._keeper:
            return
        for name, until in (await host.noted(self._name)).items():
            if isinstance(until, int | float):
                self._set(name, until - self._clock())
        self._host = host

    async def hold(self, name: str, seconds: float) -> bool:
        """Holds it for that long, or all that it is a part of: whether that is so. What is held for longer stays so."""
        whole = self._whole(name)
        meant = any(each not in (name, whole) and self._whole(each) == whole for each in self.held())
        with suppress(NotTaken):  # it holds in this run all the same
            if self._keeper:
                meant |= await self._keeper.hold(name, whole, seconds)
        held, over = {name, whole} if meant else {name}, self._until.keys() - self.held()
        for each in over:
            del self._until[each]
        for each in held:
            self._set(each, seconds)
        since = self._clock() - self._tick()
        with suppress(NotTaken):
            if self._host:
                noted = {each: self._until[each] + since for each in held}
                await self._host.note(self._name, {**dict.fromkeys(over), **noted})
        return meant or name == whole

    async def until(self, *names: str) -> Mapping[str, float]:
        """When each is free again, by `tick`; in the past if it is not held."""
        with suppress(NotTaken):  # it goes by what this program was told itself
            for name, seconds in (await self._keeper.waits(*names) if self._keeper else {}).items():
                self._set(name, seconds)
        return {name: self._until.get(name, 0.0) for name in names}

    def held(self) -> frozenset[str]:
        """So far as it is known here."""
        return frozenset(name for name, until in self._until.items() if until > self._tick())

    def _set(self, name: str, seconds: float) -> None:
        self._until[name] = max(self._until.get(name, 0.0), self._tick() + seconds)
