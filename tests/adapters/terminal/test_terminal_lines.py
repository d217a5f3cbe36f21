"""Screens as plain lines: what a person sees, at the widths that terminals have."""

from dataclasses import replace
from decimal import Decimal
from textwrap import dedent

import pytest
from terminal_fakes import English, at_the_form

from adapters.terminal.cells import cells, clean, wrap
from adapters.terminal.lines import Ink, page_lines
from adapters.terminal.render import Key, Page, draw
from chatting import NOW, Chat
from conversations.calls import FindDays
from conversations.events import Found, Reason
from conversations.kinds import FormField, Kind
from conversations.offers import Choice
from conversations.screens import Screen
from dialogs import DIALOGS


def text(screen: Screen, width: int = 80, first: int = 0, ink: Ink | None = None) -> str:
    return "\n".join(page_lines(draw(screen, English(first)), width, ink or Ink()))


def test_choices_have_numbers_and_what_explains_them() -> None:
    chat = Chat().opens("/book").taps("Account opening")
    assert text(chat.screen, 40) == dedent("""
        ── Book an appointment ─────────────────
          Service  Account opening

          With whom?

          1 Anyone
            agent of s1
          2 Agent One
            agent of s1
          3 Agent Two
            agent of s1
          4 Agent Three
            agent of s1

          5 Back   6 Leave
        """)


def test_where_a_link_leads_stands_in_one_piece_to_be_copied() -> None:
    url = f"https://example.com/?v-schedule-action=join&v-schedule-auth={'x' * 300}"
    helping = Chat().opens("/help").screen
    links = (replace(helping.buttons[0], url=url),)
    assert f"  1 Book an appointment\n    {url}\n" in text(replace(helping, buttons=links), 40)


def test_days_stand_in_weeks_and_only_the_free_ones_in_brackets() -> None:
    chat = Chat().opens("/book").taps("Account opening", "Agent One")
    assert text(chat.screen, 40) == dedent("""
        ── Book an appointment ─────────────────
          Service  Account opening
          With     Agent One

          Which day suits you?
          Time zone: Santiago, GMT-0300

          2026-11
           Mon  Tue  Wed  Thu  Fri  Sat  Sun
                                          1
            2    3    4    5    6    7    8
            9   10   11   12   13   14   15
           16   17   18   19   20   21   22
           23  [24]  25   26   27  [28]  29
           30

          The soonest hours
          /1 2026-11-24, 10:00
             day of s1/a1/2026-11
          /2 2026-11-24, 10:30
             day of s1/a1/2026-11
          /3 2026-11-24, 15:00
             day of s1/a1/2026-11

          /4 On to 2026-12

          /5 Back   /6 Leave
        """)


def test_weeks_begin_as_they_do_where_the_person_lives() -> None:
    chat = Chat().opens("/book").taps("Account opening", "Agent One")
    assert "   Sun  Mon  Tue  Wed  Thu  Fri  Sat\n    1    2    3" in text(chat.screen, first=6)


def test_hours_stand_beside_each_other_under_their_zone() -> None:
    chat = Chat().opens("/book").taps("Account opening", "Agent One").chooses(0)
    assert "  Time zone: Santiago, GMT-0300\n\n  /1 10:00   /2 10:30   /3 15:00\n  /4 18:30\n" in text(chat.screen, 40)


def test_where_a_number_can_be_the_answer_buttons_have_a_slash() -> None:
    chat = at_the_form()
    assert "  /1 Back   /2 Leave\n" in text(chat.screen)
    assert "  1 Back   2 Leave\n" in text(chat.types("Somebody").screen)


def test_a_number_never_calls_a_button_that_is_not_seen() -> None:
    """The form's other questions have choices too, but they are asked later."""
    chat = at_the_form()
    page = draw(chat.screen, English())
    assert [page.called(f"/{number}") for number in (1, 2, 3)] == [*page.ways, None]


def keys_of(page: Page) -> tuple[Key, ...]:
    return (*(page.asked.all_keys() if page.asked else ()), *page.ways)


def test_places_are_counted_without_a_gap_in_the_order_in_which_they_are_seen() -> None:
    for dialog in DIALOGS:
        chat = Chat()
        dialog(chat)
        for screen in chat.screens:
            page = draw(screen, English())
            called = [key for key in keys_of(page) if key.call]
            assert [key.call.removeprefix("/") for key in called] == [f"{n}" for n in range(1, len(called) + 1)]
            assert [page.called(key.call) for key in called] == called


def test_where_a_place_can_be_typed_without_a_slash_it_is_that_of_the_screens_menu() -> None:
    """So that a number means the same to whoever reads it as a line."""
    for dialog in DIALOGS:
        chat = Chat()
        dialog(chat)
        for screen in chat.screens:
            keys = [key for key in keys_of(draw(screen, English())) if not key.call.startswith("/")]
            menu = {str(place): button.token for place, button in enumerate(screen.menu(), 1)}
            assert all(menu[key.call] == key.token for key in keys if key.call)


