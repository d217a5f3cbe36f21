"""One measurement: so many people book at once before `booking-bot run`, on a core of its own. Nothing is told here.

Waiting is counted where a person would see it end: at the stand-in Telegram, from the press to its answer, and to the
first message sent or changed in that chat. The people live in this process, whose own load is measured too.
"""

from __future__ import annotations

import os
import tempfile
import time
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from people import Crowd, Guest
from surroundings import Surroundings, program, surroundings

SLOW = 0.05
"""Seconds for which the calendar thinks about each request."""

SERVICE = "General consultation"
CHANGES = ("sendMessage", "editMessageText")
OF_POLLING = ("getMe", "getUpdates", "getWebhookInfo", "setWebhook")


@dataclass(frozen=True)
class Cell:
    """What is measured: `each` person books so many times, one after the other."""

    people: int
    each: int = 1
    hooked: bool = False
    budget: int = 0

    @property
    def name(self) -> str:
        who = f"{self.people} at once" if self.people > 1 else f"1 alone, {self.each} bookings"
        way = "webhook" if self.hooked else "polling"
        return f"{who}, {way}, {f'{self.budget} requests/s' if self.budget else 'no budget'}"


@dataclass(frozen=True)
class Measured:
    """Waits are in milliseconds, the median and the percentiles 95 and 99."""

    cell: str
    bookings: int
    seconds: float
    answered_ms: tuple[float, float, float]
    changed_ms: tuple[float, float, float]
    never_answered: int
    told_to_wait: int
    cpu_ms_per_update: float
    api_calls_per_booking: float
    calendar_calls_per_booking: float
    busiest_second: int
    start_seconds: float
    memory_mb: float
    load_of_the_people: float


async def measure(cell: Cell) -> Measured:
    with tempfile.TemporaryDirectory(prefix="booking-bot-") as folder:
        async with surroundings(Path(folder), hooked=cell.hooked, slow=SLOW, budget=cell.budget) as around:
            return await _measured(cell, around)


async def _measured(cell: Cell, around: Surroundings) -> Measured:
    crowd = Crowd(around.chats)
    for number in range(cell.people):
        crowd.join(_wishing(cell.each), service=SERVICE, far=bool(number % 3))
    calls, started = around.chats.ledger.by_method, time.perf_counter()
    async with program(around) as process:
        await around.chats.until(lambda: calls["setWebhook" if cell.hooked else "getUpdates"], 60)
        start = time.perf_counter() - started
        _part(process.pid)
        began, own, cpu = time.perf_counter(), time.process_time(), _cpu(process.pid)
        await crowd.play()
        seconds, own = time.perf_counter() - began, time.process_time() - own
        cpu, memory = _cpu(process.pid) - cpu, _memory(process.pid)
    booked = len(around.hours.ledger.standing())
    return Measured(
        cell=cell.name,
        bookings=booked,
        seconds=round(seconds, 2),
        answered_ms=_spread(_answers(around)),
        changed_ms=_spread(_changes(around)),
        never_answered=len(around.chats.unanswered()),
        told_to_wait=sum(bool(guest.crowded) for guest in crowd.guests.values()),
        cpu_ms_per_update=round(1000 * cpu / sum(guest.steps for guest in crowd.guests.values()), 2),
        api_calls_per_booking=round(sum(calls[each] for each in calls if each not in OF_POLLING) / booked, 2),
        calendar_calls_per_booking=round(around.hours.traffic.total / booked, 2),
        busiest_second=around.hours.traffic.busiest_second(),
        start_seconds=round(start, 2),
        memory_mb=memory,
        load_of_the_people=round(own / seconds, 2),
    )


def _wishing(times: int) -> Callable[[Guest], str | None]:
    return lambda guest: "book" if guest.wishes < times else None


def _answers(around: Surroundings) -> list[float]:
    presses = around.chats.presses.values()
    return [(press.answered_at - press.at).total_seconds() for press in presses if press.answered_at]


def _changes(around: Surroundings) -> list[float]:
    """From each press to the first change that was asked for in its chat."""
    asked: defaultdict[int | None, list[datetime]] = defaultdict(list)
    for request in around.chats.ledger.requests:
        if request.method in CHANGES:
            asked[request.chat].append(request.at)
    waits = []
    for press in around.chats.presses.values():
        changes = asked[press.person.id]
        next_one = bisect_left(changes, press.at)
        if next_one < len(changes):
            waits.append((changes[next_one] - press.at).total_seconds())
    return waits


def _spread(seconds: list[float]) -> tuple[float, float, float]:
    ordered = sorted(seconds)
    median, most, nearly_all = (ordered[min(len(ordered) - 1, int(part * len(ordered)))] for part in (0.5, 0.95, 0.99))
    return round(1000 * median, 1), round(1000 * most, 1), round(1000 * nearly_all, 1)


# The program's process, where the system tells of it.


def _part(pid: int) -> None:
    """The program on one core, the people and stand-ins on another."""
    if hasattr(os, "sched_setaffinity") and len(cores := sorted(os.sched_getaffinity(0))) > 1:
        os.sched_setaffinity(pid, {cores[0]})
        os.sched_setaffinity(0, set(cores[1:]))


def _cpu(pid: int) -> float:
    """Seconds of processor time."""
    file = Path(f"/proc/{pid}/stat")
    if not file.exists():
        return float("nan")
    user, system = file.read_text("ascii").rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _memory(pid: int) -> float:
    """The most that was resident, in megabytes."""
    file = Path(f"/proc/{pid}/status")
    if not file.exists():
        return float("nan")
    line = next(line for line in file.read_text("ascii").splitlines() if line.startswith("VmHWM:"))
    return round(int(line.split()[1]) / 1024, 1)
