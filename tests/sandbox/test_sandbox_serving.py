"""How the stand-in is started, driven from another process, and stopped."""

from __future__ import annotations

import asyncio
import signal
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from sandbox_asking import FREE, NOW, Asking, Clock, asking

from sandbox.__main__ import main
from sandbox.calendar import World, app
from sandbox.calendar.faults import hang
from sandbox.serving import running, serving

ROOT = Path(__file__).parents[2]


async def drive(ask: Asking, what: str, body: Any = None, method: str = "POST") -> httpx.Response:
    return await ask.http.request(method, f"/_sandbox/{what}", json=body)


async def look(ask: Asking, what: str) -> Any:
    return (await ask.http.get(f"/_sandbox/{what}")).json()


async def test_another_process_reads_the_ledger_and_the_requests() -> None:
    async with asking() as ask:
        booked = await ask.booked()
        ledger = await look(ask, "ledger")
        assert ledger["doubleBookings"] == []
        assert [(entry["deed"], entry["startAt"], entry["request"]) for entry in ledger["entries"]] == [
            ("booked", FREE, 1)
        ]
        await ask.booked()
        assert len((await look(ask, "ledger"))["doubleBookings"]) == 1
        requests = await look(ask, "requests")
        assert requests["total"] == requests["busiestSecond"] == 2
        assert requests["byOperation"] == {"schedule_service": 2}
        assert requests["byStatus"] == {"201": 2}
        assert [one["committed"] for one in requests["requests"]] == [True, True]
        live = {one["actionToken"] for one in await look(ask, "appointments")}
        assert booked["actionToken"] in live
        assert (await look(ask, "mail"))[0] == booked
        assert (await drive(ask, "requests", method="DELETE")).status_code == 204
        assert (await look(ask, "requests"))["total"] == 0
        assert (await ask.get("services")).status_code == 200
        assert (await look(ask, "requests"))["requests"][0]["number"] == 3


async def test_another_process_learns_what_is_offered() -> None:
    async with asking() as ask:
        world = await look(ask, "world")
        assert world["apiToken"] == ask.world.api_token()
        assert world["now"] == "2026-03-02T15:00:00.000Z"
        assert len(world["services"]) == 23
        assert world["agents"][0]["lastname"] == "One"
        assert world["formSegments"] == ask.world.form_segments()


async def test_another_process_sets_and_clears_faults() -> None:
    async with asking() as ask:
        assert (await drive(ask, "faults", {"operation": "services", "status": 500, "times": None})).status_code == 204
        assert (
            await drive(ask, "faults", [{"operation": "info", "then": "reset"}, {"twist": "spend"}])
        ).status_code == 204
        waiting = await look(ask, "faults")
        assert [fault["operation"] for fault in waiting] == ["services", "info", "*"]
        assert (await ask.get("services")).status_code == 500
        assert (await drive(ask, "faults", {"operation": "info"}, "DELETE")).status_code == 204
        assert len(await look(ask, "faults")) == 2
        assert (await drive(ask, "faults", method="DELETE")).status_code == 204
        assert await look(ask, "faults") == []
        assert (await ask.get("services")).status_code == 200


async def test_another_process_lets_things_happen() -> None:
    async with asking() as ask:
        service, six = ask.world.service("Quick question"), ask.world.agent("Six").id
        later, after = "2026-03-04T11:00:00.000Z", "2026-03-04T11:20:00.000Z"
        assert (await drive(ask, "steal", {"agent": six, "startAt": FREE})).status_code == 204
        assert (await ask.book_agent("Six")).status_code == 409
        booked = (await ask.book_agent("Nine")).json()
        assert (await drive(ask, "steal", {"service": service.id, "startAt": later})).status_code == 204
        assert (await ask.book(startAt=later)).status_code == 409
        assert (await drive(ask, "block", {"agent": six, "startAt": later, "endAt": after})).status_code == 204
        assert (await ask.book_agent("Six", startAt="2026-03-04T11:15:00.000Z")).status_code == 409
        appointment = {"appointment": ask.appointment.id}
        assert (await drive(ask, "spend-tokens", appointment)).status_code == 204
        assert (await ask.get("schedule/info", booked["accessToken"])).status_code == 401
        assert (await drive(ask, "withdraw", appointment)).status_code == 204
        assert (await look(ask, "ledger"))["entries"][-1]["deed"] == "withdrawn"
        form = ask.form()
        assert (await drive(ask, "change-form", {"segment": service.segment})).status_code == 204
        assert (await ask.book(form=form)).status_code == 400
        assert (await drive(ask, "remove-service", {"service": service.id})).status_code == 204
        assert (await ask.get("services")).json()["total"] == 22
        assert (await drive(ask, "forward", {"seconds": 86400})).status_code == 204
        assert (await look(ask, "world"))["now"] == "2026-03-03T15:00:00.000Z"
        assert (await drive(ask, "revoke")).status_code == 204
        assert (await ask.get("services")).status_code == 403
        assert (await drive(ask, "revoke", {"revoked": False})).status_code == 204
        assert (await drive(ask, "limit", {"requests_per_second": 1})).status_code == 204
        statuses = {(await ask.get("services")).status_code for _ in range(50)}
        assert statuses == {200, 429}


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("faults", {"operation": "nothing"}),
        ("faults", {"surprise": 1}),
        ("faults", 5),
        ("steal", {"agent": "x"}),
        ("steal", {"service": "x", "startAt": FREE}),
        ("steal", {"agent": "x", "startAt": "soon"}),
        ("block", {"agent": "x", "startAt": FREE, "endAt": "soon"}),
        ("spend-tokens", {"appointment": "x"}),
        ("withdraw", {}),
        ("change-form", {"segment": "x"}),
        ("forward", {"seconds": "many"}),
        ("limit", {}),
        ("revoke", [1]),
        ("block", {"agent": "x", "startAt": FREE, "endAt": FREE}),
    ],
)
async def test_a_mistake_in_driving_is_told(what: str, body: Any) -> None:
    async with asking() as ask:
        answer = await drive(ask, what, body)
        assert answer.status_code == 400
        assert answer.json()["error"]


