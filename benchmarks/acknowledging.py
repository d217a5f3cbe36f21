"""`python -m benchmarks.acknowledging`: how long Slack waits to be answered while the calendar hangs.

`booking-bot run` is a process of its own between the stand-ins; the time is Slack's, from the sending to the answer.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))  # where the people live

from slack_crowd import AT_ONCE, commanded, percentile

PATIENCE = 60.0
"""Seconds: nothing is given up while it is measured."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.acknowledging", description="Measure Slack's waiting.")
    parser.add_argument("--interactions", type=int, default=1_000)
    options = parser.parse_args(arguments)
    for hooked, way in ((False, "sockets"), (True, "posts")):
        with tempfile.TemporaryDirectory() as folder:
            done = asyncio.run(commanded(Path(folder), options.interactions, hooked=hooked, patience=PATIENCE))
        median, late, last = (percentile(done, share) for share in (0.5, 0.99, 1.0))
        print(
            f"{len(done)} commands by {way}, {AT_ONCE} at once, the calendar hanging: "
            f"median {median} ms, p99 {late} ms, max {last} ms (load {os.getloadavg()[0]:.1f})"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
