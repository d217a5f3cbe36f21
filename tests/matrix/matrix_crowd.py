"""Many people before one running program, over real HTTP, and the stand-in calendar behind it. Nothing is tested here.

A `Guest` is led by what is on the screen alone: buttons are known by what they mean, questions by their names.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from adapters import Anchor, Heard, Host, Json, Place, Who, Words
from bot.calendar import Calendar
from bot.calendar.forms import forms_of
from bot.store.vault import new_key
from bot.wiring import runner
from chatting import drawn, spoken
from conversations.events import Filled, Opened, Typed
from conversations.offers import ANYONE
from conversations.people import Person
from conversations.screens import Answer, Back, Button, Confirm, Open, Press, Question, Retry, Screen, pressed
from sandbox.calendar import World
from sandbox.calendar.ledger import Entry
from sandbox.serving import serving

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)
"""A Monday, noon in Santiago."""

ZONE = "America/Santiago"
STALE = timedelta(seconds=301)
"""After so long nothing is known any more without asking."""
PATIENCE = 30.0
MOST_STEPS = 40

_keys = count()


@dataclass
class Clock:
    at: datetime = NOW

    def __call__(self) -> datetime:
        return self.at

    def forward(self, by: timedelta) -> None:
        self.at += by


class Crowd:
    """A platform where every person has one place, and each screen replaces the last."""

    name = "crowd"

    def __init__(self) -> None:
        self.guests: dict[str, Guest] = {}
        self.host: Host | None = None
        self.ready, self.ending = asyncio.Event(), asyncio.Event()

    async def run(self, host: Host) -> None:
        self.host = host
        self.ready.set()
        await self.ending.wait()

    def parse(self, payload: Json, at: datetime) -> Heard | None:
        user = payload["user"]
        who, place = Who("crowd", "", user), Place("chat", user)
        match payload:
            case {"press": token}:
                return Heard(who, place, pressed(token, at))  # type: ignore[arg-type]
            case {"fill": values, "revision": int(revision)}:
                return Heard(who, place, Filled(at, revision, values))
            case {"text": str(text)} if text.startswith("/"):
                return Heard(who, place, Opened(at, text[1:]))
            case {"text": text}:
                return Heard(who, place, Typed(at, text))
        return None

    async def show(self, screen: Screen, place: Place, _anchor: Anchor | None, _words: Words, *, below: bool) -> Anchor:
        self.guests[place.id].sees(screen)
        return str(screen.revision)


@dataclass
class Hall:
    """One running program with its own calendar, database and clock."""

    world: World
    clock: Clock
    crowd: Crowd
    calendar: Calendar
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def guest(self, service: str = "Account opening", agent: str = "Agent One", **before: int) -> Guest:
        name = f"guest{next(self._numbers)}"
        guest = Guest(self, name, service, agent, before)
        self.crowd.guests[name] = guest
        return guest

    def knows_nothing(self) -> None:
        """Time passes, until all that was kept of the calendar must be asked for anew."""
        self.clock.forward(STALE)
        self.calendar.foretells = False

    def entries(self, guest: Guest) -> list[Entry]:
        return [each for each in self.world.ledger.entries if each.email == guest.email]


@dataclass
class Guest:
    """Somebody with a wish; of days and hours, the one that comes so many before the last that is offered.

    `answered` counts the questions that were answered by hand, `notices` are all that were given.
    """

    hall: Hall
    name: str
    service: str
    agent: str
    before: Mapping[str, int] = field(default_factory=dict)
    screen: Screen = field(init=False)
    answered: Counter[str] = field(default_factory=Counter)
    notices: set[str] = field(default_factory=set)
    _dissatisfied: bool = False
    _settled: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def email(self) -> str:
        return f"{self.name}@example.com"

    @property
    def typed(self) -> Mapping[str, str]:
        return {"form.firstname": "Somebody", "form.email": self.email, "reason": "I am ill."}

    @property
    def text(self) -> str:
        return drawn(self.screen)

    @property
    def notice(self) -> str:
        return spoken(self.screen.notice)

    def sees(self, screen: Screen) -> None:
        self.screen = screen
        self.notices.add(self.notice)
        if not screen.busy:
            self._settled.set()

    # What a person does.

    async def says(self, text: str) -> None:
        await self._does(text=text)

    async def presses(self, button: Button) -> None:
        await self._does(press=button.token)

    async def fills(self, values: Mapping[str, str]) -> None:
        await self._does(fill=values, revision=self.screen.revision)

    async def _does(self, **payload: object) -> None:
        host = self.hall.crowd.host
        assert host
        self._settled.clear()
        await host.receive(f"key {next(_keys)}", {"user": self.name, **payload})
        async with asyncio.timeout(PATIENCE):
            await self._settled.wait()

    # What a person finds on the screen.

    def find(self, means: Press | type[Press]) -> Button | None:
        def meant(each: Button) -> bool:
            return isinstance(each.means, means) if isinstance(means, type) else each.means == means

        return next((each for each in self.screen.presses() if meant(each)), None)

    def button(self, means: Press | type[Press]) -> Button:
        found = self.find(means)
        assert found, f"nothing means {means} on\n{self.text}"
        return found

    def named(self, label: str) -> Button:
        found = next((each for each in self.screen.presses() if spoken(each.label) == label), None)
        assert found, f"{label!r} is not on\n{self.text}"
        return found

    @property
    def question(self) -> Question | None:
        return self.screen.question(self.screen.focus)

    @property
    def sums_up(self) -> bool:
        return self.find(Confirm) is not None

    @property
    def done(self) -> bool:
        return self.screen.over and bool(self.screen.rows)

    # How a person goes on.

    async def goes_on(self, *, until: Callable[[Guest], bool]) -> None:
        """By what is on the screen: tries again, answers what is asked, confirms."""
        for _ in range(MOST_STEPS):
            if until(self):
                return
            await self.goes_on_once()
        raise AssertionError(f"there is no way on from\n{self.text}")

    async def goes_on_once(self) -> None:
        question = self.question
        way = self.find(Retry) or self.find(Confirm) or (None if question else self._way())
        if way:
            return await self.presses(way)
        assert question, f"there is nothing to be done on\n{self.text}"
        if not question.choices and question.looks:
            return await self.presses(question.looks[0])
        return await self.answers(question)

    def _way(self) -> Button | None:
        """Where nothing can be answered: back, to another answer; or by a door, if all is over."""
        back = self.find(Back)
        self._dissatisfied = back is not None
        return back or self._door()

    def _door(self) -> Button | None:
        """Where nothing can be answered: to the appointment's move, if there still is one, or to another one."""
        doors = [each for each in self.screen.buttons if isinstance(each.means, Open)]
        wished = (each for name in ("reschedule", "book") for each in doors if each.means == Open(name, _subject(each)))
        return next(wished, None)

    async def answers(self, question: Question) -> None:
        """Keeps an answer that stands; else gives the one wished for, or any that is offered."""
        keep = next((each for each in self.screen.buttons if self._keeps(each, question)), None)
        if keep and not self._dissatisfied:
            return await self.presses(keep)
        self._dissatisfied = False
        blank = [each.name for each in self.screen.questions if not each.answer]
        if len(blank) > 1:
            self.answered.update(blank)
            return await self.fills({name: self.typed.get(name, "") for name in blank})
        self.answered[question.name] += 1
        if question.name in self.typed:
            return await self.says(self.typed[question.name])
        if question.optional:
            skip = next(each for each in self.screen.buttons if isinstance(each.means, Answer))
            return await self.presses(skip)
        return await self.presses(self._choice(question))

    def _keeps(self, button: Button, question: Question) -> bool:
        """Whether a button keeps what was answered: among the ways on, not among the choices."""
        return isinstance(button.means, Answer) and question.answer is not None

    def _choice(self, question: Question) -> Button:
        wished = {"service": self.service, "agent": self.agent}.get(question.name)
        choices = question.choices
        assert choices, f"nothing can be chosen on\n{self.text}"
        found = next((each for each in choices if spoken(each.label) == wished), None)
        if found:
            return found
        if question.name == "agent":
            return next(each for each in choices if not _is_anyone(each))
        if question.name == "day":
            # A day of the month, not one of the soonest hours.
            choices = tuple(each for each in choices if isinstance(each.means, Answer) and not each.means.choice.also)
        others = tuple(each for each in choices if isinstance(each.means, Answer) and not _stands(each.means, question))
        return others[-1 - self.before.get(question.name, 0)]


