"""Showing: the newest screen of each person, one at a time. What stands on it is the conversations' matter."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from adapters import Adapter, Lasting, NotYet, Paged, Place
from bot.store import appointments, owed, persons, places, sessions, writes
from bot.store.desk import Desk
from bot.store.owed import Claim
from bot.store.persons import Contact
from bot.store.places import Spot
from bot.store.store import Store
from bot.tasks import Tasks
from bot.words import Words
from conversations.cards import card, page, superseded
from conversations.drawing import show
from conversations.path import in_doubt
from conversations.people import Appointment
from conversations.screens import Button, Join, Screen
from conversations.session import Session, nothing_yet
from conversations.texts import say

log = structlog.get_logger()

FLICKER = 0.15
"""Seconds that a busy screen is held back: most answers come sooner, and one tap should not draw two screens."""

PAUSES = (1.0, 2.0, 5.0, 15.0)
"""Seconds between tries to show a screen; after the last it stays owed, until something newer comes or a restart."""


@dataclass(frozen=True, slots=True)
class Sight:
    """A session to be shown, and the claim on showing it. `below` asks for a new message: the person wrote since."""

    contact: Contact
    session: Session
    claim: Claim
    below: bool


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

    def unsure(self, persons: Iterable[int]) -> None:
        """To these something may have been shown, and nobody knows where it stands: what is next comes below."""
        self._unsure.update(persons)

    def soon(self, sight: Sight) -> None:
        """Sees to it that this is shown, unless something newer is by then. Returns at once."""
        person = sight.contact.id
        waiting = self._newest.get(person)
        below = sight.below or person in self._unsure or bool(waiting and waiting.below)
        self._unsure.discard(person)
        self._newest[person] = replace(sight, below=below)
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
            except NotYet as error:
                log.warning("a screen could not be shown yet", platform=sight.contact.who.platform, why=str(error))
            except Exception:
                log.exception("could not show a screen", platform=sight.contact.who.platform)
            if pause is None:
                self._unsure.add(person)
                return None
            if await self._overtaken(person, pause):
                newer = self._newest[person]
                self._newest[person] = replace(newer, below=newer.below or sight.below)
                return None
        return None

    async def _hold_back(self, person: int) -> None:
        """Waits for a while as long as what is newest is busy: one answer may lead to the next question by itself."""
        end = asyncio.get_running_loop().time() + FLICKER
        while show(self._newest[person].contact.person, self._newest[person].session).busy:
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
        screen = show(contact.person, session)

        def look(desk: Desk) -> tuple[Spot | None, Screen]:
            return places.front(desk, contact.id), _linked(desk, screen)

        spot, screen = await self._store.transact("looked", look)
        if spot is None:
            return
        adapter = self._adapters[contact.who.platform]
        words = Words(contact.person.locale, contact.person.zone)
        anchor = await adapter.show(screen, spot.place, spot.anchor, words, below=sight.below)
        # A conversation that ends with an appointment leaves its card, where what is shown lasts.
        finished = session.outcome if session.over and lasts(adapter, spot.place, otherwise=False) else None
        appointment = contact.person.appointment(finished or "")
        if appointment:
            await self._supersede(contact, spot.place, appointment, words, unless=anchor)

        def shown(desk: Desk) -> None:
            places.anchored(desk, spot.id, anchor, session.revision)
            if appointment:
                places.remembered(desk, contact.id, _card_place(appointment), anchor)
            owed.ended(desk, sight.claim)
            doubt = in_doubt(session)
            if doubt:
                writes.move(desk, contact.id, doubt.key, writes.State.UNKNOWN, writes.State.TOLD, self._clock())

        await self._store.transact("shown", shown)

    async def leave(self, contact: Contact, spot: Spot) -> None:
        """Takes the buttons away where the conversation was before it went on in another place."""
        gone = Screen(key="", revision=0, title=say("Appointments"), lines=(say("We go on elsewhere."),), over=True)
        words = Words(contact.person.locale, contact.person.zone)
        try:
            await self._adapters[contact.who.platform].show(gone, spot.place, spot.anchor, words, below=False)
        except Exception:
            log.exception("could not clear the place left", platform=contact.who.platform)

    async def show_card(self, claim: Claim) -> None:
        """Shows an appointment as a message of its own, below whatever stands there, which keeps its buttons.

        An earlier one about it says from then on that there is a newer one.
        """

        def look(desk: Desk) -> tuple[Contact, Spot | None, Appointment | None, Screen | None]:
            contact = persons.load(desk, claim.person_id)
            appointment = contact.person.appointment(claim.ref)
            screen = _linked(desk, card(contact.person, appointment, self._clock())) if appointment else None
            return contact, places.front(desk, contact.id), appointment, screen

        contact, spot, appointment, screen = await self._store.transact("looked", look)
        anchor = None
        if spot and appointment and screen:
            words = Words(contact.person.locale, contact.person.zone)
            adapter = self._adapters[contact.who.platform]
            place = adapter.lasting(spot.place) if isinstance(adapter, Lasting) else spot.place
            try:
                anchor = await adapter.show(screen, place, None, words, below=True)
            except NotYet as error:  # it stays owed
                log.warning("a card could not be shown yet", platform=adapter.name, why=str(error))
                return
            await self._supersede(contact, place, appointment, words, unless=anchor)

        def shown(desk: Desk) -> None:
            if appointment and anchor:
                places.remembered(desk, contact.id, _card_place(appointment), anchor)
            owed.ended(desk, claim)

        await self._store.transact("card shown", shown)

    async def _supersede(
        self, contact: Contact, place: Place, appointment: Appointment, words: Words, *, unless: str
    ) -> None:
        """Takes what an older message says back, unless it is the one that was just shown."""
        adapter = self._adapters[contact.who.platform]
        spot = await self._store.transact("looked", lambda desk: places.at(desk, contact.id, _card_place(appointment)))
        if not isinstance(adapter, Lasting) or spot is None or not spot.anchor or spot.anchor == unless:
            return
        try:
            await adapter.show(superseded(appointment), place, spot.anchor, words, below=False)
        except Exception:
            log.exception("an older message could not be changed", platform=adapter.name)

    async def show_page(self, claim: Claim) -> None:
        """Shows a person's page as it is now."""

        def look(desk: Desk) -> tuple[Contact, Sequence[Screen]]:
            contact = persons.load(desk, claim.person_id)
            session = sessions.load(desk, contact.id)
            session = session if isinstance(session, Session) else nothing_yet(contact.key)
            return contact, [_linked(desk, each) for each in page(contact.person, session, self._clock())]

        contact, screens = await self._store.transact("looked", look)
        adapter = self._adapters[contact.who.platform]
        if isinstance(adapter, Paged):
            try:
                await adapter.publish(screens, contact.who, Words(contact.person.locale, contact.person.zone))
            except NotYet as error:  # it stays owed
                log.warning("a page could not be shown yet", platform=adapter.name, why=str(error))
                return
        await self._store.transact("page shown", lambda desk: owed.ended(desk, claim))


def lasts(adapter: Adapter, place: Place, *, otherwise: bool) -> bool:
    """Whether what is shown at a place can be found there later; `otherwise` where the platform does not say."""
    return adapter.lasting(place) == place if isinstance(adapter, Lasting) else otherwise


def _card_place(appointment: Appointment) -> Place:
    return Place("card", appointment.id)


def _linked(desk: Desk, screen: Screen) -> Screen:
    """The screen, with the addresses that its links lead to. They are credentials: nobody else is given them."""
    return replace(screen, buttons=tuple(_addressed(desk, button) for button in screen.buttons))


def _addressed(desk: Desk, button: Button) -> Button:
    if not isinstance(button.means, Join):
        return button
    tokens = appointments.tokens(desk, button.means.appointment)
    return replace(button, url=tokens.join_url if tokens else "")
