"""Many people at once over the whole program, before a calendar that refuses what is more than 20 a second."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from matrix_crowd import Guest, Hall, hall
from matrix_steps import confirms, over, summing_up

from bot.calendar.client import FRESH
from sandbox.calendar.ledger import Deed
from sandbox.calendar.traffic import Operation

PEOPLE = 30
MOST = 20
"""Requests a second."""
SERVICES = (
    *("Account opening", "Quick question", "Eye test", "General consultation", "Tax return review", "Vaccination"),
    *("Business loan", "Blood pressure check"),
)


async def books(guest: Guest, begun: float) -> float:
    """Seconds until all was done."""
    await guest.says("/book")
    await guest.goes_on(until=over)
    return time.monotonic() - begun


async def all_book(hall: Hall) -> list[float]:
    guests = [hall.guest(SERVICES[each % len(SERVICES)], "Anyone" if each % 3 else "") for each in range(PEOPLE)]
    begun = time.monotonic()
    return sorted(await asyncio.gather(*(books(guest, begun) for guest in guests)))


async def test_thirty_people_book_at_once_within_what_the_calendar_allows(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    async with hall(tmp_path, requests_per_second=MOST) as opened:
        took = await all_book(opened)
    ledger, traffic = opened.world.ledger, opened.world.traffic
    assert Counter(each.email for each in ledger.entries if each.deed is Deed.BOOKED) == Counter(
        each.email for each in opened.crowd.guests.values()
    )
    assert not ledger.double_bookings()
    assert traffic.by_status[429] == 0
    assert traffic.busiest_second() <= MOST
    record_property(
        "thirty people at once",
        f"{traffic.total} requests, at most {traffic.busiest_second()} in any second; all done after "
        f"{took[-1]:.1f} s, the first after {took[0]:.1f} s, half of them after {took[PEOPLE // 2]:.1f} s",
    )


@pytest.mark.parametrize(
    ("people", "per_second", "days"), [(24, 4, 1), pytest.param(150, MOST, 25, marks=pytest.mark.proof)]
)
async def test_more_people_confirm_in_one_moment_than_leave_while_a_write_is_fresh_and_all_book(
    people: int, per_second: int, days: int, tmp_path: Path
) -> None:
    assert people / per_second > FRESH.total_seconds()
    async with hall(tmp_path, requests_per_second=per_second) as opened:
        guests = [
            opened.guest("Quick question", agent, day=number % days, hour=number // days)
            for agent in ("Agent Six", "Agent Nine")
            for number in range(people // 2)
        ]
        await asyncio.gather(*(sums_up(guest) for guest in guests))
        again = await asyncio.gather(*(confirms_until_it_is_done(guest) for guest in guests))
    ledger, traffic = opened.world.ledger, opened.world.traffic
    assert [guest.text for guest in guests if not guest.done] == []
    assert sum(again) <= STALLED
    assert Counter(each.email for each in ledger.entries) == Counter(guest.email for guest in guests)
    assert traffic.by_operation[Operation.SCHEDULE_USER] == people
    assert traffic.by_status[429] == 0
    assert traffic.busiest_second() <= per_second
    assert any("Many people are asking" in notice for guest in guests for notice in guest.notices)


STALLED = 2
"""A machine that stalls for seconds lets no write leave while it is fresh: nothing was done then, and that is said."""


async def sums_up(guest: Guest) -> None:
    await guest.says("/book")
    await guest.goes_on(until=summing_up)


async def confirms_until_it_is_done(guest: Guest) -> int:
    """How often it had to be tried again."""
    await confirms(guest)
    again = 0
    while "Nothing was changed" in guest.text:
        again += 1
        await confirms(guest)
    return again