async def test_driving_is_touched_by_no_fault_and_no_limit() -> None:
    async with asking(requests_per_second=1) as ask:
        ask.world.faults.add(hang("*", times=None, commit=False))
        for _ in range(5):
            assert await look(ask, "faults")
        assert ask.world.traffic.total == 0


async def test_it_can_be_asked_without_a_socket() -> None:
    world = World(Clock())
    headers = {"authorization": f"Bearer {world.api_token()}", "content-type": "application/json"}
    transport = httpx.ASGITransport(app(world))
    async with httpx.AsyncClient(transport=transport, base_url="http://calendar", headers=headers) as client:
        assert (await client.get("/public/video-contact-center/services")).json()["total"] == 23
        await client.post("/_sandbox/faults", json={"then": "reset"})
        with pytest.raises(ConnectionResetError):
            await client.get("/public/video-contact-center/services")
        await client.post("/_sandbox/faults", json={"then": "hang"})
        hanging = asyncio.create_task(client.get("/public/video-contact-center/services"))
        while world.traffic.total != 2:
            await client.get("/_sandbox/faults")
        assert not hanging.done()
        hanging.cancel()
        await asyncio.gather(hanging, return_exceptions=True)


def test_it_runs_in_a_thread() -> None:
    world = World()
    with running(world) as url, httpx.Client(base_url=url, trust_env=False) as client:
        assert client.get("/_sandbox/world").json()["apiToken"] == world.api_token()
        world.faults.add(hang("*", commit=False))
    with pytest.raises(httpx.ConnectError):
        httpx.get(url, trust_env=False)


def test_a_port_that_is_taken_is_told_to_whoever_starts_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match=str(port)), running(World(), port=port):
            pass


def test_the_command_says_when_it_cannot_listen(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["--port", str(port)]) == 1
    printed = capsys.readouterr()
    assert (printed.out, printed.err.startswith(f"sandbox: can't listen on 127.0.0.1:{port}: ")) == ("", True)


def days_of(lastname: str, month: str, world: Any, settings: dict[str, str]) -> Any:
    agent = next(each["_id"] for each in world["agents"] if each["lastname"] == lastname)
    return httpx.get(
        f"{settings['VIDESK_API_URL']}/public/video-contact-center/users/{agent}/dates",
        params={"date": f"{month}T12:00:00.000Z", "timezone": "UTC"},
        headers={"Authorization": f"Bearer {settings['VIDESK_API_TOKEN']}", "Content-Type": "application/json"},
        trust_env=False,
    ).json()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_the_command_prints_what_a_client_needs_and_stops_when_told(how: signal.Signals) -> None:
    command = [
        sys.executable,
        "-m",
        "sandbox",
        "--port",
        "0",
        "--now",
        "2026-09-01T12:00:00Z",
        "--requests-per-second",
        "9",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        settings = dict(process.stdout.readline().strip().split("=", 1) for _ in range(4))
        assert list(settings) == ["VIDESK_API_URL", "VIDESK_API_TOKEN", "VIDESK_REFERRER", "VIDESK_FORM_SEGMENT"]
        world = httpx.get(settings["VIDESK_API_URL"] + "/_sandbox/world", trust_env=False).json()
        assert world["apiToken"] == settings["VIDESK_API_TOKEN"] == World().api_token()
        assert world["formSegments"] == settings["VIDESK_FORM_SEGMENT"] == World().form_segments()
        assert world["now"].startswith("2026-09-01T12:")
        assert not days_of("Seven", "2026-10-01", world, settings), "on leave in the coming month"
        assert days_of("Seven", "2026-11-01", world, settings)
        process.send_signal(how)
        rest, complaints = process.communicate(timeout=60)
        assert (process.returncode, rest, complaints) == (0, "", "")


async def test_no_task_is_left_behind() -> None:
    before = len(asyncio.all_tasks())
    async with serving(World()) as url, httpx.AsyncClient(base_url=url, trust_env=False) as client:
        await client.get("/_sandbox/world")
    assert len(asyncio.all_tasks()) == before


async def test_answers_carry_the_date_of_the_world() -> None:
    async with asking() as ask:
        assert (await ask.get("services")).headers["date"] == "Mon, 02 Mar 2026 15:00:00 GMT"
        assert datetime(2026, 3, 2, 15, tzinfo=UTC) == NOW
