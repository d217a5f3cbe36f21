"""/appointments: none, one and several; what has become of them; when they can be joined."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from test_reschedule import appointment, chat_with

from chatting import NOW, Chat, spoken
from conversations.calls import FindInfo
from conversations.cards import card, turns
from conversations.events import Found, Reason, Tapped, Unanswered
from conversations.people import CLOSES, OPENS, Appointment, State
from conversations.screens import Join
from dialogs import booked, chosen
from paper_calendar import LENGTH, PaperCalendar

MINUTE = timedelta(minutes=1)


def joins(chat: Chat) -> bool:
    return any(isinstance(button.means, Join) for button in chat.screen.presses())


def at(moment: datetime, *appointments: Appointment) -> Chat:
    chat = chat_with(*appointments)
    chat.at = moment
    return chat


def test_without_an_appointment_that_is_said_and_one_can_book() -> None:
    chat = Chat().opens("/appointments").sees("No appointment is coming.", "[Book an appointment]").sees_no("[Leave]")
    chat.taps("Book an appointment").sees("What is it for?")


def test_leaving_lets_ones_appointments_stand() -> None:
    chat = chat_with(appointment("one"), appointment("two")).opens("/appointments").leaves()
    chat.sees("Your appointments stand as they are.", "[My appointments]")


def test_the_only_one_is_shown_with_all_that_is_known_and_can_be_done() -> None:
    chat = chat_with(replace(appointment("one"), agent_name="Agent Two", email="somebody@example.com"))
    chat.opens("/appointments").sees("This appointment is booked.", "Service: Title one", "With: Agent Two")
    chat.sees("When: 2026-12-22 09:00 -0300", "Duration: 30 minutes", "Status: booked", "e-mailed to somebody@")
    chat.sees("To join: here, from 08:55 on", "[Move an appointment]", "[Cancel an appointment]")
    assert not joins(chat)


def test_no_door_leads_to_where_one_stands() -> None:
    chat = chat_with(appointment("one"))
    chat.opens("/appointments").sees_no("[My appointments]").opens("/help").sees("[My appointments]").sees_no("[Help]")
    chat.opens("/privacy").sees("[Help]", "[My appointments]").opens("/book").leaves().sees("[Book an appointment]")
    Chat().opens("/appointments").sees("No appointment is coming.", "[Help]").sees_no("[My appointments]")
    Chat(PaperCalendar(services=())).opens("/book").sees("nothing to book", "[Help]").sees_no("[Book an appointment]")


def test_of_several_one_is_asked_for_the_soonest_first() -> None:
    chat = chat_with(appointment("late", days=9), appointment("soon", days=2)).opens("/appointments")
    chat.sees("Which one?").chooses(0).sees("Service: Title soon").taps("My appointments").chooses(1)
    chat.sees("Service: Title late")


def test_two_of_the_same_service_and_hour_are_told_apart_by_the_agent() -> None:
    one, two = (
        replace(appointment("one"), id=id, agent_name=agent) for id, agent in (("a", "Agent A"), ("b", "Agent B"))
    )
    chat = chat_with(one, two, appointment("three")).opens("/appointments")
    chat.sees("Title one, Agent A, 2026", "Title one, Agent B, 2026", "Title three, 2026").chooses(1).sees(
        "With: Agent B"
    )


def test_what_can_be_done_with_it_is_done_with_it_alone() -> None:
    chat = chat_with(appointment("one"), appointment("two")).opens("/appointments").chooses(1)
    chat.taps("Move an appointment").sees("Appointment: Title two", "Which day suits you better?")
    chat.opens("/appointments").chooses(1).taps("Cancel an appointment").sees("Appointment: Title two", "why?")


def test_one_just_booked_is_found_there() -> None:
    booked(Chat()).taps("My appointments").sees("Service: Account opening", "This appointment is booked.")


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"start": NOW + timedelta(days=3), "end": NOW + timedelta(days=3, hours=1)}, ("2026-11-25", "60 minutes")),
        ({"agent_name": "Agent Nine"}, ("With: Agent Nine",)),
        ({"service_title": "Another name"}, ("Service: Another name",)),
        ({"status": "confirmed"}, ("Status: confirmed",)),
        ({"status": "Zugesagt"}, ("Status: Zugesagt",)),
        ({"status": "started", "start": NOW - MINUTE, "end": NOW + MINUTE}, ("has begun.", "Status: has begun")),
        ({"status": "finished", "start": NOW - LENGTH, "end": NOW}, ("is over.", "Status: over")),
        ({"status": "canceled", "state": State.CANCELLED}, ("This appointment is cancelled.",)),
    ],
)
def test_what_the_calendar_knows_better_is_shown(facts: dict[str, Any], words: tuple[str, ...]) -> None:
    chat = chat_with(appointment("one"), appointment("two"))
    chat.calendar.facts["one"] = facts
    chat.opens("/appointments").chooses(0).sees("# My appointments", *words, "[My appointments]")
    standing = chat.person.appointment("one")
    assert standing
    can_change = standing.state is State.BOOKED and standing.start > NOW
    assert ("o-cancel-one" in {each.token for each in chat.screen.presses()}) == can_change


def test_one_that_was_cancelled_or_moved_elsewhere_is_said_to_be_and_not_shown_again() -> None:
    chat = chat_with(appointment("one"), appointment("two")).calendar_refuses(Reason.TOKEN_SPENT, at=FindInfo)
    chat.opens("/appointments").chooses(0).sees_notice("it was cancelled or moved elsewhere.").sees("Title one")
    chat.taps("My appointments").sees("Service: Title two", "This appointment is booked.")


def test_one_that_is_over_is_not_asked_about_for_the_calendar_would_say_it_is_gone() -> None:
    over = appointment("one", days=0)
    chat = at(over.end + MINUTE, over).calendar_refuses(Reason.TOKEN_SPENT, at=FindInfo).opens("/appointments")
    chat.sees("This appointment is over.", "[Join now]")


@pytest.mark.parametrize(
    ("moment", "open_"),
    [
        (-OPENS - MINUTE, False),
        (-OPENS, True),
        (timedelta(), True),
        (LENGTH + CLOSES, True),
    ],
)
def test_joining_opens_five_minutes_before_the_start(moment: timedelta, open_: bool) -> None:
    coming = appointment("one", days=1)
    chat = at(coming.start + moment, coming).opens("/appointments").sees("Service: Title one")
    assert joins(chat) == open_
    assert ("To join: here, from 08:55 on" in chat.screen_text) == (not open_)


def test_joining_ends_half_an_hour_after_the_end() -> None:
    over = appointment("one", days=0)
    chat = at(over.end + CLOSES, over).opens("/appointments")
    assert joins(chat)
    chat.time_passes(1).returns()
    assert not joins(chat)
    chat.opens("/appointments").sees("No appointment is coming.")


def test_the_button_to_join_leads_to_the_appointment_where_it_can_be_no_link() -> None:
    coming = appointment("one", days=1)
    chat = at(coming.start, coming, appointment("two", days=2)).opens("/appointments").chooses(0)
    chat.taps("Join now").sees("Service: Title one", "[Join now]")
    join = chat.button("Join now")
    chat.opens("/start").presses(join.token).sees("Service: Title one")
    assert isinstance(join.means, Join)


def test_a_join_pressed_where_it_stands_opens_the_appointment() -> None:
    coming = appointment("one", days=1)
    chat = at(coming.start, coming).opens("/appointments")
    before = chat.session
    join = next(button for button in chat.screen.presses() if isinstance(button.means, Join))
    chat.meets(Tapped(chat.at, join.token)).sees("Service: Title one")
    assert chat.session.conversation == before.conversation == "appointments"


def test_what_is_known_here_is_shown_where_the_calendar_is_away() -> None:
    for chat in (
        chat_with(appointment("one")).calendar_refuses(Reason.AWAY, at=FindInfo),
        chat_with(appointment("one")).calendar_is_silent(at=FindInfo),
    ):
        chat.opens("/appointments").sees("Service: Title one", "[Move an appointment]").sees_no("Try again")
        assert chat.screen.notice


def test_while_the_calendar_is_asked_one_can_leave() -> None:
    chat = chat_with(appointment("one"), appointment("two")).calendar_holds().opens("/appointments").chooses(0)
    chat.sees("Looking at the calendar …", "[Leave]", "[Back]").back().sees("Which one?").calendar_answers()
    chat.sees("Which one?")


def test_an_appointment_of_somebody_else_has_no_door() -> None:
    chat = chat_with(appointment("one")).opens("/appointments", "another-persons").sees_notice("not there any more")
    chat.sees("Which one?")


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (State.BOOKED, "This appointment is over."),
        (State.CANCELLED, "This appointment is cancelled."),
        (State.GONE, "This appointment is over, or was cancelled or moved elsewhere."),
    ],
)
def test_an_old_door_to_one_that_is_past_tells_what_became_of_it(state: State, words: str) -> None:
    past = replace(appointment("one", days=-3), state=state)
    chat = chat_with(past, appointment("two"), appointment("three")).opens("/appointments", "one")
    chat.sees(words, "Service: Title one", "[My appointments]").sees_no("o-cancel-one")


def test_a_late_word_about_an_appointment_is_dropped() -> None:
    chat = chat_with(appointment("one")).calendar_holds().opens("/appointments").leaves()
    before = chat.session
    [asked] = chat.held
    chat.meets(Found(NOW, asked, appointment("one")))
    assert chat.session == before
    assert chat.meets(Unanswered(NOW, asked)).session == before


# A move or a cancellation of what is not what it was.


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"status": "canceled", "state": State.CANCELLED}, "it is cancelled."),
        ({"start": NOW - MINUTE, "end": NOW + MINUTE}, "it has begun."),
        ({"start": NOW - LENGTH, "end": NOW - MINUTE}, "it is over."),
    ],
)
def test_one_that_turns_out_not_to_be_movable_is_told_apart(facts: dict[str, Any], words: str) -> None:
    chat = chat_with(appointment("one"))
    chat.calendar.facts["one"] = facts
    chat.opens("/reschedule").sees_notice(f"This appointment cannot be changed any more: {words}")
    chat.sees("You have no appointment that could be moved.", "[My appointments]")


@pytest.mark.parametrize(
    ("state", "days", "words"),
    [
        (State.GONE, 3, "it was cancelled or moved elsewhere."),
        (State.CANCELLED, 3, "it is cancelled."),
        (State.BOOKED, 0, "it has begun."),
        (State.BOOKED, -1, "it is over."),
    ],
)
def test_a_refusal_that_covers_all_is_told_apart_by_what_is_known(state: State, days: int, words: str) -> None:
    chat = chat_with(appointment("one")).opens("/cancel").taps("Skip").calendar_holds().taps("Cancel the appointment")
    chat.person = replace(chat.person, appointments=(replace(appointment("one", days=days), state=state),))
    chat.calendar_refuses(Reason.TOKEN_SPENT)
    refused = chat.answer(chat.held[0])
    chat.person = replace(chat.person, appointments=(replace(appointment("one", days=days), state=state),))
    chat.meets(refused).sees_notice(f"This appointment cannot be changed any more: {words}")


def test_a_move_asks_who_holds_it_only_where_that_is_not_known() -> None:
    for known in (appointment("one", agent="a2"), replace(appointment("one"), holder="a1")):
        chat = chat_with(known).calendar_is_silent(at=FindInfo).opens("/reschedule").sees("Which day suits you better?")
        assert not chat.session.failed


def test_looking_at_an_appointment_sets_aside_what_one_was_doing() -> None:
    chat = chat_with(appointment("one"))
    chosen(chat).opens("/appointments").sees("Service: Title one", "[Go on: Book an appointment]")
    chat.taps("Go on: Book an appointment").sees("> First name", "When: ")
    assert spoken(chat.screen.title) == "Book an appointment"


def test_a_card_changes_by_itself_at_its_turns_and_at_no_other_second() -> None:
    booked, second = appointment("one"), timedelta(seconds=1)
    person = chat_with(booked).person
    instants = [booked.start - timedelta(hours=1) + number * second for number in range(3 * 3600)]
    shown = [card(person, booked, at) for at in instants]
    changes = [at for at, before, after in zip(instants[1:], shown, shown[1:], strict=False) if before != after]
    assert tuple(changes) == turns(booked)
