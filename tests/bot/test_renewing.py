"""`booking-bot keys rotate` as it is called: by whom the keys are kept, what is refused, and what a kill leaves."""

from __future__ import annotations

import asyncio
import fcntl
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from adapters import Who
from bot import keys
from bot.store import persons, sessions
from bot.store.desk import Desk
from bot.store.store import Store
from bot.store.vault import Vault, new_key
from conversations.people import Person
from conversations.session import Session

ROOT = Path(__file__).parents[2]
PEOPLE = 30


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-W", "error", "-m", "bot", *arguments]


def environment(folder: Path, **more: str) -> dict[str, str]:
    return os.environ | {"HOME": str(folder), "PYTHONPATH": str(ROOT), "DATA_DIR": str(folder / "kept")} | more


def run(folder: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments), cwd=folder, env=environment(folder, **more), capture_output=True, text=True, timeout=100
    )


def database(folder: Path) -> Path:
    return folder / "kept" / "booking-bot.db"


def fill(folder: Path, *secret_keys: str) -> None:
    def write(desk: Desk) -> None:
        for number in range(PEOPLE):
            contact = persons.add(desk, Who("terminal", "", str(number)), Person(zone="Pacific/Chatham"))
            sessions.save(desk, contact.id, Session(key=contact.key))

    _with_store(folder, secret_keys, write)


def everybody(folder: Path, *secret_keys: str) -> int:
    """How many are found and read."""

    def read(desk: Desk) -> int:
        found = [persons.find(desk, "terminal", "", str(number)) for number in range(PEOPLE)]
        return sum(bool(each and isinstance(sessions.load(desk, each.id), Session)) for each in found)

    return _with_store(folder, secret_keys, read)


def _with_store(folder: Path, secret_keys: tuple[str, ...], work: object) -> int:
    async def done() -> int:
        store = await Store.open(f"sqlite:///{database(folder)}", Vault(secret_keys))
        try:
            return await store.transact("test", work)  # type: ignore[arg-type]
        finally:
            await store.close()

    return asyncio.run(done())


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """The file of keys that the program keeps itself."""
    file = tmp_path / "kept" / keys.KEYS_FILE
    file.parent.mkdir()
    keys.make(file)
    fill(tmp_path, *keys.read(file))
    return file


def test_keys_of_our_own_are_renewed_in_one_go(own: Path, tmp_path: Path) -> None:
    former = keys.read(own)
    asked = run(tmp_path, "keys", "rotate")
    assert asked.returncode == 0, asked.stderr
    [new] = keys.read(own)
    assert new not in former
    assert everybody(tmp_path, new) == PEOPLE
    assert keys.read(own.with_name("secret_keys.retired")) == former
    assert not any(key in asked.stdout + asked.stderr for key in (new, *former))


def test_keys_that_are_set_are_renewed_when_a_new_one_stands_in_front(tmp_path: Path) -> None:
    old = new_key()
    fill(tmp_path, old)
    refused = run(tmp_path, "keys", "rotate", SECRET_KEYS=old)
    assert refused.returncode == 2
    assert "keys new" in refused.stderr
    new = run(tmp_path, "keys", "new").stdout.strip()
    asked = run(tmp_path, "keys", "rotate", SECRET_KEYS=f"{new},{old}")
    assert asked.returncode == 0, asked.stderr
    assert everybody(tmp_path, new) == PEOPLE
    assert not (tmp_path / "kept" / keys.KEYS_FILE).exists()


def test_a_running_program_keeps_its_keys(own: Path, tmp_path: Path) -> None:
    former = keys.read(own)
    with database(tmp_path).with_name("booking-bot.db.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        asked = run(tmp_path, "keys", "rotate")
    assert asked.returncode == 2
    assert "runs on this data already" in asked.stderr
    assert keys.read(own) == former


def test_wrong_keys_begin_nothing(own: Path, tmp_path: Path) -> None:
    wrong = new_key()
    own.write_text(wrong)
    asked = run(tmp_path, "keys", "rotate")
    assert asked.returncode == 2
    assert "Put the former key back" in asked.stderr
    assert "Traceback" not in asked.stderr
    assert keys.read(own) == (wrong,)


def test_killed_at_random_it_goes_on_and_nobody_is_lost(own: Path, tmp_path: Path) -> None:
    chance = random.Random(7)
    former = keys.read(own)
    for _ in range(6):
        with subprocess.Popen(
            command("keys", "rotate"), cwd=tmp_path, env=environment(tmp_path), stdout=subprocess.DEVNULL
        ) as rotating:
            time.sleep(chance.uniform(0.8, 1.6))
            rotating.send_signal(signal.SIGKILL)
        assert everybody(tmp_path, *keys.read(own)) == PEOPLE
    assert run(tmp_path, "keys", "rotate").returncode == 0
    [new] = keys.read(own)
    assert new not in former
    assert everybody(tmp_path, new) == PEOPLE


CHOSEN = {
    "VIDESK_API_TOKEN": "token",
    "VIDESK_API_URL": "http://127.0.0.1:9",
    "VIDESK_REFERRER": "https://example.com/",
}


def test_a_copied_database_without_its_key_is_refused_with_the_cure_and_left_as_it_is(
    own: Path, tmp_path: Path
) -> None:
    """As on another machine to which only the file of the database was carried."""
    other = tmp_path / "other"
    (other / "kept").mkdir(parents=True)
    shutil.copy(database(tmp_path), database(other))
    before = database(other).read_bytes()
    lost = run(other, "chat", "--plain", **CHOSEN)
    assert (lost.returncode, lost.stdout) == (2, "")
    assert f"{other / 'kept' / keys.KEYS_FILE} is gone" in lost.stderr
    wrong = run(other, "chat", "--plain", **CHOSEN, SECRET_KEYS=new_key())
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "Put the former key back, last in SECRET_KEYS" in wrong.stderr
    assert "Traceback" not in lost.stderr + wrong.stderr
    assert database(other).read_bytes() == before
    assert _rows(database(other)) == _rows(database(tmp_path))
    shutil.copy(own, other / "kept" / keys.KEYS_FILE)
    assert everybody(other, *keys.read(own)) == PEOPLE


def _rows(file: Path) -> list[str]:
    connection = sqlite3.connect(file)
    try:
        return list(connection.iterdump())
    finally:
        connection.close()
