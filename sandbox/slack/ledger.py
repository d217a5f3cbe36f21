"""What the app asked for and what it was told, in the order of its coming; and what was wrong with it.

Counting only. No token ever gets here.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

KEPT = 200_000
POSTS = frozenset({"chat.postMessage", "chat.postEphemeral", "chat.update"})
"""What is posted to a channel."""


@dataclass(frozen=True)
class Complaint:
    """Something that no well made app sends, by the method or the kind of answer in which it came."""

    method: str
    text: str


@dataclass
class Request:
    """One request. `status` 0: nothing was answered, yet or ever. `error` is Slack's, "" if it was ok."""

    number: int
    at: datetime
    tick: float
    method: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    team: str = ""
    channel: str = ""
    user: str = ""
    status: int = 0
    error: str = ""
    fault: str = ""
    committed: bool = False
    """It was carried out, whatever was answered."""

    @property
    def shown(self) -> dict[str, Any]:
        return {each.name: getattr(self, each.name) for each in fields(self) if each.name != "tick"}


class Ledger:
    """`tick` of a request is monotonic seconds: rates must not follow a clock that is set."""

    def __init__(self, lock: AbstractContextManager[object]) -> None:
        self._lock = lock
        self._number = 0
        self.requests: deque[Request] = deque(maxlen=KEPT)
        self.by_method: Counter[str] = Counter()
        self.by_status: Counter[int] = Counter()
        self.under_way: set[int] = set()

    def note(self, method: str, at: datetime, tick: float) -> Request:
        with self._lock:
            self._number += 1
            self.by_method[method] += 1
            request = Request(self._number, at, tick, method)
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

    def busiest(self, seconds: float = 1, channel: str | None = None) -> int:
        """The most posts that went through in any window of that length, wherever it begins.

        `channel` may also be the person whose direct message it is.
        """
        most, window = 0, deque[float]()
        with self._lock:
            for request in self.requests:
                if request.method in POSTS and request.committed and channel in (None, request.channel, request.user):
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
