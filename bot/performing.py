"""What follows from a step: it is shown, the calendar is asked, what else is owed is brought. Nothing is decided here.

A write is `sent` on disk before its first byte, and is never sent again: found in that state after a crash, it is in
doubt, and said so.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any, TypeVar

import structlog

from adapters.tasks import Tasks
from bot.bringing import BROUGHT, Bringing
from bot.calendar import Calendar, CalendarError, answer
from bot.finding import find
from bot.settling import Outcome
from bot.showing import Showing
from bot.steps import LEASE, Overtaken, Step, Steps
from bot.store import appointments, owed, persons, writes
from bot.store.desk import Desk
from bot.store.owed import Claim, Kind
from bot.store.persons import Contact
from bot.store.store import Store
from bot.tokens import Tokens
from conversations.calls import WRITES, Book, Call, Write
from conversations.events import Reason, Refused, Unanswered

log = structlog.get_logger()

T = TypeVar("T")

CROWD = 2.0
"""Seconds after which somebody whose turn has not come is told that many are asking."""


class Performing:
    def __init__(
        self,
        store: Store,
        calendar: Calendar,
        steps: Steps,
        showing: Showing,
        bringing: Bringing,
        tasks: Tasks,
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._calendar = calendar
        self._steps = steps
        self._showing = showing
        self._bringing = bringing
        self._tasks = tasks
        self._clock = clock

    def follow(self, step: Step) -> None:
        """Starts all that a step leads to. Returns at once."""
        sight = step.sight
        if step.forgotten:
            self._tasks.start(self._showing.bid_farewell(sight, step.forgotten))
            return
        self._showing.soon(sight)
        if step.call and sight.session.waiting:
            self._tasks.start(self._perform(sight.contact, step.call, sight.session.waiting))
        for claim in step.owes:
            self.bring(claim)
        if step.left:
            self._showing.leave(sight.contact.id, step.left)

    def bring(self, claim: Claim) -> None:
        self._tasks.start(self._bringing.bring(claim))

    def disk_refuses(self) -> None:
        """Starts telling whoever runs the program."""
        self._tasks.start(self._bringing.disk_refuses())

    async def take_up(self, claim: Claim) -> None:
        """Starts what was owed and not done. What the person does meanwhile waits: a newer screen must come after."""
        if claim.kind in BROUGHT:
            return self.bring(claim)
        who = (await self._store.transact("looked", lambda desk: persons.load(desk, claim.person_id))).who
        async with self._tasks.in_turn(who.key):
            sight = await self._store.transact("looked", lambda desk: self._steps.left(desk, claim))
            if sight is None:
                return None
            if claim.kind is Kind.SHOW:
                self._showing.soon(sight)
            elif sight.session.waiting:
                self._tasks.start(self._perform(sight.contact, claim, sight.session.waiting))
            else:
                await self._drop(claim)
        return None

    async def doubt(self, entry: writes.Entry) -> None:
        """Tells of a write that was sent by a program that is no more."""
        contact = await self._store.transact("looked", lambda desk: persons.load(desk, entry.person_id))
        await self._settled(contact, None, entry.call, Unanswered(self._clock(), entry.call))

    async def _perform(self, contact: Contact, claim: Claim, call: Call) -> None:
        if not isinstance(call, WRITES):
            finding = find(call, contact, self._calendar, self._tokens, self._clock)
            event = await self._patiently(contact, call, finding)
            await self._happened(contact, "found", lambda desk: self._steps.found(desk, contact, claim, event))
            return
        try:
            outcome = await self._patiently(contact, call, self._carry_out(contact, call))
        except Overtaken:
            await self._look_after(contact, claim, call)
        else:
            await self._settled(contact, claim, call, outcome)

    async def _look_after(self, contact: Contact, claim: Claim, call: Write) -> None:
        """A write that was sent before: if whoever sent it has not come back by now, nobody knows what came of it."""
        entry = await self._store.transact("looked", lambda desk: writes.load(desk, contact.id, call.key))
        if entry is None or entry.state is not writes.State.SENT:
            await self._drop(claim)
        elif self._clock() - entry.changed_at > LEASE:
            await self._settled(contact, claim, call, Unanswered(self._clock(), call))

    async def _drop(self, claim: Claim) -> None:
        """Nothing is to be done any more."""
        await self._store.transact("dropped", lambda desk: owed.ended(desk, claim))

    async def _patiently(self, contact: Contact, call: Call, asking: Coroutine[Any, Any, T]) -> T:
        """What comes of asking the calendar. Who has to wait long for their turn is told so meanwhile."""
        asked = self._tasks.start(asking)
        await asyncio.wait([asked], timeout=CROWD)
        if not asked.done() and self._calendar.delay > CROWD:
            await self._happened(contact, "delayed", lambda desk: self._steps.delayed(desk, contact, call))
        return await asked

    async def _tokens(self, appointment: str) -> Tokens | None:
        return await self._store.transact("looked", lambda desk: appointments.tokens(desk, appointment))

    async def _carry_out(self, contact: Contact, call: Write) -> Outcome:
        """Sends a write in its turn, once: it is `sent` on disk before its first byte."""

        def sent(desk: Desk) -> Tokens | None:
            if not writes.sent(desk, contact.id, call.key, sent_at):
                raise Overtaken
            return None if isinstance(call, Book) else appointments.tokens(desk, call.appointment)

        async with self._calendar.turn() as come:
            sent_at = self._clock()
            tokens = await self._store.insist("sent", sent)  # also what is not sent: nobody else may
            if not come:
                return Refused(sent_at, call, Reason.AWAY)
            if tokens is None and not isinstance(call, Book):
                return Refused(sent_at, call, Reason.TOKEN_SPENT)
            try:
                return await self._calendar.carry_out(call, tokens, sent_at, person=contact.id)
            except CalendarError as error:
                return answer(call, error, self._clock())

    async def _settled(self, contact: Contact, claim: Claim | None, call: Write, outcome: Outcome) -> None:
        """Stores what came of a write. If that cannot be done, it is found `sent` later, and told as unknown."""
        name = {Refused: "refused", Unanswered: "doubted"}.get(type(outcome), "settled")
        await self._happened(contact, name, lambda desk: self._steps.settled(desk, contact, claim, call, outcome))

    async def _happened(self, contact: Contact, name: str, work: Callable[[Desk], Step]) -> None:
        """Tells the conversation what the calendar answered: one transaction, in the person's order."""
        async with self._tasks.in_turn(contact.who.key):
            try:
                self.follow(await self._store.insist(name, work))
            except persons.Forgotten:
                log.info("an answer came for somebody who was forgotten meanwhile")
