"""The real SDK is content with every answer of the stand-in, and the stand-in with everything that the SDK sends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from telegram import (
    BotCommand,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    LinkPreviewOptions,
    MenuButtonCommands,
    Message,
    MessageEntity,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    ReplyParameters,
    Update,
)
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, NetworkError, RetryAfter
from telegram_playing import Playing, playing, sdk

from sandbox.telegram import Body, Fault, Then


@pytest.fixture
async def play() -> AsyncIterator[Playing]:
    async with playing() as playing_now:
        yield playing_now
        assert playing_now.complaints == []


def keyboard(*labels: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton(label, callback_data=f"d:{label}") for label in labels]])


async def test_it_knows_who_it_is(play: Playing) -> None:
    me = await play.bot.get_me()
    assert (me.id, me.username, me.is_bot) == (play.world.bot["id"], "booking_sandbox_bot", True)


async def test_a_message_is_sent_changed_and_deleted(play: Playing) -> None:
    message = await play.bot.send_message(
        play.person.id, "A <b>bold</b> word", parse_mode="HTML", reply_markup=keyboard("A")
    )
    assert (message.text, message.parse_entities()) == ("A bold word", {message.entities[0]: "bold"})
    changed = await play.bot.edit_message_text("Else", play.person.id, message.id)
    assert isinstance(changed, Message)
    assert (changed.text, changed.reply_markup) == ("Else", None)
    assert changed.edit_date is not None
    assert await play.bot.delete_message(play.person.id, message.id)
    assert [(each.text, each.edits, each.deleted) for each in play.person.chat[1:]] == [("Else", 1, True)]


async def test_a_date_time_entity_survives_both_ways(play: Playing) -> None:
    entity = MessageEntity(
        "date_time", 3, 5, unix_time=datetime.fromtimestamp(1_780_000_000, UTC), date_time_format="wDT"
    )
    message = await play.bot.send_message(play.person.id, "At 10:00 o'clock", entities=[entity])
    assert message.entities[0].to_dict() == entity.to_dict()
    assert play.person.chat[-1].entities[0]["unix_time"] == 1_780_000_000


async def test_every_kind_of_keyboard_is_taken(play: Playing) -> None:
    share = ReplyKeyboardMarkup(
        [[KeyboardButton("Share", request_contact=True)]], resize_keyboard=True, one_time_keyboard=True
    )
    await play.bot.send_message(play.person.id, "Your number?", reply_markup=share)
    assert play.person.drawn().endswith("── keyboard\n[ Share ]\n")
    await play.bot.send_message(play.person.id, "Thanks", reply_markup=ReplyKeyboardRemove())
    assert play.person.keyboard == []
    await play.bot.send_message(play.person.id, "Name?", reply_markup=ForceReply(input_field_placeholder="Name"))
    link = InlineKeyboardMarkup([[InlineKeyboardButton("Open", url="https://t.me/booking_sandbox_bot?start=x")]])
    await play.bot.send_message(
        play.person.id, "Link", reply_markup=link, link_preview_options=LinkPreviewOptions(True)
    )
    assert play.person.chat[-1].rows[0][0].url == "https://t.me/booking_sandbox_bot?start=x"


async def test_only_the_buttons_are_changed(play: Playing) -> None:
    message = await play.bot.send_message(play.person.id, "Text", reply_markup=keyboard("A", "B"))
    await play.bot.edit_message_reply_markup(play.person.id, message.id, reply_markup=keyboard("C"))
    assert play.person.chat[-1].labels == ["C"]
    await play.bot.edit_message_reply_markup(play.person.id, message.id)
    assert play.person.chat[-1].labels == []


async def test_a_press_is_answered_with_a_toast(play: Playing) -> None:
    await play.bot.send_message(play.person.id, "Text", reply_markup=keyboard("A"))
    press = play.person.presses("A")
    (update,) = await play.bot.get_updates()
    assert update.callback_query is not None
    assert (update.callback_query.data, update.callback_query.from_user.language_code) == ("d:A", "es")
    assert await update.callback_query.answer("Taken", show_alert=True)
    assert (press.toast, press.alert, press.answered) == ("Taken", True, True)


async def test_a_press_on_a_deleted_message_comes_without_it(play: Playing) -> None:
    message = await play.bot.send_message(play.person.id, "Text", reply_markup=keyboard("A"))
    await play.bot.delete_message(play.person.id, message.id)
    play.person.presses("d:A", play.person.chat[-1], anyway=True)
    (update,) = await play.bot.get_updates()
    assert update.callback_query is not None
    assert update.callback_query.message is not None
    assert update.callback_query.message.date.timestamp() == 0
    assert update.to_dict()["callback_query"]["message"].keys() >= {"message_id", "chat"}


async def test_a_document_is_kept_and_can_be_fetched(play: Playing) -> None:
    caption = "Your <i>appointment</i>"
    content, person = b"BEGIN:VCALENDAR\r\n--\r\n", play.person.id
    message = await play.bot.send_document(person, content, caption=caption, parse_mode="HTML", filename="a b.ics")
    assert message.document is not None
    assert (message.document.file_name, message.caption) == ("a b.ics", "Your appointment")
    seen = play.person.chat[-1]
    assert seen.file is not None
    assert seen.file.content == content
    file = await play.bot.get_file(message.document.file_id)
    assert bytes(await file.download_as_bytearray()) == seen.file.content
    again = await play.bot.send_document(play.person.id, message.document.file_id)
    assert again.document == message.document


async def test_the_bots_page_is_set_read_and_seen_by_language(play: Playing) -> None:
    bot, english, spanish = play.bot, [BotCommand("book", "Book")], [BotCommand("book", "Reservar")]
    await bot.set_my_commands(english)
    await bot.set_my_commands(spanish, BotCommandScopeAllPrivateChats(), "es")
    assert await bot.get_my_commands() == tuple(english)
    assert await bot.get_my_commands(BotCommandScopeAllPrivateChats(), "es") == tuple(spanish)
    assert play.person.menu == [("book", "Reservar")]
    assert play.world.person("de").menu == [("book", "Book")]
    await bot.set_my_commands([BotCommand("book", "Everybody's")], BotCommandScopeAllPrivateChats())
    assert (play.person.menu, play.world.person("de").menu) == ([("book", "Reservar")], [("book", "Everybody's")])
    await bot.delete_my_commands(BotCommandScopeAllPrivateChats())
    await bot.delete_my_commands(BotCommandScopeAllPrivateChats(), "es")
    assert play.person.menu == [("book", "Book")]
    await bot.set_my_name("Citas", "es")
    await bot.set_my_description("Long")
    await bot.set_my_short_description("Short")
    await bot.set_chat_menu_button(menu_button=MenuButtonCommands())
    assert (await bot.get_my_name("es")).name == "Citas"
    assert (await bot.get_my_name("de")).name == "Booking Sandbox"
    assert (await bot.get_my_description("es")).description == "Long"
    assert (await bot.get_my_short_description()).short_description == "Short"
    assert (await bot.get_chat_menu_button()).type == "commands"
    assert play.person.profile["name"] == "Citas"
    await bot.set_my_commands([BotCommand("help", "Help")], BotCommandScopeChat(play.person.id))
    assert play.person.menu == [("help", "Help")]


async def test_whatever_people_send_is_an_update_that_the_sdk_reads(play: Playing) -> None:
    person, world = play.person, play.world
    await play.bot.send_message(person.id, "Text", reply_markup=keyboard("A"))
    written = person.writes("/book@booking_sandbox_bot now, one@example.com")
    person.edits(written, "Never mind")
    person.shares_contact()
    person.shares_contact(own=False)
    person.shares_location()
    person.sends_sticker()
    person.sends_photo("A caption")
    person.sends_voice()
    person.sends_document()
    person.forwards("Not mine")
    person.presses("A", inaccessible=True)
    person.blocks()
    person.unblocks()
    group = world.group(person, world.person())
    person.writes("/start", group)
    group.kicks_bot()
    group.lets_bot_in()
    group.becomes_supergroup()
    person.writes("/start@booking_sandbox_bot", group)
    updates = await play.bot.get_updates()
    assert [update.update_id - updates[0].update_id for update in updates] == list(range(len(updates)))
    kinds = [kind for update in updates for kind in Update.ALL_TYPES if getattr(update, kind) is not None]
    assert len(updates) == len(kinds) == 22
    first = updates[0].message
    assert first is not None
    assert first.parse_entities(["bot_command", "email"]) == {
        first.entities[0]: "/book@booking_sandbox_bot",
        first.entities[1]: "one@example.com",
    }


async def test_a_chat_is_described(play: Playing) -> None:
    chat = await play.bot.get_chat(play.person.id)
    assert (chat.id, chat.type, chat.first_name) == (play.person.id, "private", "Person 1")
    assert await play.bot.send_chat_action(play.person.id, "typing")
    assert play.person.actions == ["typing"]


async def test_a_reply_names_what_it_replies_to(play: Playing) -> None:
    written = play.person.writes("Hello")
    message = await play.bot.send_message(play.person.id, "Hello", reply_parameters=ReplyParameters(written.id))
    assert message.reply_to_message is not None
    assert message.reply_to_message.text == "Hello"


async def test_the_webhook_is_described(play: Playing) -> None:
    assert (await play.bot.get_webhook_info()).url == ""
    await play.bot.set_webhook(
        "http://127.0.0.1:9/hook", max_connections=5, allowed_updates=["message"], secret_token="s"
    )
    info = await play.bot.get_webhook_info()
    assert (info.url, info.max_connections, info.allowed_updates) == ("http://127.0.0.1:9/hook", 5, ("message",))
    with pytest.raises(Conflict, match="webhook is active"):
        await play.bot.get_updates()
    await play.bot.delete_webhook(drop_pending_updates=True)
    assert (await play.bot.get_webhook_info()).url == ""


async def test_refusals_are_the_sdks_own_errors(play: Playing, monkeypatch: pytest.MonkeyPatch) -> None:
    # Otherwise the SDK warns whenever it meets a 429.
    monkeypatch.setenv("PTB_TIMEDELTA", "true")
    group = play.world.group(play.person)
    old, new = group.id, group.becomes_supergroup()
    with pytest.raises(ChatMigrated) as migrated:
        await play.bot.send_message(old, "Text")
    assert migrated.value.new_chat_id == new
    await play.bot.send_message(new, "Text")
    play.person.blocks()
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await play.bot.send_message(play.person.id, "Text")
    play.person.unblocks()
    play.world.faults.add(Fault("sends", retry_after=7))
    with pytest.raises(RetryAfter) as told:
        await play.bot.send_message(play.person.id, "Text")
    assert told.value.retry_after == timedelta(seconds=7)
    play.world.faults.add(
        Fault("sends", status=502), Fault("sends", then=Then.RESET), Fault("sends", status=502, body=Body.HTML)
    )
    for _ in range(3):
        with pytest.raises(NetworkError):
            await play.bot.send_message(play.person.id, "Text")
    message = await play.bot.send_message(play.person.id, "Text")
    with pytest.raises(BadRequest, match="not modified"):
        await play.bot.edit_message_text("Text", play.person.id, message.id)


async def test_another_token_is_no_token(play: Playing) -> None:
    other = sdk(play.url, play.world.token[:-1] + "-")
    with pytest.raises(InvalidToken):
        await other.initialize()
    await other.shutdown()


async def test_a_poll_waits_for_what_people_do(play: Playing) -> None:
    polled = asyncio.create_task(play.bot.get_updates(timeout=30))
    await play.world.until(lambda: play.world.polls)
    play.person.writes("Hello")
    (update,) = await polled
    assert update.message is not None
    assert isinstance(update.message.date, datetime)
    everything: Any = update.to_dict()
    assert everything["message"]["text"] == "Hello"
