"""Telegram in the simulation: the real adapter, down to what its library would send, and `sandbox.telegram` behind it.

What stands in the chats there is what people see, and what they press. Requests come late, never, or twice; answers are
lost, or are none of Telegram's. What is right to show is not known here.
"""

from __future__ import annotations

import asyncio
import json
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextvars import Context, ContextVar
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from lives import LIFE, Life
from simulated_calendar import FAR, NEAR
from simulated_chat import Platform
from telegram.request import RequestData

from adapters import Anchor, Place, Words
from adapters import Request as Posted
from adapters.telegram.api import SENDS, Api, Broken, Transport
from adapters.telegram.app import Telegram
from adapters.telegram.gates import Gates
from adapters.telegram.intake import Hook
from bot.words import Words as Spoken
from conversations.screens import Button, Screen
from sandbox.telegram import Message, Person, World
from sandbox.telegram.app import GET_UPDATES, METHODS, carry_out, granted, refused
from sandbox.telegram.asked import Asked
from sandbox.telegram.errors import NOT_MODIFIED, Refusal, too_many_requests
from sandbox.telegram.ledger import Request
from sandbox.telegram.parameters import Given, Upload
from sandbox.telegram.polling import get_updates
from sandbox.telegram.updates import Update

DRAWN: ContextVar[tuple[Screen, Words] | None] = ContextVar("drawn", default=None)
"""What is being drawn by whatever is asked for now."""

NEVER = ("refused", "502", "429")
"""Fates of a request that is not carried out."""
DONE = ("lost", "reset", "502 after", "nonsense", "late")
"""It is carried out, and the answer does not come, comes too late, or is none of Telegram's."""

RESTS = (1, 5, 30)
"""Seconds for which somebody is told to wait; some are longer than a request waits at a gate."""

LAST = 3.0
"""Seconds that the adapter is given at the end, as in `bot.service`."""

ENDING = "answerCallbackQuery"
HOOK = Hook("https://bot.example.com/telegram/path", "/telegram/path", "s3cret-of-the-webhook")
AGAIN = 1.0
"""Seconds until something is posted again that was not taken."""

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
        return await self._there.carry(url.rpartition("/")[2], _given(given), seconds, self._life)


