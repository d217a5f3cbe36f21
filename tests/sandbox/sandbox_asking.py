"""How the tests of the stand-in ask it: over real HTTP, at an instant that they set. No expectation lives here."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx

from sandbox.calendar import World
from sandbox.calendar.appointments import Appointment
from sandbox.calendar.catalogue import CONTACT_SEGMENT
from sandbox.serving import serving

ROOT = "/public/video-contact-center"
SANTIAGO = "America/Santiago"
REFERRER = "https://example.com/booking"
# A Monday, noon in Santiago.
NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
TODAY = "2026-03-02T15:00:00.000Z"
FREE = "2026-03-03T11:00:00.000Z"
"""The first hour of the next day of "Quick question": 08:00 in Santiago."""


@dataclass
class Clock:
    at: datetime = NOW

    def __call__(self) -> datetime:
        return self.at


@dataclass
class Asking:
    """A client that says what it is told to; by default whatever is right."""

    world: World
    clock: Clock
    http: httpx.AsyncClient
    url: str = ""
    sent: Mapping[str, str] = field(default_factory=lambda: {"content-type": "application/json"})

    async def get(self, path: str, token: str | None = None, **query: str) -> httpx.Response:
        return await self.http.get(f"{ROOT}/{path}", params=query, headers=self._headers(token))

    async def post(self, path: str, body: Any, token: str | None = None) -> httpx.Response:
        return await self.http.post(f"{ROOT}/{path}", json=body, headers=self._headers(token))

    def _headers(self, token: str | None) -> dict[str, str]:
        return {**self.sent, "authorization": f"Bearer {self.world.api_token() if token is None else token}"}

    def form(self, segment: str | None = None, **values: Any) -> list[dict[str, Any]]:
        """By field name; name and e-mail are filled in for the contact form."""
        fields = self.world.fields(segment or CONTACT_SEGMENT, "base")
        given = values if segment else {"firstname": "Agent", "email": "one@example.com"} | values
        return [{"_id": each.id, "value": given[each.name]} for each in fields if each.name in given]

    def wish(self, **changes: Any) -> dict[str, Any]:
        return {"startAt": FREE, "timezone": SANTIAGO, "form": self.form(), "referrer": REFERRER} | changes

    async def book(self, title: str = "Quick question", **changes: Any) -> httpx.Response:
        return await self.post(f"schedule/service/{self.world.service(title).id}", self.wish(**changes))

    async def book_agent(self, lastname: str, title: str = "Quick question", **changes: Any) -> httpx.Response:
        body = {"service": self.world.service(title).id} | self.wish(**changes)
        return await self.post(f"schedule/user/{self.world.agent(lastname).id}", body)

    async def booked(self, **changes: Any) -> dict[str, Any]:
        answer = await self.book(**changes)
        assert answer.status_code == 201, answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def until(self, condition: Callable[[], bool]) -> None:
        """Asks something harmless until something came true."""
        async with asyncio.timeout(60):
            while not condition():
                await self.http.get("/_sandbox/faults")

    @property
    def appointment(self) -> Appointment:
        """The newest."""
        return list(self.world.appointments.values())[-1]


def client(url: str) -> httpx.AsyncClient:
    # Without `verify=False` each client would read all certificates of the machine, for plain HTTP.
    return httpx.AsyncClient(base_url=url, timeout=60, trust_env=False, verify=False)


@asynccontextmanager
async def asking(clock: Clock | None = None, **options: Any) -> AsyncIterator[Asking]:
    clock = clock or Clock()
    world = World(clock, **options)
    async with serving(world) as url, client(url) as http:
        yield Asking(world, clock, http, url)
