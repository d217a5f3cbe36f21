"""What came of a write is on disk in one piece: its state, the appointment, its tokens."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from adapters import Who
from bot.calendar import Booking
from bot.settling import by_now, settle
from bot.store import appointments, dialects, persons, writes
from bot.store.desk import Desk
from bot.store.pepper import Pepper
from bot.store.persons import Contact
from bot.store.schema import metadata
from bot.store.vault import Vault, new_key
from bot.store.writes import State
from bot.tokens import Tokens
from conversations.calls import Book, Cancel, FindAgents, FindInfo, Reschedule, Write
from conversations.events import Found, Reason, Refused, Settled, Unanswered
from conversations.people import UNCONFIRMED, Appointment, Person
from conversations.people import State as Standing

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
TOKENS = Tokens(action="action", access="access", join_url="join", reschedule_url="move", cancel_url="cancel")
APPOINTMENT = Appointment(
    id="",
    service="5f9d88b2c1e4",
    service_title="Video call",
    start=datetime(2026, 11, 24, 15, tzinfo=UTC),
    end=datetime(2026, 11, 24, 15, 30, tzinfo=UTC),
    zone="America/Santiago",
    email="somebody@example.com",
)
NEW = replace(TOKENS, action="token-new", access="token-newer")
BOOKING = Booking(
    tokens=NEW,
    service_title="Video call",
    start=APPOINTMENT.start,
    end=APPOINTMENT.end,
    zone="America/Santiago",
    email="somebody@example.com",
)
BOOK = Book("key-1", "5f9d88b2c1e4", "", "agent", "Agent One", APPOINTMENT.start, "America/Santiago", ())


@pytest.fixture
def desk() -> Iterator[Desk]:
    """In memory, and gone at the end."""
    engine = dialects.engine("sqlite://")
    with engine.begin() as connection:
        metadata.create_all(connection)
        yield Desk(connection, Vault([new_key()]), Pepper(b"people", b"deliveries"))
    engine.dispose()


def somebody(desk: Desk) -> int:
    return persons.add(desk, Who("terminal", "", "somebody"), Person()).id


def sent(desk: Desk, call: Write, person: int) -> Contact:
    assert writes.confirm(desk, person, call, NOW)
    assert writes.sent(desk, person, call.key, NOW)
    return persons.load(desk, person)


def state(desk: Desk, contact: Contact, call: Write) -> State:
    entry = writes.load(desk, contact.id, call.key)
    assert entry is not None
    return entry.state


def test_a_booking_is_stored_with_its_tokens(desk: Desk) -> None:
    contact = sent(desk, BOOK, somebody(desk))
    event = settle(desk, contact, BOOK, BOOKING, LATER)
    [appointment] = appointments.of(desk, contact.id)
    assert event == Settled(LATER, BOOK, appointment.id)
    assert appointments.tokens(desk, appointment.id) == NEW
    assert appointment.service_title == "Video call"
    assert appointment.agent_name == "Agent One"
    assert state(desk, contact, BOOK) is State.BOOKED


def test_an_answer_that_comes_after_the_doubt_was_told_is_stored_all_the_same(desk: Desk) -> None:
    contact = sent(desk, BOOK, somebody(desk))
    settle(desk, contact, BOOK, Unanswered(NOW, BOOK), NOW)
    assert state(desk, contact, BOOK) is State.UNKNOWN
    assert writes.move(desk, contact.id, BOOK.key, State.UNKNOWN, State.TOLD, NOW)
    settle(desk, contact, BOOK, BOOKING, LATER)
    assert len(appointments.of(desk, contact.id)) == 1
    assert state(desk, contact, BOOK) is State.BOOKED


@pytest.mark.parametrize("doubt", [(State.UNKNOWN,), (State.UNKNOWN, State.TOLD)])
def test_a_refusal_that_comes_after_the_doubt_ends_it(doubt: tuple[State, ...], desk: Desk) -> None:
    contact = sent(desk, BOOK, somebody(desk))
    for before, after in zip((State.SENT, *doubt), doubt, strict=False):
        writes.move(desk, contact.id, BOOK.key, before, after, NOW)
    settle(desk, contact, BOOK, Refused(LATER, BOOK, Reason.HOUR_TAKEN), LATER)
    assert [each.key for each in writes.in_state(desk, State.REFUSED)] == [BOOK.key]


def test_a_move_takes_the_new_tokens_and_keeps_the_rest(desk: Desk) -> None:
    person = somebody(desk)
    id = appointments.add(desk, person, replace(APPOINTMENT, status=UNCONFIRMED), TOKENS)
    start = APPOINTMENT.start + timedelta(days=1)
    call = Reschedule("key-2", id, start)
    contact = sent(desk, call, person)
    moved = replace(BOOKING, start=start, end=start + timedelta(minutes=30), service_title="", zone="", email="")
    assert settle(desk, contact, call, moved, LATER) == Settled(LATER, call, id)
    end = start + timedelta(minutes=30)
    assert appointments.load(desk, id) == replace(APPOINTMENT, id=id, start=start, end=end, sequence=1)
    assert appointments.tokens(desk, id) == NEW


def test_a_cancellation_erases_the_tokens(desk: Desk) -> None:
    person = somebody(desk)
    id = appointments.add(desk, person, APPOINTMENT, TOKENS)
    call = Cancel("key-3", id, "")
    contact = sent(desk, call, person)
    assert settle(desk, contact, call, None, LATER) == Settled(LATER, call, id)
    assert appointments.tokens(desk, id) is None
    assert state(desk, contact, call) is State.BOOKED


@pytest.mark.parametrize("reason", Reason)
def test_a_refusal_changes_nothing_but_what_is_spent_is_gone(reason: Reason, desk: Desk) -> None:
    person = somebody(desk)
    id = appointments.add(desk, person, APPOINTMENT, TOKENS)
    call = Cancel("key-4", id, "")
    contact = sent(desk, call, person)
    refused = Refused(LATER, call, reason)
    assert settle(desk, contact, call, refused, LATER) == refused
    found = appointments.load(desk, id)
    assert found is not None
    assert found.state is (Standing.GONE if reason is Reason.TOKEN_SPENT else Standing.BOOKED)
    assert appointments.tokens(desk, id) == TOKENS
    assert state(desk, contact, call) is State.REFUSED


@pytest.mark.parametrize(
    ("left", "state"),
    [(61, Standing.GONE), (60, Standing.BOOKED), (0, Standing.BOOKED), (-600, Standing.BOOKED)],
)
def test_what_cannot_be_changed_because_it_begins_stands_and_can_be_joined(
    left: int, state: Standing, desk: Desk
) -> None:
    person = somebody(desk)
    id = appointments.add(desk, person, APPOINTMENT, TOKENS)
    call = Cancel("key-4", id, "")
    contact = sent(desk, call, person)
    settle(desk, contact, call, Refused(LATER, call, Reason.TOKEN_SPENT), APPOINTMENT.start - timedelta(seconds=left))
    found = appointments.load(desk, id)
    assert found is not None
    assert found.state is state


def test_what_was_cancelled_here_is_not_taken_for_gone_elsewhere(desk: Desk) -> None:
    person = somebody(desk)
    id = appointments.add(desk, person, APPOINTMENT, TOKENS)
    assert appointments.cancelled(desk, id)
    call = Reschedule("key-6", id, APPOINTMENT.start)
    contact = sent(desk, call, person)
    settle(desk, contact, call, Refused(LATER, call, Reason.TOKEN_SPENT), LATER)
    found = appointments.load(desk, id)
    assert found is not None
    assert found.state is Standing.CANCELLED


def test_no_answer_leaves_the_appointment_as_it_was(desk: Desk) -> None:
    person = somebody(desk)
    id = appointments.add(desk, person, APPOINTMENT, TOKENS)
    call = Cancel("key-5", id, "")
    contact = sent(desk, call, person)
    settle(desk, contact, call, Unanswered(LATER, call), LATER)
    assert appointments.load(desk, id) == replace(APPOINTMENT, id=id)
    assert state(desk, contact, call) is State.UNKNOWN


def test_an_outcome_of_another_write_is_not_taken(desk: Desk) -> None:
    contact = sent(desk, BOOK, somebody(desk))
    with pytest.raises(TypeError, match="another write"):
        settle(desk, contact, BOOK, None, LATER)
    assert appointments.of(desk, contact.id) == ()


def known(*appointments: Appointment) -> Person:
    return Person(appointments=appointments)


def test_an_answer_about_an_appointment_that_was_changed_meanwhile_is_what_is_known_by_now() -> None:
    call, before = FindInfo("a"), replace(APPOINTMENT, id="a")
    moved = replace(before, start=LATER)
    for event in (Found(NOW, call, before), Refused(NOW, call, Reason.TOKEN_SPENT)):
        assert by_now(event, known(before), known(moved)) == Found(NOW, call, moved)
        assert by_now(event, known(before), known(replace(before, id="b"), before)) == event
        assert by_now(event, known(before), known()) == event


def test_any_other_answer_stands() -> None:
    call = FindAgents("service")
    for event in (Found(NOW, call, ()), Refused(NOW, call, Reason.AWAY), Unanswered(NOW, FindInfo("a"))):
        assert by_now(event, known(replace(APPOINTMENT, id="a")), known()) == event
