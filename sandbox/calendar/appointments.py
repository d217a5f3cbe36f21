"""Appointments, and the wish for one.

Only what they are; what may happen to them is decided in `world`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sandbox.calendar.catalogue import Service


@dataclass(frozen=True)
class Appointment:
    """What stands between a customer and an agent. Tokens carry `edition`; a change raises it, and so spends them."""

    id: str
    service: Service
    agent: str
    start: datetime
    end: datetime
    zone: str
    email: str
    referrer: str
    form: Mapping[str, Any]
    edition: int = 1
    cancelled: bool = False

    @property
    def minutes(self) -> int:
        return (self.end - self.start) // timedelta(minutes=1)


@dataclass(frozen=True)
class Wish:
    """A booking that is asked for: any of `agents` at `start`."""

    service: Service
    agents: Sequence[str]
    start: datetime
    zone: str
    email: str
    referrer: str
    form: Mapping[str, Any]