def _subject(button: Button) -> str | None:
    return button.means.subject if isinstance(button.means, Open) else None


def _is_anyone(button: Button) -> bool:
    return isinstance(button.means, Answer) and button.means.choice.value == ANYONE.value


def _stands(answer: Answer, question: Question) -> bool:
    return question.answer is not None and answer.choice.value == question.answer.value


@asynccontextmanager
async def halls(number: int, folder: Path, **options: Any) -> AsyncIterator[tuple[Hall, ...]]:
    """Several programs side by side: while one waits for its disk or its calendar, another goes on."""
    async with AsyncExitStack() as stack:
        # Opened one after the other: alembic brings one database of a process up to date at a time.
        opened = [
            await stack.enter_async_context(hall(folder, keyword=f"bot{each}", **options)) for each in range(number)
        ]
        yield tuple(opened)


@asynccontextmanager
async def hall(
    folder: Path, *, deadline: float = 10.0, requests_per_second: int = 0, keyword: str = "bot"
) -> AsyncIterator[Hall]:
    """The whole program, running. Its calendar holds the same limit that it is held to."""
    clock, crowd = Clock(), Crowd()
    world = World(clock=clock, requests_per_second=requests_per_second)
    async with serving(world) as url:
        calendar = Calendar(
            url,
            SecretStr(world.api_token()),
            "https://example.com/book",
            form=forms_of(world.form_segments()),
            clock=clock,
            deadline=deadline,
            requests_per_second=requests_per_second,
        )
        person = Person(locale="en", zone=ZONE, zone_known=True)
        database = f"sqlite:///{folder / f'{keyword}.db'}"
        async with runner(database, [new_key()], calendar, [crowd], person, clock=clock) as program:
            running = asyncio.create_task(program.run())
            await crowd.ready.wait()
            try:
                yield Hall(world, clock, crowd, calendar)
            finally:
                crowd.ending.set()
                await running
