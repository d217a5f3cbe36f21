"""A day or an hour on offer is found by any of the ways in which people write it, and by none that means another."""

from datetime import UTC, date, datetime, time

import pytest
from babel.dates import format_date, format_time
from hypothesis import given
from hypothesis import strategies as st
from reading_screens import AT, BACK, HERE, LEAVE, asked, asking, chosen, day, hour, meant, moment, pressed

from bot.reading import hear
from bot.words import Words
from conversations.events import Tapped, Wished
from conversations.kinds import Kind
from conversations.offers import Choice
from conversations.screens import Answer, Button, Look
from conversations.texts import Clock, Day, Month, say_in
from conversations.wishes import Wish

ON = Button("on", say_in("button", "On to {month}", month=Month("2026-12")), Look("asked", "2026-12"))
FREE = ["2026-11-23", "2026-11-24", "2026-11-26", "2026-11-30"]
DAYS = asking(Kind.DAY, *map(day, FREE), looks=[ON])


@pytest.mark.parametrize(
    "line",
    [
        *("24", "24.", "24.11.", "24/11", "24-11", "24 11", "24/11/2026", "24/11/26"),
        *("24.11.2026", "2026-11-24", "20261124", "24 November", "November 24", "24 nov", "Nov. 24, 2026", "TUESDAY"),
        *("tue", "Tue 24", "Tuesday 24 November", "Tuesday, 24 November 2026", "２４", "٢٤"),
    ],
)
def test_a_day_is_found_however_it_is_written(line: str) -> None:
    assert pressed(DAYS, line) == "2026-11-24"


@pytest.mark.parametrize(
    "line",
    ["24", "24/11", "24-11-26", "24 de noviembre", "24 nov", "martes", "Mar. 24", "martes 24 de noviembre de 2026"],
)
@pytest.mark.parametrize("locale", ["es", "es-CL", "es-AR"])
def test_a_day_is_found_in_spanish(line: str, locale: str) -> None:
    assert pressed(DAYS, line, locale) == "2026-11-24"


def test_the_order_of_the_united_states_is_understood_there() -> None:
    assert pressed(DAYS, "11/24", "en-US") == "2026-11-24"
    assert pressed(DAYS, "24/11", "en-US") == "2026-11-24"
    assert pressed(DAYS, "11/24", "en-GB") == "2026-11-24"


def test_an_order_that_would_be_another_day_is_not_guessed() -> None:
    screen = asking(Kind.DAY, day("2027-05-06"), day("2027-05-07"))
    assert pressed(screen, "6/5", "en-GB") == "2027-05-06"
    assert pressed(screen, "5/6", "en-US") == "2027-05-06"
    assert pressed(screen, "5/6", "en-GB") is None
    assert pressed(screen, "6/5", "en-US") is None


def test_both_orders_are_asked_about_where_none_is_known() -> None:
    screen = asking(Kind.DAY, day("2027-05-06"), day("2027-06-05"))
    assert asked(screen, "5/6", "en") == "That could be Thursday, May 6 or Saturday, June 5. Please say which one."


def test_a_weekday_that_comes_twice_is_asked_about() -> None:
    assert asked(DAYS, "monday") == "That could be Monday 23 November or Monday 30 November. Please say which one."
    assert pressed(DAYS, "monday 30") == "2026-11-30"


def test_a_word_that_is_a_weekday_and_a_month_means_what_is_on_offer() -> None:
    """In Spanish, mar is short for martes and for marzo."""
    march = asking(Kind.DAY, day("2027-03-24"), day("2027-03-30"))
    assert pressed(march, "24 mar", "es") == "2027-03-24"
    assert pressed(march, "mar", "es") == "2027-03-30"


def test_today_and_tomorrow_are_days() -> None:
    screen = asking(Kind.DAY, day("2026-11-22"), day("2026-11-23"))
    assert pressed(screen, "today") == "2026-11-22"
    assert pressed(screen, "Tomorrow!") == "2026-11-23"
    assert pressed(screen, "mañana", "es-CL") == "2026-11-23"
    assert pressed(screen, "hoy", "es-CL") == "2026-11-22"


@pytest.mark.parametrize(
    "line",
    [
        *("25", "1", "31", "32", "0", "Tuesday 23", "24/11/2025"),
        *("the 24th or so", "24 25", "24:00", "Tuesday 21", "2026", "", "x", "24/11 24/11"),
    ],
)
def test_a_day_that_is_not_on_offer_is_not_taken_for_another(line: str) -> None:
    assert asked(DAYS, line) == (
        "I did not find that among the free days. Please write one of them, such as Monday 23 November."
    )


