"""kill -9 among several nodes: people write to three `booking-bot run` behind a load balancer, over one PostgreSQL.

    python -m tests.kill.nodes_storm --seed 7 --kills 10 [--worse]

plays one seed again. With `--worse` nodes are frozen and cut off from the database as well, and the database crashes.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from random import Random

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

from dialog import nursery
from reckoning import Left, doubts
from storm import SLOW, Program, Storm, Strike, kill, weather

import postgres
from between import Balancer, Line, network
from people import Crowd
from sandbox import telegram
from surroundings import PUBLIC, free_port, surroundings

NODES = 3
KILLS = 4
"""In each storm of a check."""

SLOWER = 0.1
"""Seconds for which calendar and Telegram think where strikes last long: people would do thousands of things else."""

FROZEN = 12.0
"""Seconds: longer than the server lets anybody hold somebody without doing anything."""


class Weather:
    """What happens between the nodes, and to them."""

    def __init__(self, server: postgres.Server, balancer: Balancer) -> None:
        self._server = server
        self._balancer = balancer
        self.lines: dict[int, Line] = {}

    @property
    def strikes(self) -> Sequence[Strike]:
        return kill, kill, self._freeze, self._cut, self._crash

    async def _freeze(self, program: Program) -> None:
        await self._without(program, self._frozen)

    async def _frozen(self, program: Program) -> None:
        program.signal(signal.SIGSTOP)
        await asyncio.sleep(FROZEN)
        program.signal(signal.SIGCONT)

    async def _cut(self, program: Program) -> None:
        await self.lines[_port(program)].cut()

    async def _crash(self, _program: Program) -> None:
        await asyncio.to_thread(self._server.crash)

    async def _without(self, program: Program, strike: Strike) -> None:
        """A load balancer notices who does not answer."""
        self._balancer.out.add(_port(program))
        await strike(program)
        self._balancer.out.discard(_port(program))


def _port(program: Program) -> int:
    return int(program.environ["HTTP_PORT"])


@asynccontextmanager
async def nodes_storms(
    folder: Path, server: postgres.Server, database: str, seed: int = 0, kills: int = KILLS, *, worse: bool = False
) -> AsyncIterator[Storm]:
    chance = Random(seed)
    balancer = Balancer([free_port() for _ in range(NODES)], Random(seed))
    slow = SLOWER if worse else SLOW
    async with surroundings(folder, hooked=True, slow=slow) as around, AsyncExitStack() as stack:
        around.environ |= {"LOG_LEVEL": "DEBUG", "DATABASE_URL": server.url(database), "MESSAGES_PER_MINUTE": "0"}
        around.chats.faults.add(telegram.Fault("sends", times=None, latency=slow))
        around.chats.reroute[PUBLIC] = await stack.enter_async_context(balancer.listening())
        above, programs = Weather(server, balancer), []
        for port in balancer.ports:
            place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="wire-")))
            above.lines[port] = await stack.enter_async_context(network(place, server.folder))
            born = stack.enter_context(nursery(log := folder / f"log-{port}"))
            own = {"HTTP_PORT": str(port), "DATABASE_URL": postgres.Server(place).url(database)}
            programs.append(Program(born, folder, log, {**around.environ, **own}))
        yield Storm(programs, around, chance, kills, above.strikes if worse else (kill,))


async def play(
    folder: Path, server: postgres.Server, database: str, seed: int, kills: int = KILLS, *, worse: bool = False
) -> tuple[Storm, Crowd, Left]:
    return await weather(nodes_storms(folder, server, database, seed, kills, worse=worse))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.kill.nodes_storm", description="Kill nodes and see, again.")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--worse", action="store_true")
    options = parser.parse_args(arguments)
    with postgres.running() as server, tempfile.TemporaryDirectory() as name:
        server.make("bot")
        storm, crowd, left = asyncio.run(
            play(Path(name), server, "bot", options.seed, options.kills, worse=options.worse)
        )
    steps = sum(guest.steps for guest in crowd.guests.values())
    print(f"{len(storm.struck_at)} strikes at {NODES} nodes, {steps} steps, {len(left.writes)} writes, ", end="")
    print(f"{len(doubts(left))} in doubt: all is well")
    return 0


if __name__ == "__main__":
    sys.exit(main())
