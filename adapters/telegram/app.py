"""The bot in Telegram: updates come in by polling or by webhook, screens go out. What they say is not decided here.

What no conversation need know of is an errand: a press in a group is ended with its toast, a command there is answered
with the way into the private chat, a wish to share one's number or place with the button for it.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import structlog

from adapters import (
    Anchor,
    Attachment,
    Errand,
    Heard,
    Host,
    Json,
    NotTaken,
    NotYet,
    Place,
    Receipt,
    Request,
    Response,
    Words,
)
from adapters.cutting import clean
from adapters.measuring import Measure, measured
from adapters.tasks import Tasks
from adapters.telegram import parse as parsing
from adapters.telegram.answers import SOON, Answers
from adapters.telegram.api import Api, Refused, Unreached
from adapters.telegram.chats import Chats
from adapters.telegram.gates import Held
from adapters.telegram.intake import UPDATES, Hook, Intake, Pace, number_of
from adapters.telegram.sharing import SHARED, Sharing
from conversations.screens import Screen

log = structlog.get_logger()


class Telegram:
    """`speak` gives the words of a locale, for those who have not spoken yet; with a `hook` there is no polling."""

    name = "telegram"
    unasked = True

    def __init__(
        self,
        api: Api,
        speak: Callable[[str], Words],
        *,
        username: str = "",
        hook: Hook | None = None,
        pace: Pace | None = None,
        tick: Callable[[], float] = time.monotonic,
    ) -> None:
        self.path = hook.path if hook else ""
        self.received: Counter[str] = Counter()
        self._api, self._speak, self._tick = api, speak, tick
        self._intake = Intake(api, self._take, hook=hook, pace=pace or Pace(), tick=tick)
        self._intake.username = username
        self._chats, self._sharing = Chats(api), Sharing(api)
        self._answers = Answers(api, self._sharing, speak, lambda: self._intake.username)
        self._host: Host | None = None
        self._tasks = Tasks()

    # In.

    async def take_up(self, host: Host) -> None:
        await self._api.gates.take_up(host)
        await self._sharing.take_up(host)

    async def run(self, host: Host) -> None:
        self._host = host
        try:
            # Whatever is posted, and to whichever node, is taken there; only one may poll.
            await (self._intake.run() if self.path else host.on_duty(self._intake.run, self._intake.stands_by))
        finally:
            self._host = None

    async def delivered(self, request: Request) -> Response:
        """See Hooked."""
        return await self._intake.posted(request)

    def parse(self, payload: Json, at: datetime) -> Heard | Errand | None:
        press, command = parsing.silent_press(payload), parsing.group_command(payload)
        if press:
            return Errand(lambda: self._answers.end_silent(press))
        if command:
            return Errand(lambda: self._answers.show_the_way(command))
        return parsing.parse(payload, at, self._intake.username)

    async def _take(self, updates: Sequence[Json]) -> None:
        """Puts updates on disk, together; then ends presses and takes the buttons that share away."""
        if self._host is None:
            raise NotTaken("nobody is there to take it")
        host = self._host
        receipts = await asyncio.gather(*(host.receive(_key(update), update) for update in updates))
        for update, receipt in zip(updates, receipts, strict=True):
            self.received[_kind(update)] += 1
            self._tasks.start(self._attend(update, receipt))

    async def _attend(self, update: Json, receipt: Receipt | None) -> None:
        """What goes with an event. A crash loses at most a toast, whose words stand in the message too."""
        if parsing.silent_press(update):
            return
        query, message = update.get("callback_query"), update.get("message")
        try:
            if isinstance(query, Mapping):
                await self._end(query, receipt)
                await self._put_away(query, query.get("message"))
            elif isinstance(message, Mapping) and receipt:
                await self._put_away(message, message)
        except (Refused, Unreached, Held) as error:
            log.info("an update was not answered", why=str(error))
        except Exception:
            log.exception("an update could not be answered")

    async def _end(self, query: Json, receipt: Receipt | None) -> None:
        """Ends a press: with its notice, if there is one by then. One that came before is ended without a word."""
        number = query.get("id")
        if isinstance(number, str):
            seen = await receipt.seen(SOON) if receipt else None
            await self._answers.end(number, clean(seen.words.say(seen.screen.notice)) if seen else "")

    async def _put_away(self, sent: Json, message: Any) -> None:
        place = parsing.private_chat(message)
        if place is not None:
            words = self._speak(parsing.language_of(sent) or "")
            await self._sharing.put_away(place, words, shared=not sent.keys().isdisjoint(SHARED))

    # Out.

    async def show(self, screen: Screen, place: Place, anchor: Anchor | None, words: Words, *, below: bool) -> Anchor:
        return await self._chats.show(screen, place, anchor, words, below=below)

    async def send(self, attachment: Attachment, place: Place, _words: Words) -> None:
        try:
            await self._api.send_file(int(place.id), attachment.name, attachment.content)
        except Refused as error:
            if not error.gone:
                raise
            log.info("nobody is there to be sent a file", why=str(error))
        except (Unreached, Held) as error:
            raise NotYet(str(error)) from None

    def place_of(self, chat: str) -> Place:
        """See Addressable: a chat's number, of a group below zero."""
        return Place("private", str(int(chat)))

    async def erase(self, place: Place, message: str) -> None:
        """See Erasing."""
        try:
            await self._api.delete(int(place.id), int(message))
        except (Unreached, Held) as error:
            raise NotYet(str(error)) from None

    # How it goes.

    def trouble(self) -> str:
        """Why nothing comes in; empty if it does."""
        return self._intake.trouble()

    def measures(self) -> Iterator[Measure]:
        """Numbers for those who watch the program."""
        heard_at, held = self._intake.heard_at, len(self._api.gates.holds.held())
        silent = None if heard_at is None else self._tick() - heard_at
        return measured(self.received, self._api.outcomes, held=held, silent=silent)

    async def finished(self, within: float) -> None:
        """Ends what is under way: presses are still answered, for so many seconds."""
        await self._tasks.finished(within)
        await self._chats.ended()


def _key(update: Json) -> str:
    """The update's number; one without is known by what it says. The pictures of an album are one delivery."""
    if album := _album(update):
        return album
    number = number_of(update)
    return str(number) if number is not None else json.dumps(update, sort_keys=True)


def _album(update: Json) -> str:
    match update.get("message"):
        case {"media_group_id": str(album), "chat": {"id": int(chat)}}:
            return f"album {album} in {chat}"
    return ""


def _kind(update: Json) -> str:
    """What an update is about, in one of few words."""
    return next((each for each in UPDATES if each in update), "other")
