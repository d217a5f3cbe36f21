"""Paces and holds: a row for each that all programs look at, by the database's clock alone."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from shelf import a_store, empty_desk
from sqlalchemy import select

from bot.store.desk import Desk
from bot.store.paces import OVER, SECOND, Pace, held, hold, others, prune, take
from bot.store.schema import paces as table
from databases import both, in_postgresql

pytestmark = both

HOUR = 3600.0
EVENLY = Pace(apart=HOUR)
CLOSE = 60.0
"""Seconds that no test takes: what is told apart here is hours apart."""


@pytest.fixture
def desk() -> Iterator[Desk]:
    with empty_desk() as desk:
        yield desk


def waits(desk: Desk, number: int, pace: Pace, within: float = 1e6) -> list[int]:
    """In hours."""
    found = [take(desk, "a", pace, within=within) for _ in range(number)]
    assert all(each.taken for each in found)
    return [round(each.wait / HOUR) for each in found]


def test_what_is_taken_is_evenly_spaced(desk: Desk) -> None:
    assert waits(desk, 4, EVENLY) == [0, 1, 2, 3]


def test_some_may_come_at_once(desk: Desk) -> None:
    assert waits(desk, 5, Pace(HOUR, at_once=3)) == [0, 0, 0, 1, 2]


def test_what_is_too_far_away_is_not_taken(desk: Desk) -> None:
    waits(desk, 2, EVENLY)
    far = take(desk, "a", EVENLY, within=HOUR)
    assert not far.taken
    assert far.wait == pytest.approx(2 * HOUR, abs=CLOSE)
    assert waits(desk, 1, EVENLY) == [2]


def test_who_needs_time_gets_one_that_is_ahead(desk: Desk) -> None:
    assert take(desk, "a", EVENLY, within=1e6, ahead=2 * HOUR).wait == pytest.approx(2 * HOUR, abs=CLOSE)
    assert waits(desk, 1, EVENLY) == [3]


def test_names_do_not_know_each_other(desk: Desk) -> None:
    waits(desk, 3, EVENLY)
    assert take(desk, "b", EVENLY, within=0).taken


def test_what_is_held_is_not_taken_until_it_is_over(desk: Desk) -> None:
    hold(desk, "a", 2 * HOUR)
    assert held(desk, "a", "b") == pytest.approx(2 * HOUR, abs=CLOSE)
    assert held(desk, "b") == 0
    assert waits(desk, 2, EVENLY) == [2, 3]


def test_a_shorter_hold_does_not_end_a_longer_one(desk: Desk) -> None:
    hold(desk, "a", 2 * HOUR)
    hold(desk, "a", 1)
    assert held(desk, "a") == pytest.approx(2 * HOUR, abs=CLOSE)


def test_others_of_a_whole_are_told_apart(desk: Desk) -> None:
    hold(desk, "a", HOUR, whole="all")
    assert not others(desk, "all", "a")
    assert others(desk, "all", "b")
    assert not others(desk, "nothing", "b")


def test_where_the_clock_was_set_back_a_hold_lasts_no_longer_than_it_was_to(desk: Desk) -> None:
    hold(desk, "a", HOUR)
    later = {"until": table.c.until + 24 * 3600 * SECOND, "at": table.c.at + 24 * 3600 * SECOND}
    desk.connection.execute(table.update().values(later))
    assert held(desk, "a") == pytest.approx(HOUR, abs=CLOSE)
    assert waits(desk, 1, EVENLY) == [1]


def test_rows_that_say_nothing_any_more_are_taken_away_after_a_while(desk: Desk) -> None:
    for name in ("over", "just over", "ahead"):
        hold(desk, name, 1)
    spans = {"over": -OVER, "just over": -SECOND, "ahead": 3600 * SECOND}
    for name, by in spans.items():
        desk.connection.execute(table.update().where(table.c.name == name).values(until=table.c.until + by - SECOND))
    assert prune(desk) == 1
    assert set(desk.connection.execute(select(table.c.name)).scalars()) == {"just over", "ahead"}


async def test_of_many_at_once_each_gets_another(tmp_path: Path) -> None:
    stores = [await a_store(tmp_path) for _ in range(3 if in_postgresql() else 1)]
    work = partial(take, name="a", pace=EVENLY, within=1e6)
    found = await asyncio.gather(*(stores[each % len(stores)].transact("taken", work) for each in range(30)))
    assert sorted(round(each.wait / HOUR) for each in found) == list(range(30))
    for store in stores:
        await store.close()
