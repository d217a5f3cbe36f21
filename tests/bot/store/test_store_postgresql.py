"""What only happens with a database on the other end of a wire: it goes away, it chooses, it answers nobody."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from threading import Barrier, Event

import pytest
from shelf import KEY, NOW, a_database, a_store, somebody, url
from sqlalchemy.exc import IntegrityError

import databases
from bot.store import committing, inbox, persons
from bot.store.desk import Desk
from bot.store.lock import alone
from bot.store.schema import meta
from bot.store.store import CannotOpen, NotCommitted, Store, Unsure
from bot.store.vault import Vault
from cut_wire import wire
from postgres import Server

pytestmark = pytest.mark.usefixtures("postgresql")


def receive(key: str) -> Callable[[Desk], int | None]:
    return lambda desk: inbox.receive(desk, "terminal", key, {"key": key}, NOW)


def keys(desk: Desk) -> list[str]:
    return [delivery.payload["key"] for delivery in inbox.new(desk)]


def end_all_others(desk: Desk) -> None:
    """As when the database is restarted."""
    desk.connection.exec_driver_sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    ).all()


async def test_connections_that_were_lost_while_nothing_was_done_are_not_noticed(tmp_path: Path) -> None:
    store = await a_store(tmp_path)
    for each in range(10):
        assert await store.transact("received", receive(str(each)))
        with a_database(tmp_path) as desk:
            end_all_others(desk)
    assert len(await store.transact("read", keys)) == 10
    await store.close()


async def test_work_whose_connection_is_lost_in_the_middle_is_done_once_more_and_stands_once(tmp_path: Path) -> None:
    store, tries = await a_store(tmp_path), []

    def unlucky(desk: Desk) -> int | None:
        tries.append(desk)
        taken = receive("one")(desk)
        if len(tries) == 1:
            with a_database(tmp_path) as other:
                end_all_others(other)
        return taken if keys(desk) else None

    assert await store.transact("received", unlucky)
    assert len(tries) == 2
    assert await store.transact("read", keys) == ["one"]
    await store.close()


async def test_a_database_that_goes_on_going_away_is_no_fault_of_the_work(tmp_path: Path) -> None:
    store = await a_store(tmp_path)

    def unlucky(desk: Desk) -> None:
        with a_database(tmp_path) as other:
            end_all_others(other)
        receive("never")(desk)

    with pytest.raises(NotCommitted):
        await store.transact("received", unlucky)
    assert await store.transact("read", keys) == []
    await store.close()


async def test_two_who_wait_for_each_other_are_both_served(tmp_path: Path) -> None:
    store = await a_store(tmp_path)
    one, two = [await store.transact("arrived", partial(somebody, user=user)) for user in ("1", "2")]
    both_have_one = Barrier(2)
    begun: list[int] = []

    def takes(first: int, second: int) -> Callable[[Desk], str]:
        def work(desk: Desk) -> str:
            persons.hold(desk, first)
            if len(begun) < 2:
                begun.append(first)
                both_have_one.wait(60)
            persons.hold(desk, second)
            return "served"

        return work

    asked = [store.transact("taken", takes(one, two)), store.transact("taken", takes(two, one))]
    assert await asyncio.gather(*asked) == ["served", "served"]
    await store.close()


async def test_whoever_is_frozen_while_holding_somebody_lets_them_go(tmp_path: Path) -> None:
    """The server ends it; awake again, it finds its connection lost and does its work anew."""
    store, other = await a_store(tmp_path), await a_store(tmp_path)
    person = await other.transact("arrived", somebody)
    held, served, tries = Event(), Event(), []

    def frozen(desk: Desk) -> int | None:
        tries.append(desk)
        if len(tries) == 1:
            desk.connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = '50ms'")
        persons.hold(desk, person)
        held.set()
        assert served.wait(60)
        return receive("frozen")(desk)

    def quicker(desk: Desk) -> None:
        persons.hold(desk, person)

    waking = asyncio.create_task(store.transact("frozen", frozen))
    await asyncio.to_thread(held.wait, 60)
    await other.transact("quicker", quicker)
    served.set()
    assert await waking
    assert len(tries) == 2
    for each in (store, other):
        await each.close()


async def test_work_that_hides_that_a_statement_failed_is_found_out(tmp_path: Path) -> None:
    def hides(desk: Desk) -> str:
        receive("lost")(desk)
        try:
            desk.connection.execute(meta.insert().values(name="pepper", sealed=b"x"))
        except IntegrityError:
            return "all is well"
        raise AssertionError

    store = await a_store(tmp_path)
    with pytest.raises(NotCommitted):
        await store.transact("hiding", hides)
    assert await store.transact("read", keys) == []
    await store.close()


# The answer to a commit is lost: was it done?


@pytest.fixture
def folder() -> Iterator[Path]:
    """With a name short enough for a socket."""
    made = Path(tempfile.mkdtemp(prefix="cut-"))
    yield made
    shutil.rmtree(made)


def through(folder: Path, database: str, server: Path) -> str:
    return database.replace(str(server), str(folder))


async def test_a_commit_whose_answer_is_lost_is_known_to_be_done(
    folder: Path, tmp_path: Path, postgresql: Server
) -> None:
    times = []

    def counted(desk: Desk) -> int | None:
        times.append(desk)
        return receive("one")(desk)

    address = through(folder, databases.url(tmp_path), postgresql.folder)
    with wire(folder, postgresql.folder, heard=True) as cut:
        store = await Store.open(address, Vault([KEY]))
        cut.arm()
        assert await store.transact("received", counted)
        assert (cut.cut, len(times)) == (1, 1)
        assert await store.transact("read", keys) == ["one"]
        await store.close()


async def test_a_commit_that_never_arrived_is_known_to_be_undone(
    folder: Path, tmp_path: Path, postgresql: Server
) -> None:
    address = through(folder, databases.url(tmp_path), postgresql.folder)
    with wire(folder, postgresql.folder, heard=False) as cut:
        store = await Store.open(address, Vault([KEY]))
        cut.arm()
        with pytest.raises(NotCommitted) as caught:
            await store.transact("received", receive("one"))
        assert not isinstance(caught.value, Unsure)
        assert await store.transact("read", keys) == []
        await store.close()


@pytest.mark.parametrize("heard", [True, False])
async def test_when_nobody_can_say_it_is_not_done_again(
    folder: Path, tmp_path: Path, postgresql: Server, monkeypatch: pytest.MonkeyPatch, heard: bool
) -> None:
    monkeypatch.setattr(committing, "PATIENCE", (0.0, 0.0))
    times = []

    def counted(desk: Desk) -> int | None:
        times.append(desk)
        return receive("one")(desk)

    address = through(folder, databases.url(tmp_path), postgresql.folder)
    with wire(folder, postgresql.folder, heard=heard, for_good=True) as cut:
        store = await Store.open(address, Vault([KEY]))
        cut.arm()
        with pytest.raises(Unsure):
            await store.insist("received", counted)
        assert len(times) == 1
        await store.close()
    direct = await a_store(tmp_path)
    assert await direct.transact("read", keys) == (["one"] if heard else [])
    await direct.close()


# One program at a time, where that is wanted.


def test_two_programs_cannot_both_be_alone(tmp_path: Path) -> None:
    database = url(tmp_path)
    with alone(database), pytest.raises(CannotOpen, match="runs on this data already"), alone(database):
        raise AssertionError
    with alone(database):
        pass


def test_who_was_alone_and_lost_the_database_is_so_no_more(tmp_path: Path) -> None:
    database = url(tmp_path)
    with alone(database):
        with a_database(tmp_path) as desk:
            end_all_others(desk)
        with alone(database):
            pass


async def test_what_is_asked_in_order_is_done_in_order(tmp_path: Path) -> None:
    store = await a_store(tmp_path)
    told: list[str] = []

    async def asks(key: str) -> None:
        await store.transact("received", receive(key), in_order=True)
        told.append(key)

    names = [str(each) for each in range(100)]
    await asyncio.gather(*map(asks, names))
    assert told == names
    assert await store.transact("read", keys) == names
    await store.close()
