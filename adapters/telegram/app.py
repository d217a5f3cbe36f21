"""The bot in Telegram: updates come in by polling or by webhook, screens go out. What they say is not decided here.

An update is on disk before Telegram is told that it arrived. What needs no memory is answered from here: a press is
ended with its toast, a command in a group with the way into the private chat, a wish to share one's number.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog

from adapters import Anchor, Attachment, Heard, Host, Json, Place, Receipt, Request, Response, Words
from adapters.telegram import parse as parsing
from adapters.telegram.api import POLL, Api, Refused, Unreached
from adapters.telegram.cutting import clean, cut
from adapters.telegram.gates import Held
from adapters.telegram.render import Message, render
from conversations.screens import Screen
from conversations.texts import say, say_in

log = structlog.get_logger()

UPDATES = ("message", "callback_query", "my_chat_member")
"""What Telegram is asked to deliver. An edited message changes nothing, so it is not asked for."""

TOAST = 200
"""Characters of an answer to a press (Bot API, answerCallbackQuery)."""

SOON = 5.0
"""Seconds after which a press is answered without a word: some ten later Telegram takes no answer any more."""

TYPING = 4.0
"""Seconds between two signs that the bot is typing; each is seen for five."""

LONG = 60.0
"""Seconds for which the bot is seen to be typing at most."""

STANDBY = (5.0, 15.0, 60.0)
PAUSES = (0.5, 1.0, 2.0, 5.0, 15.0, 30.0)
"""Seconds between tries while another program polls with the same token, and while Telegram cannot be reached."""

SILENCE = 90.0
"""Seconds without a successful poll after which something is wrong."""


@dataclass(frozen=True, slots=True)
class Hook:
    """Where Telegram posts updates to, and the secret that it sends along."""

    url: str
    path: str = field(repr=False)
    secret: str = field(repr=False)
    connections: int = 40


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


class Telegram:
    """`speak` gives the words of a locale, for those who have not spoken yet; with a `hook` there is no polling."""

    name = "telegram"

    def __init__(
        self,
        api: Api,
        speak: Callable[[str], Words],
        *,
        username: str = "",
        hook: Hook | None = None,
        standby: tuple[float, ...] = STANDBY,
        pauses: tuple[float, ...] = PAUSES,
        tick: Callable[[], float] = time.monotonic,
    ) -> None:
        self.path = hook.path if hook else ""
        self.received: Counter[str] = Counter()
        self.heard_at: float | None = None
        self._api, self._speak, self._username, self._hook = api, speak, username, hook
        self._standby, self._pauses, self._tick = standby, pauses, tick
        self._host: Host | None = None
        self._waiting = "it has not begun yet"
        self._tasks: set[asyncio.Task[None]] = set()
        self._typing: dict[int, asyncio.Task[None]] = {}
        self._asked: dict[int, int] = {}

    # In.

    async def run(self, host: Host) -> None:
        self._host = host
        try:
            await self._begin()
            await (asyncio.Event().wait() if self._hook else self._poll(host))
        finally:
            self._host = None
            self._waiting = "it has ended"

    def trouble(self) -> str:
        """Why nothing comes in; empty if it does."""
        late = self.heard_at is not None and self._tick() - self.heard_at > SILENCE and not self._hook
        return self._waiting or ("the last poll was too long ago" if late else "")

    def measures(self) -> Iterator[tuple[str, str, float, Mapping[str, str], bool]]:
        """Numbers for those who watch the program: name, help, value, labels, whether it only rises."""
        for kind, number in sorted(self.received.items()):
            yield "updates", "Updates by kind.", number, {"kind": kind}, True
        for (method, outcome), number in sorted(self._api.outcomes.items()):
            yield "requests", "Requests by method and outcome.", number, {"method": method, "outcome": outcome}, True
        yield "gates_closed", "Chats, or all, that wait after a 429.", self._api.gates.held(), {}, False
        if self.heard_at is not None:
            yield "heard_seconds", "Since the last poll or delivery.", self._tick() - self.heard_at, {}, False

    def parse(self, payload: Json, at: datetime) -> Heard | None:
        return parsing.parse(payload, at, self._username)

    async def delivered(self, request: Request) -> Response:
        """One update from the webhook. 200 only when it is on disk; no word about what was wrong with anything else."""
        secret = request.headers.get("x-telegram-bot-api-secret-token", "")
        if self._hook is None or not hmac.compare_digest(secret.encode(), self._hook.secret.encode()):
            return Response(404)
        if self._host is None:
            return Response(503)
        update = _update(request.body)
        if update is None:
            return Response(400)
        try:
            await self._take(self._host, [update])
        except Exception:
            log.exception("an update could not be stored")
            return Response(503)  # it is sent again
        self.heard_at = self._tick()
        return Response(200)

    async def _begin(self) -> None:
        """Learns its own name, and sees to it that updates come the way that was chosen. Tries until it is done."""
        for pause in _growing(self._pauses):
            try:
                me = await self._api.call("getMe")
                self._username = str(me.get("username") or "") if isinstance(me, Mapping) else ""
                await self._choose_way()
            except Exception as error:  # what Telegram or something in between answers must not end the program
                why = str(error) if isinstance(error, Refused | Unreached | Held) else type(error).__name__
                self._waiting = f"Telegram cannot be reached: {why}"
                log.warning("Telegram cannot be reached yet", why=why, again_in=pause)
                await asyncio.sleep(pause)
            else:
                self._waiting = ""
                log.info("Telegram is reached", bot=f"@{self._username}", by="webhook" if self._hook else "polling")
                return

    async def _choose_way(self) -> None:
        if self._hook is None:
            if (await self._api.call("getWebhookInfo")).get("url"):
                log.warning("a webhook was set: it is removed, since this program polls")
                await self._api.call("deleteWebhook", {"drop_pending_updates": False})
            return
        wanted = {"url": self._hook.url, "secret_token": self._hook.secret, "max_connections": self._hook.connections}
        await self._api.call("setWebhook", {**wanted, "allowed_updates": list(UPDATES), "drop_pending_updates": False})

    async def _poll(self, host: Host) -> None:
        """The offset moves on only when all before it is on disk."""
        offset: int | None = None
        troubles, conflicts = _growing(self._pauses), _growing(self._standby)
        while True:
            # After a trouble it asks for what there is at once, so as to know that all is well.
            asked = {"timeout": 0 if self._waiting else POLL, "limit": 100, "allowed_updates": list(UPDATES)}
            try:
                updates = await self._api.call(
                    "getUpdates", asked if offset is None else {**asked, "offset": offset}, answer=POLL + 15.0
                )
                known = [each for each in updates if isinstance(each, Mapping)] if isinstance(updates, list) else []
                await self._take(host, known)
            except Refused as error:
                if error.code == 409:
                    await self._stand_by(next(conflicts))
                else:
                    await self._pause(f"Telegram refuses: {error}", next(troubles))
            except Exception as error:
                # Whatever it is, it must not end the listening. What was not stored is not confirmed.
                why = str(error) if isinstance(error, Unreached) else type(error).__name__
                await self._pause(f"nothing could be fetched: {why}", next(troubles))
            else:
                self._waiting, self.heard_at = "", self._tick()
                troubles, conflicts = _growing(self._pauses), _growing(self._standby)
                # With nothing left to confirm the offset is forgotten: after a silent week numbers begin anywhere.
                numbers = [number for each in known if (number := _number(each)) is not None]
                offset = max(numbers) + 1 if numbers else None

    async def _stand_by(self, seconds: float) -> None:
        self._waiting = "another program polls with this token: standing by"
        log.warning(self._waiting, again_in=seconds)
        await asyncio.sleep(seconds)

    async def _pause(self, why: str, seconds: float) -> None:
        self._waiting = why
        log.warning(why, again_in=seconds)
        await asyncio.sleep(seconds)

    async def _take(self, host: Host, updates: list[Json]) -> None:
        """Puts updates on disk, together; then answers what is answered from here."""
        receipts = await asyncio.gather(*(host.receive(_key(update), update) for update in updates))
        for update, receipt in zip(updates, receipts, strict=True):
            self.received[_kind(update)] += 1
            self._start(self._attend(update, receipt))

    # What is answered from here.

    async def _attend(self, update: Json, receipt: Receipt | None) -> None:
        query, message = update.get("callback_query"), update.get("message")
        try:
            if isinstance(query, Mapping):
                await self._answer(query, receipt)
            elif isinstance(message, Mapping) and receipt:
                await self._answer_group(update)
                await self._put_keyboard_away(message)
        except (Refused, Unreached, Held) as error:
            log.info("an update was not answered", why=str(error))
        except Exception:
            log.exception("an update could not be answered")

    async def _answer(self, query: Json, receipt: Receipt | None) -> None:
        """Ends a press: once, with its notice if there is one by then. One that came before is ended without a word."""
        number, data, chat = query.get("id"), query.get("data"), _chat(query.get("message"))
        if not isinstance(number, str):
            return
        toast = ""
        if chat is not None and chat.get("type") != "private":
            toast = self._words(query).say(say("This is not for you to press. Please write to me in our own chat."))
        elif data == parsing.SHARE and chat is not None and receipt:
            self._start(self._ask_for_number(chat, self._words(query)))
        elif data not in parsing.OURS and receipt:
            seen = await receipt.seen(SOON)
            toast = clean(seen.words.say(seen.screen.notice)) if seen else ""
        answer = {"callback_query_id": number, **({"text": cut(toast, TOAST)} if toast else {})}
        try:
            await self._api.call("answerCallbackQuery", answer, patience=SOON)
        except Refused as error:
            log.info("a press was answered too late", why=str(error))

    async def _answer_group(self, update: Json) -> None:
        """In a group there is only the way into the private chat."""
        command = parsing.group_command(update, self._username) if self._username else None
        if command is None:
            return
        chat, message, name, language = command
        words = self._speak(language or "")
        button = {
            "text": words.say(say_in("button", "Open our chat")),
            "url": f"https://t.me/{self._username}?start={name}",
        }
        await self._api.call(
            "sendMessage",
            {
                "chat_id": chat,
                "text": words.say(
                    say("Appointments are a private matter. Let us talk about them in a chat of our own.")
                ),
                "reply_parameters": {"message_id": message, "allow_sending_without_reply": True},
                "reply_markup": {"inline_keyboard": [[button]]},
            },
        )

    async def _ask_for_number(self, chat: Json, words: Words) -> None:
        key = {"text": words.say(say_in("button", "Share my number")), "request_contact": True}
        number = _whole(chat.get("id"))
        if number is None or number in self._asked:
            return
        self._asked[number] = 0
        keyboard = {"keyboard": [[key]], "resize_keyboard": True, "one_time_keyboard": True}
        text = words.say(say("The button below shares the number of your Telegram account."))
        try:
            sent = await self._api.call("sendMessage", {"chat_id": number, "text": text, "reply_markup": keyboard})
            self._asked[number] = _message_of(sent)
        except BaseException:
            del self._asked[number]
            raise

    async def _put_keyboard_away(self, message: Json) -> None:
        """Once something was answered. After a restart nobody knows of the keyboard, but a contact tells of it."""
        chat = _whole((_chat(message) or {}).get("id"))
        asked = self._asked.pop(chat, 0) if chat is not None else 0
        if chat is None or not (asked or "contact" in message) or chat < 0:
            return
        text = self._words(message).say(say("Thank you."))
        sent = await self._api.call(
            "sendMessage", {"chat_id": chat, "text": text, "reply_markup": {"remove_keyboard": True}}
        )
        for each in (asked, _message_of(sent)):
            if each:
                await self._api.call("deleteMessage", {"chat_id": chat, "message_id": each})

    def _words(self, sent: Json) -> Words:
        sender = sent.get("from")
        language = sender.get("language_code") if isinstance(sender, Mapping) else None
        return self._speak(language if isinstance(language, str) else "")

    # Out.

    async def show(self, screen: Screen, place: Place, anchor: Anchor | None, words: Words, *, below: bool) -> Anchor:
        chat, old = int(place.id), Mark.of(anchor)
        drawn = render(screen, words)
        self._type(chat, screen.busy)
        card = screen.revision if screen.over and screen.rows else None
        try:
            changing = old and not below and old.card in (None, screen.revision)
            if old and changing and await self._edit(chat, old.message, drawn):
                return str(Mark(old.message, card))
            sent = await self._api.call("sendMessage", {"chat_id": chat, **drawn.payload()})
            if old and old.card is None:
                await self._bare(chat, old.message)
            return str(Mark(_message_of(sent), card))
        except Refused as error:
            if not error.gone:
                raise
            log.info("nobody is there to be written to", why=str(error))
            return anchor or ""

    async def send(self, attachment: Attachment, place: Place, _words: Words) -> None:
        try:
            await self._api.send_file(int(place.id), attachment.name, attachment.content)
        except Refused as error:
            if not error.gone:
                raise
            log.info("nobody is there to be sent a file", why=str(error))

    async def _edit(self, chat: int, message: int, drawn: Message) -> bool:
        """Changes a message. False if it can't be changed any more."""
        try:
            await self._api.call("editMessageText", {"chat_id": chat, "message_id": message, **drawn.payload()})
        except Refused as error:
            if error.lost:
                return False
            if not error.unchanged:
                raise
        return True

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
            self._typing[chat] = self._start(self._keep_typing(chat))

    async def _keep_typing(self, chat: int) -> None:
        try:
            async with asyncio.timeout(LONG):
                while True:
                    await self._api.call("sendChatAction", {"chat_id": chat, "action": "typing"}, patience=0)
                    await asyncio.sleep(TYPING)
        except (TimeoutError, Refused, Unreached, Held):
            return  # it was only a sign

    # Tasks.

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def finished(self, within: float) -> None:
        """Ends what is under way: presses are still answered, for so many seconds."""
        for task in self._typing.values():
            task.cancel()
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=within)
        for task in set(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def _growing(pauses: tuple[float, ...]) -> Any:
    yield from pauses
    while True:
        yield pauses[-1]


def _update(body: bytes) -> Json | None:
    try:
        update = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return update if isinstance(update, Mapping) and _number(update) is not None else None


def _key(update: Json) -> str:
    """The update's number; one without is known by what it says."""
    number = _number(update)
    return str(number) if number is not None else json.dumps(update, sort_keys=True)


def _number(update: Json) -> int | None:
    return _whole(update.get("update_id"))


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63 else None


def _chat(message: Any) -> Json | None:
    chat = message.get("chat") if isinstance(message, Mapping) else None
    return chat if isinstance(chat, Mapping) else None


def _message_of(sent: Any) -> int:
    """The number of a message that was sent."""
    number = _whole(sent.get("message_id")) if isinstance(sent, Mapping) else None
    if number is None:
        raise Unreached("sendMessage: an answer without a message")
    return number


def _kind(update: Json) -> str:
    """What an update is about, in one of few words."""
    return next((each for each in UPDATES if each in update), "other")
