"""People as they are, and what one of them sees: modals, the Home tab, messages, what Slack's own program tells.

What people do stands in `people` and `hands`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sandbox.slack.channels import Channel, Message
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
class Somebody:
    """Somebody in a workspace."""

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
        return isinstance(other, Somebody) and other.id == self.id

    def __hash__(self) -> int:
        return hash(self.id)

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
        places = [self.channel, *self.team.rooms]
        return [each for place in places for each in place.every_message if each.only_for == self]

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
