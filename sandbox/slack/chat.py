"""The methods by which the app writes: posts, schedules, changes and deletes messages.

What a message looks like stands in `channels`; answers to interactions, in `response_urls`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.slack import errors, telling
from sandbox.slack.asked import Asked, Method
from sandbox.slack.channels import Channel, Message
from sandbox.slack.errors import invalid, malformed, state
from sandbox.slack.kit import Surface, check_blocks
from sandbox.slack.naming import named
from sandbox.slack.teams import seconds

LONGEST_TEXT, LONGEST_UPDATE = 40_000, 4_000
FURTHEST = 120 * 24 * 3600
"""Seconds ahead for which a message can be scheduled."""
LEAST = 60
"""Seconds before its time from which a scheduled message cannot be taken back any more."""
IGNORED = ("as_user", "username", "icon_emoji", "icon_url", "reply_broadcast", "markdown_text", "file_ids")


def post_message(asked: Asked) -> Mapping[str, Any]:
    asked.needs("chat:write")
    text, blocks = _content(asked, LONGEST_TEXT)
    channel, thread = _open_channel(asked), asked.text("thread_ts") or None
    options, metadata = _options(asked), _metadata(asked)
    message = asked.team.write(channel, None, text, blocks=blocks, thread=thread, options=options, metadata=metadata)
    telling.of_message(message)
    return {"channel": channel.id, "ts": message.id, "message": message.shown}


def post_ephemeral(asked: Asked) -> Mapping[str, Any]:
    asked.needs("chat:write")
    text, blocks = _content(asked, LONGEST_TEXT)
    channel, person = _open_channel(asked), asked.person()
    if channel.person != person and person not in channel.members:
        raise errors.USER_NOT_IN_CHANNEL
    asked.text("thread_ts")
    message = asked.team.write(channel, None, text, blocks=blocks, only_for=person, options=_options(asked))
    return {"message_ts": message.id}


def schedule_message(asked: Asked) -> Mapping[str, Any]:
    """It is kept until it is taken back: nobody waits here for its time."""
    asked.needs("chat:write")
    text, _ = _content(asked, LONGEST_TEXT)
    channel, at = _open_channel(asked), asked.text("post_at", required=True)
    ahead = int(at) - seconds(asked.world.now()) if at.isdecimal() else None
    if ahead is None:
        raise malformed("invalid_time")
    if not 0 < ahead <= FURTHEST:
        raise malformed("time_in_past" if ahead <= 0 else "time_too_far")
    _options(asked)
    id = asked.world.next_id("Q")
    channel.known = True
    asked.team.scheduled[id] = (channel, int(at))
    shown = {"text": text, "type": "delayed_message", "bot_id": asked.team.bot_id}
    return {"channel": channel.id, "scheduled_message_id": id, "post_at": int(at), "message": shown}


def delete_scheduled_message(asked: Asked) -> Mapping[str, Any]:
    asked.needs("chat:write")
    channel, id = asked.channel(), asked.text("scheduled_message_id", required=True)
    where, at = asked.team.scheduled.get(id, (None, 0))
    if where is not channel or at - seconds(asked.world.now()) < LEAST:
        raise state("invalid_scheduled_message_id")
    del asked.team.scheduled[id]
    return {}


def update(asked: Asked) -> Mapping[str, Any]:
    asked.needs("chat:write")
    text, blocks = _content(asked, LONGEST_UPDATE)
    channel = asked.channel()
    message = _own(asked, channel, errors.CANT_UPDATE)
    before = message.shown
    message.metadata = _metadata(asked) or message.metadata
    message.replace(text, blocks, _options(asked))
    telling.of_change(message, before)
    return {"channel": channel.id, "ts": message.id, "text": message.source, "message": message.shown}


def delete(asked: Asked) -> Mapping[str, Any]:
    asked.needs("chat:write")
    channel = asked.channel()
    message = _own(asked, channel, errors.CANT_DELETE)
    message.deleted = True
    telling.of_deletion(message)
    return {"channel": channel.id, "ts": message.id}


def permalink(asked: Asked) -> Mapping[str, Any]:
    channel = asked.channel()
    message = channel.message(asked.text("message_ts", required=True))
    if message is None:
        raise errors.MESSAGE_NOT_FOUND
    path = f"https://{asked.team.domain}.slack.com/archives/{channel.id}/p{message.id.replace('.', '')}"
    return {"channel": channel.id, "permalink": path}


def _own(asked: Asked, channel: Channel, refusal: errors.Refusal) -> Message:
    """The message that is named, if the app wrote it."""
    message = channel.message(asked.text("ts", required=True))
    if message is None:
        raise errors.MESSAGE_NOT_FOUND
    if not message.by_app:
        raise refusal
    if channel.archived:
        raise errors.IS_ARCHIVED
    return message


def _open_channel(asked: Asked) -> Channel:
    channel = asked.channel()
    if channel.archived:
        raise errors.IS_ARCHIVED
    if channel.kind == "group" and not channel.bot_in:
        # What the app is not in, it can't see.
        raise errors.CHANNEL_NOT_FOUND
    if channel.kind == "channel" and not channel.bot_in and "chat:write.public" not in asked.team.scopes:
        raise errors.NOT_IN_CHANNEL
    # Whoever was deactivated can still be written to; nobody reads it.
    if channel.person is not None and not asked.world.manifest.tab("messages"):
        raise errors.MESSAGES_TAB_DISABLED
    return channel


def _content(asked: Asked, longest: int) -> tuple[str, list[dict[str, Any]]]:
    for name in IGNORED:
        asked.given.asked.add(name)
    text = asked.text("text")
    blocks = asked.nested("blocks", errors.INVALID_BLOCKS_FORMAT) or []
    attachments = asked.nested("attachments", malformed("invalid_attachments"))
    if not text and not blocks and not attachments:
        raise errors.NO_TEXT
    if not isinstance(blocks, list):
        raise errors.INVALID_BLOCKS_FORMAT
    if found := check_blocks(blocks, Surface.MESSAGE):
        raise malformed("invalid_blocks", *(f"[ERROR] {each}" for each in found))
    if not text:
        asked.complain("blocks without text: notifications and screen readers have nothing to say")
    if len(text) > longest:
        raise errors.MSG_TOO_LONG
    return text, named(blocks, asked.world.chance)


def _options(asked: Asked) -> dict[str, Any]:
    flags = {name: asked.flag(name) for name in ("link_names", "unfurl_links", "unfurl_media") if asked.has(name)}
    if asked.has("mrkdwn"):
        flags["mrkdwn"] = asked.flag("mrkdwn")
    if asked.has("parse"):
        if asked.text("parse") not in ("none", "full"):
            raise invalid("must be one of none, full [json-pointer:/parse]")
        return {**flags, "parse": asked.text("parse")}
    return flags


def _metadata(asked: Asked) -> Mapping[str, Any] | None:
    metadata = asked.nested("metadata", malformed("invalid_metadata_format"))
    if metadata is None or not isinstance(metadata, dict):
        return None
    if not isinstance(metadata.get("event_type"), str) or not isinstance(metadata.get("event_payload"), dict):
        raise malformed("invalid_metadata_schema")
    return metadata


METHODS: dict[str, Method] = {
    "chat.postMessage": post_message,
    "chat.postEphemeral": post_ephemeral,
    "chat.scheduleMessage": schedule_message,
    "chat.deleteScheduledMessage": delete_scheduled_message,
    "chat.update": update,
    "chat.delete": delete,
    "chat.getPermalink": permalink,
}
