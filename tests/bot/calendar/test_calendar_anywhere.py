"""Days and hours wherever a person is and whenever they ask: over midnights, ends of months, changes of summer time.

The stand-in says what is free, by its own clock and in UTC; the client finds exactly that, by the person's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal, TypeVar, cast
from zoneinfo import ZoneInfo

import httpx
import pytest
from calendar_asking import REFERRER, SANTIAGO, Clock
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.calendar import Calendar
from conversations.calls import FindDays, FindHours, FindNear
from conversations.offers import Choice, Offer
from sandbox.calendar import World, app

Found = TypeVar("Found")

ZONES = (
    SANTIAGO,  # clocks change at midnight
    "Africa/Cairo",  # at midnight too, and forward: the day begins at one
    "America/Havana",
    "America/New_York",
    "America/St_Johns",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",  # by half an hour
    "Europe/Madrid",
    "Pacific/Auckland",
    "Pacific/Chatham",
    "Pacific/Honolulu",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
    "UTC",
)
SPRING, FALL = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 2, 1, tzinfo=UTC)
IN_TIME = timedelta(minutes=5)


def changes(zone: ZoneInfo) -> Iterator[datetime]:
    """The hours in which clocks are set."""
    at = SPRING
    while at < FALL:
        if at.astimezone(zone).utcoffset() != (at + timedelta(hours=1)).astimezone(zone).utcoffset():
            yield at
        at += timedelta(hours=1)


def ends_of_months() -> Iterator[datetime]:
    for month in range(1, 13):
        yield datetime(2026, month, 1, tzinfo=UTC)


CHANGES = sorted({at for name in ZONES for at in changes(ZoneInfo(name))})
TURNS = st.sampled_from([*CHANGES, *ends_of_months()])
# Two days around a turn, to the second: also just before and after a local midnight.
MOMENTS = st.builds(
    lambda turn, off: turn + off, TURNS, st.integers(-172_800, 172_800).map(lambda n: timedelta(seconds=n))
)


@dataclass
class Place:
    """A calendar's client in a zone, and what the stand-in has to offer from now on."""

    calendar: Calendar
    world: World
    zone: ZoneInfo
    service: str
    now: datetime

    def free(self, days: int) -> list[datetime]:
        """By UTC days, which never change their length."""
        agents = self.world.services[self.service].agents
        first = [self.now] + [
            datetime.combine(self.now.date() + timedelta(days=day), datetime.min.time(), UTC) for day in range(1, days)
        ]
        return [hour for at in first for hour in self.world.hours(agents, at, ZoneInfo("UTC")) if hour > self.now]

    def day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()


def places(
    moment: datetime, zone: str, past: Literal["instant", "day"], look: Callable[[Place], Awaitable[Found]]
) -> Found:
    async def play() -> Found:
        world = World(clock=Clock(moment), past=past)
        transport = httpx.ASGITransport(app(world))
        calendar = Calendar(
            "http://calendar", SecretStr(world.api_token()), REFERRER, clock=Clock(moment), transport=transport
        )
        service = world.service("Account opening").id
        try:
            found = await look(Place(calendar, world, ZoneInfo(zone), service, moment))
        finally:
            await calendar.close()
        # Nothing was asked in vain: not even once was a date past.
        assert set(world.traffic.by_status) <= {200}
        return found

    return asyncio.run(play())


def instants(offer: Offer) -> list[datetime]:
    return [cast(datetime, each.value) for each in offer.choices]


