"""What people in the stand-in Telegram can do, alone and in groups, and what they see."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from telegram_playing import Playing, playing

from sandbox.telegram import Button


@pytest.fixture
async def play() -> AsyncIterator[Playing]:
    async with playing() as playing_now:
        yield playing_now
        assert playing_now.complaints == []


def inline(*labels: str) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": label, "callback_data": f"d:{label}"}] for label in labels]}


async def messages(play: Playing) -> list[dict[str, Any]]:
    read = await play.updates()
    await play.updates(read[-1]["update_id"] + 1)
    return [update["message"] for update in read if "message" in update]


async def test_a_person_writes_and_reads(play: Playing) -> None:
    play.person.writes("/book now")
    (message,) = await messages(play)
    assert message["from"]["language_code"] == "es"
    assert message["chat"] == {"id": play.person.id, "type": "private", "first_name": "Person 1"}
    assert message["entities"] == [{"type": "bot_command", "offset": 0, "length": 5}]
    sent = await play.says("Which?", reply_markup=inline("A", "B"))
    seen = play.person.screen
    assert seen is not None
    assert (seen.id, seen.text, seen.labels) == (sent["message_id"], "Which?", ["A", "B"])
    assert seen.rows == [[Button("A", "d:A")], [Button("B", "d:B")]]


async def test_the_chat_can_be_drawn(play: Playing) -> None:
    sent = await play.says("Which?", reply_markup=inline("A"))
    edited = {"chat_id": play.person.id, "message_id": sent["message_id"], "text": "Now?"}
    await play.call("editMessageText", **edited, reply_markup=inline("B"))
    assert play.person.drawn() == "── #1 · Person 1\n/start\n── #2 · bot · edited 1×\nNow?\n[ B ]\n"


async def test_the_newest_button_of_that_name_is_pressed(play: Playing) -> None:
    await play.says("One", reply_markup=inline("A", "B"))
    second = await play.says("Two", reply_markup=inline("A"))
    assert play.person.presses("A").message.id == second["message_id"]
    assert play.person.presses("d:A").message.id == second["message_id"]
    assert play.person.presses("B").message.text == "One"
    with pytest.raises(LookupError, match="no button 'C' in"):
        play.person.presses("C")


async def test_what_stands_on_no_button_is_pressed_only_by_force(play: Playing) -> None:
    await play.says("One", reply_markup=inline("A"))
    message = play.person.chat[-1]
    with pytest.raises(LookupError):
        play.person.presses("d:old", message)
    assert play.person.presses("d:old", message, anyway=True).data == "d:old"


async def test_an_old_message_comes_without_its_words(play: Playing) -> None:
    sent = await play.says("One", reply_markup=inline("A"))
    play.person.presses("A", inaccessible=True)
    (update,) = await play.updates()
    message = update["callback_query"]["message"]
    assert message == {"message_id": sent["message_id"], "chat": message["chat"], "date": 0}


async def test_a_person_waits_for_what_is_to_be_seen(play: Playing) -> None:
    with pytest.raises(TimeoutError, match="no 'Booked' in\n── #1 · Person 1"):
        await play.person.sees("Booked", seconds=0.01)
    await play.says("Booked")
    assert (await play.person.sees("Booked")).text == "Booked"
    with pytest.raises(TimeoutError, match="no 'Booked'"):
        await play.person.sees("Booked", after=play.person.screen, seconds=0.01)


async def test_the_contact_button_shares_the_own_number_and_goes(play: Playing) -> None:
    share = {"keyboard": [[{"text": "Share", "request_contact": True}], [{"text": "No"}]], "one_time_keyboard": True}
    asked = await play.says("Your number?", reply_markup=share)
    assert play.person.keyboard == [["Share"], ["No"]]
    play.person.taps("Share")
    (message,) = await messages(play)
    assert message["contact"] == {"phone_number": "56900000001", "first_name": "Person 1", "user_id": play.person.id}
    assert message["reply_to_message"]["message_id"] == asked["message_id"]
    assert play.person.keyboard == []
    with pytest.raises(LookupError):
        play.person.taps("Share")


async def test_a_keyboard_goes_with_the_message_that_brought_it(play: Playing) -> None:
    asked = await play.says("Your number?", reply_markup={"keyboard": [["Here"]]})
    play.person.taps("Here")
    assert play.person.keyboard == [["Here"]]
    await play.call("deleteMessage", chat_id=play.person.id, message_id=asked["message_id"])
    assert play.person.keyboard == []


async def test_somebody_elses_contact_names_somebody_else(play: Playing) -> None:
    play.person.shares_contact(own=False, phone="+56 9 1234 5678")
    (message,) = await messages(play)
    assert message["contact"] == {"phone_number": "+56 9 1234 5678", "first_name": "Somebody"}


async def test_deep_links_start_with_their_payload(play: Playing) -> None:
    link = "https://t.me/booking_sandbox_bot?start=s-1"
    await play.says("Open", reply_markup={"inline_keyboard": [[{"text": "Open", "url": link}]]})
    play.person.follows("Open")
    play.person.follows(link)
    play.person.starts()
    assert [message["text"] for message in await messages(play)] == ["/start s-1", "/start s-1", "/start"]
    with pytest.raises(LookupError):
        play.person.follows("https://t.me/other_bot?start=x")
    with pytest.raises(LookupError):
        play.person.presses("Open")


async def test_blocking_is_told_and_refuses_everything(play: Playing) -> None:
    sent = await play.says("Text")
    play.person.blocks()
    place = {"chat_id": play.person.id, "message_id": sent["message_id"]}
    blocked = "Forbidden: bot was blocked by the user"
    assert await play.refused("sendMessage", chat_id=play.person.id, text="x") == blocked
    assert await play.refused("editMessageText", text="x", **place) == blocked
    assert await play.refused("sendChatAction", chat_id=play.person.id, action="typing") == blocked
    play.person.writes("Back")
    await play.says("Back")
    changes = [update["my_chat_member"] for update in await play.updates() if "my_chat_member" in update]
    statuses = [(each["old_chat_member"]["status"], each["new_chat_member"]["status"]) for each in changes]
    assert statuses == [("member", "kicked"), ("kicked", "member")]


# Groups


async def test_with_privacy_a_bot_hears_in_groups_only_what_may_be_for_it(play: Playing) -> None:
    group = play.world.group(play.person)
    joined = await messages(play)
    assert [message["new_chat_members"][0]["id"] for message in joined] == [play.world.bot["id"]]
    heard = await play.call("sendMessage", chat_id=group.id, text="Hello")
    replied = group.place.messages[heard["result"]["message_id"]]
    for text in ("chat", "/start", "/start@booking_sandbox_bot x", "/start@other_bot", "@booking_sandbox_bot hi"):
        play.person.writes(text, group)
    play.person.writes("an answer", group, reply_to=replied)
    assert [message["text"] for message in await messages(play)] == [
        "/start",
        "/start@booking_sandbox_bot x",
        "an answer",
    ]


async def test_with_privacy_edits_are_as_private_as_messages(play: Playing) -> None:
    group = play.world.group(play.person)
    await messages(play)
    play.person.edits(play.person.writes("chat", group), "other chat")
    play.person.edits(play.person.writes("Hello"), "Hello again")
    _, edited = await play.updates()
    assert edited["edited_message"]["text"] == "Hello again"


async def test_without_privacy_it_hears_everything() -> None:
    async with playing(privacy=False) as play:
        group = play.world.group(play.person)
        play.person.writes("chat", group)
        play.person.writes("/start@other_bot", group)
        assert [message.get("text") for message in await messages(play)] == [None, "chat", "/start@other_bot"]


async def test_everybody_in_a_group_can_press(play: Playing) -> None:
    other = play.world.person()
    group = play.world.group(play.person, other)
    await messages(play)
    await play.call("sendMessage", chat_id=group.id, text="Open", reply_markup=inline("A"))
    press = other.presses("A", group.screen)
    (update,) = await play.updates()
    query = update["callback_query"]
    assert (query["from"]["id"], query["message"]["chat"]["id"]) == (other.id, group.id)
    await play.call("answerCallbackQuery", callback_query_id=press.id, text="Not yours")
    assert (await press.settled()).toast == "Not yours"


async def test_a_kicked_bot_is_told_and_can_do_nothing_until_it_is_let_in(play: Playing) -> None:
    group = play.world.group(play.person)
    group.kicks_bot()
    play.person.writes("/start", group)
    assert await play.refused("sendMessage", chat_id=group.id, text="x") == (
        "Forbidden: bot was kicked from the group chat"
    )
    group.lets_bot_in()
    assert (await play.call("sendMessage", chat_id=group.id, text="x"))["ok"]
    kinds = [next(iter(update.keys() - {"update_id"})) for update in await play.updates()]
    assert kinds == ["my_chat_member", "message", "my_chat_member", "my_chat_member", "message"]


async def test_a_group_becomes_a_supergroup_with_another_id(play: Playing) -> None:
    group = play.world.group(play.person)
    await messages(play)
    old, new = group.id, group.becomes_supergroup()
    assert -(10**12) < old < 0
    assert new < -(10**12)
    assert await play.call("sendMessage", chat_id=old, text="x") == {
        "ok": False,
        "error_code": 400,
        "description": "Bad Request: group chat was upgraded to a supergroup chat",
        "parameters": {"migrate_to_chat_id": new},
    }
    first, second = await messages(play)
    assert (first["chat"]["id"], first["migrate_to_chat_id"]) == (old, new)
    assert (second["chat"]["id"], second["migrate_from_chat_id"], second["message_id"]) == (new, old, 1)
    assert (await play.call("sendMessage", chat_id=new, text="x"))["result"]["message_id"] == 2


async def test_messages_are_numbered_across_private_chats(play: Playing) -> None:
    other = play.world.person()
    numbers = [play.person.writes("one").id, other.writes("two").id, play.person.writes("three").id]
    assert numbers == [numbers[0], numbers[0] + 1, numbers[0] + 2]


async def test_what_the_bot_does_is_seen_by_whoever_waits_for_it(play: Playing) -> None:
    await play.says("Which?", reply_markup=inline("A"))
    press = play.person.presses("A")
    waiting = asyncio.create_task(press.settled())
    await play.call("answerCallbackQuery", callback_query_id=press.id, text="Look", show_alert=True)
    assert await waiting is press
    assert (press.toast, press.alert) == ("Look", True)
    with pytest.raises(TimeoutError):
        await play.person.presses("A").settled(0.01)
