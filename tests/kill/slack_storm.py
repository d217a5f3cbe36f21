"""kill -9 under load: people use `booking-bot run` in the stand-in Slack, and it is killed again and again.

    python -m tests.kill.slack_storm --seed 7 --kills 10 [--posts]

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

from adapters.slack.envelope import Envelope
from sandbox import slack
from sandbox.calendar.ledger import Deed
from slack_people import COMMANDS, Guest
from slack_surroundings import Between, between, listening

KILLS = 10
PEOPLE = 5

RANGE = 40
"""A life ends within so many requests of its own, to Slack and the calendar together."""

SOON = 0.02
"""And within so many seconds after the last of them."""

PATIENCE = 60.0
"""Seconds in which a life must have made its requests, or ended when it was told to."""

SLOW = 0.02
"""Seconds for which the calendar and Slack think: so that lives end while something is under way."""

DEEDS = {"book": Deed.BOOKED, "move": Deed.MOVED, "cancel": Deed.CANCELLED}


@dataclass
class Storm:
    """The two stand-ins, the people, and the program that lives and dies between them."""

    nursery: Nursery
    around: Between
    chance: Random
    kills: int
    killed: int = 0
    guests: list[Guest] = field(default_factory=list)

    async def run(self) -> None:
        """Until the kills are over, and then all that was begun."""
        world = self.around.people
        await self._begin_life()
        await listening(self.around)
        for number in range(PEOPLE):
            chance = Random(f"{self.chance.randrange(2**32)} {number}")
            self.guests.append(Guest(world, world.person(), f"guest{number}", self._wish, chance))
        async with asyncio.TaskGroup() as group:
            dying = group.create_task(self._die_and_live())
            for guest in self.guests:
                group.create_task(guest.play())
            await dying
        await world.taken(PATIENCE)
        await self._ends_when_told()

    def _wish(self, guest: Guest) -> str | None:
        if self.killed < self.kills:
            return guest.chance.choice(list(COMMANDS))
        return None if guest.told else "book"  # nobody goes without having come to an end

    async def _die_and_live(self) -> None:
        while self.killed < self.kills:
            await self.around.people.until(self._has_asked(self.chance.randint(1, RANGE)), PATIENCE)
            await asyncio.sleep(self.chance.uniform(0, SOON))
            self.nursery.kill()
            assert await self._hears("died") == -signal.SIGKILL, "it ended before it was killed"
            self.killed += 1
            if any(each.attempts for each in self.around.people.deliveries):
                self.around.people.redeliver(same=self.around.hooked)
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
            return self.around.people.ledger.by_method.total() + self.around.hours.traffic.total

        before = requests()
        return lambda: requests() >= before + number


@asynccontextmanager
async def storms(folder: Path, seed: int, kills: int, *, hooked: bool) -> AsyncIterator[Storm]:
    async with between(folder, hooked=hooked, slow=SLOW) as around:
        around.environ["LOG_LEVEL"] = "DEBUG"
        around.people.resend_after = (0.0, 0.2, 0.5, 1.0, 2.0, 4.0, 8.0)
        around.people.faults.add(slack.Fault("*", times=None, latency=SLOW))
        with nursery(folder / "log") as born:
            yield Storm(born, around, Random(seed), kills)


# What must hold.


async def reckon(storm: Storm) -> Left:
    """Deliveries, ledger, database and what people were told agree; gives what was found in the database."""
    around = storm.around
    taken = {Envelope(str(each.kind), each.payload).key for each in around.people.deliveries if each.acknowledged}
    left = await look(around.database, around.key, "slack", sorted(taken))
    assert left.keys == taken, "a delivery was acknowledged and lost"
    assert set(left.inbox) == {"done"}, left.inbox
    nothing_is_sent_twice(around.hours, left)
    every_write_ended(left)
    every_booking_is_ours(around.hours, left)
    await tokens_work(around.url, around.hours, left)
    for guest in storm.guests:
        _everything_told_is_true(storm, guest)
    _nothing_secret_is_seen(storm, left)
    assert around.people.complaints == []
    return left


def _everything_told_is_true(storm: Storm, guest: Guest) -> None:
    entries = [each for each in storm.around.hours.ledger.entries if each.email == guest.email]
    for told in guest.told:
        instants = {int(each.start.timestamp()) for each in entries if each.deed is DEEDS[told.deed]}
        assert told.instants, f"{guest.name} was told no hour\n{guest.person.drawn()[-2000:]}"
        assert set(told.instants) <= instants, f"{guest.name} was told {told}, and the ledger knows {instants}"


def _nothing_secret_is_seen(storm: Storm, left: Left) -> None:
    world = storm.around.people
    keys = [world.token, world.app_token, world.signing_secret, storm.around.hours.api_token(), storm.around.key]
    keys += [each for _, tokens in left.stored.values() if tokens for each in (tokens.action, tokens.access)]
    private = [each for guest in storm.guests for each in (guest.email, guest.person.id)]
    for file in storm.around.folder.iterdir():
        written = file.read_bytes()
        found = [secret for secret in [*keys, *private] if secret.encode() in written]
        assert not found, f"{file.name} holds {len(found)} secrets"


async def play(folder: Path, seed: int, kills: int = KILLS, *, hooked: bool = False) -> tuple[Storm, Left]:
    async with storms(folder, seed, kills, hooked=hooked) as storm:
        try:
            await storm.run()
            return storm, await reckon(storm)
        except BaseException:
            print((folder / "log").read_text("utf-8"))
            raise


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.kill.slack_storm", description="Kill a busy bot and see.")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--posts", action="store_true", help="by HTTP instead of Socket Mode")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        storm, left = asyncio.run(play(Path(name), options.seed, options.kills, hooked=options.posts))
    steps = sum(guest.steps for guest in storm.guests)
    print(f"{storm.killed} kills, {steps} steps, {len(left.writes)} writes, {len(doubts(left))} in doubt: all is well")
    return 0


if __name__ == "__main__":
    sys.exit(main())
