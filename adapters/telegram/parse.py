"""What a Telegram update says, as an event. It reads raw JSON, asks nobody and sends nothing.

Only what is written or pressed in a private chat is an event. Everything else is nothing for the program (None), or no
update at all (ValueError); no input makes this raise anything else. `docs/telegram.md` lists what happens for each.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from adapters import Done, Heard, Json, Place, Who
from adapters.telegram.places import zone_at
from conversations.events import Opened, Tapped, Typed, Unreadable
from conversations.menu import CONVERSATIONS
from conversations.offers import short
from conversations.screens import pressed
from conversations.texts import say

BLANK = "n"
"""The data of a button that only fills a place, such as a day that is not free."""

SHARE = "t-share"
"""The data of the button that asks for the person's number."""

PLACE = "t-place"
"""The data of the button that asks where the person is."""

OURS = frozenset({BLANK, SHARE, PLACE})

LONGEST = 4096
"""UTF-16 units of a message (Bot API, sendMessage): whoever sends more is not Telegram."""

LONGEST_NAME = 64
"""Characters of each part of a profile's name."""

MEDIA = frozenset(
    {
        *("animation", "audio", "checklist", "dice", "document", "game", "paid_media", "photo", "poll"),
        *("sticker", "story", "venue", "video", "video_note", "voice"),
    }
)
"""Kinds of content that a person sends, and this program cannot read."""

NOT_READ = Unreadable(say("I can read only text and buttons here."))
NOWHERE = Unreadable(say("I cannot tell the time zone of that place. Please write the name of a large city nearby."))
SOMEBODY_ELSES = Unreadable(say("That is somebody else's contact. Please share your own number, or write one."))

_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@([A-Za-z0-9_]{1,32}))?(?:\s+(.*))?", re.DOTALL)
_SUBJECT = re.compile(r"[A-Za-z0-9_-]{1,64}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}([_-][A-Za-z0-9]{2,8}){0,3}")
_NUMBER = re.compile(r"[0-9]{5,20}")


def parse(update: Json, at: datetime, username: str = "") -> Heard | None:
    """What an update says; None if it is nothing for the program. Raises ValueError if it is none.

    `username` is the bot's own; while it is unknown, every command in a private chat is taken for ours.
    """
    if not isinstance(update, Mapping):
        raise ValueError("not an object")
    if "callback_query" in update:
        return _pressed(_object(update, "callback_query"), at)
    if "message" in update:
        return _wrote(_object(update, "message"), at, username)
    return None


@dataclass(frozen=True, slots=True)
class GroupCommand:
    """A command of ours given in a group. `addressed` is the bot that it names, `topic` where it was given, if any."""

    chat: int
    message: int
    name: str
    addressed: str
    language: str | None
    topic: int | None = None


def group_command(update: Json) -> GroupCommand | None:
    try:
        message = _object(update, "message")
        chat = _object(message, "chat")
        command = _COMMAND.fullmatch(_text(message, "text"))
        if chat.get("type") not in ("group", "supergroup") or not command or _forwarded(message):
            return None
        where, name = (_number(chat, "id"), _number(message, "message_id")), command[1].lower()
        known = name in CONVERSATIONS
        topic = _number(message, "message_thread_id") if message.get("is_topic_message") is True else None
        return GroupCommand(*where, name, command[2] or "", language_of(message), topic) if known else None
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class SilentPress:
    """A press that says nothing to a conversation. `chat` is the private chat; None if it was pressed elsewhere."""

    query: str
    chat: int | None
    data: str
    language: str | None


def silent_press(update: Json) -> SilentPress | None:
    try:
        query = _object(update, "callback_query")
        where = _private(_object(query, "message")) if "message" in query else None
        data = query.get("data")
        if where and not (isinstance(data, str) and data in OURS):
            return None
        chat = int(where.id) if where else None
        return SilentPress(_text(query, "id"), chat, data if isinstance(data, str) else "", language_of(query))
    except ValueError:
        return None


def private_chat(message: Any) -> int | None:
    """The number of the private chat in which a message stands; None for any other."""
    try:
        where = _private(message) if isinstance(message, Mapping) else None
    except ValueError:
        return None
    return int(where.id) if where else None


def language_of(sent: Json) -> str | None:
    """The language of whoever sent a message, or pressed a button."""
    sender = sent.get("from")
    return _language(sender) if isinstance(sender, Mapping) else None


def _wrote(message: Json, at: datetime, username: str) -> Heard | None:
    where = _private(message)
    if where is None:
        return None
    who = _who(_object(message, "from"), where)
    event = _said(message, who, at, username) if who else None
    if who is None or event is None:
        return None
    return Heard(who, where, event, message=_named(message))


