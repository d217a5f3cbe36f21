"""Plays what people see in Telegram, for `make pictures`.

What is drawn are the payloads that the stand-in Telegram was sent. How they are drawn is told in `bubbles`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from adapters.telegram.api import Api
from adapters.telegram.app import Telegram
from bot.words import Words
from conversations.people import Person
from sandbox.telegram import World, serving
from sandbox.telegram.chats import Message
from sandbox.telegram.people import Person as Somebody
from scripts.bubbles import Bubble, Panel, picture
from scripts.played import NOW, ZONE, running

BOT = "Appointments"


@asynccontextmanager
async def played() -> AsyncIterator[World]:
    """The stand-in Telegram, with the program behind it."""
    world = World(clock=lambda: NOW)
    async with serving(world) as url, Api(world.token, url) as api:
        telegram = Telegram(api, lambda locale: Words(locale, ZONE))
        async with running(telegram, Person(zone=ZONE, zone_known=True)):
            yield world
        await telegram.finished(within=1)


class Camera:
    """Does what a person does, waits for the answer, and takes down how the chat stands then."""

    def __init__(self, world: World, somebody: Somebody) -> None:
        self._world, self._somebody = world, somebody

    async def writes(self, line: str, until: str) -> None:
        before = self._somebody.screen
        self._somebody.writes(line)
        await self._somebody.sees(until, after=before)

    async def presses(self, label: str, until: str) -> None:
        shown = self._somebody.last
        self._somebody.presses(next(each for each in shown.labels if each.split() == label.split()) if shown else label)
        await self._somebody.sees(until)
        await self._world.until(lambda: not self._world.unanswered())

    def panel(self, last: int = 2, *, keyboard: bool = False) -> Panel:
        """The last messages that stand, but for files: the one that follows a booking comes when it likes."""
        standing = [each for each in self._somebody.chat if not each.deleted and each.file is None][-last:]
        return Panel(BOT, [bubble(each) for each in standing], self._somebody.keyboard if keyboard else ())


def bubble(message: Message, sender: str = "") -> Bubble:
    rows = [[button.label for button in row] for row in message.rows]
    return Bubble(message.text, message.entities, rows, not message.by_bot, f"{message.at:%H:%M}", sender)


async def pictures() -> Mapping[str, str]:
    """SVG by file name."""
    async with played() as world:
        camera = Camera(world, world.person(first_name="Person", last_name="One"))
        await camera.writes("/book", "What is it for?")
        service = camera.panel()
        await camera.presses("Account opening", "With whom?")
        await camera.presses("Anyone", "Which day suits you?")
        day = camera.panel()
        await camera.presses("25", "At what time?")
        hour = camera.panel()
        await camera.presses("9:00 AM", "First name")
        name = camera.panel()
        await camera.presses("Person", "E-mail")
        await camera.writes("someone@example.com", "Phone")
        await camera.presses("Share my number", "shares the number")
        phone = camera.panel(3, keyboard=True)
        await camera.writes("+56 9 1234 5678", "How")
        for question in ("Anything we should know?", "Shall I book this?"):
            await camera.presses("Skip", question)
        summary = camera.panel(1)
        await camera.presses("Book it", "Booked.")
        card = camera.panel(1)
        return {
            "telegram-booking.svg": picture([day, hour, summary]),
            "telegram-form.svg": picture([service, name, phone]),
            "telegram-after.svg": picture([card, await spanish(world), await group(world)]),
        }


async def spanish(world: World) -> Panel:
    camera = Camera(world, world.person(language_code="es"))
    await camera.writes("/book", "Account opening")
    await camera.presses("Account opening", "Agent One")
    await camera.presses("Agent One", "lun")
    return camera.panel(1)


async def group(world: World) -> Panel:
    somebody = world.person(first_name="Person Two")
    there = world.group(somebody, title="Group")
    asked = somebody.writes("/book", there)
    await world.until(lambda: there.screen)
    assert there.screen  # noqa: S101 just waited for
    press = somebody.presses("o-book", message=there.screen, anyway=True)
    await press.settled()
    said = bubble(there.screen, BOT)
    return Panel("Group", [bubble(asked), said], toast=press.toast or "")
