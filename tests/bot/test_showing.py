"""Showing: the newest screen, once, where the person is. What stands on it is not looked at here."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from chat_board import Board, chatting

from adapters import Anchor, NotYet
from bot import showing
from conversations.texts import Text
from databases import both
from sandbox.calendar import faults

pytestmark = both


async def test_a_quick_answer_draws_no_busy_screen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(showing, "FLICKER", 30.0)
    async with chatting(tmp_path) as chat:
        await chat.somebody().books()
    assert not [each for each in chat.board.shown if each.screen.busy]


async def test_a_slow_answer_draws_a_busy_screen_first(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        somebody = chat.somebody()
        chat.world.faults.add(faults.late("services", 1.0))
        await somebody.delivers(text="/book")
        assert (await somebody.sees(lambda screen: screen.busy)).focus is None
        assert (await somebody.sees(lambda screen: not screen.busy)).focus == "service"


async def test_a_screen_that_could_not_be_shown_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(showing, "PAUSES", (0.01, 0.01))
    async with chatting(tmp_path, board=Board(refuses=2)) as chat:
        await chat.somebody().says("/start")
        assert chat.board.tried == 3
        assert len(chat.board.shown) == 1


async def test_what_is_newer_takes_the_place_of_what_could_not_be_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(showing, "PAUSES", (30.0,))
    async with chatting(tmp_path, board=Board(refuses=1)) as chat:
        somebody = chat.somebody()
        await somebody.delivers(text="/start")
        await chat.until(lambda: chat.board.tried == 1)
        await somebody.delivers(text="/nobody")
        screen = await somebody.sees(lambda screen: True)
    assert isinstance(screen.notice, Text)
    assert screen.notice.values == {"command": "nobody"}
    assert len(chat.board.shown) == 1


@dataclass
class Late(Board):
    """It takes long to fail, once."""

    fails: asyncio.Event = field(default_factory=asyncio.Event)

    async def show(self, *screen: Any, **how: Any) -> Anchor:
        if self.refuses:
            self.tried += 1
            self.news.set()
            self.refuses -= 1
            await self.fails.wait()
            raise NotYet("the platform is away")
        return await super().show(*screen, **how)


async def test_what_came_while_a_screen_failed_is_not_kept_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(showing, "PAUSES", (60.0,))
    board = Late(refuses=1)
    async with chatting(tmp_path, board=board) as chat:
        somebody = chat.somebody()
        await somebody.delivers(text="/start", within=30)
        await chat.until(lambda: board.tried == 1)
        await somebody.delivers(text="/nobody", within=30)
        board.fails.set()
        await somebody.sees(lambda screen: bool(screen.notice))
    assert len(board.shown) == 1


async def test_a_screen_that_cannot_be_shown_is_shown_after_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(showing, "PAUSES", ())
    async with chatting(tmp_path, board=Board(refuses=1)) as chat:
        await chat.somebody().delivers(text="/start")
    assert chat.board.shown == []
    async with chatting(tmp_path) as chat:
        assert (await chat.somebody().sees(lambda screen: True)).over


async def test_a_tap_changes_the_message_and_a_line_asks_for_a_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(showing, "FLICKER", 30.0)  # however slow the machine is, each leads to one screen
    async with chatting(tmp_path) as chat:
        somebody = chat.somebody()
        screen = await somebody.says("/book")
        typed = chat.board.shown[-1]
        question = screen.question("service")
        assert question is not None
        await somebody.presses(question.choices[0])
        tapped = chat.board.shown[-1]
    assert typed.below
    assert not tapped.below
    assert tapped.anchor == f"message {chat.board.shown.index(tapped)}"


async def test_the_place_that_was_left_loses_its_buttons_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(showing, "FLICKER", 30.0)  # as above
    async with chatting(tmp_path) as chat:
        here, there = chat.somebody(), chat.somebody(place="another place")
        await here.books_up_to("agent")
        standing = len(chat.board.shown)
        screen = await there.says("Agent One")
        gone = await here.sees(lambda screen: screen.over)
        assert screen.focus == "day"
        left = next(each for each in chat.board.shown if each.screen == gone)
        assert list(gone.presses()) == []
        assert left.anchor == f"message {standing}"
        assert gone.lines != ()
        # And back: the conversation is the person's, not the place's.
        assert (await here.says("/start")).over
        await there.sees(lambda screen: not list(screen.presses()))


async def test_what_overtakes_the_first_screen_in_another_place_is_shown_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(showing, "FLICKER", 30.0)
    async with chatting(tmp_path) as chat:
        here, there = chat.somebody(), chat.somebody(place="another place")
        await here.says("/start")
        assert (await there.says("/book")).focus == "service"
        (shown,) = (each for each in chat.board.shown if each.place.id == "another place")
    assert shown.anchor is None


async def test_two_people_have_two_conversations(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        one, two = chat.somebody("one"), chat.somebody("two")
        await one.books_up_to("agent")
        await two.says("/book")
        assert one.screens[-1].focus == "agent"
        assert two.screens[-1].focus == "service"
