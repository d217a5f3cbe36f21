"""State machine and simulation find what they are there to find: faults planted in a copy are caught."""

from dataclasses import replace
from pathlib import Path

import planting
import pytest
from planting import FAULTS, IN_THE_PROGRAM, Fault, NotPlanted

import conversations

SLOWLY = ("more and more doubts", "a doubt let go to make room")
"""Faults that take many steps to be seen."""


def name(fault: Fault) -> str:
    return fault.name.replace(" ", "-")


@pytest.mark.parametrize("fault", [each for each in FAULTS if each.name not in SLOWLY], ids=name)
def test_a_planted_fault_is_caught(fault: Fault) -> None:
    assert planting.caught(fault)


@pytest.mark.proof
@pytest.mark.parametrize("fault", [each for each in FAULTS if each.name in SLOWLY], ids=name)
def test_a_planted_fault_that_takes_long_is_caught(fault: Fault) -> None:
    assert planting.caught(fault)


@pytest.mark.proof
@pytest.mark.parametrize("fault", IN_THE_PROGRAM, ids=name)
def test_a_fault_planted_in_the_program_is_caught(fault: Fault) -> None:
    assert planting.caught(fault)


@pytest.mark.parametrize("fault", IN_THE_PROGRAM, ids=name)
def test_a_fault_of_the_program_still_has_its_place(fault: Fault, tmp_path: Path) -> None:
    assert planting.planted(fault, tmp_path).is_dir()


def test_a_fault_whose_place_is_gone_is_not_passed_over(tmp_path: Path) -> None:
    with pytest.raises(NotPlanted, match="stands 0 times"):
        planting.planted(replace(FAULTS[0], right="no such line"), tmp_path)


def test_a_copy_that_cannot_be_imported_is_not_taken_for_a_fault_that_was_caught() -> None:
    with pytest.raises(RuntimeError, match="SyntaxError"):
        planting.caught(replace(FAULTS[0], wrong="(]"))


def test_nothing_is_planted_in_the_core_itself(tmp_path: Path) -> None:
    core = Path(conversations.__file__).parent / FAULTS[0].module
    before = core.read_bytes()
    copy = planting.planted(FAULTS[0], tmp_path)
    assert (copy / FAULTS[0].module).read_bytes() != before
    assert core.read_bytes() == before
