"""Pieces of text of one look become a message's text and its entities, and are cut to Telegram's size. Pure.

What they say is not known here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from adapters import Json
from adapters.cutting import MORE, cut, size

TEXT, ENTITIES = 4096, 100
"""UTF-16 units of a message, and how many entities it has (Bot API)."""

SHORTEST = 32
"""What is cut to make room keeps this many units."""

DRAWN = "wDt"
"""Weekday, long date and short time, in the reader's own zone and manner (Bot API, date-time entities)."""

LATEST = 2**31
"""No later instant can be drawn; those more than some three years ahead are refused (see `Refused.too_far`)."""


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text of one look. `at` is the instant that it names."""

    text: str
    look: str = ""
    at: datetime | None = None


def written(runs: Sequence[Run]) -> tuple[str, tuple[Json, ...]]:
    """The text and its entities, whose places count UTF-16 units."""
    text, entities, place = "", [], 0
    for run in _shortened(runs):
        length = size(run.text)
        if run.look:
            entities.append({"type": run.look, "offset": place, "length": length})
        if run.at and 0 < run.at.timestamp() < LATEST:
            instant = {"unix_time": int(run.at.timestamp()), "date_time_format": DRAWN}
            entities.append({"type": "date_time", "offset": place, "length": length, **instant})
        text += run.text
        place += length
    return text, tuple(entities[:ENTITIES])


def _shortened(runs: Sequence[Run]) -> list[Run]:
    """What is too long loses the ends of its longest pieces first, and says so by a mark."""
    kept = list(runs)
    over = sum(size(run.text) for run in kept) - TEXT
    while over > 0:
        longest = max(range(len(kept)), key=lambda index: size(kept[index].text))
        run, length = kept[longest], size(kept[longest].text)
        if length <= SHORTEST:
            return _beginning(kept)
        shorter = cut(run.text, max(SHORTEST, length - over))
        kept[longest] = Run(shorter, run.look, run.at)
        over -= length - size(shorter)
    return kept


def _beginning(runs: Sequence[Run]) -> list[Run]:
    kept: list[Run] = []
    room = TEXT - len(MORE) - 1
    for run in runs:
        room -= size(run.text)
        if room < 0:
            return [*kept, Run(f"\n{MORE}")]
        kept.append(run)
    return kept
