"""The disk refuses, at any write or for a while: no success is told that is not on it; what was not taken comes again.

The program goes on in any case, for everybody.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from io import StringIO
from pathlib import Path
from secrets import token_urlsafe

import pytest
from chat_board import Chat, Somebody, chatting
from sqlalchemy.exc import IntegrityError

from adapters import NotTaken
from bot import showing
from bot.logs import configure
from bot.store import appointments, inbox, store
from bot.store.desk import Desk
from bot.store.store import NotCommitted
from conversations.screens import Button, Screen
from conversations.texts import Text
from faulty_disk import Disk, faulty_disk

SOON = 3.0
"""Seconds after which somebody who sees nothing does it again."""


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "STUBBORN", (0.001, 0.001))
    monkeypatch.setattr(showing, "PAUSES", (0.001, 0.001))
    monkeypatch.setattr(showing, "FLICKER", 0.0)
    configure("WARNING", stream=StringIO())


def said(screen: Screen) -> str:
    return " ".join(line.message for line in screen.lines if isinstance(line, Text))


def is_told_booked(screen: Screen) -> bool:
    return screen.over and "Booked" in said(screen)


def is_in_doubt(screen: Screen) -> bool:
    return "I am not sure" in said(screen)


async def insists(somebody: Somebody, payload: dict[str, str], right: Callable[[Screen], bool]) -> None:
    """As a platform and a person do: what was not taken is sent again, and who sees nothing waits for the clean-up."""
    key = f"insisted {payload}"
    for _ in range(5):
        with suppress(NotTaken, TimeoutError):
            await somebody.delivers(key, **payload)
            async with asyncio.timeout(SOON):
                await somebody.sees(right)
                return
        somebody.chat.clock.forward(seconds=61)
        with suppress(Exception):
            await somebody.chat.runner.tidy()
    raise AssertionError(f"nothing came of {payload}")


@asynccontextmanager
async def at_the_summary(folder: Path) -> AsyncIterator[tuple[Chat, Somebody, Button]]:
    """Somebody who has answered everything, in a copy of a database that was made once."""
    async with chatting(folder) as chat:
        somebody = chat.somebody()
        await somebody.delivers()
        await somebody.sees(lambda screen: any(type(each.means).__name__ == "Confirm" for each in screen.buttons))
        yield chat, somebody, somebody.button("Confirm")


async def prepared(folder: Path) -> None:
    async with chatting(folder) as chat:
        await chat.somebody().books_up_to(None)


def known(desk: Desk) -> int:
    """Appointments whose tokens can be opened."""
    rows = [each for person in (1, 2) for each in appointments.of(desk, person)]
    return sum(appointments.tokens(desk, each.id) is not None for each in rows)


async def holds(chat: Chat, somebody: Somebody, disk: Disk) -> None:
    disk.set(0)
    booked = len(chat.world.ledger.entries)
    assert booked <= 1, "never twice"
    told = any(map(is_told_booked, somebody.screens))
    kept = await chat.look(known)
    assert kept == told, "never a success that is not on the disk"
    assert kept == booked or any(map(is_in_doubt, somebody.screens)), "never silently"
    other = chat.somebody("other")
    assert (await other.says("/book")).focus == "service", "the program goes on for others"


async def confirmed(folder: Path, at: int) -> bool:
    """Whether the n-th write was reached at all."""
    with faulty_disk() as disk:
        async with at_the_summary(folder) as (chat, somebody, confirm):
            disk.set(at)
            await insists(
                somebody, {"press": confirm.token}, lambda screen: is_told_booked(screen) or is_in_doubt(screen)
            )
            reached = disk.written >= at
            await holds(chat, somebody, disk)
            return reached


async def test_whichever_write_of_a_confirmation_fails_nothing_is_lost_or_told_too_early(tmp_path: Path) -> None:
    await prepared(tmp_path / "as it was")
    number, reached = 0, True
    while reached:
        number += 1
        shutil.copytree(tmp_path / "as it was", tmp_path / str(number))
        reached = await confirmed(tmp_path / str(number), number)
    assert number > 40, "a confirmation writes more than that"


@pytest.mark.proof
async def test_whichever_write_of_a_dialog_fails_it_comes_to_its_end(tmp_path: Path) -> None:
    number, reached = 0, True
    while reached:
        number += 1
        with faulty_disk() as disk:
            async with chatting(tmp_path / str(number)) as chat:
                somebody = chat.somebody()
                disk.set(number)
                for line in ("/book", "Account opening", "Agent One"):
                    await insists(somebody, {"text": line}, _not_busy_after(somebody))
                reached = disk.written >= number
                await holds(chat, somebody, disk)


def _not_busy_after(somebody: Somebody) -> Callable[[Screen], bool]:
    before = somebody.screens[-1].revision if somebody.screens else -1
    return lambda screen: screen.revision > before and not screen.busy


REFUSING = {"full": ("max_page_count=1", "max_page_count=1000000"), "read-only": ("query_only=1", "query_only=0")}


@pytest.mark.parametrize(("refuse", "relent"), REFUSING.values(), ids=REFUSING)
async def test_while_nothing_can_be_written_nothing_is_taken_and_later_everything(
    refuse: str, relent: str, tmp_path: Path
) -> None:
    """SQLite's own refusals: a file that may not grow, a database that may not be written."""
    with faulty_disk() as disk:
        await _refused_for_a_while(tmp_path, lambda: disk.is_told(refuse), lambda: disk.is_told(relent))


async def _refused_for_a_while(folder: Path, refuse: Callable[[], None], relent: Callable[[], None]) -> None:
    async with chatting(folder) as chat:
        somebody = chat.somebody()
        await somebody.books_up_to("agent")
        refuse()
        shown = len(somebody.screens)
        refused = 0
        for number in range(20):
            try:
                await somebody.delivers(f"key {number}", text=token_urlsafe(9000))
            except NotTaken:
                refused += 1
        assert refused
        with suppress(NotTaken):  # a small one may have room still
            await somebody.delivers("the answer", text="Agent One")
        relent()
        assert all(not is_told_booked(screen) for screen in somebody.screens[shown:])
        await somebody.delivers("the answer", text="Agent One")
        await somebody.sees(lambda screen: screen.focus == "day")


async def test_a_refusal_of_the_disk_is_told_from_a_fault_of_the_work(tmp_path: Path) -> None:
    with faulty_disk() as disk:
        await _told_apart(tmp_path, disk)


async def _told_apart(folder: Path, disk: Disk) -> None:
    async with chatting(folder) as chat:
        disk.is_told("query_only=1")
        with pytest.raises(NotCommitted):
            await chat.look(lambda desk: inbox.receive(desk, "board", "1", {}, chat.clock()))
        disk.is_told("query_only=0")

        def fault(desk: Desk) -> None:
            desk.connection.exec_driver_sql("INSERT INTO meta (name, sealed) SELECT name, sealed FROM meta")

        with pytest.raises(IntegrityError):
            await chat.look(fault)
        assert await chat.look(lambda desk: inbox.receive(desk, "board", "1", {}, chat.clock()))
