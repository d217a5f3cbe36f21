"""What people do in Telegram besides the shared dialogs: each row of the table in `docs/telegram.md`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from telegram_stage import TelegramStage, choice, nothing_changes, playing_telegram
from telegram_table import plays

from adapters.telegram.parse import MEDIA
from sandbox.calendar import faults
from sandbox.calendar.appointments import Wish
from sandbox.telegram import Fault

NOT_READ = "I can read only text and buttons here."


@pytest_asyncio.fixture(params=[False, True], ids=["polling", "webhook"])
async def stage(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[TelegramStage]:
    async with playing_telegram(tmp_path, hooked=request.param) as stage:
        yield stage
        await stage.world.until(lambda: not stage.world.unanswered())


async def at_the_form(stage: TelegramStage) -> None:
    await stage.types("/book")
    while stage.screen().focus != "form.firstname" and not (stage.screen().focus or "").startswith("form."):
        await stage.presses(choice(stage))


def token(stage: TelegramStage, word: str) -> str:
    return next(each.token for each in stage.screen().buttons if each.token.endswith(f"-{word}"))


async def to_the_summary(stage: TelegramStage) -> None:
    await until_phone(stage)
    for _ in range(3):
        await stage.taps(token(stage, "skip"))


async def until_phone(stage: TelegramStage) -> None:
    await at_the_form(stage)
    await stage.types("Somebody")
    await stage.types("somebody@example.com")
    assert "Phone" in stage.seen()


def gone(stage: TelegramStage, words: str) -> bool:
    found = [each for each in stage.person.chat if words in each.text]
    return bool(found) and all(each.deleted for each in found)


@plays("presses a button", "writes a line")
async def test_a_message_is_changed_in_place_after_a_press_and_new_below_after_a_line(stage: TelegramStage) -> None:
    await stage.types("/book")
    first = stage.message
    await stage.presses(choice(stage))
    assert stage.message is first
    assert first.edits
    await stage.types("Agent One")
    assert stage.message is not first
    await stage.world.until(lambda: not first.rows)


@plays("presses a button")
async def test_what_is_opened_on_the_newest_message_takes_its_place_and_what_is_opened_elsewhere_does_not(
    stage: TelegramStage,
) -> None:
    await stage.types("/start")
    menu = stage.message
    await stage.taps("o-settings")
    assert stage.message is menu
    await stage.taps(token(stage, "leave"))
    await stage.taps("o-book")
    assert stage.message is menu
    await stage.types("/help")
    below = stage.message
    assert below is not menu
    await stage.answered(lambda: stage.person.presses("o-book", message=menu, anyway=True))
    assert stage.message not in (menu, below), "nobody looks up there for what follows"


@plays("edits a message")
async def test_an_edited_message_changes_nothing(stage: TelegramStage) -> None:
    await at_the_form(stage)
    written = stage.person.writes("Somebody")
    await stage.person.sees("E-mail")
    stage.person.edits(written, "Anybody")
    await stage.types("somebody@example.com")
    assert "First name: Somebody" in stage.seen()


@plays("sends a sticker, picture, file, voice, video, poll or die")
async def test_what_cannot_be_read_is_said_beside_the_question(stage: TelegramStage) -> None:
    await at_the_form(stage)
    for kind in sorted(MEDIA):
        before = stage.message
        await stage.answered(partial(stage.person.sends, kind))
        assert stage.message is not before, kind
        assert NOT_READ in stage.seen()
        assert "First name" in stage.seen()


@plays("sends a sticker at first sight")
async def test_a_sticker_at_first_sight_opens_the_menu(stage: TelegramStage) -> None:
    await stage.answered(stage.person.sends_sticker)
    assert "What would you like to do?" in stage.seen()


@plays("forwards a text", "forwards a command")
async def test_a_forwarded_text_counts_as_written_but_a_forwarded_command_opens_nothing(stage: TelegramStage) -> None:
    await at_the_form(stage)
    await stage.answered(lambda: stage.person.forwards("/cancel"))
    assert NOT_READ in stage.seen()
    await stage.answered(lambda: stage.person.forwards("Somebody"))
    assert "E-mail" in stage.seen()


@plays("shares their own contact", "shares somebody else's contact")
async def test_somebody_elses_contact_is_no_answer_and_ones_own_is(stage: TelegramStage) -> None:
    await until_phone(stage)
    await stage.answered(lambda: stage.person.shares_contact(own=False))
    assert "That is somebody else's contact." in stage.seen()
    await stage.answered(stage.person.shares_contact)
    assert f"Phone: +56 {stage.person.phone.removeprefix('+').removeprefix('56')}" in stage.seen()


@plays("presses *Share my number*")
async def test_the_number_is_shared_by_a_button_that_goes_away_again(stage: TelegramStage) -> None:
    await until_phone(stage)
    press = stage.person.presses("Share my number")
    await press.settled()
    assert not press.toast
    await stage.world.until(lambda: stage.person.keyboard == [["Share my number"]])
    await stage.answered(lambda: stage.person.taps("Share my number"))
    assert f"Phone: +56 {stage.person.phone.removeprefix('+').removeprefix('56')}" in stage.seen()
    await stage.world.until(lambda: not stage.person.keyboard)
    await stage.world.until(lambda: gone(stage, "shares the number"))
    await stage.world.until(lambda: gone(stage, "Thank you."))


@plays("is asked for a name that stands on their profile")
async def test_the_profiles_name_is_offered_as_a_button_and_not_filled_in(stage: TelegramStage) -> None:
    await at_the_form(stage)
    assert "First name:" not in stage.message.text
    await stage.taps(choice(stage).token)
    assert f"First name: {stage.person.named['first_name']}" in stage.seen()


@plays("presses a day that is not free")
async def test_a_day_that_is_not_free_is_answered_quietly(stage: TelegramStage) -> None:
    await stage.types("/book")
    for _ in range(2):
        await stage.presses(choice(stage))
    press = stage.person.presses("n", message=stage.message)
    await press.settled()
    assert not press.toast
    await nothing_changes(stage)


@plays("presses a button that somebody else was given")
async def test_somebody_who_presses_anothers_button_in_their_own_chat_changes_nothing_there(
    stage: TelegramStage,
) -> None:
    await stage.types("/book")
    message, before, token = stage.message, stage.message.drawn(), choice(stage).token
    other = stage.world.person()
    other.writes("/start")
    await other.sees("What would you like to do?")
    press = other.presses(token, message=other.screen, anyway=True)
    await press.settled()
    assert press.toast
    assert "earlier message" in press.toast
    assert message.drawn() == before


@plays("blocks the bot", "lets the bot in again")
async def test_who_blocks_the_bot_is_left_alone_and_finds_all_in_place_again(stage: TelegramStage) -> None:
    await stage.types("/book")
    stage.person.blocks()
    press = stage.person.presses(choice(stage).token, message=stage.message, anyway=True)
    await stage.world.until(lambda: any(each.status == 403 for each in stage.world.ledger.requests))
    await stage.settled()
    assert not press.toast
    stage.person.unblocks()
    await stage.types("/start")
    assert "What would you like to do?" in stage.seen()


@plays("writes 20 messages at once")
async def test_twenty_messages_at_once_are_answered_in_their_order(stage: TelegramStage) -> None:
    await at_the_form(stage)
    stage.person.writes("Somebody")
    for number in range(19):
        stage.person.writes(f"no address {number}")
    await stage.answered(lambda: stage.person.writes("somebody@example.com"))
    while "Phone" not in stage.seen():
        await stage.answered(lambda: None)
    assert "First name: Somebody" in stage.seen()
    assert len([each for each in stage.person.chat if each.by_bot and each.rows]) == 1


@plays("presses a button weeks later", "presses a button of an older message")
async def test_a_press_weeks_later_is_answered_by_todays_screen(stage: TelegramStage) -> None:
    await stage.types("/book")
    message, token = stage.message, choice(stage).token
    await stage.types("/start")
    stage.calendar.time_passes(timedelta(weeks=5).total_seconds())
    stage.world.forward(timedelta(weeks=5))
    press = stage.person.presses(token, message=message, anyway=True)
    await press.settled()
    assert press.toast
    assert "earlier message" in press.toast
    assert "[ Book an appointment ]" in stage.message.drawn()


@plays("presses *Book*, *Move*, *Cancel* under a card or a menu of weeks ago")
async def test_a_door_of_weeks_ago_still_opens(stage: TelegramStage) -> None:
    await stage.types("/start")
    message = stage.message
    stage.calendar.time_passes(timedelta(weeks=5).total_seconds())
    stage.world.forward(timedelta(weeks=5))
    await stage.answered(lambda: stage.person.presses("o-book", message=message))
    assert "What is it for?" in stage.seen()


@plays("pastes a link from the calendar's e-mail")
async def test_a_pasted_link_is_taken_up_and_taken_out_of_the_chat(stage: TelegramStage) -> None:
    link = booked_elsewhere(stage)
    await stage.types(f"Look: {link}")
    assert "Account opening" in stage.seen()
    await stage.world.until(lambda: gone(stage, "v-schedule-auth"))


@plays("pastes a link that Telegram does not let us take away")
async def test_a_pasted_link_that_has_to_stay_in_the_chat_is_taken_up_all_the_same(
    stage: TelegramStage,
) -> None:
    link = booked_elsewhere(stage)
    stage.world.faults.add(Fault("deleteMessage", status=400, description="Bad Request: message can't be deleted"))
    await stage.types(link)
    assert "Account opening" in stage.seen()
    await stage.world.until(lambda: stage.world.ledger.count("deleteMessage") == 1)


def booked_elsewhere(stage: TelegramStage) -> str:
    """The link to join an appointment that the calendar has and the bot does not know."""
    world = stage.calendar.world
    service, agents = world.service("Account opening"), [world.agent("One").id]
    day = world.days(agents, world.now() + timedelta(days=2), ZoneInfo("America/Santiago"))[-1]  # never today
    start = world.hours(agents, day, ZoneInfo("America/Santiago"))[0]
    page = "https://example.com/book"
    wish = Wish(service, agents, start, "America/Santiago", "guest@example.com", page, form={})
    token = world.access_token(world.book(wish))
    return f"{page}?v-schedule-action=join&v-schedule-auth={token}"


@plays("writes an unknown command")
async def test_an_unknown_command_says_so(stage: TelegramStage) -> None:
    await stage.types("/unheard_of")
    assert "I do not know /unheard_of." in stage.seen()


@plays("follows a link to a service, or to a service with an agent")
async def test_a_link_opens_a_service_and_one_with_an_agent(stage: TelegramStage) -> None:
    await stage.types("/book")
    service = choice(stage).token.rpartition("-c")[2]
    await stage.answered(lambda: stage.person.starts(f"book-{service}"))
    assert "Service: Account opening" in stage.seen()
    agent = choice(stage, 2).token.rpartition("-c")[2]
    await stage.answered(lambda: stage.person.starts(f"book-{service}-{agent}"))
    assert "With: Agent Two" in stage.seen()
    assert "Which day suits you?" in stage.seen()


async def test_a_link_opens_a_service_that_stands_on_a_later_page(stage: TelegramStage) -> None:
    await stage.types("/book")
    first = {button.token for button in stage.screen().questions[0].choices}
    await stage.types("More")
    later = choice(stage, -1)
    assert later.token not in first
    service = later.token.rpartition("-c")[2]
    await stage.answered(lambda: stage.person.starts(f"book-{service}"))
    assert f"Service: {later.label}" in stage.seen()


@plays("follows a link to a service that is gone")
async def test_a_link_to_a_service_that_is_gone_says_so_and_shows_the_others(stage: TelegramStage) -> None:
    await stage.answered(lambda: stage.person.starts("book-000000000000000000000000"))
    assert "What that button was for is not there any more." in stage.seen()
    assert "Account opening" in stage.seen()


@plays("follows a link that leads to nothing known")
async def test_a_link_to_nothing_known_opens_the_menu(stage: TelegramStage) -> None:
    await stage.answered(lambda: stage.person.starts("nonsense"))
    assert "What would you like to do?" in stage.seen()


@plays("is delivered twice by Telegram")
async def test_the_same_update_again_changes_nothing(stage: TelegramStage) -> None:
    await at_the_form(stage)
    await stage.types("Somebody")
    stage.world.redeliver()
    await nothing_changes(stage)


@plays("is delivered in a form that cannot be understood")
async def test_a_poison_update_is_set_aside_and_the_next_one_is_served(stage: TelegramStage) -> None:
    stage.world.raw({"message": {"text": "/book", "chat": {"type": "private"}}}, chat=stage.person.id)
    stage.world.raw({"callback_query": {"id": "1", "data": 7, "message": {}}}, chat=stage.person.id)
    await stage.types("/start")
    await stage.settled()
    assert (await stage.runner.counts()).inbox["aside"] == 2


@plays("deletes messages of the bot, then presses or writes")
async def test_a_message_that_was_deleted_comes_again_below(stage: TelegramStage) -> None:
    await stage.types("/book")
    before = stage.message
    before.deleted = True
    await stage.taps(choice(stage).token, anyway=True)
    assert stage.message is not before
    assert "With whom?" in stage.message.text


async def test_a_finished_appointment_keeps_its_buttons(stage: TelegramStage) -> None:
    await to_the_summary(stage)
    await stage.taps(token(stage, "confirm"))
    card = stage.message
    assert any(entity["type"] == "date_time" for entity in card.entities)
    await stage.taps("o-book")
    assert stage.message is not card
    assert card.rows


async def test_in_spanish_words_and_the_week_are_spanish(tmp_path: Path) -> None:
    async with playing_telegram(tmp_path, language="es") as stage:
        await stage.types("/book")
        for _ in range(2):
            await stage.presses(choice(stage))
        assert "[ lun ][ mar ][ mié ]" in stage.message.drawn()


@plays("presses the same button twice in a hurry")
async def test_of_two_presses_in_a_hurry_the_first_counts(stage: TelegramStage) -> None:
    await stage.types("/book")
    message, token = stage.message, choice(stage).token
    first = stage.person.presses(token, message=message)
    second = stage.person.presses(token, message=message, anyway=True)
    await first.settled()
    await second.settled()
    assert not first.toast
    assert "earlier message" in (second.toast or "")
    await stage.settled()
    assert "With whom?" in stage.message.text


@plays("presses or writes something while a booking is on its way")
async def test_what_is_done_while_a_booking_is_on_its_way_stops_nothing(stage: TelegramStage) -> None:
    await to_the_summary(stage)
    stage.calendar.world.faults.add(faults.late("writes", 1.0))
    message, confirm = stage.message, token(stage, "confirm")
    stage.person.presses(confirm, message=message)
    await stage.world.until(lambda: "Booking …" in stage.message.text, 20)
    again = stage.person.presses(confirm, message=message, anyway=True)
    await again.settled()
    assert "cannot be stopped any more" in (again.toast or "")
    await stage.answered(lambda: stage.person.writes("stop"))
    await stage.settled()
    assert "Booked." in stage.person.drawn()
    assert len(stage.calendar.world.ledger.standing()) == 1


@plays("sends an album")
async def test_an_album_is_told_unread_once(stage: TelegramStage) -> None:
    await at_the_form(stage)
    before = len(stage.person.chat)
    stage.person.sends_album(10)
    await stage.settled()
    [answer] = [each for each in stage.person.chat[before:] if each.by_bot]
    assert NOT_READ in answer.text
    assert [each.id for each in stage.person.chat if each.by_bot and each.rows] == [answer.id]


@plays("answers an old message by a reply")
async def test_a_reply_to_an_old_message_counts_as_written(stage: TelegramStage) -> None:
    await at_the_form(stage)
    first = stage.message
    await stage.types("Somebody")
    await stage.answered(lambda: stage.person.writes("somebody@example.com", reply_to=first))
    assert "E-mail: somebody@example.com" in stage.seen()


@plays("writes more than fits")
async def test_what_is_too_long_is_not_cut(stage: TelegramStage) -> None:
    await at_the_form(stage)
    await stage.types("x" * 4096)
    assert "That is 96 characters too long; up to 4,000 fit." in stage.seen()
    await stage.types("x" * 60)
    assert "That is 10 characters too long; up to 50 fit." in stage.seen()
    assert "First name" in stage.seen()


@plays("writes markup, pictures of many parts or a right-to-left text")
@pytest.mark.parametrize(
    "line", ["<b>*_[x](http://a)_*</b>", "👩\u200d👩\u200d👧", "\u2068שלום & <i>\u2069", "`a` ~b~ ||c||"]
)
async def test_what_is_written_stands_as_it_was_written(stage: TelegramStage, line: str) -> None:
    await at_the_form(stage)
    await stage.types(line.strip("\u2068\u2069"))  # what runs the other way is kept apart
    assert f"First name: {line}" in stage.message.text


@plays("presses *Share my number* and then writes or presses something else")
@pytest.mark.parametrize("written", [True, False], ids=["writes", "presses"])
async def test_a_contact_button_that_is_not_wanted_goes_as_well(stage: TelegramStage, written: bool) -> None:
    await until_phone(stage)
    stage.person.presses("Share my number")
    await stage.world.until(lambda: stage.person.keyboard)
    await (stage.types("+56 9 1234 5678") if written else stage.taps(token(stage, "skip")))
    await stage.world.until(lambda: not stage.person.keyboard)
    await stage.world.until(lambda: gone(stage, "shares the number") and gone(stage, "Thank you."))


@plays("presses *Share my number* again")
async def test_a_contact_button_that_was_deleted_can_be_had_again(stage: TelegramStage) -> None:
    await until_phone(stage)
    for _ in range(2):
        press = stage.person.presses("Share my number", message=stage.message)
        await press.settled()
    await stage.settled()
    brought = [each for each in stage.person.chat if "shares the number" in each.text]
    assert [each.deleted for each in brought] == [True, False]
    assert stage.person.keyboard == [["Share my number"]]


@plays("gives a command in the middle of a conversation")
async def test_a_command_in_the_middle_sets_aside_what_can_be_gone_on_with(stage: TelegramStage) -> None:
    await at_the_form(stage)
    await stage.types("/timezone")
    await stage.taps(token(stage, "resume"))
    assert "First name" in stage.seen()


@plays("writes a command in capitals or with the bot's name")
@pytest.mark.parametrize("line", ["/BOOK", "/book@booking_sandbox_bot", "/Book@Booking_Sandbox_Bot"])
async def test_a_command_opens_however_it_is_written(stage: TelegramStage, line: str) -> None:
    await stage.types(line)
    assert "What is it for?" in stage.seen()


@plays("changes the language of their Telegram")
async def test_the_language_of_the_persons_telegram_is_spoken(stage: TelegramStage) -> None:
    await stage.types("/start")
    stage.person.language_code = "es"
    await stage.types("/book")
    assert "¿Para qué servicio?" in stage.seen()


@plays("pins a message, reacts to one, or is sent something by a newer Telegram")
async def test_what_asks_for_nothing_gets_no_answer(stage: TelegramStage) -> None:
    await stage.types("/book")
    for kind in ("pinned_message", "hologram_of_a_later_year", "new_chat_photo"):
        stage.person.sends(kind)
    reaction = {"chat": stage.message.chat.shown, "message_id": stage.message.id, "new_reaction": []}
    stage.world.raw({"message_reaction": reaction}, chat=stage.person.id)
    await nothing_changes(stage)


@plays("deletes their account")
async def test_a_deleted_account_is_left_alone(stage: TelegramStage) -> None:
    await stage.types("/book")
    stage.person.presses(choice(stage).token, message=stage.message)
    stage.person.deactivates()
    await stage.world.taken()
    await stage.settled()
    assert not (await stage.runner.counts()).owed
