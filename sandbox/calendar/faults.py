"""Misbehaviour on demand: what may go wrong with a request, and which request it strikes.

How a fault reaches the wire stands in `delivery`; what it does to the world, in `world`.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from email.utils import format_datetime
from enum import StrEnum
from typing import Any

from sandbox.calendar.traffic import WRITES, Operation


class Then(StrEnum):
    """How a request ends."""

    ANSWER = "answer"
    RESET = "reset"
    """The connection is reset (TCP RST)."""
    CLOSE = "close"
    """The connection is closed properly, but too early."""
    HANG = "hang"
    """Nothing more is ever said, until the client gives up or the server stops."""


class Body(StrEnum):
    """What replaces the body of an answer."""

    HTML = "html"
    EMPTY = "empty"
    CUT = "cut"
    """The first half of the true JSON, with a content-length that fits the half."""
    NOT_JSON = "not_json"
    WRONG_SHAPE = "wrong_shape"
    HUGE = "huge"
    """A JSON array of `size` bytes."""
    DRIP = "drip"
    """The true body, a byte every `pause` seconds."""


class Twist(StrEnum):
    """What happens in the world just before the request is carried out."""

    STEAL_HOUR = "steal_hour"
    """Somebody else takes the hour that is asked for (with a service: of all its agents)."""
    REMOVE_SERVICE = "remove_service"
    SPEND = "spend"
    """The appointment of the token that is shown gets new tokens elsewhere."""
    WITHDRAW = "withdraw"
    """The business itself cancels the appointment of the token that is shown."""
    CHANGE_FORM = "change_form"
    """All fields of the service's form (or of the form asked for) get new ids."""


READS = frozenset(Operation) - WRITES
TARGETS: Mapping[str, frozenset[Operation]] = {
    "*": frozenset(Operation),
    "reads": READS,
    "writes": WRITES,
    **{operation.value: frozenset({operation}) for operation in Operation},
}


@dataclass(frozen=True)
class Fault:
    """What happens to requests of an operation (or "reads", "writes", "*"), `times` times, or until cleared if None.

    `about` narrows it to requests whose path or body holds that text: an e-mail, say, strikes one person's bookings.
    The parts combine, in this order: `latency` in seconds; a `twist`; the operation is carried out, if `commit`; then
    the answer, with `status`, `headers`, `text` or `body` replaced, is given or not. `commit` left out means: carried
    out, unless the answer is replaced by an error or never given. `cut` lets only that many bytes of the raw response
    (status line and headers count) pass before a RESET, CLOSE or HANG.
    """

    operation: str = "*"
    times: int | None = 1
    about: str = ""
    twist: Twist | None = None
    latency: float = 0.0
    commit: bool | None = None
    then: Then = Then.ANSWER
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    text: str | None = None
    body: Body | None = None
    size: int = 300_000_000
    pause: float = 0.05
    cut: int | None = None

    def __post_init__(self) -> None:
        if self.operation not in TARGETS:
            raise ValueError(f"no operation is called {self.operation!r}")
        if self.cut is not None and self.then is Then.ANSWER:
            raise ValueError("a cut answer must end in a reset, close or hang")
        if self.status is not None and not 200 <= self.status <= 599:
            raise ValueError("a status lies between 200 and 599")

    @property
    def commits(self) -> bool:
        if self.commit is not None:
            return self.commit
        if self.cut is not None:
            return True
        return self.then is Then.ANSWER and (self.status is None or self.status < 400)

    def strikes(self, operation: Operation, text: str) -> bool:
        return operation in TARGETS[self.operation] and self.about in text

    @property
    def summary(self) -> str:
        """For the list of requests: what was not as usual, in a few words."""
        parts: list[object] = [self.twist, self.latency and f"late {self.latency:g} s", self.status, self.body]
        if self.text is not None:
            parts.append("text")
        if self.then is not Then.ANSWER:
            parts.append(f"{self.then} {'after' if self.commits else 'before'} commit")
        return ", ".join(str(part) for part in parts if part)

    @property
    def shown(self) -> dict[str, Any]:
        return {each.name: getattr(self, each.name) for each in fields(self)}


def parse_fault(raw: object) -> Fault:
    """A fault from its JSON object. Raises ValueError naming what is wrong."""
    if not isinstance(raw, dict):
        raise ValueError("a fault is a JSON object")
    if unknown := raw.keys() - {each.name for each in fields(Fault)}:
        raise ValueError(f"a fault has no {', '.join(sorted(unknown))}")
    made = dict(raw)
    for name, kind in (("twist", Twist), ("then", Then), ("body", Body)):
        if made.get(name) is not None:
            made[name] = kind(made[name])
    return Fault(**made)


class Faults:
    """What is still to go wrong; the oldest fault that fits strikes first."""

    def __init__(self, lock: AbstractContextManager[object]) -> None:
        self._lock = lock
        self.waiting: list[Fault] = []

    def add(self, *faults: Fault) -> None:
        with self._lock:
            self.waiting += faults

    def clear(self, operation: str | None = None) -> None:
        """Those set for that very name, or all."""
        with self._lock:
            self.waiting = [fault for fault in self.waiting if operation not in (None, fault.operation)]

    def take(self, operation: Operation, text: str) -> Fault | None:
        """The fault for a request, whose path and body are `text`; used up by being taken."""
        with self._lock:
            for place, fault in enumerate(self.waiting):
                if fault.strikes(operation, text):
                    self._use_up(place, fault)
                    return fault
        return None

    def _use_up(self, place: int, fault: Fault) -> None:
        if fault.times is None:
            return
        if fault.times <= 1:
            del self.waiting[place]
        else:
            self.waiting[place] = replace(fault, times=fault.times - 1)


def late(operation: str, seconds: float, times: int | None = 1) -> Fault:
    return Fault(operation, times, latency=seconds)


def failing(operation: str, status: int, times: int | None = 1, *, commit: bool = False) -> Fault:
    """Answered with that status and the API's usual body for it; nothing is carried out unless `commit`."""
    return Fault(operation, times, status=status, commit=commit)


def reset(operation: str, times: int | None = 1, *, commit: bool) -> Fault:
    return Fault(operation, times, then=Then.RESET, commit=commit)


def hang(operation: str, times: int | None = 1, *, commit: bool) -> Fault:
    return Fault(operation, times, then=Then.HANG, commit=commit)


def broken(operation: str, body: Body, times: int | None = 1, *, status: int | None = None) -> Fault:
    """Carried out (unless the status is an error), but answered with an unusable body."""
    return Fault(operation, times, body=body, status=status)


def limited(operation: str, retry_after: int | datetime, times: int | None = 1) -> Fault:
    """429 with Retry-After: whole seconds, or an instant written as an HTTP date."""
    if isinstance(retry_after, datetime):
        written = format_datetime(retry_after.astimezone(UTC), usegmt=True)
    else:
        written = str(retry_after)
    return Fault(operation, times, status=429, headers={"retry-after": written})


def twisted(operation: str, twist: Twist, times: int | None = 1) -> Fault:
    return Fault(operation, times, twist=twist)
