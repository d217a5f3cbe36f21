"""Sends what Slack has to tell the app, through a socket or by a signed post, and again where that is Slack's way.

What is told stands in `deliveries`; what an answer does, in `acks`.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from sandbox.posting import post, rerouted
from sandbox.slack import acks
from sandbox.slack.deliveries import FAILED, TIMEOUT, Attempt, Delivery, Kind

if TYPE_CHECKING:
    from sandbox.slack.world import World

USER_AGENT = "Slackbot 1.0 (+https://api.slack.com/robots)"
REASONS = {TIMEOUT: "http_timeout", FAILED: "connection_failed", "": "http_error"}


@dataclass(frozen=True)
class Outcome:
    """`failed` says how a sending went wrong; `body` is the answer to one that did not, or did with a `status`."""

    status: int
    failed: str = ""
    body: Any = None
    no_retry: bool = False
    why: str = ""


async def dispatch(world: World) -> None:
    """Runs until cancelled: a task for each delivery."""
    under_way: set[asyncio.Task[None]] = set()
    gate = asyncio.Semaphore(world.at_once)
    try:
        while True:
            await world.changes.until(lambda: world.queue, None)
            with world.lock:
                waiting, world.queue[:] = list(world.queue), []
            for delivery in waiting:
                task = asyncio.create_task(_deliver(world, delivery, gate))
                under_way.add(task)
                task.add_done_callback(under_way.discard)
    finally:
        for task in list(under_way):
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)


async def _deliver(world: World, delivery: Delivery, gate: asyncio.Semaphore) -> None:
    if world.lag:
        await asyncio.sleep(world.lag)
    reason = ""
    pauses = world.resend_after if delivery.kind is Kind.EVENT else ()
    for number, pause in enumerate([0.0, *pauses]):
        await _pause(world, delivery, pause)
        async with gate:
            outcome = await _attempt(world, delivery, number, reason)
        if not outcome.failed:
            with world.lock:
                if delivery.kind is Kind.EVENT and world.manifest.socket_mode and outcome.body not in (None, {}):
                    world.complain("events_api", "its acknowledgement takes no payload")
                acks.acknowledge(delivery, outcome.body)
                if world.twice and not delivery.repeated:
                    world.redeliver(delivery)
                world.changes.tell()
            return
        reason = REASONS.get(outcome.failed if not outcome.status else "", "unknown_error")
        if outcome.no_retry and outcome.status:
            break
    with world.lock:
        acks.give_up(delivery, outcome.failed)
        world.changes.tell()


async def _pause(world: World, delivery: Delivery, seconds: float) -> None:
    """By the world's clock if it is set forward, by the real one otherwise."""
    if seconds:
        due = delivery.attempts[-1].at + timedelta(seconds=seconds)
        with contextlib.suppress(TimeoutError):
            await world.changes.until(lambda: world.now() >= due, seconds)


async def _attempt(world: World, delivery: Delivery, number: int, reason: str) -> Outcome:
    begun, at = time.monotonic(), world.now()
    try:
        async with asyncio.timeout(world.patience):
            if world.manifest.socket_mode:
                outcome = await _by_socket(world, delivery, number, reason)
            else:
                outcome = await _by_post(world, delivery, number, reason)
    except TimeoutError:
        outcome = Outcome(0, TIMEOUT, why="no answer in time")
    except OSError as error:
        outcome = Outcome(0, FAILED, why=str(error))
    finally:
        world.sockets.waiting.pop(delivery.envelope_id, None)
    with world.lock:
        told = Attempt(at, number, reason, outcome.status, time.monotonic() - begun, outcome.why)
        delivery.attempts.append(told)
        world.changes.tell()
    return outcome


# Socket Mode


async def _by_socket(world: World, delivery: Delivery, number: int, reason: str) -> Outcome:
    delivery.envelope_id = delivery.envelope_id if delivery.repeated else str(uuid.uuid4())
    told = "timeout" if reason == "http_timeout" else reason
    body = await world.sockets.send(delivery.kind, delivery.envelope_id, delivery.payload, number, told)
    return Outcome(200, body=body)


