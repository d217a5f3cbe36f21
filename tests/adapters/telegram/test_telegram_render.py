"""Every screen becomes a message that Telegram takes, and says all that it can."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from adapters.cutting import clean, cut, size
from adapters.telegram.render import BUTTONS, Message, render
from adapters.telegram.runs import TEXT
from bot.words import Words
from chatting import ZONE, Chat
from conversations.kinds import Kind
from conversations.offers import Choice
from conversations.screens import Answer, Button, Join, Leave, Pick, Question, Screen
from conversations.texts import Clock, Day, Said, say
from dialogs import DIALOGS

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
ENGLISH = Words("en", ZONE)


def everything_seen() -> list[Screen]:
    screens = []
    for dialog in DIALOGS:
        chat = Chat()
        dialog(chat)
        screens += chat.screens
    return screens


def sound(message: Message) -> None:
    """The Bot API's limits, for whatever is sent."""
    assert 0 < size(message.text) <= 4096
    assert message.text == message.text.strip()
    assert len(message.entities) <= 100
    for entity in message.entities:
        assert entity["length"] > 0
        assert entity["offset"] + entity["length"] <= size(message.text)
    buttons = [button for row in message.keyboard for button in row]
    assert len(buttons) <= 100
    assert all(0 < len(row) <= 8 for row in message.keyboard)
    assert len(json.dumps(message.keyboard)) < 10_000
    for button in buttons:
        assert button["text"].strip(" ")
        assert ("url" in button) != ("callback_data" in button)
        assert 1 <= len(button.get("callback_data", "x").encode()) <= 64


@pytest.mark.parametrize("locale", ["en", "es-CL"])
def test_every_screen_of_every_dialog_is_taken_by_telegram(locale: str) -> None:
    screens = everything_seen()
    assert len(screens) > 100
    for screen in screens:
        sound(render(screen, Words(locale, ZONE)))


def question(kind: Kind, *labels: Said) -> Question:
    choices = tuple(
        Button(f"a-key-1-{'c' * 40}{number}", label, Answer("q", Choice(label.at if isinstance(label, Clock) else "")))
        for number, label in enumerate(labels)
    )
    return Question(name="q", label="Q", prompt="Which?", kind=kind, choices=choices)


def asking(asked: Question, rows: tuple[tuple[Said, Said], ...] = ()) -> Screen:
    leave = Button("a-key-1-leave", "Leave", Leave())
    return Screen(key="key", revision=1, title="T", questions=(asked,), focus="q", buttons=(leave,), rows=rows)


def texts(message: Message) -> list[list[str]]:
    return [[button["text"] for button in row] for row in message.keyboard]


def test_a_month_has_seven_columns_and_only_its_free_days_can_be_pressed() -> None:
    days = [datetime(2026, 11, day, 3, tzinfo=UTC) for day in (11, 12, 30)]
    message = render(asking(question(Kind.DAY, *map(Day, days))), ENGLISH)
    assert texts(message) == [
        ["November 2026"],
        ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
        ["·", "·", "11", "12", "·", "·", "·"],
        ["·"] * 7,
        ["·"] * 7,
        ["30", *["\u2800"] * 6],
        ["Leave"],
    ]
    pressable = [button for row in message.keyboard for button in row if button["callback_data"] != "n"]
    assert [button["text"] for button in pressable] == ["11", "12", "30", "Leave"]


@pytest.mark.parametrize(("locale", "first"), [("en-US", "Sun"), ("en-GB", "Mon"), ("es-CL", "lun"), ("es-MX", "dom")])
def test_the_week_begins_as_it_does_for_the_reader(locale: str, first: str) -> None:
    words = Words(locale, ZONE)
    message = render(asking(question(Kind.DAY, Day(AT))), words)
    assert texts(message)[1][0] == first
    assert texts(message)[2].index("22") == words.week(AT.date())


