"""Slack in the simulation: the real adapter, between its door for HTTP or Socket Mode and what the SDK would send, and
`sandbox.slack` behind it.

What stands there, in modals and in direct messages, is what people see, press and fill in. What Slack says has failed,
they do again. What is right to show is not known here.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from contextvars import Context
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

import aiohttp
import httpx
from lives import LIFE, Life
from simulated_chat import Message
from simulated_web import AGAIN, DONE, DRAWN, NEVER, Answer, Web, standing
from slack_acts import NAMES, Hand, Standing, options
from slack_seams import Drawing, Session

from adapters import Json, Seen, Words
from adapters import Request as Posted
from adapters.slack.api import Api, always
from adapters.slack.app import PATH, Slack
from adapters.slack.blocks import TITLE, in_line
from adapters.slack.envelope import Envelope
from adapters.slack.gates import Gates
from adapters.slack.manifest import manifest
from adapters.slack.parse import Sheet
from adapters.slack.places import external_id
from bot.words import Words as Spoken
from conversations.screens import RETURN, Button, Return, Screen
from sandbox.slack import World, acks, payloads
from sandbox.slack.app import Slack as Front
from sandbox.slack.deliveries import TIMEOUT, Attempt, Delivery, Kind
from sandbox.slack.dispatch import packed, read_body, signed
from sandbox.slack.drawing import read_blocks
from sandbox.slack.people import Person
from sandbox.slack.views import Sight, View, look

SITE, PUBLIC = "https://slack.example.com", "https://bot.example.com"
PATIENCE = 3.0
"""Seconds that Slack waits for an acknowledgement."""

RESENT = (0.0, 60.0, 300.0)
"""Seconds before each further try to bring an event; what else is not taken, people do again."""

HEARD = 0.2
"""How often the app hears of a message of its own, which is nothing for it: all of them would take half of the time."""

TRIES = 10
"""How often somebody does again what Slack says has failed."""

VIEWS = frozenset({"views.open", "views.update"})
MESSAGES = frozenset({"chat.postMessage", "chat.update"})

Act = Callable[[], Delivery | None]


@dataclass
class Slacks(Web):
    name = Slack.name

    def __post_init__(self) -> None:
        super().__post_init__()
        self.by_socket = self.chance.random() < 0.5
        made = manifest(Spoken("en", "UTC"), NAMES, url="" if self.by_socket else PUBLIC)
        self.world = World(self.truth, seed=str(self.weather.seed), manifest=made, tick=self.tick)
        self.world.url = SITE
        self._front = httpx.ASGITransport(Front(self.world))
        self._one = asyncio.Lock()
        self._people: dict[str, Person] = {}
        self._seen: dict[str, Seen] = {}
        self._taken: list[Delivery] = []
        self._acts: dict[int, tuple[Act, int]] = {}
        """What somebody does again if it fails, and how often still, by the number of its delivery."""
        self._posted: dict[str, tuple[Screen, Words]] = {}
        self._newest: tuple[Drawing, Life] | None = None
        self._bringing: asyncio.Task[None] | None = None

    # The program's end of it.

    def adapter(self, life: Life) -> Drawing:
        api = Api(
            always(self.world.token),
            f"{SITE}/api/",
            Gates(self.tick, lambda: self.clock().timestamp()),
            cast(aiohttp.ClientSession, Session(lambda request: self.asked(request, life))),
        )
        drawing = Drawing(
            api,
            always(self.world.token),
            lambda locale: Spoken(locale or "en", "UTC"),
            NAMES,
            clock=self.clock,
            signing_secret="" if self.by_socket else self.world.signing_secret,
        )
        drawing.seen = self._seen.__setitem__
        self._newest = drawing, life
        if self._bringing is None:
            self._bringing = asyncio.get_running_loop().create_task(self._brings(), context=Context())
        return drawing

    def too_many(self, seconds: int) -> Answer:
        return _json(429, {"ok": False, "error": "ratelimited"}, {"retry-after": str(seconds)}, rest=seconds)

    async def asked(self, request: httpx.Request, life: Life) -> Answer:
        """Raises what aiohttp raises if nothing comes."""
        method = request.url.path.rpartition("/")[2]
        given = json.loads(request.content) if _is_json(request) else dict(request.url.params)
        fate = "502" if self.is_away() else self.fate()
        whom = f"{method} {given.get('channel', '')}"
        came = await self.carry(method, whom, lambda: self._done(method, request, given), 60.0, life, fate)
        if came is None:
            raise aiohttp.ServerDisconnectedError
        return came

    async def _done(self, method: str, request: httpx.Request, given: Json) -> Answer:
        async with self._one:  # what is seen is looked at before anything else changes it
            return await self._carried_out(method, request, given)

    async def _carried_out(self, method: str, request: httpx.Request, given: Json) -> Answer:
        answer = await self._front.handle_async_request(
            httpx.Request(request.method, request.url, headers=request.headers, content=request.content)
        )
        body = await answer.aread()
        if method in VIEWS | MESSAGES and (said := json.loads(body))["ok"]:
            self._changed(method, given, said)
        elif method == "conversations.history":
            self._looked_for(json.loads(body))
        elif method in ("files.completeUploadExternal", "views.publish"):
            self.note("posted" if method == "views.publish" else "sent a file", method)
        return Answer(answer.status_code, body, dict(answer.headers))

    # What is seen.

    def _changed(self, method: str, given: Json, said: Json) -> None:
        """Something stands there by what was asked for."""
        if method in VIEWS:
            view = self.world.views[said["view"]["id"]]
            led = next((seen for key, seen in self._seen.items() if external_id(key) == view.external_id), None)
            drawn = DRAWN.get() or ((led.screen, led.words) if led else None)
            self._stands(view.id, look(view), drawn)
            return
        message = self.world.team.channels[said["channel"]].message(said["ts"])
        assert message, said
        place, drawn = self._name_of(message), DRAWN.get()
        bare = drawn and (self._posted.get(place) is drawn or (any(drawn[0].presses()) and not _tokens(message)))
        if method == "chat.update" and bare:
            self._bares(place, message.id)
            return
        if method == "chat.postMessage" and drawn:
            self._posted[place] = drawn
        self._stands(message.id, message, drawn)

    def _looked_for(self, said: Json) -> None:
        """What came late and was found by the app is what it has shown."""
        found = {each["ts"] for each in said.get("messages", ())}
        for each in (each for each in self.history if each.id in found):
            each.belated = False

    def _bares(self, place: str, id: str) -> None:
        """Where something was written anew, the buttons of what stood before are taken away."""
        for each in (each for each in self.chat(place) if each.id == id):
            each.screen = standing(each.screen, ())

    def _stands(self, id: str, where: Standing, drawn: tuple[Screen, Words] | None) -> None:
        sheet = Sheet.of(where.view.given) if isinstance(where, Sight) else None
        if drawn is None or (sheet and sheet.revision != drawn[0].revision):
            return  # nothing but that something will be seen
        (screen, words), place = drawn, self._name_of(where)
        tokens = _tokens(where)
        text = f"{words.say(screen.title)}\n{_read(where)}" if _is_titled(where, screen, words) else _read(where)
        self.appears(place, id, _standing(screen, tokens), words, text, belated=self.is_belated)
        found = self.chat(place)
        found.sort(key=lambda each: each.id == id)  # what has changed is looked at

    def _name_of(self, where: Standing) -> str:
        person = where.view.person if isinstance(where, Sight) else where.channel.person
        return next((name for name, each in self._people.items() if person and each.id == person.id), "")

    def chat(self, place: str) -> list[Message]:
        """Without the modals that are closed by now."""
        found = super().chat(place)
        closed = {each.id for each in self.world.views.values() if each.closed}
        found[:] = [each for each in found if each.id not in closed]
        return found

    def in_front(self, place: str) -> Screen | None:
        top = self.person(place).top
        return next((each.screen for each in self.chat(place) if top and each.id == top.id), None)

    # The people's.

    def person(self, name: str) -> Person:
        if name not in self._people:
            self._people[name] = self.world.person()
        return self._people[name]

    def user(self, name: str) -> str:
        return self.person(name).id

    @property
    def workspace(self) -> str:
        return self.world.team.id

    def does(self, user: str, **what: Any) -> None:
        person = self.person(user)
        hand = Hand(person, self.chance)
        match what:
            case {"text": str(text), **rest}:
                self._tries(lambda: hand.says(text, rest.get("answers") or {}))
            case {"press": str(token)}:
                self._tries(lambda: hand.presses(token))
            case {"poison": _}:
                told = {"type": "message", "channel_type": "im", "user": person.id, "text": ["nobody understands this"]}
                delivery = self.world.raw(Kind.EVENT, payloads.event(self.world.team, told))
                self.poison.add(_key(delivery))
            case {"nothing": _}:
                person.opens_home()

    def _tries(self, act: Act, times: int = TRIES) -> None:
        """Does something, if it can be done; and again, if Slack says that it has failed."""
        with suppress(LookupError):
            delivery = act()
            if delivery and times:
                self._acts[delivery.number] = act, times - 1

    async def _tries_again(self, delivery: Delivery) -> None:
        if delivery.number in self._acts:
            act, times = self._acts[delivery.number]
            await asyncio.sleep(self.chance.uniform(1, 20))
            self._tries(act, times)
            del self._acts[delivery.number]

    def loses(self, place: str) -> None:
        """A modal is closed, a message deleted."""
        person = self.person(place)
        if person.top:
            self._tries(person.closes)
            self.note("taken away", place, "modal")
        elif chat := self.chat(place):
            message = person.channel.message(chat[-1].id)
            if message:
                message.deleted = True
            super().loses(place)

    @property
    def undelivered(self) -> Sequence[Any]:
        """The app hears of its own messages too, and of the last ones perhaps no more."""
        people = [each for each in self.world.open_deliveries if not _is_own(each)]
        return [*people, *self._acts]

    @property
    def delivered(self) -> Sequence[str]:
        return [_key(each) for each in self._taken]

    def remembers_one(self) -> None:
        self.world.redeliver(self.chance.choice(self._taken), same=self.chance.random() < 0.5)

    # What Slack brings.

    async def _brings(self) -> None:
        while True:
            await self.world.changes.until(lambda: self.world.queue, None)
            waiting, self.world.queue[:] = list(self.world.queue), []
            for each in waiting:
                if _is_own(each) and self.chance.random() > HEARD:
                    acks.acknowledge(each, {})
                else:
                    self.goes_on(self._bring(each))

    async def _bring(self, delivery: Delivery) -> None:
        pauses = (0.0, *RESENT) if delivery.kind is Kind.EVENT else (0.0,)
        for number, pause in enumerate(pauses):
            await asyncio.sleep(pause)
            body = await self._tried(delivery, number)
            delivery.attempts.append(Attempt(self.world.now(), number, "", 0 if body is None else 200, 0.0))
            if body is not None:
                return self._acknowledged(delivery, body)
        acks.give_up(delivery, TIMEOUT)
        await self._tries_again(delivery)
        return None

    async def _tried(self, delivery: Delivery, number: int) -> Json | None:
        """What the app answers within Slack's patience; None if nothing comes."""
        fate = self.fate()
        await asyncio.sleep(self.on_its_way(fate if fate != "late" else ""))
        if self._newest is None or self._newest[1].dead or fate in NEVER:
            await asyncio.sleep(AGAIN)
            return None
        self.perhaps.add(_key(delivery))
        taking = self.goes_on(self._into(*self._newest, delivery, number, fate))
        await asyncio.wait([taking], timeout=PATIENCE)
        came: Json | None = taking.result() if taking.done() else None
        if came is None or fate in DONE:
            await asyncio.sleep(AGAIN)
            return None
        return came

    async def _into(self, adapter: Drawing, life: Life, delivery: Delivery, number: int, fate: str) -> Json | None:
        if fate == "late":
            await asyncio.sleep(self.on_its_way(fate))
        if life.dead:
            return None
        context = Context()
        context.run(LIFE.set, life)
        way = self._enveloped if self.by_socket else self._posted_to
        taking = asyncio.get_running_loop().create_task(way(adapter, delivery, number), context=context)
        await asyncio.wait([taking])
        return None if taking.cancelled() else taking.result()

    async def _enveloped(self, adapter: Drawing, delivery: Delivery, number: int) -> Json | None:
        return await adapter.enveloped(_envelope(delivery, number))

    async def _posted_to(self, adapter: Drawing, delivery: Delivery, number: int) -> Json | None:
        kind, body = packed(delivery)
        again = {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": "http_timeout"} if number else {}
        headers = {"content-type": kind, **signed(self.world, body), **again}
        small = {name.lower(): value for name, value in headers.items()}
        answer = await adapter.delivered(Posted(small, body, PATH))
        if answer.status != 200:
            return None
        return cast(Json, read_body(answer.headers.get("content-type", "application/json"), answer.body) or {})

    def _acknowledged(self, delivery: Delivery, body: Json) -> None:
        acks.acknowledge(delivery, dict(body))
        self._taken.append(delivery)
        self._acts.pop(delivery.number, None)
        self.note("brought", delivery.kind.value)
        view, seen = delivery.view, self._seen.get(_key(delivery))
        if view and seen and body.get("response_action") and not view.closed:
            self._answered(view, seen, errors=body["response_action"] == "errors")
        self.world.changes.tell()

    def _answered(self, view: View, seen: Seen, *, errors: bool) -> None:
        """What stands after a submission."""
        if not errors:
            return self._stands(view.id, look(view), (seen.screen, seen.words))
        name = self._name_of(look(view))
        self.appears(name, view.id, _standing(seen.screen, _tokens(look(view))), seen.words)
        return None

    def wrongs(self, life_began: datetime) -> Iterator[str]:
        yield from self.faults
        for method in self.too_soon:
            yield f"I13: {method} left before the time was over that Slack had named"
        for complaint in self.world.complaints:
            yield f"Slack complains of {complaint.method}: {complaint.text}"


def _key(delivery: Delivery) -> str:
    """The program's own for it."""
    return Envelope(delivery.kind.value, delivery.payload, f"envelope {delivery.number}").key


def _is_own(delivery: Delivery) -> bool:
    event = delivery.payload.get("event", {})
    return "bot_id" in {**event, **event.get("message", {})}


def _envelope(delivery: Delivery, number: int) -> Json:
    told = {"envelope_id": f"envelope {delivery.number}", "type": delivery.kind.value, "payload": delivery.payload}
    return {**told, "retry_attempt": number} if delivery.kind is Kind.EVENT else told


def _is_json(request: httpx.Request) -> bool:
    return str(request.headers.get("content-type", "")).startswith("application/json")


def _json(status: int, said: Json, headers: Mapping[str, str], rest: int = 0) -> Answer:
    return Answer(status, json.dumps(said).encode(), {"content-type": "application/json", **headers}, rest)


def _read(where: Standing) -> str:
    """What is written there, but for what the person has filled in."""
    if isinstance(where, Sight):
        return read_blocks(where.blocks, where.view.team.reader(where.view.person)).text
    return where.text


def _tokens(where: Standing) -> set[str]:
    """All that can be pressed or chosen there, by token or address."""
    found = {str(each.raw.get("url") or each.raw.get("value", "")) for each in where.elements if each.kind == "button"}
    found |= {token for each in where.elements for token in options(each)}
    return (found | {Sheet.of(where.view.given).submit} if isinstance(where, Sight) else found) - {""}


def _standing(screen: Screen, tokens: set[str]) -> Screen:
    """A door leads back to what does not stand there itself."""
    if RETURN not in tokens:
        return standing(screen, tokens)
    return replace(screen, questions=(), focus=None, buttons=(Button(RETURN, "back", Return()),), above=None)


def _is_titled(where: Standing, screen: Screen, words: Words) -> bool:
    """A modal's title is cut."""
    return isinstance(where, Sight) and bool(where.title == in_line(words.say(screen.title), TITLE)["text"])
