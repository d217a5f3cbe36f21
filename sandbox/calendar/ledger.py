"""The ledger: everything that was committed, in order, and what it proves.

It is written once and never corrected; what holds at present is the world's affair.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sandbox.calendar.instants import render


class Deed(StrEnum):
    BOOKED = "booked"
    MOVED = "moved"
    CANCELLED = "cancelled"
    WITHDRAWN = "withdrawn"
    """Cancelled by the business itself."""


@dataclass(frozen=True)
class Entry:
    """One commit. `request` numbers the request that made it (0: none did); `form` is the values by field id."""

    deed: Deed
    at: datetime
    request: int
    appointment: str
    agent: str
    service: str
    start: datetime
    end: datetime
    zone: str
    email: str
    form: Mapping[str, Any] = field(default_factory=dict)
    reason: str | None = None

    @property
    def shown(self) -> dict[str, Any]:
        return {
            "deed": self.deed.value,
            "at": render(self.at),
            "request": self.request,
            "appointment": self.appointment,
            "agent": self.agent,
            "service": self.service,
            "startAt": render(self.start),
            "endAt": render(self.end),
            "timezone": self.zone,
            "email": self.email,
            "form": dict(self.form),
            "cancelReason": self.reason,
        }


@dataclass(frozen=True)
class DoubleBooking:
    """Two appointments that stood at the same time and should not have."""

    earlier: Entry
    later: Entry
    why: str

    @property
    def shown(self) -> dict[str, str]:
        return {"earlier": self.earlier.appointment, "later": self.later.appointment, "why": self.why}


SAME_AGENT = "one agent, overlapping hours"
SAME_WISH = "one person, service and hour"


class Ledger:
    """`entries` is public and append-only."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def write(self, entry: Entry) -> None:
        self.entries.append(entry)

    def of(self, appointment: str) -> list[Entry]:
        return [entry for entry in self.entries if entry.appointment == appointment]

    def standing(self) -> list[Entry]:
        """The last entry of each appointment that was not cancelled."""
        return _standing(self.entries)

    def double_bookings(self) -> list[DoubleBooking]:
        """Whatever ever stood twice, even if one of the two was cancelled later.

        Two kinds: overlapping hours of one agent (the stand-in itself would be wrong), and one person, known by e-mail
        and form, holding one service at one hour with two agents (a wish that was sent twice).
        """
        found: list[DoubleBooking] = []
        standing: defaultdict[Place, dict[str, Entry]] = defaultdict(dict)
        last: dict[str, Entry] = {}
        for entry in self.entries:
            if before := last.get(entry.appointment):
                for place in _places(before):
                    standing[place].pop(entry.appointment, None)
            last[entry.appointment] = entry
            if entry.deed in (Deed.CANCELLED, Deed.WITHDRAWN):
                continue
            near = {other.appointment: other for place in _near(entry) for other in standing[place].values()}
            found += [DoubleBooking(other, entry, why) for other in near.values() if (why := _clash(other, entry))]
            for place in _places(entry):
                standing[place][entry.appointment] = entry
        return found


Place = tuple[str, object]
"""Where two appointments can meet: a day of an agent, a wish of a person."""


def _places(entry: Entry) -> list[Place]:
    return [(entry.agent, entry.start.date()), _wish(entry)]


def _near(entry: Entry) -> list[Place]:
    days = [entry.start.date() + timedelta(days=apart) for apart in (-1, 0, 1)]
    return [*((entry.agent, day) for day in days), _wish(entry)]


def _wish(entry: Entry) -> Place:
    return (entry.email, (entry.service, entry.start))


def _standing(entries: Iterable[Entry]) -> list[Entry]:
    last = {entry.appointment: entry for entry in entries}
    return [entry for entry in last.values() if entry.deed in (Deed.BOOKED, Deed.MOVED)]


def _clash(one: Entry, other: Entry) -> str:
    if one.agent == other.agent and one.start < other.end and other.start < one.end:
        return SAME_AGENT
    same = (one.service, one.start, one.email, one.form) == (other.service, other.start, other.email, other.form)
    return SAME_WISH if same else ""
