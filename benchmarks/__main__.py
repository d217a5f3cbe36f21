"""`make bench`: measures, and writes docs/performance.json and the tables in docs/performance.md.

How one is measured stands in `measuring`, the bots in `bots`; what the figures mean is said by hand in that document.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.bots import CONVERSATION, DIALOGS, ECHO, FSM, OURS, PEERS, ROOT
from benchmarks.measuring import Cell, Measured, measure

DOCUMENT, FIGURES = ROOT / "docs" / "performance.md", ROOT / "docs" / "performance.json"
BEGIN, END = "<!-- measured -->\n", "<!-- end of what was measured -->"
OUR_PACKAGES = ("python-telegram-bot", "aiohttp", "httpx", "sqlalchemy", "cryptography")
THEIR_PACKAGES = ("python-telegram-bot", "httpx", "aiogram", "aiogram-dialog", "aiohttp")
VIDESK = 20
SLOW = 0.05
COLUMNS = {
    "CPU ms/update": "cpu_ms_per_update",
    "of the echo": "of_the_echo",
    "bookings/s": "bookings_per_second",
    "step → answer: median / p95 / p99 ms": "answered_ms",
    "step → first change, ms": "changed_ms",
    "press → its end, ms": "pressed_ms",
    "Bot API calls/booking": "telegram_calls_per_booking",
    "calendar calls/booking": "calendar_calls_per_booking",
    "most of them in a second": "busiest_second",
    "429": "blocked",
    "hour gone": "gone",
    "stuck": "stuck",
    "start, s": "start_seconds",
    "memory, MB": "memory_mb",
    "load of the people": "load_of_the_people",
}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure, and write down what was found.")
    parser.add_argument("--rounds", type=int, default=3, help="medians are taken of so many, played in turn")
    parser.add_argument("--scale", type=float, default=1.0, help="less than 1 for fewer bookings, to look quickly")
    parser.add_argument("--only", default="", help="what stands in the names of the cells that are wanted")
    parser.add_argument("--peers", type=Path, default=PEERS, help="the Python that has their libraries")
    parser.add_argument("--dry-run", action="store_true", help="print, and write nothing")
    options = parser.parse_args(arguments)
    cells = [each for each in _cells(options.scale) if options.only in f"{each.name}, {each.bot.name}"]
    rounds: list[list[Measured]] = []
    for number in range(options.rounds):
        rounds.append([])
        for cell in cells:
            rounds[-1].append(asyncio.run(measure(cell, options.peers)))
            print(f"round {number + 1}: {rounds[-1][-1]}", file=sys.stderr, flush=True)
    rows = list(_compared([_middle(each) for each in zip(*rounds, strict=True)]))
    found = {**_machine(options.peers), "rounds": options.rounds, "cells": rows}
    text = "\n".join(_lines(found))
    print(text)
    if not options.dry_run:
        FIGURES.write_text(json.dumps(found, indent=2) + "\n", "utf-8")
        before, _, rest = DOCUMENT.read_text("utf-8").partition(BEGIN)
        DOCUMENT.write_text(f"{before}{BEGIN}{text}\n{END}{rest.partition(END)[2]}", "utf-8")
    return 0


def _cells(scale: float) -> Iterator[Cell]:
    def some(bookings: int) -> int:
        return max(1, round(bookings * scale))

    for bot in (OURS, ECHO, CONVERSATION, FSM, DIALOGS):
        yield Cell("50 at once", bot, 50, some(400))
    for bot in (OURS, ECHO):
        yield Cell("500 at once", bot, 500, some(1000))
        yield Cell("2,000 at once", bot, 2000, some(2000))
    for bot in (OURS, ECHO, CONVERSATION, FSM, DIALOGS):
        yield Cell("1 alone", bot, 1, some(60))
    for bot in (OURS, CONVERSATION, FSM, DIALOGS):
        yield Cell("50 at once, calendar 50 ms", bot, 50, some(400), calendar=SLOW)
        yield Cell("1 alone, calendar 50 ms", bot, 1, some(60), calendar=SLOW)
    for bot in (OURS, FSM):
        yield Cell("500 who think 5 s, calendar 50 ms", bot, 500, some(500), thinks=5, calendar=SLOW, most=75)
    for bot in (OURS, ECHO, FSM):
        yield Cell("50 at once, calendar 50 ms, Bot API 40 ms", bot, 50, some(400), calendar=SLOW, telegram=0.04)
    yield Cell("50 at once, PostgreSQL, webhook", OURS, 50, some(400), nodes=1)
    yield Cell("50 at once, PostgreSQL, webhook, three nodes", OURS, 50, some(400), nodes=3)
    for bot in (OURS, FSM):
        yield Cell("200 at once, 20 requests/s", bot, 200, some(600), calendar=SLOW, limit=VIDESK, most=75)
    three = "200 at once, 20 requests/s, PostgreSQL, three nodes"
    yield Cell(three, OURS, 200, some(600), calendar=SLOW, limit=VIDESK, nodes=3, most=75)
    yield Cell("200 at once, 20 requests/s, one place an hour", OURS, 200, some(600), limit=VIDESK, capacity=1, most=75)


def _middle(measured: Sequence[Measured]) -> dict[str, Any]:
    """The median of each figure over the rounds."""
    rows = [asdict(each) for each in measured]
    return {each.name: _median([row[each.name] for row in rows]) for each in fields(Measured)}


def _median(values: list[Any]) -> Any:
    match values[0]:
        case str():
            return values[0]
        case tuple():
            return [median(each) for each in zip(*values, strict=True)]
        case _:
            return median(values)


def _compared(rows: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    floor = next((row["cpu_ms_per_update"] for row in rows if row["bot"] == ECHO.name), None)
    for row in rows:
        of_the_echo = round(row["cpu_ms_per_update"] / floor, 2) if floor else None
        yield {**row, "of_the_echo": of_the_echo, "bookings_per_second": round(row["bookings"] / row["seconds"], 1)}


def _machine(peers: Path) -> dict[str, Any]:
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "processors": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "packages": {name: version(name) for name in OUR_PACKAGES},
        "theirs": json.loads(subprocess.check_output([peers, "-c", ASKED], text=True)),  # noqa: S603
    }


ASKED = f"import importlib.metadata as m, json; print(json.dumps({{n: m.version(n) for n in {THEIR_PACKAGES}}}))"


def _lines(found: Mapping[str, Any]) -> Iterator[str]:
    yield f"{found['date']}, {found['system']}, {found['processors']} processors (load {found['load']} at the end),"
    yield f"Python {found['python']}, medians of {found['rounds']} round(s). Ours: {_named(found['packages'])}."
    yield f"Theirs: {_named(found['theirs'])}."
    for name in dict.fromkeys(row["cell"] for row in found["cells"]):
        rows = [row for row in found["cells"] if row["cell"] == name]
        columns = {title: key for title, key in COLUMNS.items() if any(_said(row[key]) for row in rows)}
        yield from ("", f"**{name}**", "", f"| | {' | '.join(columns)} |", "|---|" + "---:|" * len(columns))
        for row in rows:
            yield f"| {' | '.join([row['bot'], *(_said(row[key]) or '0' for key in columns.values())])} |"


def _named(packages: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {number}" for name, number in packages.items())


def _said(figure: Any) -> str:
    """Empty if there is nothing to be said of it."""
    if isinstance(figure, list | tuple):
        return " / ".join(f"{each:g}" for each in figure)
    return f"{figure:g}" if figure else ""


if __name__ == "__main__":
    sys.exit(main())
