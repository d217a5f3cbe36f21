"""Copies: made under a running program and consistent, proven before they count, put back only by an explicit word."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from shelf import KEY, NOW, a_store, somebody, url
from sqlalchemy import text

from bot.store import inbox
from bot.store.copies import CannotCopy, backup, prove, restore
from bot.store.schema import persons
from bot.store.store import CannotOpen, Store
from bot.store.vault import Vault, new_key

ROOT = Path(__file__).parents[3]
VAULT = Vault([KEY])

# A program that has the database alone, and receives one delivery after another, two in each transaction.
PROGRAM = """
import asyncio, sys
from datetime import UTC, datetime
from bot.store import inbox
from bot.store.lock import alone
from bot.store.store import Store
from bot.store.vault import Vault

address, secret = sys.argv[1:]

def two(desk, number):
    for half in ("a", "b"):
        inbox.receive(desk, "terminal", f"{number}{half}", {"number": number}, datetime.now(UTC))

async def main():
    with alone(address):
        store = await Store.open(address, Vault([secret]))
        for number in range(1_000_000):
            await store.transact("received", lambda desk: two(desk, number))
            print(number, flush=True)

asyncio.run(main())
"""


@contextmanager
def running(folder: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", PROGRAM, url(folder), KEY]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout
        for _ in range(20):
            assert program.stdout.readline()
        yield program
        program.kill()
        program.stdout.read()


def command(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"HOME": str(folder), "PYTHONPATH": str(ROOT), "SECRET_KEYS": KEY}
    environment |= {"DATA_DIR": str(folder), "DATABASE_URL": url(folder)}
    asked = [sys.executable, "-W", "error", "-m", "bot", *arguments]
    return subprocess.run(asked, cwd=folder, env=environment, capture_output=True, text=True, timeout=100)


async def numbers(folder: Path) -> list[int]:
    store = await a_store(folder)
    found = await store.transact("read", inbox.new)
    await store.close()
    return [each.payload["number"] for each in found]


def test_a_running_program_is_copied_and_the_copy_put_back_elsewhere(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    with running(here) as program:
        assert program.stdout
        for copy in ("one", "two", "three"):
            before = int(program.stdout.readline())
            asked = command(here, "backup", str(tmp_path / copy))
            assert asked.returncode == 0, asked.stderr
        refused = command(here, "restore", str(tmp_path / "one"), "--replace")
        assert refused.returncode == 2
        assert "runs on this data already" in refused.stderr
    asked = command(there, "restore", str(tmp_path / "three"))
    assert asked.returncode == 0, asked.stderr
    found = asyncio.run(numbers(there))
    assert found == [number for number in range(len(found) // 2) for _ in range(2)], "whole transactions, in order"
    assert len(found) // 2 > before
    assert asyncio.run(numbers(here))[: len(found)] == found


async def filled(folder: Path) -> None:
    store = await a_store(folder)
    await store.transact("arrived", somebody)
    await store.close()


async def people(folder: Path) -> int:
    store = await a_store(folder)
    found = await store.transact("read", lambda desk: desk.connection.execute(persons.select()).all())
    await store.close()
    return len(found)


def test_nobody_else_can_read_a_copy_and_there_is_nothing_beside_it(tmp_path: Path) -> None:
    asyncio.run(filled(tmp_path / "data"))
    backup(url(tmp_path / "data"), tmp_path / "copy", VAULT)
    assert stat.S_IMODE((tmp_path / "copy").stat().st_mode) == 0o600
    assert sorted(each.name for each in tmp_path.iterdir()) == ["copy", "data"]


async def test_a_copy_overwrites_nothing(tmp_path: Path) -> None:
    await filled(tmp_path)
    (tmp_path / "copy").write_text("something else")
    with pytest.raises(CannotCopy, match="is there already"):
        backup(url(tmp_path), tmp_path / "copy", VAULT)
    assert (tmp_path / "copy").read_text() == "something else"


async def test_without_its_key_nothing_is_copied(tmp_path: Path) -> None:
    """Or it would be found out on the day when the copy is needed."""
    await filled(tmp_path)
    with pytest.raises(CannotCopy, match="The secret keys are not those"):
        backup(url(tmp_path), tmp_path / "copy", Vault([new_key()]))
    assert not (tmp_path / "copy").exists()


def test_what_is_not_there_is_not_copied(tmp_path: Path) -> None:
    with pytest.raises(CannotCopy, match="does not exist"):
        backup(url(tmp_path), tmp_path / "copy", VAULT)
    with pytest.raises(CannotCopy, match="There is no file"):
        restore(url(tmp_path), tmp_path / "copy", VAULT, replace=True, now=NOW)
    with pytest.raises(CannotCopy, match="tools of your database"):
        backup("postgresql://user:password@example.com/x", tmp_path / "copy", VAULT)


async def test_a_copy_needs_room_to_be_written(tmp_path: Path) -> None:
    await filled(tmp_path)
    with pytest.raises(CannotCopy, match="Nothing can be written"):
        backup(url(tmp_path), tmp_path / "nowhere" / "copy", VAULT)


async def test_what_is_there_is_replaced_only_by_an_explicit_word_and_kept(tmp_path: Path) -> None:
    await filled(tmp_path)
    backup(url(tmp_path), tmp_path / "copy", VAULT)
    store = await a_store(tmp_path)
    await store.transact("arrived", lambda desk: somebody(desk, "U-later"))
    await store.close()
    before = (tmp_path / "bot.db").read_bytes()
    with pytest.raises(CannotCopy, match=r"last changed on .*; the copy is of .*--replace"):
        restore(url(tmp_path), tmp_path / "copy", VAULT, replace=False, now=NOW)
    assert (tmp_path / "bot.db").read_bytes() == before
    aside = restore(url(tmp_path), tmp_path / "copy", VAULT, replace=True, now=NOW)
    assert aside == tmp_path / "bot.db.before-20261122T093000"
    assert await people(tmp_path) == 1
    aside.rename(tmp_path / "bot.db")
    assert await people(tmp_path) == 2


async def test_a_log_that_a_crash_left_is_kept_with_its_database_and_not_read_into_the_copy(tmp_path: Path) -> None:
    await filled(tmp_path / "now")
    backup(url(tmp_path / "now"), tmp_path / "copy", VAULT)
    with running(tmp_path / "now"):
        pass
    assert (tmp_path / "now" / "bot.db-wal").stat().st_size
    kept = await numbers(tmp_path / "now")
    with running(tmp_path / "now"):
        pass
    aside = restore(url(tmp_path / "now"), tmp_path / "copy", VAULT, replace=True, now=NOW)
    assert await numbers(tmp_path / "now") == []
    assert aside
    aside.rename(tmp_path / "now" / "bot.db")
    assert (await numbers(tmp_path / "now"))[: len(kept)] == kept


async def test_a_broken_database_can_be_replaced(tmp_path: Path) -> None:
    await filled(tmp_path)
    backup(url(tmp_path), tmp_path / "copy", VAULT)
    (tmp_path / "bot.db").write_bytes(b"no database at all" * 1000)
    restore(url(tmp_path), tmp_path / "copy", VAULT, replace=True, now=NOW)
    assert await people(tmp_path) == 1


async def test_a_damaged_copy_is_refused(tmp_path: Path) -> None:
    await filled(tmp_path)
    backup(url(tmp_path), tmp_path / "copy", VAULT)
    whole = (tmp_path / "copy").read_bytes()
    for damaged in (b"", b"this is no copy" * 1000, whole[: len(whole) // 2], whole[:9000] + b"\xff" * 3000):
        (tmp_path / "copy").write_bytes(damaged)
        with pytest.raises(CannotCopy):
            restore(url(tmp_path), tmp_path / "copy", VAULT, replace=True, now=NOW)
    assert await people(tmp_path) == 1


async def test_a_copy_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    await filled(tmp_path)
    store = await a_store(tmp_path)
    await store.transact("test", lambda desk: desk.connection.execute(text("UPDATE alembic_version SET version_num=9")))
    await store.close()
    connection = sqlite3.connect(tmp_path / "bot.db")
    connection.execute("VACUUM INTO ?", (str(tmp_path / "copy"),))
    connection.close()
    with pytest.raises(CannotCopy, match="newer version"):
        prove(tmp_path / "copy", VAULT)


async def test_a_copy_of_another_day_opens_with_the_key_of_that_day(tmp_path: Path) -> None:
    await filled(tmp_path)
    backup(url(tmp_path), tmp_path / "copy", VAULT)
    with pytest.raises(CannotCopy, match="keys rotate"):
        prove(tmp_path / "copy", Vault([new := new_key()]))
    prove(tmp_path / "copy", Vault([new, KEY]))


async def test_what_was_put_back_is_not_changed_by_a_wrong_key(tmp_path: Path) -> None:
    await filled(tmp_path)
    backup(url(tmp_path), tmp_path / "copy", VAULT)
    there = tmp_path / "there"
    there.mkdir()
    restore(url(there), tmp_path / "copy", VAULT, replace=False, now=NOW)
    before = (there / "bot.db").read_bytes()
    with pytest.raises(CannotOpen, match="Put the former key back"):
        await Store.open(url(there), Vault([new_key()]))
    assert (there / "bot.db").read_bytes() == before
    assert await people(there) == 1


async def test_a_program_that_runs_keeps_its_data(tmp_path: Path) -> None:
    from bot.store.lock import alone

    await filled(tmp_path)
    backup(url(tmp_path), tmp_path / "copy", VAULT)
    with alone(url(tmp_path)), pytest.raises(CannotOpen, match="runs on this data"):
        restore(url(tmp_path), tmp_path / "copy", VAULT, replace=True, now=datetime.now(UTC))
