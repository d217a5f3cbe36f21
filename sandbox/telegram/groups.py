"""Groups with a bot in them, and what they do to it.

What a member does stands in `people`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.telegram.chats import Chat, Kind, Message
from sandbox.telegram.people import Person, membership

if TYPE_CHECKING:
    from sandbox.telegram.world import World


@dataclass(eq=False)
class Group:
    """A group with a bot in it."""

    world: World = field(repr=False)
    place: Chat
    members: list[Person]

    @property
    def id(self) -> int:
        return self.place.id

    @property
    def chat(self) -> list[Message]:
        return list(self.place.messages.values())

    @property
    def screen(self) -> Message | None:
        return self.place.screen

    def drawn(self) -> str:
        return self.place.drawn()

    async def sees(self, what: str, after: Message | None = None, seconds: float = 10) -> Message:
        """As `Person.sees`."""
        least = after.id if after else 0
        try:
            await self.world.until(lambda: self.place.found(what, least), seconds)
        except TimeoutError:
            raise TimeoutError(f"no {what!r} in\n{self.drawn()}") from None
        seen = self.place.found(what, least)
        assert seen is not None  # noqa: S101 -- as in Person.sees
        return seen

    def lets_hear(self, message: Message) -> bool:
        """Whether the bot is told: with privacy on only of commands that may be its own, and of replies to it."""
        if self.place.bot_status != "member":
            return False
        if not self.world.privacy:
            return True
        replied = self.place.messages.get(message.reply_to or 0)
        if replied is not None and replied.by_bot:
            return True
        name = message.text.split()[0].partition("@")[2] if message.text.startswith("/") else None
        return name is not None and name.lower() in ("", self.world.bot["username"].lower())

    def lets_bot_in(self, by: Person | None = None) -> None:
        with self.world.lock:
            someone = by or self.members[0]
            old, self.place.bot_status = self.place.bot_status, "member"
            self.world.happens(membership(self.world, someone, self.place, old, "member"), self.id)
            self._says(someone, {"new_chat_members": [self.world.bot], "new_chat_member": self.world.bot})

    def kicks_bot(self, by: Person | None = None) -> None:
        with self.world.lock:
            self.place.bot_status = "kicked"
            someone = by or self.members[0]
            self.world.happens(membership(self.world, someone, self.place, "member", "kicked"), self.id)

    def becomes_supergroup(self, by: Person | None = None) -> int:
        """Its new id. What is sent to the old one is refused from now on, with the new one in the refusal."""
        with self.world.lock:
            old, someone = self.place, by or self.members[0]
            new = self.world.add_chat(Kind.SUPERGROUP, str(old.profile["title"]))
            new.bot_status = old.bot_status
            self._says(someone, {"migrate_to_chat_id": new.id})
            old.migrated_to, self.place = new.id, new
            self._says(someone, {"migrate_from_chat_id": old.id})
        return new.id

    def _says(self, someone: Person, extra: Mapping[str, Any]) -> None:
        message = self.world.write(self.place, someone.user, extra=extra)
        self.world.happens({"message": message.shown}, self.id)
