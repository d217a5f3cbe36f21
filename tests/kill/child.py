"""A child that can be killed: store, calendar over HTTP, runner and terminal, fed by lines and ended at a named commit;
or the whole program, as the command line starts it.

`python -m tests.kill.child` reads orders, one JSON a line, and forks a life for each: importing the program takes a
second and a half, forking it a few milliseconds. Every life is a process of its own, and ends by SIGKILL or when it is
told to. What it should have done is not judged here: see `dialog`, `storm` and `reckoning`.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import SecretStr

import bot.service  # noqa: F401 the command line imports it late; imported here, no life has to
from adapters import Anchor, Place, Words
from adapters.terminal.app import PlainTerminal
from bot.calendar import Calendar
from bot.calendar.forms import forms_of
from bot.cli import app
from bot.logs import configure
from bot.wiring import runner
from conversations.offers import Choice
from conversations.people import Person
from conversations.screens import Answer, Button, Screen

LOOKS = frozenset({"looked"})
"""These change nothing on the disk: to end just before or after them is to end after or before their neighbours."""

_telling = threading.Lock()


def tell(**said: Any) -> None:
    with _telling:
        os.write(1, json.dumps(said).encode() + b"\n")


def heard() -> dict[str, Any]:
    """The next line. Byte by byte: what nobody has read yet belongs to whoever lives next."""
    line = bytearray()
    while not line.endswith(b"\n"):
        byte = os.read(0, 1)
        if not byte:
            return {}
        line += byte
    try:
        told: dict[str, Any] = json.loads(line)
    except ValueError:
        return heard()  # who read the first half of it is dead
    return told


@dataclass
class Death:
    """Ends the process at a point `before|after <commit> of <step>`; a step is what the line in hand is about.

    With `freeze` it is stopped there instead, and goes on after so many seconds as if nothing had been.
    `at` names one point, `count` the n-th commit; `goals` ends at each `before|after <commit> of <goal>` of theirs that
    is not `spared`, at whichever step it comes first.
    """

    at: str | None = None
    goals: list[str] = field(default_factory=list)
    spared: list[str] = field(default_factory=list)
    count: int | None = None
    side: str = "before"
    freeze: float = 0.0
    step: str = field(default="start", init=False)
    _seen: int = field(default=0, init=False)
    _together: defaultdict[int, list[str]] = field(default_factory=lambda: defaultdict(list), init=False)

    def committing(self, name: str) -> None:
        if name not in LOOKS:
            self._seen += 1
            self._together[threading.get_ident()].append(name)
            self._pass("before", name)

    def committed(self, name: str) -> None:
        for each in self._together.pop(threading.get_ident(), ()):
            tell(commit=each, step=self.step)  # what a thread commits together is told together: this may be the end
        if name not in LOOKS:
            self._pass("after", name)

    def _pass(self, side: str, name: str) -> None:
        if self._is_due(side, name):
            if self.freeze:
                self._freeze()
                return
            tell(dying=f"{side} {name} of {self.step}")
            os.kill(os.getpid(), signal.SIGKILL)

    def _freeze(self) -> None:
        """Once. Somebody else has to wake it."""
        self.at = None
        wakes = f"sleep {self.freeze}; kill -CONT {os.getpid()}"
        subprocess.Popen(["/bin/sh", "-c", wakes], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        os.kill(os.getpid(), signal.SIGSTOP)
        tell(frozen=self.step)

    def _is_due(self, side: str, name: str) -> bool:
        if self.count is not None:
            return side == self.side and self._seen >= self.count
        goal = self.step.partition("/")[0]
        if goal in self.goals:
            return f"{side} {name} of {goal}" not in self.spared
        return f"{side} {name} of {self.step}" == self.at


class Spoken(PlainTerminal):
    """Says what stands on each screen, when it has been shown."""

    async def show(self, screen: Screen, place: Place, anchor: Anchor | None, words: Words, *, below: bool) -> Anchor:
        shown = await super().show(screen, place, anchor, words, below=below)
        tell(screen=_told(screen, words), card=self.screen is not screen)
        return shown


def _told(screen: Screen, words: Words) -> dict[str, Any]:
    question = screen.question(screen.focus)
    return {
        "revision": screen.revision,
        "title": words.say(screen.title),
        "lines": [words.say(line) for line in screen.lines],
        "notice": words.say(screen.notice),
        "rows": [[words.say(label), words.say(value)] for label, value in screen.rows],
        "focus": screen.focus,
        "error": words.say(question.error) if question else "",
        "choices": [_button(each, words) for each in question.choices] if question else [],
        "buttons": [_button(each, words) for each in screen.buttons],
        "busy": screen.busy,
        "over": screen.over,
    }


def _button(button: Button, words: Words) -> dict[str, str]:
    means = type(button.means).__name__
    return {"label": words.say(button.label), "means": means, "token": button.token, "hour": _hour(button)}


def _hour(button: Button) -> str:
    """The hour that a button answers, alone or with its day; empty if it answers none."""
    match button.means:
        case Answer("hour", choice) | Answer("day", Choice(also=(("hour", choice),))) if choice.value:
            return str(choice.value)
    return ""


@dataclass
class Clock:
    ahead: float

    def __call__(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.ahead)


async def lines(death: Death, clock: Clock) -> AsyncIterator[tuple[str, str]]:
    """A line is taken when the next one is asked for: by then the runner has it on disk."""
    tell(ready=True)
    while line := await asyncio.to_thread(heard):
        if "end" in line:
            return
        clock.ahead = line["ahead"]
        death.step = line["key"].partition("#")[0]
        yield line["key"], line["line"]
        tell(taken=line["key"])


async def live(order: dict[str, Any]) -> None:
    clock, death = Clock(order["ahead"]), Death(**order["death"])
    calendar = Calendar(
        order["url"],
        SecretStr(order["token"]),
        "https://example.com/book",
        form=forms_of(order["segments"]),
        clock=clock,
        deadline=order.get("deadline", 10.0),
    )
    terminal = Spoken(lines(death, clock), lambda _text: None, live=True)
    person = Person(locale="en", zone="America/Santiago", zone_known=True)
    async with runner(
        order["database"], [order["key"]], calendar, [terminal], person, clock=clock, witness=death
    ) as program:
        await program.run()


def command(folder: str, arguments: list[str], environ: dict[str, str]) -> None:
    """`booking-bot <arguments>`. What it prints goes where its log goes: our own standard output is for telling."""
    os.dup2(2, 1)
    os.chdir(folder)
    os.environ.update(environ)
    code = app(arguments, standalone_mode=False)
    sys.stdout.flush()
    os._exit(code or 0)


def main() -> None:
    while order := heard():
        if not {"database", "arguments"} & order.keys():
            continue  # a line for a life that ended before it was read
        child = os.fork()
        if not child:
            try:
                if "arguments" in order:
                    command(**order)
                configure("WARNING")
                asyncio.run(live(order))
            except BaseException as error:
                tell(failed=repr(error))
                raise
            os._exit(0)
        tell(born=child)
        _, status = os.waitpid(child, 0)
        os.write(1, b"\n")  # a life can end in the middle of a line
        tell(died=os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    main()
