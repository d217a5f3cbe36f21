"""Waiting for something to come true in a world, from its own loop, another loop, or another thread; never by sleeping.

What comes true is the asker's affair.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from threading import Condition, RLock


class Changes:
    """Whoever changes the world tells it; whoever waits looks again then."""

    def __init__(self, lock: RLock) -> None:  # type: ignore[valid-type, unused-ignore]
        self._condition = Condition(lock)
        self._wakers: set[Callable[[], object]] = set()

    def tell(self) -> None:
        with self._condition:
            self._condition.notify_all()
            for wake in tuple(self._wakers):
                # A loop that was closed meanwhile has nobody left who waits.
                with contextlib.suppress(RuntimeError):
                    wake()

    def wait(self, true: Callable[[], object], seconds: float) -> None:
        """For another thread than the world's. Raises TimeoutError."""
        end = time.monotonic() + seconds
        with self._condition:
            while not true():
                if not self._condition.wait(end - time.monotonic()):
                    raise TimeoutError("it did not come true")

    async def until(self, true: Callable[[], object], seconds: float | None) -> None:
        """Raises TimeoutError."""
        loop, event = asyncio.get_running_loop(), asyncio.Event()

        def wake() -> None:
            loop.call_soon_threadsafe(event.set)

        with self._condition:
            self._wakers.add(wake)
        try:
            async with asyncio.timeout(seconds):
                while not self._now(true):
                    await event.wait()
                    event.clear()
        finally:
            with self._condition:
                self._wakers.discard(wake)

    def _now(self, true: Callable[[], object]) -> bool:
        with self._condition:
            return bool(true())
