"""What the bot asked for and what it was told, in the order of its coming; and what was wrong with it.

Counting only. The bot's token never gets here.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

KEPT = 200_000
SENDS = frozenset({"sendMessage", "sendDocument", "editMessageText", "editMessageReplyMarkup"})
"""What counts against Telegram's limits."""


@dataclass(frozen=True)
class Complaint:
    """Something that no well made bot sends."""

    method: str
    text: str


@dataclass
class Request:
    """One request. `status` 0: nothing was answered, yet or ever. `in_reply`: it was the answer to a webhook."""

    number: int
    at: datetime
    tick: float
    method: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    chat: int | None = None
    status: int = 0
    description: str = ""
    fault: str = ""
    in_reply: bool = False
    committed: bool = False
    """It was carried out, whatever was answered."""

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


class Ledger:
    """`tick` of a request is monotonic seconds: rates must not follow a clock that is set."""

    def __init__(self, lock: AbstractContextManager[object]) -> None:
        self._lock = lock
        self._number = 0
        self.requests: deque[Request] = deque(maxlen=KEPT)
        self.by_method: Counter[str] = Counter()
        self.by_status: Counter[int] = Counter()
        self.under_way: set[int] = set()

    def note(self, method: str, at: datetime, tick: float, *, in_reply: bool = False) -> Request:
        with self._lock:
            self._number += 1
            self.by_method[method] += 1
            request = Request(self._number, at, tick, method, in_reply=in_reply)
            self.requests.append(request)
        return request

    def answered(self, request: Request, status: int) -> None:
        with self._lock:
            request.status = status
            self.by_status[status] += 1

    def count(self, method: str) -> int:
        return self.by_method[method]

    def of(self, method: str) -> list[Request]:
        with self._lock:
            return [request for request in self.requests if request.method == method]

    def busiest(self, seconds: float = 1, chat: int | None = None) -> int:
        """The most messages sent or edited in any window of that length, wherever it begins; refused ones count not."""
        most, window = 0, deque[float]()
        with self._lock:
            for request in self.requests:
                if request.method in SENDS and request.status == 200 and chat in (None, request.chat):
                    window.append(request.tick)
                    while request.tick - window[0] >= seconds:
                        window.popleft()
                    most = max(most, len(window))
        return most

    def forget(self) -> None:
        """Counting starts anew; numbers go on."""
        with self._lock:
            self.requests.clear()
            self.by_method.clear()
            self.by_status.clear()
