"""Time zones by name, and where days begin in them. Names of places are `bot`'s matter."""

from __future__ import annotations

from datetime import UTC, date, datetime, tzinfo
from zoneinfo import ZoneInfo


def zone_of(name: str) -> tzinfo:
    """The zone of that IANA name, or UTC: a platform may say what it likes."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return UTC


def beginning(day: date, zone: str) -> datetime:
    """The instant at which a day begins. Where the clock skips midnight, that is when it goes on."""
    return datetime(day.year, day.month, day.day, tzinfo=zone_of(zone)).astimezone(UTC)