def _said(message: Json, who: Who, at: datetime, username: str) -> Done | None:
    if "text" in message:
        return _line(_text(message, "text"), _forwarded(message), at, username)
    if "contact" in message:
        return _contact(_object(message, "contact"), who, at)
    if "location" in message:
        return _place(_object(message, "location"), at)
    return Typed(at, "", NOT_READ) if MEDIA & message.keys() else None


def _line(text: str, forwarded: bool, at: datetime, username: str) -> Done | None:
    """A forwarded command was not given here; it is not obeyed, and no answer either."""
    text = text.strip()
    command = _COMMAND.fullmatch(text)
    if command and forwarded:
        return Typed(at, "", NOT_READ)
    if command is None:
        return Typed(at, text) if text else None
    name, addressed, rest = command[1].lower(), command[2], (command[3] or "").strip()
    if addressed and username and addressed.lower() != username.lower():
        return None
    if name == "start":
        return _linked(rest, at)
    return Opened(at, name, words=rest)


def _linked(payload: str, at: datetime) -> Done:
    """What a link `t.me/<bot>?start=<payload>` opens: `book`, `book-<service>`, or a whole door."""
    if _SUBJECT.fullmatch(payload):
        event = pressed(payload if payload.startswith("o-") else f"o-{payload}", at)
        if isinstance(event, Opened) and event.command in CONVERSATIONS:
            return event
    return Opened(at, "start")


def _contact(contact: Json, who: Who, at: datetime) -> Typed:
    if contact.get("user_id") != int(who.user):
        return Typed(at, "", SOMEBODY_ELSES)
    number = _text(contact, "phone_number").strip()
    return Typed(at, f"+{number}" if _NUMBER.fullmatch(number) else number)


def _place(location: Json, at: datetime) -> Opened | Typed:
    """The time zone of a place. The place is nobody's business, and stays in the payload, which is erased."""
    latitude, longitude = (location.get(name) for name in ("latitude", "longitude"))
    numbers = all(isinstance(each, int | float) and not isinstance(each, bool) for each in (latitude, longitude))
    zone = zone_at(float(latitude), float(longitude)) if numbers else None  # type: ignore[arg-type]
    return Opened(at, "timezone", short(zone)) if zone else Typed(at, "", NOWHERE)


def _pressed(query: Json, at: datetime) -> Heard | None:
    if "message" not in query:
        return None
    where = _private(_object(query, "message"))
    who = _who(_object(query, "from"), where) if where else None
    data = _text(query, "data")
    if len(data.encode("utf-8")) > 64 or not data:
        raise ValueError("no data of a button")
    if where is None or who is None or data in OURS:
        return None
    event = pressed(data, at)
    if not isinstance(event, Opened | Tapped):
        raise ValueError("no press")
    return Heard(who, where, event, message=_named(_object(query, "message")))


def _named(message: Json) -> str:
    """As `chats.Mark` names a message that is no card."""
    return str(_number(message, "message_id")) if "message_id" in message else ""


def _private(message: Json) -> Place | None:
    """The private chat; None for any other."""
    chat = _object(message, "chat")
    number, kind = _number(chat, "id"), _text(chat, "type")
    return Place("private", str(number)) if kind == "private" else None


def _who(sender: Json, where: Place) -> Who | None:
    """Who sent it; None for a bot. In a private chat there is one person, and the chat has their number."""
    number = _number(sender, "id")
    if sender.get("is_bot") is True:
        return None
    if str(number) != where.id:
        raise ValueError("somebody else's private chat")
    given, family = (_name(sender, name) for name in ("first_name", "last_name"))
    return Who("telegram", "", str(number), _language(sender), given_name=given, family_name=family)


def _language(sender: Json) -> str | None:
    code = sender.get("language_code")
    return code if isinstance(code, str) and _LANGUAGE.fullmatch(code) else None


def _name(sender: Json, name: str) -> str:
    """A part of the profile's name, in one line; empty if there is none."""
    try:
        return " ".join(_text(sender, name).split())[:LONGEST_NAME]
    except ValueError:
        return ""


def _forwarded(message: Json) -> bool:
    return any(name in message for name in ("forward_origin", "forward_date", "forward_from"))


def _object(within: Json, name: str) -> Json:
    value = within.get(name)
    if not isinstance(value, Mapping):
        raise ValueError(f"no {name}")
    return value


def _number(within: Json, name: str) -> int:
    value: Any = within.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not -(2**63) <= value < 2**63:
        raise ValueError(f"no {name}")
    return value


def _text(within: Json, name: str) -> str:
    """A text without what no database and no font takes: zeros, and halves of surrogate pairs."""
    value = within.get(name)
    if not isinstance(value, str) or len(value) > LONGEST:
        raise ValueError(f"no {name}")
    return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").replace("\0", "")
