"""Who was told to wait waits, in the next run too."""

from __future__ import annotations

from dataclasses import dataclass

from adapters.holds import Holds
from paper_host import Paper


@dataclass
class Run:
    """A run of the program, in which the tick begins anew, while the clock goes on."""

    began: float
    passed: float = 0.0

    def holds(self) -> Holds:
        return Holds(lambda: 5.0 + self.passed, lambda: self.began + self.passed)


async def test_a_hold_is_over_when_its_time_is() -> None:
    run = Run(1000.0)
    holds = run.holds()
    await holds.hold("channel", "method", seconds=7)
    assert holds.held() == {"channel", "method"}
    assert holds.until("channel") == holds.until("elsewhere", "method") == 12
    assert holds.until("elsewhere") < 5
    run.passed = 7
    assert not holds.held()


async def test_a_shorter_hold_ends_no_longer_one() -> None:
    holds = Run(1000.0).holds()
    await holds.hold("channel", seconds=7)
    await holds.hold("channel", seconds=1)
    assert holds.until("channel") == 12


async def test_what_is_left_of_a_hold_counts_in_the_next_run() -> None:
    paper, first = Paper(), Run(1000.0).holds()
    await first.take_up(paper)
    await first.hold("channel", seconds=60)
    again = Run(1040.0).holds()
    await again.take_up(paper)
    assert again.until("channel") == 25
    late = Run(2000.0).holds()
    await late.take_up(paper)
    assert not late.held()


async def test_what_is_over_is_noted_no_longer() -> None:
    paper, run = Paper(), Run(1000.0)
    holds = run.holds()
    await holds.take_up(paper)
    await holds.hold("one", seconds=1)
    run.passed = 5
    await holds.hold("other", seconds=1)
    assert paper.notes["holds"].keys() == {"other"}


async def test_a_full_disk_ends_no_hold() -> None:
    holds = Run(1000.0).holds()
    await holds.take_up(Paper(full=True))
    await holds.hold("channel", seconds=7)
    assert holds.held() == {"channel"}


async def test_a_note_that_cannot_be_understood_holds_nobody() -> None:
    holds = Run(1000.0).holds()
    await holds.take_up(Paper({"holds": {"channel": "soon"}}))
    assert not holds.held()
