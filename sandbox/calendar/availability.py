"""When agents are free: their weeks, what others have taken, and the diary of what was booked.

Pure bookkeeping over instants; who may book, and under which rules, is decided in `world`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from hashlib import blake2b
from zoneinfo import ZoneInfo

from sandbox.calendar.instants import day_begins, local_date

BUSINESS_ZONE = ZoneInfo("America/Santiago")
WORKDAYS = frozenset(range(5))
EVERY_DAY = frozenset(range(7))
A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Week:
    """When an agent works. Windows are minutes after midnight in the business zone; `step` and `length` are minutes."""

    windows: tuple[tuple[int, int], ...]
    step: int
    length: int
    weekdays: frozenset[int] = WORKDAYS
    taken: int = 0
    """Percent of the hours that others took before our time began."""


def _wall(day: date, minute: int) -> datetime:
    if minute == 24 * 60:
        return day_begins(day + A_DAY, BUSINESS_ZONE)
    return datetime.combine(day, time(minute // 60, minute % 60), BUSINESS_ZONE).astimezone(UTC)


def _taken(agent: str, start: datetime, percent: int) -> bool:
    digest = blake2b(f"{agent} {start.isoformat()}".encode(), digest_size=4).digest()
    return int.from_bytes(digest) % 100 < percent


@lru_cache(maxsize=8192)
def starts(agent: str, week: Week, day: date) -> tuple[datetime, ...]:
    """The hours at which the agent's appointments may begin on a day of the business, whoever books them."""
    if day.weekday() not in week.weekdays:
        return ()
    length, step = timedelta(minutes=week.length), timedelta(minutes=week.step)
    found: list[datetime] = []
    for opening, closing in week.windows:
        start, end = _wall(day, opening), _wall(day, closing)
        while start + length <= end:
            if not _taken(agent, start, week.taken):
                found.append(start)
            start += step
    return tuple(found)


def starts_between(agent: str, week: Week, begin: datetime, end: datetime) -> Iterator[datetime]:
    """Such hours from `begin` up to but without `end`, whatever days of the business they lie on."""
    day, last = local_date(begin, BUSINESS_ZONE), local_date(end, BUSINESS_ZONE)
    while day <= last:
        yield from (start for start in starts(agent, week, day) if begin <= start < end)
        day += A_DAY


@dataclass(frozen=True)
class Busy:
    """A stretch of an agent's time. `appointment` is empty where nobody we know has it: a stolen hour, leave."""

    start: datetime
    end: datetime
    appointment: str = ""

    def overlaps(self, start: datetime, end: datetime) -> bool:
        return self.start < end and start < self.end


def _dates(start: datetime, end: datetime) -> Iterator[date]:
    day = start.astimezone(UTC).date()
    while day <= end.astimezone(UTC).date():
        yield day
        day += A_DAY


class Diary:
    """What each agent's time is taken by. It lets itself be overbooked: preventing that is the world's duty."""

    def __init__(self) -> None:
        self._busy: defaultdict[tuple[str, date], list[Busy]] = defaultdict(list)

    def free(self, agent: str, start: datetime, end: datetime, besides: str = "") -> bool:
        """Nothing overlaps, an appointment named by `besides` set apart."""
        return not any(
            busy.overlaps(start, end)
            for day in _dates(start, end)
            for busy in self._busy.get((agent, day), ())
            if not besides or busy.appointment != besides
        )

    def take(self, agent: str, busy: Busy) -> None:
        for day in _dates(busy.start, busy.end):
            self._busy[agent, day].append(busy)

    def release(self, agent: str, appointment: str, start: datetime, end: datetime) -> None:
        for day in _dates(start, end):
            kept = [busy for busy in self._busy[agent, day] if busy.appointment != appointment]
            self._busy[agent, day] = kept
