"""The stand-in Telegram on a socket, in the running loop or in a thread, posting to a webhook if one is set.

How sockets are served stands in `sandbox.listening`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager

from sandbox.listening import in_thread, listening
from sandbox.telegram.app import app
from sandbox.telegram.hook import post_updates
from sandbox.telegram.world import World


@asynccontextmanager
async def serving(world: World, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
    """`async with serving(world) as url`: in the running loop."""
    async with listening(app(world), host, port) as url:
        posting = asyncio.create_task(post_updates(world))
        try:
            yield url
        finally:
            posting.cancel()
            await asyncio.gather(posting, return_exceptions=True)


def running(world: World, host: str = "127.0.0.1", port: int = 0) -> AbstractContextManager[str]:
    """`with running(world) as url`: in a thread of its own."""
    return in_thread(lambda: serving(world, host, port), "sandbox-telegram")
