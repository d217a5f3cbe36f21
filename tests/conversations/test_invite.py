"""An appointment for one's own calendar: asked for by a card's button, sent as a file, led to by links."""

from chatting import Chat, spoken
from conversations.calls import Invite
from conversations.drawing import show
from conversations.engine import advance
from conversations.events import Opened, Tapped
from conversations.screens import CALENDARS, Add, Open


def booked() -> Chat:
    chat = Chat().opens("/book").taps("Account opening", "Agent One").chooses(0).chooses(0)
    return chat.types("Somebody", "somebody@example.com").taps("Skip", "Search").types("-").taps("Book it")


def test_a_card_offers_it() -> None:
    chat = booked().sees("Booked. See you then!", "[Add to my calendar]")
    assert chat.button("Add to my calendar").means == Open("calendar", "appointment1")


def test_it_asks_for_the_file_and_shows_the_links() -> None:
    chat = booked()
    session = advance(chat.person, chat.session, Opened(chat.at, "calendar", "appointment1"))
    assert session.keep == Invite("appointment1")
    screen = show(chat.person, session)
    links = [each for each in screen.buttons if isinstance(each.means, Add)]
    assert tuple(spoken(each.label) for each in links) == CALENDARS
    assert {each.means for each in links} == {Add("appointment1", name) for name in CALENDARS}
    assert "The file is for the calendar on your device." in spoken(screen.lines[0])
    assert screen.rows


def test_a_link_that_is_pressed_where_none_can_be_followed_changes_nothing() -> None:
    chat = booked().taps("Add to my calendar")
    link = next(each for each in chat.screen.buttons if isinstance(each.means, Add))
    before = chat.session
    assert advance(chat.person, before, Tapped(chat.at, link.token)) == before


def test_of_several_the_person_says_which() -> None:
    chat = booked().opens("/book").taps("Account opening", "Agent Two").chooses(1).chooses(0)
    chat.types("Somebody", "somebody@example.com").taps("Skip", "Search").types("-").taps("Book it")
    chat.opens("/calendar").sees("Which appointment is it for?").chooses(1).sees("[Google]")


def test_without_an_appointment_there_is_nothing_to_add() -> None:
    Chat().opens("/calendar").sees("No appointment is coming.")


def test_what_has_begun_is_not_added_any_more() -> None:
    chat = booked()
    chat.time_passes(86400 * 60)
    chat.opens("/calendar", "appointment1").sees("No appointment is coming.")
