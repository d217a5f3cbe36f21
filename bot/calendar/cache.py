"""Answers kept for a while, and equal questions asked once. What is asked, and how, is not known here."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast

Answer = TypeVar("Answer")
Question = tuple[object, ...]

MOST = 2000
"""Answers kept at once; a day of hours is a few kilobytes."""


@dataclass(slots=True, eq=False)
class _Kept:
    task: asyncio.Task[Any]
    until: datetime | None = None


class Cache:
    """Failures are never kept. Whoever stops waiting does not stop the others who wait for the same answer."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._kept: dict[Question, _Kept] = {}

    async def get(self, question: Question, lasts: timedelta, ask: Callable[[], Awaitable[Answer]]) -> Answer:
        """The answer to an equal question while it `lasts`, from when it came; else what `ask` finds now."""
        kept = self._kept.get(question)
        if kept is None or (kept.until and kept.until <= self._clock()):
            kept = self._begin(question, lasts, ask)
        return cast(Answer, await asyncio.shield(kept.task))

    def drop(self, whether: Callable[[Question], bool]) -> None:
        """Forgets the answers to some questions, and those still on their way: they may be out of date already."""
        self._kept = {question: kept for question, kept in self._kept.items() if not whether(question)}

    async def close(self) -> None:
        tasks = [kept.task for kept in self._kept.values() if not kept.task.done()]
        self._kept.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _begin(self, question: Question, lasts: timedelta, ask: Callable[[], Awaitable[Answer]]) -> _Kept:
        self._make_room()
        kept = _Kept(asyncio.create_task(cast(Coroutine[Any, Any, Answer], ask())))
        self._kept[question] = kept

        def came(task: asyncio.Task[Any]) -> None:
            # Asking for the exception also marks it as seen, if nobody waits any more.
            if not task.cancelled() and task.exception() is None:
                kept.until = self._clock() + lasts
            elif self._kept.get(question) is kept:
                del self._kept[question]

        kept.task.add_done_callback(came)
        return kept

    def _make_room(self) -> None:
        if len(self._kept) < MOST:
            return
        now = self._clock()
        self._kept = {question: kept for question, kept in self._kept.items() if not kept.until or kept.until > now}
        for question in list(self._kept)[: max(0, len(self._kept) - MOST + 1)]:
            del self._kept[question]
