"""A day and an hour in the person's own words are met with what is free, and read back before they are used."""

from datetime import UTC, date, datetime, time

import pytest

from chatting import Chat, spoken
from conversations.calls import FindDays, FindHours, Reschedule
from conversations.events import Reason, Typed, Wished
from conversations.people import Person
from conversations.wishes import Span, Wish
from paper_calendar import PaperCalendar

TUESDAY, SATURDAY, NEXT_TUESDAY = date(2026, 11, 24), date(2026, 11, 28), date(2026, 12, 8)
THREE, HALF_PAST_TEN = (15 * 60, 15 * 60 + 1), (10 * 60 + 30, 10 * 60 + 31)
AT_NIGHT, AFTERNOON = (3 * 60, 3 * 60 + 1), (12 * 60, 20 * 60)


class Wisher(Chat):
    def wishes(self, *days: date, at: tuple[Span, ...] = ()) -> "Wisher":
        self.meets(Typed(self.at, "words", Wished(Wish(days, at))))
        return self

    def asks(self, words: str) -> "Wisher":
        """What is asked beside the question."""
        question = self.screen.question(self.screen.focus)
        assert question
        assert spoken(question.hint) == words
        return self


def at_days() -> Wisher:
    chat = Wisher()
    chat.opens("/book").taps("Account opening", "Agent One").sees("Which day suits you?")
    return chat


def at_hours() -> Wisher:
    chat = at_days()
    chat.chooses(1).sees("At what time?")
    return chat


def test_a_day_and_an_hour_that_are_free_answer_both_questions() -> None:
    chat = at_days().wishes(TUESDAY, at=(THREE,))
    chat.sees("When: 2026-11-24 15:00 -0300", "First name")
    assert chat.session.wish is None


def test_what_was_named_can_still_be_changed() -> None:
    at_days().wishes(TUESDAY, at=(THREE,)).back().sees("At what time?", "Keep: 2026-11-24 15:00")


def test_a_day_alone_leads_to_its_hours() -> None:
    chat = at_days().wishes(TUESDAY)
    chat.sees("Day: 2026-11-24", "At what time?", "[10:00]")


def test_a_day_of_another_month_is_looked_for_there() -> None:
    chat = at_days().wishes(NEXT_TUESDAY, at=(THREE,))
    chat.sees("When: 2026-12-08 15:00 -0300")


def test_only_the_month_that_is_not_shown_is_asked_for() -> None:
    chat = at_days()
    chat.calendar_holds()
    assert isinstance(chat.wishes(TUESDAY).session.waiting, FindHours)
    chat = at_days()
    chat.calendar_holds()
    waiting = chat.wishes(NEXT_TUESDAY).session.waiting
    assert isinstance(waiting, FindDays)
    assert waiting.month == "2026-12"


def test_a_day_that_is_not_free_is_told_and_all_that_are_free_are_shown() -> None:
    chat = at_days().wishes(date(2026, 11, 29), at=(THREE,))  # a Sunday
    chat.sees("2026-11-29: nothing is free then. Please choose another day.", "[2026-11-24]")
    chat.chooses(0).sees("At what time?", "[10:00]")


def test_nobody_is_left_in_a_month_in_which_nothing_is_free() -> None:
    chat = at_days()
    chat.calendar.full_months = {f"2027-{month:02}" for month in range(1, 13)} | {"2028-01"}
    chat.wishes(date(2027, 3, 1)).sees("2027-03-01: nothing is free then.", "[2026-11-24]")


def test_an_hour_that_is_not_free_is_told_and_its_day_stands() -> None:
    chat = at_days().wishes(TUESDAY, at=((16 * 60, 16 * 60 + 1),))
    chat.sees("Day: 2026-11-24", "16:00 is not free on this day. Please choose another time.", "[15:00]")


def test_an_hour_in_either_half_of_the_day_is_asked_about_with_its_day_and_zone() -> None:
    chat = at_days().wishes(TUESDAY, at=(AT_NIGHT, THREE))
    chat.asks("Do you mean this one?").sees("[2026-11-24 15:00 -0300]", "[Other times]").sees_no("[10:00]")
    chat.taps("2026-11-24 15:00 -0300").sees("When: 2026-11-24 15:00")


