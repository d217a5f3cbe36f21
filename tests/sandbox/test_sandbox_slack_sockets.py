"""Socket Mode of the stand-in, with the SDK's own client: envelopes, acknowledgements, and all that breaks."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from slack_playing import Playing, bolt, modal, playing, question

from sandbox.slack import Delivery


@pytest.fixture
async def play() -> AsyncIterator[Playing]:
    async with playing() as playing_now:
        playing_now.world.resend_after = (0.0, 0.0, 0.0)
        yield playing_now


@dataclass
class Plug:
    """A bare web socket of the app's."""

    socket: aiohttp.ClientWebSocketResponse
    hello: dict[str, Any]
    heard: list[dict[str, Any]] = field(default_factory=list)

    async def next(self) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(await asyncio.wait_for(self.socket.receive_str(), 10))
        self.heard.append(message)
        return message

    async def acknowledge(self, envelope: dict[str, Any], payload: Any = None) -> None:
        body = {"payload": payload} if payload is not None else {}
        await self.socket.send_json({"envelope_id": envelope["envelope_id"], **body})


@asynccontextmanager
async def plugged(play: Playing) -> AsyncIterator[Plug]:
    told = await play.ok("apps.connections.open", token=play.world.app_token)
    async with aiohttp.ClientSession() as session, session.ws_connect(told["url"]) as socket:
        yield Plug(socket, json.loads(await asyncio.wait_for(socket.receive_str(), 10)))


async def settled(delivery: Delivery | None) -> Delivery:
    assert delivery is not None
    return await delivery.settled()


# Connecting


async def test_a_socket_is_greeted(play: Playing) -> None:
    async with plugged(play) as plug:
        assert plug.hello["type"] == "hello"
        assert (plug.hello["num_connections"], plug.hello["connection_info"]) == (1, {"app_id": play.world.app_id})
        async with plugged(play) as second:
            assert second.hello["num_connections"] == 2
    await play.world.until(lambda: not play.world.sockets.open)


async def test_a_ticket_lets_in_once(play: Playing) -> None:
    url = (await play.ok("apps.connections.open", token=play.world.app_token))["url"]
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(url) as socket:
            assert (await socket.receive()).type is aiohttp.WSMsgType.TEXT
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(url)


async def test_there_are_so_many_sockets_and_no_more(play: Playing) -> None:
    play.world.sockets.limit = 1
    async with plugged(play), plugged(play) as second:
        assert (second.hello["type"], second.hello["reason"]) == ("disconnect", "too_many_websockets")
        assert (await second.socket.receive()).type is aiohttp.WSMsgType.CLOSE
        assert len(play.world.sockets.open) == 1


async def test_without_socket_mode_there_is_no_socket(play: Playing) -> None:
    play.world.hooks("http://127.0.0.1:9/slack/events")
    assert await play.refused("apps.connections.open", token=play.world.app_token) == "forbidden_team"


# Envelopes


async def test_each_kind_of_payload_has_its_envelope(play: Playing) -> None:
    async with plugged(play) as plug:
        play.person.writes("Hello")
        event = await plug.next()
        await plug.acknowledge(event)
        assert (event["type"], event["accepts_response_payload"], event["retry_attempt"]) == ("events_api", False, 0)
        assert event["payload"]["event"]["text"] == "Hello"
        play.person.commands("/book", "haircut")
        command = await plug.next()
        await plug.acknowledge(command)
        assert (command["type"], command["accepts_response_payload"]) == ("slash_commands", True)
        assert (command["payload"]["command"], command["payload"]["text"]) == ("/book", "haircut")
        assert "retry_attempt" not in command
        play.person.shortcut("book")
        shortcut = await plug.next()
        await plug.acknowledge(shortcut)
        assert (shortcut["type"], shortcut["payload"]["type"]) == ("interactive", "shortcut")
        await play.world.taken()


async def test_each_payload_goes_through_one_of_the_sockets(play: Playing) -> None:
    async with plugged(play) as one, plugged(play) as two:
        play.person.writes("First")
        play.person.writes("Second")
        for plug in (one, two):
            await plug.acknowledge(await plug.next())
        await play.world.taken()
        texts = [each["payload"]["event"]["text"] for plug in (one, two) for each in plug.heard]
        assert sorted(texts) == ["First", "Second"]


