"""A chat platform that outlives the program, and the adapter of one life for it.

It delivers what people do until that is taken, sometimes once more; it shows what it is told to, sometimes without
saying so, or not at all. What is right to show is not known here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

from lives import Life
from weather import Weather

from adapters import Anchor, Attachment, Heard, Host, Json, NotTaken, NotYet, Place, Who, Words
from conversations.events import Opened, Returned, Typed
from conversations.screens import Screen, pressed

NEAR, FAR = 0.1, 12.0
"""Seconds that something takes to be shown at most: as a rule, and now and then."""


@dataclass
class Message:
    id: str
    screen: Screen
    at: float
    words: Words


@dataclass
class Shown:
    place: str
    screen: Screen
    at: float


@dataclass
class Platform:
    weather: Weather
    note: Callable[..., None]
    saw: Callable[[str, Screen, Words], None]
    """Is told of everything that comes to be seen, at that moment."""
    dies: Callable[[], bool]
    chats: dict[str, list[Message]] = field(default_factory=dict)
    history: list[Shown] = field(default_factory=list)
    undelivered: list[tuple[str, Json]] = field(default_factory=list)
    delivered: list[tuple[str, Json]] = field(default_factory=list)
    lines: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.chance = self.weather.chance("platform")
        self._numbers = count(1)
        self.news = asyncio.Event()

    def does(self, user: str, **what: Any) -> str:
        """Somebody did something. Gives its key."""
        key = f"update {next(self._numbers)}"
        self.undelivered.append((key, {"user": user, "number": key, **what}))
        if self.weather.strikes("platform", self.chance):
            self.undelivered.append(self.undelivered[-1])  # delivered a second time, right away
        self.news.set()
        return key

    def taken(self, update: tuple[str, Json]) -> None:
        self.undelivered.remove(update)
        self.delivered.append(update)

    def remembers_one(self) -> None:
        """An update that was taken long ago is delivered once more."""
        self.undelivered.append(self.chance.choice(self.delivered))
        self.news.set()

    def chat(self, place: str) -> list[Message]:
        return self.chats.setdefault(place, [])

    def shows(self, place: str, screen: Screen, anchor: Anchor | None, words: Words, *, below: bool) -> Anchor:
        now = asyncio.get_running_loop().time()
        self.note("shown", place, screen.key, screen.revision, screen.busy)
        self.history.append(Shown(place, screen, now))
        self.saw(place, screen, words)
        chat = self.chat(place)
        old = next((each for each in chat if each.id == anchor), None)
        if old and not below:
            old.screen, old.at = screen, now
            return old.id
        message = Message(f"message {next(self._numbers)}", screen, now, words)
        chat.append(message)
        return message.id


class Adapter:
    name = "simulated"

    def __init__(self, platform: Platform, life: Life) -> None:
        self._platform = platform
        self._life = life
        self.handled: list[str] = []

    async def run(self, host: Host) -> None:
        while True:
            self._platform.news.clear()
            for update in list(self._platform.undelivered):
                await self._deliver(host, update)
            if not self._platform.undelivered:
                await self._platform.news.wait()

    async def _deliver(self, host: Host, update: tuple[str, Json]) -> None:
        key, payload = update
        while True:
            try:
                self._life.must_live()
                await host.receive(key, payload)
                break
            except NotTaken:
                await asyncio.sleep(1)
        await self._takes(ack=True)
        self._platform.taken(update)

    async def _takes(self, *, ack: bool = False) -> str:
        """The time that Telegram or Slack would take; and what goes wrong."""
        struck = self._platform.weather.strikes("platform", self._platform.chance)
        await asyncio.sleep(self._platform.chance.uniform(0, FAR if struck and not ack else NEAR))
        if self._platform.dies():
            self._life.die()
        self._life.must_live()
        return self._platform.chance.choice(("", "not yet", "broken", "unknown")) if struck else ""

    def parse(self, payload: Json, at: datetime) -> Heard | None:
        who, place = Who("simulated", "", payload["user"]), Place("chat", payload["user"])
        match payload:
            case {"poison": _}:
                raise ValueError("nobody understands this")
            case {"nothing": _}:
                return None
            case {"press": str(token)}:
                return Heard(who, place, pressed(token, at))  # type: ignore[arg-type]
            case {"text": str(text)} if text.startswith("/"):
                command, _, subject = text[1:].partition(" ")
                return Heard(who, place, Opened(at, command, subject or None))
            case {"text": str(text)}:
                return Heard(who, place, Typed(at, text), message=payload["number"])
        return Heard(who, place, Returned(at))

    async def show(self, screen: Screen, place: Place, anchor: Anchor | None, words: Words, *, below: bool) -> Anchor:
        wrong = await self._takes()
        if wrong == "not yet":
            raise NotYet("asked to wait")
        if wrong == "broken":
            raise ConnectionError("away")
        shown = self._platform.shows(place.id, screen, anchor, words, below=below)
        await self._takes(ack=True)
        if wrong == "unknown":
            raise ConnectionError("the answer was lost")
        return shown

    def place_of(self, chat: str) -> Place:
        return Place("chat", chat)

    def lasting(self, place: Place) -> Place:
        return place

    async def erase(self, place: Place, message: str) -> None:
        if await self._takes():
            raise NotYet("asked to wait")
        self._platform.note("erased", message)

    async def send(self, attachment: Attachment, place: Place, words: Words) -> None:
        if await self._takes():
            raise NotYet("asked to wait")
        self._platform.note("sent a file", place.id)
