"""A platform as it ought to be, and somebody who chats there, with the real store, runner and client beneath.

The calendar is the stand-in over real HTTP, time is the test's own. No expectation lives here.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from pydantic import SecretStr

import databases
from adapters import Anchor, Errand, Heard, Host, Json, NotTaken, NotYet, Place, Who, Words
from bot.calendar import Calendar
from bot.calendar.forms import forms_of
from bot.limits import UNLIMITED, Limits
from bot.runner import Runner
from bot.store import persons, sessions
from bot.store.desk import Desk
from bot.store.nodes import Node, present
from bot.store.persons import Contact
from bot.store.store import Store, Witness
from bot.store.vault import Vault, new_key
from conversations.events import Opened, Returned, Typed
from conversations.people import Person
from conversations.screens import Answer, Button, Screen, pressed
from conversations.session import Session
from sandbox.calendar import World
from sandbox.serving import serving

T = TypeVar("T")

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)
"""A Monday, noon in Santiago."""

KEY = new_key()
TYPED = {"form.firstname": "Guest", "form.email": "guest@example.com", "form.comments": "Ring twice."}
_numbers = count()


@dataclass
class Clock:
    at: datetime = NOW

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **by: float) -> None:
        self.at += timedelta(**by)


@dataclass(frozen=True)
class Shown:
    screen: Screen
    place: Place
    anchor: Anchor | None
    words: Words
    below: bool


@dataclass
class Board:
    """Keeps every screen and errand. `refuses` is how many are still to fail before one is shown, or done."""

    name = "board"
    shown: list[Shown] = field(default_factory=list)
    errands: list[str] = field(default_factory=list)
    refuses: int = 0
    tried: int = 0
    host: Host | None = None
    ending: asyncio.Event = field(default_factory=asyncio.Event)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, host: Host) -> None:
        self.host = host
        self.news.set()
        await self.ending.wait()

    async def _do(self, errand: str) -> None:
        self.tried += 1
        self.news.set()
        if self.refuses:
            self.refuses -= 1
            raise NotYet("the platform is away")
        if errand == "impossible":
            raise KeyError("a fault of the adapter")
        self.errands.append(errand)

    def parse(self, payload: Json, at: datetime) -> Heard | Errand | None:
        match payload:
            case {"errand": str(errand)}:
                return Errand(lambda: self._do(errand))
            case {"nothing": _}:
                return None
            case {"broken": _}:
                raise ValueError("this cannot be understood")
            case {"fault": _}:
                raise KeyError("a fault of the adapter")
        who = Who("board", "", payload["user"])
        place = Place("chat", payload.get("place", payload["user"]))
        match payload:
            case {"poison": _}:
                # An instant without a zone is a fault that shows only later, when it is handled.
                return Heard(who, place, Opened(at.replace(tzinfo=None), "book"))
            case {"press": token}:
                event = pressed(token, at)
                return Heard(who, place, event)  # type: ignore[arg-type]
            case {"text": str(text)} if text.startswith("/"):
                return Heard(who, place, Opened(at, text[1:]))
            case {"text": text}:
                return Heard(who, place, Typed(at, text))
            case _:
                return Heard(who, place, Returned(at))

    def place_of(self, chat: str) -> Place:
        return Place("chat", chat)

    async def show(self, screen: Screen, place: Place, anchor: Anchor | None, words: Words, *, below: bool) -> Anchor:
        self.tried += 1
        self.news.set()
        if self.refuses:
            self.refuses -= 1
            raise ConnectionError("the platform is away")
        self.shown.append(Shown(screen, place, anchor, words, below))
        return f"message {len(self.shown)}"


@dataclass
class Chat:
    """The running program, and what the test looks at."""

    board: Board
    store: Store
    calendar: Calendar
    runner: Runner
    world: World
    clock: Clock
    url: str

    def somebody(self, user: str = "somebody", place: str | None = None) -> Somebody:
        return Somebody(self, user, place or user)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Waits for a screen that makes it true."""
        async with asyncio.timeout(30):
            while not condition():
                self.board.news.clear()
                await self.board.news.wait()

    async def look(self, work: Callable[[Desk], T]) -> T:
        return await self.store.transact("looked at by the test", work)


