"""What is kept, for how long, and what takes it back; equal questions asked at once are one request."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

import httpx
import pytest
from calendar_asking import (
    CALLS,
    CANCEL,
    DAY,
    FORM,
    NOW,
    RESCHEDULE,
    SCHEDULE_SERVICE,
    SERVICE_DATES,
    SERVICE_HOURS,
    SERVICES,
    Answering,
    Clock,
    asking,
    do,
    good,
    refusal,
)

from bot.calendar import Calendar, CalendarError
from bot.calendar.cache import MOST, Own
from bot.calendar.forms import forms_of
from bot.calendar.questions import Topic
from bot.calendar.times import render
from conversations.calls import FindHours, Read, Write

KEPT = {"services": 300, "form": 300, "service_dates": 60, "user_dates": 60, "service_hours": 30, "user_hours": 30}
OTHER_DATES, OTHER_HOURS = replace(SERVICE_DATES, service="s2"), replace(SERVICE_HOURS, service="s2")
WATCHED: tuple[Read, ...] = (SERVICES, FORM, SERVICE_DATES, SERVICE_HOURS, OTHER_DATES, OTHER_HOURS)
KEEP = timedelta(minutes=1)
# On the day whose hours are watched; SCHEDULE_SERVICE is for another one.
BOOKING = replace(SCHEDULE_SERVICE, start=DAY + timedelta(hours=9))
NAMES = ("services", "form", "days", "hours", "other days", "other hours")


def everything(write: httpx.Response) -> Answering:
    """Answers reads as the page does, and writes with the one given."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            return httpx.Response(write.status_code, content=write.content)
        kinds = {"/dates": "service_dates", "/hours": "service_hours", "/services": "services"}
        name = next((name for end, name in kinds.items() if request.url.path.endswith(end)), "form")
        return httpx.Response(200, text=good(name))

    return answer


async def taken_back(call: Read | Write, write: httpx.Response) -> set[str]:
    """What is asked anew after a write."""
    async with asking(everything(write)) as (calendar, api):
        for each in WATCHED:
            await do(calendar, each)
        with suppress(CalendarError):
            await do(calendar, call)
        anew = set()
        for name, watched in zip(NAMES, WATCHED, strict=True):
            before = len(api.seen)
            await do(calendar, watched)
            if len(api.seen) > before:
                anew.add(name)
    return anew


@pytest.mark.parametrize(("operation", "seconds"), KEPT.items())
async def test_an_answer_is_kept_for_a_while_and_no_longer(operation: str, seconds: float) -> None:
    clock = Clock()
    async with asking(httpx.Response(200, text=good(operation)), clock=clock) as (calendar, api):
        first = await do(calendar, CALLS[operation])
        clock.forward(seconds=seconds - 0.001)
        assert await do(calendar, CALLS[operation]) == first
        assert len(api.seen) == 1
        clock.forward(seconds=0.001)
        assert await do(calendar, CALLS[operation]) == first
    assert len(api.seen) == 2


async def test_information_about_an_appointment_is_never_kept() -> None:
    async with asking(httpx.Response(201, text=good("info"))) as (calendar, api):
        await do(calendar, CALLS["info"])
        await do(calendar, CALLS["info"])
    assert len(api.seen) == 2


@pytest.mark.parametrize("operation", KEPT)
async def test_errors_are_not_kept(operation: str) -> None:
    async with asking(httpx.Response(418), httpx.Response(200, text=good(operation))) as (calendar, _):
        with pytest.raises(CalendarError):
            await do(calendar, CALLS[operation])
        await do(calendar, CALLS[operation])


@pytest.mark.parametrize("operation", KEPT)
async def test_equal_questions_asked_at_once_are_one_request(operation: str) -> None:
    async with asking(httpx.Response(200, text=good(operation))) as (calendar, api):
        answers = await asyncio.gather(*(do(calendar, CALLS[operation]) for _ in range(50)))
    assert len(api.seen) == 1
    assert all(answer == answers[0] for answer in answers)


@pytest.mark.parametrize(
    "other",
    [replace(SERVICE_HOURS, service="s2"), replace(SERVICE_HOURS, agent="u1"), replace(SERVICE_HOURS, zone="UTC")],
)
async def test_other_questions_have_other_answers(other: Read) -> None:
    async with asking(httpx.Response(200, text=good("service_hours"))) as (calendar, api):
        await do(calendar, SERVICE_HOURS)
        await do(calendar, other)
    assert len(api.seen) == 2


