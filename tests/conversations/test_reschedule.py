"""/reschedule: each way in, each refusal, and each recovery played on to a moved appointment."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chatting import NOW, ZONE, Chat, spoken
from conversations.calls import FindDays, FindHours, FindInfo, Reschedule
from conversations.events import Reason
from conversations.people import Appointment, Person, State
from conversations.refusals import NOTICES
from dialogs import booked, chosen
from paper_calendar import LENGTH

READS = (FindInfo, FindDays, FindHours)


def appointment(id: str, service: str = "s1", days: int = 30, agent: str | None = None) -> Appointment:
    start = NOW + timedelta(days=days)
    return Appointment(
        id=id, service=service, service_title=f"Title {id}", agent=agent, start=start, end=start + LENGTH, zone=ZONE
    )


def chat_with(*appointments: Appointment) -> Chat:
    return Chat(person=Person(zone=ZONE, appointments=appointments))


def to_the_summary(chat: Chat) -> Chat:
    return chat.opens("/reschedule").chooses(0).chooses(0).sees("Shall I move it to this hour?")


def goes_on_to_the_end(chat: Chat) -> None:
    for _ in range(10):
        if chat.session.over:
            break
        label = next((each for each in ("Move it", "Try again") if f"[{each}]" in chat.screen_text), None)
        chat.taps(label) if label else chat.chooses(-1)
    chat.sees("Moved. The new hour is yours, the old one is given back.")


def test_without_an_appointment_there_is_nothing_to_move() -> None:
    chat = Chat().opens("/reschedule").sees("You have no appointment that could be moved.").sees_no("[Leave]")
    chosen(chat).opens("/reschedule").taps("Go on: Book an appointment").sees("> First name")


def test_the_only_appointment_is_taken_without_asking() -> None:
    chat_with(appointment("one")).opens("/reschedule").sees("Which day suits you better?", "Appointment: Title one")


def test_of_several_appointments_the_soonest_is_offered_first() -> None:
    chat = chat_with(appointment("late", days=60), appointment("soon", days=2)).opens("/reschedule")
    chat.sees("Which appointment do you want to move?").chooses(0).sees("Appointment: Title soon")


def test_what_has_begun_or_is_cancelled_or_gone_cannot_be_moved() -> None:
    chat = chat_with(
        appointment("begun", days=0),
        replace(appointment("cancelled"), state=State.CANCELLED),
        replace(appointment("gone"), state=State.GONE),
    )
    chat.opens("/reschedule").sees("You have no appointment that could be moved.")


def test_a_door_to_an_appointment_goes_straight_to_the_days() -> None:
    chat = chat_with(appointment("one"), appointment("two")).opens("/reschedule", "two")
    chat.sees("Appointment: Title two", "Which day suits you better?")


@pytest.mark.parametrize(
    ("subject", "words"),
    [
        ("nobody's", "What that button was for is not there any more."),
        ("begun", "This appointment cannot be changed any more: it has begun."),
    ],
)
def test_a_door_to_what_cannot_be_moved_says_why_and_takes_nothing_in_its_place(subject: str, words: str) -> None:
    chat = chat_with(appointment("one"), appointment("begun", days=0)).opens("/reschedule", subject)
    chat.sees_notice(words).sees("[Title one, ")
    chat.presses("a-junk").sees("Which appointment do you want to move?").sees_no("Which day suits you better?")
    chat.chooses(0).sees("Which day suits you better?")


def test_the_days_are_those_of_the_agent_who_holds_it() -> None:
    chat = chat_with(appointment("one", "s3")).opens("/reschedule")
    assert chat.session.offer
    assert isinstance(chat.session.offer.call, FindDays)
    assert chat.session.offer.call.agent == "a4"


def test_the_agent_who_was_chosen_is_not_asked_for() -> None:
    chat = chat_with(appointment("one", agent="a2")).calendar_refuses(Reason.AWAY, at=FindInfo).opens("/reschedule")
    assert chat.session.offer
    assert chat.session.offer.call == FindDays("s1", "a2", None, ZONE)


def test_what_is_sent_is_what_the_summary_showed() -> None:
    chat = to_the_summary(chat_with(appointment("one")))
    start = chat.session.instant("hour")
    chat.sees(f"New time: {spoken(start)}").sees_no("New day:").taps("Move it").sees(f"When: {spoken(start)}")
    [write] = chat.writes
    assert isinstance(write, Reschedule)
    assert (write.appointment, write.start) == ("one", start)


def test_another_day_asks_for_the_hour_again() -> None:
    chat = to_the_summary(chat_with(appointment("one"))).taps("Change day").sees("Keep: 2026-11-24").chooses(1)
    chat.sees("At what time?").sees_no("Keep", "New time: ").chooses(0).taps("Move it").sees("Moved.")


def test_another_appointment_asks_for_day_and_hour_again() -> None:
    chat = chat_with(appointment("one"), appointment("two", "s3")).opens("/reschedule").chooses(0).chooses(0).chooses(0)
    chat.taps("Another appointment", f"Title two, {spoken(NOW + timedelta(days=30))}")
    chat.sees("Which day suits you better?", "Appointment: Title two").sees_no("Keep")


def test_an_appointment_whose_tokens_are_spent_is_not_asked_about_for_ever() -> None:
    chat = chat_with(appointment("one")).calendar_refuses(Reason.TOKEN_SPENT, at=FindInfo).opens("/reschedule")
    chat.sees_notice("This appointment cannot be changed any more").sees("You have no appointment that could be moved.")
    assert chat.session.waiting is None


def test_the_only_other_appointment_is_not_taken_for_a_spent_one() -> None:
    chat = chat_with(appointment("one"), appointment("two")).opens("/reschedule", "one").chooses(0).chooses(0)
    chat.calendar_refuses(Reason.TOKEN_SPENT).taps("Move it").sees("Which appointment do you want to move?")
    chat.presses("a-junk").sees("[Title two, ").sees_no("Which day suits you better?")


def test_an_appointment_that_begins_while_choosing_is_let_go() -> None:
    chat = chat_with(appointment("one", days=1), appointment("two", days=50), appointment("three", days=60))
    chat.opens("/reschedule", "one").chooses(0).time_passes(86_400).chooses(0)
    chat.sees("Which appointment do you want to move?").sees_no("Title one")
    chat.sees_notice("This appointment cannot be changed any more: it has begun.")


def test_an_appointment_that_is_forgotten_elsewhere_while_choosing_is_let_go() -> None:
    chat = chat_with(appointment("one")).opens("/reschedule").chooses(0).sees("At what time?")
    chat.person = replace(chat.person, appointments=())
    chat.types("10:00").sees("You have no appointment that could be moved.")
    chat.sees_notice("This appointment cannot be changed any more: it was cancelled, moved or has begun.")
    chat = chat_with(appointment("one")).opens("/reschedule").sees("Which day suits you better?")
    chat.person = replace(chat.person, appointments=())
    chat.presses("a-junk").sees("You have no appointment that could be moved.")


@pytest.mark.parametrize("reason", Reason)
@pytest.mark.parametrize("call", READS)
def test_after_a_read_was_refused_it_can_still_be_moved(call: type, reason: Reason) -> None:
    chat = chat_with(appointment("one"), appointment("two"))
    chat.calendar_refuses(reason, at=call).opens("/reschedule", "one")
    goes_on_to_the_end(chat)


@pytest.mark.parametrize("call", READS)
def test_after_a_read_had_no_answer_it_can_still_be_moved(call: type) -> None:
    goes_on_to_the_end(chat_with(appointment("one")).calendar_is_silent(at=call).opens("/reschedule"))


@pytest.mark.parametrize("reason", [reason for reason in Reason if reason is not Reason.TOKEN_SPENT])
def test_a_refused_move_says_why_and_can_still_be_made(reason: Reason) -> None:
    chat = to_the_summary(chat_with(appointment("one"))).calendar_refuses(reason).taps("Move it")
    chat.sees_notice(spoken(NOTICES[reason])).sees("[Leave]").sees_no("Moved")
    goes_on_to_the_end(chat)
    assert len({write.key for write in chat.writes}) == len(chat.writes) == 2


@pytest.mark.parametrize(
    ("reason", "asked"),
    [
        (Reason.HOUR_TAKEN, "At what time?"),
        (Reason.DATE_PAST, "Which day suits you better?"),
        (Reason.SERVICE_GONE, "Which day suits you better?"),
        (Reason.AWAY, "Shall I move it to this hour?"),
    ],
)
def test_a_refusal_goes_back_to_what_it_is_about(reason: Reason, asked: str) -> None:
    chat = to_the_summary(chat_with(appointment("one"))).calendar_refuses(reason).taps("Move it")
    chat.sees(asked, "Appointment: Title one")


def test_a_spent_appointment_is_not_offered_again_and_another_can_be_moved() -> None:
    chat = chat_with(*(appointment(id) for id in ("one", "two", "three"))).opens("/reschedule", "one")
    chat.chooses(0).chooses(0).calendar_refuses(Reason.TOKEN_SPENT).taps("Move it")
    chat.sees_notice("This appointment cannot be changed any more").sees_no("Title one").chooses(0)
    goes_on_to_the_end(chat)


def test_a_spent_appointment_that_was_the_only_one_leaves_nothing_to_move() -> None:
    chat = to_the_summary(chat_with(appointment("one"))).calendar_refuses(Reason.TOKEN_SPENT).taps("Move it")
    chat.sees("This appointment cannot be changed any more", "You have no appointment that could be moved.")


def test_what_was_just_booked_can_be_moved_by_its_own_door() -> None:
    chat = Chat()
    booked(chat)
    chat.taps("Move an appointment").chooses(0).chooses(-1).taps("Move it").sees("Moved.", "Service: Account opening")
