"""The stand-in calendar on a socket, in the running loop or in a thread.

How sockets are served stands in `sandbox.listening`.
"""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager, AbstractContextManager

from sandbox.calendar.app import app
from sandbox.calendar.world import World
from sandbox.listening import in_thread, listening


def serving(world: World, host: str = "127.0.0.1", port: int = 0) -> AbstractAsyncContextManager[str]:
    """`async with serving(world) as url`: in the running loop."""
    return listening(app(world), host, port)


def running(world: World, host: str = "127.0.0.1", port: int = 0) -> AbstractContextManager[str]:
    """`with running(world) as url`: in a thread of its own."""
    return in_thread(lambda: serving(world, host, port), "sandbox")