def test_a_day_stands_where_it_falls_in_the_readers_zone() -> None:
    midnight = datetime(2026, 11, 30, tzinfo=ZoneInfo("Pacific/Kiritimati")).astimezone(UTC)
    message = render(asking(question(Kind.DAY, Day(midnight))), Words("en", "Pacific/Kiritimati"))
    assert ["30", *["\u2800"] * 6] in texts(message)


def test_hours_stand_beside_each_other_under_their_zone() -> None:
    hours = [Clock(AT + timedelta(minutes=30 * number)) for number in range(9)]
    message = render(asking(question(Kind.HOUR, *hours)), Words("es", ZONE))
    assert texts(message)[0] == ["9:00", "9:30", "10:00", "10:30"]
    assert "Zona horaria: Santiago de Chile, GMT-3" in message.text


def test_a_hundred_buttons_are_the_most_and_the_rest_is_said_aloud() -> None:
    message = render(asking(question(Kind.CHOICE, *(f"Option {number}" for number in range(150)))), ENGLISH)
    sound(message)
    shown = sum(map(len, message.keyboard)) - 1
    assert f"{150 - shown} more choices have no room here." in message.text
    assert texts(message)[-1] == ["Leave"]


def test_a_long_text_is_cut_where_it_is_longest_and_says_so() -> None:
    rows = (("Short", "stays"), ("Long", "x" * 5000), ("Bold", "𝔵" * 3000))
    message = render(asking(question(Kind.TEXT), rows=rows), ENGLISH)
    sound(message)
    assert size(message.text) >= TEXT - 4
    assert "Short: stays" in message.text
    assert "…" in message.text
    assert "Which?" in message.text


def test_a_thousand_rows_are_cut_at_the_end() -> None:
    rows = tuple((f"Row {number}", "value") for number in range(1000))
    message = render(asking(question(Kind.TEXT), rows=rows), ENGLISH)
    sound(message)
    assert message.text.endswith("…")


def test_what_people_write_is_never_markup() -> None:
    message = render(asking(question(Kind.TEXT), rows=(("Name", "<b>*_[x](http://a)_*</b>"),)), ENGLISH)
    assert "<b>*_[x](http://a)_*</b>" in message.text
    assert "parse_mode" not in message.payload()


def test_what_turns_or_breaks_a_text_is_left_out() -> None:
    message = render(asking(question(Kind.TEXT, "a\nb\u202ec"), rows=(("N", "a\u202eb\x00c\ud800"),)), ENGLISH)
    sound(message)
    assert "N: ab c\ufffd" in message.text
    assert texts(message)[0] == ["a bc"]


def test_an_instant_in_full_carries_the_moment_it_names() -> None:
    message = render(asking(question(Kind.TEXT), rows=(("When", AT),)), ENGLISH)
    [moment] = [entity for entity in message.entities if entity["type"] == "date_time"]
    units = message.text.encode("utf-16-le")
    told = units[2 * moment["offset"] : 2 * (moment["offset"] + moment["length"])].decode("utf-16-le")
    assert ENGLISH.say(AT) == f"{told} (Santiago, GMT-3)"
    assert moment["unix_time"] == int(AT.timestamp())
    assert moment["date_time_format"] == "wDt"


def test_instants_in_the_midst_of_words_carry_theirs_too() -> None:
    later = AT + timedelta(days=1)
    value = say("Moved from {old} to {new}.", old=say("{service}, {start}", service="Eye test", start=AT), new=later)
    message = render(asking(question(Kind.TEXT), rows=(("Appointment", value),)), ENGLISH)
    moments = [entity["unix_time"] for entity in message.entities if entity["type"] == "date_time"]
    assert moments == [int(AT.timestamp()), int(later.timestamp())]
    assert (
        "Appointment: Moved from Eye test, Sunday, November 22, 2026, 9:00\u202fAM (9:00\u202fAM, Santiago, GMT-3)"
        " to Monday, November 23, 2026, 9:00\u202fAM (9:00\u202fAM, Santiago, GMT-3)." in message.text
    )