async def test_bolt_answers_everything(play: Playing) -> None:
    async with bolt(play) as app:

        @app.command("/book")
        async def book(ack: Any, command: Any) -> None:
            await ack(f"You said {command['text']}")

        done = await play.person.commands("/book", "haircut").settled()
        assert (done.acknowledged, done.failed, len(done.attempts)) == (True, "", 1)
        assert [message.text for message in play.person.whispers] == ["You said haircut"]


async def test_a_command_can_be_answered_for_all_to_see(play: Playing) -> None:
    channel = play.world.channel("general", [play.person], bot_in=True)
    async with bolt(play) as app:

        @app.command("/book")
        async def book(ack: Any) -> None:
            await ack(text="For all", response_type="in_channel")

        await play.person.commands("/book", channel=channel).settled()
        assert [message.text for message in channel.messages] == ["For all"]


async def test_a_command_that_nobody_answers_fails_before_the_person(play: Playing) -> None:
    play.world.patience = 0.05
    async with plugged(play):
        done = await play.person.commands("/book").settled()
    assert (done.acknowledged, done.failed, len(done.attempts)) == (False, "operation_timeout", 1)
    assert play.person.notices == ['/book failed with the error "operation_timeout"']


async def test_without_a_socket_a_command_fails_at_once(play: Playing) -> None:
    done = await play.person.commands("/book").settled()
    assert done.failed == "dispatch_failed"
    assert play.person.notices == ['/book failed with the error "dispatch_failed"']


async def test_an_acknowledgement_that_comes_too_late_counts_for_nothing(play: Playing) -> None:
    play.world.patience = 0.05
    async with plugged(play) as plug:
        done = play.person.commands("/book")
        envelope = await plug.next()
        await done.settled()
        await plug.acknowledge(envelope, {"text": "Too late"})
        play.world.patience = 3.0
        play.person.writes("Hello")
        await plug.acknowledge(await plug.next())
        await play.world.taken()
    assert play.person.whispers == []
    assert not done.acknowledged


async def test_what_is_no_acknowledgement_is_complained_of(play: Playing) -> None:
    async with plugged(play) as plug:
        await plug.socket.send_str("hello?")
        await play.world.until(lambda: play.complaints)
    assert play.complaints == ["no acknowledgement: hello?"]


async def test_an_event_is_acknowledged_without_a_payload(play: Playing) -> None:
    async with plugged(play) as plug:
        play.person.writes("Hello")
        await plug.acknowledge(await plug.next(), {"text": "Thank you"})
        await play.world.taken()
    assert play.complaints == ["its acknowledgement takes no payload"]


# Again


async def test_an_event_comes_again_until_it_is_acknowledged(play: Playing) -> None:
    play.world.patience = 0.05
    async with plugged(play) as plug:
        play.person.writes("Hello")
        envelopes = [await plug.next() for _ in range(3)]
        play.world.patience = 3.0
        envelopes.append(await plug.next())
        await plug.acknowledge(envelopes[-1])
        await play.world.taken()
    assert [each["retry_attempt"] for each in envelopes] == [0, 1, 2, 3]
    assert [each["retry_reason"] for each in envelopes] == ["", "timeout", "timeout", "timeout"]
    assert len({each["payload"]["event_id"] for each in envelopes}) == 1
    assert len({each["envelope_id"] for each in envelopes}) == 4


async def test_an_event_is_given_up_in_the_end(play: Playing) -> None:
    play.world.patience = 0.02
    async with plugged(play):
        play.person.writes("Hello")
        await play.world.taken()
    (delivery,) = play.world.deliveries
    assert (delivery.acknowledged, delivery.failed, len(delivery.attempts)) == (False, "operation_timeout", 4)


