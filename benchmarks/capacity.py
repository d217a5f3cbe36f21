"""How many people so many nodes and API tokens serve: arithmetic, and a simulation of the queues that people stand in.

    python -m benchmarks.capacity                                      # the table of docs/capacity.md
    python -m benchmarks.capacity --bookings 10 --nodes 3 --tokens 2   # one case
    python -m benchmarks.capacity --people 200 --nodes 3               # as many as `make bench` lets loose at once

Four things are waited for: a node's processor, the calendar's turns (20 a second for each token), Telegram's turns,
and the calendar itself. What one booking asks of each is taken from measurements; `--cpu` is your own machine's.
"""

from __future__ import annotations

import argparse
import heapq
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from math import inf
from random import Random

DAYS_OFFERED = 22
SERVICES = 4
LASTS = {"services": 300.0, "days": 60.0, "hours": 30.0}
"""Seconds for which an answer of the calendar is taken for true (`bot/calendar`)."""

CALLS = {"services": 1, "days": 2, "hours": 2, "hour": 2, "name": 2, "email": 2, "confirm": 3}
"""Calls of the Bot API for each step of a booking: 14 in all, with the file that comes with it."""

STEPS = ("services", "days", "hours", "hour", "name", "email", "confirm")
WARM = 0.25
"""The part at the beginning that does not count: caches fill."""


@dataclass(frozen=True)
class Case:
    """`bookings` a second are begun, or `people` book one after the other without a pause; seconds everywhere.

    `token` and `bot` are the requests a second that the calendar takes for each token, and Telegram for each bot.
    """

    bookings: float = 0.0
    people: int = 0
    nodes: int = 1
    tokens: int = 1
    bots: int = 1
    cpu: float = 0.013
    thinks: float = 5.0
    calendar: float = 0.05
    token: float = 18.0
    bot: float = 0.0
    lasts: float = 240.0


@dataclass
class Queue:
    """Whoever comes is served after those before, one each `pace` seconds; none for no queue."""

    pace: float
    free: float = 0.0
    busy: float = 0.0

    def served(self, at: float) -> float:
        """When somebody's turn is who comes at an instant."""
        turn = max(at, self.free)
        self.free = turn + self.pace
        self.busy += self.pace
        return turn


@dataclass
class Found:
    booked: float
    """A second."""
    waits: Sequence[float]
    """Seconds from each step to its answer, the shortest first."""
    calls: float
    """Requests to the calendar for each booking."""
    busy: dict[str, float] = field(default_factory=dict)
    """How much of its time each kind of queue was occupied: 1 is a wall."""

    def wait(self, part: float) -> float:
        return self.waits[min(len(self.waits) - 1, int(part * len(self.waits)))] if self.waits else 0.0

    @property
    def wall(self) -> str:
        name = max(self.busy, key=lambda each: self.busy[each])
        return name if self.busy[name] > 0.95 else ""


Person = Generator[float, float, None]
"""Gives the instant until which somebody waits, and is given the one at which they go on."""


