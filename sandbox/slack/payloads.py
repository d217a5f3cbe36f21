"""The payloads that Slack sends of what people do: commands, shortcuts, presses, submissions, events.

Who does it stands in `people`; how it is sent, in `dispatch`.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sandbox.slack.channels import Channel, Message
from sandbox.slack.drawing import Element
from sandbox.slack.inputs import PICKED
from sandbox.slack.mrkdwn import escaped, unescaped
from sandbox.slack.views import View

if TYPE_CHECKING:
    from sandbox.slack.seeing import Somebody
    from sandbox.slack.teams import Team

WHOLE = {"is_enterprise_install": False, "enterprise": None}


def command(person: Somebody, name: str, text: str, channel: Channel, trigger: str, url: str) -> dict[str, Any]:
    """A form: everything in it is text."""
    team = person.team
    place = {"channel_id": channel.id, "channel_name": name_of(channel)}
    who = {"team_id": team.id, "team_domain": team.domain, "user_id": person.id, "user_name": person.name}
    said = {"command": name, "text": text, "api_app_id": team.app_id, "is_enterprise_install": "false"}
    return {"token": team.world.verification_token, **who, **place, **said, "response_url": url, "trigger_id": trigger}


def name_of(channel: Channel) -> str:
    """The names of what is not public are not told."""
    return {"im": "directmessage", "group": "privategroup"}.get(channel.kind, channel.name)


def interaction(person: Somebody, kind: str, **rest: Any) -> dict[str, Any]:
    team = person.team
    user = {"id": person.id, "username": person.name, "name": person.name, "team_id": team.id}
    common = {"type": kind, "team": team.shown, "user": user, "api_app_id": team.app_id}
    return {**common, "token": team.world.verification_token, **WHOLE, **rest}


def shortcut(person: Somebody, callback_id: str, trigger: str) -> dict[str, Any]:
    ts = person.team.world.next_ts()
    return interaction(person, "shortcut", callback_id=callback_id, trigger_id=trigger, action_ts=ts)


def action(element: Element, content: Any, at: str) -> dict[str, Any]:
    """What was used, in a block_actions payload. `content` is of elements that hold something, or an overflow's."""
    used: dict[str, Any] = {
        "type": element.kind,
        "action_id": element.action_id,
        "block_id": element.block_id,
        "action_ts": at,
    }
    match element.kind:
        case "button":
            value = {"value": element.raw["value"]} if "value" in element.raw else {}
            style = {"style": element.raw["style"]} if "style" in element.raw else {}
            used |= {"text": as_kept(element.raw["text"]), **value, **style}
        case "overflow":
            used["selected_option"] = content
        case kind:
            used[PICKED[kind][0]] = content
    return json.loads(json.dumps(used))  # type: ignore[no-any-return]


def as_kept(given: Any) -> Any:
    """As interactions in messages bring it: in plain_text too the three control characters are escaped."""
    match given:
        case {"type": "plain_text", "text": str(text)}:
            return {**given, "text": escaped(text)}
        case dict():
            return {name: as_kept(value) for name, value in given.items()}
        case list():
            return [as_kept(each) for each in given]
        case _:
            return given


def acted_in_message(person: Somebody, message: Message, used: Mapping[str, Any], trigger: str, url: str) -> Any:
    channel = message.channel
    container: dict[str, Any] = {"type": "message", "message_ts": message.id, "channel_id": channel.id}
    container["is_ephemeral"] = message.ephemeral
    # An ephemeral message is on no server: only its place comes along.
    shown = {} if message.ephemeral else {"message": as_kept(message.shown)}
    state = {"values": json.loads(json.dumps(message.inputs.values))}
    rest = {
        "channel": {"id": channel.id, "name": name_of(channel)},
        "state": state,
        "response_url": url,
        "actions": [used],
    }
    return interaction(person, "block_actions", container=container, trigger_id=trigger, **shown, **rest)


def acted_in_view(person: Somebody, view: View, used: Mapping[str, Any], trigger: str) -> Any:
    container = {"type": "view", "view_id": view.id}
    rest = {"view": shown(view), "actions": [used], "trigger_id": trigger}
    return interaction(person, "block_actions", container=container, **rest)


def submission(person: Somebody, view: View, trigger: str) -> dict[str, Any]:
    return interaction(person, "view_submission", trigger_id=trigger, view=shown(view), response_urls=[])


def closing(person: Somebody, view: View, *, cleared: bool) -> dict[str, Any]:
    return interaction(person, "view_closed", view=shown(view), is_cleared=cleared)


def suggestion(person: Somebody, view: View, element: Element, value: str) -> dict[str, Any]:
    names = {"action_id": element.action_id, "block_id": element.block_id, "value": value}
    container = {"type": "view", "view_id": view.id}
    return interaction(person, "block_suggestion", container=container, view=shown(view), **names)


def shown(view: View) -> dict[str, Any]:
    return {**view.shown, "type": view.given["type"]}


def event(team: Team, inner: Mapping[str, Any]) -> dict[str, Any]:
    """The wrapper of an event."""
    world = team.world
    who = {"enterprise_id": None, "team_id": team.id, "user_id": team.bot_user, "is_bot": True}
    return {
        "token": world.verification_token,
        "team_id": team.id,
        "context_team_id": team.id,
        "context_enterprise_id": None,
        "api_app_id": team.app_id,
        "event": dict(inner),
        "type": "event_callback",
        "event_id": world.next_id("Ev"),
        "event_time": int(world.now().timestamp()),
        "authorizations": [{**who, "is_enterprise_install": False}],
        "is_ext_shared_channel": False,
        "event_context": f"4-{world.next_id('EC')}",
    }


def message_event(message: Message) -> dict[str, Any]:
    """A message as it comes to the app that is in the channel."""
    kind = {"im": "im", "channel": "channel", "group": "group"}[message.channel.kind]
    place = {"channel": message.channel.id, "event_ts": message.id, "channel_type": kind}
    return {**message.shown, **place, **_typed(message)}


def _typed(message: Message) -> dict[str, Any]:
    """What only comes along with what a person writes."""
    if message.by is None:
        return {}
    run = {"type": "text", "text": unescaped(message.source)}
    rich = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [run]}]}
    typed: dict[str, Any] = {"client_msg_id": str(uuid.uuid5(uuid.NAMESPACE_OID, message.id))}
    typed["blocks"] = [{**rich, "block_id": "typed"}]
    return typed
