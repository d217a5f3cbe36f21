"""Reception: what comes in is on disk before anybody hears that it was taken, and is handled once.

What cannot be handled is set aside with its error, and holds up nothing. What the same person sent before is handled
first, whichever program has received it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

import structlog

from adapters import Adapter, Errand, Heard, Json, NotTaken, NotYet, Receipt, Seen, Visit, Who, Work
from adapters.tasks import Tasks
from bot.erasing import erase_workspace
from bot.performing import Performing
from bot.steps import Overtaken, Step, Steps, Waits
from bot.store import inbox, notes
from bot.store.desk import Desk
from bot.store.nodes import Node
from bot.store.store import STUBBORN, NotCommitted, Store
from bot.words import Words

log = structlog.get_logger()

Said: TypeAlias = Heard | Visit | Errand | None
"""What a payload says."""


class Reception:
    """The program, as one adapter sees it: its `Host`."""

    def __init__(
        self,
        adapter: Adapter,
        store: Store,
        steps: Steps,
        performing: Performing,
        tasks: Tasks,
        clock: Callable[[], datetime],
        node: Node,
    ) -> None:
        self._adapter = adapter
        self._node = node
        self._store = store
        self._steps = steps
        self._performing = performing
        self._tasks = tasks
        self._clock = clock
        self._errands: set[int] = set()

    async def receive(self, key: str, payload: Json) -> Receipt | None:
        at, platform, said = self._clock(), self._adapter.name, self._read(payload)
        whose = said.who if isinstance(said, Heard) else None
        try:
            delivery = await self._store.transact(
                "received", lambda desk: inbox.receive(desk, platform, key, payload, at, whose), in_order=True
            )
        except NotCommitted as error:
            self._performing.disk_refuses()
            raise NotTaken from error
        return _Receipt(self._tasks.start(self._handle(delivery, said))) if delivery else None

    async def words(self, who: Who) -> Words:
        person = await self._store.transact("looked", lambda desk: self._steps.met(desk, who))
        return Words(person.locale, person.zone)

    async def note(self, name: str, changes: Json) -> None:
        try:
            await self._store.transact("noted", lambda desk: notes.note(desk, self._adapter.name, name, changes))
        except NotCommitted as error:
            raise NotTaken from error

    async def noted(self, name: str) -> Json:
        return await self._store.transact("looked", lambda desk: notes.noted(desk, self._adapter.name, name))

    async def on_duty(self, work: Work, stands_by: Callable[[], None]) -> None:
        await self._node.on_duty(self._adapter.name, work, stands_by)

    async def forget(self, workspace: str) -> None:
        await erase_workspace(self._store, self._adapter.name, workspace)

    async def handle(self, delivery: inbox.Delivery) -> None:
        """Handles once what was left behind."""
        await self._handle(delivery.id, self._read(delivery.payload))

    def _read(self, payload: Json) -> Said | Exception:
        """What it says, or why that cannot be understood."""
        try:
            return self._adapter.parse(payload, self._clock())
        except ValueError as error:
            return error
        except Exception as error:  # a fault of the adapter, which must not end the next start either
            log.exception("a payload could not be read", platform=self._adapter.name)
            return error

    async def _handle(self, delivery: int, said: Said | Exception) -> Step | None:
        """Returns where it has led, if that is anywhere by now."""
        match said:
            case Exception():
                await self._set_aside(delivery, said)
            case None:
                await self._store.transact("ignored", lambda desk: inbox.done(desk, delivery))
            case Errand():
                self._tasks.start(self._run_errand(delivery, said))
            case Visit():
                await self._visited(delivery, said)
            case Heard():
                async with self._tasks.in_turn(said.who.key):
                    with suppress(NotCommitted, Overtaken):  # it stays in the inbox, or is handled by somebody else
                        return await self._step(delivery, said)
        return None

    async def _step(self, delivery: int, heard: Heard) -> Step | None:
        """Raises NotCommitted and Overtaken."""
        did = self._steps.did if self._steps.takes(heard.who) else self._steps.slow_down
        try:
            step = await self._in_order(delivery, lambda desk: did(desk, delivery, heard))
        except (NotCommitted, Overtaken):
            raise
        except Exception as error:  # a fault of ours must not stop the person's next message
            log.exception("an event could not be handled", platform=heard.who.platform)
            await self._set_aside(delivery, error)
            step = await self._store.insist("apologised", lambda desk: self._steps.apologise(desk, heard))
        if step:
            self._performing.follow(step)
        return step

    async def _in_order(self, delivery: int, work: Callable[[Desk], Step | None]) -> Step | None:
        while True:
            try:
                return await self._store.insist("advanced", work)
            except Waits:
                for former in await self._store.insist("looked", lambda desk: inbox.before(desk, delivery)):
                    await self._catch_up(former)

    async def _catch_up(self, former: inbox.Delivery) -> None:
        """Handles what another program has received and not come to, or this one could not keep."""
        said = self._read(former.payload)
        if not isinstance(said, Heard):
            await self._handle(former.id, said)
            return
        with suppress(Overtaken):
            await self._step(former.id, said)

    async def _visited(self, delivery: int, visit: Visit) -> None:
        try:
            claim = await self._store.insist("visited", lambda desk: self._steps.visited(desk, delivery, visit))
        except (NotCommitted, Overtaken):
            return
        self._performing.bring(claim)

    async def _run_errand(self, delivery: int, errand: Errand) -> None:
        """Does an errand at least once: until then it stays in the inbox, for the next tidying or the next start."""
        if delivery in self._errands:
            return
        self._errands.add(delivery)
        try:
            await self._until_done(errand)
            await self._store.transact("errand done", lambda desk: inbox.done(desk, delivery))
        except (NotYet, NotCommitted) as error:
            log.warning("an errand is left for later", platform=self._adapter.name, why=str(error))
        except Exception as error:
            log.exception("an errand could not be done", platform=self._adapter.name)
            await self._set_aside(delivery, error)
        finally:
            self._errands.discard(delivery)

    async def _until_done(self, errand: Errand) -> None:
        for pause in STUBBORN:
            try:
                return await errand.do()
            except NotYet as error:
                log.info("an errand could not be done yet", platform=self._adapter.name, why=str(error), again_in=pause)
            await asyncio.sleep(pause)
        return await errand.do()

    async def _set_aside(self, delivery: int, error: Exception) -> None:
        await self._store.insist("set aside", lambda desk: inbox.set_aside(desk, delivery, type(error).__name__))


@dataclass(frozen=True, slots=True)
class _Receipt:
    """What becomes of a delivery."""

    handled: asyncio.Task[Step | None]

    async def seen(self, within: float) -> Seen | None:
        await asyncio.wait([self.handled], timeout=within)
        gone = not self.handled.done() or self.handled.cancelled() or self.handled.exception()
        step = None if gone else self.handled.result()
        return step.seen if step else None