# Signed posts


async def _by_post(world: World, delivery: Delivery, number: int, reason: str) -> Outcome:
    url = address(world, delivery)
    if not url:
        return Outcome(0, FAILED, why="the manifest has no address for it")
    if delivery.repeated and delivery.last_request:
        headers, body = delivery.last_request
    else:
        headers, body = _request(world, delivery, number, reason)
    delivery.last_request = (headers, body)
    reply = await post(rerouted(url, world.reroute), headers, body)
    if 200 <= reply.status < 300:
        return Outcome(reply.status, body=read_body(reply.headers.get("content-type", ""), reply.body))
    no_retry = reply.headers.get("x-slack-no-retry") == "1"
    return Outcome(reply.status, FAILED, no_retry=no_retry, why=f"status {reply.status}")


def _request(world: World, delivery: Delivery, number: int, reason: str) -> tuple[Mapping[str, str], bytes]:
    kind, body = packed(delivery)
    headers = {"Content-Type": kind, **signed(world, body)}
    if number:
        headers |= {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": reason}
    return headers, body


def address(world: World, delivery: Delivery) -> str | None:
    match delivery.kind:
        case Kind.EVENT:
            return world.manifest.events_url
        case Kind.COMMAND:
            command = world.manifest.commands.get(str(delivery.payload.get("command")))
            return str(command["url"]) if command else world.manifest.interactive_url
        case Kind.INTERACTIVE:
            return world.manifest.interactive_url


def packed(delivery: Delivery) -> tuple[str, bytes]:
    """The content type and body of a post."""
    match delivery.kind:
        case Kind.EVENT:
            return "application/json", json.dumps(delivery.payload).encode()
        case Kind.COMMAND:
            return "application/x-www-form-urlencoded", urlencode(delivery.payload).encode()
        case Kind.INTERACTIVE:
            form = urlencode({"payload": json.dumps(delivery.payload)})
            return "application/x-www-form-urlencoded", form.encode()


def signed(world: World, body: bytes) -> dict[str, str]:
    """The headers by which the app knows that it was Slack who posted: version v0."""
    timestamp = str(int(world.now().timestamp()))
    base = b"v0:" + timestamp.encode() + b":" + body
    signature = hmac.new(world.signing_secret.encode(), base, hashlib.sha256).hexdigest()
    head = {"User-Agent": USER_AGENT, "Accept": "application/json,*/*", "Accept-Encoding": "gzip,deflate"}
    return {**head, "X-Slack-Signature": f"v0={signature}", "X-Slack-Request-Timestamp": timestamp}


def read_body(content_type: str, body: bytes) -> Any:
    """JSON if it says so, None if it is empty, otherwise its text."""
    if not body.strip():
        return None
    text = body.decode("utf-8", "replace")
    if content_type.partition(";")[0].strip().lower() == "application/json":
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text


# The challenge


async def verify(world: World) -> None:
    """Asks the address of the events to echo a challenge, as Slack does whenever it is set."""
    while True:
        await world.changes.until(lambda: world.challenged is not None and not world.verified, None)
        challenge, url = world.challenged or "", world.manifest.events_url or ""
        await _challenge(world, challenge, rerouted(url, world.reroute))


async def _challenge(world: World, challenge: str, url: str) -> None:
    asked: Mapping[str, str] = {"token": world.verification_token, "challenge": challenge, "type": "url_verification"}
    body = json.dumps(asked).encode()
    try:
        async with asyncio.timeout(world.patience):
            reply = await post(url, {"Content-Type": "application/json", **signed(world, body)}, body)
        echoed = read_body(reply.headers.get("content-type", ""), reply.body)
        said = echoed.get("challenge") if isinstance(echoed, dict) else echoed
        right = reply.status == 200 and said == challenge
    except (OSError, TimeoutError):
        right = False
    with world.lock:
        world.verified = right
        if right or world.challenged == challenge:
            world.challenged = None
        world.changes.tell()
