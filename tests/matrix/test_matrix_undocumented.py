"""What no page documents: other statuses, in every shape a body can have, from every operation, and how one goes on.

A person stays at one step and meets one after the other; then all is well again, and they come to their end. A read is
tried again by a tap. A write was refused for sure, and then nothing is in the ledger, or it is in doubt, and said so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from itertools import product
from pathlib import Path

import pytest
import stamina
from matrix_crowd import NOW, Guest, Hall, hall
from matrix_steps import STEPS, Step, books, confirms, over, summing_up

from conversations.screens import Confirm, Leave, Retry
from sandbox.calendar import Body, Fault, Then
from sandbox.calendar.ledger import Deed

AT = {step.name: step for step in STEPS}
READS: dict[str, Step] = {
    "services": AT["services"],
    "service_dates": AT["days with anyone"],
    "user_dates": AT["days with an agent"],
    "service_hours": AT["hours with anyone"],
    "user_hours": AT["hours with an agent"],
    "form": AT["form"],
    "info": AT["move, who holds it"],
}
WRITES: dict[str, Step] = {
    "schedule_service": AT["confirm with anyone"],
    "schedule_user": AT["confirm with an agent"],
    "reschedule": AT["move, confirm"],
    "cancel": AT["cancel, confirm"],
}
DEEDS = {
    "schedule_service": Deed.BOOKED,
    "schedule_user": Deed.BOOKED,
    "reschedule": Deed.MOVED,
    "cancel": Deed.CANCELLED,
}

BODIES: tuple[Body | None, ...] = (None, *Body)
"""None is the JSON that the API sends with all its errors."""
LARGE = 1_100_000
"""Bytes: more than is read. The 300 MB are for `make proof`."""
SAID = ("does not answer", "cannot be reached", "did not accept this", "The fault is ours", "is not offered any more")
UNSURE = {
    "schedule_service": "I am not sure whether your appointment was booked",
    "schedule_user": "I am not sure whether your appointment was booked",
    "reschedule": "I am not sure whether your appointment was moved",
    "cancel": "I am not sure whether your appointment was cancelled",
}
DEADLINE = 3.0
"""Seconds, where the calendar drips or hangs: enough for a busy machine; whoever waits longer learns no more."""


@dataclass(frozen=True)
class Error:
    status: int
    body: Body | None
    after: str = ""
    pause: float = 0.0

    def fault(self, operation: str, *, commit: bool | None = None) -> Fault:
        return Fault(
            operation,
            None,
            status=self.status,
            body=self.body,
            headers={"retry-after": self.after} if self.after else {},
            size=LARGE,
            pause=self.pause,
            commit=commit,
        )

    @property
    def undecided(self) -> bool:
        """Whether a write may have been carried out: the API broke, or gave up waiting."""
        return self.status == 408 or self.status >= 500

    @property
    def refuses(self) -> bool:
        """Whether trying again would be of no use."""
        return not self.undecided and self.status != 429


def http_date(at: datetime) -> str:
    return format_datetime(at, usegmt=True)


LIMITED = [Error(429, body, after) for after in ("1", http_date(NOW + timedelta(seconds=1))) for body in BODIES]
ERRORS = [Error(status, body) for status, body in product((403, 404, 405, 408, 422, 500, 502, 503), BODIES)] + LIMITED
EACH_STATUS_EACH_BODY = [each for each in ERRORS if each.body is None or each.status in (403, 502)]
SOME_OR_ALL = pytest.mark.parametrize(
    "errors", [EACH_STATUS_EACH_BODY, pytest.param(ERRORS, marks=pytest.mark.proof)], ids=["some", "all"]
)
SUCCESSES = [body for body in Body if body is not Body.DRIP]
"""Bodies of a success that say nothing; what drips is told below."""


@pytest.fixture(autouse=True)
def _at_once() -> Iterator[None]:
    """Nothing waits between two tries."""
    with stamina.set_testing(True, attempts=2, cap=True):
        yield


def rows(guest: Guest) -> frozenset[str]:
    return frozenset(str(row) for row in guest.screen.rows)


async def meets(guest: Guest, step: Step, fault: Fault) -> None:
    """Takes the step while the calendar errs: for the first time, or by trying again."""
    faults = guest.hall.world.faults
    faults.clear()
    again = guest.find(Retry) if hasattr(guest, "screen") else None
    if again is None:
        guest.hall.knows_nothing()
        await step.gets_there(guest)
        guest.hall.knows_nothing() if step.cold else None
    faults.add(fault)
    await (guest.presses(again) if again else step.asks(guest))
    faults.clear()


# Reads


async def reads_fail(hall: Hall, operation: str, fault: Fault, guest: Guest) -> None:
    step = READS[operation]
    await meets(guest, step, fault)
    told = [sentence for sentence in SAID if sentence in guest.text]
    assert told, f"{operation}, {fault.summary}:\n{guest.text}"
    # A service that is gone is told by the question for another one; anything else can be tried again.
    assert guest.find(Retry) or told == ["is not offered any more"], f"{operation}, {fault.summary}:\n{guest.text}"


@SOME_OR_ALL
@pytest.mark.parametrize("operation", READS)
async def test_a_read_that_fails_in_any_way_can_be_tried_again(
    operation: str, errors: list[Error], tmp_path: Path
) -> None:
    faults = [each.fault(operation) for each in errors if operation != "info" or not each.refuses] + [
        Fault(operation, None, body=body, status=200, size=LARGE) for body in SUCCESSES
    ]
    async with hall(tmp_path) as opened:
        guest = opened.guest(READS[operation].service, READS[operation].agent)
        for fault in faults:
            await reads_fail(opened, operation, fault, guest)
        before = len(opened.entries(guest))
        await guest.goes_on(until=lambda guest: len(opened.entries(guest)) > before and guest.done)
        assert opened.entries(guest)[-1].deed is READS[operation].ends


@SOME_OR_ALL
async def test_a_calendar_that_does_not_want_to_tell_of_an_appointment_does_not_make_it_gone(
    errors: list[Error], tmp_path: Path
) -> None:
    async with hall(tmp_path) as opened:
        guest = opened.guest()
        await books(guest)
        for error in filter(lambda each: each.refuses, errors):
            opened.world.faults.add(error.fault("info"))
            await guest.says("/appointments")
            opened.world.faults.clear()
            assert "The calendar does not confirm this appointment now." in guest.text, f"{error}:\n{guest.text}"
            assert "[Move an appointment]" in guest.text
        await guest.says("/appointments")
        assert "This appointment is booked." in guest.text


@pytest.mark.parametrize("operation", READS)
async def test_nobody_waits_for_ever_for_an_answer_that_drips_or_never_comes(operation: str, tmp_path: Path) -> None:
    async with hall(tmp_path, deadline=DEADLINE) as opened:
        guest = opened.guest(READS[operation].service, READS[operation].agent)
        for fault in (Fault(body=Body.DRIP, pause=DEADLINE / 4), Fault(then=Then.HANG)):
            await reads_fail(opened, operation, replace(fault, operation=operation, times=None), guest)
        before = len(opened.entries(guest))
        await guest.goes_on(until=lambda guest: len(opened.entries(guest)) > before and guest.done)


# Writes


async def confirmed_in_vain(hall: Hall, operation: str, error: Error, guest: Guest) -> None:
    """Not carried out: it is said so, or it is in doubt and may be sent again after a while."""
    step, before = WRITES[operation], len(hall.entries(guest))
    if not (hasattr(guest, "screen") and guest.sums_up):
        if not hasattr(guest, "screen"):
            await step.gets_there(guest)
        await guest.goes_on(until=summing_up)
        before = len(hall.entries(guest))
    hall.world.faults.add(error.fault(operation, commit=False))
    await confirms(guest)
    hall.world.faults.clear()
    assert len(hall.entries(guest)) == before
    if error.undecided:
        assert UNSURE[operation] in guest.text, f"{operation}, {error}:\n{guest.text}"
        await sends_again(hall, operation, error, guest)
    else:
        assert any(sentence in guest.text for sentence in SAID), f"{operation}, {error}:\n{guest.text}"
        assert guest.find(Confirm) or guest.question, guest.text
    assert len(hall.entries(guest)) == before


async def sends_again(hall: Hall, operation: str, error: Error, guest: Guest) -> None:
    """After a minute; this time it is refused for sure, so that the person stands at the summary again."""
    hall.clock.forward(timedelta(seconds=61))
    hall.world.faults.add(Error(405, None).fault(operation))
    await guest.presses(guest.button(Retry))
    hall.world.faults.clear()
    assert guest.sums_up, f"{operation}, {error}:\n{guest.text}"


@SOME_OR_ALL
@pytest.mark.parametrize("operation", WRITES)
async def test_a_write_that_was_not_carried_out_is_never_said_to_be(
    operation: str, errors: list[Error], tmp_path: Path
) -> None:
    async with hall(tmp_path) as opened:
        guest = opened.guest(WRITES[operation].service, WRITES[operation].agent)
        for error in errors:
            await confirmed_in_vain(opened, operation, error, guest)
        before = len(opened.entries(guest))
        await guest.goes_on(until=over)
        assert [each.deed for each in opened.entries(guest)][before:] == [DEEDS[operation]]
        assert not opened.world.ledger.double_bookings()


async def confirmed_without_a_word(hall: Hall, operation: str, fault: Fault) -> Guest:
    """Carried out, and nothing says so: doubt. The person finds the e-mail, and leaves; nothing is sent twice."""
    step = WRITES[operation]
    guest = hall.guest(step.service, step.agent)
    await step.gets_there(guest)
    before = len(hall.entries(guest))
    hall.world.faults.add(fault)
    await confirms(guest)
    assert UNSURE[operation] in guest.text, f"{operation}, {fault.summary}:\n{guest.text}"
    deeds = [each.deed for each in hall.entries(guest)][before:]
    assert deeds == [DEEDS[operation]], f"{operation}, {fault.summary}: {deeds} in the ledger"
    await guest.presses(guest.button(Retry))
    assert "to arrive" in guest.text, guest.text
    await guest.presses(guest.button(Leave))
    assert "Whether it arrived is still not known" in guest.text, guest.text
    assert len(hall.entries(guest)) == before + 1
    return guest


def speechless(operation: str) -> Iterator[Fault]:
    """A deed done, and an answer from which nobody can tell."""
    for body in SUCCESSES:
        # Nothing that the body of a cancellation says is needed: any object will do.
        if (operation, body) != ("cancel", Body.WRONG_SHAPE):
            yield Fault(operation, body=body, size=LARGE)
    for status in (408, 500, 502, 503):
        yield Fault(operation, status=status, commit=True)


@pytest.mark.parametrize("operation", WRITES)
async def test_a_deed_done_without_a_word_is_in_doubt_and_never_done_twice(operation: str, tmp_path: Path) -> None:
    async with hall(tmp_path) as opened:
        for fault in speechless(operation):
            await confirmed_without_a_word(opened, operation, fault)
        assert not opened.world.ledger.double_bookings()


@pytest.mark.parametrize("operation", WRITES)
@pytest.mark.parametrize(
    "fault", [Fault(body=Body.DRIP, pause=DEADLINE / 4), Fault(then=Then.HANG, commit=True)], ids=["drips", "hangs"]
)
async def test_a_deed_whose_answer_drips_or_never_comes_is_in_doubt(
    operation: str, fault: Fault, tmp_path: Path
) -> None:
    async with hall(tmp_path, deadline=DEADLINE) as opened:
        guest = await confirmed_without_a_word(opened, operation, replace(fault, operation=operation))
        guest.service = "Quick question"
        await guest.says("/book")
        await guest.goes_on(until=over)
        assert opened.entries(guest)[-1].deed is Deed.BOOKED


@pytest.mark.parametrize("operation", WRITES)
async def test_a_refusal_that_drips_is_a_refusal(operation: str, tmp_path: Path) -> None:
    async with hall(tmp_path, deadline=DEADLINE) as opened:
        guest = opened.guest(WRITES[operation].service, WRITES[operation].agent)
        await confirmed_in_vain(opened, operation, Error(422, Body.DRIP, pause=DEADLINE / 4), guest)
        before = len(opened.entries(guest))
        await guest.goes_on(until=over)
        assert [each.deed for each in opened.entries(guest)][before:] == [DEEDS[operation]]


# Beyond what is done before each commit


@pytest.mark.proof
@pytest.mark.parametrize("operation", [*READS, *WRITES])
async def test_three_hundred_megabytes_are_not_waited_for(operation: str, tmp_path: Path) -> None:
    fault = Fault(operation, body=Body.HUGE, times=None if operation in READS else 1)
    async with hall(tmp_path) as opened:
        if operation in WRITES:
            await confirmed_without_a_word(opened, operation, fault)
        else:
            guest = opened.guest(READS[operation].service, READS[operation].agent)
            await reads_fail(opened, operation, fault, guest)
            await guest.goes_on(until=over)
