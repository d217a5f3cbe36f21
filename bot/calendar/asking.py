"""The calendar as the program sees it: each Call is turned into the requests that it takes, and answered with a value.

No HTTP is spoken here, and nothing is stored but answers kept for a short while.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import assert_never, overload
from zoneinfo import ZoneInfo

from pydantic import SecretStr

from bot.calendar.cache import Cache, Question
from bot.calendar.client import Client, Transport
from bot.calendar.errors import HONEYPOT, CalendarError, NoAnswer, Refusal
from bot.calendar.forms import NO_FORM, Forms, form_of
from bot.calendar.models import Booking, Facts, Page, Service, booking_of, facts_of, instants_of, page_of, zone_of
from bot.calendar.offering import (
    MONTHS_AHEAD,
    agents_offer,
    begins,
    days_in,
    days_offer,
    hours_offer,
    month_of,
    month_to_ask,
    services_offer,
    stepped,
)
from bot.calendar.operations import Asked, Operation
from bot.tokens import Tokens
from conversations.calls import (
    Book,
    Cancel,
    FindAgents,
    FindDays,
    FindForm,
    FindHours,
    FindInfo,
    FindServices,
    FormValue,
    Read,
    Reschedule,
    Write,
)
from conversations.events import Reason
from conversations.kinds import FormField
from conversations.offers import Offer

SERVICES_LAST = FORM_LASTS = timedelta(seconds=300)
DAYS_LAST = timedelta(seconds=60)
HOURS_LAST = timedelta(seconds=30)

LARGE_PAGE = 50
USUAL_PAGE = 10
MOST_PAGES = 100
EMPTY_MONTHS = 6
"""How many months without a free day are stepped over."""
AHEAD = timedelta(minutes=1)
"""How far the API's clock is believed to be ahead of ours."""


def _present() -> datetime:
    return datetime.now(UTC)


