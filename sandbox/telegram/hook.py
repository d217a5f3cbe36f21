"""Posting updates to the bot's webhook: in order within a chat, chats side by side, again until they are taken.

What is posted stands in `updates`; how one request is made, in `sandbox.posting`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from functools import partial

from sandbox.posting import Reply, post, rerouted
from sandbox.telegram.app import carry_out_reply
from sandbox.telegram.chats import seconds
from sandbox.telegram.errors import Refusal
from sandbox.telegram.parameters import read
from sandbox.telegram.updates import Update
from sandbox.telegram.webhook import Webhook
from sandbox.telegram.world import World

MOST_DOUBLED = 6


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
        asked = reply.retry_after if reply else 0
        pause = asked or world.resend_after * 2 ** min(failures, MOST_DOUBLED)
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
            reply = await post(rerouted(hook.url, world.reroute), _headers(hook), json.dumps(update.shown).encode())
    except TimeoutError:
        return None, "Read timeout expired"
    except OSError as error:
        return None, "Connection refused" if isinstance(error, ConnectionRefusedError) else "Webhook connection closed"
    return reply, f"Wrong response from the webhook: {reply.status}"


def _headers(hook: Webhook) -> dict[str, str]:
    secret = {"X-Telegram-Bot-Api-Secret-Token": hook.secret_token} if hook.secret_token else {}
    return {"Content-Type": "application/json", **secret}


def _obey(world: World, reply: Reply) -> None:
    """A method in the answer is carried out; what is no such answer is no matter."""
    try:
        given = read("", reply.headers.get("content-type", ""), reply.body)
    except Refusal:
        return
    method = given.text("method")
    if method:
        with world.lock:
            carry_out_reply(world, method, given)