async def test_an_event_waits_a_minute_and_five_before_it_comes_again(play: Playing) -> None:
    play.world.resend_after = (0.0, 60.0, 300.0)
    play.person.writes("Hello")
    (delivery,) = play.world.deliveries
    await play.world.until(lambda: len(delivery.attempts) == 2)
    play.world.forward(timedelta(seconds=60))
    await play.world.until(lambda: len(delivery.attempts) == 3)
    async with plugged(play) as plug:
        play.world.forward(timedelta(seconds=300))
        await plug.acknowledge(await plug.next())
        await play.world.taken()
    waits = [later.at - earlier.at for earlier, later in zip(delivery.attempts, delivery.attempts[1:], strict=False)]
    assert waits == [timedelta(0), timedelta(seconds=60), timedelta(seconds=300)]


async def test_the_same_envelope_comes_again_as_if_it_were_new(play: Playing) -> None:
    async with plugged(play) as plug:
        play.person.writes("Hello")
        first = await plug.next()
        await plug.acknowledge(first)
        await play.world.taken()
        play.world.redeliver()
        second = await plug.next()
        await plug.acknowledge(second)
        await play.world.taken()
        assert first == second
        play.world.redeliver(same=False)
        third = await plug.next()
        await plug.acknowledge(third)
        assert third["envelope_id"] != first["envelope_id"]
        assert third["payload"] == first["payload"]


async def test_everything_may_come_twice(play: Playing) -> None:
    play.world.twice = True
    async with bolt(play) as app:

        @app.command("/book")
        async def book(ack: Any) -> None:
            await ack("Yes")

        play.person.commands("/book")
        await play.world.until(lambda: len(play.person.whispers) == 2)
        await play.world.taken()
    first, second = play.world.deliveries
    assert (first.payload, first.envelope_id) == (second.payload, second.envelope_id)


# Breaking


async def test_a_deaf_socket_stays_open_and_carries_nothing(play: Playing) -> None:
    play.world.patience = 0.05
    async with plugged(play) as plug:
        play.world.deafen()
        await plug.socket.ping()
        done = await play.person.commands("/book").settled()
        assert done.failed == "operation_timeout"
        assert plug.heard == []
        async with plugged(play) as fresh:
            play.world.patience = 3.0
            play.world.sockets.open[0].carried = 100
            play.person.writes("Hello")
            await fresh.acknowledge(await fresh.next())
            await play.world.taken()


async def test_the_next_socket_may_be_deaf(play: Playing) -> None:
    play.world.deafen(times=1)
    async with plugged(play), plugged(play):
        assert [socket.deaf for socket in play.world.sockets.open] == [True, False]


async def test_a_mute_socket_answers_no_ping(play: Playing) -> None:
    url = (await play.ok("apps.connections.open", token=play.world.app_token))["url"]
    async with aiohttp.ClientSession() as session, session.ws_connect(url, autoping=False) as socket:
        assert (await socket.receive()).type is aiohttp.WSMsgType.TEXT
        await socket.ping(b"one")
        pong = await socket.receive()
        assert (pong.type, bytes(pong.data)) == (aiohttp.WSMsgType.PONG, b"one")
        play.world.mute()
        await socket.ping(b"two")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(socket.receive(), 0.1)


async def test_slack_asks_for_fresh_sockets(play: Playing) -> None:
    async with plugged(play) as plug:
        play.world.refresh("warning")
        assert (await plug.next())["reason"] == "warning"
        play.person.writes("Hello")
        await plug.acknowledge(await plug.next())
        await play.world.taken()
        play.world.refresh()
        told = await plug.next()
        assert (told["type"], told["reason"]) == ("disconnect", "refresh_requested")
        assert not play.world.sockets.ready


async def test_the_sdk_replaces_its_socket_when_it_is_asked_to(play: Playing) -> None:
    async with bolt(play) as app:

        @app.command("/book")
        async def book(ack: Any) -> None:
            await ack()

        (old,) = play.world.sockets.open
        play.world.refresh()
        await play.world.until(lambda: [each for each in play.world.sockets.ready if each is not old])
        assert (await play.person.commands("/book").settled()).acknowledged