def test_one_of_the_soonest_hours_is_no_example_of_a_day() -> None:
    label = say_in("button", "{day}, {hour}", day=Day(moment("2026-11-23")), hour=Clock(moment("2026-11-23T09:00")))
    soonest = Button("soonest", label, Answer("asked", Choice(moment("2026-11-23"))))
    screen = asking(Kind.DAY, soonest, day("2026-11-24"))
    assert asked(screen, "never").endswith("such as Tuesday 24 November.")


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("Wednesday", date(2026, 11, 25)),
        ("24 December", date(2026, 12, 24)),
        ("24/12", date(2026, 12, 24)),
        ("2026-11-25", date(2026, 11, 25)),
    ],
)
def test_a_day_that_is_not_shown_is_a_wish_to_be_met_with_what_is_free(line: str, named: date) -> None:
    assert hear(DAYS, line, "en-GB", HERE, AT) == Wished(Wish((named,)))


def test_a_day_and_an_hour_at_once_are_a_wish() -> None:
    half_past_two = (14 * 60 + 30, 14 * 60 + 31)
    assert hear(DAYS, "24.11. 14:30", "en-GB", HERE, AT) == Wished(Wish((date(2026, 11, 24),), (half_past_two,)))


def test_an_hour_alone_says_nothing_where_a_day_is_asked_for() -> None:
    assert asked(DAYS, "at 3 pm").startswith("I did not find that among the free days.")


def test_another_day_is_a_wish_where_an_hour_is_asked_for() -> None:
    assert hear(HOURS, "tomorrow at noon", "en-GB", HERE, AT) == Wished(Wish((date(2026, 11, 23),), ((720, 721),)))


def test_a_part_of_the_day_is_a_wish_whether_anything_is_free_then_or_not() -> None:
    assert hear(HOURS, "in the afternoon", "en-GB", HERE, AT) == Wished(Wish((), ((720, 1080),)))
    assert hear(HOURS, "between 2 and 3 pm", "en-GB", HERE, AT) == Wished(Wish((), ((840, 900),)))
    assert hear(HOURS, "in the evening", "en-GB", HERE, AT) == Wished(Wish((), ((1020, 1440),)))


def test_an_hour_in_words_is_found() -> None:
    assert hear(HOURS, "half past two in the afternoon", "en-GB", HERE, AT) == Wished(Wish((), ((870, 871),)))


def test_a_bare_number_is_never_the_place_of_a_day() -> None:
    assert pressed(DAYS, "2") is None


def test_other_buttons_beside_days_are_pressed_by_name() -> None:
    assert pressed(DAYS, "december") == "on"
    assert pressed(DAYS, "On to December 2026") == "on"
    assert pressed(DAYS, "back") == "back"


def test_a_question_without_days_is_still_answered() -> None:
    assert asked(asking(Kind.DAY), "24").startswith("I did not find that here.")


def test_a_day_is_the_one_where_the_person_is() -> None:
    late = datetime(2026, 11, 25, 2, tzinfo=UTC)
    screen = asking(Kind.DAY, Button("late", "", Answer("asked", Choice(late))))
    assert pressed(screen, "24") == "late"
    assert pressed(screen, "24", zone="UTC") is None


@given(
    st.dates(date(2026, 1, 1), date(2035, 12, 31)),
    st.sampled_from(["short", "medium", "long", "full", "d MMMM", "EEEE d", "y-MM-dd", "E d MMM", "EEEE, d MMMM y"]),
    st.sampled_from(["en-US", "en-GB", "es", "es-CL", "es-MX", "en"]),
)
def test_whatever_cldr_writes_is_read_back(on: date, style: str, locale: str) -> None:
    words = Words(locale, HERE)
    offered = day(on.isoformat())
    written = format_date(on, style, words.locale)
    assert pressed(asking(Kind.DAY, offered), written, locale) == offered.token


NINE, HALF_PAST_TWO, THREE = hour("09:00"), hour("14:30"), hour("15:00")
HOURS = asking(Kind.HOUR, NINE, HALF_PAST_TWO, THREE)


@pytest.mark.parametrize(
    "line",
    [
        *(
            "14:30",
            "1430",
            "14.30",
            "14h30",
            "14 h 30",
            "14:30h",
            "14:30 hs",
            "14:30 Uhr",
            "2:30 pm",
            "2:30PM",
            "2.30 p.m.",
        ),
        *("2:30 P. M.", "230pm", "2:30\u202fp.\u202fm.", "１４：３０"),
    ],
)
def test_an_hour_is_found_however_it_is_written(line: str) -> None:
    assert pressed(HOURS, line) == "14:30"


@pytest.mark.parametrize("line", ["3 pm", "3pm", "15h", "15 h", "15:00", "1500", "15"])
def test_a_full_hour_is_found_without_its_minutes(line: str) -> None:
    assert pressed(HOURS, line) == "15:00"


def test_the_first_hours_of_a_day_may_lack_a_digit() -> None:
    assert (
        pressed(HOURS, "9:00") == pressed(HOURS, "900") == pressed(HOURS, "09:00") == pressed(HOURS, "9 am") == "09:00"
    )


