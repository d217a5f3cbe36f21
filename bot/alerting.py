"""Whoever runs the program: where they are told what they should know, and how often. The words are the core's.

To the store they are a contact like any other, so that what they are to be told is owed, shown and tried again alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from adapters import Adapter, Addressable, Place, Who
from bot.store import appointments, notes, owed, persons, places, writes
from bot.store.desk import Desk
from bot.store.owed import Claim, Kind
from bot.store.persons import Contact
from bot.words import Words
from conversations.alerts import Trouble, doubted, troubled
from conversations.calls import WRITES, Book, Cancel, Write
from conversations.events import Event, Reason, Refused, Unanswered
from conversations.people import Person
from conversations.screens import Screen

AGAIN = timedelta(hours=1)
"""Between two words about the same trouble."""

LEASE = timedelta(seconds=60)

_USER = "whoever runs this"
_TOLD = "told whoever runs this"


class Alerting:
    """`chat` is ADMIN_CHAT: a platform, a colon, and the platform's own word for a chat; empty if nobody is to be told.

    Raises ValueError if no adapter knows such a chat.
    """

    def __init__(
        self, adapters: Mapping[str, Adapter], chat: str, clock: Callable[[], datetime], stranger: Person
    ) -> None:
        self._clock = clock
        self._stranger = stranger
        self._disk_at: datetime | None = None
        self.words = Words(stranger.locale, stranger.zone)
        self.who: Who | None = None
        self.place: Place | None = None
        if chat:
            self.who, self.place = _addressed(adapters, chat)

    def owes(self, desk: Desk, contact: Contact, events: Iterable[Event]) -> Iterator[Claim]:
        """What they are to be told of what has happened to somebody."""
        for event in events:
            match event:
                case Unanswered(call=call) if isinstance(call, WRITES):
                    yield from self._owe(desk, f"{contact.id} {call.key}")
                case Refused(reason=Reason.KEY_REFUSED) if self._due(desk):
                    yield from self._owe(desk, Trouble.KEY)

    def drawn(self, desk: Desk, claim: Claim) -> Screen | None:
        """None if it is about somebody who was forgotten meanwhile."""
        if claim.ref == Trouble.KEY:
            return troubled(Trouble.KEY)
        person, key = claim.ref.split(" ")
        entry = writes.load(desk, int(person), key)
        return doubted(entry.call, *_about(desk, entry.call)) if entry else None

    def disk_refuses(self) -> Screen | None:
        """What they are told at once: what the disk does not take can be owed to nobody. None if they know."""
        now = self._clock()
        if self.place is None or (self._disk_at and now - self._disk_at < AGAIN):
            return None
        self._disk_at = now
        return troubled(Trouble.DISK)

    def _owe(self, desk: Desk, ref: str) -> Iterator[Claim]:
        if self.who is None or self.place is None:
            return
        contact = persons.find(desk, self.who.platform, self.who.workspace, self.who.user)
        known = contact or persons.add(desk, self.who, self._stranger)
        places.goes_on(desk, known.id, self.place)
        yield owed.taken(desk, known.id, Kind.ALERT, ref, self._clock(), LEASE)

    def _due(self, desk: Desk) -> bool:
        """Whether nothing was said of this trouble for a while. From now on it was."""
        if self.who is None:
            return False
        now, before = self._clock(), notes.noted(desk, self.who.platform, _TOLD).get("at")
        if isinstance(before, str) and now - datetime.fromisoformat(before) < AGAIN:
            return False
        notes.note(desk, self.who.platform, _TOLD, {"at": now.isoformat()})
        return True


def _addressed(adapters: Mapping[str, Adapter], chat: str) -> tuple[Who, Place]:
    platform, _, name = chat.partition(":")
    for adapter in adapters.values():
        if adapter.name == platform and isinstance(adapter, Addressable):
            return Who(platform, "", _USER), adapter.place_of(name)
    raise ValueError("names a platform that is not set")


def _about(desk: Desk, call: Write) -> tuple[str, datetime | None]:
    """The service, and the hour that was asked for; of a cancellation, the one that was to be given back."""
    if isinstance(call, Book):
        return call.service_title, call.start
    appointment = appointments.load(desk, call.appointment)
    start = call.start if not isinstance(call, Cancel) else appointment.start if appointment else None
    return appointment.service_title if appointment else "", start
