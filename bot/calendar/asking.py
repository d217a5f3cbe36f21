"""The calendar as the program sees it: each Call is turned into the requests that it takes, and answered with a value.

No HTTP is spoken here, and nothing is stored but answers kept for a short while.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import assert_never, overload

from pydantic import SecretStr

from bot.calendar.budget import PERSON, Budget
from bot.calendar.cache import Cache, Common, Own, Shelf
from bot.calendar.client import Client, Transport
from bot.calendar.errors import HONEYPOT, CalendarError, NoAnswer, Refusal
from bot.calendar.forms import NO_FORM, Forms, form_of
from bot.calendar.models import Booking, Facts, Page, Service, booking_of, facts_of, page_of
from bot.calendar.offering import agents_offer, services_offer
from bot.calendar.operations import Asked, Operation
from bot.calendar.questions import SERVICES, Segment, Topic
from bot.calendar.times import Times, render
from bot.calendar.turns import Row
from bot.tokens import Tokens
from conversations.calls import (
    Book,
    Cancel,
    FindAgents,
    FindDays,
    FindForm,
    FindHours,
    FindInfo,
    FindNear,
    FindServices,
    FindTrace,
    FormValue,
    Reschedule,
    Write,
)
from conversations.events import Reason, Trace
from conversations.kinds import FormField
from conversations.offers import Offer
from conversations.people import OPENS

PATIENCE = 40.0
"""Seconds that a write waits for its turn, while many are written: 700 of them at 20 a second."""

SERVICES_LAST = FORM_LASTS = timedelta(seconds=300)

Sought = FindServices | FindAgents | FindDays | FindHours | FindNear
"""Reads that find something to choose from."""

LARGE_PAGE = 50
USUAL_PAGE = 10
MOST_PAGES = 100


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
        requests_per_second: float = 0,
        transport: Transport | None = None,
        tick: Callable[[], float] = time.monotonic,
    ) -> None:
        """`referrer` is an https page that carries Videsk's widget; `deadline`, in seconds, is a whole call's.

        `requests_per_second` is never exceeded by this object, nor by all that `share` a row; 0 is no limit. `tick`
        gives monotonic seconds.
        """
        self._budget = Budget(requests_per_second, tick=tick)
        self._client = Client(url, token, clock=clock, deadline=deadline, budget=self._budget, transport=transport)
        self._cache: Cache = Own(clock)
        self._times = Times(self._client, self._cache, self._budget, clock)
        self._clock = clock
        self._deadline = deadline
        self._referrer = referrer
        self._forms = form
        self._honeypot = False
        self.foretells = False
        """Whether it was seen to tell of an appointment that cannot be joined yet."""

    @property
    def delay(self) -> float:
        """Seconds until all who wait by now will have had their turn: 0 where nobody waits, or there is no budget."""
        return self._budget.delay

    def share(self, row: Row, shelf: Shelf) -> None:
        """From now on its budget is that of all programs that take their turns from this row, and what it keeps is kept
        for all that share a shelf.
        """
        self._budget.share(row)
        self._cache = self._times.cache = Common(shelf)

    def rest(self, seconds: float) -> None:
        """Nobody asks for so long."""
        self._budget.rest(seconds)

    def tells_of_rest(self, told: Callable[[float], object]) -> None:
        """`told` is called with the seconds of each rest that the calendar wants from now on."""
        self._budget.rests = told

    async def close(self) -> None:
        await self._cache.close()
        await self._client.close()

    # Reads

    @overload
    async def find(self, call: Sought, tokens: None = None, *, person: Hashable = None) -> Offer: ...
    @overload
    async def find(self, call: FindForm, tokens: None = None, *, person: Hashable = None) -> tuple[FormField, ...]: ...
    @overload
    async def find(self, call: FindInfo, tokens: Tokens | None = None, *, person: Hashable = None) -> Facts: ...
    @overload
    async def find(
        self, call: Sought | FindForm, tokens: None = None, *, person: Hashable = None
    ) -> Offer | tuple[FormField, ...]: ...

    async def find(
        self, call: Sought | FindForm | FindInfo, tokens: Tokens | None = None, *, person: Hashable = None
    ) -> Offer | tuple[FormField, ...] | Facts:
        """What a read asks for. Only FindInfo needs the appointment's tokens.

        Under a budget, those for whom something is asked (`person`) take turns.
        """
        until = asyncio.get_running_loop().time() + self._deadline
        with _asking_for(person):
            try:
                return await self._find(call, tokens, until)
            except Refusal as refusal:
                await self._learn(call, refusal)
                raise

    async def _find(
        self, call: Sought | FindForm | FindInfo, tokens: Tokens | None, until: float
    ) -> Offer | tuple[FormField, ...] | Facts:
        match call:
            case FindServices():
                return services_offer(call, await self._services(until))
            case FindAgents():
                return agents_offer(call, await self._service(call.service, until))
            case FindDays():
                return await self._times.days(call, until)
            case FindHours():
                return await self._times.hours(call, until)
            case FindNear():
                return await self._times.near(call, await self._last_known(call.service), until)
            case FindForm():
                return await self._find_form(call, until)
            case FindInfo():
                return await self._info(tokens, until)
            case _:
                assert_never(call)

    async def _info(self, tokens: Tokens | None, until: float) -> Facts:
        asked = Asked(operation=Operation.INFO, token=SecretStr(tokens.access if tokens else ""))
        facts = facts_of(await self._client.read(asked, until))
        self.foretells |= facts.start is not None and self._clock() < facts.start - OPENS
        return facts

    async def _services(self, until: float) -> tuple[Service, ...]:
        return await self._cache.get(SERVICES, SERVICES_LAST, lambda: self._all_services(until))

    async def _last_known(self, id: str) -> Service | None:
        last = await self._cache.last([SERVICES])
        return next((each for each in last.get(SERVICES, ()) if each.id == id), None)

    async def _all_services(self, until: float) -> tuple[Service, ...]:
        """Every page, whether or not the API minds `skip` and `limit`, and whatever it says of its total."""
        found: dict[str, Service] = {}
        skip = 0
        for _ in range(MOST_PAGES):
            page = await self._page(skip, until)
            new = {each.id: each for each in page.services if each.id not in found}
            found |= new
            skip += len(page.services)
            if not new or _complete(page, len(found)):
                break
        return tuple(found.values())

    async def _page(self, skip: int, until: float) -> Page:
        """Some of them. The API's page names neither parameter: asked as it prints it, whoever refuses them answers."""
        query = {"skip": str(skip), "limit": str(LARGE_PAGE)} if skip else {}
        try:
            return page_of(await self._client.read(Asked(operation=Operation.SERVICES, query=query), until))
        except Refusal as refusal:
            if query and refusal.reason is Reason.NOT_ACCEPTED:
                return Page(())  # there are no more to be had
            raise

    async def _service(self, id: str, until: float) -> Service:
        for service in await self._services(until):
            if service.id == id:
                return service
        raise Refusal(Reason.SERVICE_GONE)

    async def _find_form(self, call: FindForm, until: float) -> tuple[FormField, ...]:
        form = self._forms.of(call.service)
        if not isinstance(form, str):
            return form
        return await self._cache.get(Segment(form), FORM_LASTS, lambda: self._form(form, until))

    async def _form(self, segment: str, until: float) -> tuple[FormField, ...]:
        asked = Asked(operation=Operation.FORM, id=segment, query={"version": "base"})
        return form_of(await self._client.read(asked, until))

    async def trace(self, call: FindTrace, tokens: Tokens | None, *, person: Hashable = None) -> Trace:
        """What can be seen of a write that got no answer. A change needs the tokens that the appointment had before."""
        until = asyncio.get_running_loop().time() + self._deadline
        with _asking_for(person):
            match call.write:
                case Book() as book:
                    return await self._trace_of_booking(book, until)
                case Reschedule(start=start):
                    return await self._trace_of_change(tokens, until, lambda facts: facts.start == start)
                case Cancel():
                    return await self._trace_of_change(tokens, until, lambda facts: facts.cancelled)
                case _:
                    assert_never(call.write)

    async def _trace_of_booking(self, call: Book, until: float) -> Trace:
        """An agent has each hour once. Offered by a service it may be somebody else's who is free too."""
        if not await self._times.still_offered(call, until):
            return Trace.SEEN
        return Trace.NONE if call.agent else Trace.UNCLEAR

    async def _trace_of_change(self, tokens: Tokens | None, until: float, done: Callable[[Facts], bool]) -> Trace:
        """The access token of before is dead as soon as its appointment is moved or cancelled (the API's page).

        Where the calendar was never seen to tell of an appointment before it can be joined, that it does not says
        nothing.
        """
        try:
            facts = await self._info(tokens, until)
        except Refusal as refusal:
            if refusal.reason is Reason.TOKEN_SPENT:
                return Trace.SEEN if self.foretells else Trace.UNCLEAR
            raise
        return Trace.SEEN if done(facts) else Trace.NONE

    # Writes

    def turn(self) -> AbstractAsyncContextManager[bool]:
        """To be held while a write is put on record as sent and carried out: where many write at once, it waits before.

        False if its turn did not come: it is not to be carried out.
        """
        return self._budget.place(within=PATIENCE)

    @overload
    async def carry_out(self, call: Book, tokens: None, sent_at: datetime, *, person: Hashable = None) -> Booking: ...
    @overload
    async def carry_out(
        self, call: Reschedule, tokens: Tokens | None, sent_at: datetime, *, person: Hashable = None
    ) -> Booking: ...
    @overload
    async def carry_out(
        self, call: Cancel, tokens: Tokens | None, sent_at: datetime, *, person: Hashable = None
    ) -> None: ...
    @overload
    async def carry_out(
        self, call: Write, tokens: Tokens | None, sent_at: datetime, *, person: Hashable = None
    ) -> Booking | None: ...

    async def carry_out(
        self, call: Write, tokens: Tokens | None, sent_at: datetime, *, person: Hashable = None
    ) -> Booking | None:
        """Sends a write, once. `sent_at` is when it was put on record as sent: it does not leave much later than that.

        Refusal and NotSent: nothing was changed. NoAnswer: it may have been carried out.
        """
        with _asking_for(person):
            try:
                done = await self._carry_out(call, tokens, sent_at)
            except CalendarError as error:
                await self._learn(call, error)
                raise
        if isinstance(call, Book) and done:
            await self._times.booked(call, done)
        else:
            await self._times.forget()
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

    async def _learn(self, call: Sought | FindForm | FindInfo | Write, error: CalendarError) -> None:
        """What an answer says about earlier ones."""
        match error:
            case Refusal(reason=Reason.HOUR_TAKEN) if isinstance(call, Book | Reschedule):
                await self._times.forget_day(call.start, call if isinstance(call, Book) else None)
            case Refusal(reason=Reason.DATE_PAST):
                await self._times.forget(_service(call))
            case Refusal(reason=Reason.SERVICE_GONE):
                await self._times.forget(_service(call))
                await self._cache.drop(Topic(frozenset({FindServices})))
            case Refusal(reason=Reason.FORM_CHANGED):
                self._honeypot = False
                await self._cache.drop(Topic(frozenset({Segment})))
            case NoAnswer() if isinstance(call, Book):
                await self._times.forget_day(call.start, call)
            case NoAnswer() if isinstance(call, Reschedule | Cancel):
                await self._times.forget()
            case _:
                pass


def _service(call: Sought | FindForm | FindInfo | Write) -> str | None:
    return None if isinstance(call, Reschedule | Cancel | FindInfo | FindServices) else call.service


@contextmanager
def _asking_for(person: Hashable) -> Iterator[None]:
    token = PERSON.set(person)
    try:
        yield
    finally:
        PERSON.reset(token)


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
