"""The whole program under seeded faults: whatever goes wrong, nothing is done twice, lost, or left unsaid."""

from __future__ import annotations

from pathlib import Path

import pytest
from seeds import simulate

SEEDS = 40
"""As many as fit into a check; `make proof` plays more."""

MANY = 1000
TOGETHER = 10


@pytest.mark.parametrize("first", range(0, SEEDS, TOGETHER))
def test_whatever_goes_wrong_nothing_is_done_twice_or_lost(first: int, tmp_path: Path) -> None:
    _holds(first, tmp_path)


@pytest.mark.proof
@pytest.mark.parametrize("first", range(SEEDS, MANY, TOGETHER))
def test_whatever_else_goes_wrong_nothing_is_done_twice_or_lost(first: int, tmp_path: Path) -> None:
    _holds(first, tmp_path)


def _holds(first: int, folder: Path) -> None:
    broken = {seed: simulate(seed, folder / "run").broken for seed in range(first, first + TOGETHER)}
    assert not any(broken.values()), f"python -m tests.simulation --seed … says it again: {broken}"


def test_things_of_every_kind_go_wrong_before_long(tmp_path: Path) -> None:
    """So that nothing above holds because nothing went wrong."""
    missing = {"died", "died after", "clock set", "arrived", "left", "shown", "committed", "erased"}
    for seed in range(TOGETHER):
        missing -= set(simulate(seed, tmp_path / "run").counts)
        if not missing:
            return
    pytest.fail(f"in {TOGETHER} seeds nothing {missing}")


def test_a_seed_says_all_that_happens(tmp_path: Path) -> None:
    once, again = (simulate(7, tmp_path / "run") for _ in range(2))
    assert once.simulation.trace == again.simulation.trace
    assert simulate(8, tmp_path / "run").digest != once.digest
