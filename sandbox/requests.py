"""What a client asked a stand-in for and what it was told, in the order of its coming; and what was wrong with it.

Counting only: what counts as what is each stand-in's own affair. No token ever gets here.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter, deque
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

KEPT = 200_000


@dataclass(frozen=True)
class Complaint:
    """Something that no well made client sends, by the method in which it came."""

    method: str
    text: str


@dataclass
class Asking(ABC):
    """One request. `status` 0: nothing was answered, yet or ever. `tick` is monotonic seconds."""

    number: int
    at: datetime
    tick: float
    method: str
    payload: Mapping[str, Any] = field(default_factory=dict, kw_only=True)
    status: int = field(default=0, kw_only=True)
    fault: str = field(default="", kw_only=True)
    committed: bool = field(default=False, kw_only=True)
    """It was carried out, whatever was answered."""

    @property
    @abstractmethod
    def shown(self) -> dict[str, Any]: ...


Request = TypeVar("Request", bound=Asking)


class Requests(ABC, Generic[Request]):
    """Rates follow `tick`: they must not follow a clock that is set."""

    def __init__(self, kind: type[Request], lock: AbstractContextManager[object]) -> None:
        self._kind, self._lock = kind, lock
        self._number = 0
        self.requests: deque[Request] = deque(maxlen=KEPT)
        self.by_method: Counter[str] = Counter()
        self.by_status: Counter[int] = Counter()
        self.under_way: set[int] = set()

    def note(self, method: str, at: datetime, tick: float) -> Request:
        with self._lock:
            self._number += 1
            self.by_method[method] += 1
            request = self._kind(self._number, at, tick, method)
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

    @abstractmethod
    def busiest(self, seconds: float = 1) -> int:
        """The most that counts against the limits in any window of that length."""

    @property
    def shown(self) -> dict[str, Any]:
        """For whoever looks at the stand-in from another process."""
        return {
            "byMethod": dict(self.by_method),
            "byStatus": {str(status): count for status, count in self.by_status.items()},
            "busiestSecond": self.busiest(),
            "underWay": len(self.under_way),
            "requests": [request.shown for request in self.requests],
        }

    def forget(self) -> None:
        """Counting starts anew; numbers go on."""
        with self._lock:
            self.requests.clear()
            self.by_method.clear()
            self.by_status.clear()


def most_within(seconds: float, ticks: Iterable[float]) -> int:
    """The most of the rising `ticks` in any window of that length, wherever it begins."""
    most, window = 0, deque[float]()
    for tick in ticks:
        window.append(tick)
        while tick - window[0] >= seconds:
            window.popleft()
        most = max(most, len(window))
    return most
