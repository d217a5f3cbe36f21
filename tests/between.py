"""What stands between machines: a load balancer, and a network that can be cut. No expectation lives here."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TypeAlias

SOCKET = ".s.PGSQL.5432"

NOTICED, GIVEN_UP = 6.0, 12.0
"""Seconds after which a server, and then a program, ends connections on which nothing arrives any more."""

Ends: TypeAlias = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(eq=False)
class Line:
    """Carries whatever is said on connections, to where `reach` leads."""

    reach: Callable[[], Awaitable[Ends]]
    _whole: asyncio.Event = field(default_factory=asyncio.Event)
    _here: set[asyncio.StreamWriter] = field(default_factory=set)
    _there: set[asyncio.StreamWriter] = field(default_factory=set)
    _carrying: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._whole.set()

    async def cut(self) -> None:
        """Nothing arrives any more for a while, and nobody is told so."""
        self._whole.clear()
        await asyncio.sleep(NOTICED)
        _end(self._there)
        await asyncio.sleep(GIVEN_UP - NOTICED)
        _end(self._here)
        self._whole.set()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, to its end."""
        task = asyncio.current_task()
        assert task
        self._carrying.add(task)
        self._here.add(writer)
        with suppress(OSError, asyncio.CancelledError):
            await self._whole.wait()
            await self._carry(reader, writer)
        self._here.discard(writer)
        await _closed(writer)
        self._carrying.discard(task)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await self.reach()
        self._there.add(far_writer)
        try:
            await asyncio.gather(self._pump(reader, far_writer), self._pump(far_reader, writer))
        finally:
            self._there.discard(far_writer)
            await _closed(far_writer)

    async def ended(self) -> None:
        """Ends all that is carried."""
        for task in self._carrying:
            task.cancel()
        await asyncio.gather(*self._carrying)

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while said := await source.read(65536):
                await self._whole.wait()
                sink.write(said)
                await sink.drain()
        await self._whole.wait()
        sink.close()


def _end(writers: set[asyncio.StreamWriter]) -> None:
    for each in writers:
        each.transport.abort()


async def _closed(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()


@asynccontextmanager
async def network(folder: Path, server: Path) -> AsyncIterator[Line]:
    """Between a program that finds PostgreSQL in `folder` and a server whose socket is in another."""
    line = Line(lambda: asyncio.open_unix_connection(server / SOCKET))
    async with await asyncio.start_unix_server(line.carry, folder / SOCKET):
        yield line
        await line.ended()


@dataclass
class Balancer:
    """Leads each connection to any port at which somebody listens, but not to those that are out."""

    ports: list[int]
    chance: Random
    out: set[int] = field(default_factory=set)

    async def reach(self) -> Ends:
        """Raises OSError if nobody listens."""
        for port in self.chance.sample(self.ports, len(self.ports)):
            if port not in self.out:
                with suppress(OSError):
                    return await asyncio.open_connection("127.0.0.1", port)
        raise ConnectionRefusedError

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[str]:
        """The address that leads to all of them."""
        line = Line(self.reach)
        async with await asyncio.start_server(line.carry, "127.0.0.1", 0) as server:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            await line.ended()
