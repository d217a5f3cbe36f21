"""Time that nobody waits for: where all that can happen happens in one event loop, its clock jumps while it idles.

A test of a deadline is then neither slow nor a race: on a busy machine a short deadline passes before what it is about
has begun; a long one costs nothing here. Not for what works in threads or other processes: the loop idles meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

IDLE = 0.002
"""Seconds without anything to do before each jump. The stand-ins' server looks about ten times a second, so that no
jump is longer: a deadline of five seconds passes only where there was nothing to do fifty times."""


@pytest.fixture
async def nobody_waits(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    loop: Any = asyncio.get_running_loop()
    now, wait, jumped = loop.time, loop._selector.select, 0.0

    def select(timeout: float | None = None) -> list[Any]:
        nonlocal jumped
        happened: list[Any] = wait(timeout if timeout is None else min(timeout, IDLE))
        if not happened and timeout is not None and timeout > IDLE:
            jumped += timeout - IDLE
        return happened

    with monkeypatch.context() as patched:
        patched.setattr(loop, "time", lambda: now() + jumped)
        patched.setattr(loop._selector, "select", select)
        yield
