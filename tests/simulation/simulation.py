"""The whole program in one process: people, platform, calendar, disk and clock, and lives that end anywhere.

What must have held, `checking` says.
"""

from __future__ import annotations

import asyncio
import sqlite3
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from contextvars import Context
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from lives import LIFE, Life, taking_note
from pydantic import SecretStr
from simulated_calendar import Network, Transport
from simulated_chat import Plain, Platform
from simulated_disk import simulated_store
from simulated_people import Guest
from simulated_slack import Slacks
from simulated_telegram import Telegrams
from stories import Story
from weather import Weather

from adapters import Words
from bot.calendar import Calendar
from bot.calendar.forms import forms_of
from bot.limits import UNLIMITED, Limits
from bot.runner import Runner
from bot.store.store import NotCommitted
from bot.store.vault import new_key
from conversations.people import Person
from conversations.screens import Screen
from faulty_disk import Disk
from sandbox.calendar import World
from sandbox.calendar.catalogue import CONTACT_SEGMENT

BEGIN = datetime(2026, 3, 2, 15, tzinfo=UTC)
KEY = new_key()
ADMIN = "whoever runs it"

LONGEST = 3 * 3600.0
"""Seconds that people are given; nobody needs so many."""

PEACE = 1800.0
"""Seconds without any fault, within which everything must have come to its end."""

MOST_DEATHS = 12
RARE = 20
"""A life ends at one of so many times as many places as another fault strikes; but not where it matters most."""


@dataclass(frozen=True)
class Logged:
    """`error` is the kind of exception that was logged with it, if any."""

    text: str
    error: str


