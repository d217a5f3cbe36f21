"""What the simulated platforms have in common that are reached by real adapters: requests that come late, never, or
twice; answers that are lost, or are none of the platform's. What a request does there is not known here.
"""

from __future__ import annotations

import asyncio
import traceback
from abc import abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextvars import Context, ContextVar
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from lives import Life
from simulated_calendar import FAR, NEAR
from simulated_chat import Platform

from adapters import Words
from conversations.screens import Button, Screen

DRAWN: ContextVar[tuple[Screen, Words] | None] = ContextVar("drawn", default=None)
"""What is being drawn by whatever is asked for now."""

NEVER = ("refused", "502", "429")
"""Fates of a request that is not carried out."""
DONE = ("lost", "reset", "502 after", "nonsense", "late")
"""It is carried out, and the answer does not come, comes too late, or is none of the platform's."""

RESTS = (1, 5, 30)
"""Seconds for which somebody is told to wait; some are longer than a request waits at a gate."""

LAST = 3.0
"""Seconds that the adapter is given at the end, as in `bot.service`."""

AGAIN = 1.0
"""Seconds until something is brought again that was not taken."""

PAGE = b"<html>"


@dataclass(frozen=True)
class Answer:
    """`rest` are the seconds for which somebody is told to wait."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    rest: int = 0


@dataclass
class Web(Platform):
    truth: Callable[[], datetime] = field(kw_only=True)
    """The time there, `clock` being the machine's."""
    clock: Callable[[], datetime] = field(kw_only=True)
    tick: Callable[[], float] = field(kw_only=True)
    too_soon: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    """The stand-in's own."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.under_way: set[asyncio.Task[Any]] = set()
        self.given_up: set[asyncio.Task[Any] | None] = set()
        self.told: dict[str, tuple[Life, float]] = {}
        """Who was told to wait: in which life, and until when."""

    @abstractmethod
    def too_many(self, seconds: int) -> Answer:
        """How somebody is told to wait."""

    async def left_by(self, adapter: Any) -> None:
        await adapter.finished(LAST)

    async def carry(
        self, what: str, whom: str, serve: Callable[[], Awaitable[Answer]], seconds: float, life: Life, fate: str
    ) -> Answer | None:
        """What is answered within so many seconds; None if nothing is. `whom` a 429 would mean."""
        life.must_live()
        self._departs(what, whom, life)
        served = self.goes_on(self._served(serve, fate))
        try:
            self._may_end(life)
            await asyncio.wait([served], timeout=self.chance.uniform(0, NEAR) if fate == "reset" else seconds)
            self._may_end(life)
        finally:
            if not served.done():
                self.given_up.add(served)
        came = served.result() if served.done() and fate not in {"lost", "reset"} else None
        if came and came.rest:
            self.told[whom] = (life, self.tick() + came.rest)
        return replace(came, body=PAGE, headers={"content-type": "text/html"}) if came and fate == "nonsense" else came

    def goes_on(self, work: Any) -> asyncio.Task[Any]:
        """What happens there, whatever becomes of the program."""
        context = Context()
        context.run(DRAWN.set, DRAWN.get())
        task = asyncio.get_running_loop().create_task(work, context=context)
        self.under_way.add(task)
        task.add_done_callback(self._ended)
        return task

    def fate(self) -> str:
        struck = self.weather.strikes("platform", self.chance)
        return self.chance.choice([*NEVER, *DONE]) if struck else ""

    def on_its_way(self, fate: str) -> float:
        return self.chance.uniform(0, FAR if fate == "late" else NEAR)

    @property
    def is_belated(self) -> bool:
        """Whether whoever asked for what is done now has given up."""
        return asyncio.current_task() in self.given_up

    def _ended(self, served: asyncio.Task[Any]) -> None:
        self.under_way.discard(served)
        self.given_up.discard(served)
        if not served.cancelled() and (error := served.exception()):
            self.faults.append("".join(traceback.format_exception(error))[-1500:])

    def _departs(self, what: str, whom: str, life: Life) -> None:
        told_to, until = self.told.get(whom, (life, 0.0))
        if told_to is life and self.tick() < until:
            self.too_soon.append(what)

    def _may_end(self, life: Life) -> None:
        if self.dies():
            life.die()
        life.must_live()

    async def _served(self, serve: Callable[[], Awaitable[Answer]], fate: str) -> Answer | None:
        """None if it never arrived."""
        await asyncio.sleep(self.on_its_way(fate))
        match fate:
            case "refused":
                return None
            case "502":
                return Answer(502, b"{}")
            case "429":
                return self.too_many(self.chance.choice(RESTS))
        answer = await serve()
        await asyncio.sleep(self.on_its_way(fate))
        return Answer(502, b"{}") if fate == "502 after" else answer


def standing(screen: Screen, there: Sequence[str] | set[str]) -> Screen:
    """A screen with the buttons that stand there, by their tokens or where they lead."""

    def kept(buttons: Sequence[Button]) -> tuple[Button, ...]:
        return tuple(each for each in buttons if (each.url or each.token) in there)

    questions = tuple(
        replace(each, choices=kept(each.choices), looks=kept(each.looks), hidden=(), back=None)
        for each in screen.questions
    )
    return replace(screen, questions=questions, buttons=kept(screen.buttons), above=None)