class Simulation:
    """Virtual time: a heap of who goes on next. The same seed finds the same."""

    def __init__(self, case: Case, seed: int = 0) -> None:
        self._case, self._chance = case, Random(seed)  # noqa: S311 -- no secret
        self._nodes = [Queue(case.cpu) for _ in range(case.nodes)]
        self._tokens = [Queue(1 / case.token) for _ in range(case.tokens)]
        self._bots = [Queue(1 / case.bot if case.bot else 0.0) for _ in range(case.bots)]
        self._known: dict[tuple[int, str, int], float] = {}
        """Until when an answer is taken for true."""
        self._coming: dict[tuple[int, str, int], float] = {}
        """When it came, or comes."""
        self._heap: list[tuple[float, int, Person]] = []
        self._number = count()
        self._calls = self._booked = 0
        self._waits: list[float] = []

    def run(self) -> Found:
        case = self._case
        for _ in range(case.people):
            self._begins(0.0)
        arriving = self._chance.expovariate(case.bookings) if case.bookings else case.lasts
        while (at := min(arriving, self._heap[0][0] if self._heap else case.lasts)) < case.lasts:
            if at == arriving:
                self._begins(at)
                arriving += self._chance.expovariate(case.bookings)
            else:
                self._goes_on(at, heapq.heappop(self._heap)[2])
        queues = {"processor": self._nodes, "calendar": self._tokens, "Telegram": self._bots}
        busy = {name: sum(each.busy for each in kind) / case.lasts / len(kind) for name, kind in queues.items()}
        counted = case.lasts * (1 - WARM)
        return Found(self._booked / counted, sorted(self._waits), self._calls / max(1, self._booked), busy)

    def _begins(self, at: float) -> None:
        heapq.heappush(self._heap, (at, next(self._number), person := self._person()))
        next(person)

    def _goes_on(self, at: float, person: Person) -> None:
        try:
            heapq.heappush(self._heap, (person.send(at), next(self._number), person))
        except StopIteration:
            if self._case.people:
                self._begins(at)

    def _person(self) -> Person:
        token, service, day = (self._chance.randrange(each) for each in (self._case.tokens, SERVICES, DAYS_OFFERED))
        keys = {"services": 0, "days": service, "hours": service * DAYS_OFFERED + day}
        now = yield 0.0
        for name in STEPS:
            began = now
            now = yield self._chance.choice(self._nodes).served(now) + self._case.cpu
            if name == "confirm":
                now = yield self._asks(now, token)
            elif name in keys:
                now = yield from self._learns(now, token, name, keys[name])
            bot = self._chance.choice(self._bots)
            now = yield max([now, *(bot.served(now) for _ in range(CALLS[name]))])
            if self._counts(began):
                self._waits.append(now - began)
                self._booked += name == "confirm"
            if self._case.thinks:
                now = yield now + self._chance.expovariate(1 / self._case.thinks)

    def _learns(self, now: float, token: int, name: str, key: int) -> Generator[float, float, float]:
        """At once if it is known; with the others if somebody asks already."""
        what = token, name, key
        if self._known.get(what, -inf) < now:
            comes = self._asks(now, token)
            self._known[what] = comes + LASTS[name]
            self._coming[what] = comes
        now = yield max(now, self._coming[what])
        return now

    def _asks(self, now: float, token: int) -> float:
        self._calls += self._counts(now)
        return self._tokens[token].served(now) + self._case.calendar

    def _counts(self, at: float) -> bool:
        return at >= self._case.lasts * WARM


CASES = (
    Case(bookings=1),
    Case(bookings=5),
    Case(bookings=10),
    Case(bookings=14),
    Case(bookings=14, nodes=3),
    Case(bookings=20, nodes=3),
    Case(bookings=40, nodes=6, tokens=3),
    Case(bookings=100, nodes=16, tokens=8),
    Case(bookings=200, nodes=32, tokens=16),
    Case(bookings=2, bot=30),
    Case(bookings=14, nodes=3, bot=30, bots=8),
)
"""What docs/capacity.md tells."""


COLUMNS = (
    *("begun a second", "nodes", "tokens", "Telegram bots (turns a second)", "booked a second", "wait: median, p95"),
    *("calendar calls/booking", "processors busy", "calendar busy", "wall"),
)


def lines(cases: Sequence[Case]) -> Iterator[str]:
    yield f"| {' | '.join(COLUMNS)} |"
    yield "|" + "---:|" * len(COLUMNS)
    for case in cases:
        found = Simulation(case).run()
        begun = f"{case.bookings:g}" if case.bookings else f"{case.people} people, at once"
        bots = f"{case.bots} ({case.bot:g})" if case.bot else "no limit"
        waits = f"{1000 * found.wait(0.5):.0f}, {1000 * found.wait(0.95):.0f} ms"
        busy = f"{found.busy['processor']:.0%} | {found.busy['calendar']:.0%}"
        rest = f"{found.booked:.1f} | {waits} | {found.calls:.2f} | {busy} | {found.wall or '–'}"
        yield f"| {begun} | {case.nodes} | {case.tokens} | {bots} | {rest} |"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.capacity", description=__doc__.partition("\n")[0])
    default = Case()
    for name in ("bookings", "cpu", "thinks", "calendar", "token", "bot", "lasts"):
        parser.add_argument(f"--{name}", type=float, default=getattr(default, name))
    for name in ("people", "nodes", "tokens", "bots"):
        parser.add_argument(f"--{name}", type=int, default=getattr(default, name))
    case = Case(**vars(parser.parse_args(arguments)))
    print("\n".join(lines([case] if case.bookings or case.people else CASES)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
