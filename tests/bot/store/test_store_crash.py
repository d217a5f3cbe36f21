"""kill -9 in the middle: what was said to be on disk is there, and what was not committed is not."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from shelf import KEY, a_store, url

from bot.store import inbox
from databases import both

# Receives one delivery after another and says so; kills itself at the moment it is told, in the writer's thread.
PROGRAM = """
import asyncio, os, signal, sys
from datetime import UTC, datetime
from bot.store import inbox
from bot.store.store import Store
from bot.store.vault import Vault

address, secret, moment, number = sys.argv[1:]

class Deadly:
    def __init__(self):
        self.seen = 0
    def committing(self, name):
        self.seen += 1
        self.at("committing")
    def committed(self, name):
        self.at("committed")
    def at(self, here):
        if here == moment and self.seen == int(number):
            os.kill(os.getpid(), signal.SIGKILL)

async def main():
    store = await Store.open(address, Vault([secret]), Deadly())
    for each in range(1_000_000):
        key = str(each)
        at = datetime.now(UTC)
        await store.transact("received", lambda desk: inbox.receive(desk, "terminal", key, {"key": key}, at))
        print(key, flush=True)

asyncio.run(main())
"""


def start(folder: Path, moment: str, number: int) -> "subprocess.Popen[str]":
    arguments = [sys.executable, "-c", PROGRAM, url(folder), KEY, moment, str(number)]
    return subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)


async def found(folder: Path) -> list[str]:
    store = await a_store(folder)
    deliveries = await store.transact("read", inbox.new)
    await store.close()
    return [delivery.payload["key"] for delivery in deliveries]


@both
@pytest.mark.parametrize(("moment", "kept"), [("committing", ["0", "1"]), ("committed", ["0", "1", "2"])])
async def test_killed_at_the_commit_it_is_there_or_it_is_not(tmp_path: Path, moment: str, kept: list[str]) -> None:
    with start(tmp_path, moment, 3) as program:
        said, _ = program.communicate(timeout=60)
    assert program.returncode == -signal.SIGKILL
    assert said.split() == ["0", "1"]
    assert await found(tmp_path) == kept


@both
async def test_killed_at_any_moment_nothing_that_was_said_is_lost(tmp_path: Path) -> None:
    with start(tmp_path, "never", 0) as program:
        assert program.stdout
        said = [program.stdout.readline().strip() for _ in range(50)]
        program.kill()
        said += program.stdout.read().split()
    kept = await found(tmp_path)
    assert kept[: len(said)] == said
    assert len(kept) <= len(said) + 2  # one was committed, one was committed and is not said
    assert kept == [str(each) for each in range(len(kept))]
