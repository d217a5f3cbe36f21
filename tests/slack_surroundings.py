"""The whole program as a process of its own, `booking-bot run`, between the stand-in Slack and the stand-in calendar.

Nothing is tested here. Settings reach it by the environment alone, people by HTTP or sockets alone, as in real life.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from adapters.slack.commands import commands
from adapters.slack.manifest import manifest
from bot.store.vault import new_key
from bot.words import Words
from sandbox import calendar, slack
from sandbox.serving import serving

PUBLIC = "https://bot.example.com"
ENDING = 20.0
"""Seconds in which the program must have ended when it is told to."""


@dataclass
class Between:
    """The stand-ins, and the settings that lead the program to them."""

    folder: Path
    hours: calendar.World
    url: str
    people: slack.World
    hooked: bool
    key: str = field(repr=False)
    environ: dict[str, str] = field(repr=False)

    @property
    def database(self) -> str:
        return f"sqlite:///{self.folder / 'booking-bot.db'}"

    def comes_in(self) -> bool:
        """Whether what people do reaches the program by now."""
        return self.people.verified if self.hooked else bool(self.people.sockets.ready)

    def announces(self) -> None:
        """Tells Slack of the app: by HTTP its address is proved from then on, whenever somebody listens there."""
        made = manifest(Words("en", "UTC"), commands({}), url=PUBLIC if self.hooked else "")
        self.people.configure(made)


@asynccontextmanager
async def between(folder: Path, *, hooked: bool = False, slow: float = 0.0) -> AsyncIterator[Between]:
    """The calendar answers after `slow` seconds."""
    hours, people, key, port = calendar.World(), slack.World(), new_key(), _free_port()
    people.reroute[PUBLIC] = f"http://127.0.0.1:{port}"
    if slow:
        hours.faults.add(calendar.Fault("*", times=None, latency=slow))
    async with serving(hours) as url, slack.serving(people) as api:
        way = {"SLACK_SIGNING_SECRET": people.signing_secret} if hooked else {"SLACK_APP_TOKEN": people.app_token}
        environ = {
            "SLACK_BOT_TOKEN": people.token,
            "SLACK_API_URL": f"{api}/api",
            "VIDESK_API_URL": url,
            "VIDESK_API_TOKEN": hours.api_token(),
            "VIDESK_REFERRER": "https://example.com/book",
            "VIDESK_FORM_SEGMENT": hours.form_segments(),
            "VIDESK_REQUESTS_PER_SECOND": "0",
            "DATA_DIR": str(folder),
            "SECRET_KEYS": key,
            "DEFAULT_TIMEZONE": "America/Santiago",
            "HTTP_PORT": str(port),
            **way,
        }
        around = Between(folder, hours, url, people, hooked, key, environ)
        if not hooked:
            around.announces()
        yield around


@asynccontextmanager
async def program(around: Between) -> AsyncIterator[asyncio.subprocess.Process]:
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
            await listening(around)
            yield running
            if running.returncode is None:
                running.terminate()
            async with asyncio.timeout(ENDING):
                await running.wait()
        finally:
            with suppress(ProcessLookupError):
                running.kill()
            print((around.folder / "log").read_text("utf-8"))  # seen where a test fails
    assert running.returncode in (0, -signal.SIGKILL)


async def listening(around: Between) -> None:
    """Waits until the program takes what people do."""
    if around.hooked:
        async with asyncio.timeout(60), httpx.AsyncClient() as http:
            while not await _ready(http, f"http://127.0.0.1:{around.environ['HTTP_PORT']}/readyz"):
                await asyncio.to_thread(time.sleep, 0.05)  # of another process there is no word before it listens
        around.announces()
    await around.people.until(around.comes_in, 60)


async def _ready(http: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await http.get(url)).is_success
    except httpx.TransportError:
        return False


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])
