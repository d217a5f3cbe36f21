"""A new key: everything is sealed anew, whoever is killed in between, and nobody is lost on the way."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

import pytest
from shelf import APPOINTMENT, KEY, NOW, TOKENS, a_database, a_store, url
from sqlalchemy import select
from test_store_at_rest import write_all_there_is

from adapters import Place, Who
from bot.store import appointments, inbox, notes, persons, places, rotation, sessions
from bot.store.desk import Desk
from bot.store.rotation import rotate
from bot.store.schema import metadata
from bot.store.store import CannotOpen
from bot.store.vault import new_key
from conversations.people import Person
from conversations.session import Session
from databases import both

NEW = new_key()
PEOPLE = 7

# For each number that it reads, a life that rotates and is killed at that commit, in the writer's thread.
PROGRAM = """
import asyncio, os, signal, sys
from bot.store import rotation
from bot.store.store import Store
from bot.store.vault import Vault

address, new, old = sys.argv[1:]
rotation.TOGETHER = 3

class Deadly:
    def __init__(self, number):
        self.seen, self.number = 0, number
    def committing(self, name):
        self.at(name != "looked")
    def committed(self, name):
        self.at(name != "looked")
    def at(self, counts):
        self.seen += counts
        if counts and self.seen == self.number:
            os.kill(os.getpid(), signal.SIGKILL)

async def live(number):
    store = await Store.open(address, Vault([new, old]), Deadly(number))
    await rotation.rotate(store)
    await store.close()

for line in sys.stdin:
    child = os.fork()
    if not child:
        asyncio.run(live(int(line)))
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


def who(number: int) -> Who:
    return Who("terminal", "here", f"U-{number}")


def write_people(desk: Desk) -> None:
    write_all_there_is(desk)
    for number in range(PEOPLE):
        contact = persons.add(desk, who(number), Person())
        sessions.save(desk, contact.id, Session(key=contact.key, revision=number))
        places.goes_on(desk, contact.id, Place("chat", f"C-{number}"))
        appointments.add(desk, contact.id, APPOINTMENT, replace(TOKENS, action=f"action {number}"))


def all_that_is_read(desk: Desk) -> list[object]:
    return [_read(desk, number) for number in range(PEOPLE)] + [each.payload for each in inbox.new(desk)]


def _read(desk: Desk, number: int) -> object:
    contact = persons.find(desk, *(who(number).platform, who(number).workspace, who(number).user))
    assert contact, f"person {number} is lost"
    spot = places.at(desk, contact.id, Place("chat", f"C-{number}"))
    tokens = appointments.tokens(desk, contact.person.appointments[0].id)
    return sessions.load(desk, contact.id), contact, spot, tokens and tokens.action


async def filled(folder: Path) -> list[object]:
    store = await a_store(folder)
    await store.transact("written", write_people)
    read = await store.transact("read", all_that_is_read)
    await store.close()
    return read


async def found(folder: Path, *keys: str) -> list[object]:
    store = await a_store(folder, *keys)
    read = await store.transact("read", all_that_is_read)
    await store.close()
    return read


async def rotated(folder: Path, *keys: str) -> bool:
    store = await a_store(folder, *keys)
    done = await rotate(store)
    await store.close()
    return done


def sealed_values(folder: Path) -> set[bytes]:
    with a_database(folder) as desk:
        rows = [row for table in metadata.sorted_tables for row in desk.connection.execute(select(table))]
    return {value for row in rows for value in row if isinstance(value, bytes)}


@both
async def test_after_a_rotation_the_new_key_alone_opens_everything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotation, "TOGETHER", 2)
    before = await filled(tmp_path)
    sealed = sealed_values(tmp_path)
    assert await rotated(tmp_path, NEW, KEY)
    assert await found(tmp_path, NEW) == before
    assert len(sealed_values(tmp_path)) == len(sealed)
    assert not sealed & sealed_values(tmp_path)


@both
async def test_after_a_rotation_the_former_key_opens_nothing(tmp_path: Path) -> None:
    await filled(tmp_path)
    await rotated(tmp_path, NEW, KEY)
    with pytest.raises(CannotOpen):
        await a_store(tmp_path, KEY)


