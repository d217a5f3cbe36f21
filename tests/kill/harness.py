"""The ways to end a dialog: at every boundary in turn, at one, at random. What must hold then is `reckoning`'s matter.

    python -m tests.kill.harness --point "before settled of book/confirm"
    python -m tests.kill.harness --seed 7

run one point, or one seed, again; `--lives` prints where each life ended.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

from dialog import Deaths, Dialog, nursery
from reckoning import reckon

from sandbox.calendar import Twist, World, faults
from sandbox.serving import running

SIDES = ("before", "after")
DIALOG = ("received", "advanced", "shown", "found", "sent", "settled", "refused", "doubted")
NAMES = {
    "book": DIALOG,
    "move": DIALOG,
    "cancel": DIALOG,  # what is found is what a doubt is looked into with
    "start": (*DIALOG, "released", "taken over", "claimed", "dropped"),
}
"""The commits by goal. What a life begins with is taken for a goal of its own."""

READING = ("after received of book/agent", "after advanced of book/day")
WRITING = ("after advanced of book/confirm", "after sent of book/confirm")
"""Where to end a life so that the next one begins with something to take up."""

KILLS = 10
"""Kills of a random run."""

RANGE = 50
"""A random life ends within so many commits."""


def to_the_end(_dialog: Dialog) -> Mapping[str, Any]:
    return {}


def at(point: str) -> Deaths:
    """Ends one life at this point: `before` or `after`, the commit's name, `of` and the step."""
    return lambda dialog: {} if point in dialog.points else {"at": point}


def at_each(goal: str) -> Deaths:
    """Ends a life at every boundary of a goal, each once."""
    return lambda dialog: {"goals": [goal], "spared": sorted(dialog.passed)}


def at_each_of_a_start(dialog: Dialog) -> Mapping[str, Any]:
    """Ends lives in the middle of something, and those that take it up at every boundary, each once."""
    if wanted("start") <= dialog.passed:
        return {}
    read = {f"{side} found of start" for side in SIDES} <= dialog.passed
    end = dialog.chance.choice(WRITING if read else READING)
    return {"goals": ["start"], "spared": sorted(dialog.passed), "at": end}


def at_random(seed: int, kills: int = KILLS) -> Deaths:
    chance = random.Random(seed)

    def deaths(dialog: Dialog) -> Mapping[str, Any]:
        enough = len(dialog.points) >= kills
        dialog.again = lambda _goal: not enough
        return {} if enough else {"count": chance.randint(1, RANGE), "side": chance.choice(SIDES)}

    return deaths


def wanted(goal: str) -> set[str]:
    """Every boundary of a goal, by the names of the commits around it."""
    return {f"{side} {name} of {goal}" for side in SIDES for name in NAMES[goal]}


def to_each(dialog: Dialog, goal: str, boundaries_of: str) -> None:
    """Makes a dialog pursue a goal until a life ended at each of the boundaries.

    The hour is stolen or the answer is lost for as long as a refusal or a doubt is wanted, or what is found by looking
    into one: that may be all that a goal finds.
    """

    def missing(name: str) -> bool:
        return any(f"{side} {name} of {boundaries_of}" not in dialog.passed for side in SIDES)

    def before(step: str) -> None:
        dialog.world.faults.clear()
        # While lives end at what is read, a booking must succeed: of the next one, everything is read again.
        reading = boundaries_of != goal and missing("found")
        if step != f"{goal}/confirm" or reading:
            return
        if missing("refused"):
            dialog.world.faults.add(faults.twisted("writes", Twist.WITHDRAW if goal == "cancel" else Twist.STEAL_HOUR))
        elif missing("doubted") or missing("found"):
            dialog.world.faults.add(faults.reset("writes", commit=True))

    dialog.before = before
    dialog.again = lambda reached: reached == goal and not wanted(boundaries_of) <= dialog.passed


@contextmanager
def dialogs(folder: Path, deaths: Deaths, seed: int = 0) -> Iterator[Dialog]:
    world = World()
    with running(world) as url, nursery(folder / "log") as born:
        yield Dialog(born, world, url, folder, deaths, chance=random.Random(seed))


def play(dialog: Dialog) -> None:
    """The whole dialog, and the reckoning; nothing secret is in the log."""
    dialog.run()
    left = reckon(dialog)
    log = (dialog.folder / "log").read_text("utf-8")
    secrets = [dialog.world.api_token(), dialog.key]
    secrets += [tokens.action for _, tokens in left.stored.values() if tokens]
    assert not any(secret in log for secret in secrets)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.kill.harness", description="Kill and see, again.")
    parser.add_argument("--point", help="such as: before settled of book/confirm")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--lives", action="store_true", help="print where each life ended, and the child's log")
    options = parser.parse_args(arguments)
    deaths = at(options.point) if options.point else at_random(options.seed, options.kills)
    with tempfile.TemporaryDirectory() as folder, dialogs(Path(folder), deaths, options.seed) as dialog:
        try:
            play(dialog)
        finally:
            if options.lives:
                print(*dialog.points, (Path(folder) / "log").read_text("utf-8"), sep="\n")
        print(f"{dialog.lives} lives, {len(dialog.sent)} lines: all is well")
    return 0


if __name__ == "__main__":
    sys.exit(main())
