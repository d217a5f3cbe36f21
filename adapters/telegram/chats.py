"""Screens in chats: a message for each conversation, changed in place as long as it can be. What they say is decided
elsewhere.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import structlog

from adapters import Anchor, NotYet, Place, Words
from adapters.telegram.api import Api, Refused, Unreached, message_of
from adapters.telegram.gates import Held
from adapters.telegram.render import Message, render
from conversations.screens import Screen

log = structlog.get_logger()

TYPING = 4.0
"""Seconds between two signs that the bot is typing; each is seen for five."""

LONG = 60.0
"""Seconds for which the bot is seen to be typing at most."""


@dataclass(frozen=True, slots=True)
class Mark:
    """An anchor: the message, and whether it is a card, which keeps its buttons, with its revision."""

    message: int
    card: int | None = None

    @classmethod
    def of(cls, anchor: Anchor | None) -> Mark | None:
        message, _, card = (anchor or "").partition("c")
        return cls(int(message), int(card) if card else None) if message.isdecimal() else None

    def __str__(self) -> str:
        return str(self.message) + ("" if self.card is None else f"c{self.card}")


class Chats:
    def __init__(self, api: Api) -> None:
        self._api = api
        self._typing: dict[int, asyncio.Task[None]] = {}

    async def show(self, screen: Screen, place: Place, anchor: Anchor | None, words: Words, *, below: bool) -> Anchor:
        """See Adapter."""
        self._type(int(place.id), screen.busy)
        try:
            return str(await self._put(int(place.id), screen, Mark.of(anchor), words, below=below))
        except (Unreached, Held) as error:
            raise NotYet(str(error)) from None
        except Refused as error:
            if not error.gone:
                raise
            log.info("nobody is there to be written to", why=str(error))
            return anchor or ""

    async def _put(self, chat: int, screen: Screen, old: Mark | None, words: Words, *, below: bool) -> Mark:
        """In place of an old message if it may and can be changed, else below it."""
        drawn = render(screen, words)
        card = screen.revision if screen.over and screen.rows else None
        changing = old and not below and old.card in (None, screen.revision)
        if old and changing and await self._edit(chat, old.message, drawn):
            return Mark(old.message, card)
        sent = await self._say("sendMessage", {"chat_id": chat}, drawn)
        if old and old.card is None:
            await self._bare(chat, old.message)
        return Mark(message_of(sent), card)

    async def ended(self) -> None:
        typing = list(self._typing.values())
        for task in typing:
            task.cancel()
        await asyncio.gather(*typing, return_exceptions=True)

    async def _edit(self, chat: int, message: int, drawn: Message) -> bool:
        """Changes a message. False if it can't be changed any more."""
        try:
            await self._say("editMessageText", {"chat_id": chat, "message_id": message}, drawn)
        except Refused as error:
            if error.lost:
                return False
            if not error.unchanged:
                raise
        return True

    async def _say(self, method: str, where: dict[str, int], drawn: Message) -> Any:
        """An instant too far ahead for Telegram to take is only told in words."""
        try:
            return await self._api.call(method, {**where, **drawn.payload()})
        except Refused as error:
            if not error.too_far:
                raise
            return await self._api.call(method, {**where, **drawn.payload(instants=False)})

    async def _bare(self, chat: int, message: int) -> None:
        """Takes an old message's buttons away. If that fails, they are only old: pressed, they change nothing."""
        try:
            await self._api.call("editMessageReplyMarkup", {"chat_id": chat, "message_id": message})
        except (Refused, Unreached, Held) as error:
            log.debug("an old message keeps its buttons", why=str(error))

    def _type(self, chat: int, busy: bool) -> None:
        """Lets the bot be seen typing until there is something to be seen."""
        going = self._typing.pop(chat, None)
        if going:
            going.cancel()
        if busy:
            typing = self._typing[chat] = asyncio.create_task(self._keep_typing(chat))
            typing.add_done_callback(lambda ended: self._typing.get(chat) is ended and self._typing.pop(chat))

    async def _keep_typing(self, chat: int) -> None:
        try:
            async with asyncio.timeout(LONG):
                while True:
                    await self._api.call("sendChatAction", {"chat_id": chat, "action": "typing"}, patience=0)
                    await asyncio.sleep(TYPING)
        except (TimeoutError, Refused, Unreached, Held):
            return  # it was only a sign
