"""Every error of every operation, in every form in which it may come, becomes one of few named ones.

The cells are made from the page's own pairs of operation and error, and from all that no page tells: status by form of
the body by operation. A cell that nobody has filled fails.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from datetime import timedelta
from email.utils import format_datetime
from itertools import product

import httpx
import pytest
import stamina
from calendar_asking import CALLS, EXAMPLES, NOW, asking, do, example, refusal

from bot.calendar import Calendar, CalendarError, NoAnswer, NotSent, Refusal, answer, client
from conversations.events import Reason, Refused, Unanswered

UNANSWERED = "unanswered"

# Documented: the 29 pairs that the page prints with a body, and for each operation its token refused.

TOKENS_OF_APPOINTMENTS = ("cancel", "reschedule", "info")
OF_A_MONTH = ("service_dates", "user_dates")
PRINTED: Mapping[str, Reason] = {
    "date-is-in-the-past": Reason.DATE_PAST,
    "invalid-date": Reason.DATE_PAST,
    "invalid-timezone": Reason.NOT_ACCEPTED,
    "invalid-time-zone": Reason.NOT_ACCEPTED,
    "invalid-service-id": Reason.SERVICE_GONE,
    "error-in-form-fields-1": Reason.FIELD_REFUSED,
    "error-in-form-fields-2": Reason.FORM_CHANGED,
    "time-unavailable": Reason.HOUR_TAKEN,
    "invalid-cancellation-reason-1": Reason.FIELD_REFUSED,
    "invalid-cancellation-reason-2": Reason.FIELD_REFUSED,
    "cancellation-error": Reason.TOKEN_SPENT,
    "rescheduling-error": Reason.TOKEN_SPENT,
    "expired-appointment": Reason.TOKEN_SPENT,
}
ON_THE_PAGE = [name for name in CALLS if name != "form"]
PAIRS = [
    *(tuple(file.stem.split("-", 2)) for file in sorted(EXAMPLES.glob("*-4??-*.json"))),
    *((operation, "401", "token") for operation in ON_THE_PAGE),
]


def expected_of(operation: str, error: str) -> Reason | None:
    if error == "token":
        return Reason.NOT_ACCEPTED if operation in TOKENS_OF_APPOINTMENTS else Reason.KEY_REFUSED
    if error == "invalid-date" and operation in OF_A_MONTH:
        return Reason.NOT_ACCEPTED
    return PRINTED.get(error)


def test_the_page_has_thirty_nine_pairs_of_operation_and_error() -> None:
    assert len(PAIRS) == len(set(PAIRS)) == 39


@pytest.mark.parametrize(("operation", "status", "error"), PAIRS)
async def test_a_documented_error_says_what_can_be_done(operation: str, status: str, error: str) -> None:
    said = refusal(401, "invalid signature") if error == "token" else None
    body = said or httpx.Response(int(status), text=example(f"{operation}-{status}-{error}"))
    expected = expected_of(operation, error)
    assert expected is not None, "an empty cell"
    async with asking(body) as (calendar, _):
        with pytest.raises(Refusal) as refused:
            await do(calendar, CALLS[operation])
    assert refused.value.reason is expected
    said_to_people = answer(CALLS[operation], refused.value, NOW)
    assert isinstance(said_to_people, Refused)


@pytest.mark.parametrize("reason", sorted(set(Reason) - {Reason.AWAY, Reason.BOOKED_OFTEN, Reason.MANY_COMING}))
def test_every_named_error_comes_from_the_page(reason: Reason) -> None:
    """AWAY is what no page tells, and the other two are our own limits."""
    assert reason in {expected_of(operation, error) for operation, _, error in PAIRS}


# Undocumented


class Slow(httpx.AsyncByteStream):
    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.Event().wait()


class Huge(httpx.AsyncByteStream):
    """Three hundred megabytes, never held at once."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for _ in range(300):
            yield b" " * 1_000_000


def feathers(status: int) -> bytes:
    words = {"name": "Error", "message": "Something", "code": status, "className": "error", "errors": {}}
    return json.dumps(words).encode()


