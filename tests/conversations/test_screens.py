"""Every screen can be drawn, its tokens fit any platform and are its own, and there is a way on."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_reschedule import appointment

from chatting import KEY, NOW, ZONE, Chat, drawn, spoken
from conversations.book import BOOK
from conversations.calls import FindServices
from conversations.cards import card, door
from conversations.drawing import said, show
from conversations.events import Opened, Tapped
from conversations.forms import Field, asked
from conversations.kinds import FormField, Kind, Limits
from conversations.memory import known, remembered
from conversations.offers import Choice, Offer, Value, base36, short
from conversations.people import Person, State
from conversations.screens import Leave, Open, Screen, pressed
from conversations.session import Session
from dialogs import DIALOGS, Dialog

TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")
IDS = st.text(max_size=80) | st.sampled_from(["eave", "onfirm", "x" * 36, "a-b_c", "../..", "é"])
INSTANTS = st.datetimes(timezones=st.just(UTC))
VALUES: st.SearchStrategy[Value] = IDS | INSTANTS | st.dates() | st.decimals() | st.lists(IDS).map(tuple) | st.none()
LARGE = 36**8
"""More screens than anybody sees."""


def tokens(screen: Screen) -> list[str]:
    return [button.token for button in screen.presses()]


def is_sound(screen: Screen) -> bool:
    drawn(screen)
    out = any(isinstance(button.means, Leave | Open) for button in screen.presses())
    fit = all(map(TOKEN.fullmatch, tokens(screen)))
    return fit and len(set(tokens(screen))) == len(tokens(screen)) and (out or screen.busy)


@pytest.mark.parametrize("dialog", DIALOGS, ids=lambda dialog: str(dialog.__name__))
def test_every_screen_of_every_dialog_is_sound(dialog: Dialog) -> None:
    dialog(chat := Chat())
    assert all(map(is_sound, chat.screens))


@given(VALUES)
def test_any_value_has_a_short_name_of_harmless_characters(value: Value) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,36}", short(value))
    assert short(value) == short(value)


@given(st.lists(IDS, unique=True))
def test_services_of_any_id_have_tokens_of_their_own(ids: Sequence[str]) -> None:
    call = FindServices()
    offer = Offer(call, tuple(Choice(id, "A title") for id in ids), before="0", after="2")
    session = Session(key=KEY, revision=LARGE, conversation="book", offer=offer)
    assert is_sound(show(Person(), session))


@given(st.lists(INSTANTS, unique=True, max_size=30))
def test_instants_have_tokens_of_their_own(instants: Sequence[datetime]) -> None:
    assert len({short(instant) for instant in instants}) == len(instants)


@given(st.lists(st.text(max_size=40), unique=True, max_size=5), st.lists(IDS, unique=True, max_size=5))
def test_questions_of_any_form_have_tokens_of_their_own(names: Sequence[str], values: Sequence[str]) -> None:
    options = tuple(Choice(value, value) for value in values)
    kinds = (Kind.CHOICE, Kind.CHOICES, Kind.TEXT)
    form = tuple(
        FormField(id=name, name=name, kind=kind, label=name, options=() if kind is Kind.TEXT else options)
        for name, kind in zip(names, kinds * 2, strict=False)
    )
    answers = dict.fromkeys(("service", "agent", "day", "hour", "form"), Choice("x"))
    person = Person(details={name: Choice("Somebody") for name in names})
    picked = {f"form.{name}": tuple(values) for name in names}
    session = Session(key=KEY, revision=LARGE, conversation="book", answers=answers, form=form, picked=picked)
    assert is_sound(show(person, session))


@given(IDS.filter(bool))
def test_a_door_to_anything_fits_and_leads_back_to_it(id: str) -> None:
    button = door("reschedule", "Move it", id)
    assert TOKEN.fullmatch(button.token)
    assert pressed(button.token, NOW) == Opened(NOW, "reschedule", short(id))
    assert button.means == Open("reschedule", short(id))


def test_a_door_to_nothing_in_particular_opens_the_conversation() -> None:
    assert pressed(door("book", "Book").token, NOW) == Opened(NOW, "book", None)


def test_an_answer_is_a_tap_that_only_its_screen_knows() -> None:
    assert pressed("a-key-1-keep", NOW) == Tapped(NOW, "a-key-1-keep")


def test_a_door_to_a_service_of_odd_id_answers_with_that_service() -> None:
    chat = Chat()
    odd = replace(chat.calendar.services[3], id="ütf/8 with spaces")
    chat.calendar.services = (odd,)
    chat.presses(door("book", "Book", odd.id).token)
    assert chat.session.value("service") == odd.id


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (datetime(1970, 1, 1, 1, 0, tzinfo=UTC), "1o"),
        (date(2026, 11, 24), "2026-11-24"),
        ("a-b_C1", "a-b_C1"),
    ],
)
def test_what_can_be_named_plainly_is(value: Value, name: str) -> None:
    assert short(value) == name


@pytest.mark.parametrize(("number", "digits"), [(0, "0"), (35, "z"), (36, "10"), (36**3 - 1, "zzz")])
def test_numbers_are_written_in_base_36(number: int, digits: str) -> None:
    assert base36(number) == digits


def test_where_one_question_fits_the_buttons_stand_in_the_order_of_the_question_in_focus() -> None:
    chat = Chat().opens("/book")
    assert [spoken(button.label) for button in chat.screen.menu()][-3:] == ["Insurance claim", "More", "Leave"]
    chat.leaves()
    assert chat.screen.menu() == chat.screen.buttons


def test_a_day_is_not_said_beside_its_hour() -> None:
    chat = Chat().opens("/book").taps("Eye test").chooses(0).sees("Day: ")
    chat.chooses(0).sees("When: ").sees_no("Day: ")


def test_the_words_for_an_option_are_the_organisations() -> None:
    field = Field(name="form.x", label="X", prompt="X", kind=Kind.CHOICES, options=(Choice("a", "A!"), Choice("b")))
    assert said(field, Choice(("a", "b", "gone"))) == ("A!", "b", "gone")


# What fits a question.


@pytest.mark.parametrize(
    ("kind", "fitting", "others"),
    [
        (Kind.TEXT, ["text"], ["", "x" * 9, Decimal(1), ("a",), NOW]),
        (Kind.NUMBER, [Decimal(2)], [Decimal(1), Decimal(4), Decimal("NaN"), "2", None]),
        (Kind.DATE, [date(2026, 1, 1)], [NOW, "2026-01-01", None]),
        (Kind.DAY, [NOW], [date(2026, 1, 1), "today"]),
        (Kind.HOUR, [NOW], ["now", Decimal(9)]),
        (Kind.CHOICE, ["a"], ["c", "", ("a",)]),
        (Kind.CHOICES, [("a",), ("b", "a")], [(), ("c",), "a"]),
    ],
)
def test_an_answer_fits_by_its_kind_its_options_and_its_limits(
    kind: Kind, fitting: Sequence[Value], others: Sequence[Value]
) -> None:
    options = (Choice("a"), Choice("b")) if kind in (Kind.CHOICE, Kind.CHOICES) else ()
    limits = Limits(Decimal(2), Decimal(3), 8)
    field = Field(name="x", label="X", prompt="X", kind=kind, options=options, limits=limits)
    assert [value for value in (*fitting, *others) if field.fits(Choice(value))] == list(fitting)


def test_only_an_optional_question_can_be_skipped() -> None:
    optional = Field(name="x", label="X", prompt="X", optional=True)
    assert optional.fits(Choice(None))
    assert not replace(optional, optional=False).fits(Choice(None))


# Cards.


def test_the_status_of_before_is_not_said_of_what_is_over() -> None:
    shown = replace(appointment("x1"), status="pending")
    assert "Status: booked" in drawn(card(Person(zone=ZONE), shown, shown.end - timedelta(seconds=1)))
    assert "Status" not in drawn(card(Person(zone=ZONE), shown, shown.end))


def test_a_duration_that_the_calendar_did_not_tell_is_not_said() -> None:
    shown = appointment("x1")
    assert "Duration: 30 minutes" in drawn(card(Person(zone=ZONE), shown, NOW))
    assert "Duration" not in drawn(card(Person(zone=ZONE), replace(shown, end=shown.start), NOW))


@pytest.mark.parametrize(
    ("state", "days", "words"),
    [
        (State.BOOKED, 1, "This appointment is booked."),
        (State.BOOKED, 0, "This appointment has begun."),
        (State.CANCELLED, 1, "This appointment is cancelled."),
        (State.BOOKED, -1, "This appointment is over."),
        (State.GONE, 1, "This appointment was cancelled or moved elsewhere."),
        (State.GONE, 0, "This appointment is over, or was cancelled or moved elsewhere."),
    ],
)
def test_a_card_says_what_became_of_an_appointment(state: State, days: int, words: str) -> None:
    shown = replace(appointment("one", days=days), state=state, agent_name="Agent One", email="somebody@example.com")
    screen = card(Person(zone=ZONE, appointments=(shown,)), shown, NOW)
    can_change = state is State.BOOKED and days > 0
    assert words in drawn(screen)
    assert "With: Agent One" in drawn(screen)
    assert ("Confirmation: e-mailed to somebody@example.com" in drawn(screen)) == (state is State.BOOKED)
    assert ("o-cancel-one" in tokens(screen)) == ("o-reschedule-one" in tokens(screen)) == can_change
    assert is_sound(screen)


def test_a_cards_buttons_work_after_weeks() -> None:
    chat = Chat()
    shown = appointment("one", days=60)
    chat.person = Person(zone=ZONE, appointments=(shown, appointment("two", days=70)))
    move = next(each for each in card(chat.person, shown, NOW).buttons if spoken(each.label) == "Move an appointment")
    chat.opens("/book").time_passes(timedelta(days=40).total_seconds()).presses(move.token)
    chat.sees("Appointment: Title one", "Which day suits you better?")


# What is remembered.


def test_only_what_was_typed_into_the_form_is_remembered() -> None:
    chat = Chat().opens("/book").taps("Eye test").chooses(0).chooses(0)
    chat.types("Somebody", "somebody@example.com").taps("Skip", "Search").types("Nothing")
    person = remembered(Person(details={"lastname": Choice("Else")}), chat.session)
    values = {name: choice.value for name, choice in person.details.items()}
    words = {"firstname": "Somebody", "email": "somebody@example.com", "comments": "Nothing"}
    assert values == {"lastname": "Else", **words}


@pytest.mark.parametrize(
    ("name", "offered"),
    [
        *(
            ("firstname", "Some"),
            ("Nombre", "Some"),
            ("first_name", "Some"),
            ("lastname", "Body"),
            ("apellidos", "Body"),
        ),
        *(("name", "Some Body"), ("company-name", None), ("email", None), ("comments", None)),
    ],
)
def test_the_profiles_name_is_offered_where_a_name_is_asked_for(name: str, offered: str | None) -> None:
    [field] = asked((FormField(id="1", name=name, kind=Kind.TEXT, label="A question"),))
    person = Person(given_name="Some", family_name="Body")
    assert known(person, field) == ((Choice(offered),) if offered else ())
    assert known(Person(), field) == ()


def test_last_times_answer_comes_before_the_profiles_name_and_stands_once() -> None:
    [field] = asked((FormField(id="1", name="firstname", kind=Kind.TEXT, label="A question"),))
    person = Person(given_name="Some", details={"firstname": Choice("Any")})
    assert known(person, field) == (Choice("Any"), Choice("Some"))
    assert known(replace(person, given_name="Any"), field) == (Choice("Any"),)


def test_a_name_that_is_too_long_for_the_question_is_not_offered() -> None:
    [field] = asked((FormField(id="1", name="name", kind=Kind.TEXT, label="A question", limits=Limits(maxlength=3)),))
    assert known(Person(given_name="Some"), field) == ()


def test_book_names_its_questions_as_the_api_does() -> None:
    assert [field.name for field in BOOK.fields] == ["service", "agent", "day", "hour", "form"]
