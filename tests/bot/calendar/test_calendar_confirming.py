"""What an appointment is taken for when the calendar refuses to tell of it: never for gone on weak evidence."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import httpx
import pytest
from calendar_asking import NOW, TOKENS, asking, good, refusal

from adapters import Who
from bot.calendar.errors import SPENT
from bot.finding import find
from bot.store.persons import Contact
from bot.tokens import Tokens
from conversations.calls import FindInfo
from conversations.events import Found, Reason, Refused, Unanswered
from conversations.people import OPENS, UNCONFIRMED, Appointment, Person, State

START = NOW + timedelta(days=1)
SHORTLY = timedelta(seconds=1)
APPOINTMENT = Appointment(
    id="a1",
    service="s1",
    service_title="Service",
    start=START,
    end=START + timedelta(minutes=30),
    zone="America/Santiago",
)
CALL = FindInfo("a1")
GONE = refusal(401, f"The {SPENT}.")
OTHERS = {
    "the token is malformed": refusal(401, "jwt malformed"),
    "the token is expired": refusal(401, "jwt expired"),
    "the key is not ours": refusal(401, "invalid signature"),
    "a 401 of a proxy": httpx.Response(401, text="<html>Unauthorized</html>"),
    "a 401 without a word": httpx.Response(401),
    "a firewall": refusal(403, "You don't have access to this path."),
    "not found": refusal(404, "No record found"),
    "undocumented": refusal(422, "Something else"),
    "a bad request": refusal(400, "Something else"),
}


@dataclass
class Clock:
    at: datetime

    def __call__(self) -> datetime:
        return self.at


async def looked_up(
    *script: httpx.Response | Exception,
    at: datetime = NOW,
    tokens: Tokens | None = TOKENS,
    appointment: Appointment = APPOINTMENT,
) -> Found | Refused | Unanswered:
    """The last of the answers, each to a look at the same appointment."""
    contact = Contact(1, "key", Who("crowd", "", "somebody"), Person(appointments=(appointment,)))

    async def tokens_of(_appointment: str) -> Tokens | None:
        return tokens

    async with asking(*script, clock=Clock(at)) as (calendar, _):  # type: ignore[arg-type]
        answers = [await find(CALL, contact, calendar, tokens_of, Clock(at)) for _ in script]
    return answers[-1]


def told_of(start: datetime) -> httpx.Response:
    body = {"id": "1", "startAt": start.isoformat(), "status": "pending"}
    return httpx.Response(200, json=body)


async def test_a_spent_token_means_gone_once_the_appointment_can_be_joined() -> None:
    for at in (START - OPENS, START, APPOINTMENT.end - timedelta(minutes=1, seconds=1)):
        answer = await looked_up(GONE, at=at)
        assert isinstance(answer, Refused)
        assert answer.reason is Reason.TOKEN_SPENT


async def test_before_that_it_may_be_a_calendar_that_does_not_tell_so_early() -> None:
    unconfirmed = replace(APPOINTMENT, status=UNCONFIRMED, holder="")
    for at in (NOW, START - OPENS - SHORTLY):
        assert await looked_up(GONE, at=at) == Found(at, CALL, unconfirmed)


async def test_a_calendar_that_has_told_of_an_appointment_so_early_is_believed() -> None:
    answer = await looked_up(told_of(START), GONE)
    assert isinstance(answer, Refused)
    assert answer.reason is Reason.TOKEN_SPENT


async def test_a_calendar_that_has_told_only_of_what_could_be_joined_is_not() -> None:
    answer = await looked_up(told_of(NOW + OPENS), GONE)
    assert isinstance(answer, Found)


async def test_near_its_end_it_may_be_over_by_the_calendars_clock() -> None:
    at = APPOINTMENT.end - timedelta(minutes=1)
    answer = await looked_up(told_of(START), GONE, at=at)
    assert isinstance(answer, Found)


@pytest.mark.parametrize("refused", OTHERS.values(), ids=OTHERS)
@pytest.mark.parametrize("at", [NOW, START], ids=["early", "at its start"])
async def test_any_other_refusal_says_nothing_of_the_appointment(refused: httpx.Response, at: datetime) -> None:
    answer = await looked_up(told_of(START), refused, at=at)
    assert answer == Found(at, CALL, replace(APPOINTMENT, status=UNCONFIRMED, holder=""))


async def test_who_holds_an_appointment_is_not_forgotten_where_the_calendar_does_not_tell() -> None:
    answer = await looked_up(GONE, appointment=replace(APPOINTMENT, holder="u1"))
    assert isinstance(answer, Found)
    assert isinstance(answer.result, Appointment)
    assert answer.result.holder == "u1"


async def test_no_answer_is_no_refusal() -> None:
    assert isinstance(await looked_up(httpx.Response(200, text="<html>")), Unanswered)


async def test_a_calendar_that_wants_a_rest_is_away() -> None:
    answer = await looked_up(httpx.Response(429, headers={"retry-after": "3600"}))
    assert isinstance(answer, Refused)
    assert answer.reason is Reason.AWAY


async def test_what_was_taken_for_gone_and_is_told_of_stands() -> None:
    answer = await looked_up(httpx.Response(201, text=good("info")), appointment=replace(APPOINTMENT, state=State.GONE))
    assert isinstance(answer, Found)
    assert isinstance(answer.result, Appointment)
    assert answer.result.state is State.BOOKED


async def test_what_was_cancelled_here_is_known_without_asking() -> None:
    cancelled = replace(APPOINTMENT, state=State.CANCELLED)
    assert await looked_up(GONE, tokens=None, appointment=cancelled) == Found(NOW, CALL, cancelled)


async def test_an_appointment_that_is_not_the_persons_is_spent() -> None:
    answer = await looked_up(GONE, appointment=replace(APPOINTMENT, id="another"))
    assert answer == Refused(NOW, CALL, Reason.TOKEN_SPENT)
