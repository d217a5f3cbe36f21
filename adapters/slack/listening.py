"""What the app listens to, by bolt: the one list of commands, shortcuts, actions, views and events.

What comes is on disk before bolt sees it, and bolt's own tasks carry no work: each listener is done when it has
acknowledged. The manifest is made from the same names (`manifest.py`).
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from adapters import Json, Receipt
from adapters.slack.api import Api, Tokens, quiet
from adapters.slack.commands import SHORTCUTS, STORED, TOLD
from adapters.slack.envelope import Envelope
from adapters.slack.parse import VIEW

RECEIPT = "receipt"


class Unknown(Exception):
    """The app is not installed where this comes from."""


class Listener(Protocol):
    """What is done about each, besides what the program does: `receipt` is None for what came before."""

    async def opens(self, payload: Json, receipt: Receipt | None) -> None: ...

    async def submitted(self, payload: Json, receipt: Receipt | None) -> Json: ...

    async def helps(self, payload: Json) -> Json: ...

    async def told(self, payload: Json) -> None: ...


class Listening:
    """Bolt, with our listeners. `authorize` and its calls of Slack are ours: a token that is known needs no test."""

    def __init__(self, listener: Listener, api: Api, tokens: Tokens, commands: Mapping[str, str]) -> None:
        self._listener = listener
        self.app = AsyncApp(
            name="booking-bot",
            process_before_response=True,  # else bolt answers first and forgets what it was doing at the end
            request_verification_enabled=False,  # done before it is put on disk
            client=api.client(),
            authorize=_authorized_by(tokens),
            logger=quiet("slack_bolt"),
        )
        for command in commands:
            self.app.command(command)(self._command)
        for name in SHORTCUTS:
            self.app.shortcut(name)(self._opening)
        self.app.action(re.compile(".*"))(self._action)
        self.app.view(VIEW)(self._view)
        self.app.view_closed(VIEW)(self._nothing_more)
        for event in STORED:
            self.app.event(event.partition(".")[0])(self._nothing_more)
        for event in TOLD:
            self.app.event(event)(self._told)

    async def dispatch(self, envelope: Envelope, receipt: Receipt | None) -> BoltResponse:
        """Bolt's answer. The request was read and checked before, however it came."""
        request = AsyncBoltRequest(mode="socket_mode", body=dict(envelope.payload), context={RECEIPT: receipt})
        return await self.app.async_dispatch(request)

    async def _command(self, ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        if context.get(RECEIPT) is None:
            answer = await self._listener.helps(body)
            await ack(**answer) if answer else await ack()
            return
        await self._opening(ack, body, context)

    async def _opening(self, ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        await ack()
        await self._listener.opens(body, context.get(RECEIPT))

    async def _action(self, ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        await self._opening(ack, body, context)

    async def _view(self, ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        await ack(**await self._listener.submitted(body, context.get(RECEIPT)))

    async def _nothing_more(self, ack: AsyncAck) -> None:
        await ack()

    async def _told(self, body: dict[str, Any]) -> None:
        await self._listener.told(body)


def _authorized_by(tokens: Tokens) -> Callable[..., Awaitable[AuthorizeResult]]:
    """A function by itself: bolt looks at the names of its arguments."""

    async def authorize(enterprise_id: str | None, team_id: str | None, user_id: str | None) -> AuthorizeResult:
        token = await tokens(team_id or enterprise_id or "")
        if token is None:
            raise Unknown("this workspace is not known here")
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, user_id=user_id, bot_token=token)

    return authorize
