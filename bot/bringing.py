"""What is owed to a person besides their conversation: cards, pages, files. Each is brought once at least.

What is in them is the conversations' matter, and when it is owed, the runner's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from adapters import Adapter, Attachment, Erasing, Lasting, NotYet, Paged, Place, Sending, Who, Words
from bot.alerting import Alerting
from bot.invitations import invitation, links
from bot.store import appointments, owed, persons, places, sessions, writes
from bot.store.desk import Desk
from bot.store.owed import Claim, Kind
from bot.store.persons import Contact
from bot.store.places import Spot
from bot.store.store import Store
from bot.words import Words as Spoken
from conversations.account import account
from conversations.cards import card, page, superseded, turns
from conversations.people import Appointment, Person, State
from conversations.screens import Add, Button, Join, Screen
from conversations.session import Session, nothing_yet
from conversations.texts import say_in

log = structlog.get_logger()

BROUGHT = frozenset({Kind.CARD, Kind.PAGE, Kind.TURN, Kind.ACCOUNT, Kind.FILE, Kind.ERASE, Kind.ALERT})

PAUSES = (1.0, 2.0, 5.0)
"""Seconds between tries to bring something; after the last it stays owed, until its claim has lapsed or a restart."""

STALE = timedelta(days=1)
"""How long after its end an appointment's card is still drawn anew; whoever was not there by then is told by asking."""


class Bringing:
    def __init__(
        self, adapters: Mapping[str, Adapter], store: Store, clock: Callable[[], datetime], alerting: Alerting
    ) -> None:
        self._adapters = adapters
        self._store = store
        self._clock = clock
        self._alerting = alerting

    async def bring(self, claim: Claim) -> None:
        """Brings what is owed. What cannot be brought stays owed, and is tried again when its claim has lapsed."""
        for pause in (*PAUSES, None):
            try:
                return await self._bring(claim)
            except persons.Forgotten:
                return None
            except NotYet as error:
                log.warning("something owed could not be brought yet", kind=claim.kind, why=str(error))
            except Exception:
                log.exception("something owed could not be brought", kind=claim.kind)
                return None
            if pause is not None:
                await asyncio.sleep(pause)
        return None

    async def _bring(self, claim: Claim) -> None:
        looked = await self._store.transact("looked", lambda desk: _whom(desk, claim))
        if looked is None:
            return
        contact, spot = looked
        match claim.kind:
            case Kind.CARD:
                await self._show_card(claim, contact, spot)
            case Kind.PAGE:
                await self._show_page(contact)
            case Kind.TURN:
                await self._show_page(contact)
                await self._redraw_cards(contact, spot)
            case Kind.ACCOUNT:
                await self._show_account(contact, spot)
            case Kind.FILE:
                await self._send_file(claim, contact, spot)
            case Kind.ERASE:
                await self._erase(claim, contact, spot)
            case Kind.ALERT:
                await self._alert(claim, contact, spot)
        await self._store.transact(f"{claim.kind} brought", lambda desk: _ended(desk, claim, self._clock()))

    async def _show_card(self, claim: Claim, contact: Contact, spot: Spot | None) -> None:
        """An appointment as a message of its own, below whatever stands there, which keeps its buttons.

        An earlier one about it says from then on that there is a newer one.
        """
        appointment = contact.person.appointment(claim.ref)
        if spot is None or appointment is None:
            return
        drawn = card(contact.person, appointment, self._clock())
        screen = await self._store.transact("looked", lambda desk: addressed(desk, contact.person, drawn))
        adapter, words = self._adapters[contact.who.platform], _words(contact)
        place = adapter.lasting(spot.place) if isinstance(adapter, Lasting) else spot.place
        anchor = await adapter.show(screen, place, None, words, below=True)
        await supersede(adapter, self._store, contact, place, appointment, words, unless=anchor)
        await self._store.transact("card shown", lambda desk: remembered(desk, contact, appointment, anchor))

    async def _show_page(self, contact: Contact) -> None:
        """A person's page as it is now."""

        def look(desk: Desk) -> list[Screen]:
            drawn = page(contact.person, _session(desk, contact), self._clock())
            return [addressed(desk, contact.person, each) for each in drawn]

        adapter = self._adapters[contact.who.platform]
        if isinstance(adapter, Paged):
            await adapter.publish(await self._store.transact("looked", look), contact.who, _words(contact))

    async def _redraw_cards(self, contact: Contact, spot: Spot | None) -> None:
        """Draws the newest cards of what is at hand as it is now, where they stand."""
        adapter, now = self._adapters[contact.who.platform], self._clock()
        if spot is None or not isinstance(adapter, Lasting):
            return
        for appointment in filter(lambda each: _is_at_hand(each, now), contact.person.appointments):

            def look(desk: Desk, appointment: Appointment = appointment) -> tuple[Spot | None, Screen]:
                drawn = addressed(desk, contact.person, card(contact.person, appointment, now))
                return places.at(desk, contact.id, _card_place(appointment)), drawn

            stands, screen = await self._store.transact("looked", look)
            if stands and stands.anchor:
                place = adapter.lasting(spot.place)
                await adapter.show(screen, place, stands.anchor, _words(contact), below=False)

    async def _show_account(self, contact: Contact, spot: Spot | None) -> None:
        """All that is kept of a person, below whatever stands there."""
        if spot is None:
            return
        for screen in await self._store.transact("looked", lambda desk: all_of(desk, contact, self._clock())):
            await self._adapters[contact.who.platform].show(screen, spot.place, None, _words(contact), below=True)

    async def _send_file(self, claim: Claim, contact: Contact, spot: Spot | None) -> None:
        """The file of an appointment, as it stands by now."""
        adapter, appointment = self._adapters[contact.who.platform], contact.person.appointment(claim.ref)
        if spot and appointment and isinstance(adapter, Sending):
            file = await self._store.transact("looked", lambda desk: _file(desk, contact, appointment, self._clock()))
            await adapter.send(file, spot.place, _words(contact))

    async def _erase(self, claim: Claim, contact: Contact, spot: Spot | None) -> None:
        """Takes away a message that held a secret, where the platform lets us."""
        adapter = self._adapters[contact.who.platform]
        if spot and isinstance(adapter, Erasing):
            await adapter.erase(spot.place, claim.ref)

    async def _alert(self, claim: Claim, contact: Contact, spot: Spot | None) -> None:
        """Tells whoever runs the program what they should know."""
        screen = await self._store.transact("looked", lambda desk: self._alerting.drawn(desk, claim))
        if spot and screen:
            await self._adapters[contact.who.platform].show(screen, spot.place, None, _words(contact), below=True)

    async def disk_refuses(self) -> None:
        """The same, of what cannot be owed: it is tried once, until the next time."""
        screen, who, place = self._alerting.disk_refuses(), self._alerting.who, self._alerting.place
        if screen is None or who is None or place is None:
            return
        try:
            await self._adapters[who.platform].show(screen, place, None, self._alerting.words, below=True)
        except Exception:
            log.exception("whoever runs this could not be told that the disk refuses")