@dataclass
class Simulation:
    story: Story
    weather: Weather
    folder: Path
    disk: Disk
    rightly: Callable[[Simulation, str, Screen, Words, str], Iterator[str]]
    """What does not hold of what somebody sees at this moment."""
    skew: timedelta = timedelta()
    trace: list[tuple[Any, ...]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    """What did not hold, as soon as that was seen."""
    logged: list[Logged] = field(default_factory=list)
    deaths: int = 0
    life: Life = field(default_factory=Life)
    running: asyncio.Task[None] | None = None
    runner: Runner | None = None
    """This life's, as soon as it runs."""
    tidying: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.life_began = BEGIN
        self.chance = self.weather.chance("simulation")
        self.world = World(clock=self.true_time, tick=self.tick, keeps_id=self.chance.random() < 0.7)
        if self.story.brief_form:
            self.world.forms[CONTACT_SEGMENT, "base"] = self.world.forms[CONTACT_SEGMENT, "contact"]
        self.platform = self._platform()
        self.network = Network(
            self.world,
            self.weather,
            self.live_writes,
            self.age_of,
            self.note,
            self.dies,
            self.clock_jumps,
            self.platform.goes_away,
        )
        self.per_second = self.chance.choice((0, 5, 20))
        self.limits = self.chance.choice((UNLIMITED, Limits(30, 3, 3)))
        self.guests: list[Guest] = []
        for number in range(self.chance.choice(self.story.guests)):
            self.guests.append(self._guest(number))
        self._file: sqlite3.Connection | None = None

    def _platform(self) -> Platform:
        times: dict[str, Any] = {"truth": self.true_time, "clock": self.clock, "tick": self.tick}
        if self.weather.seed % 3 == 2:
            return Slacks(self.weather, self.note, self.saw, self.dies, **times)
        if self.weather.chance("way").random() < 0.5:
            return Plain(self.weather, self.note, self.saw, self.dies)
        return Telegrams(self.weather, self.note, self.saw, self.dies, **times)

    def _guest(self, number: int) -> Guest:
        wishes, forgets = self.chance.choice(self.story.wishes), self.chance.random() < 0.1
        return Guest(
            f"guest{number}", self.platform, self.world, self.weather, self.story, self.guests, wishes, forgets
        )

    # Time, and what is seen of the run.

    def tick(self) -> float:
        return asyncio.get_running_loop().time()

    def true_time(self) -> datetime:
        return BEGIN + timedelta(seconds=self.tick())

    def clock(self) -> datetime:
        """The machine's, which somebody sets now and then."""
        return self.true_time() + self.skew

    def note(self, *what: Any) -> None:
        if what == ("committed", "rested"):
            self.network.rest_kept(self.skew)
        self.trace.append((round(self.tick(), 6), *what))
        self.counts[str(what[0])] += 1

    def live_writes(self) -> tuple[tuple[int, str], ...]:
        return tuple(self.asked("SELECT person_id, key FROM writes WHERE state = 'sent'"))

    def age_of(self, person: object) -> float:
        """Seconds since somebody's write was `sent`, by the program's own clock; times are kept in milliseconds."""
        [[sent_at]] = self.asked("SELECT sent_at FROM writes WHERE state = 'sent' AND person_id = ?", person) or [[0]]
        return self.clock().timestamp() - float(sent_at) / 1000

    def asked(self, sql: str, *parameters: Any) -> list[Any]:
        """What is on disk at this moment, beside the store."""
        if self._file is None:
            self._file = sqlite3.connect(self.database)
        return self._file.execute(sql, parameters).fetchall()

    def saw(self, place: str, screen: Screen, words: Words, text: str) -> None:
        self.broken += self.rightly(self, place, screen, words, text)

    def dies(self, *, rarely: bool = True) -> bool:
        """Whether the life ends here."""
        if self.deaths >= MOST_DEATHS or not self.weather.strikes("crash", self.chance):
            return False
        if rarely and self.chance.randrange(RARE):
            return False
        self.deaths += 1
        self.note("died")
        return True

    @property
    def database(self) -> str:
        return str(self.folder / "bot.db")

    # The run.

    async def run(self) -> None:
        asyncio.get_running_loop().set_task_factory(taking_note)
        living = asyncio.create_task(self._live_and_die())
        setting = asyncio.create_task(self._set_the_clock())
        try:
            async with asyncio.timeout(LONGEST):
                await asyncio.gather(*(guest.live() for guest in self.guests))
            self.weather.over = True
            await self._comes_to_rest(living)
            await self._ends(living)
        finally:
            setting.cancel()
            living.cancel()
            if self._file:
                self._file.close()

    async def _live_and_die(self) -> None:
        while True:
            self.life, self.life_began = Life(), self.true_time()
            self.running = asyncio.create_task(self._lives(self.life), context=_context(self.life))
            watching = asyncio.create_task(self.life.ended.wait())
            await asyncio.wait([self.running, watching], return_when=asyncio.FIRST_COMPLETED)
            watching.cancel()
            if not self.life.dead and not self._gave_up(self.running):
                return
            await self.life.buried()
            await asyncio.sleep(self.chance.choice((0.1, 1.0, 70.0)))
            self.network.begins_anew(self.skew)

    def _gave_up(self, running: asyncio.Task[None]) -> bool:
        """A disk that refuses for long ends the program, and whoever watches over it begins it anew."""
        gave_up = not running.cancelled() and isinstance(running.exception(), NotCommitted)
        if gave_up:
            self.note("gave up")
        return gave_up

    async def _lives(self, life: Life) -> None:
        """As `bot.wiring.runner` puts it together."""
        store = simulated_store(f"sqlite:///{self.database}", KEY, life, self.disk, self.weather, self.dies, self.note)
        calendar = Calendar(
            "https://calendar.example.com",
            SecretStr(self.world.api_token()),
            "https://example.com/book",
            form=forms_of(self.world.form_segments()),
            clock=self.clock,
            requests_per_second=self.per_second,
            transport=Transport(self.network, life),
            tick=self.tick,
        )
        adapter = self.platform.adapter(life)
        stranger = Person(locale="en", zone="America/Santiago", zone_known=True)
        try:
            self.runner = Runner(
                store,
                calendar,
                [adapter],
                clock=self.clock,
                stranger=stranger,
                limits=self.limits,
                admin_chat=f"{self.platform.name}:{self.platform.user(ADMIN)}",
            )
            await self.runner.run()
        finally:
            self.runner = None
            with suppress(asyncio.CancelledError):
                await store.close()
            await calendar.close()
            await self.platform.left_by(adapter)
            store.let_go()

    async def _set_the_clock(self) -> None:
        chance = self.weather.chance("clock")
        while True:
            await asyncio.sleep(chance.uniform(1, 30))
            self.clock_jumps()

    def clock_jumps(self) -> None:
        """Now and then: by less than a lease, or by more."""
        if self.weather.strikes("clock", self.chance):
            self.skew = timedelta(seconds=self.chance.choice((-90, -6, 0, 6, 90, 600)))
            self.note("clock set", self.skew)
            self._tidies()

    def _tidies(self) -> None:
        """The minute after which the program tidies up may be over at any instant: here, what it takes for left behind
        may be under way still."""
        if self.runner and not self.life.dead:
            tidying = asyncio.create_task(_tidied(self.runner), context=_context(self.life))
            self.tidying.add(tidying)
            tidying.add_done_callback(self.tidying.discard)

    async def _comes_to_rest(self, living: asyncio.Task[None]) -> None:
        end = self.tick() + PEACE
        while self._unfinished():
            if living.done() or self.tick() > end:
                return
            await asyncio.sleep(5)
        await self.network.nothing_under_way()
        await asyncio.gather(*self.tidying)

    def _unfinished(self) -> bool:
        """Whether anything is still owed to anybody."""
        if self.platform.undelivered:
            return True
        open_writes = "SELECT 1 FROM writes WHERE state IN ('confirmed', 'sent', 'unknown')"
        return any(
            self.asked(sql)
            for sql in (
                "SELECT 1 FROM owed WHERE kind != 'turn'",
                "SELECT 1 FROM inbox WHERE state = 'new'",
                open_writes,
            )
        )

    async def _ends(self, living: asyncio.Task[None]) -> None:
        """In order, as by SIGTERM: nothing stays behind."""
        if living.done() or self.running is None:
            error = self.running.exception() if self.running else None
            self.broken.append(
                "I12: the program ended by itself: " + "".join(traceback.format_exception(error))[-1500:]
            )
            return
        before = self.tick()
        self.running.cancel()
        with suppress(asyncio.CancelledError):
            await self.running
        if self.tick() - before > 20:
            self.broken.append("the program took too long to end")
        if left := self.life.at_work():
            self.broken.append(f"I15: left behind: {left}")


async def _tidied(runner: Runner) -> None:
    with suppress(NotCommitted, asyncio.CancelledError):  # it is made up for a minute later
        await runner.tidy()


def _context(life: Life) -> Context:
    """For what belongs to it."""
    context = Context()
    context.run(LIFE.set, life)
    return context