def test_beside_an_instant_that_programs_draw_stand_the_hour_and_the_zone_of_the_buttons() -> None:
    message = render(asking(question(Kind.TEXT), rows=(("When", AT),)), ENGLISH)
    assert "When: Sunday, November 22, 2026, 9:00\u202fAM (9:00\u202fAM, Santiago, GMT-3)" in message.text


def test_beside_an_instant_all_is_parted_by_the_language_s_own_comma() -> None:
    message = render(asking(question(Kind.TEXT), rows=(("When", AT),)), Words("ar", "Asia/Riyadh"))
    assert "م، الرياض، غرينتش+3)" in message.text


def test_an_instant_that_no_program_can_draw_is_only_told_in_words() -> None:
    message = render(asking(question(Kind.TEXT), rows=(("When", AT.replace(year=2038)),)), ENGLISH)
    assert "November 22, 2038" in message.text
    assert "date_time" not in {entity["type"] for entity in message.entities}


def test_a_link_is_a_button_that_leads_there() -> None:
    join = Button("o-appointments-x", "Join now", Join("x"), url="https://example.com/join?token=secret")
    message = render(replace(asking(question(Kind.TEXT)), buttons=(join,)), ENGLISH)
    assert message.keyboard == (({"text": "Join now", "url": "https://example.com/join?token=secret"},),)
    assert "secret" not in message.text


def test_a_number_can_be_shared_where_one_is_asked_for() -> None:
    assert ["Share my number"] in texts(render(asking(question(Kind.PHONE)), ENGLISH))
    assert ["Share my number"] not in texts(render(asking(question(Kind.TEXT)), ENGLISH))


def test_where_a_place_is_an_answer_it_can_be_shared() -> None:
    asked = question(Kind.CHOICE)
    assert ["Share my location"] in texts(render(asking(replace(asked, place=True)), ENGLISH))
    assert ["Share my location"] not in texts(render(asking(asked), ENGLISH))


def test_what_was_taken_of_several_options_is_ticked() -> None:
    asked = question(Kind.CHOICES, "One", "Two")
    taken, left = asked.choices
    picks = (replace(taken, means=Pick("q", "0"), chosen=True), replace(left, means=Pick("q", "1")))
    assert texts(render(asking(replace(asked, choices=picks)), ENGLISH))[:2] == [["☑ One"], ["☐ Two"]]


def test_a_hint_is_set_apart_and_a_fault_has_a_sign() -> None:
    asked = replace(question(Kind.TEXT), error=say("That will not do."), hint="A hint")
    message = render(asking(asked), ENGLISH)
    assert message.text == "T\n\nWhich?\nA hint\n\n❗ That will not do."
    assert message.entities == (
        {"type": "bold", "offset": 0, "length": 1},
        {"type": "bold", "offset": 3, "length": 6},
        {"type": "italic", "offset": 10, "length": 6},
    )


@pytest.mark.parametrize(
    ("text", "most", "expected"),
    [
        ("short", 10, "short"),
        ("eleven here", 8, "eleven…"),
        ("👩\u200d👩 family", 5, "…"),
        ("👍🏽👍🏽", 6, "👍🏽…"),
        ("e\u0301e\u0301e\u0301", 5, "e\u0301e\u0301…"),
        ("e\u0301e\u0301e\u0301", 4, "e\u0301…"),
    ],
)
def test_no_letter_is_parted_from_its_marks(text: str, most: int, expected: str) -> None:
    assert cut(text, most) == expected


def test_the_limits_are_those_of_the_bot_api() -> None:
    assert (TEXT, BUTTONS) == (4096, 100)


def test_what_words_keep_apart_stays_apart_and_nothing_else_turns() -> None:
    assert clean("\u2068Agent One\u2069 x") == "\u2068Agent One\u2069 x"
    for turned in ("\u2068Agent One", "Agent\u2069 One", "\u2069\u2068", "\u2067x\u2069", "\u202ex"):
        assert not set(clean(turned)) & set("\u2066\u2067\u2068\u2069\u202e")
