"""One seed played, and judged. What is played stands in `simulation`, what must hold in `checking`."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import shutil
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import structlog
from checking import checked, seen_rightly
from simulated_disk import statements_kept
from stories import story
from virtual_time import played
from weather import dice, weather

from bot.store.store import Store
from bot.store.vault import Vault
from faulty_disk import faulty_disk
from simulation import KEY, Logged, Simulation


@dataclass(frozen=True)
class Outcome:
    seed: int
    broken: tuple[str, ...]
    digest: str
    counts: Counter[str]
    simulation: Simulation


@cache
def _empty() -> bytes:
    """A database without anybody: to make its tables anew for each seed takes longest of all."""

    async def make(file: Path) -> None:
        await (await Store.open(f"sqlite:///{file}", Vault([KEY]))).close()

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "bot.db"
        asyncio.run(make(file))
        return file.read_bytes()


@contextmanager
def in_memory() -> Iterator[Path]:
    """A folder to simulate in, on a disk that is none, where there is one: what a power cut leaves is not simulated."""
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as folder:
        yield Path(folder) / "run"


def simulate(seed: int, folder: Path) -> Outcome:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "bot.db").write_bytes(_empty())
    with dice(seed), statements_kept(), faulty_disk() as disk:
        simulation: list[Simulation] = []

        async def play() -> None:
            told = story(seed)
            simulation.append(Simulation(told, weather(seed, told.strengths), folder, disk, seen_rightly))
            await simulation[0].run()

        with _listening() as logged:
            try:
                played(play)
            except Exception as error:
                if not simulation:
                    raise
                simulation[0].broken.append(f"the run failed: {error!r}")
        run = simulation[0]
        run.logged = logged
        broken = (*run.broken, *checked(run))
    digest = hashlib.sha256(repr(run.trace).encode()).hexdigest()[:16]
    return Outcome(seed, tuple(dict.fromkeys(broken)), digest, run.counts, run)


@contextmanager
def _listening() -> Iterator[list[Logged]]:
    """Whatever is logged; it is printed nowhere."""
    logged: list[Logged] = []

    def keep(_logger: Any, _method: str, event: structlog.types.EventDict) -> Any:
        error = sys.exc_info()[0] if event.pop("exc_info", None) else None
        text = traceback.format_exc() if error else ""
        logged.append(Logged(f"{event} {text}", error.__name__ if error else ""))
        raise structlog.DropEvent

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            error = record.exc_info[0] if record.exc_info else None
            logged.append(Logged(self.format(record), error.__name__ if error else ""))

    before, root, handler = structlog.get_config(), logging.getLogger(), Keep()
    structlog.configure(processors=[keep])
    root.addHandler(handler)
    try:
        yield logged
    finally:
        root.removeHandler(handler)
        structlog.configure(**before)