@pytest.mark.parametrize(
    ("call", "answer", "anew"),
    [
        (BOOKING, httpx.Response(201, text=good("schedule_service")), set()),
        (RESCHEDULE, httpx.Response(201, text=good("reschedule")), {"days", "hours", "other days", "other hours"}),
        (CANCEL, httpx.Response(201, text=good("cancel")), {"days", "hours", "other days", "other hours"}),
        (BOOKING, httpx.Response(500), {"hours"}),
        (BOOKING, httpx.Response(201, text="<html>"), {"hours"}),
        (BOOKING, refusal(409, "unavailable"), {"hours"}),
        (SCHEDULE_SERVICE, refusal(409, "unavailable"), set()),
        (replace(RESCHEDULE, start=BOOKING.start), refusal(409, "unavailable"), {"hours", "other hours"}),
        (RESCHEDULE, refusal(409, "unavailable"), set()),
        (RESCHEDULE, httpx.Response(500), {"days", "hours", "other days", "other hours"}),
        (CANCEL, httpx.Response(500), {"days", "hours", "other days", "other hours"}),
        (BOOKING, refusal(400, "past", "dateInPast"), {"days", "hours"}),
        (SCHEDULE_SERVICE, refusal(404, "No record found"), {"services", "days", "hours"}),
        (SCHEDULE_SERVICE, refusal(400, "Some element not as field, please check or try again"), {"form"}),
        (SCHEDULE_SERVICE, refusal(400, 'You reach the max characters is 50 for element "f1".'), set()),
        (SCHEDULE_SERVICE, httpx.Response(429), set()),
        (CANCEL, refusal(401, "The token is not valid any more."), set()),
    ],
)
async def test_what_a_write_makes_doubtful_is_asked_anew(
    call: Read | Write, answer: httpx.Response, anew: set[str]
) -> None:
    assert await taken_back(call, answer) == anew


# An hour just booked

AGENT_HOURS, AGENT_DATES = replace(SERVICE_HOURS, agent="u1"), replace(SERVICE_DATES, agent="u1")
HALF_HOURS = [DAY + timedelta(hours=8, minutes=minutes) for minutes in range(0, 120, 10)]


class Diary:
    """A calendar that knows some hours of one day, answers each booking with half an hour, and counts what is asked."""

    def __init__(self, hours: Sequence[datetime]) -> None:
        self.hours = hours
        self.asked: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path.rpartition("/")[2])
        if request.method == "POST":
            start = BOOKING.start
            said = {"startAt": render(start), "endAt": render(start + timedelta(minutes=30)), "actionToken": "x"}
            return httpx.Response(201, json=said)
        return httpx.Response(200, json=[render(each) for each in ([DAY] if "dates" in self.asked[-1] else self.hours)])


async def hours_left(calendar: Calendar, call: FindHours) -> list[object]:
    return [each.value for each in (await calendar.find(call)).choices]


async def test_an_hour_booked_with_an_agent_takes_all_that_run_into_it_out_of_theirs() -> None:
    diary = Diary(HALF_HOURS)
    async with asking(diary) as (calendar, _):
        await calendar.find(AGENT_HOURS)
        await calendar.carry_out(replace(BOOKING, agent="u1"), None, NOW)
        left = await hours_left(calendar, AGENT_HOURS)
    # 30 minutes from 9:00 on: what begins after 8:30 and before 9:30 is gone.
    assert [each - DAY for each in left if isinstance(each, datetime)] == [
        timedelta(hours=8, minutes=minutes) for minutes in (0, 10, 20, 30, 90, 100, 110)
    ]
    assert diary.asked.count("hours") == 1


async def test_an_hour_booked_with_anyone_is_all_that_is_taken_out_of_the_services() -> None:
    diary = Diary(HALF_HOURS)
    async with asking(diary) as (calendar, _):
        await calendar.find(SERVICE_HOURS)
        await calendar.carry_out(BOOKING, None, NOW)
        left = await hours_left(calendar, SERVICE_HOURS)
    assert left == [each for each in HALF_HOURS if each != BOOKING.start]
    assert diary.asked.count("hours") == 1


@pytest.mark.parametrize(("known", "agent"), [(SERVICE_HOURS, "u1"), (AGENT_HOURS, None)])
async def test_where_it_is_not_known_who_is_still_free_the_hours_are_asked_anew(
    known: FindHours, agent: str | None
) -> None:
    diary = Diary(HALF_HOURS)
    async with asking(diary) as (calendar, _):
        await calendar.find(known)
        await calendar.carry_out(replace(BOOKING, agent=agent), None, NOW)
        await calendar.find(known)
    assert diary.asked.count("hours") == 2


