"""/cancel: each way in, with a reason and without, each refusal, and each recovery played on to a cancellation."""

from dataclasses import replace
from datetime import timedelta

import pytest
from test_reschedule import appointment, chat_with

from chatting import NOW, Chat, spoken
from conversations.calls import Cancel
from conversations.events import Reason
from conversations.people import State
from conversations.refusals import NOTICES


def to_the_summary(chat: Chat) -> Chat:
    return chat.opens("/cancel", "one").types("I am ill.").sees("Shall I cancel this appointment?", "Reason: I am ill.")


def test_without_an_appointment_there_is_nothing_to_cancel() -> None:
    Chat().opens("/cancel").sees("You have no appointment that could be cancelled.", "[Help]").sees_no("[Leave]")


def test_the_only_appointment_is_taken_without_asking() -> None:
    chat_with(appointment("one")).opens("/cancel").sees("Would you like to say why?", "Appointment: Title one")


def test_of_several_appointments_one_is_asked_for() -> None:
    chat = chat_with(appointment("one"), appointment("two")).opens("/cancel")
    chat.sees("Which appointment do you want to cancel?").chooses(-1).sees("Appointment: Title two")


def test_a_door_to_an_appointment_asks_only_why() -> None:
    chat_with(appointment("one"), appointment("two")).opens("/cancel", "two").sees("Appointment: Title two", "why?")


def test_a_door_to_anothers_appointment_says_so_and_takes_nothing_in_its_place() -> None:
    chat = chat_with(appointment("one")).opens("/cancel", "another-persons")
    chat.sees_notice("not there any more").returns().sees("Which appointment do you want to cancel?")


@pytest.mark.parametrize("reason", ["I am ill.", ""])
def test_a_reason_is_sent_where_it_was_given(reason: str) -> None:
    chat = chat_with(appointment("one")).opens("/cancel")
    chat.types(reason) if reason else chat.taps("Skip")
    chat.taps("Cancel the appointment").sees("The appointment is cancelled.")
    [write] = chat.writes
    assert isinstance(write, Cancel)
    assert (write.appointment, write.reason) == ("one", reason)


def test_a_reason_has_at_most_a_thousand_characters() -> None:
    chat = chat_with(appointment("one")).opens("/cancel").types("x" * 1001)
    chat.sees("That is 1 character too long; up to 1000 fit.").types("x" * 1000).sees("Shall I cancel")


@pytest.mark.parametrize(
    ("limit", "rule"), [(None, "Please give another."), (4, "4 characters are the most."), (1, "1 character is")]
)
def test_a_reason_that_the_calendar_refuses_is_asked_for_again(limit: int | None, rule: str) -> None:
    chat = to_the_summary(chat_with(appointment("one"))).calendar_blames("reason", limit)
    chat.taps("Cancel the appointment").sees("Would you like to say why?", rule, "Appointment: Title one")
    chat.types("Ill").sees("Reason: Ill").taps("Cancel the appointment").sees("The appointment is cancelled.")
    assert len({write.key for write in chat.writes}) == 2


def test_a_calendar_that_counts_otherwise_than_people_see_is_explained() -> None:
    chat = chat_with(appointment("one")).opens("/cancel").types("🙂" * 600).calendar_blames("reason", 1000)
    chat.taps("Cancel the appointment")
    chat.sees("Would you like to say why?", "1000 characters are the most.", "counts an emoji as several.")


def test_a_refusal_never_blames_what_was_chosen() -> None:
    chat = to_the_summary(chat_with(appointment("one"))).calendar_blames("appointment").taps("Cancel the appointment")
    chat.sees("Shall I cancel this appointment?").sees_notice("One of the answers was not accepted.")


def test_an_empty_line_is_no_reason() -> None:
    chat_with(appointment("one")).opens("/cancel").types("").sees("This cannot be an answer here.", "[Skip]")


def test_a_reason_can_be_taken_back() -> None:
    chat = to_the_summary(chat_with(appointment("one"))).taps("Change reason").sees("Keep: I am ill.").taps("Skip")
    chat.sees("Reason: Not given").taps("Change reason").sees("Keep: Not given").sees_no("[Skip]")


