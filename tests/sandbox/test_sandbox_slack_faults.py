"""Misbehaviour of the stand-in Slack on demand, and its control from another process."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from threading import Thread
from typing import Any

import httpx
import pytest
from slack_playing import Playing, actions, bolt, button, modal, playing, question, section
from slack_sdk.errors import SlackApiError

from sandbox.slack import Body, Fault, Pace, Then, World, running
from sandbox.slack import __main__ as command_line
from sandbox.slack.__main__ import main
from sandbox.slack.faults import parse_fault


@pytest.fixture
async def play() -> AsyncIterator[Playing]:
    async with playing() as playing_now:
        yield playing_now


async def send(play: Playing, text: str = "Hello", **arguments: Any) -> httpx.Response:
    form = {"channel": play.person.id, "text": text, "token": play.world.token, **arguments}
    return await play.http.post("/api/chat.postMessage", data=form)


# Faults


async def test_too_many_requests_say_when_to_come_again(play: Playing) -> None:
    play.world.faults.add(Fault("chat.postMessage", retry_after=7))
    told = await send(play)
    assert (told.status_code, told.headers["retry-after"]) == (429, "7")
    assert told.json() == {"ok": False, "error": "ratelimited"}
    assert (await send(play)).json()["ok"]
    assert len(play.person.messages) == 1
    assert play.complaints == []


async def test_the_sdk_raises_what_is_limited(play: Playing) -> None:
    play.world.faults.add(Fault("chat", retry_after=7))
    with pytest.raises(SlackApiError) as raised:
        await play.client.chat_postMessage(channel=play.person.id, text="x")
    assert raised.value.response.status_code == 429
    assert raised.value.response.headers["Retry-After"] == "7"


@pytest.mark.parametrize("by", ["id", "dm"])
async def test_a_fault_strikes_one_channel(play: Playing, by: str) -> None:
    other = play.world.person()
    await play.says()
    play.world.faults.add(Fault("chat.postMessage", None, getattr(play.person, by), retry_after=1))
    place = play.person.id if by == "id" else play.person.dm
    assert (await send(play, channel=place)).status_code == 429
    assert (await send(play, channel=other.id)).status_code == 200


async def test_a_fault_strikes_one_person_whatever_is_asked_about_them(play: Playing) -> None:
    view = await play.opens()
    play.world.faults.add(Fault("*", None, user=play.person.id, error="fatal_error"))
    other = play.world.person()
    for method, arguments in (
        ("chat.postMessage", {"channel": play.person.id, "text": "x"}),
        ("views.update", {"view_id": view["id"], "view": modal()}),
        ("views.open", {"trigger_id": play.trigger(), "view": modal()}),
        ("users.info", {"user": play.person.id}),
    ):
        assert await play.refused(method, **arguments) == "fatal_error"
    await play.ok("users.info", user=other.id)


async def test_a_fault_strikes_what_it_is_about(play: Playing) -> None:
    play.world.faults.add(Fault("writes", about="dentist", status=503), Fault("reads", error="internal_error"))
    assert (await send(play, "Hairdresser")).status_code == 200
    assert (await send(play, "The dentist")).status_code == 503
    assert await play.refused("users.info", user=play.person.id) == "internal_error"
    assert [request.fault for request in play.world.ledger.requests] == ["", "503", "internal_error, 200"]


async def test_an_error_of_slacks_own_changes_nothing(play: Playing) -> None:
    view = await play.opens(section("One"))
    play.world.faults.add(Fault("views.update", error="hash_conflict"))
    told = {"view_id": view["id"], "view": modal(section("Two"))}
    assert await play.refused("views.update", **told) == "hash_conflict"
    assert play.modal.text == "One"
    await play.ok("views.update", **told)


@pytest.mark.parametrize("commit", [True, False])
@pytest.mark.parametrize("then", [Then.RESET, Then.CLOSE])
async def test_a_connection_breaks_before_or_after_the_act(play: Playing, then: Then, commit: bool) -> None:
    play.world.faults.add(Fault("chat.postMessage", then=then, commit=commit))
    with pytest.raises(httpx.TransportError):
        await send(play)
    (request,) = play.world.ledger.of("chat.postMessage")
    assert (request.status, request.committed) == (0, commit)
    assert len(play.person.messages) == commit


@pytest.mark.usefixtures("nobody_waits")
async def test_a_request_hangs_until_the_client_gives_up(play: Playing) -> None:
    play.world.faults.add(Fault("users", then=Then.HANG))
    with pytest.raises(httpx.ReadTimeout):
        await play.http.get(f"/api/users.info?user={play.person.id}", timeout=5)


@pytest.mark.usefixtures("nobody_waits")
async def test_a_late_answer_is_carried_out_all_the_same(play: Playing) -> None:
    play.world.faults.add(Fault("chat.postMessage", latency=10))
    with pytest.raises(httpx.ReadTimeout):
        await play.http.post(
            "/api/chat.postMessage",
            data={"channel": play.person.id, "text": "x", "token": play.world.token},
            timeout=5,
        )
    assert (await play.person.sees("x")).text == "x"


async def test_bodies_are_broken(play: Playing) -> None:
    play.world.faults.add(
        Fault("chat", body=Body.HTML, status=502),
        Fault("chat", body=Body.NOT_JSON),
        Fault("chat", body=Body.EMPTY),
        Fault("chat", text='{"ok":true}'),
    )
    answers = [await send(play) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [502, 200, 200, 200]
    assert [answer.text[:6] for answer in answers] == ["<html>", "OK, th", "", '{"ok":']
    assert len(play.person.messages) == 3


async def test_response_urls_fail_too(play: Playing) -> None:
    play.world.faults.add(Fault("response_url", status=500))
    url = play.person.commands("/book").response_url
    assert (await play.http.post(url, json={"text": "x"})).status_code == 500
    assert (await play.http.post(url, json={"text": "x"})).status_code == 200


@pytest.mark.parametrize("raw", [{"methd": "x"}, {"then": "explode"}, [], {"cut": 5}, {"status": 200}])
def test_a_fault_that_is_none_is_refused(raw: object) -> None:
    with pytest.raises(ValueError, match=r"fault|valid|cut|status"):
        parse_fault(raw)


async def test_posts_are_counted(play: Playing) -> None:
    other = play.world.person()
    for person in (play.person, play.person, other):
        await play.says(channel=person.id)
    await play.refused("chat.postMessage", channel="C0", text="x")
    ledger = play.world.ledger
    assert (ledger.count("chat.postMessage"), ledger.busiest(60)) == (4, 3)
    assert ledger.busiest(60, other.id) == 1
    assert ledger.requests[-1].error == "channel_not_found"


async def test_a_second_post_to_a_channel_within_a_second_is_too_much() -> None:
    async with playing(pace=Pace(), tick=lambda: 0.0) as play:
        other = play.world.person()
        assert [(await send(play)).status_code for _ in range(2)] == [200, 429]
        assert (await send(play, channel=play.person.dm)).headers["retry-after"] == "1"
        assert (await send(play, channel=other.id)).status_code == 200


async def test_a_workspace_takes_so_many_posts_a_minute() -> None:
    ticks = iter(range(0, 1000, 2))
    async with playing(pace=Pace(per_team=3), tick=lambda: float(next(ticks))) as play:
        assert [(await send(play)).status_code for _ in range(4)] == [200, 200, 200, 429]


@pytest.mark.parametrize(("method", "most"), [("users.info", 100), ("conversations.open", 50)])
async def test_a_method_has_its_tier(method: str, most: int) -> None:
    async with playing(pace=Pace(), tick=lambda: 0.0) as play:
        form = {"token": play.world.token, "user": play.person.id, "users": play.person.id}
        answers = [await play.http.post(f"/api/{method}", data=form) for _ in range(most + 1)]
        assert [answer.status_code for answer in answers] == [200] * most + [429]
        assert answers[-1].headers["retry-after"] == "60"
        assert (await send(play)).status_code == 200


@pytest.mark.parametrize("whom", ["everybody", "person", "channel"])
async def test_a_flood_lasts_until_it_is_over(play: Playing, whom: str) -> None:
    other = play.world.person()
    await send(play)
    channel = {"everybody": None, "person": play.person.id, "channel": play.person.dm}[whom]
    play.world.flood(30, channel)
    assert (await send(play)).headers["retry-after"] == "30"
    assert (await send(play, channel=other.id)).status_code == (429 if whom == "everybody" else 200)
    play.clock.forward(seconds=20)
    assert (await send(play)).headers["retry-after"] == "10"
    play.clock.forward(seconds=10)
    assert (await send(play)).status_code == 200


# From another process


async def control(play: Playing, method: str, path: str, body: Any = None, status: int = 200) -> Any:
    answer = await play.http.request(method, f"/_sandbox/slack/{path}", json=body)
    assert answer.status_code in (status, 204), answer.text
    return answer.json() if answer.content else None


async def test_people_are_led_over_http(play: Playing) -> None:
    person = await control(play, "POST", "people", {"locale": "en-US", "real_name": "Person Two"})
    async with bolt(play) as app:

        @app.command("/book")
        async def book(ack: Any, body: Any, client: Any) -> None:
            await ack()
            blocks = [question("Name"), actions(button("Later", "later"))]
            await client.views_open(trigger_id=body["trigger_id"], view=modal(*blocks, callback_id="form"))

        @app.view("form")
        async def form(ack: Any, body: Any, client: Any) -> None:
            await ack()
            await client.chat_postMessage(channel=body["user"]["id"], text="Booked")

        @app.action("later")
        async def later(ack: Any) -> None:
            await ack()

        here = f"people/{person['id']}"
        done = await control(play, "POST", f"{here}/commands", {"name": "/book", "text": "haircut"})
        assert done == {"delivery": 1}
        seen = await control(play, "POST", "sees", {"person": person["id"], "text": "Name"})
        assert (seen["title"], seen["labels"]) == ("Book", ["Later"])
        await control(play, "POST", f"{here}/presses", {"what": "Later"})
        assert await control(play, "POST", f"{here}/submits", {}) is None
        assert (await control(play, "GET", here))["modal"]["errors"] == {"Name": "Please complete this required field."}
        await control(play, "POST", f"{here}/fills", {"values": {"Name": "x"}})
        await control(play, "POST", f"{here}/submits", {})
        message = await control(play, "POST", "sees", {"person": person["id"], "text": "Booked"})
        await control(play, "POST", "quiet", {})
        assert message["byApp"] is True
        looked = await control(play, "GET", here)
        assert (looked["modal"], looked["dm"]) == (None, person["dm"])
        assert "Booked" in looked["drawn"]
        deliveries = await control(play, "GET", "deliveries")
        assert [each["acknowledged"] for each in deliveries] == [True] * 4
        assert len(await control(play, "GET", "sockets")) == 1
        await control(play, "POST", "redeliver", {"delivery": 1})
        assert await control(play, "GET", "complaints") == []


async def test_the_world_is_turned_over_http(play: Playing) -> None:
    await control(play, "POST", "faults", [{"method": "chat", "retry_after": 3}, {"method": "views", "then": "reset"}])
    assert [each["method"] for each in await control(play, "GET", "faults")] == ["chat", "views"]
    assert (await send(play)).status_code == 429
    await control(play, "DELETE", "faults", {"method": "views"})
    assert await control(play, "GET", "faults") == []
    now = (await control(play, "GET", "world"))["now"]
    await control(play, "POST", "forward", {"seconds": 60})
    assert (await control(play, "GET", "world"))["now"] > now
    channel = await control(play, "POST", "channels", {"name": "general", "members": [play.person.id], "bot_in": True})
    await play.ok("chat.postMessage", channel=channel["id"], text="Hello")
    assert (await control(play, "GET", f"channels/{channel['id']}"))["messages"][0]["text"] == "Hello"
    await control(play, "POST", "archive", {"channel": channel["id"]})
    assert await play.refused("chat.postMessage", channel=channel["id"], text="x") == "is_archived"
    told = await control(play, "GET", "requests")
    assert told["byMethod"] == {"chat.postMessage": 3}
    await control(play, "DELETE", "requests")
    assert (await control(play, "GET", "requests"))["requests"] == []
    team = (await control(play, "POST", "workspaces", {"name": "Other", "installed": True}))["id"]
    await control(play, "POST", "uninstall", {"team": team})
    assert [each["installed"] for each in (await control(play, "GET", "world"))["teams"]] == [True, False]
    await control(play, "POST", "raw", {"kind": "events_api", "payload": {}})
    await control(play, "POST", "deafen", {"times": 1})
    await control(play, "POST", "hooks", {"url": "http://127.0.0.1:9/x"})
    assert not play.world.manifest.socket_mode


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("people/U0/writes", {"text": "x"}),
        ("people/{id}/explodes", {}),
        ("people/{id}/commands", {"name": "/nothing"}),
        ("people/{id}/presses", {"what": "Nothing"}),
        ("people/{id}/writes", {}),
        ("people/{id}/writes", []),
        ("faults", {"method": 1, "then": "explode"}),
        ("forward", {"minutes": 1}),
        ("sees", {"person": "U0", "text": "x"}),
        ("redeliver", {}),
        ("configure", {"features": {}}),
    ],
)
async def test_what_makes_no_sense_is_refused_over_http(play: Playing, path: str, body: Any) -> None:
    assert "error" in await control(play, "POST", path.format(id=play.person.id), body, 400)


# Serving


def test_it_runs_in_a_thread_of_its_own() -> None:
    world = World()
    person = world.person()
    with running(world) as url:
        headers = {"authorization": f"Bearer {world.token}"}
        with httpx.Client(base_url=url, headers=headers, trust_env=False, verify=False) as http:
            writing = Thread(
                target=lambda: http.post("/api/chat.postMessage", data={"channel": person.id, "text": "Hello"})
            )
            writing.start()
            world.wait(lambda: person.screen)
            writing.join()
    assert [message.text for message in person.messages] == ["Hello"]


def test_the_command_line_serves_until_it_is_told_to_stop() -> None:
    command = [sys.executable, "-m", "sandbox.slack", "--port", "0", "--http", "http://127.0.0.1:9/slack/events"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        told = dict(process.stdout.readline().strip().split("=", 1) for _ in range(3))
        assert told.keys() == {"SLACK_API_URL", "SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET"}
        assert told["SLACK_API_URL"].endswith("/api/")
        answer = httpx.post(
            f"{told['SLACK_API_URL']}auth.test",
            headers={"authorization": f"Bearer {told['SLACK_BOT_TOKEN']}"},
            trust_env=False,
            verify=False,
        )
        assert answer.json()["ok"]
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ([], ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"]),
        (["--http", "http://127.0.0.1:9/slack/events"], ["SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET"]),
        (["--oauth"], ["SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "SLACK_APP_TOKEN"]),
    ],
)
def test_it_tells_what_one_way_needs_and_nothing_else(
    options: list[str], told: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def told_at_once(_serve: object, tell: Callable[[str], None], *_: object) -> int:
        tell("http://127.0.0.1:8702")
        return 0

    monkeypatch.setattr(command_line, "serve_until_told", told_at_once)
    assert main(options) == 0
    assert [line.partition("=")[0] for line in capsys.readouterr().out.splitlines()] == ["SLACK_API_URL", *told]


def test_a_port_that_is_taken_is_no_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    with running(World()) as url:
        assert main(["--port", url.rpartition(":")[2]]) == 1
    assert "can't listen" in capsys.readouterr().err


async def test_many_at_once_are_served(play: Playing) -> None:
    people = [play.world.person() for _ in range(100)]
    await asyncio.gather(*(play.says(channel=person.id) for person in people))
    assert all(len(person.messages) == 1 for person in people)
