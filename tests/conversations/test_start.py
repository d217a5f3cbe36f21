"""/start is the menu: where everybody begins, and ends."""

from dataclasses import replace

from chatting import KEY, NOW, Chat
from conversations.events import Returned, Typed
from conversations.session import Session
from dialogs import booked

MENU = "What would you like to do?"


def test_the_menu_offers_what_can_be_done() -> None:
    Chat().opens("/start").sees("# Appointments", MENU, "[Book an appointment]")


def test_without_an_appointment_nothing_is_offered_to_be_moved_or_cancelled() -> None:
    Chat().opens("/start").sees_no("Move an appointment", "Cancel an appointment")


def test_a_line_typed_at_the_menu_shows_the_menu() -> None:
    Chat().types("hello").sees(MENU)


def test_a_line_typed_after_the_end_leads_to_the_menu() -> None:
    Chat().opens("/book").leaves().types("hello").sees("# Appointments", MENU)


def test_an_unknown_command_is_said_to_be_unknown_and_changes_nothing() -> None:
    chat = Chat().opens("/book").taps("Account opening").opens("/dance")
    chat.sees_notice("I do not know /dance.").sees("With whom?", "Service: Account opening")


def test_an_empty_command_is_unknown_too() -> None:
    Chat().opens("/").sees_notice("I do not know /.")


def test_after_leaving_nothing_is_said_to_be_booked() -> None:
    chat = Chat().opens("/book").taps("Account opening").leaves().sees("Left. Nothing was booked.")
    chat.returns().sees_no("Booked").sees("[Book an appointment]")
    chat.fills({}).sees_no("Booked").presses("a-junk").sees_no("Booked")


def test_coming_back_to_a_screen_drops_its_notice() -> None:
    chat = Chat().opens("/book").presses("a-junk").sees("That button is from an earlier message")
    chat.returns().sees("What is it for?").sees_no("That button")


def test_somebody_new_sees_the_menu_and_no_empty_question() -> None:
    chat = Chat()
    chat.session = Session(key=KEY)
    chat.meets(Returned(NOW)).sees(MENU).sees_no("Is this right?")


def test_a_stored_conversation_that_is_no_longer_known_ends_at_the_menu() -> None:
    chat = Chat().opens("/book").taps("Account opening")
    chat.session = replace(chat.session, conversation="of a version to come")
    chat.meets(Typed(NOW, "hello")).sees(MENU, "[Book an appointment]")


def test_what_is_told_stays_where_a_notice_is_added() -> None:
    Chat().opens("/help").presses("a-junk").sees("Tap a button, or write").sees_notice("from an earlier message")
    booked(Chat()).presses("a-junk").sees("Booked. See you then!").sees_notice("from an earlier message")
