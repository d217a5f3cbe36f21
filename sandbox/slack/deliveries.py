"""What Slack has to tell the app: each payload, how often it was sent, and how the app answered.

How it gets there stands in `sockets` and `hook`; what an answer does, in `acks`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox.slack.seeing import Somebody
    from sandbox.slack.views import View
    from sandbox.slack.world import World

TIMEOUT = "operation_timeout"
FAILED = "dispatch_failed"


class Kind(StrEnum):
    """As Socket Mode calls them."""

    EVENT = "events_api"
    COMMAND = "slash_commands"
    INTERACTIVE = "interactive"


@dataclass(frozen=True)
class Attempt:
    """One sending. `status` 0: nothing was answered; a web socket's acknowledgement counts as 200."""

    at: datetime
    number: int
    reason: str
    status: int
    seconds: float
    why: str = ""

    @property
    def shown(self) -> dict[str, Any]:
        told = {"number": self.number, "reason": self.reason, "status": self.status, "why": self.why}
        return {**told, "at": self.at.isoformat(), "seconds": round(self.seconds, 4)}


@dataclass(eq=False)
class Delivery:
    """A payload on its way. `answer` is the body of the acknowledgement, read if it is JSON."""

    world: World = field(repr=False)
    number: int
    kind: Kind
    payload: Mapping[str, Any] = field(repr=False)
    at: datetime
    person: Somebody | None = field(default=None, repr=False)
    view: View | None = field(default=None, repr=False)
    """The view whose submission it is."""
    attempts: list[Attempt] = field(default_factory=list)
    acknowledged: bool = False
    failed: str = ""
    answer: Any = None
    envelope_id: str = ""
    repeated: bool = False
    """It is another delivery once more, to the byte."""
    last_request: tuple[Mapping[str, str], bytes] | None = field(default=None, repr=False)
    """The signed request as it was posted last."""

    @property
    def trigger_id(self) -> str:
        return str(self.payload.get("trigger_id", ""))

    @property
    def response_url(self) -> str:
        return str(self.payload.get("response_url", ""))

    @property
    def event_id(self) -> str:
        return str(self.payload.get("event_id", ""))

    @property
    def done(self) -> bool:
        return self.acknowledged or bool(self.failed)

    @property
    def waited(self) -> float:
        """Seconds from the last sending to its end."""
        return self.attempts[-1].seconds if self.attempts else 0.0

    async def settled(self, seconds: float = 10) -> Delivery:
        """Waits until it is acknowledged or given up. Raises TimeoutError."""
        await self.world.until(lambda: self.done, seconds)
        return self

    @property
    def shown(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "kind": self.kind.value,
            "payload": self.payload,
            "acknowledged": self.acknowledged,
            "failed": self.failed,
            "answer": self.answer,
            "attempts": [attempt.shown for attempt in self.attempts],
        }
