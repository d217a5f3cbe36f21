"""Signed posts of the stand-in: their form, their signature, and how often they come."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_playing import Hook, Playing, hooked, modal, playing, question, sdk
from slack_sdk.signature import SignatureVerifier
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from sandbox.listening import listening
from sandbox.slack import World, serving


@pytest.fixture
async def play() -> AsyncIterator[Playing]:
    async with playing() as playing_now:
        playing_now.world.resend_after = (0.0, 0.0, 0.0)
        yield playing_now


@pytest.fixture
async def hook(play: Playing) -> AsyncIterator[Hook]:
    async with hooked(play) as hook:
        yield hook


def form(body: bytes) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(body.decode(), keep_blank_values=True).items()}


# Form and signature


async def test_an_event_is_json(play: Playing, hook: Hook) -> None:
    play.person.writes("Hello & <all>")
    await play.world.taken()
    ((headers, body),) = hook.requests
    payload = json.loads(body)
    assert headers["content-type"] == "application/json"
    assert (payload["type"], payload["team_id"], payload["api_app_id"]) == (
        "event_callback",
        play.world.team.id,
        play.world.app_id,
    )
    assert payload["authorizations"][0]["user_id"] == play.world.team.bot_user
    event = payload["event"]
    assert (event["type"], event["channel_type"], event["user"]) == ("message", "im", play.person.id)
    assert event["text"] == "Hello &amp; &lt;all&gt;"


async def test_a_command_is_a_form(play: Playing, hook: Hook) -> None:
    channel = play.world.channel("general", [play.person])
    play.person.commands("/book", "haircut & more", channel)
    await play.world.taken()
    ((headers, body),) = hook.requests
    said = form(body)
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    assert (said["command"], said["text"]) == ("/book", "haircut & more")
    assert (said["channel_id"], said["channel_name"]) == (channel.id, "general")
    assert (said["user_id"], said["team_id"]) == (play.person.id, play.world.team.id)
    assert said["response_url"].startswith(f"{play.url}/commands/")
    assert said["trigger_id"].count(".") == 2


async def test_an_interaction_is_json_in_a_form(play: Playing, hook: Hook) -> None:
    play.person.shortcut("Book an appointment")
    await play.world.taken()
    ((_, body),) = hook.requests
    payload = json.loads(form(body)["payload"])
    assert (payload["type"], payload["callback_id"], payload["user"]["id"]) == ("shortcut", "book", play.person.id)


async def test_every_post_is_signed(play: Playing, hook: Hook) -> None:
    play.person.writes("Hello")
    play.person.commands("/book", "ñandú")
    play.person.shortcut("book")
    await play.world.taken()
    verifier = SignatureVerifier(play.world.signing_secret)
    assert len(hook.requests) == 3
    for headers, body in hook.requests:
        timestamp, signature = headers["x-slack-request-timestamp"], headers["x-slack-signature"]
        assert int(timestamp) == int(play.clock.at.timestamp())
        assert verifier.generate_signature(timestamp=timestamp, body=body) == signature
        other = SignatureVerifier("another")
        assert other.generate_signature(timestamp=timestamp, body=body) != signature


async def test_an_address_proves_itself(play: Playing) -> None:
    async with hooked(play) as hook:
        assert play.world.verified
        assert hook.requests == []
    play.world.hooks("http://127.0.0.1:9/slack/events")
    await play.world.until(lambda: play.world.challenged is None)
    assert not play.world.verified


async def test_an_address_of_the_manifest_can_be_found_elsewhere(play: Playing, hook: Hook) -> None:
    play.world.reroute["https://bot.example.com"] = hook.url.removesuffix("/slack/events")
    play.world.hooks("https://bot.example.com/slack/events")
    play.person.writes("Hello")
    await play.world.taken()
    assert len(hook.requests) == 1


# Again


@pytest.mark.parametrize(("status", "reason"), [(500, "http_error"), (404, "http_error"), (302, "http_error")])
async def test_an_event_comes_again_with_its_number_and_reason(
    play: Playing, hook: Hook, status: int, reason: str
) -> None:
    hook.answers = [Response(status_code=status)] * 2
    play.person.writes("Hello")
    await play.world.taken()
    told = [(headers.get("x-slack-retry-num"), headers.get("x-slack-retry-reason")) for headers, _ in hook.requests]
    assert told == [(None, None), ("1", reason), ("2", reason)]
    assert len({body for _, body in hook.requests}) == 1


async def test_an_event_that_is_answered_late_comes_again(play: Playing, hook: Hook) -> None:
    play.world.patience = 0.05

    async def never(_: bytes) -> Response:
        await play.world.until(lambda: False, 60)
        return Response()

    hook.answering = never
    play.person.writes("Hello")
    await play.world.until(lambda: len(hook.requests) == 2)
    assert hook.requests[1][0]["x-slack-retry-reason"] == "http_timeout"


async def test_an_event_to_nobody_comes_again_as_a_failed_connection(play: Playing) -> None:
    play.world.hooks("http://127.0.0.1:9/slack/events")
    play.person.writes("Hello")
    await play.world.taken()
    (delivery,) = play.world.deliveries
    assert [attempt.reason for attempt in delivery.attempts] == ["", *["connection_failed"] * 3]
    assert delivery.failed == "dispatch_failed"


async def test_the_app_may_want_no_retry(play: Playing, hook: Hook) -> None:
    hook.answers = [Response(status_code=500, headers={"X-Slack-No-Retry": "1"})]
    play.person.writes("Hello")
    await play.world.taken()
    assert len(hook.requests) == 1
    assert play.world.deliveries[0].failed == "dispatch_failed"


async def test_retries_wait_by_the_worlds_clock(play: Playing, hook: Hook) -> None:
    play.world.resend_after = (0.0, 60.0, 300.0)
    hook.answers = [Response(status_code=500)] * 3
    play.person.writes("Hello")
    await play.world.until(lambda: len(hook.requests) == 2)
    play.world.forward(timedelta(minutes=1))
    await play.world.until(lambda: len(hook.requests) == 3)
    play.world.forward(timedelta(minutes=5))
    await play.world.taken()
    timestamps = [int(headers["x-slack-request-timestamp"]) for headers, _ in hook.requests]
    assert [each - timestamps[0] for each in timestamps] == [0, 0, 60, 360]


async def test_commands_and_interactions_come_once(play: Playing, hook: Hook) -> None:
    hook.answers = [Response(status_code=500)] * 2
    command, shortcut = play.person.commands("/book"), play.person.shortcut("book")
    await play.world.taken()
    assert (command.failed, shortcut.failed) == ("dispatch_failed", "dispatch_failed")
    assert len(hook.requests) == 2
    assert sorted(play.person.notices) == [
        '/book failed with the error "dispatch_failed"',
        "We had some trouble connecting. Try again?",
    ]


async def test_a_replay_is_the_same_to_the_byte(play: Playing, hook: Hook) -> None:
    play.person.writes("Hello")
    await play.world.taken()
    play.clock.forward(seconds=200)
    play.world.redeliver()
    await play.world.taken()
    play.world.redeliver(same=False)
    await play.world.taken()
    first, replay, anew = hook.requests
    assert (first[0]["x-slack-signature"], first[1]) == (replay[0]["x-slack-signature"], replay[1])
    assert anew[0]["x-slack-signature"] != first[0]["x-slack-signature"]
    assert anew[1] == first[1]


async def test_anything_at_all_can_be_posted(play: Playing, hook: Hook) -> None:
    play.world.raw("events_api", {"type": "nothing"})
    play.world.raw("interactive", {"type": "block_actions", "actions": []})
    play.world.raw("slash_commands", {"command": "/nobody"})
    await play.world.taken()
    assert len(hook.requests) == 3


# Answers


async def test_a_command_is_answered_by_text_or_json(play: Playing, hook: Hook) -> None:
    hook.answers = [PlainTextResponse("Plain"), JSONResponse({"text": "*Json*", "response_type": "ephemeral"})]
    await play.person.commands("/book").settled()
    await play.person.commands("/book").settled()
    assert [message.text for message in play.person.whispers] == ["Plain", "Json"]
    assert play.complaints == []


async def test_a_submission_is_answered_within_the_post(play: Playing, hook: Hook) -> None:
    await play.opens(question("Name"))
    await play.world.taken()
    play.person.fills({"Name": "x"})
    hook.answers = [JSONResponse({"response_action": "errors", "errors": {"name": "Too short"}}), Response()]
    first = play.person.submits()
    assert first is not None
    await first.settled()
    assert play.modal.errors == {"Name": "Too short"}
    second = play.person.submits()
    assert second is not None
    await second.settled()
    assert play.person.modal is None


async def test_words_in_answer_to_a_submission_are_trouble(play: Playing, hook: Hook) -> None:
    await play.opens()
    await play.world.taken()
    hook.answers = [PlainTextResponse("OK")]
    done = play.person.submits()
    assert done is not None
    await done.settled()
    assert play.person.notices == ["We had some trouble connecting. Try again?"]
    assert "no response_action: OK" in play.complaints[0]


async def test_an_external_menu_asks_for_its_options(play: Playing, hook: Hook) -> None:
    await play.opens(question("Service", "external_select", min_query_length=0))
    await play.world.taken()
    hook.answers = [JSONResponse({"options": []}), Response()]
    done = await play.person.suggests("Service", "hair").settled()
    payload = json.loads(form(hook.requests[-1][1])["payload"])
    assert (payload["type"], payload["value"], payload["action_id"]) == ("block_suggestion", "hair", "answer")
    assert done.answer == {"options": []}
    await play.person.suggests("Service", "nails").settled()
    assert play.complaints == ["no options: None"]


async def test_bolt_takes_posts_as_it_takes_envelopes() -> None:
    world = World()
    person = world.person()
    async with serving(world) as url:
        app = AsyncApp(client=sdk(url, world.token), signing_secret=world.signing_secret)
        handler = AsyncSlackRequestHandler(app)

        @app.command("/book")
        async def book(ack: Any, body: Any, client: Any) -> None:
            await ack()
            await client.views_open(trigger_id=body["trigger_id"], view=modal(question("Name"), callback_id="form"))

        @app.view("form")
        async def form_sent(ack: Any, body: Any, client: Any) -> None:
            await ack()
            await client.chat_postMessage(channel=body["user"]["id"], text="Booked")

        async def take(request: Request) -> Response:
            return await handler.handle(request)

        async with listening(Starlette(routes=[Route("/slack/events", take, methods=["POST"])])) as own:
            world.hooks(f"{own}/slack/events")
            await world.until(lambda: world.verified)
            person.commands("/book")
            await person.sees("Name")
            person.fills({"Name": "Person One"})
            done = person.submits()
            assert done is not None
            await person.sees("Booked")
            await world.quiet()
            assert person.modal is None
            assert world.complaints == []
