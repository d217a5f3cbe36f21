"""`make profile`: where the time of the whole program goes while people book, as a flame graph for a browser.

    python -m benchmarks.profiling build/profile.svg

py-spy looks at the program from outside, a few hundred times a second. Whoever holds the interpreter's lock is counted,
in all threads.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import signal
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.bots import OUR_WORDS, Bot
from benchmarks.measuring import Cell, measure

LOOKS = "400"
"""A second."""


@dataclass(frozen=True)
class Watched(Bot):
    """Ours, with py-spy beside it, which writes what it saw to `seen` when the program ends."""

    seen: Path = Path()

    def command(self, python: Path) -> Sequence[str]:
        spy = shutil.which("py-spy", path=str(Path(sys.executable).parent)) or "py-spy"
        options = ("--rate", LOOKS, "--gil", "--nonblocking", "--output", str(self.seen))
        return [spy, "record", *options, "--", *super().command(python)]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.profiling", description=__doc__.partition("\n")[0])
    parser.add_argument("output", type=Path, nargs="?", default=Path("build/profile.svg"))
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--bookings", type=int, default=200)
    options = parser.parse_args(arguments)
    options.output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="booking-bot-") as folder:
        seen = Path(folder) / "profile.svg"
        bot = Watched("booking-bot", OUR_WORDS, ended_by=signal.SIGINT, seen=seen)
        found = asyncio.run(measure(Cell("watched", bot, options.people, options.bookings)))
        shutil.copy(seen, options.output)
    print(f"{found.updates} updates, {found.bookings} bookings. Open {options.output} in a browser.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
