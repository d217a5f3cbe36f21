"""What several programs on one database keep together: the calendar's budget and its rests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from chat_board import KEY
from pydantic import SecretStr

import databases
from adapters.tasks import Tasks
from bot.calendar import Calendar, NotSent
from bot.calendar.forms import forms_of
from bot.resting import Resting
from bot.store.nodes import Node, present
from bot.store.store import Store
from bot.store.vault import Vault
from bot.tokens import Tokens
from conversations.calls import FindInfo
from postgres import Server
from sandbox.calendar import World
from sandbox.calendar.faults import limited
from sandbox.serving import serving

pytestmark = pytest.mark.usefixtures("postgresql")

PER_SECOND = 20
TOKENS = Tokens(action="a", access="b", join_url="", reschedule_url="", cancel_url="")
INFO = FindInfo("a1")
"""A question whose answer is not kept."""


@dataclass(frozen=True)
class Program:
    """One of several, as far as it asks the calendar."""

    node: Node
    store: Store
    calendar: Calendar
    tasks: Tasks

    async def asks(self, person: int = 0) -> object:
        """What comes of a request: here a refusal, since nobody has the token."""
        [found] = await asyncio.gather(self.calendar.find(INFO, TOKENS, person=person), return_exceptions=True)
        return found


@asynccontextmanager
async def a_program(folder: Path, world: World, address: str, per_second: float) -> AsyncIterator[Program]:
    async with present(databases.url(folder)) as node:
        store = await Store.open(databases.url(folder), Vault([KEY]), node=node.number)
        calendar = Calendar(
            address,
            SecretStr(world.api_token()),
            "https://example.com/book",
            form=forms_of(world.form_segments()),
            clock=world.now,
            requests_per_second=per_second,
        )
        tasks = Tasks()
        try:
            await Resting(store, calendar, tasks, world.now, node).take_up()
            yield Program(node, store, calendar, tasks)
        finally:
            await calendar.close()
            await tasks.finished(within=10)
            await store.close()


@asynccontextmanager
async def programs(
    folder: Path, world: World, number: int = 3, per_second: float = PER_SECOND
) -> AsyncIterator[list[Program]]:
    async with AsyncExitStack() as stack:
        address = await stack.enter_async_context(serving(world))
        yield [await stack.enter_async_context(a_program(folder, world, address, per_second)) for _ in range(number)]


async def test_three_programs_together_ask_no_more_than_one_may(tmp_path: Path) -> None:
    world = World(requests_per_second=PER_SECOND)
    async with programs(tmp_path, world) as three:
        await asyncio.gather(*(each.asks(person) for person in range(15) for each in three))
    assert len(world.traffic.seen) == 45
    assert world.traffic.busiest_second() <= PER_SECOND
    assert 429 not in world.traffic.by_status


async def test_a_rest_that_the_calendar_wants_of_one_is_kept_by_all_and_by_whoever_comes_later(tmp_path: Path) -> None:
    world = World()
    world.faults.add(limited("info", 3600))
    async with programs(tmp_path, world) as three:
        await three[0].asks()
        await three[0].tasks.finished(within=60)
        asked = len(world.traffic.seen)
        told = await asyncio.gather(*(each.asks() for each in three))
        assert [type(each) for each in told] == [NotSent] * 3
        assert all(each.calendar.delay > 3000 for each in three)
        assert len(world.traffic.seen) == asked
    async with programs(tmp_path, world, number=1) as [later]:
        assert isinstance(await later.asks(), NotSent)
        assert len(world.traffic.seen) == asked


async def test_whoever_loses_the_database_for_a_moment_goes_on(tmp_path: Path, postgresql: Server) -> None:
    world = World()
    async with programs(tmp_path, world, number=2) as two:
        for each in two:
            await each.asks()
        with postgresql.connected() as connection:
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname ~ '^test_'")
        for each in two:
            assert not isinstance(await each.asks(), NotSent)
