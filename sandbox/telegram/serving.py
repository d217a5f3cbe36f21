"""The stand-in Telegram on a socket, in the running loop or in a thread, posting to a webhook if one is set.

How sockets are served stands in `sandbox.serving`.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future

from sandbox.serving import listening
from sandbox.telegram.app import app
from sandbox.telegram.hook import post_updates
from sandbox.telegram.world import World


@contextlib.asynccontextmanager
async def serving(world: World, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
    """`async with serving(world) as url`: in the running loop."""
    async with listening(app(world), host, port) as url:
        posting = asyncio.create_task(post_updates(world))
        try:
            yield url
        finally:
            posting.cancel()
            await asyncio.gather(posting, return_exceptions=True)


@contextlib.contextmanager
def running(world: World, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """`with running(world) as url`: in a thread of its own."""
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

    thread = threading.Thread(target=live, name="sandbox-telegram", daemon=True)
    thread.start()
    url, stop = told.result()
    try:
        yield url
    finally:
        stop()
        thread.join()
