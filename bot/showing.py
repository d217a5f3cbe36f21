"""Showing: the newest screen of each person, one at a time. What stands on it is the conversations' matter."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property

import structlog

from adapters import Adapter, Anchor, NotYet
from adapters.tasks import Tasks
from bot.bringing import addressed, lasts, remembered, supersede
from bot.store import owed, persons, places, sessions, writes
from bot.store.desk import Desk
from bot.store.owed import Claim, Kind
from bot.store.persons import Contact
from bot.store.places import Spot
from bot.store.store import NotCommitted, Store
from bot.words import Words
from conversations.aside import asides
from conversations.calls import Write
from conversations.doubt import unsure
from conversations.drawing import show
from conversations.path import in_doubt
from conversations.screens import Screen
from conversations.session import Session
from conversations.texts import say

log = structlog.get_logger()

FLICKER = 0.15
"""Seconds that a busy screen is held back: most answers come sooner, and one tap should not draw two screens."""

LEASE = timedelta(seconds=60)
"""How long it may take to show a screen once more."""

PAUSES = (1.0, 2.0, 5.0, 15.0)
"""Seconds between tries to show a screen; after the last it stays owed, until something newer comes or a restart."""


@dataclass(frozen=True)
class Sight:
    """A session to be shown, and the claim on showing it. `below` asks for a new message: the person wrote since."""

    contact: Contact
    session: Session
    claim: Claim | None
    below: bool

    @cached_property
    def screen(self) -> Screen:
        return show(self.contact.person, self.session)

    @property
    def words(self) -> Words:
        return Words(self.contact.person.locale, self.contact.person.zone)


class Showing:
    """Shows what is newest. A screen that was overtaken before its turn is never drawn."""

    def __init__(
        self, adapters: Mapping[str, Adapter], store: Store, clock: Callable[[], datetime], tasks: Tasks
    ) -> None:
        self._adapters = adapters
        self._store = store
        self._clock = clock
        self._tasks = tasks
        self._newest: dict[int, Sight] = {}
        self._busy: dict[int, asyncio.Event] = {}
        self._unsure: set[int] = set()
        self._left: dict[int, list[Spot]] = {}

    def unsure(self, persons: Iterable[int]) -> None:
        """To these something may have been shown, and nobody knows where it stands: what is next comes below."""
        self._unsure.update(persons)

    def soon(self, sight: Sight) -> None:
        """Sees to it that this is shown, unless something newer is by then. Returns at once."""
        person = sight.contact.id
        waiting = self._newest.get(person)
        below = sight.below or person in self._unsure or bool(waiting and waiting.below)
        self._unsure.discard(person)
        self._newest[person] = sight if below == sight.below else replace(sight, below=below)
        if person in self._busy:
            self._busy[person].set()
        else:
            self._busy[person] = asyncio.Event()
            self._tasks.start(self._show_all(person))

    async def _show_all(self, person: int) -> None:
        known = False
        try:
            while person in self._newest or person in self._left:
                if person in self._newest:
                    known = await self._show_newest(person, known)
                else:
                    await self._leave_all(person)
        finally:
            del self._busy[person]
            self._left.pop(person, None)

    async def _show_newest(self, person: int, known: bool) -> bool:
        """Whether it is known where it stands; `known` is whether that is known of what was shown before."""
        await self._hold_back(person)
        sight = self._newest.pop(person)
        if sight.claim and sight.claim.below and not known:
            sight = replace(sight, below=True)
        for pause in (*PAUSES, None):
            try:
                return await self._show(sight)
            except persons.Forgotten:
                return False
            except NotYet as error:
                log.warning("a screen could not be shown yet", platform=sight.contact.who.platform, why=str(error))
            except Exception:
                log.exception("could not show a screen", platform=sight.contact.who.platform)
            if pause is None:
                self._unsure.add(person)
                return False
            if person in self._newest or await self._overtaken(person, pause):
                newer = self._newest[person]
                self._newest[person] = replace(newer, below=newer.below or sight.below)
                return False
        return False

    async def _hold_back(self, person: int) -> None:
        """Waits for a while as long as what is newest is busy: one answer may lead to the next question by itself."""
        end = asyncio.get_running_loop().time() + FLICKER
        while self._newest[person].screen.busy:
            if not await self._overtaken(person, end - asyncio.get_running_loop().time()):
                return

    async def _overtaken(self, person: int, seconds: float) -> bool:
        """Waits until something newer is to be shown, or the time is over."""
        event = self._busy[person]
        event.clear()
        try:
            await asyncio.wait_for(event.wait(), seconds)
        except TimeoutError:
            return False
        return True

    async def _show(self, sight: Sight) -> bool:
        """Whether it stands there, and it is on disk where."""
        contact, session = sight.contact, sight.session
        spot, screen, instead = await self._store.transact("looked", lambda desk: self._look(desk, sight))
        if instead:
            self.soon(replace(instead, below=instead.below or sight.below))
        if spot is None:
            return False
        adapter, words = self._adapters[contact.who.platform], sight.words
        anchor = await adapter.show(screen, spot.place, spot.anchor, words, below=sight.below)
        # A conversation that ends with an appointment leaves its card, where what is shown lasts.
        finished = session.outcome if session.over and lasts(adapter, spot.place, otherwise=False) else None
        appointment = contact.person.appointment(finished or "")
        if appointment:
            await supersede(adapter, self._store, contact, spot.place, appointment, words, unless=anchor)

        def shown(desk: Desk) -> tuple[bool, Sight | None]:
            persons.hold(desk, contact.id)
            for doubt in _doubts_said(session):
                writes.move(desk, contact.id, doubt.key, writes.State.UNKNOWN, writes.State.TOLD, self._clock())
            if appointment:
                remembered(desk, contact, appointment, anchor)
            if _is_elsewhere(desk, sight):
                return False, self._over_another(desk, sight, spot, anchor)
            places.anchored(desk, spot.id, anchor, session.revision)
            if sight.claim and desk.shared and sight.below:
                owed.stands(desk, sight.claim)
            if sight.claim:
                owed.ended(desk, sight.claim)
            return True, None

        known, newest = await self._store.transact("shown", shown)
        if newest:
            self.soon(newest)
        return known

    def _look(self, desk: Desk, sight: Sight) -> tuple[Spot | None, Screen, Sight | None]:
        """Where it is to be shown, and the screen with its addresses; or what is to be shown in its place."""
        contact = sight.contact
        if _is_elsewhere(desk, sight):
            return None, sight.screen, self._left_to_show(desk, contact.id)
        if desk.shared and sight.below and sight.claim:
            owed.goes_below(desk, sight.claim)
        return places.front(desk, contact.id), addressed(desk, contact.person, sight.screen), None

    def _over_another(self, desk: Desk, sight: Sight, spot: Spot, anchor: Anchor) -> Sight | None:
        """What another program has shown meanwhile may lie under this: whoever is last draws what is newest by now.

        Nobody knows which of two messages came last. Below an older one that was made, the newest is drawn once more.
        """
        id = persons.load(desk, sight.contact.id).id
        newest = sessions.load(desk, id)
        older = isinstance(newest, Session) and newest.revision > sight.session.revision
        if not older:
            places.anchored(desk, spot.id, anchor, sight.session.revision)
        shows_still = sight.claim is not None and owed.holder(desk, sight.claim) is not None
        owed.owe(desk, id, Kind.SHOW, "", self._clock(), below=older and sight.below)
        return None if shows_still else self._left_to_show(desk, id)

    def _left_to_show(self, desk: Desk, id: int) -> Sight | None:
        """What is newest, if it is owed to somebody and in nobody's hands."""
        persons.hold(desk, id)
        claim = owed.claim(desk, self._clock(), LEASE, person_id=id, kind=Kind.SHOW)
        session = sessions.load(desk, id)
        if claim is None or not isinstance(session, Session):
            return None
        return Sight(persons.load(desk, id), session, claim, below=False)

    def leave(self, person: int, spot: Spot) -> None:
        """Sees to it that the buttons go where the conversation was, once what is newest is shown in another place.

        What is being shown there may come late, and the conversation may come back: nothing of it is drawn over that.
        """
        if person in self._busy:
            self._left.setdefault(person, []).append(spot)

    async def _leave_all(self, person: int) -> None:
        gone = Screen(key="", revision=0, title=say("Appointments"), lines=(say("We go on elsewhere."),), over=True)

        def look(desk: Desk) -> tuple[Contact, list[Spot | None]]:
            front = places.front(desk, person)
            found = [places.at(desk, person, spot.place) for spot in left if front is None or spot.id != front.id]
            return persons.load(desk, person), found

        left = self._left.pop(person)
        try:
            contact, spots = await self._store.transact("looked", look)
        except (NotCommitted, persons.Forgotten):
            return  # they are only old: pressed, they change nothing
        for spot in filter(None, spots):
            await self._show_once(contact, gone, spot)

    async def bid_farewell(self, sight: Sight, spot: Spot) -> None:
        """Shows somebody of whom nothing is kept any more the last screen, where their last one stood."""
        self._newest.pop(sight.contact.id, None)
        self._unsure.discard(sight.contact.id)
        await self._show_once(sight.contact, sight.screen, spot)

    async def _show_once(self, contact: Contact, screen: Screen, spot: Spot) -> None:
        """In place of what stands there. Nobody remembers it, and it is not tried again."""
        words = Words(contact.person.locale, contact.person.zone)
        try:
            await self._adapters[contact.who.platform].show(screen, spot.place, spot.anchor, words, below=False)
        except Exception:
            log.exception("could not show a screen for the last time", platform=contact.who.platform)


def _is_elsewhere(desk: Desk, sight: Sight) -> bool:
    """Whether another program shows, or has shown, what is newer."""
    return desk.shared and sight.claim is not None and owed.holder(desk, sight.claim) != desk.node


def _doubts_said(session: Session) -> Iterator[Write]:
    """The doubt in front, and any that was set aside before and is spoken of in front."""
    if doubt := in_doubt(session):
        yield doubt
    yield from (doubt for doubt in map(in_doubt, asides(session)) if doubt and session.notice == unsure(doubt))
