"""Days and hours of the stand-in: whose they are, in which zone, and when they are refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from sandbox_asking import NOW, SANTIAGO, TODAY, Asking, Clock, asking

from sandbox.calendar import World
from sandbox.calendar.instants import day_begins, local_date, parse, render

HOUR = timedelta(hours=1)


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


async def days(ask: Asking, title: str, at: str, zone: str = SANTIAGO) -> list[str]:
    answer = await ask.get(f"services/{ask.world.service(title).id}/dates", date=at, timezone=zone)
    assert answer.status_code == 200, answer.text
    found: list[str] = answer.json()
    return found


async def hours(ask: Asking, title: str, at: str, zone: str = SANTIAGO) -> list[str]:
    answer = await ask.get(f"services/{ask.world.service(title).id}/hours", date=at, timezone=zone)
    assert answer.status_code == 200, answer.text
    found: list[str] = answer.json()
    return found


async def test_the_long_day_is_the_sample_day_of_the_page() -> None:
    async with asking() as ask:
        found = await hours(ask, "Quick question", "2026-03-03T03:00:00.000Z")
        first, second = instant("2026-03-03T11:00"), instant("2026-03-03T16:00")
        step = timedelta(minutes=5)
        expected = [first + n * step for n in range(24)] + [second + n * step for n in range(132)]
        assert found == [render(each) for each in expected]
        assert len(found) == 156
        assert found[-1] == "2026-03-04T02:55:00.000Z"


async def test_a_month_lists_the_beginnings_of_its_days() -> None:
    async with asking() as ask:
        found = await days(ask, "Quick question", "2026-04-01T03:00:00.000Z")
        # Summer time ends in the night to the fifth.
        expected = [f"2026-04-{day:02d}T{'03' if day < 5 else '04'}:00:00.000Z" for day in range(1, 31)]
        assert found == expected


async def test_the_night_when_summer_time_ends_is_an_hour_longer() -> None:
    async with asking() as ask:
        found = await hours(ask, "Quick question", "2026-04-04T03:00:00.000Z")
        assert len(found) == 156 + 12
        assert found[-1] == "2026-04-05T03:55:00.000Z"
        assert len(await hours(ask, "Quick question", "2026-04-05T04:00:00.000Z")) == 156


async def test_the_day_without_a_midnight_begins_at_one() -> None:
    async with asking(Clock(instant("2026-08-03T15:00"))) as ask:
        found = await days(ask, "Quick question", "2026-09-01T04:00:00.000Z")
        assert "2026-09-06T04:00:00.000Z" in found
        assert "2026-09-06T03:00:00.000Z" not in found
        assert "2026-09-07T03:00:00.000Z" in found
        assert len(await hours(ask, "Quick question", "2026-09-06T04:00:00.000Z")) == 156
        assert len(await hours(ask, "Quick question", "2026-09-05T04:00:00.000Z")) == 156


@pytest.mark.parametrize(
    "zone", ["America/Santiago", "Europe/Madrid", "Asia/Kathmandu", "Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC"]
)
async def test_in_every_zone_the_days_hold_all_hours_once(zone: str) -> None:
    async with asking() as ask:
        found = await days(ask, "General consultation", "2026-04-15T12:00:00.000Z", zone)
        where = ZoneInfo(zone)
        by_day = {day: await hours(ask, "General consultation", day, zone) for day in found}
        for day, offered in by_day.items():
            assert offered
            assert {local_date(instant(hour[:-1]), where) for hour in offered} == {local_date(instant(day[:-1]), where)}
        together = [hour for day in found for hour in by_day[day]]
        assert together == sorted(set(together))
        begin, end = day_begins(date(2026, 4, 1), where), day_begins(date(2026, 5, 1), where)
        agents = ask.world.service("General consultation").agents
        whole = {
            hour
            for day in range(-1, 33)
            for hour in ask.world.hours(agents, begin + day * timedelta(days=1), ZoneInfo(SANTIAGO))
        }
        assert together == [render(hour) for hour in sorted(whole) if begin <= hour < end]


def unusual_days(zone: ZoneInfo) -> list[date]:
    """The days of some years on which clocks are changed, each with its neighbours."""
    noons = [datetime(2024, 1, 1, 12, tzinfo=zone) + timedelta(days=n) for n in range(4 * 365)]
    changed = [
        noon.date() for noon, before in zip(noons[1:], noons, strict=False) if noon.utcoffset() != before.utcoffset()
    ]
    return [day + timedelta(days=n) for day in changed for n in (-1, 0, 1)]


def test_a_day_begins_at_its_first_instant() -> None:
    tried = 0
    for where in (ZoneInfo(name) for name in sorted(available_timezones())):
        for day in [date(2026, 1, 1), *unusual_days(where)]:
            begin = day_begins(day, where)
            assert local_date(begin, where) == day
            assert local_date(begin - timedelta(seconds=1), where) < day
            tried += 1
    assert tried > 1000


def test_a_day_may_begin_in_the_middle_of_a_gap() -> None:
    """In Toronto of 1919 the clocks went from 23:30 to 00:30."""
    where = ZoneInfo("America/Toronto")
    begin = day_begins(date(1919, 3, 31), where)
    assert begin == instant("1919-03-31T04:30")
    assert begin.astimezone(where).strftime("%H:%M") == "00:30"


async def test_today_offers_what_is_left_of_it() -> None:
    async with asking() as ask:
        found = await hours(ask, "Quick question", TODAY)
        # Noon in Santiago is in the gap.
        assert found[0] == "2026-03-02T16:00:00.000Z"
        ask.clock.at = instant("2026-03-02T16:02")
        assert (await hours(ask, "Quick question", "2026-03-02T16:02:00.000Z"))[0] == "2026-03-02T16:05:00.000Z"
        assert (await days(ask, "Quick question", "2026-03-02T16:02:00.000Z"))[0] == "2026-03-02T03:00:00.000Z"


async def test_an_hour_ends_being_offered_seconds_before_it_begins() -> None:
    async with asking() as ask:
        ask.clock.at = instant("2026-03-02T16:04:51")
        assert (await hours(ask, "Quick question", "2026-03-02T16:04:51.000Z"))[0] == "2026-03-02T16:10:00.000Z"


async def test_a_day_whose_last_hour_has_passed_is_no_free_day() -> None:
    async with asking() as ask:
        ask.clock.at = instant("2026-03-03T02:57")
        assert (await days(ask, "Quick question", "2026-03-03T02:57:00.000Z"))[0] == "2026-03-03T03:00:00.000Z"


@pytest.mark.parametrize("what", ["dates", "hours"])
@pytest.mark.parametrize(("behind", "status"), [(60_000, 200), (60_001, 400)])
async def test_a_date_may_lie_a_minute_behind_and_no_more(what: str, behind: int, status: int) -> None:
    async with asking() as ask:
        at = render(NOW - timedelta(milliseconds=behind))
        path = f"users/{ask.world.agent('One').id}/{what}"
        assert (await ask.get(path, date=at, timezone=SANTIAGO)).status_code == status


async def test_read_kindly_the_month_and_day_under_way_are_not_past() -> None:
    async with asking(past="day") as ask:
        assert await days(ask, "Quick question", "2026-03-01T03:00:00.000Z")
        assert await hours(ask, "Quick question", "2026-03-02T03:00:00.000Z")
        for what, at in (("dates", "2026-03-01T02:59:59.000Z"), ("hours", "2026-03-02T02:59:59.000Z")):
            path = f"users/{ask.world.agent('One').id}/{what}"
            answer = await ask.get(path, date=at, timezone=SANTIAGO)
            assert answer.json()["data"] == "dateInPast"


async def test_the_coming_month_of_one_service_has_no_free_day_in_any_zone() -> None:
    async with asking() as ask:
        for zone in (SANTIAGO, "Pacific/Kiritimati", "Pacific/Pago_Pago"):
            assert await days(ask, "Mortgage advice", "2026-04-15T12:00:00.000Z", zone) == []
            assert await days(ask, "Mortgage advice", "2026-05-15T12:00:00.000Z", zone)


async def test_one_service_has_days_that_are_nearly_full() -> None:
    async with asking() as ask:
        found = await days(ask, "Eye test", "2026-04-01T03:00:00.000Z")
        counts = [len(await hours(ask, "Eye test", day)) for day in found]
        assert 5 <= len(found) <= 21
        assert max(counts) <= 4


async def test_nothing_is_free_beyond_the_horizon() -> None:
    async with asking() as ask:
        assert await days(ask, "Quick question", "2026-09-01T04:00:00.000Z")
        assert await days(ask, "Quick question", "2026-10-01T03:00:00.000Z") == []
        assert await days(ask, "Quick question", "2999-12-31T03:00:00.000Z") == []


async def test_the_hours_of_a_service_are_those_of_all_its_agents() -> None:
    async with asking() as ask:
        service = ask.world.service("Account opening")
        at = "2026-03-04T03:00:00.000Z"
        each = [
            set((await ask.get(f"users/{agent}/hours", date=at, timezone=SANTIAGO)).json()) for agent in service.agents
        ]
        assert await hours(ask, service.title, at) == sorted(set().union(*each))
        assert len({frozenset(one) for one in each}) == 3


@pytest.mark.parametrize(
    "written",
    [
        "",
        "2026-03-03",
        "2026-03-03T03:00:00Z",
        "2026-03-03T03:00:00.000",
        "2026-03-03T03:00:00.000+00:00",
        "2026-03-03T03:00:00.000Z\n",
        "2026-13-03T03:00:00.000Z",
        "2026-03-03T24:00:00.000Z",
        "٢٠٢٦-03-03T03:00:00.000Z",
        "9999-12-31T23:59:59.999Z",
        "0001-01-01T00:00:00.000Z",
    ],
)
async def test_only_one_way_to_write_an_instant_is_taken(written: str) -> None:
    assert parse(written) is None
    async with asking() as ask:
        service = ask.world.service("Quick question").id
        answer = await ask.get(f"services/{service}/dates", date=written, timezone=SANTIAGO)
        assert (answer.status_code, answer.json()["data"]) == (400, "date")


@pytest.mark.parametrize("zone", ["", "America", "america/santiago", "GMT-3", "../UTC", "Mars/Olympus_Mons", "Z"])
async def test_only_names_of_zones_are_taken(zone: str) -> None:
    async with asking() as ask:
        service = ask.world.service("Quick question").id
        answer = await ask.get(f"services/{service}/hours", date=TODAY, timezone=zone)
        assert (answer.status_code, answer.json()["data"]) == (400, "timezone")


async def test_what_is_missing_or_unknown_is_refused() -> None:
    async with asking() as ask:
        path = f"services/{ask.world.service('Quick question').id}/dates"
        assert (await ask.get(path, timezone=SANTIAGO)).json()["data"] == "date"
        assert (await ask.get(path, date=TODAY)).json()["data"] == "timezone"
        assert (await ask.get(path, date=TODAY, timezone=SANTIAGO, zone="UTC")).status_code == 400


@pytest.mark.parametrize("owner", ["services", "users"])
@pytest.mark.parametrize("what", ["dates", "hours"])
async def test_unknown_ids_are_not_found(owner: str, what: str) -> None:
    async with asking() as ask:
        answer = await ask.get(f"{owner}/{'0' * 24}/{what}", date=TODAY, timezone=SANTIAGO)
        assert (answer.status_code, answer.json()["className"]) == (404, "not-found")


def test_the_world_is_the_same_each_time() -> None:
    one, other = (World(Clock()) for _ in range(2))
    assert list(one.services) == list(other.services)
    zone = ZoneInfo(SANTIAGO)
    for service in one.services.values():
        assert one.days(service.agents, NOW, zone) == other.days(service.agents, NOW, zone)
        assert one.hours(service.agents, NOW + 24 * HOUR, zone) == other.hours(service.agents, NOW + 24 * HOUR, zone)
