"""How long the calendar wants to be left alone, kept on disk: a new start would ask it at once otherwise, and so would
other programs that share the database.

When it says so, and how nobody asks until then, is the calendar's matter.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog

from adapters.tasks import Tasks
from bot.calendar import Calendar
from bot.store import notes
from bot.store.nodes import Node
from bot.store.store import NotCommitted, Store
from bot.together import CalendarRow, CalendarShelf

log = structlog.get_logger()

_WHOSE, _NAME = "calendar", "rest"


class Resting:
    def __init__(
        self, store: Store, calendar: Calendar, tasks: Tasks, clock: Callable[[], datetime], node: Node
    ) -> None:
        self._store, self._calendar, self._tasks, self._clock = store, calendar, tasks, clock
        self._row = CalendarRow(store, node)

    async def take_up(self) -> None:
        """Takes up the rest that the last run, or another program, was told of; from now on each is kept."""
        if self._store.shared:
            self._calendar.share(self._row, CalendarShelf(self._store))
            self._calendar.rest(await self._row.rests())
        else:
            await self._look()
        self._calendar.tells_of_rest(lambda seconds: self._tasks.start(self._keep(seconds)))

    async def _look(self) -> None:
        """A clock that was set back meanwhile does not make a rest longer than it was to be."""
        noted = await self._store.insist("looked", lambda desk: notes.noted(desk, _WHOSE, _NAME))
        match noted:
            case {"until": float(until), "seconds": float(seconds)}:
                self._calendar.rest(min(until - self._clock().timestamp(), seconds))

    async def _keep(self, seconds: float) -> None:
        try:
            await (self._row.rest(seconds) if self._store.shared else self._note(seconds))
        except NotCommitted:
            log.warning("how long the calendar is to be left alone could not be kept")  # in this run it is all the same

    async def _note(self, seconds: float) -> None:
        kept = {"until": self._clock().timestamp() + seconds, "seconds": seconds}
        await self._store.transact("rested", lambda desk: notes.note(desk, _WHOSE, _NAME, kept))
