"""Where the simulation holds on to Slack's real adapter: what the SDK sends, and what the program tells the adapter.

What becomes of either is not known here.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast

import aiohttp
import httpx
from simulated_web import DRAWN, Answer

from adapters import Anchor, Host, Json, Place, Receipt, Seen, Words
from adapters.slack.app import Slack
from conversations.screens import Screen


class Drawing(Slack):
    """The adapter, of which it is known which screen a request is to draw, and to which screen a delivery has led."""

    seen: Callable[[str, Seen], None]

    async def run(self, host: Host) -> None:
        await super().run(cast(Host, Watched(host, self.seen)))

    async def show(self, screen: Screen, place: Place, anchor: Anchor | None, words: Words, *, below: bool) -> Anchor:
        before = DRAWN.set((screen, words))
        try:
            return await super().show(screen, place, anchor, words, below=below)
        finally:
            DRAWN.reset(before)

    async def enveloped(self, message: Json) -> Json | None:
        """As through a socket."""
        return await self._enveloped(message)


@dataclass
class Watched:
    """The program, of which it is known what it has told the adapter."""

    host: Host
    seen: Callable[[str, Seen], None]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.host, name)

    async def receive(self, key: str, payload: Json) -> Receipt | None:
        receipt = await self.host.receive(key, payload)
        return Told(receipt, lambda seen: self.seen(key, seen)) if receipt else None


@dataclass
class Told:
    receipt: Receipt
    tell: Callable[[Seen], None]

    async def seen(self, within: float) -> Seen | None:
        found = await self.receipt.seen(within)
        if found:
            self.tell(found)
        return found


class Session:
    """In place of aiohttp's: the way of one life to Slack, for the SDK and for what is uploaded."""

    closed = False

    def __init__(self, asked: Callable[[httpx.Request], Awaitable[Answer]]) -> None:
        self._asked = asked

    @asynccontextmanager
    async def request(self, verb: str, url: str, **given: Any) -> AsyncIterator[Response]:
        named = ("params", "json", "data", "headers")
        sent = {name: given[name] for name in named if given.get(name) is not None}
        request = httpx.Request(verb, url, **_for_httpx(sent))
        yield Response(await self._asked(request))

    def post(self, url: str, *, data: bytes, allow_redirects: bool) -> Any:
        return self.request("POST", url, data=data)


def _for_httpx(sent: dict[str, Any]) -> dict[str, Any]:
    return {"content" if name == "data" and isinstance(value, bytes) else name: value for name, value in sent.items()}


@dataclass
class Response:
    answer: Answer

    @property
    def status(self) -> int:
        return self.answer.status

    @property
    def headers(self) -> Mapping[str, str]:
        return self.answer.headers

    @property
    def content_type(self) -> str:
        return self.answer.headers.get("content-type", "").partition(";")[0]

    async def text(self) -> str:
        return self.answer.body.decode()

    async def json(self) -> Any:
        if "json" not in self.content_type:
            raise aiohttp.ContentTypeError(cast(Any, None), ())
        return json.loads(self.answer.body)
