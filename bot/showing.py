"""Showing: the newest screen of each person, one at a time. What stands on it is the conversations' matter."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property

import structlog

from adapters import Adapter, Anchor, NotYet, Place
from adapters.tasks import Tasks
from bot.bringing import addressed, lasts, leads_out, remembered, supersede
from bot.store import owed, persons, places, sessions, writes
from bot.store.desk import Desk
from bot.store.owed import Claim, Kind
from bot.store.persons import Contact
from bot.store.places import Spot
from bot.store.store import Store
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


REMEMBERED = 1000
"""People of whom it is known without a look where their screen stands: some 400 kB."""


@dataclass(frozen=True)
class Sight:
    """A session to be shown, and the claim on showing it. `below` asks for a new message: the person wrote since.

    `place` is where the conversation goes on, if what has led here says so.
    """

    contact: Contact
    session: Session
    claim: Claim | None
    below: bool
    place: Place | None = None

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
        self._left: dict[int, Spot] = {}

    def unsure(self, persons: Iterable[int]) -> None:
        """To these something may have been shown, and nobody knows where it stands: what is next comes below."""
        self._unsure.update(persons)

    def soon(self, sight: Sight) -> None:
        """Sees to it that this is shown, unless something newer is by then. Returns at once."""
        person = sight.contact.id
        waiting = self._newest.get(person)
        below = sight.below or person in self._unsure or bool(waiting and waiting.below)
        place = sight.place or (waiting.place if waiting else None)
        self._unsure.discard(person)
        same = (below, place) == (sight.below, sight.place)
        self._newest[person] = sight if same else replace(sight, below=below, place=place)
        if person in self._busy:
            self._busy[person].set()
        else:
            self._busy[person] = asyncio.Event()
            self._tasks.start(self._show_all(person))

    async def _show_all(self, person: int) -> None:
        try:
            while person in self._newest:
                await self._show_newest(person)
        finally:
            del self._busy[person]

    async def _show_newest(self, person: int) -> None:
        await self._hold_back(person)
        sight = self._newest.pop(person)
        for pause in (*PAUSES, None):
            try:
                return await self._show(sight)
            except persons.Forgotten:
                return None
            except NotYet as error:
                log.warning("a screen could not be shown yet", platform=sight.contact.who.platform, why=str(error))
            except Exception:
                log.exception("could not show a screen", platform=sight.contact.who.platform)
            self._left.pop(person, None)
            if pause is None:
                self._unsure.add(person)
                return None
            if person in self._newest or await self._overtaken(person, pause):
                newer = self._newest[person]
                self._newest[person] = replace(newer, below=newer.below or sight.below)
                return None
        return None

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

    async def _show(self, sight: Sight) -> None:
        contact, session = sight.contact, sight.session
        spot, screen = self._as_left(sight), sight.screen
        if spot is None:
            spot, screen, instead = await self._store.transact("looked", lambda desk: self._look(desk, sight))
            if instead:
                self.soon(instead)
        if spot is None:
            return
        adapter, words = self._adapters[contact.who.platform], sight.words
        anchor = await adapter.show(screen, spot.place, spot.anchor, words, below=sight.below)
        # A conversation that ends with an appointment leaves its card, where what is shown lasts.
        finished = session.outcome if session.over and lasts(adapter, spot.place, otherwise=False) else None
        appointment = contact.person.appointment(finished or "")
        if appointment:
            await supersede(adapter, self._store, contact, spot.place, appointment, words, unless=anchor)

        def shown(desk: Desk) -> tuple[Sight | None, bool]:
            persons.hold(desk, contact.id)
            for doubt in _doubts_said(session):
                writes.move(desk, contact.id, doubt.key, writes.State.UNKNOWN, writes.State.TOLD, self._clock())
            if appointment:
                remembered(desk, contact, appointment, anchor)
            if _is_elsewhere(desk, sight):
                return self._over_another(desk, sight, spot, anchor), True
            places.anchored(desk, spot.id, anchor, session.revision)
            if sight.claim:
                owed.ended(desk, sight.claim)
            return None, desk.shared

        newest, shared = await self._store.transact("shown", shown)
        if not shared:
            self._remember(contact.id, replace(spot, anchor=anchor, shown=session.revision))
        if newest:
            self.soon(newest)

    def _look(self, desk: Desk, sight: Sight) -> tuple[Spot | None, Screen, Sight | None]:
        """Where it is to be shown, and the screen with its addresses; or what is to be shown in its place."""
        contact = sight.contact
        if _is_elsewhere(desk, sight):
            return None, sight.screen, self._left_to_show(desk, contact.id)
        return places.front(desk, contact.id), addressed(desk, contact.person, sight.screen), None

    def _as_left(self, sight: Sight) -> Spot | None:
        """Where this is to be shown, if nobody else can have been there and nothing need be looked up."""
        spot = self._left.get(sight.contact.id)
        return spot if spot and sight.place in (None, spot.place) and not leads_out(sight.screen) else None

    def _remember(self, person: int, spot: Spot) -> None:
        """How a place was left, of those who were shown something last: no look is needed before the next screen."""
        self._left.pop(person, None)
        self._left[person] = spot
        if len(self._left) > REMEMBERED:
            del self._left[next(iter(self._left))]

    def _over_another(self, desk: Desk, sight: Sight, spot: Spot, anchor: Anchor) -> Sight | None:
        """What another program has shown meanwhile may lie under this: whoever is last draws what is newest by now.

        In the place of what is older, even if that stands in a message of its own below the newer one.
        """
        id = persons.load(desk, sight.contact.id).id
        newest = sessions.load(desk, id)
        if isinstance(newest, Session) and newest.revision > sight.session.revision:
            places.anchored(desk, spot.id, anchor, sight.session.revision)
        shows_still = sight.claim is not None and owed.holder(desk, sight.claim) is not None
        owed.owe(desk, id, Kind.SHOW, "", self._clock())
        return None if shows_still else self._left_to_show(desk, id)

    def _left_to_show(self, desk: Desk, id: int) -> Sight | None:
        """What is newest, if it is owed to somebody and in nobody's hands."""
        persons.hold(desk, id)
        claim = owed.claim(desk, self._clock(), LEASE, person_id=id, kind=Kind.SHOW)
        session = sessions.load(desk, id)
        if claim is None or not isinstance(session, Session):
            return None
        return Sight(persons.load(desk, id), session, claim, below=False)

    async def leave(self, contact: Contact, spot: Spot) -> None:
        """Takes the buttons away where the conversation was before it went on in another place."""
        gone = Screen(key="", revision=0, title=say("Appointments"), lines=(say("We go on elsewhere."),), over=True)
        await self._show_once(contact, gone, spot)

    async def bid_farewell(self, sight: Sight, spot: Spot) -> None:
        """Shows somebody of whom nothing is kept any more the last screen, where their last one stood."""
        self._newest.pop(sight.contact.id, None)
        self._left.pop(sight.contact.id, None)
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