FORMS: Mapping[str, Callable[[int], bytes | httpx.AsyncByteStream]] = {
    "feathers": feathers,
    "html": lambda status: b"<html><body><h1>Bad Gateway</h1></body></html>",
    "empty": lambda status: b"",
    "cut off": lambda status: feathers(status)[:40],
    "not json": lambda status: b"OK, thank you",
    "wrong shape": lambda status: b'{"result": [null, {"ok": true}], "next": 7}',
    "huge": lambda status: Huge(),
    "drip": lambda status: Slow(),
}
IN_SECONDS, AS_A_DATE = "120", format_datetime(NOW + timedelta(seconds=120), usegmt=True)
STATUSES: Mapping[str, tuple[int, Mapping[str, str]]] = {
    **{str(status): (status, {}) for status in (403, 404, 405, 408, 422, 500, 502, 503)},
    "429": (429, {}),
    "429 in seconds": (429, {"retry-after": IN_SECONDS}),
    "429 as a date": (429, {"retry-after": AS_A_DATE}),
}
CELLS = list(product(CALLS, STATUSES, FORMS))


def cell(operation: str, status: str, form: str) -> Reason | str | None:
    """What it should become. None is an empty cell. Where the body never comes whole, the status says it all."""
    ours = operation in TOKENS_OF_APPOINTMENTS
    match status.partition(" ")[0]:
        case "408" | "500" | "502" | "503":
            return UNANSWERED
        case "429":
            return Reason.AWAY
        case "403":
            return Reason.NOT_ACCEPTED if ours else Reason.KEY_REFUSED
        case "404" if operation == "form":
            return Reason.KEY_REFUSED
        case "404" if form == "feathers" and operation not in (*TOKENS_OF_APPOINTMENTS, "services"):
            return Reason.SERVICE_GONE
        case "404" | "405" | "422":
            return Reason.NOT_ACCEPTED
    return None


pytestmark = pytest.mark.usefixtures("nobody_waits")


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(client, "PAUSES", (0.0, 0.0))
    with stamina.set_testing(True, attempts=2, cap=True):
        yield


async def became(operation: str, status: str, form: str) -> Reason | str | None:
    code, headers = STATUSES[status]

    def respond(request: httpx.Request) -> httpx.Response:
        body = FORMS[form](code)
        if isinstance(body, bytes):
            return httpx.Response(code, headers=headers, content=body)
        return httpx.Response(code, headers=headers, stream=body)

    async with asking(respond) as (calendar, _):
        return await _outcome(calendar, operation)


async def _outcome(calendar: Calendar, operation: str) -> Reason | str | None:
    try:
        await do(calendar, CALLS[operation])
    except CalendarError as error:
        match answer(CALLS[operation], error, NOW):
            case Refused(reason=reason):
                return reason
            case Unanswered():
                return UNANSWERED
    return None


@pytest.mark.parametrize("operation", CALLS)
@pytest.mark.parametrize("status", STATUSES)
async def test_an_undocumented_error_is_told_too_whatever_its_body(operation: str, status: str) -> None:
    outcomes = {form: await became(operation, status, form) for form in FORMS}
    expected = {form: cell(operation, status, form) for form in FORMS}
    assert None not in expected.values(), "an empty cell"
    assert outcomes == expected


def test_no_cell_is_empty() -> None:
    assert [each for each in CELLS if cell(*each) is None] == []
    assert len(CELLS) == 11 * 11 * 8


# Successes that are none


# Nothing that the body of a cancellation says is needed: any object will do.
NO_ANSWERS = [
    (operation, form)
    for operation, form in product(CALLS, FORMS)
    if operation != "cancel" or form not in ("wrong shape", "feathers")
]


@pytest.mark.parametrize(("operation", "form"), NO_ANSWERS)
async def test_a_success_in_a_wrong_form_is_no_answer(operation: str, form: str) -> None:

    def respond(request: httpx.Request) -> httpx.Response:
        body = FORMS[form](200)
        return httpx.Response(200, content=body) if isinstance(body, bytes) else httpx.Response(200, stream=body)

    async with asking(respond) as (calendar, _):
        with pytest.raises(NoAnswer):
            await do(calendar, CALLS[operation])


@pytest.mark.parametrize("operation", CALLS)
async def test_what_never_left_is_away(operation: str) -> None:
    async with asking(httpx.ConnectError("x")) as (calendar, _):
        with pytest.raises(NotSent) as lost:
            await do(calendar, CALLS[operation])
    said = answer(CALLS[operation], lost.value, NOW)
    assert isinstance(said, Refused)
    assert said.reason is Reason.AWAY
