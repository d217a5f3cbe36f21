"""Names that Slack makes up: ids, times that name messages, secrets. One seed, the same names.

What they name is not known here.
"""

from __future__ import annotations

import hashlib
import string
from datetime import datetime
from itertools import count

DIGITS = string.digits + string.ascii_uppercase
FIRST, STEP = 36**8, 7919
"""Ids are nine digits long, and neighbours look different."""


class Ids:
    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._numbers, self._ts = count(1), 0

    def number(self) -> int:
        """Another one each time."""
        return next(self._numbers)

    def next(self, kind: str) -> str:
        number, written = FIRST + self.number() * STEP, ""
        while number:
            number, digit = divmod(number, len(DIGITS))
            written = DIGITS[digit] + written
        return f"{kind}{written}"

    def next_ts(self, now: datetime) -> str:
        self._ts = max(self._ts + 1, int(now.timestamp() * 1_000_000))
        return f"{self._ts // 1_000_000}.{self._ts % 1_000_000:06d}"

    def secret(self, what: str) -> str:
        """64 hexadecimal digits."""
        return hashlib.sha256(f"{self._seed} {what}".encode()).hexdigest()
