"""How often something may be asked for in a window of time, and how long somebody must be silent.

Which requests count against which limit is each stand-in's own affair.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil

Limit = tuple[Hashable, int, float]
"""What is counted together, how many of it, in how many seconds."""


@dataclass
class Windows:
    """Counts what went through; what was one too many does not count."""

    _gone: defaultdict[Hashable, deque[float]] = field(default_factory=lambda: defaultdict(deque))

    def take(self, limits: Sequence[Limit], tick: float) -> int:
        """Whole seconds until there is room within all limits; 0 if there is, and it is counted then."""
        wait = max((self._wait(limit, tick) for limit in limits), default=0.0)
        if wait > 0:
            return ceil(wait)
        for key, _, _ in limits:
            self._gone[key].append(tick)
        return 0

    def _wait(self, limit: Limit, tick: float) -> float:
        key, most, span = limit
        gone = self._gone[key]
        while gone and tick - gone[0] >= span:
            gone.popleft()
        return span - (tick - gone[-most]) if len(gone) >= most else 0.0


@dataclass
class Silences:
    """What was imposed, for one or (None) for all."""

    now: Callable[[], datetime]
    until: dict[Hashable | None, datetime] = field(default_factory=dict)

    def impose(self, seconds: float, whom: Hashable | None = None) -> None:
        self.until[whom] = self.now() + timedelta(seconds=seconds)

    def remaining(self, *whom: Hashable) -> int:
        """Whole seconds."""
        ends = [end for key, end in self.until.items() if key is None or key in whom]
        return max((ceil((end - self.now()).total_seconds()) for end in ends), default=0)