def test_days_that_people_do_not_agree_on_are_asked_about_with_their_year() -> None:
    chat = at_days().wishes(TUESDAY, SATURDAY, at=(THREE,))
    chat.asks("Which of these do you mean?").sees("[2026-11-24]", "[2026-11-28]").sees_no("[2026-11-26]")
    chat.taps("2026-11-28").sees("When: 2026-11-28 15:00 -0300")


def test_of_such_days_only_the_free_ones_are_offered() -> None:
    chat = at_days().wishes(TUESDAY, date(2026, 11, 29))
    chat.asks("Do you mean this one?").sees("[2026-11-24]").sees_no("Day:")
    at_days().wishes(date(2026, 11, 29), date(2026, 11, 22)).sees("Nothing is free on those days.")


DECEMBER = date(2026, 12, 4)
"""Free, in the month that is not shown."""


def test_of_days_in_two_months_the_one_that_is_not_shown_is_offered_too() -> None:
    chat = at_days().wishes(TUESDAY, DECEMBER, at=(THREE,))
    chat.asks("Which of these do you mean?").sees("[2026-11-24]", "[2026-12-04]", "[Other days]").sees_no(
        "[2026-11-26]"
    )
    chat.taps("2026-12-04").sees("When: 2026-12-04 15:00 -0300")
    at_days().wishes(TUESDAY, DECEMBER, at=(THREE,)).taps("2026-11-24").sees("When: 2026-11-24 15:00 -0300")


def test_of_several_days_in_a_later_month_those_that_are_free_are_offered_there() -> None:
    chat = at_days().wishes(SATURDAY, date(2026, 11, 29), DECEMBER, date(2026, 12, 6))
    chat.asks("Which of these do you mean?").sees("[2026-11-28]", "[On to 2026-12]")
    chat.taps("On to 2026-12").sees("[2026-12-04]").sees_no("[2026-12-06]")


def test_where_only_the_day_in_the_later_month_is_free_it_is_asked_about_and_not_taken() -> None:
    chat = at_days().wishes(date(2026, 11, 29), DECEMBER, at=(THREE,))
    chat.asks("Do you mean this one?").sees("[2026-12-04]").sees_no("When:", "Nothing is free")
    chat.taps("2026-12-04").sees("When: 2026-12-04 15:00 -0300")


def test_where_no_day_of_either_month_is_free_it_is_said() -> None:
    chat = at_days().wishes(date(2026, 11, 29), date(2026, 12, 6))
    chat.sees("Nothing is free on those days.")
    assert chat.session.wish is None


def test_a_day_elsewhere_that_turns_out_not_to_be_free_is_told() -> None:
    chat = at_days().wishes(TUESDAY, date(2026, 12, 6)).taps("2026-12-06")
    chat.sees("2026-12-06: nothing is free then.")


def test_a_wish_beyond_all_that_can_be_looked_at_ends_in_words() -> None:
    at_days().wishes(date(2026, 11, 29), date(2029, 3, 6)).sees("Nothing is free on those days.")


def test_a_part_of_the_day_shows_what_is_free_in_it() -> None:
    chat = at_hours().wishes(at=(AFTERNOON,))
    chat.asks("Which of these do you mean?").sees("Day: 2026-11-28", "[15:00] [18:30]").sees_no("10:30")
    at_hours().wishes(at=((20 * 60, 24 * 60),)).sees("Nothing is free at that time of this day.", "[10:00]")


def test_a_midnight_of_which_nobody_says_whether_it_begins_the_day_or_ends_it_is_asked_about() -> None:
    begins, ends = (0, 1), (24 * 60, 24 * 60 + 1)
    chat = Wisher(PaperCalendar(clocks=(time(0), time(10))))
    chat.opens("/book").taps("Account opening", "Agent One").chooses(1)
    chat.wishes(at=(begins, ends)).asks("Do you mean this one?").sees("00:00 -0300]").sees_no("10:00 -0300]")


