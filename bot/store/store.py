"""Opening the database, and the one thread that writes. What is written is the other modules' matter.

Work that waits while the disk is busy is committed together, each piece in a savepoint of its own: flushing to the disk
is what takes time.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, Generic, Protocol, Self, TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import DatabaseError, DBAPIError, OperationalError

from bot.store import dialects, migrations, pepper
from bot.store.desk import Desk
from bot.store.pepper import Pepper
from bot.store.vault import Sealed, Vault

log = logging.getLogger(__name__)

T = TypeVar("T")

STUBBORN = (0.1, 1.0, 5.0, 20.0)
"""Seconds between tries to store what must be stored: the tokens of a booking come only once."""

TOGETHER = 100
"""How many pieces of work are committed together at most, so that the first need not wait for all."""


class CannotOpen(Exception):
    """The database cannot be used. Says what to do about it."""


class NotCommitted(Exception):
    """The work was done, but the database did not keep it: nothing of it may be taken to be on disk."""


class Witness(Protocol):
    """Called in the writer's thread with the name of each piece of work. One that failed has no commit and no call."""

    def committing(self, name: str) -> None: ...

    def committed(self, name: str) -> None:
        """It is on disk, and its caller does not know yet."""


class _Nobody:
    def committing(self, name: str) -> None: ...

    def committed(self, name: str) -> None: ...


@dataclass(frozen=True, slots=True, eq=False)
class _Job(Generic[T]):
    name: str
    work: Callable[[Desk], T]
    promise: Future[T]


@dataclass(frozen=True, slots=True, eq=False)
class _Scrub:
    """Done between two transactions."""

    promise: Future[None]


class Store:
    def __init__(self, url: str, vault: Vault, witness: Witness | None = None) -> None:
        """Use `open`."""
        self._url = url
        self._vault = vault
        self._witness = witness or _Nobody()
        self._jobs: SimpleQueue[_Job[Any] | _Scrub | None] = SimpleQueue()
        self._opened: Future[None] = Future()
        self._closed = False
        self._engine: Engine
        self._found_by: Pepper
        # A daemon, lest a program that forgot to close hangs at its end: to the database that is a crash, and harmless.
        self._writer = Thread(target=self._write, name="store", daemon=True)

    @classmethod
    async def open(cls, url: str, vault: Vault, witness: Witness | None = None) -> Self:
        """Brings the tables up to date. Raises CannotOpen, and then nothing was changed."""
        store = cls(url, vault, witness)
        store._start()
        try:
            await asyncio.wrap_future(store._opened)
        except BaseException:
            store._jobs.put(None)
            raise
        return store

    async def transact(self, name: str, work: Callable[[Desk], T]) -> T:
        """Runs `work` in a transaction; its value is on disk when this returns.

        What `work` raises undoes `work` alone and is raised here. Raises NotCommitted if the disk refused. Cancelled
        while it waits for its turn, it is not run; later it is.
        """
        if self._closed:
            raise NotCommitted("the store is closed")
        job = _Job(name, work, Future())
        self._hand_over(job)
        return await asyncio.wrap_future(job.promise)

    async def insist(self, name: str, work: Callable[[Desk], T]) -> T:
        """As `transact`, and again while the disk refuses. Raises NotCommitted if it goes on doing so."""
        for pause in STUBBORN:
            try:
                return await self.transact(name, work)
            except NotCommitted:
                log.exception("could not be stored yet: %s", name)
                await asyncio.sleep(pause)
        return await self.transact(name, work)

    async def scrub(self) -> None:
        """Leaves nothing in the files of what is in no row any more. Raises NotCommitted if that cannot be done now.

        It writes the whole file anew, and everybody waits meanwhile.
        """
        if self._closed:
            raise NotCommitted("the store is closed")
        job = _Scrub(Future())
        self._hand_over(job)
        await asyncio.wrap_future(job.promise)

    async def close(self) -> None:
        """Does what was asked before, then closes."""
        self._closed = True
        self._hand_over(None)
        await self._ended()

    # To the writer's thread, and back from it.

    def _start(self) -> None:
        self._writer.start()

    def _hand_over(self, job: _Job[Any] | _Scrub | None) -> None:
        self._jobs.put(job)

    async def _ended(self) -> None:
        await asyncio.to_thread(self._writer.join)

    # What follows runs in the writer's thread.

    def _write(self) -> None:
        if self._begin():
            while self._go_on():
                pass

    def _begin(self) -> bool:
        """Opens the database; whoever waits for it hears how that went."""
        self._opened.set_running_or_notify_cancel()
        try:
            self._engine, self._found_by = _ready(self._url, self._vault)
        except BaseException as error:
            self._opened.set_exception(error)
            return False
        self._opened.set_result(None)
        return True

    def _go_on(self) -> bool:
        """Does what waits, in one transaction, and waits until there is something. False after the last."""
        jobs, going_on = self._waiting()
        waiting = [job for job in jobs if job.promise.set_running_or_notify_cancel()]
        self._together(self._engine, self._found_by, [job for job in waiting if isinstance(job, _Job)])
        _scrubbed(self._engine, [job for job in waiting if isinstance(job, _Scrub)])
        if not going_on:
            self._engine.dispose()
        return going_on

    def _waiting(self) -> tuple[list[_Job[Any] | _Scrub], bool]:
        """All that waits, at least one; and False if that was the end."""
        jobs: list[_Job[Any] | _Scrub] = []
        waiting = self._jobs.get()
        with suppress(Empty):
            while waiting is not None:
                jobs.append(waiting)
                if len(jobs) == TOGETHER:
                    return jobs, True
                waiting = self._jobs.get_nowait()
        return jobs, waiting is not None

    def _together(self, engine: Engine, found_by: Pepper, jobs: list[_Job[Any]]) -> None:
        if not jobs:
            return
        kept: list[tuple[_Job[Any], Any]] = []
        try:
            with engine.begin() as connection:
                desk = Desk(connection, self._vault, found_by)
                kept = [(job, value) for job in jobs for value in _alone(desk, job)]
                for job, _ in kept:
                    self._witness.committing(job.name)
        except BaseException as error:
            for job in jobs:
                if not job.promise.done():
                    job.promise.set_exception(_uncommitted(error))
            return
        for job, _ in kept:
            self._tell(job.name)
        for job, value in kept:
            job.promise.set_result(value)

    def _tell(self, name: str) -> None:
        try:
            self._witness.committed(name)
        except Exception:  # it is on disk, and whoever waits for it must hear so
            log.exception("the witness of %s failed", name)


