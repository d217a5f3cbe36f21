"""What all programs that share a database agree upon while they run, as those see it who need it. Where one program has
it for itself, nothing of this is used.
"""

from __future__ import annotations

from collections.abc import Callable

from bot.calendar import NotSent
from bot.calendar.turns import Moment, Tick
from bot.store import paces
from bot.store.desk import Desk
from bot.store.nodes import Node
from bot.store.paces import Pace
from bot.store.store import NotCommitted, Store

CALENDAR = "calendar"
"""The row from which all requests to the calendar take their turns."""


class CalendarRow:
    """See `Row`."""

    def __init__(self, store: Store, node: Node) -> None:
        self._store, self._node = store, node

    @property
    def programs(self) -> int:
        return self._node.programs

    async def take(self, apart: float, *, ahead: float, within: float, tick: Tick) -> Moment:
        try:
            return await self._store.transact("turn taken", _takes(apart, ahead, within, tick))
        except NotCommitted:
            raise NotSent("the database is away, where turns are taken") from None

    async def rests(self) -> float:
        """Seconds for which nobody leaves."""
        return await self._store.insist("looked", lambda desk: paces.held(desk, CALENDAR))

    async def rest(self, seconds: float) -> None:
        """Nobody leaves for so long. Raises NotCommitted."""
        await self._store.transact("rested", lambda desk: paces.hold(desk, CALENDAR, seconds))


def _takes(apart: float, ahead: float, within: float, tick: Tick) -> Callable[[Desk], Moment]:
    def work(desk: Desk) -> Moment:
        asked = tick()
        found = paces.take(desk, CALENDAR, Pace(apart), within=within, ahead=ahead)
        return Moment(found.at, found.now, asked, tick(), found.taken)

    return work
