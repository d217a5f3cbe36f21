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
import socket
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

from bot.store.vault import new_key
from bot.wiring import derived
from people import COMMANDS, Crowd, Guest
from sandbox import calendar, telegram
from sandbox.calendar.ledger import Deed
from sandbox.serving import serving

PUBLIC = "https://bot.example.com"
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
    folder: Path
    hours: calendar.World
    url: str
    chats: telegram.World
    environ: dict[str, str]
    chance: Random
    kills: int
    key: str = field(repr=False)
    killed_at: list[datetime] = field(default_factory=list)
    _said: list[dict[str, object]] = field(default_factory=list)

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
        self.nursery.tell(arguments=["run"], environ=self.environ, folder=str(self.folder))
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
    hours, chats, key, port = calendar.World(), telegram.World(), new_key(), _free_port()
    chats.reroute[PUBLIC], chats.resend_after = f"http://127.0.0.1:{port}", 0.01
    hours.faults.add(calendar.Fault("*", times=None, latency=SLOW))
    chats.faults.add(telegram.Fault("sends", times=None, latency=SLOW))
    async with serving(hours) as url, telegram.serving(chats) as api:
        environ = {
            "TELEGRAM_BOT_TOKEN": chats.token,
            "TELEGRAM_API_URL": api,
            "VIDESK_API_URL": url,
            "VIDESK_API_TOKEN": hours.api_token(),
            "VIDESK_REFERRER": "https://example.com/book",
            "VIDESK_FORM_SEGMENT": hours.form_segments(),
            "VIDESK_REQUESTS_PER_SECOND": "0",
            "DATA_DIR": str(folder),
            "SECRET_KEYS": key,
            "DEFAULT_TIMEZONE": "America/Santiago",
            "LOG_LEVEL": "DEBUG",
            "HTTP_PORT": str(port),
            "PUBLIC_URL": PUBLIC if hooked else "",
        }
        with nursery(folder / "log") as born:
            yield Storm(born, folder, hours, url, chats, environ, Random(seed), kills, key)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


# What must hold.


async def reckon(storm: Storm, crowd: Crowd) -> Left:
    """Updates, ledger, database and what people were told agree; gives what was found in the database."""
    taken = [str(each.id) for each in storm.chats.updates.confirmed]
    left = await look(f"sqlite:///{storm.folder / 'booking-bot.db'}", storm.key, "telegram", taken)
    poisoned = len(storm.killed_at)
    assert left.keys == set(taken), "an update was lost"
    assert left.inbox == {"done": len(set(taken)) - poisoned, "aside": poisoned}, left.inbox
    nothing_is_sent_twice(storm.hours, left)
    every_write_ended(left)
    every_booking_is_ours(storm.hours, left)
    await tokens_work(storm.url, storm.hours, left)
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
    hook = [derived([storm.key], f"{part} of Telegram's webhook") for part in ("path", "secret")]
    keys = [storm.chats.token.partition(":")[2], storm.hours.api_token(), storm.key, *hook]
    keys += [each for _, tokens in left.stored.values() if tokens for each in (tokens.action, tokens.access)]
    private = [each for guest in crowd.guests.values() for each in (guest.email, str(guest.person.id))]
    for file in storm.folder.iterdir():
        written = file.read_bytes()
        found = [secret for secret in [*keys, *private] if secret.encode() in written]
        assert not found, f"{file.name} holds {len(found)} secrets"


async def play(folder: Path, seed: int, kills: int = KILLS, *, hooked: bool = False) -> tuple[Storm, Crowd, Left]:
    async with storms(folder, seed, kills, hooked=hooked) as storm:
        crowd = await storm.run()
        return storm, crowd, await reckon(storm, crowd)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.kill.storm", description="Kill a busy bot and see, again.")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--webhook", action="store_true")
    parser.add_argument("--log", action="store_true", help="print what the lives wrote")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        try:
            storm, crowd, left = asyncio.run(play(folder, options.seed, options.kills, hooked=options.webhook))
        finally:
            if options.log:
                print((folder / "log").read_text("utf-8"))
    steps = sum(guest.steps for guest in crowd.guests.values())
    print(f"{len(storm.killed_at)} kills, {steps} steps, {len(left.writes)} writes, {len(doubts(left))} in doubt")
    print(f"{len(storm.chats.unanswered())} presses grew old: all is well")
    return 0


if __name__ == "__main__":
    sys.exit(main())
