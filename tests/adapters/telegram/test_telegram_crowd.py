"""Many people at once, before the whole program: all book to the end, and nobody waits for anybody else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from people import Crowd, Guest, once
from sandbox import calendar, telegram
from surroundings import Surroundings, program, surroundings

SLOW = 0.05
"""Seconds for which the calendar thinks about each request."""

VIDESK = 20
"""Requests a second: what Videsk takes (its documentation). That so many and no more leave is the budget's own test."""

FEW, MANY = 20, 200

ways = pytest.mark.parametrize("hooked", [False, True], ids=["polling", "webhook"])


@asynccontextmanager
async def crowded(
    folder: Path, people: int, *, hooked: bool = False, budget: int = 0
) -> AsyncIterator[tuple[Surroundings, Crowd]]:
    """So many people, with the program running."""
    async with surroundings(folder, hooked=hooked, slow=SLOW, budget=budget) as around:
        crowd = Crowd(around.chats)
        for number in range(people):
            crowd.join(once(), service="General consultation", far=bool(number % 3))
        async with program(around):
            yield around, crowd
        assert around.chats.complaints == []
        # On a machine that needs more than 15 seconds for what so many do at once, Telegram takes no answer any more.
        assert all(each.old for each in around.chats.unanswered())


async def all_book(folder: Path, people: int, *, hooked: bool, budget: int) -> tuple[Surroundings, Crowd]:
    async with crowded(folder, people, hooked=hooked, budget=budget) as (around, crowd):
        await crowd.play()
    assert [[told.deed for told in guest.told] for guest in crowd.guests.values()] == [["book"]] * people
    assert len(around.hours.ledger.standing()) == people
    assert around.hours.ledger.double_bookings() == []
    return around, crowd


@ways
async def test_many_people_book_at_once_to_the_end(hooked: bool, tmp_path: Path) -> None:
    around, _ = await all_book(tmp_path, FEW, hooked=hooked, budget=0)
    assert around.chats.unanswered() == []


@ways
@pytest.mark.proof
async def test_very_many_people_book_at_once_to_the_end(hooked: bool, tmp_path: Path) -> None:
    await all_book(tmp_path, MANY, hooked=hooked, budget=0)


@ways
@pytest.mark.proof
async def test_under_the_calendars_budget_very_many_book_at_once_and_who_waits_is_told(
    hooked: bool, tmp_path: Path
) -> None:
    _, crowd = await all_book(tmp_path, MANY, hooked=hooked, budget=VIDESK)
    assert any(guest.crowded for guest in crowd.guests.values())


async def test_under_a_small_budget_all_book_and_who_waits_is_told(tmp_path: Path) -> None:
    """One request a second: then even few must wait, on however slow a machine."""
    _, crowd = await all_book(tmp_path, 6, hooked=False, budget=1)
    assert any(guest.crowded for guest in crowd.guests.values())


@pytest.mark.parametrize("what", ["messages", "a read", "a write"])
async def test_nobody_waits_for_somebody_for_whom_everything_hangs(what: str, tmp_path: Path) -> None:
    async with surroundings(tmp_path) as around:
        crowd = Crowd(around.chats)
        stuck = crowd.join(once(), service="Vaccination")
        others = [crowd.join(once()) for _ in range(5)]
        _hang(what, around, stuck)
        async with program(around) as process:
            await crowd.play(until=lambda: all(guest.over for guest in others))
            process.kill()
    assert not stuck.over
    assert [[told.deed for told in guest.told] for guest in others] == [["book"]] * len(others)


def _hang(what: str, around: Surroundings, stuck: Guest) -> None:
    match what:
        case "messages":
            around.chats.faults.add(telegram.Fault("*", None, stuck.person.id, then=telegram.Then.HANG))
        case "a read":
            about = around.hours.service(stuck.service).id
            around.hours.faults.add(calendar.Fault("service_dates", None, about=about, then=calendar.Then.HANG))
        case "a write":
            around.hours.faults.add(calendar.Fault("writes", None, about=stuck.email, then=calendar.Then.HANG))
