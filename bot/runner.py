"""The loop: receive, read, advance, save, show, perform. Nothing is decided here: the conversations say what is wanted.

One transaction per event holds all that follows from it; what is to be shown or asked is owed by then, so that a crash
repeats it at most. A write is `sent` on disk before its first byte, and is never sent again: found in that state after
a crash, it is in doubt, and said so.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar
from weakref import WeakValueDictionary

import structlog

from adapters import (
    Adapter,
    Done,
    Errand,
    Heard,
    Json,
    Noting,
    NotTaken,
    NotYet,
    Paged,
    Receipt,
    Seen,
    Visit,
    Who,
)
from bot import reading
from bot.bringing import BROUGHT, Bringing, lasts
from bot.calendar import Calendar, CalendarError, answer
from bot.erasing import erase_workspace
from bot.finding import find
from bot.limits import SLOWED, UNLIMITED, Limits, Measure
from bot.linking import taken_up, told
from bot.local import guess
from bot.reading.link import pasted
from bot.settling import Outcome, by_now, settle
from bot.showing import Showing, Sight
from bot.store import appointments, inbox, notes, owed, persons, places, sessions, writes
from bot.store.counts import Counts, counts
from bot.store.desk import Desk
from bot.store.forgetting import forget, scrub
from bot.store.owed import Claim, Kind
from bot.store.persons import Contact
from bot.store.places import Spot
from bot.store.retention import prune
from bot.store.store import NotCommitted, Store
from bot.tasks import Tasks
from bot.tokens import Tokens
from bot.words import Words
from conversations.aside import asides
from conversations.calls import WRITES, Book, Call, Export, FindInfo, Forget, Invite, Write
from conversations.drawing import show
from conversations.engine import ON_ITS_WAY, advance
from conversations.events import Delayed, Event, Filled, Found, Reason, Refused, Settled, Tapped, Typed, Unanswered
from conversations.path import in_doubt
from conversations.people import Person, kept
from conversations.session import Session, nothing_yet, only
from conversations.texts import Text, say

log = structlog.get_logger()

T = TypeVar("T")

LEASE = timedelta(seconds=60)
"""How long a call or a screen may take before it is owed anew."""

DRAIN = 15.0
"""Seconds given to what is under way when the program ends: of the 20 that it has, some belong to the adapters."""

CROWD = 2.0
"""Seconds after which somebody whose turn has not come is told that many are asking."""

TIDY = 60.0
"""Seconds between two clean-ups."""

STUBBORN = (0.1, 1.0, 5.0, 20.0)
"""Seconds between tries to store the outcome of a write: its tokens come only once."""


LOST = say("I was changed in the meantime and have lost our thread. Your appointments are all here.")


class Overtaken(Exception):
    """Somebody else has done this."""


@dataclass(frozen=True, slots=True)
class Step:
    """Where an event has led, once it is on disk: what is to be shown, and what is to be asked.

    With `forgotten`, where the farewell is said, nobody is there any more to whom anything else could be shown.
    """

    sight: Sight
    call: Claim | None = None
    owes: tuple[Claim, ...] = ()
    left: Spot | None = None
    forgotten: Spot | None = None

    @property
    def seen(self) -> Seen:
        person = self.sight.contact.person
        return Seen(show(person, self.sight.session), Words(person.locale, person.zone))


class Runner:
    """Runs the adapters over one store and one calendar. `stranger` says what is assumed of a person not met before."""

    def __init__(
        self,
        store: Store,
        calendar: Calendar,
        adapters: Sequence[Adapter],
        *,
        clock: Callable[[], datetime],
        stranger: Person,
        limits: Limits = UNLIMITED,
    ) -> None:
        self._store = store
        self._calendar = calendar
        self._adapters = {adapter.name: adapter for adapter in adapters}
        self._clock = clock
        self._stranger = stranger
        self._measure = Measure(limits)
        self._tasks = Tasks()
        self._showing = Showing(self._adapters, store, clock, self._tasks)
        self._bringing = Bringing(self._adapters, store, clock)
        self._errands: set[int] = set()
        self._orders: WeakValueDictionary[tuple[str, str, str], asyncio.Lock] = WeakValueDictionary()

    async def run(self) -> None:
        """Takes up what was left by the last run, then listens until every adapter has ended or this is cancelled."""
        tidying = asyncio.create_task(self._tidy())
        try:
            for adapter in self._adapters.values():
                if isinstance(adapter, Noting):
                    await adapter.take_up(_Host(self, adapter))
            await self.recover()
            async with asyncio.TaskGroup() as group:
                for adapter in self._adapters.values():
                    group.create_task(adapter.run(_Host(self, adapter)))
        finally:
            tidying.cancel()
            await self._tasks.finished(within=DRAIN)
            with suppress(NotCommitted):  # it is made up for after the next start
                await scrub(self._store)

    async def counts(self) -> Counts:
        """How much is where, for those who watch the program."""
        return await self._store.transact("counted", lambda desk: counts(desk, self._clock()))

    # What is kept for adapters.

    async def note(self, adapter: Adapter, name: str, value: Json) -> None:
        try:
            await self._store.transact("noted", lambda desk: notes.note(desk, adapter.name, name, value))
        except NotCommitted as error:
            raise NotTaken from error

    async def noted(self, adapter: Adapter, name: str) -> Json:
        return await self._store.transact("looked", lambda desk: notes.noted(desk, adapter.name, name))

    async def forget(self, adapter: Adapter, workspace: str) -> None:
        await erase_workspace(self._store, adapter.name, workspace)

    # Receive.

    async def receive(self, adapter: Adapter, key: str, payload: Json) -> Receipt | None:
        at = self._clock()
        try:
            delivery = await self._store.transact(
                "received", lambda desk: inbox.receive(desk, adapter.name, key, payload, at)
            )
        except NotCommitted as error:
            raise NotTaken from error
        return _Receipt(self._tasks.start(self._handle(adapter, delivery, payload))) if delivery else None

    async def words(self, who: Who) -> Words:
        """The words of somebody who may not have been met before."""

        def look(desk: Desk) -> Person:
            contact = persons.find(desk, who.platform, who.workspace, who.user)
            return _hinted(contact.person if contact else self._stranger, who)

        person = await self._store.transact("looked", look)
        return Words(person.locale, person.zone)

    async def _handle(self, adapter: Adapter, delivery: int, payload: Json) -> Step | None:
        """Handles a delivery once. What cannot be handled is set aside and does not hold up the next."""
        try:
            heard = adapter.parse(payload, self._clock())
        except Exception as error:
            if not isinstance(error, ValueError):  # a fault of the adapter, which must not end the next start either
                log.exception("a payload could not be read", platform=adapter.name)
            await self._set_aside(delivery, error)
            return None
        if heard is None:
            await self._store.transact("ignored", lambda desk: inbox.done(desk, delivery))
            return None
        if isinstance(heard, Errand):
            self._tasks.start(self._run_errand(adapter.name, delivery, heard))
            return None
        if isinstance(heard, Visit):
            await self._visited(delivery, heard)
            return None
        async with self._order(heard.who):
            did = self._did if self._measure.takes(_named(heard.who), self._clock()) else self._slow_down
            try:
                step = await self._keep("advanced", lambda desk: did(desk, delivery, heard))
            except (NotCommitted, Overtaken):  # it stays in the inbox, or is handled by somebody else
                return None
            except Exception as error:  # a fault of ours must not stop the person's next message
                log.exception("an event could not be handled", platform=heard.who.platform)
                await self._set_aside(delivery, error)
                step = await self._keep("apologised", lambda desk: self._apologise(desk, heard))
            if step:
                self._follow(step)
        return step

    async def _visited(self, delivery: int, visit: Visit) -> None:
        def work(desk: Desk) -> Claim:
            if not inbox.done(desk, delivery):
                raise Overtaken
            return self._claim(desk, self._contact(desk, visit.who).id, Kind.PAGE, "")

        try:
            claim = await self._keep("visited", work)
        except (NotCommitted, Overtaken):
            return
        self._tasks.start(self._bringing.bring(claim))

    async def _run_errand(self, platform: str, delivery: int, errand: Errand) -> None:
        """Does an errand at least once: until then it stays in the inbox, for the next tidying or the next start."""
        if delivery in self._errands:
            return
        self._errands.add(delivery)
        try:
            await self._until_done(platform, errand)
            await self._store.transact("errand done", lambda desk: inbox.done(desk, delivery))
        except (NotYet, NotCommitted) as error:
            log.warning("an errand is left for later", platform=platform, why=str(error))
        except Exception as error:
            log.exception("an errand could not be done", platform=platform)
            await self._set_aside(delivery, error)
        finally:
            self._errands.discard(delivery)

    async def _until_done(self, platform: str, errand: Errand) -> None:
        for pause in STUBBORN:
            try:
                return await errand.do()
            except NotYet as error:
                log.info("an errand could not be done yet", platform=platform, why=str(error), again_in=pause)
            await asyncio.sleep(pause)
        return await errand.do()

    async def _set_aside(self, delivery: int, error: Exception) -> None:
        await self._keep("set aside", lambda desk: inbox.set_aside(desk, delivery, type(error).__name__))

    async def _keep(self, name: str, work: Callable[[Desk], T]) -> T:
        """Commits, and tries again while the disk refuses. Raises NotCommitted if it goes on doing so."""
        for pause in STUBBORN:
            try:
                return await self._store.transact(name, work)
            except NotCommitted:
                log.exception("could not be stored yet", transaction=name)
                await asyncio.sleep(pause)
        return await self._store.transact(name, work)

    def _order(self, who: Who) -> asyncio.Lock:
        """One person, one order: a lock gives way in the order in which it was asked."""
        return self._orders.setdefault(_named(who), asyncio.Lock())

    # Read, advance, save: all in one transaction.

    def _did(self, desk: Desk, delivery: int, heard: Heard) -> Step:
        if not inbox.done(desk, delivery):
            raise Overtaken
        contact = self._contact(desk, heard.who)
        left = places.goes_on(desk, contact.id, heard.place)
        session, lost = self._session(desk, contact)
        link = pasted(heard.event.text) if isinstance(heard.event, Typed) else None
        if link:
            event: Done = taken_up(desk, contact, link, heard.event.at)
            contact = persons.load(desk, contact.id)
        else:
            event = _understood(contact.person, session, heard.event)
        below = not isinstance(heard.event, Tapped | Filled)
        step = self._advance(desk, contact, session, event, lost=lost, below=below)
        if link and heard.message:
            step = replace(step, owes=(*step.owes, self._claim(desk, contact.id, Kind.ERASE, heard.message)))
        return replace(step, left=left)

    def _slow_down(self, desk: Desk, delivery: int, heard: Heard) -> Step | None:
        """Does nothing of what came in, and says so once, until something is taken again."""
        if not inbox.done(desk, delivery):
            raise Overtaken
        contact = self._contact(desk, heard.who)
        session, _ = self._session(desk, contact)
        if session.notice == SLOWED:
            return None
        log.info("somebody is slowed down", platform=contact.who.platform)
        slowed = replace(session, notice=SLOWED)
        sessions.save(desk, contact.id, slowed)
        return Step(self._sight(desk, contact, slowed, below=True))

    def _apologise(self, desk: Desk, heard: Heard) -> Step:
        contact = self._contact(desk, heard.who)
        sorry = say("Something went wrong here, and I could not take that. Nothing else is lost; please try again.")
        session = replace(self._session(desk, contact)[0], notice=sorry)
        sessions.save(desk, contact.id, session)
        return Step(self._sight(desk, contact, session, below=True))

    def _contact(self, desk: Desk, who: Who) -> Contact:
        contact = persons.find(desk, who.platform, who.workspace, who.user)
        if contact is None:
            stranger = _hinted(self._stranger, who)
            if stranger.zone_guessed:
                stranger = replace(stranger, zone=guess(stranger.locale, stranger.zone))
            return persons.add(desk, who, stranger)
        person = replace(_hinted(contact.person, who), days=self._stranger.days)
        hinted = replace(contact, who=who, person=person)
        if hinted != contact:
            persons.save(desk, hinted)
        return hinted

    def _session(self, desk: Desk, contact: Contact) -> tuple[Session, Text | None]:
        """Where the person stands; and what to say first, where it could not be read."""
        session = sessions.load(desk, contact.id)
        if isinstance(session, Session):
            return session, None
        fresh = nothing_yet(contact.key)
        if session is None:
            return fresh, None
        log.warning("a session could not be read", why=session.why)
        live = writes.live(desk, contact.id)
        left = only(live.call, fresh) if live else fresh
        return replace(left, revision=session.revision + 1, notice=LOST), LOST

    def _advance(
        self,
        desk: Desk,
        contact: Contact,
        session: Session,
        event: Event,
        *,
        lost: Text | None = None,
        below: bool = False,
    ) -> Step:
        person = contact.person
        after = advance(person, session, event)
        keep, after = after.keep, replace(after, keep=None)
        if isinstance(keep, Forget):
            return self._forget(desk, contact, session, after)
        if keep:
            contact = replace(contact, person=kept(person, keep))
            persons.save(desk, contact)
        after = replace(after, notice=after.notice or lost)
        if isinstance(after.waiting, Book) and after.waiting != session.waiting:
            after = self._limited(desk, contact, after, after.waiting, event.at)
        sessions.save(desk, contact.id, after)
        asks = after.waiting is not None and after.waiting != session.waiting
        if asks and isinstance(after.waiting, WRITES) and not writes.confirm(desk, contact.id, after.waiting, event.at):
            raise RuntimeError("this write was confirmed before, or another one is under way")
        if doubt := _left_behind(session, after):
            writes.move(desk, contact.id, doubt.key, writes.State.UNKNOWN, writes.State.TOLD, event.at)
        call = self._claim(desk, contact.id, Kind.CALL, str(after.revision)) if asks else None
        owes = [*self._page(desk, contact)] if person != contact.person else []
        if isinstance(keep, Export):
            owes.append(self._claim(desk, contact.id, Kind.ACCOUNT, ""))
        if isinstance(keep, Invite):
            owes.append(self._file(desk, contact, keep.appointment))
        return Step(self._sight(desk, contact, after, below=below), call, tuple(owes))

    def _page(self, desk: Desk, contact: Contact) -> Iterator[Claim]:
        """Owes the person's page as it is from now on, on a platform that has one."""
        if isinstance(self._adapters.get(contact.who.platform), Paged):
            yield self._claim(desk, contact.id, Kind.PAGE, "")

    def _file(self, desk: Desk, contact: Contact, appointment: str) -> Claim:
        """A file of an appointment is owed, and whatever becomes of it will be sent as well."""
        appointments.filed(desk, appointment)
        return self._claim(desk, contact.id, Kind.FILE, appointment)

    def _limited(self, desk: Desk, contact: Contact, session: Session, book: Book, at: datetime) -> Session:
        """The session as it is, or with the booking refused that would be one too many."""
        booked, coming = writes.booked(desk, contact.id), len(contact.person.coming(at))
        reason = self._measure.refuses(_named(contact.who), booked, coming, at)
        return advance(contact.person, session, Refused(at, book, reason)) if reason else session

    def _forget(self, desk: Desk, contact: Contact, before: Session, after: Session) -> Step:
        """Erases all that is kept of a person, unless something of theirs is on its way."""
        front, booked = places.front(desk, contact.id), writes.booked(desk, contact.id)
        if not forget(desk, contact):
            after = replace(before, notice=ON_ITS_WAY)
            sessions.save(desk, contact.id, after)
            return Step(self._sight(desk, contact, after, below=True))
        self._measure.forgets(_named(contact.who), booked)
        stranger = replace(contact, person=kept(contact.person, Forget()))
        return Step(Sight(stranger, after, claim=None, below=False), forgotten=front)

    def _sight(self, desk: Desk, contact: Contact, session: Session, *, below: bool) -> Sight:
        claim = self._claim(desk, contact.id, Kind.SHOW, "")
        return Sight(contact, session, claim, below)

    def _claim(self, desk: Desk, person: int, kind: Kind, ref: str) -> Claim:
        return owed.taken(desk, person, kind, ref, self._clock(), LEASE)

    # Show and perform.

    def _follow(self, step: Step) -> None:
        sight = step.sight
        if step.forgotten:
            self._tasks.start(self._showing.bid_farewell(sight, step.forgotten))
            return
        self._showing.soon(sight)
        if step.call and sight.session.waiting:
            self._tasks.start(self._perform(sight.contact, step.call, sight.session.waiting))
        for claim in step.owes:
            self._tasks.start(self._bringing.bring(claim))
        if step.left:
            self._tasks.start(self._showing.leave(sight.contact, step.left))

    async def _perform(self, contact: Contact, claim: Claim, call: Call) -> None:
        if not isinstance(call, WRITES):
            finding = find(call, contact, self._calendar, self._tokens, self._clock)
            event = await self._patiently(contact, call, finding)
            return await self._happened(contact, claim, "found", lambda desk: self._told(desk, contact, event))
        try:
            outcome = await self._patiently(contact, call, self._carry_out(contact, call))
        except Overtaken:
            return await self._look_after(contact, claim, call)
        return await self._settled(contact, claim, call, outcome)

    async def _look_after(self, contact: Contact, claim: Claim, call: Write) -> None:
        """A write that was sent before: if whoever sent it has not come back by now, nobody knows what came of it."""
        entry = await self._store.transact("looked", lambda desk: writes.load(desk, contact.id, call.key))
        if entry and entry.state is writes.State.SENT and self._clock() - entry.changed_at > LEASE:
            await self._settled(contact, claim, call, Unanswered(self._clock(), call))

    async def _patiently(self, contact: Contact, call: Call, asking: Coroutine[Any, Any, T]) -> T:
        """What comes of asking the calendar. Who has to wait long for their turn is told so meanwhile."""
        asked = self._tasks.start(asking)
        await asyncio.wait([asked], timeout=CROWD)
        if not asked.done() and self._calendar.delay > CROWD:
            await self._happened(contact, None, "delayed", lambda _desk: (Delayed(self._clock(), call),))
        return await asked

    def _told(self, desk: Desk, contact: Contact, event: Found | Refused | Unanswered) -> tuple[Event, ...]:
        """What has happened by an answer to a read: more than the answer, if it is about an appointment."""
        if not isinstance(event.call, FindInfo):
            return (event,)
        known = persons.load(desk, contact.id)
        return told(desk, known, by_now(event, contact.person, known.person), self._clock())

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
            tokens = await self._keep("sent", sent)  # also what is not sent: nobody else may
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

        def settled(desk: Desk) -> tuple[Event, ...]:
            return (settle(desk, persons.load(desk, contact.id), call, outcome, self._clock()),)

        await self._happened(contact, claim, name, settled)

    def _newer_file(self, desk: Desk, contact: Contact, settled: Settled) -> Iterator[Claim]:
        """Who has put an appointment into their calendar hears of its change there."""
        appointment = appointments.load(desk, settled.appointment)
        if appointment and appointment.filed:
            yield self._file(desk, contact, settled.appointment)

    async def _happened(
        self, contact: Contact, claim: Claim | None, name: str, events_of: Callable[[Desk], tuple[Event, ...]]
    ) -> None:
        """Tells the conversation what the calendar answered: one transaction, in the person's order."""

        def work(desk: Desk) -> Step:
            session, lost = self._session(desk, contact)
            events = events_of(desk)
            fresh = persons.load(desk, contact.id)
            for each in events[:-1]:
                session = advance(fresh.person, session, each)
            event = events[-1]
            step = self._advance(desk, fresh, session, event, lost=lost)
            if claim:
                owed.ended(desk, claim)
            owes = [*step.owes]
            if fresh.person.appointments != contact.person.appointments:
                owes += self._page(desk, fresh)
            for each in events:
                if isinstance(each, Settled):
                    owes += self._newer_file(desk, contact, each)
            if isinstance(event, Settled) and self._needs_card(desk, fresh, step, event.appointment):
                owes.append(self._claim(desk, contact.id, Kind.CARD, event.appointment))
            return replace(step, owes=tuple(dict.fromkeys(owes)))

        async with self._order(contact.who):
            try:
                self._follow(await self._keep(name, work))
            except persons.Forgotten:
                log.info("an answer came for somebody who was forgotten meanwhile")

    def _needs_card(self, desk: Desk, contact: Contact, step: Step, appointment: str) -> bool:
        """Whether the screen does not tell of it, or stands where it does not last."""
        if step.sight.session.outcome != appointment:
            return True
        spot, adapter = places.front(desk, contact.id), self._adapters.get(contact.who.platform)
        return bool(spot and adapter and not lasts(adapter, spot.place, otherwise=True))

    # After a restart.

    async def recover(self) -> None:
        """Takes up what the last run left: writes without an answer are told, the rest is done now."""
        await self._store.transact("released", owed.release)
        self._showing.unsure(await self._store.transact("looked", lambda desk: owed.persons(desk, Kind.SHOW)))
        for entry in await self._store.transact("looked", lambda desk: writes.in_state(desk, writes.State.SENT)):
            await self._whatever_comes(self._doubt(entry))
        await self._take_in(self._clock())
        await self._take_up_all()

    async def _doubt(self, entry: writes.Entry) -> None:
        contact = await self._load(entry.person_id)
        await self._settled(contact, None, entry.call, Unanswered(self._clock(), entry.call))

    async def _whatever_comes(self, work: Coroutine[Any, Any, object]) -> None:
        """Does a piece of what was left behind. One that cannot be done must not keep the others from it."""
        try:
            await work
        except Exception:
            log.exception("something left behind could not be taken up")

    async def _take_in(self, before: datetime) -> None:
        """Handles what was received and has not been handled since."""
        for delivery in await self._store.transact("looked", inbox.new):
            if delivery.platform in self._adapters and delivery.received_at <= before:
                await self._whatever_comes(
                    self._handle(self._adapters[delivery.platform], delivery.id, delivery.payload)
                )

    async def _take_up_all(self) -> None:
        """Does what is owed and in nobody's hands, or in the hands of somebody who has not come back."""
        now = self._clock()
        for claim in await self._store.transact("claimed", lambda desk: owed.claim_all(desk, now, LEASE)):
            await self._whatever_comes(self._take_up(claim))

    async def _take_up(self, claim: Claim) -> None:
        contact = await self._load(claim.person_id)
        session, _ = await self._store.transact("looked", lambda desk: self._session(desk, contact))
        match claim.kind:
            case kind if kind in BROUGHT:
                self._tasks.start(self._bringing.bring(claim))
            case Kind.SHOW:
                self._showing.soon(Sight(contact, session, claim, below=True))
            case Kind.CALL if session.waiting:
                self._tasks.start(self._perform(contact, claim, session.waiting))
            case Kind.CALL:
                await self._store.transact("dropped", lambda desk: owed.ended(desk, claim))

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
        await self._store.transact("tidied", lambda desk: prune(desk, self._clock(), self._stranger.days))
        await scrub(self._store)
        self._measure.tidy(self._clock())

    async def _load(self, person: int) -> Contact:
        return await self._store.transact("looked", lambda desk: persons.load(desk, person))


