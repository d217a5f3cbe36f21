"""What can be chosen from: services by the page, agents, the days of a month, the hours of a day."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from calendar_asking import DAY, NOW, SANTIAGO, SERVICE_DATES, SERVICE_HOURS, Answering, Clock, asking, refusal

from bot.calendar import NoAnswer, Refusal
from bot.calendar.times import render
from conversations.calls import FindAgents, FindDays, FindHours, FindServices
from conversations.events import Reason
from conversations.offers import ANYONE, Choice, Offer

# Services


def service(number: int, **said: Any) -> dict[str, Any]:
    return {"id": f"s{number}", "title": f"Service {number}", "description": f"About {number}", **said}


MANY = [service(number) for number in range(23)]


def paged(services: list[dict[str, Any]], most: int = 10) -> Answering:
    """As the page and its kind of server do it."""

    def answer(request: httpx.Request) -> httpx.Response:
        asked = request.url.params
        skip, limit = int(asked.get("skip", "0")), min(int(asked.get("limit", "10")), most)
        data = services[skip : skip + limit]
        return httpx.Response(200, json={"total": len(services), "limit": limit, "skip": skip, "data": data})

    return answer


def changed(**said: Any) -> Answering:
    def answer(request: httpx.Request) -> httpx.Response:
        body = json.loads(paged(MANY)(request).content)
        return httpx.Response(200, json={key: value for key, value in {**body, **said}.items() if value is not None})

    return answer


def values(offer: Offer) -> list[Any]:
    return [each.value for each in offer.choices]


async def everything(*script: httpx.Response | Answering) -> tuple[list[Any], int]:
    found: list[Any] = []
    async with asking(*script) as (calendar, api):
        word: str | None = "0"
        while word is not None:
            offer = await calendar.find(FindServices(page=int(word)))
            found += values(offer)
            word = offer.after
    return found, len(api.seen)


ALL = [f"s{number}" for number in range(23)]


@pytest.mark.parametrize(
    ("script", "requests"),
    [
        (paged(MANY), 3),
        (paged(MANY, most=50), 2),
        (changed(total=0), 3),
        (changed(total=5), 3),
        (changed(total=1000), 4),
        (changed(total="many", limit=None), 3),
        (changed(total="23", limit="10", skip=None), 3),
        (httpx.Response(200, json=MANY), 2),
        (httpx.Response(200, json={"data": MANY}), 2),
        (httpx.Response(200, json={"total": 40, "data": MANY}), 2),
    ],
    ids=[
        "paged",
        "large pages",
        "total 0",
        "total 5",
        "total 1000",
        "none",
        "text",
        "list",
        "no pages",
        "ignores skip",
    ],
)
async def test_all_services_are_found_whatever_the_server_says_of_its_pages(
    script: httpx.Response | Answering, requests: int
) -> None:
    assert await everything(script) == (ALL, requests)


async def test_services_are_asked_for_as_the_page_prints_it_and_only_then_for_more() -> None:
    """The page names no parameter for it: `skip` and `limit` are what such servers usually take."""
    async with asking(paged(MANY)) as (calendar, api):
        await calendar.find(FindServices())
    assert [dict(each.url.params) for each in api.seen] == [
        {},
        {"skip": "10", "limit": "50"},
        {"skip": "20", "limit": "50"},
    ]


async def test_where_skip_and_limit_are_refused_the_services_are_those_that_come_without() -> None:
    def strict(request: httpx.Request) -> httpx.Response:
        return refusal(400, "Invalid query parameter") if request.url.params else paged(MANY)(request)

    assert await everything(strict) == (ALL[:10], 2)


async def test_services_of_which_a_part_did_not_come_are_not_taken_for_all() -> None:
    def breaking(request: httpx.Request) -> httpx.Response:
        return refusal(401, "jwt expired") if request.url.params else paged(MANY)(request)

    with pytest.raises(Refusal) as refused:
        await everything(breaking)
    assert refused.value.reason is Reason.KEY_REFUSED


async def test_services_come_in_pages_of_eight_in_the_calendars_order() -> None:
    async with asking(paged(MANY)) as (calendar, _):
        pages = [await calendar.find(FindServices(page=number)) for number in range(3)]
    assert [(len(each.choices), each.here, each.before, each.after) for each in pages] == [
        (8, "0", None, "1"),
        (8, "1", "0", "2"),
        (7, "2", "1", None),
    ]
    assert pages[1].choices[0] == Choice("s8", "Service 8", "About 8")


@pytest.mark.parametrize(("page", "here"), [(7, "2"), (-1, "0")])
async def test_a_page_that_is_not_there_any_more_is_the_nearest_one(page: int, here: str) -> None:
    async with asking(paged(MANY)) as (calendar, _):
        assert (await calendar.find(FindServices(page=page))).here == here


@pytest.mark.parametrize("wanted", ["s12", "s12-u1"])
async def test_a_service_that_is_wanted_is_on_the_page_that_comes_whatever_page_was_asked_for(wanted: str) -> None:
    call = FindServices(wanted=wanted)
    async with asking(paged(MANY, most=50)) as (calendar, api):
        offer = await calendar.find(call)
    assert len(api.seen) == 2
    assert offer.call == call
    assert (offer.here, offer.before, offer.after) == ("1", "0", "2")
    assert Choice("s12", "Service 12", "About 12") in offer.choices


async def test_a_service_that_is_wanted_and_not_there_changes_no_page() -> None:
    async with asking(paged(MANY)) as (calendar, _):
        offer = await calendar.find(FindServices(page=2, wanted="s1234"))
    assert offer.here == "2"


async def test_a_service_that_is_wanted_is_looked_for_among_those_searched_for() -> None:
    async with asking(paged(MANY)) as (calendar, _):
        offer = await calendar.find(FindServices(search="service 1", wanted="s19"))
    assert (offer.here, offer.before) == ("1", "0?service 1")


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("nutricion", ["Nutrición y dieta"]),
        ("NUTRICIÓN", ["Nutrición y dieta"]),
        ("  strasse ", ["Straße"]),
        ("e", ["Nutrición y dieta", "Straße", "Eye test"]),
        ("zzz", []),
        ("", ["Nutrición y dieta", "Straße", "Eye test"]),
    ],
)
async def test_services_are_found_by_part_of_their_title_in_whatever_letters(search: str, found: list[str]) -> None:
    services = [
        service(number, title=title) for number, title in enumerate(["Nutrición y dieta", "Straße", "Eye test"])
    ]
    async with asking(paged(services)) as (calendar, _):
        offer = await calendar.find(FindServices(search=search))
    assert [each.label for each in offer.choices] == found


async def test_the_neighbours_of_a_page_are_pages_of_the_same_search() -> None:
    async with asking(paged(MANY)) as (calendar, _):
        first = await calendar.find(FindServices(search="service 1"))
        second = await calendar.find(FindServices(page=1, search="service 1"))
    assert (first.here, first.before, first.after) == ("0", None, "1?service 1")
    assert (second.here, second.before, second.after) == ("1", "0?service 1", None)


async def test_a_business_may_have_no_services() -> None:
    async with asking(paged([])) as (calendar, _):
        assert await calendar.find(FindServices()) == Offer(FindServices(), (), here="0")


async def test_what_is_odd_about_a_service_is_borne() -> None:
    services: list[Any] = [
        {"_id": 17, "title": None, "description": None, "automatic": "true", "users": None, "color": {"new": 1}},
        {"id": "", "title": "without an id"},
        "not a service",
        None,
        {"id": "s2", "title": ["x"], "users": [{"_id": "u1", "firstname": "Only"}, {"firstname": "No id"}, 7]},
    ]
    async with asking(httpx.Response(200, json={"data": services})) as (calendar, _):
        offer = await calendar.find(FindServices())
        agents = await calendar.find(FindAgents("s2"))
    assert offer.choices == (Choice("17", "17"), Choice("s2", "s2"))
    assert agents.choices == (Choice("u1", "Only"),)


async def test_services_of_which_none_can_be_understood_are_no_answer() -> None:
    async with asking(httpx.Response(200, json={"data": [{"name": "x"}]})) as (calendar, _):
        with pytest.raises(NoAnswer):
            await calendar.find(FindServices())


# Agents

ONE = {"_id": "u1", "firstname": "Agent", "lastname": "One"}
TWO = {"_id": "u2", "firstname": "Agent", "lastname": None}


@pytest.mark.parametrize(
    ("said", "choices"),
    [
        ({"automatic": True, "users": [ONE, TWO]}, (ANYONE,)),
        ({"automatic": True}, (ANYONE,)),
        ({"automatic": False}, (ANYONE,)),
        ({"automatic": False, "users": []}, (ANYONE,)),
        ({"automatic": False, "users": [ONE]}, (Choice("u1", "Agent One"),)),
        ({"users": [ONE, TWO]}, (ANYONE, Choice("u1", "Agent One"), Choice("u2", "Agent"))),
    ],
)
async def test_there_is_an_agent_to_choose_only_where_there_is_a_choice(
    said: dict[str, Any], choices: tuple[Choice, ...]
) -> None:
    async with asking(paged([service(1, **said)])) as (calendar, _):
        assert (await calendar.find(FindAgents("s1"))).choices == choices


async def test_a_service_that_is_gone_has_no_agents() -> None:
    async with asking(paged(MANY)) as (calendar, _):
        with pytest.raises(Refusal) as refused:
            await calendar.find(FindAgents("s99"))
    assert refused.value.reason is Reason.SERVICE_GONE


# Days


def midnights(zone: str, month: str, days: Iterable[int]) -> list[str]:
    year, number = int(month[:4]), int(month[5:])
    return [render(datetime(year, number, day, tzinfo=ZoneInfo(zone))) for day in days]


def free(zone: str, months: Mapping[str, Iterable[int]]) -> Answering:
    """Answers with the days of the month in which the date asked lies."""

    def answer(request: httpx.Request) -> httpx.Response:
        asked = datetime.fromisoformat(request.url.params["date"]).astimezone(ZoneInfo(zone))
        month = f"{asked:%Y-%m}"
        return httpx.Response(200, json=midnights(zone, month, months.get(month, ())))

    return answer


def days(month: str | None = None, zone: str = SANTIAGO) -> FindDays:
    return FindDays("s1", None, month, zone)


def dates(api_requests: list[httpx.Request]) -> list[str]:
    return [request.url.params["date"] for request in api_requests]


async def test_the_month_under_way_is_asked_at_the_present_instant() -> None:
    async with asking(free(SANTIAGO, {"2023-01": [14, 15, 16, 31]})) as (calendar, api):
        offer = await calendar.find(days())
    assert dates(api.seen)[0] == render(NOW)
    assert values(offer) == [datetime(2023, 1, day, 3, tzinfo=UTC) for day in (15, 16, 31)]
    assert (offer.here, offer.before, offer.after) == ("2023-01", None, "2023-02")


async def test_a_later_month_is_asked_at_its_beginning_where_the_person_is() -> None:
    async with asking(free("Asia/Kolkata", {"2023-03": [1, 2]})) as (calendar, api):
        offer = await calendar.find(days("2023-03", "Asia/Kolkata"))
    assert dates(api.seen) == ["2023-02-28T18:30:00.000Z"]
    assert (offer.here, offer.before, offer.after) == ("2023-03", "2023-02", "2023-04")
    assert values(offer)[0] == datetime(2023, 2, 28, 18, 30, tzinfo=UTC)


async def test_the_month_is_the_one_under_way_where_the_person_is() -> None:
    clock = Clock(datetime(2023, 1, 31, 12, tzinfo=UTC))
    async with asking(free("Pacific/Auckland", {"2023-02": [1, 2]}), clock=clock) as (calendar, _):
        assert (await calendar.find(days(None, "Pacific/Auckland"))).here == "2023-02"


async def test_summer_time_moves_the_beginning_of_a_month() -> None:
    async with asking(free(SANTIAGO, {"2023-04": [1, 30]})) as (calendar, api):
        offer = await calendar.find(days("2023-04"))
    assert dates(api.seen) == ["2023-04-01T03:00:00.000Z"]
    # Chile's summer time ended on 2 April.
    assert values(offer) == [datetime(2023, 4, 1, 3, tzinfo=UTC), datetime(2023, 4, 30, 4, tzinfo=UTC)]


async def test_a_month_whose_midnight_is_skipped_begins_with_its_first_instant() -> None:
    clock = Clock(datetime(2016, 3, 1, tzinfo=UTC))
    zone = "Asia/Amman"  # clocks went from 00:00 to 01:00 on Friday, 1 April 2016
    async with asking(free(zone, {"2016-04": [2]}), clock=clock) as (calendar, api):
        await calendar.find(days("2016-04", zone))
    assert dates(api.seen) == ["2016-03-31T22:00:00.000Z"]


async def test_months_without_a_free_day_are_stepped_over() -> None:
    async with asking(free(SANTIAGO, {"2023-06": [3]})) as (calendar, api):
        offer = await calendar.find(days("2023-03"))
    assert (offer.here, offer.before, offer.after) == ("2023-06", "2023-02", "2023-07")
    assert len(values(offer)) == 1
    assert len(api.seen) == 4


async def test_no_more_than_six_months_are_stepped_over() -> None:
    async with asking(free(SANTIAGO, {"2023-08": [3]})) as (calendar, api):
        offer = await calendar.find(days())
    assert (values(offer), offer.here, offer.before, offer.after) == ([], "2023-01", None, "2023-02")
    assert len(api.seen) == 7


@pytest.mark.parametrize(
    ("month", "here", "before", "after"),
    [
        ("2022-12", "2023-01", None, "2023-02"),
        ("1999-99", "2023-01", None, "2023-02"),
        ("nonsense", "2023-01", None, "2023-02"),
        ("2023-12", "2023-12", "2023-11", "2024-01"),
        ("2024-01", "2024-01", "2023-12", None),
        ("2990-01", "2024-01", "2023-12", None),
    ],
)
async def test_months_are_looked_at_from_this_one_on_and_for_a_year(
    month: str, here: str, before: str | None, after: str | None
) -> None:
    every = {f"{year}-{number:02d}": [28] for year in (2022, 2023, 2024) for number in range(1, 13)}
    async with asking(free(SANTIAGO, every)) as (calendar, _):
        offer = await calendar.find(days(month))
    assert (offer.here, offer.before, offer.after) == (here, before, after)


async def test_no_month_beyond_a_year_is_asked() -> None:
    async with asking(free(SANTIAGO, {})) as (calendar, api):
        offer = await calendar.find(days("2023-11"))
    assert (offer.here, offer.choices) == ("2023-11", ())
    assert [each[:7] for each in dates(api.seen)] == ["2023-11", "2023-12", "2024-01"]


async def test_days_of_other_months_and_repeated_ones_are_left_out() -> None:
    said = ["2023-02-02T03:00:00.000Z", "2023-03-01T03:00:00Z", "2023-01-31T03:00:00.000Z", "2023-02-02T03:00:00+00:00"]
    async with asking(httpx.Response(200, json=[*said, "2023-02-02T09:00:00.000Z", "nonsense", None, {}, 12])) as (
        calendar,
        _,
    ):
        assert values(await calendar.find(SERVICE_DATES)) == [datetime(2023, 2, 2, 3, tzinfo=UTC)]


PAST = refusal(400, "The date can not be in the past.", "dateInPast")


@pytest.mark.parametrize("call", [days(), FindHours("s1", None, datetime(2023, 1, 15, 3, tzinfo=UTC), SANTIAGO)])
async def test_a_present_that_is_past_already_is_asked_a_little_later(call: FindDays | FindHours) -> None:
    soon = NOW + timedelta(hours=2)
    async with asking(PAST, httpx.Response(200, json=[render(soon)])) as (calendar, api):
        assert soon in values(await calendar.find(call))
    assert dates(api.seen)[:2] == ["2023-01-15T15:00:00.000Z", "2023-01-15T15:01:00.000Z"]


async def test_a_calendar_that_calls_all_dates_past_is_not_asked_for_ever() -> None:
    async with asking(PAST) as (calendar, api):
        with pytest.raises(Refusal) as refused:
            await calendar.find(days())
    assert refused.value.reason is Reason.DATE_PAST
    assert len(api.seen) == 2


# Hours


async def test_a_later_day_is_asked_with_exactly_its_instant() -> None:
    async with asking(httpx.Response(200, json=["2023-02-24T11:00:00.000Z"])) as (calendar, api):
        await calendar.find(SERVICE_HOURS)
    assert dates(api.seen) == [render(DAY)]


async def test_today_is_asked_at_the_present_instant_and_its_past_hours_are_left_out() -> None:
    today = replace(SERVICE_HOURS, day=datetime(2023, 1, 15, 3, tzinfo=UTC))
    hours = ["2023-01-15T15:00:00.000Z", "2023-01-15T14:00:00.000Z", "2023-01-15T15:05:00.000Z"]
    async with asking(httpx.Response(200, json=hours)) as (calendar, api):
        assert values(await calendar.find(today)) == [datetime(2023, 1, 15, 15, 5, tzinfo=UTC)]
    assert dates(api.seen) == [render(NOW)]


async def test_a_day_that_is_over_is_past_without_asking() -> None:
    async with asking(httpx.Response(200, json=[])) as (calendar, api):
        with pytest.raises(Refusal) as refused:
            await calendar.find(replace(SERVICE_HOURS, day=datetime(2023, 1, 14, 3, tzinfo=UTC)))
    assert refused.value.reason is Reason.DATE_PAST
    assert api.seen == []


async def test_hours_are_those_of_the_persons_own_day_once_and_in_order() -> None:
    hours = [
        "2023-02-25T02:55:00.000Z",
        "2023-02-24T11:00:00.000Z",
        "2023-02-25T03:00:00.000Z",
        "2023-02-24T11:00:00.000Z",
        "2023-02-24T02:59:00.000Z",
    ]
    async with asking(httpx.Response(200, json=hours)) as (calendar, _):
        offer = await calendar.find(SERVICE_HOURS)
    assert values(offer) == [datetime(2023, 2, 24, 11, tzinfo=UTC), datetime(2023, 2, 25, 2, 55, tzinfo=UTC)]


async def test_kept_hours_pass_while_they_are_kept() -> None:
    clock = Clock()
    today = replace(SERVICE_HOURS, day=datetime(2023, 1, 15, 3, tzinfo=UTC))
    hours = [render(NOW + timedelta(seconds=10)), render(NOW + timedelta(hours=1))]
    async with asking(httpx.Response(200, json=hours), clock=clock) as (calendar, api):
        before = await calendar.find(today)
        clock.forward(seconds=20)
        after = await calendar.find(today)
    assert (len(before.choices), len(after.choices), len(api.seen)) == (2, 1, 1)
