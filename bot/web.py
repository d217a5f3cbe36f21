"""The program's own web server: webhooks, health, metrics. What is posted is the adapters' matter.

Whoever has no business here learns nothing, and leaves no trace in the log.
"""

from __future__ import annotations

import asyncio
import hmac
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from typing import Protocol

import uvicorn
from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect
from starlette.requests import Request as Posted
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.responses import Response as Answer
from starlette.routing import Route
from starlette.types import ASGIApp

from adapters import Hooked, Request, Sited
from adapters.measuring import Measure
from bot.store.counts import Counts

LARGEST = 1 << 20
"""Bytes of what may be posted: an update has some thousands at most."""

OVERDUE = 120.0
"""Seconds after which something owed should long be done."""

STORE = 2.0
"""Seconds in which the store has to answer."""


class Platform(Hooked, Protocol):
    """An adapter, as far as it is looked at from outside. Its `path` is empty where nothing is posted."""

    def trouble(self) -> str:
        """Why nothing comes in; empty if it does."""

    def measures(self) -> Iterable[Measure]:
        """Numbers for those who watch the program; which platform's they are is said here."""


def web(platforms: Sequence[Platform], counts: Callable[[], Awaitable[Counts]]) -> ASGIApp:
    """The application; `counts` asks the store."""

    async def posted(request: Posted) -> Answer:
        platform = _meant(platforms, request.url.path)
        body = await _body(request) if platform else None
        if platform is None or body is None:
            return Answer(status_code=404 if platform is None else 413)
        given = await platform.delivered(Request(dict(request.headers), body))
        return Answer(given.body, given.status, dict(given.headers))

    async def visited(request: Posted) -> Answer:
        site = next((each for each in platforms if isinstance(each, Sited) and request.url.path in each.pages), None)
        if site is None:
            return Answer(status_code=404)
        asked = Request(dict(request.headers), path=request.url.path, query=request.url.query)
        given = await site.asked(asked)
        return Answer(given.body, given.status, dict(given.headers))

    async def ready(_: Posted) -> Answer:
        troubles = {each.name: trouble for each in platforms if (trouble := each.trouble())}
        try:
            async with asyncio.timeout(STORE):
                found = await counts()
        except Exception as error:
            troubles["store"] = type(error).__name__
        else:
            if found.overdue > OVERDUE:
                troubles["owed"] = f"something has been owed for {found.overdue:.0f} seconds"
        return JSONResponse({"ready": not troubles, "troubles": troubles}, 503 if troubles else 200)

    async def metrics(_: Posted) -> Answer:
        try:
            async with asyncio.timeout(STORE):
                found = await counts()
        except Exception:
            return Answer(status_code=503)
        registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        registry.register(_Collected([_held(), *_stored(found), *_measured(platforms)]))
        return Answer(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    async def healthy(_: Posted) -> Answer:
        return PlainTextResponse("alive\n")

    return Starlette(
        routes=[
            Route("/healthz", healthy),
            Route("/readyz", ready),
            Route("/metrics", metrics),
            Route("/{platform}/{path:path}", posted, methods=["POST"]),
            Route("/{platform}/{path:path}", visited, methods=["GET"]),
        ]
    )


def _meant(platforms: Sequence[Platform], path: str) -> Platform | None:
    """Compares all of them in constant time: the path is half of the secret."""
    found = [each for each in platforms if each.path and hmac.compare_digest(each.path.encode(), path.encode())]
    return found[0] if found else None


async def _body(request: Posted) -> bytes | None:
    """What was posted, or None if it is too large to be read at all."""
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > LARGEST:
                return None
    except ClientDisconnect:
        return None
    return bytes(body)


# Metrics.


class _Collected(Collector):
    def __init__(self, measures: Sequence[Measure]) -> None:
        self._measures = measures

    def collect(self) -> Iterator[Metric]:
        families: dict[str, Metric] = {}
        for each in self._measures:
            family = families.get(each.name)
            if family is None:
                kind = CounterMetricFamily if each.total else GaugeMetricFamily
                family = families[each.name] = kind(f"booking_bot_{each.name}", each.help, labels=list(each.labels))
            assert isinstance(family, CounterMetricFamily | GaugeMetricFamily)  # noqa: S101
            family.add_metric(list(each.labels.values()), each.value)
        yield from families.values()


def _held() -> Measure:
    """What rises without an end is seen here first: the system's memory also holds what was given back to nobody."""
    return Measure("memory_blocks", "Pieces of memory in use.", sys.getallocatedblocks(), {})


def _stored(found: Counts) -> Iterator[Measure]:
    for state in ("new", "aside", "done"):
        yield Measure("inbox", "Deliveries by state.", found.inbox.get(state, 0), {"state": state})
    for kind in ("call", "show", "card", "page"):
        yield Measure("owed", "What is still to be done, by kind.", found.owed.get(kind, 0), {"kind": kind})
    for state, number in sorted(found.writes.items()):
        yield Measure("writes", "Bookings, moves and cancellations by state.", number, {"state": state})
    yield Measure("overdue_seconds", "Since when the oldest thing owed has been due.", found.overdue, {})


def _measured(platforms: Sequence[Platform]) -> Iterator[Measure]:
    for platform in platforms:
        reached = 0.0 if platform.trouble() else 1.0
        yield Measure("platform_reached", "Whether updates come in.", reached, {"platform": platform.name})
        for each in platform.measures():
            yield replace(each, labels={"platform": platform.name, **each.labels})


# Serving.


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are the whole program's matter."""
        yield


@asynccontextmanager
async def listening(app: ASGIApp, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
    """Serves while it is entered, and gives the URL. What is under way when it is left has some seconds to end."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.create_server((host, port), family=family, backlog=2048)
    config = uvicorn.Config(
        app,
        log_config=None,
        log_level="error",  # at a lower one it tells of whatever junk came
        access_log=False,
        lifespan="off",
        ws="none",
        server_header=False,
        timeout_graceful_shutdown=2,
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[bound]))
    try:
        name, number = bound.getsockname()[:2]
        yield f"http://[{name}]:{number}" if ":" in name else f"http://{name}:{number}"
    finally:
        server.should_exit = True
        await serving
        bound.close()
