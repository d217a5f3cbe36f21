"""The whole program as a process of its own, `booking-bot run`, between the two stand-ins. Nothing is tested here.

Settings reach it by the environment alone, and people by HTTP alone, as in real life.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from bot.store.vault import new_key
from sandbox import calendar, telegram
from sandbox.serving import serving

PUBLIC = "https://bot.example.com"
ENDING = 20.0
"""Seconds in which the program must have ended when it is told to."""


@dataclass
class Surroundings:
    """The stand-ins, and the settings that lead the program to them."""

    folder: Path
    hours: calendar.World
    url: str
    chats: telegram.World
    key: str = field(repr=False)
    environ: dict[str, str] = field(repr=False)

    @property
    def database(self) -> str:
        return self.environ.get("DATABASE_URL") or f"sqlite:///{self.folder / 'booking-bot.db'}"


@asynccontextmanager
async def surroundings(
    folder: Path, *, hooked: bool = False, slow: float = 0.0, budget: int = 0
) -> AsyncIterator[Surroundings]:
    """The calendar answers after `slow` seconds; `budget` is how many requests a second it takes, 0 for any number."""
    hours, chats, key, port = calendar.World(), telegram.World(), new_key(), free_port()
    hours.requests_per_second = budget
    chats.reroute[PUBLIC], chats.resend_after = f"http://127.0.0.1:{port}", 0.01
    if slow:
        hours.faults.add(calendar.Fault("*", times=None, latency=slow))
    async with serving(hours) as url, telegram.serving(chats) as api:
        environ = {
            "TELEGRAM_BOT_TOKEN": chats.token,
            "TELEGRAM_API_URL": api,
            "VIDESK_API_URL": url,
            "VIDESK_API_TOKEN": hours.api_token(),
            "VIDESK_REFERRER": "https://example.com/book",
            "VIDESK_FORM_SEGMENT": hours.form_segments(),
            "VIDESK_REQUESTS_PER_SECOND": str(budget),
            "DATA_DIR": str(folder),
            "SECRET_KEYS": key,
            "DEFAULT_TIMEZONE": "America/Santiago",
            "HTTP_PORT": str(port),
            "PUBLIC_URL": PUBLIC if hooked else "",
        }
        yield Surroundings(folder, hours, url, chats, key, environ)


@asynccontextmanager
async def program(around: Surroundings) -> AsyncIterator[asyncio.subprocess.Process]:
    """Runs while it is entered, and must end in order when it is left, unless it was killed."""
    with (around.folder / "log").open("wb") as log:
        running = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "run"),
            cwd=around.folder,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1]), **around.environ},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        try:
            yield running
            if running.returncode is None:
                running.terminate()
            async with asyncio.timeout(ENDING):
                await running.wait()
        except BaseException:
            print((around.folder / "log").read_text("utf-8"))
            raise
        finally:
            with suppress(ProcessLookupError):
                running.kill()
    assert running.returncode in (0, -signal.SIGKILL)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])
