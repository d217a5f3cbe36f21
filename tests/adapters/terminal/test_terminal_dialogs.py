"""The terminal plays the shared dialogs, word for word, through the whole program."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from adapters.terminal.app import PlainTerminal
from adapters.terminal.render import draw
from bot.runner import Runner
from bot.words import Words
from conversations.screens import Answer, Button, Screen
from conversations.texts import Day
from dialogs import DIALOGS, Dialog
from playing import ZONE, Player, Program


class TerminalStage:
    """Types lines, as somebody at a keyboard does, and reads what was printed."""

    def __init__(self) -> None:
        self._typed: asyncio.Queue[str | None] = asyncio.Queue()
        self._ready = asyncio.Event()
        self._printed: list[str] = []
        self.runner: Runner | None = None
        self._shown = asyncio.Event()
        self.terminal = PlainTerminal(self._lines(), self._print, zone=ZONE, locale="en", width=100)

    async def _lines(self) -> AsyncIterator[str]:
        while True:
            self._ready.set()
            line = await self._typed.get()
            if line is None:
                return
            yield line

    def _print(self, text: str) -> None:
        self._printed.append(text)
        self._shown.set()

    def screen(self) -> Screen:
        assert self.terminal.screen
        return self.terminal.screen

    def seen(self) -> str:
        return "".join(self._printed)

    async def ready(self) -> None:
        await self._ready.wait()

    async def types(self, line: str) -> None:
        self._ready.clear()
        self._printed.clear()
        self._typed.put_nowait(line)
        await self.ready()

    async def presses(self, button: Button) -> None:
        if isinstance(button.label, Day) and isinstance(button.means, Answer):
            return await self.types(str(button.label.at.astimezone(ZoneInfo(ZONE)).day))
        page = draw(self.screen(), Words("en", ZONE))
        keys = (*(page.asked.all_keys() if page.asked else ()), *page.ways)
        return await self.types(next(key.call for key in keys if key.token == button.token))

    async def presses_old(self, button: Button) -> None:
        """Nothing old can be pressed by hand on paper: the payload of a platform that keeps its messages."""
        assert self.runner
        self._printed.clear()
        self._shown.clear()
        await self.runner.host(self.terminal).receive("old", {"press": button.token})
        await self._shown.wait()

    def ends(self) -> None:
        self._typed.put_nowait(None)


@pytest.mark.parametrize("dialog", DIALOGS, ids=lambda dialog: dialog.__name__)
async def test_the_terminal_plays(dialog: Dialog, tmp_path: Path) -> None:
    program, stage = Program(), TerminalStage()
    async with program.running(stage.terminal, tmp_path) as runner:
        stage.runner = runner
        running = asyncio.create_task(runner.run())
        await stage.ready()
        await Player(program, stage).play(dialog)
        stage.ends()
        await running
    assert not program.world.ledger.double_bookings()
