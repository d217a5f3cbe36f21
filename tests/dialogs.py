"""The shared dialogs: transcripts that every platform must be able to play, whatever carries them.

A dialog is a straight line of verbs over a `Talk` and looks at nothing itself, so that it can be played at once, or be
taken down as steps (`transcript`) and played over a real transport.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol, Self, TypeVar

from conversations.events import Reason


class Talk(Protocol):
    """What a dialog needs of whoever plays it. The words are English, the names those of the stand-in calendar."""

    def opens(self, command: str) -> Self: ...

    def taps(self, *labels: str) -> Self: ...

    def chooses(self, position: int) -> Self:
        """Taps a choice of the question in focus that answers nothing else, by its place, the last one being -1."""
        ...

    def chooses_at_once(self, position: int) -> Self:
        """Taps a choice that answers other questions too, by its place among such."""
        ...

    def presses_old(self, label: str) -> Self:
        """Presses a button of an earlier screen that is not the present one."""
        ...

    def types(self, *lines: str) -> Self: ...

    def fills(self, answers: Mapping[str, str | tuple[str, ...]]) -> Self:
        """Answers several questions at once, by their labels. A platform without forms answers them in turn."""
        ...

    def sees(self, *words: str) -> Self: ...

    def sees_no(self, *words: str) -> Self: ...

    def calendar_refuses(self, reason: Reason, field: str | None = None, limit: int | None = None) -> Self:
        """The next write is refused; `field` is the label of the question to blame."""
        ...

    def calendar_is_silent(self) -> Self:
        """The next write gets no answer."""
        ...

    def time_passes(self, seconds: float) -> Self: ...


AnyTalk = TypeVar("AnyTalk", bound=Talk)
Dialog = Callable[[Talk], object]
Step = tuple[str, tuple[Any, ...], dict[str, Any]]

FORM = {"First name": "Somebody", "E-mail": "somebody@example.com"}


def chosen(chat: AnyTalk, service: str = "Account opening", agent: str = "Anyone") -> AnyTalk:
    return (
        chat.opens("/book").sees("What is it for?").taps(service).sees("With whom?").taps(agent).chooses(0).chooses(0)
    )


def answered(chat: AnyTalk) -> AnyTalk:
    """Past the form, one question after the other."""
    return chat.types("Somebody", "somebody@example.com").taps("Skip", "Skip", "Skip").sees("Shall I book this?")


def booked(chat: AnyTalk) -> AnyTalk:
    return answered(chosen(chat)).taps("Book it").sees("Booked. See you then!")


def book_to_the_end(chat: Talk) -> None:
    chat.opens("/start").sees("What would you like to do?").taps("Book an appointment")
    chat.sees("What is it for?").taps("Account opening")
    chat.sees("Service: Account opening", "With whom?").taps("Anyone")
    chat.sees("With: Anyone", "Which day suits you?").chooses(0)
    chat.sees("At what time?").chooses(0)
    chat.sees("First name").types("Somebody").sees("E-mail").types("somebody@example.com")
    chat.sees("Phone").taps("Skip").sees("How did you hear of us?").taps("Search")
    chat.sees("Anything we should know?").types("I shall be on time.")
    chat.sees("Shall I book this?", "How did you hear of us?: Search", "E-mail: somebody@example.com")
    chat.taps("Book it").sees("Booked. See you then!", "Service: Account opening")


def book_with_an_agent(chat: Talk) -> None:
    answered(chosen(chat, agent="Agent Two")).sees("With: Agent Two")
    chat.taps("Book it").sees("Booked. See you then!", "With: Agent Two")


def book_by_one_form(chat: Talk) -> None:
    chosen(chat).fills({**FORM, "How did you hear of us?": "Search"}).taps("Skip", "Skip")
    chat.sees("Shall I book this?", "First name: Somebody", "How did you hear of us?: Search")
    chat.taps("Book it").sees("Booked. See you then!")


def go_back_and_change(chat: Talk) -> None:
    chosen(chat).sees("First name").taps("Back").sees("At what time?").taps("Back").sees("Which day suits you?")
    chat.taps("Back").sees("With whom?", "Keep: Anyone").taps("Agent One").sees("Which day suits you?")
    chat.sees_no("Keep").chooses(-1).chooses(-1)
    answered(chat).taps("Change: First name").sees("Keep: Somebody").types("Anybody")
    chat.sees("Shall I book this?", "First name: Anybody", "With: Agent One")
    chat.taps("Book it").sees("Booked. See you then!")


def answer_wrongly(chat: Talk) -> None:
    chosen(chat).types("Somebody").sees("E-mail").types("nowhere").sees("E-mail").sees_no("Shall I book this?")
    chat.types("somebody@example.com").taps("Skip", "Skip", "Skip").sees("E-mail: somebody@example.com")
    chat.taps("Book it").sees("Booked. See you then!")


def find_a_service_by_name(chat: Talk) -> None:
    chat.opens("/book").types("no such thing").sees("Nothing here is called “no such thing”.").taps("Show all")
    chat.types("counselling").sees("Sleep counselling", "Show all").sees_no("Account opening").chooses(0)
    chat.sees("Service: Sleep counselling", "Which day suits you?").taps("Leave").sees("Left. Nothing was booked.")


def book_the_soonest_hour(chat: Talk) -> None:
    chat.opens("/book").taps("Account opening", "Anyone").chooses_at_once(0).sees("First name", "When: ")
    answered(chat).taps("Book it").sees("Booked. See you then!")


def set_the_time_zone_meanwhile(chat: Talk) -> None:
    chosen(chat).types("Somebody").opens("/timezone").sees("Where are you?").types("kolkata").chooses(0)
    chat.sees("From now on all times are shown in this zone.", "E-mail", "First name: Somebody")
    chat.types("somebody@example.com").taps("Skip", "Skip", "Skip").sees("Shall I book this?").taps("Book it")
    chat.sees("Booked. See you then!")


def look_at_an_appointment(chat: Talk) -> None:
    chat.opens("/appointments").sees("No appointment is coming.", "Book an appointment")
    booked(chat).opens("/appointments").sees("This appointment is booked.", "Service: Account opening", "To join: ")
    chat.opens("/settings").sees("What would you like to set?").taps("Privacy").sees("to nobody else.")
    chat.opens("/help").sees("Tap a button, or write")


def take_an_hour_near_by(chat: Talk) -> None:
    answered(chosen(chat)).calendar_refuses(Reason.HOUR_TAKEN).taps("Book it")
    chat.sees("this hour has just been taken", "All hours of the day").taps("All hours of the day").chooses(-1)
    chat.sees("Shall I book this?", "First name: Somebody").taps("Book it").sees("Booked. See you then!")


def find_the_hour_just_taken(chat: Talk) -> None:
    answered(chosen(chat)).calendar_refuses(Reason.HOUR_TAKEN).taps("Book it")
    chat.sees("this hour has just been taken", "At what time?").chooses(0)
    chat.sees("Shall I book this?", "First name: Somebody").taps("Book it").sees("Booked. See you then!")


def have_a_field_refused(chat: Talk) -> None:
    answered(chosen(chat)).calendar_refuses(Reason.FIELD_REFUSED, "First name", 4).taps("Book it")
    chat.sees("This answer is too long", "First name").types("Body")
    chat.sees("Shall I book this?", "First name: Body").taps("Book it").sees("Booked. See you then!")


def find_the_form_changed(chat: Talk) -> None:
    answered(chosen(chat)).calendar_refuses(Reason.FORM_CHANGED).taps("Book it")
    chat.sees("The questions have changed meanwhile", "Shall I book this?", "First name: Somebody")
    chat.taps("Book it").sees("Booked. See you then!")


def move_an_appointment(chat: Talk) -> None:
    booked(chat).taps("Move an appointment").sees("Which day suits you better?", "Appointment: Account opening")
    chat.chooses(-1).sees("At what time?").chooses(-1).sees("Shall I move it to this hour?")
    chat.taps("Move it").sees("Moved. The new hour is yours")


def cancel_with_a_reason(chat: Talk) -> None:
    booked(chat).opens("/cancel").sees("Would you like to say why?").types("I am ill.")
    chat.sees("Shall I cancel this appointment?", "Reason: I am ill.")
    chat.taps("Cancel the appointment").sees("The appointment is cancelled.")


def cancel_without_a_reason(chat: Talk) -> None:
    booked(chat).opens("/cancel").sees("Would you like to say why?").taps("Skip").sees("Reason: Not given")
    chat.taps("Cancel the appointment").sees("The appointment is cancelled.")
    chat.opens("/cancel").sees("You have no appointment that could be cancelled.", "Book an appointment")


def leave_and_resume(chat: Talk) -> None:
    chosen(chat).types("Somebody").sees("E-mail").opens("/start").sees("Go on: Book an appointment")
    chat.taps("Go on: Book an appointment").sees("E-mail").types("somebody@example.com")
    chat.taps("Skip", "Skip", "Skip").sees("First name: Somebody").taps("Leave").sees("Left. Nothing was booked.")
    chat.sees_no("Go on", "Booked")


def press_an_old_button(chat: Talk) -> None:
    chosen(chat).sees("First name").presses_old("Agent Two")
    chat.sees("That button is from an earlier message", "First name", "With: Anyone")
    answered(chat).sees("With: Anyone").taps("Book it").sees("Booked. See you then!")


def doubt_and_send_again(chat: Talk) -> None:
    answered(chosen(chat)).calendar_is_silent().taps("Book it")
    chat.sees("I am not sure whether your appointment was booked").sees_no("Book it", "Change", "Back")
    chat.taps("Send it again").sees("Please give the e-mail").time_passes(61)
    chat.taps("Send it again").sees("Booked. See you then!")


DIALOGS: tuple[Dialog, ...] = (
    book_to_the_end,
    book_with_an_agent,
    book_by_one_form,
    go_back_and_change,
    answer_wrongly,
    find_a_service_by_name,
    book_the_soonest_hour,
    set_the_time_zone_meanwhile,
    look_at_an_appointment,
    take_an_hour_near_by,
    find_the_hour_just_taken,
    have_a_field_refused,
    find_the_form_changed,
    move_an_appointment,
    cancel_with_a_reason,
    cancel_without_a_reason,
    leave_and_resume,
    press_an_old_button,
    doubt_and_send_again,
)


class _Notes:
    def __init__(self) -> None:
        self.steps: list[Step] = []

    def __getattr__(self, verb: str) -> Callable[..., _Notes]:
        def note(*arguments: Any, **named: Any) -> _Notes:
            self.steps.append((verb, arguments, named))
            return self

        return note


def transcript(dialog: Dialog) -> tuple[Step, ...]:
    """A dialog's steps, each a verb of `Talk` with its arguments, for players that must wait between them."""
    notes = _Notes()
    taken: Any = notes
    dialog(taken)
    return tuple(notes.steps)
