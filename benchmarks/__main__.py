"""`make bench`: measures, and writes docs/performance.json and the table in docs/performance.md.

What is measured stands in `measuring`; what the figures mean is said by hand in the same document.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, fields
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))  # where the people live

from benchmarks.measuring import SLOW, Cell, Measured, measure  # noqa: E402

DOCUMENT, FIGURES = ROOT / "docs" / "performance.md", ROOT / "docs" / "performance.json"
BEGIN, END = "<!-- measured -->\n", "<!-- end of what was measured -->"
PACKAGES = ("python-telegram-bot", "aiohttp", "httpx", "sqlalchemy", "cryptography")
VIDESK = 20
COLUMNS = (
    "bookings/s",
    "press → answer: median / p95 / p99 ms",
    "press → first change, ms",
    "presses never answered",
    "told to wait",
    "CPU ms/update",
    "Bot API calls/booking",
    "calendar calls/booking",
    "most of them in a second",
    "start, s",
    "memory, MB",
    "load of the people",
)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure, and write down what was found.")
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3, help="medians are taken of so many rounds, played in turn")
    parser.add_argument("--dry-run", action="store_true", help="print, and write nothing")
    options = parser.parse_args(arguments)
    cells = list(_cells(options.people))
    rounds: list[list[Measured]] = []
    for number in range(options.rounds):
        rounds.append([])
        for cell in cells:
            rounds[-1].append(asyncio.run(measure(cell)))
            print(f"round {number + 1}: {rounds[-1][-1]}", file=sys.stderr, flush=True)
    found = {**_machine(), "rounds": options.rounds, "cells": [_middle(each) for each in zip(*rounds, strict=True)]}
    table = "\n".join(_lines(found))
    print(table)
    if not options.dry_run:
        FIGURES.write_text(json.dumps(found, indent=2) + "\n", "utf-8")
        before, _, rest = DOCUMENT.read_text("utf-8").partition(BEGIN)
        DOCUMENT.write_text(f"{before}{BEGIN}{table}\n{END}{rest.partition(END)[2]}", "utf-8")
    return 0


def _cells(people: int) -> Iterator[Cell]:
    for hooked in (False, True):
        yield Cell(1, each=20, hooked=hooked)
        for budget in (0, VIDESK):
            yield Cell(people, hooked=hooked, budget=budget)


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


def _machine() -> dict[str, Any]:
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "processors": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
    }


def _lines(found: dict[str, Any]) -> Iterator[str]:
    packages = ", ".join(f"{name} {number}" for name, number in found["packages"].items())
    yield f"{found['date']}, {found['system']}, {found['processors']} processors (load {found['load']} at the end),"
    yield f"Python {found['python']}, {packages}; the calendar answers after {SLOW * 1000:.0f} ms;"
    yield f"medians of {found['rounds']} round(s)."
    yield ""
    yield f"| | {' | '.join(COLUMNS)} |"
    yield "|---|" + "---:|" * len(COLUMNS)
    for cell in found["cells"]:
        waits = [" / ".join(f"{each:g}" for each in cell[name]) for name in ("answered_ms", "changed_ms")]
        rest = (
            "never_answered",
            "told_to_wait",
            "cpu_ms_per_update",
            "api_calls_per_booking",
            "calendar_calls_per_booking",
        )
        more = ("busiest_second", "start_seconds", "memory_mb", "load_of_the_people")
        figures = [f"{cell['bookings'] / cell['seconds']:.1f}", *waits, *(f"{cell[name]:g}" for name in rest + more)]
        yield f"| {' | '.join([cell['cell'], *figures])} |"


if __name__ == "__main__":
    sys.exit(main())
