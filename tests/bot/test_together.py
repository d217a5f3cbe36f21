"""What several programs on one database keep together: the calendar's budget, its rests, the gates of platforms."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from chat_board import KEY
from pydantic import SecretStr

import databases
from adapters import Host, Pace
from adapters.slack import gates as slack
from adapters.tasks import Tasks
from adapters.telegram import gates as telegram
from bot.calendar import Calendar, NotSent
from bot.calendar.forms import forms_of
from bot.resting import Resting
from bot.store.nodes import Node, present
from bot.store.store import Store
from bot.store.vault import Vault
from bot.together import Gates
from bot.tokens import Tokens
from conversations.calls import FindInfo
from postgres import Server
from sandbox.calendar import World
from sandbox.calendar.faults import limited
from sandbox.serving import serving

pytestmark = pytest.mark.usefixtures("postgresql")

PER_SECOND = 20
TOKENS = Tokens(action="a", access="b", join_url="", reschedule_url="", cancel_url="")
CLOSER = 0.2
"""Seconds by which requests may draw closer on their way; who is later than that is no fault."""

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
    first, *_ = arrived = sorted(each.tick for each in world.traffic.seen)
    assert len(arrived) == 45
    assert all(at - first > 0.053 * number - CLOSER for number, at in enumerate(arrived)), "evenly spaced"
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


# The gates


@asynccontextmanager
async def hosts(folder: Path, platform: str, number: int = 2) -> AsyncIterator[list[Host]]:
    """As many programs, as an adapter sees them."""
    async with AsyncExitStack() as stack:
        stores = [await Store.open(databases.url(folder), Vault([KEY])) for _ in range(number)]
        for store in stores:
            stack.push_async_callback(store.close)
        yield [cast(Host, SimpleNamespace(gatekeeper=Gates(store, platform))) for store in stores]


async def in_telegram(*several: Host) -> list[telegram.Gates]:
    gates = [telegram.Gates() for _ in several]
    for each, host in zip(gates, several, strict=True):
        await each.take_up(host)
    return gates


async def at_once(gates: Sequence[telegram.Gates], chat: str) -> int:
    """How many messages leave without having to wait, at one program after the other."""
    for number in count():
        try:
            await gates[number % len(gates)].passed(chat, message=True, patience=0)
        except telegram.Held:
            return number
    raise AssertionError


async def test_a_chat_that_was_told_to_wait_at_one_program_waits_at_all(tmp_path: Path) -> None:
    async with hosts(tmp_path, "telegram") as [here, there]:
        one, two = await in_telegram(here, there)
        await one.hold("1", 3600)
        with pytest.raises(telegram.Held):
            await two.passed("1", message=True, patience=60)
        await two.passed("2", message=True, patience=0)
        [later] = await in_telegram(there)
        with pytest.raises(telegram.Held):
            await later.passed("1", message=False, patience=60)
    async with hosts(tmp_path, "another", 1) as others:
        [another] = await in_telegram(*others)
        await another.passed("1", message=True, patience=0)


async def test_two_chats_that_were_told_at_two_programs_mean_all(tmp_path: Path) -> None:
    async with hosts(tmp_path, "telegram", 3) as three:
        one, two, other = await in_telegram(*three)
        await one.hold("1", 3600)
        await two.hold("2", 3600)
        with pytest.raises(telegram.Held):
            await other.passed("3", message=True, patience=60)


async def test_the_ceiling_of_a_group_is_that_of_all_programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telegram, "_GROUP", Pace(3600, 10))
    async with hosts(tmp_path, "telegram", 3) as three:
        assert await at_once(await in_telegram(*three), "-100") == 10


async def test_the_ceiling_of_all_is_kept_by_all_programs_for_a_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telegram, "_OVERALL", Pace(3600))
    async with hosts(tmp_path, "telegram", 3) as three:
        gates = await in_telegram(*three)
        await gates[0].hold(telegram.EVERYBODY, 0)
        assert await at_once(gates, "1") == 1


async def test_a_channel_is_written_to_no_quicker_by_several_programs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slack, "PACE", Pace(3600, 3))
    gate = slack.Gate("T1", "chat.postMessage", "C1")
    async with hosts(tmp_path, "slack") as two:
        gates = [slack.Gates() for _ in two]
        for each, host in zip(gates, two, strict=True):
            await each.take_up(host)
        for each in [*gates, gates[0]]:
            await each.paced(gate, patience=0)
        with pytest.raises(slack.Held):
            await gates[1].paced(gate, patience=60)
        await gates[0].hold(slack.Gate("T1", "chat.update", "C1"), 3600)
        with pytest.raises(slack.Held):
            await gates[1].passed(slack.Gate("T1", "chat.update", "C1"), patience=60)


async def test_where_the_database_is_away_a_program_goes_by_what_it_was_told_itself(tmp_path: Path) -> None:
    async with hosts(tmp_path, "telegram", 1) as here:
        [gates] = await in_telegram(*here)
    await gates.hold("1", 3600)
    await gates.passed("2", message=True, patience=0)
    await gates.passed("-3", message=True, patience=0)
    with pytest.raises(telegram.Held):
        await gates.passed("1", message=True, patience=60)


async def test_no_row_of_a_gate_names_a_chat(tmp_path: Path) -> None:
    async with hosts(tmp_path, "telegram", 1) as here:
        [gates] = await in_telegram(*here)
        await gates.hold("123456789", 3600)
        await gates.passed("-123456789", message=True, patience=0)
    kept = databases.kept(tmp_path)
    assert kept.count(b"paces ") == 2
    assert b"123456789" not in kept
