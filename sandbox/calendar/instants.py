"""Instants, zones and days: how the API writes and reads them, and when a day begins.

Nothing here knows agents or appointments.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

WRITTEN = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)


def render(instant: datetime) -> str:
    """ISO-8601 in UTC with milliseconds, the only form that the API writes."""
    at = instant.astimezone(UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def parse(text: object) -> datetime | None:
    """The instant, or None unless it is written exactly as the API writes them."""
    if not isinstance(text, str) or not WRITTEN.fullmatch(text):
        return None
    try:
        instant = datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    except ValueError:
        return None
    # Far from the ends of what a datetime holds, so that no zone and no next day leads beyond them.
    return instant if 1900 <= instant.year < 3000 else None


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def parse_zone(name: object) -> ZoneInfo | None:
    return ZoneInfo(name) if isinstance(name, str) and name in _zones() else None


def local_date(instant: datetime, zone: ZoneInfo) -> date:
    return instant.astimezone(zone).date()


@cache
def day_begins(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of a local day. Where summer time begins at midnight it is not 00:00 but later."""
    earliest, latest = (datetime.combine(day, time(), zone).replace(fold=fold).astimezone(UTC) for fold in (1, 0))
    if earliest >= latest:
        return latest
    while latest - earliest > timedelta(seconds=1):
        middle = earliest + (latest - earliest) // 2
        if local_date(middle, zone) >= day:
            latest = middle
        else:
            earliest = middle
    return latest.replace(microsecond=0)


def days_of_month(day: date) -> Iterator[date]:
    """Each day of the month in which `day` lies."""
    return (day.replace(day=number) for number in range(1, monthrange(day.year, day.month)[1] + 1))