def anywhere(test: Callable[..., None]) -> Callable[..., None]:
    """Each example is a day or two of a whole business: fewer of them than usual."""
    drawn = given(moment=MOMENTS, zone=st.sampled_from(ZONES), past=st.sampled_from(["instant", "day"]))
    usual = settings.get_profile(settings.get_current_profile_name()).max_examples
    return settings(max_examples=usual * 2 // 5)(drawn(test))


@anywhere
def test_the_free_days_of_the_first_month_are_those_with_a_free_hour(
    moment: datetime, zone: str, past: Literal["instant", "day"]
) -> None:
    async def look(place: Place) -> None:
        offer = await place.calendar.find(FindDays(place.service, None, None, zone))
        days = [each.value for each in offer.choices if not each.also]
        expected = sorted({place.day(hour) for hour in place.free(63) if f"{place.day(hour):%Y-%m}" == offer.here})
        assert [place.day(cast(datetime, each)) for each in days] == expected
        earlier = [hour for hour in place.free(63) if f"{place.day(hour):%Y-%m}" < offer.here]
        assert earlier == []

    places(moment, zone, past, look)


@anywhere
def test_the_soonest_hours_are_the_first_that_are_free(
    moment: datetime, zone: str, past: Literal["instant", "day"]
) -> None:
    async def look(place: Place) -> None:
        offer = await place.calendar.find(FindDays(place.service, None, None, zone))
        soonest = [(each.value, dict(each.also)["hour"].value) for each in offer.choices if each.also]
        hours = [cast(datetime, hour) for _, hour in soonest]
        first = [hour for hour in place.free(40) if hour > moment + IN_TIME]
        assert hours == first[: len(hours)]
        assert all(place.day(cast(datetime, day)) == place.day(cast(datetime, hour)) for day, hour in soonest)

    places(moment, zone, past, look)


@anywhere
def test_the_hours_of_each_free_day_are_those_of_the_persons_day(
    moment: datetime, zone: str, past: Literal["instant", "day"]
) -> None:
    async def look(place: Place) -> None:
        offer = await place.calendar.find(FindDays(place.service, None, None, zone))
        free = place.free(63)
        for day in [each.value for each in offer.choices if not each.also][:4]:
            assert isinstance(day, datetime)
            hours = await place.calendar.find(FindHours(place.service, None, day, zone))
            assert instants(hours) == [hour for hour in free if place.day(hour) == place.day(day)]

    places(moment, zone, past, look)


@anywhere
def test_what_is_near_an_hour_is_free_and_on_the_day_it_says(
    moment: datetime, zone: str, past: Literal["instant", "day"]
) -> None:
    async def look(place: Place) -> None:
        free = place.free(20)
        taken = free[len(free) // 3]
        offer = await place.calendar.find(FindNear(place.service, None, taken, zone))
        assert set(instants(offer)) <= set(free) - {taken}
        for choice in offer.choices:
            _holds(place, choice, taken)
        same_day = [hour for hour in free if place.day(hour) == place.day(taken) and hour != taken]
        assert bool(same_day) == any(not each.also for each in offer.choices)

    places(moment, zone, past, look)


def _holds(place: Place, choice: Choice, taken: datetime) -> None:
    hour = cast(datetime, choice.value)
    if not choice.also:
        assert place.day(hour) == place.day(taken)
        return
    [(name, day)] = choice.also
    assert name == "day"
    assert place.day(cast(datetime, day.value)) == place.day(hour) > place.day(taken)


# What a reading of the page may be that no description settles: how far ahead its clock is.


@pytest.mark.parametrize("ahead", [-50, 0, 61, 110])
@pytest.mark.parametrize("zone", [SANTIAGO, "Pacific/Auckland"])
async def test_a_calendar_whose_clock_is_off_is_asked_again_and_answers(ahead: int, zone: str) -> None:
    now = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
    world = World(clock=Clock(now + timedelta(seconds=ahead)))
    async with _calendar(world, now) as calendar:
        service = world.service("Quick question").id
        days = await calendar.find(FindDays(service, None, None, zone))
        today = next(each.value for each in days.choices if not each.also)
        assert isinstance(today, datetime)
        hours = await calendar.find(FindHours(service, None, today, zone))
    assert hours.choices


@asynccontextmanager
async def _calendar(world: World, now: datetime):  # type: ignore[no-untyped-def]
    transport = httpx.ASGITransport(app(world))
    calendar = Calendar("http://x", SecretStr(world.api_token()), REFERRER, clock=Clock(now), transport=transport)
    try:
        yield calendar
    finally:
        await calendar.close()
