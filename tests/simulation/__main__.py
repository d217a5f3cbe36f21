"""Simulates seeds: `python -m tests.simulation --seed 7` one again, `--from 0 --seeds 1000` many.

Exits with the number of seeds in which something did not hold.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

TESTS = Path(__file__).parents[1]
sys.path[:0] = [str(TESTS / each) for each in ("simulation", ".")]

from seeds import in_memory, simulate  # noqa: E402 found there


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seed", type=int, help="this one alone, with all that happened")
    parser.add_argument("--from", type=int, default=0, dest="first")
    parser.add_argument("--seeds", type=int, default=100)
    options = parser.parse_args(arguments)
    seeds = range(options.first, options.first + options.seeds) if options.seed is None else [options.seed]
    begun, failed, counts = time.monotonic(), [], Counter[str]()
    with in_memory() as folder:
        for seed in seeds:
            outcome = simulate(seed, folder)
            counts += outcome.counts
            if options.seed is not None:
                print(*(" ".join(map(str, each)) for each in outcome.simulation.trace), sep="\n")
            if outcome.broken:
                failed.append(seed)
                print(f"seed {seed} ({outcome.digest}):", *outcome.broken, sep="\n  ", flush=True)
    seconds = time.monotonic() - begun
    print(f"{len(seeds)} seeds in {seconds:.1f} s, {len(failed)} of them broken: {failed}")
    print(", ".join(f"{name} {number}" for name, number in sorted(counts.items())))
    return min(len(failed), 100)


if __name__ == "__main__":
    sys.exit(main())
