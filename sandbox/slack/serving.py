"""The stand-in Slack on a socket, in the running loop or in a thread, sending to the app what Slack has to tell it.

How sockets are served stands in `sandbox.listening`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager

from sandbox.listening import in_thread, listening
from sandbox.slack.app import app
from sandbox.slack.dispatch import dispatch, verify
from sandbox.slack.world import World


@asynccontextmanager
async def serving(world: World, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
    """`async with serving(world) as url`: in the running loop."""
    async with listening(app(world), host, port) as url:
        world.url = url
        sending = [asyncio.create_task(dispatch(world)), asyncio.create_task(verify(world))]
        try:
            yield url
        finally:
            for task in sending:
                task.cancel()
            await asyncio.gather(*sending, return_exceptions=True)


def running(world: World, host: str = "127.0.0.1", port: int = 0) -> AbstractContextManager[str]:
    """`with running(world) as url`: in a thread of its own."""
    return in_thread(lambda: serving(world, host, port), "sandbox-slack")
