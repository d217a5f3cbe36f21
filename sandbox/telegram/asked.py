"""One request on its way: the world it is about, its parameters, its line in the ledger; and how they are read.

What is done with them stands in `methods`, `presenting` and `polling`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sandbox.telegram import errors, html
from sandbox.telegram.chats import Chat, Kind
from sandbox.telegram.errors import Refusal, forbidden, malformed, upgraded
from sandbox.telegram.keyboards import Markup, check_markup
from sandbox.telegram.ledger import Request
from sandbox.telegram.parameters import Given
from sandbox.telegram.text import (
    LONGEST_CAPTION,
    LONGEST_TEXT,
    MOST_ENTITIES,
    Text,
    check_entities,
    tidied,
    units,
    with_found,
)
from sandbox.telegram.world import World

FURTHEST = timedelta(days=1098)
"""How far ahead a date-time entity may point (messageEntityFormattedDate in the documentation of Telegram's API)."""


@dataclass(frozen=True)
class Asked:
    """What a method gets. Reading raises Refusal."""

    world: World
    given: Given
    request: Request

    def complain(self, text: str) -> None:
        self.world.complain(self.request.method, text)

    def chat(self) -> Chat:
        """The chat that is named, if the bot may do anything there."""
        if self.given.text("chat_id") == "":
            raise malformed("chat_id is empty")
        chat = self.world.chats.get(self.given.number("chat_id"))
        if chat is None:
            raise errors.CHAT_NOT_FOUND
        self.request.chat = chat.id
        if refusal := _barred(self.world, chat):
            raise refusal
        return chat

    def text(self, name: str, entities: str) -> Text:
        """What a message is to say, as the server would keep it."""
        source = self.given.text(name)
        if not source:
            raise errors.TEXT_EMPTY
        said = tidied(self._formatted(source, entities))
        longest, refusal = LONGEST_TEXT, errors.TEXT_TOO_LONG
        if name == "caption":
            longest, refusal = LONGEST_CAPTION, errors.CAPTION_TOO_LONG
        if units(said.text) > longest:
            raise refusal
        if len(said.entities) > MOST_ENTITIES:
            self.complain(f"more than {MOST_ENTITIES} entities: the others are dropped")
            said = Text(said.text, said.entities[:MOST_ENTITIES])
        self._check_instants(said)
        return with_found(said)

    def _check_instants(self, said: Text) -> None:
        latest = (self.world.now() + FURTHEST).timestamp()
        if any(entity.get("unix_time", 0) > latest for entity in said.entities):
            raise errors.DATE_TOO_FAR

    def _formatted(self, source: str, entities: str) -> Text:
        mode, explicit = self.given.text("parse_mode").lower(), self.given.nested(entities)
        match mode:
            case "html":
                return html.parse(source)
            case "":
                return Text(source, check_entities(source, explicit) if explicit else ())
            case "markdown" | "markdownv2":
                raise malformed("unsupported parse_mode: the stand-in reads HTML and entities only")
            case _:
                raise malformed("unsupported parse_mode")

    def markup(self) -> Markup | None:
        return check_markup(self.given.nested("reply_markup"), self.complain)

    def inline(self) -> Markup | None:
        """Where only buttons under the message will do."""
        markup = self.markup()
        if markup is not None and "inline_keyboard" not in markup:
            raise malformed("inline keyboard expected")
        return markup

    def in_time(self, chat: Chat) -> None:
        """Counts a message against the limits."""
        self.world.floods.check(self.request.method, chat.id)
        if self.world.pace is not None:
            self.world.pace.check(self.request.method, chat.id, self.world.tick())


Method = Callable[[Asked], Any]


def _barred(world: World, chat: Chat) -> Refusal | None:
    if chat.migrated_to is not None:
        return upgraded(chat.migrated_to)
    if chat.kind is not Kind.PRIVATE:
        where = f"the {chat.kind} chat"
        barred = {"kicked": f"bot was kicked from {where}", "left": f"bot is not a member of {where}"}
        return forbidden(barred[chat.bot_status]) if chat.bot_status in barred else None
    if not chat.known:
        # Somebody whom the bot has never met does not exist for it.
        met = any(member.id == chat.id for group in world.groups for member in group.members)
        return errors.CANT_BEGIN if met else errors.CHAT_NOT_FOUND
    return {"blocked": errors.BLOCKED, "deactivated": errors.DEACTIVATED}.get(chat.refusal)
