"""The misbehaviour of the stand-in, over real connections: what the client sees, and what was committed."""

from __future__ import annotations

import asyncio
import gzip
import json
from datetime import UTC, datetime

import httpx
import pytest
from sandbox_asking import FREE, TODAY, Asking, Clock, asking

from sandbox.calendar import Body, Fault, Operation, Then, Twist, faults
from sandbox.calendar.traffic import WRITES

BROKEN_OFF = (httpx.ReadError, httpx.RemoteProtocolError)


def test_a_write_is_one_of_the_four_that_change_something() -> None:
    assert {"schedule_service", "schedule_user", "cancel", "reschedule"} == WRITES


@pytest.mark.parametrize("commit", [False, True])
@pytest.mark.parametrize("then", [Then.RESET, Then.CLOSE])
async def test_a_connection_breaks_before_or_after_the_commit(then: Then, commit: bool) -> None:
    async with asking() as ask:
        ask.world.faults.add(Fault("schedule_service", then=then, commit=commit))
        with pytest.raises(BROKEN_OFF):
            await ask.book()
        assert len(ask.world.ledger.entries) == commit
        seen = ask.world.traffic.seen[-1]
        assert (seen.status, seen.committed) == (0, commit)
        assert seen.fault == f"{then} {'after' if commit else 'before'} commit"
        assert (await ask.book()).status_code == 201


async def test_a_reset_is_a_real_one() -> None:
    async with asking() as ask:
        ask.world.faults.add(faults.reset("services", commit=False))
        reader, writer = await asyncio.open_connection(*ask.url.removeprefix("http://").split(":"))
        writer.write(b"GET /public/video-contact-center/services HTTP/1.1\r\nhost: x\r\n\r\n")
        with pytest.raises(ConnectionResetError):
            await reader.read()
        writer.close()
        with pytest.raises(ConnectionResetError):
            await writer.wait_closed()


@pytest.mark.parametrize("commit", [False, True])
async def test_a_hanging_request_has_or_has_not_committed(commit: bool) -> None:
    async with asking() as ask:
        ask.world.faults.add(faults.hang("schedule_service", commit=commit))
        hanging = asyncio.create_task(ask.book())
        await ask.until(lambda: bool(ask.world.traffic.seen and ask.world.traffic.seen[-1].fault))
        await ask.until(lambda: len(ask.world.ledger.entries) == commit)
        assert not hanging.done()
        # Others are served meanwhile.
        assert (await ask.get("services")).status_code == 200
        hanging.cancel()
        with pytest.raises(asyncio.CancelledError):
            await hanging


async def test_leaving_breaks_off_what_hangs() -> None:
    async with asking() as ask:
        ask.world.faults.add(faults.hang("*", times=None, commit=False))
        hanging = [asyncio.create_task(ask.get("services")) for _ in range(5)]
        await ask.until(lambda: len(ask.world.traffic.seen) == 5)
        other = httpx.AsyncClient(trust_env=False)
        late = asyncio.create_task(other.get(f"{ask.url}/public/video-contact-center/services"))
        await ask.until(lambda: len(ask.world.traffic.seen) == 6)
    with pytest.raises(BROKEN_OFF):
        await late
    await other.aclose()
    ends = await asyncio.gather(*hanging, return_exceptions=True)
    assert all(isinstance(end, Exception) for end in ends)


@pytest.mark.parametrize("then", [Then.RESET, Then.CLOSE])
async def test_an_answer_is_cut_at_any_byte(then: Then) -> None:
    async with asking() as ask:
        whole = await ask.get("services")
        length = int(whole.headers["content-length"])
        for cut in (1, 16, 17, 40, 200, length):
            ask.world.faults.add(Fault("services", then=then, cut=cut))
            with pytest.raises(BROKEN_OFF):
                await ask.get("services")
        ask.world.faults.add(Fault("services", then=Then.CLOSE, cut=1_000_000))
        assert (await ask.get("services")).json() == whole.json()


async def test_a_cut_answer_was_committed() -> None:
    async with asking() as ask:
        ask.world.faults.add(Fault("writes", then=Then.CLOSE, cut=100))
        with pytest.raises(BROKEN_OFF):
            await ask.book()
        assert len(ask.world.ledger.entries) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 408, 409, 422, 429, 500, 502, 503, 504, 599])
