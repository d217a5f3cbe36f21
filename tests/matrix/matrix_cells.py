"""The pairs of operation and error that the API's page documents, as they are planted. Nothing is played here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from matrix_crowd import Guest
from matrix_steps import STEPS, Step

from sandbox.calendar import Fault
from sandbox.calendar.catalogue import CONTACT_SEGMENT

EXAMPLES = Path(__file__).parent.parent / "bot" / "calendar" / "examples"
API_KEY = "invalid-api-key"
TOKEN = "invalid-token"
OPERATIONS = (
    *("services", "service_dates", "service_hours", "user_dates", "user_hours"),
    *("schedule_service", "schedule_user", "cancel", "reschedule", "info"),
)
THEIR_OWN_TOKEN = ("cancel", "reschedule", "info")
NOT_AUTHENTICATED = '{"name":"NotAuthenticated","message":"%s","code":401,"className":"not-authenticated","errors":{}}'


@dataclass(frozen=True, order=True)
class Pair:
    """An operation and an error that the page documents for it."""

    operation: str
    error: str
    status: int
    body: str

    def fault(self, guest: Guest) -> Fault:
        """The page names a field of its own: here it is one of the form that is filled in."""
        shown = guest.hall.world.fields(CONTACT_SEGMENT, "base")[0]
        body = self.body.replace("60dbe3416af0be33b8b372b1", shown.id)
        return Fault(self.operation, times=None, status=self.status, text=body)


def pairs() -> Iterator[Pair]:
    """The errors that the page prints, and the one that it prints elsewhere: each operation's token."""
    for file in sorted(EXAMPLES.glob("*-4??-*.json")):
        operation, status, error = file.stem.split("-", 2)
        yield Pair(operation, error, int(status), file.read_text("utf-8"))
    for operation in OPERATIONS:
        theirs = operation in THEIR_OWN_TOKEN
        message = "invalid signature" if theirs else "jwt expired"
        yield Pair(operation, TOKEN if theirs else API_KEY, 401, NOT_AUTHENTICATED % message)


@dataclass(frozen=True)
class Cell:
    pair: Pair
    step: Step

    @property
    def name(self) -> str:
        return f"{self.pair.operation}, {self.pair.error}, {self.step.name}"


def cells() -> Iterator[Cell]:
    for pair in pairs():
        for step in STEPS:
            if pair.operation in step.operations:
                yield Cell(pair, step)
