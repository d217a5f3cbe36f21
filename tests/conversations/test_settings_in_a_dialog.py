"""/settings, /language, /timezone, /help and /privacy: alone, and in the middle of something else."""

from datetime import UTC, date, datetime

import pytest
from test_reschedule import appointment, chat_with

from chatting import ZONE, Chat
from conversations.calls import FindDays, FindHours, FindLanguages, FindNear, FindZones
from conversations.events import Reason
from conversations.zones import beginning, zone_of
from dialogs import answered, chosen

SUMMARY = "Shall I book this?"
FAR = "Asia/Kolkata"
DONE = "From now on all times are shown in this zone."
FIRST_HOUR = datetime(2026, 11, 24, 13, tzinfo=UTC)


def moves_to(chat: Chat, zone: str = FAR) -> Chat:
    return chat.opens("/timezone").sees("Where are you?").taps(zone)


def test_settings_lead_to_language_zone_and_privacy() -> None:
    chat = Chat().opens("/settings").sees("What would you like to set?", "[Language]", "[Time zone]", "[Privacy]")
    chat.taps("Language").sees("Which language do you prefer?", "[English]", "[Español]")
    chat.opens("/settings").taps("Time zone").sees("Where are you?", f"[{ZONE}]").leaves().sees("Nothing was changed.")
    chat.opens("/settings").types("privacy").sees("encrypted", "[Book an appointment]")


def test_a_language_is_kept_and_said() -> None:
    chat = Chat().opens("/language").taps("Español").sees_notice("From now on I speak English.")
    assert (chat.person.locale, chat.person.locale_known) == ("es", True)
    assert chat.session.keep is None
    chat.sees("[Book an appointment]").returns().sees("[Settings]").sees_no("Is this right?")


def test_a_zone_is_kept_and_said() -> None:
    chat = moves_to(Chat()).sees_notice(DONE).sees("[Book an appointment]")
    assert (chat.person.zone, chat.person.zone_known) == (FAR, True)
    chat.opens("/book").taps("Eye test")
    assert chat.session.offer
    assert isinstance(chat.session.offer.call, FindDays)
    assert chat.session.offer.call.zone == FAR


def test_zones_are_found_by_part_of_a_name() -> None:
    chat = Chat().opens("/timezone").types("america").sees("[America/Santiago] [America/Lima]", "[Show all]")
    chat.sees_no(f"[{FAR}]").types("atlantis").sees("Nothing here is called “atlantis”.").taps("Show all")
    chat.sees(f"[{FAR}]").types("lord_howe").sees("[Australia/Lord_Howe]").chooses(0).sees_notice(DONE)
    assert chat.person.zone == "Australia/Lord_Howe"


def test_an_exact_name_is_an_answer() -> None:
    assert Chat().opens("/timezone").types("europe/madrid").sees_notice(DONE).person.zone == "Europe/Madrid"


@pytest.mark.parametrize(("command", "call"), [("/language", FindLanguages), ("/timezone", FindZones)])
def test_what_cannot_be_read_can_be_asked_for_again(command: str, call: type) -> None:
    chat = Chat().calendar_is_silent(at=call).opens(command).sees("[Try again]", "[Leave]").taps("Try again").chooses(0)
    chat.sees("From now on").sees("[Book an appointment]")


@pytest.mark.parametrize("command", ["/language", "/timezone"])
def test_for_what_the_calendar_does_not_know_it_is_not_said_to_be_asked(command: str) -> None:
    Chat().calendar_holds().opens(command).sees("One moment …", "[Leave]").sees_no("calendar").calendar_answers()
    Chat().calendar_holds().opens("/book").sees("Looking at the calendar …")


def test_help_and_privacy_are_told_and_lead_on() -> None:
    Chat().opens("/help").sees("# Help", "/appointments", "[Book an appointment]")
    Chat().opens("/privacy").sees("# Privacy", "to nobody else.", "[Book an appointment]")


# In the middle of something else, which goes on by itself.


@pytest.mark.parametrize("command", ["/help", "/privacy", "/start"])
def test_what_is_only_told_sets_aside_what_one_was_doing(command: str) -> None:
    chosen(chat := Chat()).types("Somebody").opens(command).sees("Go on: Book an appointment")
    answered_rest = chat.taps("Go on: Book an appointment").sees("> E-mail", "First name: Somebody")
    answered_rest.types("somebody@example.com").taps("Skip", "Skip", "Skip", "Book it").sees("Booked.")


def test_after_the_language_the_dialog_goes_on_by_itself() -> None:
    chosen(chat := Chat()).types("Somebody").opens("/language").taps("Español").sees("> E-mail", "From now on I speak")
    assert chat.person.locale == "es"
    chat.sees("First name: Somebody").sees_no("Go on")