@pytest.mark.parametrize("label", ["Other days", "Other times"])
def test_what_a_wish_shows_can_be_left_for_all_that_is_free(label: str) -> None:
    chat = at_days().wishes(TUESDAY, SATURDAY) if label == "Other days" else at_hours().wishes(at=(AFTERNOON,))
    chat.taps(label)
    chat.asks("")
    assert chat.session.wish is None
    assert len(chat.screen.questions[0].choices) > 2


def test_another_day_can_be_named_where_an_hour_is_asked_for() -> None:
    chat = at_hours().wishes(SATURDAY, at=(HALF_PAST_TEN,))
    chat.sees("When: 2026-11-28 10:30 -0300")


def test_the_day_that_was_chosen_may_be_named_again() -> None:
    chat = at_hours()
    day = chat.session.instant("day").date()
    chat.wishes(day, at=(HALF_PAST_TEN,)).sees(f"When: {day} 10:30")
    chat = at_hours()
    chat.wishes(day).sees("At what time?")
    assert chat.session.wish is None


def test_a_wish_that_was_asked_about_is_forgotten_by_going_back() -> None:
    chat = at_hours().wishes(at=(AFTERNOON,))
    chat.back()
    assert chat.session.wish is None


def test_a_wish_belongs_to_the_zone_in_which_it_was_said() -> None:
    chat = at_days().wishes(TUESDAY, SATURDAY)
    chat.opens("/timezone").taps("Asia/Kolkata").sees("Which day suits you?")
    chat.asks("")


def test_an_appointment_is_moved_by_the_same_words() -> None:
    chat = at_days().wishes(TUESDAY, at=(THREE,))
    chat.types("Somebody", "somebody@example.com").taps("Skip", "Search").types("-").taps("Book it")
    chat.opens("/reschedule").sees("Which day suits you better?")
    assert isinstance(chat, Wisher)
    chat.wishes(SATURDAY, at=(HALF_PAST_TEN,)).sees("Shall I move it to this hour?", "2026-11-28 10:30").taps("Move it")
    move = chat.writes[-1]
    assert isinstance(move, Reschedule)
    assert move.start == datetime(2026, 11, 28, 13, 30, tzinfo=UTC)


def test_after_an_hour_was_taken_another_may_be_named() -> None:
    chat = at_days().wishes(TUESDAY, at=(THREE,))
    chat.types("Somebody", "somebody@example.com").taps("Skip", "Search").types("-")
    chat.calendar_refuses(Reason.HOUR_TAKEN).taps("Book it").sees_notice("has just been taken")
    assert isinstance(chat, Wisher)
    chat.wishes(SATURDAY, at=(THREE,)).sees("Shall I book this?", "2026-11-28 15:00")


def test_after_an_hour_was_taken_what_is_not_near_it_may_be_named_too() -> None:
    chat = at_days().wishes(TUESDAY, at=(THREE,))
    chat.types("Somebody", "somebody@example.com").taps("Skip", "Search").types("-")
    chat.calendar_refuses(Reason.HOUR_TAKEN).taps("Book it").sees("[All hours of the day]")
    assert isinstance(chat, Wisher)
    chat.wishes(at=(AT_NIGHT,)).sees("03:00 is not free on this day.").sees_no("[All hours of the day]")


def test_nothing_is_booked_by_a_wish() -> None:
    chat = at_days().wishes(TUESDAY, at=(THREE,))
    assert chat.writes == []


def test_a_day_is_one_of_the_person_s_own_zone() -> None:
    """The 28th begins in Kiritimati while it is the 27th in Greenwich, and in Santiago."""
    chat = Wisher(person=Person(zone="Pacific/Kiritimati"))
    chat.opens("/book").taps("Account opening", "Agent One")
    chat.wishes(SATURDAY).sees("At what time?")
    assert chat.session.instant("day") == datetime(2026, 11, 27, 10, tzinfo=UTC)
