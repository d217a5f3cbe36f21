"""The bot in Slack: what people do comes in by Socket Mode or by HTTP, screens go out. Nothing is decided here.

A delivery is on disk before Slack is told that it arrived. What Slack waits for is answered from here: a modal is
opened while its trigger lives, a submission gets its errors or the next view.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from adapters import (
    Anchor,
    Attachment,
    Errand,
    Heard,
    Host,
    Json,
    NotTaken,
    Place,
    Receipt,
    Request,
    Response,
    Visit,
    Who,
    Words,
)
from adapters.measuring import Measure, measured
from adapters.slack import parse as parsing
from adapters.slack import render
from adapters.slack.api import NOBODY, OUTSIDE, Api, NotInstalled, Refused, Tokens
from adapters.slack.commands import TOLD
from adapters.slack.envelope import Envelope, Junk, enveloped, posted
from adapters.slack.installing import Installations, Installing
from adapters.slack.listening import Listening
from adapters.slack.messages import Mark, Messages
from adapters.slack.modals import Modals
from adapters.slack.parse import COMMAND, EVENT, INTERACTION, Departure, asks_for_help, who_of
from adapters.slack.places import MODAL, Spot, direct, external_id, is_id, spot
from adapters.slack.profiles import Profiles
from adapters.slack.signing import is_signed
from adapters.slack.sockets import PAUSES, Sockets
from adapters.slack.views import View
from conversations.cards import returning
from conversations.screens import Screen

log = structlog.get_logger()

PATH = "/slack/events"


class Slack:
    """`speak` gives the words of a locale, for what is said before anybody knows more. `commands` are conversations by
    the names of their slash commands. With an `app_token` it listens through sockets, else to what is posted.
    """

    name = "slack"
    unasked = True

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
        self._api, self._commands, self._clock = api, commands, clock
        self._secret = signing_secret
        self._host: Host | None = None
        self._keeper: Host | None = None
        self._profiles, self._modals, self._messages = Profiles(api), Modals(api, speak), Messages(api)
        self._listening = Listening(self, api, tokens, commands)
        self._sockets = Sockets(api, app_token, self._enveloped, pauses=pauses) if app_token else None
        self._heard_at: float | None = None

    # In.

    async def take_up(self, host: Host) -> None:
        self._keeper = host
        await self._api.gates.take_up(host)
        if self._installations:
            await self._installations.take_up(host)

    async def run(self, host: Host) -> None:
        self._host = host
        try:
            sockets = self._sockets
            await (host.on_duty(sockets.run, sockets.stands_by) if sockets else _for_ever())
        finally:
            self._host = None

    def trouble(self) -> str:
        """Why nothing comes in; empty if it does."""
        if self._host is None:
            return "it does not run"
        return self._sockets.trouble if self._sockets else ""

    def measures(self) -> Iterator[Measure]:
        """Numbers for those who watch the program."""
        silent = None if self._heard_at is None else time.monotonic() - self._heard_at
        return measured(self.received, self._api.outcomes, held=self._api.gates.held(), silent=silent)

    def parse(self, payload: Json, at: datetime) -> Heard | Visit | Errand | None:
        gone = parsing.departure(payload, at)
        if gone:
            return Errand(lambda: self._leave(gone))
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
        view = self._modals.view(spot(place))
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
            self._modals.open_soon(spot(place), str(payload.get("trigger_id")), receipt)

    async def submitted(self, payload: Json, receipt: Receipt | None) -> Json:
        """What a submission is answered; an empty answer closes the modal."""
        delivery = {"kind": INTERACTION, "key": Envelope(INTERACTION, payload).key, "payload": payload}
        place = self._place(delivery)
        return await self._modals.submitted(spot(place), payload, receipt) if place and receipt else {}

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

    async def told(self, payload: Json) -> None:
        """Somebody's profile has changed."""
        event = payload.get("event")
        changed = event.get("user") if isinstance(event, Mapping) else None
        if isinstance(changed, Mapping):
            self._profiles.changed(str(payload.get("team_id")), changed)

    async def _leave(self, gone: Departure) -> None:
        """A workspace's token goes; with the app, all that is kept of its people too."""
        if self._installations and not await self._installations.forget(gone.team, gone.at):
            return
        log.info("the app was taken away", team=gone.team, only_token=gone.only_token)
        self._profiles.forget(gone.team)
        if self._keeper and not gone.only_token:
            await self._keeper.forget(gone.team)

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
        where = spot(place)
        try:
            if place.kind == MODAL:
                return await self._show_in_modal(screen, where, anchor or "", words)
            return await self._messages.write(screen, where, anchor, words, below=below)
        except Refused as error:
            if not _is_away(error):
                raise
            log.info("nobody is there to be written to", why=str(error))
            return anchor or ""

    async def _show_in_modal(self, screen: Screen, where: Spot, anchor: Anchor, words: Words) -> Anchor:
        """Without a modal a message says where things stand, and stands for it until the modal is used all the same."""
        instead = Mark.of(anchor)
        view = self._modals.view(where, "" if instead else anchor)
        if instead and not view.pressed:
            return await self._messages.write(_door(screen), where, anchor, words, below=False)
        drawn = await self._modals.draw(screen, where, view, words)
        if drawn is not None:
            return drawn
        if screen.busy or (screen.over and view.was_open) or not (screen.buttons or screen.questions or screen.lines):
            return anchor
        return await self._messages.write(_door(screen), where, None, words, below=True)

    async def send(self, attachment: Attachment, place: Place, _words: Words) -> None:
        """See Sending: a modal takes no file, so that it goes to the direct message."""
        try:
            await self._messages.send(attachment, spot(place))
        except Refused as error:
            if not _is_away(error):
                raise
            log.info("nobody is there to be sent a file", why=str(error))

    async def publish(self, page: Sequence[Screen], who: Who, words: Words) -> None:
        view = render.home(page, words)
        try:
            await self._api.call(who.workspace, "views.publish", {"user_id": who.user, "view": view})
        except Refused as error:
            if not _is_away(error):
                raise
            log.info("nobody is there to be shown a page", why=str(error))

    async def finished(self, within: float) -> None:
        """Ends what is under way: modals are still opened, for so many seconds."""
        self._profiles.finished()
        await self._modals.finished(within)


def _is_away(error: Refused) -> bool:
    """Whether a refusal says that nobody is there to be shown anything."""
    return error.why in NOBODY | OUTSIDE or isinstance(error, NotInstalled)


def _door(screen: Screen) -> Screen:
    """What is said of a conversation whose modal is closed: where it stands, and a button that leads back to it."""
    if screen.over:
        return screen
    return replace(screen, questions=(), focus=None, buttons=(returning(screen.title),))


def _json(answer: Json) -> Response:
    """An acknowledgement is empty where there is nothing to be said."""
    if not answer:
        return Response(200)
    return Response(200, json.dumps(answer).encode(), {"content-type": "application/json"})


async def _for_ever() -> None:
    """What is posted is heard elsewhere."""
    await asyncio.Event().wait()
