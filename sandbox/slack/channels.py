"""Channels, direct messages, and what was written there, as Slack keeps it and as people see it.

Who writes stands in `people` and `chat`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.slack.drawing import Element, elements, read_blocks
from sandbox.slack.inputs import Inputs
from sandbox.slack.mrkdwn import Read, mrkdwn

if TYPE_CHECKING:
    from sandbox.slack.seeing import Somebody
    from sandbox.slack.teams import Team


@dataclass(eq=False)
class Channel:
    """`person` is the one who shares a direct message with the app; other channels have `members`."""

    id: str
    team: Team = field(repr=False)
    name: str
    kind: str
    """ "im", "channel" or "group" (private)."""
    members: Sequence[Somebody] = field(default=(), repr=False)
    person: Somebody | None = field(default=None, repr=False)
    bot_in: bool = False
    archived: bool = False
    known: bool = True
    """Whether the app may know it: a direct message with the app must have been opened, from either side."""
    every_message: list[Message] = field(default_factory=list, repr=False)

    @property
    def messages(self) -> list[Message]:
        """What everybody there sees."""
        return [message for message in self.every_message if message.only_for is None]

    def message(self, ts: str) -> Message | None:
        """One that stands."""
        return next((each for each in self.messages if each.id == ts and not each.deleted), None)

    @property
    def shown(self) -> dict[str, Any]:
        """Slack's conversation object."""
        kinds = {"is_channel": "channel", "is_group": "group", "is_im": "im", "is_mpim": "mpim"}
        common = {"id": self.id, **{name: self.kind == kind for name, kind in kinds.items()}}
        common |= {"is_archived": self.archived, "context_team_id": self.team.id, "created": 1_700_000_000}
        if self.person is not None:
            common["is_user_deleted"] = self.person.deactivated
            return common | {"user": self.person.id}
        private = {"is_private": self.kind == "group", "is_member": self.bot_in}
        return common | {"name": self.name, "name_normalized": self.name, "is_general": False, **private}

    def drawn(self) -> str:
        return "\n".join(message.drawn() for message in self.every_message) + "\n"


@dataclass(eq=False)
class Message:
    """One message as it is now. `id` is its `ts`."""

    id: str
    channel: Channel = field(repr=False)
    by: Somebody | None
    """None: the app."""
    source: str
    blocks: Sequence[Mapping[str, Any]] = ()
    only_for: Somebody | None = None
    edits: int = 0
    deleted: bool = False
    thread: str | None = None
    metadata: Mapping[str, Any] | None = None
    file: str = ""
    """The name of a file that was sent along; what is in it is known of the app's own."""
    content: bytes = field(default=b"", repr=False)
    file_id: str = "F0SANDBOX"
    options: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """How it was sent: mrkdwn, parse, link_names, unfurl_links, unfurl_media."""
    inputs: Inputs = field(default_factory=Inputs, repr=False)

    def __post_init__(self) -> None:
        self.inputs.redraw(self.blocks)

    @property
    def by_app(self) -> bool:
        return self.by is None

    @property
    def ephemeral(self) -> bool:
        return self.only_for is not None

    @property
    def _reader(self) -> Somebody | None:
        return self.only_for or self.channel.person

    def _read(self) -> Read:
        if not self.blocks:
            return self._read_fallback()
        return read_blocks(self.blocks, self.channel.team.reader(self._reader), self.inputs.drawn)

    def _read_fallback(self) -> Read:
        if self.options.get("mrkdwn") is False:
            return Read(self.source)
        parse = self.options.get("parse", "none")
        names = bool(self.options.get("link_names")) or parse == "full"
        return mrkdwn(self.source, self.channel.team.reader(self._reader), names=names)

    @property
    def text(self) -> str:
        """What people read: the blocks, or the text where there are none."""
        return self._read().text

    @property
    def fallback(self) -> str:
        """What notifications and screen readers say."""
        return self._read_fallback().text

    @property
    def mentions(self) -> list[str]:
        """Whom it notifies, by blocks or fallback."""
        mentions = self._read().mentions + (self._read_fallback().mentions if self.blocks else [])
        return list(dict.fromkeys(mentions))

    @property
    def links(self) -> list[tuple[str, str]]:
        return self._read().links

    @property
    def formatted(self) -> list[tuple[str, str]]:
        return self._read().formatted

    @property
    def unfurls(self) -> list[str]:
        """Links of which Slack would show a preview: of media unless switched off, of text only if asked for."""
        if self.options.get("unfurl_media") is False and not self.options.get("unfurl_links"):
            return []
        links = self.links + (self._read_fallback().links if self.blocks else [])
        return list(dict.fromkeys(url for _, url in links if url.startswith("http")))

    @property
    def elements(self) -> list[Element]:
        return elements(self.blocks)

    @property
    def buttons(self) -> list[Element]:
        return [each for each in self.elements if each.kind == "button"]

    @property
    def labels(self) -> list[str]:
        return [button.label for button in self.buttons]

    def says(self, what: str) -> bool:
        """Whether that stands in its text, its fallback or on one of its buttons."""
        return not self.deleted and (
            what in self.text or what in self.fallback or any(what in a for a in self.labels) or what in self.file
        )

    def replace(self, source: str, blocks: Sequence[Mapping[str, Any]], options: Mapping[str, Any]) -> None:
        self.source, self.blocks = source, blocks
        self.options = {**self.options, **options}
        self.inputs.redraw(blocks)
        self.edits += 1

    def drawn(self) -> str:
        who = "app" if self.by is None else self.by.real_name
        marks = [who, *([f"edited {self.edits}×"] if self.edits else []), *(["deleted"] if self.deleted else [])]
        marks += ["only for you"] if self.ephemeral else []
        marks += [f"sends {self.file}"] if self.file else []
        return f"── {' · '.join(marks)}\n{self.text}"

    @property
    def shown(self) -> dict[str, Any]:
        """Slack's message object."""
        team = self.channel.team
        author: dict[str, Any] = {"user": team.bot_user if self.by is None else self.by.id, "team": team.id}
        if self.by is None:
            author |= {"bot_id": team.bot_id, "app_id": team.app_id, "bot_profile": team.bot_profile}
        message = {"type": "message", "ts": self.id, "text": self.source, **author}
        if self.blocks:
            message["blocks"] = json.loads(json.dumps(list(self.blocks)))
        if self.edits:
            message["edited"] = {"user": author["user"], "ts": self.id}
        if self.file:
            shown = {"id": self.file_id, "name": self.file, "mimetype": "text/plain", "size": len(self.content) or 12}
            message |= {"subtype": "file_share", "files": [shown], "upload": self.by_app}
        if self.thread:
            message["thread_ts"] = self.thread
        if self.metadata:
            message["metadata"] = dict(self.metadata)
        return message
