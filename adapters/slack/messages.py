"""The direct message with the app: what is written there, changed there, and sent there as a file.

What a screen looks like is `render`'s matter; which place is in front, the program's.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import structlog

from adapters import Anchor, Attachment, Json, Words
from adapters.slack import render
from adapters.slack.api import CANNOT_CHANGE, Api, Refused, Unreached
from adapters.slack.gates import Held
from adapters.slack.places import Spot
from conversations.screens import Screen

log = structlog.get_logger()

MARKED = "booking_message"
"""The metadata by which a message is found again whose answer was lost."""

REMEMBERED = 1_000
"""Messages of which it is remembered what stands in them, so that their buttons can be taken away; and of which it is
not known whether they came."""


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


class Messages:
    def __init__(self, api: Api) -> None:
        self._api = api
        self._unsure: OrderedDict[str, str] = OrderedDict()
        """The names of those to which no answer came, by what they say."""
        self._drawn: OrderedDict[tuple[str, str], Json] = OrderedDict()

    async def write(self, screen: Screen, where: Spot, anchor: Anchor | None, words: Words, *, below: bool) -> Anchor:
        """Changes the message in which the conversation stands, or writes a new one below it."""
        old, drawn = Mark.of(anchor), render.message(screen, words)
        if old and not screen.key and old.card is not None:
            return str(old)  # a card stands for itself, wherever the conversation goes on
        changing = old and not below and (old.card is None or screen.revision in (0, old.card))
        card = screen.revision if screen.over and screen.rows else None
        if old and changing and await self._change(where, old, drawn):
            return str(replace(old, card=card))
        mark = _mark(await self._post(where, drawn), card)
        self._remember(mark, drawn)
        if old and old.card is None:
            await self._bare(where, old)
        return str(mark)

    async def _post(self, where: Spot, drawn: Json) -> Json:
        """Writes a message. One whose answer was lost is looked for before it is written once more."""
        said = hashlib.sha256(json.dumps([where.team, where.user, drawn], sort_keys=True).encode()).hexdigest()
        name = self._unsure.get(said)
        if name and (found := await self._found(where, name)):
            self._unsure.pop(said, None)
            return found
        name = name or secrets.token_hex(16)  # the same may have been said before, in another message
        quiet = {"mrkdwn": False, "unfurl_links": False, "unfurl_media": False}
        marked = {"metadata": {"event_type": MARKED, "event_payload": {"name": name}}}
        try:
            sent = await self._api.call(
                where.team, "chat.postMessage", {"channel": where.user, **drawn, **quiet, **marked}
            )
        except Unreached:
            self._unsure[said] = name
            _bound(self._unsure)
            raise
        self._unsure.pop(said, None)
        return sent

    async def _found(self, where: Spot, name: str) -> Json | None:
        """The message of this name, if it has arrived after all."""
        channel = await self._channel(where)
        for each in await self._newest(where, channel):
            match each:
                case {"ts": str(ts), "metadata": {"event_type": "booking_message", "event_payload": {"name": found}}}:
                    if found == name:
                        return {"channel": channel, "ts": ts}
        return None

    async def _newest(self, where: Spot, channel: str) -> list[Any]:
        asked = {"channel": channel, "limit": "10", "include_all_metadata": "true"}
        answer = await self._api.call(where.team, "conversations.history", asked)
        messages = answer.get("messages")
        return messages if isinstance(messages, list) else []

    async def send(self, attachment: Attachment, where: Spot) -> None:
        """Puts a file below all that stands there. If the last answer is lost, it is looked whether it has come."""
        size = str(len(attachment.content))
        ticket = await self._api.call(
            where.team, "files.getUploadURLExternal", {"filename": attachment.name, "length": size}
        )
        match ticket:
            case {"upload_url": str(url), "file_id": str(file)}:
                await self._api.upload(url, attachment.content)
            case _:
                raise Unreached("files.getUploadURLExternal: an answer without an address")
        channel = await self._channel(where)
        shared = {"files": [{"id": file, "title": attachment.name}], "channel_id": channel}
        try:
            await self._api.call(where.team, "files.completeUploadExternal", shared)
        except Unreached:
            if not any(file in _files(each) for each in await self._newest(where, channel)):
                raise

    async def _channel(self, where: Spot) -> str:
        """Slack's name for the direct message with somebody."""
        answer = await self._api.call(where.team, "conversations.open", {"users": where.user})
        match answer:
            case {"channel": {"id": str(channel)}}:
                return channel
        raise Unreached("conversations.open: an answer without a channel")

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
        drawn = self._drawn.get((mark.channel, mark.ts))
        if drawn is None:
            return
        kept = [each for each in drawn["blocks"] if each["type"] != "actions" and "accessory" not in each]
        try:
            await self._change(where, mark, {**drawn, "blocks": kept})
        except (Refused, Unreached, Held) as error:
            log.debug("an old message keeps its buttons", why=str(error))

    def _remember(self, mark: Mark, drawn: Json) -> None:
        self._drawn[mark.channel, mark.ts] = drawn
        _bound(self._drawn)


def _bound(remembered: OrderedDict[Any, Any]) -> None:
    while len(remembered) > REMEMBERED:
        remembered.popitem(last=False)


def _files(message: Any) -> list[Any]:
    """Slack's names for the files of a message."""
    files = message.get("files") if isinstance(message, Mapping) else None
    return [each.get("id") for each in files if isinstance(each, Mapping)] if isinstance(files, list) else []


def _mark(sent: Json, card: int | None) -> Mark:
    channel, ts = sent.get("channel"), sent.get("ts")
    if not (isinstance(channel, str) and isinstance(ts, str)):
        raise Unreached("chat.postMessage: an answer without a message")
    return Mark(channel, ts, card)
