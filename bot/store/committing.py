"""How pieces of work are committed: what waits together in one transaction, or each in a transaction of its own.

What the work is, and who waits for it, is not known here. All of this runs in a writer's thread.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import Connection, Engine, RootTransaction
from sqlalchemy.exc import DatabaseError, DBAPIError, InternalError, OperationalError

from bot.store import dialects
from bot.store.desk import Desk
from bot.store.pepper import Pepper
from bot.store.vault import Vault

log = logging.getLogger(__name__)

T = TypeVar("T")

AGAIN = 5
"""How often work is done once more, at once, because the database chose it to make way, or a connection was lost."""

PATIENCE = (0.1, 0.3, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0)
"""Seconds between questions what became of a commit to which no answer came: longer than a database restarts."""


class NotCommitted(Exception):
    """The work was done, but the database did not keep it: nothing of it may be taken to be on disk."""


class Unsure(NotCommitted):
    """Nor may it be taken to be undone: the answer to the commit was lost, and then the database for long."""


class Witness(Protocol):
    """Called in a writer's thread with the name of each piece of work. One that failed has no commit and no call."""

    def committing(self, name: str) -> None: ...

    def committed(self, name: str) -> None:
        """It is on disk, and its caller does not know yet."""


@dataclass(frozen=True, slots=True, eq=False)
class Job(Generic[T]):
    name: str
    work: Callable[[Desk], T]
    promise: Future[T]
    in_order: bool = False


class Committing:
    def __init__(self, engine: Engine, vault: Vault, found_by: Pepper, witness: Witness, node: int) -> None:
        self._node = node
        self._engine = engine
        self._vault = vault
        self._found_by = found_by
        self._witness = witness
        self._room = dialects.of(engine)

    def do(self, jobs: list[Job[Any]]) -> None:
        """Does all of them; who waits for one hears what came of it when that is on disk."""
        if self._room.TOGETHER > 1:
            self._together(jobs)
            return
        for job in jobs:
            self._apart(job)

    def _together(self, jobs: list[Job[Any]]) -> None:
        if not jobs:
            return
        kept: list[tuple[Job[Any], Any]] = []
        try:
            with self._engine.begin() as connection:
                desk = self._desk(connection)
                kept = [(job, value) for job in jobs for value in _in_savepoint(desk, job)]
                for job, _ in kept:
                    self._witness.committing(job.name)
        except BaseException as error:
            for job in jobs:
                if not job.promise.done():
                    job.promise.set_exception(uncommitted(error))
            return
        for job, _ in kept:
            self._tell(job.name)
        for job, value in kept:
            job.promise.set_result(value)

    def _apart(self, job: Job[Any]) -> None:
        try:
            value = insisting(self._room, lambda: self._once(job))
        except BaseException as error:
            job.promise.set_exception(_told(error))
            return
        self._tell(job.name)
        job.promise.set_result(value)

    def _once(self, job: Job[T]) -> T:
        """Raises DBAPIError only if nothing was kept."""
        with self._engine.connect() as connection, connection.begin() as transaction:
            value = job.work(self._desk(connection))
            try:
                self._witness.committing(job.name)
            except BaseException as error:
                raise uncommitted(error) from error
            self._commit(transaction, self._room.number(connection))
        return value

    def _commit(self, transaction: RootTransaction, number: str) -> None:
        """Returns when it is on disk. Raises NotCommitted, or Unsure if nobody can say."""
        try:
            transaction.commit()
        except DBAPIError as error:
            if not error.connection_invalidated or not self._was_committed(number, error):
                raise uncommitted(error) from error

    def _was_committed(self, number: str, lost: DBAPIError) -> bool:
        for pause in PATIENCE:
            try:
                return self._room.committed(self._engine, number)
            except DBAPIError:
                log.warning("the answer to a commit was lost, and the database cannot be asked yet")
                time.sleep(pause)
        raise Unsure("nobody knows whether the database kept it") from lost

    def _desk(self, connection: Connection) -> Desk:
        return Desk(connection, self._vault, self._found_by, self._node)

    def _tell(self, name: str) -> None:
        try:
            self._witness.committed(name)
        except Exception:  # it is on disk, and whoever waits for it must hear so
            log.exception("the witness of %s failed", name)


def insisting(room: dialects.Room, once: Callable[[], T]) -> T:
    """Does again at once what the database has undone for certain."""
    for _ in range(AGAIN):
        try:
            return once()
        except DBAPIError as error:
            if not room.again(error):
                raise
    return once()


def _in_savepoint(desk: Desk, job: Job[Any]) -> list[Any]:
    """The work's value, in a list; an empty one if it failed, which undoes it and nothing else."""
    # By the driver's own hand: three of ten statements are these, and SQLAlchemy would take far longer than SQLite.
    run = desk.connection.connection.cursor().execute
    run("SAVEPOINT work")
    try:
        value = job.work(desk)
    except Exception as error:
        run("ROLLBACK TO SAVEPOINT work")
        run("RELEASE SAVEPOINT work")
        job.promise.set_exception(_told(error))
        return []
    # Going back or on fails where the database itself has undone the whole transaction: then none of the work stands.
    run("RELEASE SAVEPOINT work")
    return [value]


def _told(error: BaseException) -> BaseException:
    """What whoever waits is told of it."""
    if _is_the_disks(error):
        return uncommitted(error)
    # No coroutine can raise a StopIteration: its caller would wait for ever.
    return RuntimeError("the work raised StopIteration") if isinstance(error, StopIteration) else error


def _is_the_disks(error: BaseException) -> bool:
    """Full, read-only, broken, away, or locked for too long: no fault of the work, which can be done again later."""
    return isinstance(error, OperationalError | InternalError) or type(error) is DatabaseError


def uncommitted(error: BaseException) -> NotCommitted:
    told = NotCommitted(f"the database did not keep it: {type(error).__name__}")
    told.__cause__ = error
    return told
