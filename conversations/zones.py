"""Time zones by name, and where days begin in them. Names of places are `bot`'s matter."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo


def zone_of(name: str) -> tzinfo:
    """The zone of that IANA name, or UTC: a platform may say what it likes."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return UTC


@lru_cache(maxsize=4096)
def twice(at: datetime, zone: str) -> bool:
    """Whether the clocks show this hour a second time, before or after: they are put back then."""
    local = at.astimezone(zone_of(zone))
    shown = {local.replace(fold=fold).astimezone(UTC) for fold in (0, 1)}
    return len(shown) == 2


def offset(at: datetime, zone: str) -> timedelta:
    """How far the clocks of a zone are from Greenwich's at an instant."""
    return at.astimezone(zone_of(zone)).utcoffset() or timedelta()


def beginning(day: date, zone: str) -> datetime:
    """The instant at which a day begins. Where the clock skips midnight, that is when it goes on."""
    return datetime(day.year, day.month, day.day, tzinfo=zone_of(zone)).astimezone(UTC)
