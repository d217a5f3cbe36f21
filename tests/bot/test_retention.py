"""Retention: what is over its time goes by itself, a little at a time; nothing goes before. The clock is moved."""

from __future__ import annotations

import asyncio
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from chat_board import Chat, Somebody, chatting
from sqlalchemy import func, select

from bot import runner
from bot.store import appointments, inbox, schema
from bot.store.desk import Desk
from bot.store.retention import REPETITION
from bot.store.writes import State
from conversations.people import CLOSES, Person
from databases import both
from sandbox.calendar import faults

pytestmark = both

DAYS = Person().days
SECOND = timedelta(seconds=1)


def number(desk: Desk, name: str) -> int:
    return int(desk.connection.execute(select(func.count()).select_from(schema.metadata.tables[name])).scalar_one())


async def numbers(chat: Chat, *names: str) -> list[int]:
    return await chat.look(lambda desk: [number(desk, name) for name in names])


async def an_appointment(somebody: Somebody) -> str:
    await somebody.books()
    return (await somebody.contact()).person.appointments[0].id


async def test_tokens_are_erased_when_nobody_can_join_any_more(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        somebody = chat.somebody()
        id = await an_appointment(somebody)
        chat.clock.at = (await somebody.contact()).person.appointments[0].end + CLOSES
        await chat.runner.tidy()
        assert await chat.look(lambda desk: appointments.tokens(desk, id))
        chat.clock.at += SECOND
        await chat.runner.tidy()
        assert await chat.look(lambda desk: appointments.tokens(desk, id)) is None
        assert len((await somebody.contact()).person.appointments) == 1


async def test_settled_writes_go_when_no_limit_counts_them_any_more(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        await chat.somebody().books()
        chat.clock.forward(hours=48)
        await chat.runner.tidy()
        assert await numbers(chat, "writes") == [1]
        chat.clock.forward(seconds=1)
        await chat.runner.tidy()
        assert await numbers(chat, "writes", "persons") == [0, 1]


async def test_a_write_that_nobody_knows_of_is_kept_as_long_as_a_person(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        somebody = chat.somebody()
        await somebody.books_up_to(None)
        chat.world.faults.add(faults.reset("writes", commit=True))
        await somebody.presses(somebody.button("Confirm"))
        chat.clock.forward(days=DAYS - 1)
        await chat.runner.tidy()
        assert await numbers(chat, "writes", "persons") == [1, 1]
        chat.clock.forward(days=2)
        await chat.runner.tidy()
        assert await numbers(chat, "writes", "persons") == [0, 0]


async def test_whoever_was_not_told_of_a_doubt_is_not_forgotten(tmp_path: Path) -> None:
    def untold(desk: Desk) -> None:
        desk.connection.execute(schema.writes.update().values(state=State.UNKNOWN))

    async with chatting(tmp_path) as chat:
        await chat.somebody().books()
        await chat.look(untold)
        chat.clock.forward(days=10 * DAYS)
        await chat.runner.tidy()
        assert await numbers(chat, "persons", "writes") == [1, 1]


async def test_keys_of_deliveries_go_when_no_platform_repeats_them_any_more(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        await chat.somebody().says("/start")
        chat.clock.at += REPETITION
        await chat.runner.tidy()
        assert await numbers(chat, "inbox") == [1]
        chat.clock.at += SECOND
        await chat.look(lambda desk: inbox.receive(desk, "elsewhere", "not handled yet", {}, chat.clock()))
        await chat.runner.tidy()
        assert [each.platform for each in await chat.look(inbox.new)] == ["elsewhere"]
        assert await numbers(chat, "inbox") == [1]


async def test_who_stays_away_is_forgotten_some_days_after_the_last_visit(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        await chat.somebody("who left").books_up_to("form.comments")
        chat.clock.forward(days=1)
        await chat.somebody("who came later").says("/start")
        chat.clock.forward(days=DAYS - 1)
        await chat.runner.tidy()
        assert await numbers(chat, "persons") == [2]
        chat.clock.forward(seconds=1)
        await chat.runner.tidy()
        assert await numbers(chat, "persons", "sessions", "places") == [1, 1, 1]
        assert (await chat.somebody("who came later").contact()).who.user == "who came later"


async def test_who_has_an_appointment_is_remembered_until_some_days_after_it(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        somebody = chat.somebody()
        await an_appointment(somebody)
        end = (await somebody.contact()).person.appointments[0].end
        chat.clock.at = end + timedelta(days=DAYS)
        await chat.runner.tidy()
        assert await numbers(chat, "persons", "appointments") == [1, 1]
        chat.clock.at += SECOND
        await chat.runner.tidy()
        assert await numbers(chat, "persons", "appointments", "sessions", "places", "writes") == [0, 0, 0, 0, 0]


async def test_who_comes_often_keeps_their_answers_and_loses_old_appointments(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        somebody = chat.somebody()
        await an_appointment(somebody)
        for command in ("/start", "/help") * 3:
            chat.clock.forward(days=DAYS / 4)
            await somebody.says(command)
            await chat.runner.tidy()
        contact = await somebody.contact()
        assert contact.person.details
        assert contact.person.appointments == ()


async def test_the_operator_says_for_how_long(tmp_path: Path) -> None:
    """And whoever was met before another number was set hears the new one."""
    async with chatting(tmp_path) as chat:
        await chat.somebody().says("/start")
    async with chatting(tmp_path, world=chat.world, days=7) as later:
        later.clock.at = chat.clock.at + timedelta(days=6)
        somebody = later.somebody()
        await somebody.delivers(text="/privacy")
        await somebody.sees(lambda screen: "'number': 7" in repr(screen.lines))
        later.clock.forward(days=7, seconds=1)
        await later.runner.tidy()
        assert await numbers(later, "persons") == [0]


async def test_what_an_adapter_has_noted_of_somebody_goes_with_them(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        host, somebody = chat.runner.host(chat.board), chat.somebody()
        await somebody.says("/start")
        await host.note("buttons", {somebody.user: 7, "another": 8})
        chat.clock.forward(days=DAYS, seconds=1)
        await chat.runner.tidy()
        assert await numbers(chat, "persons") == [0]
        assert await host.noted("buttons") == {"another": 8}


class Tidied:
    """Sees when the program has tidied up by itself."""

    def __init__(self) -> None:
        self.seen = threading.Event()

    def committing(self, name: str) -> None: ...

    def committed(self, name: str) -> None:
        if name == "tidied":
            self.seen.set()


async def test_it_goes_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "TIDY", 0.01)
    tidied = Tidied()
    async with chatting(tmp_path, witness=tidied) as chat:
        await chat.somebody().says("/start")
        chat.clock.forward(days=DAYS, seconds=1)
        tidied.seen.clear()
        assert await asyncio.to_thread(tidied.seen.wait, 30)
        tidied.seen.clear()  # the one that was seen may have begun before the clock was moved
        assert await asyncio.to_thread(tidied.seen.wait, 30)
        assert await numbers(chat, "persons") == [0]
