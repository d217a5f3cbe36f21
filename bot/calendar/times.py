"""Free days and hours: asked, kept for a short while, corrected by what is booked and refused, looked for nearby.

How a choice looks is not known here, and no other question of the calendar is asked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from bot.calendar.budget import Budget
from bot.calendar.cache import Answers, Cache
from bot.calendar.client import Client
from bot.calendar.errors import CalendarError, NoAnswer, Refusal
from bot.calendar.models import Booking, Service, instants_of, zone_of
from bot.calendar.offering import (
    IN_TIME,
    MONTHS_AHEAD,
    SOONEST,
    Nearby,
    begins,
    day_begins,
    days_in,
    days_offer,
    hours_of,
    hours_offer,
    local_date,
    month_of,
    month_to_ask,
    near_offer,
    stepped,
)
from bot.calendar.operations import Asked, Operation
from bot.calendar.questions import TIMES, Question, Topic
from conversations.calls import Book, FindDays, FindHours, FindNear
from conversations.events import Reason
from conversations.offers import ANYONE, Choice, Offer

DAYS_LAST = timedelta(seconds=60)
HOURS_LAST = timedelta(seconds=30)

EMPTY_MONTHS = 6
"""How many months without a free day are stepped over."""
AHEAD = timedelta(minutes=1)
"""How far the API's clock is believed to be ahead of ours."""
NEARBY_READS = 2
DAYS_AFTER = 7
"""The days after one that is full among which free ones are looked for."""
BESIDES = 3.0
"""Seconds given to what is only a convenience beside an answer that is there already."""
CROWDED = 1.0
"""Seconds of queueing for everybody from which on conveniences are not asked for."""


