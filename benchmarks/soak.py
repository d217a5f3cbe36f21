"""`make soak`: people write to `booking-bot run` evenly, for as long as is wished; what it keeps hold of is measured.

    python -m benchmarks.soak --seconds 1800 --rate 50

Exits with 1 if something was left behind, logged as an error, or grew without an end.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations, cycle, islice
from pathlib import Path
from random import Random
from statistics import median

import httpx

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))  # where the people live

from people import Crowd, Guest  # noqa: E402 found there
from surroundings import program, surroundings  # noqa: E402

PEOPLE = 200
"""So that nobody writes more often than a person may: MESSAGES_PER_MINUTE."""

WISHES = ("book", "book", "move", "cancel", "cancel")
LOOKS = 50
"""Persons who are looked at, at most, until one is found who has something to do."""

WARM = 0.34
"""The part at the beginning in which caches fill and connections open: it does not count."""

QUIET = 35.0
"""Seconds after the last update in which what is under way comes to its end, and connections that nobody uses."""

MINUTE = 60.0
"""Seconds at the beginning and the end of what counts, of which the least that was held is taken."""

LONG = 1200.0
"""Seconds from which on a run tells a slope of one megabyte an hour from none: a shorter one only shows it."""


@dataclass(frozen=True)
class Sample:
    """Seconds since the beginning, megabytes that the system gave, and pieces of memory that the program holds."""

    at: float
    megabytes: float
    blocks: float


@dataclass
class Soaked:
    seconds: float
    updates: int = 0
    bookings: int = 0
    samples: list[Sample] = field(default_factory=list)
    sockets: tuple[int, int] = (0, 0)
    """Open files and sockets when it was warm, and when all was quiet again."""
    errors: Counter[str] = field(default_factory=Counter)

    @property
    def warm(self) -> list[Sample]:
        return [each for each in self.samples if each.at >= self.seconds * WARM]

    @property
    def slope(self) -> float:
        """Megabytes an hour, once it was warm: the median of all pairs (Theil and Sen). A step is no slope: one more
        crowded moment than all before takes memory that is not given back."""
        pairs = [(b.megabytes - a.megabytes) / (b.at - a.at) for a, b in combinations(self.warm, 2)]
        return median(pairs) * 3600 if pairs else 0.0

    @property
    def held(self) -> tuple[float, float]:
        """Pieces of memory in use when it was warm, and at the end: the least of a minute, without what waits for the
        garbage collector."""
        warm, end = self.warm, self.samples[-1].at
        first = [each.blocks for each in warm if each.at <= warm[0].at + MINUTE]
        return min(first), min(each.blocks for each in warm if each.at >= end - MINUTE)

    @property
    def right(self) -> bool:
        steep = self.seconds >= LONG and self.slope > 1.0
        return not (steep or self.errors or self.sockets[1] > self.sockets[0] + 2)


async def soak(seconds: float, rate: float, seed: int = 1) -> Soaked:
    soaked, chance = Soaked(seconds), Random(seed)  # noqa: S311 people choose
    with tempfile.TemporaryDirectory() as folder:
        async with surroundings(Path(folder)) as around:
            around.environ |= {"BOOKINGS_PER_DAY": "0", "COMING_APPOINTMENTS": "0"}
            async with program(around) as running, httpx.AsyncClient() as http:
                crowd = Crowd(around.chats)
                guests = [crowd.join(lambda _: chance.choice(WISHES), seed=seed) for _ in range(PEOPLE)]
                process = Path(f"/proc/{running.pid}")
                metrics = f"http://127.0.0.1:{around.environ['HTTP_PORT']}/metrics"
                watching = asyncio.create_task(_watch(soaked, process, http, metrics))
                await _write(soaked, guests, rate)
                watching.cancel()
                await around.chats.taken(60)
                await asyncio.sleep(QUIET)
                soaked.sockets = soaked.sockets[0], _open_in(process)
            soaked.bookings = len(around.hours.ledger.entries)
            soaked.errors = _errors((Path(folder) / "log").read_text("utf-8"))
            if around.hours.ledger.double_bookings():
                soaked.errors["booked twice"] += 1
    return soaked


async def _watch(soaked: Soaked, process: Path, http: httpx.AsyncClient, metrics: str) -> None:
    """Takes a sample each second, until cancelled."""
    loop = asyncio.get_running_loop()
    begun = loop.time()
    while True:
        await asyncio.sleep(1)
        try:
            said, since = (await http.get(metrics, timeout=30)).text, loop.time() - begun
        except httpx.TransportError:
            continue  # it has not begun to listen, or is busy
        if found := re.search(r"^booking_bot_memory_blocks (\S+)", said, re.MULTILINE):
            soaked.samples.append(Sample(since, _megabytes(process), float(found[1])))
        if not soaked.sockets[0] and since >= soaked.seconds * WARM:
            soaked.sockets = _open_in(process), 0


async def _write(soaked: Soaked, guests: Sequence[Guest], rate: float) -> None:
    """One after the other does what there is to do, evenly: whoever has nothing new before them lets the next one."""
    loop, turn = asyncio.get_running_loop(), cycle(guests)
    begun, ticks = loop.time(), 0
    for guest in guests:
        guest.begin()
        await asyncio.sleep(1 / rate)
    while loop.time() - begun < soaked.seconds:
        soaked.updates += any(_acts(guest) for guest in islice(turn, LOOKS))
        ticks += 1
        await asyncio.sleep(max(0.0, begun + (len(guests) + ticks) / rate - loop.time()))


def _acts(guest: Guest) -> bool:
    before = guest.steps
    guest.look()
    return guest.steps > before


def _megabytes(process: Path) -> float:
    said = (process / "status").read_text("ascii")
    line = next(each for each in said.splitlines() if each.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024


def _open_in(process: Path) -> int:
    return sum(1 for _ in (process / "fd").iterdir())


def _errors(log: str) -> Counter[str]:
    """Lines that tell of a fault, by how they begin: also of tasks that nobody waited for."""
    bad = ("[error", "[critical", "Traceback", "was never retrieved", "was destroyed")
    return Counter(line.strip()[:80] for line in log.splitlines() if any(each in line for each in bad))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description="Write evenly, for long.")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--rate", type=float, default=50.0, help="updates a second, of all together")
    options = parser.parse_args(arguments)
    soaked = asyncio.run(soak(options.seconds, options.rate))
    print(f"{soaked.updates} updates in {soaked.seconds:.0f} s, {soaked.updates / soaked.seconds:.0f} a second")
    print(f"{soaked.bookings} entries in the calendar's ledger")
    print(f"memory: {soaked.samples[-1].megabytes:.0f} MB at the end, slope {soaked.slope:+.1f} MB an hour once warm")
    print("pieces of memory in use: {:.0f} when warm, {:.0f} at the end".format(*soaked.held))
    print(f"open files and sockets: {soaked.sockets[0]} when warm, {soaked.sockets[1]} when all was quiet again")
    print(f"errors in the log, and tasks left: {dict(soaked.errors) or 'none'}; it ended in order when told to")
    return 0 if soaked.right else 1


if __name__ == "__main__":
    sys.exit(main())
