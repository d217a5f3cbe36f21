"""What a person shares: the number of their account, or where they are. What becomes of it is not known here.

Only a keyboard below the chat can share it. It comes in a message of its own, and stays until it is taken away: what
stands is noted.
"""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from adapters import Host, NotTaken, Words
from adapters.tasks import Tasks
from adapters.telegram.api import Api, message_of
from adapters.telegram.parse import PLACE, SHARE
from conversations.texts import Said, say, say_in

log = structlog.get_logger()

_NOTE = "keyboards"

MOST = 1_000
"""Buttons of which it is known that they stand. One of others stays until it is pressed."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for: by which button, what that does, and Telegram's word for it."""

    label: Said
    says: Said
    wants: str


ASKED = {
    SHARE: Asked(
        say_in("button", "Share my number"),
        say("The button below shares the number of your Telegram account."),
        "request_contact",
    ),
    PLACE: Asked(
        say_in("button", "Share my location"),
        say("The button below shares where you are. Only the time zone of that place is kept."),
        "request_location",
    ),
}
"""By the data of the button that asks for it."""

SHARED = frozenset({"contact", "location"})
"""What is in a message that shares something."""


class Sharing:
    def __init__(self, api: Api) -> None:
        self._api = api
        self._host: Host | None = None
        self._standing: dict[int, int] = {}
        self._turns = Tasks()

    async def take_up(self, host: Host) -> None:
        """Takes up what stands from the last run; from now on the host keeps it."""
        found = {int(chat): message for chat, message in (await host.noted(_NOTE)).items() if chat.isdecimal()}
        self._standing = {**found, **self._standing}
        self._host = host

    async def ask(self, chat: int, asked: Asked, words: Words) -> None:
        """Brings the button. One that stands already may have been deleted: it comes anew. Raises what `call` does."""
        key = {"text": words.say(asked.label), asked.wants: True}
        keyboard = {"keyboard": [[key]], "resize_keyboard": True, "one_time_keyboard": True}
        async with self._turns.in_turn(chat):
            before = self._standing.get(chat)
            sent = await self._send(chat, words.say(asked.says), keyboard)
            await self._stands(chat, sent)
            if before:
                await self._api.delete(chat, before)

    async def put_away(self, chat: int, words: Words, *, shared: bool) -> None:
        """Takes the button away, once something was answered. `shared`: it must have stood, whatever is known of it."""
        async with self._turns.in_turn(chat):
            standing = self._standing.get(chat)
            if standing is None and not shared:
                return
            thanks = await self._send(chat, words.say(say("Thank you.")), {"remove_keyboard": True})
            for each in (standing, thanks):
                if each:
                    await self._api.delete(chat, each)
            if standing:
                await self._stands(chat, None)

    async def _send(self, chat: int, text: str, keyboard: object) -> int:
        quiet = {"chat_id": chat, "text": text, "reply_markup": keyboard, "disable_notification": True}
        return message_of(await self._api.call("sendMessage", quiet))

    async def _stands(self, chat: int, message: int | None) -> None:
        """Takes down which button stands in a chat from now on; of too many the oldest stand on their own."""
        self._standing.pop(chat, None)
        if message:
            self._standing[chat] = message
        forgotten = list(self._standing)[: max(0, len(self._standing) - MOST)]
        for each in forgotten:
            del self._standing[each]
        try:
            if self._host:
                await self._host.note(_NOTE, {str(each): self._standing.get(each) for each in (chat, *forgotten)})
        except NotTaken:
            log.warning("could not note where a button that shares stands")
