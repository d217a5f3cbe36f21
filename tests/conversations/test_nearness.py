"""Today and tomorrow are called so where that helps, beside the date, and as the reader's own clock has it."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from chatting import Chat, drawn, spoken
from conversations import nearness
from conversations.cards import card
from conversations.people import Person
from conversations.texts import Day
from paper_calendar import PaperCalendar

SUMMARY = "Shall I book this?"


def chosen_service(at: datetime, zone: str = "America/Santiago") -> Chat:
    return Chat(PaperCalendar(), person=Person(zone=zone), at=at).opens("/book").taps("Eye test")


def filled(chat: Chat) -> Chat:
    return chat.types("Somebody", "somebody@example.com").taps("Skip", "Search").types("-")


@pytest.mark.parametrize(
    ("at", "first", "said"),
    [
        (datetime(2026, 11, 24, 12, tzinfo=UTC), "Today, 2026-11-24, 10:00", "That is today."),
        (datetime(2026, 11, 23, 12, tzinfo=UTC), "Tomorrow, 2026-11-24, 10:00", "That is tomorrow."),
        (datetime(2026, 11, 22, 12, tzinfo=UTC), "2026-11-24, 10:00", None),
    ],
)
def test_the_soonest_hours_and_the_summary_say_how_near_they_are(at: datetime, first: str, said: str | None) -> None:
    chat = chosen_service(at).sees(f"[{first}]").taps(first)
    chat = filled(chat).sees(SUMMARY, "When: 2026-11-24 10:00", *([said] if said else []))
    if not said:
        chat.sees_no("That is")


def test_it_is_the_day_of_the_reader_that_counts() -> None:
    """Half past eleven in the evening in Santiago is tomorrow in Madrid."""
    at, late = datetime(2026, 11, 24, 2, 30, tzinfo=UTC), datetime(2026, 11, 24, 13, tzinfo=UTC)
    assert spoken(nearness.day(late, at, "America/Santiago")) == "Tomorrow, 2026-11-24"
    assert spoken(nearness.day(late, at, "Europe/Madrid")) == "Today, 2026-11-24"


def test_what_is_past_or_farther_has_its_date_alone() -> None:
    at = datetime(2026, 11, 24, 12, tzinfo=UTC)
    for days in (-1, 2, 7):
        assert nearness.day(at + timedelta(days=days), at, "UTC") == Day(at + timedelta(days=days))
        assert not list(nearness.warned(at + timedelta(days=days), at, "UTC"))


def test_a_moved_appointment_is_told_to_be_near_as_well() -> None:
    chat = filled(chosen_service(datetime(2026, 11, 23, 12, tzinfo=UTC)).chooses_at_once(0)).taps("Book it")
    chat.opens("/reschedule").chooses_at_once(1).sees("Shall I move it to this hour?", "That is tomorrow.")


def test_an_hour_that_comes_twice_is_told_in_full() -> None:
    """In Madrid the clocks go back on the 28th of October 2029: half past two comes twice."""
    calendar = PaperCalendar(clocks=(time(2, 30),))
    chat = Chat(calendar, person=Person(zone="Europe/Madrid"), at=datetime(2029, 10, 27, 12, tzinfo=UTC))
    chat.opens("/book").taps("Eye test").sees("[2029-10-27 21:30 -0300]", "[2029-10-27 22:30 -0300]").sees_no(
        "Tomorrow"
    )


# How long it takes, and until when.


def booked(start: datetime, minutes: int, zone: str) -> str:
    chat = filled(chosen_service(datetime(2026, 11, 23, 12, tzinfo=UTC)).chooses_at_once(0)).taps("Book it")
    [appointment] = chat.person.appointments
    moved = replace(appointment, start=start, end=start + timedelta(minutes=minutes), zone=zone)
    return drawn(card(replace(chat.person, zone=zone), moved, start - timedelta(days=3)))


def test_how_long_it_takes_stands_with_the_hours() -> None:
    assert "Duration: 30 minutes (10:00–10:30)" in booked(
        datetime(2026, 11, 24, 13, tzinfo=UTC), 30, "America/Santiago"
    )


def test_over_midnight_only_the_length_is_told() -> None:
    assert "Duration: 90 minutes\n" in booked(datetime(2026, 11, 25, 2, tzinfo=UTC), 90, "America/Santiago")


@pytest.mark.parametrize("minutes", [30, 120])
def test_where_an_hour_comes_twice_only_the_length_is_told(minutes: int) -> None:
    assert f"Duration: {minutes} minutes\n" in booked(
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC), minutes, "Europe/Madrid"
    )


def test_where_the_clocks_go_forward_the_length_is_true() -> None:
    assert "Duration: 60 minutes (" in booked(datetime(2027, 3, 28, 0, 30, tzinfo=UTC), 60, "Europe/Madrid")