def test_a_cancelled_appointment_cannot_be_cancelled_again() -> None:
    chat = to_the_summary(chat_with(appointment("one"))).taps("Cancel the appointment").sees("is cancelled.")
    chat.sees_no("[Cancel an appointment]", "[Move an appointment]")
    chat.opens("/cancel", "one").sees("You have no appointment that could be cancelled.")


def test_an_appointment_that_was_moved_meanwhile_is_shown_where_it_is() -> None:
    chat = to_the_summary(chat_with(appointment("one"))).opens("/reschedule").chooses(0).chooses(0).taps("Move it")
    start = spoken(chat.person.appointments[0].start)
    chat.taps("Go on: Cancel an appointment").sees(f"Appointment: Title one, {start}")
    chat.taps("Cancel the appointment").sees("The appointment is cancelled.")


def test_an_appointment_that_moves_under_the_summary_is_shown_again_before_it_is_cancelled() -> None:
    chat = to_the_summary(chat_with(appointment("one")))
    chat.person = replace(chat.person, appointments=(appointment("one", days=3),))
    chat.taps("Cancel the appointment").sees("Shall I cancel", spoken(NOW + timedelta(days=3)))
    assert chat.writes == []


def test_an_appointment_that_begins_under_the_summary_is_let_go_and_that_is_said() -> None:
    chat = to_the_summary(chat_with(appointment("one", days=1))).time_passes(86_400).taps("Cancel the appointment")
    chat.sees_notice("This appointment cannot be changed any more: it has begun.")
    chat.sees("You have no appointment that could be cancelled.").returns().sees_notice("")
    assert chat.writes == []


def test_an_appointment_that_was_cancelled_elsewhere_is_let_go_and_that_is_said() -> None:
    chat = to_the_summary(chat_with(appointment("one"))).opens("/help")
    chat.person = replace(chat.person, appointments=(replace(appointment("one"), state=State.CANCELLED),))
    chat.taps("Go on: Cancel an appointment")
    chat.sees_notice("This appointment cannot be changed any more: it is cancelled.")


def test_the_only_other_appointment_is_not_cancelled_for_one_that_has_begun() -> None:
    chat = to_the_summary(chat_with(appointment("one", days=1), appointment("two"))).time_passes(86_400)
    chat.taps("Cancel the appointment").sees_notice("it has begun.")
    chat.sees("Which appointment do you want to cancel?", "[Title two, ").sees_no("I am ill.", "Appointment: ")
    chat.chooses(0).taps("Skip", "Cancel the appointment").sees("The appointment is cancelled.")
    assert [write.appointment for write in chat.writes if isinstance(write, Cancel)] == ["two"]


def test_leaving_lets_the_appointment_stand() -> None:
    chat = to_the_summary(chat_with(appointment("one"))).leaves().sees("Left. Your appointment stands.")
    chat.sees("[Cancel an appointment]")
    assert chat.writes == []


@pytest.mark.parametrize("reason", [reason for reason in Reason if reason is not Reason.TOKEN_SPENT])
def test_a_refused_cancellation_says_why_and_can_still_be_made(reason: Reason) -> None:
    chat = to_the_summary(chat_with(appointment("one"))).calendar_refuses(reason).taps("Cancel the appointment")
    chat.sees_notice(spoken(NOTICES[reason])).sees("Reason: I am ill.", "[Leave]")
    chat.taps("Cancel the appointment").sees("The appointment is cancelled.")
    assert len({write.key for write in chat.writes}) == 2


def test_a_spent_appointment_is_not_offered_again_and_another_can_be_cancelled() -> None:
    chat = to_the_summary(chat_with(*map(appointment, ("one", "two", "three")))).calendar_refuses(Reason.TOKEN_SPENT)
    chat.taps("Cancel the appointment").sees_notice("This appointment cannot be changed any more")
    chat.sees("Which appointment do you want to cancel?").sees_no("Title one", "I am ill.").chooses(0)
    chat.taps("Skip", "Cancel the appointment").sees("The appointment is cancelled.")


def test_a_cancellation_in_doubt_can_be_sent_again_by_ones_own_word() -> None:
    chat = to_the_summary(chat_with(appointment("one"))).calendar_is_silent().taps("Cancel the appointment")
    chat.sees("I am not sure whether your appointment was cancelled").time_passes(60).taps("Send it again")
    chat.sees("The appointment is cancelled.")
