"""Thirty people at once over the whole program, before a calendar that refuses what is more than 20 a second."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from matrix_crowd import Guest, Hall, hall
from matrix_steps import over

from sandbox.calendar.ledger import Deed

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
