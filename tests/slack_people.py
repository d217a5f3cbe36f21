"""People in the stand-in Slack who book, move and cancel on their own, all at once. Nothing is tested here.

A `Guest` knows nothing but what stands before them: fills in the modal, presses a button, and goes on when something
else is to be seen. What Slack says has failed, they do again. Whoever starts the program is another's matter.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from sandbox.slack import World
from sandbox.slack.channels import Message
from sandbox.slack.deliveries import Delivery
from sandbox.slack.people import Person
from sandbox.slack.views import Sight

PATIENCE = 40.0
"""Seconds without anything new to be seen after which the bot counts as stuck."""

MOST = 600
"""Steps after which a guest goes round in circles."""

BUSY = ("Looking at the calendar …", "Booking …", "Moving …", "Cancelling …", "One moment …")
CONFIRM = ("Book it", "Move it", "Cancel the appointment")
COMMANDS = {"book": "/book", "move": "/reschedule", "cancel": "/cancel"}
DONE = {"Booked. See you then!": "book", "Moved. The new hour": "move", "The appointment is cancelled.": "cancel"}
DOUBT, RETURN = "Send it again", "r"
CHOICE = re.compile(r"a-[^-]+-[^-]+-c.*")

Where = Sight | Message


@dataclass(frozen=True)
class Told:
    """What a guest was told to have been done, and the instants that stood there, in seconds since 1970."""

    deed: str
    instants: tuple[int, ...]


@dataclass
class Guest:
    """`wish` is asked for the next thing to do, whenever the last one is over; None for nothing more."""

    world: World
    person: Person
    name: str
    wish: Callable[[Guest], str | None]
    chance: Random
    wishes: int = 0
    steps: int = 0
    told: list[Told] = field(default_factory=list)
    doubts: set[str] = field(default_factory=set)
    _since: str = ""

    @property
    def email(self) -> str:
        return f"{self.name}@example.com"

    @property
    def answers(self) -> dict[str, str]:
        """What is filled in, by question. The last one is never the same twice."""
        return {
            "First name": self.name,
            "E-mail": self.email,
            "Anything we should know?": f"Wish {self.wishes} of {self.name}",
            "Would you like to say why?": "I cannot come that day.",
        }

    async def play(self) -> None:
        while goal := self.wish(self):
            self.wishes += 1
            command = COMMANDS[goal]
            await self._done(lambda command=command: self.person.commands(command))  # type: ignore[misc]
            while (act := self._next()) is not None:
                self.steps += 1
                assert self.steps < MOST, f"{self.name} goes round in circles\n{self.person.drawn()[-3000:]}"
                await self._done(act)

    async def _done(self, act: Callable[[], Delivery | None]) -> None:
        """Does something until it has not failed, and waits for what is to be seen then."""
        before = self._signature()
        newest = self.person.screen
        self._since = newest.id if newest else ""
        while True:
            delivery = act()
            assert delivery, f"{self.name} cannot submit\n{self.person.drawn()[-3000:]}"
            await self._until(lambda delivery=delivery: delivery.done)  # type: ignore[misc]
            if not delivery.failed:
                break
            await asyncio.sleep(0.05)  # as somebody who tries again
            if self._signature() != before:
                break  # it has arrived all the same
        await self._until(lambda: self._signature() != before and not self._busy())

    async def _until(self, true: Callable[[], bool]) -> None:
        try:
            await self.world.until(true, PATIENCE)
        except TimeoutError:
            raise AssertionError(f"{self.name} is stuck before\n{self.person.drawn()[-3000:]}") from None

    def _where(self) -> Where | None:
        """A message that leads back, written since the last act, stands for a modal that could not be drawn."""
        since = [each for each in self.person.messages if each.by_app and not each.deleted and each.id > self._since]
        leading = next((each for each in reversed(since) if RETURN in _values(each)), None)
        return leading or self.person.modal or self.person.screen

    def _signature(self) -> str:
        where = self._where()
        return f"{where.id} {where.text} {where.blocks}" if where else ""

    def _busy(self) -> bool:
        where = self._where()
        return where is None or any(each in where.text for each in BUSY)

    def _next(self) -> Callable[[], Delivery | None] | None:
        """What to do about what is to be seen; None if this wish is over."""
        where = self._where()
        assert where
        if isinstance(where, Message):
            if RETURN in _values(where):
                return self._pressing(RETURN, where)
            self._learn(where)
            return None
        if where.submit in CONFIRM:
            return self.person.submits
        if DOUBT in where.labels:
            self.doubts.add(where.text)
            return self._pressing("Leave", where)
        asked = [each for each in where.inputs if each.block_id != "search"]
        if asked:
            self.person.fills({each.block_id: self.answers[each.label] for each in asked if each.label in self.answers})
            return self.person.submits
        if choices := list(_choices(where)):
            menu, token = self.chance.choice(choices)
            return (lambda: self.person.chooses(menu, token, where)) if menu else self._pressing(token, where)
        ways = [each for each in ("Try again", "Back", "Leave") if each in where.labels]
        if ways:
            return self._pressing(ways[0], where)
        self._learn(where)
        return None

    def _pressing(self, what: str, where: Where) -> Callable[[], Delivery]:
        return lambda: self.person.presses(what, where, anyway=True)

    def _learn(self, where: Where) -> None:
        instants = tuple(each["timestamp"] for each in _dates(list(where.blocks)))
        self.told += [Told(deed, instants) for words, deed in DONE.items() if words in where.text]


def _values(where: Where) -> list[str]:
    return [str(each.raw.get("value", "")) for each in where.elements if each.kind == "button"]


def _choices(where: Sight) -> Iterator[tuple[str, str]]:
    """The menu, if it is in one, and the token of each choice."""
    for each in where.elements:
        if each.kind == "button" and CHOICE.fullmatch(str(each.raw.get("value"))):
            yield "", str(each.raw["value"])
        for group in each.raw.get("option_groups", [each.raw]) if each.kind == "static_select" else ():
            yield from ((each.action_id, str(option["value"])) for option in group["options"])


def _dates(value: Any) -> Iterator[Any]:
    match value:
        case {"type": "date"}:
            yield value
        case dict():
            yield from (found for each in value.values() for found in _dates(each))
        case list():
            yield from (found for each in value for found in _dates(each))
