"""kill -9 under load: whatever the instant, people in Slack lose nothing. How, stands in `slack_storm`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from reckoning import doubts
from slack_storm import KILLS, play

SEED = 1
MANY_SEEDS = tuple(range(300, 310))  # of KILLS each

ways = pytest.mark.parametrize("hooked", [False, True], ids=["sockets", "posts"])


@ways
async def test_kills_under_load_lose_nothing_in_slack(
    hooked: bool, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    storm, left = await play(tmp_path, SEED, hooked=hooked)
    assert storm.killed == KILLS
    assert all(guest.told for guest in storm.guests)
    way = " --posts" if hooked else ""
    record_property(f"kills under load (python -m tests.kill.slack_storm --seed {SEED}{way})", KILLS)
    record_property("  writes, and those in doubt", f"{len(left.writes)}, {len(doubts(left))}")


@ways
@pytest.mark.proof
@pytest.mark.parametrize("seed", MANY_SEEDS)
async def test_many_kills_under_load_lose_nothing_in_slack(seed: int, hooked: bool, tmp_path: Path) -> None:
    await play(tmp_path, seed, hooked=hooked)
