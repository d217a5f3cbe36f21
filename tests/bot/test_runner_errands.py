"""What a payload asks of the adapter alone: it stays on disk until it is done, and holds up nobody."""

from __future__ import annotations

from pathlib import Path

import pytest
from chat_board import Chat, chatting
from sqlalchemy import select

from bot import reception
from bot.store import inbox, schema
from bot.store.desk import Desk
from databases import both

pytestmark = both


def states(desk: Desk) -> list[str]:
    return list(desk.connection.execute(select(schema.inbox.c.state).order_by(schema.inbox.c.id)).scalars())


async def ended(chat: Chat) -> None:
    """Waits for what is under way, as the program does at its end."""
    assert await chat.runner._tasks.finished(within=10)


async def test_an_errand_is_done_and_then_its_payload_is(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        await chat.somebody().delivers(errand="greet")
        await ended(chat)
        assert chat.board.errands == ["greet"]
        assert await chat.look(states) == ["done"]


async def test_an_errand_that_cannot_be_done_yet_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reception, "STUBBORN", (0.0, 0.0))
    async with chatting(tmp_path) as chat:
        chat.board.refuses = 2
        await chat.somebody().delivers(errand="greet")
        await ended(chat)
        assert (chat.board.errands, chat.board.tried) == (["greet"], 3)


async def test_an_errand_that_was_left_is_done_at_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reception, "STUBBORN", ())
    async with chatting(tmp_path) as chat:
        chat.board.refuses = 1
        await chat.somebody().delivers(errand="greet")
        await ended(chat)
        assert await chat.look(states) == ["new"]
    async with chatting(tmp_path) as chat:
        await chat.until(lambda: chat.board.errands == ["greet"])
    async with chatting(tmp_path) as chat:
        assert await chat.look(inbox.new) == []


async def test_an_errand_in_hand_is_not_begun_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reception, "STUBBORN", (0.2,))
    async with chatting(tmp_path) as chat:
        chat.board.refuses = 1
        await chat.somebody().delivers(errand="greet")
        await chat.until(lambda: chat.board.tried == 1)
        await chat.runner._take_in(chat.clock())
        await ended(chat)
        assert (chat.board.errands, chat.board.tried) == (["greet"], 2)


async def test_an_errand_that_fails_is_set_aside_and_the_next_one_is_done(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        await chat.somebody().delivers(errand="impossible")
        await chat.somebody().delivers(errand="greet")
        await ended(chat)
        assert chat.board.errands == ["greet"]
        assert await chat.look(states) == ["aside", "done"]


async def test_an_errand_holds_up_nobody(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        chat.board.refuses = 1
        await chat.somebody().delivers(errand="greet")
        await chat.until(lambda: chat.board.tried == 1)
        await chat.somebody().says("/start")
        assert chat.board.shown
