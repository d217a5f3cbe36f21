"""Appointments: what is known of them in one place, their tokens sealed in another."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from shelf import APPOINTMENT, TOKENS, empty_desk, somebody
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from bot.store import appointments
from bot.store.desk import Desk
from bot.store.schema import appointments as table
from bot.store.vault import Sealed
from conversations.people import State
from databases import both

pytestmark = both

NEW_TOKENS = replace(TOKENS, action="new action", access="new access")
DAY = timedelta(days=1)


@pytest.fixture
def desk() -> Iterator[Desk]:
    with empty_desk() as desk:
        yield desk


def test_an_appointment_gets_an_id_that_fits_on_a_button(desk: Desk) -> None:
    person = somebody(desk)
    ids = {appointments.add(desk, person, APPOINTMENT, TOKENS) for _ in range(20)}
    assert len(ids) == 20
    assert all(len(id) == 10 and id.isascii() and id.isalnum() and id == id.lower() for id in ids)


def test_the_appointments_of_a_person_are_theirs_alone_and_in_order(desk: Desk) -> None:
    one, two = somebody(desk, "1"), somebody(desk, "2")
    late = replace(APPOINTMENT, start=APPOINTMENT.start + DAY, end=APPOINTMENT.end + DAY)
    second = appointments.add(desk, one, late, TOKENS)
    first = appointments.add(desk, one, APPOINTMENT, TOKENS)
    appointments.add(desk, two, APPOINTMENT, TOKENS)
    assert appointments.of(desk, one) == (replace(APPOINTMENT, id=first), replace(late, id=second))
    assert appointments.load(desk, second) == replace(late, id=second)


def test_tokens_come_back_and_show_themselves_to_nobody(desk: Desk) -> None:
    id = appointments.add(desk, somebody(desk), APPOINTMENT, TOKENS)
    tokens = appointments.tokens(desk, id)
    assert tokens == TOKENS
    assert repr(tokens) == "Tokens()"


def test_moving_takes_the_new_hour_and_the_new_tokens(desk: Desk) -> None:
    person = somebody(desk)
    id = appointments.add(desk, person, APPOINTMENT, TOKENS)
    start, end = APPOINTMENT.start + DAY, APPOINTMENT.end + DAY
    assert appointments.moved(desk, id, start, end, NEW_TOKENS)
    assert appointments.of(desk, person) == (replace(APPOINTMENT, id=id, start=start, end=end, sequence=1),)
    assert appointments.tokens(desk, id) == NEW_TOKENS
    row = desk.connection.execute(select(table)).mappings().one()
    assert (row["start_at"], row["end_at"]) == (start, end)


def test_what_the_calendar_knows_better_takes_the_place_of_what_was_known(desk: Desk) -> None:
    person = somebody(desk)
    id = appointments.add(desk, person, APPOINTMENT, TOKENS)
    better = replace(
        APPOINTMENT, id=id, start=APPOINTMENT.start + DAY, end=APPOINTMENT.end + DAY, agent_name="Agent One"
    )
    assert appointments.learned(desk, better)
    assert appointments.of(desk, person) == (replace(better, sequence=1),)
    assert appointments.learned(desk, replace(better, status="confirmed"))
    assert appointments.of(desk, person) == (replace(better, status="confirmed", sequence=1),)
    assert appointments.tokens(desk, id) == TOKENS
    assert not appointments.learned(desk, replace(better, id="x"))


def test_what_the_calendar_cannot_know_stays(desk: Desk) -> None:
    id = appointments.add(desk, somebody(desk), APPOINTMENT, TOKENS)
    assert appointments.filed(desk, id)
    assert appointments.learned(desk, replace(APPOINTMENT, id=id))
    assert appointments.load(desk, id) == replace(APPOINTMENT, id=id, filed=True)


def test_cancelling_erases_the_tokens(desk: Desk) -> None:
    id = appointments.add(desk, somebody(desk), APPOINTMENT, TOKENS)
    assert appointments.cancelled(desk, id)
    assert appointments.load(desk, id) == replace(APPOINTMENT, id=id, state=State.CANCELLED, sequence=1)
    assert appointments.tokens(desk, id) is None
    row = desk.connection.execute(select(table)).mappings().one()
    assert (row["state"], row["tokens"]) == ("cancelled", None)


def test_what_is_gone_keeps_its_tokens_for_asking_why(desk: Desk) -> None:
    id = appointments.add(desk, somebody(desk), APPOINTMENT, TOKENS)
    assert appointments.gone(desk, id)
    assert appointments.load(desk, id) == replace(APPOINTMENT, id=id, state=State.GONE)
    assert appointments.tokens(desk, id) == TOKENS


def test_an_appointment_that_is_not_there_cannot_change(desk: Desk) -> None:
    assert appointments.load(desk, "x") is None
    assert appointments.tokens(desk, "x") is None
    assert not appointments.moved(desk, "x", APPOINTMENT.start, APPOINTMENT.end, TOKENS)
    assert not appointments.cancelled(desk, "x")
    assert not appointments.gone(desk, "x")


def test_tokens_in_another_row_do_not_open(desk: Desk) -> None:
    person = somebody(desk)
    mine, theirs = (appointments.add(desk, person, APPOINTMENT, TOKENS) for _ in range(2))
    sealed = desk.connection.execute(select(table.c.tokens).where(table.c.id == theirs)).scalar_one()
    desk.connection.execute(table.update().where(table.c.id == mine).values(tokens=sealed))
    with pytest.raises(Sealed):
        appointments.tokens(desk, mine)


def test_tokens_do_not_open_as_an_appointment_nor_the_other_way_round(desk: Desk) -> None:
    id = appointments.add(desk, somebody(desk), APPOINTMENT, TOKENS)
    row = desk.connection.execute(select(table)).mappings().one()
    desk.connection.execute(table.update().values(sealed=row["tokens"], tokens=row["sealed"]))
    with pytest.raises(Sealed):
        appointments.load(desk, id)
    with pytest.raises(Sealed):
        appointments.tokens(desk, id)


def test_an_appointment_belongs_to_somebody_who_is_there(desk: Desk) -> None:
    with pytest.raises(IntegrityError), desk.connection.begin_nested():
        appointments.add(desk, 999, APPOINTMENT, TOKENS)