@both
async def test_a_rotation_that_is_done_is_not_done_again(tmp_path: Path) -> None:
    await filled(tmp_path)
    await rotated(tmp_path, NEW, KEY)
    sealed = sealed_values(tmp_path)
    assert not await rotated(tmp_path, NEW, KEY)
    assert sealed_values(tmp_path) == sealed


@both
async def test_whoever_had_the_former_key_can_tell_nobody_by_their_name(tmp_path: Path) -> None:
    names = []
    await filled(tmp_path)
    for keys in ([KEY], [NEW, KEY]):
        await rotated(tmp_path, *keys)
        store = await a_store(tmp_path, *keys)
        names.append(await store.transact("read", lambda desk: desk.look_up("person", "terminal", "here", "U-1")))
        await store.close()
    assert names[0] != names[1]


@both
async def test_what_an_adapter_noted_is_sealed_anew(tmp_path: Path) -> None:
    store = await a_store(tmp_path)
    await store.transact("noted", lambda desk: notes.note(desk, "one", "holds", {"chat": 1}))
    await store.close()
    await rotated(tmp_path, NEW, KEY)
    store = await a_store(tmp_path, NEW)
    assert await store.transact("read", lambda desk: notes.noted(desk, "one", "holds")) == {"chat": 1}
    await store.close()


@both
async def test_what_was_delivered_before_is_a_repetition_after(tmp_path: Path) -> None:
    store = await a_store(tmp_path)
    assert await store.transact("received", lambda desk: inbox.receive(desk, "terminal", "1", {}, NOW))
    await rotate(store)
    await store.close()
    await rotated(tmp_path, NEW, KEY)
    store = await a_store(tmp_path, NEW)
    assert await store.transact("received", lambda desk: inbox.receive(desk, "terminal", "1", {}, NOW)) is None
    await store.close()


def lived(program: subprocess.Popen[str], number: int) -> bool:
    assert program.stdin
    assert program.stdout
    program.stdin.write(f"{number}\n")
    program.stdin.flush()
    ended = int(program.stdout.readline())
    assert ended in (0, -signal.SIGKILL)
    return ended == 0


@contextmanager
def lives(folder: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", PROGRAM, url(folder), NEW, KEY]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as program:
        yield program


async def test_killed_at_any_commit_nothing_is_lost_and_it_goes_on(tmp_path: Path) -> None:
    before = await filled(tmp_path)
    shutil.copy(tmp_path / "bot.db", tmp_path / "as it was")
    with lives(tmp_path) as program:
        for number in count(1):
            _as_it_was(tmp_path)
            if lived(program, number):
                break
            assert await found(tmp_path, NEW, KEY) == before
            await rotated(tmp_path, NEW, KEY)
            assert await found(tmp_path, NEW) == before
    assert number > 2 * 12, "before and after each of a dozen commits"


def _as_it_was(folder: Path) -> None:
    for name in ("bot.db", "bot.db-wal", "bot.db-shm"):
        (folder / name).unlink(missing_ok=True)
    shutil.copy(folder / "as it was", folder / "bot.db")


@dataclass
class EndsAt:
    """Lets the commits go on no further than this."""

    number: int
    seen: int = 0

    def committing(self, name: str) -> None:
        self.seen += name in ("people named anew", "sealed anew", "rotated")
        if self.seen > self.number:
            raise OSError("this is the end")

    def committed(self, name: str) -> None: ...


@both
@pytest.mark.parametrize("number", [1, 4, 9])
async def test_in_the_middle_no_key_alone_opens_it(number: int, tmp_path: Path) -> None:
    """Or somebody would take a former key away too early, and lose what it still seals."""
    from bot.store.store import NotCommitted, Store
    from bot.store.vault import Vault

    before = await filled(tmp_path)
    store = await Store.open(url(tmp_path), Vault([NEW, KEY]), EndsAt(number))
    with pytest.raises(NotCommitted):
        await rotate(store)
    await store.close()
    for alone in (NEW, KEY):
        with pytest.raises(CannotOpen, match="former key"):
            await a_store(tmp_path, alone)
    assert await found(tmp_path, NEW, KEY) == before
