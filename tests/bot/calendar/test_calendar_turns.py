"""One budget for several programs: they take turns from one row, whatever its clock says and however long it takes."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest
from test_calendar_budget import LONG, Clockwork, busiest

from bot.calendar import NotSent
from bot.calendar.budget import PERSON, Budget
from bot.calendar.turns import LATE, FarClock, Moment, Tick

PER_SECOND = 20
ELSEWHERE = 5e8
"""How far the row's clock is ahead of the tick here."""


@dataclass
class Paper:
    """A row on paper, whose answers take so long, each way."""

    clock: Clockwork
    takes: float = 0.0
    programs: int = 3
    until: float = 0.0
    taken: list[float] = field(default_factory=list)
    away: bool = False

    async def take(self, apart: float, *, ahead: float, within: float, tick: Tick) -> Moment:
        asked = tick()
        await self._takes()
        if self.away:
            raise NotSent("the row is away")
        now = self.clock.now + ELSEWHERE
        at = max(self.until, now + ahead)
        if taken := at - now <= within:
            self.until = at + apart
            self.taken.append(at - ELSEWHERE - 1000)
        await self._takes()
        return Moment(at, now, asked, tick(), taken)

    def rest(self, seconds: float) -> None:
        self.until = max(self.until, self.clock.now + ELSEWHERE + seconds)

    async def _takes(self) -> None:
        if self.takes:
            await self.clock.until(self.takes)


class Programs:
    """Several, each with its budget, and who left when."""

    def __init__(self, number: int = 3, takes: float = 0.0) -> None:
        self.clock = Clockwork()
        self.row = Paper(self.clock, takes)
        self.budgets = [Budget(PER_SECOND, tick=self.clock.tick, sleep=self.clock.until) for _ in range(number)]
        self.left: list[tuple[int, float]] = []
        for budget in self.budgets:
            budget.share(self.row)

    def leaves(self, program: int, *, within: float = LONG, write: bool = False) -> asyncio.Task[None]:
        async def leave() -> None:
            PERSON.set(object())
            turn = await self.budgets[program].turn(within=within, write=write)
            self.left.append((program, round(turn - 1000, 3)))

        return asyncio.create_task(leave())

    @property
    def times(self) -> list[float]:
        return [at for _, at in self.left]


async def test_all_programs_together_leave_evenly_spaced_and_take_turns() -> None:
    programs = Programs()
    await asyncio.gather(*(programs.leaves(number % 3) for number in range(60)))
    assert programs.times == pytest.approx([0.053 * number for number in range(60)], abs=0.002)
    assert busiest(programs.times) <= PER_SECOND
    who = [each for each, _ in programs.left[1:55]]  # the first one was there before the others
    assert all(sorted(who[at : at + 3]) == [0, 1, 2] for at in range(0, 54, 3))


@pytest.mark.parametrize("takes", [0.005, 0.02, 0.04, 0.2, 0.5])
async def test_however_long_the_row_takes_nobody_leaves_when_it_is_another_ones_turn(takes: float) -> None:
    programs = Programs(takes=takes)
    await asyncio.gather(*(programs.leaves(number % 3) for number in range(24)))
    for _, at in programs.left:
        assert any(-takes <= at - moment <= takes + LATE for moment in programs.row.taken)
    assert busiest(programs.times) <= PER_SECOND


async def test_a_rest_that_one_program_was_told_of_is_kept_by_all() -> None:
    programs = Programs()
    await programs.leaves(0)
    programs.row.rest(30)
    await asyncio.gather(programs.leaves(1), programs.leaves(2))
    assert programs.times == pytest.approx([0, 30, 30.053], abs=0.002)


async def test_whoever_cannot_wait_for_the_end_of_anothers_rest_is_told_at_once() -> None:
    programs = Programs()
    programs.row.rest(30)
    patient = programs.leaves(1)
    with pytest.raises(NotSent, match="wants a rest"):
        await programs.leaves(1, within=10)
    assert programs.clock.now < 1001
    with pytest.raises(NotSent, match="wants a rest"):
        await programs.leaves(1, within=10)
    await patient


async def test_a_moment_is_not_used_once_a_rest_has_come() -> None:
    programs = Programs()
    await programs.leaves(0)
    waiting = programs.leaves(0)
    await asyncio.sleep(0)
    programs.budgets[0].rest(30)
    programs.row.rest(30)
    await waiting
    assert programs.times == pytest.approx([0, 30], abs=0.06)


async def test_while_the_row_is_away_nobody_leaves_and_all_are_told() -> None:
    programs = Programs()
    programs.row.away = True
    told = await asyncio.gather(programs.leaves(0), programs.leaves(0, write=True), return_exceptions=True)
    assert [type(each) for each in told] == [NotSent, NotSent]
    programs.row.away = False
    await programs.leaves(0)
    assert len(programs.left) == 1


async def test_places_are_as_few_as_programs_may_be_many_until_it_is_seen_how_much_the_others_ask() -> None:
    programs = Programs()

    async def enter() -> None:
        async with programs.budgets[0].place(within=LONG):
            entered.append(1)
            await asyncio.Event().wait()

    entered: list[int] = []
    waiting = [asyncio.create_task(enter()) for _ in range(60)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert len(entered) == round(2 / (3 * 0.053))
    await asyncio.gather(*(programs.leaves(0) for _ in range(3)))
    waiting[0].cancel()
    await asyncio.gather(waiting[0], return_exceptions=True)
    await asyncio.sleep(0)
    assert len(entered) == 1 + round(2 / 0.053)
    for each in waiting:
        each.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


def heard(clock: FarClock, asked: float, now: float, answered: float) -> float:
    clock.heard(Moment(now, now, asked, answered, taken=True))
    return clock.tick(now)


def test_a_clock_elsewhere_is_known_as_well_as_its_quickest_answer() -> None:
    clock = FarClock()
    assert heard(clock, 10.0, 500.0, 10.002) == pytest.approx(10.001)
    assert heard(clock, 11.0, 501.001, 11.4) == pytest.approx(11.002, abs=0.003), "this one was long on its way"


def test_a_clock_elsewhere_that_is_set_is_believed() -> None:
    clock = FarClock()
    heard(clock, 10.0, 500.0, 10.002)
    assert heard(clock, 11.0, 7.0, 11.002) == pytest.approx(11.001)
