"""People, and everything that one of them can do to an app.

What they do with what they see stands in `hands`; what they see, in `seeing`; what is sent of it, in `payloads`.
"""

from __future__ import annotations

import re
from dataclasses import replace

from sandbox.slack import payloads, telling
from sandbox.slack.channels import Channel, Message
from sandbox.slack.deliveries import Delivery, Kind
from sandbox.slack.hands import Hands
from sandbox.slack.mrkdwn import BARE_LINK, escaped
from sandbox.slack.seeing import Device
from sandbox.slack.teams import user_shown


class Person(Hands):
    """What a person does puts a payload before the app, and gives the delivery of it."""

    def on(self, device: str) -> Person:
        """The same person at another device, with a modal and tab of its own."""
        return replace(self, device=self.devices.setdefault(device, Device(device)))

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
            telling.of_message(message)
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
            telling.of_change(message, before)
        return message

    def deletes(self, message: Message) -> None:
        with self.team.world.lock:
            message.deleted = True
            telling.of_deletion(message)

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
            return telling.event(self.team, {"type": "app_home_opened", **told}, self)

    def joins(self, channel: Channel) -> Delivery | None:
        """The app is told if it is there too."""
        world = self.team.world
        with world.lock:
            channel.members = [*channel.members, self]
            world.changes.tell()
            if not channel.bot_in:
                return None
            kind = {"channel": "C", "group": "G"}[channel.kind]
            told = {"user": self.id, "channel": channel.id, "channel_type": kind, "event_ts": world.next_ts()}
            return telling.event(self.team, {"type": "member_joined_channel", **told, "team": self.team.id}, self)

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
        return telling.event(self.team, {**changed, "event_ts": world.next_ts()}, self)

    # Installing

    def approves(self, authorize_url: str) -> str:
        """Allows what the page at that address asks for: where the browser is sent then. Raises LookupError."""
        return self.team.world.authorize(self, authorize_url, approve=True)

    def declines(self, authorize_url: str) -> str:
        return self.team.world.authorize(self, authorize_url, approve=False)


def _link_typed(match: re.Match[str]) -> str:
    text = match[0]
    match match.lastgroup:
        case "mail":
            return f"<mailto:{text}|{text}>"
        case "domain":
            return f"<http://{text}|{text}>"
        case _:
            return f"<{text}>"
