"""Many people who give commands before the whole program, while the calendar hangs. Nothing is tested here."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sandbox import calendar
from sandbox.slack.deliveries import Delivery
from slack_surroundings import Between, between, program

AT_ONCE = 20
"""Commands on their way together."""


async def commanded(folder: Path, many: int, *, hooked: bool, patience: float) -> Sequence[Delivery]:
    """So many commands, each acknowledged, and a modal asked for by each, before the calendar has said anything.

    Slack waits for `patience` seconds, and its triggers live as long.
    """
    async with between(folder, hooked=hooked) as around:
        around.people.patience = around.people.trigger_life = patience
        around.hours.faults.add(calendar.Fault("*", times=None, then=calendar.Then.HANG))
        async with program(around):
            deliveries = await _command(around, many)
        world = around.people
        assert [each.failed for each in deliveries if each.failed] == []
        assert len(world.ledger.of("views.open")) == many
        assert not world.complaints
        return deliveries


async def _command(around: Between, many: int) -> Sequence[Delivery]:
    world = around.people
    people = [world.person() for _ in range(max(AT_ONCE, many // 10))]
    done: list[Delivery] = []

    def all_done() -> bool:
        return all(each.done for each in done[-AT_ONCE:])

    while len(done) < many:
        some = [people[number % len(people)] for number in range(len(done), min(len(done) + AT_ONCE, many))]
        done += [person.commands("/book") for person in some]
        await world.until(all_done, 120)
    await world.until(lambda: len(world.ledger.of("views.open")) >= many, 60)
    return done


def percentile(waited: Sequence[Delivery], share: float) -> float:
    """Milliseconds within which this share of the acknowledgements came."""
    seconds = sorted(each.waited for each in waited)
    return round(seconds[max(0, round(len(seconds) * share) - 1)] * 1000, 1)
