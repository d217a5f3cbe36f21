"""The engine by examples: what is old, late, unknown or in doubt; what is set aside; what time does."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from test_reschedule import appointment, chat_with

from chatting import KEY, NOW, ZONE, Chat, spoken
from conversations.calls import WRITES, Book, FindAgents, FindDays, FindServices
from conversations.drawing import show
from conversations.engine import OLD, advance
from conversations.events import (
    Delayed,
    Event,
    Filled,
    Found,
    Heard,
    Opened,
    Reason,
    Refused,
    Returned,
    Settled,
    Tapped,
    Typed,
    Unanswered,
    Understood,
    Unreadable,
)
from conversations.offers import Choice, Offer
from conversations.people import Person
from conversations.screens import Answer, Resume
from conversations.session import Session, nothing_yet, only
from conversations.texts import say
from dialogs import answered, chosen

SUMMARY = "Shall I book this?"
DOUBT = "I am not sure whether your appointment was booked"
ASKED = Book("k-1", "s1", "Title", None, "", NOW, ZONE, ())
FIRST: tuple[Event, ...] = (
    *(Returned(NOW), Opened(NOW, "book"), Tapped(NOW, "a-k-0-confirm"), Typed(NOW, "yes"), Filled(NOW, 0, {})),
    *(Found(NOW, ASKED, ()), Settled(NOW, ASKED, "one"), Refused(NOW, ASKED, Reason.AWAY), Unanswered(NOW, ASKED)),
    Delayed(NOW, ASKED),
)
UNDER_WAY = "One moment, please: this is on its way and cannot be stopped any more."


def to_the_summary() -> Chat:
    answered(chosen(chat := Chat()))
    return chat


def in_doubt() -> Chat:
    return to_the_summary().calendar_is_silent().taps("Book it").sees(DOUBT)


def under_way() -> Chat:
    return to_the_summary().calendar_holds().taps("Book it").sees("Booking …")


# What is old, unknown or unreadable changes nothing.


@pytest.mark.parametrize("label", ["Account opening", "Agent Two", "10:00", "Back", "Skip"])
def test_an_old_button_changes_nothing(label: str) -> None:
    chat = to_the_summary()
    before = chat.session
    chat.presses_old(label).sees(SUMMARY).sees_notice(spoken(OLD))
    assert chat.session == replace(before, notice=OLD)


def test_an_old_button_stays_old_where_the_same_question_is_open_again() -> None:
    chat = Chat().opens("/book").taps("Account opening").back()
    old = next(each for each in chat.screens[1].presses() if spoken(each.label) == "Eye test")
    chat.presses(old.token).sees("What is it for?", "Keep: Account opening").sees_notice(spoken(OLD))


def test_a_notice_leaves_the_buttons_of_its_screen_valid() -> None:
    chat = to_the_summary()
    confirm = chat.button("Book it")
    chat.presses("a-junk").presses(confirm.token).sees("Booked.")


def test_a_button_counts_once() -> None:
    chat = to_the_summary()
    confirm = chat.button("Book it")
    chat.presses(confirm.token).sees("Booked.").presses(confirm.token).sees_notice(spoken(OLD))
    assert len(chat.writes) == 1


@pytest.mark.parametrize(
    "token", ["", "-", "a", "a-", "a-k3y0fAPerson-0-confirm", "o", "o-", "o--", "ö" * 80, "p-book"]
)
def test_a_token_that_nobody_made_changes_nothing(token: str) -> None:
    chat = to_the_summary().presses(token).sees(SUMMARY)
    assert chat.screen.notice


def test_a_door_that_is_tapped_opens_even_where_it_is_reported_as_a_mere_tap() -> None:
    chat = Chat().opens("/start")
    chat.meets(Tapped(NOW, "o-book")).sees("What is it for?")


def test_a_form_of_an_earlier_screen_changes_nothing() -> None:
    chosen(chat := Chat()).fills({"First name": "Somebody"}, revision=1)
    chat.sees_notice(spoken(OLD)).sees("> First name")
    assert "form.firstname" not in chat.session.answers


def test_what_is_filled_in_and_was_not_asked_changes_nothing() -> None:
    chat = Chat().opens("/book")
    heard = {name: Understood(Choice("s1")) for name in ("hour", "appointment", "form.firstname")}
    chat.meets(Filled(NOW, chat.session.revision, {}, heard)).sees("What is it for?")
    assert chat.session.answers == {}


def test_a_line_that_is_none_of_the_choices_is_not_taken() -> None:
    chat = Chat().opens("/book")
    chat.meets(Typed(NOW, "s99", Understood(Choice("s99")))).sees("This cannot be an answer here.")
    chat.types("dancing").sees("Nothing here is called “dancing”.").types("eye test").sees("Which day suits you?")


def test_a_choice_can_be_typed() -> None:
    Chat().opens("/book").types("Account opening", "Agent Two").sees("With: Agent Two", "Which day suits you?")


def test_a_line_where_no_question_is_open_points_to_the_buttons() -> None:
    to_the_summary().types("yes").sees_notice("Please use the buttons to go on.").sees(SUMMARY)


def test_a_line_while_the_calendar_is_asked_points_to_the_buttons() -> None:
    chat = Chat().calendar_holds().opens("/book").types("Eye test").sees_notice("Please use the buttons to go on.")
    chat.sees("Looking at the calendar …", "[Leave]").calendar_answers().sees("What is it for?")


# What the calendar answers too late.


def test_a_late_answer_to_a_read_is_dropped() -> None:
    chat = Chat().opens("/book").calendar_holds().taps("Account opening")
    [agents] = chat.held
    chat.back().calendar_answers().sees("What is it for?").taps("Eye test").sees("Which day suits you?")
    before = chat.session
    chat.meets(Found(NOW, agents, Offer(agents, (Choice("a1"),))))
    assert chat.session == before


@pytest.mark.parametrize("event", [Found, Refused, Unanswered])
def test_an_answer_to_what_nobody_asked_is_dropped(event: type) -> None:
    chat = to_the_summary()
    call, before = FindServices(page=7), chat.session
    answers: dict[type, Event] = {
        Found: Found(NOW, call, Offer(call, ())),
        Refused: Refused(NOW, call, Reason.SERVICE_GONE),
        Unanswered: Unanswered(NOW, call),
    }
    chat.meets(answers[event])
    assert chat.session == before


def test_an_answer_to_a_read_for_another_zone_is_asked_again() -> None:
    chat = Chat().opens("/book").calendar_holds().taps("Eye test")
    chat.person = replace(chat.person, zone="Asia/Kolkata")
    chat.calendar_answers().sees("Which day suits you?")
    assert chat.session.offer
    assert isinstance(chat.session.offer.call, FindDays)
    assert chat.session.offer.call.zone == "Asia/Kolkata"


def test_the_late_answer_to_a_write_in_doubt_is_taken() -> None:
    chat = in_doubt()
    [write] = chat.writes
    chat.meets(chat.answer(write)).sees("Booked. See you then!", "Service: Account opening")


def test_the_late_refusal_of_a_write_in_doubt_is_taken() -> None:
    chat = in_doubt()
    [write] = chat.writes
    chat.meets(Refused(NOW, write, Reason.HOUR_TAKEN)).sees_notice("this hour has just been taken")
    chat.sees("At what time?").chooses(0).taps("Book it").sees("Booked.")


def test_silence_that_is_reported_twice_is_one_silence() -> None:
    chat = in_doubt().time_passes(50)
    chat.meets(Unanswered(chat.at, chat.writes[0])).sees(DOUBT).time_passes(10).taps("Send it again").sees("Booked.")


def test_an_answer_to_a_write_that_was_left_in_doubt_changes_nothing() -> None:
    chat = in_doubt().leaves().sees("Whether it arrived is still not known")
    before = chat.session
    chat.meets(Settled(NOW, chat.writes[0], "appointment1"))
    assert chat.session == before


# A write under way.


@pytest.mark.parametrize("act", ["opens", "types", "presses", "fills", "presses an old one"])
def test_a_write_under_way_cannot_be_stopped(act: str) -> None:
    chat = under_way()
    revision = chat.session.revision
    match act:
        case "opens":
            chat.opens("/start")
        case "types":
            chat.types("stop")
        case "presses":
            chat.presses("a-junk")
        case "fills":
            chat.fills({})
        case _:
            chat.presses_old("Leave")
    chat.sees_notice(UNDER_WAY).sees("Booking …", "Service: Account opening")
    assert chat.session.revision == revision
    assert list(chat.screen.presses()) == []
    chat.calendar_answers().sees("Booked.")


def test_coming_back_while_a_write_is_under_way_shows_it() -> None:
    under_way().returns().sees("Booking …").sees_no("One moment, please")


def test_time_does_not_touch_what_is_under_way() -> None:
    under_way().time_passes(10 * 86_400).returns().sees("Booking …", "When: ").calendar_answers().sees("Booked.")


def test_a_session_that_has_lost_all_but_its_write_still_hears_what_became_of_it() -> None:
    chat = under_way()
    chat.session = only(chat.writes[0], nothing_yet(KEY))
    chat.returns().sees("Booking …").calendar_answers().sees("Booked.", "Service: Account opening")
    chat = under_way()
    chat.session = only(chat.writes[0], nothing_yet(KEY))
    chat.meets(Unanswered(NOW, chat.writes[0])).sees(DOUBT).time_passes(60).taps("Send it again").sees("Booking …")


def test_a_write_that_is_confirmed_anew_after_a_refusal_has_another_key() -> None:
    chat = to_the_summary().calendar_refuses(Reason.AWAY).taps("Book it", "Book it").sees("Booked.")
    assert len({write.key for write in chat.writes}) == 2


# Aside.


def test_a_conversation_that_is_interrupted_can_be_gone_on_with() -> None:
    chat = to_the_summary().opens("/start").sees("Go on: Book an appointment").goes_on("Book an appointment")
    chat.sees(SUMMARY).sees_no("Go on").taps("Book it").sees("Booked.")


def test_two_conversations_change_places() -> None:
    chat = chat_with(appointment("one"))
    chosen(chat).opens("/cancel", "one").sees("why?", "Go on: Book an appointment")
    chat.goes_on("Book an appointment").sees("> First name", "Go on: Cancel an appointment")
    chat.goes_on("Cancel an appointment").sees("why?").leaves().sees("Go on: Book an appointment")


def test_what_was_not_begun_is_not_set_aside() -> None:
    Chat().opens("/book").opens("/start").sees_no("Go on")


def test_what_the_calendar_owed_is_asked_again_when_gone_on_with() -> None:
    chat = Chat().opens("/book").calendar_is_silent(at=FindAgents).taps("Account opening").sees("[Try again]")
    chat.opens("/start").goes_on("Book an appointment").sees("With whom?")


def test_what_was_offered_before_is_not_offered_after_weeks_aside() -> None:
    chat = Chat().opens("/book").taps("Eye test").sees("[2026-11-24]").opens("/start").time_passes(40 * 86_400)
    chat.goes_on("Book an appointment").sees("Which day suits you?", "[2027-01-04]").sees_no("[2026-11-24]")


def test_a_doubt_that_is_set_aside_stays_in_doubt() -> None:
    chat = in_doubt().opens("/start").goes_on("Book an appointment").sees(DOUBT).sees_no("Change")
    chat.taps("Send it again").sees_notice("60 more seconds").time_passes(60).taps("Send it again").sees("Booked.")


def doubt_aside() -> Chat:
    """A booking in doubt that was set aside, and a second one under way."""
    return in_doubt().opens("/book").taps("Eye test").sees("Which day suits you?", "Go on: Book an appointment")


@pytest.mark.parametrize("command", ["/start", "/help", "/book", "/timezone", "/appointments"])
def test_neither_a_doubt_nor_a_second_conversation_is_lost_for_a_command(command: str) -> None:
    chat = doubt_aside().opens(command).sees_notice("").goes_on("Book an appointment")
    chat.sees("Which day suits you?", "Service: Eye test").goes_on("Book an appointment")
    chat.sees(DOUBT, "Service: Account opening").goes_on("Book an appointment").sees("Service: Eye test")
    answered(chat.chooses(0).chooses(0)).taps("Book it").sees("Booked.").goes_on("Book an appointment").sees(DOUBT)


def test_beside_a_doubt_the_zone_can_be_set_in_the_middle_of_a_second_conversation() -> None:
    chat = doubt_aside().opens("/timezone").taps("Asia/Kolkata").sees("Which day suits you?", "Service: Eye test")
    chat.goes_on("Book an appointment").sees(DOUBT)


def test_a_doubt_that_is_set_aside_is_not_pushed_out_by_many_conversations() -> None:
    chat = chat_with(appointment("one"), appointment("two"))
    chat = answered(chosen(chat)).calendar_is_silent().taps("Book it").sees(DOUBT)
    for command in ("/book", "/cancel", "/reschedule", "/book", "/cancel", "/help"):
        chat.opens(command).chooses(0) if command != "/help" else chat.opens(command)
    title = "Go on: Book an appointment"
    for _ in range(4):
        if DOUBT not in chat.screen_text:
            chat.taps(next(spoken(each.label) for each in chat.screen.buttons if isinstance(each.means, Resume)))
    chat.sees(DOUBT).time_passes(60).taps("Send it again").sees("Booked.").sees_no(title)


def test_of_many_conversations_the_oldest_is_let_go_and_that_is_said() -> None:
    chat = chat_with(appointment("one"), appointment("two"))
    chosen(chat).opens("/cancel", "one").sees_notice("").opens("/reschedule", "two").sees_notice("")
    chat.opens("/help").sees_notice("You had begun several things. The oldest is let go: Book an appointment")
    chat.goes_on("Move an appointment").sees("Title two").goes_on("Cancel an appointment").sees("Title one")
    chat.goes_on("Move an appointment").sees("Title two").leaves().goes_on("Cancel an appointment").leaves()
    chat.sees_no("Go on")


def test_three_conversations_are_gone_round_by_one_button() -> None:
    chat = chat_with(appointment("one"), appointment("two"))
    chosen(chat).opens("/cancel", "one").opens("/reschedule", "two")
    for title in ("Cancel an appointment", "Book an appointment", "Move an appointment") * 2:
        chat.taps(f"Go on: {title}").sees(f"# {title}")


def test_a_look_at_the_help_costs_none_of_two_conversations() -> None:
    chat = (
        chosen(chat_with(appointment("one"))).opens("/cancel", "one").opens("/help").opens("/privacy").sees_notice("")
    )
    chat.goes_on("Cancel an appointment").sees("why?").taps("Skip", "Cancel the appointment").sees("is cancelled.")
    chat.goes_on("Book an appointment").sees("> First name")


@pytest.mark.parametrize("command", ["/calendar", "/appointments", "/help"])
def test_what_is_let_go_is_said_also_where_a_command_comes_to_its_end_at_once(command: str) -> None:
    chat = chosen(chat_with(appointment("one")))
    for _ in range(2):
        chat.opens("/book").taps("Eye test")
    chat.opens(command).sees_notice("The oldest is let go: Book an appointment")


def test_the_answer_to_a_doubt_that_is_set_aside_ends_it() -> None:
    chat = in_doubt().opens("/start").sees("Go on: Book an appointment")
    chat.meets(chat.answer(chat.writes[0])).sees_no("Go on").sees("[Move an appointment]")


def test_a_form_that_is_filled_in_after_its_hour_has_gone_gives_way_to_a_new_screen() -> None:
    """What was refused in it before must not keep its buttons valid."""
    chosen(chat := Chat()).fills({"First name": "Somebody", "E-mail": "nowhere"}).sees("> E-mail", "no answer")
    before = chat.session.revision
    chat.calendar_holds().time_passes(60 * 86_400).fills({}, revision=before - 1).sees("Looking at the calendar")
    assert chat.session.revision == before + 1


def test_a_form_of_an_earlier_screen_does_not_keep_back_that_time_has_changed_this_one() -> None:
    chat = to_the_summary().taps("Change: Anything we should know?")
    before = chat.fills({"E-mail": "nowhere"}).session
    late = before.at + timedelta(days=60)
    idle = advance(chat.person, before, Returned(late))
    filled = advance(chat.person, before, Filled(late, before.revision - 1, {}, {}))
    assert (filled.revision, filled.answers) == (idle.revision, idle.answers)


def typed_beside(chat: Chat, label: str, revision: int | None = None, **typed: str) -> Chat:
    """Presses a button while this stands in the form, by the names of its questions."""
    heard: dict[str, Heard] = {
        f"form.{name}": Understood(Choice(line)) if line != "nonsense" else Unreadable(say("That is no answer."))
        for name, line in typed.items()
    }
    token = next(each.token for each in chat.screen.presses() if spoken(each.label) == label)
    return chat.meets(Filled(chat.at, revision or chat.session.revision, {}, heard, token))


def test_what_stood_in_a_form_is_kept_when_a_button_is_pressed_beside_it() -> None:
    chosen(chat := Chat())
    typed_beside(chat, "Back", firstname="Somebody").sees("> At what time?", "First name: Somebody")
    assert "form.firstname" in chat.session.answers


def test_what_stood_in_a_form_and_is_no_answer_is_neither_taken_nor_refused() -> None:
    chosen(chat := Chat())
    typed_beside(chat, "Back", firstname="nonsense", email="x" * 5000)
    assert not {"form.firstname", "form.email"} & chat.session.answers.keys()
    assert not chat.session.errors


def test_an_answer_that_would_end_a_conversation_is_only_taken_when_it_is_sent() -> None:
    chat = chosen(Chat()).opens("/forget")
    yes = chat.screen.questions[0].choices[0].means
    assert isinstance(yes, Answer)
    token = next(each.token for each in chat.screen.presses() if spoken(each.label).startswith("Go on"))
    chat.meets(Filled(chat.at, chat.session.revision, {}, {yes.field: Understood(yes.choice)}, token))
    chat.sees("First name").sees_no("Go on: Forget me").opens("/forget").sees("Shall I forget everything about you")


def test_a_press_beside_what_stood_in_an_earlier_form_changes_nothing() -> None:
    chosen(chat := Chat())
    typed_beside(chat, "Back", revision=1, firstname="Somebody").sees_notice(spoken(OLD)).sees("> First name")
    assert "form.firstname" not in chat.session.answers


def test_back_beside_the_last_answer_leads_to_the_question_before_it() -> None:
    chat = to_the_summary().taps("Change: Anything we should know?")
    typed_beside(chat, "Back", comments="Nothing").sees("> How did you hear of us?")
    assert chat.session.value("form.comments") == "Nothing"


def two_doubts() -> Chat:
    """A booking in doubt that was set aside, and a second one."""
    chat = in_doubt().opens("/book").taps("Eye test").chooses(0).chooses(-1)
    return (
        answered(chat)
        .calendar_is_silent()
        .taps("Book it")
        .sees(DOUBT, "Service: Eye test", "[Go on: Book an appointment, Account opening]")
    )


@pytest.mark.parametrize("command", ["/start", "/book", "/cancel", "/timezone", "/help", "/link"])
def test_two_doubts_keep_nothing_from_being_looked_at(command: str) -> None:
    chat = two_doubts().opens(command).sees("[Go on: Book an appointment")
    chat.goes_on("Book an appointment").sees(DOUBT, "Service: Eye test")
    chat.goes_on("Book an appointment").sees(DOUBT, "Service: Account opening")


def test_beside_two_doubts_nothing_else_is_sent() -> None:
    chat = two_doubts().opens("/book").taps("Eye test").chooses(0).chooses(-1)
    answered(chat).taps("Book it").sees_notice("Two things are not known to have arrived.").sees("[Book it]")
    chat.goes_on("Book an appointment").sees(DOUBT).leaves().goes_on("Book an appointment").sees(DOUBT)
    chat.goes_on("Book an appointment").calendar_answers().taps("Book it").sees("Booked.")


def test_of_two_doubts_both_can_be_ended() -> None:
    chat = two_doubts().time_passes(60).taps("Send it again").sees("Booked.", "Service: Eye test")
    chat.goes_on("Book an appointment").sees(DOUBT, "Service: Account opening").taps("Send it again")
    chat.sees("Booked.", "Service: Account opening").sees_no("Go on")
    chat = two_doubts().leaves().sees("Whether it arrived is still not known", "[Go on: Book an appointment")
    chat.opens("/help").goes_on("Book an appointment").sees(DOUBT, "Service: Account opening")


def test_the_answer_to_a_doubt_under_another_conversation_ends_it_alone() -> None:
    chat = doubt_aside().opens("/help")
    chat.meets(chat.answer(chat.writes[0])).goes_on("Book an appointment").sees("Service: Eye test").sees_no("Go on")
    chat = doubt_aside().opens("/help").calendar_refuses(Reason.HOUR_TAKEN)
    chat.meets(chat.answer(chat.writes[0])).goes_on("Book an appointment").sees("Service: Eye test")
    chat.goes_on("Book an appointment").sees_notice("this hour has just been taken").sees("At what time?")


def test_with_two_doubts_and_a_third_conversation_none_is_lost() -> None:
    chat = chat_with(appointment("one"))
    chat = answered(chosen(chat)).calendar_is_silent().taps("Book it").opens("/cancel", "one").taps("Skip")
    chat.opens("/book").taps("Eye test").chooses(0).chooses(-1)
    answered(chat).calendar_is_silent().taps("Book it").sees(DOUBT, "Service: Eye test")
    chat.goes_on("Cancel an appointment").sees("Title one").taps("Cancel the appointment")
    chat.sees_notice("Two things are not known").sees("Title one").opens("/help").goes_on("Cancel an appointment")
    chat.goes_on("Book an appointment").sees(DOUBT, "Service: Account opening").leaves()
    chat.goes_on("Book an appointment").sees(DOUBT, "Service: Eye test").goes_on("Cancel an appointment")
    chat.taps("Cancel the appointment").sees("is cancelled.")


def test_late_answers_to_two_doubts_each_end_their_own() -> None:
    chat = two_doubts()
    first, second = chat.writes
    chat.meets(chat.answer(first)).sees(DOUBT, "Service: Eye test").sees_no("Go on")
    chat.meets(chat.answer(second)).sees("Booked.", "Service: Eye test")


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (Reason.HOUR_TAKEN, ("this hour has just been taken", "At what time?", "First name: Somebody")),
        (Reason.AWAY, ("The calendar cannot be reached", SUMMARY)),
        (Reason.FORM_CHANGED, ("The questions have changed", SUMMARY)),
        (Reason.SERVICE_GONE, ("This service is not offered any more.", "What is it for?")),
    ],
)
def test_the_late_refusal_of_a_doubt_that_is_set_aside_ends_it(reason: Reason, words: tuple[str, ...]) -> None:
    chat = in_doubt().opens("/start")
    chat.calendar_refuses(reason).meets(chat.answer(chat.writes[0])).sees("Go on: Book an appointment")
    assert chat.session.aside
    assert chat.session.aside.failed is None
    chat.goes_on("Book an appointment").sees(*words).sees_no(DOUBT)


def test_the_silence_about_a_doubt_that_is_set_aside_changes_nothing() -> None:
    chat = in_doubt().opens("/start")
    before = chat.session
    assert chat.meets(Unanswered(NOW, chat.writes[0])).session == before


# Reads that failed.


@pytest.mark.parametrize("act", ["returns", "types", "presses", "opens an unknown one"])
def test_why_a_read_failed_stays_until_it_is_tried_again(act: str) -> None:
    chat = Chat().calendar_refuses(Reason.AWAY, at=FindDays).opens("/book").taps("Eye test")
    match act:
        case "returns":
            chat.returns()
        case "types":
            chat.types("hello")
        case "presses":
            chat.presses("a-junk")
        case _:
            chat.opens("/dance")
    chat.sees("The calendar cannot be reached right now.", "[Try again]").taps("Try again")
    chat.sees("Which day suits you?").sees_no("The calendar cannot be reached")


def test_why_a_read_failed_does_not_come_back_with_the_conversation() -> None:
    chat = Chat().calendar_is_silent(at=FindDays).opens("/book").taps("Eye test").opens("/help")
    chat.goes_on("Book an appointment").sees("Which day suits you?").sees_no("does not answer")


# Back, and changes.


def test_going_back_alone_loses_nothing() -> None:
    chat = to_the_summary()
    before = chat.session.answers
    for _ in range(3):
        chat.back()
    while chat.session.reopened:
        chat.taps(next(spoken(each.label) for each in chat.screen.buttons if spoken(each.label).startswith("Keep: ")))
    assert chat.sees(SUMMARY).session.answers == before


def test_the_first_question_has_nothing_behind_it() -> None:
    Chat().opens("/book").sees_no("[Back]")


def test_another_agent_asks_for_day_and_hour_again() -> None:
    chat = to_the_summary().taps("Change agent", "Agent One").sees("Which day suits you?").sees_no("Keep", "When: ")
    chat.chooses(0).chooses(0).sees(SUMMARY, "With: Agent One", "First name: Somebody")


# Time.


def test_an_hour_that_passes_while_choosing_is_not_taken() -> None:
    chat = Chat(at=datetime(2026, 11, 24, 12, 50, tzinfo=UTC)).opens("/book").taps("Eye test").chooses(0)
    chat.sees("[10:00]").time_passes(900).taps("10:00").sees_notice("This hour has passed.").sees("[10:30]")
    chat.sees_no("[10:00]")


def test_an_hour_that_passes_at_the_summary_is_not_sent() -> None:
    chat = to_the_summary().time_passes(2 * 86_400 + 3_600).taps("Book it").sees_notice("This hour has passed.")
    assert chat.writes == []
    answered_again = chat.sees("At what time?").chooses(-1).sees(SUMMARY, "First name: Somebody")
    answered_again.taps("Book it").sees("Booked.")


def test_an_hour_that_passes_while_another_question_is_asked_for_is_not_waited_for_in_vain() -> None:
    for what, question in (("service", "What is it for?"), ("hour", "At what time?")):
        chat = to_the_summary().calendar_holds().taps(f"Change {what}").time_passes(2 * 86_400 + 3_600)
        chat.meets(chat.answer(chat.held.pop())).sees(question).sees_no("Looking at the calendar")


def test_a_read_that_is_refused_for_its_own_question_is_not_asked_for_ever() -> None:
    chat = to_the_summary().calendar_refuses(Reason.DATE_PAST, at=FindDays).taps("Change day")
    chat.sees("The calendar did not accept this.", "[Try again]").taps("Try again").sees("Which day suits you?")


def test_an_hour_that_passes_leaves_a_question_open_that_was_opened_again() -> None:
    chat = to_the_summary().taps("Change: First name").time_passes(2 * 86_400 + 3_600).types("Anybody")
    chat.sees_notice("This hour has passed.").sees("At what time?", "First name: Anybody")
    chat = to_the_summary().taps("Change service").time_passes(2 * 86_400 + 3_600).returns()
    chat.sees_notice("").sees("What is it for?", "Keep: Account opening")


def test_a_conversation_begun_in_another_zone_asks_for_the_same_instant() -> None:
    chat = to_the_summary()
    hour = chat.session.instant("hour")
    chat.person = replace(chat.person, zone="Asia/Kolkata")
    chat.taps("Book it").sees("Booked.")
    assert (chat.booked.start, chat.booked.zone) == (hour, "Asia/Kolkata")


# What holds of every event.


def test_revision_rises_only_with_something_new_to_be_seen() -> None:
    chat = Chat().opens("/book").taps("Account opening")
    before = chat.session.revision
    chat.presses("a-junk").types("dancing")
    assert chat.session.revision == before + 1
    chat.types("dancing").returns()
    assert chat.session.revision == before + 1


@pytest.mark.parametrize("session", [nothing_yet("k"), Session(key="k"), Session(key="k", conversation="gone")])
@pytest.mark.parametrize("event", FIRST, ids=lambda event: type(event).__name__)
def test_any_event_may_be_the_first(session: Session, event: Event) -> None:
    after = advance(Person(zone=ZONE), session, event)
    assert not isinstance(after.waiting, WRITES)
    assert show(Person(zone=ZONE), after).buttons


def test_every_kind_of_event_was_tried_as_the_first() -> None:
    assert {type(event) for event in FIRST} == set(get_args(Event))


def test_only_an_instant_is_an_instant() -> None:
    with pytest.raises(TypeError, match="day"):
        Session(key="k", answers={"day": Choice("tomorrow")}).instant("day")
