"""One bot's Telegram: its people and groups, what was written, what the bot has still to hear, what breaks on demand.

Nothing here knows HTTP. What people do stands in `people`, what the bot may ask for in `methods`.
"""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from threading import RLock
from typing import Any

from sandbox.changes import Changes
from sandbox.clock import utc_now
from sandbox.misbehaving import Faults
from sandbox.requests import Complaint
from sandbox.telegram.chats import SUPERGROUP, Chat, File, Kind, Message
from sandbox.telegram.faults import Fault
from sandbox.telegram.groups import Group
from sandbox.telegram.ledger import Ledger, Request
from sandbox.telegram.pace import Floods, Pace
from sandbox.telegram.people import Person, Press
from sandbox.telegram.profile import Profile
from sandbox.telegram.updates import Update, Updates
from sandbox.telegram.webhook import Webhook

BOT = 777_000_111
FIRST_PERSON = 5_000_000_001
"""Beyond 32 bits, as the ids of people who joined lately are."""
FIRST_GROUP = 4_000_001
FIRST_UPDATE = 801_000_001
USERNAME = "booking_sandbox_bot"


class World:
    """All that changes it holds `lock` and tells `changes`, so that a test may act and look from another thread.

    `local` lets a webhook be any HTTP address, as a server of one's own does; otherwise it must be HTTPS on the usual
    ports. `privacy` keeps from the bot what people in groups say to each other. `pace` enforces limits of sending.
    """

    def __init__(
        self,
        clock: Callable[[], datetime] = utc_now,
        *,
        seed: str = "sandbox",
        local: bool = True,
        privacy: bool = True,
        pace: Pace | None = None,
        tick: Callable[[], float] = time.monotonic,
    ) -> None:
        self.lock = RLock()
        self.changes = Changes(self.lock)
        self.clock, self.tick = clock, tick
        self.local, self.privacy, self.pace = local, privacy, pace
        self.token = f"{BOT}:{_secret(seed)}"
        self.bot: dict[str, Any] = {"id": BOT, "is_bot": True, "first_name": "Booking Sandbox", "username": USERNAME}
        self.chats: dict[int, Chat] = {}
        self.people: dict[int, Person] = {}
        self.groups: list[Group] = []
        self.presses: dict[str, Press] = {}
        self.files: dict[str, File] = {}
        self.profile = Profile(self.bot["first_name"])
        self.updates = Updates(FIRST_UPDATE)
        self.webhook = Webhook()
        self.ledger, self.faults, self.floods = Ledger(Request, self.lock), Faults[Fault](self.lock), Floods(self.now)
        self.complaints: list[Complaint] = []
        self.reroute: dict[str, str] = {}
        """Where a webhook's address is really found: the beginning of its URL, and what to put in its place."""
        self.resend_after = 1.0
        """Seconds until an update is posted again whose first delivery failed; the pause doubles with each failure."""
        self.hook_patience = 60.0
        self.polls = 0
        """Counts the calls of getUpdates: only the newest one waits on."""
        self._moved = timedelta()
        self._account_ids, self._groups, self._queries = count(1), count(FIRST_GROUP), count(1)

    # Time

    def now(self) -> datetime:
        return self.clock().astimezone(UTC) + self._moved

    def forward(self, by: timedelta) -> None:
        with self.lock:
            self._moved += by
            self.changes.tell()

    # People and groups

    def person(
        self,
        language_code: str | None = "en",
        first_name: str | None = None,
        last_name: str | None = None,
        username: str | None = None,
        phone: str = "56900000001",
    ) -> Person:
        """Somebody new, who has not written to the bot yet."""
        with self.lock:
            number = FIRST_PERSON + len(self.people)
            named = {"first_name": first_name or f"Person {len(self.people) + 1}"}
            named |= {"last_name": last_name} if last_name else {}
            named |= {"username": username} if username else {}
            private = Chat(number, Kind.PRIVATE, named, self._account_ids.__next__)
            person = Person(self, number, named, language_code, phone, private)
            self.people[number] = person
            self.chats[number] = private
            self.changes.tell()
        return person

    def group(self, *members: Person, title: str = "Group") -> Group:
        """A group that the first of its members makes, with the bot in it."""
        with self.lock:
            group = Group(self, self.add_chat(Kind.GROUP, title), list(members))
            self.groups.append(group)
            group.lets_bot_in()
        return group

    def add_chat(self, kind: Kind, title: str) -> Chat:
        number = -next(self._groups)
        if kind is Kind.SUPERGROUP:
            # Only supergroups count their messages by themselves.
            chat = Chat(SUPERGROUP + number, kind, {"title": title}, count(1).__next__, known=True)
        else:
            chat = Chat(number, kind, {"title": title}, self._account_ids.__next__, known=True)
        self.chats[chat.id] = chat
        return chat

    def group_of(self, chat: Chat) -> Group | None:
        return next((group for group in self.groups if group.place is chat), None)

    # What happens

    def write(self, chat: Chat, sender: Mapping[str, Any], **content: Any) -> Message:
        """A message comes to stand in a chat; nobody is told yet."""
        message = Message(chat.next_id(), chat, sender, self.now(), **content)
        chat.messages[message.id] = message
        self.changes.tell()
        return message

    def happens(self, payload: Mapping[str, Any], place: int) -> Update | None:
        """The bot shall hear of it, if it wants to."""
        with self.lock:
            self.updates.expire(self.now())
            update = self.updates.add(payload, place, self.now())
            self.changes.tell()
        return update

    def raw(self, payload: Mapping[str, Any], chat: int = 0) -> Update | None:
        """Any update at all, malformed ones too; `update_id` is added unless it is given. Raises ValueError.

        The number is the one thing that is never malformed: it is the server's own, and offsets count by it.
        """
        number = payload.get("update_id", 0)
        if not isinstance(number, int) or isinstance(number, bool):
            raise ValueError("an update_id is a whole number")
        return self.happens(payload, chat)

    def redeliver(self, update_id: int | None = None) -> Update:
        """A confirmed update, the newest or that one, comes once more. Raises LookupError."""
        with self.lock:
            update = self.updates.again(update_id, self.now())
            self.changes.tell()
        return update

    def next_query(self) -> str:
        return f"33{next(self._queries):017d}"

    def unanswered(self) -> list[Press]:
        return [press for press in self.presses.values() if not press.answered]

    def complain(self, method: str, text: str) -> None:
        self.complaints.append(Complaint(method, text))

    def flood(self, seconds: float, chat: int | None = None) -> None:
        """From now on messages to a chat, or to all, are refused with 429 for that long by the world's clock."""
        with self.lock:
            self.floods.impose(seconds, chat)

    # Waiting

    async def until(self, true: Callable[[], object], seconds: float = 10) -> None:
        """Waits until it is true, looking whenever something changed. Raises TimeoutError."""
        await self.changes.until(true, seconds)

    def wait(self, true: Callable[[], object], seconds: float = 10) -> None:
        """The same from another thread than the one that serves."""
        self.changes.wait(true, seconds)

    async def taken(self, seconds: float = 10) -> None:
        """Waits until the bot has confirmed every update. Raises TimeoutError."""
        await self.until(lambda: not len(self.updates), seconds)


def _secret(seed: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(seed.encode()).digest()).decode()[:35]