@dataclass
class Telegrams(Platform):
    truth: Callable[[], datetime] = field(kw_only=True)
    """The time there, `clock` being the machine's."""
    clock: Callable[[], datetime] = field(kw_only=True)
    tick: Callable[[], float] = field(kw_only=True)
    tried: set[str] = field(default_factory=set)
    """The presses that the program has tried to end."""
    too_soon: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    """The stand-in's own."""

    name = Telegram.name

    def __post_init__(self) -> None:
        super().__post_init__()
        self.world = World(self.truth, seed=str(self.weather.seed), tick=self.tick)
        self._people: dict[str, Person] = {}
        self._under_way: set[asyncio.Task[Any]] = set()
        self._given_up: set[asyncio.Task[Any] | None] = set()
        self._told: dict[str, tuple[Life, float]] = {}
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

    async def left_by(self, adapter: Any) -> None:
        await adapter.finished(LAST)

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

    async def carry(self, method: str, given: Given, seconds: float, life: Life) -> tuple[int, bytes]:
        """What is answered within so many seconds. Raises Broken."""
        life.must_live()
        fate = "502" if method != GET_UPDATES and self.is_away() else self._fate()
        self._departs(method, given, life)
        served = asyncio.get_running_loop().create_task(
            self._served(method, given, fate, DRAWN.get()), context=Context()
        )
        self._under_way.add(served)
        served.add_done_callback(self._ended)
        try:
            self._may_end(life)
            await asyncio.wait([served], timeout=self.chance.uniform(0, NEAR) if fate == "reset" else seconds)
            self._may_end(life)
        finally:
            if not served.done():
                self._given_up.add(served)
        came = served.result() if served.done() and fate not in {"lost", "reset"} else None
        if came is None:
            raise Broken("no answer")
        status, answer = came
        if status == 429:
            self._told[_whom(method, given)] = (life, self.tick() + answer["parameters"]["retry_after"])
        return status, b"<html>" if fate == "nonsense" else json.dumps(answer).encode()

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
        fate = self._fate()
        await asyncio.sleep(self.chance.uniform(0, FAR if fate == "late" else NEAR))
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

    def _ended(self, served: asyncio.Task[Any]) -> None:
        self._under_way.discard(served)
        self._given_up.discard(served)
        if not served.cancelled() and (error := served.exception()):
            self.faults.append("".join(traceback.format_exception(error))[-1500:])

    def _fate(self) -> str:
        struck = self.weather.strikes("platform", self.chance)
        return self.chance.choice([*NEVER, *DONE]) if struck else ""

    def _departs(self, method: str, given: Given, life: Life) -> None:
        self.tried.add(str(given.values.get("callback_query_id")))
        told_to, until = self._told.get(_whom(method, given), (life, 0.0))
        if told_to is life and self.tick() < until:
            self.too_soon.append(method)

    def _may_end(self, life: Life) -> None:
        if self.dies():
            life.die()
        life.must_live()

    async def _served(
        self, method: str, given: Given, fate: str, drawn: tuple[Screen, Words] | None
    ) -> tuple[int, Mapping[str, Any]] | None:
        """Status and answer; None if it never arrived."""
        await asyncio.sleep(self.chance.uniform(0, FAR if fate == "late" else NEAR))
        match fate:
            case "refused":
                return None
            case "502":
                return 502, {}
            case "429":
                refusal = too_many_requests(self.chance.choice(RESTS))
                return refusal.code, refusal.payload
        answer = await self._done(method, given, drawn)
        await asyncio.sleep(self.chance.uniform(0, FAR if fate == "late" else NEAR))
        return (502, {}) if fate == "502 after" else (answer.get("error_code", 200), answer)

    async def _done(self, method: str, given: Given, drawn: tuple[Screen, Words] | None) -> Mapping[str, Any]:
        request = self.world.ledger.note(method, self.world.now(), self.tick())
        if method == GET_UPDATES:
            return await self._polled(request, given)
        assert method in METHODS, method
        answer = carry_out(self.world, request, given)
        if answer["ok"] or answer["description"] == NOT_MODIFIED.description:
            self._seen(method, given, answer["result"] if answer["ok"] else None, drawn)
        return answer

    async def _polled(self, request: Request, given: Given) -> Mapping[str, Any]:
        try:
            updates = await get_updates(Asked(self.world, given, request))
        except Refusal as refusal:
            return refused(self.world, request, refusal)
        return granted(self.world, request, given, updates)

    # What is seen.

    def _seen(self, method: str, given: Given, result: Any, drawn: tuple[Screen, Words] | None) -> None:
        """What came of something that was carried out."""
        place = next((name for name, each in self._people.items() if each.id == given.number("chat_id")), "")
        number = (
            result["message_id"] if method in {"sendMessage", "sendDocument"} and result else given.number("message_id")
        )
        if method in SHOWS and drawn:
            screen, words = drawn
            message = self.person(place).place.messages[number]
            belated = asyncio.current_task() in self._given_up
            self.appears(place, str(number), standing(screen, message), words, message.text, belated=belated)
        elif method == "editMessageReplyMarkup":
            for each in (each for each in self.chat(place) if each.id == str(number)):
                each.screen = standing(each.screen, self.person(place).place.messages[number])
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
        if ENDING in self._told:  # what may not leave in time is not sent
            return
        for press in self.world.presses.values():
            if press.id not in self.tried and press.at > life_began:
                yield f"I9: nobody has tried to end {press}"


def standing(screen: Screen, message: Message) -> Screen:
    """A screen with the buttons that stand under its message."""
    there = {each.url or each.data for each in message.buttons}

    def kept(buttons: Sequence[Button]) -> tuple[Button, ...]:
        return tuple(each for each in buttons if (each.url or each.token) in there)

    questions = tuple(
        replace(each, choices=kept(each.choices), looks=kept(each.looks), hidden=(), back=None)
        for each in screen.questions
    )
    return replace(screen, questions=questions, buttons=kept(screen.buttons), above=None)


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
