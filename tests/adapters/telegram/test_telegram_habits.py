"""What people do in Telegram besides the shared dialogs: each row of the table in `docs/telegram.md`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from telegram_stage import TelegramStage, playing_telegram

from conversations.screens import Button
from sandbox.telegram import Fault

NOT_READ = "I can read only text and buttons here."


@pytest_asyncio.fixture(params=[False, True], ids=["polling", "webhook"])
async def stage(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[TelegramStage]:
    async with playing_telegram(tmp_path, hooked=request.param) as stage:
        yield stage
        await stage.world.until(lambda: not stage.world.unanswered())


def choice(stage: TelegramStage, number: int = 0) -> Button:
    question = stage.screen().question(stage.screen().focus)
    assert question
    return question.choices[number]


async def at_the_form(stage: TelegramStage) -> None:
    await stage.types("/book")
    while stage.screen().focus != "form.firstname" and not (stage.screen().focus or "").startswith("form."):
        await stage.presses(choice(stage))


async def until_phone(stage: TelegramStage) -> None:
    await at_the_form(stage)
    await stage.types("Somebody")
    await stage.types("somebody@example.com")
    assert "Phone" in stage.seen()


async def nothing_changes(stage: TelegramStage) -> None:
    shown, before = stage.telegram.shown, stage.message.drawn()
    await stage.settled()
    assert stage.telegram.shown == shown
    assert stage.message.drawn() == before


def gone(stage: TelegramStage, words: str) -> bool:
    found = [each for each in stage.person.chat if words in each.text]
    return bool(found) and all(each.deleted for each in found)


async def test_a_message_is_changed_in_place_after_a_press_and_new_below_after_a_line(stage: TelegramStage) -> None:
    await stage.types("/book")
    first = stage.message
    await stage.presses(choice(stage))
    assert stage.message is first
    assert first.edits
    await stage.types("Agent One")
    assert stage.message is not first
    await stage.world.until(lambda: not first.rows)


async def test_an_edited_message_changes_nothing(stage: TelegramStage) -> None:
    await at_the_form(stage)
    written = stage.person.writes("Somebody")
    await stage.person.sees("E-mail")
    stage.person.edits(written, "Anybody")
    await stage.types("somebody@example.com")
    assert "First name: Somebody" in stage.seen()


@pytest.mark.parametrize("act", ["sends_sticker", "sends_photo", "sends_document", "sends_voice"])
async def test_what_cannot_be_read_is_said_beside_the_question(stage: TelegramStage, act: str) -> None:
    await at_the_form(stage)
    await stage.answered(getattr(stage.person, act))
    assert NOT_READ in stage.seen()
    assert "First name" in stage.seen()


async def test_a_sticker_at_first_sight_opens_the_menu(stage: TelegramStage) -> None:
    await stage.answered(stage.person.sends_sticker)
    assert "What would you like to do?" in stage.seen()


async def test_a_forwarded_text_counts_as_written_but_a_forwarded_command_opens_nothing(stage: TelegramStage) -> None:
    await at_the_form(stage)
    await stage.answered(lambda: stage.person.forwards("/cancel"))
    assert NOT_READ in stage.seen()
    await stage.answered(lambda: stage.person.forwards("Somebody"))
    assert "E-mail" in stage.seen()


async def test_somebody_elses_contact_is_no_answer_and_ones_own_is(stage: TelegramStage) -> None:
    await until_phone(stage)
    await stage.answered(lambda: stage.person.shares_contact(own=False))
    assert "That is somebody else's contact." in stage.seen()
    await stage.answered(stage.person.shares_contact)
    assert f"Phone: +{stage.person.phone.lstrip('+')}" in stage.seen()


async def test_the_number_is_shared_by_a_button_that_goes_away_again(stage: TelegramStage) -> None:
    await until_phone(stage)
    press = stage.person.presses("Share my number")
    await press.settled()
    assert not press.toast
    await stage.world.until(lambda: stage.person.keyboard == [["Share my number"]])
    await stage.answered(lambda: stage.person.taps("Share my number"))
    assert f"Phone: +{stage.person.phone.lstrip('+')}" in stage.seen()
    await stage.world.until(lambda: not stage.person.keyboard)
    await stage.world.until(lambda: gone(stage, "shares the number"))
    await stage.world.until(lambda: gone(stage, "Thank you."))


async def test_a_day_that_is_not_free_is_answered_quietly(stage: TelegramStage) -> None:
    await stage.types("/book")
    for _ in range(2):
        await stage.presses(choice(stage))
    press = stage.person.presses("n", message=stage.message)
    await press.settled()
    assert not press.toast
    await nothing_changes(stage)


async def test_in_a_group_a_command_is_answered_with_the_way_into_the_private_chat(stage: TelegramStage) -> None:
    group = stage.world.group(stage.person)
    stage.person.writes("/book", group)
    await stage.world.until(lambda: group.screen is not None and bool(group.screen.labels))
    answer = group.screen
    assert answer
    assert "Appointments are a private matter." in answer.text
    await stage.answered(lambda: stage.person.follows(answer.buttons[0].url or ""))
    assert "What is it for?" in stage.seen()
    assert "What is it for?" not in group.place.drawn()


async def test_commands_for_other_bots_and_talk_in_a_group_are_left_alone(stage: TelegramStage) -> None:
    group = stage.world.group(stage.person)
    stage.person.writes("/book@some_other_bot", group)
    stage.person.writes("hello there", group)
    stage.person.writes("/unheard_of", group)
    await stage.types("/start")
    assert group.screen is None


async def test_a_press_in_a_group_gets_a_toast_and_changes_nothing(stage: TelegramStage) -> None:
    await stage.types("/book")
    token = choice(stage).token
    group = stage.world.group(stage.person, other := stage.world.person())
    stage.person.writes("/help", group)
    await stage.world.until(lambda: group.screen is not None)
    press = other.presses(token, message=group.screen, anyway=True)
    await press.settled()
    assert press.toast
    assert "not for you to press" in press.toast
    await nothing_changes(stage)


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


async def test_a_group_that_becomes_a_supergroup_is_answered_where_it_is_now(stage: TelegramStage) -> None:
    group = stage.world.group(stage.person)
    before = group.id
    stage.world.faults.add(Fault("sendMessage", latency=0.05, chat=before))
    stage.person.writes("/book", group)
    group.becomes_supergroup()
    stage.person.writes("/help", group)
    await stage.world.until(lambda: group.screen is not None and "private matter" in group.screen.text)
    assert group.id != before


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


async def test_a_bot_that_is_kicked_and_let_in_again_goes_on(stage: TelegramStage) -> None:
    group = stage.world.group(stage.person)
    group.kicks_bot()
    group.lets_bot_in()
    stage.person.writes("/book", group)
    await stage.world.until(lambda: group.screen is not None and "private matter" in group.screen.text)


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


async def test_a_door_of_weeks_ago_still_opens(stage: TelegramStage) -> None:
    await stage.types("/start")
    message = stage.message
    stage.calendar.time_passes(timedelta(weeks=5).total_seconds())
    stage.world.forward(timedelta(weeks=5))
    await stage.answered(lambda: stage.person.presses("o-book", message=message))
    assert "What is it for?" in stage.seen()


async def test_an_unknown_command_says_so(stage: TelegramStage) -> None:
    await stage.types("/unheard_of")
    assert "I do not know /unheard_of." in stage.seen()


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


async def test_a_link_to_a_service_that_is_gone_says_so_and_shows_the_others(stage: TelegramStage) -> None:
    await stage.answered(lambda: stage.person.starts("book-000000000000000000000000"))
    assert "What that button was for is not there any more." in stage.seen()
    assert "Account opening" in stage.seen()


async def test_a_link_to_nothing_known_opens_the_menu(stage: TelegramStage) -> None:
    await stage.answered(lambda: stage.person.starts("nonsense"))
    assert "What would you like to do?" in stage.seen()


async def test_the_same_update_again_changes_nothing(stage: TelegramStage) -> None:
    await at_the_form(stage)
    await stage.types("Somebody")
    stage.world.redeliver()
    await nothing_changes(stage)


async def test_a_poison_update_is_set_aside_and_the_next_one_is_served(stage: TelegramStage) -> None:
    stage.world.raw({"message": {"text": "/book", "chat": {"type": "private"}}}, chat=stage.person.id)
    stage.world.raw({"callback_query": {"id": "1", "data": 7, "message": {}}}, chat=stage.person.id)
    await stage.types("/start")
    await stage.settled()
    assert (await stage.runner.counts()).inbox["aside"] == 2


async def test_a_message_that_was_deleted_comes_again_below(stage: TelegramStage) -> None:
    await stage.types("/book")
    before = stage.message
    before.deleted = True
    await stage.taps(choice(stage).token, anyway=True)
    assert stage.message is not before
    assert "With whom?" in stage.message.text


async def test_a_finished_appointment_keeps_its_buttons(stage: TelegramStage) -> None:
    await at_the_form(stage)
    await stage.types("Somebody")
    await stage.types("somebody@example.com")
    for _ in range(3):
        await stage.taps(next(each for each in stage.screen().buttons if "skip" in each.token).token)
    await stage.taps(next(each for each in stage.screen().buttons if "confirm" in each.token).token)
    card = stage.message
    assert any(entity["type"] == "date_time" for entity in card.entities)
    await stage.types("/start")
    assert stage.message is not card
    assert card.rows


async def test_in_spanish_words_and_the_week_are_spanish(tmp_path: Path) -> None:
    async with playing_telegram(tmp_path, language="es") as stage:
        await stage.types("/book")
        for _ in range(2):
            await stage.presses(choice(stage))
        assert "[ lun ][ mar ][ mié ]" in stage.message.drawn()
