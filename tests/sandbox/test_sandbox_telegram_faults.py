"""Misbehaviour of the stand-in Telegram on demand, and its control from another process."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from threading import Thread
from typing import Any

import httpx
import pytest
from telegram_playing import Playing, client, playing

from sandbox.telegram import Body, Fault, Then, World, running
from sandbox.telegram.__main__ import main
from sandbox.telegram.faults import parse_fault


@pytest.fixture
async def play() -> AsyncIterator[Playing]:
    async with playing() as playing_now:
        yield playing_now


async def send(play: Playing, text: str = "Hello") -> httpx.Response:
    return await play.http.post(f"/bot{play.world.token}/sendMessage", json={"chat_id": play.person.id, "text": text})


@pytest.mark.parametrize("commit", [True, False])
@pytest.mark.parametrize("then", [Then.RESET, Then.CLOSE])
async def test_a_connection_breaks_before_or_after_the_act(play: Playing, then: Then, commit: bool) -> None:
    play.world.faults.add(Fault("sendMessage", then=then, commit=commit))
    with pytest.raises(httpx.TransportError):
        await send(play)
    (request,) = play.world.ledger.of("sendMessage")
    assert (request.status, request.committed) == (0, commit)
    assert request.fault == f"{then} {'after' if commit else 'before'} commit"
    assert (play.person.screen is not None) is commit


@pytest.mark.usefixtures("nobody_waits")
async def test_a_request_hangs_until_the_client_gives_up(play: Playing) -> None:
    play.world.faults.add(Fault("getUpdates", then=Then.HANG))
    play.person.writes("Hello")
    with pytest.raises(httpx.ReadTimeout):
        await play.http.post(f"/bot{play.world.token}/getUpdates", timeout=5)
    assert len(await play.updates()) == 1


async def test_an_answer_comes_in_part_and_then_no_more(play: Playing) -> None:
    play.world.faults.add(Fault("sendMessage", then=Then.CLOSE, cut=200))
    with pytest.raises(httpx.RemoteProtocolError):
        await send(play)
    assert play.person.screen is not None


async def test_bodies_are_broken(play: Playing) -> None:
    play.world.faults.add(
        Fault("sendMessage", body=Body.HTML, status=502),
        Fault("sendMessage", body=Body.NOT_JSON),
        Fault("sendMessage", body=Body.EMPTY),
        Fault("sendMessage", text='{"ok":true}'),
    )
    answers = [await send(play) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [502, 200, 200, 200]
    assert [answer.text[:6] for answer in answers] == ["<html>", "OK, th", "", '{"ok":']
    assert len(play.person.chat) == 4


async def test_a_fault_strikes_whom_it_is_meant_for(play: Playing) -> None:
    other = play.world.person()
    other.starts()
    play.world.faults.add(Fault("sends", chat=other.id, retry_after=9), Fault("*", about="dentist", status=503))
    assert (await play.call("sendMessage", chat_id=play.person.id, text="x"))["ok"]
    told = await play.call("sendMessage", chat_id=other.id, text="x")
    assert told["parameters"] == {"retry_after": 9}
    assert (await play.call("sendMessage", chat_id=other.id, text="x"))["ok"]
    assert (await play.call("sendMessage", chat_id=other.id, text="The dentist"))["error_code"] == 503
    assert play.complaints == []


async def test_a_fault_strikes_as_often_as_it_shall(play: Playing) -> None:
    play.world.faults.add(Fault("sends", 2, status=400, description="Bad Request: chat not found"))
    assert [(await send(play)).status_code for _ in range(3)] == [400, 400, 200]
    play.world.faults.add(Fault("*", None, status=500))
    assert [(await send(play)).status_code for _ in range(3)] == [500, 500, 500]
    play.world.faults.clear()
    assert (await send(play)).status_code == 200


@pytest.mark.usefixtures("nobody_waits")
async def test_a_late_answer_is_carried_out_all_the_same(play: Playing) -> None:
    play.world.faults.add(Fault("sendMessage", latency=10))
    with pytest.raises(httpx.ReadTimeout):
        await play.http.post(
            f"/bot{play.world.token}/sendMessage", json={"chat_id": play.person.id, "text": "x"}, timeout=5
        )
    assert (await play.person.sees("x")).text == "x"


@pytest.mark.parametrize("raw", [{"methd": "x"}, {"then": "explode"}, [], {"cut": 5}, {"status": 200}])
def test_a_fault_that_is_none_is_refused(raw: object) -> None:
    with pytest.raises(ValueError, match=r"fault|valid|cut|status"):
        parse_fault(raw)


# From another process


async def control(play: Playing, method: str, path: str, body: Any = None) -> Any:
    answer = await play.http.request(method, f"/_sandbox/telegram/{path}", json=body)
    assert answer.status_code in (200, 204), answer.text
    return answer.json() if answer.content else None


async def test_people_are_led_over_http(play: Playing) -> None:
    person = (await control(play, "POST", "people", {"language_code": "en"}))["id"]
    await control(play, "POST", f"people/{person}/starts", {"payload": "s-1"})
    markup = {"inline_keyboard": [[{"text": "A", "callback_data": "a"}]]}
    sent = await play.call("sendMessage", chat_id=person, text="Which?", reply_markup=markup)
    seen = await control(play, "POST", "sees", {"person": person, "text": "Which"})
    assert (seen["id"], seen["rows"]) == (sent["result"]["message_id"], [[{"label": "A", "data": "a", "url": None}]])
    query = (await control(play, "POST", f"people/{person}/presses", {"what": "A", "message": seen["id"]}))["query"]
    assert (await control(play, "GET", f"presses/{query}"))["answered"] is False
    await play.call("answerCallbackQuery", callback_query_id=query, text="Done")
    assert (await control(play, "GET", f"presses/{query}"))["toast"] == "Done"
    group = (await control(play, "POST", "groups", {"members": [person]}))["id"]
    await control(play, "POST", f"people/{person}/writes", {"text": "/start", "group": group})
    moved = (await control(play, "POST", f"groups/{group}/becomes_supergroup"))["id"]
    assert (await control(play, "GET", f"groups/{moved}"))["kind"] == "supergroup"
    assert len((await control(play, "GET", f"people/{person}"))["chat"]) == 2
    assert len((await control(play, "GET", "updates"))["pending"]) == 7


async def test_the_rest_of_the_world_is_led_over_http(play: Playing) -> None:
    await control(play, "POST", "faults", [{"method": "sends", "retry_after": 3}, {"status": 500}])
    assert len(await control(play, "GET", "faults")) == 2
    await control(play, "DELETE", "faults")
    await control(play, "POST", "flood", {"seconds": 60})
    assert (await play.call("sendMessage", chat_id=play.person.id, text="x"))["error_code"] == 429
    await control(play, "POST", "forward", {"seconds": 61})
    await play.says("x", nonsense=1)
    assert await control(play, "GET", "complaints") == [
        {"method": "sendMessage", "text": "no parameter is called nonsense"}
    ]
    assert (await control(play, "GET", "requests"))["byMethod"] == {"sendMessage": 2}
    await control(play, "DELETE", "requests")
    await control(play, "DELETE", "complaints")
    assert (await control(play, "GET", "requests"))["requests"] == []
    raw = await control(play, "POST", "raw", {"update": {"message": {}}})
    await play.updates(raw["update_id"] + 1)
    assert await control(play, "POST", "redeliver") == raw
    assert (await control(play, "GET", "world"))["token"] == play.world.token
    assert (await control(play, "GET", "webhook"))["url"] == ""
    assert (await control(play, "GET", "profile"))["commands"] == []


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("people/1/writes", {"text": "x"}),
        ("people/5000000001/dances", {}),
        ("people/5000000001/writes", {}),
        ("people/5000000001/presses", {"what": "x"}),
        ("groups/5/kicks_bot", {}),
        ("faults", {"x": 1}),
        ("redeliver", {}),
        ("raw", []),
        ("sees", {"person": 5000000001, "text": "x", "seconds": 0.01}),
    ],
)
async def test_mistakes_of_a_test_are_told(path: str, body: Any) -> None:
    async with playing() as play:
        play.world.updates.confirmed.clear()
        answer = await play.http.post(f"/_sandbox/telegram/{path}", json=body)
        assert (answer.status_code, list(answer.json())) == (400, ["error"])


# In a thread, and as a process


def test_it_runs_in_a_thread_beside_a_synchronous_test() -> None:
    world = World()
    person = world.person()
    with running(world) as url, httpx.Client(base_url=url, trust_env=False, verify=False) as http:
        person.starts()
        polled = []

        def poll() -> None:
            polled.append(http.get(f"/bot{world.token}/getUpdates", params={"timeout": 20, "offset": -1}).json())

        thread = Thread(target=poll)
        thread.start()
        world.wait(lambda: world.polls)
        http.post(f"/bot{world.token}/sendMessage", data={"chat_id": person.id, "text": "Hello"})
        world.wait(lambda: person.screen)
        thread.join()
        assert polled[0]["result"][0]["message"]["text"] == "/start"
        with pytest.raises(TimeoutError):
            world.wait(lambda: False, 0.01)


def test_as_a_process_it_says_how_it_is_reached_and_ends_when_told() -> None:
    command = [sys.executable, "-m", "sandbox.telegram", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=dict(os.environ)) as process:
        assert process.stdout is not None
        said = dict(process.stdout.readline().strip().split("=", 1) for _ in range(2))
        answer = httpx.get(f"{said['TELEGRAM_API_URL']}/bot{said['TELEGRAM_BOT_TOKEN']}/getMe", trust_env=False)
        assert answer.json()["result"]["username"] == "booking_sandbox_bot"
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


def test_a_port_that_is_taken_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with running(World()) as url:
        assert main(["--port", url.rpartition(":")[2]]) == 1
    assert "can't listen on 127.0.0.1" in capsys.readouterr().err


async def test_two_hundred_people_at_once(play: Playing) -> None:
    people = [play.world.person() for _ in range(200)]
    for person in people:
        person.starts()
    read = await play.updates(timeout=5, limit=100)
    read += await play.updates(read[-1]["update_id"] + 1)
    assert len(read) == 200
    async with client(play.url) as http:
        sent = [
            http.post(f"/bot{play.world.token}/sendMessage", json={"chat_id": person.id, "text": "Hello"})
            for person in people
        ]
        answers = await asyncio.gather(*sent)
    assert {answer.status_code for answer in answers} == {200}
    assert all(person.screen for person in people)
