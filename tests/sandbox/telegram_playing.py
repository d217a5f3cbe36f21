"""How the tests of the stand-in Telegram play with it: over real HTTP, with the SDK or without. No expectation."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from telegram import Bot
from telegram.request import HTTPXRequest

from sandbox.telegram import Person, World, serving

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


@dataclass
class Clock:
    at: datetime = NOW

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **by: float) -> None:
        self.at += timedelta(**by)


@dataclass
class Playing:
    """A world that is served, somebody who has started the bot, the SDK's bot, and a bare client."""

    world: World
    clock: Clock
    url: str
    bot: Bot
    http: httpx.AsyncClient
    person: Person

    async def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """The envelope as it came."""
        answer = await self.http.post(f"/bot{self.world.token}/{method}", json=parameters)
        read: dict[str, Any] = answer.json()
        assert answer.status_code == read.get("error_code", 200)
        return read

    async def refused(self, method: str, **parameters: Any) -> str:
        """The description of a refusal."""
        answer = await self.call(method, **parameters)
        assert answer["ok"] is False
        return str(answer["description"])

    async def says(self, text: str = "Hello", **parameters: Any) -> dict[str, Any]:
        """The message that the bot has written to the person."""
        answer = await self.call("sendMessage", chat_id=self.person.id, text=text, **parameters)
        assert answer["ok"], answer
        read: dict[str, Any] = answer["result"]
        return read

    async def updates(self, offset: int = 0, **parameters: Any) -> list[dict[str, Any]]:
        answer = await self.call("getUpdates", offset=offset, **parameters)
        read: list[dict[str, Any]] = answer["result"]
        return read

    @property
    def complaints(self) -> list[str]:
        return [complaint.text for complaint in self.world.complaints]


def client(url: str) -> httpx.AsyncClient:
    # Without `verify=False` each client would read all certificates of the machine, for plain HTTP.
    return httpx.AsyncClient(base_url=url, timeout=60, trust_env=False, verify=False)


def sdk(url: str, token: str) -> Bot:
    options = {"trust_env": False, "verify": False}
    requests = [HTTPXRequest(connection_pool_size=20, httpx_kwargs=dict(options)) for _ in range(2)]
    return Bot(token, f"{url}/bot", f"{url}/file/bot", request=requests[0], get_updates_request=requests[1])


@asynccontextmanager
async def playing(clock: Clock | None = None, **options: Any) -> AsyncIterator[Playing]:
    clock = clock or Clock()
    world = World(clock, **options)
    person = world.person("es")
    person.starts()
    world.updates.confirm(10**12)
    async with serving(world) as url, client(url) as http, sdk(url, world.token) as bot:
        world.ledger.forget()
        yield Playing(world, clock, url, bot, http, person)
