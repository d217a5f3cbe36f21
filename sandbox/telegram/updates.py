"""What happened and was not yet taken by the bot: numbered by one, kept for 24 hours, filtered as it asked.

How it is fetched or posted stands in `polling` and `hook`.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice, takewhile
from typing import Any

KEPT = timedelta(hours=24)
NOT_UNLESS_ASKED = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
KINDS = frozenset(
    {
        *("message", "edited_message", "channel_post", "edited_channel_post", "inline_query", "chosen_inline_result"),
        *("callback_query", "shipping_query", "pre_checkout_query", "poll", "poll_answer", "my_chat_member"),
        *("chat_member", "chat_join_request", "chat_boost", "removed_chat_boost", "message_reaction"),
        *("message_reaction_count", "business_connection", "business_message", "edited_business_message"),
        *("deleted_business_messages", "purchased_paid_media"),
    }
)


@dataclass(eq=False)
class Update:
    """`place` is what Telegram keeps the order of: a chat."""

    id: int
    at: datetime
    place: int
    payload: Mapping[str, Any]
    again: bool = False
    """It was confirmed once, and comes again nevertheless."""

    @property
    def shown(self) -> dict[str, Any]:
        return {"update_id": self.id, **self.payload}


class Updates:
    """`allowed` is what the bot asked for last; empty means everything but what must be asked for by name."""

    def __init__(self, next_id: int) -> None:
        self.next_id = next_id
        self.allowed: tuple[str, ...] = ()
        self.confirmed: list[Update] = []
        self._waiting: dict[Update, None] = {}
        self._places: defaultdict[int, deque[Update]] = defaultdict(deque)

    @property
    def pending(self) -> list[Update]:
        return list(self._waiting)

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, payload: Mapping[str, Any], place: int, at: datetime) -> Update | None:
        """None if the bot did not ask for such updates."""
        if not self._wanted(payload):
            return None
        number = payload.get("update_id", self.next_id)
        if "update_id" not in payload:
            self.next_id += 1
        update = Update(number, at, place, {name: value for name, value in payload.items() if name != "update_id"})
        self._waiting[update] = None
        self._places[place].append(update)
        return update

    def _wanted(self, payload: Mapping[str, Any]) -> bool:
        kinds = KINDS.intersection(payload)
        # What is no update at all, a test's invention, always comes.
        return not kinds or bool(kinds & set(self.allowed) if self.allowed else kinds - NOT_UNLESS_ASKED)

    def expire(self, now: datetime) -> None:
        while (oldest := next(iter(self._waiting), None)) and now - oldest.at >= KEPT:
            self._remove(oldest)

    def confirm(self, offset: int) -> None:
        """Drops all below the offset. A negative one drops all but that many of the newest."""
        if offset < 0:
            offset = self.pending[max(offset, -len(self))].id if len(self) else 0
        below = takewhile(lambda update: update.id < offset, self._waiting)
        for update in [each for each in below if not each.again]:
            self.done(update)

    def done(self, update: Update) -> None:
        """The bot has it for good."""
        if update in self._waiting:
            self._remove(update)
            self.confirmed.append(update)

    def drop(self) -> None:
        """Nobody will ever hear of what waits."""
        self._waiting.clear()
        self._places.clear()

    def _remove(self, update: Update) -> None:
        del self._waiting[update]
        self._places[update.place].remove(update)
        if not self._places[update.place]:
            del self._places[update.place]

    def take(self, limit: int) -> list[Update]:
        """Those to hand out now. One that comes again does so once only: the next offset confirms it."""
        batch = list(islice(self._waiting, limit))
        for update in batch:
            update.again = False
        return batch

    def again(self, number: int | None, at: datetime) -> Update:
        """Puts back one that was confirmed, the newest unless a number is given. Raises LookupError."""
        update = next((each for each in reversed(self.confirmed) if number in (None, each.id)), None)
        if update is None:
            raise LookupError("no such update was confirmed")
        self.confirmed.remove(update)
        update.again, update.at = True, at
        self._waiting = dict.fromkeys(sorted([update, *self._waiting], key=lambda each: each.id))
        self._places[update.place].appendleft(update)
        return update

    def places(self) -> list[int]:
        """Where something waits."""
        return list(self._places)

    def first(self, place: int) -> Update | None:
        return self._places[place][0] if place in self._places else None
