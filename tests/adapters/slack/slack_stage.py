"""The whole program in front of the stand-in Slack, through sockets or by signed posts. Nothing is tested here."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from copy import copy
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any

from adapters import Anchor, Place, Words
from adapters.slack.api import Api, always
from adapters.slack.app import Slack
from adapters.slack.commands import commands
from adapters.slack.manifest import manifest
from bot.logs import configure
from bot.runner import Runner
from bot.web import listening, web
from bot.words import Words as Spoken
from conversations.screens import Button, Screen
from playing import ZONE, Program
from sandbox.slack import World, serving
from sandbox.slack.channels import Message
from sandbox.slack.people import Person
from sandbox.slack.views import Sight

HOOKED = "https://bot.example.com"


class Watched(Slack):
    """Tells what it has shown of the conversation, and where."""

    screen: Screen | None = None
    anchor: Anchor = ""
    where = ""
    shown = 0
    published = 0
    cards: list[Screen]
    news: Callable[[], None] = staticmethod(lambda: None)

    async def show(self, screen: Screen, place: Place, anchor: Anchor | None, words: Words, *, below: bool) -> Anchor:
        shown = await super().show(screen, place, anchor, words, below=below)
        if screen.revision or (screen.buttons and not screen.rows):  # else it is a card, or takes one back
            self.screen, self.anchor, self.where = screen, shown, place.kind
            self.shown += 1
        else:
            self.cards.append(screen)
        self.news()
        return shown

    async def publish(self, *args: Any) -> None:
        await super().publish(*args)
        self.published += 1
        self.news()


@dataclass
class SlackStage:
    """One person in the stand-in, who waits for the answer after each step. Commands are typed in the app's own tab."""

    world: World
    person: Person
    slack: Watched
    runner: Runner
    calendar: Program
    own: str
    written: StringIO
    sights: list[Sight | Message] = field(default_factory=list)

    def screen(self) -> Screen:
        assert self.slack.screen
        return self.slack.screen

    @property
    def in_modal(self) -> bool:
        return self.slack.where == "modal" and not self.slack.anchor.startswith("m:")

    @property
    def sight(self) -> Sight | Message:
        """Where the conversation stands now."""
        if self.in_modal:
            assert self.person.modal, self.person.drawn()
            return self.person.modal
        _, _, ts, _ = self.slack.anchor.split(":")
        return next(each for each in self.person.messages if each.id == ts)

    def seen(self) -> str:
        return self.sight.drawn()

    async def types(self, line: str) -> None:
        await self.answered(lambda: self.person.writes(line.removeprefix("/")))

    async def presses(self, button: Button) -> None:
        await self.taps(button.token)

    async def taps(self, token: str) -> None:
        self.sights.append(copy(self.sight))  # a message changes in place
        await self.answered(lambda: self._act(token))

    def _act(self, token: str) -> None:
        where = self.sight
        if isinstance(where, Sight) and f'"submit":"{token}"' in str(where.given.get("private_metadata")):
            assert self.person.submits()
            return
        for block in where.blocks:
            for element in [*block.get("elements", ()), *filter(None, [block.get("accessory")])]:
                if token in _values(element):
                    self.person.chooses(element["action_id"], token, where)
                    return
        self.person.presses(token, where)

    async def presses_old(self, button: Button) -> None:
        def holds(sight: Sight | Message) -> bool:
            return any(each.raw.get("value") == button.token for each in sight.elements)

        old = next(each for each in reversed(self.sights) if holds(each))
        await self.answered(lambda: self.person.presses(button.token, old, anyway=True))

    async def fills(self, values: dict[str, Any]) -> None:
        """Fills in the modal's inputs, by the beginning of a label, and submits them."""
        self.person.fills(values)

        def submit() -> None:
            assert self.person.submits(), self.person.modal and self.person.modal.errors

        await self.answered(submit)

    async def answered(self, act: Callable[[], object]) -> None:
        """Does something, and waits for the screen that follows."""
        before = self.slack.shown
        act()
        await self.world.until(lambda: self.slack.shown > before and not self.screen().busy, 20)

    async def logged(self, words: str) -> None:
        async with asyncio.timeout(20):
            while words not in self.written.getvalue():
                await self.runner.counts()

    async def settled(self) -> None:
        """Waits until everything that was done has been handled, and nothing is owed."""
        await self.world.taken()
        async with asyncio.timeout(20):
            while (counts := await self.runner.counts()).owed or counts.inbox.get("new"):
                continue


def _values(element: Any) -> set[str]:
    groups = element.get("option_groups", [element])
    return {option["value"] for group in groups for option in group.get("options", ())}


@asynccontextmanager
async def playing_slack(
    folder: Path,
    *,
    hooked: bool = False,
    locale: str = "en-US",
    kind: type[SlackStage] = SlackStage,
    zone_known: bool = True,
    before: SlackStage | None = None,
) -> AsyncIterator[SlackStage]:
    """The program runs, and somebody has the stand-in Slack before them; `before` is how it ran before."""
    program, written = before.calendar if before else Program(zone_known=zone_known), StringIO()
    world = before.world if before else World(clock=program.now)
    configure("DEBUG", stream=written)
    names = commands({})
    async with serving(world) as url, Api(always(world.token), f"{url}/api/") as api:
        slack = Watched(
            api,
            always(world.token),
            lambda locale: Spoken(locale, "UTC"),
            names,
            clock=world.now,
            signing_secret=world.signing_secret if hooked else "",
            app_token="" if hooked else world.app_token,
            pauses=(0.05,),
        )
        slack.cards = []
        slack.news = world.changes.tell
        async with program.running(slack, folder) as runner, listening(web([slack], runner.counts)) as own:
            world.reroute[HOOKED] = own
            world.configure(manifest(Spoken("en", "UTC"), names, url=HOOKED if hooked else ""))
            running = asyncio.create_task(runner.run())
            try:
                async with asyncio.timeout(10):
                    while slack.trouble() or (hooked and not world.verified):
                        await runner.counts()
                person = before.person if before else world.person(locale=locale, tz=ZONE)
                yield kind(world, person, slack, runner, program, own, written)
            finally:
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)
                await slack.finished(within=5)
    assert not world.complaints, world.complaints
    for secret in (world.token, world.app_token, world.signing_secret):
        assert secret not in written.getvalue()
    assert not program.world.ledger.double_bookings()