async def test_sockets_break_without_a_word(play: Playing) -> None:
    async with plugged(play) as plug:
        play.world.drop_sockets()
        assert (await plug.socket.receive()).type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR)
        await play.world.until(lambda: not play.world.sockets.open)


async def test_a_payload_waits_in_slack_and_its_trigger_ages(play: Playing) -> None:
    async with plugged(play) as plug:
        play.world.lag = 0.01
        done = play.person.commands("/book")
        play.clock.forward(seconds=4)
        await plug.acknowledge(await plug.next())
        await done.settled()
        told = await play.refused("views.open", trigger_id=done.trigger_id, view=modal())
        assert told == "expired_trigger_id"


# Submissions


async def submitted(play: Playing, answer: Any) -> Delivery:
    """A form that is submitted, and what the app acknowledges it with."""
    async with plugged(play) as plug:
        command = play.person.commands("/book")
        await plug.acknowledge(await plug.next())
        await play.ok("views.open", trigger_id=command.trigger_id, view=modal(question("Name"), callback_id="form"))
        play.person.fills({"Name": "Person One"})
        done = play.person.submits()
        envelope = await plug.next()
        assert envelope["payload"]["view"]["callback_id"] == "form"
        await plug.acknowledge(envelope, answer)
        return await settled(done)


async def test_an_empty_acknowledgement_closes_the_modal(play: Playing) -> None:
    await submitted(play, None)
    assert play.person.modal is None
    assert play.complaints == []


async def test_errors_stand_beside_their_inputs(play: Playing) -> None:
    await submitted(play, {"response_action": "errors", "errors": {"name": "Too short"}})
    assert play.modal.errors == {"Name": "Too short"}
    assert play.modal.values == {"Name": "Person One"}
    play.person.fills({"Name": "Person Two"})
    assert play.modal.errors == {}


@pytest.mark.parametrize(
    "errors", [{"nowhere": "x"}, {}, None, {"name": 5}], ids=["unknown block", "none", "missing", "no sentence"]
)
async def test_errors_for_no_input_are_trouble(play: Playing, errors: Any) -> None:
    await submitted(play, {"response_action": "errors", "errors": errors})
    assert (play.modal.errors, play.modal.busy) == ({}, False)
    assert play.person.notices == ["We had some trouble connecting. Try again?"]
    assert "invalid_errors" in play.complaints[0]


async def test_the_modal_may_become_another(play: Playing) -> None:
    await submitted(play, {"response_action": "update", "view": modal(question("Mail"))})
    assert [each.label for each in play.modal.inputs] == ["Mail"]
    assert play.modal.stack == 1


async def test_another_may_lie_upon_it(play: Playing) -> None:
    await submitted(play, {"response_action": "push", "view": modal(question("Mail"))})
    assert play.modal.stack == 2
    play.person.closes()
    assert play.modal.values == {"Name": "Person One"}


async def test_all_may_go(play: Playing) -> None:
    await submitted(play, {"response_action": "clear"})
    assert play.person.modal is None


@pytest.mark.parametrize(
    "answer", [{"response_action": "explode"}, {"ok": True}, {"response_action": "update", "view": {"type": "modal"}}]
)
async def test_an_acknowledgement_that_is_none_is_trouble(play: Playing, answer: Any) -> None:
    await submitted(play, answer)
    assert play.person.notices == ["We had some trouble connecting. Try again?"]
    assert len(play.complaints) == 1


async def test_a_submission_that_nobody_takes_leaves_the_modal_as_it_was(play: Playing) -> None:
    async with plugged(play) as plug:
        command = play.person.commands("/book")
        await plug.acknowledge(await plug.next())
        await play.ok("views.open", trigger_id=command.trigger_id, view=modal(question("Name")))
        play.world.patience = 0.05
        play.person.fills({"Name": "Person One"})
        done = play.person.submits()
        assert play.modal.busy
        with pytest.raises(LookupError, match="still on its way"):
            play.person.submits()
        assert (await settled(done)).failed == "operation_timeout"
    assert (play.modal.busy, play.modal.values) == (False, {"Name": "Person One"})
    assert play.person.notices == ["We had some trouble connecting. Try again?"]
