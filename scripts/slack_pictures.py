"""Plays what people see in Slack, for `make pictures`.

What is drawn are the blocks that the stand-in Slack was sent. How they are drawn is told in `windows`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from adapters.slack.api import Api, always
from adapters.slack.app import Slack
from adapters.slack.commands import commands
from adapters.slack.manifest import manifest
from bot.words import Words
from conversations.people import Person
from sandbox.slack import World, serving
from sandbox.slack.mrkdwn import drawn_date
from sandbox.slack.people import Person as Somebody
from sandbox.slack.views import Sight
from scripts.played import NOW, ZONE, running
from scripts.windows import Window, picture

APP = "Appointments"


@asynccontextmanager
async def played() -> AsyncIterator[World]:
    """The stand-in Slack, with the program behind it."""
    names, words = commands({}), Words("en", ZONE)
    world = World(clock=lambda: NOW, manifest=manifest(words, names))
    async with serving(world) as url, Api(always(world.token), f"{url}/api/") as api:
        slack = Slack(api, always(world.token), lambda _: words, names, clock=lambda: NOW, app_token=world.app_token)
        async with running(slack, Person()):
            await world.until(lambda: world.sockets.ready)
            yield world
        await slack.finished(within=1)


class Camera:
    """Does what a person does, waits for the answer, and takes down what stands before them then."""

    def __init__(self, world: World, somebody: Somebody) -> None:
        self._world, self._somebody = world, somebody

    async def does(self, act: Callable[[Somebody], object], until: str) -> None:
        act(self._somebody)
        await self._somebody.sees(until)
        await self._world.quiet()

    def modal(self) -> Window:
        sight = self._somebody.modal
        return self._window(sight, sight.title if sight else "")

    def home(self) -> Window:
        return self._window(self._somebody.home, APP)

    def messages(self) -> Window:
        """All that the app has written, but for its files."""
        standing = [each for each in self._somebody.messages if each.by_app and each.blocks and not each.deleted]
        return Window(APP, [each.blocks for each in standing], who=APP, dates=self._date)

    def _window(self, sight: Sight | None, title: str) -> Window:
        if sight is None:
            raise LookupError("nothing stands there")
        return Window(
            title,
            [sight.blocks],
            submit=sight.submit,
            close=sight.close,
            values=sight.values,
            errors=sight.errors,
            dates=self._date,
        )

    def _date(self, run: Mapping[str, Any]) -> str:
        reader = self._somebody.team.reader(self._somebody)
        return drawn_date(run["timestamp"], run["format"], reader) or str(run["fallback"])


async def pictures() -> Mapping[str, str]:
    """SVG by file name."""
    async with played() as world:
        camera = Camera(world, world.person(locale="en-US", tz=ZONE, real_name="Person One"))
        await camera.does(lambda me: me.commands("/book"), "What is it for?")
        service = camera.modal()
        await camera.does(lambda me: me.presses("Account opening"), "With whom?")
        await camera.does(lambda me: me.presses("Agent One"), "Which day suits you?")
        day = camera.modal()
        await camera.does(lambda me: me.presses("Wednesday, November 25"), "At what time?")
        hour = camera.modal()
        await camera.does(lambda me: me.presses("9:30 AM"), "First name")
        wrong = {"First name": "Person", "E-mail": "one@example.com", "Phone": "call me"}
        await camera.does(lambda me: (me.fills(wrong), me.submits()), "That is no phone number.")
        form = camera.modal()
        await camera.does(lambda me: (me.fills({"Phone": ""}), me.submits()), "Shall I book this?")
        summary = camera.modal()
        await camera.does(lambda me: me.submits(), "Booked.")
        await camera.does(lambda me: (me.closes(), me.opens_home()), "This appointment is booked.")
        return {
            "slack-booking.svg": picture([service, day, hour]),
            "slack-form.svg": picture([form, summary, await spanish(world)]),
            "slack-after.svg": picture([camera.messages(), camera.home()]),
        }


async def spanish(world: World) -> Window:
    camera = Camera(world, world.person(locale="es-ES", tz="Europe/Madrid", real_name="Person Two"))
    await camera.does(lambda me: me.commands("/book", "quick"), "Quick question")
    await camera.does(lambda me: me.presses("Quick question"), "Agent Six")
    await camera.does(lambda me: me.presses("Agent Six"), "¿Qué día")
    return camera.modal()
