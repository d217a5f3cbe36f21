"""Opening the database, and the threads that write: as many as it likes. What is written is the other modules' matter.

Flushing to the disk is what takes time. Work that waits meanwhile is committed together: by one thread, each piece in a
savepoint of its own, or by the database itself, which takes what several threads commit.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Any, Self, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from bot.store import dialects, migrations, pepper
from bot.store.committing import Committing, Job, NotCommitted, Unsure, Witness, insisting, uncommitted
from bot.store.desk import Desk
from bot.store.pepper import Pepper
from bot.store.vault import Sealed, Vault

__all__ = ["STUBBORN", "CannotOpen", "NotCommitted", "Store", "Unsure", "Witness"]

log = logging.getLogger(__name__)

T = TypeVar("T")

STUBBORN = (0.1, 1.0, 5.0, 20.0)
"""Seconds between tries to store what must be stored: the tokens of a booking come only once."""


def new_number() -> int:
    """For a program among all that there ever were on a database, of which there is hardly another such."""
    return secrets.randbelow(1 << 31)


class CannotOpen(Exception):
    """The database cannot be used. Says what to do about it."""


class _Nobody:
    def committing(self, name: str) -> None: ...

    def committed(self, name: str) -> None: ...


@dataclass(frozen=True, slots=True, eq=False)
class _Scrub:
    """Done by a writer between two transactions."""

    promise: Future[None]
    in_order: bool = False


class Store:
    def __init__(self, url: str, vault: Vault, witness: Witness | None = None, node: int | None = None) -> None:
        """Use `open`."""
        self._node = new_number() if node is None else node
        self._url = url
        self._vault = vault
        self._witness = witness or _Nobody()
        self._jobs: SimpleQueue[Job[Any] | _Scrub | None] = SimpleQueue()
        self._taking, self._order = Lock(), Lock()
        self._opened: Future[None] = Future()
        self._closed = False
        self._engine: Engine
        self._room: dialects.Room
        self._committing: Committing
        # A daemon, lest a program that forgot to close hangs at its end: to the database that is a crash, and harmless.
        self._writer = Thread(target=self._write, name="store", daemon=True)

    @classmethod
    async def open(cls, url: str, vault: Vault, witness: Witness | None = None, node: int | None = None) -> Self:
        """Brings the tables up to date. Raises CannotOpen, and then nothing was changed.

        `node` is the number of the program among all that share the database; without one it is nobody's.
        """
        store = cls(url, vault, witness, node)
        store._start()
        try:
            await asyncio.wrap_future(store._opened)
        except BaseException:
            store._jobs.put(None)
            raise
        return store

    @property
    def shared(self) -> bool:
        """Whether other programs may use the database at the same time."""
        return self._room.SHARED

    async def transact(self, name: str, work: Callable[[Desk], T], *, in_order: bool = False) -> T:
        """Runs `work` in a transaction; its value is on disk when this returns.

        What `work` raises undoes `work` alone and is raised here. Raises NotCommitted if the disk refused. Cancelled
        while it waits for its turn, it is not run; later it is.

        What is asked for `in_order` is done, and whoever asked goes on, in the order in which it was asked for.
        """
        if self._closed:
            raise NotCommitted("the store is closed")
        job = Job(name, work, Future(), in_order)
        self._hand_over(job)
        return await asyncio.wrap_future(job.promise)

    async def insist(self, name: str, work: Callable[[Desk], T]) -> T:
        """As `transact`, and again while the disk refuses. Raises NotCommitted if it goes on doing so.

        What may have been kept is not done again: Unsure is raised at once.
        """
        for pause in STUBBORN:
            try:
                return await self.transact(name, work)
            except Unsure:
                raise
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

    def _hand_over(self, job: Job[Any] | _Scrub | None) -> None:
        self._jobs.put(job)

    async def _ended(self) -> None:
        await asyncio.to_thread(self._writer.join)

    # What follows runs in the writers' threads.

    def _write(self) -> None:
        if not self._begin():
            return
        others = [Thread(target=self._until_the_end, name="store", daemon=True) for _ in range(self._room.WRITERS - 1)]
        for other in others:
            other.start()
        self._until_the_end()
        for other in others:
            other.join()
        self._engine.dispose()

    def _until_the_end(self) -> None:
        while self._go_on():
            pass

    def _begin(self) -> bool:
        """Opens the database; whoever waits for it hears how that went."""
        self._opened.set_running_or_notify_cancel()
        try:
            self._engine, found_by = ready(self._url, self._vault)
        except BaseException as error:
            self._opened.set_exception(error)
            return False
        self._room = dialects.of(self._engine)
        self._committing = Committing(self._engine, self._vault, found_by, self._witness, self._node)
        self._opened.set_result(None)
        return True

    def _go_on(self) -> bool:
        """Does what waits, in as many transactions as the database likes, and waits until there is something.

        False after the last.
        """
        with self._taking:  # by one writer after the other
            jobs, going_on = self._waiting()
            in_order = bool(jobs) and jobs[0].in_order
            if in_order:
                self._order.acquire()
        try:
            self._do(jobs)
        finally:
            if in_order:
                self._order.release()
        if not going_on:
            self._jobs.put(None)  # for the next writer
        return going_on

    def _do(self, jobs: list[Job[Any] | _Scrub]) -> None:
        waiting = [job for job in jobs if job.promise.set_running_or_notify_cancel()]
        self._committing.do([job for job in waiting if isinstance(job, Job)])
        _scrubbed(self._engine, [job for job in waiting if isinstance(job, _Scrub)])

    def _waiting(self) -> tuple[list[Job[Any] | _Scrub], bool]:
        """What waits and can be committed together, at least one; and False if that was the end."""
        jobs: list[Job[Any] | _Scrub] = []
        waiting = self._jobs.get()
        with suppress(Empty):
            while waiting is not None:
                jobs.append(waiting)
                if len(jobs) == self._room.TOGETHER:
                    return jobs, True
                waiting = self._jobs.get_nowait()
        return jobs, waiting is not None


def _scrubbed(engine: Engine, jobs: list[_Scrub]) -> None:
    if not jobs:
        return
    try:
        dialects.of(engine).scrub(engine)
    except Exception as error:
        for job in jobs:
            job.promise.set_exception(uncommitted(error))
    else:
        for job in jobs:
            job.promise.set_result(None)


def ready(url: str, vault: Vault) -> tuple[Engine, Pepper]:
    """The database, and the keys of its look-ups."""
    engine = reached(url)
    try:
        return engine, _opened(engine, vault)
    except BaseException:
        engine.dispose()
        raise


def reached(url: str) -> Engine:
    """Raises CannotOpen if it leads nowhere."""
    try:
        return dialects.engine(url)
    except (ValueError, OSError) as error:
        raise CannotOpen(f"The database cannot be opened: {error}.") from None


def _newer(error: migrations.NewerSchema) -> CannotOpen:
    """What to do about it."""
    return CannotOpen(
        f"The database was written by a newer version of booking-bot (its schema is {error}, this version knows "
        f"{migrations.HEAD}). Install that version again, or restore the copy made before it was installed, or have "
        f"that version take the tables back: booking-bot migrate {migrations.HEAD}."
    )


def unusable(engine: Engine, error: DBAPIError) -> CannotOpen:
    """What to look at."""
    return CannotOpen(f"The database cannot be opened: {str(error.orig).strip()}. {dialects.of(engine).UNUSABLE}")


def changing(engine: Engine, work: Callable[[Connection], T]) -> T:
    """Runs `work` in a transaction while no other program changes the tables. Raises CannotOpen.

    Programs may use them meanwhile; what had to make way for one of those is done again.
    """
    room = dialects.of(engine)

    def once() -> T:
        with engine.begin() as connection:
            room.alone_in(connection)
            return work(connection)

    try:
        return insisting(room, once)
    except migrations.NewerSchema as error:
        raise _newer(error) from None
    except DBAPIError as error:
        raise unusable(engine, error) from error


def _opened(engine: Engine, vault: Vault) -> Pepper:
    """Brings the tables up to date."""

    def work(connection: Connection) -> Pepper:
        if dialects.of(engine).SHARED and migrations.shuts_out(connection):
            raise CannotOpen(
                "Programs of the former version, of which some may run, could not use the tables any more once they "
                "are up to date. End all of them, run `booking-bot migrate` with this version, and start it again."
            )
        migrations.upgrade(connection)
        return pepper.load(connection, vault)

    try:
        return changing(engine, work)
    except Sealed:
        raise CannotOpen(
            "The secret keys are not those that this database was written with. Put the former key back, last in "
            "SECRET_KEYS if there is a new one. Nothing was changed. Without that key nobody can read what is stored; "
            f"if it is lost for good, move {engine.url.database} to another place and begin anew."
        ) from None
