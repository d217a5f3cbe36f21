"""kill -9 under load: whatever the instant, people in Telegram lose nothing. How, stands in `storm`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from reckoning import doubts
from storm import KILLS, play

SEED = 1
MANY_SEEDS = tuple(range(200, 210))  # of KILLS each

ways = pytest.mark.parametrize("hooked", [False, True], ids=["polling", "webhook"])


@ways
async def test_kills_under_load_lose_nothing(
    hooked: bool, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    storm, crowd, left = await play(tmp_path, SEED, hooked=hooked)
    assert len(storm.struck_at) == KILLS
    assert any(guest.told for guest in crowd.guests.values()), "nobody came to an end"
    way = " --webhook" if hooked else ""
    record_property(f"kills under load (python -m tests.kill.storm --seed {SEED}{way})", KILLS)
    record_property("  writes, and those in doubt", f"{len(left.writes)}, {len(doubts(left))}")


@ways
@pytest.mark.proof
@pytest.mark.parametrize("seed", MANY_SEEDS)
async def test_many_kills_under_load_lose_nothing(seed: int, hooked: bool, tmp_path: Path) -> None:
    await play(tmp_path, seed, hooked=hooked)
