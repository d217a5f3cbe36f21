"""/book: each way in, each refusal at each step, and each recovery played on to a booking."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from chatting import NOW, ZONE, Chat, spoken
from conversations.answers import form_known
from conversations.calls import FindAgents, FindDays, FindForm, FindHours, FindServices
from conversations.events import Found, Reason
from conversations.kinds import FormField, Kind
from conversations.offers import Choice, Offer
from conversations.people import Person
from conversations.refusals import NOTICES
from conversations.screens import Back
from dialogs import answered, booked, chosen
from paper_calendar import EVERYTHING_ASKED, PaperCalendar

READS = (FindServices, FindAgents, FindDays, FindHours, FindForm)
WRITE_REFUSALS = tuple(Reason)


def to_the_summary(chat: Chat) -> Chat:
    answered(chosen(chat))
    return chat


def goes_on_to_the_end(chat: Chat) -> None:
    """Answers whatever is open, as somebody does who wants it booked."""
    for _ in range(20):
        if chat.session.over:
            break
        if any(spoken(button.label) == "Book it" for button in chat.screen.buttons):
            chat.taps("Book it")
        elif chat.screen.focus is None:
            chat.taps("Try again")
        elif (question := chat.screen.question(chat.screen.focus)) and question.choices:
            chat.chooses(-1)
        else:
            chat.types("somebody@example.com")
    chat.sees("Booked. See you then!")


# The form.


def test_what_was_marked_for_a_question_that_another_form_lacks_is_forgotten() -> None:
    session = chosen(Chat()).session
    assert session.form
    marked = replace(session, picked={"form.gone": ("Yes",)})
    assert form_known(marked, session.form).picked == {}


# Ways in.


def test_a_door_to_a_service_answers_the_first_question() -> None:
    Chat().opens("/book", "s1").sees("Service: Account opening", "With whom?")


def test_a_door_to_a_service_that_is_gone_says_so_and_asks() -> None:
    Chat().opens("/book", "s99").sees_notice("not there any more").sees("What is it for?")


def test_a_door_to_a_service_of_odd_id_still_leads_there() -> None:
    chat = Chat().opens("/book", "o" * 60).sees_notice("not there any more")
    chat.taps("Eye test").sees("Which day suits you?")


def test_an_automatic_service_is_not_asked_with_whom() -> None:
    chat = Chat().opens("/book").taps("Eye test").sees("Which day suits you?").sees_no("With whom?")
    answered(chat.chooses(0).chooses(0)).taps("Book it").sees("Booked.")
    assert chat.booked.agent is None
    assert chat.booked.agent_name == ""


def test_a_single_agent_is_taken_without_asking_and_sent() -> None:
    chat = Chat().opens("/book").taps("Mortgage advice").sees("With: Agent Seven", "Which day suits you?")
    answered(chat.chooses(0).chooses(0)).taps("Book it").sees("Booked.", "With: Agent Seven")
    assert chat.booked.agent == "a4"


def test_what_went_without_asking_is_neither_gone_back_to_nor_changed() -> None:
    chat = Chat().opens("/book").taps("Mortgage advice").back().sees("What is it for?")
    answered(chat.taps("Keep: Mortgage advice").chooses(0).chooses(0)).sees_no("Change agent")


def test_more_services_stand_on_further_pages() -> None:
    chat = Chat().opens("/book").sees_no("Sleep counselling").taps("More").sees("Sleep counselling")
    chat.taps("Previous").sees("Account opening").taps("More", "Sleep counselling").sees("Which day suits you?")


def test_further_months_can_be_looked_at_and_back() -> None:
    chat = Chat().opens("/book").taps("Eye test", "On to 2026-12").sees("[2026-12-04]", "On to 2027-01")
    chat.taps("Back to 2026-11").sees("[2026-11-24]").sees_no("Back to 2026-10")


def test_a_month_without_a_free_day_is_skipped() -> None:
    Chat(PaperCalendar(full_months={"2026-11"})).opens("/book").taps("Eye test").sees("[2026-12-04]")


def test_another_service_forgets_the_month_that_was_looked_at() -> None:
    Chat().opens("/book").taps("Eye test", "On to 2026-12").back().taps("Vaccination").sees("[2026-11-24]")


# Nothing to choose.


def test_without_services_it_is_said_that_there_is_nothing_to_book() -> None:
    chat = Chat(PaperCalendar(services=())).opens("/book").sees("There is nothing to book at the moment.")
    chat.sees_no("[Leave]").taps("Help").sees("# Help")


def test_without_a_free_day_the_months_before_and_after_can_still_be_looked_at() -> None:
    chat = Chat(at=NOW + timedelta(days=7)).opens("/book").taps("Eye test")
    chat.sees("Which day suits you?", "On to 2026-12").sees_no("No free day")


def test_a_day_whose_last_hour_was_taken_can_be_given_up() -> None:
    chat = Chat().opens("/book").taps("Eye test").chooses(0).sees("At what time?")
    assert isinstance(chat.session.offer, Offer)
    chat.calendar.taken |= {each.value for each in chat.session.offer.choices if isinstance(each.value, datetime)}
    chat.back().taps("Keep: 2026-11-24").sees("Nothing is free on this day any more.")
    answered(chat.back().chooses(1).chooses(0)).taps("Book it").sees("Booked.")


# The form.


def test_every_kind_of_question_is_asked_answered_and_sent() -> None:
    chat = Chat().opens("/book", EVERYTHING_ASKED).taps("Anyone").chooses(0).chooses(0)
    chat.types("Somebody").types("3").types("2000-01-31").taps("Yes").taps("No")
    chat.sees("Topics").sees_no("[Done]").taps("Heart", "Sleep", "Heart").sees("[x Sleep]").taps("Done")
    chat.taps("Skip").types("https://example.com")
    chat.sees("Topics: Sleep", "Date of birth: 2000-01-31", "First visit?: Yes", "Do you come alone?: No")
    chat.sees("Habits: Not given").taps("Book it").sees("Booked.")
    assert dict(chat.booked.form) == {
        "firstname-1": "Somebody",
        "household-1": Decimal(3),
        "birthday-1": "2000-01-31",
        "visit-1": "yes",
        "alone-1": "no",
        "topics-1": ("sleep",),
        "website-1": "https://example.com",
    }


def everything_but_topics(chat: Chat) -> Chat:
    chat.opens("/book", EVERYTHING_ASKED).taps("Anyone").chooses(0).chooses(0)
    return chat.types("Somebody", "3", "2000-01-31").taps("Yes", "No")


def test_what_was_picked_can_be_picked_anew() -> None:
    chat = everything_but_topics(Chat()).taps("Heart", "Done", "Skip", "Skip")
    chat.taps("Change: Topics").sees("[x Heart]", "Keep: Heart").taps("Back", "Sleep", "Done")
    chat.sees("Topics: Heart, Back")


def test_what_was_not_understood_is_forgiven_once_an_option_is_taken() -> None:
    chat = everything_but_topics(Chat()).types("nothing of this").sees("This is no answer.", "[Heart]")
    chat.taps("Heart").sees("[x Heart]").sees_no("This is no answer.")


def test_options_of_two_questions_with_the_same_words_are_told_apart() -> None:
    chat = everything_but_topics(Chat())
    habits = chat.screen.question("form.habits")
    assert habits
    chat.presses(habits.choices[0].token).sees("> Habits", "[x Sleep]").taps("Done").sees("> Topics", "[Sleep]")
    chat.taps("Heart", "Done", "Skip").sees("Topics: Heart", "Habits: Sleep")
    chat.taps("Change: First visit?").sees("Topics", "[x Heart]", "[x Sleep]")


def test_what_was_picked_stays_while_another_question_is_answered() -> None:
    chat = everything_but_topics(Chat()).taps("Heart", "Sleep").fills({"Web page": "https://example.com"})
    chat.sees("> Topics", "[x Heart]", "[x Sleep]").fills({"First visit?": "No"}).sees("[x Heart]", "[x Sleep]")
    chat.taps("Done", "Skip").sees("Topics: Heart, Sleep", "First visit?: No", "Web page: https://example.com")


def test_an_answer_that_stands_can_be_kept_after_a_line_that_is_none() -> None:
    chat = answered(chosen(Chat())).taps("Change: E-mail").types("nowhere").sees("This is no answer.")
    chat.sees("E-mail: somebody@example.com", "[Keep: somebody@example.com]").taps("Keep: somebody@example.com")
    chat.sees("Shall I book this?", "E-mail: somebody@example.com").taps("Book it").sees("Booked.")


def test_an_answer_that_the_calendar_refused_is_not_offered_to_be_kept() -> None:
    chat = answered(chosen(Chat())).calendar_refuses(Reason.FIELD_REFUSED, "E-mail").taps("Book it")
    chat.sees("> E-mail", "This answer was not accepted.").sees_no("Keep").types("nowhere").sees_no("Keep")
    chat.types("anybody@example.com").taps("Change: E-mail").sees("[Keep: anybody@example.com]")


def goes_back(chat: Chat) -> Chat:
    """By the button: an option is called so too."""
    return chat.presses(next(each.token for each in chat.screen.buttons if isinstance(each.means, Back)))


def test_what_was_picked_of_a_question_stays_while_another_one_is_open() -> None:
    chat = everything_but_topics(Chat()).taps("Heart", "Sleep")
    habits = chat.screen.question("form.habits")
    assert habits
    chat.presses(habits.choices[1].token).sees("> Habits", "[x Heart]", "[x Sport]")
    goes_back(chat).sees("> Do you come alone?").taps("Keep: No").sees("> Topics", "[x Heart]", "[x Sport]")
    chat.taps("Done")
    chat.sees("> Habits", "[x Sport]").taps("Done", "Skip").sees("Topics: Heart, Sleep", "Habits: Sport")


def test_what_was_picked_and_not_given_yet_is_there_when_the_question_is_opened_again() -> None:
    chat = everything_but_topics(Chat()).taps("Heart", "Done", "Skip", "Skip").taps("Change: Topics", "Sleep", "Heart")
    goes_back(chat).taps("Keep: No").sees("Topics: Heart").taps("Change: Topics").sees("[x Sleep]", "[Heart]")
    chat.taps("Keep: Heart").sees("Topics: Heart").taps("Change: Topics").sees("[x Heart]", "[Sleep]")


def test_what_was_picked_stays_with_a_conversation_that_is_set_aside() -> None:
    chat = everything_but_topics(Chat()).taps("Heart", "Sleep").opens("/help").taps("Go on: Book an appointment")
    chat.sees("> Topics", "[x Heart]", "[x Sleep]")


def test_a_changed_form_keeps_of_what_was_picked_what_it_still_has() -> None:
    chat = everything_but_topics(Chat()).taps("Heart", "Done", "Skip", "Skip").taps("Change: Habits", "Sport", "Done")
    goes_back(chat.taps("Change: Topics", "Sleep")).taps("Keep: No")
    chat.calendar_refuses(Reason.FORM_CHANGED).taps("Book it").sees("Habits: Sport", "Topics: Heart")
    chat.taps("Change: Topics").sees("[x Heart] [Other]")


def test_a_changed_form_asks_for_options_anew() -> None:
    chat = everything_but_topics(Chat()).taps("Heart", "Sleep", "Done", "Skip", "Skip")
    chat.calendar_refuses(Reason.FORM_CHANGED).taps("Book it").sees("> Topics", "[Heart] [Other]").sees_no(
        "[Done]", "x "
    )


def scored(*scores: int) -> Chat:
    """The only question is for a number of a few."""
    chat = Chat().calendar_holds().opens("/book", "s4").calendar_answers().chooses(0).calendar_holds().chooses(0)
    options = tuple(Choice(Decimal(score), str(score)) for score in scores)
    [asked] = chat.held
    chat.held.clear()
    score = FormField(
        id="f", name="nps", kind=Kind.NUMBER, label="Would you recommend us?", required=True, options=options
    )
    return chat.meets(Found(NOW, asked, (score,))).calendar_answers()


@pytest.mark.parametrize("line", ["11", "-1", "5.5", "NaN", "many", ""])
def test_a_score_is_one_of_those_offered(line: str) -> None:
    chat = scored(*range(11)).sees("[0] [1] [2]", "[10]").types(line).sees("  ! ").sees_no("Shall I book this?")
    chat.types("10").sees("Would you recommend us?: 10").taps("Change: Would you recommend us?", "0").taps("Book it")
    chat.sees("Booked.")
    assert chat.booked.form == (("f", Decimal(0)),)


@pytest.mark.parametrize("line", ["nothing", "0", "21", "NaN", "-Infinity"])
def test_a_number_outside_its_limits_is_not_taken(line: str) -> None:
    chat = Chat().opens("/book", EVERYTHING_ASKED).taps("Anyone").chooses(0).chooses(0).types("Somebody", line)
    chat.sees("> People in your household", "  ! ").types("20").sees("> Date of birth").sees_no("  ! ")


def test_a_text_that_is_too_long_is_said_to_be_by_how_much() -> None:
    chosen(chat := Chat()).types("x" * 52)
    chat.sees("That is 2 characters too long; up to 50 fit.").types("x" * 51).sees("That is 1 character too long")
    chat.types("x" * 50).sees("> E-mail")


def test_what_was_answered_last_time_is_offered_and_not_filled_in() -> None:
    chat = Chat()
    booked(chat)
    chosen(chat).sees("> First name", "[Somebody]", "[somebody@example.com]")
    chat.taps("Somebody", "somebody@example.com").taps("Skip", "Skip", "Skip").taps("Book it").sees("Booked.")
    assert dict(chat.booked.form) == {"firstname-1": "Somebody", "email-1": "somebody@example.com"}


def test_what_no_longer_fits_is_not_offered() -> None:
    person = Person(zone=ZONE, details={"firstname": Choice("x" * 51), "email": Choice("somebody@example.com")})
    chosen(Chat(person=person)).sees("[somebody@example.com]").sees_no("xxx")


def test_another_service_asks_for_the_hour_again_and_keeps_what_fits_of_the_form() -> None:
    chat = to_the_summary(Chat()).taps("Change service", "Patient history").sees_no("First name: Somebody")
    chat.taps("Anyone").chooses(0).chooses(0).sees("> People in your household", "First name: Somebody")


def test_a_form_filled_again_with_one_wrong_answer_stays_at_that_question() -> None:
    chat = to_the_summary(Chat()).taps("Change: First name")
    chat.fills({"First name": "Anybody", "E-mail": "nowhere"}).sees("> E-mail", "This is no answer.")
    chat.sees_no("Shall I book this?").types("anybody@example.com").sees("First name: Anybody", "E-mail: anybody@")


# Refusals.


@pytest.mark.parametrize("reason", Reason)
@pytest.mark.parametrize("call", READS)
def test_after_a_read_was_refused_all_can_still_be_booked(call: type, reason: Reason) -> None:
    chat = Chat().calendar_refuses(reason, at=call).opens("/book")
    goes_on_to_the_end(chat)


@pytest.mark.parametrize("call", READS)
def test_after_a_read_had_no_answer_all_can_still_be_booked(call: type) -> None:
    chat = Chat().calendar_is_silent(at=call).opens("/book")
    goes_on_to_the_end(chat)


def test_a_read_without_an_answer_is_said_and_can_be_asked_again() -> None:
    chat = Chat().calendar_is_silent(at=FindDays).opens("/book").taps("Eye test")
    chat.sees("The calendar does not answer. Nothing you said is lost.", "Service: Eye test", "[Back]", "[Leave]")
    chat.taps("Try again").sees("Which day suits you?")


def test_a_line_typed_while_there_is_no_question_is_not_taken() -> None:
    chat = Chat().calendar_is_silent(at=FindDays).opens("/book").taps("Eye test").types("2026-11-24")
    chat.sees_notice("Please use the buttons to go on.").sees("[Try again]")


def test_going_back_from_a_read_without_an_answer_asks_the_question_before() -> None:
    Chat().calendar_is_silent(at=FindDays).opens("/book").taps("Eye test").back().sees("What is it for?")


@pytest.mark.parametrize("reason", WRITE_REFUSALS)
def test_a_refused_booking_says_why_and_can_still_be_booked(reason: Reason) -> None:
    chat = to_the_summary(Chat()).calendar_refuses(reason).taps("Book it")
    chat.sees_notice(spoken(NOTICES[reason])).sees("[Leave]").sees_no("Booked")
    assert len(chat.writes) == 1
    goes_on_to_the_end(chat)
    assert len({write.key for write in chat.writes}) == 2


@pytest.mark.parametrize(
    ("reason", "lost", "kept"),
    [
        (Reason.HOUR_TAKEN, ("When: ",), ("Service: ", "With: ", "Day: ", "First name: ")),
        (Reason.DATE_PAST, ("When: ", "Day: "), ("Service: ", "With: ", "First name: ")),
        (Reason.SERVICE_GONE, ("When: ", "With: ", "Service: "), ()),
        (Reason.KEY_REFUSED, (), ("Service: ", "With: ", "When: ", "First name: ")),
        (Reason.AWAY, (), ("Service: ", "With: ", "When: ", "First name: ")),
        (Reason.NOT_ACCEPTED, (), ("Service: ", "With: ", "When: ", "First name: ")),
        (Reason.FIELD_REFUSED, (), ("Service: ", "With: ", "When: ", "First name: ")),
        (Reason.FORM_CHANGED, (), ("Service: ", "With: ", "When: ", "First name: ")),
    ],
)
def test_a_refusal_takes_back_what_it_is_about_and_nothing_else(
    reason: Reason, lost: tuple[str, ...], kept: tuple[str, ...]
) -> None:
    to_the_summary(Chat()).calendar_refuses(reason).taps("Book it").sees(*kept).sees_no(*lost)


@pytest.mark.parametrize(
    ("limit", "rule"), [(None, "Please give another."), (1, "1 character is"), (4, "4 characters")]
)
def test_a_refused_field_is_opened_with_its_rule(limit: int | None, rule: str) -> None:
    chat = to_the_summary(Chat()).calendar_refuses(Reason.FIELD_REFUSED, "First name", limit).taps("Book it")
    chat.sees("> First name", rule).sees_no("Keep: Somebody").types("A").sees("First name: A").taps("Book it")
    chat.sees("Booked.")


def test_a_field_refused_by_the_name_that_the_calendar_gives_it_is_opened() -> None:
    chat = to_the_summary(Chat()).calendar_blames("firstname").taps("Book it")
    chat.sees("> First name", "This answer was not accepted.")


@pytest.mark.parametrize("blamed", ["service", "hour", "form", "", "nothing-1"])
def test_a_refusal_never_blames_a_question_of_ours(blamed: str) -> None:
    chat = to_the_summary(Chat()).calendar_blames(blamed).taps("Book it")
    chat.sees("Shall I book this?").sees_notice("One of the answers was not accepted.")


def test_a_changed_form_asks_only_what_does_not_fit_any_more() -> None:
    chosen(chat := Chat()).types("Somebody", "somebody@example.com").taps("Skip", "Skip").types("A long story, " * 5)
    chat.calendar_refuses(Reason.FORM_CHANGED).taps("Book it").sees_notice("The questions have changed meanwhile.")
    chat.sees("> Anything we should know?", "First name: Somebody", "[Advertisement]").types("A short one")
    chat.taps("Book it").sees("Booked.")
    assert dict(chat.booked.form)["comments-2"] == "A short one"
