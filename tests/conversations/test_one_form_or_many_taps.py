"""A form that is filled at once is each answer in turn: both ways end in the same write."""

from dataclasses import replace

from chatting import Chat
from conversations.calls import Book
from dialogs import chosen
from paper_calendar import EVERYTHING_ASKED


def sent(chat: Chat) -> Book:
    """What was sent, but for its key, which names the summary."""
    return replace(chat.taps("Book it").sees("Booked.").booked, key="")


def test_four_taps_and_one_submit_end_in_the_same_write() -> None:
    tapped, filled = Chat(), Chat()
    chosen(tapped).types("Somebody", "somebody@example.com").taps("Skip", "Search", "Skip")
    answers: dict[str, str | tuple[str, ...]] = {"First name": "Somebody", "E-mail": "somebody@example.com"}
    chosen(filled).fills({**answers, "How did you hear of us?": "Search"}).taps("Skip", "Skip")
    assert sent(tapped) == sent(filled)


def test_options_picked_one_by_one_or_at_once_are_the_same_answer() -> None:
    def begun() -> Chat:
        return Chat().opens("/book", EVERYTHING_ASKED).taps("Agent One").chooses(0).chooses(0)

    tapped = begun().types("Somebody", "3", "2000-01-31").taps("Yes", "No", "Heart", "Sleep", "Done", "Skip", "Skip")
    filled = begun().fills(
        {
            "First name": "Somebody",
            "People in your household": "3",
            "Date of birth": "2000-01-31",
            "First visit?": "Yes",
            "Do you come alone?": "No",
            "Topics": ("Heart", "Sleep"),
        }
    )
    assert sent(tapped) == sent(filled.taps("Skip", "Skip"))


def test_the_order_in_which_a_form_is_filled_does_not_matter() -> None:
    one, other = Chat(), Chat()
    chosen(one).fills({"First name": "Somebody", "E-mail": "somebody@example.com"}).taps("Skip", "Skip", "Skip")
    chosen(other).fills({"E-mail": "somebody@example.com"}).sees("> First name").fills({"First name": "Somebody"})
    assert sent(one) == sent(other.taps("Skip", "Skip", "Skip"))


def test_a_question_can_be_answered_by_a_form_too() -> None:
    tapped, filled = Chat(), Chat()
    chosen(tapped).fills({"First name": "Somebody", "E-mail": "somebody@example.com"}).taps("Skip", "Skip", "Skip")
    filled.opens("/book").fills({"Service": "Account opening"}).fills({"With": "Anyone"}).chooses(0).chooses(0)
    filled.fills({"First name": "Somebody", "E-mail": "somebody@example.com"}).taps("Skip", "Skip", "Skip")
    assert sent(tapped) == sent(filled)


def test_of_a_form_with_a_wrong_answer_the_right_ones_are_kept() -> None:
    chosen(chat := Chat()).fills({"First name": "Somebody", "E-mail": "nowhere", "Phone": "+56 2 1234 5678"})
    chat.sees("> E-mail", "This is no answer.", "First name: Somebody", "Phone: +56 2 1234 5678")
    chat.types("somebody@example.com").sees_no("This is no answer.").taps("Skip", "Skip").taps("Book it")
    chat.sees("Booked.")
