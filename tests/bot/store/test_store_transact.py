"""The writer: what waits together is committed together, what fails fails alone, nothing is said before it is true."""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from threading import Event
from threading import enumerate as enumerate_threads

import pytest
from shelf import KEY, NOW, a_database, a_store, somebody, url
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from bot.store import inbox, persons, sessions
from bot.store.desk import Desk
from bot.store.schema import inbox as inbox_table
from bot.store.schema import meta
from bot.store.schema import sessions as sessions_table
from bot.store.sqlite import TOGETHER
from bot.store.store import NotCommitted, Store
from bot.store.vault import Vault
from conversations.session import Session
from databases import both


class Diary:
    """A witness that writes down what it saw."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def committing(self, name: str) -> None:
        self.seen.append(f"committing {name}")

    def committed(self, name: str) -> None:
        self.seen.append(f"committed {name}")


@pytest.fixture
def diary() -> Diary:
    return Diary()


@pytest.fixture
async def store(tmp_path: Path, diary: Diary) -> AsyncIterator[Store]:
    store = await Store.open(url(tmp_path), Vault([KEY]), diary)
    yield store
    await store.close()


def receive(key: str) -> Callable[[Desk], int | None]:
    return lambda desk: inbox.receive(desk, "terminal", key, {"key": key}, NOW)


def keys(desk: Desk) -> list[str]:
    return [delivery.payload["key"] for delivery in inbox.new(desk)]


class Busy:
    """Keeps the writer busy, so that what is asked meanwhile waits together."""

    def __init__(self, store: Store) -> None:
        self._store, self._begun, self._go = store, Event(), Event()

    async def __aenter__(self) -> None:
        self._task = asyncio.create_task(self._store.transact("busy", self._work))
        await asyncio.to_thread(self._begun.wait)

    def _work(self, _desk: Desk) -> None:
        self._begun.set()
        assert self._go.wait(60)

    async def __aexit__(self, *_: object) -> None:
        await asyncio.sleep(0)  # so that every task has asked
        self._go.set()
        await self._task


@both
async def test_the_value_of_the_work_comes_back_and_its_rows_are_on_disk(store: Store, tmp_path: Path) -> None:
    assert await store.transact("received", receive("one")) == 1
    with a_database(tmp_path) as desk:
        assert desk.connection.execute(select(func.count()).select_from(inbox_table)).scalar() == 1


async def test_what_waits_together_is_committed_together(store: Store, diary: Diary) -> None:
    async with Busy(store):
        tasks = [asyncio.create_task(store.transact(each, receive(each))) for each in ("one", "two", "three")]
    assert await asyncio.gather(*tasks) == [1, 2, 3]
    assert diary.seen == [
        *("committing busy", "committed busy"),
        *("committing one", "committing two", "committing three"),
        *("committed one", "committed two", "committed three"),
    ]


async def test_no_commit_makes_too_many_wait(store: Store, diary: Diary) -> None:
    async with Busy(store):
        tasks = [asyncio.create_task(store.transact("received", receive(str(each)))) for each in range(TOGETHER + 1)]
    await asyncio.gather(*tasks)
    received = diary.seen[2:]
    assert received == [f"{what} received" for what in ["committing", "committed"] for _ in range(TOGETHER)] + [
        "committing received",
        "committed received",
    ]


@both
async def test_work_that_fails_undoes_itself_alone(store: Store, diary: Diary) -> None:
    def fails(desk: Desk) -> None:
        receive("lost")(desk)
        raise LookupError("mine")

    async with Busy(store):
        first = asyncio.create_task(store.transact("first", receive("first")))
        failing = asyncio.create_task(store.transact("failing", fails))
        last = asyncio.create_task(store.transact("last", receive("last")))
    assert await first
    assert await last
    with pytest.raises(LookupError, match="mine"):
        await failing
    assert sorted(await store.transact("read", keys)) == ["first", "last"]
    assert not [each for each in diary.seen if "failing" in each]


@both
async def test_a_statement_that_fails_undoes_its_work_alone(store: Store) -> None:
    def fails(desk: Desk) -> None:
        receive("lost")(desk)
        desk.connection.execute(meta.insert().values(name="pepper", sealed=b"x"))

    async with Busy(store):
        first = asyncio.create_task(store.transact("first", receive("first")))
        failing = asyncio.create_task(store.transact("failing", fails))
    await first
    with pytest.raises(IntegrityError) as caught:
        await failing
    assert "meta" in str(caught.value)
    assert "pepper" not in str(caught.value)  # a parameter
    assert await store.transact("read", keys) == ["first"]


def breaks_at_the_commit(desk: Desk) -> None:
    desk.connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
    desk.connection.execute(sessions_table.insert().values(person_id=999, format=1, revision=1, sealed=b"x", at=NOW))


async def test_a_commit_that_fails_is_told_to_all_who_waited_for_it(store: Store, diary: Diary) -> None:
    async with Busy(store):
        first = asyncio.create_task(store.transact("first", receive("first")))
        breaking = asyncio.create_task(store.transact("breaking", breaks_at_the_commit))
    failures = []
    for task in (first, breaking):
        with pytest.raises(NotCommitted) as caught:
            await task
        failures.append(caught.value)
    assert failures[0] is not failures[1]
    assert isinstance(failures[0].__cause__, IntegrityError)
    assert "committed first" not in diary.seen
    assert await store.transact("next", receive("next")) == 1
    assert await store.transact("read", keys) == ["next"]


def undoes_everything(desk: Desk) -> None:
    """As SQLite itself does when it runs out of memory, or the disk fails."""
    desk.connection.exec_driver_sql("INSERT OR ROLLBACK INTO meta (name, sealed) VALUES ('pepper', 'x')")


async def test_when_the_database_undoes_the_whole_transaction_nobody_is_told_that_it_stands(store: Store) -> None:
    async with Busy(store):
        tasks = [
            asyncio.create_task(store.transact("first", receive("first"))),
            asyncio.create_task(store.transact("undoing", undoes_everything)),
            asyncio.create_task(store.transact("last", receive("last"))),
        ]
    assert [type(each) for each in await asyncio.gather(*tasks, return_exceptions=True)] == [NotCommitted] * 3
    assert await store.transact("read", keys) == []
    assert await store.transact("next", receive("next")) == 1


async def test_work_that_hides_that_all_was_undone_is_found_out(store: Store) -> None:
    def hides(desk: Desk) -> str:
        try:
            undoes_everything(desk)
        except IntegrityError:
            return "all is well"
        raise AssertionError

    with pytest.raises(NotCommitted) as caught:
        await store.transact("hiding", hides)
    assert isinstance(caught.value.__cause__, sqlite3.OperationalError)


async def test_a_caller_who_gave_up_does_not_stop_the_others(store: Store) -> None:
    async with Busy(store):
        first = asyncio.create_task(store.transact("first", receive("first")))
        gone = asyncio.create_task(store.transact("gone", receive("gone")))
        last = asyncio.create_task(store.transact("last", receive("last")))
        await asyncio.sleep(0)
        gone.cancel()
    assert [await first, await last] == [1, 2]
    assert gone.cancelled()
    assert await store.transact("read", keys) == ["first", "last"]


@both
async def test_who_gives_up_while_the_work_is_done_has_it_done_all_the_same(store: Store) -> None:
    begun, go = Event(), Event()

    def slow(desk: Desk) -> None:
        receive("slow")(desk)
        begun.set()
        assert go.wait(60)

    task = asyncio.create_task(store.transact("slow", slow))
    await asyncio.to_thread(begun.wait)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    go.set()
    assert await store.transact("read", keys) == ["slow"]


@both
async def test_a_stop_iteration_reaches_its_caller_too(store: Store) -> None:
    def stops(_desk: Desk) -> None:
        next(iter(()))

    with pytest.raises(RuntimeError, match="StopIteration"):
        await store.transact("stopping", stops)


@both
async def test_a_witness_that_fails_before_the_commit_stops_it(tmp_path: Path) -> None:
    class Stops(Diary):
        def committing(self, name: str) -> None:
            if name == "stopped":
                raise OSError

    store = await Store.open(url(tmp_path), Vault([KEY]), Stops())
    with pytest.raises(NotCommitted):
        await store.transact("stopped", receive("stopped"))
    assert await store.transact("read", keys) == []
    await store.close()


@both
async def test_a_witness_that_fails_after_the_commit_changes_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    class Fails(Diary):
        def committed(self, name: str) -> None:
            raise OSError

    store = await Store.open(url(tmp_path), Vault([KEY]), Fails())
    with caplog.at_level(logging.ERROR):
        assert await store.transact("received", receive("one")) == 1
    assert "received" in caplog.text
    await store.close()


@both
async def test_closing_does_first_what_was_asked(tmp_path: Path) -> None:
    store = await a_store(tmp_path)
    async with Busy(store):
        asked = asyncio.create_task(store.transact("asked", receive("asked")))
        closing = asyncio.create_task(_close_after(store, asked))
    await closing
    assert await asked == 1
    with pytest.raises(NotCommitted, match="closed"):
        await store.transact("late", receive("late"))


async def _close_after(store: Store, _asked: "asyncio.Task[int | None]") -> None:
    await store.close()


@both
async def test_closing_twice_is_closing_once(tmp_path: Path) -> None:
    store = await a_store(tmp_path)
    await store.close()
    await store.close()


@both
async def test_twenty_writers_in_each_of_two_programs_lose_nothing(tmp_path: Path) -> None:
    stores = [await a_store(tmp_path), await a_store(tmp_path)]
    person = await stores[0].transact("arrived", somebody)
    await stores[0].transact("begun", lambda desk: sessions.save(desk, person, Session(key="k")))

    def one_more(desk: Desk) -> None:
        persons.hold(desk, person)
        session = sessions.load(desk, person)
        assert isinstance(session, Session)
        sessions.save(desk, person, Session(key="k", revision=session.revision + 1))

    async def writer(store: Store) -> None:
        for _ in range(10):
            await store.transact("one more", one_more)

    await asyncio.gather(*(writer(store) for store in stores for _ in range(20)))
    assert await stores[1].transact("read", lambda desk: sessions.load(desk, person)) == Session(key="k", revision=400)
    for store in stores:
        await store.close()


@both
async def test_opening_given_up_leaves_no_thread_behind(tmp_path: Path) -> None:
    opening = asyncio.create_task(a_store(tmp_path))
    await asyncio.sleep(0)
    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening
    for writer in [thread for thread in enumerate_threads() if thread.name == "store"]:
        await asyncio.to_thread(writer.join, 60)
        assert not writer.is_alive()
