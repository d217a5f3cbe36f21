"""Every error that the API's page documents, at every step where a person meets it, and how one goes on from it.

Played by the whole program over real HTTP: what is planted is the page's own body.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

import pytest
import stamina
from matrix_cells import OPERATIONS, Cell, cells, pairs
from matrix_crowd import Hall, halls
from matrix_outcomes import expected, of, way
from matrix_steps import STEPS, Step

from sandbox.calendar.ledger import Deed

CELLS = tuple(cells())
GROUPS = 4
"""Of cells, each one test: a machine with several processors plays several at once."""
SIDE_BY_SIDE = 3


@pytest.fixture(autouse=True)
def _at_once() -> Iterator[None]:
    """Nothing waits between two tries."""
    with stamina.set_testing(True, attempts=2, cap=True):
        yield


async def played(hall: Hall, cell: Cell) -> str:
    """Plays a cell to the end: "" if all was as it should be."""
    step, world, due = cell.step, hall.world, expected(cell)
    guest = hall.guest(step.service, step.agent)
    hall.knows_nothing()
    await step.gets_there(guest)
    if step.cold:
        hall.knows_nothing()
    answered, given = frozenset(guest.answered), len(hall.entries(guest))
    guest.answered.clear()
    world.traffic.forget()
    world.faults.add(cell.pair.fault(guest))
    await step.asks(guest)
    met = [each.operation for each in world.traffic.seen if each.fault and each.status == cell.pair.status]
    world.faults.clear()
    assert cell.pair.operation in met, "it was not asked"
    assert len(hall.entries(guest)) == given, "something was carried out"
    assert due.says in guest.text, guest.text
    assert way(guest) is due.way, guest.text
    await guest.goes_on(until=lambda guest: len(hall.entries(guest)) > given and guest.done)
    asked_again = frozenset(guest.answered) & answered
    assert asked_again <= due.again, f"{sorted(asked_again)} is asked again"
    deeds = [each.deed for each in hall.entries(guest)][given:]
    ends = step.ends if due.way is not due.way.ANOTHER else Deed.BOOKED
    assert deeds == [ends], f"{deeds} in the ledger"
    return ""


async def failures(hall: Hall, some: Sequence[Cell]) -> list[str]:
    found = []
    for cell in some:
        try:
            await played(hall, cell)
        except AssertionError as failure:
            found.append(f"{cell.name}: {failure}")
        except TimeoutError:
            found.append(f"{cell.name}: no screen came")
        hall.world.faults.clear()
    return found


@pytest.mark.parametrize("group", range(GROUPS))
async def test_every_documented_error_is_told_and_overcome(group: int, tmp_path: Path) -> None:
    mine = CELLS[group::GROUPS]
    async with halls(SIDE_BY_SIDE, tmp_path) as opened:
        found = await asyncio.gather(*(failures(hall, mine[place::SIDE_BY_SIDE]) for place, hall in enumerate(opened)))
        assert not list(chain(*found)), "\n\n".join(chain(*found))
        assert not [double for hall in opened for double in hall.world.ledger.double_bookings()]


@pytest.mark.parametrize("cold", STEPS, ids=lambda step: step.name)
def test_each_step_asks_what_the_api_knows(cold: Step) -> None:
    assert set(cold.operations) <= {*OPERATIONS, "form"}
    assert set(cold.besides) <= set(cold.operations)


def test_the_page_has_thirty_nine_pairs_of_operation_and_error() -> None:
    assert len(set(pairs())) == 39
    assert {pair.operation for pair in pairs()} == set(OPERATIONS)


def test_no_pair_is_without_a_step_where_a_person_meets_it() -> None:
    met = {cell.pair for cell in CELLS if cell.pair.operation not in cell.step.besides}
    assert sorted(pair for pair in pairs() if pair not in met) == []


def test_no_cell_is_empty() -> None:
    assert all(of(pair).says for pair in pairs())
    assert [cell.name for cell in CELLS if not expected(cell).way] == []