class Calendar:
    """All that can be asked of the calendar. Raises nothing but CalendarError. To be closed."""

    def __init__(
        self,
        url: str,
        token: SecretStr,
        referrer: str,
        *,
        form: Forms = NO_FORM,
        clock: Callable[[], datetime] = _present,
        deadline: float = 10.0,
        transport: Transport | None = None,
    ) -> None:
        """`referrer` is an https page that carries Videsk's widget; `deadline`, in seconds, is a whole call's."""
        self._client = Client(url, token, clock=clock, deadline=deadline, transport=transport)
        self._cache = Cache(clock)
        self._clock = clock
        self._deadline = deadline
        self._referrer = referrer
        self._forms = form
        self._honeypot = False

    async def close(self) -> None:
        await self._cache.close()
        await self._client.close()

    # Reads

    @overload
    async def find(self, call: FindServices | FindAgents | FindDays | FindHours, tokens: None = None) -> Offer: ...
    @overload
    async def find(self, call: FindForm, tokens: None = None) -> tuple[FormField, ...]: ...
    @overload
    async def find(self, call: FindInfo, tokens: Tokens | None = None) -> Facts: ...
    @overload
    async def find(
        self, call: FindServices | FindAgents | FindDays | FindHours | FindForm, tokens: None = None
    ) -> Offer | tuple[FormField, ...]: ...

    async def find(self, call: Read, tokens: Tokens | None = None) -> Offer | tuple[FormField, ...] | Facts:
        """What a read asks for. Only FindInfo needs the appointment's tokens."""
        until = asyncio.get_running_loop().time() + self._deadline
        try:
            return await self._find(call, tokens, until)
        except Refusal as refusal:
            self._learn(call, refusal)
            raise

    async def _find(self, call: Read, tokens: Tokens | None, until: float) -> Offer | tuple[FormField, ...] | Facts:
        match call:
            case FindServices():
                return services_offer(call, await self._services(until))
            case FindAgents():
                return agents_offer(call, await self._service(call.service, until))
            case FindDays():
                return await self._find_days(call, until)
            case FindHours():
                return await self._find_hours(call, until)
            case FindForm():
                return await self._find_form(call, until)
            case FindInfo():
                asked = Asked(operation=Operation.INFO, token=SecretStr(tokens.access if tokens else ""))
                return facts_of(await self._client.read(asked, until))
            case _:
                assert_never(call)

    async def _services(self, until: float) -> tuple[Service, ...]:
        return await self._cache.get(("services",), SERVICES_LAST, lambda: self._all_services(until))

    async def _all_services(self, until: float) -> tuple[Service, ...]:
        """Every page, whether or not the API minds `skip` and `limit`, and whatever it says of its total."""
        found: dict[str, Service] = {}
        skip = 0
        for _ in range(MOST_PAGES):
            query = {"skip": str(skip), "limit": str(LARGE_PAGE)}
            page = page_of(await self._client.read(Asked(operation=Operation.SERVICES, query=query), until))
            new = {each.id: each for each in page.services if each.id not in found}
            found |= new
            skip += len(page.services)
            if not new or _complete(page, len(found)):
                break
        return tuple(found.values())

    async def _service(self, id: str, until: float) -> Service:
        for service in await self._services(until):
            if service.id == id:
                return service
        raise Refusal(Reason.SERVICE_GONE)

    async def _find_days(self, call: FindDays, until: float) -> Offer:
        now, zone = self._clock(), _zone(call.zone)
        asked = month_to_ask(call, now, zone)
        last = stepped(month_of(now, zone), MONTHS_AHEAD)
        for month in (stepped(asked, by) for by in range(EMPTY_MONTHS + 1)):
            if month > last:
                break
            if days := days_in(month, await self._days(call, month, zone, until), now, zone):
                return days_offer(call, asked, month, days, now, zone)
        return days_offer(call, asked, asked, (), now, zone)

    async def _days(self, call: FindDays, month: str, zone: ZoneInfo, until: float) -> tuple[datetime, ...]:
        question = ("days", call.service, call.agent, call.zone, month)
        since = begins(month, zone)
        return await self._cache.get(question, DAYS_LAST, lambda: self._instants(call, since, until))

    async def _find_hours(self, call: FindHours, until: float) -> Offer:
        zone = _zone(call.zone)
        if call.day.astimezone(zone).date() < self._clock().astimezone(zone).date():
            raise Refusal(Reason.DATE_PAST)
        question = ("hours", call.service, call.agent, call.zone, call.day)
        hours = await self._cache.get(question, HOURS_LAST, lambda: self._instants(call, call.day, until))
        return hours_offer(call, hours, self._clock(), zone)

    async def _instants(self, call: FindDays | FindHours, since: datetime, until: float) -> tuple[datetime, ...]:
        """What is free since a month or day begins; since now if it has begun, or the API would say dateInPast."""
        now = self._clock()
        if since > now:
            return await self._instants_since(call, since, until)
        try:
            return await self._instants_since(call, now, until)
        except Refusal as refusal:
            if refusal.reason is not Reason.DATE_PAST:
                raise
        # Our present is past by the time it arrives, and wherever clocks run ahead of ours.
        return await self._instants_since(call, now + AHEAD, until)

    async def _instants_since(self, call: FindDays | FindHours, since: datetime, until: float) -> tuple[datetime, ...]:
        query = {"date": render(since), "timezone": call.zone}
        asked = Asked(operation=_availability(call), id=call.agent or call.service, query=query)
        return instants_of(await self._client.read(asked, until))

    async def _find_form(self, call: FindForm, until: float) -> tuple[FormField, ...]:
        form = self._forms.of(call.service)
        if not isinstance(form, str):
            return form
        return await self._cache.get(("form", form), FORM_LASTS, lambda: self._form(form, until))

    async def _form(self, segment: str, until: float) -> tuple[FormField, ...]:
        asked = Asked(operation=Operation.FORM, id=segment, query={"version": "base"})
        return form_of(await self._client.read(asked, until))

    # Writes

    @overload
    async def carry_out(self, call: Book, tokens: None, sent_at: datetime) -> Booking: ...
    @overload
    async def carry_out(self, call: Reschedule, tokens: Tokens | None, sent_at: datetime) -> Booking: ...
    @overload
    async def carry_out(self, call: Cancel, tokens: Tokens | None, sent_at: datetime) -> None: ...
    @overload
    async def carry_out(self, call: Write, tokens: Tokens | None, sent_at: datetime) -> Booking | None: ...

    async def carry_out(self, call: Write, tokens: Tokens | None, sent_at: datetime) -> Booking | None:
        """Sends a write, once. `sent_at` is when it was put on record as sent: it does not leave much later than that.

        Refusal and NotSent: nothing was changed. NoAnswer: it may have been carried out.
        """
        try:
            done = await self._carry_out(call, tokens, sent_at)
        except CalendarError as error:
            self._learn(call, error)
            raise
        self._forget_times(call)
        return done

    async def _carry_out(self, call: Write, tokens: Tokens | None, sent_at: datetime) -> Booking | None:
        token = SecretStr(tokens.action if tokens else "")
        match call:
            case Book():
                return await self._book(call, sent_at)
            case Reschedule():
                body = {"date": render(call.start)}
                asked = Asked(operation=Operation.RESCHEDULE, body=body, token=token)
                return booking_of((await self._client.write(asked, sent_at)).json(), call.start)
            case Cancel():
                body = {"cancelReason": call.reason} if call.reason else {}
                asked = Asked(operation=Operation.CANCEL, body=body, token=token)
                reply = await self._client.write(asked, sent_at)
                # Nothing in the body is needed, but it must be the API's: a page of some proxy cancels nothing.
                if reply.status != 204 and not isinstance(reply.json(), dict):
                    raise NoAnswer("no cancellation")
                return None
            case _:
                assert_never(call)

    async def _book(self, call: Book, sent_at: datetime) -> Booking:
        honeypot = self._honeypot
        try:
            reply = await self._client.write(self._booking(call, honeypot), sent_at)
        except Refusal as refusal:
            if refusal.blamed != HONEYPOT or honeypot:
                raise
            # The refusal proves that nothing was booked. From now on the element is sent at once.
            self._honeypot = True
            reply = await self._client.write(self._booking(call, True), sent_at)
        return booking_of(reply.json(), call.start)

    def _booking(self, call: Book, honeypot: bool) -> Asked:
        form = [{"_id": id, "value": _sent(value)} for id, value in call.form]
        if honeypot:
            form.append({"_id": HONEYPOT, "value": ""})
        body: dict[str, object] = {
            "startAt": render(call.start),
            "timezone": call.zone,
            "form": form,
            "referrer": self._referrer,
        }
        if call.agent is None:
            return Asked(operation=Operation.SCHEDULE_SERVICE, id=call.service, body=body)
        return Asked(operation=Operation.SCHEDULE_USER, id=call.agent, body={"service": call.service, **body})

    # What is kept

    def _learn(self, call: Read | Write, error: CalendarError) -> None:
        """What an answer says about earlier ones."""
        match error:
            case Refusal(reason=Reason.HOUR_TAKEN | Reason.DATE_PAST):
                self._forget_times(call)
            case Refusal(reason=Reason.SERVICE_GONE):
                self._forget_times(call)
                self._cache.drop(lambda question: question[0] == "services")
            case Refusal(reason=Reason.FORM_CHANGED):
                self._honeypot = False
                self._cache.drop(lambda question: question[0] == "form")
            case NoAnswer() if isinstance(call, Book | Reschedule | Cancel):
                self._forget_times(call)
            case _:
                pass

    def _forget_times(self, call: Read | Write) -> None:
        """Drops the free days and hours of a call's service; all of them where only the appointment is known."""
        service = None if isinstance(call, Reschedule | Cancel | FindInfo | FindServices) else call.service

        def about(question: Question) -> bool:
            return question[0] in ("days", "hours") and service in (None, question[1])

        self._cache.drop(about)


def render(at: datetime) -> str:
    """An instant as the API writes it: UTC, with milliseconds."""
    utc = at.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"


def _availability(call: FindDays | FindHours) -> Operation:
    if isinstance(call, FindDays):
        return Operation.USER_DATES if call.agent else Operation.SERVICE_DATES
    return Operation.USER_HOURS if call.agent else Operation.SERVICE_HOURS


def _complete(page: Page, found: int) -> bool:
    """Whether a page was the last. A total that is less than what was seen is no total."""
    if page.total is not None and page.total >= found:
        return page.total == found
    return len(page.services) < (page.limit or USUAL_PAGE)


def _sent(value: FormValue) -> str | int | float | list[str]:
    match value:
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case tuple():
            return list(value)
        case _:
            return value


def _zone(name: str) -> ZoneInfo:
    if (zone := zone_of(name)) is None:
        raise Refusal(Reason.NOT_ACCEPTED)
    return zone
