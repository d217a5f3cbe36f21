"""The shared dialogs played by the whole program: runner, store and client over real HTTP, with one adapter in front.

A platform brings a `Stage`: how a line gets in, and what is seen then. Nothing is played in memory here.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from pydantic import SecretStr

from adapters import Adapter
from bot.calendar import Calendar
from bot.calendar.forms import forms_of
from bot.runner import Runner
from bot.store.vault import new_key
from bot.wiring import runner
from bot.words import Words
from chatting import at_once, drawn, spoken
from conversations.events import Reason
from conversations.people import Person
from conversations.screens import Button, Screen
from dialogs import Dialog, transcript
from sandbox.calendar import Fault, Twist, World, faults
from sandbox.serving import serving

ZONE = "America/Santiago"


class Stage(Protocol):
    """One platform's way in and out."""

    def screen(self) -> Screen: ...

    def seen(self) -> str:
        """All that the platform really showed since the last step, as text."""
        ...

    async def types(self, line: str) -> None: ...

    async def presses(self, button: Button) -> None: ...

    async def presses_old(self, button: Button) -> None: ...


class Program:
    """The program over a stand-in calendar; both live by one clock, which a test can put forward."""

    def __init__(self) -> None:
        self._ahead = timedelta()
        self.world = World(clock=self.now)
        self._key = new_key()

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def time_passes(self, seconds: float) -> None:
        self._ahead += timedelta(seconds=seconds)

    @asynccontextmanager
    async def running(self, adapter: Adapter, folder: Path) -> AsyncIterator[Runner]:
        async with serving(self.world) as url:
            token = SecretStr(self.world.api_token())
            form = forms_of(self.world.form_segments())
            calendar = Calendar(url, token, "https://example.com/book", form=form, clock=self.now, deadline=2.0)
            person = Person(locale="en", zone=ZONE, zone_known=True)
            database = f"sqlite:///{folder / 'bot.db'}"
            async with runner(database, [self._key], calendar, [adapter], person, clock=self.now) as program:
                yield program


class Player:
    """Plays a dialog's steps, one after the other, and looks at what was shown after each."""

    def __init__(self, program: Program, stage: Stage) -> None:
        self._program = program
        self._stage = stage
        self._past: list[Screen] = []
        self._skipped = 0

    async def play(self, dialog: Dialog) -> None:
        for verb, arguments, named in transcript(dialog):
            result = getattr(self, verb)(*arguments, **named)
            if result is not None:
                await result

    async def opens(self, command: str) -> None:
        await self._stage.types(command)

    async def types(self, *lines: str) -> None:
        for line in lines:
            self._past.append(self._stage.screen())
            await self._stage.types(line)

    async def taps(self, *labels: str) -> None:
        for label in labels:
            if label == "Skip" and self._skipped:
                self._skipped -= 1
                continue
            await self._press(self._named(self._stage.screen(), label))

    async def chooses(self, position: int) -> None:
        await self._press([each for each in self._choices() if not at_once(each)][position])

    async def chooses_at_once(self, position: int) -> None:
        await self._press([each for each in self._choices() if at_once(each)][position])

    def _choices(self) -> tuple[Button, ...]:
        question = self._stage.screen().question(self._stage.screen().focus)
        assert question, drawn(self._stage.screen())
        return question.choices

    async def presses_old(self, label: str) -> None:
        old = next(screen for screen in reversed(self._past) if self._find(screen, label))
        await self._stage.presses_old(self._named(old, label))

    async def fills(self, answers: Mapping[str, str | tuple[str, ...]]) -> None:
        """One question after the other, as a chat asks them: what stands between is skipped now instead of later."""
        last = max(index for index, each in enumerate(self._stage.screen().questions) if spoken(each.label) in answers)
        for question in self._stage.screen().questions[: last + 1]:
            answer = answers.get(spoken(question.label), "Skip")
            assert isinstance(answer, str)
            self._skipped += answer == "Skip"
            button = self._find(self._stage.screen(), answer)
            await (self._press(button) if button else self._stage.types(answer))

    def sees(self, *words: str) -> None:
        screen, seen = drawn(self._stage.screen()), " ".join(self._stage.seen().split())
        for each in words:
            assert each in screen, f"{each!r} is not on\n{screen}"
            for part in each.split(": "):
                assert part in seen, f"{part!r} was not shown in\n{self._stage.seen()}"

    def sees_no(self, *words: str) -> None:
        for each in words:
            assert each not in drawn(self._stage.screen())

    def calendar_refuses(self, reason: Reason, field: str | None = None, limit: int | None = None) -> None:
        self._program.world.faults.add(self._refusal(reason, field, limit))

    def calendar_is_silent(self) -> None:
        self._program.world.faults.add(faults.reset("writes", commit=False))

    def time_passes(self, seconds: float) -> None:
        self._program.time_passes(seconds)

    def _refusal(self, reason: Reason, field: str | None, limit: int | None) -> Fault:
        match reason:
            case Reason.HOUR_TAKEN:
                return faults.twisted("writes", Twist.STEAL_HOUR)
            case Reason.FORM_CHANGED:
                return faults.twisted("writes", Twist.CHANGE_FORM)
            case Reason.FIELD_REFUSED:
                shown = next(each for each in self._fields() if each["label"] == field)
                message = f'You reach the max characters is {limit} for element \\"{shown["_id"]}\\".'
                body = '{"name":"BadRequest","message":"%s","code":400,"className":"bad-request","errors":{}}'
                return Fault("writes", status=400, text=body % message)
        raise AssertionError(reason)

    def _fields(self) -> list[dict[str, Any]]:
        from sandbox.calendar.catalogue import CONTACT_SEGMENT

        return [{**each.shown, "_id": each.id} for each in self._program.world.fields(CONTACT_SEGMENT, "base")]

    async def _press(self, button: Button) -> None:
        self._past.append(self._stage.screen())
        await self._stage.presses(button)

    def _named(self, screen: Screen, label: str) -> Button:
        button = self._find(screen, label)
        assert button, f"{label!r} is not on\n{drawn(screen)}"
        return button

    def _find(self, screen: Screen, label: str) -> Button | None:
        words = Words("en", ZONE)
        return next((each for each in screen.presses() if words.say(each.label) == label), None)
