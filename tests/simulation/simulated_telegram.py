"""Telegram in the simulation: the real adapter, down to what its library would send, and `sandbox.telegram` behind it.

What stands in the chats there is what people see, and what they press. Requests come late, never, or twice; answers are
lost, or are none of Telegram's. What is right to show is not known here.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from contextvars import Context
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lives import LIFE, Life
from simulated_web import AGAIN, DONE, DRAWN, NEVER, Answer, Web, standing
from telegram.request import RequestData

from adapters import Anchor, Place, Words
from adapters import Request as Posted
from adapters.telegram.api import SENDS, Api, Broken, Transport
from adapters.telegram.app import Telegram
from adapters.telegram.gates import Gates
from adapters.telegram.intake import Hook
from bot.words import Words as Spoken
from conversations.screens import Screen
from sandbox.telegram import Message, Person, World
from sandbox.telegram.app import GET_UPDATES, METHODS, carry_out, granted, refused
from sandbox.telegram.asked import Asked
from sandbox.telegram.errors import NOT_MODIFIED, Refusal, too_many_requests
from sandbox.telegram.ledger import Request
from sandbox.telegram.parameters import Given, Upload
from sandbox.telegram.polling import get_updates
from sandbox.telegram.updates import Update

ENDING = "answerCallbackQuery"
HOOK = Hook("https://bot.example.com/telegram/path", "/telegram/path", "s3cret-of-the-webhook")
SHOWS = frozenset({"sendMessage", "editMessageText"})


class Drawing(Telegram):
    """The adapter, of which it is known which screen a request is to draw."""

    async def show(self, screen: Screen, place: Place, anchor: Anchor | None, words: Words, *, below: bool) -> Anchor:
        before = DRAWN.set((screen, words))
        try:
            return await super().show(screen, place, anchor, words, below=below)
        finally:
            DRAWN.reset(before)


class Way(Transport):
    """From one life to Telegram."""

    def __init__(self, url: str, there: Telegrams, life: Life) -> None:
        super().__init__(url)
        self._there, self._life = there, life

    async def initialize(self) -> None: ...

    async def shutdown(self) -> None: ...

    async def exchange(self, _method: str, url: str, given: RequestData | None, seconds: float) -> tuple[int, bytes]:
        return await self._there.asked(url.rpartition("/")[2], _given(given), seconds, self._life)


@dataclass
class Telegrams(Web):
    tried: set[str] = field(default_factory=set)
    """The presses that the program has tried to end."""

    name = Telegram.name

    def __post_init__(self) -> None:
        super().__post_init__()
        self.world = World(self.truth, seed=str(self.weather.seed), tick=self.tick)
        self._people: dict[str, Person] = {}
        self._hook = HOOK if self.chance.random() < 0.3 else None
        self._newest: tuple[Drawing, Life] | None = None
        self._posting: asyncio.Task[None] | None = None

    # The program's end of it.

    def adapter(self, life: Life) -> Drawing:
        gates = Gates(self.tick, lambda: self.clock().timestamp())
        api = Api(self.world.token, "https://telegram.example.com", gates, lambda url: Way(url, self, life))
        drawing = Drawing(api, lambda locale: Spoken(locale or "en", "UTC"), tick=self.tick, hook=self._hook)
        self._newest = drawing, life
        if self._hook and self._posting is None:
            self._posting = asyncio.get_running_loop().create_task(self._posts(), context=Context())
        return drawing

    # The people's.

    def person(self, name: str) -> Person:
        if name not in self._people:
            self._people[name] = self.world.person()
            self._people[name].place.known = True
        return self._people[name]

    def user(self, name: str) -> str:
        return str(self.person(name).id)

    def does(self, user: str, **what: Any) -> None:
        person = self.person(user)
        match what:
            case {"text": str(text)}:
                person.writes(text)
            case {"press": str(token)}:
                self._presses(person, token)
            case {"poison": _}:
                update = self.world.raw({"message": {"text": ["nobody understands this"]}}, person.id)
                self.poison.add(str(update.id) if update else "")
            case {"nothing": _}:
                self.world.happens({"my_chat_member": {"chat": person.place.shown}}, person.id)

    def _presses(self, person: Person, token: str) -> None:
        """Where such a button stands; one that stands nowhere any more on the newest message: it is old, or forged."""
        standing = [each for each in reversed(person.chat) if each.by_bot and not each.deleted]
        having = (each for each in standing if any(button.data == token for button in each.buttons))
        if message := next(having, standing[0] if standing else None):
            person.presses(token, message, anyway=True)

    def loses(self, place: str) -> None:
        if chat := self.chat(place):
            self.person(place).place.messages[int(chat[-1].id)].deleted = True
        super().loses(place)

    @property
    def undelivered(self) -> Sequence[Any]:
        return self.world.updates.pending

    @property
    def delivered(self) -> Sequence[str]:
        return [str(each.id) for each in self.world.updates.confirmed]

    def remembers_one(self) -> None:
        self.world.redeliver(self.chance.choice(self.world.updates.confirmed).id)

    # The way between them.

    async def asked(self, method: str, given: Given, seconds: float, life: Life) -> tuple[int, bytes]:
        """What is answered within so many seconds. Raises Broken."""
        fate = "502" if method != GET_UPDATES and self.is_away() else self.fate()
        self.tried.add(str(given.values.get("callback_query_id")))
        came = await self.carry(method, _whom(method, given), lambda: self._done(method, given), seconds, life, fate)
        if came is None:
            raise Broken("no answer")
        return came.status, came.body

    def too_many(self, seconds: int) -> Answer:
        refusal = too_many_requests(seconds)
        return Answer(refusal.code, json.dumps(refusal.payload).encode(), rest=seconds)

    async def _posts(self) -> None:
        """To the webhook, in the order of each chat; what is not taken comes again."""
        updates = self.world.updates
        while True:
            await self.world.changes.until(lambda: len(updates) and self.world.webhook.url, None)
            first = filter(None, (updates.first(place) for place in updates.places()))
            await asyncio.gather(*(self._post(each) for each in first))

    async def _post(self, update: Update) -> None:
        assert self._newest
        adapter, life = self._newest
        fate = self.fate()
        await asyncio.sleep(self.on_its_way(fate))
        if life.dead or fate in NEVER:
            await asyncio.sleep(AGAIN)
            return
        headers = {"x-telegram-bot-api-secret-token": HOOK.secret}
        posted = Posted(headers, json.dumps(update.shown).encode(), HOOK.path)
        context = Context()
        context.run(LIFE.set, life)
        taking = asyncio.get_running_loop().create_task(adapter.delivered(posted), context=context)
        await asyncio.wait([taking])
        if taking.cancelled() or taking.result().status != 200 or fate in DONE:
            await asyncio.sleep(AGAIN)
        else:
            self.note("posted", update.id)
            self.world.updates.done(update)

    async def _done(self, method: str, given: Given) -> Answer:
        request = self.world.ledger.note(method, self.world.now(), self.tick())
        if method == GET_UPDATES:
            answer = await self._polled(request, given)
        else:
            assert method in METHODS, method
            answer = carry_out(self.world, request, given)
            if answer["ok"] or answer["description"] == NOT_MODIFIED.description:
                self._seen(method, given, answer["result"] if answer["ok"] else None)
        return Answer(answer.get("error_code", 200), json.dumps(answer).encode())

    async def _polled(self, request: Request, given: Given) -> Mapping[str, Any]:
        try:
            updates = await get_updates(Asked(self.world, given, request))
        except Refusal as refusal:
            return refused(self.world, request, refusal)
        return granted(self.world, request, given, updates)

    # What is seen.

    def _seen(self, method: str, given: Given, result: Any) -> None:
        """What came of something that was carried out."""
        place = next((name for name, each in self._people.items() if each.id == given.number("chat_id")), "")
        number = (
            result["message_id"] if method in {"sendMessage", "sendDocument"} and result else given.number("message_id")
        )
        if method in SHOWS and (drawn := DRAWN.get()):
            screen, words = drawn
            message = self.person(place).place.messages[number]
            seen = standing(screen, _there(message))
            self.appears(place, str(number), seen, words, message.text, belated=self.is_belated)
        elif method == "editMessageReplyMarkup":
            for each in (each for each in self.chat(place) if each.id == str(number)):
                each.screen = standing(each.screen, _there(self.person(place).place.messages[number]))
        elif method == "deleteMessage":
            self.chats[place] = [each for each in self.chat(place) if each.id != str(number)]
            self.note("erased", number)
        elif method == "sendDocument":
            self.note("sent a file", place)

    def wrongs(self, life_began: datetime) -> Iterator[str]:
        yield from self.faults
        for method in self.too_soon:
            yield f"I13: {method} left before the time was over that Telegram had named"
        for complaint in self.world.complaints:
            yield f"Telegram complains of {complaint.method}: {complaint.text}"
        if ENDING in self.told:  # what may not leave in time is not sent
            return
        for press in self.world.presses.values():
            if press.id not in self.tried and press.at > life_began:
                yield f"I9: nobody has tried to end {press}"


def _there(message: Message) -> set[str]:
    return {each.url or each.data or "" for each in message.buttons}


def _given(request: RequestData | None) -> Given:
    """As it comes out of the wire: there is nothing there but JSON and files."""
    if request is None:
        return Given()
    values = json.loads(json.dumps(request.parameters if not request.contains_files else request.json_parameters))
    files = (request.multipart_data or {}) if request.contains_files else {}
    uploads = {name: Upload(filename, media, content) for name, (filename, content, media) in files.items()}  # type: ignore[arg-type]
    return Given({name: value for name, value in values.items() if value is not None}, uploads)


def _whom(method: str, given: Given) -> str:
    """Who is meant by a 429."""
    return str(given.values["chat_id"]) if method in SENDS else method
