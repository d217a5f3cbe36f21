"""How much goes wrong in one simulated run, and all chance in it. What goes wrong, and how, is each part's matter."""

from __future__ import annotations

import random
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random

KINDS = ("network", "disk", "platform", "clock", "crash", "calendar")


@dataclass
class Weather:
    """`strength` is how likely each kind of fault is, wherever it can strike: of some seeds some kinds are spared, so
    that what one kind does is not always hidden by another."""

    seed: int
    strength: dict[str, float]
    over: bool = False

    def strikes(self, kind: str, chance: Random) -> bool:
        return not self.over and chance.random() < self.strength[kind]

    def chance(self, of: str) -> Random:
        """Everybody has dice of their own, so that one more throw of somebody's does not change everything."""
        return Random(f"{self.seed} {of}")


def weather(seed: int, strengths: Sequence[float]) -> Weather:
    """Each kind has one of these strengths."""
    chance = Random(f"{seed} weather")
    return Weather(seed, {kind: chance.choice(strengths) for kind in KINDS})


@contextmanager
def dice(seed: int) -> Iterator[None]:
    """Everything that is random in the program follows the seed: jitter, and the words that it makes up.

    What seals is random still: no decision hangs on it.
    """
    chance = Random(f"{seed} dice")
    before, state = (secrets.choice, secrets.token_bytes), random.getstate()
    random.seed(seed)
    secrets.choice, secrets.token_bytes = chance.choice, lambda nbytes=None: chance.randbytes(nbytes or 32)
    try:
        yield
    finally:
        secrets.choice, secrets.token_bytes = before
        random.setstate(state)
