"""What is borne in the answers about an appointment: missing, extra and odd parts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from calendar_asking import CANCEL, INFO, NOW, RESCHEDULE, START, asking, do

from bot.calendar import Facts, NoAnswer, NotSent, Refusal, answer
from bot.calendar.models import booking_of, facts_of, instant_of, instants_of
from conversations.events import Reason, Refused, Unanswered
from conversations.people import Appointment, State

HALF = timedelta(minutes=30)
URL = "https://example.com/?v-schedule-action=modify&v-schedule-auth="


def body(**said: Any) -> dict[str, Any]:
    return {"actionToken": "action", "accessToken": "access", "startAt": "2023-02-01T03:00:00.000Z", **said}


@pytest.mark.parametrize(
    ("said", "length"),
    [
        ({"endAt": "2023-02-01T03:30:00.000Z"}, HALF),
        ({"endAt": "2023-02-01T03:30:00.000Z", "duration": 5}, HALF),
        ({"duration": 30}, HALF),
        ({"duration": "30"}, HALF),
        ({"endAt": "soon", "duration": 30.0}, HALF),
        ({"endAt": "2023-02-01T02:00:00.000Z", "duration": 30}, HALF),
        ({"duration": "long"}, timedelta()),
        ({"duration": -1}, timedelta()),
        ({"duration": 10**9}, timedelta()),
        ({"duration": None, "endAt": None}, timedelta()),
        ({}, timedelta()),
    ],
)
def test_an_appointment_ends_as_well_as_can_be_known(said: dict[str, Any], length: timedelta) -> None:
    booking = booking_of(body(**said), NOW)
    assert (booking.start, booking.end - booking.start) == (START, length)


def test_an_appointment_begins_when_the_calendar_says_or_else_when_it_was_asked_to() -> None:
    assert booking_of(body(startAt="2023-02-02T03:00:00Z"), NOW).start == datetime(2023, 2, 2, 3, tzinfo=UTC)
    assert booking_of(body(startAt=None), NOW).start == NOW
    assert booking_of(body(startAt="soon"), NOW).start == NOW


@pytest.mark.parametrize(
    ("said", "tokens"),
    [
        ({}, ("action", "access")),
        ({"actionToken": None, "cancelURL": URL + "a1", "rescheduleURL": URL + "a2"}, ("a1", "access")),
        ({"actionToken": "", "rescheduleURL": URL + "a2"}, ("a2", "access")),
        ({"accessToken": 7, "joinURL": URL + "b"}, ("action", "b")),
        ({"accessToken": None}, ("action", "")),
    ],
)
def test_a_token_that_is_missing_is_looked_for_in_its_address(said: dict[str, Any], tokens: tuple[str, str]) -> None:
    booking = booking_of(body(**said), NOW)
    assert (booking.tokens.action, booking.tokens.access) == tokens


@pytest.mark.parametrize(
    "odd", [None, [], 7, "x", {}, {"message": "Done"}, body(actionToken=None, cancelURL="http://[")]
)
def test_an_answer_without_an_action_token_is_no_booking(odd: Any) -> None:
    with pytest.raises(NoAnswer):
        booking_of(odd, NOW)


def test_what_else_a_booking_says_may_be_odd() -> None:
    odd = booking_of(body(email=None, service={"title": "Service"}, timezone="Mars/Base", joinURL=None, new=[1]), NOW)
    assert (odd.email, odd.service_title, odd.zone, odd.tokens.join_url) == ("", "Service", "", "")


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ("2023-02-01T03:00:00.000Z", START),
        ("2023-02-01T03:00:00Z", START),
        ("2023-02-01T00:00:00-03:00", START),
        ("2023-02-01T03:00:00", START),
        (1675220400, START),
        (1675220400000, START),
        ("", None),
        ("soon", None),
        ("0001-01-01T00:00:00Z", None),
        ("9999-12-31T23:59:59-12:00", None),
        (10**30, None),
        (float("nan"), None),
        (True, None),
        (None, None),
        ({}, None),
    ],
)
def test_an_instant_is_understood_however_it_is_written(said: Any, at: datetime | None) -> None:
    assert instant_of(said) == at


@pytest.mark.parametrize("odd", [["x"], {"data": None}, "x", None, [[]]])
def test_a_list_of_instants_without_one_is_no_answer(odd: Any) -> None:
    with pytest.raises(NoAnswer):
        instants_of(odd)


def test_a_list_of_instants_may_be_empty_or_wrapped() -> None:
    assert instants_of([]) == ()
    assert instants_of({"data": ["2023-02-01T03:00:00Z"]}) == (START,)


APPOINTMENT = Appointment(
    id="a1", service="s1", service_title="Service", start=START, end=START + HALF, zone="UTC", email="one@example.com"
)


def test_what_the_calendar_knows_better_is_taken_over() -> None:
    later = START + timedelta(days=1)
    facts = Facts(
        service="s2", service_title="Other", agent="u1", agent_name="Agent One", start=later, end=later + 2 * HALF
    )
    assert facts.onto(APPOINTMENT) == replace(
        APPOINTMENT,
        service="s2",
        service_title="Other",
        agent_name="Agent One",
        holder="u1",
        start=later,
        end=later + 2 * HALF,
    )


def test_what_the_calendar_does_not_say_stays() -> None:
    assert Facts().onto(APPOINTMENT) == replace(APPOINTMENT, holder="")
    later = START + timedelta(days=1)
    assert Facts(start=later).onto(APPOINTMENT).end == later + HALF


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("pending", State.BOOKED),
        ("", State.BOOKED),
        ("canceled", State.CANCELLED),
        ("Cancelled by agent", State.CANCELLED),
    ],
)
def test_a_status_in_the_calendars_words_becomes_a_state(status: str, state: State) -> None:
    told = Facts(status=status).onto(APPOINTMENT)
    assert told.state is state
    assert told.status == status.casefold()


def test_information_may_lack_almost_everything() -> None:
    assert facts_of({"startAt": "2023-02-01T03:00:00Z", "user": "x", "service": 7, "endAt": None}) == Facts(start=START)
    assert facts_of({"service": {"_id": "s1"}, "user": {"_id": "u1"}}) == Facts(
        service="s1", agent="u1", agent_name="u1"
    )


@pytest.mark.parametrize("odd", [{}, [], None, "x", {"status": "pending"}])
def test_information_about_nothing_is_no_answer(odd: Any) -> None:
    with pytest.raises(NoAnswer):
        facts_of(odd)


async def test_an_agent_may_have_one_name() -> None:
    said = {"startAt": "2023-02-01T03:00:00Z", "user": {"_id": "u1", "firstname": "Agent"}}
    async with asking(httpx.Response(201, json=said)) as (calendar, _):
        facts = await do(calendar, INFO)
    assert isinstance(facts, Facts)
    assert facts.agent_name == "Agent"


def test_an_error_becomes_the_event_that_it_is() -> None:
    assert answer(CANCEL, Refusal(Reason.FIELD_REFUSED, "reason", 1000), NOW) == Refused(
        NOW, CANCEL, Reason.FIELD_REFUSED, "reason", 1000
    )
    assert answer(RESCHEDULE, NotSent("x"), NOW) == Refused(NOW, RESCHEDULE, Reason.AWAY)
    assert answer(RESCHEDULE, NoAnswer("x"), NOW) == Unanswered(NOW, RESCHEDULE)
