"""How long the client waits and what it repeats: reads patiently, writes never once they may have left."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from email.utils import format_datetime

import httpx
import pytest
import stamina
from calendar_asking import CALLS, NOW, READS, WRITES, Clock, asking, do, good

from bot.calendar import CalendarError, NoAnswer, NotSent, Refusal, answer, client
from conversations.events import Reason, Refused, Unanswered

NEVER_LEFT = [httpx.ConnectError("x"), httpx.ConnectTimeout("x"), httpx.PoolTimeout("x")]
IN_DOUBT: list[Exception | httpx.Response] = [
    httpx.ReadTimeout("x"),
    httpx.ReadError("x"),
    httpx.WriteTimeout("x"),
    httpx.WriteError("x"),
    httpx.RemoteProtocolError("x"),
    ConnectionResetError("x"),
    *(httpx.Response(status) for status in (408, 500, 502, 503, 504, 599)),
]


def named(fault: Exception | httpx.Response) -> str:
    return str(fault.status_code) if isinstance(fault, httpx.Response) else type(fault).__name__


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing waits between two tries."""
    monkeypatch.setattr(client, "PAUSES", (0.0, 0.0))
    with stamina.set_testing(True, attempts=client.TRIES, cap=True):
        yield


# Reads


@pytest.mark.parametrize("operation", READS)
@pytest.mark.parametrize("fault", [*NEVER_LEFT, *IN_DOUBT, httpx.Response(429)], ids=named)
async def test_a_read_is_asked_again_until_it_is_answered(operation: str, fault: Exception | httpx.Response) -> None:
    async with asking(fault, fault, httpx.Response(200, text=good(operation))) as (calendar, api):
        await do(calendar, CALLS[operation])
    assert len(api.seen) == 3


@pytest.mark.parametrize("fault", [*NEVER_LEFT, *IN_DOUBT, httpx.Response(429)], ids=named)
async def test_a_read_is_not_asked_for_ever(fault: Exception | httpx.Response) -> None:
    async with asking(fault) as (calendar, api):
        with pytest.raises(CalendarError):
            await do(calendar, CALLS["services"])
    assert len(api.seen) == client.TRIES


@pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 405, 409, 418, 422])
async def test_a_read_that_was_refused_is_not_repeated(status: int) -> None:
    async with asking(httpx.Response(status)) as (calendar, api):
        with pytest.raises(CalendarError):
            await do(calendar, CALLS["info"])
    assert len(api.seen) == 1


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("3", 3), ("0", 0), (format_datetime(NOW + timedelta(seconds=7), usegmt=True), 7), (format_datetime(NOW), 0)],
)
async def test_a_read_waits_as_long_as_it_is_told(monkeypatch: pytest.MonkeyPatch, said: str, seconds: float) -> None:
    waited: list[float] = []
    slept = asyncio.sleep

    async def sleep(delay: float) -> None:
        waited.append(delay)
        await slept(0)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    limited = httpx.Response(429, headers={"retry-after": said})
    with stamina.set_testing(False):
        async with asking(limited, httpx.Response(200, text=good("services"))) as (calendar, _):
            await do(calendar, CALLS["services"])
    assert [delay for delay in waited if delay] == [seconds] * bool(seconds)


@pytest.mark.parametrize("said", ["3600", format_datetime(NOW + timedelta(hours=1), usegmt=True)])
async def test_a_read_told_to_wait_beyond_its_deadline_gives_up_at_once(said: str) -> None:
    async with asking(httpx.Response(429, headers={"retry-after": said})) as (calendar, api):
        with pytest.raises(Refusal) as refused:
            await do(calendar, CALLS["services"])
    assert refused.value.reason is Reason.AWAY
    assert len(api.seen) == 1


@pytest.mark.parametrize("said", ["", "soon", "-1", "1e3", "٣", "Wed, 99 Foo 2023 99:99:99 GMT", "9" * 400])
async def test_a_retry_after_that_says_nothing_is_not_obeyed(said: str) -> None:
    limited = httpx.Response(429, headers={b"retry-after": said.encode()})
    async with asking(limited, httpx.Response(200, text=good("services"))) as (calendar, api):
        await do(calendar, CALLS["services"])
    assert len(api.seen) == 2


# Writes


@pytest.mark.parametrize("operation", WRITES)
@pytest.mark.parametrize("fault", NEVER_LEFT, ids=named)
async def test_a_write_that_never_left_is_repeated(operation: str, fault: Exception) -> None:
    async with asking(fault, fault, httpx.Response(201, text=good(operation))) as (calendar, api):
        await do(calendar, CALLS[operation])
    assert len(api.seen) == 3


