"""Misbehaviour on demand: what may go wrong with a request, and which request it strikes.

What all stand-ins can do wrong stands in `sandbox.misbehaving`; what a twist does to the world, in `twists`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import format_datetime
from enum import StrEnum

from sandbox.calendar.traffic import WRITES, Operation
from sandbox.delivery import Body, Breaking, Then
from sandbox.misbehaving import WORDS, Misbehaviour, read_fault


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
class Fault(Misbehaviour):
    """What happens to requests of an operation, or "reads", "writes", "*"; see `Misbehaviour`.

    `about` looks for its text in path and body: an e-mail, say, strikes one person's bookings. A `twist` happens before
    the operation is carried out.
    """

    operation: str = "*"
    times: int | None = 1
    twist: Twist | None = field(default=None, kw_only=True)
    headers: Mapping[str, str] = field(default_factory=dict, kw_only=True)
    size: int = field(default=300_000_000, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.operation not in TARGETS:
            raise ValueError(f"no operation is called {self.operation!r}")
        if self.status is not None and not 200 <= self.status <= 599:
            raise ValueError("a status lies between 200 and 599")

    @property
    def target(self) -> str:
        return self.operation

    @property
    def breaking(self) -> Breaking:
        return replace(super().breaking, headers=self.headers, size=self.size)

    def strikes(self, operation: Operation, text: str) -> bool:
        return operation in TARGETS[self.operation] and self.about in text

    @property
    def summary(self) -> str:
        return ", ".join(part for part in (self.twist, super().summary) if part)


def parse_fault(raw: object) -> Fault:
    """A fault from its JSON object. Raises ValueError naming what is wrong."""
    return read_fault(Fault, raw, {**WORDS, "twist": Twist})


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
