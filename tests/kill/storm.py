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
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from random import Random

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
class Storm:
    """The two stand-ins, the people, and the program that lives and dies between them."""

    nursery: Nursery
    around: Surroundings
    chance: Random
    kills: int
    killed_at: list[datetime] = field(default_factory=list)

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
        await self._ends_when_told()
        return crowd

    def _wish(self, guest: Guest) -> str | None:
        return guest.chance.choice(list(COMMANDS)) if len(self.killed_at) < self.kills else None

    async def _live_and_die(self) -> None:
        while len(self.killed_at) < self.kills:
            await self._begin_life()
            await self.chats.until(self._has_asked(self.chance.randint(1, RANGE)), PATIENCE)
            await asyncio.sleep(self.chance.uniform(0, SOON))
            self.nursery.kill()
            assert await self._hears("died") == -signal.SIGKILL, "it ended before it was killed"
            self.killed_at.append(self.chats.now())
            if self.chats.updates.confirmed:
                self.chats.redeliver()
            self.chats.raw(POISON)
        await self._begin_life()

    async def _begin_life(self) -> None:
        self.nursery.tell(arguments=["run"], environ=self.around.environ, folder=str(self.around.folder))
        await self._hears("born")

    async def _ends_when_told(self) -> None:
        assert self.nursery.living
        os.kill(self.nursery.living, signal.SIGTERM)
        assert await self._hears("died") == 0

    async def _hears(self, word: str) -> object:
        while True:
            said = await asyncio.to_thread(self.nursery.said.get, timeout=PATIENCE)
            assert said is not None, "the nursery is gone"
            assert "failed" not in said, said
            if word in said:
                return said[word]

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
        with nursery(folder / "log") as born:
            yield Storm(born, around, Random(seed), kills)


# What must hold.


async def reckon(storm: Storm, crowd: Crowd) -> Left:
    """Updates, ledger, database and what people were told agree; gives what was found in the database."""
    taken = [str(each.id) for each in storm.chats.updates.confirmed]
    left = await look(storm.around.database, storm.around.key, "telegram", taken)
    poisoned = len(storm.killed_at)
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
        assert press.at <= storm.killed_at[-1], f"a press of {press.person.id} was never answered"


def _nothing_secret_is_seen(storm: Storm, crowd: Crowd, left: Left) -> None:
    hook = [derived([storm.around.key], f"{part} of Telegram's webhook") for part in ("path", "secret")]
    keys = [storm.chats.token.partition(":")[2], storm.hours.api_token(), storm.around.key, *hook]
    keys += [each for _, tokens in left.stored.values() if tokens for each in (tokens.action, tokens.access)]
    private = [each for guest in crowd.guests.values() for each in (guest.email, str(guest.person.id))]
    for file in storm.around.folder.iterdir():
        written = file.read_bytes()
        found = [secret for secret in [*keys, *private] if secret.encode() in written]
        assert not found, f"{file.name} holds {len(found)} secrets"


async def play(folder: Path, seed: int, kills: int = KILLS, *, hooked: bool = False) -> tuple[Storm, Crowd, Left]:
    async with storms(folder, seed, kills, hooked=hooked) as storm:
        try:
            crowd = await storm.run()
            return storm, crowd, await reckon(storm, crowd)
        except BaseException:
            print((folder / "log").read_text("utf-8"))
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
    print(f"{len(storm.killed_at)} kills, {steps} steps, {len(left.writes)} writes, {len(doubts(left))} in doubt")
    print(f"{len(storm.chats.unanswered())} presses grew old: all is well")
    return 0


if __name__ == "__main__":
    sys.exit(main())
