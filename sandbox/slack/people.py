"""People, and everything that one of them can do to an app; what they see of it stands in channels and views.

What is sent of it stands in `payloads`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sandbox.slack import modals, payloads
from sandbox.slack.channels import Channel, Message
from sandbox.slack.deliveries import Delivery, Kind
from sandbox.slack.drawing import Element, find
from sandbox.slack.inputs import PICKED, option
from sandbox.slack.mrkdwn import BARE_LINK, escaped
from sandbox.slack.teams import user_shown
from sandbox.slack.views import Sight, View, look

if TYPE_CHECKING:
    from sandbox.slack.teams import Team

Place = Message | Sight


@dataclass(eq=False)
class Device:
    """Where a person uses Slack: the modal on its screen, and the tab of the app that is looked at."""

    name: str
    stack: list[View] = field(default_factory=list)
    tab: str = ""


@dataclass
class Profile:
    """What a person says of itself, everywhere the same."""

    real_name: str
    locale: str
    tz: str
    email: str | None = None
    deactivated: bool = False


@dataclass(eq=False)
class Person:
    """What a person does puts a payload before the app, and gives the delivery of it."""

    team: Team = field(repr=False)
    id: str
    name: str
    profile: Profile
    device: Device = field(default_factory=lambda: Device("desktop"), repr=False)
    devices: dict[str, Device] = field(default_factory=dict, repr=False)
    notices: list[str] = field(default_factory=list)
    """What Slack's own program tells: that a command failed, that a modal can't connect."""

    def __post_init__(self) -> None:
        self.devices[self.device.name] = self.device

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Person) and other.id == self.id

    def __hash__(self) -> int:
        return hash(self.id)

    def on(self, device: str) -> Person:
        """The same person at another device, with a modal and tab of its own."""
        return replace(self, device=self.devices.setdefault(device, Device(device)))

    # What the person is

    @property
    def real_name(self) -> str:
        return self.profile.real_name

    @property
    def locale(self) -> str:
        return self.profile.locale

    @property
    def tz(self) -> str:
        return self.profile.tz

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.tz)

    @property
    def email(self) -> str | None:
        return self.profile.email

    @property
    def deactivated(self) -> bool:
        return self.profile.deactivated

    # What the person sees

    @property
    def channel(self) -> Channel:
        """The direct message with the app."""
        return self.team.direct(self)

    @property
    def dm(self) -> str:
        return self.channel.id

    @property
    def messages(self) -> list[Message]:
        return self.channel.every_message

    @property
    def screen(self) -> Message | None:
        """The newest message of the app that stands in the direct message."""
        return next((each for each in reversed(self.messages) if each.by_app and not each.deleted), None)

    @property
    def whispers(self) -> list[Message]:
        """What only this person sees, in any channel."""
        channels = self.team.channels.values()
        return [each for channel in channels for each in channel.every_message if each.only_for == self]

    @property
    def top(self) -> View | None:
        return self.device.stack[-1] if self.device.stack else None

    @property
    def modal(self) -> Sight | None:
        return look(self.top, len(self.device.stack)) if self.top else None

    @property
    def home_view(self) -> View | None:
        return self.team.world.homes.get(self.id)

    @property
    def home(self) -> Sight | None:
        return look(self.home_view) if self.home_view else None

    def drawn(self) -> str:
        """All of it, as text."""
        sights = [sight.drawn() for sight in (self.home, self.modal) if sight]
        outside = [each.drawn() for each in self.whispers if each.channel is not self.channel]
        return "\n".join([*sights, self.channel.drawn(), *outside, *(f"⚠ {each}" for each in self.notices)])

    def seen(self, what: str, after: Message | None = None) -> Place | None:
        """Where that stands now: in the modal, in a message younger than `after`, else in the Home tab."""
        if self.modal and self.modal.says(what) and after is None:
            return self.modal
        least = after.id if after else ""
        everywhere = [*self.messages, *(each for each in self.whispers if each.channel is not self.channel)]
        for message in reversed(everywhere):
            if message.by_app and message.id > least and message.says(what):
                return message
        return self.home if self.home and after is None and self.home.says(what) else None

    async def sees(self, what: str, after: Message | None = None, seconds: float = 10) -> Place:
        """Waits for it. Raises TimeoutError with all that the person sees."""
        world, found = self.team.world, list[Place]()

        def stands() -> bool:
            place = self.seen(what, after)
            found[:] = [place] if place else []
            return bool(found)

        try:
            await world.until(stands, seconds)
        except TimeoutError:
            raise TimeoutError(f"no {what!r} in\n{self.drawn()}") from None
        return found[0]

    # What the person types

    def commands(self, name: str, text: str = "", channel: Channel | None = None) -> Delivery:
        """Raises LookupError if the workspace knows no such command."""
        world = self.team.world
        with world.lock:
            known = world.manifest.commands.get(name)
            if known is None or "commands" not in self.team.scopes:
                raise LookupError(f"{name} is not a valid command")
            place = channel or self.channel
            trigger, url = world.trigger(self), world.new_response_url(self, place)
            written = self._names_escaped(text) if known.get("should_escape") else text
            payload = payloads.command(self, name, written, place, trigger.id, url.url)
            return world.tell(Kind.COMMAND, payload, self)

    def _names_escaped(self, text: str) -> str:
        people = {each.name: f"<@{each.id}|{each.name}>" for each in self.team.people.values()}
        channels = {each.name: f"<#{each.id}|{each.name}>" for each in self.team.channels.values() if each.name}
        text = re.sub(r"@([\w.-]+)", lambda match: people.get(match[1], match[0]), text)
        return re.sub(r"#([\w-]+)", lambda match: channels.get(match[1], match[0]), text)

    def shortcut(self, what: str) -> Delivery:
        """A global one, by callback_id or name. Raises LookupError."""
        world = self.team.world
        with world.lock:
            known = [each for each in world.manifest.shortcuts if what in (each["callback_id"], each["name"])]
            if not known or "commands" not in self.team.scopes:
                raise LookupError(f"no shortcut {what!r}")
            payload = payloads.shortcut(self, known[0]["callback_id"], world.trigger(self).id)
            return world.tell(Kind.INTERACTIVE, payload, self)

    def writes(
        self, text: str, channel: Channel | None = None, *, thread: Message | None = None, file: str = ""
    ) -> Message:
        """In the app's messages tab, or in a channel. Raises LookupError where the app lets nobody write.

        `file` names one that is sent along.
        """
        world = self.team.world
        with world.lock:
            if channel is None and (not world.manifest.tab("messages") or world.manifest.read_only):
                raise LookupError("sending messages to this app has been turned off")
            place, ts = channel or self.channel, thread.id if thread else None
            message = self.team.write(place, self, self._typed(text), thread=ts, file=file)
            world.told_of_message(message)
        return message

    def _typed(self, text: str) -> str:
        """As Slack keeps what is typed: escaped, with names and addresses as control sequences."""
        people = {each.name: f"<@{each.id}>" for each in self.team.people.values()}
        linked = BARE_LINK.sub(_link_typed, escaped(text))
        return re.sub(r"(?<![\w<])@([\w.-]+)", lambda match: people.get(match[1], match[0]), linked)

    def edits(self, message: Message, text: str) -> Message:
        with self.team.world.lock:
            before = message.shown
            message.replace(self._typed(text), message.blocks, {})
            self.team.world.told_of_change(message, before)
        return message

    def deletes(self, message: Message) -> None:
        with self.team.world.lock:
            message.deleted = True
            self.team.world.told_of_deletion(message)

    # Where the person goes

    def opens_home(self) -> Delivery | None:
        return self._opens("home")

    def opens_messages(self) -> Delivery | None:
        return self._opens("messages")

    def _opens(self, tab: str) -> Delivery | None:
        """Raises LookupError if the app has no such tab."""
        world = self.team.world
        with world.lock:
            if not world.manifest.tab(tab):
                raise LookupError(f"the app has no {tab} tab")
            self.device.tab = tab
            view = {"view": payloads.shown(self.home_view)} if self.home_view and tab == "home" else {}
            told = {"user": self.id, "channel": self.dm, "tab": tab, "event_ts": world.next_ts(), **view}
            return world.event(self.team, {"type": "app_home_opened", **told}, self)

    # What the person presses

    def presses(self, what: str, where: Place | None = None, *, anyway: bool = False) -> Delivery:
        """A button by label, action_id or value. Raises LookupError if nothing of that name can be pressed.

        It is looked for in the modal if one is open, else in the Home tab if that is looked at, else in the newest
        message that has it, or `where` it is said to be. `anyway` presses what stood there when `where` was seen,
        although it is gone: a press that was on its way.
        """
        with self.team.world.lock:
            place, element = self._found(what, where, ("button",), anyway=anyway)
            return self._acts(place, element, None)

    def chooses(self, what: str, value: Any, where: Place | None = None) -> Delivery:
        """In a menu, picker or group of boxes that tells the app at once. Raises LookupError."""
        with self.team.world.lock:
            place, element = self._found(what, where, ("overflow", *PICKED))
            if element.kind == "overflow":
                return self._acts(place, element, option(element, value))
            inputs = _inputs(place)
            inputs.put(element, value)
            self.team.world.changes.tell()
            return self._acts(place, element, inputs.state[element.key])

    def _acts(self, place: Place, element: Element, content: Any) -> Delivery:
        world = self.team.world
        used = payloads.action(element, content, world.next_ts())
        if isinstance(place, Sight):
            trigger = world.trigger(self, place.view)
            return world.tell(Kind.INTERACTIVE, payloads.acted_in_view(self, place.view, used, trigger.id), self)
        url = world.new_response_url(self, place.channel, place)
        payload = payloads.acted_in_message(self, place, used, world.trigger(self).id, url.url)
        return world.tell(Kind.INTERACTIVE, payload, self)

    def _found(
        self, what: str, where: Place | None, kinds: Sequence[str], *, anyway: bool = False
    ) -> tuple[Place, Element]:
        for place in [where] if where is not None else self._places():
            seen = place if anyway or isinstance(place, Message) else look(place.view)
            gone = not anyway and (place.deleted if isinstance(place, Message) else place.view.closed)
            usable = [] if gone else [each for each in seen.elements if each.kind in kinds]
            if element := find(usable, what):
                return place, element
        raise LookupError(f"nothing called {what!r} to use in\n{self.drawn()}")

    def _places(self) -> list[Place]:
        """Where a person would look for something to press, in this order."""
        if self.modal:
            return [self.modal]
        home = [self.home] if self.home and self.device.tab == "home" else []
        elsewhere = [each for each in self.whispers if each.channel is not self.channel]
        return [*home, *reversed([*self.messages, *elsewhere])]

    def clicks(self, what: str, where: Place | None = None) -> str:
        """A link by its label, or a button that opens an address; of the button the app is told. Gives the address.

        Raises LookupError.
        """
        with self.team.world.lock:
            for place in [where] if where is not None else self._places():
                if (link := next((url for label, url in place.links if label == what), None)) is not None:
                    return link
            place, element = self._found(what, where, ("button",))
            if "url" not in element.raw:
                raise LookupError(f"{what!r} opens no address")
            self._acts(place, element, None)
            return str(element.raw["url"])

    # What the person fills in

    def fills(self, values: Mapping[str, Any]) -> list[Delivery]:
        """Inputs of the modal by label, action_id or block_id. Gives the deliveries of those that tell the app at once.

        Raises LookupError if there is no such input, or no such option in it.
        """
        told = []
        with self.team.world.lock:
            for what, value in values.items():
                place, element = self._found(what, self.modal, tuple(PICKED))
                inputs = _inputs(place)
                inputs.put(element, value)
                if isinstance(place, Sight):
                    place.view.errors.pop(element.block_id, None)
                if not element.is_input or element.block.get("dispatch_action"):
                    told.append(self._acts(place, element, inputs.state[element.key]))
            self.team.world.changes.tell()
        return told

    def suggests(self, what: str, typed: str) -> Delivery:
        """What the person types in a menu whose options the app brings: a block_suggestion."""
        with self.team.world.lock:
            place, element = self._found(what, self.modal, ("external_select", "multi_external_select"))
            if not isinstance(place, Sight):
                raise LookupError("only in a modal")
            payload = payloads.suggestion(self, place.view, element, typed)
            return self.team.world.tell(Kind.INTERACTIVE, payload, self)

    def submits(self, *, anyway: bool = False) -> Delivery | None:
        """The modal; None if Slack's program itself refuses, with the sentences in `modal.errors`.

        `anyway`: as a program would that looks at nothing. Raises LookupError if there is nothing to submit, or if a
        submission is still on its way.
        """
        world = self.team.world
        with world.lock:
            view = self.top
            if view is None or not view.given.get("submit"):
                raise LookupError(f"nothing to submit in\n{self.drawn()}")
            if view.busy and not anyway:
                raise LookupError("the submission is still on its way")
            view.errors = {} if anyway else view.inputs.refused(view.elements)
            world.changes.tell()
            if view.errors:
                return None
            view.busy = True
            payload = payloads.submission(self, view, world.trigger(self, view).id)
            return world.tell(Kind.INTERACTIVE, payload, self, view)

    def closes(self, *, clear: bool = False) -> Delivery | None:
        """The top view by its Cancel, or the whole modal by its ×. Raises LookupError if none is open."""
        world = self.team.world
        with world.lock:
            view = self.top
            if view is None:
                raise LookupError("no modal is open")
            cleared = clear or bool(view.given.get("clear_on_close"))
            gone = list(reversed(self.device.stack)) if cleared else [view]
            payload = payloads.closing(self, view, cleared=cleared)
            for each in gone:
                modals.close(each)
            if not any(each.given.get("notify_on_close") for each in gone[:1]):
                return None
            return world.tell(Kind.INTERACTIVE, payload, self)

    # What becomes of the person

    def changes(self, **profile: str) -> Delivery | None:
        """locale, tz, real_name, email: in the profile."""
        world = self.team.world
        with world.lock:
            for name, value in profile.items():
                if name not in ("locale", "tz", "real_name", "email"):
                    raise LookupError(f"a profile has no {name}")
                setattr(self.profile, name, value)
            return self._changed()

    def deactivates(self) -> Delivery | None:
        with self.team.world.lock:
            self.profile.deactivated = True
            return self._changed()

    def _changed(self) -> Delivery | None:
        world = self.team.world
        email = "users:read.email" in self.team.scopes
        user = dict(user_shown(self, email=email, locale=True))
        changed = {"type": "user_change", "user": user, "cache_ts": int(world.now().timestamp())}
        return world.event(self.team, {**changed, "event_ts": world.next_ts()}, self)

    # Installing

    def approves(self, authorize_url: str) -> str:
        """Allows what the page at that address asks for: where the browser is sent then. Raises LookupError."""
        return self.team.world.authorize(self, authorize_url, approve=True)

    def declines(self, authorize_url: str) -> str:
        return self.team.world.authorize(self, authorize_url, approve=False)


def _inputs(place: Place) -> Any:
    return place.view.inputs if isinstance(place, Sight) else place.inputs


def _link_typed(match: re.Match[str]) -> str:
    text = match[0]
    match match.lastgroup:
        case "mail":
            return f"<mailto:{text}|{text}>"
        case "domain":
            return f"<http://{text}|{text}>"
        case _:
            return f"<{text}>"
