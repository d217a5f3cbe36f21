"""The real store, whose writer is a callback of the simulated loop instead of a thread, on a disk that may refuse.

A life can end just before and just after any commit.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from random import Random
from typing import Any

from lives import Life
from weather import Weather

from bot.store import dialects
from bot.store.store import Store
from bot.store.vault import Vault
from faulty_disk import Disk

QUICK, SLOW = 0.003, 3.0
"""Seconds that a commit takes at most, as a rule and now and then."""

DECISIVE = frozenset({"sent", "doubted", "settled", "rested"})
"""Commits after which a life ends more often: what is on disk by then is not to be done, said or asked again."""

STATEMENTS = 12
"""The fault strikes one of so many."""


_engine = lru_cache(maxsize=1)(dialects.engine)


@contextmanager
def statements_kept() -> Iterator[None]:
    """All lives have one engine, so that what SQLAlchemy has compiled need not be compiled anew in each.

    Its connections end with the life all the same.
    """
    before = dialects.engine
    dialects.engine = _engine
    try:
        yield
    finally:
        dialects.engine = before


class Watch:
    """Sees every commit: the store's `Witness`."""

    def __init__(self, life: Life, dies: Callable[..., bool], note: Callable[..., None]) -> None:
        self._life = life
        self._dies = dies
        self._note = note

    def committing(self, name: str) -> None: ...

    def committed(self, name: str) -> None:
        if name != "looked":
            self._note("committed", name)
        if self._dies(rarely=name not in DECISIVE):
            self._note("died after", name)
            self._life.die()


class SimulatedStore(Store):
    life: Life
    disk: Disk
    weather: Weather
    chance: Random
    dies: Callable[..., bool]
    _due = False

    def _hand_over(self, job: Any) -> None:
        self._jobs.put(job)
        if not self._due:
            self._due = True
            pause = SLOW if self.weather.strikes("disk", self.chance) else QUICK
            asyncio.get_running_loop().call_later(self.chance.uniform(0, pause), self._commit)

    def _commit(self) -> None:
        if self.dies():
            self.life.die()
        if self.life.dead:
            return
        self._due = False
        self.disk.set(self.chance.randint(1, STATEMENTS) if self.weather.strikes("disk", self.chance) else 0)
        if not self._go_on():
            self._engine.dispose()
        self.disk.set(0)

    async def _ended(self) -> None:
        await asyncio.sleep(SLOW)  # by then what was asked before is done

    def let_go(self) -> None:
        """What the system does for the dead: their files are closed."""
        if hasattr(self, "_engine"):
            self._engine.dispose()


def simulated_store(
    database: str,
    key: str,
    life: Life,
    disk: Disk,
    weather: Weather,
    dies: Callable[..., bool],
    note: Callable[..., None],
) -> SimulatedStore:
    """An open one. Raises CannotOpen."""
    store = SimulatedStore(database, Vault([key]), Watch(life, dies, note))
    store.life, store.disk, store.weather, store.dies = life, disk, weather, dies
    store.chance = weather.chance("disk")
    disk.set(0)
    if not store._begin():
        store._opened.result()
    return store
