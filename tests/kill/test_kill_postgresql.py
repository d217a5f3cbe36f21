"""The same kills over PostgreSQL: what a killed life held there is let go when its connections end, and taken over."""

from __future__ import annotations

from pathlib import Path

import pytest
from harness import at_each, at_random, dialogs, play, to_each
from test_kill import MANY_SEEDS

pytestmark = pytest.mark.usefixtures("postgresql")


@pytest.mark.parametrize(
    "goal", ["book", *(pytest.param(each, marks=pytest.mark.proof) for each in ("move", "cancel"))]
)
def test_a_kill_between_any_two_commits_loses_nothing(goal: str, tmp_path: Path) -> None:
    with dialogs(tmp_path, at_each(goal)) as dialog:
        to_each(dialog, goal, boundaries_of=goal)
        play(dialog)
    assert dialog.lives > 10


def test_kills_at_random_lose_nothing(tmp_path: Path) -> None:
    with dialogs(tmp_path, at_random(1), 1) as dialog:
        play(dialog)
    assert dialog.lives > 5


@pytest.mark.proof
@pytest.mark.parametrize("seed", MANY_SEEDS)
def test_many_kills_at_random_lose_nothing(seed: int, tmp_path: Path) -> None:
    with dialogs(tmp_path, at_random(seed), seed) as dialog:
        play(dialog)
    assert dialog.lives > 5
