"""How a stand-in is served: in the running loop, in a thread, on a socket that can be reset.

What is served is not known here.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from sandbox.calendar.app import app
from sandbox.calendar.world import World
from sandbox.line import EXTENSION, Line

LINGER_NOT = struct.pack("ii", 1, 0)


class FrankProtocol(H11Protocol):
    """Hands the app its own connection, so that it can break it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.access_log = False
        self.app = _with_line(self.app, Line(transport.write, transport.close, lambda: _reset(transport)))


def _reset(transport: asyncio.Transport) -> None:
    """Without lingering, closing a TCP socket sends RST instead of FIN."""
    opened = transport.get_extra_info("socket")
    if opened is not None:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
    transport.abort()


def _with_line(served: Any, line: Line) -> Any:
    async def respond(scope: Scope, receive: Receive, send: Send) -> None:
        extensions = {**scope.get("extensions", {}), EXTENSION: line}
        # Cancelled only when the server stops and the connection is gone: nothing that deserves an error in a log.
        with contextlib.suppress(asyncio.CancelledError):
            await served({**scope, "extensions": extensions}, receive, send)

    return respond


@contextlib.asynccontextmanager
async def listening(served: ASGIApp, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
    """Serves in the running loop and gives the URL. Leaving breaks off whatever is under way."""
    # Idle connections are kept long: closing one just when a client writes to it would be a fault nobody asked for.
    config = uvicorn.Config(
        served, http=FrankProtocol, ws="none", lifespan="off", log_config=None, timeout_keep_alive=300
    )
    config.load()
    server = uvicorn.Server(config)
    loop = asyncio.get_running_loop()

    def protocol() -> asyncio.Protocol:
        return FrankProtocol(config=config, server_state=server.server_state, app_state={})

    listener = await loop.create_server(protocol, host, port, backlog=2048)
    try:
        bound, number = listener.sockets[0].getsockname()[:2]
        yield f"http://[{bound}]:{number}" if ":" in bound else f"http://{bound}:{number}"
    finally:
        listener.close()
        await _break_off(server.server_state)


async def _break_off(state: Any) -> None:
    for connection in list(state.connections):
        connection.transport.abort()
    # One turn of the loop: aborted transports tell their protocols and close their sockets there.
    await asyncio.sleep(0)
    tasks = list(state.tasks)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def serving(world: World, host: str = "127.0.0.1", port: int = 0) -> contextlib.AbstractAsyncContextManager[str]:
    """`async with serving(world) as url`: the stand-in calendar in the running loop."""
    return listening(app(world), host, port)


@contextlib.contextmanager
def running(world: World, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """`with running(world) as url`: the stand-in calendar in a thread of its own."""
    told: Future[tuple[str, Callable[[], object]]] = Future()

    async def serve() -> None:
        stop, loop = asyncio.Event(), asyncio.get_running_loop()
        async with serving(world, host, port) as url:
            told.set_result((url, lambda: loop.call_soon_threadsafe(stop.set)))
            await stop.wait()

    def live() -> None:
        try:
            asyncio.run(serve())
        except BaseException as error:
            if told.done():
                raise
            told.set_exception(error)

    thread = threading.Thread(target=live, name="sandbox", daemon=True)
    thread.start()
    url, stop = told.result()
    try:
        yield url
    finally:
        stop()
        thread.join()