async def test_any_error_can_be_the_answer_and_commits_nothing(status: int) -> None:
    async with asking() as ask:
        ask.world.faults.add(faults.failing("schedule_service", status))
        answer = await ask.book()
        assert answer.status_code == answer.json()["code"] == status
        assert list(answer.json()) == ["name", "message", "code", "className", "errors"]
        assert ask.world.ledger.entries == []


async def test_an_error_may_hide_a_commit() -> None:
    async with asking() as ask:
        ask.world.faults.add(faults.failing("schedule_service", 502, commit=True))
        assert (await ask.book()).status_code == 502
        assert len(ask.world.ledger.entries) == 1


@pytest.mark.parametrize("status", [200, 204])
async def test_another_success_commits(status: int) -> None:
    async with asking() as ask:
        ask.world.faults.add(Fault("schedule_service", status=status))
        answer = await ask.book()
        assert (answer.status_code, bool(answer.content)) == (status, status == 200)
        assert len(ask.world.ledger.entries) == 1


async def test_bodies_break_in_every_way() -> None:
    async with asking() as ask:
        true = (await ask.get("services")).content
        found: dict[Body, bytes] = {}
        for body in (Body.HTML, Body.EMPTY, Body.CUT, Body.NOT_JSON, Body.WRONG_SHAPE):
            ask.world.faults.add(faults.broken("services", body))
            answer = await ask.get("services")
            assert answer.status_code == 200
            assert answer.headers["content-type"] == (
                "text/html" if body is Body.HTML else "application/json; charset=utf-8"
            )
            found[body] = answer.content
        assert found[Body.HTML].startswith(b"<html>")
        assert found[Body.EMPTY] == b""
        assert found[Body.CUT] == true[: len(true) // 2]
        assert json.loads(found[Body.WRONG_SHAPE]).keys().isdisjoint(json.loads(true))
        with pytest.raises(json.JSONDecodeError):
            json.loads(found[Body.NOT_JSON])


@pytest.mark.parametrize("size", [2, 3, 4, 65_536, 65_537, 65_538, 65_539, 65_540, 1_000_001])
async def test_a_huge_body_is_json_of_that_very_size(size: int) -> None:
    async with asking() as ask:
        ask.world.faults.add(Fault("services", body=Body.HUGE, size=size))
        answer = await ask.get("services")
        assert len(answer.content) == size
        if size % 2 or size == 2:
            assert set(answer.json()) <= {0}


async def test_a_dripping_body_comes_whole_in_the_end() -> None:
    async with asking() as ask:
        true = (await ask.get("services", limit="1")).content
        ask.world.faults.add(Fault("services", body=Body.DRIP, pause=0))
        assert (await ask.get("services", limit="1")).content == true


async def test_any_text_and_header_can_be_the_answer() -> None:
    async with asking() as ask:
        ask.world.faults.add(
            Fault("reads", text="é[", status=203, headers={"Content-Type": "text/plain", "X-Odd": "1"})
        )
        answer = await ask.get("services")
        assert (answer.status_code, answer.content) == (203, "é[".encode())
        assert answer.headers.get_list("content-type") == ["text/plain"]
        assert answer.headers["x-odd"] == "1"


async def test_a_body_may_claim_an_encoding() -> None:
    async with asking() as ask:
        ask.world.faults.add(Fault("services", text="no gzip", headers={"content-encoding": "gzip"}))
        with pytest.raises(httpx.DecodingError):
            await ask.get("services")
        assert gzip.compress(b"") != b"no gzip"


async def test_rate_limits_say_when_to_come_back() -> None:
    async with asking() as ask:
        ask.world.faults.add(faults.limited("services", 7))
        ask.world.faults.add(faults.limited("services", datetime(2026, 3, 2, 15, 0, 9, tzinfo=UTC)))
        answers = [await ask.get("services") for _ in range(3)]
        assert [answer.status_code for answer in answers] == [429, 429, 200]
        assert [answer.headers.get("retry-after") for answer in answers] == ["7", "Mon, 02 Mar 2026 15:00:09 GMT", None]


async def test_latency_lets_others_pass() -> None:
    async with asking() as ask:
        ask.world.faults.add(faults.late("services", 3600))
        waiting = asyncio.create_task(ask.get("services"))
        await ask.until(lambda: bool(ask.world.traffic.seen and ask.world.traffic.seen[-1].fault))
        assert (await ask.get("services")).status_code == 200
        assert not waiting.done()
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        ask.world.faults.add(faults.late("services", 0.001))
        assert (await ask.get("services")).status_code == 200
        assert ask.world.traffic.seen[-1].fault == "late 0.001 s"


async def test_faults_strike_in_order_as_often_as_they_say_and_only_whom_they_name() -> None:
    async with asking() as ask:
        ask.world.faults.add(faults.failing("services", 500, times=2), faults.failing("reads", 503, times=None))
        assert [(await ask.get("services")).status_code for _ in range(4)] == [500, 500, 503, 503]
        assert (await ask.book()).status_code == 201
        ask.world.faults.clear("services")
        assert (await ask.get("services")).status_code == 503
        ask.world.faults.clear("reads")
        assert (await ask.get("services")).status_code == 200


async def test_a_fault_may_strike_one_person_only() -> None:
    async with asking() as ask:
        ask.world.faults.add(Fault("schedule_service", times=None, about="two@example.com", status=503))
        ask.world.faults.add(Fault("user_hours", about=ask.world.agent("Six").id, status=500))
        assert (await ask.book()).status_code == 201
        assert (await ask.book(form=ask.form(email="two@example.com"))).status_code == 503
        for lastname, status in (("Nine", 200), ("Six", 500), ("Six", 200)):
            path = f"users/{ask.world.agent(lastname).id}/hours"
            assert (await ask.get(path, date=TODAY, timezone="UTC")).status_code == status


def test_a_fault_that_cannot_be_is_refused() -> None:
    mistakes: tuple[object, ...] = (
        {"operation": "book"},
        {"cut": 5},
        {"status": 99},
        {"bodies": 1},
        {"then": "explode"},
        {"twist": "x"},
        [],
    )
    for wrong in mistakes:
        with pytest.raises(ValueError, match=r"."):
            faults.parse_fault(wrong)
    assert faults.parse_fault({"then": "reset", "body": "html", "twist": "spend"}) == Fault(
        then=Then.RESET, body=Body.HTML, twist=Twist.SPEND
    )


@pytest.mark.parametrize("way", ["service", "user", "reschedule"])
async def test_an_hour_is_stolen_just_before(way: str) -> None:
    async with asking() as ask:
        if way == "reschedule":
            booked = await ask.booked(startAt="2026-03-04T11:00:00.000Z")
        ask.world.faults.add(faults.twisted("writes", Twist.STEAL_HOUR))
        match way:
            case "service":
                answer = await ask.book()
            case "user":
                answer = await ask.book_agent("Six")
            case _:
                answer = await ask.post("schedule/reschedule", {"date": FREE}, booked["actionToken"])
        assert (answer.status_code, answer.json()["message"]) == (409, f'Sorry, the hour "{FREE}" is unavailable.')
        assert ask.world.ledger.double_bookings() == []
        assert ask.world.traffic.seen[-1].fault == "steal_hour"


async def test_a_service_is_removed_just_before() -> None:
    async with asking() as ask:
        path = f"services/{ask.world.service('Quick question').id}/dates"
        ask.world.faults.add(faults.twisted("service_dates", Twist.REMOVE_SERVICE))
        assert (await ask.get(path, date=TODAY, timezone="UTC")).status_code == 404
        gone = ask.world.service("Account opening").id
        ask.world.faults.add(faults.twisted("schedule_user", Twist.REMOVE_SERVICE))
        answer = await ask.book_agent("One", "Account opening", service=gone)
        assert answer.json()["message"] == "A valid service id is required"
        assert (await ask.get("services")).json()["total"] == 21


@pytest.mark.parametrize("twist", [Twist.SPEND, Twist.WITHDRAW])
@pytest.mark.parametrize("operation", ["cancel", "reschedule", "info"])
async def test_a_token_dies_just_before(twist: Twist, operation: str) -> None:
    async with asking() as ask:
        booked = await ask.booked()
        ask.world.faults.add(faults.twisted(operation, twist))
        if operation == "info":
            answer = await ask.get("schedule/info", booked["accessToken"])
        else:
            body = {"date": FREE} if operation == "reschedule" else {}
            answer = await ask.post(f"schedule/{operation}", body, booked["actionToken"])
        assert (answer.status_code, answer.json()["message"]) == (401, "The token is not valid any more.")
        assert len(ask.world.ledger.standing()) == (twist is Twist.SPEND)


async def test_the_form_changes_just_before() -> None:
    async with asking() as ask:
        ask.world.faults.add(faults.twisted("schedule_service", Twist.CHANGE_FORM))
        assert (await ask.book()).json()["message"] == "Some element not as field, please check or try again"
        before = ask.form()
        ask.world.faults.add(faults.twisted("form", Twist.CHANGE_FORM))
        segment = ask.world.service("Quick question").segment
        after = (await ask.get(f"forms/{segment}", version="base")).json()["form"]
        assert {element["_id"] for element in before}.isdisjoint(field["_id"] for field in after)


@pytest.mark.parametrize("operation", list(Operation))
@pytest.mark.parametrize("twist", list(Twist))
async def test_a_twist_that_has_nobody_to_happen_to_changes_nothing(operation: Operation, twist: Twist) -> None:
    paths = {
        Operation.SERVICES: "services",
        Operation.SERVICE_DATES: "services/x/dates",
        Operation.SERVICE_HOURS: "services/x/hours",
        Operation.USER_DATES: "users/x/dates",
        Operation.USER_HOURS: "users/x/hours",
        Operation.SCHEDULE_SERVICE: "schedule/service/x",
        Operation.SCHEDULE_USER: "schedule/user/x",
        Operation.CANCEL: "schedule/cancel",
        Operation.RESCHEDULE: "schedule/reschedule",
        Operation.INFO: "schedule/info",
        Operation.FORM: "forms/x",
    }
    reads = (Operation.INFO, Operation.FORM)
    async with asking() as ask:
        ask.world.faults.add(faults.twisted(operation, twist))
        body = {"startAt": FREE, "date": FREE, "service": []}
        if operation in WRITES:
            answer = await ask.post(paths[operation], body)
        else:
            answer = await ask.get(paths[operation])
        assert ask.world.traffic.seen[-1].operation == operation
        assert answer.status_code < 500
        assert ask.world.faults.waiting == []
        assert ask.world.ledger.entries == []
        assert len(ask.world.services) == 23
        assert operation in reads or answer.status_code in (200, 400, 401, 404)


@pytest.mark.parametrize("raw", [b"{", b"[]", b""])
async def test_a_twist_bears_with_any_body(raw: bytes) -> None:
    async with asking() as ask:
        ask.world.faults.add(faults.twisted("writes", Twist.STEAL_HOUR))
        path = f"/public/video-contact-center/schedule/service/{ask.world.service('Quick question').id}"
        headers = {"authorization": f"Bearer {ask.world.api_token()}", "content-type": "application/json"}
        assert (await ask.http.post(path, content=raw, headers=headers)).status_code == 400


async def test_over_the_cap_requests_are_turned_away_until_the_second_is_over() -> None:
    now = [100.0]
    async with asking(requests_per_second=3, tick=lambda: now[0]) as ask:
        assert [(await ask.get("services")).status_code for _ in range(5)] == [200, 200, 200, 429, 429]
        refused = await ask.get("services")
        assert refused.json()["name"] == "TooManyRequests"
        assert refused.headers["retry-after"] == "1"
        now[0] = 100.5
        assert (await ask.get("services")).status_code == 429
        now[0] = 101.0
        assert [(await ask.get("services")).status_code for _ in range(4)] == [200, 200, 200, 429]
        assert ask.world.traffic.by_second() == {0: 7, 1: 4}
        assert ask.world.traffic.busiest_second() == 7
        assert ask.world.traffic.by_status == {200: 6, 429: 5}


async def test_the_busiest_second_may_begin_anywhere() -> None:
    now = [0.0]
    async with asking(tick=lambda: now[0]) as ask:
        for now[0] in (0.0, 0.6, 0.9, 1.1, 1.5, 1.6, 3.0):
            await ask.get("services")
        assert ask.world.traffic.busiest_second() == 4
        assert ask.world.traffic.by_second() == {0: 3, 1: 3, 3: 1}


async def test_half_a_character_breaks_nothing() -> None:
    async with asking(Clock()) as ask:
        await half_a_character(ask)
        ledger = (await ask.http.get("/_sandbox/ledger")).json()
        assert "\ud83d" in ledger["entries"][0]["form"].values()


async def half_a_character(ask: Asking) -> None:
    raw = json.dumps(ask.wish(form=ask.form(firstname="\ud83d"), referrer="https://example.com/\ud83d"))
    headers = {"authorization": f"Bearer {ask.world.api_token()}", "content-type": "application/json"}
    path = f"/public/video-contact-center/schedule/service/{ask.world.service('Quick question').id}"
    answer = await ask.http.post(path, content=raw, headers=headers)
    assert answer.status_code == 201
    assert "\ud83d" in answer.json()["joinURL"]
