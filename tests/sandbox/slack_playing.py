"""How the tests of the stand-in Slack play with it: over real HTTP and web sockets, with the SDK or without.

No expectation lives here.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.listening import listening
from sandbox.slack import Person, Sight, World, serving

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
    """A world that is served, somebody in it, the SDK's client, and a bare one."""

    world: World
    clock: Clock
    url: str
    client: AsyncWebClient
    http: httpx.AsyncClient
    person: Person

    async def call(self, method: str, **arguments: Any) -> dict[str, Any]:
        """What was answered, as it came."""
        token = arguments.pop("token", self.world.token)
        headers = {"authorization": f"Bearer {token}", "content-type": "application/json; charset=utf-8"}
        answer = await self.http.post(f"/api/{method}", json=arguments, headers=headers if token else {})
        read: dict[str, Any] = answer.json()
        return read

    async def ok(self, method: str, **arguments: Any) -> dict[str, Any]:
        answer = await self.call(method, **arguments)
        assert answer["ok"], answer
        return answer

    async def refused(self, method: str, **arguments: Any) -> str:
        """The error of a refusal."""
        answer = await self.call(method, **arguments)
        assert answer["ok"] is False
        return str(answer["error"])

    async def says(self, text: str = "Hello", **arguments: Any) -> dict[str, Any]:
        """The message that the app has written to the person."""
        return await self.ok("chat.postMessage", **{"channel": self.person.id, "text": text, **arguments})

    def trigger(self, person: Person | None = None) -> str:
        """A fresh one, of somebody who typed a command."""
        return (person or self.person).commands("/book").trigger_id

    async def opens(self, *blocks: Any, person: Person | None = None, **rest: Any) -> dict[str, Any]:
        """The view that the app has opened."""
        answer = await self.ok("views.open", trigger_id=self.trigger(person), view=modal(*blocks, **rest))
        view: dict[str, Any] = answer["view"]
        return view

    @property
    def modal(self) -> Sight:
        """What the person sees of it, which must be something."""
        assert self.person.modal is not None
        return self.person.modal

    @property
    def home(self) -> Sight:
        assert self.person.home is not None
        return self.person.home

    @property
    def complaints(self) -> list[str]:
        return [complaint.text for complaint in self.world.complaints]


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def modal(*blocks: Any, **rest: Any) -> dict[str, Any]:
    head = {"type": "modal", "title": plain("Book"), "submit": plain("Send"), "close": plain("Leave")}
    return {**head, "blocks": list(blocks) or [section("Hello")], **rest}


def home(*blocks: Any, **rest: Any) -> dict[str, Any]:
    return {"type": "home", "blocks": list(blocks) or [section("Welcome")], **rest}


def section(text: str, kind: str = "plain_text", **rest: Any) -> dict[str, Any]:
    return {"type": "section", "text": {"type": kind, "text": text}, **rest}


def button(label: str, action_id: str = "", **rest: Any) -> dict[str, Any]:
    named = {"action_id": action_id} if action_id else {}
    return {"type": "button", "text": plain(label), **named, **rest}


def actions(*elements: Any, **rest: Any) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements), **rest}


def question(label: str, kind: str = "plain_text_input", name: str = "", **rest: Any) -> dict[str, Any]:
    """An input block. `optional`, `hint` and `dispatch_action` are the block's own, the rest is its element's."""
    own = ("optional", "hint", "dispatch_action")
    about_block: dict[str, Any] = {key: rest.pop(key) for key in own if key in rest}
    name = name or label.lower().replace(" ", "_")
    element = {"type": kind, "action_id": "answer", **rest}
    return {"type": "input", "block_id": name, "label": plain(label), "element": element, **about_block}


def option(text: str, value: str = "") -> dict[str, Any]:
    return {"text": plain(text), "value": value or text.lower()}


def client(url: str) -> httpx.AsyncClient:
    # Without `verify=False` each client would read all certificates of the machine, for plain HTTP.
    return httpx.AsyncClient(base_url=url, timeout=60, trust_env=False, verify=False)


def sdk(url: str, token: str) -> AsyncWebClient:
    return AsyncWebClient(token=token, base_url=f"{url}/api/", retry_handlers=[])


@asynccontextmanager
async def playing(clock: Clock | None = None, **options: Any) -> AsyncIterator[Playing]:
    clock = clock or Clock()
    world = World(clock, **options)
    person = world.person("es-CL", email="one@example.com", real_name="Person One")
    async with serving(world) as url, client(url) as http:
        yield Playing(world, clock, url, sdk(url, world.token), http, person)


@asynccontextmanager
async def bolt(play: Playing) -> AsyncIterator[AsyncApp]:
    """Bolt's app, connected by Socket Mode; what it does is set by the test."""
    app = AsyncApp(client=play.client, signing_secret=play.world.signing_secret)
    handler = AsyncSocketModeHandler(app, play.world.app_token, web_client=sdk(play.url, play.world.token))
    await handler.connect_async()  # type: ignore[no-untyped-call]
    await play.world.until(lambda: play.world.sockets.ready)
    try:
        yield app
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]


@dataclass
class Hook:
    """An address of the app's own; `answers` are given in turn, then empty 200s."""

    world: World
    url: str = ""
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answers: list[Response] = field(default_factory=list)
    answering: Callable[[bytes], Awaitable[Response]] | None = None

    async def take(self, request: Request) -> Response:
        body = await request.body()
        if b"url_verification" in body:
            return Response((await request.json())["challenge"])
        self.requests.append((dict(request.headers), body))
        self.world.changes.tell()
        if self.answering is not None:
            return await self.answering(body)
        return self.answers.pop(0) if self.answers else Response()


@asynccontextmanager
async def hooked(play: Playing) -> AsyncIterator[Hook]:
    """The same world, posting to an address."""
    hook = Hook(play.world)
    async with listening(Starlette(routes=[Route("/slack/events", hook.take, methods=["POST"])])) as url:
        hook.url = f"{url}/slack/events"
        play.world.hooks(hook.url)
        await play.world.until(lambda: play.world.verified)
        yield hook