@dataclass(frozen=True, slots=True)
class _Host:
    """The runner, as one adapter sees it."""

    runner: Runner
    adapter: Adapter

    async def receive(self, key: str, payload: Json) -> Receipt | None:
        return await self.runner.receive(self.adapter, key, payload)

    async def words(self, who: Who) -> Words:
        return await self.runner.words(who)

    async def note(self, name: str, value: Json) -> None:
        await self.runner.note(self.adapter, name, value)

    async def forget(self, workspace: str) -> None:
        await self.runner.forget(self.adapter, workspace)

    async def noted(self, name: str) -> Json:
        return await self.runner.noted(self.adapter, name)


@dataclass(frozen=True, slots=True)
class _Receipt:
    """What becomes of a delivery."""

    handled: asyncio.Task[Step | None]

    async def seen(self, within: float) -> Seen | None:
        await asyncio.wait([self.handled], timeout=within)
        gone = not self.handled.done() or self.handled.cancelled() or self.handled.exception()
        step = None if gone else self.handled.result()
        return step.seen if step else None


def _named(who: Who) -> tuple[str, str, str]:
    return who.platform, who.workspace, who.user


def _left_behind(session: Session, after: Session) -> Write | None:
    """A doubt from which the person has gone on: it was seen, even if a crash kept that from being put on disk."""
    doubt = in_doubt(session)
    return None if doubt in map(in_doubt, (after, *asides(after))) else doubt


def _hinted(person: Person, who: Who) -> Person:
    """What the platform's profile says counts until the person says otherwise."""
    return replace(
        person,
        locale=person.locale if person.locale_known else who.locale or person.locale,
        zone=person.zone if person.zone_known else who.zone or person.zone,
        given_name=who.given_name,
        family_name=who.family_name,
        zone_guessed=not (person.zone_known or who.zone),
    )


def _understood(person: Person, session: Session, event: Done) -> Done:
    """What was typed or filled in, read as an answer to what is open now."""
    screen = show(person, session)
    match event:
        case Typed(heard=None):
            heard = reading.hear(screen, event.text, person.locale, person.zone, event.at)
            return heard if isinstance(heard, Tapped) else replace(event, heard=heard)
        case Filled():
            read = reading.fill(screen, event.values, person.locale, person.zone, event.at)
            return replace(event, heard={**read, **event.heard})
        case _:
            return event
