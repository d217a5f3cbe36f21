"""The other side of the child: somebody who books, moves and cancels, and brings the child back whenever it was killed.

What nobody took is delivered again, under the key that it had. Whether all is well afterwards, `reckoning` says.
"""

from __future__ import annotations

import json
import queue
import random
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from os import kill
from pathlib import Path
from signal import SIGKILL
from typing import Any

import databases
from bot.store.vault import new_key
from sandbox.calendar import World

PATIENCE = 20.0
"""Seconds without a word after which a child counts as stuck."""

DOWN = timedelta(minutes=2)
"""How long the world goes on while the child is dead, and while somebody waits for an e-mail."""

MOST = 400
"""Lines after which a dialog goes round in circles."""

TYPED = {"form.firstname": "Guest", "form.email": "guest@example.com", "form.comments": "Ring twice."}
COMMANDS = {"book": "/book", "move": "/reschedule", "cancel": "/cancel"}

Screen = Mapping[str, Any]


@dataclass
class Nursery:
    """The process that forks the lives."""

    process: subprocess.Popen[bytes]
    living: int | None = None
    said: queue.Queue[dict[str, Any] | None] = field(default_factory=queue.Queue)

    def tell(self, **order: Any) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(order).encode() + b"\n")
        self.process.stdin.flush()

    def listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            try:
                said = json.loads(line)
            except ValueError:
                continue  # killed in the middle of a line: nobody can have read it
            if "born" in said or "died" in said:
                self.living = said.get("born")
            self.said.put(said)
        self.said.put(None)

    def kill(self) -> None:
        """Ends the life, if there is one. The nursery will tell."""
        if self.living:
            with suppress(ProcessLookupError):  # it ended, and the word of it is on its way
                kill(self.living, SIGKILL)


@contextmanager
def nursery(log: Path) -> Iterator[Nursery]:
    child = [sys.executable, "-m", "tests.kill.child"]
    with log.open("wb") as errors:
        process = subprocess.Popen(
            child, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, cwd=Path(__file__).parents[2]
        )
        with process:
            born = Nursery(process)
            listener = threading.Thread(target=born.listen, name="nursery", daemon=True)
            listener.start()
            try:
                yield born
            finally:
                process.kill()
                born.kill()
                listener.join()


Deaths = Callable[["Dialog"], Mapping[str, Any]]
"""How the next life shall end: what `child.Death` takes; nothing for a life that goes on to the end."""