@pytest.mark.parametrize(
    "line",
    [
        "1",
        "2",
        "3",
        "4",
        "5",
        "11",
        "14",
        "10:00",
        "25:00",
        "14:60",
        "0 pm",
        "13 pm",
        "9:0",
        "9 o",
        "nine",
        "2:30 am",
        "",
    ],
)
def test_an_hour_that_is_not_on_offer_is_not_taken_for_another(line: str) -> None:
    assert pressed(HOURS, line) is None


def test_half_a_day_away_is_no_answer_but_is_shown_where_all_24_hours_are_written() -> None:
    assert asked(HOURS, "2:30") == (
        "I did not find that among the free hours. Please write one of them, such as 14:30."
    )
    assert hear(HOURS, "10:00", "en-GB", HERE, AT) == Wished(Wish((), ((600, 601),)))


def test_where_hours_go_to_twelve_the_one_on_offer_is_meant() -> None:
    assert pressed(HOURS, "2:30", "es-CL") == "14:30"
    assert pressed(HOURS, "2:30", "en-US") == "14:30"
    assert pressed(HOURS, "14:30", "en-US") == "14:30"


def test_where_hours_go_to_twelve_and_both_are_on_offer_the_person_is_asked() -> None:
    screen = asking(Kind.HOUR, hour("09:00"), hour("21:00"))
    assert asked(screen, "9:00", "en-US") == "That could be 9:00\u202fAM or 9:00\u202fPM. Please say which one."
    assert pressed(screen, "9:00", "en-GB") == "09:00"
    assert pressed(screen, "9 p. m.", "es-CL") == "21:00"


def test_noon_and_midnight_are_told_apart() -> None:
    screen = asking(Kind.HOUR, hour("00:00"), hour("12:00"))
    assert pressed(screen, "12 pm") == "12:00"
    assert pressed(screen, "12 am") == "00:00"
    assert pressed(screen, "12:00") == "12:00"
    assert pressed(screen, "0:00") == "00:00"


def test_an_hour_that_comes_twice_in_a_night_is_asked_about_with_its_offset() -> None:
    twice = [datetime(2026, 10, 25, at, 30, tzinfo=UTC) for at in (0, 1)]
    screen = asking(Kind.HOUR, *(Button(f"h{at.hour}", Clock(at), Answer("asked", Choice(at))) for at in twice))
    for line in ("2:30", "0230", "02:30"):
        assert asked(screen, line, zone="Europe/Madrid") == (
            "That could be Sunday, 25 October 2026, 02:30 (Madrid, GMT+2) or "
            "Sunday, 25 October 2026, 02:30 (Madrid, GMT+1). Please say which one."
        )
    assert pressed(screen, "2", zone="Europe/Madrid") is None


def test_an_hour_is_the_one_where_the_person_is() -> None:
    assert pressed(HOURS, "17:30", zone="UTC") == "14:30"
    assert pressed(HOURS, "14:30", zone="UTC") is None


def test_a_bare_number_is_the_hour_of_the_clock_and_no_place_on_the_screen() -> None:
    """Where hours stand in a grid nobody sees their places: "2" is not the second of them."""
    assert pressed(HOURS, "9") == "09:00"
    assert pressed(HOURS, "3", "en-US") == "15:00"
    assert pressed(HOURS, "3", "en-GB") is None
    assert asked(HOURS, "3", "en-GB").endswith("such as 15:00.")


def test_other_buttons_beside_hours_are_pressed_by_name() -> None:
    assert pressed(HOURS, "back") == "back"
    assert pressed(HOURS, "leave") == "leave"


def test_a_question_without_hours_is_still_answered() -> None:
    assert asked(asking(Kind.HOUR), "14:30").startswith("I did not find that here.")


def test_what_stands_for_no_instant_is_never_taken_for_one() -> None:
    assert pressed(asking(Kind.HOUR, chosen("14:30", "later"), buttons=[BACK, LEAVE]), "14:30") is None
    assert meant(asking(Kind.DAY, chosen("24", "later")), "24") != "24"


@given(st.times(), st.sampled_from(["en-US", "en-GB", "es", "es-CL", "es-MX", "en"]))
def test_whatever_hour_cldr_writes_is_read_back(clock: time, locale: str) -> None:
    words = Words(locale, HERE)
    at = moment(f"2026-11-24T{clock.hour:02}:{clock.minute:02}")
    screen = asking(Kind.HOUR, Button("it", Clock(at), Answer("asked", Choice(at))))
    written = format_time(words.local(at), "short", locale=words.locale)
    assert pressed(screen, written, locale) == "it"


@given(st.integers(0, 23), st.sampled_from([0, 15, 30, 45]), st.integers(0, 23), st.sampled_from([0, 30]))
def test_an_hour_is_only_taken_for_itself(hour_typed: int, minute: int, offered: int, half: int) -> None:
    screen = asking(Kind.HOUR, hour(f"{offered:02}:{half:02}"))
    heard = hear(screen, f"{hour_typed}:{minute:02}", "en-GB", HERE, AT)
    assert isinstance(heard, Tapped) == ((hour_typed, minute) == (offered, half))
