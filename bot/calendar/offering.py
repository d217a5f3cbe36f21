"""What the calendar found, as something to choose from, and the arithmetic of months. Pure: nothing is asked here."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from bot.calendar.models import Service
from conversations.calls import FindAgents, FindDays, FindHours, FindServices
from conversations.offers import ANYONE, Choice, Offer

SERVICES_A_PAGE = 8
MONTHS_AHEAD = 12
"""The last month that can be looked at, counted from the one under way."""

_MONTH = re.compile(r"[12]\d{3}-(0[1-9]|1[0-2])")


def services_offer(call: FindServices, services: Iterable[Service]) -> Offer:
    """A page of them. One that is not there any more is the last there is."""
    wanted = _plain(call.search)
    found = [each for each in services if wanted in _plain(each.name)]
    last = max(0, (len(found) - 1) // SERVICES_A_PAGE)
    page = min(max(call.page, 0), last)
    shown = found[page * SERVICES_A_PAGE : (page + 1) * SERVICES_A_PAGE]
    return Offer(
        call,
        tuple(Choice(each.id, each.name, each.description) for each in shown),
        here=str(page),
        before=str(page - 1) if page else None,
        after=str(page + 1) if page < last else None,
    )


def _plain(text: str) -> str:
    """Letters without case and accents, so that what is typed in haste is found."""
    letters = unicodedata.normalize("NFKD", text.strip().casefold())
    return unicodedata.normalize("NFKC", "".join(each for each in letters if not unicodedata.combining(each)))


def agents_offer(call: FindAgents, service: Service) -> Offer:
    """An automatic service chooses by itself; of a single agent there is no choice."""
    agents = tuple(Choice(each.id, each.name) for each in service.users)
    if service.automatic or not agents:
        return Offer(call, (ANYONE,))
    return Offer(call, agents if len(agents) == 1 else (ANYONE, *agents))


def month_of(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m}"


def stepped(month: str, by: int) -> str:
    years, number = divmod(int(month[:4]) * 12 + int(month[5:]) - 1 + by, 12)
    return f"{years:04d}-{number + 1:02d}"


def begins(month: str, zone: ZoneInfo) -> datetime:
    """The instant at which a month begins. Where summer time skips that midnight, the first instant after it."""
    return datetime.combine(date(int(month[:4]), int(month[5:]), 1), time(), zone).astimezone(UTC)


def month_to_ask(call: FindDays, now: datetime, zone: ZoneInfo) -> str:
    """The month wanted, within those that can be looked at."""
    present = month_of(now, zone)
    wanted = call.month if call.month and _MONTH.fullmatch(call.month) else present
    return min(max(wanted, present), stepped(present, MONTHS_AHEAD))


def days_in(month: str, days: Iterable[datetime], now: datetime, zone: ZoneInfo) -> tuple[datetime, ...]:
    """Those of a month's days that are not over, each once."""
    today = now.astimezone(zone).date()
    by_date: dict[date, datetime] = {}
    for day in sorted(days):
        local = day.astimezone(zone).date()
        if local >= today and f"{local:%Y-%m}" == month:
            by_date.setdefault(local, day)
    return tuple(by_date.values())


def days_offer(call: FindDays, asked: str, here: str, days: Iterable[datetime], now: datetime, zone: ZoneInfo) -> Offer:
    """`asked` was looked at first; the months between it and `here` have no free day, and are stepped over."""
    present = month_of(now, zone)
    before, after = stepped(asked, -1), stepped(here, 1)
    return Offer(
        call,
        tuple(Choice(day) for day in days),
        here=here,
        before=before if before >= present else None,
        after=after if after <= stepped(present, MONTHS_AHEAD) else None,
    )


def hours_offer(call: FindHours, hours: Iterable[datetime], now: datetime, zone: ZoneInfo) -> Offer:
    """The hours of the day where the person is: that day may cross midnight UTC."""
    day = call.day.astimezone(zone).date()
    coming = sorted({each for each in hours if each > now and each.astimezone(zone).date() == day})
    return Offer(call, tuple(Choice(each) for each in coming))
