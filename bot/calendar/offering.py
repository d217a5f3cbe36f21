"""What the calendar found, as something to choose from, and the arithmetic of months. Pure: nothing is asked here."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.calendar.models import Service
from conversations.calls import FindAgents, FindDays, FindHours, FindNear, FindServices
from conversations.offers import ANYONE, Choice, Offer, begins_with
from conversations.texts import Clock, Text, say_in

SERVICES_A_PAGE = 8
MONTHS_AHEAD = 12
"""The last month that can be looked at, counted from the one under way."""

SOONEST = 3
"""Free hours that are one tap away."""
IN_TIME = timedelta(minutes=5)
"""What begins sooner is over with before a form is filled in."""
NEAREST = 3
"""Free hours on either side of one that was taken, and days on which the same hour is looked for."""
ABOUT_THE_SAME = timedelta(hours=1)
MOST_OTHERS = 2

_MONTH = re.compile(r"[12]\d{3}-(0[1-9]|1[0-2])")


def services_offer(call: FindServices, services: Iterable[Service]) -> Offer:
    """A page of them. One that is not there any more is the last there is; a service that is wanted has its own."""
    words = _plain(call.search)
    found = [each for each in services if words in _plain(each.name)]
    wanted = next(
        (place for place, each in enumerate(found) if call.wanted and begins_with(call.wanted, each.id)), None
    )
    last = max(0, (len(found) - 1) // SERVICES_A_PAGE)
    page = min(max(call.page, 0), last) if wanted is None else wanted // SERVICES_A_PAGE
    shown = found[page * SERVICES_A_PAGE : (page + 1) * SERVICES_A_PAGE]
    return Offer(
        call,
        tuple(Choice(each.id, each.name, each.description) for each in shown),
        here=str(page),
        before=_page(page - 1, call.search) if page else None,
        after=_page(page + 1, call.search) if page < last else None,
    )


def _page(number: int, search: str) -> str:
    """The word for a page: `2`, or `2?hair` among those that were searched for."""
    return f"{number}?{search}" if search else str(number)


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
    """The instant at which a month begins."""
    return day_begins(date(int(month[:4]), int(month[5:]), 1), zone)


def day_begins(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which a day begins. Where summer time skips that midnight, the first instant after it."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def local_date(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()


def month_to_ask(call: FindDays, now: datetime, zone: ZoneInfo) -> str:
    """The month wanted, within those that can be looked at."""
    present = month_of(now, zone)
    wanted = call.month if call.month and _MONTH.fullmatch(call.month) else present
    return min(max(wanted, present), stepped(present, MONTHS_AHEAD))


def days_in(month: str, days: Iterable[datetime], now: datetime, zone: ZoneInfo) -> tuple[datetime, ...]:
    """Those of a month's days that are not over, each once."""
    today = local_date(now, zone)
    by_date: dict[date, datetime] = {}
    for day in sorted(days):
        local = local_date(day, zone)
        if local >= today and f"{local:%Y-%m}" == month:
            by_date.setdefault(local, day)
    return tuple(by_date.values())


def days_offer(
    call: FindDays,
    asked: str,
    here: str,
    days: Iterable[datetime],
    now: datetime,
    zone: ZoneInfo,
    soonest: Iterable[tuple[datetime, datetime]] = (),
) -> Offer:
    """`asked` was looked at first; the months between it and `here` have no free day, and are stepped over.

    `soonest` are the first free hours, each after its day: they stand in front.
    """
    present = month_of(now, zone)
    before, after = stepped(asked, -1), stepped(here, 1)
    return Offer(
        call,
        (*(_at_once(day, hour) for day, hour in soonest), *(Choice(day) for day in days)),
        here=here,
        before=before if before >= present else None,
        after=after if after <= stepped(present, MONTHS_AHEAD) else None,
    )


def _at_once(day: datetime, hour: datetime) -> Choice:
    """A day with its hour: two answers in one."""
    return Choice(day, also=(("hour", Choice(hour)),))


def hours_of(day: datetime, hours: Iterable[datetime], after: datetime, zone: ZoneInfo) -> tuple[datetime, ...]:
    """Those of the day where the person is, which may cross midnight UTC, that begin after an instant."""
    wanted = local_date(day, zone)
    return tuple(sorted({each for each in hours if each > after and local_date(each, zone) == wanted}))


def hours_offer(call: FindHours, hours: Iterable[datetime], now: datetime, zone: ZoneInfo) -> Offer:
    return Offer(call, tuple(Choice(each) for each in hours_of(call.day, hours, now, zone)))


@dataclass(frozen=True, slots=True)
class Nearby:
    """What is known to be free around an hour: on its day, with other agents on that day, and on days after it."""

    hours: tuple[datetime, ...] = ()
    others: Sequence[tuple[Choice, tuple[datetime, ...]]] = ()
    days: Mapping[datetime, tuple[datetime, ...]] = field(default_factory=dict)


def near_offer(call: FindNear, nearby: Nearby, after: datetime, zone: ZoneInfo) -> Offer:
    """Nothing that begins before `after`. The hour itself is offered only with somebody else."""
    choices = (*_same_day(call, nearby, after, zone), *_others(call, nearby), *_next_days(call, nearby, after, zone))
    return Offer(call, choices, after="all")


def _same_day(call: FindNear, nearby: Nearby, after: datetime, zone: ZoneInfo) -> Iterator[Choice]:
    hours = hours_of(call.instant, nearby.hours, after, zone)
    yield from map(Choice, [each for each in hours if each < call.instant][-NEAREST:])
    yield from map(Choice, [each for each in hours if each > call.instant][:NEAREST])


def _others(call: FindNear, nearby: Nearby) -> Iterator[Choice]:
    free = [agent for agent, hours in nearby.others if call.instant in hours]
    for agent in free[:MOST_OTHERS]:
        yield Choice(call.instant, _with(call.instant, agent), also=(("agent", agent),))


def _with(at: datetime, agent: Choice) -> Text:
    if agent == ANYONE:
        return say_in("button", "{hour} with somebody else", hour=Clock(at))
    return say_in("button", "{hour} with {agent}", hour=Clock(at), agent=agent.label)


def _next_days(call: FindNear, nearby: Nearby, after: datetime, zone: ZoneInfo) -> Iterator[Choice]:
    """The hour that is nearest to the same time by the clock, on each of the first days that have one."""
    clock = call.instant.astimezone(zone).time()
    found = 0
    for day, hours in sorted(nearby.days.items()):
        same = datetime.combine(local_date(day, zone), clock, zone).astimezone(UTC)
        near = [each for each in hours_of(day, hours, after, zone) if abs(each - same) <= ABOUT_THE_SAME]
        if near and found < NEAREST:
            at = min(near, key=lambda each: (abs(each - same), each))
            found += 1
            yield Choice(at, also=(("day", Choice(day)),))
