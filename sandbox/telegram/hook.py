"""Posting updates to the bot's webhook: in order within a chat, chats side by side, again until they are taken.

What is posted stands in `updates`; the one HTTP request is made here, over a plain connection.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import ssl
from dataclasses import dataclass
from functools import partial
from urllib.parse import SplitResult, urlsplit

import h11

from sandbox.telegram.app import carry_out_reply
from sandbox.telegram.chats import seconds
from sandbox.telegram.errors import Refusal
from sandbox.telegram.parameters import read
from sandbox.telegram.updates import Update
from sandbox.telegram.webhook import Webhook
from sandbox.telegram.world import World

MOST_DOUBLED = 6


@dataclass(frozen=True)
class Reply:
    """What the bot answered to an update."""

    status: int
    content_type: str
    body: bytes
    retry_after: int = 0


async def post_updates(world: World) -> None:
    """Runs until cancelled: for each chat in which something waits, a task that posts what waits there."""
    busy: dict[int, asyncio.Task[None]] = {}
    gates: dict[int, asyncio.Semaphore] = {}

    def wanting() -> list[int]:
        if not world.webhook.url:
            return []
        return [place for place in world.updates.places() if place not in busy]

    try:
        while True:
            await world.changes.until(wanting, None)
            with world.lock:
                places, most = wanting(), world.webhook.max_connections
            gate = gates.setdefault(most, asyncio.Semaphore(most))
            for place in places:
                busy[place] = asyncio.create_task(_serve(world, place, gate))
                busy[place].add_done_callback(partial(_freed, world, busy, place))
    finally:
        for task in list(busy.values()):
            task.cancel()
        await asyncio.gather(*busy.values(), return_exceptions=True)


def _freed(world: World, busy: dict[int, asyncio.Task[None]], place: int, _: asyncio.Task[None]) -> None:
    del busy[place]
    world.changes.tell()


async def _serve(world: World, place: int, gate: asyncio.Semaphore) -> None:
    """Posts what waits in one chat, one after the other, as long as this webhook is set."""
    hook, failures = world.webhook, 0
    address = (hook.url, hook.secret_token)
    while (update := _next(world, place)) and (world.webhook.url, world.webhook.secret_token) == address:
        async with gate:
            reply, why = await _attempt(world, hook, update)
        if reply is not None and 200 <= reply.status < 300:
            failures = 0
            with world.lock:
                world.updates.done(update)
            _obey(world, reply)
            world.changes.tell()
            continue
        with world.lock:
            if world.webhook.url:
                world.webhook = world.webhook.failed(seconds(world.now()), why)
            world.changes.tell()
        pause = (
            reply.retry_after if reply and reply.retry_after else world.resend_after * 2 ** min(failures, MOST_DOUBLED)
        )
        failures += 1
        with contextlib.suppress(TimeoutError):
            await world.changes.until(lambda: (world.webhook.url, world.webhook.secret_token) != address, pause)


def _next(world: World, place: int) -> Update | None:
    with world.lock:
        world.updates.expire(world.now())
        return world.updates.first(place)


async def _attempt(world: World, hook: Webhook, update: Update) -> tuple[Reply | None, str]:
    try:
        async with asyncio.timeout(world.hook_patience):
            reply = await _post(_where(world, hook.url), hook.secret_token, json.dumps(update.shown).encode())
    except TimeoutError:
        return None, "Read timeout expired"
    except (OSError, h11.RemoteProtocolError) as error:
        return None, "Connection refused" if isinstance(error, ConnectionRefusedError) else "Webhook connection closed"
    return reply, f"Wrong response from the webhook: {reply.status}"


def _where(world: World, url: str) -> SplitResult:
    for beginning, other in world.reroute.items():
        if url.startswith(beginning):
            return urlsplit(other + url.removeprefix(beginning))
    return urlsplit(url)


async def _post(url: SplitResult, secret: str, body: bytes) -> Reply:
    secure = ssl.create_default_context() if url.scheme == "https" else None
    port = url.port or (443 if secure else 80)
    reader, writer = await asyncio.open_connection(url.hostname, port, ssl=secure)
    try:
        connection = h11.Connection(h11.CLIENT)
        headers = [("Host", url.netloc), ("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
        headers += [("Connection", "close"), ("Accept-Encoding", "identity")]
        headers += [("X-Telegram-Bot-Api-Secret-Token", secret)] if secret else []
        target = (url.path or "/") + (f"?{url.query}" if url.query else "")
        for event in (h11.Request(method="POST", target=target, headers=headers), h11.Data(body), h11.EndOfMessage()):
            writer.write(connection.send(event) or b"")
        await writer.drain()
        return await _reply(connection, reader)
    finally:
        writer.close()


async def _reply(connection: h11.Connection, reader: asyncio.StreamReader) -> Reply:
    head, body = h11.Response(status_code=500, headers=[]), b""
    while True:
        match connection.next_event():
            case h11.NEED_DATA:
                connection.receive_data(await reader.read(65536))
            case h11.Response() as head:
                pass
            case h11.Data(data=data):
                body += bytes(data)
            case h11.EndOfMessage() | h11.PAUSED:
                break
            case h11.ConnectionClosed():
                raise ConnectionResetError("closed before it answered")
            case _:
                pass
    headers = {bytes(name): bytes(value).decode("latin-1") for name, value in head.headers}
    retry = headers.get(b"retry-after", "")
    return Reply(head.status_code, headers.get(b"content-type", ""), body, int(retry) if retry.isdecimal() else 0)


def _obey(world: World, reply: Reply) -> None:
    """A method in the answer is carried out; what is no such answer is no matter."""
    try:
        given = read("", reply.content_type, reply.body)
    except Refusal:
        return
    method = given.text("method")
    if method:
        with world.lock:
            carry_out_reply(world, method, given)
