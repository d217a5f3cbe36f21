"""One measurement: a bot as a process of its own on one core, people and stand-ins in this one on another.

Waiting is counted where a person would see it end: from a step to the first message that is sent or changed in that
chat, and to the one that answers it. How busy the people were is measured, too: towards 1, it is they who are slow.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

from benchmarks.bots import PEERS, ROOT, Bot
from benchmarks.crowd import Guest
from benchmarks.lean_calendar import Calendar
from benchmarks.lean_telegram import Telegram

sys.path.insert(0, str(ROOT / "tests"))  # where a PostgreSQL is to be had

import postgres

STARTING, ENDING = 60.0, 20.0
STUCK = 10.0
"""Seconds for which somebody has had no answer when it ends, and counts as stuck."""

WARM = 5
"""Bookings before it counts: catalogues are read, connections open."""

OF_POLLING = ("getMe", "getUpdates", "getWebhookInfo", "setWebhook", "deleteWebhook")


@dataclass(frozen=True)
class Cell:
    """What is measured. Seconds everywhere; `most` ends it where not all bookings have been made by then."""

    name: str
    bot: Bot
    people: int
    bookings: int
    thinks: float = 0.0
    calendar: float = 0.0
    telegram: float = 0.0
    limit: int = 0
    """Requests a second that the calendar takes, and the bot is told to keep to."""
    capacity: int = 0
    nodes: int = 0
    """Programs on one PostgreSQL that is on the disk, posted to in turn; 0 for one with a file, that polls."""
    most: float = 60.0
    environ: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Measured:
    """Waits are in milliseconds: the median and the percentiles 95 and 99."""

    cell: str
    bot: str
    updates: int
    bookings: int
    seconds: float
    cpu_ms_per_update: float
    answered_ms: tuple[float, float, float]
    changed_ms: tuple[float, float, float]
    pressed_ms: float
    """Until a press is answered: the median."""
    telegram_calls_per_booking: float
    calendar_calls_per_booking: float
    busiest_second: int
    blocked: int
    gone: float
    """How many of the confirmations came too late for their hour: a share."""
    stuck: int
    start_seconds: float
    memory_mb: float
    load_of_the_people: float


async def measure(cell: Cell, peers: Path = PEERS) -> Measured:
    calendar, nodes = (
        Calendar(cell.calendar, cell.limit, cell.capacity),
        [f"http://127.0.0.1:{_free_port()}" for _ in range(cell.nodes)],
    )
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="booking-bot-")))
        telegram = await stack.enter_async_context(Telegram(cell.telegram, nodes))
        api, url = [await stack.enter_async_context(serving(each.answer)) for each in (telegram, calendar)]
        limit = {} if cell.bot.peer else {"VIDESK_REQUESTS_PER_SECOND": str(cell.limit)}
        environ = {**cell.bot.environ(folder, api, url), **limit, **cell.environ}
        each_own = cell.bot.several(_database(stack), nodes) if nodes else [{}]
        started, command = time.perf_counter(), cell.bot.command(peers)
        bots = [
            await stack.enter_async_context(running(command, {**environ, **own}, folder, cell.bot.ended_by))
            for own in each_own
        ]
        async with asyncio.timeout(STARTING):
            await telegram.reached.wait()
        start = time.perf_counter() - started
        with parted(bots):
            return await _measured(cell, telegram, calendar, bots, start)


def _database(stack: AsyncExitStack) -> str:
    server = stack.enter_context(postgres.running(postgres.LASTING))
    server.make("bench")
    return server.url("bench")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


async def _measured(cell: Cell, telegram: Telegram, calendar: Calendar, bots: Sequence[int], start: float) -> Measured:
    await _play([Guest(telegram, cell.bot.manner, 1, WARM)], STARTING)
    each, more = divmod(cell.bookings, cell.people)
    guests = [
        Guest(telegram, cell.bot.manner, 1000 + number, each + (number < more), cell.thinks)
        for number in range(min(cell.people, cell.bookings))
    ]
    for counted in (telegram.calls, telegram.answered, calendar.asked):
        counted.clear()
    calendar.gone = calendar.blocked = calendar.busiest = 0
    began, own, cpu = time.perf_counter(), time.process_time(), cpu_seconds(bots)
    await _play(guests, cell.most)
    seconds, own, cpu = time.perf_counter() - began, time.process_time() - own, cpu_seconds(bots) - cpu
    updates, bookings = sum(len(guest.answered) for guest in guests), sum(guest.booked for guest in guests)
    shown = sum(number for method, number in telegram.calls.items() if method not in OF_POLLING)
    return Measured(
        cell=cell.name,
        bot=cell.bot.name,
        updates=updates,
        bookings=bookings,
        seconds=round(seconds, 2),
        cpu_ms_per_update=round(1000 * cpu / max(1, updates), 3),
        answered_ms=spread([wait for guest in guests for wait in guest.answered]),
        changed_ms=spread([wait for guest in guests for wait in guest.changed]),
        pressed_ms=spread(telegram.answered)[0],
        telegram_calls_per_booking=round(shown / max(1, bookings), 2),
        calendar_calls_per_booking=round(calendar.asked.total() / max(1, bookings), 2),
        busiest_second=calendar.busiest,
        blocked=calendar.blocked,
        gone=round(calendar.gone / max(1, calendar.asked["schedule"]), 3),
        stuck=sum(not guest.over and time.perf_counter() - guest.acted > STUCK for guest in guests),
        start_seconds=round(start, 2),
        memory_mb=max(map(memory_mb, bots)),
        load_of_the_people=round(own / seconds, 2),
    )


async def _play(guests: Sequence[Guest], most: float) -> None:
    """Until all have booked, or it has taken too long. Who thinks begins at some moment, not all at the same."""
    for guest in guests:
        asyncio.get_running_loop().call_later(guest.thinks * guest.chance.random(), guest.begin)
    with suppress(TimeoutError):
        async with asyncio.timeout(most):
            await asyncio.gather(*(guest.ended.wait() for guest in guests))
    for guest in guests:
        guest.stop()


def spread(seconds: Sequence[float]) -> tuple[float, float, float]:
    """In milliseconds; nothing of nothing."""
    if not seconds:
        return (0.0, 0.0, 0.0)
    ordered = sorted(seconds)
    median, most, nearly_all = (ordered[min(len(ordered) - 1, int(part * len(ordered)))] for part in (0.5, 0.95, 0.99))
    return round(1000 * median, 1), round(1000 * most, 1), round(1000 * nearly_all, 1)


# What stands around the bot, and the bot's own process, as the system tells of it.


@asynccontextmanager
async def serving(answer: web._Handler) -> AsyncIterator[str]:  # type: ignore[name-defined]
    server = web.ServerRunner(web.Server(answer))
    await server.setup()
    site = web.TCPSite(server, "127.0.0.1", 0, backlog=2048, shutdown_timeout=0.1)
    await site.start()
    try:
        yield f"http://127.0.0.1:{server.addresses[0][1]}"
    finally:
        await server.cleanup()


@asynccontextmanager
async def running(
    command: Sequence[str], environ: Mapping[str, str], folder: Path, ended_by: signal.Signals
) -> AsyncIterator[int]:
    with (folder / "log").open("ab") as log:
        bot = await asyncio.create_subprocess_exec(
            *command, cwd=folder, env=environ, stdout=log, stderr=log, start_new_session=True
        )
        try:
            yield bot.pid
        except BaseException:
            print((folder / "log").read_text("utf-8", "replace")[-4000:])
            raise
        finally:
            with suppress(ProcessLookupError):
                bot.send_signal(ended_by)
            try:
                async with asyncio.timeout(ENDING):
                    await bot.wait()
            except TimeoutError:
                print("it did not end in order", file=sys.stderr)
            with suppress(ProcessLookupError):
                os.killpg(bot.pid, signal.SIGKILL)  # whoever looked at it leaves it behind


@contextmanager
def parted(bots: Sequence[int]) -> Iterator[None]:
    """The bot on one core, with all its threads; the people on the others."""
    if not hasattr(os, "sched_setaffinity") or len(cores := sorted(os.sched_getaffinity(0))) < 2:
        yield
        return
    for thread in (each for pid in bots for each in Path(f"/proc/{pid}/task").iterdir()):
        os.sched_setaffinity(int(thread.name), {cores[0]})
    os.sched_setaffinity(0, set(cores[1:]))
    try:
        yield
    finally:
        os.sched_setaffinity(0, set(cores))


def cpu_seconds(bots: Sequence[int]) -> float:
    """Of all of them together."""
    told = [Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[11:13] for pid in bots]
    return sum(int(ticks) for each in told for ticks in each) / os.sysconf("SC_CLK_TCK")


def memory_mb(pid: int) -> float:
    """The most that was resident."""
    line = next(
        line for line in Path(f"/proc/{pid}/status").read_text("ascii").splitlines() if line.startswith("VmHWM:")
    )
    return round(int(line.split()[1]) / 1024, 1)
