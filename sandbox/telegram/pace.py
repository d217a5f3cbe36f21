"""How many messages a second a bot may send, and how long it must be silent when it sent more.

The true limits are not published; these are the ones that Telegram's own FAQ names.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil

from sandbox.telegram.errors import too_many_requests
from sandbox.telegram.ledger import SENDS

EDITS = frozenset(name for name in SENDS if name.startswith("edit"))


@dataclass
class Pace:
    """Messages a second to one chat, a second in all, a minute to one group. `edits` says whether edits count too."""

    per_chat: int = 1
    overall: int = 30
    per_group: int = 20
    edits: bool = True
    _sent: dict[int | None, deque[float]] = field(default_factory=lambda: defaultdict(deque))

    def check(self, method: str, chat: int, tick: float) -> None:
        """Counts the message. Raises Refusal 429 if it is one too many; one that is does not count."""
        if method not in SENDS or (method in EDITS and not self.edits):
            return
        limits = [(None, self.overall, 1.0), (chat, self.per_chat, 1.0)]
        if chat < 0:
            limits[1] = (chat, self.per_group, 60.0)
        wait = max(self._wait(key, most, span, tick) for key, most, span in limits)
        if wait > 0:
            raise too_many_requests(ceil(wait))
        for key, _, _ in limits:
            self._sent[key].append(tick)

    def _wait(self, key: int | None, most: int, span: float, tick: float) -> float:
        sent = self._sent[key]
        while sent and tick - sent[0] >= span:
            sent.popleft()
        return span - (tick - sent[-most]) if len(sent) >= most else 0.0


@dataclass
class Floods:
    """Silences that were imposed, for one chat or (None) for all."""

    now: Callable[[], datetime]
    until: dict[int | None, datetime] = field(default_factory=dict)

    def impose(self, seconds: float, chat: int | None = None) -> None:
        self.until[chat] = self.now() + timedelta(seconds=seconds)

    def check(self, method: str, chat: int | None) -> None:
        """Raises Refusal 429 with the whole seconds that remain."""
        if method not in SENDS:
            return
        ends = [end for key, end in self.until.items() if key in (None, chat)]
        remaining = max((ceil((end - self.now()).total_seconds()) for end in ends), default=0)
        if remaining > 0:
            raise too_many_requests(remaining)
