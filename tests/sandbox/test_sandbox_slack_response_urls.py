"""Response URLs of the stand-in: five answers in thirty minutes, seen by whom they are meant for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_playing import Playing, actions, button, playing, section
from slack_sdk.webhook.async_client import AsyncWebhookClient


@pytest.fixture
async def play() -> AsyncIterator[Playing]:
    async with playing() as playing_now:
        yield playing_now


async def answer(play: Playing, url: str, **body: Any) -> tuple[int, str]:
    told = await play.http.post(url, json=body)
    return told.status_code, str(told.json().get("error", "ok"))


async def test_an_answer_is_for_the_one_who_asked(play: Playing) -> None:
    channel = play.world.channel("general", [play.person])
    url = play.person.commands("/book", channel=channel).response_url
    assert await answer(play, url, text="*Only* you") == (200, "ok")
    assert [message.text for message in play.person.whispers] == ["Only you"]
    assert channel.messages == []
    assert await answer(play, url, text="For all", response_type="in_channel") == (200, "ok")
    assert [message.text for message in channel.messages] == ["For all"]


async def test_five_answers_and_no_more(play: Playing) -> None:
    url = play.person.commands("/book").response_url
    told = [await answer(play, url, text=str(number)) for number in range(6)]
    assert told == [(200, "ok")] * 5 + [(404, "used_url")]
    assert len(play.person.whispers) == 5
    assert play.complaints == []


async def test_thirty_minutes_and_no_longer(play: Playing) -> None:
    url = play.person.commands("/book").response_url
    play.clock.forward(minutes=30)
    assert await answer(play, url, text="In time") == (200, "ok")
    play.clock.forward(seconds=1)
    assert await answer(play, url, text="Too late") == (404, "expired_url")


async def test_what_was_pressed_is_replaced_unless_it_shall_stay(play: Playing) -> None:
    blocks = [section("Choose"), actions(button("Go", "go"))]
    for replaces, texts in ((None, ["Done"]), (True, ["Done"]), (False, ["Choose\n[ Go ]", "Done"])):
        for message in play.person.messages:
            message.deleted = True
        sent = len(play.person.messages)
        await play.says("Choose", blocks=blocks)
        url = play.person.presses("Go").response_url
        extra = {} if replaces is None else {"replace_original": replaces}
        assert await answer(play, url, text="Done", **extra) == (200, "ok")
        assert [message.text for message in play.person.messages[sent:]] == texts


async def test_what_was_pressed_can_be_deleted(play: Playing) -> None:
    await play.says("Choose", blocks=[actions(button("Go", "go"))])
    url = play.person.presses("Go").response_url
    assert await answer(play, url, delete_original=True) == (200, "ok")
    assert play.person.screen is None


async def test_an_ephemeral_message_can_be_replaced_only_this_way(play: Playing) -> None:
    url = play.person.commands("/book").response_url
    await answer(play, url, text="Choose", blocks=[actions(button("Go", "go"))])
    (whisper,) = play.person.whispers
    place = {"channel": play.person.dm, "ts": whisper.id}
    assert await play.refused("chat.update", **place, text="x") == "message_not_found"
    await answer(play, play.person.presses("Go").response_url, text="Done", replace_original=True)
    assert [message.text for message in play.person.whispers] == ["Done"]


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({}, "no_text"),
        ({"text": "x", "blocks": [{"type": "carousel"}]}, "invalid_blocks"),
        ({"delete_original": True}, "no_original_message"),
    ],
)
async def test_an_answer_has_its_form(play: Playing, body: dict[str, Any], error: str) -> None:
    url = play.person.commands("/book").response_url
    assert (await answer(play, url, **body))[1] == error
    assert len(play.complaints) == 1
    assert (await play.http.post(url, content=b"{")).json()["error"] == "invalid_payload"


async def test_an_unknown_word_is_complained_of(play: Playing) -> None:
    await answer(play, play.person.commands("/book").response_url, text="x", replace=True)
    assert play.complaints == ["no parameter is called replace"]


async def test_the_sdk_answers_too(play: Playing) -> None:
    webhook = AsyncWebhookClient(play.person.commands("/book").response_url)
    told = await webhook.send(text="Hello", response_type="ephemeral")
    assert told.status_code == 200
    assert [message.text for message in play.person.whispers] == ["Hello"]
