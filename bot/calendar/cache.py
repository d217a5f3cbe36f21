"""Answers kept for a while, and equal questions asked once. What is asked, and how, is not known here."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast

Answer = TypeVar("Answer")
Question = Hashable

MOST = 2000
"""Answers kept at once; a day of hours is a few kilobytes."""


@dataclass(slots=True, eq=False)
class _Kept:
    """`until` is None while the answer is on its way."""

    answer: asyncio.Future[Any]
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
        return cast(Answer, await asyncio.shield(kept.answer))

    def fresh(self, question: Question) -> bool:
        """Whether the answer is known now, so that nothing need be asked for it."""
        kept = self._kept.get(question)
        return kept is not None and kept.until is not None and kept.until > self._clock()

    def last(self, question: Question) -> Any:
        """The last answer, however old: a hint. None where there is none any more."""
        kept = self._kept.get(question)
        return kept.answer.result() if kept and kept.until else None

    def correct(self, question: Question, answer: object) -> None:
        """Puts what is known better in place of a kept answer, for as long as that one would have lasted."""
        kept = self._kept[question]
        kept.answer = asyncio.get_running_loop().create_future()
        kept.answer.set_result(answer)

    @property
    def questions(self) -> tuple[Question, ...]:
        """All whose answers are kept or on their way."""
        return tuple(self._kept)

    def under_way(self, question: Question) -> bool:
        kept = self._kept.get(question)
        return kept is not None and kept.until is None

    def drop(self, whether: Callable[[Question], bool]) -> None:
        """Forgets the answers to some questions, and those still on their way: they may be out of date already."""
        self._kept = {question: kept for question, kept in self._kept.items() if not whether(question)}

    async def close(self) -> None:
        tasks = [kept.answer for kept in self._kept.values() if not kept.answer.done()]
        self._kept.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _begin(self, question: Question, lasts: timedelta, ask: Callable[[], Awaitable[Answer]]) -> _Kept:
        self._make_room()
        task = asyncio.create_task(cast(Coroutine[Any, Any, Answer], ask()))
        kept = _Kept(task)
        self._kept[question] = kept

        def came(task: asyncio.Task[Any]) -> None:
            # Asking for the exception also marks it as seen, if nobody waits any more.
            if not task.cancelled() and task.exception() is None:
                kept.until = self._clock() + lasts
            elif self._kept.get(question) is kept:
                del self._kept[question]

        task.add_done_callback(came)
        return kept

    def _make_room(self) -> None:
        if len(self._kept) < MOST:
            return
        now = self._clock()
        self._kept = {question: kept for question, kept in self._kept.items() if not kept.until or kept.until > now}
        for question in list(self._kept)[: max(0, len(self._kept) - MOST + 1)]:
            del self._kept[question]
