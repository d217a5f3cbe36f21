"""What is answered from here, because it says nothing to any conversation: presses are ended, groups shown the way.

Nothing personal is said, and nothing is known of where anybody stands.
"""

from __future__ import annotations

from collections.abc import Callable

import structlog

from adapters import NotYet, Words
from adapters.cutting import cut
from adapters.telegram.api import Api, Refused, Unreached
from adapters.telegram.gates import Held
from adapters.telegram.links import deep_link
from adapters.telegram.parse import GroupCommand, SilentPress
from adapters.telegram.sharing import ASKED, Sharing
from conversations.texts import say, say_in

log = structlog.get_logger()

TOAST = 200
"""Characters of an answer to a press (Bot API, answerCallbackQuery)."""

SOON = 5.0
"""Seconds after which a press is answered without a word: some ten later Telegram takes no answer any more."""


class Answers:
    """`speak` gives the words of a locale, for those who have not spoken yet; `username` the bot's own name."""

    def __init__(self, api: Api, sharing: Sharing, speak: Callable[[str], Words], username: Callable[[], str]) -> None:
        self._api, self._sharing, self._speak, self._username = api, sharing, speak, username

    async def end(self, query: str, toast: str = "") -> None:
        """Ends a press, once. That it comes too late is no fault."""
        text = {"text": cut(toast, TOAST)} if toast else {}
        try:
            await self._api.call("answerCallbackQuery", {"callback_query_id": query, **text}, patience=SOON)
        except Refused as error:
            log.info("a press was answered too late", why=str(error))

    async def end_silent(self, press: SilentPress) -> None:
        """Raises NotYet."""
        words = self._speak(press.language or "")
        elsewhere = say("This is not for you to press. Please write to me in our own chat.")
        try:
            await self.end(press.query, "" if press.chat else words.say(elsewhere))
            if press.chat and press.data in ASKED:
                await self._sharing.ask(press.chat, ASKED[press.data], words)
        except (Unreached, Held) as error:
            raise NotYet(str(error)) from None
        except Refused as error:
            log.info("nobody could be asked to share anything", why=str(error))

    async def show_the_way(self, command: GroupCommand) -> None:
        """In a group there is only the way into the private chat. Raises NotYet."""
        username = self._username()
        if not username:
            raise NotYet("the bot's own name is not known")
        if command.addressed.lower() not in ("", username.lower()):
            return
        words = self._speak(command.language or "")
        button = {"text": words.say(say_in("button", "Open our chat")), "url": deep_link(username, command.name)}
        topic = {} if command.topic is None else {"message_thread_id": command.topic}
        private = say("Appointments are a private matter. Let us talk about them in a chat of our own.")
        try:
            await self._api.call(
                "sendMessage",
                {
                    "chat_id": command.chat,
                    **topic,
                    "text": words.say(private),
                    "reply_parameters": {"message_id": command.message, "allow_sending_without_reply": True},
                    "reply_markup": {"inline_keyboard": [[button]]},
                },
            )
        except (Unreached, Held) as error:
            raise NotYet(str(error)) from None
        except Refused as error:
            log.info("a group could not be answered", why=str(error))
