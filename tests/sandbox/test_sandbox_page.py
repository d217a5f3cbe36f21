"""The stand-in against the API page: its 39 pairs of operation and error, the keys and types of each success."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from sandbox_asking import FREE, REFERRER, SANTIAGO, TODAY, Asking, asking

Provoke = Callable[[Asking], Awaitable[httpx.Response]]
Body = dict[str, Any]


def bad_request(message: str, **explanation: str) -> Body:
    return {
        "name": "BadRequest",
        "message": message,
        "code": 400,
        "className": "bad-request",
        **explanation,
        "errors": {},
    }


def not_authenticated(message: str) -> Body:
    return {
        "name": "NotAuthenticated",
        "message": message,
        "code": 401,
        "className": "not-authenticated",
        "errors": {},
    }


IN_THE_PAST = bad_request("The date can not be in the past.", data="dateInPast")
INVALID_DATE = bad_request('A valid "date" is required', data="date")
INVALID_TIMEZONE = bad_request('A valid "timezone" is required', data="timezone")
INVALID_SERVICE = bad_request("A valid service id is required")
FORM_CHANGED = bad_request(
    "Some element not as field, please check or try again",
    data="Maybe the organization has changed the form and you're submit is not valid anymore.",
)
NOT_A_STRING = bad_request('Cast to string failed for value "[]" (type Array) at path "cancelReason"')
TOO_LONG_A_REASON = bad_request(
    "Validation failed: cancelReason: Path `cancelReason` (`...`) is longer than the maximum allowed length (1000)."
)
SPENT = not_authenticated("The token is not valid any more.")
INVALID_SIGNATURE = not_authenticated("invalid signature")
UNAVAILABLE = {
    "name": "Conflict",
    "message": f'Sorry, the hour "{FREE}" is unavailable.',
    "code": 409,
    "className": "conflict",
    "errors": {},
}


def too_long(ask: Asking) -> Body:
    field = ask.world.fields(ask.world.service("Quick question").segment, "base")[0]
    return bad_request(f'You reach the max characters is 50 for element "{field.id}".')


def availability(owner: str, what: str, **query: str) -> Provoke:
    async def provoke(ask: Asking) -> httpx.Response:
        known = ask.world.service("Quick question").id if owner == "services" else ask.world.agent("Six").id
        return await ask.get(f"{owner}/{known}/{what}", **{"date": TODAY, "timezone": SANTIAGO} | query)

    return provoke


def booking(way: str, **changes: Any) -> Provoke:
    async def provoke(ask: Asking) -> httpx.Response:
        return await (ask.book(**changes) if way == "service" else ask.book_agent("Six", **changes))

    return provoke


def with_form(way: str, make: Callable[[Asking], list[Body]]) -> Provoke:
    async def provoke(ask: Asking) -> httpx.Response:
        return await booking(way, form=make(ask))(ask)

    return provoke


def taken(way: str) -> Provoke:
    async def provoke(ask: Asking) -> httpx.Response:
        assert (await ask.book_agent("Six")).status_code == 201
        assert (await ask.book_agent("Nine")).status_code == 201
        return await booking(way)(ask)

    return provoke


def changing(operation: str, body: Body) -> Provoke:
    async def provoke(ask: Asking) -> httpx.Response:
        booked = await ask.booked()
        return await ask.post(f"schedule/{operation}", body, booked["actionToken"])

    return provoke


def spent(operation: str) -> Provoke:
    async def provoke(ask: Asking) -> httpx.Response:
        booked = await ask.booked()
        assert (await ask.post("schedule/cancel", {}, booked["actionToken"])).status_code == 201
        if operation == "info":
            return await ask.get("schedule/info", booked["accessToken"])
        return await ask.post(
            f"schedule/{operation}", {"date": FREE} if operation == "reschedule" else {}, booked["actionToken"]
        )

    return provoke


def strange(method: str, path: str) -> Provoke:
    """With a token of another kind: well formed, but signed by somebody else."""

    async def provoke(ask: Asking) -> httpx.Response:
        booked = await ask.booked()
        kind = "accessToken" if path in ("schedule/cancel", "schedule/reschedule") else "actionToken"
        filled = path.format(service=ask.world.service("Quick question").id, user=ask.world.agent("Six").id)
        return await (ask.get(filled, booked[kind]) if method == "get" else ask.post(filled, {}, booked[kind]))

    return provoke


READS = [(owner, what) for owner in ("services", "users") for what in ("dates", "hours")]
YESTERDAY = "2026-03-01T03:00:00.000Z"
ERRORS: list[tuple[str, Provoke, Body | Callable[[Asking], Body]]] = [
    ("services, strange token", strange("get", "services"), INVALID_SIGNATURE),
    *((f"{owner} {what}, past", availability(owner, what, date=YESTERDAY), IN_THE_PAST) for owner, what in READS),
    *((f"{owner} {what}, date", availability(owner, what, date="March"), INVALID_DATE) for owner, what in READS),
    *(
        (f"{owner} {what}, zone", availability(owner, what, timezone="Chile"), INVALID_TIMEZONE)
        for owner, what in READS
    ),
    *(
        (f"{owner} {what}, strange token", strange("get", f"{owner}/{{{owner[:-1]}}}/{what}"), INVALID_SIGNATURE)
        for owner, what in READS
    ),
    ("user, service", booking("user", service="63bdbf49394aad976d4aa43b"), INVALID_SERVICE),
    *((f"{way}, date", booking(way, startAt="2026-02-30T00:00:00.000Z"), INVALID_DATE) for way in ("service", "user")),
    *((f"{way}, zone", booking(way, timezone="-03:00"), INVALID_TIMEZONE) for way in ("service", "user")),
    *(
        (f"{way}, long", with_form(way, lambda ask: ask.form(firstname="A" * 51)), too_long)
        for way in ("service", "user")
    ),
    *(
        (f"{way}, form", with_form(way, lambda ask: [*ask.form(), {"_id": "0" * 24, "value": ""}]), FORM_CHANGED)
        for way in ("service", "user")
    ),
    *((f"{way}, taken", taken(way), UNAVAILABLE) for way in ("service", "user")),
    *(
        (f"{way}, strange token", strange("post", f"schedule/{way}/{{{way}}}"), INVALID_SIGNATURE)
        for way in ("service", "user")
    ),
    ("cancel, no string", changing("cancel", {"cancelReason": []}), NOT_A_STRING),
    ("cancel, long", changing("cancel", {"cancelReason": "x" * 1001}), TOO_LONG_A_REASON),
    ("cancel, spent", spent("cancel"), SPENT),
    ("cancel, strange token", strange("post", "schedule/cancel"), INVALID_SIGNATURE),
    ("reschedule, date", changing("reschedule", {"date": "tomorrow"}), INVALID_DATE),
    ("reschedule, spent", spent("reschedule"), SPENT),
    ("reschedule, strange token", strange("post", "schedule/reschedule"), INVALID_SIGNATURE),
    ("info, spent", spent("info"), SPENT),
    ("info, strange token", strange("get", "schedule/info"), INVALID_SIGNATURE),
]


def test_all_pairs_of_the_page_are_tried() -> None:
    assert len({name for name, _, _ in ERRORS}) == 39


@pytest.mark.parametrize(("provoke", "expected"), [pytest.param(*case, id=name) for name, *case in ERRORS])
async def test_errors_are_the_page_s_to_the_letter(provoke: Provoke, expected: Body | Callable[[Asking], Body]) -> None:
    async with asking() as ask:
        answer = await provoke(ask)
        body = expected(ask) if callable(expected) else expected
        assert answer.json() == body
        assert list(answer.json()) == list(body)
        assert answer.status_code == body["code"]


ID = "[0-9a-f]{24}"
INSTANT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z"
TOKEN = r"[\w-]+\.[\w-]+\.[\w-]+"
# Keys in the page's order, each value as what it must match.
SERVICE = {
    "users": [{"_id": ID, "firstname": "Agent", "lastname": "[A-Z][a-z]+"}],
    "title": ".+",
    "description": ".*",
    "automatic": False,
    "id": ID,
}
BOOKED = {
    "email": "one@example.com",
    "service": "Quick question",
    "startAt": INSTANT,
    "endAt": INSTANT,
    "duration": 5,
    "timezone": SANTIAGO,
    "joinURL": rf"{REFERRER}\?v-schedule-action=join&v-schedule-auth={TOKEN}",
    "rescheduleURL": rf"{REFERRER}\?v-schedule-action=modify&v-schedule-auth={TOKEN}",
    "cancelURL": rf"{REFERRER}\?v-schedule-action=modify&v-schedule-auth={TOKEN}",
    "accessToken": TOKEN,
    "actionToken": TOKEN,
    "message": r"Your appointment was successfully scheduled\.",
}
CANCELLED = {"service": "Quick question", "message": "The appointment was successfully canceled"}
INFO = {
    "id": ID,
    "service": {"id": ID, "title": "Quick question", "description": ".+"},
    "user": {"firstname": "Agent", "lastname": "Six|Nine", "_id": ID},
    "startAt": INSTANT,
    "endAt": INSTANT,
    "status": "pending",
}


def fits(value: Any, shape: Any) -> bool:
    """Same keys in the same order, same types; strings match."""
    if isinstance(shape, dict):
        return (
            isinstance(value, dict)
            and list(value) == list(shape)
            and all(fits(value[key], shape[key]) for key in shape)
        )
    if isinstance(shape, list):
        return isinstance(value, list) and bool(value) and all(fits(each, shape[0]) for each in value)
    if isinstance(shape, str):
        return isinstance(value, str) and re.fullmatch(shape, value) is not None
    return type(value) is type(shape)


async def test_services_come_as_a_page() -> None:
    async with asking() as ask:
        answer = await ask.get("services")
        body = answer.json()
        assert answer.status_code == 200
        assert list(body) == ["total", "limit", "skip", "data"]
        assert (body["total"], body["limit"], body["skip"], len(body["data"])) == (23, 10, 0, 10)
        assert all(fits(service, SERVICE) for service in body["data"] if "users" in service)
        assert [list(each) for each in body["data"] if "users" not in each] == [
            ["title", "description", "automatic", "id"]
        ]


@pytest.mark.parametrize(("owner", "what"), READS)
async def test_days_and_hours_come_as_instants(owner: str, what: str) -> None:
    async with asking() as ask:
        answer = await availability(owner, what)(ask)
        assert answer.status_code == 200
        assert fits(answer.json(), [INSTANT])


@pytest.mark.parametrize("way", ["service", "user"])
async def test_a_booking_tells_all_that_the_page_shows(way: str) -> None:
    async with asking() as ask:
        answer = await booking(way)(ask)
        assert answer.status_code == 201
        assert fits(answer.json(), BOOKED)
        assert (answer.json()["startAt"], answer.json()["endAt"]) == (FREE, "2026-03-03T11:05:00.000Z")


async def test_moving_answers_like_a_booking() -> None:
    async with asking() as ask:
        answer = await changing("reschedule", {"date": "2026-03-04T11:00:00.000Z"})(ask)
        assert answer.status_code == 201
        assert fits(answer.json(), BOOKED)
        assert answer.json()["startAt"] == "2026-03-04T11:00:00.000Z"


async def test_cancelling_names_the_service() -> None:
    async with asking() as ask:
        answer = await changing("cancel", {"cancelReason": "Rain"})(ask)
        assert answer.status_code == 201
        assert fits(answer.json(), CANCELLED)


async def test_information_comes_with_201() -> None:
    async with asking() as ask:
        booked = await ask.booked()
        answer = await ask.get("schedule/info", booked["accessToken"])
        assert answer.status_code == 201
        assert fits(answer.json(), INFO)
        assert answer.json()["id"] == ask.appointment.id


async def test_a_shape_that_differs_is_noticed() -> None:
    assert not fits(dict(reversed(CANCELLED.items())), CANCELLED)
    assert not fits({**CANCELLED, "more": 1}, CANCELLED)
    assert not fits({"a": "1"}, {"a": 1})
    assert not fits(["x"], [INSTANT])
