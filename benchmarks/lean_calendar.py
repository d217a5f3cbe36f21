"""Videsk's calendar as far as a booking needs it, at next to no cost. It judges nothing: `sandbox` does.

Each hour can be booked `capacity` times; more than `limit` requests in a second are refused, as Videsk does.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from aiohttp import web

UNTIL = 1.0
"""Seconds over which requests are counted."""

SERVICES = {f"{number:024x}": title for number, title in enumerate(("Advice", "Opening", "Closing", "Renewal"), 1)}
AGENT = {"_id": "f" * 24, "firstname": "Agent", "lastname": "One"}
FORM = [
    {"id": f"{number:024x}", "type": kind, "label": label, "properties": {"required": True}}
    for number, (kind, label) in enumerate((("text", "Your name"), ("email", "Your e-mail")), 10)
]
"""For FORM_FILE: what each person is asked."""


@dataclass
class Calendar:
    """`latency` is in seconds. Hours are every `minutes` from 9 to 18 o'clock UTC, on each day but the first two."""

    latency: float = 0.0
    limit: int = 0
    capacity: int = 0
    minutes: int = 30
    asked: Counter[str] = field(default_factory=Counter)
    booked: Counter[tuple[str, str]] = field(default_factory=Counter)
    gone: int = 0
    """How many bookings came too late for their hour."""
    blocked: int = 0
    """How many requests were refused because there were too many."""
    busiest: int = 0
    _lately: deque[float] = field(default_factory=deque)

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        path = request.path.rpartition("/video-contact-center/")[2].split("/")
        self.asked[path[-1] if request.method == "GET" else "schedule"] += 1
        status, answer = (
            (429, _refusal(429, "too-many-requests")) if self._too_many() else await self._done(path, request)
        )
        if self.latency:
            await asyncio.sleep(self.latency)
        return web.json_response(answer, status=status)

    def _too_many(self) -> bool:
        now = time.monotonic()
        self._lately.append(now)
        while self._lately[0] <= now - UNTIL:
            self._lately.popleft()
        self.busiest = max(self.busiest, len(self._lately))
        refused = bool(self.limit) and len(self._lately) > self.limit
        self.blocked += refused
        return refused

    async def _done(self, path: list[str], request: web.BaseRequest) -> tuple[int, Any]:
        match path:
            case ["services"]:
                return 200, _services()
            case ["services" | "users", _, "dates"]:
                return 200, list(_days(_instant(request.query["date"]).date().replace(day=1), _today()))
            case ["services" | "users", offering, "hours"]:
                hours = _hours(_instant(request.query["date"]).date(), self.minutes)
                return 200, [each for each in hours if not self.capacity or self.booked[offering, each] < self.capacity]
            case ["schedule", "service" | "user", offering]:
                return self._booked(offering, await request.json())
            case _:
                return 404, _refusal(404, "not-found")

    def _booked(self, offering: str, wish: dict[str, Any]) -> tuple[int, Any]:
        start = _written(_instant(wish["startAt"]))
        if self.capacity and self.booked[offering, start] >= self.capacity:
            self.gone += 1
            return 409, _refusal(409, "conflict")
        self.booked[offering, start] += 1
        return 201, _appointment(self.booked.total(), start, self.minutes, wish["timezone"])


def _refusal(code: int, name: str) -> dict[str, Any]:
    return {"name": name, "message": name, "code": code, "className": name, "errors": {}}


@cache
def _services() -> Any:
    offered = [
        {"id": id, "title": title, "description": "", "automatic": True, "users": [AGENT]}
        for id, title in SERVICES.items()
    ]
    return {"total": len(offered), "limit": 10, "skip": 0, "data": offered}


def _today() -> date:
    return datetime.now(UTC).date()


@cache
def _days(first: date, today: date) -> tuple[str, ...]:
    days = (first + timedelta(days=number) for number in range(31))
    return tuple(f"{day}T03:00:00.000Z" for day in days if day.month == first.month and day > today + timedelta(days=1))


@cache
def _hours(day: date, minutes: int) -> tuple[str, ...]:
    return tuple(_written(each) for each in _between(datetime(day.year, day.month, day.day, 12, tzinfo=UTC), minutes))


def _between(opening: datetime, minutes: int) -> Iterator[datetime]:
    for number in range(9 * 60 // minutes):
        yield opening + timedelta(minutes=number * minutes)


def _instant(written: str) -> datetime:
    return datetime.fromisoformat(written.replace("Z", "+00:00")).astimezone(UTC)


def _written(instant: datetime) -> str:
    return f"{instant:%Y-%m-%dT%H:%M:%S}.000Z"


def _appointment(number: int, start: str, minutes: int, zone: str) -> dict[str, Any]:
    token = f"eyJhbGciOiJIUzI1NiJ9.{number:032d}.{'s' * 43}"
    link = f"https://example.com/?v-schedule-auth={token}&v-schedule-action="
    return {
        "email": "guest@example.com",
        "service": "Advice",
        "startAt": start,
        "endAt": _written(_instant(start) + timedelta(minutes=minutes)),
        "duration": minutes,
        "timezone": zone,
        "joinURL": f"{link}join",
        "rescheduleURL": f"{link}modify",
        "cancelURL": f"{link}modify",
        "accessToken": token,
        "actionToken": token,
        "message": "Your appointment was successfully scheduled.",
    }
