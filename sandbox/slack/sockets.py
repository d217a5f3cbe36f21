"""Socket Mode: the web sockets of the app, and the envelopes that go through them.

Which payload is sent when stands in `dispatch`; what an acknowledgement does, in `acks`.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from starlette.types import Receive, Scope, Send

from sandbox.line import Line, line_of
from sandbox.slack.deliveries import Kind

if TYPE_CHECKING:
    from sandbox.slack.world import World

PATH = "/link/"
HOST = "applink-sandbox"


@dataclass(eq=False)
class Socket:
    """`deaf`: it stays open and answers pings, but what is sent through it gets lost."""

    id: str
    line: Line | None = field(repr=False)
    loop: asyncio.AbstractEventLoop = field(repr=False)
    sending: asyncio.Queue[Mapping[str, Any] | None] = field(default_factory=asyncio.Queue, repr=False)
    deaf: bool = False
    ready: bool = True
    carried: int = 0

    def send(self, message: Mapping[str, Any] | None) -> None:
        """From any thread. None closes it."""
        if message is None:
            self.ready = False
        self.loop.call_soon_threadsafe(self.sending.put_nowait, message)


@dataclass
class Sockets:
    """`waiting` are the envelopes that were sent and not acknowledged yet."""

    world: World = field(repr=False)
    tickets: set[str] = field(default_factory=set, repr=False)
    open: list[Socket] = field(default_factory=list)
    waiting: dict[str, asyncio.Future[Any]] = field(default_factory=dict, repr=False)
    deafened: int = 0
    """So many of the next sockets will be deaf."""
    limit: int = 10

    def ticket(self) -> str:
        ticket = str(uuid.uuid4())
        self.tickets.add(ticket)
        return ticket

    @property
    def ready(self) -> list[Socket]:
        return [socket for socket in self.open if socket.ready]

    def take(self) -> Socket | None:
        """The one for the next payload: that which has carried the fewest."""
        socket = min(self.ready, key=lambda each: each.carried, default=None)
        if socket is not None:
            socket.carried += 1
        return socket

    async def send(self, kind: Kind, envelope: str, payload: Mapping[str, Any], number: int, reason: str) -> Any:
        """What the acknowledgement brings along, or None. Raises ConnectionError where no socket is open."""
        message: dict[str, Any] = {"envelope_id": envelope, "payload": payload, "type": kind.value}
        message["accepts_response_payload"] = kind is not Kind.EVENT
        if kind is Kind.EVENT:
            message |= {"retry_attempt": number, "retry_reason": reason}
        with self.world.lock:
            socket = self.take()
            if socket is None:
                raise ConnectionError("no socket is open")
            told = self.waiting[envelope] = asyncio.get_running_loop().create_future()
            if not socket.deaf:
                socket.send(message)
        return await told

    def acknowledge(self, raw: str) -> None:
        try:
            message = json.loads(raw)
            envelope = message["envelope_id"]
        except (ValueError, TypeError, LookupError):
            self.world.complain("socket", f"no acknowledgement: {raw[:100]}")
            return
        told = self.waiting.pop(envelope, None)
        if told is not None and not told.done():
            told.set_result(message.get("payload"))

    # Misbehaviour

    def refresh(self, reason: str) -> None:
        """All but a warning is the last that a socket carries."""
        for socket in self.ready:
            socket.send(disconnect(reason))
            socket.ready = reason == "warning"

    def drop(self) -> None:
        for socket in self.ready:
            socket.ready = False
            if socket.line is not None:
                socket.loop.call_soon_threadsafe(socket.line.reset)

    def deafen(self, times: int) -> None:
        self.deafened = times
        for socket in [] if times else self.open:
            socket.deaf = True

    def mute(self) -> None:
        self.deafen(0)
        for socket in self.open:
            if socket.line is not None:
                socket.line.mute()


def disconnect(reason: str) -> dict[str, Any]:
    """As Slack says it before it closes a socket."""
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": HOST}}


async def serve(sockets: Sockets, scope: Scope, receive: Receive, send: Send) -> None:
    """One web socket, from its ticket to its end."""
    await receive()
    ticket = scope["path"].removeprefix(PATH)
    if ticket not in sockets.tickets:
        await send({"type": "websocket.close", "code": 4000})
        return
    sockets.tickets.discard(ticket)
    await send({"type": "websocket.accept"})
    if len(sockets.open) >= sockets.limit:
        await send({"type": "websocket.send", "text": json.dumps(disconnect("too_many_websockets"))})
        await send({"type": "websocket.close", "code": 1000})
        return
    socket = _welcome(sockets, ticket, scope)
    sending = asyncio.create_task(_send(socket, send))
    try:
        await _hear(sockets, receive)
    finally:
        sending.cancel()
        with sockets.world.lock:
            sockets.open.remove(socket)
            socket.ready = False
            sockets.world.changes.tell()
        await asyncio.gather(sending, return_exceptions=True)


def _welcome(sockets: Sockets, ticket: str, scope: Scope) -> Socket:
    world = sockets.world
    with world.lock:
        socket = Socket(ticket, line_of(scope), asyncio.get_running_loop())
        if sockets.deafened:
            sockets.deafened -= 1
            socket.deaf = True
        sockets.open.append(socket)
        debug = {"host": HOST, "build_number": 1, "approximate_connection_time": 18060}
        hello = {"type": "hello", "num_connections": len(sockets.open), "debug_info": debug}
        socket.send({**hello, "connection_info": {"app_id": world.app_id}})
        world.changes.tell()
    return socket


async def _send(socket: Socket, send: Send) -> None:
    while (message := await socket.sending.get()) is not None:
        await send({"type": "websocket.send", "text": json.dumps(message)})
    await send({"type": "websocket.close", "code": 1000})


async def _hear(sockets: Sockets, receive: Receive) -> None:
    while (message := await receive())["type"] == "websocket.receive":
        sockets.acknowledge(message.get("text") or "")
