"""kill -9, and on: nothing is done twice, nothing is lost, nothing stays unsaid. How, stands in `harness`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from dialog import Dialog, in_doubt
from harness import (
    KILLS,
    NAMES,
    SIDES,
    at,
    at_each,
    at_each_of_a_start,
    at_random,
    dialogs,
    play,
    to_each,
    to_the_end,
    wanted,
)
from reckoning import reckon

from bot.calendar.client import FRESH
from bot.store.writes import State
from sandbox.calendar import faults
from sandbox.calendar.traffic import WRITES

GOALS = ("book", "move", "cancel")
PURSUED = (("book", "start"), ("move",), ("cancel",))
SEEDS = (1,)
MANY_SEEDS = tuple(range(100, 110))  # of KILLS each


@pytest.mark.parametrize("goal", GOALS)
def test_a_kill_between_any_two_commits_loses_nothing(
    goal: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    with dialogs(tmp_path, at_each(goal)) as dialog:
        to_each(dialog, goal, boundaries_of=goal)
        play(dialog)
    _each_was_passed(dialog, goal)
    record_property(f"kills between commits while the goal was to {goal}", len(dialog.points))


def test_a_kill_while_a_killed_life_is_taken_up_loses_nothing(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    with dialogs(tmp_path, at_each_of_a_start) as dialog:
        to_each(dialog, "book", boundaries_of="start")
        play(dialog)
    _each_was_passed(dialog, "start")
    record_property("kills while a killed life was taken up", len(dialog.points))


def _each_was_passed(dialog: Dialog, goal: str) -> None:
    assert wanted(goal) <= dialog.passed
    rest = {name for name, step in dialog.commits if step.partition("/")[0] == goal} - set(NAMES[goal])
    assert not rest, f"commits at which nothing was killed: {rest}"


@pytest.mark.parametrize("seed", SEEDS)
def test_kills_at_random_lose_nothing(
    seed: int, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    _at_random(seed, tmp_path)
    record_property(f"random kills (python -m tests.kill.harness --seed {seed})", KILLS)


@pytest.mark.proof
@pytest.mark.parametrize("seed", MANY_SEEDS)
def test_many_kills_at_random_lose_nothing(seed: int, tmp_path: Path) -> None:
    _at_random(seed, tmp_path)


def _at_random(seed: int, folder: Path) -> None:
    with dialogs(folder, at_random(seed), seed) as dialog:
        play(dialog)
        assert len(dialog.points) == KILLS


@pytest.mark.parametrize("commit", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("goal", GOALS)
def test_a_kill_while_the_calendar_is_silent_is_told_as_doubt(goal: str, commit: bool, tmp_path: Path) -> None:
    """The request is out, and the calendar hangs before or after its commit."""
    with dialogs(tmp_path, to_the_end) as dialog:
        planted: list[str] = []

        def before(step: str) -> None:
            if step == f"{goal}/confirm" and not planted:
                planted.append(step)
                dialog.world.faults.add(faults.hang("writes", commit=commit))

        dialog.before = before
        dialog.kill_when = lambda: dialog.lives == 1 and _hangs(dialog)
        play(dialog)
    assert dialog.lives == 2
    assert any(in_doubt(screen) for screen in dialog.screens)


def _hangs(dialog: Dialog) -> bool:
    seen = list(dialog.world.traffic.seen)
    return any(each.operation in WRITES and each.fault for each in seen)


@pytest.mark.proof
@pytest.mark.parametrize("goal", GOALS)
def test_who_was_frozen_after_sent_does_not_send_and_says_so(goal: str, tmp_path: Path) -> None:
    """SIGSTOP between `sent` on disk and the first byte, SIGCONT when others may long have judged that write."""
    frozen = f"after sent of {goal}/confirm"
    with dialogs(tmp_path, lambda _dialog: {"at": frozen, "freeze": FRESH.total_seconds() + 1}) as dialog:
        dialog.goals = dialog.goals[: dialog.goals.index(goal) + 1]
        dialog.run()
        left = reckon(dialog)
    assert dialog.lives == 1
    assert sum(entry.state is State.REFUSED for entry in left.writes) == 1
    assert sum(dialog.world.traffic.by_operation[each] for each in WRITES) == len(left.writes) - 1
    assert any("Nothing was changed" in screen["notice"] for screen in dialog.screens)


def test_without_a_kill_the_dialog_is_the_shortest(tmp_path: Path) -> None:
    """So that the kills above are seen to be kills of something that works."""
    with dialogs(tmp_path, to_the_end) as dialog:
        play(dialog)
    assert dialog.lives == 1
    assert len(dialog.sent) == len(set(dialog.sent)) == 18
    assert not any(in_doubt(screen) for screen in dialog.screens)


@pytest.mark.proof
def test_a_kill_at_each_point_alone_loses_nothing(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Like the first test, with a dialog of its own for every point."""
    with dialogs(tmp_path_factory.mktemp("whole"), to_the_end) as whole:
        play(whole)
    for point in dict.fromkeys(f"{side} {name} of {step}" for name, step in whole.commits for side in SIDES):
        with dialogs(tmp_path_factory.mktemp("point"), at(point)) as dialog:
            play(dialog)
