"""What happened and was not yet taken by the bot: numbered by one, kept for 24 hours, filtered as it asked.

How it is fetched or posted stands in `polling` and `hook`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
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


@dataclass
class Updates:
    """`allowed` is what the bot asked for last; empty means everything but what must be asked for by name."""

    next_id: int
    allowed: tuple[str, ...] = ()
    pending: list[Update] = field(default_factory=list)
    confirmed: list[Update] = field(default_factory=list)

    def add(self, payload: Mapping[str, Any], place: int, at: datetime) -> Update | None:
        """None if the bot did not ask for such updates."""
        if not self._wanted(payload):
            return None
        number = payload.get("update_id", self.next_id)
        if "update_id" not in payload:
            self.next_id += 1
        update = Update(number, at, place, {name: value for name, value in payload.items() if name != "update_id"})
        self.pending.append(update)
        return update

    def _wanted(self, payload: Mapping[str, Any]) -> bool:
        kinds = KINDS.intersection(payload)
        # What is no update at all, a test's invention, always comes.
        return not kinds or bool(kinds & set(self.allowed) if self.allowed else kinds - NOT_UNLESS_ASKED)

    def expire(self, now: datetime) -> None:
        self.pending = [update for update in self.pending if now - update.at < KEPT]

    def confirm(self, offset: int) -> None:
        """Drops all below the offset. A negative one drops all but that many of the newest."""
        if offset < 0:
            offset = self.pending[max(offset, -len(self.pending))].id if self.pending else 0
        for update in list(self.pending):
            if update.again:
                continue
            if update.id < offset:
                self.done(update)

    def done(self, update: Update) -> None:
        if update in self.pending:
            self.pending.remove(update)
            self.confirmed.append(update)

    def take(self, limit: int) -> list[Update]:
        """Those to hand out now. One that comes again does so once only: the next offset confirms it."""
        batch = self.pending[:limit]
        for update in batch:
            update.again = False
        return batch

    def again(self, number: int | None = None) -> Update:
        """Puts back one that was confirmed, the newest unless a number is given. Raises LookupError."""
        fitting = [update for update in self.confirmed if number in (None, update.id)]
        if not fitting:
            raise LookupError("no such update was confirmed")
        update = fitting[-1]
        self.confirmed.remove(update)
        update.again = True
        self.pending = sorted([*self.pending, update], key=lambda each: each.id)
        return update

    def places(self) -> Iterator[tuple[int, Update]]:
        """The oldest update of each place."""
        seen = set()
        for update in self.pending:
            if update.place not in seen:
                seen.add(update.place)
                yield update.place, update
