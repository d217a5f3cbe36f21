"""What is kept, for how long, and what takes it back; equal questions asked at once are one request."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from calendar_asking import (
    CALLS,
    CANCEL,
    FORM,
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

from bot.calendar import CalendarError
from bot.calendar.cache import MOST, Cache
from bot.calendar.forms import forms_of
from conversations.calls import Read, Write

KEPT = {"services": 300, "form": 300, "service_dates": 60, "user_dates": 60, "service_hours": 30, "user_hours": 30}
OTHER_DATES, OTHER_HOURS = replace(SERVICE_DATES, service="s2"), replace(SERVICE_HOURS, service="s2")
WATCHED: tuple[Read, ...] = (SERVICES, FORM, SERVICE_DATES, SERVICE_HOURS, OTHER_DATES, OTHER_HOURS)
KEEP = timedelta(minutes=1)
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
        (SCHEDULE_SERVICE, httpx.Response(201, text=good("schedule_service")), {"days", "hours"}),
        (RESCHEDULE, httpx.Response(201, text=good("reschedule")), {"days", "hours", "other days", "other hours"}),
        (CANCEL, httpx.Response(201, text=good("cancel")), {"days", "hours", "other days", "other hours"}),
        (SCHEDULE_SERVICE, httpx.Response(500), {"days", "hours"}),
        (SCHEDULE_SERVICE, httpx.Response(201, text="<html>"), {"days", "hours"}),
        (SCHEDULE_SERVICE, refusal(409, "unavailable"), {"days", "hours"}),
        (SCHEDULE_SERVICE, refusal(400, "past", "dateInPast"), {"days", "hours"}),
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


async def test_a_service_gone_when_its_days_are_asked_is_looked_for_anew() -> None:
    services = httpx.Response(200, text=good("services"))
    async with asking(services, refusal(404, "No record found"), services) as (calendar, api):
        await do(calendar, SERVICES)
        with pytest.raises(CalendarError):
            await do(calendar, SERVICE_DATES)
        await do(calendar, SERVICES)
    assert len(api.seen) == 3


async def test_an_answer_that_was_on_its_way_when_an_hour_was_booked_is_not_kept() -> None:
    cache, asked_for, gate = Cache(Clock()), 0, asyncio.Event()

    async def ask() -> int:
        nonlocal asked_for
        asked_for += 1
        number = asked_for
        await gate.wait()
        return number

    first = asyncio.create_task(cache.get(("hours",), KEEP, ask))
    await asyncio.sleep(0)
    cache.drop(lambda question: True)
    second = asyncio.create_task(cache.get(("hours",), KEEP, ask))
    await asyncio.sleep(0)
    gate.set()
    assert (await first, await second, await cache.get(("hours",), KEEP, ask)) == (1, 2, 2)


async def test_whoever_stops_waiting_does_not_stop_the_others() -> None:
    cache, gate = Cache(Clock()), asyncio.Event()

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
    cache, asked_for = Cache(Clock()), []

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
    cache, stopped = Cache(Clock()), asyncio.Event()

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
