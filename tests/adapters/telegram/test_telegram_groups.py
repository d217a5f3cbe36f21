"""What people do with the bot in groups: rows of the table in `docs/telegram.md`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from telegram_stage import TelegramStage, choice, nothing_changes, playing_telegram
from telegram_table import plays

from sandbox.telegram import Fault


@pytest_asyncio.fixture(params=[False, True], ids=["polling", "webhook"])
async def stage(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[TelegramStage]:
    async with playing_telegram(tmp_path, hooked=request.param) as stage:
        yield stage
        await stage.world.until(lambda: not stage.world.unanswered())


@plays("gives a command in a group")
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


@plays("gives a command for another bot in a group, or talks there", "adds the bot to a group")
async def test_commands_for_other_bots_and_talk_in_a_group_are_left_alone(stage: TelegramStage) -> None:
    group = stage.world.group(stage.person)
    stage.person.writes("/book@some_other_bot", group)
    stage.person.writes("hello there", group)
    stage.person.writes("/unheard_of", group)
    await stage.types("/start")
    assert group.screen is None


@plays("presses a button in a group")
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


@plays("lets a group become a supergroup")
async def test_a_group_that_becomes_a_supergroup_is_answered_where_it_is_now(stage: TelegramStage) -> None:
    group = stage.world.group(stage.person)
    before = group.id
    stage.world.faults.add(Fault("sendMessage", latency=0.05, chat=before))
    stage.person.writes("/book", group)
    group.becomes_supergroup()
    stage.person.writes("/help", group)
    await stage.world.until(lambda: group.screen is not None and "private matter" in group.screen.text)
    assert group.id != before


@plays("throws the bot out of a group and lets it in again")
async def test_a_bot_that_is_kicked_and_let_in_again_goes_on(stage: TelegramStage) -> None:
    group = stage.world.group(stage.person)
    group.kicks_bot()
    group.lets_bot_in()
    stage.person.writes("/book", group)
    await stage.world.until(lambda: group.screen is not None and "private matter" in group.screen.text)


@plays("gives a command in a group where the bot may not write")
async def test_a_group_where_the_bot_may_not_write_is_left_alone(stage: TelegramStage) -> None:
    group = stage.world.group(stage.person)
    barred = "Bad Request: not enough rights to send text messages to the chat"
    stage.world.faults.add(Fault("sendMessage", chat=group.id, status=400, description=barred))
    stage.person.writes("/book", group)
    await stage.types("/start")
    await stage.settled()
    assert group.screen is None
    assert (await stage.runner.counts()).inbox.keys() == {"done"}
