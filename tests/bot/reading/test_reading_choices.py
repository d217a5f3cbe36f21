"""A line presses the button it names, and where it names two or none, the person is asked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading_screens import AT, BACK, CONFIRM, HERE, LEAVE, asked, asking, chosen, meant, menu, picked, pressed

from bot.reading import fill, hear
from bot.reading.letters import plain
from conversations.events import Tapped, Understood, Unreadable, Wished
from conversations.kinds import Kind
from conversations.offers import Choice
from conversations.screens import Button, Change, Look, Open, Question, Screen
from conversations.texts import say, say_in

CUT = chosen("cut", "Haircut")
COLOUR = chosen("colour", "Hair colour")
MANICURE = chosen("manicure", "Manicura rápida")
MORE = Button("more", say_in("button", "More"), Look("asked", "1"))
SERVICES = asking(Kind.CHOICE, CUT, COLOUR, MANICURE, looks=[MORE])


@pytest.mark.parametrize(
    ("line", "token"),
    [
        ("1", "ccut"),
        ("2", "ccolour"),
        (" ３ ", "cmanicure"),
        ("٤", "more"),
        ("5", "back"),
        ("6", "leave"),
        ("Haircut", "ccut"),
        ("haircut!", "ccut"),
        ("HAIR  COLOUR", "ccolour"),
        ("hair-colour", "ccolour"),
        ("colour", "ccolour"),
        ("cut", "ccut"),
        ("manicura rapida", "cmanicure"),
        ("manicura ra\u0301pida", "cmanicure"),
        ("mani", "cmanicure"),
        ("more", "more"),
        ("back", "back"),
        ("Leave", "leave"),
    ],
)
def test_a_line_presses_the_button_it_names(line: str, token: str) -> None:
    assert pressed(SERVICES, line) == token


@pytest.mark.parametrize("line", ["0", "7", "-1", "1.", "99999", "1 2", "massage", "ha", "", " ", "?", "🙂", "\u200b"])
def test_a_line_that_names_no_button_presses_none(line: str) -> None:
    assert asked(SERVICES, line) == "I did not find that here. Please use a button, or write what stands on it."


def test_a_line_that_names_two_buttons_presses_none() -> None:
    assert asked(SERVICES, "hair") == "That could be Haircut or Hair colour. Please say which one."
    assert asked(SERVICES, "hair", "es") == (
        "Puede ser una de estas opciones: Haircut o Hair colour. Por favor, diga cuál."
    )


def test_a_line_that_names_many_buttons_asks_for_more_of_it() -> None:
    screen = asking(Kind.CHOICE, *(chosen(f"s{each}", f"Service {each}") for each in range(12)))
    assert asked(screen, "service") == "12 answers fit that. Please write more of it."


def test_all_of_a_name_wins_over_part_of_another() -> None:
    screen = asking(Kind.CHOICE, chosen("a", "Cut"), chosen("b", "Cut and wash"))
    assert pressed(screen, "cut") == "ca"
    assert pressed(screen, "cut and") == "cb"


def test_accents_tell_apart_what_is_equal_without_them() -> None:
    screen = asking(Kind.CHOICE, chosen("a", "Año"), chosen("b", "Ano"))
    assert pressed(screen, "año") == "ca"
    assert pressed(screen, "ano") == "cb"
    assert asked(screen, "anó") == "That could be Año or Ano. Please say which one."


def test_two_answers_of_one_name_are_left_to_the_buttons() -> None:
    screen = asking(Kind.CHOICE, chosen("a", "Agent One"), chosen("b", "Agent One"))
    assert asked(screen, "agent one") == "Several answers are called that. Please use the buttons."
    assert pressed(screen, "2") == "cb"


def test_a_number_that_is_the_place_of_one_answer_and_the_name_of_another_is_asked_for() -> None:
    screen = asking(Kind.CHOICE, chosen("none", "0"), chosen("one", "1"), chosen("two", "2"))
    assert asked(screen, "1") == ("This number stands beside one answer and is another one. Please use the buttons.")
    assert pressed(screen, "0") == "cnone"


def test_a_number_that_is_its_own_place_is_clear() -> None:
    screen = asking(Kind.CHOICE, chosen("one", "1"), chosen("two", "2"))
    assert pressed(screen, "2") == "ctwo"


def test_buttons_are_named_in_the_person_s_language() -> None:
    assert pressed(SERVICES, "atras", "es-CL") == "back"
    assert pressed(SERVICES, "SALIR", "es") == "leave"
    assert pressed(SERVICES, "back", "es") is None


def test_labels_of_signs_alone_can_be_named() -> None:
    screen = asking(Kind.CHOICE, chosen("a", "★★"), chosen("b", "★★★"))
    assert pressed(screen, "★★★") == "cb"


def test_labels_in_other_scripts_can_be_named_in_part() -> None:
    screen = asking(Kind.CHOICE, chosen("a", "理发"), chosen("b", "染发"))
    assert pressed(screen, "理") == "ca"
    assert pressed(screen, "发") is None


CHANGE = Button("change", say_in("button", "Change: {what}", what="Service"), Change("service"))
SUMMARY = menu(CONFIRM, CHANGE, BACK, LEAVE)


@pytest.mark.parametrize("line", ["1", "Book it", "book it.", "yes", "Yes!"])
def test_a_summary_is_confirmed_by_number_by_name_or_by_yes(line: str) -> None:
    assert pressed(SUMMARY, line) == "confirm"


def test_yes_is_said_in_the_person_s_language() -> None:
    assert pressed(SUMMARY, "si", "es-CL") == "confirm"
    assert pressed(SUMMARY, "Sí.", "es-CL") == "confirm"
    assert pressed(SUMMARY, "yes", "es-CL") is None


@pytest.mark.parametrize("line", ["book", "leav", "y", "yes please do not", "no", "hello"])
def test_nothing_is_confirmed_or_left_by_half_a_word(line: str) -> None:
    assert hear(SUMMARY, line, "en", HERE, AT) is None


def test_other_buttons_of_a_summary_need_only_a_part() -> None:
    assert pressed(SUMMARY, "change") == "change"
    assert pressed(SUMMARY, "change service") == "change"


def test_yes_confirms_nothing_where_there_is_nothing_to_confirm() -> None:
    assert hear(menu(LEAVE), "yes", "en", HERE, AT) is None
    assert pressed(SERVICES, "yes") is None


def test_two_buttons_of_a_menu_are_asked_about_too() -> None:
    first = Button("a", say("Book an appointment"), Open("book"))
    second = Button("b", say("Cancel an appointment"), Open("cancel"))
    assert pressed(menu(first, second), "cancel") == "b"
    assert asked(menu(first, second), "appointment") == (
        "That could be Book an appointment or Cancel an appointment. Please say which one."
    )


def test_a_screen_without_question_or_match_is_not_answered() -> None:
    assert hear(menu(LEAVE), "hello", "en", HERE, AT) is None
    assert hear(menu(LEAVE), "x" * 5000, "en", HERE, AT) is None
    assert hear(menu(), "1", "en", HERE, AT) is None


def test_a_line_beyond_measure_is_refused() -> None:
    assert asked(SERVICES, "Haircut " * 26) == "That is too long to be understood here."


RED, GREEN, BLUE = picked("r", "Red"), picked("g", "Green"), picked("b", "Navy blue")
COLOURS = asking(Kind.CHOICES, RED, GREEN, BLUE)


def test_one_of_several_options_is_picked_by_a_tap() -> None:
    assert pressed(COLOURS, "red") == "pr"
    assert pressed(COLOURS, "3") == "pb"


@pytest.mark.parametrize("line", ["blue, red", "3,1", "RED; navy", "1\nblue", "red, red, blue"])
def test_several_options_at_once_are_the_answer_in_the_question_s_order(line: str) -> None:
    assert meant(COLOURS, line) == ("r", "b")


@pytest.mark.parametrize("line", ["red, pink", "red, back", "1, 4", "red, 9"])
def test_a_list_with_something_else_in_it_is_no_answer(line: str) -> None:
    assert asked(COLOURS, line) == "I did not find that here. Please use a button, or write what stands on it."


def test_a_list_with_something_unclear_in_it_is_asked_about() -> None:
    screen = asking(Kind.CHOICES, picked("a", "Light red"), picked("b", "Dark red"), GREEN)
    assert asked(screen, "green, red") == "That could be Light red or Dark red. Please say which one."


def test_a_number_in_a_list_that_is_place_and_name_is_asked_about() -> None:
    screen = asking(Kind.CHOICES, picked("a", "2"), picked("b", "3"))
    assert asked(screen, "2, 3").startswith("This number stands beside one answer")


def test_numbers_count_what_is_seen_where_only_the_question_in_focus_is_shown() -> None:
    other = Question(name="other", label="", prompt="", kind=Kind.CHOICE, choices=(CUT, COLOUR))
    screen = Screen(
        key="k", revision=1, title="", questions=(other, *COLOURS.questions), focus="asked", buttons=(LEAVE,)
    )
    assert meant(screen, "1, 3") == ("r", "b")
    assert pressed(screen, "4") == "leave"
    assert pressed(screen, "6") is None
    assert pressed(screen, "haircut") is None


def filled(screen: Screen, values: dict[str, str | tuple[str, ...]]) -> dict[str, object]:
    heard = fill(screen, values, "en-GB", HERE, AT)
    return {
        name: each.choice.value if isinstance(each, Understood) else each.why.message for name, each in heard.items()
    }


def form(**kinds: tuple[Kind, tuple[Button, ...], bool]) -> Screen:
    questions = tuple(
        Question(name=name, label="", prompt="", kind=kind, choices=choices, optional=optional)
        for name, (kind, choices, optional) in kinds.items()
    )
    return Screen(key="k", revision=1, title="", questions=questions, focus=questions[0].name)


FORM = form(
    name=(Kind.TEXT, (chosen("Agent One"),), False),
    mail=(Kind.EMAIL, (), True),
    service=(Kind.CHOICE, (CUT, COLOUR), False),
    colours=(Kind.CHOICES, (RED, GREEN, BLUE), True),
    age=(Kind.NUMBER, (), False),
)


def test_a_form_is_read_question_by_question() -> None:
    values: dict[str, str | tuple[str, ...]] = {
        "name": " Agent  Two ",
        "mail": "a@example.com",
        "service": "ccut",
        "colours": ("pb", "pr"),
        "age": "7",
    }
    assert {name: str(value) for name, value in filled(FORM, values).items()} == {
        "name": "Agent Two",
        "mail": "a@example.com",
        "service": "cut",
        "colours": "('r', 'b')",
        "age": "7",
    }


def test_what_was_not_asked_is_left_out() -> None:
    assert filled(FORM, {"name": "x", "shoe size": "44"}) == {"name": "x"}


def test_what_is_left_empty_is_skipped_or_asked_for() -> None:
    empty: dict[str, str | tuple[str, ...]] = {"name": " ", "mail": "", "service": (), "colours": (), "age": ""}
    please = "Please answer this question."
    assert filled(FORM, empty) == {"name": please, "mail": None, "service": please, "colours": None, "age": please}


def test_the_answer_of_last_time_can_be_chosen_in_a_form() -> None:
    [last] = FORM.questions[0].choices
    assert filled(FORM, {"name": last.token}) == {"name": "Agent One"}


def test_a_choice_that_is_not_there_is_refused() -> None:
    gone = "This choice is not there any more. Please choose again."
    assert filled(FORM, {"service": "chaircut", "colours": ("pr", "pink")}) == {"service": gone, "colours": gone}
    assert filled(FORM, {"service": "Haircut", "mail": ("a@example.com", "b@example.com")}) == {
        "service": gone,
        "mail": gone,
    }


def test_only_one_of_a_choice_is_taken() -> None:
    assert filled(FORM, {"service": ("ccut", "ccolour")}) == {"service": "Please choose only one."}


def test_the_same_option_twice_is_one() -> None:
    assert filled(FORM, {"colours": ("pr", "pr")}) == {"colours": ("r",)}


def test_a_field_beyond_measure_is_refused() -> None:
    assert filled(FORM, {"age": "1" * 201}) == {"age": "That is too long to be understood here."}


LINES = st.text(max_size=250) | st.sampled_from(
    ["1, 2", "red,", ",", "24", "14:30", "2026-11-24", "a@example.com", "-"]
)


@given(
    st.sampled_from([SERVICES, SUMMARY, COLOURS, *(asking(kind) for kind in Kind)]),
    LINES,
    st.sampled_from(["en", "es"]),
)
def test_no_line_makes_reading_raise(screen: Screen, line: str, locale: str) -> None:
    heard = hear(screen, line, locale, HERE, AT)
    assert heard is None or isinstance(heard, Tapped | Understood | Unreadable | Wished)


@given(LINES | st.lists(LINES, max_size=3).map(tuple))
def test_nothing_filled_in_makes_reading_raise(value: str | tuple[str, ...]) -> None:
    for name, heard in fill(FORM, {each.name: value for each in FORM.questions}, "es", HERE, AT).items():
        assert name in {each.name for each in FORM.questions}
        assert isinstance(heard, Understood | Unreadable)


@given(LINES)
def test_no_line_but_the_whole_word_confirms_or_leaves(line: str) -> None:
    token = pressed(SUMMARY, line, "en")
    if token in ("confirm", "leave"):
        words = "".join(each for each in plain(line) if each.isalnum())
        assert words in ("1", "4", "bookit", "yes", "leave")


def test_the_engine_takes_what_was_read() -> None:
    """A button's value is the very choice that stands on it, so that the engine finds it in its offer."""
    assert fill(FORM, {"service": "ccut"}, "en", HERE, AT) == {"service": Understood(Choice("cut", "Haircut"))}
