"""Socket Mode: what comes through the socket is handed on, and its answer sent back. What it says is not known here.

Around the SDK's client stands a watch: a socket that is open but deaf looks well to everybody. Whatever is wrong with a
client, another one is made, and then it is thrown away.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from itertools import count
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

LAST = 3.0
"""Seconds in which what came through an old socket is still answered through it."""

Take = Callable[[Json], Awaitable[Json | None]]
"""Takes a message, and gives what it is to be answered with; None if it is not to be acknowledged."""


class _Client(SocketModeClient):
    """The SDK's client closes its socket before it opens another, and what comes between is not carried. This one only
    says that it is `leaving`.
    """

    def __init__(self, api: Api, app_token: str) -> None:
        super().__init__(
            app_token,
            web_client=api.client(),
            ping_interval=PING,
            auto_reconnect_enabled=False,
            logger=quiet("slack_sdk.socket_mode"),
            on_close_listeners=[self._left],
            on_error_listeners=[self._left],
        )
        self.leaving = asyncio.Event()
        self.answering: set[asyncio.Task[None]] = set()

    async def connect_to_new_endpoint(self, force: bool = False) -> None:  # noqa: ARG002 theirs
        self.leaving.set()

    async def _left(self, _message: Any) -> None:
        self.leaving.set()

    @property
    def broken(self) -> str:
        """Why it is not to be trusted any more; empty while it is."""
        if self.leaving.is_set() or self.current_session is None or self.current_session.closed:
            return "the socket was closed"
        answered = self.last_ping_pong_time
        deaf = answered is not None and time.time() - answered > DEAF
        return "the socket is open and answers nothing" if deaf else ""


class Sockets:
    """`trouble` says why nothing comes in; it is empty while a socket stands."""

    def __init__(self, api: Api, app_token: str, take: Take, *, pauses: tuple[float, ...] = PAUSES) -> None:
        self.trouble = "it has not begun yet"
        self._api, self._token, self._take = api, app_token, take
        self._pauses = pauses
        self._heard_at = 0.0

    def stands_by(self) -> None:
        """Another program listens, and all is well."""
        self.trouble = ""

    async def run(self) -> None:
        """Listens until cancelled. A new socket is open before the old one is closed."""
        client: _Client | None = None
        try:
            while True:
                old, client = client, await self._opened()
                if old:
                    await self._close(old)
                await self._watch(client)
        finally:
            if client:
                await self._close(client)

    async def _opened(self) -> _Client:
        """Tries until a socket is open."""
        for number in count():
            client = _Client(self._api, self._token)
            client.message_listeners.append(self._came)
            try:
                await self._connect(client)
            except (SlackClientError, aiohttp.ClientError, OSError, TimeoutError, KeyError) as error:
                self.trouble = f"Slack cannot be reached: {_why(error)}"
                pause = self._pauses[min(number, len(self._pauses) - 1)]
                log.warning("no socket to Slack can be opened", why=self.trouble, again_in=pause)
                await self._close(client)
                await asyncio.sleep(pause)
            except BaseException:
                await self._close(client)
                raise
            else:
                return client
        raise AssertionError("without end")

    async def _connect(self, client: _Client) -> None:
        """The address is asked for here, since the SDK's client would try for ever without a word."""
        async with asyncio.timeout(CONNECTING):
            answer = await self._api.client().apps_connections_open(app_token=self._token)
            client.wss_uri = str(answer["url"])
            await client.connect()  # type: ignore[no-untyped-call]

    async def _watch(self, client: _Client) -> None:
        """Returns when the socket is to be changed for another."""
        self._heard_at = time.monotonic()
        while not (why := client.broken) and time.monotonic() - self._heard_at <= QUIET:
            with suppress(TimeoutError):
                await asyncio.wait_for(client.leaving.wait(), PING / 5)
        if why:
            self.trouble = why
            log.info("another socket to Slack is opened", why=why)

    async def _close(self, client: _Client) -> None:
        if client.answering:
            await asyncio.wait(client.answering, timeout=LAST)
        with suppress(Exception):
            await client.close()  # type: ignore[no-untyped-call]

    async def _came(self, client: Any, message: dict[str, Any], _raw: str | None = None) -> None:
        """Called by the SDK in the order in which messages came; each is answered in a task of its own."""
        self._heard_at = time.monotonic()
        if message.get("type") == "hello":
            self.trouble = ""
            log.info("a socket to Slack is open")
        elif "envelope_id" in message:
            task = asyncio.create_task(self._answer(client, message))
            client.answering.add(task)
            task.add_done_callback(client.answering.discard)

    async def _answer(self, client: _Client, message: Json) -> None:
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
