"""Several programs on one database: who lives is left alone, what the dead had is taken up once, duties pass on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from shelf import KEY, NOW, a_database, somebody, url
from test_store_postgresql import end_all_others
from test_store_writes import BOOK

from bot.store import inbox, nodes, owed, writes
from bot.store.desk import Desk
from bot.store.lock import alone
from bot.store.nodes import Node, present
from bot.store.owed import Claim, Kind
from bot.store.store import CannotOpen, Store
from bot.store.vault import Vault
from bot.store.writes import Entry, State

pytestmark = pytest.mark.usefixtures("postgresql", "_quickly")

LEASE = timedelta(seconds=60)


@pytest.fixture
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nodes, "BEAT", 0.01)


@asynccontextmanager
async def a_program(folder: Path) -> AsyncIterator[tuple[Node, Store]]:
    async with present(url(folder)) as node:
        store = await Store.open(url(folder), Vault([KEY]), node=node.number)
        yield node, store
        await store.close()


def claims(person: int) -> Callable[[Desk], Claim]:
    return lambda desk: owed.taken(desk, person, Kind.CALL, "1", NOW, LEASE)


async def test_a_start_takes_nothing_from_a_program_that_lives(tmp_path: Path) -> None:
    async with a_program(tmp_path) as (_, first), a_program(tmp_path) as (_, second):
        person = await first.transact("arrived", somebody)
        claim = await first.transact("claimed", claims(person))
        assert await first.transact("received", partial(receive, key="1"))
        assert await second.transact("left", inbox.left) == []
        await second.transact("released", owed.release)
        assert await first.transact("ended", lambda desk: owed.ended(desk, claim))


async def test_what_a_dead_program_had_claimed_is_free_and_its_end_does_not_count(tmp_path: Path) -> None:
    async with a_program(tmp_path) as (_, living):
        person = await living.transact("arrived", somebody)
        async with a_program(tmp_path) as (_, dying):
            claim = await dying.transact("claimed", claims(person))
        await living.transact("released", owed.release)
        assert not await living.transact("ended", lambda desk: owed.ended(desk, claim))
        assert await living.transact("claimed", lambda desk: owed.claim(desk, NOW, LEASE))


def receive(desk: Desk, key: str) -> int | None:
    return inbox.receive(desk, "terminal", key, {}, NOW)


def sent(person: int) -> Callable[[Desk], bool]:
    def work(desk: Desk) -> bool:
        return writes.confirm(desk, person, BOOK, NOW) and writes.sent(desk, person, BOOK.key, NOW)

    return work


async def test_what_a_dead_program_had_received_or_sent_is_taken_up_by_one_alone(tmp_path: Path) -> None:
    async with a_program(tmp_path) as (_, one), a_program(tmp_path) as (_, two):
        person = await one.transact("arrived", somebody)
        async with a_program(tmp_path) as (_, dying):
            assert await dying.transact("sent", sent(person))
            for key in ("1", "2", "3"):
                await dying.transact("received", partial(receive, key=key))
            assert await one.transact("left", writes.left) == [], "whoever sent it lives"
        taken: list[list[Entry]] = await asyncio.gather(*(each.transact("left", writes.left) for each in (one, two)))
        assert sorted(map(len, taken)) == [0, 1]
        assert next(iter(taken[0] or taken[1])).state is State.SENT
        received = await asyncio.gather(*(each.transact("left", inbox.left) for each in (one, two)))
        assert sorted(map(len, received)) == [0, 3]


async def test_whoever_wants_to_be_alone_is_refused_while_others_live_and_keeps_them_out(tmp_path: Path) -> None:
    async with present(url(tmp_path)), present(url(tmp_path)):
        with pytest.raises(CannotOpen, match="runs on this data already"), alone(url(tmp_path)):
            raise AssertionError
    with alone(url(tmp_path)), pytest.raises(CannotOpen, match="wants to be alone"):
        async with present(url(tmp_path)):
            raise AssertionError
    async with present(url(tmp_path)):
        pass


async def test_a_death_is_noticed_by_those_who_live(tmp_path: Path) -> None:
    async with present(url(tmp_path)) as living:
        died = asyncio.create_task(living.loss())
        async with present(url(tmp_path)):
            await _looks(living)
            assert not died.done()
        await asyncio.wait_for(died, 60)


async def nothing() -> None: ...


async def _looks(node: Node) -> None:
    """A duty is given by a look at who lives."""
    await node.on_duty("nothing", nothing, lambda: None)


class Duty:
    """Something that one alone may do; how often each has begun it, and who does it now."""

    def __init__(self) -> None:
        self.doing: list[str] = []
        self.begun: asyncio.Queue[str] = asyncio.Queue()
        self.waits: asyncio.Queue[str] = asyncio.Queue()

    async def of(self, node: Node, name: str) -> None:
        async def work() -> None:
            assert not self.doing, "two at once"
            self.doing.append(name)
            self.begun.put_nowait(name)
            try:
                await asyncio.Event().wait()
            finally:
                self.doing.remove(name)

        await node.on_duty("polling", work, lambda: self.waits.put_nowait(name))


async def _both(duty: Duty) -> list[str]:
    return [await duty.waits.get(), await duty.waits.get()]


async def test_a_duty_is_done_by_one_and_passes_on_when_that_one_ends(tmp_path: Path) -> None:
    duty = Duty()
    async with present(url(tmp_path)) as one, present(url(tmp_path)) as two:
        first = asyncio.create_task(duty.of(one, "one"))
        assert await duty.begun.get() == "one"
        second = asyncio.create_task(duty.of(two, "two"))
        assert await _both(duty) == ["one", "two"]
        first.cancel()
        assert await duty.begun.get() == "two"
        second.cancel()
        await asyncio.gather(first, second, return_exceptions=True)


async def test_who_cannot_show_that_they_live_ends_what_others_may_do_by_now(tmp_path: Path) -> None:
    duty = Duty()
    async with present(url(tmp_path)) as one:
        doing = asyncio.create_task(duty.of(one, "one"))
        assert await duty.begun.get() == "one"
        with a_database(tmp_path) as desk:
            end_all_others(desk)
        assert await duty.begun.get() == "one", "ended, and begun anew with another connection"
        assert await _both(duty) == ["one", "one"]
        doing.cancel()
        await asyncio.gather(doing, return_exceptions=True)


async def test_a_duty_that_comes_to_its_end_is_over_and_free(tmp_path: Path) -> None:
    async with present(url(tmp_path)) as one, present(url(tmp_path)) as two:
        for node in (one, two, one):
            await asyncio.wait_for(node.on_duty("polling", nothing, lambda: None), 60)


async def test_a_fault_on_duty_reaches_whoever_began_it(tmp_path: Path) -> None:
    async def work() -> None:
        raise LookupError("mine")

    async with present(url(tmp_path)) as node:
        with pytest.raises(LookupError, match="mine"):
            await node.on_duty("polling", work, lambda: None)
