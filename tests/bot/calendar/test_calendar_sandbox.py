"""The client beside the stand-in, over real sockets: whole stories, and connections that break wherever they can."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Literal

import pytest
import stamina
from calendar_asking import REFERRER, SANTIAGO, Clock, beside
from pydantic import SecretStr

from bot.calendar import Booking, Calendar, NoAnswer, NotSent, Refusal, client
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
    FindTrace,
    FormValue,
    Reschedule,
    Write,
)
from conversations.events import Reason, Trace
from conversations.kinds import FormField, Kind
from conversations.offers import ANYONE
from sandbox.calendar import Body, Fault, Operation, Then, Twist, World, faults
from sandbox.calendar.ledger import Deed
from sandbox.serving import serving

# A Monday, noon in Santiago.
MONDAY = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
ZONES = [SANTIAGO, "UTC", "Pacific/Auckland", "Pacific/Honolulu", "Asia/Kathmandu", "Pacific/Chatham"]


HANGING = 20 * 8

pytestmark = pytest.mark.usefixtures("nobody_waits")


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(client, "PAUSES", (0.0, 0.0))
    with stamina.set_testing(True, attempts=client.TRIES, cap=True):
        yield


@pytest.fixture
def world() -> World:
    return World(clock=Clock(MONDAY))


def value(question: FormField) -> FormValue:
    """Some right answer."""
    match question.kind:
        case Kind.EMAIL:
            return "one@example.com"
        case Kind.PHONE:
            return "+56 2 1234 5678"
        case Kind.URL:
            return "https://example.com/"
        case Kind.DATE:
            return "1990-02-28"
        case Kind.NUMBER:
            return Decimal(3) if question.limits.min is None else question.limits.min
        case Kind.CHOICE:
            return str(question.options[-1].value)
        case Kind.CHOICES:
            return tuple(str(each.value) for each in question.options)
        case _:
            return "Agent One"


async def hours(calendar: Calendar, service: str, agent: str | None = None, zone: str = SANTIAGO) -> list[datetime]:
    """The free hours of the last day that is offered first."""
    days = await calendar.find(FindDays(service, agent, None, zone))
    day = days.choices[-1].value
    assert isinstance(day, datetime)
    offer = await calendar.find(FindHours(service, agent, day, zone))
    return [each.value for each in offer.choices if isinstance(each.value, datetime)]


async def wish(calendar: Calendar, world: World, title: str = "Account opening", agent: str | None = None) -> Book:
    """A booking that will be accepted."""
    service = world.service(title).id
    form = await calendar.find(FindForm(service))
    start = (await hours(calendar, service, agent))[0]
    values = tuple((each.id, value(each)) for each in form)
    return Book("k1", service, title, agent, "", start, SANTIAGO, values)


async def booked(calendar: Calendar, world: World) -> Booking:
    return await calendar.carry_out(await wish(calendar, world), None, world.now())


def deeds(world: World) -> list[Deed]:
    return [entry.deed for entry in world.ledger.entries]


# Stories


@pytest.mark.parametrize("by_agent", [False, True])
async def test_an_appointment_is_found_booked_moved_and_cancelled(world: World, by_agent: bool) -> None:
    async with beside(world) as calendar:
        pages = [await calendar.find(FindServices(page=number)) for number in range(3)]
        service = world.service("Account opening")
        agents = await calendar.find(FindAgents(service.id))
        agent = world.agent("One").id if by_agent else None
        booking = await calendar.carry_out(await wish(calendar, world, agent=agent), None, world.now())
        facts = await calendar.find(FindInfo("a1"), booking.tokens)
        assert facts.agent
        other = (await hours(calendar, service.id, facts.agent))[-1]
        moved = await calendar.carry_out(Reschedule("k2", "a1", other), booking.tokens, world.now())
        with pytest.raises(Refusal) as old:
            await calendar.carry_out(Cancel("k3", "a1", ""), booking.tokens, world.now())
        await calendar.carry_out(Cancel("k4", "a1", "No time"), moved.tokens, world.now())
        with pytest.raises(Refusal) as over:
            await calendar.find(FindInfo("a1"), moved.tokens)

    assert [each.label for page in pages for each in page.choices] == [each.title for each in world.services.values()]
    assert [each.value for each in agents.choices] == [ANYONE.value, *service.agents]
    assert (old.value.reason, over.value.reason) == (Reason.TOKEN_SPENT, Reason.TOKEN_SPENT)
    assert (facts.start, facts.end, facts.status) == (booking.start, booking.end, "pending")
    assert (booking.email, booking.zone, booking.service_title) == ("one@example.com", SANTIAGO, "Account opening")
    assert booking.end - booking.start == timedelta(minutes=30)
    assert moved.start == other
    assert deeds(world) == [Deed.BOOKED, Deed.MOVED, Deed.CANCELLED]
    assert world.ledger.entries[-1].reason == "No time"
    assert not by_agent or world.ledger.entries[0].agent == agent


@pytest.mark.parametrize("title", ["Vaccination", "Eye test", "Nutrition advice", "Quick question", "Patient history"])
async def test_every_kind_of_service_can_be_booked(world: World, title: str) -> None:
    async with beside(world) as calendar:
        service = world.service(title).id
        chosen = (await calendar.find(FindAgents(service))).choices[-1].value
        agent = None if chosen == ANYONE.value else str(chosen)
        booking = await calendar.carry_out(await wish(calendar, world, title, agent), None, world.now())
    [entry] = world.ledger.entries
    assert (entry.start, entry.service) == (booking.start, service)
    assert agent in (None, entry.agent)


async def test_every_type_of_field_arrives_as_what_it_is(world: World) -> None:
    async with beside(world) as calendar:
        form = await calendar.find(FindForm(world.service("Patient history").id))
        await calendar.carry_out(await wish(calendar, world, "Patient history"), None, world.now())
    [entry] = world.ledger.entries
    sent = {each.name: entry.form[each.id] for each in form}
    assert (sent["nps"], sent["household"], sent["birthday"]) == (0, 1, "1990-02-28")
    assert (sent["plan"], sent["languages"]) == ("company", ["english", "spanish"])
    assert len(sent) == 16


# What is seen of a write that got no answer


@pytest.mark.parametrize(("arrived", "seen"), [(True, Trace.SEEN), (False, Trace.NONE)])
async def test_of_a_booking_with_an_agent_the_hour_tells(world: World, arrived: bool, seen: Trace) -> None:
    async with beside(world) as calendar:
        book = await wish(calendar, world, agent=world.agent("One").id)
        await _lost(calendar, world, book, None, arrived)
        assert await calendar.trace(FindTrace(book), None) is seen
    assert deeds(world) == ([Deed.BOOKED] if arrived else [])


@pytest.mark.parametrize("arrived", [True, False])
async def test_of_a_booking_with_anyone_an_hour_that_others_have_too_tells_nothing(world: World, arrived: bool) -> None:
    async with beside(world) as calendar:
        book = await wish(calendar, world)
        await _lost(calendar, world, book, None, arrived)
        assert await calendar.trace(FindTrace(book), None) is Trace.UNCLEAR


async def test_of_a_booking_with_anyone_the_last_hour_of_all_tells(world: World) -> None:
    async with beside(world) as calendar:
        book = await wish(calendar, world, "Eye test")
        await _lost(calendar, world, book, None, True)
        assert await calendar.trace(FindTrace(book), None) is Trace.SEEN


@pytest.mark.parametrize(
    ("arrived", "foretells", "seen"),
    [(True, True, Trace.SEEN), (True, False, Trace.UNCLEAR), (False, True, Trace.NONE), (False, False, Trace.NONE)],
)
@pytest.mark.parametrize("kind", [Reschedule, Cancel])
async def test_of_a_change_the_appointment_tells_if_the_calendar_tells_so_early(
    world: World, kind: type[Write], arrived: bool, foretells: bool, seen: Trace
) -> None:
    async with beside(world) as calendar:
        agent = world.agent("One").id
        booking = await calendar.carry_out(await wish(calendar, world, agent=agent), None, world.now())
        other = (await hours(calendar, world.service("Account opening").id, agent))[-1]
        change = Reschedule("k2", "a1", other) if kind is Reschedule else Cancel("k2", "a1", "")
        if foretells:
            await calendar.find(FindInfo("a1"), booking.tokens)
        await _lost(calendar, world, change, booking.tokens, arrived)
        assert await calendar.trace(FindTrace(change), booking.tokens) is seen


async def test_a_look_that_the_calendar_refuses_or_leaves_unanswered_shows_nothing(world: World) -> None:
    async with beside(world, deadline=5.0) as calendar:
        book = await wish(calendar, world, agent=world.agent("One").id)
        world.revoked = True
        with pytest.raises(Refusal):
            await calendar.trace(FindTrace(book), None)
        world.revoked = False
        world.faults.add(faults.hang("reads", commit=False))
        with pytest.raises(NoAnswer):
            await calendar.trace(FindTrace(book), None)


async def _lost(calendar: Calendar, world: World, call: Write, tokens: Tokens | None, arrived: bool) -> None:
    world.faults.add(faults.reset("writes", commit=arrived))
    with pytest.raises(NoAnswer):
        await calendar.carry_out(call, tokens, world.now())


@pytest.mark.parametrize("past", ["instant", "day"])
@pytest.mark.parametrize("zone", ZONES)
async def test_this_month_and_today_are_found_in_any_zone(zone: str, past: Literal["instant", "day"]) -> None:
    world = World(clock=Clock(MONDAY), past=past)
    async with beside(world) as calendar:
        service = world.service("Quick question").id
        days = await calendar.find(FindDays(service, None, None, zone))
        today = days.choices[0].value
        assert isinstance(today, datetime)
        offer = await calendar.find(FindHours(service, None, today, zone))
    starts = [each.value for each in offer.choices if isinstance(each.value, datetime)]
    assert (days.here, days.before) == ("2026-03", None)
    assert starts == sorted(starts)
    assert starts[0] > MONDAY
    assert {seen.status for seen in world.traffic.seen} == {200}


async def test_all_hours_of_a_long_day_are_there_also_over_the_end_of_summer_time(world: World) -> None:
    async with beside(world) as calendar:
        service = world.service("Quick question").id
        april = await calendar.find(FindDays(service, None, "2026-04", SANTIAGO))
        counts = {}
        for choice in april.choices[:8]:
            assert isinstance(choice.value, datetime)
            offer = await calendar.find(FindHours(service, None, choice.value, SANTIAGO))
            counts[choice.value] = len(offer.choices)
    # Summer time ends in the night before 5 April: 23:00 to 24:00 of the fourth comes twice.
    assert [each.hour for each in counts] == [3, 3, 3, 3, 4, 4, 4, 4]
    assert list(counts.values()) == [156, 156, 156, 168, 156, 156, 156, 156]


async def test_a_month_without_a_free_day_is_stepped_over(world: World) -> None:
    async with beside(world) as calendar:
        offer = await calendar.find(FindDays(world.service("Mortgage advice").id, None, "2026-04", SANTIAGO))
    assert (offer.here, offer.before, offer.after) == ("2026-05", "2026-03", "2026-06")
    assert offer.choices


async def test_a_calendar_that_wants_the_honeypot_gets_it() -> None:
    world = World(clock=Clock(MONDAY), honeypot=True)
    async with beside(world) as calendar:
        await booked(calendar, world)
        await booked(calendar, world)
    assert deeds(world) == [Deed.BOOKED, Deed.BOOKED]
    assert world.traffic.by_operation[Operation.SCHEDULE_SERVICE] == 3


# Refusals


async def refused(calendar: Calendar, call: Write, tokens: Tokens | None, world: World) -> Refusal:
    with pytest.raises(Refusal) as caught:
        await calendar.carry_out(call, tokens, world.now())
    return caught.value


@pytest.mark.parametrize(
    ("twist", "reason"),
    [
        (Twist.STEAL_HOUR, Reason.HOUR_TAKEN),
        (Twist.REMOVE_SERVICE, Reason.SERVICE_GONE),
        (Twist.CHANGE_FORM, Reason.FORM_CHANGED),
    ],
)
@pytest.mark.parametrize("lastname", [None, "One"])
async def test_what_changed_meanwhile_refuses_a_booking(
    world: World, twist: Twist, reason: Reason, lastname: str | None
) -> None:
    async with beside(world) as calendar:
        call = await wish(calendar, world, agent=world.agent(lastname).id if lastname else None)
        world.faults.add(faults.twisted("writes", twist))
        assert (await refused(calendar, call, None, world)).reason is reason
        if twist is Twist.CHANGE_FORM:
            await booked(calendar, world)
            assert deeds(world) == [Deed.BOOKED]
        if twist is Twist.STEAL_HOUR:
            assert call.start not in await hours(calendar, call.service, call.agent)
        if twist is Twist.REMOVE_SERVICE:
            offer = await calendar.find(FindServices(search="Account opening"))
            assert offer.choices == ()


@pytest.mark.parametrize("twist", [Twist.SPEND, Twist.WITHDRAW])
async def test_tokens_spent_elsewhere_change_nothing(world: World, twist: Twist) -> None:
    async with beside(world) as calendar:
        booking = await booked(calendar, world)
        world.faults.add(faults.twisted("writes", twist))
        refusal = await refused(calendar, Cancel("k2", "a1", ""), booking.tokens, world)
    assert refusal.reason is Reason.TOKEN_SPENT


async def test_a_move_to_an_hour_just_taken_leaves_the_appointment(world: World) -> None:
    async with beside(world) as calendar:
        booking = await booked(calendar, world)
        later = (await hours(calendar, world.service("Account opening").id))[-1]
        world.faults.add(faults.twisted("reschedule", Twist.STEAL_HOUR))
        refusal = await refused(calendar, Reschedule("k2", "a1", later), booking.tokens, world)
        facts = await calendar.find(FindInfo("a1"), booking.tokens)
    assert refusal.reason is Reason.HOUR_TAKEN
    assert facts.start == booking.start


async def test_a_field_refused_is_named_with_its_limit(world: World) -> None:
    async with beside(world) as calendar:
        call = await wish(calendar, world)
        [first, *others] = call.form
        refusal = await refused(calendar, replace(call, form=((first[0], "x" * 51), *others)), None, world)
        missing = await refused(calendar, replace(call, form=tuple(others)), None, world)
    assert (refusal.reason, refusal.blamed, refusal.limit) == (Reason.FIELD_REFUSED, first[0], 50)
    assert (missing.reason, missing.blamed, missing.limit) == (Reason.FIELD_REFUSED, first[0], None)


async def test_a_reason_too_long_is_refused_with_its_limit(world: World) -> None:
    async with beside(world) as calendar:
        booking = await booked(calendar, world)
        refusal = await refused(calendar, Cancel("k2", "a1", "x" * 1001), booking.tokens, world)
    assert (refusal.reason, refusal.blamed, refusal.limit) == (Reason.FIELD_REFUSED, "reason", 1000)


@pytest.mark.parametrize("token", ["nonsense", "eyJ.eyJ.x"])
async def test_a_wrong_key_is_the_operators_matter(world: World, token: str) -> None:
    async with beside(world, token=token) as calendar:
        with pytest.raises(Refusal) as caught:
            await calendar.find(FindServices())
    assert caught.value.reason is Reason.KEY_REFUSED


async def test_a_revoked_key_is_the_operators_matter(world: World) -> None:
    world.revoked = True
    async with beside(world) as calendar:
        with pytest.raises(Refusal) as caught:
            await calendar.find(FindServices())
    assert caught.value.reason is Reason.KEY_REFUSED


async def test_a_calendar_that_wants_an_hours_rest_is_away(world: World) -> None:
    async with beside(world) as calendar:
        world.faults.add(faults.limited("services", 3600))
        with pytest.raises(Refusal) as caught:
            await calendar.find(FindServices())
    assert (caught.value.reason, world.traffic.total) == (Reason.AWAY, 1)


# Broken connections

WRITES = ("schedule_service", "schedule_user", "reschedule", "cancel")
LOST: dict[str, Fault] = {
    "reset before": faults.reset("writes", commit=False),
    "reset after": faults.reset("writes", commit=True),
    "hang before": faults.hang("writes", commit=False),
    "hang after": faults.hang("writes", commit=True),
    "closed": Fault("writes", then=Then.CLOSE, commit=True),
    **{f"cut at {cut} and reset": Fault("writes", then=Then.RESET, cut=cut) for cut in (1, 12, 40, 120, 160)},
    **{f"cut at {cut} and closed": Fault("writes", then=Then.CLOSE, cut=cut) for cut in (12, 160, 170)},
    "cut and hang": Fault("writes", then=Then.HANG, cut=160),
    "500 before": faults.failing("writes", 500),
    "500 after": faults.failing("writes", 500, commit=True),
    "503": faults.failing("writes", 503),
    "408": faults.failing("writes", 408),
    "dripping": Fault("writes", body=Body.DRIP, pause=1.0),
    **{
        f"{body}": faults.broken("writes", body) for body in (Body.HTML, Body.EMPTY, Body.CUT, Body.NOT_JSON, Body.HUGE)
    },
    "wrong shape": faults.broken("writes", Body.WRONG_SHAPE),
}


async def written(calendar: Calendar, world: World, operation: str) -> tuple[Write, Tokens | None]:
    """A write that would be carried out."""
    if operation.startswith("schedule"):
        agent = world.agent("One").id if operation == "schedule_user" else None
        return await wish(calendar, world, agent=agent), None
    agent = world.agent("One").id  # a move keeps the agent: it is this one's hours that count
    booking = await calendar.carry_out(await wish(calendar, world, agent=agent), None, world.now())
    if operation == "cancel":
        return Cancel("k2", "a1", "No time"), booking.tokens
    later = (await hours(calendar, world.service("Account opening").id, agent))[-1]
    return Reschedule("k2", "a1", later), booking.tokens


@pytest.mark.parametrize("operation", WRITES)
@pytest.mark.parametrize("loss", LOST)
async def test_a_write_whose_answer_is_lost_is_in_doubt_and_sent_once(world: World, operation: str, loss: str) -> None:
    fault = LOST[loss]
    if (operation, loss) == ("cancel", "wrong shape"):
        fault = replace(fault, text="[]", body=None)  # of a cancellation any object will do
    async with beside(world) as patient:
        call, tokens = await written(patient, world, operation)
    async with beside(world, deadline=5.0) as calendar:
        before, asked = len(world.ledger.entries), world.traffic.total
        world.faults.add(fault)
        with pytest.raises(NoAnswer):
            await calendar.carry_out(call, tokens, world.now())
    assert world.traffic.total == asked + 1
    assert len(world.ledger.entries) == before + fault.commits
    assert world.ledger.double_bookings() == []


NEVER_WHOLE: dict[str, Fault] = {
    "dripping": Fault("writes", body=Body.DRIP, pause=1.0),
    "huge": Fault("writes", body=Body.HUGE),
    **{f"{then} in the body": Fault("writes", then=then, cut=160) for then in (Then.CLOSE, Then.HANG)},
}
"""The head of an answer comes, the rest of it does not."""


@pytest.mark.parametrize("loss", NEVER_WHOLE)
@pytest.mark.parametrize(
    ("operation", "status"),
    [("schedule_service", 409), ("schedule_user", 400), ("reschedule", 401), ("reschedule", 403), ("cancel", 429)],
)
async def test_a_write_that_was_refused_is_not_in_doubt_whatever_becomes_of_the_rest_of_the_answer(
    world: World, operation: str, loss: str, status: int
) -> None:
    """The status says that nothing was done; which field it was about is lost with the body."""
    async with beside(world) as patient:
        call, tokens = await written(patient, world, operation)
    async with beside(world, deadline=5.0) as calendar:
        before, asked = len(world.ledger.entries), world.traffic.total
        world.faults.add(replace(NEVER_WHOLE[loss], status=status, commit=False))
        refusal = await refused(calendar, call, tokens, world)
    assert (refusal.blamed, refusal.limit) == (None, None)
    assert world.traffic.total == asked + 1
    assert len(world.ledger.entries) == before


@pytest.mark.parametrize("status", [408, 500, 503])
async def test_a_write_that_may_have_been_done_is_in_doubt_whatever_becomes_of_the_rest_of_the_answer(
    world: World, status: int
) -> None:
    async with beside(world) as patient:
        call, tokens = await written(patient, world, "cancel")
    async with beside(world, deadline=5.0) as calendar:
        world.faults.add(replace(NEVER_WHOLE["dripping"], status=status, commit=True))
        with pytest.raises(NoAnswer):
            await calendar.carry_out(call, tokens, world.now())


MENDED: dict[str, Fault] = {
    "reset": faults.reset("reads", 2, commit=False),
    "closed": Fault("reads", 2, then=Then.CLOSE, commit=False),
    "cut": Fault("reads", 2, then=Then.CLOSE, cut=170),
    "500": faults.failing("reads", 500, 2),
    "503": faults.failing("reads", 503, 2),
    "429": faults.limited("reads", 0, 2),
}


@pytest.mark.parametrize("loss", MENDED)
async def test_a_read_gets_over_what_breaks(world: World, loss: str) -> None:
    async with beside(world) as calendar:
        world.faults.add(MENDED[loss])
        offer = await calendar.find(FindServices())
    assert len(offer.choices) == 8
    assert world.traffic.total == 4, "two in vain, and two pages"


@pytest.mark.parametrize("body", [Body.HTML, Body.EMPTY, Body.CUT, Body.NOT_JSON, Body.WRONG_SHAPE, Body.HUGE])
async def test_a_read_that_is_answered_with_nonsense_is_unanswered(world: World, body: Body) -> None:
    async with beside(world) as calendar:
        world.faults.add(faults.broken("reads", body))
        with pytest.raises(NoAnswer):
            await calendar.find(FindServices())
        assert (await calendar.find(FindServices())).choices


@pytest.mark.parametrize("fault", [faults.hang("reads", commit=False), Fault("reads", body=Body.DRIP, pause=1.0)])
async def test_a_read_that_hangs_or_drips_ends_at_the_deadline(world: World, fault: Fault) -> None:
    async with beside(world, deadline=5.0) as calendar:
        world.faults.add(fault)
        with pytest.raises(NoAnswer):
            await calendar.find(FindServices())
        assert (await calendar.find(FindServices())).choices


async def test_nobody_waits_for_those_whose_answers_never_come(world: World) -> None:
    """As many hang as leave at 20 a second while the first of them is waited for."""
    async with beside(world, deadline=30.0) as calendar:
        service = world.service("Account opening").id
        world.faults.add(Fault("service_hours", None, then=Then.HANG, commit=False))
        days = [MONDAY + timedelta(days=number) for number in range(1, HANGING + 1)]
        hanging = [asyncio.create_task(calendar.find(FindHours(service, None, day, SANTIAGO))) for day in days]
        while world.traffic.total < HANGING:  # noqa: ASYNC110 the traffic tells nobody
            await asyncio.sleep(0.01)
        assert (await calendar.find(FindServices())).choices
        assert not any(each.done() for each in hanging)
        for each in hanging:
            each.cancel()
        await asyncio.gather(*hanging, return_exceptions=True)


# What never left


@pytest.fixture
def nobody() -> Iterator[str]:
    """An address where nobody listens: its port is taken, so that nobody else comes to listen there."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


