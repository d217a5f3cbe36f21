"""Every body that the API's page prints, letter by letter, through the client.

The page breaks off one line, the `rescheduleURL` of its answer to a move: there, and nowhere else, it was mended.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from calendar_asking import (
    CALLS,
    EXAMPLES,
    INFO,
    RESCHEDULE,
    SCHEDULE_SERVICE,
    SCHEDULE_USER,
    SERVICES,
    asking,
    do,
    example,
    good,
    refusal,
)

from bot.calendar import Booking, Facts, NoAnswer, Refusal
from conversations.calls import FindAgents
from conversations.events import Reason
from conversations.offers import ANYONE, Choice, Offer

DOCUMENTED = {
    "date-is-in-the-past": (Reason.DATE_PAST, None, None),
    "invalid-timezone": (Reason.NOT_ACCEPTED, None, None),
    "invalid-time-zone": (Reason.NOT_ACCEPTED, None, None),
    "invalid-date": (Reason.DATE_PAST, None, None),
    "invalid-service-id": (Reason.SERVICE_GONE, None, None),
    "error-in-form-fields-1": (Reason.FIELD_REFUSED, "60dbe3416af0be33b8b372b1", 50),
    "error-in-form-fields-2": (Reason.FORM_CHANGED, None, None),
    "time-unavailable": (Reason.HOUR_TAKEN, None, None),
    "invalid-cancellation-reason-1": (Reason.FIELD_REFUSED, "reason", 1000),
    "invalid-cancellation-reason-2": (Reason.FIELD_REFUSED, "reason", 1000),
    "cancellation-error": (Reason.TOKEN_SPENT, None, None),
    "rescheduling-error": (Reason.TOKEN_SPENT, None, None),
    "expired-appointment": (Reason.TOKEN_SPENT, None, None),
}
# A month is asked at its beginning or now: if that is no date, no other one will do.
MONTHS = {"service_dates": Reason.NOT_ACCEPTED, "user_dates": Reason.NOT_ACCEPTED}
ERRORS = sorted(file.stem for file in EXAMPLES.glob("*-4??-*.json"))

AUTHORIZATION = (
    (401, "Authorization header with valid JWT is required."),
    (401, "jwt malformed"),
    (401, "invalid signature"),
    (401, "jwt expired"),
    (401, "Unexpected token \ufffd in JSON at position 0"),
    (403, "You don't have access to /public. Please check."),
    (403, "The integration token it's invalid or was removed."),
)


def test_the_page_has_thirty_nine_errors_and_ten_successes() -> None:
    """Ten of the errors are printed elsewhere: one for the token of each operation."""
    assert len(ERRORS) + 10 == 39
    assert len(list(EXAMPLES.glob("*-20?-*.json"))) == 10


@pytest.mark.parametrize("file", sorted(EXAMPLES.glob("*.json")), ids=lambda file: str(file.stem))
def test_every_example_is_json(file: Path) -> None:
    assert json.loads(file.read_text("utf-8"))


@pytest.mark.parametrize("name", ERRORS)
async def test_a_printed_error_says_what_can_be_done(name: str) -> None:
    operation, status, error = name.split("-", 2)
    reason, blamed, limit = DOCUMENTED[error]
    if error == "invalid-date":
        reason = MONTHS.get(operation, reason)
    async with asking(httpx.Response(int(status), text=example(name))) as (calendar, _):
        with pytest.raises(Refusal) as refused:
            await do(calendar, CALLS[operation])
    assert (refused.value.reason, refused.value.blamed, refused.value.limit) == (reason, blamed, limit)


@pytest.mark.parametrize("operation", CALLS)
@pytest.mark.parametrize(("status", "message"), AUTHORIZATION)
async def test_a_refused_token_is_the_operators_matter_and_never_takes_an_appointment_for_gone(
    operation: str, status: int, message: str
) -> None:
    async with asking(refusal(status, message)) as (calendar, _):
        with pytest.raises(Refusal) as refused:
            await do(calendar, CALLS[operation])
    theirs = operation in ("cancel", "reschedule", "info")
    assert refused.value.reason is (Reason.NOT_ACCEPTED if theirs else Reason.KEY_REFUSED)


@pytest.mark.parametrize("operation", CALLS)
@pytest.mark.parametrize("status", [404, 405, 409, 422, 402, 410, 418])
async def test_what_the_page_does_not_tell_is_refused_all_the_same(operation: str, status: int) -> None:
    about = operation.startswith(("service_", "user_", "schedule_"))
    expected = {
        404: Reason.KEY_REFUSED if operation == "form" else Reason.SERVICE_GONE if about else Reason.NOT_ACCEPTED,
        409: Reason.HOUR_TAKEN if operation.startswith(("schedule_", "reschedule")) else Reason.NOT_ACCEPTED,
    }
    async with asking(refusal(status, "No record found for id 's1'")) as (calendar, _):
        with pytest.raises(Refusal) as refused:
            await do(calendar, CALLS[operation])
    assert refused.value.reason is expected.get(status, Reason.NOT_ACCEPTED)


async def test_a_404_of_a_proxy_does_not_remove_a_service() -> None:
    async with asking(httpx.Response(404, text="<html>no such host</html>")) as (calendar, _):
        with pytest.raises(Refusal) as refused:
            await do(calendar, SCHEDULE_SERVICE)
    assert refused.value.reason is Reason.NOT_ACCEPTED


@pytest.mark.parametrize(
    ("message", "subject", "reason", "blamed", "limit"),
    [
        ('A value is required for element "60dbe3416af0be33b8b372b1".', None, Reason.FIELD_REFUSED, "60db", None),
        ('The max value is 20 for element "60dbe3416af0be33b8b372b1".', None, Reason.FIELD_REFUSED, "60db", None),
        ('A valid "referrer" is required', "referrer", Reason.KEY_REFUSED, None, None),
        ("Something else", None, Reason.NOT_ACCEPTED, None, None),
    ],
)
async def test_a_booking_refused_in_other_words(
    message: str, subject: str | None, reason: Reason, blamed: str | None, limit: int | None
) -> None:
    async with asking(refusal(400, message, subject)) as (calendar, _):
        with pytest.raises(Refusal) as refused:
            await do(calendar, SCHEDULE_SERVICE)
    assert (refused.value.reason, refused.value.limit) == (reason, limit)
    assert (refused.value.blamed or "").startswith(blamed or "")


async def test_words_of_a_person_in_a_refusal_are_not_read_as_the_calendars() -> None:
    message = 'Path `cancelReason` (`the element "f1" and videsk_essential`) is longer than the maximum allowed (1000).'
    async with asking(refusal(400, message)) as (calendar, api):
        with pytest.raises(Refusal) as refused:
            await do(calendar, CALLS["cancel"])
    assert (refused.value.reason, refused.value.blamed) == (Reason.FIELD_REFUSED, "reason")
    assert len(api.seen) == 1


# Successes


async def test_the_printed_services_can_be_chosen_from() -> None:
    async with asking(httpx.Response(200, text=good("services"))) as (calendar, _):
        offer = await calendar.find(SERVICES)
        agents = await calendar.find(FindAgents("63bdbf49394aad976d4aa43b"))
    choice = Choice("63bdbf49394aad976d4aa43b", "My service", "Service description")
    assert offer == Offer(SERVICES, (choice,), here="0")
    assert [each.value for each in agents.choices] == [
        ANYONE.value,
        "63bdbf3230013a2792550a1c",
        "63bdbf3b25ab497401602d07",
    ]
    assert [each.label for each in agents.choices[1:]] == ["John Doe", "Mark Zuckerberg"]


@pytest.mark.parametrize("operation", ["service_dates", "user_dates"])
async def test_the_printed_days_are_the_days_of_february(operation: str) -> None:
    async with asking(httpx.Response(200, text=good(operation))) as (calendar, _):
        offer = await do(calendar, CALLS[operation])
    assert isinstance(offer, Offer)
    assert offer.here == "2023-02"
    assert [each.value for each in offer.choices] == [datetime(2023, 2, day, 3, tzinfo=UTC) for day in range(1, 29)]


@pytest.mark.parametrize("operation", ["service_hours", "user_hours"])
async def test_the_printed_hours_are_all_there_over_midnight_utc(operation: str) -> None:
    async with asking(httpx.Response(200, text=good(operation))) as (calendar, _):
        offer = await do(calendar, CALLS[operation])
    assert isinstance(offer, Offer)
    hours = [each.value for each in offer.choices]
    assert len(hours) == 156
    assert (hours[0], hours[-1]) == (datetime(2023, 2, 24, 11, tzinfo=UTC), datetime(2023, 2, 25, 2, 55, tzinfo=UTC))


@pytest.mark.parametrize("call", [SCHEDULE_SERVICE, SCHEDULE_USER, RESCHEDULE])
async def test_a_printed_appointment_ends_when_it_says_and_not_after_its_duration(call: object) -> None:
    name = next(name for name, known in CALLS.items() if known is call)
    async with asking(httpx.Response(201, text=good(name))) as (calendar, _):
        booking = await do(calendar, CALLS[name])
    assert isinstance(booking, Booking)
    said = json.loads(good(name))
    assert (booking.email, booking.service_title, booking.zone) == (
        "john.doe@example.com",
        "Service name",
        "America/Santiago",
    )
    assert booking.start == datetime(2023, 2, 1, 3, tzinfo=UTC)
    assert booking.end == booking.start + timedelta(minutes=7)
    assert booking.tokens.action == said["actionToken"]
    assert booking.tokens.access == said["accessToken"]
    assert booking.tokens.join_url == said["joinURL"]
    assert booking.tokens.reschedule_url == said["rescheduleURL"]
    assert booking.tokens.cancel_url == said["cancelURL"]


async def test_the_printed_cancellation_is_one() -> None:
    async with asking(httpx.Response(201, text=good("cancel"))) as (calendar, api):
        assert await do(calendar, CALLS["cancel"]) is None
    assert len(api.seen) == 1


async def test_the_printed_information_is_understood() -> None:
    async with asking(httpx.Response(201, text=good("info"))) as (calendar, _):
        facts = await do(calendar, INFO)
    assert facts == Facts(
        service="620fedcc8951823b744f3122",
        service_title="Service name",
        agent="6179480f5aa331375394e6a9",
        agent_name="Mark Zuckerberg",
        start=datetime(2023, 2, 7, 5, 13, tzinfo=UTC),
        end=datetime(2023, 2, 7, 5, 20, tzinfo=UTC),
        status="pending",
    )


@pytest.mark.parametrize("operation", CALLS)
@pytest.mark.parametrize("status", [200, 201, 202, 206])
async def test_success_may_be_any_2xx(operation: str, status: int) -> None:
    async with asking(httpx.Response(status, text=good(operation))) as (calendar, api):
        await do(calendar, CALLS[operation])
    assert len(api.seen) == 1


async def test_a_cancellation_may_have_no_body_if_it_says_so() -> None:
    async with asking(httpx.Response(204)) as (calendar, _):
        assert await do(calendar, CALLS["cancel"]) is None


WRONG_SHAPE = '{"result": [null, {"ok": true}], "next": 7}'


# Nothing that the body of a cancellation says is needed: any object will do.
@pytest.mark.parametrize(
    ("operation", "body"),
    [
        (operation, body)
        for operation in CALLS
        for body in ["", "<html>502</html>", "OK, thank you", WRONG_SHAPE, "[1,", "null", "[" * 100_000]
        if (operation, body) != ("cancel", WRONG_SHAPE)
    ],
)
async def test_a_success_that_cannot_be_understood_is_no_answer(operation: str, body: str) -> None:
    async with asking(httpx.Response(200, text=body)) as (calendar, api):
        with pytest.raises(NoAnswer):
            await do(calendar, CALLS[operation])
    assert len(api.seen) == 1
