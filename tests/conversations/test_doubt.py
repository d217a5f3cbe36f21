"""A write without an answer: what is said, what the calendar shows, and that only one's own word sends it again."""

from dataclasses import replace

import pytest
from test_engine import DOUBT, in_doubt
from test_reschedule import appointment, chat_with

from chatting import Chat, spoken
from conversations.calls import Book, Cancel, FindTrace, Reschedule
from conversations.events import Reason, Trace
from dialogs import answered

OFFERED = "So far the calendar still offers this hour"


def test_a_write_in_doubt_can_only_be_sent_again_looked_for_or_left() -> None:
    assert [spoken(each.label) for each in in_doubt().screen.presses()] == ["Send it again", "Look again", "Leave"]


def test_a_write_in_doubt_is_not_edited_by_old_buttons_lines_or_forms() -> None:
    chat = in_doubt()
    failed, answers = chat.session.failed, chat.session.answers
    chat.presses_old("Change hour").types("10:30").fills({}).returns().time_passes(30 * 86_400).returns().sees(DOUBT)
    assert (chat.session.failed, chat.session.answers) == (failed, answers)


@pytest.mark.parametrize(
    ("waited", "words"),
    [(0, "60 more seconds"), (58.5, "2 more seconds"), (59, "1 more second to"), (59.5, "1 more second to")],
)
def test_a_write_in_doubt_is_not_sent_again_within_a_minute(waited: float, words: str) -> None:
    chat = in_doubt().time_passes(waited).taps("Send it again").sees_notice(words).sees(DOUBT)
    assert len(chat.writes) == 1


def test_a_write_in_doubt_is_sent_again_after_a_minute_with_another_key() -> None:
    chat = in_doubt().time_passes(60).taps("Send it again").sees("Booked.")
    first, second = chat.writes
    assert isinstance(first, Book)
    assert second.key != first.key
    assert replace(second, key=first.key) == first


def test_a_second_silence_is_a_second_doubt_with_its_own_minute() -> None:
    chat = in_doubt().time_passes(60).calendar_is_silent().taps("Send it again").sees(DOUBT)
    chat.taps("Send it again").sees_notice("60 more seconds").time_passes(60).taps("Send it again").sees("Booked.")
    assert len({write.key for write in chat.writes}) == 3


def test_a_doubt_is_named_for_what_it_is_about() -> None:
    chat = chat_with(appointment("one")).opens("/reschedule").chooses(0).chooses(0).calendar_is_silent()
    chat.taps("Move it").sees("I am not sure whether your appointment was moved")


# What the calendar shows.


def with_an_agent() -> Chat:
    return answered(Chat().opens("/book").taps("Account opening", "Agent Two").chooses(0).chooses(0))


def agent_in_doubt() -> Chat:
    return with_an_agent().calendar_is_silent().taps("Book it").sees(DOUBT)


def anyone_in_doubt() -> Chat:
    chat = Chat().opens("/book").taps("Eye test").chooses(0).chooses(-1)
    return answered(chat).calendar_is_silent().taps("Book it").sees(DOUBT)


def changed_in_doubt(command: str, shown: Trace | None) -> Chat:
    chat = chat_with(appointment("one")).opens(command)
    chat.calendar.traces = {Reschedule: shown, Cancel: shown} if shown else {}
    chat = chat.taps("Skip") if command == "/cancel" else chat.chooses(0).chooses(0)
    return chat.calendar_is_silent().taps("Cancel the appointment" if command == "/cancel" else "Move it")


def test_the_calendar_is_asked_at_once_what_it_shows() -> None:
    chat = with_an_agent().calendar_is_silent().calendar_holds().taps("Book it")
    chat.meets(chat.answer(chat.held.pop())).sees(DOUBT, "Looking at the calendar …", "[Send it again]", "[Leave]")
    assert chat.screen.busy
    assert chat.held == [FindTrace(chat.writes[0])]
    chat.calendar_answers().sees(DOUBT, OFFERED, "[Look again]").sees_no("Looking at the calendar")
    assert not chat.screen.busy


def test_an_hour_that_is_offered_no_more_may_be_ones_own() -> None:
    chat = with_an_agent()
    chat.calendar.traces = {Book: Trace.SEEN}
    chat.calendar_is_silent().taps("Book it").sees(DOUBT, "The calendar no longer offers this hour").sees_no(OFFERED)


def test_with_anyone_an_hour_that_is_still_offered_says_nothing() -> None:
    anyone_in_doubt().sees(DOUBT, "[Look again]").sees_no("So far", "The calendar no longer")


@pytest.mark.parametrize(
    ("command", "shown", "words"),
    [
        ("/reschedule", Trace.NONE, "So far the calendar still has it at its old hour."),
        ("/reschedule", Trace.SEEN, "it was probably moved."),
        ("/cancel", Trace.NONE, "So far the calendar still has it."),
        ("/cancel", Trace.SEEN, "it was probably cancelled."),
    ],
)
def test_what_is_shown_of_a_change_is_said(command: str, shown: Trace, words: str) -> None:
    changed_in_doubt(command, shown).sees(words)


@pytest.mark.parametrize("command", ["/reschedule", "/cancel"])
def test_of_a_change_of_which_nothing_can_be_seen_nothing_is_said(command: str) -> None:
    changed_in_doubt(command, Trace.UNCLEAR).sees("I am not sure", "[Look again]").sees_no("The calendar", "So far")


def test_one_can_look_again_and_again() -> None:
    chat = agent_in_doubt().sees(OFFERED)
    chat.calendar.traces = {Book: Trace.SEEN}
    chat.taps("Look again").sees("The calendar no longer offers this hour").sees_no(OFFERED)
    chat.calendar.traces = {}
    chat.taps("Look again").sees(OFFERED)


def test_a_look_that_fails_changes_nothing_but_that_it_is_over() -> None:
    silent = agent_in_doubt().calendar_is_silent(at=FindTrace).taps("Look again").sees(OFFERED, "[Look again]")
    refused = agent_in_doubt().calendar_refuses(Reason.KEY_REFUSED, at=FindTrace).taps("Look again").sees(OFFERED)
    assert (silent.session.waiting, refused.session.waiting) == (None, None)
    assert (silent.session.failed, refused.session.failed) == (silent.writes[0], refused.writes[0])


def test_what_one_looked_for_before_it_was_sent_again_is_not_said_of_the_second() -> None:
    chat = agent_in_doubt().time_passes(60).calendar_holds().taps("Look again", "Send it again")
    looked, sent = chat.held
    chat.meets(chat.answer(looked)).sees("Booking …")
    chat.calendar_is_silent().meets(chat.answer(sent)).sees(DOUBT, "Looking at the calendar …").sees_no(OFFERED)


def test_the_answer_that_comes_while_one_looks_is_what_counts() -> None:
    chat = agent_in_doubt().calendar_holds().taps("Look again")
    [looked] = chat.held
    chat.meets(chat.answer(chat.writes[0])).sees("Booked.").meets(chat.answer(looked)).sees("Booked.")


def test_a_doubt_that_is_set_aside_keeps_what_was_seen() -> None:
    agent_in_doubt().opens("/start").taps("Go on: Book an appointment").sees(DOUBT, OFFERED, "[Look again]")
