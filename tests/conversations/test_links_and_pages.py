"""An appointment taken up by a link; the page of one's own; what an older message says; words beside a command."""

from dataclasses import replace

from test_reschedule import appointment, chat_with

from chatting import NOW, Chat, drawn
from conversations.calls import FindInfo
from conversations.cards import page, superseded
from conversations.engine import GONE
from conversations.events import Delayed, Found, Opened, Reason, Returned
from conversations.people import State
from conversations.screens import RETURN, pressed


def linked() -> Chat:
    """Somebody who has one appointment, and has pasted a link that the calendar was not yet asked about."""
    return chat_with(appointment("known"), replace(appointment("linked"), state=State.LINKED))


def test_a_link_opens_what_the_calendar_tells_of_it() -> None:
    chat = linked().calendar_holds().opens("/link", "linked").sees("Looking at the calendar …")
    told = replace(appointment("linked"), state=State.BOOKED)
    chat.meets(Found(NOW, FindInfo("linked"), told)).sees("This appointment is booked.", "Service: Title linked")


def test_a_link_may_turn_out_to_be_for_what_is_known_already() -> None:
    chat = linked().calendar_holds().opens("/link", "linked")
    chat.meets(Found(NOW, FindInfo("linked"), appointment("known"))).sees("Service: Title known")


def test_a_link_of_no_use_says_so_and_what_would_be() -> None:
    chat = linked().calendar_refuses(Reason.TOKEN_SPENT, at=FindInfo).opens("/link", "linked")
    chat.sees("cannot be changed any more", "Please paste a link from the e-mail")


def test_a_link_that_nobody_looked_into_yet_can_be_gone_on_with_from_the_menu() -> None:
    linked().opens("/help").sees("[Take up an appointment from an e-mail]")
    chat_with(appointment("known")).opens("/help").sees_no("[Take up an appointment from an e-mail]")


def test_a_door_with_more_behind_its_name_leads_only_where_more_can_be_named() -> None:
    Chat().opens("/book", "s1-a2").sees("Service: Account opening", "With: Agent Two")
    assert chat_with(appointment("known")).opens("/cancel", "known-more").session.notice == GONE


def test_a_crowd_is_spoken_of_only_as_long_as_one_waits() -> None:
    chat = Chat().calendar_holds().opens("/book")
    chat.meets(Delayed(NOW, chat.held[0])).sees("Many people are asking right now.")
    chat.calendar_answers().sees("What is it for?").sees_no("Many people")


def test_words_beside_a_command_are_looked_for() -> None:
    Chat().meets(Opened(NOW, "book", words="  eye ")).sees("[Eye test]").sees_no("[Account opening]")
    Chat().meets(Opened(NOW, "help", words="eye")).sees("Tap a button")


def test_a_page_says_what_is_coming_and_what_can_be_gone_on_with() -> None:
    nobody = Chat()
    [head] = page(nobody.person, nobody.session, NOW)
    assert "No appointment is coming." in drawn(head)
    busy = chat_with(appointment("one")).opens("/book")
    head, card = page(busy.person, busy.session, NOW)
    assert "[Go on: Book an appointment]" in drawn(head)
    assert "Service: Title one" in drawn(card)


def test_an_older_message_says_that_there_is_a_newer_one() -> None:
    screen = superseded(appointment("one"))
    assert "Something has changed since." in drawn(screen)
    assert not list(screen.presses())


def test_the_way_back_never_grows_old() -> None:
    assert pressed(RETURN, NOW) == Returned(NOW)
