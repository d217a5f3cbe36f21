"""The whole program behind what is drawn, over a stand-in calendar at one instant. What people do is not known here."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from pydantic import SecretStr

from adapters import Adapter
from bot.calendar import Calendar
from bot.calendar.forms import forms_of
from bot.store.vault import new_key
from bot.wiring import runner
from conversations.people import Person
from sandbox.__main__ import REFERRER
from sandbox.calendar import World
from sandbox.serving import serving

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ZONE = "America/Santiago"


@asynccontextmanager
async def running(adapter: Adapter, stranger: Person) -> AsyncIterator[None]:
    """The program runs, with this adapter in front; `stranger` says what is assumed of people."""
    world = World(clock=lambda: NOW)
    async with serving(world) as url:
        form, token = forms_of(world.form_segments()), SecretStr(world.api_token())
        calendar = Calendar(url, token, REFERRER, form=form, clock=lambda: NOW)
        with tempfile.TemporaryDirectory() as folder:
            store = f"sqlite:///{Path(folder) / 'bot.db'}"
            async with runner(store, [new_key()], calendar, [adapter], stranger, clock=lambda: NOW) as program:
                task = asyncio.create_task(program.run())
                try:
                    yield
                finally:
                    task.cancel()
                    await asyncio.gather(task, return_exceptions=True)
