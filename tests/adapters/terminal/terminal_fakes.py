"""A host and words for the terminal's tests: a chat in memory behind the contract. Nothing is tested here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from adapters import Adapter, Errand, Json, Place, Receipt, Visit, Who, Work
from chatting import ZONE, Chat, listened, spoken
from conversations.events import Event, Filled, Heard, Tapped, Typed, Understood
from conversations.forms import Field
from conversations.offers import Choice
from conversations.path import focus, path
from conversations.screens import Screen
from conversations.texts import Said

PLACE = Place("terminal", "you")


class English:
    """Weeks begin on Monday, unless told otherwise."""

    def __init__(self, first: int = 0) -> None:
        self._first = first

    def say(self, said: Said) -> str:
        return spoken(said)

    def local(self, at: datetime) -> datetime:
        return at.astimezone(ZoneInfo(ZONE))

    def weekdays(self, most: int | None = None) -> tuple[str, ...]:
        names = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
        return tuple(name[:most] for name in names[self._first :] + names[: self._first])

    def week(self, day: date) -> int:
        return (day.weekday() - self._first) % 7

    def zone(self, at: datetime) -> str:
        return f"Santiago, GMT{at.astimezone(ZoneInfo(ZONE)):%z}"

    def hour(self, at: datetime) -> str:
        return f"{self.local(at):%H:%M}, {self.zone(at)}"


class FakeHost:
    """Takes each key once, reads by plain rules, and shows what follows as the program does."""

    def __init__(self, adapter: Adapter, chat: Chat | None = None) -> None:
        self.adapter = adapter
        self.chat = chat or Chat()
        self.payloads: list[Json] = []
        self.shown: list[Screen] = []
        self.anchors: list[str] = []
        self.in_place = False
        self.notes: dict[str, Json] = {}
        self._keys: set[str] = set()

    async def receive(self, key: str, payload: Json) -> Receipt | None:
        if key in self._keys:
            return None
        self._keys.add(key)
        self.payloads.append(payload)
        heard = self.adapter.parse(payload, self.chat.at)
        if heard is None or isinstance(heard, Errand | Visit):
            return None
        self.chat.meets(self._read(heard.event))
        await self.shows(self.chat.screen, below=not (self.in_place or isinstance(heard.event, Tapped | Filled)))
        return None

    async def note(self, name: str, changes: Json) -> None:
        noted = {**self.notes.get(name, {}), **changes}
        self.notes[name] = {each: kept for each, kept in noted.items() if kept is not None}

    async def forget(self, workspace: str) -> None:
        raise AssertionError("nobody is forgotten here")

    async def noted(self, name: str) -> Json:
        return self.notes.get(name, {})

    async def on_duty(self, work: Work, stands_by: Callable[[], None]) -> None:
        await work()

    async def words(self, _who: Who) -> English:
        return English()

    async def shows(self, screen: Screen, *, below: bool = False) -> None:
        self.shown.append(screen)
        anchor = self.anchors[-1] if self.anchors else None
        self.anchors.append(await self.adapter.show(screen, PLACE, anchor, English(), below=below))

    def _read(self, event: Event) -> Event:
        chat = self.chat
        if isinstance(event, Typed):
            return replace(event, heard=listened(chat.person, chat.session, focus(chat.session), event.text))
        if isinstance(event, Filled):
            fields = {field.name: field for field in path(chat.session)}
            heard = {name: self._filled(fields[name], value) for name, value in event.values.items()}
            return replace(event, heard={name: each for name, each in heard.items() if each})
        return event

    def _filled(self, field: Field, value: str | tuple[str, ...]) -> Heard | None:
        """A choice comes as its token, what was left empty as nothing."""
        labels = {button.token: spoken(button.label) for button in self.chat.screen.presses()}
        if not value:
            return Understood(Choice(None))
        if isinstance(value, str):
            return listened(self.chat.person, self.chat.session, field, labels.get(value, value))
        named = [labels[token] for token in value]
        picked = (each.value for each in field.options if spoken(each.label) in named)
        return Understood(Choice(tuple(each for each in picked if isinstance(each, str))))


def at_the_form(service: str = "Account opening") -> Chat:
    """A chat in which the organisation's form comes next."""
    return Chat().opens("/book").taps(service, "Anyone").chooses(0).chooses(0)