class Times:
    """The questions of the cache are the calls themselves; a FindDays among them names its month."""

    def __init__(self, client: Client, cache: Cache, budget: Budget, clock: Callable[[], datetime]) -> None:
        self.cache = cache
        self._client = client
        self._budget = budget
        self._clock = clock

    # Days

    async def days(self, call: FindDays, until: float) -> Offer:
        now, zone = self._clock(), zone_called(call.zone)
        asked = month_to_ask(call, now, zone)
        last = stepped(month_of(now, zone), MONTHS_AHEAD)
        for month in (stepped(asked, by) for by in range(EMPTY_MONTHS + 1)):
            if month > last:
                break
            if days := days_in(month, await self._days(replace(call, month=month), zone, until), now, zone):
                soonest = await self._soonest(call, days, zone, until) if asked == month_of(now, zone) else ()
                return days_offer(call, asked, month, days, now, zone, soonest)
        return days_offer(call, asked, asked, (), now, zone)

    async def _days(self, question: FindDays, zone: ZoneInfo, until: float) -> tuple[datetime, ...]:
        since = begins(question.month or "", zone)
        return await self.cache.get(question, DAYS_LAST, lambda: self._instants(question, since, until))

    async def _soonest(
        self, call: FindDays, days: tuple[datetime, ...], zone: ZoneInfo, until: float
    ) -> list[tuple[datetime, datetime]]:
        """The first free hours, each after its day: of the first free day, and of those after it that are known."""
        found: list[tuple[datetime, datetime]] = []
        questions = [FindHours(call.service, call.agent, day, call.zone) for day in days[: SOONEST + 1]]
        known = await self._known(questions)
        for day, question in zip(days, questions, strict=False):
            if question not in known and (day != days[0] or self._budget.delay > CROWDED):
                break
            hours = known[question] if question in known else await self._besides(question, until)
            found += [(day, hour) for hour in hours_of(day, hours, self._clock() + IN_TIME, zone)]
            if not hours or len(found) >= SOONEST:
                break
        return found[:SOONEST]

    async def _besides(self, question: FindHours, until: float) -> tuple[datetime, ...]:
        """Hours that are good to have; none where they can't be had at once."""
        with suppress(CalendarError, TimeoutError):
            async with asyncio.timeout(BESIDES):
                return await self._hours(question, until)
        return ()

    # Hours

    async def hours(self, call: FindHours, until: float) -> Offer:
        zone = zone_called(call.zone)
        if local_date(call.day, zone) < local_date(self._clock(), zone):
            raise Refusal(Reason.DATE_PAST)
        return hours_offer(call, await self._hours(call, until), self._clock(), zone)

    async def _hours(self, question: FindHours, until: float) -> tuple[datetime, ...]:
        hours = await self.cache.get(question, HOURS_LAST, lambda: self._instants(question, question.day, until))
        if not hours:
            await self._full(question)
        return hours

    async def _known(self, questions: Collection[FindHours]) -> dict[FindHours, tuple[datetime, ...]]:
        """What need not be asked for."""
        found = await self.cache.known(questions)
        known = {each: found[each] for each in questions if each in found}
        for question in [each for each, hours in known.items() if not hours]:
            await self._full(question)
        return known

    async def _instants(self, question: FindDays | FindHours, since: datetime, until: float) -> tuple[datetime, ...]:
        """What is free since a month or day begins; since now if it has begun, or the API would say dateInPast."""
        now = self._clock()
        if since > now:
            return await self._instants_since(question, since, until)
        try:
            return await self._instants_since(question, now, until)
        except Refusal as refusal:
            if refusal.reason is not Reason.DATE_PAST:
                raise
        # Our present is past by the time it arrives, and wherever clocks run ahead of ours.
        return await self._instants_since(question, now + AHEAD, until)

    async def _instants_since(
        self, question: FindDays | FindHours, since: datetime, until: float
    ) -> tuple[datetime, ...]:
        query = {"date": render(since), "timezone": question.zone}
        asked = Asked(operation=_operation(question), id=question.agent or question.service, query=query)
        return instants_of(await self._client.read(asked, until))

    async def still_offered(self, call: Book, until: float) -> bool:
        """Whether the hour of a booking that got no answer is offered, as the calendar sees it now."""
        await self.forget_day(call.start, call)
        zone = zone_called(call.zone)
        day = day_begins(local_date(call.start, zone), zone)
        return call.start in await self._hours(FindHours(call.service, call.agent, day, call.zone), until)

    # Near an hour that was taken

    async def near(self, call: FindNear, service: Service | None, until: float) -> Offer:
        """From what is kept and two reads. Less is answered where one of these fails.

        CalendarError where that leaves nothing: what was not learned is not known to be taken. `service` is needed
        for `others`.
        """
        zone = zone_called(call.zone)
        day = day_begins(local_date(call.instant, zone), zone)
        same = FindHours(call.service, call.agent, day, call.zone)
        others = {replace(same, agent=_id(agent)): agent for agent in _others(call, service)}
        following = [replace(same, day=each) for each in await self._days_after(call, day, zone)]
        known, failures = await self._asked([same, *_to_ask(others), *following], [*others, *following], until)
        nearby = Nearby(
            hours=known.get(same, ()),
            others=[(agent, known[question]) for question, agent in others.items() if question in known],
            days={question.day: known[question] for question in following if question in known},
        )
        offer = near_offer(call, nearby, self._clock() + AHEAD, zone)
        if failures and not offer.choices:
            raise failures[0]
        return offer

    async def _asked(
        self, asked: list[FindHours], welcome: list[FindHours], until: float
    ) -> tuple[dict[FindHours, tuple[datetime, ...]], list[CalendarError]]:
        """The hours of all that need not be asked for, and of the first two that must be; and what kept us from some.

        The first one asked is what matters; the others are not waited for as long.
        """
        known = await self._known([*asked, *welcome])
        reads = [question for question in asked if question not in known][:NEARBY_READS]
        answers = await asyncio.gather(*(self._of_a_day(each, each == asked[0], until) for each in reads))
        known |= {question: hours for question, hours in zip(reads, answers, strict=True) if isinstance(hours, tuple)}
        return known, [each for each in answers if isinstance(each, CalendarError)]

    async def _of_a_day(self, question: FindHours, matters: bool, until: float) -> tuple[datetime, ...] | CalendarError:
        try:
            async with asyncio.timeout(None if matters else BESIDES):
                return await self._hours(question, until)
        except TimeoutError:
            return NoAnswer("deadline")
        except CalendarError as error:
            return error

    async def _days_after(self, call: FindNear, day: datetime, zone: ZoneInfo) -> list[datetime]:
        """The next days that were free when they were last asked for; all days where nobody asked."""
        local = local_date(day, zone)
        dates = [local + timedelta(days=by) for by in range(1, DAYS_AFTER + 1)]
        months = {f"{each:%Y-%m}": FindDays(call.service, call.agent, f"{each:%Y-%m}", call.zone) for each in dates}
        last = await self.cache.last(months.values())
        free = {local_date(each, zone) for days in last.values() for each in days}
        return [day_begins(each, zone) for each in dates if months[f"{each:%Y-%m}"] not in last or each in free]

    # Corrections

    async def forget(self, service: str | None = None) -> None:
        """Drops what is known of a service, or of all."""
        await self.cache.drop(Topic(TIMES, service))

    async def forget_day(self, at: datetime, call: Book | None) -> None:
        """Drops the hours of the day of an instant, for the service and agent of a booking or for all."""
        topic = Topic(frozenset({FindHours}), *((call.service, call.agent) if call else ()))
        await self.cache.revise(topic, lambda kept: {each: None for each in _hours_in(kept) if _same_day(each, at)})

    async def booked(self, call: Book, booking: Booking) -> None:
        """Takes an hour just booked out of what is known; where it can't be told what is left, that is dropped."""
        await self.cache.revise(Topic(TIMES, call.service, call.agent), partial(_without, call, booking))

    async def _full(self, question: FindHours) -> None:
        """Takes a day that turned out to have no free hour out of the days that are kept."""
        await self.cache.revise(
            Topic(frozenset({FindDays}), question.service), lambda kept: _less_the_day(question, kept)
        )


