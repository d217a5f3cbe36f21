"""The loop: receive, read, advance, save, show, perform. Here is when all of it begins and ends; each part has a room.

`reception` takes in, `steps` is the one transaction of an event, `performing` does what that leads to: a crash repeats
it at most. What was left behind is taken up at the start, and again every minute.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

import structlog

from adapters import Adapter, Noting
from adapters.tasks import Tasks
from bot.alerting import Alerting
from bot.bringing import Bringing
from bot.calendar import Calendar
from bot.limits import UNLIMITED, Limits, Measure
from bot.performing import Performing
from bot.reception import Reception
from bot.resting import Resting
from bot.showing import Showing
from bot.steps import LEASE, Steps
from bot.store import inbox, owed, writes
from bot.store.counts import Counts, counts
from bot.store.forgetting import scrub
from bot.store.nodes import Node
from bot.store.retention import prune
from bot.store.store import NotCommitted, Store
from conversations.people import Person

log = structlog.get_logger()

DRAIN = 15.0
"""Seconds given to what is under way when the program ends: of the 20 that it has, some belong to the adapters."""

TIDY = 60.0
"""Seconds between two clean-ups."""


class Runner:
    """Runs the adapters over one store and one calendar. `stranger` says what is assumed of a person not met before.

    Raises ValueError if no adapter has such an `admin_chat`.
    """

    def __init__(
        self,
        store: Store,
        calendar: Calendar,
        adapters: Sequence[Adapter],
        *,
        clock: Callable[[], datetime],
        stranger: Person,
        limits: Limits = UNLIMITED,
        admin_chat: str = "",
        node: Node | None = None,
    ) -> None:
        self._store = store
        self._node = node or Node()
        self._clock = clock
        self._days = stranger.days
        self._measure = Measure(limits)
        self._tasks = Tasks()
        self._adapters = {adapter.name: adapter for adapter in adapters}
        self._showing = Showing(self._adapters, store, clock, self._tasks)
        alerting = Alerting(self._adapters, admin_chat, clock, stranger)
        bringing = Bringing(self._adapters, store, clock, alerting)
        steps = Steps(self._adapters, clock, stranger, self._measure, alerting)
        self._performing = Performing(store, calendar, steps, self._showing, bringing, self._tasks, clock)
        self._resting = Resting(store, calendar, self._tasks, clock, self._node)
        self._receptions = {
            name: Reception(adapter, store, steps, self._performing, self._tasks, clock, self._node)
            for name, adapter in self._adapters.items()
        }

    def host(self, adapter: Adapter) -> Reception:
        """The program, as this adapter sees it."""
        return self._receptions[adapter.name]

    async def run(self) -> None:
        """Takes up what was left by the last run, then listens until every adapter has ended or this is cancelled."""
        in_the_background = [asyncio.create_task(each) for each in (self._tidy(), self._succeed())]
        try:
            for adapter in self._adapters.values():
                if isinstance(adapter, Noting):
                    await adapter.take_up(self.host(adapter))
            await self._resting.take_up()
            await self.recover()
            async with asyncio.TaskGroup() as group:
                for adapter in self._adapters.values():
                    group.create_task(adapter.run(self.host(adapter)))
        finally:
            for each in in_the_background:
                each.cancel()
            await self._tasks.finished(within=DRAIN)
            with suppress(NotCommitted):  # it is made up for after the next start
                await scrub(self._store)

    async def counts(self) -> Counts:
        """How much is where, for those who watch the program."""
        return await self._store.transact("counted", lambda desk: counts(desk, self._clock()))

    async def recover(self) -> None:
        """Takes up what programs that are no more have left: writes without an answer are told, the rest is done."""
        self._showing.unsure(await self._store.insist("released", owed.release))
        for entry in await self._store.insist("taken over", writes.left):
            await self._whatever_comes(self._performing.doubt(entry))
        for delivery in await self._store.insist("taken over", inbox.left):
            await self._handle(delivery)
        await self._take_up_all()

    async def _whatever_comes(self, work: Coroutine[Any, Any, object]) -> None:
        """Does a piece of what was left behind. One that cannot be done must not keep the others from it."""
        try:
            await work
        except Exception:
            log.exception("something left behind could not be taken up")

    async def _take_in(self, before: datetime) -> None:
        """Handles what was received and has not been handled since, by whomever."""
        for delivery in await self._store.insist("looked", inbox.new):
            if delivery.received_at <= before:
                await self._handle(delivery)

    async def _handle(self, delivery: inbox.Delivery) -> None:
        if delivery.platform in self._receptions:
            reception = self._receptions[delivery.platform]
            await self._whatever_comes(reception.handle(delivery))

    async def _take_up_all(self) -> None:
        """Does what is owed and in nobody's hands, or in the hands of somebody who has not come back."""
        now = self._clock()
        for claim in await self._store.insist("claimed", lambda desk: owed.claim_all(desk, now, LEASE)):
            await self._whatever_comes(self._performing.take_up(claim))

    async def _succeed(self) -> None:
        """Takes up what others leave when they die."""
        while True:
            await self._node.loss()
            log.info("another program has died: what it left is taken up")
            try:
                await self.recover()
            except Exception:
                log.exception("could not take up what another program has left")

    async def _tidy(self) -> None:
        while True:
            await asyncio.sleep(TIDY)
            try:
                await self.tidy()
            except Exception:
                log.exception("could not tidy up")

    async def tidy(self) -> None:
        """Takes up what was dropped, and erases a little of what is over its time."""
        await self._take_in(self._clock() - LEASE)
        await self._take_up_all()
        await self._store.transact("tidied", lambda desk: prune(desk, self._clock(), self._days))
        await scrub(self._store)
        self._measure.tidy(self._clock())
