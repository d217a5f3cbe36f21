"""The bot in Slack: what people do comes in by Socket Mode or by HTTP, screens go out. Nothing is decided here.

A delivery is on disk before Slack is told that it arrived. What Slack waits for is answered from here: a modal is
opened while its trigger lives, a submission gets its errors or the next view.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import structlog

from adapters import Anchor, Heard, Host, Json, NotTaken, Place, Receipt, Request, Response, Visit, Who, Words
from adapters.slack import parse as parsing
from adapters.slack import render
from adapters.slack.api import CANNOT_CHANGE, GONE, NOBODY, OUTSIDE, Api, NotInstalled, Refused, Tokens, Unreached
from adapters.slack.commands import TOLD
from adapters.slack.envelope import Envelope, Junk, enveloped, posted
from adapters.slack.gates import Held
from adapters.slack.installing import Installations, Installing
from adapters.slack.listening import Listening
from adapters.slack.parse import COMMAND, EVENT, INTERACTION, Sheet, asks_for_help, who_of
from adapters.slack.places import MODAL, Spot, direct, external_id, is_id, spot
from adapters.slack.profiles import Profiles
from adapters.slack.signing import is_signed
from adapters.slack.sockets import PAUSES, Sockets
from adapters.slack.views import View, Views
from conversations.cards import returning
from conversations.screens import Screen
from conversations.texts import say

log = structlog.get_logger()

PATH = "/slack/events"

OPENING = 0.7
"""Seconds that an opening modal waits for its first screen; then it opens without. A trigger lives for three."""

OPENED = 2.0
"""Seconds given to Slack to open it."""

LATE = 1.0
"""Seconds in which a modal may still open that a former life of the program has asked for."""

SUBMITTED = 2.0
"""Seconds that a submission waits for what follows from it. Slack waits for three."""

MARKED = "booking_message"
"""The metadata by which a message is found again whose answer was lost."""

REMEMBERED = 1_000
"""Messages of which it is remembered what stands in them, so that their buttons can be taken away."""


@dataclass(frozen=True, slots=True)
class Mark:
    """An anchor in messages: the channel, the message, and for a card its revision: it keeps its buttons."""

    channel: str
    ts: str
    card: int | None = None

    @classmethod
    def of(cls, anchor: Anchor | None) -> Mark | None:
        match (anchor or "").split(":"):
            case ["m", channel, ts, card]:
                return cls(channel, ts, int(card) if card.isdecimal() else None)
        return None

    def __str__(self) -> str:
        return f"m:{self.channel}:{self.ts}:{'' if self.card is None else self.card}"


class Slack:
    """`speak` gives the words of a locale, for what is said before anybody knows more. `commands` are conversations by
    the names of their slash commands. With an `app_token` it listens through sockets, else to what is posted.
    """

    name = "slack"

    def __init__(
        self,
        api: Api,
        tokens: Tokens,
        speak: Callable[[str], Words],
        commands: Mapping[str, str],
        *,
        clock: Callable[[], datetime],
        signing_secret: str = "",
        app_token: str = "",
        installations: Installations | None = None,
        installing: Installing | None = None,
        pauses: tuple[float, ...] = PAUSES,
    ) -> None:
        self.pages = installing.pages if installing else ()
        self._installations, self._installing = installations, installing
        self.path = PATH if signing_secret else ""
        self.received: Counter[str] = Counter()
        self._api, self._speak, self._commands, self._clock = api, speak, commands, clock
        self._secret = signing_secret
        self._host: Host | None = None
        self._profiles, self._views = Profiles(api), Views()
        self._listening = Listening(self, api, tokens, commands)
        self._sockets = Sockets(api, app_token, self._enveloped, pauses=pauses) if app_token else None
        self._unsure: set[str] = set()
        self._messages: OrderedDict[tuple[str, str], Json] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()
        self._heard_at: float | None = None

    # In.

    async def take_up(self, host: Host) -> None:
        await self._api.gates.take_up(host)
        if self._installations:
            await self._installations.take_up(host)

    async def run(self, host: Host) -> None:
        self._host = host
        try:
            await (self._sockets.run() if self._sockets else asyncio.Event().wait())
        finally:
            self._host = None

    def trouble(self) -> str:
        """Why nothing comes in; empty if it does."""
        if self._host is None:
            return "it does not run"
        return self._sockets.trouble if self._sockets else ""

    def measures(self) -> Iterator[tuple[str, str, float, Mapping[str, str], bool]]:
        """Numbers for those who watch the program: name, help, value, labels, whether it only rises."""
        for kind, number in sorted(self.received.items()):
            yield "updates", "Updates by kind.", number, {"kind": kind}, True
        for (method, outcome), number in sorted(self._api.outcomes.items()):
            yield "requests", "Requests by method and outcome.", number, {"method": method, "outcome": outcome}, True
        yield "gates_closed", "Chats, or all, that wait after a 429.", self._api.gates.held(), {}, False
        if self._heard_at is not None:
            yield "heard_seconds", "Since the last poll or delivery.", time.monotonic() - self._heard_at, {}, False

    def parse(self, payload: Json, at: datetime) -> Heard | Visit | None:
        return parsing.parse(payload, at, self._commands)

    async def delivered(self, request: Request) -> Response:
        """What was posted, once it is known to be Slack's. No word about what was wrong with anything else."""
        if not self._secret or not is_signed(request.headers, request.body, self._secret, self._clock()):
            return Response(401)
        try:
            envelope = posted(request.headers.get("content-type", ""), request.body)
        except Junk:
            return Response(400)
        if envelope.kind == COMMAND and "ssl_check" in envelope.payload:
            return Response(200)
        if envelope.kind == EVENT and envelope.payload.get("type") == "url_verification":
            return _json({"challenge": str(envelope.payload.get("challenge", ""))[:1000]})
        answer = await self._taken(envelope)
        return Response(503) if answer is None else _json(answer)

    async def asked(self, request: Request) -> Response:
        """The pages on which the app is installed."""
        return await self._installing.asked(request) if self._installing else Response(404)

    async def _enveloped(self, message: Json) -> Json | None:
        envelope = enveloped(message)
        return await self._taken(envelope) if envelope else {}

    async def _taken(self, envelope: Envelope) -> Json | None:
        """What Slack is answered, an empty one being just the acknowledgement; None if it shall come again."""
        self.received[envelope.kind] += 1
        self._heard_at = time.monotonic()
        host = self._host
        if host is None:
            return None
        try:
            receipt = await self._stored(host, envelope) if self._is_somebodys(envelope) else None
        except NotTaken:
            log.warning("a delivery could not be stored")
            return None
        try:
            response = await self._listening.dispatch(envelope, receipt)
            answer = json.loads(response.body) if response.body and response.body.startswith("{") else {}
        except Exception:
            log.exception("a delivery could not be answered")  # it is on disk, and is handled
            return {}
        if response.status != 200:
            log.info("bolt does not know what to do with a delivery", kind=envelope.kind, status=response.status)
            return {}
        return answer

    async def _stored(self, host: Host, envelope: Envelope) -> Receipt | None:
        """Puts a delivery on disk; None if it came before. Whoever draws its modal waits until Slack was answered."""
        key = envelope.key
        delivery = {
            "kind": envelope.kind,
            "key": key,
            "payload": dict(envelope.payload),
            "profile": dict(await self._profile(envelope)),
        }
        view = self._touched(delivery)
        if view:
            view.hold()
        receipt = None
        try:
            receipt = await host.receive(key, delivery)
        finally:
            if view and receipt is None:
                view.free()
        return receipt

    def _is_somebodys(self, envelope: Envelope) -> bool:
        """Whether it is kept until it is handled: whatever a person did, but no question for help."""
        event = envelope.payload.get("event")
        kind = event.get("type") if isinstance(event, Mapping) else None
        if envelope.kind == EVENT:
            return envelope.payload.get("type") == "event_callback" and kind not in TOLD
        return not (envelope.kind == COMMAND and asks_for_help(envelope.payload))

    async def _profile(self, envelope: Envelope) -> Mapping[str, str]:
        try:
            return await self._profiles.known(*who_of(envelope.kind, envelope.payload))
        except ValueError:
            return {}

    def _touched(self, delivery: Json) -> View | None:
        """Takes down what a delivery tells of its modal. Gives it if it is drawn only after Slack was answered."""
        place, kind = self._place(delivery), delivery["payload"].get("type")
        if place is None:
            return None
        view = self._views.of(spot(place).external)
        if self._opens(delivery, place):
            return view
        view.touched(closed=kind == "view_closed")
        return view if kind == "view_submission" else None

    def _opens(self, delivery: Json, place: Place) -> bool:
        return spot(place).external == external_id(delivery["key"])

    def _place(self, delivery: Json) -> Place | None:
        """The modal that a delivery is about."""
        try:
            heard = self.parse(delivery, self._clock())
        except ValueError:
            return None
        return heard.place if isinstance(heard, Heard) and heard.place.kind == MODAL else None

    # What Slack waits for.

    async def opens(self, payload: Json, receipt: Receipt | None) -> None:
        """Opens a modal while the trigger lives, if that is what the delivery asks for."""
        kind = COMMAND if "command" in payload else INTERACTION
        delivery = {"kind": kind, "key": Envelope(kind, payload).key, "payload": payload}
        place = self._place(delivery)
        if receipt and place and self._opens(delivery, place):
            self._start(self._open(spot(place), str(payload.get("trigger_id")), receipt))

    async def _open(self, where: Spot, trigger: str, receipt: Receipt) -> None:
        """A modal that cannot be opened is gone: its screens become messages."""
        view = self._views.of(where.external)
        try:
            seen = await receipt.seen(OPENING)
            drawn = render.modal(seen.screen, seen.words) if seen else self._waiting()
            answer = await self._api.call(
                where.team,
                "views.open",
                {"trigger_id": trigger, "view": {**drawn, "external_id": where.external}},
                patience=0.0,
                answer=OPENED,
            )
            view.drawn(answer.get("view"))
            view.shown = seen.screen if seen else None
        except (Refused, Held) as error:
            view.gone = True
            log.info("a modal could not be opened", why=str(error))
        except Unreached as error:
            log.info("nobody knows whether a modal was opened", why=str(error))  # whoever draws it finds out
        finally:
            view.free()

    async def submitted(self, payload: Json, receipt: Receipt | None) -> Json:
        """The answer to a submission: its errors beside their inputs, or the next view. An empty one would close it."""
        delivery = {"kind": INTERACTION, "key": Envelope(INTERACTION, payload).key, "payload": payload}
        place = self._place(delivery)
        if place is None or receipt is None:
            return {}
        view, external = self._views.of(spot(place).external), spot(place).external
        try:
            seen = await receipt.seen(SUBMITTED)
            errors = _errors(seen.screen, seen.words, payload) if seen else {}
            view.shown, view.hash, view.was_open = seen.screen if seen else None, "", True
            if errors:
                return {"response_action": "errors", "errors": errors}
            drawn = render.modal(seen.screen, seen.words) if seen else self._waiting()
            return {"response_action": "update", "view": {**drawn, "external_id": external}}
        finally:
            view.free_soon()

    async def helps(self, payload: Json) -> Json:
        """What is said to whoever asks a command for help, where only they see it."""
        if not asks_for_help(payload) or self._host is None:
            return {}
        try:
            team, user = who_of(COMMAND, payload)
        except ValueError:
            return {}
        profile = await self._profiles.known(team, user)
        words = await self._host.words(Who("slack", team, user, profile.get("locale"), profile.get("zone")))
        return {"response_type": "ephemeral", **render.helped(self._commands, words)}

    async def told(self, kind: str, payload: Json) -> None:
        """What Slack says about a workspace."""
        event = payload.get("event")
        changed = event.get("user") if isinstance(event, Mapping) else None
        team = str(payload.get("team_id"))
        if kind == "user_change" and isinstance(changed, Mapping):
            self._profiles.changed(team, changed)
        elif self._installations and (kind == "app_uninstalled" or _bots_revoked(event)):
            await self._installations.forget(team)

    def _waiting(self) -> Json:
        """What stands in a modal before anybody knows what it will be about."""
        words = self._speak("")
        return render.waiting(words.say(say("Appointments")), words.say(say("One moment …")))

    # Out.

    def lasting(self, place: Place) -> Place:
        where = spot(place)
        return direct(where.team, where.user) if place.kind == MODAL else place

    def place_of(self, chat: str) -> Place:
        """See Addressable: a channel or a person, after their workspace where there are several."""
        team, _, channel = chat.rpartition("/")
        if not is_id(channel) or not (is_id(team) or not team):
            raise ValueError("names no channel of Slack's")
        return direct(team, channel)

    async def show(self, screen: Screen, place: Place, anchor: Anchor | None, words: Words, *, below: bool) -> Anchor:
        try:
            if place.kind != MODAL:
                return await self._write(screen, spot(place), anchor, words, below=below)
            if Mark.of(anchor) and not self._views.of(spot(place).external).pressed:  # a message stands for it
                return await self._write(_door(screen), spot(place), anchor, words, below=False)
            return await self._draw(screen, spot(place), anchor or "", words)
        except Refused as error:
            if not (error.why in NOBODY or error.why in OUTSIDE or isinstance(error, NotInstalled)):
                raise
            log.info("nobody is there to be written to", why=str(error))
            return anchor or ""

    async def _draw(self, screen: Screen, where: Spot, anchor: Anchor, words: Words) -> Anchor:
        """Draws a modal; what has no modal any more is written in the direct message."""
        view = self._views.of(where.external, "" if Mark.of(anchor) else anchor)
        await view.freed()
        if not view.gone and view.shown == screen:
            return f"{view.id} {view.hash}"
        for pause in () if view.gone else (0.0,) if view.was_open else (0.0, LATE):
            await asyncio.sleep(pause)
            if await self._update(view, screen, where, words):
                return f"{view.id} {view.hash}"
        over = screen.over and view.was_open
        if screen.busy or over or not (screen.buttons or screen.questions or screen.lines):
            return anchor
        return await self._write(_door(screen), where, None, words, below=True)

    async def _update(self, view: View, screen: Screen, where: Spot, words: Words) -> bool:
        """False if the modal is closed. Nobody else draws it: another hash is just the answer to a submission."""
        drawn = {**render.modal(screen, words), "external_id": where.external}
        asked = {"external_id": where.external, "view": drawn, **({"hash": view.hash} if view.hash else {})}
        try:
            try:
                answer = await self._api.call(where.team, "views.update", asked)
            except Refused as error:
                if error.why != "hash_conflict":
                    raise
                asked.pop("hash", None)
                answer = await self._api.call(where.team, "views.update", asked)
        except Refused as error:
            if error.why not in GONE:
                raise
            view.gone = True
            return False
        view.drawn(answer.get("view"))
        view.shown = screen
        return True

    async def _write(self, screen: Screen, where: Spot, anchor: Anchor | None, words: Words, *, below: bool) -> Anchor:
        """Changes the message in which the conversation stands, or writes a new one below it."""
        old, drawn = Mark.of(anchor), render.message(screen, words)
        if old and not screen.key and old.card is not None:
            return str(old)  # a card stands for itself, wherever the conversation goes on
        changing = old and not below and (old.card is None or screen.revision in (0, old.card))
        card = screen.revision if screen.over and screen.rows else None
        if old and changing and await self._change(where, old, drawn):
            return str(replace(old, card=card))
        mark = _mark(await self._post(where, old.channel if old else "", drawn), card)
        self._remember(mark, drawn)
        if old and old.card is None:
            await self._bare(where, old)
        return str(mark)

    async def _post(self, where: Spot, channel: str, drawn: Json) -> Json:
        """Writes a message. One whose answer was lost is looked for before it is written once more."""
        name = hashlib.sha256(json.dumps([where.team, where.user, drawn], sort_keys=True).encode()).hexdigest()[:32]
        if channel and name in self._unsure and (found := await self._found(where, channel, name)):
            return found
        quiet = {"mrkdwn": False, "unfurl_links": False, "unfurl_media": False}
        marked = {"metadata": {"event_type": MARKED, "event_payload": {"name": name}}}
        try:
            sent = await self._api.call(
                where.team, "chat.postMessage", {"channel": where.user, **drawn, **quiet, **marked}
            )
        except Unreached:
            self._unsure.add(name)
            raise
        self._unsure.discard(name)
        return sent

    async def _found(self, where: Spot, channel: str, name: str) -> Json | None:
        """The message of this name, if it has arrived after all."""
        asked = {"channel": channel, "limit": "10", "include_all_metadata": "true"}
        answer = await self._api.call(where.team, "conversations.history", asked)
        messages = answer.get("messages")
        for each in messages if isinstance(messages, list) else ():
            match each:
                case {"ts": str(ts), "metadata": {"event_type": "booking_message", "event_payload": {"name": found}}}:
                    if found == name:
                        return {"channel": channel, "ts": ts}
        return None

    async def _change(self, where: Spot, mark: Mark, drawn: Json) -> bool:
        """False if the message cannot be changed any more."""
        try:
            await self._api.call(where.team, "chat.update", {"channel": mark.channel, "ts": mark.ts, **drawn})
        except Refused as error:
            if error.why in CANNOT_CHANGE:
                return False
            raise
        self._remember(mark, drawn)
        return True

    async def _bare(self, where: Spot, mark: Mark) -> None:
        """Takes an old message's buttons away. If that fails, they are only old: pressed, they change nothing."""
        drawn = self._messages.get((mark.channel, mark.ts))
        if drawn is None:
            return
        kept = [each for each in drawn["blocks"] if each["type"] != "actions" and "accessory" not in each]
        try:
            await self._change(where, mark, {**drawn, "blocks": kept})
        except (Refused, Unreached, Held) as error:
            log.debug("an old message keeps its buttons", why=str(error))

    def _remember(self, mark: Mark, drawn: Json) -> None:
        self._messages[mark.channel, mark.ts] = drawn
        while len(self._messages) > REMEMBERED:
            self._messages.popitem(last=False)

    async def publish(self, page: Sequence[Screen], who: Who, words: Words) -> None:
        view = render.home(page, words)
        try:
            await self._api.call(who.workspace, "views.publish", {"user_id": who.user, "view": view})
        except Refused as error:
            if error.why not in NOBODY | OUTSIDE and not isinstance(error, NotInstalled):
                raise
            log.info("nobody is there to be shown a page", why=str(error))

    # Tasks.

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def finished(self, within: float) -> None:
        """Ends what is under way: modals are still opened, for so many seconds."""
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=within)
        for task in set(self._tasks):
            task.cancel()
        self._profiles.finished()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def _bots_revoked(event: Any) -> bool:
    """Whether the token of the bot itself was revoked; those of people are none of ours."""
    tokens = event.get("tokens") if isinstance(event, Mapping) else None
    return bool(tokens.get("bot")) if isinstance(tokens, Mapping) else False


def _door(screen: Screen) -> Screen:
    """What is said of a conversation whose modal is closed: where it stands, and a button that leads back to it."""
    if screen.over:
        return screen
    return replace(screen, questions=(), focus=None, buttons=(returning(screen.title),))


def _errors(screen: Screen, words: Words, payload: Json) -> Mapping[str, str]:
    """What is wrong with each input of a form that was refused, by its block; nothing if something else stands now."""
    view = payload["view"]
    if Sheet.of(view).revision != screen.revision:
        return {}
    blocks = {parsing.question_of(name): name for name in view["state"]["values"]}
    return {
        blocks[each.name]: words.say(each.error)
        for each in screen.questions
        if each.error and each.name in blocks and each.name
    }


def _mark(sent: Json, card: int | None) -> Mark:
    channel, ts = sent.get("channel"), sent.get("ts")
    if not (isinstance(channel, str) and isinstance(ts, str)):
        raise Unreached("chat.postMessage: an answer without a message")
    return Mark(channel, ts, card)


def _json(answer: Json) -> Response:
    """An acknowledgement is empty where there is nothing to be said."""
    if not answer:
        return Response(200)
    return Response(200, json.dumps(answer).encode(), {"content-type": "application/json"})