def test_a_day_is_no_place_but_is_read_as_a_line() -> None:
    chat = Chat().opens("/book").taps("Account opening", "Agent One")
    page = draw(chat.screen, English())
    assert page.called("28") is page.called("/28") is None
    assert page.asked
    assert {
        square.key.call
        for sheet in page.asked.sheets
        for week in sheet.weeks
        for square in week
        if square and square.key
    } == {""}


def scored() -> Chat:
    """A question for a number from 0 to 10, of which one is chosen."""
    options = tuple(
        Choice(Decimal(score), ("Never", "", "", "", "", "", "", "", "", "", "Surely")[score] or str(score))
        for score in range(11)
    )
    score = FormField(
        id="s", name="score", kind=Kind.NUMBER, label="Would you recommend us?", required=True, options=options
    )
    chat = Chat().calendar_holds().opens("/book", "s4").calendar_answers().chooses(0).calendar_holds().chooses(0)
    [asked] = chat.held
    return chat.meets(Found(NOW, asked, (score,)))


def test_the_numbers_of_a_scale_call_themselves_and_nothing_else() -> None:
    chat = scored()
    assert "  0 Never   1   2   3   4   5   6   7   8   9\n  10 Surely\n\n  /1 Back   /2 Leave\n" in text(
        chat.screen, 50
    )
    page = draw(chat.screen, English())
    for score in range(11):
        key = page.called(str(score))
        assert key
        chat.presses(key.token)
        assert chat.session.answers["form.score"].value == Decimal(score)
        chat.taps("Change: Would you recommend us?")
        page = draw(chat.screen, English())
    back = page.called("/1")
    assert back
    assert back.label == "Keep: Surely"


def test_a_notice_and_an_error_are_marked_by_a_sign() -> None:
    chat = at_the_form().types("Somebody", "nowhere")
    assert "  E-mail\n  ! This is no answer.\n" in text(chat.screen)
    chat.presses("a-old-0-back")
    assert "\n  ! That button is from an earlier message." in text(chat.screen)


def test_what_was_taken_of_several_options_is_marked_by_a_sign() -> None:
    chat = at_the_form("Patient history").types("Somebody", "2", "1990-01-01").taps("Yes", "No", "Heart")
    assert "[x] Heart" in text(chat.screen)
    assert "[ ] Sleep" in text(chat.screen)


def test_colour_adds_nothing_to_the_words() -> None:
    screen = at_the_form().types("Somebody", "nowhere").screen
    painted = text(screen, ink=Ink(on=True))
    assert "\x1b[" in painted
    assert clean(painted) == text(screen)


def everything_seen() -> list[Screen]:
    """Every screen of the shared dialogs, and those that only a failing calendar brings."""
    chats = []
    for dialog in DIALOGS:
        chats.append(Chat())
        dialog(chats[-1])
    silent = Chat().opens("/book").calendar_is_silent(at=FindDays).taps("Account opening", "Anyone")
    refused = at_the_form("Patient history").calendar_refuses(Reason.KEY_REFUSED)
    return [screen for chat in (*chats, silent, refused) for screen in chat.screens]


@pytest.mark.parametrize("width", [40, 80])
def test_every_screen_fits(width: int) -> None:
    screens = everything_seen()
    assert {bool(screen.busy) for screen in screens} == {True, False}
    for screen in screens:
        assert [line for line in text(screen, width).split("\n") if cells(line) > width] == []


def test_the_longest_words_fit_too() -> None:
    chat = Chat().opens("/book")
    question = chat.screen.questions[0]
    long = replace(question.choices[0], label="Word" * 40, detail="許" * 60)
    screen = replace(chat.screen, questions=(replace(question, choices=(long,)),), title="Title" * 20)
    screen = replace(screen, rows=(("Label " * 9, "Value" * 30),), notice="Notice" * 30, buttons=(long, long))
    drawn = text(screen, 40)
    assert [line for line in drawn.split("\n") if cells(line) > 40] == []
    assert drawn.count("許") == 60


def test_what_strangers_write_moves_no_cursor() -> None:
    chat = Chat().opens("/book")
    question = chat.screen.questions[0]
    evil = replace(question.choices[0], label="\x1b[2JA\x1b]0;title\x07B\x9b31mC\rD\x08", detail="one\n\x1b[H two")
    screen = replace(chat.screen, questions=(replace(question, choices=(evil,)),))
    assert "  1 ABC D\n    one\n    two\n" in text(screen)


@pytest.mark.parametrize(
    ("given", "width", "lines"),
    [
        ("", 10, [""]),
        ("one two three", 7, ["one two", "three"]),
        ("abcdefgh", 3, ["abc", "def", "gh"]),
        ("日本語テキスト", 6, ["日本語", "テキス", "ト"]),
        ("a\n\nb", 5, ["a", "", "b"]),
    ],
)
def test_lines_are_broken_by_cells(given: str, width: int, lines: list[str]) -> None:
    assert wrap(given, width) == lines
