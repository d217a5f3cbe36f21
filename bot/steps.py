"""What one event changes, in one transaction: where it leads, and what is owed from then on. Nothing is sent here.

Nothing is decided either: the conversations say what is wanted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from adapters import Adapter, Done, Heard, Paged, Seen, Visit, Who
from bot import reading
from bot.alerting import Alerting
from bot.bringing import comes_with_files, lasts
from bot.limits import SLOWED, Measure
from bot.linking import taken_up, told
from bot.local import guess
from bot.reading.link import pasted
from bot.settling import Outcome, by_now, settle
from bot.showing import Sight
from bot.store import appointments, inbox, owed, paces, persons, places, sessions, writes
from bot.store.desk import Desk
from bot.store.forgetting import forget
from bot.store.owed import Claim, Kind
from bot.store.persons import Contact
from bot.store.places import Spot
from conversations.aside import asides
from conversations.calls import WRITES, Book, Call, Export, FindInfo, Forget, Invite, Write
from conversations.doubt import unsure
from conversations.drawing import show
from conversations.engine import ON_ITS_WAY, advance
from conversations.events import Delayed, Event, Filled, Found, Opened, Refused, Settled, Tapped, Typed, Unanswered
from conversations.path import in_doubt
from conversations.people import Person, kept
from conversations.session import Session, nothing_yet, only
from conversations.texts import Text, say

log = structlog.get_logger()

LEASE = timedelta(seconds=60)
"""How long a call or a screen may take before it is owed anew."""

LOST = say("I was changed in the meantime and have lost our thread. Your appointments are all here.")


class Overtaken(Exception):
    """Somebody else has done this."""


class Waits(Exception):
    """The same person sent something before that is still to be handled."""


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
        return Seen(self.sight.screen, self.sight.words)


class Steps:
    """`stranger` says what is assumed of a person not met before."""

    def __init__(
        self,
        adapters: Mapping[str, Adapter],
        clock: Callable[[], datetime],
        stranger: Person,
        measure: Measure,
        alerting: Alerting,
    ) -> None:
        self._adapters = adapters
        self._clock = clock
        self._stranger = stranger
        self._measure = measure
        self._alerting = alerting

    def takes(self, who: Who) -> bool:
        """Whether what somebody says is taken, or they are quicker than can be followed, by what is known here."""
        return self._measure.takes(who.key, self._clock())

    # What a person did.

    def heard(self, desk: Desk, delivery: int, heard: Heard, *, taken: bool) -> Step | None:
        """What somebody did, if it is taken: where several programs share the database, by all of them together."""
        if taken and self._taken_by_all(desk, heard.who):
            return self.did(desk, delivery, heard)
        return self.slow_down(desk, delivery, heard)

    def _taken_by_all(self, desk: Desk, who: Who) -> bool:
        pace = self._measure.pace
        if pace is None or not desk.shared:
            return True
        return paces.take(desk, desk.look_up("messages", *who.key), pace, within=0).taken

    def did(self, desk: Desk, delivery: int, heard: Heard) -> Step:
        """Raises Overtaken and Waits."""
        contact = self._in_turn(desk, delivery, heard)
        left = places.goes_on(desk, contact.id, heard.place)
        session, lost = self._session(desk, contact)
        link = pasted(heard.event.text) if isinstance(heard.event, Typed) else None
        if link:
            event: Done = taken_up(desk, contact, link, heard.event.at)
            contact = persons.load(desk, contact.id)
        else:
            event = _understood(contact.person, session, heard.event)
        below = not isinstance(heard.event, Tapped | Filled) and not self._is_on_it(desk, contact, heard)
        step = self._advance(desk, contact, session, event, lost=lost, below=below)
        if link and heard.message:
            step = replace(step, owes=(*step.owes, self._claim(desk, contact.id, Kind.ERASE, heard.message)))
        return replace(step, left=left)

    def slow_down(self, desk: Desk, delivery: int, heard: Heard) -> Step | None:
        """Does nothing of what came in, and says so once, until something is taken again. Raises as `did`."""
        contact = self._in_turn(desk, delivery, heard)
        session, _ = self._session(desk, contact)
        if session.notice == SLOWED:
            return None
        log.info("somebody is slowed down", platform=contact.who.platform)
        slowed = replace(session, notice=SLOWED)
        sessions.save(desk, contact.id, slowed)
        return Step(self._sight(desk, contact, slowed, below=True))

    def apologise(self, desk: Desk, heard: Heard) -> Step:
        contact = self._contact(desk, heard.who)
        sorry = say("Something went wrong here, and I could not take that. Nothing else is lost; please try again.")
        session = replace(self._session(desk, contact)[0], notice=sorry)
        sessions.save(desk, contact.id, session)
        return Step(self._sight(desk, contact, session, below=True))

    def visited(self, desk: Desk, delivery: int, visit: Visit) -> Claim:
        """Owes somebody their page."""
        if not inbox.done(desk, delivery):
            raise Overtaken
        return self._claim(desk, self._contact(desk, visit.who).id, Kind.PAGE, "")

    def met(self, desk: Desk, who: Who) -> Person:
        """Somebody who may not have been met before."""
        contact = persons.find(desk, who.platform, who.workspace, who.user)
        return _hinted(contact.person if contact else self._stranger, who)

    # What the calendar answered.

    def delayed(self, desk: Desk, contact: Contact, call: Call) -> Step:
        return self._happened(desk, contact, None, lambda: (Delayed(self._clock(), call),))

    def found(self, desk: Desk, contact: Contact, claim: Claim, event: Found | Refused | Unanswered) -> Step:
        """An answer to a read: more has happened than that, if it is about an appointment."""

        def events() -> tuple[Event, ...]:
            if not isinstance(event.call, FindInfo):
                return (event,)
            known = persons.load(desk, contact.id)
            return told(desk, known, by_now(event, contact.person, known.person), self._clock())

        return self._happened(desk, contact, claim, events)

    def settled(self, desk: Desk, contact: Contact, claim: Claim | None, call: Write, outcome: Outcome) -> Step:
        """What came of a write, with its tokens."""
        return self._happened(
            desk,
            contact,
            claim,
            lambda: (settle(desk, persons.load(desk, contact.id), call, outcome, self._clock()),),
        )

    # What was left behind.

    def left(self, desk: Desk, claim: Claim) -> Sight | None:
        """Where the person stands by now to whom something is owed; None if it is owed no more, or in newer hands."""
        persons.hold(desk, claim.person_id)
        if not owed.holds(desk, claim):
            return None
        contact = persons.load(desk, claim.person_id)
        session, _ = self._session(desk, contact)
        return Sight(contact, replace(session, at=self._clock()), claim, below=True)

    # How.

    def _in_turn(self, desk: Desk, delivery: int, heard: Heard) -> Contact:
        """Holds the person first: what another program handles of theirs is done by then, or not begun."""
        contact = self._contact(desk, heard.who)
        if not inbox.done(desk, delivery):
            raise Waits if inbox.load(desk, delivery) else Overtaken
        return contact

    def _contact(self, desk: Desk, who: Who) -> Contact:
        contact = persons.find(desk, who.platform, who.workspace, who.user)
        if contact is None:
            stranger = _hinted(self._stranger, who)
            if stranger.zone_guessed:
                stranger = replace(stranger, zone=guess(stranger.locale, stranger.zone))
            return persons.add(desk, who, stranger)
        person = _hinted(contact.person, who, days=self._stranger.days)
        if (who, person) == (contact.who, contact.person):
            return contact
        hinted = replace(contact, who=who, person=person)
        persons.save(desk, hinted)
        return hinted

    def _is_on_it(self, desk: Desk, contact: Contact, heard: Heard) -> bool:
        """Whether a door was opened on the very message that may be changed in its place."""
        spot = places.front(desk, contact.id) if heard.message and isinstance(heard.event, Opened) else None
        return bool(spot and spot.anchor == heard.message)

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
        keep, after = after.keep, replace(after, keep=None) if after.keep else after
        if isinstance(keep, Forget):
            return self._forget(desk, contact, session, after)
        if keep:
            contact = replace(contact, person=kept(person, keep))
            persons.save(desk, contact)
        notice = _untold(desk, contact, after) or after.notice or lost
        after = after if notice == after.notice else replace(after, notice=notice)
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

    def _newer_file(self, desk: Desk, contact: Contact, settled: Settled) -> Iterator[Claim]:
        """A file comes with what is booked; who has one hears of a change there as well."""
        appointment = appointments.load(desk, settled.appointment)
        comes = isinstance(settled.call, Book) and comes_with_files(self._adapters.get(contact.who.platform))
        if appointment and (appointment.filed or comes):
            yield self._file(desk, contact, settled.appointment)

    def _limited(self, desk: Desk, contact: Contact, session: Session, book: Book, at: datetime) -> Session:
        """The session as it is, or with the booking refused that would be one too many."""
        booked, coming = writes.booked(desk, contact.id), len(contact.person.coming(at))
        reason = self._measure.refuses(contact.who.key, booked, coming, at)
        return advance(contact.person, session, Refused(at, book, reason)) if reason else session

    def _forget(self, desk: Desk, contact: Contact, before: Session, after: Session) -> Step:
        """Erases all that is kept of a person, unless something of theirs is on its way."""
        front, booked = places.front(desk, contact.id), writes.booked(desk, contact.id)
        if not forget(desk, contact):
            after = replace(before, notice=ON_ITS_WAY)
            sessions.save(desk, contact.id, after)
            return Step(self._sight(desk, contact, after, below=True))
        self._measure.forgets(contact.who.key, booked)
        stranger = replace(contact, person=kept(contact.person, Forget()))
        return Step(Sight(stranger, after, claim=None, below=False), forgotten=front)

    def _happened(
        self, desk: Desk, contact: Contact, claim: Claim | None, happens: Callable[[], tuple[Event, ...]]
    ) -> Step:
        """Takes in what happens while the session is as it stood: a lost one is known by what it waits for."""
        persons.hold(desk, contact.id)
        session, lost = self._session(desk, contact)
        events, fresh = happens(), persons.load(desk, contact.id)
        for each in events[:-1]:
            session = advance(fresh.person, session, each)
        event = events[-1]
        step = self._advance(desk, fresh, session, event, lost=lost)
        if claim:
            owed.ended(desk, claim)
        owes = [*step.owes, *self._alerting.owes(desk, contact, events)]
        if fresh.person.appointments != contact.person.appointments:
            owes += self._page(desk, fresh)
        if isinstance(event, Settled) and self._needs_card(desk, fresh, step, event.appointment):
            owes.append(self._claim(desk, contact.id, Kind.CARD, event.appointment))
        for each in events:
            if isinstance(each, Settled):
                owes += self._newer_file(desk, contact, each)
        return replace(step, owes=tuple(dict.fromkeys(owes)))

    def _needs_card(self, desk: Desk, contact: Contact, step: Step, appointment: str) -> bool:
        """Whether the screen does not tell of it, or stands where it does not last."""
        if step.sight.session.outcome != appointment:
            return True
        spot, adapter = places.front(desk, contact.id), self._adapters.get(contact.who.platform)
        return bool(spot and adapter and not lasts(adapter, spot.place, otherwise=True))

    def _sight(self, desk: Desk, contact: Contact, session: Session, *, below: bool) -> Sight:
        return Sight(contact, session, self._claim(desk, contact.id, Kind.SHOW, ""), below)

    def _claim(self, desk: Desk, person: int, kind: Kind, ref: str) -> Claim:
        return owed.taken(desk, person, kind, ref, self._clock(), LEASE)


def _left_behind(session: Session, after: Session) -> Write | None:
    """A doubt from which the person has gone on: it was seen, even if a crash kept that from being put on disk."""
    doubt = in_doubt(session)
    return None if doubt in map(in_doubt, (after, *asides(after))) else doubt


def _untold(desk: Desk, contact: Contact, session: Session) -> Text | None:
    """What is to be said of a doubt that was set aside before it was shown, by somebody who knew nothing of it yet."""
    if not (doubts := [doubt for doubt in map(in_doubt, asides(session)) if doubt]):
        return None
    untold = {entry.key for entry in writes.of(desk, contact.id, writes.State.UNKNOWN)}
    return next((unsure(doubt) for doubt in doubts if doubt.key in untold), None)


def _hinted(person: Person, who: Who, days: int | None = None) -> Person:
    """What the platform's profile says counts until the person says otherwise."""
    return replace(
        person,
        locale=person.locale if person.locale_known else who.locale or person.locale,
        zone=person.zone if person.zone_known else who.zone or person.zone,
        given_name=who.given_name,
        family_name=who.family_name,
        zone_guessed=not (person.zone_known or who.zone),
        days=person.days if days is None else days,
    )


def _understood(person: Person, session: Session, event: Done) -> Done:
    """What was typed or filled in, read as an answer to what is open now."""
    match event:
        case Typed(heard=None):
            heard = reading.hear(show(person, session), event.text, person.locale, person.zone, event.at)
            return heard if isinstance(heard, Tapped) else replace(event, heard=heard)
        case Filled():
            read = reading.fill(show(person, session), event.values, person.locale, person.zone, event.at)
            return replace(event, heard={**read, **event.heard})
        case _:
            return event
