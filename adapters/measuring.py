"""What is counted of a platform, as those who watch the program see it. Nothing is counted here; nobody is named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measure:
    """A number. `labels` never hold a person. A total only rises."""

    name: str
    help: str
    value: float
    labels: Mapping[str, str]
    total: bool = False


def measured(
    received: Mapping[str, int], outcomes: Mapping[tuple[str, str], int], *, held: int, silent: float | None
) -> Iterator[Measure]:
    """`held` gates are closed; it has been `silent` for so many seconds, None before its first word."""
    for kind, number in sorted(received.items()):
        yield Measure("updates", "Updates by kind.", number, {"kind": kind}, total=True)
    for (method, outcome), number in sorted(outcomes.items()):
        labels = {"method": method, "outcome": outcome}
        yield Measure("requests", "Requests by method and outcome.", number, labels, total=True)
    yield Measure("gates_closed", "Chats, or all, that wait after a 429.", held, {})
    if silent is not None:
        yield Measure("heard_seconds", "Since the last poll or delivery.", silent, {})