@pytest.mark.parametrize("operation", WRITES)
@pytest.mark.parametrize("fault", NEVER_LEFT, ids=named)
async def test_a_write_that_cannot_leave_is_refused_as_away(operation: str, fault: Exception) -> None:
    async with asking(fault) as (calendar, api):
        with pytest.raises(NotSent) as lost:
            await do(calendar, CALLS[operation])
    assert len(api.seen) == 3
    assert answer(CALLS[operation], lost.value, NOW) == Refused(NOW, CALLS[operation], Reason.AWAY)


@pytest.mark.parametrize("operation", WRITES)
@pytest.mark.parametrize("fault", IN_DOUBT, ids=named)
async def test_a_write_that_may_have_arrived_is_in_doubt_and_never_repeated(
    operation: str, fault: Exception | httpx.Response
) -> None:
    async with asking(fault, httpx.Response(201, text=good(operation))) as (calendar, api):
        with pytest.raises(NoAnswer) as lost:
            await do(calendar, CALLS[operation])
    assert len(api.seen) == 1
    assert answer(CALLS[operation], lost.value, NOW) == Unanswered(NOW, CALLS[operation])


@pytest.mark.parametrize("operation", WRITES)
@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 413, 422, 429])
async def test_a_write_that_was_refused_is_not_in_doubt_and_not_repeated(operation: str, status: int) -> None:
    async with asking(httpx.Response(status, headers={"retry-after": "0"})) as (calendar, api):
        with pytest.raises(Refusal) as refused:
            await do(calendar, CALLS[operation])
    assert len(api.seen) == 1
    assert (refused.value.reason is Reason.AWAY) == (status == 429)


@pytest.mark.parametrize("operation", WRITES)
async def test_a_write_that_was_frozen_before_it_left_does_not_leave(operation: str) -> None:
    async with asking(httpx.Response(201, text=good(operation))) as (calendar, api):
        with pytest.raises(NotSent):
            await do(calendar, CALLS[operation], sent_at=NOW - timedelta(seconds=5, milliseconds=1))
        assert api.seen == []
        await do(calendar, CALLS[operation], sent_at=NOW - timedelta(seconds=5))
    assert len(api.seen) == 1


async def test_a_write_that_grows_old_between_two_tries_does_not_leave() -> None:
    clock = Clock()

    def refuse(request: httpx.Request) -> httpx.Response:
        clock.forward(seconds=6)
        raise httpx.ConnectError("x")

    async with asking(refuse, httpx.Response(201, text=good("cancel")), clock=clock) as (calendar, api):
        with pytest.raises(NotSent):
            await do(calendar, CALLS["cancel"])
    assert len(api.seen) == 1


async def test_the_form_with_the_empty_element_does_not_leave_late_either() -> None:
    clock = Clock()

    def refuse(request: httpx.Request) -> httpx.Response:
        clock.forward(seconds=6)
        return httpx.Response(400, json={"message": 'The element "videsk_essential" is required.'})

    async with asking(refuse, httpx.Response(201, text=good("schedule_user")), clock=clock) as (calendar, api):
        with pytest.raises(NotSent):
            await do(calendar, CALLS["schedule_user"])
    assert len(api.seen) == 1


# Answers


async def test_an_answer_larger_than_any_is_not_read_to_its_end() -> None:
    taken = 0

    class Endless(httpx.AsyncByteStream):
        async def __aiter__(self):  # type: ignore[no-untyped-def]
            nonlocal taken
            while True:
                taken += 1
                yield b" " * 65536

    async with asking(lambda request: httpx.Response(200, stream=Endless())) as (calendar, api):
        with pytest.raises(NoAnswer):
            await do(calendar, CALLS["services"])
    assert taken <= client.LARGEST // 65536 + 1
    assert len(api.seen) == 1


@pytest.mark.usefixtures("nobody_waits")
@pytest.mark.parametrize("operation", CALLS)
async def test_an_answer_that_never_ends_is_given_up_at_the_deadline(operation: str) -> None:
    class Dripping(httpx.AsyncByteStream):
        async def __aiter__(self):  # type: ignore[no-untyped-def]
            yield b"["
            await asyncio.Event().wait()

    async with asking(lambda request: httpx.Response(200, stream=Dripping())) as (calendar, api):
        with pytest.raises(NoAnswer):
            await do(calendar, CALLS[operation])
    assert len(api.seen) == 1


@pytest.mark.usefixtures("nobody_waits")
async def test_all_the_requests_of_a_call_share_one_deadline() -> None:
    """Months without a free day are stepped over one by one, each quick enough for itself, and together too slow."""

    async def slow(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(6)
        return httpx.Response(200, json=[])

    async with asking(slow, deadline=10) as (calendar, api):  # type: ignore[arg-type]
        with pytest.raises(NoAnswer):
            await do(calendar, CALLS["service_dates"])
    assert len(api.seen) < 7
