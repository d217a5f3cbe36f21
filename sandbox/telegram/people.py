"""People, and everything that one of them can do to a bot; what they see of it stands in their chats.

What a group does stands in `groups`, what the bot does in `methods`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from sandbox.telegram.chats import Button, Chat, Message, seconds
from sandbox.telegram.text import Entity, Text, found

if TYPE_CHECKING:
    from sandbox.telegram.groups import Group
    from sandbox.telegram.world import World

QUERY_LIVES = timedelta(seconds=15)
"""Undocumented; seen to be 10 to 20 seconds."""
NEVER = 0


@dataclass(eq=False)
class Press:
    """A button that was pressed, and what the person was told: nothing, a toast, or an alert."""

    world: World = field(repr=False)
    id: str
    person: Person = field(repr=False)
    message: Message = field(repr=False)
    data: str
    at: datetime
    answered_at: datetime | None = None
    toast: str | None = None
    alert: bool = False
    url: str = ""

    @property
    def answered(self) -> bool:
        return self.answered_at is not None

    @property
    def old(self) -> bool:
        """Telegram takes no answer any more; the person's program has given up waiting."""
        return not self.answered and self.world.now() - self.at > QUERY_LIVES

    async def settled(self, seconds: float = 10) -> Press:
        """Waits for the answer. Raises TimeoutError."""
        await self.world.until(lambda: self.answered, seconds)
        return self


