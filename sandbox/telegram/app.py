"""The Bot API as an ASGI app: reads the request, lets its fault strike, carries out the method, answers.

What the methods do stands in `methods`, `presenting` and `polling`; this is only their front door.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.routing import Mount
from starlette.types import Receive, Scope, Send

from sandbox.delivery import UNBROKEN, Answer, Raw, deliver, spoil, whole
from sandbox.telegram import errors, methods, polling, presenting
from sandbox.telegram.asked import Asked
from sandbox.telegram.control import control
from sandbox.telegram.errors import Refusal
from sandbox.telegram.faults import Fault
from sandbox.telegram.ledger import Request
from sandbox.telegram.parameters import LARGEST_BODY, Given, read
from sandbox.telegram.world import World

PATH = re.compile(r"/bot(?P<token>[^/]+)/(?P<method>[A-Za-z]+)")
FILE = re.compile(r"/file/bot(?P<token>[^/]+)/documents/(?P<id>[\w-]+)")
TOKEN = re.compile(r"\d{1,20}:[\w-]{30,50}", re.ASCII)
GET_UPDATES = "getUpdates"
METHODS = {**methods.METHODS, **presenting.METHODS, **polling.METHODS}
NAMES = {name.lower(): name for name in (*METHODS, GET_UPDATES)}
UNAVAILABLE_IN_REPLY = ("deletewebhook", "setwebhook", "close", "logout")


def app(world: World) -> Starlette:
    """The whole app: the Bot API, and under `/_sandbox/telegram` what drives the world from another process."""
    return Starlette(routes=[Mount("/_sandbox/telegram", control(world)), Mount("/", BotApi(world))])


def carry_out(world: World, request: Request, given: Given) -> Mapping[str, Any]:
    """The payload of the answer to any method but getUpdates, which waits."""
    with world.lock:
        try:
            result = METHODS[request.method](Asked(world, given, request))
        except Refusal as refusal:
            return refused(world, request, refusal)
        request.committed = True
        return granted(world, request, given, result)


def granted(world: World, request: Request, given: Given, result: Any) -> Mapping[str, Any]:
    for name in given.unasked:
        world.complain(request.method, f"no parameter is called {name}")
    if isinstance(result, polling.Told):
        return {"ok": True, "result": True, "description": str(result)}
    return {"ok": True, "result": result}


def refused(world: World, request: Request, refusal: Refusal) -> Mapping[str, Any]:
    request.description = refusal.description
    if refusal.fault:
        world.complain(request.method, refusal.description)
    return refusal.payload


def carry_out_reply(world: World, method: str, given: Given) -> None:
    """A method that was the answer to a webhook: done, but its result is told to nobody."""
    if method.lower() in UNAVAILABLE_IN_REPLY or method.lower().startswith("get"):
        return
    request = world.ledger.note(NAMES.get(method.lower(), method), world.now(), world.tick())
    request.in_reply = True
    given.asked.add("method")
    request.payload = given.shown
    if request.method not in METHODS:
        refused(world, request, errors.NO_SUCH_METHOD)
        return
    payload = carry_out(world, request, given)
    world.ledger.answered(request, payload.get("error_code", 200))


class BotApi:
    """The public API."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if match := FILE.fullmatch(path):
            await deliver(self._file(match), scope, receive, send)
            return
        match = PATH.fullmatch(path)
        if match is None or not TOKEN.fullmatch(match["token"]):
            await self._turn_away(errors.NO_SUCH_PATH, scope, receive, send)
        elif match["token"] != self._world.token:
            await self._turn_away(errors.UNAUTHORIZED, scope, receive, send)
        else:
            await self._serve(match["method"], scope, receive, send)

    async def _turn_away(self, refusal: Refusal, scope: Scope, receive: Receive, send: Send) -> None:
        await deliver(_raw(refusal.payload, None), scope, receive, send)

    def _file(self, match: re.Match[str]) -> Raw:
        file = self._world.files.get(match["id"])
        if match["token"] != self._world.token or file is None:
            return _raw(errors.NO_SUCH_PATH.payload, None)
        return Raw(200, {"content-type": "application/octet-stream"}, file.content)

    async def _serve(self, method: str, scope: Scope, receive: Receive, send: Send) -> None:
        world = self._world
        request = world.ledger.note(NAMES.get(method.lower(), method), world.now(), world.tick())
        body = await whole(receive, LARGEST_BODY)
        if body is None:
            request.fault = "left before it was asked"
            return
        world.ledger.under_way.add(request.number)
        try:
            await self._answer(request, body, scope, receive, send)
        finally:
            world.ledger.under_way.discard(request.number)
            world.changes.tell()

    async def _answer(self, request: Request, body: bytes, scope: Scope, receive: Receive, send: Send) -> None:
        world = self._world
        try:
            if len(body) > LARGEST_BODY:
                raise Refusal(413, "Request Entity Too Large", fault=True)
            given = read(scope["query_string"].decode("latin-1"), Headers(scope=scope).get("content-type", ""), body)
        except Refusal as refusal:
            await self._end(request, refused(world, request, refusal), None, scope, receive, send)
            return
        request.payload = given.shown
        request.chat = _chat(world, given)
        fault = world.faults.take(lambda fault: fault.strikes(request.method, request.chat, request.payload))
        payload = await self._struck(request, given, fault, receive)
        if payload is not None:
            await self._end(request, payload, fault, scope, receive, send)

    async def _struck(
        self, request: Request, given: Given, fault: Fault | None, receive: Receive
    ) -> Mapping[str, Any] | None:
        """None if the client left meanwhile."""
        if fault is None:
            return await self._perform(request, given, receive)
        request.fault = fault.summary
        self._world.changes.tell()
        if fault.latency:
            await asyncio.sleep(fault.latency)
        payload = await self._perform(request, given, receive) if fault.commits else {"ok": True, "result": True}
        return payload if fault.refusal is None else fault.refusal.payload

    async def _perform(self, request: Request, given: Given, receive: Receive) -> Mapping[str, Any] | None:
        world = self._world
        if request.method == GET_UPDATES:
            return await self._poll(request, given, receive)
        if request.method not in METHODS:
            return refused(world, request, errors.NO_SUCH_METHOD)
        return carry_out(world, request, given)

    async def _poll(self, request: Request, given: Given, receive: Receive) -> Mapping[str, Any] | None:
        polled = asyncio.ensure_future(polling.get_updates(Asked(self._world, given, request)))
        left = asyncio.ensure_future(_left(receive))
        try:
            await asyncio.wait({polled, left}, return_when=asyncio.FIRST_COMPLETED)
            if not polled.done():
                request.fault = request.fault or "left while it waited"
                return None
            request.committed = True
            return granted(self._world, request, given, polled.result())
        except Refusal as refusal:
            return refused(self._world, request, refusal)
        finally:
            await _stopped(polled, left)

    async def _end(
        self,
        request: Request,
        payload: Mapping[str, Any],
        fault: Fault | None,
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> None:
        raw = _raw(payload, fault)
        if fault is not None and fault.refusal is not None:
            request.description = fault.refusal.description
        if await deliver(raw, scope, receive, send, UNBROKEN if fault is None else fault.breaking):
            self._world.ledger.answered(request, raw.status)


def _raw(payload: Mapping[str, Any], fault: Fault | None) -> Raw:
    answer = Answer(payload.get("error_code", 200), payload, {"content-type": "application/json"})
    return spoil(answer, UNBROKEN if fault is None else fault.breaking)


def _chat(world: World, given: Given) -> int | None:
    """What a request is about, for faults and counts; asking does not count as knowing the parameter."""
    chat = str(given.values.get("chat_id", ""))
    if re.fullmatch(r"-?\d{1,19}", chat):
        return int(chat)
    press = world.presses.get(str(given.values.get("callback_query_id")))
    return press.message.chat.id if press else None


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _stopped(*tasks: asyncio.Future[Any]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
