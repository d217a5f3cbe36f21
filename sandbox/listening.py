"""How a stand-in is served: in the running loop, in a thread, on a socket that can be reset.

What is served is not known here.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import struct
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from sandbox.line import EXTENSION, Line

LINGER_NOT = struct.pack("ii", 1, 0)


class FrankProtocol(H11Protocol):
    """Hands the app its own connection, so that it can break it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.access_log = False
        self.app = _with_line(self.app, Line(transport.write, transport.close, lambda: _reset(transport)))


class FrankSocket(WebSocketsSansIOProtocol):
    """The same for a web socket: it can also fall silent while it stays open."""

    muted = False

    def handle_connect(self, event: Any) -> None:
        super().handle_connect(event)
        if hasattr(self, "scope"):
            line = Line(self.transport.write, self.transport.close, lambda: _reset(self.transport), self._mute)
            self.scope["extensions"] = {**(self.scope["extensions"] or {}), EXTENSION: line}  # type: ignore[dict-item]

    def _mute(self) -> None:
        self.muted = True

    def handle_ping(self) -> None:
        if self.muted:
            self.conn.data_to_send()
        else:
            super().handle_ping()


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
        served,
        http=FrankProtocol,
        ws=FrankSocket,
        ws_ping_interval=None,
        lifespan="off",
        log_config=None,
        timeout_keep_alive=300,
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


@contextlib.contextmanager
def in_thread(serving: Callable[[], AbstractAsyncContextManager[str]], name: str) -> Iterator[str]:
    """`with in_thread(…) as url`: what `serving` serves, in a thread and loop of its own."""
    told: Future[tuple[str, Callable[[], object]]] = Future()

    async def serve() -> None:
        stop, loop = asyncio.Event(), asyncio.get_running_loop()
        async with serving() as url:
            told.set_result((url, lambda: loop.call_soon_threadsafe(stop.set)))
            await stop.wait()

    def live() -> None:
        try:
            asyncio.run(serve())
        except BaseException as error:
            if told.done():
                raise
            told.set_exception(error)

    thread = threading.Thread(target=live, name=name, daemon=True)
    thread.start()
    url, stop = told.result()
    try:
        yield url
    finally:
        stop()
        thread.join()


def serve_until_told(
    serving: Callable[[], AbstractAsyncContextManager[str]], tell: Callable[[str], object], where: str, program: str
) -> int:
    """Serves until SIGINT or SIGTERM, and `tell`s the URL first: a command's exit status."""
    try:
        asyncio.run(_until_told(serving, tell))
    except OSError as error:
        print(f"{program}: can't listen on {where}: {error.strerror}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        pass
    return 0


async def _until_told(serving: Callable[[], AbstractAsyncContextManager[str]], tell: Callable[[str], object]) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        # Not every platform lets a loop watch signals; there, KeyboardInterrupt must do.
        with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
            loop.add_signal_handler(each, stop.set)
    async with serving() as url:
        tell(url)
        sys.stdout.flush()
        await stop.wait()