@dataclass(eq=False)
class Person:
    """`writes` and the like put an update before the bot and return what was written."""

    world: World = field(repr=False)
    id: int
    named: Mapping[str, str]
    language_code: str | None
    phone: str
    place: Chat = field(repr=False)
    """The private chat with the bot."""

    # What the person sees

    @property
    def user(self) -> dict[str, Any]:
        """The Bot API's User."""
        language = {"language_code": self.language_code} if self.language_code else {}
        return {"id": self.id, "is_bot": False, **self.named, **language}

    @property
    def chat(self) -> list[Message]:
        return list(self.place.messages.values())

    @property
    def screen(self) -> Message | None:
        return self.place.screen

    @property
    def last(self) -> Message | None:
        return self.place.last

    @property
    def keyboard(self) -> list[list[str]]:
        """The labels of the reply keyboard; empty if none is shown."""
        return [[button["text"] for button in row] for row in (self.place.keyboard or {}).get("keyboard", ())]

    @property
    def actions(self) -> list[str]:
        return self.place.actions

    @property
    def menu(self) -> list[tuple[str, str]]:
        commands = self.world.profile.commands_for(self.id, self.language_code or "")
        return [(each["command"], each["description"]) for each in commands]

    @property
    def profile(self) -> dict[str, Any]:
        return self.world.profile.seen_by(self.id, self.language_code or "")

    def drawn(self) -> str:
        return self.place.drawn()

    async def sees(self, what: str, after: Message | None = None, seconds: float = 10) -> Message:
        """Waits for a message of the bot in whose text or buttons that stands. Raises TimeoutError with the chat."""
        least = after.id if after else 0
        try:
            await self.world.until(lambda: self.place.found(what, least), seconds)
        except TimeoutError:
            raise TimeoutError(f"no {what!r} in\n{self.drawn()}") from None
        seen = self.place.found(what, least)
        assert seen is not None  # noqa: S101 -- it was there a moment ago, and only the bot's next act removes it
        return seen

    # What the person writes

    def writes(
        self,
        text: str,
        group: Group | None = None,
        *,
        reply_to: Message | None = None,
        entities: tuple[Entity, ...] | None = None,
    ) -> Message:
        said = Text(text, found(text) if entities is None else entities)
        return self._sends(group, reply_to, said=said)

    def starts(self, payload: str = "") -> Message:
        """As the Start button and deep links do."""
        return self.writes(f"/start {payload}".rstrip())

    def follows(self, link: str) -> Message:
        """Opens a deep link to this bot, given itself or by the label of a button. Raises LookupError."""
        if "://" not in link:
            link = self._button(link, None)[1].url or ""
        parts = urlsplit(link)
        if parts.hostname not in ("t.me", "telegram.me") or parts.path.strip("/") != self.world.bot["username"]:
            raise LookupError(f"no link to this bot: {link!r}")
        return self.starts(parse_qs(parts.query).get("start", [""])[0])

    def _sends(self, group: Group | None = None, reply_to: Message | None = None, **content: Any) -> Message:
        with self.world.lock:
            place = self.place if group is None else group.place
            if place.refusal == "blocked":
                # Programs offer nothing but to start the bot again.
                self.unblocks()
            place.known = True
            replied = reply_to.id if reply_to else None
            message = self.world.write(place, self.user, reply_to=replied, **content)
            if group is None or group.lets_hear(message):
                self.world.happens({"message": message.shown}, place.id)
        return message

    def edits(self, message: Message, text: str) -> Message:
        with self.world.lock:
            message.said = Text(text, found(text))
            message.edits += 1
            message.edited_at = self.world.now()
            group = self.world.group_of(message.chat)
            if group is None or group.lets_hear(message):
                self.world.happens({"edited_message": message.shown}, message.chat.id)
        return message

    # What the person sends that is no text

    def shares_contact(
        self, own: bool = True, phone: str | None = None, group: Group | None = None, reply_to: Message | None = None
    ) -> Message:
        """The person's own, as the contact button sends it, or somebody else's out of the address book."""
        contact: dict[str, Any] = {"phone_number": phone or (self.phone if own else "56900000099")}
        contact |= {"first_name": self.named["first_name"], "user_id": self.id} if own else {"first_name": "Somebody"}
        return self._sends(group, reply_to, extra={"contact": contact})

    def shares_location(self, group: Group | None = None) -> Message:
        return self._sends(group, extra={"location": {"latitude": -33.45, "longitude": -70.66}})

    def sends_sticker(self, group: Group | None = None) -> Message:
        sticker = _file("sticker") | {"type": "regular", "width": 512, "height": 512, "emoji": "👍"}
        return self._sends(group, extra={"sticker": sticker | {"is_animated": False, "is_video": False}})

    def sends_photo(self, caption: str = "", group: Group | None = None) -> Message:
        photo = _file("photo") | {"width": 90, "height": 60, "file_size": 1200}
        return self._sends(group, said=Text(caption, found(caption)), extra={"photo": [photo]})

    def sends_album(self, pictures: int) -> list[Message]:
        """A message for each, as all of them at once."""
        group = {"media_group_id": f"{self.place.next_id()}"}
        return [self._sends(extra={"photo": [_file("photo")], **group}) for _ in range(pictures)]

    def sends_voice(self, group: Group | None = None) -> Message:
        return self._sends(group, extra={"voice": _file("voice") | {"duration": 3, "mime_type": "audio/ogg"}})

    def sends_document(self, group: Group | None = None) -> Message:
        named = {"file_name": "notes.txt", "mime_type": "text/plain", "file_size": 12}
        return self._sends(group, extra={"document": _file("document") | named})

    def sends(self, kind: str, group: Group | None = None) -> Message:
        """Any other kind of content, such as `video` or `dice`, with as little in it as will do."""
        return self._sends(group, extra={kind: _file(kind)})

    def forwards(self, text: str, group: Group | None = None) -> Message:
        """What somebody else wrote, who hides the own account."""
        origin = {"type": "hidden_user", "sender_user_name": "Somebody", "date": seconds(self.world.now())}
        return self._sends(group, said=Text(text, found(text)), extra={"forward_origin": origin})

    def taps(self, label: str) -> Message:
        """A button of the reply keyboard. Raises LookupError if it is not shown."""
        shown = [button for row in (self.place.keyboard or {}).get("keyboard", ()) for button in row]
        button = next((each for each in shown if each["text"] == label), None)
        if button is None:
            raise LookupError(f"no {label!r} on the keyboard of\n{self.drawn()}")
        markup = self.place.keyboard or {}
        if markup.get("one_time_keyboard"):
            self.place.keyboard = None
        if button.get("request_contact"):
            return self.shares_contact(reply_to=self.place.messages.get(self.place.keyboard_from))
        return self.shares_location() if button.get("request_location") else self.writes(label)

    # What the person presses

    def presses(
        self, what: str, message: Message | None = None, *, anyway: bool = False, inaccessible: bool = False
    ) -> Press:
        """A button by label or data, the newest that has it, or the one on `message`. Raises LookupError.

        `anyway` sends the data although no button holds it now: forged, or pressed just before the message changed.
        `inaccessible`: the message is too old for Telegram to tell what it said.
        """
        with self.world.lock:
            if anyway and message is not None:
                return self._press(message, what, inaccessible)
            message, button = self._button(what, message)
            if button.data is None:
                raise LookupError(f"{what!r} is a link, to be followed")
            return self._press(message, button.data, inaccessible)

    def _button(self, what: str, message: Message | None) -> tuple[Message, Button]:
        place = self.place if message is None else message.chat
        message = message or place.with_button(what)
        standing = [] if message is None or message.deleted else message.buttons
        button = next((each for each in standing if what in (each.label, each.data)), None)
        if message is None or button is None:
            raise LookupError(f"no button {what!r} in\n{place.drawn()}")
        return message, button

    def _press(self, message: Message, data: str, inaccessible: bool) -> Press:
        press = Press(self.world, self.world.next_query(), self, message, data, self.world.now())
        self.world.presses[press.id] = press
        shown = message.shown
        if inaccessible or message.deleted:
            shown = {"message_id": message.id, "chat": message.chat.shown, "date": NEVER}
        query = {"id": press.id, "from": self.user, "message": shown, "chat_instance": str(7 * message.chat.id)}
        self.world.happens({"callback_query": {**query, "data": data}}, message.chat.id)
        return press

    # What the person does to the bot

    def blocks(self) -> None:
        self._turns("blocked", "member", "kicked")

    def unblocks(self) -> None:
        self._turns("", "kicked", "member")

    def deactivates(self) -> None:
        """The account is deleted; nothing is said to the bot."""
        self.place.refusal = "deactivated"

    def _turns(self, refusal: str, old: str, new: str) -> None:
        with self.world.lock:
            self.place.refusal = refusal
            self.world.happens(membership(self.world, self, self.place, old, new), self.place.id)


def _file(kind: str) -> dict[str, Any]:
    return {"file_id": f"{kind}-AgADBQAD", "file_unique_id": f"{kind}-u"}


def membership(world: World, by: Person, chat: Chat, old: str, new: str) -> dict[str, Any]:
    """The Bot API's update my_chat_member."""

    def member(status: str) -> dict[str, Any]:
        until = {"until_date": NEVER} if status == "kicked" else {}
        return {"user": world.bot, "status": status, **until}

    change = {"chat": chat.shown, "from": by.user, "date": seconds(world.now())}
    return {"my_chat_member": {**change, "old_chat_member": member(old), "new_chat_member": member(new)}}
