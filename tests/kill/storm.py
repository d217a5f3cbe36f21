"""kill -9 under load: people write to `booking-bot run` in the stand-in Telegram, and it is killed again and again.

    python -m tests.kill.storm --seed 7 --kills 10 [--webhook]

plays one seed again. What people choose, and after how many requests each life ends, hangs on the seed alone; what the
machine does meanwhile does not.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from random import Random
from typing import TypeAlias

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

from dialog import Nursery, nursery
from reckoning import (
    Left,
    doubts,
    every_booking_is_ours,
    every_write_ended,
    look,
    nothing_is_sent_twice,
    tokens_work,
)

from bot.wiring import derived
from people import COMMANDS, Crowd, Guest
from sandbox import calendar, telegram
from sandbox.calendar.ledger import Deed
from surroundings import Surroundings, surroundings

KILLS = 10
PEOPLE = 6

RANGE = 60
"""A life ends within so many requests of its own, to Telegram and the calendar together."""

SOON = 0.02
"""And within so many seconds after the last of them."""

PATIENCE = 60.0
"""Seconds in which a life must have made its requests, or ended when it was told to."""

SLOW = 0.02
"""Seconds for which the calendar and Telegram think: so that lives end while something is under way."""

POISON = {"message": {"message_id": 1, "date": 1, "text": "Who is this?"}}
"""What nobody can understand must be set aside, once, and hold up nobody."""

DEEDS = {"book": Deed.BOOKED, "move": Deed.MOVED, "cancel": Deed.CANCELLED}


@dataclass
class Program:
    """One that is begun again whenever it was killed."""

    nursery: Nursery
    folder: Path
    log: Path
    environ: Mapping[str, str]

    async def begin(self) -> None:
        self.nursery.tell(arguments=["run"], environ=dict(self.environ), folder=str(self.folder))
        await self._hears("born")

    async def kill(self) -> None:
        self.nursery.kill()
        assert await self._hears("died") == -signal.SIGKILL, "it ended before it was killed"

    def signal(self, what: signal.Signals) -> None:
        assert self.nursery.living
        os.kill(self.nursery.living, what)

    async def ends_when_told(self) -> None:
        self.signal(signal.SIGTERM)
        ended = await self._hears("died")
        assert ended in (0, -signal.SIGTERM), ended  # it may have been told before it was ready to hear

    async def _hears(self, word: str) -> object:
        while True:
            said = await asyncio.to_thread(self.nursery.said.get, timeout=PATIENCE)
            assert said is not None, "the nursery is gone"
            assert "failed" not in said, said
            if word in said:
                return said[word]


Strike: TypeAlias = Callable[[Program], Awaitable[None]]
"""What happens to a program, from which it recovers."""


async def kill(program: Program) -> None:
    await program.kill()
    await program.begin()


@dataclass
class Storm:
    """The two stand-ins, the people, and the programs that live and die between them."""

    programs: Sequence[Program]
    around: Surroundings
    chance: Random
    kills: int
    strikes: Sequence[Strike] = (kill,)
    struck_at: list[datetime] = field(default_factory=list)

    @property
    def hours(self) -> calendar.World:
        return self.around.hours

    @property
    def chats(self) -> telegram.World:
        return self.around.chats

    async def run(self, people: int = PEOPLE) -> Crowd:
        """Until the kills are over, and then all dialogs."""
        crowd = Crowd(self.chats)
        for number in range(people):
            crowd.join(self._wish, seed=self.chance.randrange(2**32) + number)
        async with asyncio.TaskGroup() as group:
            living = group.create_task(self._live_and_die())
            await crowd.play()
            await living
        await self.chats.taken(PATIENCE)
        for each in self.programs:
            await each.ends_when_told()
        return crowd

    def _wish(self, guest: Guest) -> str | None:
        return guest.chance.choice(list(COMMANDS)) if len(self.struck_at) < self.kills else None

    async def _live_and_die(self) -> None:
        for each in self.programs:
            await each.begin()
        while len(self.struck_at) < self.kills:
            await self.chats.until(self._has_asked(self.chance.randint(1, RANGE)), PATIENCE)
            await asyncio.sleep(self.chance.uniform(0, SOON))
            await self.chance.choice(self.strikes)(self.chance.choice(self.programs))
            self.struck_at.append(self.chats.now())
            if self.chats.updates.confirmed:
                self.chats.redeliver()
            self.chats.raw(POISON)

    def _has_asked(self, number: int) -> Callable[[], bool]:
        """Whether so many requests have come since now."""

        def requests() -> int:
            return self.chats.ledger.by_method.total() + self.hours.traffic.total

        before = requests()
        return lambda: requests() >= before + number


@asynccontextmanager
async def storms(folder: Path, seed: int = 0, kills: int = KILLS, *, hooked: bool = False) -> AsyncIterator[Storm]:
    async with surroundings(folder, hooked=hooked, slow=SLOW) as around:
        around.environ["LOG_LEVEL"] = "DEBUG"
        around.chats.faults.add(telegram.Fault("sends", times=None, latency=SLOW))
        with nursery(log := folder / "log") as born:
            yield Storm([Program(born, folder, log, around.environ)], around, Random(seed), kills)


# What must hold.


async def reckon(storm: Storm, crowd: Crowd) -> Left:
    """Updates, ledger, database and what people were told agree; gives what was found in the database."""
    taken = [str(each.id) for each in storm.chats.updates.confirmed]
    left = await look(storm.around.database, storm.around.key, "telegram", taken)
    poisoned = len(storm.struck_at)
    assert left.keys == set(taken), "an update was lost"
    assert left.inbox == {"done": len(set(taken)) - poisoned, "aside": poisoned}, left.inbox
    nothing_is_sent_twice(storm.hours, left)
    every_write_ended(left)
    every_booking_is_ours(storm.hours, left)
    await tokens_work(storm.around.url, storm.hours, left)
    for guest in crowd.guests.values():
        _nothing_was_typed_twice(storm, guest)
        _everything_told_is_true(storm, guest)
    told = sum(len(guest.doubts) for guest in crowd.guests.values())
    assert told >= len(doubts(left)), f"{len(doubts(left))} writes in doubt, and {told} screens that say so"
    _every_press_ended(storm)
    _nothing_secret_is_seen(storm, crowd, left)
    assert storm.chats.complaints == []
    return left


def _nothing_was_typed_twice(storm: Storm, guest: Guest) -> None:
    """A line that was handled twice would stand under the next question too; one that was lost, nowhere."""
    wishes = [f"Wish {number} of {guest.name}" for number in range(1, guest.wishes + 1)]
    booked = [entry for entry in storm.hours.ledger.entries if entry.email == guest.email and entry.deed is Deed.BOOKED]
    for entry in booked:
        typed = [value for value in map(str, entry.form.values()) if value]
        assert typed[:2] == [guest.name, guest.email], typed
        assert len(typed) == 3, typed
        assert typed[2] in wishes, typed


def _everything_told_is_true(storm: Storm, guest: Guest) -> None:
    for told in guest.told:
        instants = {
            int(entry.start.timestamp())
            for entry in storm.hours.ledger.entries
            if entry.email == guest.email and entry.deed is DEEDS[told.deed]
        }
        assert told.instants, f"{guest.name} was told no hour\n{guest.person.drawn()}"
        assert set(told.instants) <= instants, f"{guest.name} was told {told}, and the ledger knows {instants}"


def _every_press_ended(storm: Storm) -> None:
    """One whose life ended between its handling and its answer grows old; all that were made later are answered."""
    for press in storm.chats.unanswered():
        assert press.at <= storm.struck_at[-1], f"a press of {press.person.id} was never answered"


def _nothing_secret_is_seen(storm: Storm, crowd: Crowd, left: Left) -> None:
    hook = [derived([storm.around.key], f"{part} of Telegram's webhook") for part in ("path", "secret")]
    keys = [storm.chats.token.partition(":")[2], storm.hours.api_token(), storm.around.key, *hook]
    keys += [each for _, tokens in left.stored.values() if tokens for each in (tokens.action, tokens.access)]
    private = [each for guest in crowd.guests.values() for each in (guest.email, str(guest.person.id))]
    for file in filter(Path.is_file, storm.around.folder.iterdir()):
        written = file.read_bytes()
        found = [secret for secret in [*keys, *private] if secret.encode() in written]
        assert not found, f"{file.name} holds {len(found)} secrets"


async def play(folder: Path, seed: int, kills: int = KILLS, *, hooked: bool = False) -> tuple[Storm, Crowd, Left]:
    return await weather(storms(folder, seed, kills, hooked=hooked))


async def weather(storms: AbstractAsyncContextManager[Storm]) -> tuple[Storm, Crowd, Left]:
    """The whole storm, and the reckoning."""
    async with storms as storm:
        try:
            crowd = await storm.run()
            return storm, crowd, await reckon(storm, crowd)
        except BaseException:
            for each in storm.programs:
                print(each.log.read_text("utf-8"))
            raise


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.kill.storm", description="Kill a busy bot and see, again.")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--webhook", action="store_true")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        storm, crowd, left = asyncio.run(play(Path(name), options.seed, options.kills, hooked=options.webhook))
    steps = sum(guest.steps for guest in crowd.guests.values())
    print(f"{len(storm.struck_at)} kills, {steps} steps, {len(left.writes)} writes, {len(doubts(left))} in doubt")
    print(f"{len(storm.chats.unanswered())} presses grew old: all is well")
    return 0


if __name__ == "__main__":
    sys.exit(main())