async def test_an_agents_hours_for_another_service_lose_what_was_booked_too() -> None:
    other = replace(AGENT_HOURS, service="s2")
    async with asking(Diary(HALF_HOURS)) as (calendar, api):
        await calendar.find(other)
        await calendar.carry_out(replace(BOOKING, agent="u1"), None, NOW)
        left = await hours_left(calendar, other)
    assert BOOKING.start not in left
    assert len(api.seen) == 2


async def test_a_day_whose_last_hour_was_booked_is_no_free_day() -> None:
    diary = Diary([BOOKING.start])
    async with asking(diary) as (calendar, _):
        before = await calendar.find(SERVICE_DATES)
        await calendar.find(SERVICE_HOURS)
        await calendar.carry_out(BOOKING, None, NOW)
        asked = len(diary.asked)
        after = await calendar.find(SERVICE_DATES)
    assert [each.value for each in before.choices] == [DAY]
    assert DAY not in [each.value for each in after.choices]
    assert "hours" not in diary.asked[asked:]


async def test_a_day_that_turns_out_to_be_full_is_no_free_day() -> None:
    async with asking(Diary([])) as (calendar, _):
        assert [each.value for each in (await calendar.find(AGENT_DATES)).choices] == [DAY]
        await calendar.find(AGENT_HOURS)
        assert (await calendar.find(AGENT_DATES)).choices == ()


async def test_hours_that_are_on_their_way_while_one_is_booked_are_not_kept() -> None:
    asked, gate, requests = asyncio.Event(), asyncio.Event(), []

    async def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            return httpx.Response(201, text=good("schedule_service"))
        requests.append(request)
        asked.set()
        await gate.wait()
        return httpx.Response(200, text=good("service_hours"))

    async with asking(answer) as (calendar, _):  # type: ignore[arg-type]
        first = asyncio.create_task(calendar.find(SERVICE_HOURS))
        await asked.wait()
        await calendar.carry_out(BOOKING, None, NOW)
        gate.set()
        await first
        await calendar.find(SERVICE_HOURS)
    assert len(requests) == 2


async def test_a_service_gone_when_its_days_are_asked_is_looked_for_anew() -> None:
    services = httpx.Response(200, text=good("services"))
    async with asking(services, refusal(404, "No record found"), services) as (calendar, api):
        await do(calendar, SERVICES)
        with pytest.raises(CalendarError):
            await do(calendar, SERVICE_DATES)
        await do(calendar, SERVICES)
    assert len(api.seen) == 3


async def test_an_answer_that_was_on_its_way_when_an_hour_was_booked_is_not_kept() -> None:
    cache, asked_for, gate = Own(Clock()), 0, asyncio.Event()

    async def ask() -> int:
        nonlocal asked_for
        asked_for += 1
        number = asked_for
        await gate.wait()
        return number

    first = asyncio.create_task(cache.get(("hours",), KEEP, ask))
    await asyncio.sleep(0)
    await cache.drop(Topic())
    second = asyncio.create_task(cache.get(("hours",), KEEP, ask))
    await asyncio.sleep(0)
    gate.set()
    assert (await first, await second, await cache.get(("hours",), KEEP, ask)) == (1, 2, 2)


async def test_whoever_stops_waiting_does_not_stop_the_others() -> None:
    cache, gate = Own(Clock()), asyncio.Event()

    async def ask() -> str:
        await gate.wait()
        return "answer"

    impatient, patient = (asyncio.create_task(cache.get(("x",), KEEP, ask)) for _ in range(2))
    await asyncio.sleep(0)
    impatient.cancel()
    await asyncio.gather(impatient, return_exceptions=True)
    gate.set()
    assert await patient == "answer"


async def test_what_is_kept_is_bounded() -> None:
    cache, asked_for = Own(Clock()), []

    async def ask() -> None:
        asked_for.append(1)

    for number in range(MOST + 100):
        await cache.get((number,), KEEP, ask)
    assert len(asked_for) == MOST + 100
    await cache.get((MOST + 99,), KEEP, ask)
    assert len(asked_for) == MOST + 100
    await cache.get((0,), KEEP, ask)
    assert len(asked_for) == MOST + 101


async def test_closing_stops_what_is_under_way() -> None:
    cache, stopped = Own(Clock()), asyncio.Event()

    async def ask() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    waiting = asyncio.create_task(cache.get(("x",), KEEP, ask))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await cache.close()
    assert stopped.is_set()
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_a_form_of_another_segment_is_another_form() -> None:
    forms = forms_of("s1=seg1,*=seg2")
    async with asking(httpx.Response(200, text=good("form")), form=forms) as (calendar, api):
        await calendar.find(FORM)
        await calendar.find(replace(FORM, service="s2"))
    assert [request.url.path.rpartition("/")[2] for request in api.seen] == ["seg1", "seg2"]
