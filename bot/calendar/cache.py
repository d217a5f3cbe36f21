"""Answers kept for a while, and equal questions asked once: by one program, or by all that share what they keep.

What is asked, and how, is not known here.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, repeat
from typing import Any, Protocol, TypeVar, cast

from bot.calendar.errors import NotSent
from bot.calendar.questions import Question, Topic

Answer = TypeVar("Answer")

Answers = Mapping[Question, Any]

Change = Callable[[Answers], Answers]
"""What is kept, however old, and what takes its place; None is an answer that is on its way, or to be forgotten."""

MOST = 2000
"""Answers kept at once; a day of hours is a few kilobytes."""

LOOK = (0.02, 0.05, 0.1, 0.2)
"""Seconds between two looks for what another program asks; the last of them again and again."""

log = logging.getLogger("bot.calendar")


class Cache(Protocol):
    """Failures are never kept. Whoever stops waiting does not stop the others who wait for the same answer."""

    async def get(self, question: Question, lasts: timedelta, ask: Callable[[], Awaitable[Answer]]) -> Answer:
        """The answer to an equal question while it `lasts`, from when it came; else what `ask` finds now."""

    async def known(self, questions: Collection[Question]) -> Answers:
        """The answers that are known now, so that nothing need be asked for them."""

    async def last(self, questions: Collection[Question]) -> Answers:
        """The last answers, however old: hints. There may be none any more."""

    async def drop(self, topic: Topic) -> None:
        """Forgets answers, and those still on their way: they may be out of date already."""

    async def revise(self, topic: Topic, change: Change) -> None:
        """Puts what is known better in place of answers, for as long as those would have lasted."""

    async def close(self) -> None: ...


@dataclass(slots=True, eq=False)
class _Kept:
    """`until` is None while the answer is on its way."""

    answer: asyncio.Future[Any]
    until: datetime | None = None


class Own:
    """Of one program alone."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._kept: dict[Question, _Kept] = {}

    async def get(self, question: Question, lasts: timedelta, ask: Callable[[], Awaitable[Answer]]) -> Answer:
        kept = self._kept.get(question)
        if kept is None or (kept.until and kept.until <= self._clock()):
            kept = self._begin(question, lasts, ask)
        return cast(Answer, await asyncio.shield(kept.answer))

    async def known(self, questions: Collection[Question]) -> Answers:
        now = self._clock()
        kept = {each: self._kept[each] for each in questions if each in self._kept}
        return {each: found.answer.result() for each, found in kept.items() if found.until and found.until > now}

    async def last(self, questions: Collection[Question]) -> Answers:
        kept = {each: self._kept[each] for each in questions if each in self._kept}
        return {each: found.answer.result() for each, found in kept.items() if found.until}

    async def drop(self, topic: Topic) -> None:
        self._kept = {question: kept for question, kept in self._kept.items() if not topic.holds(question)}

    async def revise(self, topic: Topic, change: Change) -> None:
        before = {
            question: kept.answer.result() if kept.until else None
            for question, kept in self._kept.items()
            if topic.holds(question)
        }
        for question, answer in change(before).items():
            if answer is None:
                del self._kept[question]
            else:
                kept = self._kept[question]
                kept.answer = asyncio.get_running_loop().create_future()
                kept.answer.set_result(answer)

    async def close(self) -> None:
        await _cancelled(kept.answer for kept in self._kept.values())
        self._kept.clear()

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


@dataclass(frozen=True, slots=True)
class Begun:
    """Somebody asks, under this number. `mine`: whoever hears it is to ask."""

    number: int
    mine: bool


class Shelf(Protocol):
    """Where all programs that share a database keep answers. All of it raises NotSent if the shelf is away."""

    async def find(self, question: Question, number: int | None = None) -> Any | Begun | None:
        """The answer, or who asks. With the `number` of one who asks nobody begins to: None if that one is gone."""

    async def keep(self, question: Question, number: int, answer: object, lasts: timedelta) -> None:
        """What came of asking; unless it was dropped meanwhile."""

    async def give_up(self, question: Question, number: int) -> None:
        """Nothing came of it."""

    async def known(self, questions: Collection[Question]) -> Answers: ...

    async def last(self, questions: Collection[Question]) -> Answers: ...

    async def drop(self, topic: Topic) -> None: ...

    async def revise(self, topic: Topic, change: Change) -> None: ...


class Common:
    """Of all programs that share a shelf. Nothing is kept here but who asks: what one drops is dropped for all."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._under_way: dict[tuple[Question, int], asyncio.Task[Any]] = {}
        self.known, self.last = shelf.known, shelf.last

    async def get(self, question: Question, lasts: timedelta, ask: Callable[[], Awaitable[Answer]]) -> Answer:
        while True:
            found = await self._shelf.find(question)
            if isinstance(found, Begun):
                found = await asyncio.shield(self._comes(question, found, lasts, ask))
            if found is not None:
                return cast(Answer, found)

    async def drop(self, topic: Topic) -> None:
        await self._whatever_comes(self._shelf.drop(topic))

    async def revise(self, topic: Topic, change: Change) -> None:
        await self._whatever_comes(self._shelf.revise(topic, change))

    async def close(self) -> None:
        await _cancelled(self._under_way.values())

    async def _whatever_comes(self, correcting: Awaitable[None]) -> None:
        """What was booked must not be lost because of it: answers are out of date before long anyway."""
        try:
            await correcting
        except Exception:
            log.exception("answers that are kept could not be corrected")

    def _comes(
        self, question: Question, begun: Begun, lasts: timedelta, ask: Callable[[], Awaitable[Answer]]
    ) -> asyncio.Task[Answer | None]:
        """Asks, or waits for whoever does; once for all here who want to know. None if nobody asks any more."""
        key = question, begun.number
        task = self._under_way.get(key)
        if task is None:
            coming = self._ask(question, begun.number, lasts, ask) if begun.mine else self._wait(question, begun.number)
            task = self._under_way[key] = asyncio.create_task(coming)
            task.add_done_callback(lambda done: self._came(key, done))
        return task

    def _came(self, key: tuple[Question, int], task: asyncio.Task[Any]) -> None:
        del self._under_way[key]
        if not task.cancelled():
            task.exception()  # now it is seen, if nobody waits any more

    async def _ask(
        self, question: Question, number: int, lasts: timedelta, ask: Callable[[], Awaitable[Answer]]
    ) -> Answer | None:
        try:
            answer = await ask()
        except BaseException:
            with suppress(NotSent):
                await self._shelf.give_up(question, number)
            raise
        try:
            await self._shelf.keep(question, number, answer, lasts)
        except NotSent:
            log.warning("an answer could not be kept")
        return answer

    async def _wait(self, question: Question, number: int) -> Any:
        for pause in chain(LOOK, repeat(LOOK[-1])):
            found = await self._shelf.find(question, number)
            if not isinstance(found, Begun):
                return found
            await asyncio.sleep(pause)
        raise AssertionError("there is no last look")


async def _cancelled(tasks: Any) -> None:
    under_way = [each for each in tasks if not each.done()]
    for each in under_way:
        each.cancel()
    await asyncio.gather(*under_way, return_exceptions=True)
