"""The moments at which one request may leave: of one program alone, or of all that share a row.

Who leaves is not known here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from math import inf
from typing import Protocol

LATE = 0.03
"""Seconds after which a moment is over: a request that has still not left (it had to connect first) takes another."""

NEAR = 2.0
"""Seconds within which a moment is taken beforehand; if the next one is further away, the calendar wants a rest."""

LATELY = 1.0
"""Seconds for which it is believed that requests leave as far apart as they were seen to."""

DRIFT = 0.001
"""By how much two clocks go apart at most, in seconds a second: twice what a clock is ever slowed or hastened by."""

Tick = Callable[[], float]
Sleep = Callable[[float], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Moment:
    """`at` is when it comes and `now` when it was looked up, both by the row's clock; not `taken`, it is too far away.

    What was `now` there was between the ticks `asked` and `answered` here.
    """

    at: float
    now: float
    asked: float
    answered: float
    taken: bool


class Row(Protocol):
    """Where all programs that share a budget take their moments, one after the other."""

    @property
    def programs(self) -> int:
        """How many there are."""

    async def take(self, apart: float, *, ahead: float, within: float, tick: Tick) -> Moment:
        """The next one, at least so many seconds `ahead`, and `apart` from all others. Raises NotSent if it is away."""


class Turns(Protocol):
    next_at: float
    """The tick before which nobody leaves, so far as is known here."""

    @property
    def apart(self) -> float:
        """Seconds between two requests that leave from here while many wait."""

    async def come(self) -> bool:
        """Returns at the next moment. False if that is further away than was known: it was not waited for."""

    def left(self) -> None:
        """Somebody has left at the moment that came."""


class Own:
    """Of one program alone."""

    def __init__(self, apart: float, tick: Tick, sleep: Sleep) -> None:
        self.apart = apart
        self.next_at = tick()
        self._tick, self._sleep = tick, sleep

    async def come(self) -> bool:
        while (pause := self.next_at - self._tick()) > 0:
            await self._sleep(pause)
        return True

    def left(self) -> None:
        self.next_at = self._tick() + self.apart


class FarClock:
    """A clock elsewhere, read by its answers: each says by how much it is ahead of the tick, at least and at most."""

    def __init__(self) -> None:
        self._least, self._most, self._heard_at = -inf, inf, 0.0

    def heard(self, moment: Moment) -> None:
        drift = DRIFT * (moment.answered - self._heard_at)
        least, most = moment.now - moment.answered, moment.now - moment.asked
        self._least, self._most = max(least, self._least - drift), min(most, self._most + drift)
        if self._least > self._most:  # it was set
            self._least, self._most = least, most
        self._heard_at = moment.answered

    def tick(self, at: float) -> float:
        """Which tick it is here when it is `at` there."""
        return at - (self._least + self._most) / 2


class Common:
    """Of all programs that share a row. Each has no more than one moment ahead: so they take turns.

    A moment at which nobody leaves is lost.
    """

    def __init__(self, row: Row, apart: float, tick: Tick, sleep: Sleep) -> None:
        self.next_at = tick()
        self._row, self._spacing = row, apart
        self._tick, self._sleep = tick, sleep
        self._clock = FarClock()
        self._seen, self._seen_at = apart, -inf

    @property
    def apart(self) -> float:
        """As it was lately; before, as if all programs had as much to ask."""
        lately = self._tick() - self._seen_at < LATELY
        return self._seen if lately else self._spacing * self._row.programs

    async def come(self) -> bool:
        await self._until(self.next_at)
        begun, ahead = self._tick(), 0.0
        while True:
            moment = await self._row.take(self._spacing, ahead=ahead, within=NEAR, tick=self._tick)
            self._clock.heard(moment)
            at = self._clock.tick(moment.at)
            if not moment.taken:
                self.next_at = max(self.next_at, at)
                return False
            behind = self._tick() - at
            await self._until(at)
            if self.next_at > self._tick():  # a rest has come meanwhile
                return False
            if self._tick() - at <= LATE:
                self._seen, self._seen_at = max(self._spacing, self._tick() - begun), self._tick()
                return True
            ahead = min(2 * behind, NEAR) if behind > LATE else 0.0  # answers take their time

    def left(self) -> None:
        """It is written in the row already."""

    async def _until(self, at: float) -> None:
        while (pause := at - self._tick()) > 0:
            await self._sleep(pause)
