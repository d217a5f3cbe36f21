"""Changes the core a little, time after time, and counts how often a test notices: `python tests/mutation/scoring.py`.

The tests are collected once; each mutant is a fork of that process, in which one function has other code. Only the
tests that call the function are run, the quickest first. What is outside of functions is not changed: the
conversations themselves are data, and are drawn in the snapshots.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import os
import random
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FrameType, FunctionType
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(Path(__file__).parent)]

import pytest  # noqa: E402 found there
from mutants import Mutant, mutants  # noqa: E402

CORE = ROOT / "conversations"
SLOW = ("test_any_order.py", "test_any_state.py")
"""Find faults in the hundreds of thousands of events that they play: too slow for each mutant."""

PATIENCE = 60
"""Seconds after which a mutant that goes round in circles counts as noticed."""

Place = tuple[str, str]


class Scoring:
    """A pytest plugin: takes the tests, and runs them in its own way."""

    def __init__(self, sample: int, seed: int, modules: list[str]) -> None:
        self.sample, self.seed, self.modules = sample, seed, modules
        self.callers: dict[Place, list[int]] = defaultdict(list)
        self.seconds: list[float] = []
        self.noticed = 0
        self.survivors: list[Mutant] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        for number, (item, following) in enumerate(_with_next(session.items)):
            self._learn(number, item, following)
        chosen = [each for file in sorted(CORE.glob("*.py")) for each in mutants(file.stem, file.read_text("utf-8"))]
        chosen = [each for each in chosen if not self.modules or each.module in self.modules]
        if self.sample and self.sample < len(chosen):
            chosen = random.Random(self.seed).sample(chosen, self.sample)
        for number, mutant in enumerate(chosen, 1):
            self._try(mutant, session)
            if number % 50 == 0:
                _say(f"{number} of {len(chosen)}, {self.noticed} noticed")
        return True

    def _learn(self, number: int, item: pytest.Item, following: pytest.Item | None) -> None:
        """Which functions of the core a test calls, and how long it takes. One that fails by itself is left out."""
        called: set[Place] = set()

        def calls(frame: FrameType, event: str, _argument: object) -> None:
            if event == "call" and frame.f_code.co_filename.startswith(str(CORE)):
                called.add((Path(frame.f_code.co_filename).stem, _outermost(frame.f_code)))

        begun = time.monotonic()
        sys.setprofile(calls)
        try:
            passed = _passes(item, following)
        finally:
            sys.setprofile(None)
        self.seconds.append(time.monotonic() - begun)
        for place in called if passed else ():
            self.callers[place].append(number)

    def _try(self, mutant: Mutant, session: pytest.Session) -> None:
        code = compile(mutant.tree, str(CORE / f"{mutant.module}.py"), "exec", dont_inherit=True)
        numbers = sorted(self.callers[mutant.module, mutant.name], key=self.seconds.__getitem__)
        child = os.fork()
        if not child:
            with contextlib.suppress(BaseException):
                signal.signal(signal.SIGALRM, signal.SIG_DFL)
                signal.alarm(PATIENCE)
                _implant(mutant, code)
                items = [session.items[each] for each in numbers]
                os._exit(0 if all(_passes(*each) for each in _with_next(items)) else 1)
            os._exit(1)
        _, status = os.waitpid(child, 0)
        if status:
            self.noticed += 1
        else:
            self.survivors.append(mutant)
            _say(f"survives: {mutant.place}")


def _say(line: str) -> None:
    """Past whatever catches what tests print."""
    assert sys.__stdout__
    print(line, file=sys.__stdout__, flush=True)


def _outermost(code: CodeType) -> str:
    """A function within another, or a comprehension, belongs to that one."""
    return code.co_qualname.partition(".<locals>")[0]


def _with_next(items: list[pytest.Item]) -> Iterator[tuple[pytest.Item, pytest.Item | None]]:
    """Each with the one after it: what both stand on is not set up twice."""
    return zip(items, [*items[1:], None], strict=True)


def _passes(item: Any, following: pytest.Item | None) -> bool:
    """Without a report: only whether it does."""
    item.funcargs = {}
    item._initrequest()
    calls = [pytest.CallInfo.from_call(lambda: item.ihook.pytest_runtest_setup(item=item), "setup")]
    if calls[0].excinfo is None:
        calls.append(pytest.CallInfo.from_call(lambda: item.ihook.pytest_runtest_call(item=item), "call"))
    calls.append(
        pytest.CallInfo.from_call(lambda: item.ihook.pytest_runtest_teardown(item=item, nextitem=following), "teardown")
    )
    return all(each.excinfo is None for each in calls)


def _implant(mutant: Mutant, code: CodeType) -> None:
    """Gives the function its other code, wherever it was imported to."""
    module = importlib.import_module(f"conversations.{mutant.module}")
    found: Any = module
    for name in mutant.name.split("."):
        found = vars(found)[name]
    found = getattr(found, "fget", found) or found
    found = getattr(found, "__func__", getattr(found, "__wrapped__", found))
    assert isinstance(found, FunctionType)
    found.__code__ = _code_of(code, mutant.name)


def _code_of(code: CodeType, name: str) -> CodeType:
    for part in name.split("."):
        code = next(each for each in code.co_consts if isinstance(each, CodeType) and each.co_name == part)
    return code


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, default=0, help="so many mutants instead of all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("modules", nargs="*", help="of conversations; all if none is named")
    options = parser.parse_args()
    scoring = Scoring(options.sample, options.seed, options.modules)
    places = [str(ROOT / "tests" / each) for each in ("conversations", "snapshots")]
    ignored = [f"--ignore={ROOT / 'tests' / 'conversations' / each}" for each in SLOW]
    begun = time.monotonic()
    quiet = ["-q", "-p", "no:cacheprovider", "--timeout=0", "-p", "no:xdist", f"--rootdir={ROOT}"]
    pytest.main([*quiet, *ignored, *places], plugins=[scoring])
    tried = scoring.noticed + len(scoring.survivors)
    print(f"{tried} mutants, {scoring.noticed} noticed: {100 * scoring.noticed / max(tried, 1):.1f} %")
    print(f"{time.monotonic() - begun:.0f} s")
    return len(scoring.survivors)


if __name__ == "__main__":
    raise SystemExit(main())
