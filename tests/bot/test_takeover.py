"""`booking-bot run` twice on one PostgreSQL: one polls, the other stands by, and takes over when that one is killed."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import databases
from postgres import Server
from surroundings import program, surroundings

LIVING = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND granted"
NODE = 0x626F7402
WITHIN = 30.0
"""Seconds, on a machine that has much to do; what is promised is in docs/several-nodes.md."""


def living(server: Server) -> int:
    with server.connected() as connection:
        return int(connection.execute(LIVING, (NODE,)).fetchone()[0])


async def test_when_the_program_that_polls_is_killed_another_goes_on_at_the_same_screen(
    tmp_path: Path, postgresql: Server
) -> None:
    async with surroundings(tmp_path) as around:
        around.environ.update({"DATABASE_URL": databases.url(tmp_path), "HTTP_PORT": "0"})
        (tmp_path / "other").mkdir()
        other = replace(around, folder=tmp_path / "other")
        async with program(around) as first:
            person = around.chats.person()
            person.writes("/book")
            await person.sees("What is it for?")
            async with program(other):
                async with asyncio.timeout(WITHIN):
                    while await asyncio.to_thread(living, postgresql) < 2:
                        continue
                first.kill()
                person.writes("Account opening")
                async with asyncio.timeout(WITHIN):
                    await person.sees("With whom?")
    assert around.chats.ledger.by_status.get(409) is None, "both polled at once"