async def supersede(
    adapter: Adapter,
    store: Store,
    contact: Contact,
    place: Place,
    appointment: Appointment,
    words: Words,
    *,
    unless: str,
) -> None:
    """Takes what an older message says back, unless it is the one that was just shown."""
    spot = await store.transact("looked", lambda desk: places.at(desk, contact.id, _card_place(appointment)))
    if not isinstance(adapter, Lasting) or spot is None or not spot.anchor or spot.anchor == unless:
        return
    try:
        await adapter.show(superseded(appointment), place, spot.anchor, words, below=False)
    except Exception:
        log.exception("an older message could not be changed", platform=adapter.name)


def remembered(desk: Desk, contact: Contact, appointment: Appointment, anchor: str) -> None:
    """Where an appointment was told of last."""
    persons.hold(desk, contact.id)
    places.remembered(desk, contact.id, _card_place(appointment), anchor)


def lasts(adapter: Adapter, place: Place, *, otherwise: bool) -> bool:
    """Whether what is shown at a place can be found there later; `otherwise` where the platform does not say."""
    return adapter.lasting(place) == place if isinstance(adapter, Lasting) else otherwise


def comes_with_files(adapter: object) -> bool:
    """Whether a file comes unasked with what is booked."""
    return isinstance(adapter, Sending) and adapter.unasked


def all_of(desk: Desk, contact: Contact, at: datetime) -> tuple[Screen, ...]:
    """All that is kept of a person."""
    who = contact.who
    profile = [
        (say_in("row", "Platform"), who.platform),
        (say_in("row", "Your name there"), " ".join(filter(None, _names(who)))),
    ]
    sent = [(each.changed_at, each.call) for each in reversed(writes.of(desk, contact.id, *writes.State))]
    return account(contact.person, _session(desk, contact), profile, sent, at)


def _names(who: Who) -> tuple[str, ...]:
    return who.given_name, who.family_name, who.workspace, who.user


def _file(desk: Desk, contact: Contact, appointment: Appointment, at: datetime) -> Attachment:
    tokens = appointments.tokens(desk, appointment.id)
    return invitation(appointment, _words(contact), at, join_url=tokens.join_url if tokens else "")


def addressed(desk: Desk, person: Person, screen: Screen) -> Screen:
    """The screen, with the addresses that its links lead to. To join is a credential: nobody else is given it."""
    return replace(screen, buttons=tuple(_addressed(desk, person, button) for button in screen.buttons))


def _addressed(desk: Desk, person: Person, button: Button) -> Button:
    match button.means:
        case Join(appointment=id):
            tokens = appointments.tokens(desk, id)
            return replace(button, url=tokens.join_url if tokens else "")
        case Add(appointment=id, calendar=name):
            appointment = person.appointment(id)
            words = Spoken(person.locale, person.zone)
            return replace(button, url=links(appointment, words)[name] if appointment else "")
        case _:
            return button


def _ended(desk: Desk, claim: Claim, now: datetime) -> None:
    """It is done. What was drawn of appointments changes by itself, and is owed again by then."""
    persons.hold(desk, claim.person_id)
    owed.ended(desk, claim)
    if claim.kind not in (Kind.PAGE, Kind.TURN):
        return
    person = persons.load(desk, claim.person_id).person
    owed.forget(desk, claim.person_id, Kind.TURN)
    booked = [each for each in person.appointments if each.state is State.BOOKED]
    if later := [turn for each in booked for turn in turns(each) if turn > now]:
        owed.owe(desk, claim.person_id, Kind.TURN, "", min(later))


def _is_at_hand(appointment: Appointment, now: datetime) -> bool:
    """Whether its time has come, and has not been over for long."""
    first, *_, last = turns(appointment)
    return appointment.state is State.BOOKED and first <= now < last + STALE


def _whom(desk: Desk, claim: Claim) -> tuple[Contact, Spot | None] | None:
    """Who is to be brought it, and where; None if it is owed no more, or in newer hands."""
    if not owed.holds(desk, claim):
        return None
    return persons.load(desk, claim.person_id), places.front(desk, claim.person_id)


def _session(desk: Desk, contact: Contact) -> Session:
    session = sessions.load(desk, contact.id)
    return session if isinstance(session, Session) else nothing_yet(contact.key)


def _words(contact: Contact) -> Spoken:
    return Spoken(contact.person.locale, contact.person.zone)


def _card_place(appointment: Appointment) -> Place:
    return Place("card", appointment.id)
