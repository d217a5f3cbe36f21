"""How updates come in: by polling or by webhook, until the program ends. What they say is not looked at here.

An update is on disk before Telegram is told that it arrived: `take` has put it there when it returns.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog

from adapters import Json, NotTaken, Request, Response
from adapters.telegram.api import POLL, Api, Refused, Unreached
from adapters.telegram.gates import Held

log = structlog.get_logger()

UPDATES = ("message", "callback_query", "my_chat_member")
"""What Telegram is asked to deliver. An edited message changes nothing, so it is not asked for."""

Take = Callable[[Sequence[Json]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Hook:
    """Where Telegram posts updates to, and the secret that it sends along."""

    url: str
    path: str = field(repr=False)
    secret: str = field(repr=False)
    connections: int = 40


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds: between tries while Telegram cannot be reached, and while another program polls with the same token.

    `poll` is how long Telegram holds a poll open while there is nothing to tell, `grace` what its answer may take
    beyond. After `silence` without a successful poll something is wrong. `look` is between two looks at the webhook.
    """

    pauses: tuple[float, ...] = (0.5, 1.0, 2.0, 5.0, 15.0, 30.0)
    standby: tuple[float, ...] = (5.0, 15.0, 60.0)
    poll: int = POLL
    grace: float = 15.0
    silence: float = 90.0
    look: float = 300.0


class Intake:
    """With a `hook` there is no polling."""

    def __init__(
        self, api: Api, take: Take, *, hook: Hook | None, pace: Pace, tick: Callable[[], float] = time.monotonic
    ) -> None:
        self.username = ""
        self.heard_at: float | None = None
        self._api, self._take, self._hook, self._pace, self._tick = api, take, hook, pace, tick
        self._waiting = "it has not begun yet"

    async def run(self) -> None:
        try:
            await self._begin()
            await (self._watch() if self._hook else self._poll())
        finally:
            self._waiting = "it has ended"

    def stands_by(self) -> None:
        """Another program polls, and all is well."""
        self._waiting, self.heard_at = "", None

    def trouble(self) -> str:
        """Why nothing comes in; empty if it does."""
        late = self.heard_at is not None and self._tick() - self.heard_at > self._pace.silence and not self._hook
        return self._waiting or ("the last poll was too long ago" if late else "")

    async def posted(self, request: Request) -> Response:
        """One update from the webhook. 200 only when it is on disk; no word about what was wrong with anything else."""
        secret = request.headers.get("x-telegram-bot-api-secret-token", "")
        if self._hook is None or not hmac.compare_digest(secret.encode(), self._hook.secret.encode()):
            return Response(404)
        update = _update(request.body)
        if update is None:
            return Response(400)
        try:
            await self._take([update])
        except NotTaken as error:
            log.warning("an update was not taken", why=str(error))
            return Response(503)  # it is sent again
        except Exception:
            log.exception("an update could not be stored")
            return Response(503)
        self.heard_at = self._tick()
        return Response(200)

    # The beginning.

    async def _begin(self) -> None:
        """Learns its own name, and sees to it that updates come the way that was chosen. Tries until it is done."""
        for pause in _growing(self._pace.pauses):
            try:
                me = await self._api.call("getMe")
                self.username = str(me.get("username") or "") if isinstance(me, Mapping) else ""
                await (self._set_hook(self._hook) if self._hook else self._drop_hook())
            except Exception as error:  # what Telegram or something in between answers must not end the program
                await self._pause(f"Telegram cannot be reached: {_why(error)}", pause)
            else:
                self._waiting = ""
                log.info("Telegram is reached", bot=f"@{self.username}", by="webhook" if self._hook else "polling")
                return

    async def _drop_hook(self) -> None:
        if (await self._api.call("getWebhookInfo")).get("url"):
            log.warning("a webhook was set: it is removed, since this program polls")
            await self._api.call("deleteWebhook", {"drop_pending_updates": False})

    async def _set_hook(self, hook: Hook) -> None:
        wanted = {"url": hook.url, "secret_token": hook.secret, "max_connections": hook.connections}
        await self._api.call("setWebhook", {**wanted, "allowed_updates": list(UPDATES), "drop_pending_updates": False})

    # Polling.

    async def _poll(self) -> None:
        """The offset moves on only when all before it is on disk."""
        offset: int | None = None
        troubles, conflicts = _growing(self._pace.pauses), _growing(self._pace.standby)
        while True:
            try:
                async with asyncio.timeout(self._pace.silence):
                    offset = await self._fetch(offset)
            except Refused as error:
                if error.code == 409:
                    await self._pause("another program polls with this token: standing by", next(conflicts))
                else:
                    await self._pause(f"Telegram refuses: {error}", next(troubles))
            except Exception as error:
                # Whatever it is, it must not end the listening. What was not stored is not confirmed.
                await self._pause(f"nothing could be fetched: {_why(error)}", next(troubles))
            else:
                if self._waiting:
                    log.info("updates come in again")
                self._waiting, self.heard_at = "", self._tick()
                troubles, conflicts = _growing(self._pace.pauses), _growing(self._pace.standby)

    async def _fetch(self, offset: int | None) -> int | None:
        """Takes what there is; the next offset."""
        # After a trouble it asks for what there is at once, so as to know that all is well.
        asked = {"timeout": 0 if self._waiting else self._pace.poll, "limit": 100, "allowed_updates": list(UPDATES)}
        after = {} if offset is None else {"offset": offset}
        patience = self._pace.poll + self._pace.grace
        updates = await self._api.call("getUpdates", {**asked, **after}, answer=patience)
        known = [each for each in updates if isinstance(each, Mapping)] if isinstance(updates, list) else []
        await self._take(known)
        # With nothing left to confirm the offset is forgotten: after a silent week numbers begin anywhere.
        numbers = [number for each in known if (number := number_of(each)) is not None]
        return max(numbers) + 1 if numbers else None

    async def _pause(self, why: str, seconds: float) -> None:
        self._waiting = why
        log.warning(why, again_in=seconds)
        await asyncio.sleep(seconds)

    # The webhook.

    async def _watch(self) -> None:
        """Sees now and then whether the webhook still stands: whoever else has the token can take it away."""
        while self._hook:
            await asyncio.sleep(self._pace.look)
            try:
                info = await self._api.call("getWebhookInfo")
                if info.get("url") != self._hook.url:
                    log.warning("the webhook was taken away: it is set again")
                    await self._set_hook(self._hook)
                late = info.get("pending_update_count") and info.get("last_error_message")
                self._says(f"Telegram cannot deliver: {late}" if late else "")
            except Exception as error:
                self._says(f"Telegram cannot be reached: {_why(error)}")

    def _says(self, trouble: str) -> None:
        if trouble and trouble != self._waiting:
            log.warning(trouble)
        self._waiting = trouble


def number_of(update: Json) -> int | None:
    number: Any = update.get("update_id")
    return number if isinstance(number, int) and not isinstance(number, bool) and abs(number) < 2**63 else None


def _why(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "it hung, and is begun anew"
    return str(error) if isinstance(error, Refused | Unreached | Held) else type(error).__name__


def _update(body: bytes) -> Json | None:
    try:
        update = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return update if isinstance(update, Mapping) and number_of(update) is not None else None


def _growing(pauses: tuple[float, ...]) -> Iterator[float]:
    yield from pauses
    while True:
        yield pauses[-1]
