"""Who asked what, and how often: the operations of the API, the requests that came, the rate limit.

Counting only; what a request does is decided elsewhere.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import floor
from typing import Any

from sandbox.calendar.instants import render
from sandbox.requests import most_within


class Operation(StrEnum):
    """One route of the API page each; `FORM` is documented elsewhere."""

    SERVICES = "services"
    SERVICE_DATES = "service_dates"
    SERVICE_HOURS = "service_hours"
    USER_DATES = "user_dates"
    USER_HOURS = "user_hours"
    SCHEDULE_SERVICE = "schedule_service"
    SCHEDULE_USER = "schedule_user"
    CANCEL = "cancel"
    RESCHEDULE = "reschedule"
    INFO = "info"
    FORM = "form"


WRITES = frozenset({Operation.SCHEDULE_SERVICE, Operation.SCHEDULE_USER, Operation.CANCEL, Operation.RESCHEDULE})


@dataclass
class Seen:
    """One request. `status` is what was answered, 0 as long as nothing was (or nothing ever: hung, reset)."""

    number: int
    at: datetime
    tick: float
    operation: Operation
    path: str
    status: int = 0
    committed: bool = False
    fault: str = ""

    @property
    def shown(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "at": render(self.at),
            "operation": self.operation.value,
            "path": self.path,
            "status": self.status,
            "committed": self.committed,
            "fault": self.fault,
        }


KEPT = 100_000


class Traffic:
    """Requests in the order of their coming. `tick` is monotonic seconds: rates must not follow a clock that is set."""

    def __init__(self, tick: Callable[[], float], lock: AbstractContextManager[object]) -> None:
        self._lock = lock
        self._tick = tick
        self._recent: deque[float] = deque()
        self.seen: deque[Seen] = deque(maxlen=KEPT)
        self._number = 0
        self.by_operation: Counter[Operation] = Counter()
        self.by_status: Counter[int] = Counter()

    def note(self, operation: Operation, path: str, at: datetime) -> Seen:
        with self._lock:
            self._number += 1
            self.by_operation[operation] += 1
            seen = Seen(self._number, at, self._tick(), operation, path)
            self.seen.append(seen)
        return seen

    @property
    def total(self) -> int:
        return self.by_operation.total()

    def answered(self, seen: Seen, status: int) -> None:
        with self._lock:
            seen.status = status
            self.by_status[status] += 1

    def over(self, limit: int) -> bool:
        """Whether this request is one too many in the last second; one that is does not count against the next."""
        now = self._tick()
        while self._recent and now - self._recent[0] >= 1:
            self._recent.popleft()
        if len(self._recent) >= limit:
            return True
        self._recent.append(now)
        return False

    def by_second(self) -> dict[int, int]:
        """Requests by whole second of the monotonic clock, counted from the first one kept."""
        with self._lock:
            first = self.seen[0].tick if self.seen else 0
            return dict(Counter(floor(seen.tick - first) for seen in self.seen))

    def busiest_second(self) -> int:
        """The most requests in any window of one second, wherever it begins."""
        with self._lock:
            return most_within(1, (seen.tick for seen in self.seen))

    def forget(self) -> None:
        """Counting starts anew; numbers go on, since the ledger names requests by them."""
        with self._lock:
            self.seen.clear()
            self.by_operation.clear()
            self.by_status.clear()
