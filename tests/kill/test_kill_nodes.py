"""Nodes are killed among others, frozen and cut off, the database crashes: people lose nothing. How: `nodes_storm`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from nodes_storm import KILLS, play
from reckoning import doubts

import databases
from postgres import Server

SEED = 1
MANY_SEEDS = tuple(range(300, 310))
MANY_KILLS = 20


def database(folder: Path) -> str:
    return databases.url(folder).split("@/")[1].split("?")[0]


async def test_kills_among_three_nodes_lose_nothing(
    tmp_path: Path, postgresql: Server, record_property: Callable[[str, object], None]
) -> None:
    storm, crowd, left = await play(tmp_path, postgresql, database(tmp_path), SEED)
    assert len(storm.struck_at) == KILLS
    assert any(guest.told for guest in crowd.guests.values()), "nobody came to an end"
    record_property(f"kills among three nodes (python -m tests.kill.nodes_storm --seed {SEED})", KILLS)
    record_property("  writes, and those in doubt", f"{len(left.writes)}, {len(doubts(left))}")


@pytest.mark.proof
@pytest.mark.parametrize("seed", MANY_SEEDS)
async def test_many_kills_among_three_nodes_lose_nothing(seed: int, tmp_path: Path, postgresql: Server) -> None:
    await play(tmp_path, postgresql, database(tmp_path), seed, MANY_KILLS)


@pytest.mark.proof
@pytest.mark.parametrize("seed", MANY_SEEDS)
async def test_nodes_frozen_or_cut_off_and_a_database_that_crashes_lose_nothing(
    seed: int, tmp_path: Path, postgresql: Server
) -> None:
    await play(tmp_path, postgresql, database(tmp_path), seed, worse=True)
