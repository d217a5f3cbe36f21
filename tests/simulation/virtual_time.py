"""An event loop in which no time is ever waited for: when nothing is left to do, its clock jumps to what is due next.

Nothing is random here, and nothing outside the process can be waited for: there is no socket, no thread, no signal.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextvars import Context
from typing import Any


class Stuck(Exception):
    """Somebody waits, and nothing will ever happen again."""


class VirtualTime(asyncio.BaseEventLoop):
    """Seconds begin at 0. What is due at one instant is done in the order in which it was asked for, as always."""

    def __init__(self) -> None:
        super().__init__()
        self._present = 0.0
        self._selector = self  # the base asks it to wait for sockets, for so many seconds at most

    def time(self) -> float:
        return self._present

    def select(self, timeout: float | None) -> list[object]:
        if timeout is None:
            raise Stuck
        self._present += timeout
        return []

    def _process_events(self, _events: list[object]) -> None:
        pass

    def _write_to_self(self) -> None:
        """Would wake a loop that waits. This one never does."""


def played(play: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    """What comes of `play` in a loop of its own."""
    with asyncio.Runner(loop_factory=VirtualTime) as runner:
        return runner.run(play(), context=Context())
