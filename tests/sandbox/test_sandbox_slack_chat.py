"""Messages of the stand-in: posted, changed, deleted, seen by whom they are meant for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_playing import Playing, actions, button, playing, section

from sandbox.slack.manifest import DEFAULT


@pytest.fixture
async def play() -> AsyncIterator[Playing]:
    async with playing() as playing_now:
        yield playing_now


async def test_a_message_to_a_person_stands_in_the_direct_message(play: Playing) -> None:
    told = await play.client.chat_postMessage(channel=play.person.id, text="Hello")
    assert told["channel"] == play.person.dm
    (message,) = play.person.messages
    assert (message.id, message.text, message.by_app) == (told["ts"], "Hello", True)
    author = {name: told["message"][name] for name in ("user", "bot_id", "app_id", "team")}
    team = play.world.team
    assert author == {"user": team.bot_user, "bot_id": team.bot_id, "app_id": play.world.app_id, "team": team.id}


async def test_a_message_says_something(play: Playing) -> None:
    assert await play.refused("chat.postMessage", channel=play.person.id) == "no_text"
    assert await play.refused("chat.postMessage", channel=play.person.id, text="", blocks=[]) == "no_text"


async def test_blocks_want_words_for_notifications(play: Playing) -> None:
    await play.ok("chat.postMessage", channel=play.person.id, blocks=[section("Hello")])
    assert play.complaints == ["blocks without text: notifications and screen readers have nothing to say"]


async def test_a_text_has_its_length(play: Playing) -> None:
    await play.ok("chat.postMessage", channel=play.person.id, text="x" * 40_000)
    assert await play.refused("chat.postMessage", channel=play.person.id, text="x" * 40_001) == "msg_too_long"
    place = {"channel": play.person.dm, "ts": play.person.messages[0].id}
    await play.ok("chat.update", **place, text="x" * 4_000)
    assert await play.refused("chat.update", **place, text="x" * 4_001) == "msg_too_long"


async def test_a_message_is_changed_in_its_place(play: Playing) -> None:
    sent = await play.says("One", blocks=[section("One"), actions(button("Go", "go"))])
    told = await play.client.chat_update(channel=sent["channel"], ts=sent["ts"], text="Two", blocks=[section("Two")])
    (message,) = play.person.messages
    assert (message.text, message.labels, message.edits) == ("Two", [], 1)
    assert told["message"]["edited"]["user"] == play.world.team.bot_user


async def test_a_change_without_blocks_takes_them_away(play: Playing) -> None:
    sent = await play.says("One", blocks=[section("Block")])
    await play.ok("chat.update", channel=sent["channel"], ts=sent["ts"], text="Two")
    assert play.person.messages[0].text == "Two"


async def test_only_its_own_messages_are_the_apps_to_change(play: Playing) -> None:
    written = play.person.writes("Hello")
    place = {"channel": play.person.dm, "ts": written.id}
    assert await play.refused("chat.update", **place, text="x") == "cant_update_message"
    assert await play.refused("chat.delete", **place) == "cant_delete_message"
    assert await play.refused("chat.update", channel=play.person.dm, ts="1.1", text="x") == "message_not_found"
    assert play.complaints == []


async def test_a_deleted_message_is_gone(play: Playing) -> None:
    sent = await play.says()
    place = {"channel": sent["channel"], "ts": sent["ts"]}
    await play.ok("chat.delete", **place)
    assert play.person.screen is None
    assert await play.refused("chat.update", **place, text="x") == "message_not_found"
    assert await play.refused("chat.delete", **place) == "message_not_found"


async def test_a_channel_that_is_closed_takes_nothing_more(play: Playing) -> None:
    channel = play.world.channel("general", [play.person], bot_in=True)
    sent = await play.ok("chat.postMessage", channel=channel.id, text="x")
    play.world.archive(channel)
    assert await play.refused("chat.postMessage", channel=channel.id, text="x") == "is_archived"
    assert await play.refused("chat.update", channel=channel.id, ts=sent["ts"], text="y") == "is_archived"


async def test_the_app_writes_where_it_is(play: Playing) -> None:
    public, private = play.world.channel("general"), play.world.channel("secret", private=True)
    assert await play.refused("chat.postMessage", channel=public.id, text="x") == "not_in_channel"
    assert await play.refused("chat.postMessage", channel=private.id, text="x") == "channel_not_found"
    assert await play.refused("chat.postMessage", channel="C0", text="x") == "channel_not_found"
    private.bot_in = True
    await play.ok("chat.postMessage", channel=private.id, text="x")
    assert [message.text for message in private.messages] == ["x"]


async def test_a_scope_opens_public_channels_without_the_app_in_them() -> None:
    scopes = {"oauth_config": {"scopes": {"bot": [*DEFAULT["oauth_config"]["scopes"]["bot"], "chat:write.public"]}}}
    async with playing(manifest=DEFAULT | scopes) as play:
        await play.ok("chat.postMessage", channel=play.world.channel("general").id, text="x")


async def test_who_left_can_still_be_written_to(play: Playing) -> None:
    play.person.deactivates()
    await play.ok("chat.postMessage", channel=play.person.id, text="x")


async def test_the_direct_message_of_two_people_is_not_the_apps(play: Playing) -> None:
    channel = play.world.between(play.person, play.world.person())
    command = play.person.commands("/book", channel=channel)
    assert (command.payload["channel_id"], command.payload["channel_name"]) == (channel.id, "directmessage")
    assert await play.refused("chat.postMessage", channel=channel.id, text="x") == "channel_not_found"
    told = await play.refused("chat.postEphemeral", channel=channel.id, user=play.person.id, text="x")
    assert told == "channel_not_found"
    await play.http.post(command.response_url, json={"text": "Only you"})
    assert [message.text for message in play.person.whispers] == ["Only you"]


async def test_without_its_tab_the_app_sends_no_direct_messages(play: Playing) -> None:
    features = {**DEFAULT["features"], "app_home": {"home_tab_enabled": True, "messages_tab_enabled": False}}
    play.world.configure({**DEFAULT, "features": features})
    assert await play.refused("chat.postMessage", channel=play.person.id, text="x") == "messages_tab_disabled"


async def test_an_ephemeral_message_is_for_one_alone(play: Playing) -> None:
    other = play.world.person()
    channel = play.world.channel("general", [play.person, other], bot_in=True)
    await play.client.chat_postEphemeral(channel=channel.id, user=play.person.id, text="Psst")
    assert channel.messages == []
    assert [message.text for message in play.person.whispers] == ["Psst"]
    assert other.whispers == []
    outsider = play.world.person()
    told = await play.refused("chat.postEphemeral", channel=channel.id, user=outsider.id, text="x")
    assert told == "user_not_in_channel"


async def test_metadata_is_kept_and_has_its_form(play: Playing) -> None:
    metadata = {"event_type": "booked", "event_payload": {"key": "k-1"}}
    await play.says(metadata=metadata)
    assert play.person.messages[0].metadata == metadata
    told = await play.ok("conversations.history", channel=play.person.dm, include_all_metadata=True)
    assert told["messages"][0]["metadata"] == metadata
    told_of = await play.refused("chat.postMessage", channel=play.person.id, text="x", metadata={"event_type": 1})
    assert told_of == "invalid_metadata_schema"


async def test_a_message_has_an_address(play: Playing) -> None:
    sent = await play.says()
    told = await play.ok("chat.getPermalink", channel=sent["channel"], message_ts=sent["ts"])
    assert told["permalink"].endswith(f"/archives/{play.person.dm}/p{sent['ts'].replace('.', '')}")


async def test_the_app_hears_its_own_words(play: Playing) -> None:
    sent = await play.says("Hello")
    await play.ok("chat.update", channel=sent["channel"], ts=sent["ts"], text="Bye")
    await play.ok("chat.delete", channel=sent["channel"], ts=sent["ts"])
    heard: list[Any] = [delivery.payload["event"] for delivery in play.world.deliveries]
    assert [event.get("subtype") for event in heard] == [None, "message_changed", "message_deleted"]
    assert (heard[0]["bot_id"], heard[0]["channel_type"]) == (play.world.team.bot_id, "im")
    assert heard[1]["previous_message"]["text"] == "Hello"


async def test_what_is_drawn_can_be_read(play: Playing) -> None:
    await play.says("Fallback", blocks=[section("Choose"), actions(button("Ten", "t"), button("Eleven", "e"))])
    play.person.writes("Hello")
    assert play.person.drawn().splitlines() == [
        "── app",
        "Choose",
        "[ Ten ]",
        "[ Eleven ]",
        "── Person One",
        "Hello",
    ]


async def test_a_message_is_scheduled_where_it_could_be_posted_and_can_be_taken_back(play: Playing) -> None:
    at = int(play.world.now().timestamp()) + 3600
    told = await play.client.chat_scheduleMessage(channel=play.person.id, text="Later", post_at=at)
    assert (told["channel"], told["post_at"]) == (play.person.dm, at)
    taken_back = {"channel": play.person.dm, "scheduled_message_id": told["scheduled_message_id"]}
    await play.ok("chat.deleteScheduledMessage", **taken_back)
    assert await play.refused("chat.deleteScheduledMessage", **taken_back) == "invalid_scheduled_message_id"
    elsewhere = play.world.channel("elsewhere", bot_in=False)
    refused = await play.refused("chat.scheduleMessage", channel=elsewhere.id, text="Later", post_at=at)
    assert refused == "not_in_channel"
    assert not play.person.messages


async def test_a_message_is_scheduled_for_a_time_that_comes_and_is_not_too_far(play: Playing) -> None:
    here = int(play.world.now().timestamp())
    for at, why in (("soon", "invalid_time"), (here - 5, "time_in_past"), (here + 121 * 86_400, "time_too_far")):
        assert await play.refused("chat.scheduleMessage", channel=play.person.id, text="Later", post_at=at) == why


async def test_what_is_sent_within_a_minute_cannot_be_taken_back(play: Playing) -> None:
    at = int(play.world.now().timestamp()) + 30
    told = await play.client.chat_scheduleMessage(channel=play.person.id, text="Soon", post_at=at)
    taken_back = {"channel": play.person.dm, "scheduled_message_id": told["scheduled_message_id"]}
    assert await play.refused("chat.deleteScheduledMessage", **taken_back) == "invalid_scheduled_message_id"
