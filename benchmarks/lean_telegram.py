"""A Bot API that costs next to nothing, for any bot. It judges nothing: for behaviour there is `sandbox`.

What people do with what they are sent is known to whoever is told of it.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any
from urllib.parse import urlsplit

from aiohttp import ClientError, ClientSession, web

TOKEN = "123456789:" + "benchmark" * 4
BOT = {"id": 123456789, "is_bot": True, "first_name": "Bot", "username": "measured_bot", "can_join_groups": True}
SHOWS = frozenset({"sendMessage", "editMessageText", "editMessageReplyMarkup", "sendDocument"})
MOST = 100
"""Updates in one answer to getUpdates, as Telegram gives at most."""

AT_ONCE = 40
"""Updates under way to a webhook, if the bot says nothing else."""

AGAIN = 0.05
"""Seconds after which an update is delivered again that was not taken."""


@dataclass(slots=True)
class Message:
    id: int
    text: str = ""
    buttons: Sequence[Mapping[str, str]] = ()


@dataclass(slots=True)
class Chat:
    """`told` is called with what the bot has just written or changed there."""

    id: int
    told: Callable[[Message], None]
    messages: dict[int, Message] = field(default_factory=dict)
    newest: int = 0
    screen: int = 0
    """The newest message of the bot's that says something."""

    @property
    def shown(self) -> Mapping[str, Any]:
        return {"id": self.id, "type": "private", "first_name": "Guest"}


class Telegram:
    """`delay` is what each answer takes, in seconds, once what was asked for is done.

    A webhook leads to `nodes` in turn, addresses on this machine, whatever it is called.
    """

    def __init__(self, delay: float = 0.0, nodes: Sequence[str] = ()) -> None:
        self._delay = delay
        self._nodes = cycle(nodes or ("",))
        self._hook: Mapping[str, Any] = {}
        self._posting: set[asyncio.Task[None]] = set()
        self._room = asyncio.Semaphore(AT_ONCE)
        self._waiting: deque[Mapping[str, Any]] = deque()
        self._news = asyncio.Event()
        self._update = self._press = 0
        self.chats: dict[int, Chat] = {}
        self.calls: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.presses: dict[str, float] = {}
        """When each press was made that has not been answered."""
        self.answered: list[float] = []
        """Seconds from each press to its answer."""
        self.reached = asyncio.Event()
        """The bot is there: it polls, or has told where to post."""

    async def __aenter__(self) -> Telegram:
        self.session = ClientSession()
        return self

    async def __aexit__(self, *_: object) -> None:
        for each in self._posting:
            each.cancel()
        await asyncio.gather(*self._posting, return_exceptions=True)
        await self.session.close()

    # What people do.

    def written(self, chat: Chat, text: str) -> None:
        chat.newest += 1
        length = len(text.split(" ", 1)[0]) if text.startswith("/") else 0
        entities = {"entities": [{"type": "bot_command", "offset": 0, "length": length}]} if length else {}
        self._happens("message", {**self._message(chat, Message(chat.newest, text)), **entities, "from": _person(chat)})

    def pressed(self, chat: Chat, message: Message, data: str) -> None:
        self._press += 1
        self.presses[str(self._press)] = time.perf_counter()
        given = {"id": str(self._press), "from": _person(chat), "chat_instance": "1", "data": data}
        self._happens("callback_query", {**given, "message": {**self._message(chat, message), "from": BOT}})

    def _happens(self, kind: str, content: Mapping[str, Any]) -> None:
        self._update += 1
        update = {"update_id": self._update, kind: content}
        if self._hook:
            self._posting.add(posting := asyncio.create_task(self._post(update)))
            posting.add_done_callback(self._posting.discard)
        else:
            self._waiting.append(update)
            self._news.set()

    async def _post(self, update: Mapping[str, Any]) -> None:
        path, secret = urlsplit(str(self._hook["url"])).path, str(self._hook.get("secret_token", ""))
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret}
        async with self._room:
            for node in self._nodes:
                if await self._taken(node + path, update, headers):
                    break
                await asyncio.sleep(AGAIN)

    async def _taken(self, url: str, update: Mapping[str, Any], headers: Mapping[str, str]) -> bool:
        try:
            async with self.session.post(url, json=update, headers=headers) as answer:
                return answer.status == 200
        except ClientError:
            return False

    def _message(self, chat: Chat, message: Message) -> dict[str, Any]:
        return {"message_id": message.id, "date": int(time.time()), "chat": chat.shown, "text": message.text}

    # What the bot asks for.

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        method = request.path.rpartition("/")[2]
        given = await _given(request)
        self.calls[method] += 1
        try:
            result = await self._updates(given) if method == "getUpdates" else self._done(method, given)
        except LookupError as error:
            self.refused[f"{method}: {error}"] += 1
            refusal = {"ok": False, "error_code": 400, "description": f"Bad Request: {error}"}
            return web.json_response(refusal, status=400)
        if self._delay and method != "getUpdates":
            await asyncio.sleep(self._delay)
        return web.json_response({"ok": True, "result": result})

    async def _updates(self, given: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
        self.reached.set()
        while self._waiting and self._waiting[0]["update_id"] < int(given.get("offset") or 0):
            self._waiting.popleft()
        if not self._waiting:
            self._news.clear()
            try:
                async with asyncio.timeout(float(given.get("timeout") or 0)):
                    await self._news.wait()
            except TimeoutError:
                return []
        return [self._waiting[number] for number in range(min(MOST, len(self._waiting)))]

    def _done(self, method: str, given: Mapping[str, Any]) -> Any:
        if method in SHOWS:
            return self._shown(method, given)
        if method == "answerCallbackQuery":
            if (pressed := self.presses.pop(str(given["callback_query_id"]), None)) is None:
                raise LookupError("query is too old")
            self.answered.append(time.perf_counter() - pressed)
        if method == "setWebhook":
            self._hook = given
            self.reached.set()
        return {"getMe": BOT, "getWebhookInfo": {"url": self._hook.get("url", "")}, "getMyCommands": []}.get(
            method, True
        )

    def _shown(self, method: str, given: Mapping[str, Any]) -> Any:
        chat = self.chats[int(given["chat_id"])]
        markup = given.get("reply_markup")
        keyboard = json.loads(markup) if isinstance(markup, str) else markup or {}
        buttons = [button for row in keyboard.get("inline_keyboard", ()) for button in row]
        if method.startswith("send"):
            chat.newest += 1
            message = chat.messages[chat.newest] = Message(chat.newest, given.get("text", ""), buttons)
            chat.messages.pop(chat.newest - 20, None)
        else:
            message = chat.messages[int(given["message_id"])]
            text = given.get("text", message.text)
            if (text, buttons) == (message.text, message.buttons):
                raise LookupError("message is not modified")
            message.text, message.buttons = text, buttons
        if method == "sendMessage":
            chat.screen = message.id
        if message.id == chat.screen:  # an older one loses its buttons, no more
            chat.told(message)
        return {**self._message(chat, message), "from": BOT}


def _person(chat: Chat) -> Mapping[str, Any]:
    return {"id": chat.id, "is_bot": False, "first_name": "Guest"}


async def _given(request: web.BaseRequest) -> Mapping[str, Any]:
    if request.content_type == "application/json":
        found: Mapping[str, Any] = json.loads(await request.read() or b"{}")
        return found
    return {**request.query, **await request.post()}
