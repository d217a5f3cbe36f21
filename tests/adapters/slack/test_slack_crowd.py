"""Many commands at once before the whole program, with a calendar that hangs: Slack never waits for it.

How long it waits is told by `python -m benchmarks.acknowledging`; here no time is asserted but Slack's own.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from slack_crowd import commanded

FEW, MANY = 100, 1_000
SLACKS = 3.0
"""Seconds in which Slack wants to be answered, and in which a trigger lives."""

UNHURRIED = 60.0

ways = pytest.mark.parametrize("hooked", [False, True], ids=["sockets", "posts"])


@ways
async def test_no_acknowledgement_and_no_modal_waits_for_the_calendar(hooked: bool, tmp_path: Path) -> None:
    await commanded(tmp_path, FEW, hooked=hooked, patience=UNHURRIED)


@ways
@pytest.mark.proof
async def test_a_thousand_commands_are_acknowledged_in_slacks_own_time(hooked: bool, tmp_path: Path) -> None:
    await commanded(tmp_path, MANY, hooked=hooked, patience=SLACKS)