@dataclass
class Dialog:
    """`before` is called with the step of each line before it is sent: faults can be planted there.

    `kill_when` is asked all the time, `again` when a goal is reached: whether it is pursued once more.
    """

    nursery: Nursery
    world: World
    url: str
    folder: Path
    deaths: Deaths
    goals: list[str] = field(default_factory=lambda: ["book", "move", "cancel"])
    chance: random.Random = field(default_factory=lambda: random.Random(0))
    before: Callable[[str], None] = lambda _step: None
    kill_when: Callable[[], bool] = lambda: False
    again: Callable[[str], bool] = lambda _goal: False
    key: str = field(default_factory=new_key, repr=False)
    points: list[str] = field(default_factory=list)
    commits: list[tuple[str, str]] = field(default_factory=list)
    screens: list[Screen] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    lives: int = 0
    _ahead: float = 0.0
    _ready: bool = False
    _taken: set[str] = field(default_factory=set)
    _steps: Counter[str] = field(default_factory=Counter)
    _hours: set[str] = field(default_factory=set)
    _confirmed: bool = False

    @property
    def database(self) -> str:
        return databases.url(self.folder)

    def run(self) -> None:
        """The whole dialog, through all deaths, to its good end."""
        self._begin_life()
        screen = self._says(f"{self.goals[0]}/open", COMMANDS[self.goals[0]], 0)
        while self.goals:
            assert len(self.sent) < MOST, "the dialog goes round in circles"
            answer = self._answer(screen)
            if answer:
                screen = self._says(*answer, screen["revision"])
        self._end()

    # One line and what it leads to.

    def _says(self, step: str, line: str, since: int) -> Screen:
        """Says a line, again after each death until it is taken, and waits for the screen that it leads to."""
        self._steps[step] += 1
        key = f"{step}#{self._steps[step]}"
        self.sent.append(key)
        self.before(step)
        if self._ready:
            self.nursery.tell(key=key, line=line, ahead=self._ahead)
        answer: Screen | None = None
        while answer is None or key not in self._taken:
            said = self._next(key, line)
            screen: Screen | None = said.get("screen")
            if screen is None or said["card"]:
                continue
            self.screens.append(screen)
            self._nothing_is_lost(screen)
            assert not screen["error"], f"{line!r} was not understood: {screen['error']}"
            # It may come before the word that the line was taken: that word can be lost in a kill.
            answer = screen if screen["revision"] > since and not screen["busy"] else None
        return answer

    def _next(self, key: str, line: str) -> dict[str, Any]:
        """The next thing that the child says; what must be done about it for the child to go on is done."""
        said = self._listen()
        match said:
            case {"taken": taken}:
                self._taken.add(taken)
            case {"commit": name, "step": step}:
                self.commits.append((name, step))
            case {"dying": point}:
                self.points.append(point)
            case {"failed": why}:
                raise AssertionError(f"the child failed: {why}")
            case {"died": code}:
                assert code == -SIGKILL, f"the child ended by itself: {code}"
                self._wait()
                self._begin_life()
            case {"ready": True}:
                self._ready = True
                if key not in self._taken:
                    self.nursery.tell(key=key, line=line, ahead=self._ahead)
        return said

    def _listen(self) -> dict[str, Any]:
        waited = 0.0
        while waited < PATIENCE:
            if self.kill_when():
                self.nursery.kill()
            try:
                said = self.nursery.said.get(timeout=0.02)
            except queue.Empty:
                waited += 0.02
                continue
            assert said is not None, "the nursery is gone"
            return said
        raise AssertionError(f"nothing came of {self.sent[-1]}, in life {self.lives}, after {self.points[-3:]}")

    def _wait(self) -> None:
        self._ahead += DOWN.total_seconds()
        self.world.forward(DOWN)

    def _begin_life(self) -> None:
        self.lives += 1
        self._ready = False
        self.nursery.tell(
            database=self.database,
            key=self.key,
            url=self.url,
            token=self.world.api_token(),
            segments=self.world.form_segments(),
            ahead=self._ahead,
            death=dict(self.deaths(self)),
        )
        born = self._listen()
        while "born" not in born:  # a life that was killed while a line was on its way leaves nothing else behind
            born = self._listen()

    def _end(self) -> None:
        self.nursery.tell(end=True)
        while True:
            said = self._listen()
            match said:
                case {"died": 0}:
                    return
                case {"commit": name, "step": step}:
                    self.commits.append((name, step))
                case {"dying": point}:
                    self.points.append(point)
                case {"screen": screen}:
                    self.screens.append(screen)
                case {"died": _}:
                    self._begin_life()
                case {"ready": True}:
                    self.nursery.tell(end=True)

    @property
    def passed(self) -> set[str]:
        """The points at which lives ended, by goal instead of by step."""
        return {by_goal(point) for point in self.points}

    # What somebody would say.

    def _answer(self, screen: Screen) -> tuple[str, str] | None:
        """The next line for a screen, with its step; None if the last goal is reached."""
        goal = self.goals[0]
        if screen["over"]:
            return self._begin_next(screen)
        if in_doubt(screen):
            self._wait()  # before that nothing is sent again
            # Sent again to anyone it would be held by two: the person's own word, but no sign of a fault any more.
            ways = ["Leave"] if ["With", "Anyone"] in screen["rows"] else ["Leave", "Retry"]
            return f"{goal}/doubt", _label(screen, self.chance.choice(ways))
        confirm = _label(screen, "Confirm")
        if confirm:
            self._confirmed = True
            return f"{goal}/confirm", confirm
        if screen["focus"]:
            return f"{goal}/{screen['focus']}", self._choose(screen)
        for step, means in (("again", "Retry"), ("leave", "Leave")):
            if label := _label(screen, means):
                return f"{goal}/{step}", label
        return self._begin_next(screen)  # there is nothing to choose, and nothing to leave

    def _begin_next(self, screen: Screen) -> tuple[str, str] | None:
        """The next goal; or the same one, with an appointment to try it on, if it was left or is wanted again."""
        goal, reached = self.goals[0], self._confirmed and screen["rows"]
        if reached and not self.again(goal):
            self.goals.pop(0)
        elif goal == "cancel" or (goal == "move" and not reached):
            self.goals.insert(0, "book")
        self._confirmed = False
        if not self.goals:
            return None
        return f"{self.goals[0]}/open", COMMANDS[self.goals[0]]

    def _choose(self, screen: Screen) -> str:
        if screen["focus"] == "reason":
            return "I cannot come that day."
        if screen["focus"] == "form.phone":
            return "Skip"
        if screen["focus"] in TYPED:
            return TYPED[screen["focus"]]
        if screen["focus"] == "service":
            return "Account opening"
        assert screen["choices"], f"nothing to choose for {screen['focus']}"
        # Nobody takes the same hour twice: what stands twice in the ledger was sent twice.
        others = [each for each in screen["choices"] if each["hour"] not in self._hours]
        if not others:
            return "Back"
        chosen = self.chance.choice(others)
        self._hours.update(filter(None, [chosen["hour"]]))
        return str(chosen["label"])

    def _nothing_is_lost(self, screen: Screen) -> None:
        """What was typed before the question in focus stands on every later screen of the same booking."""
        if screen["over"] or not (screen["focus"] or "").startswith("form."):
            return
        names = list(TYPED)
        rows = {value for _, value in screen["rows"]}
        passed = names[: names.index(screen["focus"])] if screen["focus"] in names else names[:2]
        missing = [name for name in passed if TYPED[name] not in rows]
        assert not missing, f"{missing} were typed and are lost: {screen}"


def by_goal(point: str) -> str:
    return point.partition("/")[0]


def in_doubt(screen: Screen) -> bool:
    return any(each["label"] == "Send it again" for each in screen["buttons"])


def _label(screen: Screen, means: str) -> str:
    return next((str(each["label"]) for each in screen["buttons"] if each["means"] == means), "")
