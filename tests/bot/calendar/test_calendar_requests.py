"""What leaves for the calendar: where to, with which token, and in which words."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import httpx
import pytest
from calendar_asking import (
    ACCESS,
    ACTION,
    API,
    CALLS,
    CANCEL,
    NOW,
    REFERRER,
    ROOT,
    SANTIAGO,
    SCHEDULE_SERVICE,
    SCHEDULE_USER,
    asking,
    do,
    good,
    refusal,
)

from bot.calendar import Refusal
from bot.calendar.times import render
from bot.tokens import Tokens
from conversations.calls import FindHours
from conversations.events import Reason

WAYS = {
    "services": ("GET", "/services", API),
    "service_dates": ("GET", "/services/s1/dates", API),
    "service_hours": ("GET", "/services/s1/hours", API),
    "user_dates": ("GET", "/users/u1/dates", API),
    "user_hours": ("GET", "/users/u1/hours", API),
    "schedule_service": ("POST", "/schedule/service/s1", API),
    "schedule_user": ("POST", "/schedule/user/u1", API),
    "cancel": ("POST", "/schedule/cancel", ACTION),
    "reschedule": ("POST", "/schedule/reschedule", ACTION),
    "info": ("GET", "/schedule/info", ACCESS),
    "form": ("GET", "/forms/segment1", API),
}


@pytest.mark.parametrize("operation", CALLS)
async def test_each_operation_has_its_way_its_one_token_and_no_other(operation: str) -> None:
    async with asking(httpx.Response(200, text=good(operation))) as (calendar, api):
        await do(calendar, CALLS[operation])
    [request] = api.seen
    method, path, token = WAYS[operation]
    assert (request.method, request.url.path) == (method, ROOT + path)
    assert request.headers.get_list("authorization") == [f"Bearer {token}"]
    others = {API, ACTION, ACCESS} - {token}
    everything = f"{request.url} {request.headers.raw} {request.content!r}"
    assert [other for other in others if other in everything] == []
    assert everything.count(token) == 1


@pytest.mark.parametrize("operation", CALLS)
async def test_every_request_says_that_it_speaks_json(operation: str) -> None:
    async with asking(httpx.Response(200, text=good(operation))) as (calendar, api):
        await do(calendar, CALLS[operation])
    assert api.seen[0].headers["content-type"] == "application/json"
    assert api.seen[0].headers["accept"] == "application/json"


@pytest.mark.parametrize(
    ("operation", "query"),
    [
        ("service_dates", {"date": "2023-02-01T03:00:00.000Z", "timezone": SANTIAGO}),
        ("user_dates", {"date": "2023-02-01T03:00:00.000Z", "timezone": SANTIAGO}),
        ("service_hours", {"date": "2023-02-24T03:00:00.000Z", "timezone": SANTIAGO}),
        ("user_hours", {"date": "2023-02-24T03:00:00.000Z", "timezone": SANTIAGO}),
        ("form", {"version": "base"}),
        ("info", {}),
    ],
)
async def test_a_read_asks_with_the_pages_parameters(operation: str, query: dict[str, str]) -> None:
    async with asking(httpx.Response(200, text=good(operation))) as (calendar, api):
        await do(calendar, CALLS[operation])
    assert dict(api.seen[0].url.params) == query
    assert api.seen[0].content == b""


FORM = [
    {"_id": "f1", "value": "Agent One"},
    {"_id": "f2", "value": 7},
    {"_id": "f3", "value": 2.5},
    {"_id": "f4", "value": ["a", "b"]},
]
BOOKING = {"startAt": "2023-02-01T03:00:00.000Z", "timezone": SANTIAGO, "form": FORM, "referrer": REFERRER}


@pytest.mark.parametrize(
    ("operation", "body"),
    [
        ("schedule_service", BOOKING),
        ("schedule_user", {"service": "s1", **BOOKING}),
        ("cancel", {"cancelReason": "No time"}),
        ("reschedule", {"date": "2023-02-01T03:00:00.000Z"}),
    ],
)
async def test_a_write_sends_the_pages_body(operation: str, body: object) -> None:
    async with asking(httpx.Response(201, text=good(operation))) as (calendar, api):
        await do(calendar, CALLS[operation])
    assert api.bodies == [body]


async def test_numbers_go_as_numbers_and_whole_ones_as_whole() -> None:
    async with asking(httpx.Response(201, text=good("schedule_service"))) as (calendar, api):
        await do(calendar, replace(SCHEDULE_SERVICE, form=(("f", Decimal("7.00")), ("g", Decimal("1E+2")))))
    assert [repr(each["value"]) for each in api.bodies[0]["form"]] == ["7", "100"]


async def test_a_reason_not_given_is_not_sent() -> None:
    async with asking(httpx.Response(201, text=good("cancel"))) as (calendar, api):
        await do(calendar, replace(CANCEL, reason=""))
    assert api.bodies == [{}]


async def test_whatever_a_person_types_becomes_valid_json() -> None:
    text = 'a "quote", a line\nbreak, \u202e, \x00, 😀 and half of one \ud83d'
    async with asking(httpx.Response(201, text=good("cancel"))) as (calendar, api):
        await do(calendar, replace(CANCEL, reason=text))
    assert json.loads(api.seen[0].content) == {"cancelReason": text}


def test_an_instant_is_written_in_utc_with_milliseconds() -> None:
    at = datetime(2023, 4, 3, 13, 0, 1, 999_999, tzinfo=timezone(timedelta(hours=-4)))
    assert render(at) == "2023-04-03T17:00:01.999Z"


@pytest.mark.parametrize("id", ["../forms/x", "a/b", "a?b=c", "a#b", "ä %"])
async def test_an_id_stays_one_part_of_the_path(id: str) -> None:
    async with asking(httpx.Response(201, text=good("schedule_service"))) as (calendar, api):
        await do(calendar, replace(SCHEDULE_SERVICE, service=id))
    path = api.seen[0].url.raw_path.decode()
    assert path.count("/") == f"{ROOT}/schedule/service/x".count("/")
    assert httpx.URL(f"http://x{path}").path == f"{ROOT}/schedule/service/{id}"
    assert "?" not in path


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("operation", CALLS)
async def test_no_redirect_is_followed(operation: str, status: int) -> None:
    elsewhere = httpx.Response(status, headers={"location": "https://elsewhere.example.com/"})
    async with asking(elsewhere) as (calendar, api):
        with pytest.raises(Exception, match=f"status {status}"):
            await do(calendar, CALLS[operation])
    assert [request.url.host for request in api.seen] == ["api.example.com"]


async def test_no_cookie_ties_one_request_to_another() -> None:
    sticky = httpx.Response(201, text=good("cancel"), headers={"set-cookie": "who=one; Path=/"})
    async with asking(sticky) as (calendar, api):
        await do(calendar, CANCEL)
        await do(calendar, CANCEL)
    assert [request.headers.get("cookie") for request in api.seen] == [None, None]


@pytest.mark.parametrize("operation", ["cancel", "reschedule", "info"])
@pytest.mark.parametrize("token", ["", "a b", "line\nbreak", "ö", "\x00"])
async def test_a_token_that_no_header_can_hold_is_not_sent(operation: str, token: str) -> None:
    tokens = Tokens(action=token, access=token)
    async with asking(httpx.Response(201, text=good(operation))) as (calendar, api):
        with pytest.raises(Refusal) as refused:
            await do(calendar, CALLS[operation], tokens=tokens)
    assert refused.value.reason is Reason.NOT_ACCEPTED
    assert api.seen == []


async def test_a_zone_that_there_is_not_is_not_asked_about() -> None:
    async with asking(httpx.Response(200, json=[])) as (calendar, api):
        for zone in ("Mars/Base", "", "../etc", "America"):
            with pytest.raises(Refusal):
                await calendar.find(FindHours("s1", None, NOW, zone))
    assert api.seen == []


# The honeypot

NAMED = refusal(400, 'The element "videsk_essential" is required.')


@pytest.mark.parametrize("call", [SCHEDULE_SERVICE, SCHEDULE_USER])
async def test_the_empty_element_is_sent_when_a_refusal_names_it_and_from_then_on(call: object) -> None:
    name = next(name for name, known in CALLS.items() if known is call)
    async with asking(NAMED, httpx.Response(201, text=good(name))) as (calendar, api):
        await do(calendar, CALLS[name])
        await do(calendar, CALLS[name])
    empty = {"_id": "videsk_essential", "value": ""}
    assert [body["form"] for body in api.bodies] == [FORM, [*FORM, empty], [*FORM, empty]]


async def test_the_empty_element_is_sent_once_more_and_not_for_ever() -> None:
    async with asking(NAMED) as (calendar, api):
        with pytest.raises(Refusal) as refused:
            await do(calendar, SCHEDULE_SERVICE)
    assert refused.value.reason is Reason.NOT_ACCEPTED
    assert len(api.seen) == 2


async def test_a_form_refused_with_the_empty_element_is_sent_without_it_next_time() -> None:
    changed = refusal(400, "Some element not as field, please check or try again")
    async with asking(NAMED, changed, httpx.Response(201, text=good("schedule_service"))) as (calendar, api):
        with pytest.raises(Refusal):
            await do(calendar, SCHEDULE_SERVICE)
        await do(calendar, SCHEDULE_SERVICE)
    assert [len(body["form"]) for body in api.bodies] == [4, 5, 4]


async def test_a_calendar_that_names_the_empty_element_though_it_was_sent_has_refused() -> None:
    good_one = httpx.Response(201, text=good("schedule_service"))
    async with asking(NAMED, good_one, NAMED) as (calendar, api):
        await do(calendar, SCHEDULE_SERVICE)
        with pytest.raises(Refusal):
            await do(calendar, SCHEDULE_SERVICE)
    assert len(api.seen) == 3
