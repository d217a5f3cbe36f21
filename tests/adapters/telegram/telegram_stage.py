"""The whole program in front of the stand-in Telegram, by polling or by webhook. Nothing is tested here."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from adapters import Anchor, Place, Words
from adapters.telegram.api import Api
from adapters.telegram.app import Telegram
from adapters.telegram.intake import Hook, Pace
from bot.logs import configure
from bot.runner import Runner
from bot.web import listening, web
from bot.words import Words as Spoken
from conversations.screens import Button, Screen
from playing import Program
from sandbox.telegram import World, serving
from sandbox.telegram.chats import Message
from sandbox.telegram.people import Person, Press

HOOKED = "https://bot.example.com"
SECRET = "s3cret-of-the-webhook"
QUICK = Pace(pauses=(0.05,), standby=(0.05,))
PATH = "/telegram/path-of-the-webhook"


class Watched(Telegram):
    """Tells what it has shown."""

    screen: Screen | None = None
    anchor: Anchor = ""
    shown = 0
    news: Callable[[], None] = staticmethod(lambda: None)

    async def show(self, screen: Screen, place: Place, anchor: Anchor | None, words: Words, *, below: bool) -> Anchor:
        self.anchor = await super().show(screen, place, anchor, words, below=below)
        self.screen = screen
        self.shown += 1
        self.news()
        return self.anchor


@dataclass
class TelegramStage:
    """One person in the stand-in, who waits for the answer after each step."""

    world: World
    person: Person
    telegram: Watched
    runner: Runner
    calendar: Program
    own: str
    press: Press | None = None

    def screen(self) -> Screen:
        assert self.telegram.screen
        return self.telegram.screen

    @property
    def message(self) -> Message:
        """The message in which the conversation stands now."""
        return self.person.place.messages[int(self.telegram.anchor.partition("c")[0])]

    def seen(self) -> str:
        toast = self.press.toast or "" if self.press else ""
        return f"{self.message.drawn()}\n{toast}"

    async def types(self, line: str) -> None:
        self.press = None
        await self.answered(lambda: self.person.writes(line))

    async def presses(self, button: Button) -> None:
        await self.taps(button.token)

    async def presses_old(self, button: Button) -> None:
        await self.taps(button.token, anyway=True)

    async def taps(self, data: str, anyway: bool = False) -> None:
        def press() -> None:
            self.press = self.person.presses(data, message=self.message, anyway=anyway)

        await self.answered(press)
        assert self.press
        await self.press.settled()

    async def answered(self, act: Callable[[], object]) -> None:
        """Does something, and waits for the screen that follows."""
        before = self.telegram.shown
        act()
        await self.world.until(lambda: self.telegram.shown > before and not self.screen().busy, 20)

    async def settled(self) -> None:
        """Waits until everything that was done has been handled, and nothing is owed."""
        await self.world.taken()
        async with asyncio.timeout(20):
            while (counts := await self.runner.counts()).owed or counts.inbox.get("new"):
                continue


@asynccontextmanager
async def playing_telegram(
    folder: Path, *, hooked: bool = False, language: str = "en", pace: Pace = QUICK, before: TelegramStage | None = None
) -> AsyncIterator[TelegramStage]:
    """The program runs, and somebody has the stand-in Telegram before them; `before` is how it ran before."""
    program, written = before.calendar if before else Program(), StringIO()
    world = before.world if before else World(local=True)
    configure("DEBUG", stream=written)
    async with serving(world) as url, Api(world.token, url) as api:
        hook = Hook(HOOKED + PATH, PATH, SECRET) if hooked else None
        telegram = Watched(api, lambda locale: Spoken(locale, "UTC"), hook=hook, pace=pace)
        telegram.news = world.changes.tell
        begins = "setWebhook" if hooked else "getUpdates"
        begun = world.ledger.count(begins)
        async with program.running(telegram, folder) as runner, listening(web([telegram], runner.counts)) as own:
            world.reroute[HOOKED] = own
            running = asyncio.create_task(runner.run())
            try:
                await world.until(lambda: world.ledger.count(begins) > begun)
                person = before.person if before else world.person(language_code=language)
                yield TelegramStage(world, person, telegram, runner, program, own)
            finally:
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)
                await telegram.finished(within=5)
    assert not world.complaints, world.complaints
    assert world.token.partition(":")[2] not in written.getvalue()
    assert not program.world.ledger.double_bookings()


def choice(stage: TelegramStage, number: int = 0) -> Button:
    question = stage.screen().question(stage.screen().focus)
    assert question
    return question.choices[number]


async def nothing_changes(stage: TelegramStage) -> None:
    shown, before = stage.telegram.shown, stage.message.drawn()
    await stage.settled()
    assert stage.telegram.shown == shown
    assert stage.message.drawn() == before
