"""Chat platforms that outlive the program, and of one, which nobody has, the adapter of one life for it.

It delivers what people do until that is taken, sometimes once more; it shows what it is told to, sometimes without
saying so, or not at all. What is right to show is not known here.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

from lives import Life
from weather import Weather

from adapters import Adapter, Anchor, Attachment, Heard, Host, Json, NotTaken, NotYet, Place, Who, Words
from conversations.events import Opened, Returned, Typed
from conversations.screens import Screen, pressed

NEAR, FAR = 0.1, 12.0
"""Seconds that something takes to be shown at most: as a rule, and now and then."""


OUTAGES, OUTAGE = 8, 60.0
"""One of so many faults is one in which nothing can be shown for a while; for so many seconds at most."""


@dataclass
class Message:
    """`screen` has the buttons that stand there."""

    id: str
    screen: Screen
    at: float
    words: Words


@dataclass
class Shown:
    """`belated`: whoever asked for it had given up by then, and something newer may have been shown before."""

    place: str
    id: str
    screen: Screen
    at: float
    belated: bool


@dataclass
class Platform(ABC):
    """What all of them are for the people there, and for whoever judges. People go by the names they have here."""

    weather: Weather
    note: Callable[..., None]
    saw: Callable[[str, Screen, Words, str], None]
    """Is told of everything that comes to be seen, at that moment, and of the text that is read there."""
    dies: Callable[[], bool]
    chats: dict[str, list[Message]] = field(default_factory=dict)
    history: list[Shown] = field(default_factory=list)
    poison: set[str] = field(default_factory=set)
    """The keys of updates that nobody can understand."""
    perhaps: set[str] = field(default_factory=set)
    """The keys of what may have been taken, though the platform was not told so, and will not come again."""

    name = ""

    def __post_init__(self) -> None:
        self.chance = self.weather.chance("platform")
        self._away_until = 0.0

    def is_away(self) -> bool:
        """Whether nothing can be shown just now; what people do comes in all the same."""
        if self.weather.strikes("platform", self.chance) and not self.chance.randrange(OUTAGES):
            self.goes_away()
        return asyncio.get_running_loop().time() < self._away_until and not self.weather.over

    def goes_away(self) -> None:
        self._away_until = asyncio.get_running_loop().time() + self.chance.uniform(0, OUTAGE)

    @abstractmethod
    def adapter(self, life: Life) -> Adapter: ...

    @abstractmethod
    async def left_by(self, adapter: Any) -> None:
        """The end of an adapter, in order, when all else has ended."""

    def user(self, name: str) -> str:
        """What the platform calls somebody; so it does their chat."""
        return name

    @property
    def workspace(self) -> str:
        """What the platform calls that in which all of them are."""
        return ""

    @abstractmethod
    def does(self, user: str, **what: Any) -> None:
        """Somebody did something: `press`, `text`, `poison` or `nothing`. With a text come `answers` to all that is
        asked at once, by question.
        """

    @property
    @abstractmethod
    def undelivered(self) -> Sequence[Any]: ...

    @property
    @abstractmethod
    def delivered(self) -> Sequence[str]:
        """The keys of what was taken."""

    @abstractmethod
    def remembers_one(self) -> None:
        """An update that was taken long ago is delivered once more."""

    def wrongs(self, _life_began: datetime) -> Iterable[str]:
        """What the platform itself complains of; what was under way when a life ended may be lost."""
        return ()

    def chat(self, place: str) -> list[Message]:
        return self.chats.setdefault(place, [])

    def in_front(self, _place: str) -> Screen | None:
        """What stands in front of all that was written, if there is such a thing."""
        return None

    def loses(self, place: str) -> None:
        """Somebody takes the newest message out of their chat."""
        if chat := self.chat(place):
            self.note("taken away", place, chat.pop().id)

    def appears(
        self, place: str, id: str, screen: Screen, words: Words, text: str = "", *, belated: bool = False
    ) -> None:
        """A screen is seen from now on, in place of what stood in this message."""
        now = asyncio.get_running_loop().time()
        self.note("shown", place, screen.key, screen.revision, screen.busy)
        self.history.append(Shown(place, id, screen, now, belated))
        self.saw(place, screen, words, text)
        old = next((each for each in self.chat(place) if each.id == id), None)
        if old:
            old.screen, old.at = screen, now
        else:
            self.chat(place).append(Message(id, screen, now, words))


@dataclass
class Plain(Platform):
    """One that keeps to the contract of adapters, and knows no more."""

    waiting: list[tuple[str, Json]] = field(default_factory=list)
    taken: list[tuple[str, Json]] = field(default_factory=list)

    name = "simulated"

    def __post_init__(self) -> None:
        super().__post_init__()
        self._numbers = count(1)
        self.news = asyncio.Event()

    def adapter(self, life: Life) -> Adapter:
        return PlainAdapter(self, life)

    async def left_by(self, adapter: Any) -> None: ...

    @property
    def undelivered(self) -> Sequence[tuple[str, Json]]:
        return self.waiting

    @property
    def delivered(self) -> Sequence[str]:
        return [key for key, _ in self.taken]

    def does(self, user: str, **what: Any) -> None:
        key = f"update {next(self._numbers)}"
        if "poison" in what:
            self.poison.add(key)
        self.waiting.append((key, {"user": user, "number": key, **what}))
        if self.weather.strikes("platform", self.chance):
            self.waiting.append(self.waiting[-1])  # delivered a second time, right away
        self.news.set()

    def takes(self, update: tuple[str, Json]) -> None:
        self.waiting.remove(update)
        self.taken.append(update)

    def remembers_one(self) -> None:
        self.waiting.append(self.chance.choice(self.taken))
        self.news.set()

    def shows(self, place: str, screen: Screen, anchor: Anchor | None, words: Words, *, below: bool) -> Anchor:
        old = next((each.id for each in self.chat(place) if each.id == anchor and not below), None)
        id = old or f"message {next(self._numbers)}"
        self.appears(place, id, screen, words)
        return id


class PlainAdapter:
    name = Plain.name

    def __init__(self, platform: Plain, life: Life) -> None:
        self._platform = platform
        self._life = life

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
        self._platform.takes(update)

    async def _takes(self, *, ack: bool = False) -> str:
        """The time that Telegram or Slack would take; and what goes wrong."""
        struck = self._platform.weather.strikes("platform", self._platform.chance)
        await asyncio.sleep(self._platform.chance.uniform(0, FAR if struck and not ack else NEAR))
        if self._platform.dies():
            self._life.die()
        self._life.must_live()
        if not ack and self._platform.is_away():
            return "not yet"
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
