"""Socket Mode: what comes through the socket is handed on, and its answer sent back. What it says is not known here.

Around the SDK's client stands a watch: a socket that is open but deaf looks well to everybody. Whatever is wrong with a
client, it is thrown away and another one is made.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.socket_mode.aiohttp import SocketModeClient

from adapters import Json
from adapters.slack.api import Api, quiet

log = structlog.get_logger()

PING = 5.0
"""Seconds between two pings."""

DEAF = 30.0
"""Seconds without any answer to them after which a socket is deaf."""

QUIET = 300.0
"""Seconds without any word after which a socket that answers pings is changed for another: it may carry nothing."""

CONNECTING = 20.0
PAUSES = (0.5, 1.0, 2.0, 5.0, 15.0, 30.0)
"""Seconds to connect; between tries."""

Take = Callable[[Json], Awaitable[Json | None]]
"""Takes a message, and gives what it is to be answered with; None if it is not to be acknowledged."""


class Sockets:
    """`trouble` says why nothing comes in; it is empty while a socket stands."""

    def __init__(
        self, api: Api, app_token: str, take: Take, *, pauses: tuple[float, ...] = PAUSES, quiet_for: float = QUIET
    ) -> None:
        self.trouble = "it has not begun yet"
        self.heard_at = 0.0
        self.connections = 0
        self._api, self._token, self._take = api, app_token, take
        self._pauses, self._quiet = pauses, quiet_for
        self._under_way: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Listens until cancelled."""
        failures = 0
        while True:
            client = self._client()
            try:
                await self._connect(client)
                failures = 0
                await self._watch(client)
            except (SlackClientError, SlackApiError, aiohttp.ClientError, OSError, TimeoutError, KeyError) as error:
                self.trouble = f"Slack cannot be reached: {_why(error)}"
            finally:
                with suppress(Exception):
                    await client.close()  # type: ignore[no-untyped-call]
            pause = self._pauses[min(failures, len(self._pauses) - 1)]
            failures += 1
            log.warning("the socket to Slack is lost", why=self.trouble, again_in=pause)
            await asyncio.sleep(pause)

    async def finished(self) -> None:
        """What was being answered is answered no more: it is on disk."""
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    def _client(self) -> SocketModeClient:
        client = SocketModeClient(
            self._token, web_client=self._api.client(), ping_interval=PING, logger=quiet("slack_sdk.socket_mode")
        )
        client.message_listeners.append(self._came)
        return client

    async def _connect(self, client: SocketModeClient) -> None:
        """The address is asked for here, since the SDK's client would try for ever without a word."""
        async with asyncio.timeout(CONNECTING):
            answer = await self._api.client().apps_connections_open(app_token=self._token)
            client.wss_uri = str(answer["url"])
            await client.connect()  # type: ignore[no-untyped-call]
        self.connections += 1

    async def _watch(self, client: SocketModeClient) -> None:
        """Returns when the socket is not to be trusted any more."""
        self.heard_at = time.monotonic()
        while True:
            await asyncio.sleep(min(PING, self._quiet) / 2)
            answered = client.last_ping_pong_time
            if answered is not None and time.time() - answered > DEAF:
                self.trouble = "the socket is open and answers nothing"
                return
            if time.monotonic() - self.heard_at > self._quiet:
                return  # nothing may be wrong: nobody wrote

    async def _came(self, client: Any, message: dict[str, Any], _raw: str | None = None) -> None:
        """Called by the SDK in the order in which messages came; each in a task of its own."""
        self.heard_at = time.monotonic()
        if message.get("type") == "hello":
            self.trouble = ""
            log.info("a socket to Slack is open")
            return
        if "envelope_id" in message:
            task = asyncio.create_task(self._answer(client, message))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def _answer(self, client: SocketModeClient, message: Mapping[str, Any]) -> None:
        try:
            answer = await self._take(message)
            if answer is None:
                return
            acknowledged: dict[str, Any] = {"envelope_id": message["envelope_id"]}
            await client.send_socket_mode_response({**acknowledged, **({"payload": answer} if answer else {})})
        except Exception:
            log.exception("an envelope was not acknowledged")  # it comes again


def _why(error: Exception) -> str:
    """Without the error's own text: it can hold an address that is a credential."""
    if isinstance(error, SlackApiError):
        answered = getattr(error.response, "data", None)
        return str(answered.get("error"))[:80] if isinstance(answered, Mapping) else "no answer of Slack's"
    return type(error).__name__