def _hours_in(kept: Answers) -> Iterator[FindHours]:
    return (each for each in kept if isinstance(each, FindHours))


def _without(call: Book, booking: Booking, kept: Answers) -> Answers:
    """What changes when an hour was booked. Answers that are on their way may have left before or after."""
    changes: dict[Question, tuple[datetime, ...] | None] = {each: None for each in kept if kept[each] is None}
    for question in _hours_in(kept):
        if question in changes or not _same_day(question, call.start):
            continue
        # Of all agents, it is not known who got it, or whether others are still free then.
        changes[question] = _left(call, booking, kept[question]) if question.agent == call.agent else None
        if changes[question] == ():
            changes |= _less_the_day(question, kept)
    return changes


def _left(call: Book, booking: Booking, hours: tuple[datetime, ...]) -> tuple[datetime, ...]:
    """Of one agent all hours are gone that would run into the appointment; of several, others may have those."""
    length = booking.end - booking.start if call.agent else timedelta()
    return tuple(each for each in hours if each != call.start and not call.start - length < each < call.start + length)


def _less_the_day(full: FindHours, kept: Answers) -> Mapping[Question, tuple[datetime, ...]]:
    """The days that are kept, without one."""
    return {
        question: tuple(each for each in days if each != full.day)
        for question, days in kept.items()
        if isinstance(question, FindDays) and _twins(question, full) and full.day in (days or ())
    }


def render(at: datetime) -> str:
    """An instant as the API writes it: UTC, with milliseconds."""
    utc = at.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"


def zone_called(name: str) -> ZoneInfo:
    if (zone := zone_of(name)) is None:
        raise Refusal(Reason.NOT_ACCEPTED)
    return zone


def _operation(question: FindDays | FindHours) -> Operation:
    if isinstance(question, FindDays):
        return Operation.USER_DATES if question.agent else Operation.SERVICE_DATES
    return Operation.USER_HOURS if question.agent else Operation.SERVICE_HOURS


def _others(call: FindNear, service: Service | None) -> Iterator[Choice]:
    """Who else could be asked for at that hour: each by name and, where they are several, all of them at once."""
    if not call.others or call.agent is None or service is None or service.automatic:
        return
    others = [Choice(each.id, each.name) for each in service.users if each.id != call.agent]
    yield from others
    if len(others) > 1:
        yield ANYONE


def _id(agent: Choice) -> str | None:
    return None if agent == ANYONE else str(agent.value)


def _to_ask(others: dict[FindHours, Choice]) -> list[FindHours]:
    """One question tells whether anybody else is free: about the only other one, or about all."""
    return list(others)[-1:]


def _same_day(question: FindHours, at: datetime) -> bool:
    zone = zone_called(question.zone)
    return local_date(question.day, zone) == local_date(at, zone)


def _twins(days: FindDays, hours: FindHours) -> bool:
    return (days.service, days.agent, days.zone) == (hours.service, hours.agent, hours.zone)
