"""Whoever runs the program is told what they should know, in a chat of their own, and nothing of whom it concerns."""

from __future__ import annotations

from pathlib import Path

import pytest
from chat_board import Board, Chat, chatting
from test_runner_links import books_in_doubt
from test_runner_writes import all_writes

from adapters import Adapter, NotTaken
from bot import runner
from bot.alerting import Alerting
from bot.words import Words
from conversations.alerts import TITLE
from conversations.people import Person
from conversations.screens import Screen
from conversations.texts import Text
from databases import both, in_a_file
from faulty_disk import faulty_disk
from sandbox.calendar import faults

pytestmark = both

ROOM = "control room"


def told(chat: Chat) -> list[Screen]:
    """All that stands in the chat of whoever runs it."""
    return [each.screen for each in chat.board.shown if each.place.id == ROOM]


async def hears(chat: Chat, number: int) -> list[Screen]:
    await chat.until(lambda: len(told(chat)) >= number)
    return told(chat)


def words_of(screen: Screen) -> list[str]:
    words = Words("en", "America/Santiago")
    return [words.say(each) for row in screen.rows for each in row] + [words.say(each) for each in screen.lines]


async def test_a_write_in_doubt_is_told_with_service_hour_and_number_and_nothing_personal(tmp_path: Path) -> None:
    async with chatting(tmp_path, admin_chat=f"board:{ROOM}") as chat:
        await books_in_doubt(chat.somebody())
        [screen] = await hears(chat, 1)
        [entry] = await chat.look(all_writes)
    assert screen.title == TITLE
    assert {"Book an appointment", "Account opening", entry.key} <= set(words_of(screen))
    assert entry.call.start in [value for _, value in screen.rows]  # type: ignore[union-attr]
    assert not [each for each in words_of(screen) if "Guest" in each or "@" in each]


@pytest.mark.parametrize("command", ["/reschedule", "/cancel"])
async def test_a_change_in_doubt_is_told_with_the_appointment_that_it_is_about(command: str, tmp_path: Path) -> None:
    async with chatting(tmp_path, admin_chat=f"board:{ROOM}") as chat:
        somebody = chat.somebody()
        await somebody.books()
        screen = await somebody.says(command)
        while screen.focus:
            question = screen.question(screen.focus)
            assert question
            choices = question.choices
            screen = await (somebody.presses(choices[-1]) if choices else somebody.says("Skip"))
        chat.world.faults.add(faults.reset("writes", commit=True))
        await somebody.presses(somebody.button("Confirm"))
        [alert] = await hears(chat, 1)
    assert "Account opening" in words_of(alert)
    assert any(isinstance(label, Text) and label.message == "When" for label, _ in alert.rows)


async def test_what_could_not_be_told_is_told_after_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "DRAIN", 0)
    async with chatting(tmp_path, admin_chat=f"board:{ROOM}") as chat:
        somebody = chat.somebody()
        await somebody.books_up_to(None)
        chat.world.faults.add(faults.reset("writes", commit=True))
        chat.board.refuses = 10**6
        await somebody.delivers(press=somebody.button("Confirm").token)
        await chat.until(lambda: chat.board.refuses < 10**6 - 2)
        world, clock = chat.world, chat.clock
    assert not told(chat)
    async with chatting(tmp_path, world=world, clock=clock, admin_chat=f"board:{ROOM}") as chat:
        await hears(chat, 1)


async def test_a_refused_key_is_told_once_an_hour(tmp_path: Path) -> None:
    async with chatting(tmp_path, admin_chat=f"board:{ROOM}") as chat:
        chat.world.revoked = True
        somebody = chat.somebody()
        for _ in range(3):
            await somebody.says("/book")
        [screen] = await hears(chat, 1)
        assert any("does not accept our key" in each for each in words_of(screen))
        chat.clock.forward(minutes=61)
        await somebody.says("/book")
        assert len(await hears(chat, 2)) == 2


@in_a_file
async def test_a_disk_that_refuses_is_told_at_once_and_once_an_hour(tmp_path: Path) -> None:
    with faulty_disk() as disk:
        async with chatting(tmp_path, admin_chat=f"board:{ROOM}") as chat:
            somebody = chat.somebody()
            for _ in range(2):
                disk.is_told("query_only=1")
                with pytest.raises(NotTaken):
                    await somebody.delivers(text="/book")
            [screen] = await hears(chat, 1)
            assert any("disk" in each for each in words_of(screen))
            disk.is_told("query_only=0")


async def test_without_a_chat_nobody_is_told(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        await books_in_doubt(chat.somebody())
        assert {each.place.id for each in chat.board.shown} == {"somebody"}


def test_a_chat_on_a_platform_that_is_not_set_is_no_chat() -> None:
    board: Adapter = Board()
    with pytest.raises(ValueError, match="platform"):
        Alerting({board.name: board}, "telegram:1", lambda: pytest.fail("no time passes"), Person())