@dataclass
class Somebody:
    chat: Chat
    user: str
    place: str
    last: Screen | None = None

    @property
    def screens(self) -> list[Screen]:
        return [each.screen for each in self.chat.board.shown if each.place.id == self.place]

    @property
    def screen(self) -> Screen:
        """What stood there when this somebody looked last."""
        assert self.last is not None
        return self.last

    async def delivers(self, key: str | None = None, within: Any = 0, **payload: object) -> Screen | None:
        """Hands something in, and does not wait for what comes of it."""
        host = self.chat.board.host
        assert host is not None
        payload = {"user": self.user, "place": self.place, **payload}
        receipt = await host.receive(key or f"key {next(_numbers)}", payload)
        seen = await receipt.seen(within) if receipt and within else None
        return seen.screen if seen else None

    async def sees(self, right: Callable[[Screen], bool]) -> Screen:
        """The first screen from now on, or the one that stands, with which it is right."""
        await self.chat.until(lambda: bool(self.screens) and right(self.screens[-1]))
        self.last = self.screens[-1]
        return self.last

    async def says(self, text: str) -> Screen:
        return await self._does(text=text)

    async def presses(self, button: Button) -> Screen:
        return await self._does(press=button.token)

    async def _does(self, **payload: Any) -> Screen:
        before, key = self.last.revision if self.last else -1, f"key {next(_numbers)}"
        try:
            await self.delivers(key, **payload)
        except NotTaken:  # a platform that hears so sends it again
            await self.delivers(key, **payload)
        return await self.sees(lambda screen: screen.revision > before and not screen.busy)

    def button(self, means: str) -> Button:
        """By what it does: `Confirm`, `Leave`, …"""
        return next(each for each in self.screen.buttons if type(each.means).__name__ == means)

    async def books_up_to(
        self, focus: str | None, service: str = "Account opening", agent: str = "Agent One"
    ) -> Screen:
        """Answers until this question is asked, or the summary is there."""
        screen = await self.says("/book")
        while screen.focus != focus:
            screen = await self._answers(screen, {"service": service, "agent": agent})
        return screen

    async def _answers(self, screen: Screen, named: dict[str, str]) -> Screen:
        name = screen.focus or ""
        if name in TYPED or name in named:
            return await self.says(TYPED.get(name) or named[name])
        if name == "form.phone":
            return await self.says("Skip")
        question = screen.question(name)
        assert question is not None
        return await self.presses(next(each for each in question.choices if not brings_more(each)))

    async def books(self) -> Screen:
        await self.books_up_to(None)
        return await self.presses(self.button("Confirm"))

    async def contact(self) -> Contact:
        found = await self.chat.look(lambda desk: persons.find(desk, "board", "", self.user))
        assert found is not None
        return found

    async def session(self) -> Session:
        contact = await self.contact()
        found = await self.chat.look(lambda desk: sessions.load(desk, contact.id))
        assert isinstance(found, Session)
        return found


@asynccontextmanager
async def chatting(
    folder: Path,
    *,
    world: World | None = None,
    clock: Clock | None = None,
    witness: Witness | None = None,
    board: Board | None = None,
    days: int = 90,
    limits: Limits = UNLIMITED,
    admin_chat: str = "",
    per_second: float = 0,
    node: Node | None = None,
) -> AsyncIterator[Chat]:
    """The whole program over a database in `folder`; it is what the last one left there."""
    clock = clock or Clock()
    world = world or World(clock=clock)
    async with (
        serving(world) as url,
        program(
            folder,
            url,
            world,
            clock,
            witness=witness,
            board=board,
            days=days,
            limits=limits,
            admin_chat=admin_chat,
            per_second=per_second,
            node=node,
        ) as chat,
    ):
        yield chat


@asynccontextmanager
async def program(
    folder: Path,
    url: str,
    world: World,
    clock: Clock,
    *,
    witness: Witness | None = None,
    board: Board | None = None,
    days: int = 90,
    limits: Limits = UNLIMITED,
    admin_chat: str = "",
    per_second: float = 0,
    node: Node | None = None,
) -> AsyncIterator[Chat]:
    board = board or Board()
    calendar = Calendar(
        url,
        SecretStr(world.api_token()),
        "https://example.com/book",
        form=forms_of(world.form_segments()),
        clock=clock,
        requests_per_second=per_second,
    )
    store = await Store.open(databases.url(folder), Vault([KEY]), witness, node.number if node else None)
    stranger = Person(locale="en", zone="America/Santiago", zone_known=True, days=days)
    runner = Runner(
        store, calendar, [board], clock=clock, stranger=stranger, limits=limits, admin_chat=admin_chat, node=node
    )
    running = asyncio.create_task(runner.run())
    chat = Chat(board, store, calendar, runner, world, clock, url)
    running.add_done_callback(lambda _: board.news.set())
    try:
        await chat.until(lambda: board.host is not None or running.done())
        yield chat
    finally:
        board.ending.set()
        await running
        await store.close()
        await calendar.close()


@asynccontextmanager
async def several(
    folder: Path, number: int, *, limits: Limits = UNLIMITED, per_second: int = 0
) -> AsyncIterator[list[Chat]]:
    """As many programs over one database, with one calendar and one clock; what each shows stands on its own board.

    The calendar refuses whoever asks it more than `per_second`.
    """
    async with AsyncExitStack() as stack:
        enter, clock = stack.enter_async_context, Clock()
        settings: dict[str, Any] = {"limits": limits, "per_second": per_second}
        world = World(clock=clock, requests_per_second=per_second)
        node = await enter(present(databases.url(folder)))
        first = await enter(chatting(folder, world=world, clock=clock, node=node, **settings))
        chats = [first]
        for _ in range(1, number):
            node = await enter(present(databases.url(folder)))
            chats.append(await enter(program(folder, first.url, first.world, first.clock, node=node, **settings)))
        yield chats


async def anywhere(chats: Sequence[Chat], condition: Callable[[], bool]) -> None:
    """Waits for a screen of any of them that makes it true."""
    waiting = {asyncio.create_task(chat.until(condition)) for chat in chats}
    _, others = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    for each in others:
        each.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    assert condition()


def brings_more(button: Button) -> bool:
    """Whether a choice answers another question too, as one of the soonest hours does."""
    return isinstance(button.means, Answer) and bool(button.means.choice.also)
