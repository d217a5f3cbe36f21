"""Which events Slack tells the app of, and when it does not: the app must have asked for them, and may have them.

How they are sent stands in `dispatch`, what they say in `payloads`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sandbox.slack import payloads
from sandbox.slack.channels import Message
from sandbox.slack.deliveries import Delivery, Kind
from sandbox.slack.manifest import EVENT_SCOPES

if TYPE_CHECKING:
    from sandbox.slack.seeing import Somebody
    from sandbox.slack.teams import Team

MESSAGES = {"im": "message.im", "channel": "message.channels", "group": "message.groups"}
FAREWELLS = ("app_uninstalled", "tokens_revoked")


def event(team: Team, inner: Mapping[str, Any], person: Somebody | None = None) -> Delivery | None:
    """None if the app is not installed there, or did not ask for such events, or may not have them."""
    kind = str(inner["type"])
    name = MESSAGES[inner["channel_type"]] if kind == "message" else kind
    needed = EVENT_SCOPES.get(name)
    held = kind in FAREWELLS or (team.installed and (needed is None or needed in team.scopes))
    if name not in team.world.manifest.events or not held:
        return None
    return team.world.tell(Kind.EVENT, payloads.event(team, inner), person)


def of_message(message: Message) -> None:
    """The app hears of what is written where it is, its own words too."""
    if message.channel.bot_in:
        event(message.channel.team, payloads.message_event(message), message.by)


def of_change(message: Message, before: Mapping[str, Any]) -> None:
    _of("message_changed", message, {"message": message.shown, "previous_message": before})


def of_deletion(message: Message) -> None:
    _of("message_deleted", message, {"deleted_ts": message.id, "previous_message": message.shown})


def _of(subtype: str, message: Message, told: Mapping[str, Any]) -> None:
    channel = message.channel
    channel.team.world.changes.tell()
    if channel.bot_in and not message.ephemeral:
        ts = channel.team.world.next_ts()
        place = {"channel": channel.id, "channel_type": channel.kind, "ts": ts, "event_ts": ts, "hidden": True}
        event(channel.team, {"type": "message", "subtype": subtype, **place, **told}, message.by)