def test_a_day_without_an_hour_is_asked_again_in_another_zone() -> None:
    chat = Chat().opens("/book").taps("Eye test").taps("2026-11-24").sees("At what time?")
    moves_to(chat).sees_notice(DONE).sees("Which day suits you?", "Service: Eye test").sees_no("Day: ")
    assert chat.session.offer
    assert chat.session.offer.call == FindDays("s4", None, None, FAR)
    answered(chat.chooses(0).chooses(0)).taps("Book it").sees("Booked.")
    assert chat.booked.zone == FAR


def test_a_month_that_was_looked_at_is_looked_at_anew_in_another_zone() -> None:
    moves_to(Chat().opens("/book").taps("Eye test", "On to 2026-12")).sees("[2026-11-2")


@pytest.mark.parametrize("zone", [FAR, "Pacific/Kiritimati", "Australia/Lord_Howe"])
def test_a_chosen_hour_stays_the_same_instant(zone: str) -> None:
    chat = answered(chosen(Chat()))
    moves_to(chat, zone).sees_notice(DONE).sees(SUMMARY, "When: 2026-11-24 10:00 -0300", "First name: Somebody")
    assert chat.session.instant("hour") == FIRST_HOUR
    chat.taps("Change hour")
    assert chat.session.offer
    assert isinstance(chat.session.offer.call, FindHours)
    day = chat.session.offer.call.day
    assert 0 <= (FIRST_HOUR - day).total_seconds() < 86_400
    chat.back().taps("Leave")


def test_what_was_chosen_before_the_zone_is_booked_at_the_same_instant_with_the_new_zone() -> None:
    chat = moves_to(answered(chosen(Chat()))).taps("Book it").sees("Booked.")
    assert (chat.booked.start, chat.booked.zone) == (FIRST_HOUR, FAR)


def test_in_the_form_the_same_question_stays_open() -> None:
    moves_to(chosen(Chat()).types("Somebody")).sees("> E-mail", "First name: Somebody", "When: 2026-11-24 10:00")


def test_an_hour_opened_again_is_offered_by_the_new_day() -> None:
    chat = moves_to(answered(chosen(Chat())).taps("Change hour"), "Pacific/Kiritimati").sees("At what time?", "Keep: ")
    assert chat.session.offer
    assert isinstance(chat.session.offer.call, FindHours)
    assert chat.session.offer.call.day == datetime(2026, 11, 24, 10, tzinfo=UTC)  # where it is the 25th


def test_near_an_hour_that_was_taken_the_zone_can_be_set_too() -> None:
    chat = answered(chosen(Chat())).calendar_refuses(Reason.HOUR_TAKEN).taps("Book it")
    moves_to(chat).sees_notice(DONE).sees("At what time?", "All hours of the day")
    assert chat.session.offer
    assert chat.session.offer.call == FindNear("s1", None, FIRST_HOUR, FAR, others=True)


def test_the_same_zone_again_changes_nothing() -> None:
    chat = Chat().opens("/book").taps("Eye test", "On to 2026-12").chooses(0)
    moves_to(chat, ZONE).sees("At what time?", "Day: 2026-12-04")


def test_a_move_under_way_keeps_its_instant_too() -> None:
    chat = chat_with(appointment("one", agent="a2")).opens("/reschedule").chooses(0).chooses(0)
    hour = chat.session.instant("hour")
    moves_to(chat).sees("Shall I move it to this hour?").taps("Move it").sees("Moved.")
    assert chat.person.appointments[0].start == hour


def test_leaving_the_zone_leaves_the_dialog_aside() -> None:
    chat = chosen(Chat()).opens("/timezone").leaves().sees("[Go on: Book an appointment]")
    chat.taps("Go on: Book an appointment").sees("> First name")


def test_through_the_settings_the_dialog_still_goes_on() -> None:
    chat = chosen(Chat()).opens("/settings").taps("Time zone").types("asia").taps(FAR)
    chat.sees_notice(DONE).sees("> First name", "When: 2026-11-24 10:00")


@pytest.mark.parametrize("name", ["", "Not/AZone", "../etc/passwd", "/etc/localtime", "a" * 5000, "\0"])
def test_a_zone_nobody_knows_is_taken_for_greenwich(name: str) -> None:
    assert zone_of(name) is UTC


@pytest.mark.parametrize(
    ("day", "zone", "begins"),
    [
        (date(2026, 11, 24), ZONE, datetime(2026, 11, 24, 3, tzinfo=UTC)),
        (date(2026, 9, 6), ZONE, datetime(2026, 9, 6, 4, tzinfo=UTC)),  # there is no midnight: it begins at 01:00
        (date(2026, 4, 4), ZONE, datetime(2026, 4, 4, 3, tzinfo=UTC)),
        (date(2026, 11, 24), "Pacific/Kiritimati", datetime(2026, 11, 23, 10, tzinfo=UTC)),
    ],
)
def test_a_day_begins_when_its_first_hour_does(day: date, zone: str, begins: datetime) -> None:
    assert beginning(day, zone) == begins
