"""What the bot asked for and what it was told, in the order of its coming.

How that is kept and counted stands in `sandbox.requests`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sandbox.requests import Asking, Requests, most_within

SENDS = frozenset({"sendMessage", "sendDocument", "editMessageText", "editMessageReplyMarkup"})
"""What counts against Telegram's limits."""


@dataclass
class Request(Asking):
    """One request. `in_reply`: it was the answer to a webhook."""

    chat: int | None = None
    description: str = ""
    in_reply: bool = False

    @property
    def shown(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "at": self.at.isoformat(),
            "method": self.method,
            "payload": dict(self.payload),
            "chat": self.chat,
            "status": self.status,
            "description": self.description,
            "fault": self.fault,
            "inReply": self.in_reply,
            "committed": self.committed,
        }


class Ledger(Requests[Request]):
    def busiest(self, seconds: float = 1, chat: int | None = None) -> int:
        """The most messages sent or edited in any window of that length, wherever it begins; refused ones count not."""
        with self._lock:
            sent = [each for each in self.requests if each.method in SENDS and each.status == 200]
            return most_within(seconds, (each.tick for each in sent if chat in (None, each.chat)))
