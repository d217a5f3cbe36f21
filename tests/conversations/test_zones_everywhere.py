"""A zone that is only guessed is asked about before it matters, and a change of the clocks is said."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from chatting import Chat, drawn, spoken
from conversations.cards import card
from conversations.offers import short
from conversations.people import Person
from conversations.texts import There

GUESSED = Person(zone="America/Santiago", zone_guessed=True)


def test_a_guess_is_checked_by_the_clock_before_days_are_asked_for() -> None:
    chat = Chat(person=GUESSED).opens("/book").taps("Account opening", "Agent One")
    chat.sees("Is it 09:00 for you now?", "[America/Santiago]")
    chat.taps("America/Lima").sees("Which day suits you?")
    assert (chat.person.zone, chat.person.zone_known, chat.person.zone_guessed) == ("America/Lima", True, False)


def test_it_is_asked_once() -> None:
    chat = Chat(person=GUESSED).opens("/book").taps("Account opening", "Agent One", "America/Santiago").leaves()
    chat.opens("/book").taps("Account opening", "Agent One").sees("Which day suits you?")


def test_it_is_not_asked_of_those_whose_platform_knows() -> None:
    chat = Chat(person=Person(zone="America/Santiago")).opens("/book").taps("Account opening", "Agent One")
    chat.sees("Which day suits you?")


def test_who_leaves_the_question_can_go_on_and_is_asked_again() -> None:
    chat = Chat(person=GUESSED).opens("/book").taps("Account opening", "Agent One").leaves()
    chat.taps("Go on: Book an appointment").sees("Is it 09:00 for you now?")


def test_a_place_that_was_shared_is_the_zone_and_the_conversation_goes_on() -> None:
    chat = Chat(person=GUESSED).opens("/book").taps("Account opening", "Agent One")
    chat.opens("timezone", short("Asia/Kolkata")).sees("Which day suits you?")
    assert chat.person.zone == "Asia/Kolkata"


def test_a_place_nobody_knows_asks_for_a_city() -> None:
    chat = Chat(person=GUESSED).opens("timezone", "xnowhere")
    chat.sees("Is it 09:00 for you now?")
    assert not chat.person.zone_known


def at_summary(chat: Chat) -> Chat:
    chat.opens("/book").taps("Account opening", "Agent One").chooses(0).chooses(0)
    return chat.types("Somebody", "somebody@example.com").taps("Skip", "Search").types("-")


CHANGED = "The clocks change before then."


def test_a_change_of_the_clocks_before_the_appointment_is_said() -> None:
    chat = at_summary(Chat(person=Person(zone="Europe/Madrid"), at=datetime(2027, 3, 25, 12, tzinfo=UTC)))
    chat.sees("Shall I book this?", CHANGED)
    at_summary(Chat(person=Person(zone="Europe/Madrid"))).sees_no(CHANGED)
    at_summary(Chat(person=Person(zone="Asia/Kolkata"), at=datetime(2027, 3, 25, 12, tzinfo=UTC))).sees_no(CHANGED)


BEFORE = datetime(2027, 3, 25, 12, tzinfo=UTC)
"""Three days before the clocks of Europe change, none of which is free."""


def test_it_is_said_with_the_confirmation_of_a_booking_and_of_a_move() -> None:
    chat = at_summary(Chat(person=Person(zone="Europe/Madrid"), at=BEFORE)).taps("Book it")
    chat.sees("Booked. See you then!", CHANGED)
    chat.taps("Move an appointment").chooses(-1).chooses(-1).sees("Shall I move it", CHANGED)
    chat.taps("Move it").sees("Moved.", CHANGED)
    chat.taps("Cancel an appointment").sees_no(CHANGED).types("-").taps("Cancel the appointment").sees_no(CHANGED)


def test_it_stands_on_a_card_as_long_as_it_is_ahead() -> None:
    chat = at_summary(Chat(person=Person(zone="Europe/Madrid"), at=BEFORE)).taps("Book it")
    [appointment] = chat.person.appointments
    assert CHANGED in drawn(card(chat.person, appointment, BEFORE))
    assert CHANGED not in drawn(card(chat.person, appointment, appointment.start - timedelta(hours=1)))
    assert CHANGED not in drawn(card(chat.person, appointment, appointment.end))


def test_who_has_moved_is_told_both_times_of_an_appointment() -> None:
    chat = at_summary(Chat()).taps("Book it").sees_no("Booked for:")
    start = chat.person.appointments[0].start
    chat.opens("/timezone").taps("Asia/Kolkata").opens("/appointments")
    chat.sees(f"When: {spoken(start)}", f"Booked for: {spoken(There(start, 'America/Santiago'))}")
    argentinian = replace(chat.person, zone="America/Argentina/Buenos_Aires")  # where the clocks show the same
    assert "Booked for:" not in drawn(card(argentinian, chat.person.appointments[0], chat.at))


def test_an_appointment_keeps_the_zone_it_was_booked_in() -> None:
    chat = at_summary(Chat()).taps("Book it")
    chat.opens("/timezone").taps("Asia/Kolkata")
    assert chat.person.appointments[0].zone == "America/Santiago"


def test_the_clock_of_a_guess_is_the_one_of_now() -> None:
    chat = Chat(person=GUESSED)
    chat.at += timedelta(hours=1)
    chat.opens("/timezone")
    question = chat.screen.question("zone")
    assert question
    assert spoken(question.prompt).startswith("Is it 10:00 for you now?")
    known = replace(GUESSED, zone_guessed=False)
    assert "Where are you?" in Chat(person=known).opens("/timezone").screen_text