def _scrubbed(engine: Engine, jobs: list[_Scrub]) -> None:
    if not jobs:
        return
    try:
        dialects.scrub(engine)
    except Exception as error:
        for job in jobs:
            job.promise.set_exception(_uncommitted(error))
    else:
        for job in jobs:
            job.promise.set_result(None)


def _alone(desk: Desk, job: _Job[Any]) -> list[Any]:
    """The work's value, in a list; an empty one if it failed, which undoes it and nothing else."""
    desk.connection.exec_driver_sql("SAVEPOINT job")  # by hand: SQLAlchemy compiles its own anew each time
    try:
        value = job.work(desk)
    except Exception as error:
        desk.connection.exec_driver_sql("ROLLBACK TO job")
        job.promise.set_exception(_uncommitted(error) if _is_the_disks(error) else _raisable(error))
        return []
    # Going back or on fails where the database itself has undone the whole transaction: then none of the work stands.
    desk.connection.exec_driver_sql("RELEASE job")
    return [value]


def _is_the_disks(error: Exception) -> bool:
    """Full, read-only, broken, or locked for too long: no fault of the work, which can be done again later."""
    return isinstance(error, OperationalError) or type(error) is DatabaseError


def _raisable(error: Exception) -> Exception:
    """No coroutine can raise a StopIteration: its caller would wait for ever."""
    return RuntimeError("the work raised StopIteration") if isinstance(error, StopIteration) else error


def _uncommitted(error: BaseException) -> NotCommitted:
    uncommitted = NotCommitted(f"the database did not keep it: {type(error).__name__}")
    uncommitted.__cause__ = error
    return uncommitted


def _ready(url: str, vault: Vault) -> tuple[Engine, Pepper]:
    """The database, and the keys of its look-ups."""
    try:
        engine = dialects.engine(url)
    except (ValueError, OSError) as error:
        raise CannotOpen(f"The database cannot be opened: {error}.") from None
    try:
        return engine, _opened(engine, vault)
    except BaseException:
        engine.dispose()
        raise


def _opened(engine: Engine, vault: Vault) -> Pepper:
    """Brings the tables up to date."""
    try:
        with engine.begin() as connection:
            migrations.upgrade(connection)
            return pepper.load(connection, vault)
    except migrations.NewerSchema as error:
        raise CannotOpen(
            f"The database was written by a newer version of booking-bot (its schema is {error}, this version knows "
            f"{migrations.HEAD}). Install that version again, or restore the copy made before it was installed."
        ) from None
    except Sealed:
        raise CannotOpen(
            "The secret keys are not those that this database was written with. Put the former key back, last in "
            "SECRET_KEYS if there is a new one. Nothing was changed. Without that key nobody can read what is stored; "
            f"if it is lost for good, move {engine.url.database} to another place and begin anew."
        ) from None
    except DBAPIError as error:
        raise CannotOpen(
            f"The database cannot be opened: {error.orig}. Is its folder writable, and is it one of booking-bot's?"
        ) from error
