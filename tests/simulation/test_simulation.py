"""The whole program under seeded faults: whatever goes wrong, nothing is done twice, lost, or left unsaid."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from seeds import in_memory, simulate
from stories import LONG_EACH

SEEDS = 1_000
"""As many as fit into a check; `make proof` plays more."""

MANY = 10_000
TOGETHER = 25


@pytest.fixture
def folder() -> Iterator[Path]:
    with in_memory() as folder:
        yield folder


@pytest.mark.parametrize("first", range(0, SEEDS, TOGETHER))
def test_whatever_goes_wrong_nothing_is_done_twice_or_lost(first: int, folder: Path) -> None:
    _holds(first, folder)


@pytest.mark.proof
@pytest.mark.parametrize("first", range(SEEDS, MANY, TOGETHER))
def test_whatever_else_goes_wrong_nothing_is_done_twice_or_lost(first: int, folder: Path) -> None:
    _holds(first, folder)


def _holds(first: int, folder: Path) -> None:
    broken = {seed: simulate(seed, folder).broken for seed in range(first, first + TOGETHER)}
    assert not any(broken.values()), f"python -m tests.simulation --seed … says it again: {broken}"


def test_things_of_every_kind_go_wrong_before_long(folder: Path) -> None:
    """So that nothing above holds because nothing went wrong."""
    missing = {"died", "died after", "clock set", "arrived", "left", "shown", "committed", "erased", "taken away"}
    missing |= {"simulated", "telegram", "posted", "slack", "brought"}
    for seed in range(8 * TOGETHER):
        outcome = simulate(seed, folder)
        missing -= {*outcome.counts, outcome.simulation.platform.name}
        if not missing:
            return
    pytest.fail(f"in {8 * TOGETHER} seeds nothing {missing}")


@pytest.mark.parametrize("seed", [LONG_EACH, LONG_EACH + 1])
def test_a_seed_says_all_that_happens(seed: int, folder: Path) -> None:
    once, again = (simulate(seed, folder) for _ in range(2))
    assert once.simulation.trace == again.simulation.trace
    assert simulate(seed + 2, folder).digest != once.digest
