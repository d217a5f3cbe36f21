"""Tokens are credentials: whatever happens, none is found in an error, a log, a repr or an address."""

from __future__ import annotations

import asyncio
import json
import logging
import traceback
from collections.abc import Iterator

import httpx
import pytest
import stamina
from calendar_asking import CALLS, CANARIES, NOW, TOKENS, Answering, asking, do, good
from pydantic import ValidationError

from bot.calendar import CalendarError, client
from bot.calendar.models import Answered, Described, Scheduled, Service, booking_of
from bot.calendar.operations import Asked, Operation

ECHO = json.dumps({canary: canary for canary in CANARIES})
"""An answer that repeats every token, as a debugging proxy might."""


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(client, "PAUSES", (0.0, 0.0))
    with stamina.set_testing(True, attempts=2):
        yield


def failing(error: type[httpx.RequestError]) -> Answering:
    """Fails as httpx does: its errors hold the request, and that holds the token."""

    def fail(request: httpx.Request) -> httpx.Response:
        raise error(f"while sending {request.headers['authorization']}", request=request)

    return fail


def said(error: BaseException | None) -> Iterator[str]:
    """All that can be got out of an error and of those that led to it."""
    if error is not None:
        yield f"{error} {error!r} {error.args} {vars(error)}"
        yield "".join(traceback.format_exception(error))
        yield from said(error.__cause__)
        yield from said(error.__context__)


MISHAPS: list[httpx.Response | Answering] = [
    *(failing(error) for error in (httpx.ConnectError, httpx.ReadTimeout, httpx.RemoteProtocolError, httpx.WriteError)),
    *(httpx.Response(status, text=ECHO) for status in (200, 302, 400, 401, 403, 404, 409, 429, 500)),
    *(httpx.Response(status, json={"message": ECHO, "data": ECHO}) for status in (400, 401, 403, 404, 422)),
    httpx.Response(200, text=ECHO[:-1]),
    httpx.Response(200, json={"actionToken": None, "accessToken": [ECHO], "startAt": ECHO, "data": [ECHO]}),
]


@pytest.mark.parametrize("mishap", MISHAPS, ids=range(len(MISHAPS)))
@pytest.mark.parametrize("operation", CALLS)
async def test_no_error_and_no_log_holds_a_token(
    operation: str,
    mishap: httpx.Response | Answering,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    failure: CalendarError | None = None
    async with asking(mishap) as (calendar, api):
        try:
            await do(calendar, CALLS[operation])
        except CalendarError as error:
            failure = error
    assert failure is None or (failure.__cause__, failure.__context__) == (None, None)
    out, err = capfd.readouterr()
    everything = (
        "".join(said(failure))
        + repr(vars(calendar))
        + caplog.text
        + out
        + err
        + "".join(str(request.url) for request in api.seen)
    )
    assert [canary for canary in CANARIES if canary in everything] == []
    assert api.seen


async def test_a_success_is_logged_without_tokens(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    answer = {**json.loads(good("schedule_user")), "actionToken": CANARIES[1], "joinURL": TOKENS.join_url}
    async with asking(httpx.Response(201, json=answer)) as (calendar, _):
        booking = await do(calendar, CALLS["schedule_user"])
    assert "SCHEDULE_USER: 201" in caplog.text
    assert [canary for canary in CANARIES if canary in caplog.text + repr(booking)] == []


def test_what_holds_tokens_shows_none() -> None:
    booking = booking_of(json.loads(good("schedule_user")), NOW)
    reply = client.Reply(200, good("schedule_user").encode())
    asked = Asked(operation=Operation.CANCEL, body={"cancelReason": CANARIES[0]})
    everything = repr([TOKENS, booking, reply, asked]) + f"{TOKENS} {booking} {reply} {asked}"
    assert booking.tokens.action.startswith("eyJ")
    assert "eyJ" not in everything
    assert [canary for canary in CANARIES if canary in everything] == []


@pytest.mark.usefixtures("nobody_waits")
async def test_a_deadline_holds_no_token() -> None:
    async def hang(request: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        raise AssertionError

    async with asking(hang) as (calendar, _):  # type: ignore[arg-type]
        for operation in CALLS:
            with pytest.raises(CalendarError) as lost:
                await do(calendar, CALLS[operation])
            assert [canary for canary in CANARIES if canary in "".join(said(lost.value))] == []
            assert lost.value.__context__ is None


async def test_the_operator_hears_of_a_wrong_key_and_of_a_token_not_recognised(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with asking(httpx.Response(401, json={"message": "invalid signature"})) as (calendar, _):
        for operation in ("services", "cancel"):
            with pytest.raises(CalendarError):
                await do(calendar, CALLS[operation])
    assert [(record.levelname, record.getMessage().split(":")[0]) for record in caplog.records] == [
        ("ERROR", "SERVICES"),
        ("WARNING", "CANCEL"),
    ]


async def test_the_operator_is_not_troubled_with_an_appointment_that_is_over(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    async with asking(httpx.Response(401, json={"message": "The token is not valid any more."})) as (calendar, _):
        with pytest.raises(CalendarError):
            await do(calendar, CALLS["cancel"])
    assert caplog.records == []


@pytest.mark.parametrize("model", [Scheduled, Service, Described])
def test_what_is_wrong_with_an_answer_is_told_without_it(model: type[Answered]) -> None:
    with pytest.raises(ValidationError) as odd:
        model.model_validate(f"not an object, but {CANARIES[1]}")
    assert CANARIES[1] not in f"{odd.value} {odd.value!r}"
