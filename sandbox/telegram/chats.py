"""Chats and the messages in them, as the people in them see them and as the Bot API writes them.

Who does something in a chat stands in `people` and `methods`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sandbox.telegram.keyboards import Markup
from sandbox.telegram.text import Entity, Text

SUPERGROUP = -1_000_000_000_000
"""What a supergroup's own number is taken from to make its chat id."""


SILENT = Text("")


class Kind(StrEnum):
    PRIVATE = "private"
    GROUP = "group"
    SUPERGROUP = "supergroup"


@dataclass(frozen=True)
class File:
    """What was sent as a document."""

    id: str
    name: str
    mime_type: str
    content: bytes

    @property
    def shown(self) -> dict[str, Any]:
        unique = self.id.rpartition("-")[2]
        names = {"file_id": self.id, "file_unique_id": unique, "file_name": self.name, "mime_type": self.mime_type}
        return {**names, "file_size": len(self.content)}


@dataclass(frozen=True)
class Button:
    """`data` comes back when it is pressed, `url` is opened; a reply keyboard's has neither."""

    label: str
    data: str | None = None
    url: str | None = None


@dataclass(eq=False)
class Message:
    """One message, as it is now."""

    id: int
    chat: Chat
    sender: Mapping[str, Any]
    at: datetime
    said: Text = SILENT
    markup: Markup | None = None
    edits: int = 0
    edited_at: datetime | None = None
    deleted: bool = False
    quiet: bool = False
    """Whether it came without a sound."""
    file: File | None = None
    reply_to: int | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    """The rest of the Bot API's fields: a contact, a sticker, who joined."""

    @property
    def text(self) -> str:
        return self.said.text

    @property
    def entities(self) -> tuple[Entity, ...]:
        return self.said.entities

    @property
    def by_bot(self) -> bool:
        return bool(self.sender["is_bot"])

    @property
    def inline(self) -> bool:
        return self.markup is not None and "inline_keyboard" in self.markup

    @property
    def rows(self) -> list[list[Button]]:
        """Its inline buttons."""
        return [[_button(each) for each in row] for row in (self.markup or {}).get("inline_keyboard", ())]

    @property
    def buttons(self) -> list[Button]:
        return [button for row in self.rows for button in row]

    @property
    def labels(self) -> list[str]:
        return [button.label for button in self.buttons]

    def says(self, what: str) -> bool:
        """Whether that stands in its text or on one of its buttons."""
        return not self.deleted and (what in self.text or any(what in label for label in self.labels))

    def drawn(self) -> str:
        """For people: who, what, and the buttons as [ Label ]."""
        marks = [f"#{self.id}", "bot" if self.by_bot else str(self.sender["first_name"])]
        marks += [f"edited {self.edits}×"] * bool(self.edits) + ["deleted"] * self.deleted
        body = self.text or ", ".join(self.extra) or (self.file.name if self.file else "")
        rows = ["".join(f"[ {button.label} ]" for button in row) for row in self.rows]
        return "\n".join([f"── {' · '.join(marks)}", body, *rows])

    @property
    def shown(self) -> dict[str, Any]:
        """The Bot API's Message."""
        head = {"message_id": self.id, "from": dict(self.sender), "chat": self.chat.shown, "date": seconds(self.at)}
        return {**head, **self._content(), **dict(self.extra)}

    def _content(self) -> dict[str, Any]:
        content: dict[str, Any] = {}
        if self.edited_at is not None:
            content["edit_date"] = seconds(self.edited_at)
        if self.reply_to is not None and (replied := self.chat.messages.get(self.reply_to)):
            # A message replied to comes without what it replies to itself.
            content["reply_to_message"] = {
                name: value for name, value in replied.shown.items() if name != "reply_to_message"
            }
        if self.file is not None:
            content["document"] = self.file.shown
        text, entities = ("caption", "caption_entities") if self._captioned else ("text", "entities")
        if self.text:
            content[text] = self.text
        if self.entities:
            content[entities] = [dict(entity) for entity in self.entities]
        if self.inline:
            content["reply_markup"] = self.markup
        return content

    @property
    def _captioned(self) -> bool:
        return self.file is not None or "photo" in self.extra


def _button(raw: Mapping[str, Any]) -> Button:
    return Button(raw["text"], raw.get("callback_data"), raw.get("url"))


def seconds(at: datetime) -> int:
    return int(at.timestamp())


@dataclass(eq=False)
class Chat:
    """`known` says whether the bot may write there: not before a person wrote to it first."""

    id: int
    kind: Kind
    profile: Mapping[str, Any]
    """The rest of the Bot API's Chat: a person's names, a group's title."""
    next_id: Callable[[], int]
    known: bool = False
    bot_status: str = "left"
    refusal: str = ""
    """Of a person: "blocked" or "deactivated"."""
    migrated_to: int | None = None
    messages: dict[int, Message] = field(default_factory=dict)
    keyboard: Markup | None = None
    """The reply keyboard, or the wish for a reply, that is shown now."""
    keyboard_from: int = 0
    """The message that brought it: when it is deleted the keyboard goes with it."""
    actions: list[str] = field(default_factory=list)

    @property
    def shown(self) -> dict[str, Any]:
        return {"id": self.id, "type": self.kind.value, **self.profile}

    @property
    def screen(self) -> Message | None:
        """The newest message of the bot that stands."""
        return next((each for each in self._newest if each.by_bot and not each.deleted), None)

    @property
    def last(self) -> Message | None:
        """The newest that has buttons."""
        return next((each for each in self._newest if each.rows and not each.deleted), None)

    @property
    def _newest(self) -> Iterator[Message]:
        return reversed(list(self.messages.values()))

    def found(self, what: str, after: int = 0) -> Message | None:
        """The newest message of the bot, younger than `after`, in whose text or buttons that stands."""
        fitting = (each for each in self._newest if each.by_bot and each.id > after and each.says(what))
        return next(fitting, None)

    def with_button(self, what: str) -> Message | None:
        standing = (each for each in self._newest if not each.deleted)
        return next((each for each in standing for button in each.buttons if what in (button.label, button.data)), None)

    def drawn(self) -> str:
        parts = [message.drawn() for message in self.messages.values()]
        if rows := (self.keyboard or {}).get("keyboard"):
            parts.append("\n".join(["── keyboard", *("".join(f"[ {each['text']} ]" for each in row) for row in rows)]))
        return "\n".join(parts) + "\n"