async def test_where_nobody_listens_nothing_was_sent(nobody: str) -> None:
    calendar = Calendar(nobody, SecretStr("token"), REFERRER, clock=Clock(MONDAY))
    try:
        with pytest.raises(NotSent):
            await calendar.find(FindServices())
        with pytest.raises(NotSent):
            await calendar.carry_out(Cancel("k", "a", ""), Tokens(action="a", access="b"), MONDAY)
    finally:
        await calendar.close()


async def test_a_sender_frozen_while_it_connected_sends_nothing(world: World) -> None:
    """The clock jumps between the client's own look at it and the transport's, just before the first byte."""
    looks = iter([timedelta(), timedelta(seconds=6)])

    def jumping() -> datetime:
        return MONDAY + next(looks)

    async with serving(world) as url:
        calendar = Calendar(url, SecretStr(world.api_token()), REFERRER, clock=jumping)
        try:
            with pytest.raises(NotSent):
                await calendar.carry_out(Cancel("k", "a", ""), Tokens(action="a", access="b"), MONDAY)
        finally:
            await calendar.close()
    assert list(looks) == []
    assert world.traffic.total == 0


@pytest.fixture
def deaf() -> Iterator[str]:
    """An address where connections are never accepted: the queue for them is full."""
    with contextlib.ExitStack() as opened:
        listener = opened.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            waiting = opened.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


async def test_a_write_that_is_still_connecting_at_its_deadline_was_not_sent(deaf: str) -> None:
    calendar = Calendar(deaf, SecretStr("token"), REFERRER, clock=Clock(MONDAY), deadline=2.0)
    try:
        with pytest.raises(NotSent):
            await calendar.carry_out(Cancel("k", "a", ""), Tokens(action="a", access="b"), MONDAY)
    finally:
        await calendar.close()
