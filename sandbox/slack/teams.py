"""Workspaces: who is in them, which channels there are, and how the app is installed there.

The app itself stands in `manifest`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sandbox.slack.channels import Channel, Message
from sandbox.slack.mrkdwn import Reader

if TYPE_CHECKING:
    from sandbox.slack.people import Person
    from sandbox.slack.seeing import Somebody
    from sandbox.slack.world import World


@dataclass(frozen=True)
class Names(Mapping[str, str]):
    """By which names those in a workspace are drawn, without naming all of them first."""

    named: Mapping[str, Any]
    by: str

    def __getitem__(self, id: str) -> str:
        return str(getattr(self.named[id], self.by))

    def __iter__(self) -> Iterator[str]:
        return iter(self.named)

    def __len__(self) -> int:
        return len(self.named)


@dataclass
class Token:
    """One that was given out. Its `repr` must not show it."""

    kind: str
    """ "bot" or "app"."""
    team: Team | None = field(repr=False)
    scopes: tuple[str, ...]
    revoked: bool = False


@dataclass(eq=False)
class Team:
    """A workspace. `token` is empty as long as the app is not installed."""

    world: World = field(repr=False)
    id: str
    name: str
    domain: str
    bot_user: str
    bot_id: str
    people: dict[str, Person] = field(default_factory=dict, repr=False)
    channels: dict[str, Channel] = field(default_factory=dict, repr=False)
    directs: dict[str, Channel] = field(default_factory=dict, repr=False)
    """The direct messages with the app, by person."""
    rooms: list[Channel] = field(default_factory=list, repr=False)
    """All other channels."""
    scheduled: dict[str, tuple[Channel, int]] = field(default_factory=dict, repr=False)
    """Messages that are to be sent later: where, and when in seconds of Unix."""
    token: str = field(default="", repr=False)
    installed: bool = False
    installed_by: str = ""

    @property
    def app_id(self) -> str:
        return self.world.app_id

    @property
    def scopes(self) -> tuple[str, ...]:
        known = self.world.tokens.get(self.token)
        return known.scopes if known and self.installed else ()

    @property
    def shown(self) -> dict[str, Any]:
        """As payloads of interactions name it."""
        return {"id": self.id, "domain": self.domain}

    @property
    def bot_profile(self) -> dict[str, Any]:
        common = {"id": self.bot_id, "app_id": self.app_id, "team_id": self.id, "deleted": False}
        return {**common, "name": self.world.manifest.bot_name, "updated": 1_700_000_000}

    def reader(self, person: Somebody | None) -> Reader:
        """Whoever reads; a channel's messages are drawn for UTC."""
        zone = person.zone if person else ZoneInfo("UTC")
        return Reader(zone, Names(self.people, "real_name"), Names(self.channels, "name"), self.world.now())

    def add(self, channel: Channel) -> Channel:
        self.channels[channel.id] = channel
        self.rooms.append(channel)
        return channel

    def direct(self, person: Somebody) -> Channel:
        """The direct message between the person and the app."""
        if person.id not in self.directs:
            channel = Channel(self.world.next_id("D"), self, "", "im", person=person, bot_in=True, known=False)
            self.directs[person.id] = self.channels[channel.id] = channel
        return self.directs[person.id]

    def write(self, channel: Channel, by: Somebody | None, source: str, **content: Any) -> Message:
        """A message comes to stand in a channel; the app is not told yet."""
        message = Message(self.world.next_ts(), channel, by, source, **content)
        channel.known = True
        channel.every_message.append(message)
        self.world.changes.tell()
        return message


def seconds(at: datetime) -> int:
    return int(at.timestamp())


def user_shown(person: Somebody, *, email: bool, locale: bool) -> Mapping[str, Any]:
    """Slack's user object; e-mail and locale only for those who may and ask."""
    first, _, last = person.real_name.partition(" ")
    profile = {
        "real_name": person.real_name,
        "real_name_normalized": person.real_name,
        "display_name": person.name,
        "display_name_normalized": person.name,
        "first_name": first,
        "last_name": last,
        "team": person.team.id,
        **({"email": person.email} if email and person.email else {}),
    }
    offset = person.zone.utcoffset(person.team.world.now().replace(tzinfo=None))
    shown = {"id": person.id, "team_id": person.team.id, "name": person.name, "deleted": person.deactivated}
    shown |= {"real_name": person.real_name, "profile": profile, "is_bot": False, "is_app_user": False}
    if not person.deactivated:
        shown |= {"tz": person.tz, "tz_label": person.tz, "tz_offset": int(offset.total_seconds()) if offset else 0}
    return {**shown, "updated": 1_700_000_000, **({"locale": person.locale} if locale else {})}
