"""People who book with any bot: they press or type whatever it asks for, until they read that it is done.

What a bot is like, as far as they must know, is a `Manner`; how they reach it is `lean_telegram`'s matter.
"""

from __future__ import annotations

import asyncio
import re
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from benchmarks.lean_telegram import Chat, Message, Telegram

TEXTS = ("Guest", "guest@example.com")
MOST = 40
"""Steps of one booking after which somebody goes round in circles, and stops: they count as stuck."""


@dataclass(frozen=True)
class Manner:
    """Expressions for what a bot's messages and buttons say.

    `busy` is no answer yet, `aside` none at all; `done` ends a dialog; `typed` wants a text although there are buttons;
    of the buttons those of `confirm` come first, then numbers, and never those of `other`. With a bot that only echoes,
    `script` says what is done after the command: b presses, t types.
    """

    done: str = r"\bBooked\b"
    busy: str = r"(?!)"
    aside: str = r"(?!)"
    typed: str = r"(?!)"
    confirm: str = r"Confirm"
    other: str = r"Cancel|Back"
    gone: str = r"(?!)"
    script: str = ""


@dataclass(eq=False)
class Guest:
    """Books `wanted` times, one after the other, and thinks `thinks` seconds, more or less, before each step."""

    telegram: Telegram
    manner: Manner
    number: int
    wanted: int
    thinks: float = 0.0
    booked: int = 0
    steps: int = 0
    lost: int = 0
    """How often an hour was gone when it was confirmed."""
    changed: list[float] = field(default_factory=list)
    """Seconds from each step to the first thing that is seen of it."""
    answered: list[float] = field(default_factory=list)
    """Seconds from each step to its answer."""
    acted: float = 0.0
    _seen: Message | None = None
    _typed: int = 0
    _script: str = ""
    _waiting: bool = False
    _coming: asyncio.TimerHandle | None = None
    _began: int = 0

    def __post_init__(self) -> None:
        self.chance = Random(self.number)  # noqa: S311 -- which day is chosen is no secret
        self.ended = asyncio.Event()
        self.chat = self.telegram.chats[self.number] = Chat(self.number, self._told)

    @property
    def over(self) -> bool:
        return self.booked >= self.wanted

    def begin(self) -> None:
        self._typed, self._script, self._began = 0, self.manner.script, self.steps
        self._act("/book")

    def stop(self) -> None:
        if self._coming:
            self._coming.cancel()

    def _told(self, message: Message) -> None:
        if re.search(self.manner.aside, message.text) or not message.text:
            return
        if self._waiting and len(self.changed) < self.steps:
            self.changed.append(time.perf_counter() - self.acted)
        if re.search(self.manner.busy, message.text):
            return
        if self._waiting:
            self._waiting = False
            self.answered.append(time.perf_counter() - self.acted)
        self._seen = message
        if self._coming is None:
            pause = self.thinks * self.chance.uniform(0.5, 1.5)
            self._coming = asyncio.get_running_loop().call_later(pause, self._step)

    def _step(self) -> None:
        self._coming, message = None, self._seen
        assert message is not None  # noqa: S101 -- somebody was told
        self.lost += bool(re.search(self.manner.gone, message.text))
        if self.manner.script:
            self._follow(message)
        elif re.search(self.manner.done, message.text):
            self._booked()
        elif self.steps - self._began >= MOST:
            print(f"round in circles: {message}", file=sys.stderr)
            self.ended.set()
        elif (data := self._choice(message)) is None:
            self._type()
        else:
            self._press(message, data)

    def _follow(self, message: Message) -> None:
        if not self._script:
            self._booked()
            return
        step, self._script = self._script[0], self._script[1:]
        if step == "t":
            self._type()
        else:
            self._press(message, message.buttons[0]["callback_data"])

    def _booked(self) -> None:
        self.booked += 1
        if self.over:
            self.ended.set()
        else:
            self.begin()

    def _choice(self, message: Message) -> str | None:
        if re.search(self.manner.typed, message.text):
            return None
        buttons = [each for each in message.buttons if each.get("callback_data")]
        buttons = [
            each
            for each in buttons
            if re.search(r"\w", each["text"]) and not re.search(self.manner.other, each["text"])
        ]
        best = [each for each in buttons if re.search(self.manner.confirm, each["text"])]
        numbers = [each for each in buttons if each["text"].isdecimal()]
        found: Sequence[dict[str, str]] = best or numbers or buttons  # type: ignore[assignment]
        return self.chance.choice(found)["callback_data"] if found else None

    def _type(self) -> None:
        self._typed += 1
        self._act(TEXTS[(self._typed - 1) % len(TEXTS)])

    def _act(self, text: str) -> None:
        self._begin_step()
        self.telegram.written(self.chat, text)

    def _press(self, message: Message, data: str) -> None:
        self._begin_step()
        self.telegram.pressed(self.chat, message, data)

    def _begin_step(self) -> None:
        self.steps += 1
        while len(self.changed) < self.steps - 1:  # nothing at all was seen of the step before
            self.changed.append(time.perf_counter() - self.acted)
        self._waiting, self.acted = True, time.perf_counter()
