"""Every screen becomes a modal and a message that Slack takes, says all that it can, and nothing in it is parsed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from adapters.cutting import in_a_line
from adapters.slack.commands import COMMANDS, SHORTCUTS, STORED, TOLD, commands, named
from adapters.slack.manifest import SCOPES, manifest
from adapters.slack.render import helped, home, message, modal
from bot.words import Words
from chatting import ZONE, Chat
from conversations.cards import page
from conversations.kinds import Kind, Limits
from conversations.offers import Choice
from conversations.screens import Answer, Back, Button, Join, Leave, Pick, Question, Screen
from conversations.texts import Clock, Day, Said, say
from dialogs import DIALOGS
from sandbox.slack.kit import Surface, check_blocks, check_view
from sandbox.slack.manifest import EVENT_SCOPES, read_manifest
from slack_limits import sound, texts

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
ENGLISH = Words("en", ZONE)
NASTY = "<!channel> <@U123> <#C1|x> <https://a.example|click> @here *bold* _it_ `code` ~no~ :tada: & https://b.example"


def everything_seen() -> Iterator[Chat]:
    for dialog in DIALOGS:
        chat = Chat()
        dialog(chat)
        yield chat


def elements(view: Any, kind: str) -> list[Any]:
    match view:
        case dict():
            here = [view] if view.get("type") == kind else []
            return here + [found for each in view.values() for found in elements(each, kind)]
        case list():
            return [found for each in view for found in elements(each, kind)]
    return []


def options(view: Any) -> list[str]:
    return [option["value"] for menu in elements(view, "static_select") for option in _options(menu)]


def _options(menu: Any) -> Iterator[Any]:
    for group in menu.get("option_groups", [menu]):
        yield from group["options"]


def button(label: Said, number: int, **more: Any) -> Button:
    value = more.pop("value", f"v{number}")
    return Button(f"a-key-1-c{number}", label, Answer("field", Choice(value)), **more)


def question(kind: Kind, *labels: Said, **more: Any) -> Question:
    chosen = tuple(button(label, number) for number, label in enumerate(labels))
    return Question(name="field", label="Field", prompt=say("Which?"), kind=kind, choices=chosen, **more)


def asking(*questions: Question, **more: Any) -> Screen:
    ways = (Button("a-key-1-back", "Back", Back()), Button("a-key-1-leave", "Leave", Leave()))
    focus = questions[0].name if questions else None
    return Screen(key="key", revision=1, title=say("Book"), questions=questions, focus=focus, buttons=ways, **more)


@pytest.mark.parametrize("locale", ["en", "es-CL"])
def test_every_screen_of_every_dialog_is_taken_by_slack(locale: str) -> None:
    number = 0
    for chat in everything_seen():
        for screen in chat.screens:
            sound(screen, Words(locale, ZONE))
            number += 1
        shown = page(chat.person, chat.session, chat.at)
        assert check_view(home(shown, Words(locale, ZONE)), Surface.HOME) == []
    assert number > 100


def test_few_choices_are_buttons_and_many_are_a_menu() -> None:
    few, many = (
        asking(question(Kind.CHOICE, "One", "Two")),
        asking(question(Kind.CHOICE, *(f"O {n}" for n in range(90)))),
    )
    assert len(elements(modal(few, ENGLISH), "button")) == 4
    assert not options(modal(few, ENGLISH))
    assert len(options(modal(many, ENGLISH))) == 90
    sound(few, ENGLISH)
    sound(many, ENGLISH)


def test_a_hundred_and_fifty_six_hours_are_all_there() -> None:
    at = datetime(2026, 11, 24, 8, tzinfo=ZoneInfo(ZONE))
    hours = [at + timedelta(minutes=5 * number) for number in range(156)]
    hidden = tuple(button(Clock(each), number, value=each) for number, each in enumerate(hours))
    looks = (Button("a-key-1-lm", say("Morning"), Leave()),)
    screen = asking(replace(question(Kind.HOUR), hidden=hidden, looks=looks))
    sound(screen, ENGLISH)
    for drawn in (modal(screen, ENGLISH), message(screen, ENGLISH)):
        assert options(drawn) == [each.token for each in hidden]
        heads = [group["label"]["text"] for group in elements(drawn, "static_select")[0]["option_groups"]]
        assert heads[0] == in_a_line(ENGLISH.say(Clock(at)))
        assert len(heads) == 13
        assert not any("Morning" in text for text in texts(drawn))


def test_days_stand_under_their_months() -> None:
    days = [Day(datetime(2026, 11, 20, 12, tzinfo=UTC) + timedelta(days=number)) for number in range(25)]
    screen = asking(question(Kind.DAY, *days))
    sound(screen, ENGLISH)
    groups = elements(modal(screen, ENGLISH), "static_select")[0]["option_groups"]
    assert [each["label"]["text"] for each in groups] == ["November 2026", "December 2026"]


@pytest.mark.parametrize("number", [1, 7, 25, 26, 101, 1_000, 3_000])
@pytest.mark.parametrize("kind", [Kind.CHOICE, Kind.CHOICES, Kind.HOUR])
def test_any_number_of_choices_is_taken(kind: Kind, number: int) -> None:
    asked = question(kind, *(f"Option {each} " + "x" * 90 for each in range(number)))
    sound(asking(replace(asked, searches=kind is Kind.CHOICE)), ENGLISH)


def test_a_form_has_slacks_own_inputs() -> None:
    limits = Limits(min=Decimal("0.5"), max=Decimal(10))
    asked = [
        *(replace(question(kind), name=f"form.{kind}") for kind in (Kind.TEXT, Kind.LINES, Kind.EMAIL, Kind.URL)),
        *(replace(question(kind), name=f"form.{kind}", optional=True) for kind in (Kind.PHONE, Kind.DATE)),
        replace(question(Kind.NUMBER), name="form.number", limits=limits, answer=Choice(Decimal("2.50"))),
        replace(question(Kind.CHOICE, "One", "Two"), name="form.choice", answer=Choice("v1")),
        replace(question(Kind.CHOICES, "One", "Two"), name="form.choices"),
    ]
    screen = asking(*asked)
    sound(screen, ENGLISH)
    inputs = elements(modal(screen, ENGLISH), "input")
    assert [each["element"]["type"] for each in inputs] == [
        *("plain_text_input", "plain_text_input", "email_text_input", "url_text_input"),
        *("plain_text_input", "datepicker", "number_input", "static_select", "checkboxes"),
    ]
    assert [each["optional"] for each in inputs] == [False] * 4 + [True] * 2 + [False] * 3
    assert inputs[6]["element"]["initial_value"] == "2.50"
    assert (inputs[6]["element"]["min_value"], inputs[6]["element"]["max_value"]) == ("0.5", "10")
    assert inputs[7]["element"]["initial_option"]["text"]["text"] == "Two"


def test_sixty_questions_come_in_parts() -> None:
    asked = tuple(replace(question(Kind.TEXT), name=f"form.{n}", error="No." if n % 2 else "") for n in range(60))
    first, later = asking(*asked), replace(asking(*asked), focus="form.30")
    sound(first, ENGLISH)
    assert len(elements(modal(first, ENGLISH), "input")) == 25
    assert "form.30" in str(elements(modal(later, ENGLISH), "input"))


def test_what_was_marked_of_several_is_marked() -> None:
    picks = tuple(Button(f"a-key-1-p{n}", f"P {n}", Pick("field", f"v{n}"), chosen=n == 1) for n in range(3))
    screen = asking(replace(question(Kind.CHOICES), choices=picks))
    assert [each["text"]["text"] for each in elements(modal(screen, ENGLISH), "checkboxes")[0]["initial_options"]] == [
        "P 1"
    ]
    assert {"☐ P 0", "☑ P 1"} <= set(texts(message(screen, ENGLISH)))


def test_a_link_leads_where_it_says_and_only_by_https() -> None:
    for url, leads in (("https://example.com/join", True), ("javascript:alert(1)", False)):
        screen = replace(asking(), over=True, buttons=(Button("o-x", "Join now", Join("1"), url=url),))
        sound(screen, ENGLISH)
        assert ("url" in elements(message(screen, ENGLISH), "button")[0]) is leads


def test_nothing_that_people_or_calendars_write_becomes_a_mention_a_link_or_a_look() -> None:
    asked = replace(question(Kind.CHOICE, NASTY), hint=NASTY, placeholder=NASTY, error=NASTY, answer=Choice("x", NASTY))
    typed = replace(question(Kind.TEXT, NASTY), name="form.text", hint=NASTY, error=NASTY, answer=Choice(NASTY))
    for screen in (
        asking(asked, rows=((NASTY, NASTY),), notice=NASTY, lines=(NASTY,)),
        asking(typed, replace(asked, name="form.one"), rows=((NASTY, NASTY),)),
        replace(asking(asked, rows=((NASTY, AT),)), title=NASTY, over=True),
    ):
        sound(screen, ENGLISH)
        fallback = message(screen, ENGLISH)["text"]
        assert "<" not in fallback
        assert ">" not in fallback
        assert message(screen, ENGLISH)["parse"] == "none"
        assert not any(each.get("emoji") for each in elements(modal(screen, ENGLISH), "plain_text"))
        assert not elements(modal(screen, ENGLISH), "link")


@pytest.mark.parametrize("text", ["", " ", "x" * 100_000, "\u202e\0\ud800", "𝔵" * 5_000, "\n" * 500])
def test_whatever_is_written_is_taken(text: str) -> None:
    asked = replace(question(Kind.CHOICE, text, text), hint=text, placeholder=text, error=text, prompt=text, label=text)
    typed = replace(question(Kind.TEXT), name="form.t", answer=Choice(text), prompt=text, hint=text)
    for screen in (
        asking(asked, rows=((text, text),) * 60, notice=text, lines=(text,)),
        asking(typed, replace(asked, name="form.a"), rows=((text, text),)),
        replace(asking(), title=text, rows=((text, AT),), over=True),
    ):
        sound(screen, ENGLISH)


def test_the_fallback_says_all_that_stands_in_the_blocks() -> None:
    screen = asking(question(Kind.TEXT), rows=(("Service", "Account opening"), ("When", AT)), notice="Sorry.")
    text = message(screen, ENGLISH)["text"]
    for each in ("Book", "Sorry.", "Service: Account opening", "When: ", "Which?"):
        assert each in text
    assert message(asking(question(Kind.CHOICE, "This one", "That one")), ENGLISH)["text"].endswith(
        "This one, That one"
    )


@pytest.mark.parametrize("locale", ["en", "es"])
@pytest.mark.parametrize("url", ["", "https://bot.example.com"])
def test_the_manifest_is_taken_and_asks_for_little(locale: str, url: str) -> None:
    names = commands(named("book=/appointment"))
    made = json.loads(json.dumps(manifest(Words(locale, "UTC"), names, url=url)))
    read = read_manifest(made)
    assert set(read.commands) == set(names)
    assert {each["callback_id"] for each in read.shortcuts} == set(SHORTCUTS)
    assert set(read.events) == {*STORED, *TOLD}
    assert len(SCOPES) <= 6
    assert {EVENT_SCOPES[each] for each in read.events if each in EVENT_SCOPES} <= set(read.scopes)
    assert read.socket_mode is not bool(url)


def test_help_names_every_command_as_it_is_called() -> None:
    shown = helped(commands({"book": "/termin"}), ENGLISH)
    assert check_blocks(shown["blocks"], Surface.MESSAGE) == []
    assert "/termin: Book an appointment" in shown["text"]
    assert shown["text"].count("\n/") == len(COMMANDS)


@pytest.mark.parametrize("wish", ["book", "book=appointment", "dance=/dance", "book=/a,cancel=/a", "book=/A B"])
def test_other_names_must_be_names(wish: str) -> None:
    with pytest.raises(ValueError, match=r"must be like|same name"):
        named(wish)
