"""The way to the stand-in calendar, in process: requests come too late, twice never, or not at all; answers break.

Once a request has left, it arrives or does not, whatever becomes of who sent it: the calendar is not the program's.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextvars import Context
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

import httpx
from lives import Life
from weather import Weather

from bot.calendar.budget import PERSON
from sandbox.calendar import Twist, World, faults
from sandbox.calendar.app import app, find
from sandbox.calendar.traffic import WRITES, Operation

NEAR, FAR = 0.2, 20.0
"""Seconds that a request, or an answer, is on its way at most: as a rule, and where it is late.

Both together end within the minute after which a write may be sent again by a person's own word.
"""

BEFORE = ("refused", "no connection", "no room")
"""Faults after which a request has provably not left."""
LOST = ("lost", "reset")
"""It has left and never arrives."""
ARRIVED = ("cut", "silent", "reset after", "late")
"""It is carried out, and the answer does not come, or not whole, or not in time."""
REPLACED = ("500", "502", "503", "empty", "not json", "wrong shape")
"""Another answer comes; those below 500 only where nothing was done."""

TOGETHER = 0.3
"""How likely it is that what strikes a write strikes all else that is to be reached."""

AFTER = (7, 20)
"""Seconds that the calendar wants to be left alone after a 429."""


@dataclass(frozen=True)
class Departure:
    """A write whose first byte has left. `live` are the writes that were `sent` on disk then, by person and key.

    `age` are the seconds since this person's was.
    """

    number: int
    operation: Operation
    person: object
    live: tuple[tuple[int, str], ...]
    age: float


@dataclass
class Answered:
    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Network:
    """What is the same in all lives."""

    world: World
    weather: Weather
    live_writes: Callable[[], tuple[tuple[int, str], ...]]
    age_of: Callable[[object], float]
    note: Callable[..., None]
    dies: Callable[..., bool]
    clock_jumps: Callable[[], None]
    storm: Callable[[], None]
    """Nothing else can be reached for a while."""
    departures: list[Departure] = field(default_factory=list)
    requests: dict[int, Departure] = field(default_factory=dict)
    """Those that arrived, by the number that the ledger knows them by."""
    rest_until: float = 0.0
    too_soon: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = self.weather.chance("network")
        self._app = httpx.ASGITransport(app(self.world))
        self._on_their_way: set[asyncio.Task[Any]] = set()
        self._kept: tuple[float, timedelta] | None = None

    async def carry(self, request: httpx.Request, life: Life) -> httpx.Response:
        loop = asyncio.get_running_loop()
        life.must_live()
        operation, _ = find(request.method, request.url.path)
        fate = self._fate(operation)
        timeout = request.extensions["timeout"]
        trace = request.extensions["trace"]
        await trace("connection.connect_tcp.started", {})
        await self._before(fate, timeout)
        life.must_live()
        if operation in WRITES:
            self.clock_jumps()  # whoever was frozen until now must see that
        await trace("http11.send_request_headers.started", {})
        life.must_live()
        if loop.time() < self.rest_until - 0.001:  # the clock knows no more than microseconds
            self.too_soon.append(operation)
        departure = self._departs(operation, fate)
        answer = loop.create_task(self._served(request, departure, fate), context=Context())
        self._on_their_way.add(answer)
        if self.dies(rarely=departure is None):
            life.die()
        if departure:
            self.clock_jumps()  # while the answer is on its way: others may take it for left behind
        answer.add_done_callback(self._on_their_way.discard)
        return await self._awaited(answer, fate, timeout["read"], life)

    def rest_kept(self, skew: timedelta) -> None:
        """It is on disk how long the calendar wants to be left alone."""
        self._kept = (self.rest_until, skew)

    def begins_anew(self, skew: timedelta) -> None:
        """Another life begins: it knows what is on disk, and that by the clock as it was then."""
        if self._kept != (self.rest_until, skew):
            self.rest_until = 0.0

    async def nothing_under_way(self) -> None:
        while self._on_their_way:
            await asyncio.wait(self._on_their_way)

    def _fate(self, operation: Operation) -> str:
        if self.weather.strikes("calendar", self.chance):
            twists = [Twist.STEAL_HOUR, Twist.WITHDRAW, Twist.CHANGE_FORM] if operation in WRITES else []
            if twists:
                self.world.faults.add(faults.twisted(operation, self.chance.choice(twists)))
        if not any(self.weather.strikes("network", self.chance) for _ in range(2 if operation in WRITES else 1)):
            return ""
        if operation in WRITES and self.chance.random() < TOGETHER:
            self.storm()
        rests = ("429",) * (2 if operation in WRITES else 10)  # a refused write is in no doubt
        return self.chance.choice([*BEFORE, *LOST, *ARRIVED * 2, *REPLACED, *rests])

    async def _before(self, fate: str, patience: Mapping[str, float]) -> None:
        await asyncio.sleep(self.chance.uniform(0, NEAR))
        match fate:
            case "refused":
                raise httpx.ConnectError("refused")
            case "no connection":
                await asyncio.sleep(patience["connect"])
                raise httpx.ConnectTimeout("no connection")
            case "no room":
                await asyncio.sleep(patience["pool"])
                raise httpx.PoolTimeout("no room")

    def _departs(self, operation: Operation, fate: str) -> Departure | None:
        self.note("left", operation, fate)
        if operation not in WRITES:
            return None
        person = PERSON.get()
        departure = Departure(len(self.departures), operation, person, self.live_writes(), self.age_of(person))
        self.departures.append(departure)
        return departure

    async def _served(self, request: httpx.Request, departure: Departure | None, fate: str) -> Answered | None:
        """What the calendar does with it; None if it never hears of it."""
        if fate in LOST or (fate in {"500", "502", "503", "429"} and self.chance.random() < 0.5) or fate == "429":
            await asyncio.sleep(self.chance.uniform(0, NEAR))
            return self._replaced(fate, None)
        await asyncio.sleep(self.chance.uniform(0, FAR if fate == "late" else NEAR))
        number = self.world.traffic.total + 1
        if departure:
            self.requests[number] = departure
        answer = await self._app.handle_async_request(
            httpx.Request(request.method, request.url, headers=request.headers, content=request.content)
        )
        self.note("arrived", number, answer.status_code)
        await asyncio.sleep(self.chance.uniform(0, FAR if fate == "late" else NEAR))
        return self._replaced(fate, Answered(answer.status_code, await answer.aread(), dict(answer.headers)))

    def _replaced(self, fate: str, answer: Answered | None) -> Answered | None:
        """The answer as it reaches the program. Whatever refuses (4xx) is the calendar's own word, and true."""
        done = answer is None or answer.status < 400
        match fate:
            case "500" | "502" | "503":
                return Answered(int(fate), b"<html>Bad Gateway</html>")
            case "429" if answer is None:
                return Answered(429, b"{}", {"retry-after": str(self.chance.choice(AFTER))})
            case "empty" if answer and done:
                return Answered(answer.status, b"")
            case "not json" if answer and done:
                return Answered(answer.status, b"OK, thank you")
            case "wrong shape" if answer and done:
                return Answered(answer.status, b'{"result":[null],"next":7}')
        return answer

    async def _awaited(
        self, answer: asyncio.Task[Answered | None], fate: str, patience: float, life: Life
    ) -> httpx.Response:
        await asyncio.wait([answer], timeout=patience if fate != "reset" else self.chance.uniform(0, NEAR))
        life.must_live()
        came = answer.result() if answer.done() else None
        if fate in {"reset", "reset after"}:
            raise httpx.ReadError("reset")
        if came is None or fate == "silent":
            await asyncio.sleep(patience if answer.done() else 0)
            raise httpx.ReadTimeout("silent")
        if came.status == 429:
            until = asyncio.get_running_loop().time() + int(came.headers["retry-after"])
            self.rest_until = max(self.rest_until, until)
        if fate == "cut":
            return httpx.Response(came.status, headers=came.headers, stream=_Cut(came.body, self.chance))
        return httpx.Response(came.status, headers=came.headers, content=came.body)


class _Cut(httpx.AsyncByteStream):
    def __init__(self, body: bytes, chance: Random) -> None:
        self._first = body[: chance.randint(0, max(0, len(body) - 1))]

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._first
        raise httpx.RemoteProtocolError("cut")


class Transport(httpx.AsyncBaseTransport):
    """The way of one life."""

    def __init__(self, network: Network, life: Life) -> None:
        self._network = network
        self._life = life

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await self._network.carry(request, self._life)
